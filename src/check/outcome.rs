//! A judgement with its reasons, as data: the report words them.

use crate::fact::{Fact, Ignorance, Value};
use crate::truth::Truth;

/// A judgement, and the parts that decided it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The judgement.
    pub truth: Truth,
    /// The parts that decided; never empty unless there was nothing to judge.
    pub because: Vec<Reason>,
    /// Parts that would have decided otherwise, had not one with precedence decided first.
    pub contrary: Vec<Reason>,
}

/// One part of a judgement, as data: the report words it.
#[derive(Clone, Debug)]
pub struct Reason {
    /// Which fact was judged, for people: `django.settings.ALLOWED_HOSTS[1]`.
    pub subject: String,
    /// What was asked of it, to follow "must be"; none where the fact only had to be known.
    pub wanted: Option<String>,
    /// Whether it was asked not to be so.
    pub negated: bool,
    /// What was found.
    pub found: Fact,
    /// The answer, before any negation.
    pub truth: Truth,
    /// The sentence the check's author gave for this part.
    pub otherwise: Option<String>,
}

impl Reason {
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
pub(super) fn gathered(outcomes: impl Iterator<Item = Outcome>) -> (Vec<Reason>, Vec<Reason>) {
    let (mut because, mut contrary) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        because.extend(outcome.because);
        contrary.extend(outcome.contrary);
    }
    (because, contrary)
}

/// The opposite judgement, for the same reasons.
pub(super) fn negated(mut outcome: Outcome) -> Outcome {
    outcome.truth = outcome.truth.negated();
    for reason in outcome.because.iter_mut().chain(&mut outcome.contrary) {
        reason.negated = !reason.negated;
    }
    outcome
}
