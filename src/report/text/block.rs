//! One failure in full: what is wrong, where, what the layers say, how to mend it.

use std::io::{self, Write};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::paint::{by_severity, dim, severity_word, wrapped};
use crate::check::{Citation, Reason};
use crate::fact::value::printable;
use crate::fact::{Exchange, Place};
use crate::policy::Status;
use crate::policy::settle::Decision;
use crate::report::{Excerpts, Layout, Line, Report, wording};

/// The column in which the text after a label begins.
const INDENT: &str = "         ";

/// Excerpts shown of one finding.
const MOST_PLACES: usize = 3;

/// Writes the block. `again` says that the block before was of the same check, which has explained it.
pub(super) fn write(
    line: &Line<'_>,
    (number, total): (usize, usize),
    again: bool,
    report: &Report<'_>,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    heading(line, number, total, layout, out)?;
    for sentence in wording::sentences(line) {
        writeln!(out, "{}", wrapped(&format!("  {sentence}"), layout.width, "  "))?;
    }
    let places = line.places();
    for place in places.iter().take(MOST_PLACES) {
        evidence(place, &report.excerpts, layout, out)?;
    }
    if places.len() > MOST_PLACES {
        let more = format!("  and {} more", super::count(places.len() - MOST_PLACES, "place"));
        writeln!(out, "{}", dim(&more))?;
    }
    labelled("want", &line.check.title, layout, out)?;
    for reason in &line.settled.finding.contrary {
        labelled("note", &contrary(reason), layout, out)?;
    }
    if let (Status::Expired, Some(decision)) = (line.status(), &line.settled.decision) {
        labelled("note", &expired(decision), layout, out)?;
    }
    if again {
        return labelled("fix", "as above", layout, out);
    }
    labelled("fix", &line.check.fix, layout, out)?;
    labelled("why", &line.check.why, layout, out)?;
    let references = references(&line.check.aliases, line.check.id.as_str());
    writeln!(out, "{}", dim(&wrapped(&format!("  refs   {references}"), layout.width, INDENT)))
}

fn heading(
    line: &Line<'_>,
    number: usize,
    total: usize,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let word = severity_word(line.severity);
    let of = format!("[{number} of {total}]");
    let id = line.check.id.as_str();
    let used = 2 + word.len().max(8) + 2 + id.len() + of.len();
    let gap = " ".repeat(layout.width.saturating_sub(used).max(2));
    writeln!(
        out,
        "\n  {}  {id}{gap}{}",
        by_severity(&format!("{word:<8}"), line.severity),
        dim(&of)
    )
}

/// The line of a file with the part that is meant, or what was asked of a site and what it answered.
fn evidence(
    place: &Place,
    excerpts: &Excerpts<'_>,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    match place {
        Place::File { path, at: Some(at) } => match excerpts.line(place) {
            Some(excerpt) => {
                let (from, to) = excerpt.marked;
                let byte = |chars: usize| {
                    excerpt.text.char_indices().nth(chars).map_or(excerpt.text.len(), |(at, _)| at)
                };
                let snippet = Snippet::source(excerpt.text.as_str())
                    .line_start(usize::try_from(at.line).unwrap_or(1))
                    .path(path.as_str())
                    .annotation(AnnotationKind::Primary.span(byte(from)..byte(to)));
                let group = Group::with_level(Level::ERROR).element(snippet);
                let renderer = Renderer::styled()
                    .decor_style(DecorStyle::Ascii)
                    .term_width(layout.width.saturating_sub(2));
                for line in renderer.render(&[group]).lines() {
                    writeln!(out, "  {line}")?;
                }
                Ok(())
            }
            None => writeln!(out, "    --> {place}"),
        },
        Place::File { path, at: None } => writeln!(out, "    --> {path}"),
        Place::Exchange(exchange) => exchanged(exchange, out),
    }
}

fn exchanged(exchange: &Exchange, out: &mut dyn Write) -> io::Result<()> {
    for sent in &exchange.sent {
        writeln!(out, "    > {}", printable(sent))?;
    }
    for received in &exchange.received {
        writeln!(out, "    < {}", printable(received))?;
    }
    Ok(())
}

/// Where another layer promises what this one does not keep, or undoes what it promises.
fn contrary(reason: &Reason<'_>) -> String {
    let told = wording::reason_at(reason);
    if wording::holds(reason) {
        format!("elsewhere it is otherwise: {told}")
    } else {
        format!("but {told}")
    }
}

fn expired(decision: &Decision<'_>) -> String {
    match decision {
        Decision::Waiver(waiver) => {
            format!(
                "the waiver of line {} ended on {}: {}",
                waiver.line,
                waiver.until,
                printable(&waiver.because)
            )
        }
        Decision::Attestation { answer, valid_through } => {
            let ended = valid_through.map(|day| format!(" held through {day}")).unwrap_or_default();
            format!(
                "the answer of {} on {}{ended}: {}",
                printable(&answer.by),
                answer.on,
                printable(&answer.answer)
            )
        }
    }
}

/// A label and its text. Lines that are indented or fenced code stay as they are; prose is wrapped.
fn labelled(label: &str, text: &str, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut first = format!("  {label:<7}");
    for paragraph in paragraphs(text) {
        let body = match paragraph {
            Paragraph::Code(line) => format!("{first}{line}"),
            Paragraph::Prose(prose) => wrapped(&format!("{first}{prose}"), layout.width, INDENT),
        };
        writeln!(out, "{}", body.trim_end())?;
        INDENT.clone_into(&mut first);
    }
    Ok(())
}

enum Paragraph {
    Code(String),
    Prose(String),
}

/// Markdown as a terminal shows it: the lines of a paragraph joined, code and list items on their own.
fn paragraphs(text: &str) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    let (mut prose, mut fenced) = (String::new(), false);
    let flush = |prose: &mut String, paragraphs: &mut Vec<Paragraph>| {
        if !prose.is_empty() {
            paragraphs.push(Paragraph::Prose(std::mem::take(prose)));
        }
    };
    for line in text.lines() {
        let is_item = line.starts_with("- ");
        if line.starts_with("```") {
            flush(&mut prose, &mut paragraphs);
            fenced = !fenced;
        } else if fenced || line.starts_with("    ") {
            flush(&mut prose, &mut paragraphs);
            paragraphs.push(Paragraph::Code(line.to_owned()));
        } else if line.trim().is_empty() {
            flush(&mut prose, &mut paragraphs);
        } else {
            if is_item {
                flush(&mut prose, &mut paragraphs);
            }
            if !prose.is_empty() {
                prose.push(' ');
            }
            prose.push_str(line.trim());
        }
    }
    flush(&mut prose, &mut paragraphs);
    paragraphs
}

/// Name spaces worth a place on the line of references, with how they are written there.
const REFERENCES: &[(&str, &str)] = &[
    ("cwe", "CWE-"),
    ("asvs", "ASVS "),
    ("django", "Django "),
    ("owasp", "OWASP "),
    ("cis", "CIS "),
];

fn references(aliases: &[Citation], id: &str) -> String {
    let told = aliases.iter().filter_map(|alias| {
        let (_, prefix) = REFERENCES.iter().find(|(namespace, _)| *namespace == alias.namespace)?;
        Some(format!("{prefix}{}", alias.id.trim_start_matches("v5.0.0-")))
    });
    told.chain([format!("prodcheck explain {id}")]).collect::<Vec<_>>().join("   ")
}
