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
            Operator::Div => Some(Kind::Float(one / other)),
            _ => None,
        },
        (Kind::Duration(one), other) => match operator {
            Operator::Mult => Some(Kind::Duration(one * number(other)?)),
            Operator::Div | Operator::FloorDiv => Some(Kind::Duration(one / number(other)?)),
            _ => None,
        },
        (one, Kind::Duration(other)) if operator == Operator::Mult => {
            Some(Kind::Duration(number(one)? * other))
        }
        _ => match (int(one), int(other)) {
            (Some(one), Some(other)) => whole(one, operator, other),
            _ => floating(number(one)?, operator, number(other)?).map(Kind::Float),
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "what settings count stays far below 2^52")]
fn whole<'a>(one: i64, operator: Operator, other: i64) -> Option<Kind<'a>> {
    let int = match operator {
        Operator::Add => one.checked_add(other),
        Operator::Sub => one.checked_sub(other),
        Operator::Mult => one.checked_mul(other),
        Operator::FloorDiv => one.checked_div_euclid(other),
        Operator::Mod => one.checked_rem_euclid(other),
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

fn floating(one: f64, operator: Operator, other: f64) -> Option<f64> {
    match operator {
        Operator::Add => Some(one + other),
        Operator::Sub => Some(one - other),
        Operator::Mult => Some(one * other),
        Operator::Div if other != 0.0 => Some(one / other),
        Operator::FloorDiv if other != 0.0 => Some((one / other).floor()),
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
