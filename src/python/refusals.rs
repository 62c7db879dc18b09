//! What Python refuses: operators and methods that a value does not have. The program stops there.

use ruff_python_ast::Operator;

use super::interpreter::{Interpreter, Outcome, Raised};
use super::term::{From, Kind, Shape, Spot, Term};

impl<'a> Interpreter<'a> {
    /// An operator that these values do not have: the program stops, unless one of them is supposed only
    /// because nobody is seen to set a variable.
    pub(super) fn refused(&mut self, left: &Term<'a>, right: &Term<'a>, at: Spot) -> Outcome<'a> {
        let from = From::mixed([left, right], at);
        if from.supposed && !self.environment.is_whole() {
            self.require(&from.variables);
            return Ok(self.unknown_from(&[left, right], "the result of this operator", at));
        }
        let (one, other) = (left.kind_name(), right.kind_name());
        let why = format!("{one} and {other} have no such operator ({})", self.shown(at));
        let mut raised = Raised::new("TypeError", why);
        raised.variables = from.variables;
        Err(raised)
    }

    /// What stops a loop over a value that has no items; nothing where it is one only because nobody is
    /// seen to set a variable.
    pub(super) fn not_iterable(&self, term: &Term<'a>, at: Spot) -> Option<Raised> {
        let has_items =
            !matches!(term.kind, Kind::None | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_));
        if has_items || (term.from.supposed && !self.environment.is_whole()) {
            return None;
        }
        let why = format!("{} has no items ({})", term.kind_name(), self.shown(at));
        let mut raised = Raised::new("TypeError", why);
        raised.variables.clone_from(&term.from.variables);
        Some(raised)
    }

    /// A number or `None` has no such method: the program stops, unless it is one only because nobody is
    /// seen to set a variable.
    pub(super) fn missing_attribute(
        &mut self,
        object: &Term<'a>,
        name: &str,
        at: Spot,
    ) -> Outcome<'a> {
        if object.from.supposed && !self.environment.is_whole() {
            self.require(&object.from.variables);
            return Ok(self.unknown_from(&[object], &format!("what `.{name}(…)` gives"), at));
        }
        let why = format!("{} has no `.{name}` ({})", object.kind_name(), self.shown(at));
        let mut raised = Raised::new("AttributeError", why);
        raised.variables.clone_from(&object.from.variables);
        Err(raised)
    }
}

/// Whether Python refuses to add these: they are known, and of kinds that do not go together.
pub(super) fn is_refused(left: &Term<'_>, operator: Operator, right: &Term<'_>) -> bool {
    #[derive(PartialEq)]
    enum Sort {
        None,
        Number,
        Text,
        List,
        Tuple,
        Set,
        Dict,
        Duration,
    }
    let sort = |term: &Term<'_>| {
        Some(match &term.kind {
            Kind::None => Sort::None,
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => Sort::Number,
            Kind::Text(_) => Sort::Text,
            Kind::Duration(_) => Sort::Duration,
            Kind::Sequence(Shape::List, _) => Sort::List,
            Kind::Sequence(Shape::Tuple, _) => Sort::Tuple,
            Kind::Sequence(Shape::Set, _) => Sort::Set,
            Kind::Dict(_) => Sort::Dict,
            _ => return None,
        })
    };
    let (Some(left), Some(right)) = (sort(left), sort(right)) else {
        return false;
    };
    match operator {
        Operator::Add => left != right || matches!(left, Sort::None | Sort::Set | Sort::Dict),
        Operator::Mult => {
            let is_number = |sort: &Sort| *sort == Sort::Number;
            left == Sort::None || right == Sort::None || !(is_number(&left) || is_number(&right))
        }
        _ => false,
    }
}
