"""What Django itself makes of settings: one case a line in, one answer a line out.

    python truth.py FOLDER CASES_A_PROCESS

A case is `{"files": {path: text}, "module": dotted name, "roots": [folder], "environment": {name: value},
"names": [setting]}`. The first answer tells the release of Django. What a case loads is forgotten after it.
"""

import gc
import itertools
import json
import logging
import os
import shutil
import sys
import traceback
import warnings
from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePath

import django
from django.conf import global_settings, settings
from asgiref.local import Local
from django.core.cache import caches
from django.core.checks import registry
from django.urls.utils import get_callable

import corsheaders.checks
import configurations.values  # noqa: F401
import decouple  # noqa: F401
import dj_database_url  # noqa: F401
import dotenv  # noqa: F401
import environ  # noqa: F401
import environs  # noqa: F401
import pydantic_settings  # noqa: F401
import split_settings.tools  # noqa: F401
import yaml  # noqa: F401
from configurations import importer
import django.core.checks.caches  # noqa: F401
import django.core.checks.files  # noqa: F401
import django.core.checks.security.base  # noqa: F401
import django.core.checks.security.csrf  # noqa: F401
import django.core.checks.security.sessions  # noqa: F401
import django.core.management.utils  # noqa: F401
import django.utils.translation  # noqa: F401
import django.views.csrf  # noqa: F401
from django.utils.functional import Promise, empty

# What packages keep as defaults is made when they are loaded, which needs settings of some kind.
settings.configure(SECRET_KEY="x")
from corsheaders.conf import conf as CORS  # noqa: E402
from rest_framework.settings import DEFAULTS as DRF  # noqa: E402
from rest_framework_simplejwt.settings import DEFAULTS as JWT  # noqa: E402

registry.run_checks(include_deployment_checks=True, tags=["security"])
settings._wrapped = empty
for name in [name for name in settings.__dict__ if name != "_wrapped"]:
    del settings.__dict__[name]


TAGS = {"security", "caches", "mail", "async_support", "compatibility"}
# What no case has brought.
OWN = set(sys.modules)
warnings.simplefilter("ignore")
logging.disable()


def told(value, root, depth=0):
    """A value as the reports have it: durations as seconds, paths below the project, `None` as null."""
    if depth > 20:
        return {"!": "too deep"}
    if isinstance(value, Promise):
        # The text before its translation: that needs the applications.
        value = getattr(value, "_args", None) or getattr(value, "_proxy____args")
        value = value[0]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, PurePath):
        value = str(value)
    if isinstance(value, str):
        return value.replace(root, "/<project>") if root in value else str(value)
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return int(seconds) if seconds == int(seconds) else seconds
    if isinstance(value, Mapping):
        return {"{": {str(told(k, root)): told(v, root, depth + 1) for k, v in value.items()}}
    if isinstance(value, (list, tuple)):
        return [told(each, root, depth + 1) for each in value]
    if isinstance(value, (set, frozenset)):
        return {"set": [told(each, root, depth + 1) for each in value]}
    return {"!": type(value).__name__}


def checks():
    """The ids that Django's and the packages' checks raise, silenced or not; those that fail to run."""
    raised, broken = set(), []
    for check in registry.registry.get_checks(include_deployment_checks=True):
        if not TAGS.intersection(check.tags):
            continue
        try:
            raised.update(message.id for message in check(app_configs=None, databases=None) if message.id)
        except Exception as why:
            broken.append(f"{check.__name__}: {why}")
    return sorted(raised), broken


def packages(root):
    """What other packages make of their settings."""
    answers = {}
    own = getattr(settings, "REST_FRAMEWORK", None) or {}
    for name in (
        "DEFAULT_PERMISSION_CLASSES",
        "DEFAULT_AUTHENTICATION_CLASSES",
        "DEFAULT_THROTTLE_CLASSES",
        "DEFAULT_RENDERER_CLASSES",
        "NUM_PROXIES",
    ):
        if own.get(name, DRF) is not None:
            answers[f"REST_FRAMEWORK.{name}"] = told(own.get(name, DRF[name]), root)
    for name in ("CORS_ALLOW_ALL_ORIGINS", "CORS_ALLOW_CREDENTIALS", "CORS_ALLOWED_ORIGINS"):
        answers[name] = told(getattr(CORS, name), root)
    if settings.SECRET_KEY:
        own = getattr(settings, "SIMPLE_JWT", None) or {}
        for name in (
            "ACCESS_TOKEN_LIFETIME",
            "REFRESH_TOKEN_LIFETIME",
            "ROTATE_REFRESH_TOKENS",
            "BLACKLIST_AFTER_ROTATION",
            "ALGORITHM",
        ):
            if own.get(name, JWT) is not None:
                answers[f"SIMPLE_JWT.{name}"] = told(own.get(name, JWT[name]), root)
    return answers


def answer(case, root):
    os.chdir(root)
    os.environ.clear()
    os.environ.update(case["environment"])
    os.environ["DJANGO_SETTINGS_MODULE"], _, chosen = case["module"].partition(":")
    if chosen:
        os.environ["DJANGO_CONFIGURATION"] = chosen
        importer.install()
    for folder in reversed(case["roots"]):
        sys.path.insert(0, os.path.join(root, folder).rstrip("/"))
    try:
        _ = settings.DEBUG
    except BaseException as why:
        place = traceback.extract_tb(why.__traceback__)
        own = [frame for frame in place if frame.filename.startswith(root)]
        line = f" ({os.path.relpath(own[-1].filename, root)}:{own[-1].lineno})" if own else ""
        return {"raised": f"{type(why).__name__}: {why}{line}"}
    # As they are written: what reads `settings.MEDIA_URL` gets the script's name in front.
    wrapped = settings._wrapped
    written = wrapped.__dict__
    explicit = [name for name in dir(wrapped) if wrapped.is_overridden(name)]
    if chosen:
        # A class has all of Django's own settings as well.
        explicit = [name for name in explicit if written[name] != getattr(global_settings, name, settings)]
        explicit = [name for name in explicit if name not in ("CONFIGURATION", "DOTENV_LOADED")]
    values = {name: told(written[name], root) for name in explicit}
    values.setdefault("SECRET_KEY", told(written.get("SECRET_KEY", ""), root))
    defaults = {
        name: told(getattr(wrapped, name), root)
        for name in case["names"]
        if name not in values and hasattr(wrapped, name)
    }
    ids, broken = checks()
    try:
        others = packages(root)
    except Exception as why:
        others, broken = {}, [*broken, f"packages: {why!r}"]
    return {"values": values, "defaults": defaults, "ids": ids, "broken": broken, "packages": others}


def forget(root):
    """Forgets all that a case has left behind in the process."""
    for name in sys.modules.keys() - OWN:
        module = sys.modules[name]
        places = [getattr(module, "__file__", None), *map(str, getattr(module, "__path__", []))]
        if any(place and place.startswith(root) for place in places):
            del sys.modules[name]
    for name in [name for name in settings.__dict__ if name != "_wrapped"]:
        del settings.__dict__[name]
    settings._wrapped = empty
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, importer.ConfigurationImporter)]
    importer.installed = False
    decouple.config.config = None
    caches.__dict__.pop("settings", None)
    caches._settings = None
    caches._connections = Local(caches.thread_critical)
    get_callable.cache_clear()
    sys.path_importer_cache.clear()
    shutil.rmtree(os.path.dirname(root), ignore_errors=True)


def run(number, case, work):
    # The folder that the reports call `<project>`.
    root = os.path.join(work, f"case{os.getpid()}-{number}", "<project>")
    for path, text in case["files"].items():
        path = os.path.join(root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    path = list(sys.path)
    try:
        return answer(case, root)
    except BaseException as why:
        return {"failed": "".join(traceback.format_exception(why))}
    finally:
        sys.path[:] = path
        os.chdir("/")
        forget(root)


def main():
    work, together = os.path.realpath(sys.argv[1]), int(sys.argv[2])
    out = os.dup(sys.stdout.fileno())
    sys.dont_write_bytecode = True
    # What settings print is nobody's answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def tell(answer):
        data = (json.dumps(answer) + "\n").encode()
        while data:
            data = data[os.write(out, data) :]

    tell({"django": django.get_version(), "python": sys.version.split()[0]})
    gc.collect()
    gc.freeze()
    # A fresh process now and then, so that nothing that cases leave behind piles up.
    number = 0
    while lines := list(itertools.islice(sys.stdin, together)):
        child = os.fork()
        if child == 0:
            for line in lines:
                number += 1
                tell(run(number, json.loads(line), work))
            os._exit(0)
        os.waitpid(child, 0)


main()
