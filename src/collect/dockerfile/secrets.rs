//! Secrets that a Dockerfile writes into the image or its history.

use std::collections::BTreeMap;

use super::image::Image;
use crate::collect::compose::{is_harmless, password_in_url};
use crate::credential;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Secret, Value, secret};
use crate::truth::Truth;

/// The fields of one secret.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The variable that holds it."),
    FactSpec::new("value", Kind::Text, "The secret.").secret(),
    FactSpec::new("instruction", Kind::Text, "ENV or ARG."),
    FactSpec::new(
        "at-run-time",
        Kind::Bool,
        "Whether the program in the container sees it: ENV of the image, not overruled by compose.",
    ),
    FactSpec::new(
        "stand-in",
        Kind::Bool,
        "Whether it only stands in for a secret, so that a build step can run: `dummy`, `build-only`.",
    ),
];

/// Words of values that are there so that a build step runs.
const STAND_INS: &[&str] = &[
    "build",
    "builds",
    "buildtime",
    "building",
    "dummy",
    "fake",
    "unused",
    "notused",
    "not",
    "temp",
    "temporary",
    "tmp",
    "collectstatic",
    "static",
    "ci",
    "test",
    "none",
    "nothing",
    "x",
    "placeholder",
    "throwaway",
    "insecure",
    "unsafe",
    "ignored",
];

/// The secrets that a Dockerfile writes; `overruled` names the variables that compose sets instead.
pub(super) fn of_image(
    image: &Image<'_>,
    environment: &BTreeMap<String, Fact>,
    overruled: &dyn Fn(&str) -> Truth,
) -> Vec<Fact> {
    let variables = environment
        .iter()
        .filter_map(|(name, fact)| described(name, fact, "ENV", overruled(name).negated()));
    let arguments = image.written_arguments();
    let arguments = arguments
        .iter()
        .filter_map(|(pair, fact)| described(&pair.name, fact, "ARG", Truth::False));
    variables.chain(arguments).collect()
}

fn described(name: &str, fact: &Fact, instruction: &str, at_run_time: Truth) -> Option<Fact> {
    let text = fact.value.text()?;
    let by_name = secret::is_secret_name(name) && !is_harmless(name, text);
    let secret = if by_name { text } else { password_in_url(text)? };
    let at = |value: Value| Fact { value, provenance: fact.provenance.clone() };
    let run_time = match at_run_time {
        Truth::True => Value::Bool(true),
        Truth::False => Value::Bool(false),
        Truth::Unknown => Value::Unknown(Ignorance::new(format!(
            "an environment file of the compose file may set `{name}` instead"
        ))),
    };
    Some(at(Value::record([
        ("name", at(name.into())),
        ("value", at(Value::Secret(Secret::new(secret)))),
        ("instruction", at(instruction.into())),
        ("at-run-time", at(run_time)),
        ("stand-in", at(stands_in(secret).into())),
    ])))
}

/// Whether a value is no secret but a word where one has to stand.
pub(super) fn stands_in(value: &str) -> bool {
    let lower = value.to_lowercase();
    let mut words =
        lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    credential::placeholder(value).is_some()
        || words.any(|word| STAND_INS.contains(&word))
        || value.chars().collect::<std::collections::BTreeSet<_>>().len() < 3
}
