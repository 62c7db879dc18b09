//! Colour and line breaks. Colour only repeats what a word says already.

use anstyle::{AnsiColor, Style};

use crate::check::Severity;
use crate::policy::Status;
use crate::report::Layout;

/// The text in a style.
fn in_style(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

/// References and other things beside the matter.
pub(super) fn dim(text: &str) -> String {
    in_style(text, Style::new().dimmed())
}

/// Headings.
pub(super) fn bold(text: &str) -> String {
    in_style(text, Style::new().bold())
}

/// The word for a severity as reports write it: the two gravest in capitals.
pub(super) fn severity_word(severity: Severity) -> String {
    match severity {
        Severity::Critical | Severity::High => severity.word().to_uppercase(),
        _ => severity.word().to_owned(),
    }
}

/// A text that belongs to a severity.
pub(super) fn by_severity(text: &str, severity: Severity) -> String {
    let style = match severity {
        Severity::Critical => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
        Severity::High => Style::new().fg_color(Some(AnsiColor::Red.into())),
        Severity::Medium => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
        Severity::Low | Severity::Info => Style::new(),
    };
    in_style(text, style)
}

/// A text that belongs to a status.
pub(super) fn by_status(text: &str, status: Status) -> String {
    let color = match status {
        Status::Fail | Status::Expired => AnsiColor::Red,
        Status::Unknown => AnsiColor::Magenta,
        Status::Waived | Status::Attested => AnsiColor::Cyan,
        Status::Pass => AnsiColor::Green,
        Status::NotApplicable => return dim(text),
    };
    in_style(text, Style::new().fg_color(Some(color.into())))
}

/// The text broken at the width; every line after the first begins with the indent.
/// Words are never broken: a path, an id or a fix must stay whole to be copied.
pub(super) fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let options = textwrap::Options::new(width)
        .subsequent_indent(indent)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace);
    textwrap::fill(text, options)
}

/// A line across, with a name in it.
pub(super) fn rule(name: &str, layout: Layout) -> String {
    let rest = layout.width.saturating_sub(name.chars().count() + 6);
    bold(&format!("--- {name} {}", "-".repeat(rest)))
}
