//! Format specifications (`{value:>10.2f}`) and representations (`{value!r}`), as far as settings use them.

use super::formats::shown;
use super::term::{Kind, Term};

/// More characters are not filled in.
const MAX_WIDTH: usize = 1_000;

/// What a specification asks for.
#[derive(Debug, Default, PartialEq)]
struct Spec {
    fill: char,
    align: Option<char>,
    plus: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// The value as `format(value, spec)` gives it; none if that is not known here.
pub(super) fn formatted(term: &Term<'_>, spec: &str) -> Option<String> {
    if spec.is_empty() {
        return shown(term);
    }
    let spec = parse(spec)?;
    let (text, is_number) = match (&term.kind, spec.kind) {
        (Kind::Text(text), None | Some('s')) => {
            let kept = spec.precision.map(|most| text.chars().take(most).collect());
            (kept.unwrap_or_else(|| text.to_string()), false)
        }
        (Kind::Int(int), None | Some('d')) if spec.precision.is_none() => (int.to_string(), true),
        (Kind::Int(int), Some('x')) if *int >= 0 => (format!("{int:x}"), true),
        (Kind::Int(int), Some('X')) if *int >= 0 => (format!("{int:X}"), true),
        (Kind::Int(int), Some('o')) if *int >= 0 => (format!("{int:o}"), true),
        (Kind::Int(int), Some('b')) if *int >= 0 => (format!("{int:b}"), true),
        (kind, Some('f' | 'F')) => {
            let number = super::numbers::number(kind)?;
            (format!("{number:.*}", spec.precision.unwrap_or(6)), true)
        }
        (kind, Some('%')) => {
            let number = super::numbers::number(kind)? * 100.0;
            (format!("{number:.*}%", spec.precision.unwrap_or(6)), true)
        }
        _ => return None,
    };
    let text = match spec.grouping {
        Some(mark) if is_number && spec.width == 0 => grouped(&text, mark),
        Some(_) => return None,
        None => text,
    };
    let text =
        if spec.plus && is_number && !text.starts_with('-') { format!("+{text}") } else { text };
    Some(filled(&text, &spec, is_number))
}

fn parse(spec: &str) -> Option<Spec> {
    let mut found = Spec { fill: ' ', ..Spec::default() };
    let mut rest: Vec<char> = spec.chars().rev().collect();
    let is_align = |c: char| matches!(c, '<' | '>' | '^' | '=');
    let second = rest.len().checked_sub(2).and_then(|at| rest.get(at)).copied();
    if second.is_some_and(is_align) {
        found.fill = rest.pop()?;
        found.align = rest.pop();
    } else if rest.last().copied().is_some_and(is_align) {
        found.align = rest.pop();
    }
    match rest.last() {
        Some('+') => {
            found.plus = true;
            rest.pop();
        }
        Some('-') => {
            rest.pop();
        }
        Some(' ' | '#') => return None,
        _ => {}
    }
    if rest.last() == Some(&'0') {
        rest.pop();
        if found.align.is_none() {
            (found.fill, found.align) = ('0', Some('='));
        }
    }
    let number = |rest: &mut Vec<char>| {
        let mut digits = String::new();
        while let Some(digit) = rest.pop_if(|c| c.is_ascii_digit()) {
            digits.push(digit);
        }
        if digits.is_empty() { Some(None) } else { digits.parse::<usize>().ok().map(Some) }
    };
    found.width = number(&mut rest)?.unwrap_or(0);
    found.grouping = rest.pop_if(|c| matches!(c, ',' | '_'));
    if rest.pop_if(|c| *c == '.').is_some() {
        found.precision = Some(number(&mut rest)??);
    }
    found.kind = rest.pop();
    let fits = found.width <= MAX_WIDTH && found.precision.unwrap_or(0) <= 50;
    (rest.is_empty() && fits).then_some(found)
}

fn grouped(text: &str, mark: char) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, part) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out + part
}

fn filled(text: &str, spec: &Spec, is_number: bool) -> String {
    let missing = spec.width.saturating_sub(text.chars().count());
    let fill = |count: usize| std::iter::repeat_n(spec.fill, count).collect::<String>();
    match spec.align.unwrap_or(if is_number { '>' } else { '<' }) {
        '<' => format!("{text}{}", fill(missing)),
        '^' => format!("{}{text}{}", fill(missing / 2), fill(missing - missing / 2)),
        '=' if is_number => {
            let (sign, digits) = match text.strip_prefix(['-', '+']) {
                Some(digits) => text.split_at(text.len() - digits.len()),
                None => ("", text),
            };
            format!("{sign}{}{digits}", fill(missing))
        }
        _ => format!("{}{text}", fill(missing)),
    }
}

/// The value as `repr(value)` gives it; none if that is not known here.
pub(super) fn represented(term: &Term<'_>) -> Option<String> {
    match &term.kind {
        Kind::Text(text) => {
            let is_plain = |c: char| !c.is_control() && !matches!(c, '\\' | '\'') && c.is_ascii();
            text.chars().all(is_plain).then(|| format!("'{text}'"))
        }
        Kind::Path(_) | Kind::Made(_) => None,
        _ => shown(term),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::term::From;

    #[test]
    fn values_are_formatted_as_python_does() {
        let text = || Kind::Text("ab".into());
        for (kind, spec, expected) in [
            (Kind::Float(2.71951), ".2f", Some("2.72")),
            (Kind::Int(7), "03d", Some("007")),
            (Kind::Int(-7), "04", Some("-007")),
            (Kind::Int(7), ">4", Some("   7")),
            (Kind::Int(7), "^4", Some(" 7  ")),
            (Kind::Int(7), "+", Some("+7")),
            (Kind::Int(1_234_567), ",", Some("1,234,567")),
            (Kind::Int(255), "x", Some("ff")),
            (Kind::Float(0.25), ".0%", Some("25%")),
            (text(), ">5", Some("   ab")),
            (text(), "-<5", Some("ab---")),
            (text(), "5", Some("ab   ")),
            (text(), ".1", Some("a")),
            (Kind::Int(1), "#x", None),
            (text(), "d", None),
            (Kind::Int(1), "5000", None),
        ] {
            let found = formatted(&Term::new(kind, From::nowhere()), spec);
            assert_eq!(found.as_deref(), expected, "{spec}");
        }
    }
}
