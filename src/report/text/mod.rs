//! The report for people: 80 columns, the verdict last, colour never the only carrier.

use std::collections::HashMap;
use std::io::{self, Write};

use anstream::adapter::strip_bytes;
use rayon::prelude::*;

mod block;
mod ending;
mod observatory;
mod paint;
mod section;

use super::{Layout, Line, Report, ServiceSummary};
use crate::fact::value::printable;
use paint::{dim, rule, wrapped};
use section::Section;

/// Writes the report.
pub fn write(report: &Report<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    if layout.verbosity <= -2 {
        return Ok(());
    }
    let mut first = Vec::new();
    if layout.verbosity >= 0 {
        header(report, layout, &mut first)?;
    }
    let mut blocks = Blocks::of(report, layout);
    let parts = parts(report, layout, &mut blocks);
    let mut last = Vec::new();
    if let Some(fact) = report.observatory.as_ref().filter(|_| layout.observatory) {
        observatory::write(fact, layout, &mut last)?;
    }
    ending::write(report, layout, &blocks, &mut last)?;
    // A monorepo has hundreds of parts, of which each is worded by itself.
    let written: io::Result<Vec<Vec<u8>>> =
        parts.into_par_iter().map(|part| part.written(report, layout)).collect();
    let pieces = [vec![first], written?, vec![last]].concat();
    let shown: Vec<Vec<u8>> = pieces.into_par_iter().map(|piece| shown(piece, layout)).collect();
    shown.iter().try_for_each(|piece| out.write_all(piece))
}

/// What the layout leaves of a painted text.
fn shown(painted: Vec<u8>, layout: Layout) -> Vec<u8> {
    if layout.colored { painted } else { strip_bytes(&painted).into_vec() }
}

/// The parts of the report: the services in their order, then what all of them share.
fn parts<'r, 'a>(report: &'r Report<'a>, layout: Layout, blocks: &mut Blocks) -> Vec<Part<'r, 'a>> {
    let several = report.services.len() > 1;
    let mut by_service: HashMap<Option<&str>, Vec<&Line<'_>>> = HashMap::new();
    let is_told = |line: &&Line<'_>| line.told_by.is_none() || layout.verbosity > 0;
    for line in report.lines.iter().filter(is_told) {
        by_service.entry(line.service.as_deref().filter(|_| several)).or_default().push(line);
    }
    let parts = report.services.iter().map(Some).chain(several.then_some(None)).map(|service| {
        let name = service.map(|service| service.name.as_str()).filter(|_| several);
        let lines = by_service.remove(&name).unwrap_or_default();
        let title = several.then(|| name.unwrap_or("shared by all services"));
        Part { title, blocks: blocks.next(&lines, report), lines }
    });
    parts.collect()
}

/// What the report says of one service, or of what all of them share.
struct Part<'r, 'a> {
    /// Its heading, where there are several parts.
    title: Option<&'r str>,
    lines: Vec<&'r Line<'a>>,
    blocks: Blocks,
}

impl Part<'_, '_> {
    fn written(mut self, report: &Report<'_>, layout: Layout) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let sections = section::of(&self.lines);
        let several = self.title.is_some();
        if let Some(title) = self.title
            && sections.iter().any(Section::is_worth_showing)
        {
            writeln!(out, "\n{}", rule(title, layout))?;
        }
        for section in sections {
            if !several || section.is_worth_showing() || layout.verbosity > 0 {
                section.write(report, layout, &mut self.blocks, &mut out)?;
            }
        }
        Ok(out)
    }
}

/// Which findings are shown in full, and how many of them came before.
#[derive(Clone, Copy)]
struct Blocks {
    total: usize,
    before: usize,
    most: usize,
    all: bool,
}

impl Blocks {
    fn of(report: &Report<'_>, layout: Layout) -> Self {
        let most = if layout.max_findings == 0 { usize::MAX } else { layout.max_findings };
        let mut blocks = Self { total: 0, before: 0, most, all: layout.verbosity > 0 };
        blocks.total = report.lines.iter().filter(|line| blocks.shows(line, report)).count();
        blocks
    }

    /// Whether a finding would be shown in full, if there were room for all.
    fn shows(self, line: &Line<'_>, report: &Report<'_>) -> bool {
        let trips = line.trips(report.gate.fail_on) && line.told_by.is_none();
        line.status().is_failure() && (self.all || trips)
    }

    /// What holds of these lines, the next in the report; what holds of those after them is left.
    fn next(&mut self, lines: &[&Line<'_>], report: &Report<'_>) -> Self {
        let here = *self;
        self.before += lines.iter().filter(|line| self.shows(line, report)).count();
        here
    }

    /// Whether this finding is shown in full; then its number.
    fn number(&mut self, line: &Line<'_>, report: &Report<'_>) -> Option<(usize, usize)> {
        if !self.shows(line, report) {
            return None;
        }
        self.before += 1;
        (self.before <= self.most).then_some((self.before, self.total))
    }

    fn left_out(self) -> usize {
        self.total.saturating_sub(self.most)
    }
}

fn header(report: &Report<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let path = report.target.path.iter().map(|path| printable(path));
    let first: Vec<String> = [format!("prodcheck {}", env!("CARGO_PKG_VERSION"))]
        .into_iter()
        .chain(path)
        .chain([count(checks(report), "check")])
        .collect();
    writeln!(out, "{}", first.join("   "))?;
    let config = report.policy.file.as_ref().map(|file| format!("config {}", printable(file)));
    let url = report.target.url.as_ref().map(|url| format!("live {}", printable(url)));
    let second: Vec<String> = config
        .into_iter()
        .chain([format!("fail-on {}", report.gate.fail_on.word())])
        .chain(url)
        .collect();
    writeln!(out, "{}", dim(&second.join("   ")))?;
    if let [service] = report.services.as_slice() {
        judged(service, "", layout, out)?;
    } else if !report.services.is_empty() {
        writeln!(out, "{}", count(report.services.len(), "service"))?;
        for service in &report.services {
            if service.settings.is_some() && (layout.verbosity > 0 || report.services.len() <= 10) {
                judged(service, &format!("{}: ", service.name), layout, out)?;
            }
        }
    }
    Ok(())
}

/// Which settings and environment were judged, and why these.
fn judged(
    service: &ServiceSummary,
    name: &str,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    if let Some(settings) = &service.settings {
        let told = format!(
            "{name}settings {} ({})",
            printable(&settings.module),
            printable(&settings.because)
        );
        writeln!(out, "{}", dim(&wrapped(&told, layout.width, "         ")))?;
    }
    if !service.environment.is_empty() {
        let told = format!("{name}environment {}", printable(&service.environment.join(", ")));
        writeln!(out, "{}", dim(&wrapped(&told, layout.width, "            ")))?;
    }
    Ok(())
}

/// How many different checks judged.
fn checks(report: &Report<'_>) -> usize {
    // The lines stand in the order of the checks.
    report.lines.chunk_by(|one, other| one.check.id == other.check.id).count()
}

/// "1 check", "2 checks".
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
