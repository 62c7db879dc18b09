//! Reasons in English, the same in all formats.

use super::Line;
use crate::check::Reason;
use crate::check::outcome::ignorance;
use crate::fact::value::printable;
use crate::fact::{Place, Value};
use crate::truth::Truth;

/// A reason as a sentence, without its place: what was wanted and what was found.
pub fn reason(reason: &Reason) -> String {
    let subject = subject(&reason.subject);
    let found = &reason.found.value;
    if reason.truth == Truth::Unknown {
        return match ignorance(found) {
            Some(why) => format!("{subject} is unknown: {why}"),
            None => undecided(reason, &subject),
        };
    }
    let is = format!("{subject} is {found}");
    let holds = (reason.truth == Truth::True) != reason.negated;
    match (&reason.otherwise, &reason.wanted, holds) {
        (_, _, true) | (None, None, false) => is,
        (Some(otherwise), _, false) => format!("{otherwise}: {is}"),
        (None, Some(wanted), false) => {
            let must = if reason.negated { "must not be" } else { "must be" };
            format!("{subject} {must} {wanted}; it is {found}")
        }
    }
}

/// A value that is definite and still could not be judged, or one of several.
fn undecided(reason: &Reason, subject: &str) -> String {
    let found = &reason.found.value;
    let depends = match reason.found.provenance.variables.as_slice() {
        [] => String::new(),
        variables => {
            let named: Vec<String> =
                variables.iter().map(|name| format!("`{}`", printable(name))).collect();
            format!(", depending on {}", named.join(" and "))
        }
    };
    match (found, &reason.wanted) {
        (Value::OneOf(_), _) | (_, None) => format!("{subject} is {found}{depends}"),
        (_, Some(wanted)) => {
            format!("{subject} cannot be compared: it is {found}, and was expected to be {wanted}")
        }
    }
}

/// The place of a reason and, where the value is written elsewhere, that place too.
pub fn places(reason: &Reason) -> Option<String> {
    let provenance = &reason.found.provenance;
    let place = provenance.place.as_ref().map(Place::to_string);
    match (place, &provenance.written) {
        (Some(place), Some(written)) => Some(format!("{place}, set in {written}")),
        (Some(place), None) => Some(place),
        (None, written) => written.as_ref().map(Place::to_string),
    }
}

/// A reason with its place, in one line.
pub fn reason_at(each: &Reason) -> String {
    let text = reason(each);
    places(each).map_or(text.clone(), |places| format!("{text} [{places}]"))
}

/// What a fact is called in a sentence: a setting by its own name.
fn subject(path: &str) -> String {
    path.strip_prefix("django.settings.").unwrap_or(path).to_owned()
}

/// The one sentence that says most about a judgement.
pub fn sentence(line: &Line<'_>) -> String {
    sentences(line).into_iter().next().unwrap_or_else(|| line.check.title.clone())
}

/// Sentences that a reader needs at most to see why.
const MOST_SENTENCES: usize = 4;

/// The reasons of a judgement, each once.
pub fn sentences(line: &Line<'_>) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for each in &line.settled.finding.because {
        let sentence = reason(each);
        if !told.contains(&sentence) {
            told.push(sentence);
        }
    }
    told.truncate(MOST_SENTENCES);
    told
}
