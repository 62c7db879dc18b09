//! Checks: what ought to be. They know facts, and no file format.
//!
//! A check is data (`checks/<area>/<name>.toml`); this folder reads it ([`load`]), judges facts by it
//! ([`mod@evaluate`]), and holds it to its duties ([`lint`], [`mutant`]).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::fact::{Fact, FactPath};

pub mod evaluate;
pub mod finding;
mod head;
mod layers;
pub mod library;
pub mod lint;
pub mod load;
pub mod matcher;
pub mod mutant;
pub mod outcome;
pub mod predicate;
pub mod question;
pub mod register;
mod syntax;

pub use evaluate::evaluate;
pub use finding::{Finding, Verdict};
pub use library::Library;
pub use matcher::{Matcher, Scalar};
pub use outcome::{Outcome, Reason, Wanted};
pub use predicate::Predicate;
pub use question::Test;

/// One line of the checklist.
#[derive(Clone, Debug)]
pub struct Check {
    /// Where it stands in the checklist; the path of its file.
    pub id: CheckId,
    /// The statement that is true when the check passes.
    pub title: String,
    /// What failing costs in production.
    pub severity: Severity,
    /// Domains of which facts must exist.
    pub needs: Vec<String>,
    /// The check applies only if this holds.
    pub when: Option<Predicate>,
    /// Judge every item of this list by itself.
    pub for_each: Option<FactPath>,
    /// What must hold.
    pub demand: Demand,
    /// Thresholds a project may change, as they are in force.
    pub params: BTreeMap<String, Scalar>,
    /// What happens to whom if it fails.
    pub why: String,
    /// What to write, where. Markdown.
    pub fix: String,
    /// The published guides that ask for it.
    pub guides: Vec<Citation>,
    /// The same matter elsewhere.
    pub aliases: Vec<Citation>,
    /// Anything else worth reading, as URLs.
    pub references: Vec<String>,
    /// Checks of the same control, of which one says what is to be told where it fails as well.
    pub told_by: Vec<CheckId>,
    /// Names this check has had.
    pub former_ids: Vec<String>,
    /// Whether it runs.
    pub stage: Stage,
    /// How it must judge; empty when the library was loaded for judging only.
    pub examples: Vec<Example>,
}

impl Check {
    /// Whether facts of a domain can decide it.
    pub fn can_be_decided_by(&self, domain: &str) -> bool {
        let required = match &self.demand {
            Demand::Require(predicate) => predicate.speaks_of(domain),
            Demand::Attest { .. } => false,
        };
        let listed = self.for_each.as_ref().and_then(FactPath::domain) == Some(domain);
        required || listed || self.needs.iter().any(|needed| needed == domain)
    }
}

/// What a check asks for.
#[derive(Clone, Debug)]
pub enum Demand {
    /// Facts must be so.
    Require(Predicate),
    /// Only a person can know; unknown until attested.
    Attest {
        /// What the person is asked.
        question: String,
        /// For how long an answer holds at most.
        valid_days: i64,
    },
}

/// The name of a check: `area/name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId(Arc<str>);

impl CheckId {
    /// The id with this text.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part of the checklist it belongs to.
    pub fn area(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What failing costs in production; the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// For the record only.
    Info,
    /// Hygiene.
    Low,
    /// Defence in depth, or a degraded service.
    Medium,
    /// A major weakening, or an outage.
    High,
    /// A direct way to data, accounts or money, or final loss of data.
    Critical,
}

impl Severity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word for it everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Whether a check runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It runs.
    Stable,
    /// It runs only when it is named.
    Draft,
    /// It never runs; it is kept so that its id stays taken.
    Retired,
}

/// A reference by name: a section of a guide (`leather:2.1`), a rule of another tool (`cwe:489`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Citation {
    /// The guide or name space.
    pub namespace: String,
    /// What is meant in it.
    pub id: String,
}

impl fmt::Display for Citation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.namespace, self.id)
    }
}

/// A small world and how a check must judge it. Kept raw: playing it takes collectors and probes.
#[derive(Clone, Debug)]
pub struct Example {
    /// A sentence that names the case.
    pub name: String,
    /// How the check must judge.
    pub verdict: Verdict,
    /// Some reason must contain this.
    pub because: Option<String>,
    /// Files of the project, by path.
    pub files: Vec<(String, String)>,
    /// Facts put straight before the judge.
    pub facts: Vec<(String, Fact)>,
    /// What the site answers, as a transcript.
    pub live: Option<String>,
}
