//! Where a piece of a text stands: bytes become lines and columns.

use std::ops::Range;

use crate::fact::Position;

/// The lines of a text.
#[derive(Debug)]
pub(in crate::collect) struct Lines<'t> {
    text: &'t str,
    /// The offset at which each line starts.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Those of this text.
    pub(in crate::collect) fn of(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { text, starts: std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect() }
    }

    /// The position of a range of bytes; of a range over several lines, to the end of the first.
    pub(in crate::collect) fn position(&self, range: &Range<usize>) -> Position {
        let line = self.starts.partition_point(|start| *start <= range.start);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let written = |range: Range<usize>| self.text.get(range).unwrap_or_default();
        let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let meant = written(range.clone());
        let width = if meant.contains('\n') { 0 } else { meant.chars().count() };
        Position {
            line: small(line),
            column: small(written(start..range.start).chars().count() + 1),
            width: small(width),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_bytes_is_counted_in_characters_from_its_line() {
        let text = "a: é\nü = x\n";
        for (meant, line, column, width) in
            [("a", 1, 1, 1), ("é", 1, 4, 1), ("x", 2, 5, 1), ("é\nü", 1, 4, 0), ("", 1, 1, 0)]
        {
            let start = text.find(meant).unwrap();
            let found = Lines::of(text).position(&(start..start + meant.len()));
            assert_eq!(found, Position { line, column, width }, "{meant:?}");
        }
    }
}
