//! Where the reports of a fleet go as they come: lines, metrics, the journal, the table at the end.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::NamedTempFile;

use super::journal::Journal;
use super::progress::Progress;
use crate::cli::arguments::{Output, When};
use crate::cli::output;
use crate::report::fleet::Tally;
use crate::report::openmetrics::Metrics;
use crate::report::{Digest, Format, Report, concise};

/// All that a fleet writes to.
pub(super) struct Outlets {
    pub(super) journal: Option<Journal>,
    pub(super) progress: Progress,
    places: Vec<Outlet>,
    tally: Tally,
    color: When,
    quiet: bool,
}

/// One format in one place.
struct Outlet {
    format: Format,
    to: To,
    metrics: Metrics,
}

enum To {
    Stdout,
    /// It takes its name when it is whole.
    File(BufWriter<NamedTempFile>, PathBuf),
}

impl Outlets {
    /// Those that the flags name.
    pub(super) fn open(flags: &Output, color: When, progress: Progress) -> anyhow::Result<Self> {
        let main = match &flags.file {
            Some(path) => To::file(path)?,
            None => To::Stdout,
        };
        let mut places =
            vec![Outlet { format: flags.format, to: main, metrics: Metrics::default() }];
        for named in &flags.reports {
            let (format, path) = output::named_report(named)?;
            let to = To::file(Path::new(path))?;
            places.push(Outlet { format, to, metrics: Metrics::default() });
        }
        let (tally, quiet) = (Tally::default(), flags.quiet > 1);
        Ok(Self { journal: None, progress, places, tally, color, quiet })
    }

    /// Whether somebody wants the report as a line of JSON.
    pub(super) fn want_lines(&self) -> bool {
        let lines = |outlet: &Outlet| matches!(outlet.format, Format::Json | Format::Jsonl);
        self.journal.is_some() || self.places.iter().any(lines)
    }

    /// A site that was asked now.
    pub(super) fn add(
        &mut self,
        report: &Report<'_>,
        digest: &Digest,
        line: &[u8],
    ) -> anyhow::Result<()> {
        if let Some(journal) = &mut self.journal {
            journal.write(line).context("the file of `--resume` cannot be written")?;
        }
        self.recall(digest)?;
        for outlet in &mut self.places {
            let mut text = Vec::new();
            match outlet.format {
                Format::Json | Format::Jsonl => text.extend_from_slice(line),
                Format::Concise => concise::write(report, &mut text)?,
                Format::Text => {
                    writeln!(text, "{}   exit {}   {}", digest.url, digest.code, digest.reason)?;
                }
                Format::Openmetrics => {}
            }
            let written = outlet.to.write(&text, self.color, &self.progress);
            output::quiet_end(written)?;
        }
        self.progress.advance();
        Ok(())
    }

    /// A site that was asked by a run before: it counts, and is not told again.
    pub(super) fn recall(&mut self, digest: &Digest) -> io::Result<()> {
        self.tally.add(digest);
        for outlet in &mut self.places {
            if outlet.format == Format::Openmetrics {
                outlet.metrics.add(digest)?;
            }
        }
        Ok(())
    }

    /// Writes what can be written only at the end, and gives files their names.
    pub(super) fn finish(self, code: u8) -> anyhow::Result<()> {
        self.progress.end();
        for Outlet { format, mut to, metrics } in self.places {
            let mut text: Box<dyn Write> = match &mut to {
                To::Stdout => Box::new(output::stdout(self.color)),
                To::File(file, _) => Box::new(file),
            };
            let written = match format {
                Format::Openmetrics => metrics.write(&mut text),
                Format::Text if !self.quiet => self.tally.write(code, output::width(), &mut text),
                _ => Ok(()),
            };
            output::quiet_end(written.and_then(|()| text.flush()))?;
            drop(text);
            to.name()?;
        }
        Ok(())
    }
}

impl To {
    fn file(path: &Path) -> anyhow::Result<Self> {
        Ok(Self::File(BufWriter::new(output::beside(path)?), path.to_path_buf()))
    }

    /// Writes one site's part at once, so that a reader sees each as it comes.
    fn write(&mut self, text: &[u8], color: When, progress: &Progress) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        match self {
            Self::Stdout => progress.aside(|| {
                let mut out = output::stdout(color);
                out.write_all(text)?;
                out.flush()
            }),
            Self::File(file, _) => file.write_all(text),
        }
    }

    fn name(self) -> anyhow::Result<()> {
        let Self::File(file, path) = self else { return Ok(()) };
        let failed = || format!("`{}` cannot be written", path.display());
        let file: NamedTempFile<File> =
            file.into_inner().map_err(io::Error::from).with_context(failed)?;
        file.persist(&path).with_context(failed)?;
        Ok(())
    }
}
