//! Comparisons: equality, order, membership, identity.

use ruff_python_ast::{CmpOp, ExprCompare};

use super::heap::Key;
use super::interpreter::{Interpreter, Outcome, Raised};
use super::numbers;
use super::operators::MAX_COMBINATIONS;
use super::readers::holds_settings;
use super::term::{From, Kind, Shape, Spot, Term};
use crate::fact::Origin;

/// Words of command lines, and modules, that are there only where tests are run or a developer works.
const NEVER_STARTED: &[&str] = &[
    "test",
    "tests",
    "pytest",
    "py.test",
    "unittest",
    "runserver",
    "runserver_plus",
    "shell",
    "shell_plus",
];

impl<'a> Interpreter<'a> {
    pub(super) fn comparison(&mut self, comparison: &'a ExprCompare, at: Spot) -> Outcome<'a> {
        let mut left = self.eval(&comparison.left)?;
        let mut holds = Some(true);
        let mut from = From::mixed([&left], at);
        for (operator, right) in comparison.ops.iter().zip(&comparison.comparators) {
            let right = self.eval(right)?;
            from.take_in(&right.from);
            if let (true, Some(variable)) = (is_environment(&right), left.as_text()) {
                let found = self.variable(variable, at);
                self.note_read(variable, false, None, &found, at);
                from.depend_on(std::slice::from_ref(variable));
                from.depend_on(self.heap.changes.deciders(variable));
            }
            let answer = self.compared(&left, *operator, &right, at)?;
            holds = match (holds, answer) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
            left = right;
        }
        Ok(match holds {
            Some(holds) => Term::new(Kind::Bool(holds), from),
            None => either_bool(&from),
        })
    }

    fn compared(
        &mut self,
        left: &Term<'a>,
        operator: CmpOp,
        right: &Term<'a>,
        at: Spot,
    ) -> Result<Option<bool>, Raised> {
        if let CmpOp::In | CmpOp::NotIn = operator
            && is_environment(right)
        {
            let there = left.as_text().and_then(|variable| self.is_in_environment(variable));
            return Ok(there.map(|there| there == (operator == CmpOp::In)));
        }
        if let (Kind::Library(name), CmpOp::In | CmpOp::NotIn) = (&right.kind, operator)
            && matches!(name.as_ref(), "sys.argv" | "sys.modules")
        {
            let never = left.as_text().is_some_and(|word| NEVER_STARTED.contains(&word.as_ref()));
            return Ok(never.then_some(operator == CmpOp::NotIn));
        }
        if let (Kind::Instance(class, _), CmpOp::In | CmpOp::NotIn) = (&right.kind, operator)
            && self.member(class, "__contains__").is_some()
        {
            let asking = self.attribute(right, "__contains__", at)?;
            let answer = self.applied(&asking, left.clone(), at)?;
            return Ok(self.truth(&answer).map(|there| there == (operator == CmpOp::In)));
        }
        let (lefts, rights) = (self.forms(left), self.forms(right));
        if lefts.len() * rights.len() > MAX_COMBINATIONS {
            return Ok(None);
        }
        let mut common = None;
        for left in &lefts {
            for right in &rights {
                self.spend(1)?;
                let answer = match operator {
                    CmpOp::Eq => self.equal(left, right),
                    CmpOp::NotEq => self.equal(left, right).map(|equal| !equal),
                    CmpOp::Is => identical(left, right),
                    CmpOp::IsNot => identical(left, right).map(|same| !same),
                    CmpOp::In => self.contains(right, left),
                    CmpOp::NotIn => self.contains(right, left).map(|there| !there),
                    CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => {
                        self.ordered(left, operator, right)
                    }
                };
                match (answer, common) {
                    (None, _) => return Ok(None),
                    (Some(answer), Some(before)) if answer != before => return Ok(None),
                    (Some(answer), _) => common = Some(answer),
                }
            }
        }
        Ok(common)
    }

    /// `<`, `<=`, `>`, `>=`, if the answer is known: lists by the first item that differs.
    pub(super) fn ordered(
        &self,
        one: &Term<'a>,
        operator: CmpOp,
        other: &Term<'a>,
    ) -> Option<bool> {
        let (Kind::Sequence(one_shape, one_id), Kind::Sequence(other_shape, other_id)) =
            (&one.kind, &other.kind)
        else {
            return match (&one.kind, &other.kind) {
                (Kind::Library(name), Kind::Sequence(Shape::Tuple, id)) => {
                    self.is_since(oldest(name)?, operator, *id)
                }
                (one, other) => numbers::ordered(one, operator, other),
            };
        };
        let (one, other) = (self.heap.sequence(*one_id)?, self.heap.sequence(*other_id)?);
        if one_shape != other_shape
            || *one_shape == Shape::Set
            || one.rest.is_some()
            || other.rest.is_some()
        {
            return None;
        }
        for (one, other) in one.items.iter().zip(&other.items).take(64) {
            if !self.equal(one, other)? {
                return numbers::ordered(&one.kind, operator, &other.kind);
            }
        }
        let length = |items: &[Term<'a>]| i64::try_from(items.len()).map(Kind::Int).ok();
        numbers::ordered(&length(&one.items)?, operator, &length(&other.items)?)
    }

    /// `sys.version_info >= (3, 5)`: a version is at least the oldest that is looked at.
    fn is_since(
        &self,
        oldest: [i64; 2],
        operator: CmpOp,
        version: super::heap::Id,
    ) -> Option<bool> {
        let wanted = self.heap.sequence(version)?;
        // What has more numbers than two comes after those two.
        let mut is_old = true;
        for (number, oldest) in wanted.items.iter().zip(oldest) {
            let Kind::Int(number) = number.kind else {
                return None;
            };
            if number != oldest {
                is_old = number < oldest;
                break;
            }
        }
        match operator {
            CmpOp::Gt | CmpOp::GtE if is_old => Some(true),
            CmpOp::Lt | CmpOp::LtE if is_old => Some(false),
            _ => None,
        }
    }

    /// Python's `==`, if its answer is known.
    pub(super) fn equal(&self, one: &Term<'a>, other: &Term<'a>) -> Option<bool> {
        self.equal_to_depth(one, other, 8)
    }

    fn equal_to_depth(&self, one: &Term<'a>, other: &Term<'a>, depth: usize) -> Option<bool> {
        if depth == 0 {
            return None;
        }
        if let Some(plain) = self.as_plain(one) {
            return self.equal_to_depth(&plain, other, depth - 1);
        }
        if let Some(plain) = self.as_plain(other) {
            return self.equal_to_depth(one, &plain, depth - 1);
        }
        match (&one.kind, &other.kind) {
            _ if one.is_open() || other.is_open() => None,
            (Kind::Sequence(one_shape, one), Kind::Sequence(other_shape, other)) => {
                let (one, other) = (self.heap.sequence(*one)?, self.heap.sequence(*other)?);
                if one.rest.is_some() || other.rest.is_some() {
                    return None;
                }
                if (*one_shape, *other_shape) == (Shape::Set, Shape::Set) {
                    return same_set(&one.items, &other.items);
                }
                if one_shape != other_shape || one.items.len() != other.items.len() {
                    return Some(false);
                }
                let mut all = Some(true);
                for (one, other) in one.items.iter().zip(&other.items).take(64) {
                    match self.equal_to_depth(one, other, depth - 1) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => all = None,
                    }
                }
                all
            }
            (Kind::Dict(one), Kind::Dict(other)) => (one == other).then_some(true),
            (one, other) => match numbers::number(one).zip(numbers::number(other)) {
                Some((one, other)) => Some(one.total_cmp(&other).is_eq()),
                None => Some(
                    Term::new(one.clone(), From::nowhere())
                        .is_same(&Term::new(other.clone(), From::nowhere())),
                ),
            },
        }
    }

    /// Python's `in`, if its answer is known.
    pub(super) fn contains(&self, whole: &Term<'a>, part: &Term<'a>) -> Option<bool> {
        match (&whole.kind, &part.kind) {
            (Kind::Text(whole), Kind::Text(part)) => Some(whole.contains(part.as_ref())),
            (Kind::Sequence(_, id), _) => {
                let sequence = self.heap.sequence(*id)?;
                let mut sure = sequence.rest.is_none();
                for item in &sequence.items {
                    match self.equal(item, part) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => sure = false,
                    }
                }
                sure.then_some(false)
            }
            (Kind::Module(scope), Kind::Text(name)) => {
                let scope = self.heap.scope(*scope)?;
                match scope.names.get(name) {
                    Some(term) if term.alternatives().iter().all(|it| !it.is_missing()) => {
                        Some(true)
                    }
                    Some(_) => None,
                    None => scope.rest.is_none().then_some(false),
                }
            }
            (Kind::Made(made), Kind::Text(name)) if holds_settings(&made.class) => {
                self.has_setting(made, name)
            }
            (Kind::Dict(id), _) => {
                let dict = self.heap.dict(*id)?;
                match dict.entries.get(&Key::of(part)?) {
                    Some(term) => {
                        let gone = |each: &Term<'a>| matches!(each.kind, Kind::Missing);
                        let all = term.alternatives();
                        match all.iter().filter(|each| gone(each)).count() {
                            0 => Some(true),
                            count => (count == all.len()).then_some(false),
                        }
                    }
                    None => dict.rest.is_none().then_some(false),
                }
            }
            _ => None,
        }
    }
}

/// Whether two sets have the same items.
fn same_set(one: &[Term<'_>], other: &[Term<'_>]) -> Option<bool> {
    let is_plain = |term: &Term<'_>| matches!(term.kind, Kind::Text(_) | Kind::Int(_));
    if !one.iter().chain(other).all(is_plain) || one.len() * other.len() > 4_096 {
        return None;
    }
    let held = one.iter().all(|item| other.iter().any(|known| known.is_same(item)));
    Some(held && one.len() == other.len())
}

/// Whether a value is the environment, or asks it what it has.
fn is_environment(term: &Term<'_>) -> bool {
    match &term.kind {
        Kind::Library(name) => name.as_ref() == "os.environ",
        Kind::Made(made) => made.class.as_ref() == "environ.Env",
        _ => false,
    }
}

fn identical(one: &Term<'_>, other: &Term<'_>) -> Option<bool> {
    match (&one.kind, &other.kind) {
        // Whoever asks whether a variable is `None` gives its default next.
        (Kind::Unset(_), Kind::None) | (Kind::None, Kind::Unset(_)) => Some(true),
        // What is read from the environment is a text.
        (Kind::Unknown(_), Kind::None) if one.from.origin == Origin::Environment => Some(false),
        (Kind::None, Kind::Unknown(_)) if other.from.origin == Origin::Environment => Some(false),
        // A variable is no object of the program.
        (Kind::Made(_), _) if !one.is_open() && is_read(other) => Some(false),
        (_, Kind::Made(_)) if !other.is_open() && is_read(one) => Some(false),
        _ if one.is_open() || other.is_open() => None,
        _ => Some(one.is_same(other)),
    }
}

/// The oldest Django that is looked at, and the oldest Python that runs it.
fn oldest(library: &str) -> Option<[i64; 2]> {
    match library {
        "sys.version_info" => Some([3, 6]),
        "django.VERSION" => Some([2, 2]),
        _ => None,
    }
}

/// Whether a value is what a variable of the environment holds, known or not.
fn is_read(term: &Term<'_>) -> bool {
    match term.kind {
        Kind::Unset(_) => true,
        Kind::Unknown(_) => term.from.origin == Origin::Environment,
        _ => false,
    }
}

/// True or false, depending on something outside of the project.
pub(super) fn either_bool<'a>(from: &From) -> Term<'a> {
    let each = |bool| Term::new(Kind::Bool(bool), from.clone());
    Term { from: from.clone(), ..Term::one_of([each(true), each(false)]) }
}
