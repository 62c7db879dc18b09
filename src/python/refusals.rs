//! What Python refuses: operators and methods that a value does not have. The program stops there.

use ruff_python_ast::Operator;

use super::interpreter::{Interpreter, Outcome, Raised};
use super::term::{From, Kind, Shape, Spot, Term};

impl<'a> Interpreter<'a> {
    /// What these values stop the program with, unless one of them is supposed only because nobody is seen
    /// to set a variable: then the variable is required, if the program is not prepared for that, and `what` is not
    /// known.
    pub(super) fn stopped(
        &mut self,
        parts: &[&Term<'a>],
        stop: Stop<'_>,
        what: &str,
        at: Spot,
    ) -> Outcome<'a> {
        let from = From::mixed(parts.iter().copied(), at);
        if from.supposed && !self.environment.is_whole() {
            if !self.would_catch(stop.error) {
                self.require(&from.variables);
            }
            return Ok(self.unknown_from(parts, what, at));
        }
        let mut raised = Raised::new(stop.error, format!("{} ({})", stop.why, self.shown(at)));
        raised.variables = from.variables;
        Err(raised)
    }

    /// An operator that these values do not have: the program stops.
    pub(super) fn refused(
        &mut self,
        error: &str,
        left: &Term<'a>,
        right: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let (one, other) = (left.kind_name(), right.kind_name());
        let why = match error {
            DIVISION_BY_ZERO => "a number is divided by zero".to_owned(),
            _ => format!("{one} and {other} have no such operator"),
        };
        let stop = Stop { error, why: &why };
        self.stopped(&[left, right], stop, "the result of this operator", at)
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

    /// A value that has no such method: the program stops.
    pub(super) fn missing_attribute(
        &mut self,
        object: &Term<'a>,
        name: &str,
        at: Spot,
    ) -> Outcome<'a> {
        let why = format!("{} has no `.{name}`", object.kind_name());
        let stop = Stop { error: "AttributeError", why: &why };
        self.stopped(&[object], stop, &format!("what `.{name}(…)` gives"), at)
    }
}

/// What a program stops with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop<'t> {
    /// The name of the exception's class.
    pub(super) error: &'t str,
    /// What it says, without the place.
    pub(super) why: &'t str,
}

const DIVISION_BY_ZERO: &str = "ZeroDivisionError";

/// Whether Python knows that a value of this kind has no such method.
pub(super) fn lacks_method(kind: &Kind<'_>, name: &str) -> bool {
    match kind {
        Kind::Sequence(Shape::Iterator, _) => {
            OF_TEXTS.contains(&name) || OF_CONTAINERS.contains(&name)
        }
        Kind::None
        | Kind::Bool(_)
        | Kind::Int(_)
        | Kind::Float(_)
        | Kind::Sequence(..)
        | Kind::Dict(_) => OF_TEXTS.contains(&name),
        Kind::Text(_) => OF_CONTAINERS.contains(&name),
        _ => false,
    }
}

/// Methods that texts have, and numbers, lists, dictionaries and `None` have not.
const OF_TEXTS: &[&str] = &[
    "capitalize",
    "casefold",
    "encode",
    "endswith",
    "format",
    "join",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "title",
    "upper",
];

/// Methods that lists or dictionaries have, and texts have not.
const OF_CONTAINERS: &[&str] = &[
    "add",
    "append",
    "clear",
    "copy",
    "extend",
    "get",
    "insert",
    "items",
    "keys",
    "pop",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
    "values",
];

/// The exception with which Python refuses an operator on these: they are known, and do not go together.
pub(super) fn refusal(
    left: &Term<'_>,
    operator: Operator,
    right: &Term<'_>,
) -> Option<&'static str> {
    let divides = matches!(operator, Operator::Div | Operator::FloorDiv | Operator::Mod);
    let are_numbers = super::numbers::number(&left.kind).is_some()
        && super::numbers::number(&right.kind) == Some(0.0);
    match () {
        () if divides && are_numbers => Some(DIVISION_BY_ZERO),
        () if go_together(left, operator, right) => None,
        () => Some("TypeError"),
    }
}

/// Whether an operator may take these, as far as their kinds are known.
fn go_together(left: &Term<'_>, operator: Operator, right: &Term<'_>) -> bool {
    #[derive(PartialEq)]
    enum Sort {
        None,
        Number,
        Text,
        List,
        Tuple,
        Set,
        Iterator,
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
            Kind::Sequence(Shape::Iterator, _) => Sort::Iterator,
            Kind::Dict(_) => Sort::Dict,
            _ => return None,
        })
    };
    let (Some(left), Some(right)) = (sort(left), sort(right)) else {
        return true;
    };
    match operator {
        Operator::Add => {
            let add_nothing = [Sort::None, Sort::Set, Sort::Dict, Sort::Iterator];
            left == right && !add_nothing.contains(&left)
        }
        Operator::Mult => {
            let is_number = |sort: &Sort| *sort == Sort::Number;
            let repeats = |sort: &Sort| !matches!(sort, Sort::None | Sort::Iterator);
            repeats(&left) && repeats(&right) && (is_number(&left) || is_number(&right))
        }
        _ => true,
    }
}
