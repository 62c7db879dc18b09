//! What environs holds a value against: `validate=OneOf([…])`, `Range(min=1)`, a function of the program.
//! Functions refuse by raising; what they return does not matter (marshmallow 4, read November 2026).

use ruff_python_ast::CmpOp;

use super::environs::{refused, renamed};
use crate::python::interpreter::{Interpreter, Raised};
use crate::python::numbers;
use crate::python::term::{Kind, Made, Spot, Term};

impl<'a> Interpreter<'a> {
    /// Refuses a value that one of these surely refuses.
    pub(super) fn held_against(
        &mut self,
        value: &Term<'a>,
        validators: &Term<'a>,
        at: Spot,
    ) -> Result<(), Raised> {
        let all = match &validators.kind {
            Kind::Sequence(..) => self.iterated(validators, at).0,
            _ => vec![validators.clone()],
        };
        for validator in all {
            match &validator.kind {
                Kind::Made(made) if self.allows(made, value, at) == Some(false) => {
                    return Err(refused(value));
                }
                Kind::Function(_) | Kind::Method(_) => {
                    self.applied(&validator, value.clone(), at).map_err(renamed)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether a validator of the library lets a value pass, if that is known.
    fn allows(&mut self, made: &Made<'a>, value: &Term<'a>, at: Spot) -> Option<bool> {
        let given = |position: usize, name: &str| {
            let term = made.named(name).or_else(|| made.positional.get(position));
            term.filter(|term| !matches!(term.kind, Kind::None)).cloned()
        };
        match made.class.rsplit('.').next()? {
            "OneOf" => self.contains(&given(0, "choices")?, value),
            "NoneOf" => self.contains(&given(0, "iterable")?, value).map(|there| !there),
            "Range" => {
                let inclusive = ["min_inclusive", "max_inclusive"]
                    .map(|name| made.named(name).map_or(Some(true), |term| self.truth(term)));
                let [least, most] = inclusive;
                let least = if least? { CmpOp::GtE } else { CmpOp::Gt };
                let most = if most? { CmpOp::LtE } else { CmpOp::Lt };
                let bounds = [(given(0, "min"), least), (given(1, "max"), most)];
                bounds.into_iter().try_fold(true, |allowed, (bound, operator)| match bound {
                    Some(bound) => Some(self.ordered(value, operator, &bound)? && allowed),
                    None => Some(allowed),
                })
            }
            "Length" => {
                let length = match &value.kind {
                    Kind::Text(text) => text.chars().count(),
                    Kind::Sequence(..) => match self.iterated(value, at) {
                        (items, None) => items.len(),
                        _ => return None,
                    },
                    _ => return None,
                };
                let number = |term: Option<Term<'a>>| match term.as_ref().map(|term| &term.kind) {
                    None => Some(None),
                    Some(kind) => numbers::number(kind).map(Some),
                };
                #[expect(clippy::cast_precision_loss, reason = "texts are not that long")]
                let length = length as f64;
                let least = number(given(0, "min"))?.is_none_or(|least| length >= least);
                let most = number(given(1, "max"))?.is_none_or(|most| length <= most);
                let equal =
                    number(given(3, "equal"))?.is_none_or(|equal| (length - equal).abs() < 0.5);
                Some(least && most && equal)
            }
            _ => None,
        }
    }
}
