//! A judgement with its reasons, as data: the report words them.

use std::borrow::Cow;
use std::fmt;

use super::Matcher;
use crate::fact::{Fact, Ignorance, Value};
use crate::truth::Truth;

/// A judgement, and the parts that decided it.
#[derive(Clone, Debug)]
pub struct Outcome<'c> {
    /// The judgement.
    pub truth: Truth,
    /// The parts that decided; never empty unless there was nothing to judge.
    pub because: Vec<Reason<'c>>,
    /// Parts that would have decided otherwise, had not one with precedence decided first.
    pub contrary: Vec<Reason<'c>>,
}

/// One part of a judgement, as data: the report words it. What the check says is not copied: a monorepo
/// has a hundred thousand reasons, and hardly any of them is read.
#[derive(Clone, Debug)]
pub struct Reason<'c> {
    /// Which fact was judged, for people: `django.settings.ALLOWED_HOSTS[1]`.
    pub subject: Cow<'c, str>,
    /// What was asked of it; none where the fact only had to be known.
    pub wanted: Option<Wanted<'c>>,
    /// Whether it was asked not to be so.
    pub negated: bool,
    /// What was found.
    pub found: Fact,
    /// The answer, before any negation.
    pub truth: Truth,
    /// The sentence the check's author gave for this part.
    pub otherwise: Option<&'c str>,
}

/// What is asked of a fact, to follow "must be" or "must not be".
#[derive(Clone, Debug)]
pub enum Wanted<'c> {
    /// What a matcher asks.
    Of(&'c Matcher),
    /// What these words say.
    Words(String),
}

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(matcher) => write!(out, "{matcher}"),
            Self::Words(words) => out.write_str(words),
        }
    }
}

impl Reason<'_> {
    /// Whether it says no more than that something of a domain was found, or not.
    pub fn is_presence(&self) -> bool {
        self.subject.rsplit('.').next() == Some("found")
    }
}

/// Why a fact could not be judged: its own ignorance, if it is unknown.
pub fn ignorance(value: &Value) -> Option<&Ignorance> {
    match value {
        Value::Unknown(ignorance) => Some(ignorance),
        Value::List(list) => {
            list.items.iter().find_map(|item| ignorance(&item.value)).or(list.rest.as_ref())
        }
        Value::Record(record) => record.rest.as_ref(),
        _ => None,
    }
}

/// The reasons of several outcomes, in their order.
pub(super) fn gathered<'c>(
    outcomes: impl Iterator<Item = Outcome<'c>>,
) -> (Vec<Reason<'c>>, Vec<Reason<'c>>) {
    let mut outcomes = outcomes;
    // Mostly one part decides: its reasons are kept as they are.
    let (mut because, mut contrary) = outcomes
        .next()
        .map_or_else(Default::default, |outcome| (outcome.because, outcome.contrary));
    for outcome in outcomes {
        because.extend(outcome.because);
        contrary.extend(outcome.contrary);
    }
    (because, contrary)
}

/// The opposite judgement, for the same reasons.
pub(super) fn negated(mut outcome: Outcome<'_>) -> Outcome<'_> {
    outcome.truth = outcome.truth.negated();
    for reason in outcome.because.iter_mut().chain(&mut outcome.contrary) {
        reason.negated = !reason.negated;
    }
    outcome
}
