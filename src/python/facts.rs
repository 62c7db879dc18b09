//! From values of an evaluation to facts.

use std::rc::Rc;

use super::heap::{Dict, Id, Key, Object, Sequence};
use super::interpreter::Interpreter;
use super::term::{From, Kind, Shape, Spot, Term};
use crate::fact::secret::is_secret_name;
use crate::fact::{Fact, Ignorance, List, Origin, Provenance, Record, Secret, Value};

/// Nested lists and dictionaries deeper than this are unknown.
const MAX_DEPTH: usize = 24;
/// More values than this of one module are unknown: lists that hold themselves have no end.
pub(super) const MAX_FACTS: usize = 50_000;

impl<'a> Interpreter<'a> {
    /// The value as a fact. `left` is how many facts may still be made.
    pub(super) fn fact(&self, term: &Term<'a>, left: &mut usize) -> Fact {
        self.fact_to_depth(term, MAX_DEPTH, left)
    }

    fn fact_to_depth(&self, term: &Term<'a>, depth: usize, left: &mut usize) -> Fact {
        let mut provenance = self.provenance(&term.from);
        if depth == 0 || *left == 0 {
            let why = Ignorance::new("is nested too deeply or too large to be looked at");
            return Fact { value: Value::Unknown(why), provenance };
        }
        *left -= 1;
        let value = match &term.kind {
            Kind::None => Value::Absent,
            Kind::Missing => {
                provenance.origin = Origin::Default;
                Value::Absent
            }
            Kind::Bool(bool) => Value::Bool(*bool),
            Kind::Int(int) => Value::Int(*int),
            Kind::Float(float) => Value::Float(*float),
            Kind::Duration(seconds) => in_seconds(*seconds),
            Kind::Text(text) if is_secret(&provenance) => Value::Secret(Secret::new(text.as_ref())),
            Kind::Text(text) | Kind::Path(text) => Value::Text(text.to_string()),
            Kind::Sequence(Shape::Iterator, _) => unknown("a generator gives its items once"),
            Kind::Sequence(_, id) | Kind::Dict(id) => self.collection(*id, depth, left),
            Kind::OneOf(alternatives) => self.alternatives(alternatives, depth, left),
            Kind::Unset(why) | Kind::Unknown(why) => Value::Unknown(why.as_ref().clone()),
            Kind::Function(function) => {
                unknown(&format!("`{}` is a function of the program", function.name))
            }
            Kind::Class(class) => unknown(&format!("`{}` is a class of the program", class.name)),
            Kind::Instance(..) if self.as_plain(term).is_some() => {
                let plain = self.as_plain(term);
                plain.map_or(Value::Absent, |plain| {
                    self.fact_to_depth(&plain, depth - 1, left).value
                })
            }
            Kind::Instance(class, _) => unknown(&format!("is an object of `{}`", class.name)),
            Kind::Made(made) if made.class.as_ref() == super::regexes::PATTERN => {
                let text = made.positional.first();
                text.map_or(Value::Absent, |it| self.fact_to_depth(it, depth - 1, left).value)
            }
            Kind::Made(made) if super::readers::kept(made).is_some() => {
                let kept = super::readers::kept(made);
                kept.map_or(Value::Absent, |it| self.fact_to_depth(it, depth - 1, left).value)
            }
            Kind::Made(made) => unknown(&format!("is what `{}(…)` makes", made.class)),
            Kind::Library(name) => unknown(&format!("`{name}` comes from a library")),
            Kind::Module(_) => unknown("is a module"),
            Kind::Method(_) => unknown("is a function"),
        };
        Fact { value, provenance }
    }

    /// Several values. Not to be set at all is one of its own: what is not set has a default, and what is
    /// set to `None` has none.
    fn alternatives(&self, alternatives: &[Term<'a>], depth: usize, left: &mut usize) -> Value {
        let (unset, set): (Vec<_>, Vec<_>) =
            alternatives.iter().partition(|each| matches!(each.kind, Kind::Missing));
        let mut told = |terms: Vec<&Term<'a>>| -> Vec<Fact> {
            terms.into_iter().map(|each| self.fact_to_depth(each, depth - 1, left)).collect()
        };
        let (unset, set) = (told(unset), told(set));
        let provenance = set.first().map(|fact| fact.provenance.clone());
        match (unset.into_iter().next(), provenance) {
            (None, _) => Value::one_of(set),
            (Some(unset), None) => unset.value,
            (Some(unset), Some(provenance)) => {
                let mut several = match Value::one_of(set) {
                    Value::OneOf(several) => several,
                    value => vec![Fact { value, provenance }],
                };
                several.push(unset);
                Value::OneOf(several)
            }
        }
    }

    fn collection(&self, id: Id, depth: usize, left: &mut usize) -> Value {
        match self.heap.get(id) {
            Some(Object::Sequence(sequence)) => self.list(sequence, depth, left),
            Some(Object::Dict(dict)) => self.record(dict, depth, left),
            Some(Object::OneOf(forms)) => {
                let each = forms.iter().map(|form| {
                    Fact::derived(match form.as_ref() {
                        Object::Sequence(sequence) => self.list(sequence, depth, left),
                        Object::Dict(dict) => self.record(dict, depth, left),
                        Object::Scope(_) | Object::OneOf(_) => unknown("depends on a condition"),
                    })
                });
                Value::one_of(each.collect())
            }
            Some(Object::Scope(_)) | None => unknown("is a set of names"),
        }
    }

    fn list(&self, sequence: &Sequence<'a>, depth: usize, left: &mut usize) -> Value {
        let items = sequence.items.iter();
        Value::from(List {
            items: items.map(|item| self.fact_to_depth(item, depth - 1, left)).collect(),
            rest: sequence.rest.as_deref().cloned(),
        })
    }

    fn record(&self, dict: &Dict<'a>, depth: usize, left: &mut usize) -> Value {
        let fields = dict.entries.iter().map(|(key, term)| {
            let name = match key {
                Key::Text(name) | Key::Other(name) => name.to_string(),
                Key::Int(int) => int.to_string(),
            };
            (name, self.fact_to_depth(term, depth - 1, left))
        });
        Value::from(Record::new(fields, dict.rest.as_deref().cloned()))
    }

    pub(super) fn provenance(&self, from: &From) -> Provenance {
        let swaying = from.swayed_by.iter().filter(|name| !from.variables.contains(name));
        let variables = from.variables.iter().chain(swaying);
        Provenance {
            origin: from.origin,
            place: from.at.and_then(|at| self.place(at)),
            written: from.written.as_deref().cloned().map(Box::new),
            variables: variables.map(Rc::to_string).collect(),
            fallback: from.fallback,
        }
    }

    pub(super) fn place(&self, at: Spot) -> Option<crate::fact::Place> {
        self.files.get(at.file).map(|source| source.place(at.range))
    }
}

/// Whether a value comes from a variable that holds a secret, under whatever name it goes on.
fn is_secret(provenance: &Provenance) -> bool {
    provenance.origin == Origin::Environment
        && provenance.variables.iter().any(|variable| is_secret_name(variable))
}

fn unknown(why: &str) -> Value {
    Value::Unknown(Ignorance::new(why))
}

/// A duration as a number of seconds.
#[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^52 is exact")]
fn in_seconds(seconds: f64) -> Value {
    if seconds.fract() == 0.0 && seconds.abs() < 1e15 {
        Value::Int(seconds as i64)
    } else {
        Value::Float(seconds)
    }
}
