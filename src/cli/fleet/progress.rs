//! How far a fleet has come, on standard error and only for people who watch.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::output;

/// A line on the terminal that says how many sites are done.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Whether somebody watches: a terminal, and no machine that only looks like one.
    pub(super) fn is_watched() -> bool {
        io::stderr().is_terminal() && output::variable("CI").is_none_or(|ci| ci.is_empty())
    }

    /// Of so many sites, if their number is known.
    pub(super) fn of(sites: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(sites, ProgressDrawTarget::stderr_with_hz(5));
        let template = match sites {
            Some(_) => "{bar:30} {pos} of {len} sites   {per_sec}   {eta} left",
            None => "{spinner} {pos} sites   {per_sec}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Nothing is shown.
    pub(super) fn hidden() -> Self {
        Self { bar: ProgressBar::hidden() }
    }

    /// One more site is done.
    pub(super) fn advance(&self) {
        self.bar.inc(1);
    }

    /// Lets something else be written between two of its states.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
