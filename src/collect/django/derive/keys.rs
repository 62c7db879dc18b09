//! What is known of the key that signs sessions and links, and of its predecessors.

use std::collections::BTreeSet;

use crate::collect::django::carry::{awaited, made_from, map_items, map_present, setting};
use crate::credential;
use crate::fact::{Fact, FactSpec, Facts, Kind, Record, Value};

/// What is told of each former key.
pub(super) const FALLBACK: &[FactSpec] = &[
    FactSpec::new("length", Kind::Number, "How long it is.").in_unit("characters"),
    FactSpec::new("bits", Kind::Number, "What guessing it costs at most.").in_unit("bits"),
    FactSpec::new("placeholder", Kind::Text, "What known value it is; absent if it is none."),
    FactSpec::new("distinct", Kind::Number, "How many different characters it has.")
        .in_unit("characters"),
    FactSpec::new(
        "marked-insecure",
        Kind::Bool,
        "Whether it begins as the key of a new project does.",
    ),
];

/// Judges `SECRET_KEY` and `SECRET_KEY_FALLBACKS`.
pub(super) fn derive(settings: &Record, facts: &mut Facts) {
    let key = awaited(setting(settings, "SECRET_KEY"), facts);
    facts.put("django.secret-key.length", length(&key));
    facts.put("django.secret-key.bits", bits(&key));
    facts.put("django.secret-key.placeholder", placeholder(&key));
    facts.put("django.secret-key.distinct", distinct(&key));
    facts.put("django.secret-key.marked-insecure", marked(&key));
    facts.put("django.secret-key.has-fallback", key.has_fallback());
    let fallbacks = map_items(&setting(settings, "SECRET_KEY_FALLBACKS"), |key| {
        let fields = [
            ("length", length(key)),
            ("bits", bits(key)),
            ("placeholder", placeholder(key)),
            ("distinct", distinct(key)),
            ("marked-insecure", marked(key)),
        ];
        made_from(key, Value::record(fields))
    });
    facts.put("django.secret-key-fallbacks", fallbacks);
}

/// How many characters a key has.
pub(super) fn length(key: &Fact) -> Fact {
    map_present(key, "a text", |value| {
        let count = value.text()?.chars().count();
        i64::try_from(count).ok().map(Value::Int)
    })
}

/// How many different characters a key has.
fn distinct(key: &Fact) -> Fact {
    map_present(key, "a text", |value| {
        let characters: BTreeSet<char> = value.text()?.chars().collect();
        i64::try_from(characters.len()).ok().map(Value::Int)
    })
}

/// Whether a key has the prefix that `startproject` gives it (since Django 3.2).
fn marked(key: &Fact) -> Fact {
    map_present(key, "a text", |value| {
        Some(Value::Bool(value.text()?.starts_with("django-insecure-")))
    })
}

/// What guessing a key costs at most.
pub(super) fn bits(key: &Fact) -> Fact {
    map_present(key, "a text", |value| Some(Value::Float(credential::bits(value.text()?).floor())))
}

/// What known or sample value a key is; absent if it is none.
pub(super) fn placeholder(key: &Fact) -> Fact {
    map_present(key, "a text", |value| {
        let text = value.text()?;
        let known = credential::placeholder(text).filter(|_| !text.is_empty());
        Some(known.map_or(Value::Absent, Value::from))
    })
}
