"""What real Django makes of one settings module: the values of the core settings, and the checks raised.

    python truth.py FOLDER ROOT MODULE[:CLASS] ENVIRONMENT

FOLDER is a copy of the project that may be written to, ROOT the folder in it from which the module is
imported, ENVIRONMENT a JSON object that becomes the whole environment. Third-party modules that are not
installed are replaced by stubs; what comes from a stub is told as `{"stub": name}`, and nobody knows it.
Run it without a network, and with a time limit: it executes the project's settings.
"""

import importlib.abc
import importlib.machinery
import json
import os
import re
import sys
import traceback
import warnings
from pathlib import Path

CORE = """DEBUG SECRET_KEY ALLOWED_HOSTS MIDDLEWARE INSTALLED_APPS SECURE_HSTS_SECONDS
SECURE_HSTS_INCLUDE_SUBDOMAINS SECURE_HSTS_PRELOAD SECURE_CONTENT_TYPE_NOSNIFF SECURE_SSL_REDIRECT
SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE CSRF_USE_SESSIONS X_FRAME_OPTIONS""".split()

# Modules that projects keep out of the repository on purpose: to be missing is the truth for them.
KEPT_OUT = re.compile(r"(^|_)(local|private|secrets?|env|dev|override|my_?settings|passwords?)(_|$|settings)")


class Stub:
    """Stands for anything of a module that is not installed."""

    def __init__(self, name):
        self.__dict__["_name"] = name

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Stub(f"{self._name}.{name}")

    def __call__(self, *_, **__):
        # A bare decorator gives back what it decorates; anything else is as unknown as before.
        return Stub(f"{self._name}()")

    def __mro_entries__(self, _):
        return ()

    def __getitem__(self, key):
        return Stub(f"{self._name}[{key!r}]")

    def __setattr__(self, *_):
        pass

    def __setitem__(self, *_):
        pass

    def __int__(self):
        return 1

    __index__ = __len__ = __int__

    def __float__(self):
        return 1.0

    def __iter__(self):
        return iter([Stub(f"{self._name}[*]")])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def __str__(self):
        return f"<stub {self._name}>"

    __repr__ = __str__
    __fspath__ = __str__

    def __add__(self, _):
        return Stub(f"{self._name}+")

    __radd__ = __or__ = __ror__ = __truediv__ = __rtruediv__ = __mul__ = __rmul__ = __mod__ = __add__


class StubModule(importlib.abc.Loader):
    """A module of which every name is a stub."""

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__path__ = []
        module.__getattr__ = lambda name: stub_name(module.__name__, name)


def stub_name(module, name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Stub(f"{module}.{name}")


class Stubs(importlib.abc.MetaPathFinder):
    """Finds what nothing else found, unless the project itself should have it."""

    def __init__(self, project, folders):
        self.project = project
        self.folders = folders
        self.made = set()

    def find_spec(self, name, path=None, target=None):
        top, *below = name.split(".")
        if top in self.made:
            return importlib.machinery.ModuleSpec(name, StubModule(), is_package=True)
        if below or path is not None or top in sys.stdlib_module_names or KEPT_OUT.search(top):
            return None
        if not self.asked_by_project():
            return None
        if any((folder / top).exists() or (folder / f"{top}.py").exists() for folder in self.folders):
            return None
        self.made.add(top)
        return importlib.machinery.ModuleSpec(name, StubModule(), is_package=True)


    def asked_by_project(self):
        """Whether a file of the project imports it: what a library misses, it can do without."""
        frame = sys._getframe(1)
        while frame and ("importlib" in frame.f_code.co_filename or frame.f_code.co_filename == __file__):
            frame = frame.f_back
        return frame is not None and frame.f_code.co_filename.startswith(self.project)


def told(value, depth=0):
    """A value as JSON has it; stubs and what JSON has not are objects with one key."""
    if isinstance(value, Stub):
        return {"stub": value._name}
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return {"stub": "text"} if "<stub " in value else str(value)
    if isinstance(value, (list, tuple, set, frozenset)) and depth < 4:
        return [told(each, depth + 1) for each in value]
    if isinstance(value, dict) and depth < 4:
        return {"dict": {str(key): told(each, depth + 1) for key, each in value.items()}}
    try:
        return str(value)
    except Exception:
        return {"type": type(value).__name__}


def raised(why, folder):
    frames = [each for each in traceback.extract_tb(why.__traceback__) if each.filename.startswith(folder)]
    where = f"{os.path.relpath(frames[-1].filename, folder)}:{frames[-1].lineno}" if frames else ""
    return {"raised": f"{type(why).__name__}: {why}"[:300], "at": where}


def is_installed(name):
    import importlib.metadata

    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def checks():
    import django.core.checks.security.base  # noqa: F401
    import django.core.checks.security.csrf  # noqa: F401
    import django.core.checks.security.sessions  # noqa: F401
    from django.core.checks import registry

    ids = set()
    for check in registry.registry.get_checks(include_deployment_checks=True):
        if "security" in check.tags and check.__module__.startswith("django.core.checks.security"):
            try:
                ids.update(message.id for message in check(app_configs=None))
            except Exception as why:
                ids.add(f"{check.__name__}: {type(why).__name__}")
    return sorted(ids)


def answer(folder, root, module, environment):
    module, _, chosen = module.partition(":")
    os.environ.clear()
    os.environ.update(PATH="/usr/bin:/bin", HOME="/nonexistent", LANG="C.UTF-8", **environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    places = [Path(root)]
    places += [each.parent for each in Path(folder).rglob("manage.py") if root.startswith(str(each.parent))]
    for place in reversed(places):
        sys.path.insert(0, str(place))
    os.chdir(root)
    sys.meta_path.append(stubs := Stubs(folder, [Path(each) for each in [*places, folder]]))

    import importlib.metadata

    import django
    from django.conf import settings

    # A project asks for its own version as if it were installed.
    version = importlib.metadata.version
    importlib.metadata.version = lambda name: version(name) if is_installed(name) else "0"

    try:
        if chosen:
            os.environ["DJANGO_CONFIGURATION"] = chosen
            from configurations import importer

            importer.install()
        settings.DEBUG  # noqa: B018
    except BaseException as why:
        return {"django": django.get_version(), "stubs": sorted(stubs.made), **raised(why, folder)}
    values = {}
    for name in CORE:
        try:
            values[name] = told(getattr(settings, name))
        except Exception as why:
            values[name] = told(settings._wrapped.__dict__.get(name, "")) if name == "SECRET_KEY" else {
                "type": type(why).__name__
            }
    return {"django": django.get_version(), "stubs": sorted(stubs.made), "values": values, "ids": checks()}


def main():
    out = os.dup(sys.stdout.fileno())
    # What settings print is nobody's answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    warnings.simplefilter("ignore")
    sys.dont_write_bytecode = True
    folder, root, module, environment = sys.argv[1:]
    sys.argv = ["manage.py", "check"]
    result = answer(os.path.realpath(folder), os.path.realpath(root), module, json.loads(environment))
    os.write(out, json.dumps(result).encode())
    os._exit(0)


if __name__ == "__main__":
    main()
