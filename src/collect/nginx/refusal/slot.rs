//! Values of a kind that many directives share: switches, numbers, sizes, times, words of a closed set.

use crate::collect::nginx::directives::Row;
use crate::collect::nginx::syntax::Directive;

/// Why nginx refuses a directive's value, by its kind in the table.
pub(super) fn complaint(row: &Row, directive: &Directive) -> Option<String> {
    let (kind, rest) = row.kind.split_once(':').unwrap_or((row.kind, ""));
    let first = directive.word(0).unwrap_or_default();
    let name = directive.name.as_str();
    // Since 1.31 and in some directives before it, a variable may stand for a number or a size.
    if first.contains('$') && !matches!(kind, "flag" | "enum" | "bits") {
        return None;
    }
    match kind {
        "flag" => (!is_one_of(first, "on|off")).then(|| {
            format!("invalid value \"{first}\" in \"{name}\", it must be \"on\" or \"off\"")
        }),
        "num" => number(name, first, rest),
        "size" => size(first, "kKmM").is_none().then(|| invalid(name, first)),
        "off" => size(first, "kKmMgG").is_none().then(|| invalid(name, first)),
        "msec" => milliseconds(first, true).is_none().then(|| invalid(name, first)),
        "sec" => milliseconds(first, false).is_none().then(|| invalid(name, first)),
        "bufs" => buffers(directive),
        "enum" => (!is_one_of(first, rest)).then(|| invalid(name, first)),
        "bits" => {
            let words = || directive.words.iter().map(|word| word.text.as_str());
            let wrong = words().find(|word| !is_one_of(word, rest))?;
            Some(invalid(name, wrong))
        }
        _ => None,
    }
}

/// nginx's words for a value that it does not understand.
pub(super) fn invalid(name: &str, value: &str) -> String {
    format!("invalid value \"{value}\" in \"{name}\"")
}

/// Whether a word is one of a set that is written `a|b|c`; nginx does not mind capitals.
pub(super) fn is_one_of(word: &str, set: &str) -> bool {
    set.split('|').any(|each| each.eq_ignore_ascii_case(word))
}

fn number(name: &str, text: &str, bounds: &str) -> Option<String> {
    let Some(number) = natural(text) else {
        return Some(format!("invalid number \"{text}\" in \"{name}\""));
    };
    let (least, most) = bounds.split_once('-')?;
    let (least, most) = (least.parse::<u64>().ok()?, most.parse::<u64>().ok()?);
    (!(least..=most).contains(&number))
        .then(|| format!("value must be between {least} and {most} in \"{name}\""))
}

/// A number without a sign.
pub(super) fn natural(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if digits { text.parse::<u64>().ok().filter(|number| *number < 1 << 63) } else { None }
}

/// A size in bytes, with one of these letters or none behind it.
pub(super) fn size(text: &str, units: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| units.contains(c));
    let unit = text.get(digits.len()..).unwrap_or_default();
    let shift = match unit {
        "" => 0,
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        _ => return None,
    };
    natural(digits)?.checked_mul(1 << shift).filter(|bytes| *bytes < 1 << 63)
}

/// A time: units from the largest to the smallest, seconds where none is named. `fine` for one that
/// knows milliseconds and therefore no months.
pub(super) fn milliseconds(text: &str, fine: bool) -> Option<u64> {
    const UNITS: &[(&str, u64)] = &[
        ("y", 31_536_000_000),
        ("M", 2_592_000_000),
        ("w", 604_800_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    let mut total = 0_u64;
    let mut from = if fine { 2 } else { 0 };
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (count, after) = rest.split_at(digits);
        let count = natural(count)?;
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let unit = if unit.is_empty() { "s" } else { unit };
        let at = UNITS.iter().position(|(name, _)| *name == unit).filter(|at| *at >= from)?;
        if unit == "ms" && !fine {
            return None;
        }
        let (_, factor) = UNITS.get(at)?;
        total = total.checked_add(count.checked_mul(*factor)?)?;
        from = at + 1;
        rest = after.trim_start_matches(' ');
    }
    (!text.is_empty()).then_some(total)
}

fn buffers(directive: &Directive) -> Option<String> {
    let (count, each) = (directive.word(0)?, directive.word(1)?);
    let good = natural(count).is_some_and(|count| count > 0)
        && size(each, "kKmM").is_some_and(|bytes| bytes > 0);
    (!good).then(|| invalid(&directive.name, &directive.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_have_their_units() {
        for (text, bytes) in
            [("8k", Some(8192)), ("10M", Some(10 << 20)), ("1g", None), ("k", None), ("-1", None)]
        {
            assert_eq!(size(text, "kKmM"), bytes, "{text}");
        }
        for (text, fine, time) in [
            ("1m30s", true, Some(90_000)),
            ("90", true, Some(90_000)),
            ("500ms", true, Some(500)),
            ("500ms", false, None),
            ("1M", true, None),
            ("1M", false, Some(2_592_000_000)),
            ("30s1m", true, None),
            ("soon", true, None),
            ("", true, None),
        ] {
            assert_eq!(milliseconds(text, fine), time, "{text}");
        }
    }
}
