#!/usr/bin/env python3
"""Asks the real loaders what they make of `fixtures/dotenv/lines.txt`, and writes it beside that file.

    python3 -m venv loaders && loaders/bin/pip install python-dotenv django-environ python-decouple
    loaders/bin/python tests/dotenv_loaders.py

`tests/dotenv_loaders.rs` holds prodcheck's readers against what is written. Each line is a file of its own;
`\\n` in it is a line break. node's dotenv is asked where `NODE_PATH` has it, `sh` wherever it is.
"""

import io
import json
import os
import pathlib
import subprocess
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "dotenv"


def python_dotenv(path):
    import dotenv

    return dict(dotenv.dotenv_values(path, encoding="utf-8"))


def django_environ(path):
    import environ

    before = dict(os.environ)
    os.environ.clear()
    try:
        environ.Env.read_env(io.StringIO(path.read_text()))
        return dict(os.environ)
    finally:
        os.environ.clear()
        os.environ.update(before)


def decouple(path):
    import decouple as library

    return dict(library.RepositoryEnv(str(path)).data)


def shell(path):
    script = f"set -a; . {path} >/dev/null 2>&1; env -0"
    done = subprocess.run(["env", "-i", "sh", "-c", script], capture_output=True, check=False)
    pairs = [pair.split("=", 1) for pair in done.stdout.decode(errors="replace").split("\0") if "=" in pair]
    return {name: value for name, value in pairs if name not in ("PWD", "_", "SHLVL", "OLDPWD")}


def node(path):
    program = "console.log(JSON.stringify(require('dotenv').parse(require('fs').readFileSync(process.argv[1]))))"
    done = subprocess.run(["node", "-e", program, str(path)], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


LOADERS = {
    "python-dotenv": python_dotenv,
    "django-environ": django_environ,
    "python-decouple": decouple,
    "sh": shell,
    "node": node,
}


def main():
    told = []
    for line in (FOLDER / "lines.txt").read_text().splitlines():
        if not line or line.startswith("## "):
            continue
        text = line.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / ".env"
            path.write_text(text + "\n")
            readings = {name: ask(path) for name, ask in LOADERS.items()}
        told.append({"text": text, **{name: read for name, read in readings.items() if read is not None}})
    (FOLDER / "loaders.json").write_text(json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
