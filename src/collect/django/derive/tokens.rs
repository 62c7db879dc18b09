//! The tokens of `djangorestframework-simplejwt`, with its defaults (read in 5.5.1, `settings.py`).

use super::keys;
use crate::collect::django::carry::{
    each, field, first_set, made_from, map, map_present, or_default, setting, some_text, truth,
};
use crate::fact::{Fact, Facts, Record, Value};

const BLACKLIST_APP: &str = "rest_framework_simplejwt.token_blacklist";
const ACCESS_SECONDS: i64 = 5 * 60;
const REFRESH_SECONDS: i64 = 24 * 60 * 60;

/// Judges `SIMPLE_JWT`.
pub(super) fn derive(settings: &Record, facts: &mut Facts) {
    let jwt = setting(settings, "SIMPLE_JWT");
    let key = setting(settings, "SECRET_KEY");
    let signing_key = or_same(field(&jwt, "SIGNING_KEY"), &key);
    let algorithm = or_default(field(&jwt, "ALGORITHM"), "HS256");
    let blacklist =
        some_text(&setting(settings, "INSTALLED_APPS"), |entry| entry.starts_with(BLACKLIST_APP));
    for (path, fact) in [
        (
            "access-token-seconds",
            or_default(seconds(&field(&jwt, "ACCESS_TOKEN_LIFETIME")), ACCESS_SECONDS),
        ),
        (
            "refresh-token-seconds",
            or_default(seconds(&field(&jwt, "REFRESH_TOKEN_LIFETIME")), REFRESH_SECONDS),
        ),
        ("rotates", truth(&or_default(field(&jwt, "ROTATE_REFRESH_TOKENS"), false))),
        ("blacklists", truth(&or_default(field(&jwt, "BLACKLIST_AFTER_ROTATION"), false))),
        ("blacklist-installed", blacklist),
        ("signs-with-shared-key", symmetric(&algorithm)),
        ("signing-key-is-secret-key", same(&signing_key, &key)),
        ("signing-key-length", keys::length(&signing_key)),
        ("signing-key-bits", keys::bits(&signing_key)),
        ("signing-key-placeholder", keys::placeholder(&signing_key)),
        ("algorithm", algorithm),
    ] {
        facts.put(&format!("django.jwt.{path}"), fact);
    }
}

/// A length of time in seconds. The evaluator counts a `timedelta` in seconds.
fn seconds(lifetime: &Fact) -> Fact {
    map_present(lifetime, "a timedelta", |value| {
        matches!(value, Value::Int(_) | Value::Float(_)).then(|| value.clone())
    })
}

fn symmetric(algorithm: &Fact) -> Fact {
    map(algorithm, "a text", |value| Some(Value::Bool(value.text()?.starts_with("HS"))))
}

/// The fact, or, where it is absent, the other.
fn or_same(fact: Fact, other: &Fact) -> Fact {
    first_set([fact, other.clone()])
}

/// Whether two keys are the same: the same text, or both read from the same variable.
fn same(ours: &Fact, theirs: &Fact) -> Fact {
    let variables = &ours.provenance.variables;
    if !variables.is_empty()
        && *variables == theirs.provenance.variables
        && ours.value == theirs.value
    {
        return made_from(ours, Value::Bool(true));
    }
    each(ours, |ours_definite| {
        let answer = each(theirs, |theirs_definite| {
            made_from(theirs, Value::Bool(ours_definite.text() == theirs_definite.text()))
        });
        made_from(ours, answer.value)
    })
}
