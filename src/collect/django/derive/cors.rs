//! Who may read answers from other origins: `django-cors-headers`, under its new and its old names.

use regex::Regex;

use crate::collect::django::carry::{
    each, filter, map, or_default, setting, truth, under_either_name,
};
use crate::fact::{Fact, Facts, Ignorance, List, Record, Value};

/// Judges the `CORS_…` settings. They mean nothing unless `corsheaders` is used.
pub(super) fn derive(settings: &Record, facts: &mut Facts) {
    let none = Value::list(Vec::new());
    let either = |new, old, nothing| under_either_name(settings, new, old, nothing);
    let no = Value::Bool(false);
    let allow_all = truth(&either("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL", &no));
    let origins = either("CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_WHITELIST", &none);
    let regexes = either("CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST", &none);
    facts.put("django.cors.allow-all", allow_all);
    facts.put("django.cors.origins", or_default(origins, Value::list(Vec::new())));
    let regexes = or_default(regexes, Value::list(Vec::new()));
    facts.put("django.cors.unbounded-regexes", filter(&regexes, admits_strangers));
    facts.put("django.cors.regexes", regexes);
    facts.put("django.cors.credentials", truth(&setting(settings, "CORS_ALLOW_CREDENTIALS")));
    facts.put("django.cors.malformed", malformed(settings));
}

/// What django-cors-headers takes.
#[derive(Clone, Copy)]
enum Takes {
    Bool,
    /// A number that is not negative.
    Seconds,
    Text,
    /// Texts in their order; a text is a sequence of its letters, which another check tells.
    Texts,
    /// Nothing any more.
    Nothing,
}

/// What it takes under each name (`corsheaders/checks.py`, 4.9).
const TAKEN: &[(&str, Takes)] = &[
    ("CORS_ALLOW_ALL_ORIGINS", Takes::Bool),
    ("CORS_ALLOW_CREDENTIALS", Takes::Bool),
    ("CORS_ALLOW_HEADERS", Takes::Texts),
    ("CORS_ALLOW_METHODS", Takes::Texts),
    ("CORS_ALLOW_PRIVATE_NETWORK", Takes::Bool),
    ("CORS_ALLOWED_ORIGINS", Takes::Texts),
    ("CORS_ALLOWED_ORIGIN_REGEXES", Takes::Texts),
    ("CORS_EXPOSE_HEADERS", Takes::Texts),
    ("CORS_MODEL", Takes::Nothing),
    ("CORS_ORIGIN_ALLOW_ALL", Takes::Bool),
    ("CORS_ORIGIN_REGEX_WHITELIST", Takes::Texts),
    ("CORS_ORIGIN_WHITELIST", Takes::Texts),
    ("CORS_PREFLIGHT_MAX_AGE", Takes::Seconds),
    ("CORS_REPLACE_HTTPS_REFERER", Takes::Nothing),
    ("CORS_URLS_REGEX", Takes::Text),
];

/// The names of the settings that are refused, each at its place.
fn malformed(settings: &Record) -> Fact {
    let mut all = List { items: Vec::new(), rest: settings.rest.clone() };
    for (name, takes) in TAKEN {
        let Some(fact) = settings.fields.get(*name) else {
            continue;
        };
        let answer = each(fact, |value| Fact::derived(is_taken(value, *takes)));
        match answer.value {
            Value::Bool(true) => {}
            Value::Bool(false) => {
                let mut item = Fact::derived(*name);
                item.provenance = fact.provenance.clone();
                all.items.push(item);
            }
            Value::Unknown(why) => all.rest = all.rest.or(Some(why)),
            _ => {
                let why = format!("`{name}` depends on something outside of the project");
                all.rest = all.rest.or(Some(Ignorance::new(why)));
            }
        }
    }
    Fact::derived(all)
}

/// Whether a value is taken. A compiled expression is not known, and is one that is taken.
fn is_taken(value: &Value, takes: Takes) -> Value {
    let is = match (takes, value) {
        (_, Value::Unknown(why)) => return Value::Unknown(why.clone()),
        (Takes::Bool, value) => value.bool().is_some(),
        (Takes::Seconds, Value::Int(seconds)) => *seconds >= 0,
        (Takes::Texts, Value::List(list)) => {
            let unknown = list.items.iter().find_map(|item| match &item.value {
                Value::Unknown(why) => Some(why.clone()),
                Value::OneOf(_) => Some(Ignorance::new("an item depends on the environment")),
                _ => None,
            });
            let is_text = |item: &Fact| {
                item.value.text().is_some()
                    || matches!(item.value, Value::Unknown(_) | Value::OneOf(_))
            };
            if list.items.iter().all(is_text)
                && let Some(why) = unknown.or_else(|| list.rest.clone())
            {
                return Value::Unknown(why);
            }
            list.items.iter().all(is_text)
        }
        (Takes::Text | Takes::Texts, value) => value.text().is_some(),
        (Takes::Seconds | Takes::Nothing, _) => false,
    };
    Value::Bool(is)
}

/// An origin that no site can have listed.
const STRANGERS: [&str; 2] = ["https://prodcheck.invalid", "http://prodcheck.invalid"];

/// Whether an expression admits a stranger. The package asks `re.match`, which is bound to the beginning of
/// the origin and not to its end.
fn admits_strangers(regex: &Fact) -> Fact {
    map(regex, "a text", |value| {
        let text = value.text()?;
        let read = Regex::new(&format!("^(?:{text})"));
        Some(read.map_or_else(
            |_| Value::Unknown(Ignorance::new("the expression could not be read")),
            |read| Value::Bool(STRANGERS.iter().any(|origin| read.is_match(origin))),
        ))
    })
}
