//! Probes: each asks a live site one kind of question and yields facts under `live`.
//!
//! A probe is pure. It says what it wants to ask, given what has been answered so far, and what it
//! learns from the answers. Asking is the business of a transport, which asks all questions of all
//! probes at once, and a question that two probes have in common only once.

use crate::fact::{Domain, FactSpec, Facts, WhenMissing};
use crate::problem::Problem;

/// The domain of everything a live site tells.
pub const DOMAIN: Domain = Domain {
    name: "live",
    means: "what the live site answers",
    when_missing: WhenMissing::Unknown { why: "no URL was given", remedy: "give `--url`" },
};

/// Asks one kind of question.
pub trait Probe: Sync {
    /// The facts it can yield.
    fn facts(&self) -> &'static [FactSpec];
}

/// All probes. They run at once; their order is that of the catalogue.
pub const PROBES: &[&dyn Probe] = &[];

/// What probes learn from a transcript: of an example, a fixture, or an earlier run.
pub fn replay(_transcript: &str) -> Result<Facts, Problem> {
    Ok(Facts::default())
}
