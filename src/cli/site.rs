//! The live site as the command line names it.

use std::io::{self, Write};

use super::arguments::Network;
use crate::check::Library;
use crate::date::Date;
use crate::fact::Facts;
use crate::policy::Policy;
use crate::probe;
use crate::problem::Problem;
use crate::report::{Format, Report, concise, json};

/// A site to be asked.
pub(super) struct Site {
    url: String,
    transcript: Option<String>,
}

/// The site to be asked, if there is one.
pub(super) fn asked(
    url: Option<&str>,
    network: &Network,
    _policy: &Policy,
    _today: Date,
) -> Result<Option<Site>, Problem> {
    let transcript = match &network.replay {
        Some(path) => Some(super::setup::document(path)?.text),
        None => None,
    };
    if network.offline && transcript.is_none() {
        return Ok(None);
    }
    Ok(url.map(|url| Site { url: url.to_owned(), transcript }))
}

impl Site {
    /// Its address.
    pub(super) fn url(&self) -> String {
        self.url.clone()
    }

    /// Asks it everything.
    pub(super) fn ask(&self) -> Facts {
        self.transcript.as_deref().and_then(|text| probe::replay(text).ok()).unwrap_or_default()
    }
}

/// Leaves only the checks that a site alone can answer, unless the user named some.
pub(super) fn only_live(policy: &mut Policy, library: &Library) {
    if policy.only.is_empty() {
        let live =
            library.checks.iter().filter(|check| check.needs.iter().any(|domain| domain == "live"));
        policy.only = live.map(|check| check.id.clone()).collect();
    }
}

/// One report as one line, for several sites in a row.
pub(super) fn write_line(
    report: &Report<'_>,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Json => json::write_line(report, out),
        Format::Concise => concise::write(report, out),
        Format::Text => {
            let url = report.target.url.as_deref().unwrap_or_default();
            writeln!(out, "{url}   exit {}   {}", report.exit.code, report.exit.reason)
        }
    }
}
