//! What a user is told when what he gave is wrong: what, where, and what to do.

use std::fmt;
use std::ops::Range;

/// One mistake in something the user wrote: a flag, `prodcheck.toml`, a check file.
///
/// The wording is lower case, without a full stop, with the user's own names in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in the user's words.
    pub what: String,
    /// Where it is written; absent for flags.
    pub place: Option<SourcePlace>,
    /// What to do, when there is one thing to do.
    pub hint: Option<String>,
}

/// A stretch of a line in a text of the user's, with the line itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    /// The file as the user would name it.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// How many characters are meant; at least 1.
    pub width: usize,
    /// The whole line.
    pub text: String,
}

impl Problem {
    /// A problem that has no place in a file.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), place: None, hint: None }
    }

    /// The same problem with advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same problem at a place.
    #[must_use]
    pub fn at(mut self, place: SourcePlace) -> Self {
        self.place = Some(place);
        self
    }
}

impl SourcePlace {
    /// The place of a byte range in a text.
    pub fn of(file: &str, text: &str, span: &Range<usize>) -> Self {
        let start = floor_char_boundary(text, span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let end = floor_char_boundary(text, span.end).clamp(start, line_end);
        Self {
            file: file.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            width: text[start..end].chars().count().max(1),
            text: text[line_start..line_end].trim_end_matches('\r').to_owned(),
        }
    }
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(out, "{}:{}:{}: ", place.file, place.line, place.column)?;
        }
        write!(out, "{}", self.what)?;
        if let Some(hint) = &self.hint {
            write!(out, "; {hint}")?;
        }
        let Some(place) = &self.place else {
            return Ok(());
        };
        let indent: String = place
            .text
            .chars()
            .take(place.column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        write!(out, "\n  | {}\n  | {indent}{}", place.text, "^".repeat(place.width))
    }
}

impl std::error::Error for Problem {}

/// Several mistakes that are told together.
#[derive(Debug)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told: Vec<String> = self.0.iter().map(Problem::to_string).collect();
        out.write_str(&told.join("\n"))
    }
}

impl std::error::Error for Problems {}

impl From<Vec<Problem>> for Problems {
    fn from(problems: Vec<Problem>) -> Self {
        Self(problems)
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// The known word that a mistyped one most resembles, when one is near enough to suggest.
pub fn nearest<'w>(wrong: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let farthest = (wrong.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|word| (distance(wrong, word), word))
        .filter(|(distance, _)| *distance <= farthest)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The hint that names the nearest known word.
pub fn did_you_mean<'w>(wrong: &str, known: impl IntoIterator<Item = &'w str>) -> Option<String> {
    nearest(wrong, known).map(|word| format!("did you mean `{word}`?"))
}

/// Edits of one character, and swaps of neighbours, that turn one word into the other
/// (Damerau–Levenshtein, optimal string alignment).
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let swapped = i > 0 && j > 0 && from.get(i - 1) == Some(b) && to.get(j - 1) == Some(a);
            let swap = swapped.then(|| before_last.get(j - 1).map_or(usize::MAX, |cost| cost + 1));
            let keep = last.get(j).map_or(usize::MAX, |cost| cost + usize::from(a != b));
            let delete = last.get(j + 1).map_or(usize::MAX, |cost| cost + 1);
            let insert = row.get(j).map_or(usize::MAX, |cost| cost + 1);
            row.push(keep.min(delete).min(insert).min(swap.unwrap_or(usize::MAX)));
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_points_at_the_word() {
        let text = "[[waiver]]\ncheck = \"http/hsts-one-yaer\"\n";
        let place = SourcePlace::of("prodcheck.toml", text, &(19..39));
        let problem = Problem::new("unknown check `http/hsts-one-yaer`")
            .with_hint("did you mean `http/hsts-one-year`?")
            .at(place);
        assert_eq!(
            problem.to_string(),
            "prodcheck.toml:2:9: unknown check `http/hsts-one-yaer`; did you mean `http/hsts-one-year`?\n  \
             | check = \"http/hsts-one-yaer\"\n  |         ^^^^^^^^^^^^^^^^^^^^"
        );
    }

    #[test]
    fn a_place_beyond_the_text_is_its_end() {
        let place = SourcePlace::of("x", "äb", &(1..99));
        assert_eq!((place.line, place.column, place.width), (1, 1, 2));
    }

    #[test]
    fn the_nearest_word_is_found_and_a_far_one_is_not() {
        let known = ["at-least", "at-most", "starts-with"];
        for (wrong, expected) in [
            ("atleast", Some("at-least")),
            ("at-laest", Some("at-least")),
            ("at_most", Some("at-most")),
            ("ends-with", None),
            ("x", None),
        ] {
            assert_eq!(nearest(wrong, known), expected, "{wrong}");
        }
    }
}
