"""Runs every row of the tables in real Python and compares what comes of it with what the table says.

A row is a settings module with its files and its environment; `value` is what `X` is in the end, as JSON, and
`error` the exception that stops the module instead. What a table has before its first row goes for all its rows.
"""

import datetime
import decimal
import gc
import importlib
import json
import os
import pathlib
import sys
import tempfile
import tomllib

TABLES = pathlib.Path(__file__).parent
SLOW = [
    *("configurations", "decouple", "dj_database_url", "django.core.exceptions", "dotenv", "dynaconf"),
    *("environ", "environs", "flask", "pydantic.v1", "pydantic_settings", "starlette.config", "yaml"),
]


def plain(value, root):
    """The value as JSON has it: durations in seconds, paths below `/<project>`."""
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (str, pathlib.PurePath)):
        return str(value).replace(root, "/<project>")
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, datetime.timedelta):
        seconds = value.total_seconds()
        return int(seconds) if seconds.is_integer() else seconds
    if isinstance(value, dict):
        return {str(plain(key, root)): plain(item, root) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, root) for item in value]
    if hasattr(value, "get_secret_value"):
        return value.get_secret_value()
    return f"<{type(value).__name__}>"


def loaded(row):
    """The module after it has run; with a class, through the importer of django-configurations."""
    name = row.get("module", "settings")
    if "class" in row:
        os.environ["DJANGO_SETTINGS_MODULE"] = name
        os.environ["DJANGO_CONFIGURATION"] = row["class"]
        from configurations import importer

        importer.install()
    return importlib.import_module(name)


def outcome(row, environment, root):
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(root)
    sys.path.insert(0, root)
    try:
        return {"value": plain(loaded(row).X, root)}
    except BaseException as error:
        return {"error": type(error).__name__}


def run(row, table):
    """What Python makes of a row, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.realpath(folder)
        files = {**table.get("files", {}), **row.get("files", {})}
        if "source" in row:
            files["settings.py"] = table.get("before", "") + "\n" + row["source"]
        for path, text in files.items():
            file = pathlib.Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            sys.stdout = sys.stderr = open(os.devnull, "w")
            environment = {**table.get("environment", {}), **row.get("environment", {})}
            found = outcome(row, environment, root)
            os.write(write, json.dumps(found).encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            found = pipe.read()
        os.waitpid(child, 0)
        return json.loads(found)


def written(found):
    if "error" in found:
        return f"error = '{found['error']}'"
    text = json.dumps(found["value"], ensure_ascii=False)
    return f"value = '''{text}'''" if "'" in text else f"value = '{text}'"


def main():
    write = "--write" in sys.argv
    rows = wrong = 0
    # What takes long to import is imported once, before the processes of the rows part from this one.
    for library in SLOW:
        importlib.import_module(library)
    gc.freeze()
    for path in sorted(TABLES.glob("*.toml")):
        text = path.read_text()
        table = tomllib.loads(text)
        blocks = text.split("[[row]]\n")
        for index, row in enumerate(table["row"], start=1):
            rows += 1
            found = run(row, table)
            told = {"error": row["error"]} if "error" in row else {"value": json.loads(row.get("value", '"?"'))}
            if json.dumps(found, sort_keys=True) == json.dumps(told, sort_keys=True):
                continue
            wrong += 1
            if not write:
                source = row.get("source", row)
                print(f"{path.name}, row {index}:\n{source}\n  the table says {told}, Python {found}\n")
            kept = [line for line in blocks[index].splitlines() if not line.startswith(("value = ", "error = "))]
            while kept and not kept[-1]:
                kept.pop()
            blocks[index] = "\n".join([*kept, written(found), "", ""])
        if write:
            path.write_text("[[row]]\n".join(blocks).rstrip() + "\n")
    print(f"{rows} rows, {wrong} {'rewritten' if write else 'wrong'}")
    sys.exit(wrong > 0 and not write)


main()
