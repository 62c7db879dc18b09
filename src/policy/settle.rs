//! Findings and the project's decisions give settled findings, and decisions that matched nothing.

use super::{Attestation, Policy, Waiver};
use crate::check::{Check, Demand, Finding, Verdict};
use crate::date::Date;
use crate::fact::{Place, ProjectPath};

/// How a finding stands after the project's decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It is not as it ought to be.
    Fail,
    /// It was accepted or answered for, but no longer.
    Expired,
    /// Nobody can say from what was seen.
    Unknown,
    /// It is not as it ought to be, and accepted for a time.
    Waived,
    /// A person answers for it.
    Attested,
    /// It is as it ought to be.
    Pass,
    /// There is nothing here that the check could be about.
    NotApplicable,
}

impl Status {
    /// All of them, the gravest first.
    pub const ALL: [Self; 7] = [
        Self::Fail,
        Self::Expired,
        Self::Unknown,
        Self::Waived,
        Self::Attested,
        Self::Pass,
        Self::NotApplicable,
    ];

    /// The word for it in every format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
            Self::Attested => "attested",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// Whether it fails an audit that is strict enough.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Fail | Self::Expired)
    }
}

/// A finding, and what the project decided about it.
#[derive(Clone, Debug)]
pub struct Settled<'a> {
    /// The finding. Lines are put in order by the ten thousand, and what they say stays where it is.
    pub finding: Box<Finding<'a>>,
    /// How it stands.
    pub status: Status,
    /// The decision that changed how it stands, if one did.
    pub decision: Option<Decision<'a>>,
}

/// What a project decided about a finding.
#[derive(Clone, Copy, Debug)]
pub enum Decision<'a> {
    /// It accepts the failure.
    Waiver(&'a Waiver),
    /// A person answers for it.
    Attestation {
        /// The answer.
        answer: &'a Attestation,
        /// The last day on which it holds.
        valid_through: Option<Date>,
    },
}

/// Settles one finding of a check.
pub fn settle<'a>(
    finding: Finding<'a>,
    check: &Check,
    policy: &'a Policy,
    today: Date,
) -> Settled<'a> {
    let (status, decision) = match finding.verdict {
        Verdict::Pass => (Status::Pass, None),
        Verdict::NotApplicable => (Status::NotApplicable, None),
        Verdict::Fail => waived(&finding, policy, today),
        Verdict::Unknown => attested(check, policy, today),
    };
    Settled { finding: Box::new(finding), status, decision }
}

fn waived<'a>(
    finding: &Finding<'_>,
    policy: &'a Policy,
    today: Date,
) -> (Status, Option<Decision<'a>>) {
    let places = places(finding);
    let covering = policy.waivers.iter().filter(|waiver| waiver.covers(finding.check, &places));
    // Of several waivers the one that holds longest speaks.
    match covering.max_by_key(|waiver| waiver.until) {
        None => (Status::Fail, None),
        Some(waiver) => {
            let status = if waiver.holds_on(today) { Status::Waived } else { Status::Expired };
            (status, Some(Decision::Waiver(waiver)))
        }
    }
}

fn attested<'a>(check: &Check, policy: &'a Policy, today: Date) -> (Status, Option<Decision<'a>>) {
    let valid_days = match check.demand {
        Demand::Attest { valid_days, .. } => Some(valid_days),
        Demand::Require(_) => None,
    };
    let answers = policy.attestations.iter().filter(|answer| answer.check == check.id);
    match answers.max_by_key(|answer| (answer.valid_through(valid_days), answer.on)) {
        None => (Status::Unknown, None),
        Some(answer) => {
            let holds = answer.holds_on(today, valid_days);
            let status = if holds { Status::Attested } else { Status::Expired };
            let valid_through = answer.valid_through(valid_days);
            (status, Some(Decision::Attestation { answer, valid_through }))
        }
    }
}

/// The places a finding speaks of: its subject's, and those of the facts that decided. A whole file is left out
/// where a line of it is among them.
pub fn places<'f>(finding: &'f Finding<'_>) -> Vec<&'f Place> {
    let mut places: Vec<&Place> = Vec::new();
    for place in mentioned(finding) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let exact = |file: &ProjectPath| {
        let is_line =
            |place: &&Place| matches!(place, Place::File { path, at: Some(_) } if path == file);
        mentioned(finding).any(|place| is_line(&place))
    };
    places.retain(|place| match place {
        Place::File { path, at: None } => !exact(path),
        _ => true,
    });
    places
}

/// All places of a finding in their order, each as often as it is spoken of.
pub fn mentioned<'f>(finding: &'f Finding<'_>) -> impl Iterator<Item = &'f Place> {
    let subject = finding.subject.iter().filter_map(|subject| subject.place.as_ref());
    let because = finding.because.iter().flat_map(|reason| {
        let provenance = &reason.found.provenance;
        provenance.place.iter().chain(provenance.written.as_deref())
    });
    subject.chain(because)
}
