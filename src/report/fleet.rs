//! Many sites in one table: how many are ready, and which checks fail on how many of them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Digest;
use super::list::{table, trimmed};
use crate::check::Severity;
use crate::fact::value::printable;

/// What is counted over all sites. It does not grow with their number.
#[derive(Debug, Default)]
pub struct Tally {
    ready: usize,
    not_ready: usize,
    incomplete: usize,
    checks: BTreeMap<String, Failing>,
    reasons: BTreeMap<String, Example>,
}

/// A check that fails somewhere.
#[derive(Debug)]
struct Failing {
    severity: Severity,
    sites: Example,
}

/// A number of sites, and one of them.
#[derive(Debug, Default)]
struct Example {
    number: usize,
    url: String,
}

/// Kinds of incompleteness that are told apart; the reasons of hostile sites are no limit to memory.
const MOST_REASONS: usize = 20;

/// What is told of all kinds beyond that.
const OTHER_REASONS: &str = "for other reasons";

impl Tally {
    /// Counts a site.
    pub fn add(&mut self, digest: &Digest) {
        match digest.code {
            0 => self.ready += 1,
            1 => self.not_ready += 1,
            _ => {
                self.incomplete += 1;
                let known = self.reasons.contains_key(&digest.reason);
                let room = known || self.reasons.len() < MOST_REASONS;
                let reason = if room { &digest.reason } else { OTHER_REASONS };
                self.reasons.entry(reason.to_owned()).or_default().add(&digest.url);
            }
        }
        for (check, severity) in &digest.failures {
            let failing = self
                .checks
                .entry(check.clone())
                .or_insert_with(|| Failing { severity: *severity, sites: Example::default() });
            failing.sites.add(&digest.url);
        }
    }

    /// Writes the table and, as its last line, how it ends.
    pub fn write(&self, code: u8, width: usize, out: &mut dyn Write) -> io::Result<()> {
        if !self.checks.is_empty() {
            let mut table = table(width);
            table.set_header(["severity", "check", "sites", "for example"]);
            let mut failing: Vec<(&String, &Failing)> = self.checks.iter().collect();
            failing.sort_by_key(|(check, failing)| {
                (std::cmp::Reverse((failing.severity, failing.sites.number)), *check)
            });
            for (check, Failing { severity, sites }) in failing {
                let number = sites.number.to_string();
                table.add_row([severity.word(), check, &number, &printable(&sites.url)]);
            }
            writeln!(out, "\n{}", trimmed(&table))?;
        }
        if !self.reasons.is_empty() {
            let mut table = table(width);
            table.set_header(["incomplete because", "sites", "for example"]);
            for (reason, Example { number, url }) in &self.reasons {
                table.add_row([&printable(reason), &number.to_string(), &printable(url)]);
            }
            writeln!(out, "\n{}", trimmed(&table))?;
        }
        let Self { ready, not_ready, incomplete, .. } = self;
        writeln!(out, "\n{}", "-".repeat(width.saturating_sub(2)))?;
        let sites = match ready + not_ready + incomplete {
            1 => "1 site".to_owned(),
            number => format!("{number} sites"),
        };
        let kinds = format!("{ready} ready, {not_ready} not ready, {incomplete} incomplete");
        writeln!(out, "{sites}   {kinds}")?;
        writeln!(out, "exit {code}")
    }
}

impl Example {
    fn add(&mut self, url: &str) {
        self.number += 1;
        // The least, so that the order in which sites answer does not show.
        if self.number == 1 || url < self.url.as_str() {
            url.clone_into(&mut self.url);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Measured;

    fn digest(url: &str, code: u8, failures: &[(&str, Severity)]) -> Digest {
        Digest {
            url: url.to_owned(),
            code,
            reason: format!("reason {code}"),
            failures: failures.iter().map(|(id, severity)| ((*id).to_owned(), *severity)).collect(),
            unknown: 0,
            measured: Measured::default(),
        }
    }

    #[test]
    fn the_gravest_and_most_common_failure_comes_first_in_whatever_order_sites_answer() {
        let (a, b, c) = (
            digest("https://a.test/", 1, &[("x/low", Severity::Low), ("x/grave", Severity::High)]),
            digest("https://b.test/", 0, &[("x/low", Severity::Low)]),
            digest("https://c.test/", 3, &[]),
        );
        let written = |digests: [&Digest; 3]| {
            let mut tally = Tally::default();
            for digest in digests {
                tally.add(digest);
            }
            let mut out = Vec::new();
            tally.write(1, 80, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let text = written([&a, &b, &c]);
        assert_eq!(text, written([&c, &b, &a]));
        let words: Vec<Vec<&str>> =
            text.lines().map(|line| line.split_whitespace().collect()).collect();
        let row = |row: &[&str]| words.iter().position(|words| words == row);
        let grave = row(&["high", "x/grave", "1", "https://a.test/"]);
        let low = row(&["low", "x/low", "2", "https://a.test/"]);
        assert!(grave.is_some() && grave < low, "{text}");
        assert!(row(&["reason", "3", "1", "https://c.test/"]).is_some(), "{text}");
        assert!(text.contains("3 sites   1 ready, 1 not ready, 1 incomplete\nexit 1\n"), "{text}");
    }

    #[test]
    fn ever_new_reasons_do_not_fill_the_memory() {
        let mut tally = Tally::default();
        for number in 0..1000 {
            let reason = format!("reason {number}");
            tally.add(&Digest { reason, ..digest("https://a.test/", 3, &[]) });
        }
        assert_eq!(tally.reasons.len(), MOST_REASONS + 1);
        assert_eq!(tally.reasons[OTHER_REASONS].number, 1000 - MOST_REASONS);
    }
}
