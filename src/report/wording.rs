//! Reasons in English, the same in all formats.

use super::Line;
use crate::check::Reason;
use crate::check::outcome::ignorance;
use crate::fact::value::printable;
use crate::fact::{Place, Value};
use crate::truth::Truth;

/// A reason as a sentence, without its place: what was wanted and what was found.
pub fn reason(reason: &Reason<'_>) -> String {
    let subject = subject(&reason.subject);
    let found = &reason.found.value;
    if reason.truth == Truth::Unknown {
        return match ignorance(found) {
            Some(why) => format!("{subject} is unknown: {why}"),
            None => undecided(reason, subject),
        };
    }
    match (&reason.otherwise, &reason.wanted, holds(reason)) {
        (_, _, true) | (None, None, false) => format!("{subject} is {found}"),
        (Some(otherwise), _, false) => match evidence(reason) {
            Some(evidence) => format!("{otherwise}: {evidence}"),
            None => (*otherwise).to_owned(),
        },
        (None, Some(wanted), false) => {
            let must = if reason.negated { "must not be" } else { "must be" };
            format!("{subject} {must} {wanted}; it is {found}")
        }
    }
}

/// What the value adds to a sentence that says what is wrong: `None` if the sentence says it all.
///
/// A setting is told by its name, because that is what has to be changed.
fn evidence(reason: &Reason<'_>) -> Option<String> {
    let found = &reason.found.value;
    if reason.subject.ends_with("@origin") {
        return None;
    }
    if let Some(setting) = setting(&reason.subject) {
        // Where one is missing, those that are there explain nothing.
        let entry = setting.starts_with("MIDDLEWARE[");
        return (!entry).then(|| format!("{setting} is {}", measured(reason)));
    }
    match found {
        Value::Absent | Value::Bool(_) => None,
        Value::Text(text) if text.is_empty() => None,
        Value::List(list) if list.items.is_empty() && list.rest.is_none() => None,
        // The places of such items say more than a row of their fields.
        Value::List(list) if list.items.iter().any(|item| is_record(&item.value)) => None,
        Value::Int(days) if *days < 0 && unit(&reason.subject) == Some("days") => {
            let days = days.unsigned_abs();
            Some(format!("{days} {} ago", if days == 1 { "day" } else { "days" }))
        }
        _ => Some(measured(reason)),
    }
}

fn is_record(value: &Value) -> bool {
    matches!(value, Value::Record(_))
}

/// A value; of a number its unit and its bound too.
fn measured(reason: &Reason<'_>) -> String {
    let mut told = reason.found.value.to_string();
    if !matches!(reason.found.value, Value::Int(_) | Value::Float(_)) {
        return told;
    }
    if let Some(unit) = unit(&reason.subject) {
        told.push(' ');
        told.push_str(unit);
    }
    match (&reason.wanted, reason.negated) {
        (Some(wanted), false) => format!("{told}, must be {wanted}"),
        _ => told,
    }
}

/// The unit of a fact: its name ends in it.
fn unit(subject: &str) -> Option<&'static str> {
    const UNITS: &[(&str, &str)] = &[
        ("seconds", "seconds"),
        ("bytes", "bytes"),
        ("bits", "bits"),
        ("length", "characters"),
        ("days-left", "days"),
        ("per-hour", "an hour"),
    ];
    UNITS.iter().find(|(ending, _)| subject.ends_with(ending)).map(|(_, unit)| *unit)
}

/// Whether a reason says that something is as it ought to be.
pub fn holds(reason: &Reason<'_>) -> bool {
    reason.truth != Truth::Unknown && (reason.truth == Truth::True) != reason.negated
}

/// A value that is definite and still could not be judged, or one of several.
fn undecided(reason: &Reason<'_>, subject: &str) -> String {
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
pub fn places(reason: &Reason<'_>) -> Option<String> {
    let provenance = &reason.found.provenance;
    let place = provenance.place.as_ref().map(Place::to_string);
    match (place, &provenance.written) {
        (Some(place), Some(written)) => Some(format!("{place}, set in {written}")),
        (Some(place), None) => Some(place),
        (None, written) => written.as_ref().map(ToString::to_string),
    }
}

/// A reason with its place, in one line.
pub fn reason_at(each: &Reason<'_>) -> String {
    let text = reason(each);
    places(each).map_or(text.clone(), |places| format!("{text} [{places}]"))
}

/// What a fact is called in a sentence: a setting by its own name.
fn subject(path: &str) -> &str {
    setting(path).unwrap_or(path)
}

/// The name of a setting of the user's.
fn setting(path: &str) -> Option<&str> {
    path.strip_prefix("django.settings.").or_else(|| path.strip_prefix("flask.config."))
}

/// The one sentence that says most about a judgement.
pub fn sentence(line: &Line<'_>) -> String {
    sentences(line).into_iter().next().unwrap_or_else(|| line.check.title.clone())
}

/// Sentences that a reader needs at most to see why.
const MOST_SENTENCES: usize = 4;

/// The reasons of a judgement, each once.
pub fn sentences(line: &Line<'_>) -> Vec<String> {
    telling(&line.settled.finding.because)
}

/// That there is no file of some kind explains nothing, unless nothing else does; and where the check's author
/// worded what is wrong, nor do the conditions under which it is.
fn telling(because: &[Reason<'_>]) -> Vec<String> {
    let (found, mut others): (Vec<_>, Vec<_>) =
        because.iter().partition(|reason| reason.is_presence());
    let speaks_against = |reason: &Reason<'_>| reason.truth != Truth::Unknown && !holds(reason);
    if others.iter().any(|reason| speaks_against(reason) && reason.otherwise.is_some()) {
        others.retain(|reason| !speaks_against(reason) || reason.otherwise.is_some());
    }
    let mut told: Vec<String> = Vec::new();
    for each in if others.is_empty() { found } else { others } {
        let sentence = reason(each);
        if told.iter().any(|other| *other == sentence || goes_on(other, &sentence)) {
            continue;
        }
        match told.iter_mut().find(|other| goes_on(&sentence, other)) {
            Some(other) => *other = sentence,
            None => told.push(sentence),
        }
    }
    told.truncate(MOST_SENTENCES);
    told
}

/// Whether a sentence says what another one does, and what was found.
fn goes_on(sentence: &str, other: &str) -> bool {
    sentence.strip_prefix(other).is_some_and(|rest| rest.starts_with(": "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Wanted;
    use crate::fact::Fact;

    fn failed<'c>(
        subject: &'c str,
        found: Value,
        wanted: &str,
        otherwise: Option<&'c str>,
    ) -> Reason<'c> {
        Reason {
            subject: subject.into(),
            wanted: Some(Wanted::Words(wanted.to_owned())),
            negated: false,
            found: Fact::derived(found),
            truth: Truth::False,
            otherwise,
        }
    }

    #[test]
    fn a_failure_is_told_by_its_sentence_and_what_the_value_adds() {
        let text = |text: &str| Value::Text(text.to_owned());
        let cases = [
            ("live.https.nosniff", Value::Bool(false), "nothing forbids it"),
            ("live.https.csp", Value::Absent, "nothing forbids it"),
            ("django.settings.A@origin", text("literal"), "nothing forbids it"),
            ("django.settings.MIDDLEWARE[0]", text("a.B"), "nothing forbids it"),
            ("a.b", text("*"), "nothing forbids it: \"*\""),
            ("a.b", text(""), "nothing forbids it"),
            ("a.max-bytes", Value::Int(0), "nothing forbids it: 0 bytes, must be so"),
            ("a.status", Value::Int(503), "nothing forbids it: 503, must be so"),
            ("a.days-left", Value::Int(-3), "nothing forbids it: 3 days ago"),
            ("a.days-left", Value::Int(-1), "nothing forbids it: 1 day ago"),
            ("a.days-left", Value::Int(3), "nothing forbids it: 3 days, must be so"),
            ("django.settings.DEBUG", Value::Bool(true), "nothing forbids it: DEBUG is true"),
            ("django.settings.AGE", Value::Int(9), "nothing forbids it: AGE is 9, must be so"),
            ("flask.config.DEBUG", Value::Absent, "nothing forbids it: DEBUG is not set"),
        ];
        for (subject, found, expected) in cases {
            let each = failed(subject, found, "so", Some("nothing forbids it"));
            assert_eq!(reason(&each), expected, "{subject}");
        }
    }

    #[test]
    fn without_a_sentence_the_fact_is_named() {
        let each = failed("django.settings.DEBUG", Value::Bool(true), "false or empty", None);
        assert_eq!(reason(&each), "DEBUG must be false or empty; it is true");
    }

    #[test]
    fn what_holds_is_told_plainly() {
        let mut each = failed("a.b", Value::Bool(true), "true", Some("it is missing"));
        each.truth = Truth::True;
        assert_eq!(reason(&each), "a.b is true");
    }

    #[test]
    fn a_kind_of_file_that_is_not_there_is_told_only_where_nothing_else_is() {
        let found = failed("nginx.found", Value::Bool(false), "true", None);
        let header = failed("a.header", Value::Absent, "set", Some("no header is sent"));
        let both = [found.clone(), header.clone(), header];
        assert_eq!(telling(&both), ["no header is sent"]);
        assert_eq!(telling(&[found]), ["nginx.found must be true; it is false"]);
    }

    #[test]
    fn of_two_alike_sentences_the_one_with_a_value_is_told() {
        let bare = failed("a.proxies", Value::Bool(true), "true", Some("bodies have no limit"));
        let full = failed("a.bytes", Value::Int(0), "more", Some("bodies have no limit"));
        let expected = ["bodies have no limit: 0 bytes, must be more"];
        assert_eq!(telling(&[bare.clone(), full.clone()]), expected);
        assert_eq!(telling(&[full, bare]), expected);
    }
}
