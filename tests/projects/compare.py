"""Compares prodcheck with real Django on a folder of projects, and prints a table in Markdown.

    python compare.py PRODCHECK VENVS PROJECTS [--only NAME ...] [--json FILE]

VENVS holds a virtual environment for each release of Django, called `dj4.2`, `dj5.2` and `dj6.0` (`run`
makes them); PROJECTS a folder for each project. Each project is judged in the empty environment, in that of its
own example file, and, where its settings refuse the empty one, in one that sets just what they demand. prodcheck reads the sources; Django imports the very module that
prodcheck chose, in a copy of the project, without a network and within a time limit.

A check is decided where prodcheck knows the settings that Django's condition asks for. A false pass is a
check that Django raises and prodcheck decides not to; a false fail the other way round.

Where the run cannot tell what production would do, because a package or release is not installed here, a stub
stands for something, or a file is read that the repository does not have, the row is left out, whatever
prodcheck says of it, and counted apart.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conditions import CHECKS, compared, conditions
from truth import KEPT_OUT

SECONDS = 120

# What no settings module reads, and what would take long to copy.
LEFT_OUT = [".git", "node_modules", "*.html", "*.css", "*.scss", "*.js", "*.ts", "*.tsx", "*.jsx", "*.vue", "*.snap"]
EXAMPLES = [
    re.compile(pattern)
    for pattern in (
        r"^\.?env[._-](prod|production)[._-](example|sample|template|dist)$",
        r"^\.env[._-]?(example|sample|template|dist|defaults?)$",
        r"^(example|sample|template|dist)?\.?env[._-](example|sample|template|dist|docker|prod|production)$",
        r"^(example|sample|template|dotenv|default)[._-]env$",
        r"^\.?env[._-](example|sample|template|dist)[._-].*$",
        r"^.*\.env[._-](example|sample|template|dist)$",
        r"^\.env[._-](prod|production|docker|dev|local|test)[._-](example|sample|template|dist)$",
    )
]


def example(project):
    """The project's own example of an environment: the one for production, else the outermost."""
    found = []
    for path in project.rglob("*env*"):
        parts = path.relative_to(project).parts
        if not path.is_file() or {".git", "node_modules", "frontend", "client", "web"} & set(parts):
            continue
        for rank, pattern in enumerate(EXAMPLES):
            if pattern.match(path.name):
                found.append((rank, len(parts), str(path)))
                break
    return Path(min(found)[2]) if found else None


def facts(prodcheck, project, env_file=None):
    command = [prodcheck, "facts", "--format", "json", "--path", project]
    command += ["--env-file", env_file] if env_file else []
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode != 0:
        return {"failed": done.stderr[-500:]}
    services = json.loads(done.stdout)["services"]
    django = [each for each in services if "settings-module" in fields(each["facts"].get("django"))]
    return max(django, key=lambda each: weight(each["facts"]["django"]), default=None)


def weight(root):
    """Of several services that of the most settings is the project's own."""
    return len(fields(fields(root).get("settings")))


def fields(fact):
    return (fact or {}).get("fields", {})


def release(version):
    """The installed release that stands for a version: the nearest one that has the same conditions."""
    return "dj4.2" if number(version) < (5,) else "dj5.2" if number(version) < (6,) else "dj6.0"


def number(version):
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def environment(venv, env_file):
    """The variables of a file as python-dotenv has them; those of an example are taken as they stand."""
    code = "import dotenv, json, sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))"
    done = subprocess.run([venv / "bin/python", "-c", code, env_file], capture_output=True, text=True)
    return {name: value or "" for name, value in json.loads(done.stdout).items()}


def truth(venv, copy, root, module, variables):
    command = ["unshare", "-rn", venv / "bin/python", Path(__file__).with_name("truth.py")]
    command += [copy, copy / root, module, json.dumps(variables)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, cwd=copy)
    except subprocess.TimeoutExpired:
        return {"failed": "it ran into the time limit"}
    if not done.stdout:
        return {"failed": done.stderr[-500:] or f"exit {done.returncode}"}
    return json.loads(done.stdout)


def judged(arguments, project, copy, env_file, kind):
    """One row: what prodcheck and Django say of a project in one environment."""
    service = facts(arguments.prodcheck, project, env_file)
    if not service or "failed" in service:
        return {"environment": kind, "error": (service or {}).get("failed", "prodcheck finds no settings")}
    django = fields(service["facts"]["django"])
    module = fields(django["settings-module"])
    if "name" not in module:
        return {"environment": kind, "error": "prodcheck cannot tell which settings module it is"}
    name, file = module["name"]["value"], module["file"]["value"]
    if "value" in module.get("class", {}):
        name += f":{module['class']['value']}"
    below = name.split(":")[0].replace(".", "/")
    root = file[: file.rindex(below)] if below in file else ""
    venv = arguments.venvs / release(django["version"]["value"])
    real = truth(venv, copy, root, name, environment(venv, env_file))
    row = {"environment": kind, "module": name, "because": module["because"]["value"], "truth": real}
    row |= {"venv": venv, "root": root}
    loads = django["loads"].get("value")
    row["loads"] = loads
    if "failed" in real:
        row["error"] = real["failed"]
    elif "raised" in real and (why := undecided(real, copy)):
        row["left out"] = why
    elif "raised" in real:
        row["refused"] = loads is False
        row["conditions"] = {}
    else:
        row["conditions"] = conditions(django)
        row["verdicts"] = compared(row["conditions"], real)
        if number(django["version"]["value"]) < (3,):
            # The defaults that these rest on were others then, and no such release is installed here.
            row["verdicts"] |= {"W006": "incomparable", "W019": "incomparable"}
    row["settings"] = {
        key: shown(value) for key, value in fields(django.get("settings")).items() if key in real.get("values", {})
    }
    return row


# Exceptions that a program does not raise on purpose, but that come of a value it did not expect.
ACCIDENTS = ("AssertionError", "AttributeError", "IndexError", "NameError", "TypeError", "ValueError")


def undecided(real, copy):
    """Why the settings may load in production although they do not here, if so."""
    told = real["raised"]
    error = told.partition(":")[0]
    if "<stub " in told or "'Stub'" in told:
        return "a stub stands for a value"
    if error == "ModuleNotFoundError" and (found := re.search(r"No module named '(\w+)", told)):
        top = found[1]
        if not KEPT_OUT.search(top) and not any(copy.rglob(top)) and not any(copy.rglob(f"{top}.py")):
            return "a package is not installed here"
    if error == "ImportError" and re.search(r"cannot import name '\w+' from '\w[\w.]*' \(.*site-packages", told):
        return "another release of a package is installed here"
    if error == "DidNotEnable":
        return "a package is not installed here"
    if error == "URLError":
        return "there is no network here"
    if error == "FileNotFoundError":
        return "a file is read that the repository does not have"
    file = copy / real["at"].rpartition(":")[0]
    if error in ACCIDENTS and real["at"] and file.is_file():
        stubs = "|".join(map(re.escape, real["stubs"])) or "$."
        if re.search(rf"^\s*(?:from|import) (?:{stubs})\b", file.read_text(errors="replace"), re.M):
            return "a stub stands for a module that is used there"
    return None


def shown(fact):
    return {key: value for key, value in fact.items() if key not in ("column",)}


# How the readers say that a variable is missing; the name is the group.
MISSING = re.compile(
    r"Set the (\w+) environment variable|^KeyError: '(\w+)'|UndefinedValueError: (\w+) not found"
    r"|Environment variable \"(\w+)\" not set|environment variable: '?(\w+)'?|variable '(\w+)'$"
)
ROUNDS = 60


def sample(name):
    """A value that a variable of this name can have."""
    if name.endswith(("DATABASE_URL", "DB_URL")):
        return "postgres://shop:Ne7tqL2v@db.internal:5432/shop"
    if name.endswith(("REDIS_URL", "BROKER_URL", "CACHE_URL", "REDIS_LOCATION")):
        return "redis://:Ne7tqL2v@cache.internal:6379/0"
    if name.endswith(("KEY", "SECRET", "TOKEN")):
        return "v8Xw2QpLr5Tz9KmN4bHc7JdG1sFy6aEu3oViRqWxPkZtYhMnBgCj0DlS"
    if name.endswith("DSN") or "SENTRY" in name and name.endswith("URL"):
        return "https://public@errors.example.com/1"
    if "MAIL" in name and name.endswith("URL"):
        return "smtp://mail.internal:25"
    if name.endswith("URL"):
        return "https://shop.example.com"
    if name.endswith(("HOSTS", "HOST", "DOMAIN")):
        return "shop.example.com"
    if name.endswith(("PORT", "TIMEOUT", "SECONDS", "NUMBER", "COUNT", "_ID", "_AGE")):
        return "25"
    return "1" if re.search(r"^(USE|IS|ENABLE|HAS)_|_(ENABLED|SECURE|TLS|SSL)$|DEBUG", name) is None else "False"


def supplied(arguments, project, copy, row, work):
    """The row of the environment that sets just what the settings demand.

    What prodcheck says they demand, or are given by a file that is not here, is set at once; what is missing still is told by their own refusals.
    """
    service = facts(arguments.prodcheck, project)
    asked = fields(service["facts"]["django"])["variables"]["items"]
    demands = lambda each: any(fields(each)[field].get("value") for field in ("required", "expected"))
    variables = {name: sample(name) for name in (fields(each)["name"]["value"] for each in asked if demands(each))}
    for _ in range(ROUNDS):
        real = truth(row["venv"], copy, row["root"], row["module"], variables)
        found = MISSING.search(real.get("raised", ""))
        name = found and next(filter(None, found.groups()))
        if not name or name in variables:
            break
        variables[name] = sample(name)
    env_file = work / f"{project.name}.env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    return judged(arguments, project, copy, env_file, "what is demanded")


def project_rows(arguments, project, empty):
    with tempfile.TemporaryDirectory() as work:
        copy = Path(work) / project.name
        shutil.copytree(project, copy, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
        rows = [judged(arguments, project, copy, empty, "empty")]
        if "raised" in rows[0].get("truth", {}):
            rows.append(supplied(arguments, project, copy, rows[0], empty.parent))
        if found := example(project):
            rows.append(judged(arguments, project, copy, found, str(found.relative_to(project))))
    for row in rows:
        row["project"] = project.name.replace("+", "/", 1)
    return rows


def table(rows):
    total = Counter()
    print("| project | module | environment | agree | false pass | false fail | unknown | notes |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        count, notes = Counter(row.get("verdicts", {}).values()), []
        if "error" in row:
            notes.append(row["error"].strip().splitlines()[-1][:80])
            total["error"] += 1
        elif "left out" in row:
            notes.append(f"left out, {row['left out']}: {row['truth']['raised'][:90]} {row['truth']['at']}")
            total["left out"] += 1
        elif "refused" in row:
            word = "refused" if row["refused"] else {True: "LOADS?", None: "unknown-load"}[row["loads"]]
            total[word] += 1
            notes.append(f"{word}: {row['truth']['raised'][:90]} {row['truth']['at']}")
        else:
            total["modules"] += 1
            decided = [each for each in row["verdicts"].values() if each != "incomparable"]
            total["right"] += all(each == "agree" for each in decided)
            firing = [each for each in row["truth"]["ids"]]
            total["firings"] += len(firing)
            for verdict in ("false pass", "false fail", "unknown", "incomparable"):
                names = [name for name, each in row["verdicts"].items() if each == verdict]
                if names:
                    notes.append(f"{verdict}: {' '.join(names)}")
            if row["loads"] is not True:
                notes.append(f"loads={row['loads']}")
                total["loads not known" if row["loads"] is None else "said not to load"] += 1
        total.update(count)
        counts = " | ".join(str(count[each]) for each in ("agree", "false pass", "false fail", "unknown"))
        told = "; ".join(notes).replace("|", "\\|")
        print(f"| {row['project']} | {row.get('module', '')} | {row['environment']} | {counts} | {told} |")
    judged_ = sum(total[each] for each in ("agree", "false pass", "false fail", "unknown")) or 1
    decided = judged_ - total["unknown"] or 1
    print()
    print(f"modules that load: {total['modules']}, all {len(CHECKS)} right: {total['right']}"
          f" ({100 * total['right'] / max(1, total['modules']):.1f} %)")
    print(f"checks compared: {judged_}; agree {total['agree']}, false pass {total['false pass']}"
          f" ({100 * total['false pass'] / decided:.2f} % of decided), false fail {total['false fail']}"
          f" ({100 * total['false fail'] / decided:.2f} %), unknown {total['unknown']}"
          f" ({100 * total['unknown'] / judged_:.1f} %)")
    print(", ".join(f"{name}: {count}" for name, count in sorted(total.items())))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("prodcheck", type=Path)
    parser.add_argument("venvs", type=Path)
    parser.add_argument("projects", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    # Children run elsewhere.
    arguments.prodcheck, arguments.venvs = arguments.prodcheck.absolute(), arguments.venvs.absolute()
    projects = [each for each in sorted(arguments.projects.absolute().iterdir()) if each.is_dir()]
    projects = [each for each in projects if not arguments.only or any(word in each.name for word in arguments.only)]
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(os.cpu_count()) as pool:
        empty = Path(work) / "empty.env"
        empty.touch()
        found = pool.map(lambda project: project_rows(arguments, project, empty), projects)
        rows = [row for each in found for row in each]
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1, default=str))
    table(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
