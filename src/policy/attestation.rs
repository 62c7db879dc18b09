//! Answers to what only a person can know, with evidence and an end.

use crate::check::CheckId;
use crate::date::Date;

/// One answer.
#[derive(Clone, Debug)]
pub struct Attestation {
    /// To which check.
    pub check: CheckId,
    /// Who answers for it.
    pub by: String,
    /// The day of the answer.
    pub on: Date,
    /// The answer.
    pub answer: String,
    /// Where the evidence lies: addresses or paths.
    pub evidence: Vec<String>,
    /// The last day on which it holds, if the person set one; the check sets the latest.
    pub until: Option<Date>,
    /// The line of `prodcheck.toml`.
    pub line: usize,
}

impl Attestation {
    /// The last day on which the answer holds. `valid_days` is the check's limit, if it has one.
    pub fn valid_through(&self, valid_days: Option<i64>) -> Option<Date> {
        let limit = valid_days.map(|days| self.on.plus_days(days));
        match (limit, self.until) {
            (Some(limit), Some(until)) => Some(limit.min(until)),
            (limit, until) => limit.or(until),
        }
    }

    /// Whether the answer holds on a day: it was given by then, and has not run out.
    pub fn holds_on(&self, today: Date, valid_days: Option<i64>) -> bool {
        self.on <= today && self.valid_through(valid_days).is_none_or(|last| today <= last)
    }
}
