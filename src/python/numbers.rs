//! Numbers and durations: arithmetic and order.

use ruff_python_ast::{CmpOp, Operator};

use super::term::Kind;

/// The number, also of a truth value, as Python has it.
#[expect(clippy::cast_precision_loss, reason = "what settings count stays far below 2^52")]
pub(super) fn number(kind: &Kind<'_>) -> Option<f64> {
    match kind {
        Kind::Int(int) => Some(*int as f64),
        Kind::Float(float) => Some(*float),
        Kind::Bool(bool) => Some(f64::from(u8::from(*bool))),
        _ => None,
    }
}

fn int(kind: &Kind<'_>) -> Option<i64> {
    match kind {
        Kind::Int(int) => Some(*int),
        Kind::Bool(bool) => Some((*bool).into()),
        _ => None,
    }
}

/// A whole number as Python's `int` reads it: with space around it, a sign, and single `_` between digits.
pub(super) fn written_int(text: &str, base: u32) -> Option<i64> {
    let text = without_grouping(text)?;
    let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
    let mark = match base {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    };
    let after_mark = digits
        .get(..mark.len())
        .filter(|start| start.eq_ignore_ascii_case(mark))
        .and_then(|_| digits.get(mark.len()..));
    let digits = after_mark.unwrap_or(digits);
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(&format!("{sign}{digits}"), base).ok()
}

/// `duration.days`, `.seconds`, `.microseconds`: the parts of which Python keeps one.
#[expect(clippy::cast_possible_truncation, reason = "the microseconds of a billion days fit")]
pub(super) fn of_duration(seconds: f64, part: &str) -> Option<i64> {
    const A_DAY: i64 = 86_400;
    if seconds.abs() > 1e9 * 86_400.0 {
        return None;
    }
    let whole = seconds.floor() as i64;
    match part {
        "days" => Some(whole.div_euclid(A_DAY)),
        "seconds" => Some(whole.rem_euclid(A_DAY)),
        "microseconds" => Some(((seconds - seconds.floor()) * 1e6).round() as i64),
        _ => None,
    }
}

/// A number rounded to places after the point, as Python's `round` does it; none for places before it.
pub(super) fn rounded(number: f64, places: i64) -> Option<f64> {
    let places = usize::try_from(places).ok().filter(|places| (1..=15).contains(places))?;
    format!("{number:.places$}").parse().ok()
}

/// A number as Python's `float` reads it.
pub(super) fn written_float(text: &str) -> Option<f64> {
    without_grouping(text)?.parse().ok()
}

fn without_grouping(text: &str) -> Option<String> {
    let text = text.trim();
    let is_wrong = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    (!is_wrong).then(|| text.replace('_', ""))
}

/// The result of an operator on numbers and durations; none if it is not known or there is none.
pub(super) fn arithmetic<'a>(
    one: &Kind<'a>,
    operator: Operator,
    other: &Kind<'a>,
) -> Option<Kind<'a>> {
    match (one, other) {
        (Kind::Duration(one), Kind::Duration(other)) => match operator {
            Operator::Add => Some(Kind::Duration(one + other)),
            Operator::Sub => Some(Kind::Duration(one - other)),
            Operator::Div if *other != 0.0 => Some(Kind::Float(one / other)),
            _ => None,
        },
        (Kind::Duration(one), other) => match operator {
            Operator::Mult => Some(Kind::Duration(one * number(other)?)),
            Operator::Div => Some(Kind::Duration(one / number(other).filter(|by| *by != 0.0)?)),
            _ => None,
        },
        (one, Kind::Duration(other)) if operator == Operator::Mult => {
            Some(Kind::Duration(number(one)? * other))
        }
        (Kind::Bool(one), Kind::Bool(other)) if is_bitwise(operator) => {
            Some(Kind::Bool(match operator {
                Operator::BitOr => *one || *other,
                Operator::BitAnd => *one && *other,
                _ => *one ^ *other,
            }))
        }
        _ => match (int(one), int(other)) {
            (Some(one), Some(other)) => whole(one, operator, other),
            _ => floating(number(one)?, operator, number(other)?).map(Kind::Float),
        },
    }
}

/// Operators that leave two truth values a truth value.
fn is_bitwise(operator: Operator) -> bool {
    matches!(operator, Operator::BitOr | Operator::BitAnd | Operator::BitXor)
}

#[expect(clippy::cast_precision_loss, reason = "what settings count stays far below 2^52")]
fn whole<'a>(one: i64, operator: Operator, other: i64) -> Option<Kind<'a>> {
    let int = match operator {
        Operator::Add => one.checked_add(other),
        Operator::Sub => one.checked_sub(other),
        Operator::Mult => one.checked_mul(other),
        Operator::FloorDiv => floored(one, other),
        Operator::Mod => {
            floored(one, other).and_then(|parts| one.checked_sub(parts.checked_mul(other)?))
        }
        Operator::Pow if other < 0 => {
            return (one != 0).then(|| Kind::Float((one as f64).powf(other as f64)));
        }
        Operator::Pow => u32::try_from(other).ok().and_then(|power| one.checked_pow(power)),
        Operator::LShift => u32::try_from(other)
            .ok()
            .filter(|places| *places < 63)
            .and_then(|places| one.checked_mul(1 << places)),
        Operator::RShift => u32::try_from(other).ok().map(|places| one >> places.min(63)),
        Operator::BitOr => Some(one | other),
        Operator::BitAnd => Some(one & other),
        Operator::BitXor => Some(one ^ other),
        Operator::Div => {
            return (other != 0).then(|| Kind::Float(one as f64 / other as f64));
        }
        Operator::MatMult => None,
    };
    int.map(Kind::Int)
}

/// Division that rounds down, also below zero.
fn floored(one: i64, other: i64) -> Option<i64> {
    let parts = one.checked_div(other)?;
    let is_short = parts.checked_mul(other)? != one && (one < 0) != (other < 0);
    parts.checked_sub(i64::from(is_short))
}

fn floating(one: f64, operator: Operator, other: f64) -> Option<f64> {
    match operator {
        Operator::Add => Some(one + other),
        Operator::Sub => Some(one - other),
        Operator::Mult => Some(one * other),
        Operator::Div if other != 0.0 => Some(one / other),
        Operator::FloorDiv if other != 0.0 => Some((one / other).floor()),
        Operator::Mod if other != 0.0 => Some(one - other * (one / other).floor()),
        Operator::Pow => Some(one.powf(other)),
        _ => None,
    }
}

/// `<`, `<=`, `>`, `>=`, if the answer is known.
pub(super) fn ordered(one: &Kind<'_>, operator: CmpOp, other: &Kind<'_>) -> Option<bool> {
    let order = match (one, other) {
        (Kind::Text(one), Kind::Text(other)) => one.cmp(other),
        (Kind::Duration(one), Kind::Duration(other)) => one.total_cmp(other),
        _ => number(one)?.total_cmp(&number(other)?),
    };
    match operator {
        CmpOp::Lt => Some(order.is_lt()),
        CmpOp::LtE => Some(order.is_le()),
        CmpOp::Gt => Some(order.is_gt()),
        CmpOp::GtE => Some(order.is_ge()),
        _ => None,
    }
}
