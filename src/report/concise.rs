//! One line for each finding: `file:line:column: severity id sentence`.

use std::io::{self, Write};

use super::{Line, Report, wording};
use crate::fact::Place;
use crate::policy::Status;

/// Writes failures, what expired and what is unknown; the rest says nothing here, nor what another
/// finding tells.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for line in &report.lines {
        if line.told_by.is_some() {
            continue;
        }
        if line.status().is_failure() {
            writeln!(out, "{}: {} {}", place(line), line.severity.word(), what(line))?;
        } else if line.status() == Status::Unknown {
            writeln!(out, "{}: unknown {}", place(line), what(line))?;
        }
    }
    Ok(())
}

fn place(line: &Line<'_>) -> String {
    match line.places().first() {
        Some(Place::File { path, at: Some(at) }) => format!("{path}:{}:{}", at.line, at.column),
        Some(place) => place.to_string(),
        None => "-".to_owned(),
    }
}

fn what(line: &Line<'_>) -> String {
    format!("{} {}", line.check.id, wording::sentence(line))
}
