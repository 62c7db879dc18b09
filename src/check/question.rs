//! What one fact is asked: of its value, of another fact, of the items of a list.

use super::outcome::{gathered, negated};
use super::predicate::{Item, Predicate, settled};
use std::borrow::Cow;

use super::{Matcher, Outcome, Reason, Wanted};
use crate::fact::{Fact, FactPath, Facts, List, Value};
use crate::truth::Truth;

/// What is asked of a fact.
#[derive(Clone, Debug)]
pub enum Test {
    /// A question to the value alone.
    Value(Matcher),
    /// It equals another fact.
    SameAs(FactPath),
    /// Every item of it does so.
    Every(Box<Predicate>),
    /// Some item of it does so.
    Some(Box<Predicate>),
    /// No item of it does so.
    None(Box<Predicate>),
}

/// A fact before a test.
#[derive(Clone)]
pub(super) struct Judged<'c, 'a> {
    pub(super) subject: Cow<'c, str>,
    pub(super) fact: &'a Fact,
    pub(super) facts: &'a Facts,
    pub(super) item: Option<Item<'a>>,
    pub(super) otherwise: Option<&'c str>,
}

impl Test {
    /// The answer for a fact, without its reasons.
    pub(super) fn truth(&self, fact: &Fact, facts: &Facts, item: Option<&Fact>) -> Truth {
        let of_items = |list: &List, inner: &Predicate, extreme: Truth, rest: Truth| {
            let rest = if list.rest.is_some() { Truth::Unknown } else { rest };
            settled(list.items.iter().map(|item| inner.truth(facts, Some(item))), extreme, rest)
        };
        match (self, &fact.value) {
            (Self::Value(matcher), value) => matcher.holds(value),
            (Self::SameAs(other), value) => same(value, &facts.get(other, item).value),
            (_, Value::OneOf(alternatives)) => {
                Truth::common(alternatives.iter().map(|fact| self.truth(fact, facts, item)))
            }
            (_, Value::Absent) => Truth::False,
            (Self::Every(inner), Value::List(list)) => {
                of_items(list, inner, Truth::False, Truth::True)
            }
            (Self::Some(inner), Value::List(list)) => {
                of_items(list, inner, Truth::True, Truth::False)
            }
            (Self::None(inner), Value::List(list)) => {
                of_items(list, inner, Truth::True, Truth::False).negated()
            }
            _ => Truth::Unknown,
        }
    }

    /// The answer, which is known, with its reasons.
    pub(super) fn judge<'c>(&'c self, judged: Judged<'c, '_>, truth: Truth) -> Outcome<'c> {
        match (self, &judged.fact.value) {
            (Self::Value(matcher), _) => judged.outcome(truth, Some(Wanted::Of(matcher))),
            (Self::SameAs(other), _) => {
                let wanted = format!("the same as {}", subject(other, judged.item));
                judged.outcome(truth, Some(Wanted::Words(wanted)))
            }
            (Self::Every(inner), Value::List(list)) => judged.items(list, inner, truth),
            (Self::Some(inner), Value::List(list)) => {
                let items = judged.items(list, inner, truth);
                judged.told_whole(items)
            }
            (Self::None(inner), Value::List(list)) => {
                negated(judged.items(list, inner, truth.negated()))
            }
            _ => judged.outcome(truth, None),
        }
    }
}

impl<'c> Judged<'c, '_> {
    fn outcome(self, truth: Truth, wanted: Option<Wanted<'c>>) -> Outcome<'c> {
        let reason = Reason {
            subject: self.subject,
            wanted,
            negated: false,
            found: self.fact.clone(),
            truth,
            otherwise: self.otherwise,
        };
        Outcome { truth, because: vec![reason], contrary: Vec::new() }
    }

    /// Why the items of a list come to this answer.
    fn items(&self, list: &List, inner: &'c Predicate, truth: Truth) -> Outcome<'c> {
        let answers =
            list.items.iter().map(|fact| (fact, inner.answer(self.facts, Some(fact)))).enumerate();
        let decisive = answers.filter(|(_, (_, answer))| answer.truth == truth);
        let outcomes = decisive.map(|(index, (fact, answer))| {
            let subject = numbered(&self.subject, index);
            inner.reasons(self.facts, Some(Item { fact, subject: &subject }), &answer)
        });
        let (because, contrary) = gathered(outcomes);
        self.settled(truth, because, contrary, list)
    }

    /// Where no item of several is as wanted, the list is told, and not each of its items.
    fn told_whole(self, outcome: Outcome<'c>) -> Outcome<'c> {
        match outcome.because.as_slice() {
            [first, _, ..] if outcome.truth == Truth::False => {
                let inside = first.wanted.as_ref();
                let wanted = inside.map(|wanted| format!("a list with {wanted} in it"));
                self.outcome(Truth::False, wanted.map(Wanted::Words))
            }
            _ => outcome,
        }
    }

    /// The outcome for a list: the items that decided, or the list itself where none of them did.
    fn settled(
        &self,
        truth: Truth,
        mut because: Vec<Reason<'c>>,
        contrary: Vec<Reason<'c>>,
        list: &List,
    ) -> Outcome<'c> {
        for reason in &mut because {
            reason.otherwise = reason.otherwise.or(self.otherwise);
        }
        if because.is_empty() || (truth == Truth::Unknown && list.rest.is_some()) {
            because = self.clone().outcome(truth, None).because;
        }
        Outcome { truth, because, contrary }
    }
}

/// Whether two values are equal; unknown if either is not definite.
fn same(ours: &Value, theirs: &Value) -> Truth {
    match (ours, theirs) {
        (Value::Unknown(_), _) | (_, Value::Unknown(_)) => Truth::Unknown,
        (Value::OneOf(alternatives), other) | (other, Value::OneOf(alternatives)) => {
            Truth::common(alternatives.iter().map(|each| same(&each.value, other)))
        }
        (Value::Absent, _) | (_, Value::Absent) => Truth::False,
        (ours, theirs) => match (ours.text(), theirs.text()) {
            (Some(ours), Some(theirs)) => (ours == theirs).into(),
            _ => (ours == theirs).into(),
        },
    }
}

/// What a fact is called in a reason.
pub(super) fn subject<'c>(path: &'c FactPath, item: Option<Item<'_>>) -> Cow<'c, str> {
    match (path.of_item, item) {
        (true, Some(item)) if path.segments.is_empty() => item.subject.to_owned().into(),
        (true, Some(item)) => [item.subject, path.as_str()].concat().into(),
        _ => path.as_str().into(),
    }
}

/// What an item of a list is called in a reason.
pub(super) fn numbered(list: &str, index: usize) -> String {
    [list, "[", &index.to_string(), "]"].concat()
}
