//! The text of one file: what a template fills in is masked, and bytes become lines and columns.

use crate::collect::lines::Lines;
use crate::fact::{Place, ProjectPath};

use super::template;

/// One configuration file.
#[derive(Debug)]
pub(super) struct Source<'t> {
    /// Which file.
    pub(super) path: ProjectPath,
    /// What is read: as long as the file, byte for byte, with templated parts masked.
    pub(super) masked: String,
    written: &'t str,
    lines: Lines<'t>,
}

impl<'t> Source<'t> {
    /// The text of a file.
    pub(super) fn new(path: &ProjectPath, text: &'t str) -> Self {
        let (masked, lines) = (template::masked(text), Lines::of(text));
        Self { path: path.clone(), masked, written: text, lines }
    }

    /// Whether some of it was masked.
    pub(super) fn is_templated(&self) -> bool {
        self.masked != self.written
    }

    /// What the file itself says in a range of bytes.
    pub(super) fn written(&self, start: usize, end: usize) -> &'t str {
        self.written.get(start..end).unwrap_or_default()
    }

    /// The place of a range of bytes; of a range over several lines, to the end of the first.
    pub(super) fn place(&self, start: usize, end: usize) -> Place {
        Place::in_file(&self.path, self.lines.position(&(start..end)))
    }
}
