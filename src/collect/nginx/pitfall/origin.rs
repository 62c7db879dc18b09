//! Expressions that are to let in one's own sites by Origin or Referer, and let in others too.

use regex::{Regex, RegexBuilder};

use super::{Found, Here};
use crate::collect::nginx::syntax::Directive;

const MAX_EXPRESSION_BYTES: usize = 1 << 18;
/// Endings of names by which a domain is told in an expression.
const SUBJECTS: &[&str] = &["$http_origin", "$http_referer"];

/// An `if`, a `map` or `valid_referers` that believes what any site can send.
pub(super) fn of_directive(directive: &Directive, here: &Here<'_, '_>, found: &mut Found) {
    match directive.name.as_str() {
        "valid_referers" if directive.has("none") => found.add("referer-may-be-missing", directive),
        "if" => {
            let subject = directive.word(0).unwrap_or_default().trim_start_matches('(');
            let operator = directive.word(1).unwrap_or_default();
            let pattern = pattern(directive);
            let asks =
                SUBJECTS.contains(&subject) && operator.trim_start_matches('!').starts_with('~');
            if asks && lets_in_others(&pattern, operator.ends_with('*'), subject == "$http_origin")
            {
                found.add("origin-expression-loose", directive);
            }
        }
        "map" if here.location.is_none() => of_map(directive, found),
        _ => {}
    }
}

/// The expression of a condition, without the bracket that ends the condition.
fn pattern(directive: &Directive) -> String {
    let words: Vec<&str> = directive.words.iter().skip(2).map(|word| word.text.as_str()).collect();
    let text = words.join(" ");
    text.strip_suffix(')').map_or(text.as_str(), str::trim_end).to_owned()
}

fn of_map(directive: &Directive, found: &mut Found) {
    let subject = directive.word(0).unwrap_or_default();
    if !SUBJECTS.contains(&subject) {
        return;
    }
    for entry in &directive.inside().directives {
        let Some(pattern) = entry.name.strip_prefix('~') else {
            continue;
        };
        let denies = entry.word(0).is_some_and(|value| matches!(value, "" | "0" | "off" | "no"));
        let (folded, pattern) =
            pattern.strip_prefix('*').map_or((false, pattern), |rest| (true, rest));
        if !denies && lets_in_others(pattern, folded, subject == "$http_origin") {
            found.add("origin-expression-loose", entry);
        }
    }
}

/// Whether the expression also matches names that are not the ones it spells: tried with some.
fn lets_in_others(pattern: &str, folded: bool, whole: bool) -> bool {
    let built = RegexBuilder::new(pattern)
        .case_insensitive(folded)
        .size_limit(MAX_EXPRESSION_BYTES)
        .build();
    let Ok(expression) = built else {
        return false;
    };
    if expression.is_match("https://evil.invalid") {
        return true;
    }
    bare_dot(pattern)
        || domains(pattern).iter().any(|domain| matches_beside(&expression, domain, whole))
}

/// Names an attacker can register that contain the domain, or look like it.
fn matches_beside(expression: &Regex, domain: &str, whole: bool) -> bool {
    let mut tried = vec![
        format!("https://evil{domain}"),
        format!("https://evil-{domain}"),
        format!("https://{domain}.evil.invalid"),
        format!("https://www.{domain}.evil.invalid"),
        format!("https://{domain}evil.invalid"),
        format!("https://{}", domain.replacen('.', "z", 1)),
        format!("https://evil.invalid/{domain}"),
        format!("https://evil.invalid/?https://{domain}"),
    ];
    if whole {
        tried.push(format!("https://{domain}:evil"));
        tried.push(format!("null https://{domain}"));
    } else {
        // A Referer has a path, which strangers choose.
        tried.push(format!("https://evil.invalid/{domain}/"));
        tried.push(format!("https://evil.invalid/.{domain}/"));
        tried.push(format!("https://evil.invalid/?https://{domain}/"));
        tried.push(format!("https://evil.invalid/?https://www.{domain}/"));
    }
    tried.iter().any(|name| expression.is_match(name))
}

/// The domains that an expression spells, escapes taken away.
fn domains(pattern: &str) -> Vec<String> {
    let plain = first_of_each(pattern)
        .replace(r"\.", ".")
        .replace(r"\-", "-")
        .replace(r"\/", "/")
        .to_lowercase();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    plain
        .split(|c: char| !is_part(c))
        .map(|part| part.trim_matches(['.', '-']))
        .filter(|part| {
            let (_, ending) = part.rsplit_once('.').unwrap_or(("", ""));
            ending.len() >= 2 && ending.chars().all(|c| c.is_ascii_alphabetic())
        })
        .map(str::to_owned)
        .collect()
}

/// The expression with the first of the alternatives in each innermost group: `(com|org)` as `com`.
fn first_of_each(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(start) = rest.find('(') {
        let (before, group) = rest.split_at(start);
        out.push_str(before);
        let end = group.find(')').unwrap_or(group.len());
        let inner = group.get(1..end).unwrap_or_default();
        if let Some((first, _)) = inner.split_once('|').filter(|_| !inner.contains('(')) {
            out.push_str(first.trim_start_matches("?:"));
            rest = group.get(end + 1..).unwrap_or_default();
        } else {
            out.push('(');
            rest = group.get(1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// A dot between letters that stands for any letter: `example.com`.
fn bare_dot(pattern: &str) -> bool {
    let letters: Vec<char> = pattern.chars().collect();
    letters.windows(3).enumerate().any(|(at, window)| match window {
        [before, '.', after] => {
            let escaped = at > 0 && letters.get(at - 1) == Some(&'\\') && *before != '\\';
            (before.is_ascii_alphanumeric() || *before == ')')
                && after.is_ascii_alphabetic()
                && !escaped
        }
        _ => false,
    })
}
