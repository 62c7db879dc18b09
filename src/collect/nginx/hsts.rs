//! What a Strict-Transport-Security header says (RFC 6797 §6.1).

use super::scope::Headers;
use crate::fact::{Fact, Value};

/// The lower-case name of the header.
pub(super) const NAME: &str = "strict-transport-security";

/// The three facts about the header of these headers; absent if it is not added.
pub(super) fn facts(headers: &Headers<'_>) -> [(&'static str, Fact); 3] {
    let header = headers.value(NAME);
    [
        ("hsts-max-age-seconds", told(&header, max_age_seconds)),
        ("hsts-include-subdomains", told(&header, |text| has(text, "includesubdomains").into())),
        ("hsts-preload", told(&header, |text| has(text, "preload").into())),
    ]
}

fn told(header: &Fact, read: impl Fn(&str) -> Value + Copy) -> Fact {
    let value = match &header.value {
        Value::OneOf(several) => {
            Value::one_of(several.iter().map(|each| told(each, read)).collect())
        }
        value => value.text().map_or_else(|| value.clone(), read),
    };
    Fact { value, provenance: header.provenance.clone() }
}

/// Without a number the header counts for nothing, as if it were not sent.
fn max_age_seconds(text: &str) -> Value {
    directives(text)
        .find_map(|directive| {
            let (name, value) = directive.split_once('=')?;
            let named = name.trim().eq_ignore_ascii_case("max-age");
            named.then(|| value.trim().trim_matches('"').parse::<i64>().ok()).flatten()
        })
        .map_or(Value::Absent, Value::Int)
}

fn has(text: &str, name: &str) -> bool {
    directives(text).any(|directive| directive.eq_ignore_ascii_case(name))
}

fn directives(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_tells_how_long_and_for_what() {
        for (text, seconds, subdomains, preload) in [
            ("max-age=31536000", Value::Int(31_536_000), false, false),
            ("Max-Age=\"60\"; includeSubDomains; preload", Value::Int(60), true, true),
            ("includeSubDomains", Value::Absent, true, false),
            ("max-age=soon", Value::Absent, false, false),
        ] {
            assert_eq!(max_age_seconds(text), seconds, "{text}");
            assert_eq!(
                (has(text, "includesubdomains"), has(text, "preload")),
                (subdomains, preload)
            );
        }
    }
}
