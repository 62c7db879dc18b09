//! Expressions that take very long on some paths, match more than they seem to, or name groups they lack.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::Found;
use crate::collect::nginx::refusal::variables_in;
use crate::collect::nginx::syntax::Directive;

/// What the expression of a directive does.
pub(super) fn of_directive(directive: &Directive, found: &mut Found) {
    let Some(pattern) = pattern(directive) else {
        return;
    };
    if is_slow(pattern) {
        found.add("expression-slow", directive);
    }
    match directive.name.as_str() {
        "rewrite" => {
            let groups = groups(pattern);
            let asked = directive.word(1).map_or(0, largest_group);
            if groups.is_some_and(|groups| asked > groups) {
                found.add("group-missing", directive);
            }
        }
        "location" if is_open_ended(pattern) => found.add("expression-open-ended", directive),
        _ => {}
    }
}

/// The expression of a directive that has one.
pub(super) fn pattern(directive: &Directive) -> Option<&str> {
    let first = directive.word(0)?;
    match directive.name.as_str() {
        "location" => match directive.word(1) {
            Some(path) if matches!(first, "~" | "~*") => Some(path),
            _ => first.strip_prefix("~*").or_else(|| first.strip_prefix('~')),
        },
        "rewrite" => Some(first),
        "if" if directive
            .word(1)
            .is_some_and(|word| word.trim_start_matches('!').starts_with('~')) =>
        {
            directive.word(2)
        }
        "server_name" => first.strip_prefix('~'),
        _ => None,
    }
}

/// The number of groups of an expression; none if it cannot be read.
fn groups(pattern: &str) -> Option<u64> {
    let expression = regex::Regex::new(pattern).ok()?;
    u64::try_from(expression.captures_len()).ok()?.checked_sub(1)
}

fn largest_group(text: &str) -> u64 {
    variables_in(text).filter_map(|name| name.parse().ok()).max().unwrap_or(0)
}

/// `\.php` without `$`: `/a.php.txt` matches as well.
fn is_open_ended(pattern: &str) -> bool {
    let Some((_, ending)) = pattern.rsplit_once(r"\.") else {
        return false;
    };
    let plain = ending.trim_start_matches('(').trim_start_matches("?:").trim_end_matches(')');
    !plain.is_empty()
        && plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '|')
        && !pattern.starts_with(r"/\.")
        && !pattern.starts_with(r"^/\.")
        && !pattern.starts_with(r"\.git")
        && !pattern.contains(r"/\.")
}

/// Whether a repetition repeats something that itself repeats, so that a text can be taken apart in very
/// many ways: `(a+)+`. Not where each turn must begin anew with something else: `(/[a-z]+)+`.
fn is_slow(pattern: &str) -> bool {
    let parsed =
        regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern);
    parsed.is_ok_and(|hir| has_nested(&hir))
}

fn has_nested(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let endless = repetition.max.is_none();
            (endless && is_ambiguous(&repetition.sub)) || has_nested(&repetition.sub)
        }
        HirKind::Capture(capture) => has_nested(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_nested),
        _ => false,
    }
}

/// Whether what is repeated has an endless repetition of letters, and nothing else that those are not.
fn is_ambiguous(turn: &Hir) -> bool {
    match turn.kind() {
        HirKind::Capture(capture) => is_ambiguous(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().any(is_ambiguous),
        HirKind::Repetition(repetition) => {
            repetition.max.is_none() && letters(&repetition.sub).is_some()
                || is_ambiguous(&repetition.sub)
        }
        HirKind::Concat(parts) => parts.iter().enumerate().any(|(index, part)| {
            let HirKind::Repetition(inner) = uncaptured(part).kind() else {
                return false;
            };
            let Some(own) = letters(&inner.sub).filter(|_| inner.max.is_none()) else {
                return false;
            };
            parts.iter().enumerate().all(|(other, part)| {
                other == index || part.properties().minimum_len() == Some(0) || meets(part, &own)
            })
        }),
        _ => false,
    }
}

fn uncaptured(hir: &Hir) -> &Hir {
    match hir.kind() {
        HirKind::Capture(capture) => uncaptured(&capture.sub),
        _ => hir,
    }
}

/// The letters that one place of an expression takes; none if it is more than one place.
fn letters(hir: &Hir) -> Option<Vec<(u32, u32)>> {
    match uncaptured(hir).kind() {
        HirKind::Class(Class::Bytes(class)) => Some(
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
        ),
        HirKind::Class(Class::Unicode(class)) => Some(
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
        ),
        HirKind::Literal(literal) => match *literal.0 {
            [only] => Some(vec![(only.into(), only.into())]),
            _ => None,
        },
        HirKind::Repetition(repetition) => letters(&repetition.sub),
        _ => None,
    }
}

/// Whether a part can be made of these letters: every letter of a text, some of a class.
fn meets(part: &Hir, own: &[(u32, u32)]) -> bool {
    let among = |from: u32, to: u32| own.iter().any(|(start, end)| from <= *end && to >= *start);
    match uncaptured(part).kind() {
        HirKind::Literal(literal) => {
            literal.0.iter().all(|byte| among(u32::from(*byte), u32::from(*byte)))
        }
        _ => letters(part).is_some_and(|theirs| theirs.iter().any(|(from, to)| among(*from, *to))),
    }
}
