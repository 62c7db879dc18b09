//! The report for people: 80 columns, the verdict last, colour never the only carrier.

use std::collections::BTreeMap;
use std::io::{self, Write};

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
    if layout.verbosity >= 0 {
        header(report, layout, out)?;
    }
    let mut blocks = Blocks::of(report, layout);
    let several = report.services.len() > 1;
    let mut by_service: BTreeMap<Option<&str>, Vec<&Line<'_>>> = BTreeMap::new();
    for line in &report.lines {
        by_service.entry(line.service.as_deref().filter(|_| several)).or_default().push(line);
    }
    for service in report.services.iter().map(Some).chain(several.then_some(None)) {
        let name = service.map(|service| service.name.as_str()).filter(|_| several);
        let mine = by_service.get(&name).map_or(&[][..], Vec::as_slice);
        let sections = section::of(mine, report);
        if several && sections.iter().any(Section::is_worth_showing) {
            writeln!(
                out,
                "\n{}",
                rule(service.map_or("shared by all services", |service| &service.name), layout)
            )?;
        }
        for section in sections {
            if !several || section.is_worth_showing() || layout.verbosity > 0 {
                section.write(report, layout, &mut blocks, out)?;
            }
        }
    }
    if let Some(fact) = report.observatory.as_ref().filter(|_| layout.observatory) {
        observatory::write(fact, layout, out)?;
    }
    ending::write(report, layout, &blocks, out)
}

/// Which findings are shown in full, and how many were.
struct Blocks {
    total: usize,
    shown: usize,
    most: usize,
    all: bool,
}

impl Blocks {
    fn of(report: &Report<'_>, layout: Layout) -> Self {
        let all = layout.verbosity > 0;
        let full = |line: &&Line<'_>| {
            line.status().is_failure() && (all || line.trips(report.gate.fail_on))
        };
        let most = if layout.max_findings == 0 { usize::MAX } else { layout.max_findings };
        Self { total: report.lines.iter().filter(full).count(), shown: 0, most, all }
    }

    /// Whether this finding is shown in full; then its number.
    fn number(&mut self, line: &Line<'_>, report: &Report<'_>) -> Option<(usize, usize)> {
        let full = line.status().is_failure() && (self.all || line.trips(report.gate.fail_on));
        if !full || self.shown >= self.most {
            return None;
        }
        self.shown += 1;
        Some((self.shown, self.total))
    }

    fn left_out(&self) -> usize {
        self.total - self.shown
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
    let mut ids: Vec<&str> = report.lines.iter().map(|line| line.check.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}

/// "1 check", "2 checks".
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
