"""Asks every release of Django which system checks it has, and finds the check of ours for each.

    tests/django_truth/run python3 tests/system_checks.py

The checks are those of Django's registry, with the apps that come with Django, Django REST framework,
django-cors-headers and simplejwt installed. One of theirs is either an alias of one of ours or left out below,
by its name or by what its name begins with, with the reason; nothing is left out that has an alias or is gone.
"""

import json
import os
import pathlib
import subprocess
import sys
import tomllib

CHECKS = pathlib.Path(__file__).parent.parent / "checks"

LEFT_OUT = {
    "admin.": "the classes of the administration: they are wrong on every start, not in production only",
    "auth.": "models of users and permissions, which migrations and a start of the program show",
    "commands.": "where an app finds its commands: a start of the program shows it",
    "contenttypes.": "names of models, which a start of the program shows",
    "fields.": "fields of models, which a start of the program shows",
    "files.E001": "whether a folder is there on the server, which the project does not show",
    "models.": "models, which a start of the program shows",
    "signals.": "references between models, which a start of the program shows",
    "sites.": "the kind of one number, which every request shows",
    "staticfiles.E005": "the kind of one storage, which collecting the files shows",
    "templates.": "engines and tags with one name, which a start of the program shows",
    "translation.": "codes of languages: no matter of a deployment",
    "urls.": "routes, which a start of the program shows",
}

ASKED = r"""
import inspect, json, re
import django
from django.conf import settings

contrib = ("admin", "auth", "contenttypes", "messages", "sessions", "sites", "staticfiles")
apps = [f"django.contrib.{app}" for app in contrib]
apps += ["rest_framework", "corsheaders", "rest_framework_simplejwt", "rest_framework_simplejwt.token_blacklist"]
settings.configure(INSTALLED_APPS=apps, SECRET_KEY="x" * 60)
django.setup()
from django.core.checks.registry import registry

modules = {inspect.getmodule(check) for check in registry.get_checks(include_deployment_checks=True)}
text = "".join(inspect.getsource(module) for module in modules)
names = sorted(set(re.findall(r'''["']([a-z0-9_]+\.[CEIW]\d{3})["']''', text)))
print(json.dumps([django.__version__, names]))
"""


def aliases():
    """The system checks that ours name."""
    named = set()
    for path in CHECKS.glob("*/*.toml"):
        for alias in tomllib.loads(path.read_text()).get("aliases", []):
            kind, _, name = alias.partition(":")
            named.add({"corsheaders": f"corsheaders.{name}"}.get(kind, name))
    return named


def main():
    ours, theirs, wrong = aliases(), set(), 0
    venvs = sorted(pathlib.Path(os.environ["DJANGO_TRUTH_VENVS"]).glob("*/bin/python"))
    for python in venvs:
        told = subprocess.run([python, "-c", ASKED], capture_output=True, text=True, check=True)
        release, names = json.loads(told.stdout)
        theirs.update(names)
        missing = [name for name in names if name not in ours and not name.startswith(tuple(LEFT_OUT))]
        wrong += len(missing)
        print(f"Django {release}: {len(names)} system checks, {len(ours & set(names))} of them among ours")
        for name in missing:
            print(f"  {name} is neither an alias nor left out")
    for name, reason in LEFT_OUT.items():
        covered = {theirs_name for theirs_name in theirs if theirs_name.startswith(name)}
        if not covered or covered <= ours:
            wrong += 1
            print(f"  {name} need not be left out ({reason})")
    sys.exit(not venvs or wrong > 0)


main()
