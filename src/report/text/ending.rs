//! The last lines: a terminal and a CI log open at their end.

use std::io::{self, Write};

use super::paint::{by_severity, by_status, dim, wrapped};
use super::{Blocks, checks, count};
use crate::check::Severity;
use crate::policy::Status;
use crate::report::{Layout, Line, Report};

pub(super) fn write(
    report: &Report<'_>,
    layout: Layout,
    blocks: &Blocks,
    out: &mut dyn Write,
) -> io::Result<()> {
    if layout.verbosity >= 0 {
        beside(report, layout, blocks, out)?;
    }
    writeln!(out, "\n{}", "-".repeat(layout.width.saturating_sub(2)))?;
    writeln!(out, "{}   {}", verdict(report), by_severities(report))?;
    writeln!(out, "{}", by_statuses(report))?;
    writeln!(out, "exit {}      {}", report.exit.code, report.exit.reason)?;
    next(report, out)
}

/// What was left out, and what a reader should know beside the judgements.
fn beside(
    report: &Report<'_>,
    layout: Layout,
    blocks: &Blocks,
    out: &mut dyn Write,
) -> io::Result<()> {
    if blocks.left_out() > 0 {
        let told =
            format!("{} more are shown in one line each; see `--max-findings`", blocks.left_out());
        writeln!(out, "\n{}", dim(&wrapped(&told, layout.width, "")))?;
    }
    for note in &report.notes {
        writeln!(out, "\n{}", wrapped(&format!("note   {note}"), layout.width, "       "))?;
    }
    Ok(())
}

/// By these checks and this threshold; it never says secure.
fn verdict(report: &Report<'_>) -> String {
    match report.exit.code {
        0 => by_status("READY", Status::Pass) + "    ",
        1 => by_status("NOT READY", Status::Fail),
        _ => by_status("UNKNOWN", Status::Unknown) + "  ",
    }
}

fn by_severities(report: &Report<'_>) -> String {
    let failures = |severity: Severity| {
        report
            .lines
            .iter()
            .filter(|line| line.is_told_failure() && line.severity == severity)
            .count()
    };
    let told =
        [Severity::Critical, Severity::High, Severity::Medium, Severity::Low].map(|severity| {
            let number = failures(severity);
            let told = format!("{number} {}", severity.word());
            if number > 0 { by_severity(&told, severity) } else { told }
        });
    told.join(", ")
}

fn by_statuses(report: &Report<'_>) -> String {
    let counted = Status::ALL.iter().filter_map(|status| {
        let told = |line: &&Line<'_>| line.status() == *status && line.told_by.is_none();
        let number = report.lines.iter().filter(told).count();
        let word = if *status == Status::NotApplicable { "n/a" } else { status.word() };
        (number > 0 || matches!(status, Status::Pass | Status::Fail))
            .then(|| format!("{number} {word}"))
    });
    let told = report.lines.iter().filter(|line| line.told_by.is_some()).count();
    let told = (told > 0).then(|| format!("{told} told by others"));
    let counted: Vec<String> = counted.chain(told).collect();
    format!("{}   {}", count(checks(report), "check"), counted.join(", "))
}

fn next(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let unknown = report.lines.iter().any(|line| line.status() == Status::Unknown);
    if report.exit.code == 1 {
        return writeln!(
            out,
            "next        mend these, or accept one for a time: `[[waiver]]` in prodcheck.toml"
        );
    }
    if unknown && report.target.url.is_none() {
        return writeln!(
            out,
            "next        prodcheck audit --url https://… settles what only the site can tell"
        );
    }
    Ok(())
}
