//! Settings that are classes of django-configurations, in the notation of `statements.rs`.

/// What stands in front of the classes.
pub(crate) const IMPORTS: &str = "import os
from datetime import timedelta
from pathlib import Path

from configurations import Configuration, values

BASE_DIR = Path(__file__).resolve().parent.parent";

/// What every base class has.
pub(crate) const FIRST: &[&str] = &[
    "DEBUG = values.BooleanValue(False)  # {=bool DJANGO_DEBUG}",
    "DEBUG = values.BooleanValue({bool DEBUG_DEFAULT} is True)  # {=bool DJANGO_DEBUG}",
];

/// Statements of the base class.
pub(crate) const COMMON: &[&str] = &[
    "SECRET_KEY = values.SecretValue()  # {=key DJANGO_SECRET_KEY}",
    "SECRET_KEY = values.Value(\"{k}\")  # {=key DJANGO_SECRET_KEY}",
    "SECRET_KEY = {key SECRET_KEY}",
    "ALLOWED_HOSTS = values.ListValue([])  # {=hosts DJANGO_ALLOWED_HOSTS}",
    "ALLOWED_HOSTS = values.ListValue([\"shop.example\"], environ_name=\"HOSTS\")  # {=hosts DJANGO_HOSTS}",
    "ALLOWED_HOSTS = values.TupleValue((\"shop.example\",), separator=\";\")  # {=hosts DJANGO_ALLOWED_HOSTS}",
    "INSTALLED_APPS = [\"django.contrib.sessions\", \"rest_framework\", \"corsheaders\"]",
    "MIDDLEWARE = [\"django.middleware.security.SecurityMiddleware\", \"{m}\"]",
    "MIDDLEWARE = values.BackendsValue([])  # {=json UNUSED}",
    "SECURE_HSTS_SECONDS = values.IntegerValue(60)  # {=number DJANGO_SECURE_HSTS_SECONDS}",
    "SECURE_HSTS_SECONDS = values.PositiveIntegerValue(60, environ_prefix=\"SHOP\")  # {=number SHOP_SECURE_HSTS_SECONDS}",
    "X_FRAME_OPTIONS = values.Value(\"DENY\", environ_prefix=None)  # {=text X_FRAME_OPTIONS}",
    "X_FRAME_OPTIONS = values.Value(\"SAMEORIGIN\", environ=False)",
    "SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = values.BooleanValue(True, environ_name=\"SECURE\")  # {=bool DJANGO_SECURE}",
    "CSRF_COOKIE_SECURE = values.BooleanValue(True)  # {=bool DJANGO_CSRF_COOKIE_SECURE}",
    "SESSION_COOKIE_AGE = int(os.environ.get(\"{=number SESSION_AGE}\", \"60\"))",
    "DATABASES = values.DatabaseURLValue(\"sqlite:///db.sqlite3\")  # {=database DATABASE_URL}",
    "DATABASES = values.DatabaseURLValue(\"postgres://u:p@db/shop\", environ_prefix=\"DJANGO\")  # {=database DJANGO_DATABASE_URL}",
    "REST_FRAMEWORK = {\"DEFAULT_PERMISSION_CLASSES\": [\"rest_framework.permissions.IsAuthenticated\"]}",
    "SIMPLE_JWT = {\"ACCESS_TOKEN_LIFETIME\": timedelta(minutes=5)}",
    "FEATURES = values.DictValue({\"a\": \"b\"})  # {=text UNUSED}",
    "ADMIN_MAIL = values.EmailValue(\"a@shop.example\")",
    "RATIO = values.FloatValue(0.5, environ_name=\"RATIO\")  # {=number DJANGO_RATIO}",
    "STATIC_ROOT = os.path.join(BASE_DIR, \"static\")",
    "@property\ndef SECURE_SSL_REDIRECT(self):\n    return not self.DEBUG",
    "@property\ndef CORS_ALLOWED_ORIGINS(self):\n    return [\"https://a.example\"] if self.DEBUG else []",
    "@classmethod\ndef setup(cls):\n    super().setup()\n    cls.SECURE_HSTS_PRELOAD = True",
    "@classmethod\ndef pre_setup(cls):\n    super().pre_setup()",
    "@classmethod\ndef post_setup(cls):\n    super().post_setup()",
];

/// Statements of the class that is chosen, which has `Base` above it.
pub(crate) const CHOSEN: &[&str] = &[
    "DEBUG = False",
    "SECURE_SSL_REDIRECT = {bool SECURE_SSL_REDIRECT}",
    "SECURE_HSTS_SECONDS = values.IntegerValue(31536000)  # {=number DJANGO_SECURE_HSTS_SECONDS}",
    "SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS = True",
    "SESSION_COOKIE_SECURE = values.BooleanValue(True)  # {=bool DJANGO_SESSION_COOKIE_SECURE}",
    "ALLOWED_HOSTS = [\"shop.example\"]",
    "EXTRA = [\"a\"]\nEXTRA += [\"b\"]\nif {bool EXTRA}:\n    EXTRA.append(\"c\")",
    "@property\ndef X_FRAME_OPTIONS(self):\n    return \"SAMEORIGIN\" if self.DEBUG else \"DENY\"",
];
