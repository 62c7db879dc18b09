//! What a test says of the names that it asks about, on the way on which it holds and on the other.

use std::rc::Rc;

use ruff_python_ast::{CmpOp, Expr, ExprCompare};

use super::heap::Heap;
use super::interpreter::Interpreter;
use super::term::{Kind, Term};

/// A name that a test narrowed.
pub(super) struct Refined<'a> {
    name: &'a str,
    before: Term<'a>,
    after: Term<'a>,
}

/// The end of one of two ways, and the names that the test narrowed for it.
type Narrowed<'s, 'a> = (&'s mut Heap<'a>, &'s [Refined<'a>]);

impl<'a> Interpreter<'a> {
    /// Narrows the names that a test asks about, for the way on which it holds, or does not.
    pub(super) fn refine(&mut self, test: &'a Expr, holds: bool) -> Vec<Refined<'a>> {
        let mut refined = Vec::new();
        self.refine_into(test, holds, &mut refined);
        refined
    }

    fn refine_into(&mut self, test: &'a Expr, holds: bool, refined: &mut Vec<Refined<'a>>) {
        match test {
            Expr::Name(name) => {
                self.narrow(
                    &name.id,
                    holds,
                    |this, each| this.truth(each) != Some(!holds),
                    refined,
                );
            }
            Expr::Compare(comparison) => {
                if let Some(name) = Self::told_from_none(comparison, holds) {
                    let is_given = |each: &Term<'a>| !matches!(each.kind, Kind::None);
                    self.narrow(name, true, |_, each| is_given(each), refined);
                }
            }
            Expr::UnaryOp(not) if not.op == ruff_python_ast::UnaryOp::Not => {
                self.refine_into(&not.operand, !holds, refined);
            }
            Expr::BoolOp(both) => {
                let all = both.op == ruff_python_ast::BoolOp::And;
                if all == holds {
                    for value in &both.values {
                        self.refine_into(value, holds, refined);
                    }
                }
            }
            _ => {}
        }
    }

    /// Leaves a name those of its values that a test leaves it, and its variable set if that is what it says.
    fn narrow(
        &mut self,
        name: &'a str,
        is_set: bool,
        keeps: impl Fn(&mut Self, &Term<'a>) -> bool,
        refined: &mut Vec<Refined<'a>>,
    ) {
        let Ok(before) = self.lookup(name) else {
            return;
        };
        let set = |term: &Term<'a>| match &term.kind {
            Kind::Unset(why) if is_set => {
                Term::new(Kind::Unknown(Rc::clone(why)), term.from.clone())
            }
            _ => term.clone(),
        };
        let after = match &before.kind {
            Kind::Unset(_) if is_set => set(&before),
            Kind::OneOf(alternatives) => {
                let kept: Vec<Term<'a>> =
                    alternatives.iter().filter(|each| keeps(self, each)).map(set).collect();
                Term::one_of(kept)
            }
            _ => return,
        };
        self.bind(name, after.clone());
        refined.push(Refined { name, before, after });
    }

    /// The name that a test says to be something else than `None`.
    fn told_from_none(comparison: &'a ExprCompare, holds: bool) -> Option<&'a str> {
        let is_none = match (&*comparison.ops, &*comparison.comparators) {
            ([CmpOp::Is], [Expr::NoneLiteral(_)]) => holds,
            ([CmpOp::IsNot], [Expr::NoneLiteral(_)]) => !holds,
            _ => return None,
        };
        match comparison.left.as_ref() {
            Expr::Name(name) if !is_none => Some(&name.id),
            _ => None,
        }
    }

    /// Takes back what a test narrowed where neither of two ways gave the name a new value.
    pub(super) fn widen<'s>(&mut self, mut one: Narrowed<'s, 'a>, mut other: Narrowed<'s, 'a>) {
        for Refined { name, before, .. } in other.1.iter().rev().chain(one.1.iter().rev()) {
            if self.is_untouched(name, before, &mut one)
                && self.is_untouched(name, before, &mut other)
            {
                for (state, _) in [&mut one, &mut other] {
                    self.in_state(state, |this| this.bind(name, before.clone()));
                }
            }
        }
    }

    /// Whether a way left a name as it was, or as a test narrowed it.
    fn is_untouched(&mut self, name: &str, before: &Term<'a>, way: &mut Narrowed<'_, 'a>) -> bool {
        let (state, refined) = way;
        self.in_state(state, |this| this.lookup(name)).is_ok_and(|now| {
            let narrowed = refined.iter().filter(|each| each.name == name);
            now.is_same(before) || narrowed.into_iter().any(|each| now.is_same(&each.after))
        })
    }

    /// Looks at another state.
    fn in_state<T>(&mut self, state: &mut Heap<'a>, look: impl FnOnce(&mut Self) -> T) -> T {
        std::mem::swap(&mut self.heap, state);
        let found = look(self);
        std::mem::swap(&mut self.heap, state);
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::each;

    #[test]
    fn a_test_says_something_of_a_name_that_only_one_way_sets_anew() {
        let before =
            "import os, shop\nX = shop.get()\nif X is None:\n    X = os.environ.get('A')\n";
        let deploy = "unknown (read from the environment (`A`), given at deploy time)";
        let other = "unknown (what `shop.get(…)` gives (settings.py:2) is known only when it runs)";
        let cases = [
            ("if X is None:\n    X = 5", format!("one of 5, {deploy} or {other}")),
            ("if X is None:\n    X = 5\nX = X is None", "one of true or false".to_owned()),
            ("if X is None:\n    Y = 5\nX = X is None", "one of true or false".to_owned()),
            ("if X is not None:\n    Y = 5", deploy.to_owned()),
        ];
        for (test, expected) in cases {
            each(&[(&format!("{before}{test}"), &expected)]);
        }
    }
}
