//! One part of the checklist: settings, environment, proxy, and so on.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::paint::{bold, by_severity, by_status, dim, severity_word, wrapped};
use super::{Blocks, block};
use crate::check::Demand;
use crate::fact::value::printable;
use crate::fact::{Place, ProjectPath, Value};
use crate::policy::Status;
use crate::policy::settle::{Decision, mentioned};
use crate::report::{Layout, Line, Report, wording};

/// The areas of checks under each heading, in the order in which people edit them.
const SECTIONS: &[(&str, &[&str])] = &[
    ("SETTINGS", &["django", "drf", "jwt", "cors", "auth", "flask", "fastapi"]),
    ("ENV", &["env", "secrets", "repository"]),
    ("SERVER", &["server", "platform"]),
    ("NGINX", &["nginx"]),
    ("CONTAINER", &["docker", "compose", "kubernetes"]),
    ("DATA", &["data"]),
    ("PACKAGES", &["dependencies"]),
    ("SITE", &["http", "tls", "cookies", "exposure", "dns", "live"]),
];
const OTHERS: &str = "OPERATIONS";
const ATTESTED: &str = "ATTESTED";
/// Of more checks that are unknown for one cause only the number is told, unless more is asked for.
const MOST_NAMED: usize = 8;

/// The column in which what is said of a finding begins.
const INDENT: &str = "            ";

/// One heading with its judgements.
pub(super) struct Section<'r, 'a> {
    name: &'static str,
    lines: Vec<&'r Line<'a>>,
}

/// The sections of these judgements, without empty ones.
pub(super) fn of<'r, 'a>(lines: &[&'r Line<'a>]) -> Vec<Section<'r, 'a>> {
    let mut under: BTreeMap<usize, Vec<&'r Line<'a>>> = BTreeMap::new();
    for line in lines {
        under.entry(heading(line)).or_default().push(line);
    }
    let names = SECTIONS.iter().map(|(name, _)| *name).chain([OTHERS, ATTESTED]);
    names
        .enumerate()
        .map(|(at, name)| {
            let mut lines = under.remove(&at).unwrap_or_default();
            lines.sort_by_key(|line| (line.status(), std::cmp::Reverse(line.severity)));
            Section { name, lines }
        })
        .filter(|section| section.lines.iter().any(|line| line.status() != Status::NotApplicable))
        .collect()
}

/// Which of the sections a judgement stands in: after those of areas the others, then what was attested.
fn heading(line: &Line<'_>) -> usize {
    if matches!(line.check.demand, Demand::Attest { .. }) {
        return SECTIONS.len() + 1;
    }
    let area = line.check.id.area();
    SECTIONS.iter().position(|(_, areas)| areas.contains(&area)).unwrap_or(SECTIONS.len())
}

/// The file or site that the whole section speaks of, if it is one.
fn place(name: &str, lines: &[&Line<'_>], report: &Report<'_>) -> Option<String> {
    if name == "SITE" {
        return report.target.url.clone();
    }
    if name == ATTESTED {
        return report.policy.file.clone();
    }
    let files: BTreeSet<&ProjectPath> = lines
        .iter()
        .flat_map(|line| mentioned(&line.settled.finding))
        .filter_map(|place| match place {
            Place::File { path, .. } => Some(path),
            Place::Exchange(_) => None,
        })
        .collect();
    match files.len() {
        0 => None,
        1 => files.first().map(ToString::to_string),
        several => Some(format!("{several} files")),
    }
}

impl Section<'_, '_> {
    /// Whether anything in it is not as it ought to be.
    pub(super) fn is_worth_showing(&self) -> bool {
        self.lines.iter().any(|line| line.status().is_failure())
    }

    pub(super) fn write(
        &self,
        report: &Report<'_>,
        layout: Layout,
        blocks: &mut Blocks,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if layout.verbosity >= 0 {
            self.heading(report, layout, out)?;
        }
        let mut told = None;
        for line in &self.lines {
            match line.status() {
                Status::Fail | Status::Expired => match blocks.number(line, report) {
                    Some(number) => {
                        let again = told == Some(&line.check.id);
                        block::write(line, number, again, report, layout, out)?;
                        told = Some(&line.check.id);
                    }
                    None => {
                        if told.take().is_some() {
                            writeln!(out)?;
                        }
                        short(line, layout, out)?;
                    }
                },
                Status::Waived | Status::Attested => decided(line, layout, out)?,
                Status::Pass if layout.verbosity > 0 => passed(line, layout, out)?,
                Status::Unknown | Status::Pass | Status::NotApplicable => {}
            }
        }
        self.unknown(layout, out)?;
        if layout.verbosity > 1 {
            for line in self.lines.iter().filter(|line| line.status() == Status::NotApplicable) {
                passed(line, layout, out)?;
            }
        }
        Ok(())
    }

    fn heading(&self, report: &Report<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        let counted: Vec<String> = [
            (Status::Pass, "pass"),
            (Status::Fail, "fail"),
            (Status::Expired, "expired"),
            (Status::Unknown, "unknown"),
            (Status::Waived, "waived"),
            (Status::Attested, "attested"),
        ]
        .into_iter()
        .filter_map(|(status, word)| {
            let count = self.lines.iter().filter(|line| line.status() == status).count();
            (count > 0).then(|| format!("{count} {word}"))
        })
        .collect();
        let counted = counted.join(", ");
        let place = place(self.name, &self.lines, report);
        let place = place.as_deref().map(printable).unwrap_or_default();
        let used = self.name.chars().count() + 2 + place.chars().count() + counted.chars().count();
        let gap = " ".repeat(layout.width.saturating_sub(used).max(2));
        writeln!(out, "\n{}  {place}{gap}{counted}", bold(self.name))
    }

    /// The unknown ones, those with one cause together: what would settle one settles them all.
    fn unknown(&self, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        let unknown: Vec<&&Line<'_>> =
            self.lines.iter().filter(|line| line.status() == Status::Unknown).collect();
        if layout.verbosity < 0 || unknown.is_empty() {
            return Ok(());
        }
        if self.name == ATTESTED && layout.verbosity == 0 {
            let told = format!(
                "  unknown   {} that only a person can answer; see `prodcheck list --attest`",
                super::count(unknown.len(), "check")
            );
            return writeln!(out, "{}", wrapped(&told, layout.width, INDENT));
        }
        let mut causes: Vec<(String, Vec<&str>)> = Vec::new();
        for line in unknown {
            let cause = cause(line);
            match causes.iter_mut().find(|(known, _)| *known == cause) {
                Some((_, ids)) => ids.push(line.check.id.as_str()),
                None => causes.push((cause, vec![line.check.id.as_str()])),
            }
        }
        for (cause, mut ids) in causes {
            ids.dedup();
            let label = by_status("unknown", Status::Unknown);
            let named = if layout.verbosity == 0 && ids.len() > MOST_NAMED {
                format!("{}; `-v` names them", super::count(ids.len(), "check"))
            } else {
                ids.join(", ")
            };
            let ids = wrapped(&named, layout.width.saturating_sub(INDENT.len()), "");
            writeln!(out, "  {label}   {}", ids.replace('\n', &format!("\n{INDENT}")))?;
            writeln!(out, "{}", dim(&wrapped(&format!("{INDENT}{cause}"), layout.width, INDENT)))?;
        }
        Ok(())
    }
}

/// Why a finding is unknown, without what differs between findings that share a cause.
fn cause(line: &Line<'_>) -> String {
    let reasons = &line.settled.finding.because;
    let ignorance = reasons.iter().find_map(|reason| match &reason.found.value {
        Value::Unknown(ignorance) => Some(ignorance.to_string()),
        _ => None,
    });
    ignorance.unwrap_or_else(|| wording::sentence(line))
}

/// A failure below the threshold: what, where, and one sentence.
fn short(line: &Line<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let word = severity_word(line.severity);
    let place = line.places().first().map(|place| format!("   {}", dim(&place.to_string())));
    writeln!(
        out,
        "  {}{}{}",
        by_severity(&format!("{word:<10}"), line.severity),
        line.check.id,
        place.unwrap_or_default()
    )?;
    let sentence = format!("{INDENT}{}", wording::sentence(line));
    writeln!(out, "{}", wrapped(&sentence, layout.width, INDENT))
}

/// A judgement as one line of the checklist, with the facts that carry it.
fn passed(line: &Line<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let status = line.status();
    let word = if status == Status::NotApplicable { "n/a" } else { status.word() };
    let label = by_status(&format!("{word:<10}"), status);
    writeln!(out, "  {label}{}", line.check.id)?;
    let sentence = format!("{INDENT}{}", wording::sentence(line));
    writeln!(out, "{}", dim(&wrapped(&sentence, layout.width, INDENT)))
}

/// A finding that the project decided about.
fn decided(line: &Line<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let status = line.status();
    let label = by_status(&format!("{:<10}", status.word()), status);
    let told = match &line.settled.decision {
        Some(Decision::Waiver(waiver)) => {
            format!("until {}: {} (line {})", waiver.until, printable(&waiver.because), waiver.line)
        }
        Some(Decision::Attestation { answer, valid_through }) => {
            let through = valid_through.map(|day| format!(" through {day}")).unwrap_or_default();
            let by = printable(&answer.by);
            format!(
                "by {by} on {}{through}: {} (line {})",
                answer.on,
                printable(&answer.answer),
                answer.line
            )
        }
        None => String::new(),
    };
    writeln!(out, "  {label}{}", line.check.id)?;
    writeln!(out, "{}", wrapped(&format!("{INDENT}{told}"), layout.width, INDENT))
}
