//! Django's own default of every setting that a check asks for, by release.
//!
//! Read from `django/conf/global_settings.py` of each release, November 2026. Packages that are not
//! Django have their defaults where their facts are worked out.

use crate::fact::{Fact, Record, Value};

/// Major and minor number of a release.
pub(super) type Release = (u32, u32);

/// What a release without a readable number is taken for: later than all that is known.
const NEWEST: Release = (u32::MAX, 0);

/// The setting of each name when nobody sets it, in the order of the names. `None` is absent. Settings
/// that the release does not know are left out.
pub(super) fn defaults(version: &str) -> Vec<(&'static str, Value)> {
    let release = release(version);
    let mut all = everywhere();
    all.extend(by_release(release));
    all.sort_by_key(|(name, _)| *name);
    all
}

/// The release that a version belongs to.
pub(super) fn release(version: &str) -> Release {
    let mut numbers = version.split('.').map(|part| {
        let digits = part.trim().trim_end_matches(|c: char| !c.is_ascii_digit());
        digits.parse::<u32>().ok()
    });
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), minor) => (major, minor.unwrap_or(0)),
        (None, _) => NEWEST,
    }
}

/// What every release since 2.2 has in common.
fn everywhere() -> Vec<(&'static str, Value)> {
    let mut all = switches();
    all.extend(numbers());
    all.extend(texts());
    all.extend(lists_and_records());
    all
}

fn switches() -> Vec<(&'static str, Value)> {
    let off = [
        "CSRF_COOKIE_HTTPONLY",
        "CSRF_COOKIE_SECURE",
        "CSRF_USE_SESSIONS",
        "DEBUG",
        "DEBUG_PROPAGATE_EXCEPTIONS",
        "EMAIL_USE_SSL",
        "EMAIL_USE_TLS",
        "LANGUAGE_COOKIE_HTTPONLY",
        "LANGUAGE_COOKIE_SECURE",
        "PREPEND_WWW",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_HSTS_PRELOAD",
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE",
        "SESSION_SAVE_EVERY_REQUEST",
        "USE_X_FORWARDED_HOST",
        "USE_X_FORWARDED_PORT",
    ];
    let on = ["APPEND_SLASH", "SESSION_COOKIE_HTTPONLY", "USE_I18N"];
    off.into_iter()
        .map(|name| (name, Value::Bool(false)))
        .chain(on.map(|name| (name, Value::Bool(true))))
        .collect()
}

fn numbers() -> Vec<(&'static str, Value)> {
    [
        ("CSRF_COOKIE_AGE", 60 * 60 * 24 * 7 * 52),
        ("DATA_UPLOAD_MAX_MEMORY_SIZE", 2_621_440),
        ("DATA_UPLOAD_MAX_NUMBER_FIELDS", 1000),
        ("EMAIL_PORT", 25),
        ("FILE_UPLOAD_MAX_MEMORY_SIZE", 2_621_440),
        ("PASSWORD_RESET_TIMEOUT", 60 * 60 * 24 * 3),
        ("SECURE_HSTS_SECONDS", 0),
        ("SESSION_COOKIE_AGE", 60 * 60 * 24 * 14),
    ]
    .map(|(name, number)| (name, Value::from(number)))
    .to_vec()
}

/// Texts, and settings that are `None`.
fn texts() -> Vec<(&'static str, Value)> {
    let texts = [
        ("CSRF_COOKIE_NAME", "csrftoken"),
        ("CSRF_COOKIE_SAMESITE", "Lax"),
        ("CSRF_FAILURE_VIEW", "django.views.csrf.csrf_failure"),
        ("CSRF_HEADER_NAME", "HTTP_X_CSRFTOKEN"),
        ("DEFAULT_FROM_EMAIL", "webmaster@localhost"),
        ("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend"),
        ("EMAIL_HOST", "localhost"),
        ("EMAIL_HOST_PASSWORD", ""),
        ("EMAIL_HOST_USER", ""),
        ("LOGGING_CONFIG", "logging.config.dictConfig"),
        ("LOGIN_URL", "/accounts/login/"),
        ("MEDIA_ROOT", ""),
        ("MEDIA_URL", ""),
        ("SECRET_KEY", ""),
        ("SERVER_EMAIL", "root@localhost"),
        ("SESSION_CACHE_ALIAS", "default"),
        ("SESSION_COOKIE_NAME", "sessionid"),
        ("SESSION_COOKIE_PATH", "/"),
        ("SESSION_COOKIE_SAMESITE", "Lax"),
        ("SESSION_ENGINE", "django.contrib.sessions.backends.db"),
        ("SESSION_SERIALIZER", "django.contrib.sessions.serializers.JSONSerializer"),
        ("TIME_ZONE", "America/Chicago"),
    ];
    let absent = [
        "CSRF_COOKIE_DOMAIN",
        "EMAIL_SSL_CERTFILE",
        "EMAIL_SSL_KEYFILE",
        "EMAIL_TIMEOUT",
        "FILE_UPLOAD_TEMP_DIR",
        "FORCE_SCRIPT_NAME",
        "ROOT_URLCONF",
        "SECURE_PROXY_SSL_HEADER",
        "SECURE_SSL_HOST",
        "SESSION_COOKIE_DOMAIN",
        "STATIC_ROOT",
        "STATIC_URL",
        "WSGI_APPLICATION",
    ];
    texts
        .map(|(name, text)| (name, Value::from(text)))
        .into_iter()
        .chain(absent.map(|name| (name, Value::Absent)))
        .collect()
}

fn lists_and_records() -> Vec<(&'static str, Value)> {
    let locmem = Value::record([(
        "BACKEND",
        Fact::derived("django.core.cache.backends.locmem.LocMemCache"),
    )]);
    let empty = [
        "ADMINS",
        "ALLOWED_HOSTS",
        "AUTH_PASSWORD_VALIDATORS",
        "CSRF_TRUSTED_ORIGINS",
        "DATABASE_ROUTERS",
        "INSTALLED_APPS",
        "INTERNAL_IPS",
        "MANAGERS",
        "MIDDLEWARE",
        "SECURE_REDIRECT_EXEMPT",
        "SILENCED_SYSTEM_CHECKS",
        "STATICFILES_DIRS",
        "TEMPLATES",
    ];
    let mut all: Vec<(&'static str, Value)> =
        empty.map(|name| (name, Value::list(Vec::new()))).to_vec();
    all.push(("AUTHENTICATION_BACKENDS", list(&["django.contrib.auth.backends.ModelBackend"])));
    all.push(("CACHES", Value::record([("default", Fact::derived(locmem))])));
    all.push(("DATABASES", empty_record()));
    all.push(("LOGGING", empty_record()));
    all
}

/// What changed between 2.2 and now.
fn by_release(release: Release) -> Vec<(&'static str, Value)> {
    let since = |major, minor| release >= (major, minor);
    let mut all = vec![
        ("PASSWORD_HASHERS", list(hashers(release))),
        ("SECURE_CONTENT_TYPE_NOSNIFF", Value::Bool(since(3, 0))),
        ("USE_TZ", Value::Bool(since(5, 0))),
        ("X_FRAME_OPTIONS", Value::from(if since(3, 0) { "DENY" } else { "SAMEORIGIN" })),
        (
            "DEFAULT_AUTO_FIELD",
            Value::from(if since(6, 0) {
                "django.db.models.BigAutoField"
            } else {
                "django.db.models.AutoField"
            }),
        ),
    ];
    if since(3, 0) {
        let policy = if since(3, 1) { Value::from("same-origin") } else { Value::Absent };
        all.push(("SECURE_REFERRER_POLICY", policy));
        let mode = if since(3, 1) { Value::Int(0o644) } else { Value::Absent };
        all.push(("FILE_UPLOAD_PERMISSIONS", mode));
    }
    if since(3, 2) {
        all.push(("DATA_UPLOAD_MAX_NUMBER_FILES", Value::Int(100)));
    }
    if since(4, 0) {
        all.push(("SECURE_CROSS_ORIGIN_OPENER_POLICY", Value::from("same-origin")));
    } else {
        all.push(("SECURE_BROWSER_XSS_FILTER", Value::Bool(false)));
    }
    if since(4, 1) {
        all.push(("SECRET_KEY_FALLBACKS", Value::list(Vec::new())));
    }
    if since(4, 2) {
        all.push(("STORAGES", storages()));
    }
    if since(6, 0) {
        all.push(("SECURE_CSP", empty_record()));
        all.push(("SECURE_CSP_REPORT_ONLY", empty_record()));
    }
    all
}

fn hashers(release: Release) -> &'static [&'static str] {
    const ALL: &[&str] = &[
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
        "django.contrib.auth.hashers.ScryptPasswordHasher",
    ];
    if release >= (4, 0) { ALL } else { ALL.split_last().map_or(ALL, |(_scrypt, rest)| rest) }
}

fn storages() -> Value {
    let backend = |class: &str| Fact::derived(Value::record([("BACKEND", Fact::derived(class))]));
    Value::record([
        ("default", backend("django.core.files.storage.FileSystemStorage")),
        ("staticfiles", backend("django.contrib.staticfiles.storage.StaticFilesStorage")),
    ])
}

fn list(texts: &[&str]) -> Value {
    Value::list(texts.iter().map(|text| Fact::derived(*text)).collect())
}

fn empty_record() -> Value {
    Value::from(Record::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(version: &str, setting: &str) -> String {
        let found = defaults(version).into_iter().find(|(name, _)| *name == setting);
        found.map_or_else(|| "no such setting".to_owned(), |(_, value)| value.to_string())
    }

    #[test]
    fn defaults_follow_the_release() {
        for (version, setting, value) in [
            ("2.2.28", "X_FRAME_OPTIONS", "\"SAMEORIGIN\""),
            ("4.2", "X_FRAME_OPTIONS", "\"DENY\""),
            ("2.2", "SECURE_CONTENT_TYPE_NOSNIFF", "false"),
            ("3.0.14", "SECURE_REFERRER_POLICY", "not set"),
            ("3.1", "SECURE_REFERRER_POLICY", "\"same-origin\""),
            ("2.2", "SECURE_REFERRER_POLICY", "no such setting"),
            ("4.2.30", "USE_TZ", "false"),
            ("5.0", "USE_TZ", "true"),
            ("5.2", "SECURE_CSP", "no such setting"),
            ("6.0", "SECURE_CSP", "{}"),
            ("6.1rc1", "SECURE_CSP", "{}"),
            ("10.0", "SECURE_CSP", "{}"),
            ("", "SECURE_CSP", "{}"),
            ("main", "USE_TZ", "true"),
            ("5", "USE_TZ", "true"),
            ("4.2", "STATIC_ROOT", "not set"),
            ("4.2", "SECRET_KEY", "\"\""),
        ] {
            assert_eq!(shown(version, setting), value, "{setting} of {version}");
        }
    }

    #[test]
    fn every_setting_has_one_default() {
        for version in ["2.2", "3.2", "4.2", "5.2", "6.0", ""] {
            let names: Vec<&str> = defaults(version).into_iter().map(|(name, _)| name).collect();
            assert!(names.is_sorted_by(|one, next| one < next), "{version}");
        }
    }
}
