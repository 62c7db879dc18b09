//! What the user sees: one file for each format; `wording` alone speaks English.

use std::io::{self, Write};
use std::sync::Arc;

pub mod concise;
pub mod digest;
pub mod excerpt;
pub mod explain;
pub mod facts;
pub mod fingerprint;
pub mod fleet;
pub mod json;
pub mod list;
pub mod measured;
pub mod observatory;
pub mod openmetrics;
pub mod text;
pub mod wording;

pub use digest::Digest;
pub use excerpt::Excerpts;
pub use measured::Measured;

use anstream::adapter::strip_bytes;

use crate::check::{Check, CheckId, Severity};
use crate::fact::{Fact, Place};
use crate::policy::settle::places;
use crate::policy::{Policy, Settled, Status, Threshold};

/// The outcome of one audit.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was audited.
    pub target: Target,
    /// The services found, in the order of their folders.
    pub services: Vec<ServiceSummary>,
    /// Every judgement, in the order of the checks.
    pub lines: Vec<Line<'a>>,
    /// What the project decided.
    pub policy: &'a Policy,
    /// Whether the audit failed, and by what.
    pub gate: Gate,
    /// How the program ends.
    pub exit: Exit,
    /// What a reader should know beside the judgements: decisions that matched nothing and the like.
    pub notes: Vec<String>,
    /// What MDN's HTTP Observatory would say of the site; none where no site was asked.
    pub observatory: Option<Fact>,
    /// The lines of the project's files, secrets masked.
    pub excerpts: Excerpts<'a>,
    /// What was measured of the site, where only a site was probed.
    pub measured: Option<Measured>,
}

/// What was audited.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The folder as the user named it.
    pub path: Option<String>,
    /// The site.
    pub url: Option<String>,
}

/// One application of the project, and what of it was judged.
#[derive(Clone, Debug)]
pub struct ServiceSummary {
    /// Its name.
    pub name: String,
    /// Its folder, relative to the project's.
    pub path: String,
    /// The domains of which something was found.
    pub stack: Vec<String>,
    /// Which settings module was judged, in which file, and why this one.
    pub settings: Option<SettingsModule>,
    /// Where the environment of production was read from, the nearest first.
    pub environment: Vec<String>,
}

/// The settings module that was judged.
#[derive(Clone, Debug)]
pub struct SettingsModule {
    /// Its dotted name.
    pub module: String,
    /// Its file, if it is in the project.
    pub file: Option<String>,
    /// Why it is the one that production runs.
    pub because: String,
}

/// One judgement.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The check.
    pub check: &'a Check,
    /// Its severity, as the project set it.
    pub severity: Severity,
    /// The service it is about; none if it is about a file or site that several share.
    pub service: Option<Arc<str>>,
    /// The finding and how it stands.
    pub settled: Settled<'a>,
    /// The check that tells this failure together with its own, of which it is a part.
    pub told_by: Option<&'a CheckId>,
}

impl Line<'_> {
    /// How it stands.
    pub fn status(&self) -> Status {
        self.settled.status
    }

    /// The places it speaks of, the most telling first.
    pub fn places(&self) -> Vec<&Place> {
        places(&self.settled.finding)
    }

    /// Whether it is a failure of its own, and not one that another finding tells.
    pub fn is_told_failure(&self) -> bool {
        self.status().is_failure() && self.told_by.is_none()
    }

    /// Whether it fails an audit with this threshold.
    pub fn trips(&self, threshold: Threshold) -> bool {
        self.status().is_failure() && threshold.reached_by(self.severity)
    }
}

/// Whether an audit failed.
#[derive(Clone, Debug)]
pub struct Gate {
    /// From which severity on a failure fails the audit.
    pub fail_on: Threshold,
    /// The checks that failed it, each once.
    pub tripped_by: Vec<CheckId>,
}

/// How the program ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// 0 clean, 1 failed, 3 incomplete and nothing failed.
    pub code: u8,
    /// Why, in a few words.
    pub reason: String,
}

/// The ways to write a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One line for each finding, for editors and grep.
    Concise,
    /// `prodcheck/report/1`, for programs.
    Json,
    /// The same, in one line for each site.
    Jsonl,
    /// Metrics for Prometheus.
    Openmetrics,
}

/// How a report for people is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// In columns.
    pub width: usize,
    /// 0 as usual; 1 shows what passed too; -1 only findings and the last lines; -2 nothing.
    pub verbosity: i8,
    /// At most so many findings are shown with their lines; 0 for no limit.
    pub max_findings: usize,
    /// Whether the Observatory's tests are shown.
    pub observatory: bool,
    /// Whether it is coloured.
    pub colored: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self { width: 80, verbosity: 0, max_findings: 20, observatory: false, colored: false }
    }
}

/// Writes a report.
pub fn write(
    report: &Report<'_>,
    format: Format,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(report, layout, out),
        Format::Concise => {
            let mut lines = Vec::new();
            concise::write(report, &mut lines)?;
            // Names of files may hold what a terminal obeys.
            out.write_all(&strip_bytes(&lines).into_vec())
        }
        Format::Json => json::write(report, out),
        Format::Jsonl => json::write_line(report, out),
        Format::Openmetrics => openmetrics::write(report, out),
    }
}
