//! Operators: arithmetic, comparisons, truth.

use std::rc::Rc;

use ruff_python_ast::{Operator, UnaryOp};

use super::branches::branching;
use super::budget::{MAX_ITEMS, MAX_TEXT_BYTES};
use super::builtins::SENTINEL;
use super::comparisons::either_bool;
use super::heap::{Dict, Id, Key, Object, Sequence};
use super::interpreter::{Interpreter, Outcome};
use super::paths;
use super::refusals;
use super::term::{From, Kind, Shape, Spot, Term};
use crate::fact::Ignorance;

/// More combinations of alternatives than this are not looked at.
pub(super) const MAX_COMBINATIONS: usize = 64;

impl<'a> Interpreter<'a> {
    /// Whether Python takes a value for true; none if that is not known.
    pub(super) fn truth(&self, term: &Term<'a>) -> Option<bool> {
        match &term.kind {
            Kind::None | Kind::Missing => Some(false),
            Kind::Bool(bool) => Some(*bool),
            Kind::Int(int) => Some(*int != 0),
            Kind::Float(float) | Kind::Duration(float) => Some(*float != 0.0),
            Kind::Text(text) => Some(!text.is_empty()),
            Kind::Sequence(Shape::Iterator, _) => Some(true),
            Kind::Sequence(_, id) | Kind::Dict(id) => self.is_filled(*id),
            Kind::Instance(..) => match self.as_plain(term) {
                Some(plain) => self.truth(&plain),
                None => Some(true),
            },
            Kind::Method(_) if term.is_open() => None,
            Kind::Path(_)
            | Kind::Function(_)
            | Kind::Class(_)
            | Kind::Module(_)
            | Kind::Method(_) => Some(true),
            Kind::OneOf(alternatives) => {
                let mut truths = alternatives.iter().map(|each| self.truth(each));
                let first = truths.next()??;
                truths.all(|truth| truth == Some(first)).then_some(first)
            }
            Kind::Made(made) if is_always_true(&made.class) => Some(true),
            Kind::Made(made) => self.truth(super::readers::kept(made)?),
            Kind::Library(_) | Kind::Unset(_) | Kind::Unknown(_) => None,
        }
    }

    fn is_filled(&self, id: Id) -> Option<bool> {
        fn filled(object: &Object<'_>) -> Option<bool> {
            let (empty, open) = match object {
                Object::Sequence(sequence) => (sequence.items.is_empty(), sequence.rest.is_some()),
                Object::Dict(dict) => {
                    let sure = |term: &Term<'_>| {
                        term.alternatives().iter().all(|each| !matches!(each.kind, Kind::Missing))
                    };
                    let any_sure = dict.entries.values().any(sure);
                    (!any_sure, dict.rest.is_some() || (!any_sure && !dict.entries.is_empty()))
                }
                Object::Scope(_) => (false, false),
                Object::OneOf(forms) => {
                    let mut each = forms.iter().map(|form| filled(form));
                    let first = each.next()??;
                    return each.all(|each| each == Some(first)).then_some(first);
                }
            };
            match (empty, open) {
                (false, _) => Some(true),
                (true, false) => Some(false),
                (true, true) => None,
            }
        }
        self.heap.get(id).and_then(filled)
    }

    /// Every possible form of a value, each definite or unknown.
    pub(super) fn forms(&mut self, term: &Term<'a>) -> Vec<Term<'a>> {
        let mut forms = Vec::new();
        for each in term.alternatives() {
            match &each.kind {
                Kind::Sequence(shape, id) => {
                    for id in self.heap.forms(*id) {
                        forms.push(Term::new(Kind::Sequence(*shape, id), each.from.clone()));
                    }
                }
                Kind::Dict(id) => {
                    for id in self.heap.forms(*id) {
                        forms.push(Term::new(Kind::Dict(id), each.from.clone()));
                    }
                }
                _ => forms.push(each.clone()),
            }
        }
        forms
    }

    /// What is worked out from each possible form of a value.
    pub(super) fn each(
        &mut self,
        term: &Term<'a>,
        mut work: impl FnMut(&mut Self, &Term<'a>) -> Outcome<'a>,
    ) -> Outcome<'a> {
        let forms = self.forms(term);
        let mut results = Vec::with_capacity(forms.len());
        let mut refusal = None;
        for form in &forms {
            match work(self, form) {
                Ok(result) => results.push(result),
                Err(raised) if raised.exhausted => return Err(raised),
                Err(raised) => refusal = Some(raised),
            }
        }
        match refusal {
            Some(raised) if results.is_empty() => return Err(raised),
            Some(raised) => self.may_raise(raised)?,
            None => {}
        }
        let mut result = Term::one_of(results);
        result.from.depend_on(&term.from.variables);
        Ok(result)
    }

    /// Why the value of something is not known.
    pub(super) fn why_unknown(&self, term: &Term<'a>, at: Spot) -> Rc<Ignorance> {
        match &term.kind {
            Kind::Unknown(why) | Kind::Unset(why) => Rc::clone(why),
            Kind::OneOf(_) => Rc::new(branching(&term.from.variables)),
            _ => Rc::new(Ignorance::new(format!(
                "what is done with {} here ({}) is known only when it runs",
                term.kind_name(),
                self.shown(at)
            ))),
        }
    }

    /// An unknown value, because of these.
    pub(super) fn unknown_from(&self, parts: &[&Term<'a>], what: &str, at: Spot) -> Term<'a> {
        let from = From::mixed(parts.iter().copied(), at);
        let cause = parts
            .iter()
            .find(|part| matches!(part.kind, Kind::Unknown(_) | Kind::Unset(_) | Kind::OneOf(_)));
        let why = match cause {
            Some(cause) => self.why_unknown(cause, at),
            None => {
                let why = format!("{what} ({}) is known only when it runs", self.shown(at));
                Rc::new(Ignorance::new(why))
            }
        };
        Term::new(Kind::Unknown(why), from)
    }

    pub(super) fn binary(
        &mut self,
        left: &Term<'a>,
        operator: Operator,
        right: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let (lefts, rights) = (self.forms(left), self.forms(right));
        if lefts.len() * rights.len() > MAX_COMBINATIONS {
            return Ok(self.unknown_from(&[left, right], "this sum", at));
        }
        let mut results = Vec::new();
        let mut refusal = None;
        for left in &lefts {
            for right in &rights {
                self.spend(1)?;
                match refusals::refusal(left, operator, right) {
                    Some(error) => refusal = Some((error, left, right)),
                    None => results.push(self.definite_binary(left, operator, right, at)),
                }
            }
        }
        match refusal {
            Some((error, left, right)) if results.is_empty() => {
                self.refused(error, left, right, at)
            }
            _ => Ok(Term::one_of(results)),
        }
    }

    fn definite_binary(
        &mut self,
        left: &Term<'a>,
        operator: Operator,
        right: &Term<'a>,
        at: Spot,
    ) -> Term<'a> {
        let from = From::mixed([left, right], at);
        let (plain_left, plain_right) = (self.as_plain(left), self.as_plain(right));
        let (left, right) =
            (plain_left.as_ref().unwrap_or(left), plain_right.as_ref().unwrap_or(right));
        let text = |left: &Rc<str>, right: &Rc<str>| format!("{left}{right}");
        let kind = match (&left.kind, operator, &right.kind) {
            (Kind::Text(one), Operator::Add, Kind::Text(other)) => {
                return self.long_text(text(one, other), from, at);
            }
            (Kind::Text(pattern), Operator::Mod, _) => {
                let pattern = Rc::clone(pattern);
                return self.percent(&pattern, right, from, at);
            }
            (Kind::Text(text), Operator::Mult, Kind::Int(times))
            | (Kind::Int(times), Operator::Mult, Kind::Text(text)) => {
                let times = usize::try_from(*times).unwrap_or(0);
                if text.len().saturating_mul(times) > MAX_TEXT_BYTES {
                    return self.opaque("a text of this length", at);
                }
                return self.long_text(text.repeat(times), from, at);
            }
            (Kind::Sequence(..), Operator::Add, _) | (_, Operator::Add, Kind::Sequence(..)) => {
                return self.concatenated(left, right, from, at);
            }
            (Kind::Sequence(..), Operator::Mult, Kind::Bool(once))
            | (Kind::Bool(once), Operator::Mult, Kind::Sequence(..)) => {
                let times = Term::new(Kind::Int((*once).into()), From::nowhere());
                let list = if matches!(left.kind, Kind::Bool(_)) { right } else { left };
                return Term { from, ..self.definite_binary(list, Operator::Mult, &times, at) };
            }
            (Kind::Sequence(shape, id), Operator::Mult, Kind::Int(times))
            | (Kind::Int(times), Operator::Mult, Kind::Sequence(shape, id)) => {
                let (shape, times) = (*shape, usize::try_from(*times).unwrap_or(0));
                let sequence = self.heap.sequence(*id).cloned().unwrap_or_default();
                let wanted = sequence.items.len().saturating_mul(times).min(MAX_ITEMS + 1);
                let items = sequence.items.iter().cycle().take(wanted).cloned().collect();
                return self.made(shape, Sequence { items, rest: sequence.rest }, from);
            }
            (
                Kind::Sequence(Shape::Set, one),
                Operator::BitOr | Operator::Sub | Operator::BitAnd,
                Kind::Sequence(Shape::Set, other),
            ) => return self.sets(*one, operator, *other, from),
            (Kind::Dict(_), Operator::BitOr, Kind::Dict(_)) => {
                let mut dict = Dict::default();
                self.merge_entries(&mut dict, left, at);
                self.merge_entries(&mut dict, right, at);
                Some(Kind::Dict(self.heap.put(Object::Dict(dict))))
            }
            (Kind::Path(_), ..) | (Kind::Text(_), _, Kind::Path(_)) => {
                path_operator(&left.kind, operator, &right.kind)
            }
            (one, operator, other) => super::numbers::arithmetic(one, operator, other),
        };
        match kind {
            Some(kind) => Term::new(kind, from),
            None => self.unknown_from(&[left, right], "the result of this operator", at),
        }
    }

    /// Two lists one after the other; what is not known of one does not hide the other.
    fn concatenated(
        &mut self,
        left: &Term<'a>,
        right: &Term<'a>,
        from: From,
        at: Spot,
    ) -> Term<'a> {
        let shape = match (&left.kind, &right.kind) {
            (Kind::Sequence(shape, _), _) | (_, Kind::Sequence(shape, _)) => *shape,
            _ => Shape::List,
        };
        let mut sequence = Sequence::default();
        for part in [left, right] {
            match &part.kind {
                Kind::Sequence(_, id) => {
                    let part = self.heap.sequence(*id).cloned().unwrap_or_default();
                    sequence.items.extend(part.items);
                    sequence.rest = sequence.rest.or(part.rest);
                }
                _ => sequence.rest = Some(self.why_unknown(part, at)),
            }
        }
        self.made(shape, sequence, from)
    }

    fn sets(&mut self, one: Id, operator: Operator, other: Id, from: From) -> Term<'a> {
        let one = self.heap.sequence(one).cloned().unwrap_or_default();
        let other = self.heap.sequence(other).cloned().unwrap_or_default();
        let in_other = |item: &Term<'a>| other.items.iter().any(|known| known.is_same(item));
        let items = match operator {
            Operator::BitOr => one.items.iter().chain(&other.items).cloned().collect(),
            Operator::Sub => one.items.iter().filter(|item| !in_other(item)).cloned().collect(),
            _ => one.items.iter().filter(|item| in_other(item)).cloned().collect(),
        };
        self.made(Shape::Set, Sequence { items, rest: one.rest.or(other.rest) }, from)
    }

    /// `name += value`: a list is changed in place, so that others who hold it see it too.
    pub(super) fn augmented(
        &mut self,
        before: Term<'a>,
        operator: Operator,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        match (&before.kind, operator) {
            (Kind::Sequence(Shape::List, id), Operator::Add) => {
                let (items, rest) = self.iterated(value, at);
                self.spend(items.len() / 4)?;
                self.heap
                    .change_sequence(*id, &mut |sequence| sequence.extend(&items, rest.as_ref()));
                let mut after = before.clone();
                after.from.depend_on(&value.from.variables);
                Ok(after)
            }
            (Kind::Dict(id), Operator::BitOr) => {
                let id = *id;
                self.update(id, value, at);
                Ok(before)
            }
            _ => self.binary(&before, operator, value, at),
        }
    }

    pub(super) fn unary(&mut self, operator: UnaryOp, operand: &Term<'a>, at: Spot) -> Term<'a> {
        let from = From::mixed([operand], at);
        if operator == UnaryOp::Not {
            return match self.truth(operand) {
                Some(truth) => Term::new(Kind::Bool(!truth), from),
                None => either_bool(&from),
            };
        }
        let kind = match (operator, &operand.kind) {
            (UnaryOp::USub, Kind::Int(int)) => int.checked_neg().map(Kind::Int),
            (UnaryOp::USub, Kind::Float(float)) => Some(Kind::Float(-float)),
            (UnaryOp::USub, Kind::Duration(seconds)) => Some(Kind::Duration(-seconds)),
            (UnaryOp::UAdd, kind) => Some(kind.clone()),
            (UnaryOp::Invert, Kind::Int(int)) => Some(Kind::Int(!int)),
            _ => None,
        };
        match kind {
            Some(kind) => Term::new(kind, from),
            None => self.unknown_from(&[operand], "the result of this operator", at),
        }
    }
}

impl Key {
    /// The key that a value makes, if it is known.
    pub(super) fn of(term: &Term<'_>) -> Option<Self> {
        match &term.kind {
            Kind::Text(text) => Some(Self::Text(Rc::clone(text))),
            Kind::Int(int) => Some(Self::Int(*int)),
            Kind::Bool(bool) => Some(Self::Int((*bool).into())),
            Kind::None => Some(Self::Other("None".into())),
            Kind::Library(name) => Some(Self::Other(Rc::clone(name))),
            _ => None,
        }
    }

    /// The key as a value.
    pub(super) fn term<'a>(&self, from: From) -> Term<'a> {
        match self {
            Self::Text(text) => Term::new(Kind::Text(Rc::clone(text)), from),
            Self::Int(int) => Term::new(Kind::Int(*int), from),
            Self::Other(name) if name.as_ref() == "None" => Term::new(Kind::None, from),
            Self::Other(name) => Term::new(Kind::Library(Rc::clone(name)), from),
        }
    }
}

/// Whether all objects of a library's class are true.
fn is_always_true(class: &str) -> bool {
    matches!(class, "re.Match" | "re.Pattern" | SENTINEL)
}

/// `folder / "name"`, and `environ.Path(__file__) - 2`, which goes up two folders.
fn path_operator<'a>(one: &Kind<'a>, operator: Operator, other: &Kind<'a>) -> Option<Kind<'a>> {
    match (one, operator, other) {
        (
            Kind::Path(folder) | Kind::Text(folder),
            Operator::Div,
            Kind::Text(part) | Kind::Path(part),
        ) => Some(Kind::Path(paths::joined(folder, part).into())),
        (Kind::Path(path), Operator::Sub, Kind::Int(up)) => {
            let above = usize::try_from(*up).ok()?.checked_sub(1)?;
            let folder = paths::parents(path).into_iter().nth(above)?;
            Some(Kind::Path(folder.into()))
        }
        _ => None,
    }
}
