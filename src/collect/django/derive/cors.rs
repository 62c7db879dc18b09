//! Who may read answers from other origins: `django-cors-headers`, under its new and its old names.

use regex::Regex;

use crate::collect::django::carry::{filter, first_set, map, or_default, setting, truth};
use crate::fact::{Fact, Facts, Ignorance, Record, Value};

/// Judges the `CORS_…` settings. They mean nothing unless `corsheaders` is used.
pub(super) fn derive(settings: &Record, facts: &mut Facts) {
    let either = |new: &str, old: &str| first_set([setting(settings, new), setting(settings, old)]);
    let allow_all = truth(&either("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"));
    let origins = either("CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_WHITELIST");
    let regexes = either("CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST");
    facts.put("django.cors.allow-all", allow_all);
    facts.put("django.cors.origins", or_default(origins, Value::list(Vec::new())));
    let regexes = or_default(regexes, Value::list(Vec::new()));
    facts.put("django.cors.unbounded-regexes", filter(&regexes, admits_strangers));
    facts.put("django.cors.regexes", regexes);
    facts.put("django.cors.credentials", truth(&setting(settings, "CORS_ALLOW_CREDENTIALS")));
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
