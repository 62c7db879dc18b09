//! What each loader makes of an assignment.
//!
//! Sources, read 2026-11-21: python-dotenv 1.2 (`parser.py`, `variables.py`), compose-go 2 (`dotenv`),
//! django-environ 0.12 (`Env.read_env`), python-decouple 3.8 (`RepositoryEnv`).

use super::statement::{Quote, Separator, Statement};
use crate::grammar::interpolation::{MAX_EXPANDED_BYTES, expand};

/// A loader of `.env` files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// python-dotenv; also environs and pydantic-settings.
    PythonDotenv,
    /// Docker compose, for `env_file` and for its own `.env`.
    Compose,
    /// django-environ.
    DjangoEnviron,
    /// python-decouple.
    Decouple,
}

/// What a loader makes of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The name it sets.
    pub name: String,
    /// The value; none for a bare name.
    pub value: Option<String>,
}

/// Gives the value of a name that a value refers to.
pub(super) type Lookup<'l> = &'l mut dyn FnMut(&str) -> Option<String>;

/// A value, and the names it refers to in vain.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) value: Option<String>,
    pub(super) missing: Vec<String>,
}

impl Reader {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::PythonDotenv, Self::Compose, Self::DjangoEnviron, Self::Decouple];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PythonDotenv => "python-dotenv",
            Self::Compose => "compose",
            Self::DjangoEnviron => "django-environ",
            Self::Decouple => "python-decouple",
        }
    }

    pub(super) fn read(self, statement: &Statement<'_>, lookup: Lookup<'_>) -> Option<Reading> {
        match self {
            Self::PythonDotenv => python(statement, lookup)
                .map(|read| Reading { name: bare(statement.name).to_owned(), value: read.value }),
            Self::Compose => compose(statement, lookup),
            Self::DjangoEnviron => environ(statement.first_line),
            Self::Decouple => decouple(statement.first_line),
        }
    }
}

pub(super) fn python(statement: &Statement<'_>, lookup: Lookup<'_>) -> Option<Read> {
    let text = match (statement.separator, statement.quote) {
        (Separator::Colon, _) => return None,
        (Separator::None, _) => return Some(Read { value: None, missing: Vec::new() }),
        (_, Quote::Double) => unescaped(&one_line_end(statement.value), "\\'\"abfnrtv"),
        (_, Quote::Single) => unescaped(&one_line_end(statement.value), "\\'"),
        // As the newest release has it; to older ones the comment was the value.
        (_, Quote::None) if is_comment_alone(statement) => String::new(),
        (_, Quote::None) => without_comment(statement.value, char::is_whitespace).to_owned(),
    };
    Some(python_expanded(&text, lookup))
}

/// Whether all that follows the `=` is a comment, with a space before it.
fn is_comment_alone(statement: &Statement<'_>) -> bool {
    let after = statement.text.split_once('=').map_or("", |(_, after)| after);
    statement.value.starts_with('#') && after.starts_with(char::is_whitespace)
}

/// The text with the line ends of Python's text files.
fn one_line_end(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Replaces `${NAME}` and `${NAME:-default}` as python-dotenv does, in any quotes; an empty value stands.
pub(super) fn python_expanded(text: &str, lookup: Lookup<'_>) -> Read {
    let (mut value, mut missing, mut rest) = (String::new(), Vec::new(), text);
    while let Some(at) = rest.find("${") {
        let (before, after) = rest.split_at(at);
        let inside = after.get(2..).unwrap_or_default();
        value.push_str(before);
        let Some((name, default, length)) = reference(inside) else {
            value.push_str("${");
            rest = inside;
            continue;
        };
        match lookup(name).or_else(|| default.map(str::to_owned)) {
            Some(found) => {
                let room = MAX_EXPANDED_BYTES.saturating_sub(value.len());
                value.push_str(if found.len() <= room { &found } else { "" });
            }
            None => {
                let known = missing.len() == MAX_NAMES || missing.iter().any(|known| known == name);
                missing.extend((!known).then(|| name.to_owned()));
            }
        }
        rest = inside.get(length..).unwrap_or_default();
    }
    value.push_str(rest);
    Read { value: Some(value), missing }
}

/// Longer names, and more of them, are not looked for: no environment has them.
const MAX_NAME_BYTES: usize = 256;
const MAX_NAMES: usize = 64;
/// Longer defaults are not looked for.
const MAX_DEFAULT_BYTES: usize = 4096;

/// The name and the default after `${`, and how far both and the `}` reach.
fn reference(inside: &str) -> Option<(&str, Option<&str>, usize)> {
    let end = inside.bytes().take(MAX_NAME_BYTES).position(|byte| byte == b':' || byte == b'}')?;
    let name = inside.get(..end)?;
    let rest = inside.get(end..)?;
    if rest.starts_with('}') {
        return Some((name, None, end + 1));
    }
    let default = rest.strip_prefix(":-")?;
    let close = default.bytes().take(MAX_DEFAULT_BYTES).position(|byte| byte == b'}')?;
    Some((name, default.get(..close), end + 2 + close + 1))
}

fn compose(statement: &Statement<'_>, lookup: Lookup<'_>) -> Option<Reading> {
    let name = statement.name;
    let understood = |c: char| c.is_alphanumeric() || "_.-[]".contains(c);
    if !name.chars().all(understood) {
        return None;
    }
    let text = match (statement.separator, statement.quote) {
        (Separator::None, _) => return Some(Reading { name: name.to_owned(), value: None }),
        (_, Quote::Single) => statement.value.replace("\\'", "'"),
        (_, Quote::Double) => unescaped(statement.value, "\\\"abfnrtv"),
        (_, Quote::None) => without_comment(statement.value, |c| c == ' ').to_owned(),
    };
    if statement.quote == Quote::Single {
        return Some(Reading { name: name.to_owned(), value: Some(text) });
    }
    let expanded = expand(&text, lookup);
    let value = expanded.errors.is_empty().then_some(expanded.text)?;
    Some(Reading { name: name.to_owned(), value: Some(value) })
}

fn environ(line: &str) -> Option<Reading> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let value = match (between(value, '\''), between(value, '"')) {
        (Some(inside), _) => inside.to_owned(),
        (None, Some(inside)) => without_backslashes(inside),
        (None, None) => value.to_owned(),
    };
    Some(Reading { name: name.to_owned(), value: Some(value) })
}

fn decouple(line: &str) -> Option<Reading> {
    let (name, value) = line.trim().split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let inside = between(value, '\'').or_else(|| between(value, '"')).unwrap_or(value);
    Some(Reading { name: name.to_owned(), value: Some(inside.to_owned()) })
}

/// The name without the quotes that python-dotenv admits around it.
pub(super) fn bare(name: &str) -> &str {
    between(name, '\'').unwrap_or(name)
}

fn between(value: &str, quote: char) -> Option<&str> {
    value.strip_prefix(quote)?.strip_suffix(quote)
}

/// What stands before the first `#` that follows a space.
fn without_comment(value: &str, is_space: impl Fn(char) -> bool) -> &str {
    let mut before = ' ';
    let mut first = true;
    for (at, c) in value.char_indices() {
        if c == '#' && !first && is_space(before) {
            return value.get(..at).unwrap_or(value).trim_end();
        }
        before = c;
        first = false;
    }
    value
}

/// Backslash and one of these replaced by the character meant; other backslashes stay.
fn unescaped(value: &str, escapes: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(c) = characters.next() {
        let escape =
            if c == '\\' { characters.next_if(|next| escapes.contains(*next)) } else { None };
        text.push(match escape {
            None => c,
            Some('a') => '\u{7}',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('v') => '\u{b}',
            Some(other) => other,
        });
    }
    text
}

/// django-environ's unescaping: the backslash goes, except before `r`, `n` and `t`.
fn without_backslashes(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match characters.next() {
            Some(kept @ ('r' | 'n' | 't')) => text.extend(['\\', kept]),
            Some(other) => text.push(other),
            None => text.push('\\'),
        }
    }
    text
}

/// Which loaders read the line otherwise than the first that reads it at all, and why.
pub(super) fn note(statement: &Statement<'_>, readings: &[Option<Reading>]) -> Option<String> {
    let expected = readings.iter().find(|reading| reading.is_some())?;
    let others: Vec<&str> = Reader::ALL
        .iter()
        .zip(readings)
        .filter(|(_, reading)| *reading != expected)
        .map(|(reader, _)| reader.name())
        .collect();
    if others.is_empty() {
        return None;
    }
    Some(format!("{}: read otherwise by {}", cause(statement), others.join(", ")))
}

/// What about the line loaders disagree on.
pub(super) fn cause(statement: &Statement<'_>) -> &'static str {
    let line = statement.first_line;
    let value = statement.value;
    let before_value = line.split(['=', ':']).next().unwrap_or_default();
    match (statement.separator, statement.quote) {
        (Separator::Colon, _) => "a colon instead of `=`",
        (Separator::None, _) => "a name without a value",
        _ if statement.exported => "`export` before the name",
        _ if line.starts_with([' ', '\t']) => "spaces before the name",
        _ if before_value.ends_with([' ', '\t']) => "spaces around the `=`",
        (_, Quote::Single | Quote::Double) if value.contains('\n') => "a value of several lines",
        _ if value.contains('$') => "a `$` in the value",
        (_, Quote::Single | Quote::Double) if !statement.tail.trim().is_empty() => {
            "a comment after the value"
        }
        (_, Quote::None) if value.contains(" #") || value.contains("\t#") => {
            "a comment after the value"
        }
        _ if value.contains('\\') => "a backslash in the value",
        _ if line.contains("= ") || line.contains("=\t") => "spaces around the `=`",
        (_, Quote::None) if line.ends_with([' ', '\t']) => "spaces after the value",
        _ if value.contains(['\'', '"']) => "quotes in the value",
        _ => "a name of unusual characters",
    }
}
