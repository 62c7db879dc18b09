//! What the settings amount to: facts about keys, middleware, packages, mail and logs, worked out from
//! settings whose values are known, and unknown where those are.

use super::carry::{awaited, map_present, or_default, setting};
use crate::fact::{Fact, FactSpec, Facts, Kind, Record, Value};

mod cors;
mod deploy;
mod email;
mod keys;
mod logging;
mod middleware;
mod passwords;
mod rest;
#[cfg(test)]
mod tests;
mod tokens;
mod uses;

pub(super) use deploy::derive as derive_deployment;
pub(super) use uses::is_app;

const TEXTS: Kind = Kind::List(&Kind::Text);

/// The facts that are worked out here and beside.
pub(super) const DERIVED: &[FactSpec] = &[
    FactSpec::new("django.secret-key.length", Kind::Number, "How long `SECRET_KEY` is.")
        .in_unit("characters"),
    FactSpec::new(
        "django.secret-key.bits",
        Kind::Number,
        "What guessing `SECRET_KEY` costs at most, judged by its text.",
    )
    .in_unit("bits"),
    FactSpec::new(
        "django.secret-key.placeholder",
        Kind::Text,
        "What known or sample value `SECRET_KEY` is; absent if it is none.",
    ),
    FactSpec::new(
        "django.secret-key.distinct",
        Kind::Number,
        "How many different characters `SECRET_KEY` has.",
    )
    .in_unit("characters"),
    FactSpec::new(
        "django.secret-key.marked-insecure",
        Kind::Bool,
        "Whether `SECRET_KEY` begins as the key of a new project does.",
    ),
    FactSpec::new(
        "django.secret-key.has-fallback",
        Kind::Bool,
        "Whether a text in the code stands for `SECRET_KEY` where its variable is not set.",
    ),
    FactSpec::new(
        "django.secret-key-fallbacks",
        Kind::List(&Kind::Record(keys::FALLBACK)),
        "The former keys that are still accepted, in order.",
    ),
    FactSpec::new(
        "django.allowed-hosts",
        TEXTS,
        "`ALLOWED_HOSTS`; unknown where it is empty only because its variable is given at deploy time.",
    ),
    FactSpec::new(
        "django.middleware.security",
        Kind::Bool,
        "Whether `SecurityMiddleware`, or a class named like it, runs.",
    ),
    FactSpec::new(
        "django.middleware.csrf",
        Kind::Bool,
        "Whether `CsrfViewMiddleware`, or a class named like it, runs.",
    ),
    FactSpec::new(
        "django.middleware.clickjacking",
        Kind::Bool,
        "Whether `XFrameOptionsMiddleware`, or a class named like it, runs.",
    ),
    FactSpec::new(
        "django.middleware.sessions",
        Kind::Bool,
        "Whether `SessionMiddleware`, or a class named like it, runs.",
    ),
    FactSpec::new(
        "django.middleware.answering-before-security",
        TEXTS,
        "The middleware above `SecurityMiddleware` that answers requests by itself; absent without it.",
    ),
    FactSpec::new(
        "django.middleware.answering-before-cors",
        TEXTS,
        "The middleware above `CorsMiddleware` that answers requests by itself; absent without it.",
    ),
    FactSpec::new(
        "django.uses.admin",
        Kind::Bool,
        "Whether Django's administration site is installed.",
    ),
    FactSpec::new("django.uses.auth", Kind::Bool, "Whether Django's own accounts are installed."),
    FactSpec::new(
        "django.uses.corsheaders",
        Kind::Bool,
        "Whether the middleware of django-cors-headers runs.",
    ),
    FactSpec::new(
        "django.uses.csp",
        Kind::Bool,
        "Whether a middleware sends `SECURE_CSP` or django-csp's policy.",
    ),
    FactSpec::new("django.uses.drf", Kind::Bool, "Whether Django REST framework is put to use."),
    FactSpec::new(
        "django.uses.simplejwt",
        Kind::Bool,
        "Whether djangorestframework-simplejwt is put to use.",
    ),
    FactSpec::new("django.uses.sessions", Kind::Bool, "Whether sessions are kept."),
    FactSpec::new(
        "django.uses.login-limiter",
        Kind::Bool,
        "Whether django-axes, django-defender or, where its login is the only one, allauth counts failed logins.",
    ),
    FactSpec::new(
        "django.development-apps",
        TEXTS,
        "The applications and middleware that are made for development only.",
    ),
    FactSpec::new(
        "django.drf.permission-classes",
        TEXTS,
        "Who may call a view that does not say so itself.",
    ),
    FactSpec::new(
        "django.drf.authentication-classes",
        TEXTS,
        "How callers show who they are, unless a view says so itself.",
    ),
    FactSpec::new(
        "django.drf.throttle-classes",
        TEXTS,
        "What limits the rate of calls, unless a view says so itself.",
    ),
    FactSpec::new(
        "django.drf.throttles-without-rate",
        TEXTS,
        "Those of the throttle classes that limit nobody, because no rate is set for them.",
    ),
    FactSpec::new(
        "django.drf.renderer-classes",
        TEXTS,
        "In which forms answers are given, unless a view says so itself.",
    ),
    FactSpec::new(
        "django.drf.rates",
        Kind::List(&Kind::Record(rest::RATE)),
        "The rates of calls, by scope; those of `None` are left out.",
    ),
    FactSpec::new(
        "django.drf.num-proxies",
        Kind::Number,
        "How many proxies are trusted to say who calls.",
    )
    .in_unit("proxies"),
    FactSpec::new("django.drf.page-size", Kind::Number, "How many items a page of a list has.")
        .in_unit("items"),
    FactSpec::new(
        "django.drf.pagination-class",
        Kind::Text,
        "What cuts lists into pages, unless a view says so itself; absent if nothing does.",
    ),
    FactSpec::new(
        "django.jwt.access-token-seconds",
        Kind::Number,
        "How long an access token lives.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "django.jwt.refresh-token-seconds",
        Kind::Number,
        "How long a refresh token lives.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "django.jwt.rotates",
        Kind::Bool,
        "Whether a refresh token is replaced when it is used.",
    ),
    FactSpec::new(
        "django.jwt.blacklists",
        Kind::Bool,
        "Whether a replaced refresh token is to be refused.",
    ),
    FactSpec::new(
        "django.jwt.blacklist-installed",
        Kind::Bool,
        "Whether the application that remembers refused tokens is installed.",
    ),
    FactSpec::new("django.jwt.algorithm", Kind::Text, "How tokens are signed."),
    FactSpec::new(
        "django.jwt.signs-with-shared-key",
        Kind::Bool,
        "Whether who checks a token could also make one (HS256 and its like).",
    ),
    FactSpec::new(
        "django.jwt.signing-key-is-secret-key",
        Kind::Bool,
        "Whether tokens are signed with `SECRET_KEY`.",
    ),
    FactSpec::new("django.jwt.signing-key-length", Kind::Number, "How long the signing key is.")
        .in_unit("characters"),
    FactSpec::new(
        "django.jwt.signing-key-bits",
        Kind::Number,
        "What guessing the signing key costs at most.",
    )
    .in_unit("bits"),
    FactSpec::new(
        "django.jwt.signing-key-placeholder",
        Kind::Text,
        "What known or sample value the signing key is; absent if it is none.",
    ),
    FactSpec::new("django.cors.allow-all", Kind::Bool, "Whether every origin may read answers."),
    FactSpec::new("django.cors.origins", TEXTS, "The origins that may read answers."),
    FactSpec::new(
        "django.cors.regexes",
        TEXTS,
        "The expressions for origins that may read answers.",
    ),
    FactSpec::new(
        "django.cors.unbounded-regexes",
        TEXTS,
        "Those of the expressions that admit a stranger.",
    ),
    FactSpec::new(
        "django.cors.malformed",
        TEXTS,
        "The settings of django-cors-headers that are of another kind than it takes, or that it takes no more.",
    ),
    FactSpec::new(
        "django.cors.credentials",
        Kind::Bool,
        "Whether answers to other origins may use the visitor's cookies.",
    ),
    FactSpec::new(
        "django.password-validators",
        TEXTS,
        "The classes that new passwords must satisfy.",
    ),
    FactSpec::new(
        "django.password-min-length",
        Kind::Number,
        "How long a new password must be; absent if nothing asks.",
    )
    .in_unit("characters"),
    FactSpec::new(
        "django.password-hasher",
        Kind::Text,
        "The class by which new passwords are stored.",
    ),
    FactSpec::new("django.email.backend", Kind::Text, "The class that takes mail."),
    FactSpec::new("django.email.host", Kind::Text, "The machine that mail is handed to."),
    FactSpec::new(
        "django.email.delivers",
        Kind::Bool,
        "Whether mail is handed on at all, not printed or dropped.",
    ),
    FactSpec::new(
        "django.email.over-smtp",
        Kind::Bool,
        "Whether mail goes to another machine by SMTP.",
    ),
    FactSpec::new(
        "django.email.encrypted",
        Kind::Bool,
        "Whether `EMAIL_USE_TLS` or `EMAIL_USE_SSL` is on.",
    ),
    FactSpec::new(
        "django.logging.error-handlers",
        TEXTS,
        "The classes that an error of a request reaches while DEBUG is off; absent if `LOGGING` is empty.",
    ),
    FactSpec::new(
        "django.logging.security-handlers",
        TEXTS,
        "The classes that a message of `django.security` reaches while DEBUG is off; absent if `LOGGING` is empty.",
    ),
    FactSpec::new(
        "django.logging.keeps-loggers",
        Kind::Bool,
        "Whether loggers that exist already stay in use; absent if `LOGGING` is empty.",
    ),
    FactSpec::new(
        "django.logging.root-level",
        Kind::Text,
        "The level of the root logger, in capitals.",
    ),
    FactSpec::new(
        "django.health-paths",
        TEXTS,
        "The paths at which the program tells whether it is well, as its `urls.py` files list them.",
    ),
    FactSpec::new(
        "django.admin-paths",
        TEXTS,
        "The paths of the administration site, as the `urls.py` files list them.",
    ),
    FactSpec::new(
        "django.logging.files",
        Kind::List(&Kind::Text),
        "The files that handlers of the log write to; absent if nothing is configured.",
    ),
    FactSpec::new(
        "django.logging.rotates",
        Kind::Bool,
        "Whether log files stay bounded; absent if none is written.",
    ),
    FactSpec::new(
        "django.opener-policy",
        Kind::Text,
        "What `SECURE_CROSS_ORIGIN_OPENER_POLICY` asks for, `none` if it is None; absent before Django 4.0.",
    ),
    FactSpec::new(
        "django.referrer-policies",
        TEXTS,
        "The values of `SECURE_REFERRER_POLICY`; absent if it is None.",
    ),
    FactSpec::new(
        "django.switch",
        Kind::Open(&Kind::Bool),
        "Whether Django takes a switch of this name for on: nothing but `True` is, of cookies before 4.1 all that is true.",
    ),
    FactSpec::new(
        "django.csp-malformed",
        Kind::Bool,
        "Whether `SECURE_CSP` or `SECURE_CSP_REPORT_ONLY` is no dictionary; absent before Django 6.0.",
    ),
    FactSpec::new(
        "django.csp-nonce-unserved",
        Kind::Bool,
        "Whether a policy asks for a nonce that no template gets; absent before Django 6.1.",
    ),
    FactSpec::new(
        "django.csrf-failure-view",
        Kind::Text,
        "What Django finds under `CSRF_FAILURE_VIEW`: `a view`, `nothing`, or `a view of other arguments`; absent \
         where it comes from a library.",
    ),
    FactSpec::new("django.async-unsafe", Kind::Bool, "Whether `DJANGO_ALLOW_ASYNC_UNSAFE` is set."),
    FactSpec::new(
        "django.cache-folders",
        Kind::List(&Kind::Record(deploy::CACHE_FOLDER)),
        "The caches that are kept in files, by their names.",
    ),
    FactSpec::new(
        "django.error-tracker",
        Kind::Text,
        "The service that errors are reported to; absent if there is none.",
    ),
];

/// Works out all that the settings alone tell.
pub(super) fn derive(settings: &Record, so_far: &Facts, facts: &mut Facts) {
    keys::derive(settings, facts);
    middleware::derive(settings, facts);
    uses::derive(settings, facts);
    rest::derive(settings, facts);
    tokens::derive(settings, facts);
    cors::derive(settings, facts);
    passwords::derive(settings, facts);
    email::derive(settings, facts);
    logging::derive(settings, &so_far.at("logrotate.logs"), facts);
    let hosts = awaited(setting(settings, "ALLOWED_HOSTS"), facts);
    facts.put("django.allowed-hosts", hosts);
    facts.put("django.opener-policy", opener_policy(settings));
    facts.put("django.referrer-policies", referrer_policies(settings));
}

/// A text is split at its commas, as Django splits it.
fn referrer_policies(settings: &Record) -> Fact {
    let policy = setting(settings, "SECURE_REFERRER_POLICY");
    map_present(&policy, "a text or a list", |value| match value {
        Value::List(list) => Some(Value::List(list.clone())),
        value => {
            let parts = value.text()?.split(',').map(|part| Fact::derived(part.trim()));
            Some(Value::list(parts.collect()))
        }
    })
}

/// None is a policy too, but only where Django knows the setting.
fn opener_policy(settings: &Record) -> Fact {
    const NAME: &str = "SECURE_CROSS_ORIGIN_OPENER_POLICY";
    let policy = setting(settings, NAME);
    if settings.fields.contains_key(NAME) { or_default(policy, "none") } else { policy }
}
