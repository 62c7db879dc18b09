//! Where the assignments of a `.env` file begin and end.
//!
//! The rules are python-dotenv's (1.2, `parser.py`, read 2026-11-21): a value in quotes may run over
//! several lines, any other ends with its line.

use super::Broken;

/// One assignment, taken apart and not yet interpreted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement<'t> {
    /// From the name, or `export`, to the end.
    pub(super) text: &'t str,
    /// The physical line on which it begins, as it is.
    pub(super) first_line: &'t str,
    pub(super) name: &'t str,
    pub(super) exported: bool,
    /// Whether a comment on the line, or the line above, says so.
    pub(super) optional: bool,
    pub(super) separator: Separator,
    pub(super) quote: Quote,
    /// What stands between the quotes; without quotes, what stands after the separator, trimmed.
    pub(super) value: &'t str,
    /// What stands after the closing quote.
    pub(super) tail: &'t str,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) width: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    Equals,
    Colon,
    /// A bare name.
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    None,
    Single,
    Double,
}

/// Walks over the assignments of a text.
pub(super) struct Statements<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    /// Whether the line above is a comment that says `optional`.
    optional: bool,
    /// Behind these no closing quote follows: an answer that need not be found twice.
    last: [Option<usize>; 2],
    unclosed_from: [usize; 2],
}

impl<'t> Statements<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let last = ['\'', '"'].map(|quote| text.rfind(quote));
        Self { text, at: 0, line: 1, optional: false, last, unclosed_from: [usize::MAX; 2] }
    }

    /// The end of the physical line that holds an offset, without its line feed.
    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        rest.find('\n').map_or(self.text.len(), |at| from + at)
    }

    fn slice(&self, from: usize, to: usize) -> &'t str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The offset of the quote that closes the one just before `from`.
    fn closing(&mut self, quote: char, from: usize) -> Option<usize> {
        let kind = usize::from(quote == '"');
        let last = self.last.get(kind).copied().flatten().filter(|last| *last >= from)?;
        let unclosed_from = self.unclosed_from.get_mut(kind)?;
        if from < *unclosed_from {
            let body = self.text.get(from..)?;
            let free = body.match_indices(quote).map(|(at, _)| from + at).find(|at| {
                *at == from
                    || self.text.as_bytes().get(at - 1).is_none_or(|before| *before != b'\\')
            });
            if free.is_some() {
                return free;
            }
            *unclosed_from = from;
        }
        Some(last)
    }

    /// The assignment on the line from `start` to `end`.
    fn statement(&mut self, start: usize, end: usize) -> Result<Statement<'t>, Broken> {
        let line = self.line;
        let broken = |why: &str| Broken { line, why: why.to_owned() };
        let first_line = self.slice(start, end).trim_end_matches('\r');
        let head = first_line.trim_start();
        let begin = start + (first_line.len() - head.len());
        let (exported, head) = without_export(head);
        let (name, separator, offset) =
            parted(head).ok_or_else(|| broken("it is neither an assignment nor a comment"))?;
        let value_at = start + first_line.len() - head.len() + offset;
        let (quote, opened) = match self.slice(value_at, end).chars().next() {
            Some('"') if separator != Separator::None => (Quote::Double, '"'),
            Some('\'') if separator != Separator::None => (Quote::Single, '\''),
            _ => (Quote::None, ' '),
        };
        let mut read = Statement {
            text: self.slice(begin, start + first_line.len()),
            first_line,
            name,
            exported,
            optional: self.optional || comment(first_line).is_some_and(says_optional),
            separator,
            quote,
            value: self.slice(value_at, start + first_line.len()).trim(),
            tail: "",
            line,
            column: 1 + count(self.slice(start, begin)),
            width: 0,
        };
        if quote != Quote::None {
            let close = self
                .closing(opened, value_at + 1)
                .ok_or_else(|| broken("its quote is not closed"))?;
            let last_end = self.line_end(close);
            let all = self.slice(begin, last_end).trim_end_matches('\r');
            read.text = all;
            read.value = self.slice(value_at + 1, close);
            read.tail = self.slice(close + 1, begin + all.len());
            let passed = self.slice(value_at, close).matches('\n').count();
            self.line += u32::try_from(passed).unwrap_or(u32::MAX);
            self.at = last_end;
            let tail = read.tail.trim();
            if !tail.is_empty() && !tail.starts_with('#') {
                return Err(broken("text follows the closing quote, so that loaders skip it"));
            }
        }
        read.width = width(&read);
        Ok(read)
    }
}

impl<'t> Iterator for Statements<'t> {
    type Item = Result<Statement<'t>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.text.len() {
            let (start, end) = (self.at, self.line_end(self.at));
            let head = self.slice(start, end).trim();
            self.at = end;
            let found = if head.is_empty() || head.starts_with('#') {
                None
            } else {
                Some(self.statement(start, end))
            };
            self.optional = head.starts_with('#') && says_optional(head);
            self.at += 1;
            let line = self.line;
            self.line = line.saturating_add(1);
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

fn comment(line: &str) -> Option<&str> {
    line.split_once(" #").map(|(_, comment)| comment)
}

fn says_optional(comment: &str) -> bool {
    comment.to_lowercase().contains("optional")
}

/// Whether `export` stands first, and what follows it.
fn without_export(head: &str) -> (bool, &str) {
    match head.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => (true, rest.trim_start()),
        _ => (false, head),
    }
}

/// The name, what separates it from the value, and where the value begins.
fn parted(head: &str) -> Option<(&str, Separator, usize)> {
    let end = match head.strip_prefix('\'') {
        Some(quoted) => quoted.find('\'').filter(|inside| *inside > 0)? + 2,
        None => {
            head.find(|c: char| c == '=' || c == '#' || c.is_whitespace()).unwrap_or(head.len())
        }
    };
    let (name, rest) = head.split_at(end);
    let after = rest.trim_start();
    let begins = |rest: &str| head.len() - rest.trim_start().len();
    if let Some(value) = after.strip_prefix('=') {
        return (!name.is_empty()).then(|| (name, Separator::Equals, begins(value)));
    }
    if let Some((name, _)) = head.split_once(':').filter(|(before, _)| is_word(before.trim_end())) {
        let value = head.get(name.len() + 1..).unwrap_or_default();
        return Some((name.trim_end(), Separator::Colon, begins(value)));
    }
    let bare = (after.is_empty() || after.starts_with('#')) && is_word(name);
    bare.then_some((name, Separator::None, head.len()))
}

fn is_word(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

/// How many characters of the first line the assignment has, without a comment.
fn width(statement: &Statement<'_>) -> u32 {
    let first = statement.text.lines().next().unwrap_or_default();
    let end = match statement.quote {
        Quote::None => first.find(" #").unwrap_or(first.len()),
        _ if first.len() < statement.text.len() => first.len(),
        _ => first.len().saturating_sub(statement.tail.len()),
    };
    count(first.get(..end).unwrap_or(first).trim_end())
}

fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}
