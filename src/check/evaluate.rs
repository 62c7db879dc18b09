//! Judging: a check and the facts of one service give findings.

use std::borrow::Cow;

use super::finding::Subject;
use super::predicate::Item;
use super::question::numbered;
use super::{Check, Demand, Finding, Outcome, Predicate, Reason, Verdict};
use crate::fact::{Catalogue, Fact, Facts, Ignorance, Value, WhenMissing};
use crate::truth::Truth;

/// Judges the facts of one service by a check: one finding, or one for each item of `for-each`.
pub fn evaluate<'c>(check: &'c Check, facts: &Facts, catalogue: &Catalogue) -> Vec<Finding<'c>> {
    if let Some(domain) = missing(check, facts) {
        return vec![without(check, domain, facts.why_missing(domain), catalogue)];
    }
    let verdict = |verdict, reason| vec![finding(check, None, verdict, vec![reason])];
    let Some(path) = &check.for_each else {
        return vec![judge(check, facts, None)];
    };
    let list = facts.get(path, None);
    let name = path.as_str();
    match &list.value {
        Value::List(known) => {
            let mut findings: Vec<Finding<'_>> = known
                .items
                .iter()
                .enumerate()
                .map(|(index, fact)| {
                    judge(check, facts, Some(Item { fact, subject: &numbered(name, index) }))
                })
                .collect();
            if let Some(rest) = &known.rest {
                findings.extend(verdict(Verdict::Unknown, known_only(name, rest.clone())));
            }
            if findings.is_empty() {
                return verdict(Verdict::NotApplicable, known_only_fact(name, &list));
            }
            findings
        }
        Value::Absent => verdict(Verdict::NotApplicable, known_only_fact(name, &list)),
        _ if is_ruled_out(check, facts) => vec![judge(check, facts, None)],
        _ => verdict(Verdict::Unknown, known_only_fact(name, &list)),
    }
}

/// Whether a check does not apply, whatever there is to judge.
fn is_ruled_out(check: &Check, facts: &Facts) -> bool {
    check.when.as_ref().is_some_and(|when| when.truth(facts, None) == Truth::False)
}

/// The first domain that a check needs and of which nothing is known.
pub fn missing<'c>(check: &'c Check, facts: &Facts) -> Option<&'c str> {
    check.needs.iter().map(String::as_str).find(|domain| !facts.found(domain))
}

/// What a check comes to without a domain that it needs.
pub fn without<'c>(
    check: &'c Check,
    domain: &str,
    why: Ignorance,
    catalogue: &Catalogue,
) -> Finding<'c> {
    let verdict = match catalogue.domain(domain).map(|domain| domain.when_missing) {
        Some(WhenMissing::NotApplicable(_)) => Verdict::NotApplicable,
        Some(WhenMissing::Unknown { .. }) | None => Verdict::Unknown,
    };
    finding(check, None, verdict, vec![known_only(format!("{domain}.found"), why)])
}

/// Judges once: the implication *when → require*, except that a false `when` is no pass.
fn judge<'c>(check: &'c Check, facts: &Facts, item: Option<Item<'_>>) -> Finding<'c> {
    let fact = item.map(|item| item.fact);
    let applies = check.when.as_ref().map(|when| (when, when.answer(facts, fact)));
    let when = applies.as_ref().map_or(Truth::True, |(_, answer)| answer.truth);
    let applies = || applies.as_ref().map(|(when, answer)| when.reasons(facts, item, answer));
    if when == Truth::False {
        let because = applies().map(|outcome| outcome.because).unwrap_or_default();
        return finding(check, item, Verdict::NotApplicable, because);
    }
    let required = match &check.demand {
        Demand::Require(predicate) => predicate.judge(facts, item),
        Demand::Attest { question, .. } => unattested(question),
    };
    let verdict = match (when, required.truth) {
        (_, Truth::True) => Verdict::Pass,
        (Truth::True, Truth::False) => Verdict::Fail,
        _ => Verdict::Unknown,
    };
    let mut because = required.because;
    if when == Truth::Unknown
        && verdict == Verdict::Unknown
        && let Some(outcome) = applies()
    {
        because.splice(0..0, outcome.because);
    }
    Finding { contrary: required.contrary, ..finding(check, item, verdict, because) }
}

fn unattested(question: &str) -> Outcome<'_> {
    let why = Ignorance::new("only a person can know").settled_by(format!("attest it: {question}"));
    Outcome {
        truth: Truth::Unknown,
        because: vec![known_only("attestation", why)],
        contrary: Vec::new(),
    }
}

fn finding<'c>(
    check: &'c Check,
    item: Option<Item<'_>>,
    verdict: Verdict,
    mut because: Vec<Reason<'c>>,
) -> Finding<'c> {
    // Most findings have one reason, and a monorepo has a hundred thousand findings.
    because.shrink_to_fit();
    let subject = item.map(|item| {
        let place = item.fact.provenance.place.clone();
        Box::new(Subject { name: item.subject.to_owned(), place })
    });
    Finding { check: &check.id, subject, verdict, because, contrary: Vec::new() }
}

/// A reason that asked only to know.
fn known_only<'c>(subject: impl Into<Cow<'c, str>>, why: Ignorance) -> Reason<'c> {
    known_only_fact(subject, &Fact::derived(Value::Unknown(why)))
}

fn known_only_fact<'c>(subject: impl Into<Cow<'c, str>>, fact: &Fact) -> Reason<'c> {
    Reason {
        subject: subject.into(),
        wanted: None,
        negated: false,
        found: fact.clone(),
        truth: Truth::Unknown,
        otherwise: None,
    }
}

impl Finding<'_> {
    /// The gravest verdict among findings; not applicable if there is none.
    pub fn worst(findings: &[Self]) -> Verdict {
        findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::NotApplicable)
    }
}

impl Check {
    /// The same check with another requirement.
    #[must_use]
    pub fn requiring(&self, predicate: Predicate) -> Self {
        Self { demand: Demand::Require(predicate), ..self.clone() }
    }
}
