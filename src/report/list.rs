//! Lists of checks, and how much of the published guides they answer.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};

use crate::check::{Check, Demand, Library, Stage};

/// Writes a table of checks.
pub fn checks(checks: &[&Check], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut table = table(width);
    table.set_header(["check", "severity", "what is true when it passes"]);
    for check in checks {
        let kind = match (&check.demand, check.stage) {
            (_, Stage::Draft) => " (draft)",
            (Demand::Attest { .. }, _) => " (attested)",
            _ => "",
        };
        table.add_row([
            check.id.to_string(),
            check.severity.word().to_owned(),
            format!("{}{kind}", check.title),
        ]);
    }
    writeln!(out, "{}", trimmed(&table))?;
    writeln!(out, "\n{} checks", checks.len())
}

/// Writes, for each guide whose items were counted, which of them are answered, and by what.
pub fn guides(library: &Library, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut answered: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for check in library.checks.iter().filter(|check| check.stage != Stage::Retired) {
        for citation in &check.guides {
            let key = (citation.namespace.as_str(), citation.id.as_str());
            answered.entry(key).or_default().push(check.id.as_str());
        }
    }
    let mut summary = table(width);
    summary.set_header(["guide", "items", "answered", "title"]);
    let (mut items, mut done) = (0, 0);
    for (name, guide) in library.register.guides.iter().filter(|(_, guide)| !guide.items.is_empty())
    {
        let mut detail = table(width);
        detail.set_header([name.as_str(), "answered by"]);
        let mut here = 0;
        for item in &guide.items {
            let by = answered.get(&(name.as_str(), item.as_str()));
            here += usize::from(by.is_some());
            detail.add_row([item.clone(), by.map_or("-".to_owned(), |checks| checks.join(", "))]);
        }
        writeln!(out, "{}\n", trimmed(&detail))?;
        items += guide.items.len();
        done += here;
        let figures =
            [name.clone(), guide.items.len().to_string(), here.to_string(), guide.title.clone()];
        summary.add_row(figures);
    }
    let citing: BTreeSet<&str> = answered.values().flatten().copied().collect();
    writeln!(out, "{}", trimmed(&summary))?;
    writeln!(out, "\n{done} of {items} items answered, by {} checks", citing.len())
}

/// A table without lines, as wide as the terminal.
pub(super) fn table(width: usize) -> Table {
    let mut table = Table::new();
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .enforce_styling();
    table
}

/// The table without the blanks at the ends of its lines.
pub(super) fn trimmed(table: &Table) -> String {
    table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
