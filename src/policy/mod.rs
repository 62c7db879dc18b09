//! What a project decided: thresholds, waivers, attestations (`prodcheck.toml`).

use std::collections::BTreeMap;

pub mod attestation;
pub mod load;
pub mod settle;
pub mod waiver;

pub use attestation::Attestation;
pub use load::{load, overrides};
pub use settle::{Settled, Status, settle};
pub use waiver::Waiver;

use crate::check::{CheckId, Severity};
use crate::probe::active::Active;

/// The names under which the file is looked for, in this order, from the project's folder upwards.
pub const FILE_NAMES: [&str; 2] = ["prodcheck.toml", ".prodcheck.toml"];

/// Everything a project decided. The default decides nothing.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The file that said so, as the user would name it.
    pub file: Option<String>,
    /// What fails the audit.
    pub fail_on: Option<Threshold>,
    /// Findings below this are not shown.
    pub min_severity: Option<Severity>,
    /// Whether an unknown verdict at or above the threshold fails the audit.
    pub fail_on_unknown: bool,
    /// Only these checks run, if any is named.
    pub only: Vec<CheckId>,
    /// These checks do not run.
    pub skip: Vec<CheckId>,
    /// Folders of checks of the project's own, relative to the file.
    pub checks: Vec<String>,
    /// Severities that the project changes.
    pub severities: BTreeMap<CheckId, Severity>,
    /// Failures that the project accepts for a time.
    pub waivers: Vec<Waiver>,
    /// Answers to what only people know.
    pub attestations: Vec<Attestation>,
    /// The live site.
    pub live: Live,
    /// What production runs.
    pub django: Django,
}

/// `[live]`: the site, and what is where on it.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// The address of the site.
    pub url: Option<String>,
    /// Where it answers plain HTTP, if not on port 80 of the same host.
    pub http_url: Option<String>,
    /// Further paths to look at.
    pub paths: Vec<String>,
    /// Where the site says that it is healthy.
    pub health: Option<String>,
    /// Where the site says how it treats what it knows of visitors.
    pub privacy: Option<String>,
    /// Where its terms are.
    pub terms: Option<String>,
    /// Where visitors sign out.
    pub logout: Option<String>,
    /// The origin of the front end that may call the site.
    pub frontend: Option<String>,
    /// The domain that sends its mail, if not the one of the site's name.
    pub mail_domain: Option<String>,
    /// The names of the keys that its mail is signed with (DKIM selectors).
    pub dkim_selectors: Vec<String>,
    /// `[live.active]`: what may be tried there with `--active`.
    pub active: Active,
}

/// `[django]`: answers that the files do not give, or give wrongly.
#[derive(Clone, Debug, Default)]
pub struct Django {
    /// The settings module of production, perhaps with a class.
    pub settings: Option<String>,
    /// The version that runs.
    pub version: Option<String>,
    /// The file that is the environment of production, relative to the policy's file.
    pub env_file: Option<String>,
}

/// From which severity on a failure fails the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// At this severity or above.
    At(Severity),
    /// Never.
    Never,
}

impl Threshold {
    /// Whether a failure of this severity fails the audit.
    pub fn reached_by(self, severity: Severity) -> bool {
        matches!(self, Self::At(least) if severity >= least)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::At(severity) => severity.word(),
            Self::Never => "never",
        }
    }

    /// The words there are, with what they mean.
    pub fn words() -> Vec<(&'static str, Self)> {
        let severities = Severity::ALL.map(|severity| (severity.word(), Self::At(severity)));
        severities.into_iter().chain([("never", Self::Never)]).collect()
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Self::At(Severity::Critical)
    }
}
