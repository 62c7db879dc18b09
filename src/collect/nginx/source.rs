//! The text of one file: what a template fills in is masked, and bytes become lines and columns.

use crate::fact::{Place, Position, ProjectPath};

use super::template;

/// One configuration file.
#[derive(Debug)]
pub(super) struct Source<'t> {
    /// Which file.
    pub(super) path: ProjectPath,
    /// What is read: as long as the file, byte for byte, with templated parts masked.
    pub(super) masked: String,
    written: &'t str,
    line_starts: Vec<usize>,
}

impl<'t> Source<'t> {
    /// The text of a file.
    pub(super) fn new(path: &ProjectPath, text: &'t str) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(starts.map(|(at, _)| at + 1)).collect();
        Self { path: path.clone(), masked: template::masked(text), written: text, line_starts }
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
        let line = self.line_starts.partition_point(|line_start| *line_start <= start);
        let line_start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.written(line_start, start).chars().count();
        let meant = self.written(start, end);
        let width = if meant.contains('\n') { 0 } else { meant.chars().count() };
        let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let at = Position { line: small(line), column: small(before + 1), width: small(width) };
        Place::in_file(&self.path, at)
    }
}
