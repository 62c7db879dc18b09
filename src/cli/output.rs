//! Where reports go: a stream with or without colour, or a file that is written whole.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;

use super::arguments::{Output, When};
use crate::problem::Problem;
use crate::report::{Format, Layout, Report, write};

/// Wider reports are hard to read.
const WIDEST: usize = 100;

/// What is written at once.
const BUFFER_BYTES: usize = 1 << 16;

/// How the user's terminal, environment and flags want the report.
pub(super) fn layout(output: &Output) -> Layout {
    let verbosity =
        i8::try_from(output.verbose).unwrap_or(2) - i8::try_from(output.quiet).unwrap_or(2);
    Layout {
        width: width(),
        verbosity,
        max_findings: output.max_findings,
        observatory: output.observatory,
        colored: false,
    }
}

/// `COLUMNS`, else the terminal's width up to 100, else 80.
pub(super) fn width() -> usize {
    let told = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    let terminal =
        || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0).min(WIDEST));
    told.or_else(terminal).unwrap_or(80).max(40)
}

/// Whether standard output is coloured: `--color`, then `NO_COLOR`, then `CLICOLOR_FORCE` and
/// `FORCE_COLOR`, then `TERM`, then whether it is a terminal.
fn is_colored(color: When) -> bool {
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let forced = |name: &str| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
    let dumb = || variable("TERM").is_some_and(|term| term == "dumb");
    match color {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if forced("CLICOLOR_FORCE") || forced("FORCE_COLOR") => true,
        When::Auto => !dumb() && io::stdout().is_terminal(),
    }
}

/// Standard output, with colour or without. It has to be flushed.
pub(super) fn stdout(color: When) -> AutoStream<Box<dyn Write>> {
    let choice = if is_colored(color) { ColorChoice::AlwaysAnsi } else { ColorChoice::Never };
    AutoStream::new(gathered(io::stdout().lock()), choice)
}

/// Standard output flushes at every line feed, and colours are taken off piece by piece: a long report
/// has a million of both.
fn gathered(stream: impl Write + 'static) -> Box<dyn Write> {
    Box::new(BufWriter::with_capacity(BUFFER_BYTES, stream))
}

/// Prints on standard output. A closed pipe is a quiet end.
pub(super) fn print(
    color: When,
    text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let mut out = stdout(color);
    quiet_end(text(&mut out).and_then(|()| out.flush()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how to print is the auditor's environment's business"
)]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Writes the report where the user wants it.
pub(super) fn publish(report: &Report<'_>, output: &Output, color: When) -> anyhow::Result<()> {
    for named in &output.reports {
        let (format, path) = named_report(named)?;
        to_file(report, format, layout(output), Path::new(path))?;
    }
    match &output.file {
        Some(path) => to_file(report, output.format, layout(output), path),
        None => {
            let layout = Layout { colored: is_colored(color), ..layout(output) };
            // What is written has the colours that the layout asks for: there is nothing to take off.
            print(When::Always, |out| write(report, output.format, layout, out))
        }
    }
}

/// A closed pipe is no failure: the reader has seen enough.
pub(super) fn quiet_end(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("standard output cannot be written"),
    }
}

pub(super) fn named_report(named: &str) -> anyhow::Result<(Format, &str)> {
    let problem = || {
        Problem::new(format!("`--report {named}` names no format and file"))
            .with_hint("write `--report json=report.json`")
    };
    let (format, path) = named.split_once('=').ok_or_else(problem)?;
    let format = <Format as clap::ValueEnum>::from_str(format, false).map_err(|_| problem())?;
    Ok((format, path))
}

/// Writes a file whole: beside it first, then renamed, so that nobody ever reads half a report.
fn to_file(report: &Report<'_>, format: Format, layout: Layout, path: &Path) -> anyhow::Result<()> {
    let failed = || format!("`{}` cannot be written", path.display());
    let file = beside(path)?;
    let mut out = gathered(file.as_file().try_clone().with_context(failed)?);
    write(report, format, layout, &mut out).and_then(|()| out.flush()).with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}

/// A file that is to take this name when it is whole. Others may read it as the user's files: a
/// collector of metrics runs as somebody else.
pub(super) fn beside(path: &Path) -> anyhow::Result<tempfile::NamedTempFile> {
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What the user's mask forbids is taken off.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).with_context(|| format!("`{}` cannot be written", path.display()))
}
