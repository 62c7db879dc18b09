#!/usr/bin/env python3
"""Asks the real compose what it makes of the rows of `rows.toml`; see `run`.

A value in one line: a list's items by blanks, of a map `key=value` in the order of the keys; a port is
`address:published:target/protocol`, a mount `source:target`, with `:ro` where it is read-only; `refused` is
what compose does not take.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

TABLE = pathlib.Path(__file__).with_name("rows.toml")


def told(key, value, folder):
    """The value of a key, as a row writes it."""
    if value is None:
        return ""
    if key == "ports":
        return " ".join(port(item) for item in value)
    if key == "volumes":
        return " ".join(mount(item, folder) for item in value)
    if key == "depends_on":
        return " ".join(sorted(value))
    if isinstance(value, dict):
        return " ".join(f"{name}={told(name, value[name], folder)}" for name in sorted(value))
    if isinstance(value, list):
        return "[" + ", ".join(told("", item, folder) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    # Printed as a compose file again, a dollar is two.
    return str(value).replace(folder, ".").replace("$$", "$")


def port(item):
    parts = [item.get("host_ip", ""), str(item.get("published", "")), str(item["target"])]
    return ":".join(parts) + "/" + item.get("protocol", "tcp")


def mount(item, folder):
    source = item.get("source", "").replace(folder, ".")
    return f"{source}:{item['target']}" + (":ro" if item.get("read_only") else "")


def answer(row):
    """What compose says."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        for path, text in row["files"].items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        files = [word for path in row.get("use", ["compose.yaml"]) for word in ("-f", path)]
        program = os.environ.get("COMPOSE", "docker-compose")
        done = subprocess.run(
            [program, *files, "config", "--format", "json"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": name, **row.get("env", {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            return "refused"
        services = json.loads(done.stdout).get("services", {})
        if row["of"] == "services":
            return " ".join(sorted(services))
        keys = row["of"].split(".")
        value = services
        for key in keys:
            value = (value or {}).get(key)
        return told(keys[-1], value, str(folder))


def main():
    text = TABLE.read_text()
    rows = tomllib.loads(text)["row"]
    answers = [answer(row) for row in rows]
    if "--write" in sys.argv:
        left = iter(answers)
        TABLE.write_text(re.sub(r"(?m)^is = .*$", lambda _: "is = " + json.dumps(next(left)), text))
        return
    wrong = [(row, said) for row, said in zip(rows, answers) if row["is"] != said]
    for row, said in wrong:
        print(f"{row['name']}: compose says {said!r}, the table {row['is']!r}")
    print(f"{len(rows)} rows, {len(wrong)} wrong")
    sys.exit(bool(wrong))


main()
