//! Format specifications (`{value:>10.2f}`) and representations (`{value!r}`), as far as settings use them.

use super::formats::shown;
use super::heap::Key;
use super::interpreter::Interpreter;
use super::term::{From, Kind, Shape, Term};

/// More characters are not filled in.
const MAX_WIDTH: usize = 1_000;

/// What a specification asks for.
#[derive(Debug, Default, PartialEq)]
struct Spec {
    fill: char,
    align: Option<char>,
    plus: bool,
    /// Whether numbers of another base tell it.
    marked: bool,
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
        (Kind::Int(int), Some(base @ ('x' | 'X' | 'o' | 'b'))) if *int >= 0 => {
            let mark = if spec.marked { format!("0{base}") } else { String::new() };
            if spec.marked && spec.fill == '0' {
                return None;
            }
            (mark + &in_base(*int, base), true)
        }
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
        Some(mark) if is_number && spec.align != Some('=') => grouped(&text, mark),
        Some(_) => return None,
        None => text,
    };
    let text =
        if spec.plus && is_number && !text.starts_with('-') { format!("+{text}") } else { text };
    Some(filled(&text, spec.fill, spec.align, (spec.width, is_number)))
}

/// A number that is not below zero in the base of a letter.
fn in_base(number: i64, base: char) -> String {
    match base {
        'x' => format!("{number:x}"),
        'X' => format!("{number:X}"),
        'o' => format!("{number:o}"),
        _ => format!("{number:b}"),
    }
}

/// What stands after a `%` in a text that is formatted by that operator.
#[derive(Debug)]
pub(super) struct Conversion {
    spec: Spec,
    kind: char,
}

/// Reads such a conversion, and what is left of the text; none for `%%`. None at all if it is not followed.
pub(super) fn conversion(text: &str) -> Option<(Option<Conversion>, &str)> {
    if let Some(rest) = text.strip_prefix('%') {
        return Some((None, rest));
    }
    let end = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (flags, rest) = text.split_at(end);
    let mut rest = rest.chars();
    let kind = rest.next()?;
    let (is_left, flags) = match flags.strip_prefix('-') {
        Some(flags) => (true, flags),
        None => (false, flags),
    };
    let mut spec = parse(flags)?;
    match (is_left, spec.align) {
        (true, None) => spec.align = Some('<'),
        (false, None) => spec.align = Some('>'),
        (false, Some('=')) => {}
        _ => return None,
    }
    let is_known = matches!(kind, 's' | 'r' | 'd' | 'i' | 'x' | 'X' | 'o' | 'f' | 'F');
    (is_known && spec.kind.is_none() && spec.grouping.is_none())
        .then_some((Some(Conversion { spec, kind }), rest.as_str()))
}

impl Conversion {
    /// Whether it shows `repr(value)`.
    pub(super) fn represents(&self) -> bool {
        self.kind == 'r'
    }

    /// The value as the conversion gives it; none if that is not known here, or Python refuses it.
    pub(super) fn shown(&self, term: &Term<'_>) -> Option<String> {
        let text = match self.kind {
            's' => shown(term)?,
            'r' => represented(term)?,
            'f' | 'F' => {
                let number = super::numbers::number(&term.kind)?;
                let places = self.spec.precision.unwrap_or(6);
                return Some(self.filled(format!("{number:.places$}"), true));
            }
            kind => {
                let number = match (&term.kind, kind) {
                    (Kind::Int(int), _) => *int,
                    (Kind::Bool(bool), _) => (*bool).into(),
                    _ => return None,
                };
                let text = match kind {
                    'd' | 'i' => number.to_string(),
                    _ if number < 0 || self.spec.marked => return None,
                    base => in_base(number, base),
                };
                return self.spec.precision.is_none().then(|| self.filled(text, true));
            }
        };
        let kept = self.spec.precision.map(|most| text.chars().take(most).collect());
        Some(self.filled(kept.unwrap_or(text), false))
    }

    fn filled(&self, text: String, is_number: bool) -> String {
        let plus = self.spec.plus && is_number && !text.starts_with('-');
        let text = if plus { format!("+{text}") } else { text };
        // Zeros are filled into numbers only.
        let fill = if is_number { self.spec.fill } else { ' ' };
        let align =
            if is_number || self.spec.align == Some('<') { self.spec.align } else { Some('>') };
        filled(&text, fill, align, (self.spec.width, is_number))
    }
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
        Some(' ') => return None,
        _ => {}
    }
    found.marked = rest.pop_if(|c| *c == '#').is_some();
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

fn filled(text: &str, fill: char, align: Option<char>, wide: (usize, bool)) -> String {
    let (width, is_number) = wide;
    let missing = width.saturating_sub(text.chars().count());
    let fill = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
    match align.unwrap_or(if is_number { '>' } else { '<' }) {
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

impl<'a> Interpreter<'a> {
    /// A list or dictionary as `str(value)` gives it; none if something in it is not known.
    pub(super) fn represented_all(&self, term: &Term<'a>, depth: usize) -> Option<String> {
        let inner = |term: &Term<'a>| match depth {
            0 => None,
            _ => self.represented_all(term, depth - 1),
        };
        let joined = |parts: Option<Vec<String>>| parts.map(|parts| parts.join(", "));
        match &term.kind {
            Kind::Sequence(shape @ (Shape::List | Shape::Tuple), id) => {
                let sequence = self.heap.sequence(*id).filter(|it| it.rest.is_none())?;
                let items = joined(sequence.items.iter().map(inner).collect())?;
                Some(match (shape, sequence.items.len()) {
                    (Shape::List, _) => format!("[{items}]"),
                    (_, 1) => format!("({items},)"),
                    _ => format!("({items})"),
                })
            }
            Kind::Sequence(..) => None,
            Kind::Dict(id) => {
                let dict = self.heap.dict(*id).filter(|it| it.rest.is_none())?;
                let entry = |(key, value): (&Key, &Term<'a>)| {
                    let key = represented(&key.term(From::nowhere()))?;
                    Some(format!("{key}: {}", inner(value)?))
                };
                joined(dict.entries.iter().map(entry).collect()).map(|all| format!("{{{all}}}"))
            }
            _ => represented(term),
        }
    }
}

/// The value as `repr(value)` gives it; none if that is not known here.
pub(super) fn represented(term: &Term<'_>) -> Option<String> {
    match &term.kind {
        Kind::Text(text) => {
            let is_plain = |c: char| !c.is_control() && c != '\\' && c.is_ascii();
            let quote = match (text.contains('\''), text.contains('"')) {
                (false, _) => '\'',
                (true, false) => '"',
                (true, true) => return None,
            };
            text.chars().all(is_plain).then(|| format!("{quote}{text}{quote}"))
        }
        Kind::Path(_) | Kind::Made(_) => None,
        _ => shown(term),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (Kind::Int(1), "#x", Some("0x1")),
            (Kind::Int(1), "#06x", None),
            (text(), "d", None),
            (Kind::Int(1), "5000", None),
        ] {
            let found = formatted(&Term::new(kind, From::nowhere()), spec);
            assert_eq!(found.as_deref(), expected, "{spec}");
        }
    }
}
