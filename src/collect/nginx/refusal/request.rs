//! What decides on requests: conditions, answers, rewritten paths, variables.

use super::slot::natural;
use super::values::parameter;
use super::{expression, variable};
use crate::collect::nginx::syntax::Directive;

/// A condition that nginx does not understand.
pub(super) fn of_if(directive: &Directive) -> Option<String> {
    let words: Vec<&str> = directive.words.iter().map(|word| word.text.as_str()).collect();
    let first = *words.first()?;
    let last = *words.last()?;
    if !first.starts_with('(') {
        return Some(condition(first));
    }
    if !last.ends_with(')') {
        return Some(condition(last));
    }
    let mut inner: Vec<&str> = words.clone();
    if let Some(start) = inner.first_mut() {
        *start = start.strip_prefix('(').unwrap_or(start);
    }
    if let Some(end) = inner.last_mut() {
        *end = end.strip_suffix(')').unwrap_or(end);
    }
    if inner.first() == Some(&"") {
        inner.remove(0);
    }
    if inner.last() == Some(&"") && last == ")" {
        inner.pop();
    }
    of_inner(&inner)
}

fn condition(text: &str) -> String {
    format!("invalid condition \"{text}\"")
}

fn of_inner(words: &[&str]) -> Option<String> {
    match words {
        [] => Some(condition("")),
        [subject, rest @ ..] if subject.len() > 1 && subject.starts_with('$') => {
            let name = subject.trim_start_matches('$').trim_matches(['{', '}']);
            if !variable::is_name(name) {
                return Some(format!("invalid variable name in condition \"{subject}\""));
            }
            match rest {
                [] | ["=" | "!=", _] => None,
                ["~" | "~*" | "!~" | "!~*", pattern] => expression::complaint(pattern),
                [_, _] => Some(format!("unexpected \"{}\" in condition", rest.first()?)),
                _ => Some(condition(subject)),
            }
        }
        [test, _] if matches!(test.trim_start_matches('!'), "-f" | "-d" | "-e" | "-x") => None,
        [other, ..] => Some(condition(other)),
    }
}

/// An answer that is neither a code nor an address.
pub(super) fn of_return(directive: &Directive) -> Option<String> {
    let first = directive.word(0)?;
    let code = natural(first);
    let alone = directive.words.len() == 1;
    let address = ["http://", "https://", "$scheme"].iter().any(|start| first.starts_with(start));
    let wrong = match code {
        None => !(alone && address),
        Some(code) => code > 999,
    };
    wrong.then(|| format!("invalid return code \"{first}\""))
}

/// A rewriting with an expression or a flag that cannot be.
pub(super) fn of_rewrite(directive: &Directive) -> Option<String> {
    let pattern = directive.word(0)?;
    let flag = directive.word(2);
    expression::complaint(pattern).or_else(|| {
        let wrong =
            flag.filter(|flag| !matches!(*flag, "last" | "break" | "redirect" | "permanent"))?;
        Some(parameter(wrong))
    })
}

/// A `set` of something that is no variable, or of one that nginx itself sets.
pub(super) fn of_set(directive: &Directive) -> Option<String> {
    named(directive.word(0)?)
}

/// A `map`, `geo` or `split_clients` that chooses nothing that could be a variable.
pub(super) fn of_choice(directive: &Directive) -> Option<String> {
    named(directive.words.last()?.text.as_str())
}

fn named(word: &str) -> Option<String> {
    let Some(name) = word.strip_prefix('$').filter(|name| !name.is_empty()) else {
        return Some(format!("invalid variable name \"{word}\""));
    };
    variable::is_taken(name).then(|| format!("the duplicate \"{name}\" variable"))
}

/// An `error_page` of codes that are none of errors.
pub(super) fn of_error_page(directive: &Directive) -> Option<String> {
    let count = directive.words.len();
    let codes = directive.words.get(..count.checked_sub(1)?)?;
    for (index, word) in codes.iter().enumerate() {
        let text = word.text.as_str();
        if let Some(code) = text.strip_prefix('=') {
            if index + 2 != count || index == 0 || !(code.is_empty() || natural(code).is_some()) {
                return Some(format!("invalid value \"{text}\""));
            }
            continue;
        }
        let Some(code) = natural(text) else {
            return Some(format!("invalid value \"{text}\""));
        };
        if !(300..=599).contains(&code) {
            return Some(format!("value \"{text}\" must be between 300 and 599"));
        }
    }
    None
}

/// A last resort that is no code.
pub(super) fn of_try_files(directive: &Directive) -> Option<String> {
    let last = directive.words.last()?.text.as_str();
    let code = last.strip_prefix('=')?;
    natural(code).is_none_or(|code| code > 999).then(|| format!("invalid code \"{last}\""))
}
