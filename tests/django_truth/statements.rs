//! Statements as settings have them. `{bool X}`, `{number X}`, `{text X}`, `{key X}`, `{hosts X}`,
//! `{origins X}`, `{database X}`, `{cache X}` and `{json X}` stand for a value that may be read from the
//! variable `X`; `{m}` for some middleware and `{a}` for some application.

/// What every settings file begins with.
pub(crate) const IMPORTS: &str = "import ast
import json
import os
import re
from datetime import timedelta
from os import environ
from pathlib import Path";

/// Helpers as projects write them for themselves.
pub(crate) const HELPERS: &[&str] = &[
    r#"def flag(name, default=False):
    value = os.environ.get(name)
    if value is None:
        return default
    return value.lower() in ("1", "true", "yes", "on")"#,
    r#"def switch(name, default="off"):
    """Whether a variable is on."""
    value = os.getenv(name, default)
    if isinstance(value, bool):
        return value
    return value.strip().lower() in {"true", "on", "yes", "1"}"#,
    r#"def to_bool(value):
    if not value:
        return False
    return str(value).strip().lower()[:1] in ["t", "y", "1"]"#,
    r#"def strtobool(value):
    value = value.lower()
    if value in ("y", "yes", "t", "true", "on", "1"):
        return 1
    elif value in ("n", "no", "f", "false", "off", "0"):
        return 0
    else:
        raise ValueError("invalid truth value %r" % (value,))"#,
    r#"def eval_flag(value: str | None) -> bool:
    try:
        return bool(int(value))
    except (TypeError, ValueError):
        return value == "true""#,
    r#"class Flags:
    ON = ("1", "true")

    @classmethod
    def read(cls, name):
        return os.environ.get(name, "").lower() in cls.ON"#,
    r#"def number(name, default=None):
    try:
        return int(os.environ[name])
    except KeyError:
        return default
    except ValueError:
        return 0"#,
    r#"def text(name, default=""):
    return os.environ.get(name, default).strip()"#,
    r#"def must(name, default=None):
    try:
        return os.environ[name]
    except KeyError:
        if default is not None:
            return default
        raise ImproperlyConfigured("Set the %s environment variable" % name)"#,
    r#"def listed(name, default=""):
    raw = os.environ.get(name, default)
    return [item.strip() for item in raw.split(",") if item.strip()]"#,
];

/// How a project loads files of variables, by what it imports for it.
pub(crate) const LOADS: &[&str] = &[
    "load_dotenv()",
    "load_dotenv(BASE_DIR / \".env\")",
    "load_dotenv(os.path.join(BASE_DIR, \".env\"))",
    "load_dotenv(dotenv_path=BASE_DIR / \".env\", override=True)",
    "load_dotenv(find_dotenv())",
    "load_dotenv(BASE_DIR / \".env.missing\")",
    "if os.path.exists(os.path.join(BASE_DIR, \".env\")):\n    load_dotenv(os.path.join(BASE_DIR, \".env\"))",
    "ENV_FILE = BASE_DIR / \".env\"\nif ENV_FILE.is_file():\n    load_dotenv(ENV_FILE)",
];

pub(crate) const READS: &[&str] = &[
    "environ_lib.Env.read_env(BASE_DIR / \".env\")",
    "environ_lib.Env.read_env(os.path.join(BASE_DIR, \".env\"))",
    "env.read_env(str(BASE_DIR / \".env\"))",
    "environ_lib.Env.read_env(BASE_DIR / \".env\", overwrite=True)",
    "env.read_env()",
    "if {bool READ_DOT_ENV}:\n    env.read_env(str(BASE_DIR / \".env\"))",
];

/// The core of every project.
pub(crate) const KEYS: &[&str] = &[
    "SECRET_KEY = {key SECRET_KEY}",
    "SECRET_KEY = {key DJANGO_SECRET_KEY}",
    "SECRET_KEY = {key SECRET_KEY}\nif not SECRET_KEY:\n    raise ImproperlyConfigured(\"SECRET_KEY\")",
    "try:\n    SECRET_KEY = os.environ[\"SECRET_KEY\"]\nexcept KeyError:\n    SECRET_KEY = \"{k}\"",
    "SECRET_KEY = \"aaaabbbbccccddddaaaabbbbccccddddaaaabbbbccccddddaaaabbbb\"",
    "SECRET_KEY = \"x\" * 60",
    "SECRET_KEY = \"{k}\"[:49]",
    "SECRET_KEY = None",
    "if \"SECRET_KEY\" in os.environ:\n    SECRET_KEY = os.environ[\"SECRET_KEY\"]\nelse:\n    SECRET_KEY = \"django-insecure-{k}\"",
    "SECRET_KEY = (\n    \"{k}\"\n    \"more\"\n)",
    "SECRET_KEY = {key SECRET_KEY}\nassert SECRET_KEY, \"set it\"",
];

pub(crate) const DEBUGS: &[&str] = &[
    "DEBUG = {bool DEBUG}",
    "DEBUG = {bool DJANGO_DEBUG}",
    "DEBUG = False",
    "DEBUG = {bool DEBUG}\nTEMPLATE_DEBUG = DEBUG",
    "DEBUG: bool = {bool DEBUG}",
    "ENVIRONMENT = {text ENVIRONMENT}\nDEBUG = ENVIRONMENT != \"production\"",
    "ENVIRONMENT = {text ENVIRONMENT}\nDEBUG = ENVIRONMENT in (\"dev\", \"local\")",
    "match {text ENVIRONMENT}:\n    case \"production\" | \"prod\":\n        DEBUG = False\n    case \"dev\":\n        DEBUG = True\n    case _:\n        DEBUG = {bool DEBUG}",
    "if (value := os.environ.get(\"DEBUG\")) is not None:\n    DEBUG = value == \"1\"\nelse:\n    DEBUG = False",
    "DEBUG = PRODUCTION = False\nDEBUG |= {bool DEBUG} is True",
    "DEBUG, TESTING = {bool DEBUG}, \"test\" in [\"runserver\"]",
];

pub(crate) const HOSTS: &[&str] = &[
    "ALLOWED_HOSTS = {hosts ALLOWED_HOSTS}",
    "ALLOWED_HOSTS = list({hosts DJANGO_ALLOWED_HOSTS})",
    "ALLOWED_HOSTS = {hosts ALLOWED_HOSTS}",
    "ALLOWED_HOSTS = [\"*\"]",
    "ALLOWED_HOSTS = []",
    "ALLOWED_HOSTS = [\"shop.example\"]\nALLOWED_HOSTS += list({hosts EXTRA_HOSTS})",
    "ALLOWED_HOSTS = [\"*\"] if DEBUG else {hosts ALLOWED_HOSTS}",
    "ALLOWED_HOSTS = []\nRENDER_EXTERNAL_HOSTNAME = os.environ.get(\"RENDER_EXTERNAL_HOSTNAME\")\nif RENDER_EXTERNAL_HOSTNAME:\n    ALLOWED_HOSTS.append(RENDER_EXTERNAL_HOSTNAME)",
    "ALLOWED_HOSTS = {text ALLOWED_HOSTS}",
];

pub(crate) const APPS: &[&str] = &[
    "INSTALLED_APPS = [\n    \"django.contrib.admin\",\n    \"django.contrib.auth\",\n    \"django.contrib.sessions\",\n    \"rest_framework\",\n    \"corsheaders\",\n    \"shop\",\n]",
    "DJANGO_APPS = [\"django.contrib.auth\", \"django.contrib.sessions\"]\nTHIRD_PARTY = (\"rest_framework\",)\nINSTALLED_APPS = DJANGO_APPS + list(THIRD_PARTY) + [\"shop\"]",
    "INSTALLED_APPS = (\n    \"django.contrib.auth\",\n    \"django.contrib.sessions.apps.SessionsConfig\",\n)",
    "INSTALLED_APPS = []\nfor app in (\"auth\", \"sessions\", \"admin\"):\n    INSTALLED_APPS.append(\"django.contrib.\" + app)",
    "INSTALLED_APPS = [*[f\"django.contrib.{app}\" for app in [\"auth\", \"contenttypes\"]], \"shop\"]",
];

pub(crate) const MIDDLEWARES: &[&str] = &[
    "MIDDLEWARE = [\n    \"django.middleware.security.SecurityMiddleware\",\n    \"corsheaders.middleware.CorsMiddleware\",\n    \"django.contrib.sessions.middleware.SessionMiddleware\",\n    \"django.middleware.common.CommonMiddleware\",\n    \"django.middleware.csrf.CsrfViewMiddleware\",\n    \"django.contrib.auth.middleware.AuthenticationMiddleware\",\n    \"django.middleware.clickjacking.XFrameOptionsMiddleware\",\n]",
    "MIDDLEWARE = [\n    \"django.middleware.security.SecurityMiddleware\",\n    \"whitenoise.middleware.WhiteNoiseMiddleware\",\n    \"django.contrib.sessions.middleware.SessionMiddleware\",\n    \"django.middleware.common.CommonMiddleware\",\n    # \"django.middleware.csrf.CsrfViewMiddleware\",\n    \"django.middleware.clickjacking.XFrameOptionsMiddleware\",\n]",
    "MIDDLEWARE = (\n    \"django.middleware.common.CommonMiddleware\",\n    \"django.middleware.csrf.CsrfViewMiddleware\",\n    \"shop.middleware.SecurityMiddleware\",\n    \"shop.middleware.SessionMiddleware\",\n)",
    "MIDDLEWARE = [\"django.middleware.%s\" % name for name in (\"security.SecurityMiddleware\", \"csrf.CsrfViewMiddleware\", \"clickjacking.XFrameOptionsMiddleware\")]",
    "MIDDLEWARE = []\nif {bool SECURE}:\n    MIDDLEWARE += [\"django.middleware.security.SecurityMiddleware\"]\nMIDDLEWARE += [\"django.contrib.sessions.middleware.SessionMiddleware\", \"django.middleware.csrf.CsrfViewMiddleware\"]",
];

/// What settings do to lists that they or a module before them made.
pub(crate) const EDITS: &[&str] = &[
    "MIDDLEWARE = list(MIDDLEWARE)\nMIDDLEWARE.insert(0, \"{m}\")",
    "MIDDLEWARE = list(MIDDLEWARE)\nMIDDLEWARE.append(\"{m}\")",
    "MIDDLEWARE = [m for m in MIDDLEWARE if m != \"{m}\"]",
    "MIDDLEWARE = [m for m in MIDDLEWARE if not m.endswith(\"{M}\")]",
    "if \"{m}\" in MIDDLEWARE:\n    MIDDLEWARE = list(MIDDLEWARE)\n    MIDDLEWARE.remove(\"{m}\")",
    "MIDDLEWARE = [\"{m}\"] + list(MIDDLEWARE)",
    "MIDDLEWARE = (*MIDDLEWARE, \"{m}\")",
    "MIDDLEWARE = list(MIDDLEWARE)\ntry:\n    MIDDLEWARE.insert(MIDDLEWARE.index(\"{m}\") + 1, \"whitenoise.middleware.WhiteNoiseMiddleware\")\nexcept ValueError:\n    MIDDLEWARE.insert(0, \"{m}\")",
    "MIDDLEWARE = list(MIDDLEWARE)\nMIDDLEWARE[0:1] = []",
    "MIDDLEWARE = MIDDLEWARE[1:]",
    "MIDDLEWARE = MIDDLEWARE[:-1]",
    "MIDDLEWARE = list(MIDDLEWARE)\nMIDDLEWARE.pop()",
    "MIDDLEWARE = list(MIDDLEWARE)\ndel MIDDLEWARE[0]",
    "MIDDLEWARE = list(dict.fromkeys(MIDDLEWARE))",
    "MIDDLEWARE = list(reversed(MIDDLEWARE))",
    "MIDDLEWARE = list(MIDDLEWARE)\nMIDDLEWARE.extend([\"{m}\"] * {bool MORE})",
    "INSTALLED_APPS = list(INSTALLED_APPS)\nINSTALLED_APPS += [\"{a}\"]",
    "INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in {\"{a}\", \"debug_toolbar\"}]",
    "if DEBUG:\n    INSTALLED_APPS = [*INSTALLED_APPS, \"debug_toolbar\"]",
    "for app in [\"{a}\", \"django_extensions\"]:\n    if app not in INSTALLED_APPS:\n        INSTALLED_APPS = list(INSTALLED_APPS) + [app]",
    "ALLOWED_HOSTS = list(ALLOWED_HOSTS)\nALLOWED_HOSTS.append({text EXTRA_HOST})",
    "ALLOWED_HOSTS = [host for host in ALLOWED_HOSTS if host and host != \"*\"]",
    "ALLOWED_HOSTS = sorted(set(ALLOWED_HOSTS))",
    "if not ALLOWED_HOSTS:\n    ALLOWED_HOSTS = [\"localhost\"]",
    "if not ALLOWED_HOSTS and not DEBUG:\n    raise ImproperlyConfigured(\"ALLOWED_HOSTS\")",
    "ALLOWED_HOSTS += [\".example.org\"]",
    "MIDDLEWARE += [\"{m}\"]",
    "INSTALLED_APPS += [\"{a}\"]",
    "MIDDLEWARE.insert(1, \"{m}\")",
    "DEBUG = not DEBUG",
    "DEBUG = DEBUG and {bool REALLY}",
    "DEBUG = False",
];
