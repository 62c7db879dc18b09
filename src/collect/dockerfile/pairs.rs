//! The names and values of `ENV` and `ARG`, split as BuildKit splits them.
//!
//! Source of the rules: Dockerfile reference, sections ENV and ARG, read 2026-11.

use crate::fact::Position;

/// Further pairs of one instruction are not looked at.
const MAX_PAIRS: usize = 500;

/// A name with what is written for its value, quotes and variables included.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) name: String,
    /// None where only the name is written: `ARG VERSION`.
    pub(super) value: Option<String>,
    pub(super) at: Position,
}

/// The pairs of `ENV A=1 B="2 3"`, or the one of the old form `ENV A 1 2 3`.
pub(super) fn environment(text: &str) -> Vec<Pair> {
    let text = text.trim();
    let first = text.split(char::is_whitespace).next().unwrap_or_default();
    if !first.contains('=') {
        let rest = text.get(first.len()..).unwrap_or_default();
        return vec![pair(first, Some(rest.trim()))];
    }
    split(text).iter().map(|word| of_word(word)).collect()
}

/// The pairs of `ARG A B=2`.
pub(super) fn arguments(text: &str) -> Vec<Pair> {
    split(text).iter().map(|word| of_word(word)).collect()
}

fn of_word(word: &str) -> Pair {
    match word.split_once('=') {
        Some((name, value)) => pair(name, Some(value)),
        None => pair(word, None),
    }
}

fn pair(name: &str, value: Option<&str>) -> Pair {
    Pair { name: name.to_owned(), value: value.map(str::to_owned), at: Position::line(1) }
}

/// The words of a line; a space inside quotes or behind a backslash is part of its word.
fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut characters = text.chars();
    while words.len() < MAX_PAIRS
        && let Some(c) = characters.next()
    {
        match (c, quote) {
            ('\\', Some('"') | None) => {
                word.push(c);
                word.extend(characters.next());
            }
            ('"' | '\'', None) => {
                quote = Some(c);
                word.push(c);
            }
            (c, Some(open)) if c == open => {
                quote = None;
                word.push(c);
            }
            (c, None) if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            (c, _) => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pairs: Vec<Pair>) -> Vec<(String, Option<String>)> {
        pairs.into_iter().map(|pair| (pair.name, pair.value)).collect()
    }

    #[test]
    fn pairs_are_split_at_spaces_outside_of_quotes() {
        let some = |text: &str| Some(text.to_owned());
        for (text, expected) in [
            ("A=1 B=2", vec![("A".to_owned(), some("1")), ("B".to_owned(), some("2"))]),
            (
                "A=\"1 2\" B=x\\ y",
                vec![("A".to_owned(), some("\"1 2\"")), ("B".to_owned(), some("x\\ y"))],
            ),
            ("A='it is' B=", vec![("A".to_owned(), some("'it is'")), ("B".to_owned(), some(""))]),
            ("A 1 2  3", vec![("A".to_owned(), some("1 2  3"))]),
            ("A a=b", vec![("A".to_owned(), some("a=b"))]),
            ("A=\"\\\" x\" ", vec![("A".to_owned(), some("\"\\\" x\""))]),
        ] {
            assert_eq!(shown(environment(text)), expected, "{text}");
        }
        assert_eq!(
            shown(arguments("A B=2")),
            [("A".to_owned(), None), ("B".to_owned(), some("2"))]
        );
    }
}
