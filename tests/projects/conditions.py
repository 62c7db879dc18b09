"""Django's own conditions for its fourteen core deployment checks, over what prodcheck knows.

Each condition answers True (Django raises the check), False, or None where the facts leave it open.
"""

import itertools

SECURITY = "django.middleware.security.SecurityMiddleware"
FRAMING = "django.middleware.clickjacking.XFrameOptionsMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
SESSIONS_APP = "django.contrib.sessions"

CHECKS = {
    "W001": ["security.W001"],
    "W002": ["security.W002"],
    "W003": ["security.W003"],
    "W004": ["security.W004"],
    "W005": ["security.W005"],
    "W006": ["security.W006"],
    "W008": ["security.W008"],
    "W009": ["security.W009"],
    "W010-12": ["security.W010", "security.W011", "security.W012"],
    "W016": ["security.W016"],
    "W018": ["security.W018"],
    "W019": ["security.W019"],
    "W020": ["security.W020"],
    "W021": ["security.W021"],
}

# The settings on which each check rests: where Django got one from a stub, there is nothing to compare.
RESTS_ON = {
    "W001": ["MIDDLEWARE"],
    "W002": ["MIDDLEWARE"],
    "W003": ["MIDDLEWARE"],
    "W004": ["MIDDLEWARE", "SECURE_HSTS_SECONDS"],
    "W005": ["MIDDLEWARE", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS"],
    "W006": ["MIDDLEWARE", "SECURE_CONTENT_TYPE_NOSNIFF"],
    "W008": ["MIDDLEWARE", "SECURE_SSL_REDIRECT"],
    "W009": ["SECRET_KEY"],
    "W010-12": ["MIDDLEWARE", "INSTALLED_APPS", "SESSION_COOKIE_SECURE"],
    "W016": ["MIDDLEWARE", "CSRF_USE_SESSIONS", "CSRF_COOKIE_SECURE"],
    "W018": ["DEBUG"],
    "W019": ["MIDDLEWARE", "X_FRAME_OPTIONS"],
    "W020": ["ALLOWED_HOSTS"],
    "W021": ["MIDDLEWARE", "SECURE_HSTS_SECONDS", "SECURE_HSTS_PRELOAD"],
}


def both(*truths):
    """Kleene's and."""
    return False if False in truths else None if None in truths else True


def negated(truth):
    return None if truth is None else not truth


def each(fact, ask):
    """What holds of a fact: of all its alternatives alike, else nobody knows."""
    if fact is None or fact["is"] == "unknown":
        return None
    if fact["is"] == "one-of":
        answers = {each(alternative, ask) for alternative in fact["alternatives"]}
        return answers.pop() if len(answers) == 1 else None
    return ask(fact)


def truthy(fact):
    def ask(fact):
        match fact["is"]:
            case "absent":
                return False
            case "bool" | "number" | "text":
                return bool(fact["value"])
            case "secret":
                return fact["length"] > 0
            case "list":
                return True if fact["items"] else None if fact["more"] else False
            case "record":
                return True if fact["fields"] else None if fact["more"] else False

    return each(fact, ask)


def is_true(fact):
    return each(fact, lambda fact: fact["is"] == "bool" and fact["value"] is True)


def is_deny(fact):
    return each(fact, lambda fact: fact["is"] == "text" and fact["value"] == "DENY")


def holds(fact, item):
    """Whether a list holds a text."""

    def ask(fact):
        if fact["is"] != "list":
            return False if fact["is"] == "absent" else None
        found = [each(member, lambda text: text.get("value") == item) for member in fact["items"]]
        return True if True in found else None if None in found or fact["more"] else False

    return each(fact, ask)


def weak(django):
    """W009, from what may be told of a secret."""
    key = django.get("secret-key", {}).get("fields", {})
    short = each(key.get("length"), lambda fact: fact["is"] == "absent" or fact["value"] < 50)
    uniform = each(key.get("distinct"), lambda fact: fact["is"] == "absent" or fact["value"] < 5)
    marked = each(key.get("marked-insecure"), lambda fact: fact.get("value") is True)
    parts = [short, uniform, marked]
    return True if True in parts else None if None in parts else False


def conditions(django):
    settings = django.get("settings", {}).get("fields", {})
    get = settings.get
    installed = {
        name: holds(get("MIDDLEWARE"), path)
        for name, path in (("SEC", SECURITY), ("XFO", FRAMING), ("CSRF", CSRF), ("SESM", SESSIONS))
    }
    sessions = [installed["SESM"], holds(get("INSTALLED_APPS"), SESSIONS_APP)]
    has_sessions = True if True in sessions else None if None in sessions else False
    hsts = truthy(get("SECURE_HSTS_SECONDS"))
    return {
        "W001": negated(installed["SEC"]),
        "W002": negated(installed["XFO"]),
        "W003": negated(installed["CSRF"]),
        "W004": both(installed["SEC"], negated(hsts)),
        "W005": both(installed["SEC"], hsts, negated(is_true(get("SECURE_HSTS_INCLUDE_SUBDOMAINS")))),
        "W006": both(installed["SEC"], negated(is_true(get("SECURE_CONTENT_TYPE_NOSNIFF")))),
        "W008": both(installed["SEC"], negated(is_true(get("SECURE_SSL_REDIRECT")))),
        "W009": weak(django),
        "W010-12": both(has_sessions, negated(is_true(get("SESSION_COOKIE_SECURE")))),
        "W016": both(
            installed["CSRF"],
            negated(truthy(get("CSRF_USE_SESSIONS"))),
            negated(is_true(get("CSRF_COOKIE_SECURE"))),
        ),
        "W018": truthy(get("DEBUG")),
        "W019": both(installed["XFO"], negated(is_deny(get("X_FRAME_OPTIONS")))),
        "W020": negated(truthy(get("ALLOWED_HOSTS"))),
        "W021": both(installed["SEC"], hsts, negated(is_true(get("SECURE_HSTS_PRELOAD")))),
    }


def has_stub(value):
    match value:
        case {"stub": _}:
            return True
        case list():
            return any(map(has_stub, value))
        case dict():
            return any(map(has_stub, itertools.chain(value.values())))
    return False


def compared(found, real):
    """A word for each check: agree, false pass, false fail, unknown or incomparable."""
    verdicts = {}
    for check, ids in CHECKS.items():
        fires = any(each in real["ids"] for each in ids)
        if any(has_stub(real["values"][name]) for name in RESTS_ON[check]):
            verdicts[check] = "incomparable"
        elif found[check] is None:
            verdicts[check] = "unknown"
        elif found[check] == fires:
            verdicts[check] = "agree"
        else:
            verdicts[check] = "false pass" if fires else "false fail"
    return verdicts
