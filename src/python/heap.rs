//! What can change while a program runs: lists, dictionaries and the names of modules, classes and calls.
//!
//! A branch that may or may not be taken is run on the state before it, and then the two states are
//! joined: a copy of the heap is a copy of its pointers, and only what a branch changes is copied.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use indexmap::IndexMap;

use super::branches::branching;
use super::budget::{MAX_ALTERNATIVES, MAX_ITEMS};
use super::changes::Changes;
use super::expressions::too_long;
use super::term::{From, Kind, Term};
use crate::fact::Ignorance;

/// The number of a list, dictionary or scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(usize);

/// All that can change.
#[derive(Clone, Debug, Default)]
pub(super) struct Heap<'a> {
    objects: Vec<Rc<Object<'a>>>,
    pub(super) changes: Changes,
}

/// Something that can change.
#[derive(Clone, Debug)]
pub(super) enum Object<'a> {
    Sequence(Sequence<'a>),
    Dict(Dict<'a>),
    Scope(Scope<'a>),
    /// Depends on which branch was taken.
    OneOf(Vec<Rc<Object<'a>>>),
}

/// Items in their order; perhaps not all.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence<'a> {
    pub(super) items: Vec<Term<'a>>,
    pub(super) rest: Option<Rc<Ignorance>>,
}

/// Entries of a dictionary; perhaps not all.
#[derive(Clone, Debug, Default)]
pub(super) struct Dict<'a> {
    /// In the order in which they were made.
    pub(super) entries: IndexMap<Key, Term<'a>>,
    pub(super) rest: Option<Rc<Ignorance>>,
}

impl<'a> Sequence<'a> {
    /// Any item may be there now, and none is known to be.
    pub(super) fn forget(&mut self, why: &Rc<Ignorance>) {
        self.items.clear();
        self.rest = Some(Rc::clone(why));
    }

    /// Adds items at the end, and why there may be more of them.
    pub(super) fn extend(&mut self, items: &[Term<'a>], rest: Option<&Rc<Ignorance>>) {
        self.items.extend(items.iter().cloned());
        self.rest = self.rest.take().or_else(|| rest.cloned());
        self.bound();
    }

    /// Cuts off what is longer than an audit looks at, and leaves the end open.
    pub(super) fn bound(&mut self) {
        if self.items.len() > MAX_ITEMS {
            self.items.truncate(MAX_ITEMS);
            self.rest = Some(Rc::new(too_long()));
        }
    }
}

impl Dict<'_> {
    /// Any entry may have been replaced.
    pub(super) fn forget(&mut self, why: &Rc<Ignorance>) {
        for term in self.entries.values_mut() {
            term.kind = Kind::Unknown(Rc::clone(why));
        }
    }
}

impl<'a> Dict<'a> {
    /// Sets a named entry.
    pub(super) fn put(&mut self, name: &str, term: Term<'a>) {
        self.entries.insert(Key::Text(name.into()), term);
    }

    /// Takes a named entry out.
    pub(super) fn take(&mut self, name: &str) -> Option<Term<'a>> {
        self.entries.shift_remove(&Key::Text(name.into()))
    }
}

/// The key of an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Text(Rc<str>),
    Int(i64),
    /// `True`, `None`, a tuple: as it would be printed.
    Other(Rc<str>),
}

/// Names with their values.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'a> {
    pub(super) names: BTreeMap<Rc<str>, Term<'a>>,
    /// Why there may be further names, if there may.
    pub(super) rest: Option<Rc<Ignorance>>,
}

impl<'a> Heap<'a> {
    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(super) fn put(&mut self, object: Object<'a>) -> Id {
        self.objects.push(Rc::new(object));
        Id(self.objects.len() - 1)
    }

    pub(super) fn get(&self, id: Id) -> Option<&Object<'a>> {
        self.objects.get(id.0).map(Rc::as_ref)
    }

    /// The one sequence that stands here; none if it depends on a branch.
    pub(super) fn sequence(&self, id: Id) -> Option<&Sequence<'a>> {
        match self.get(id)? {
            Object::Sequence(sequence) => Some(sequence),
            _ => None,
        }
    }

    pub(super) fn dict(&self, id: Id) -> Option<&Dict<'a>> {
        match self.get(id)? {
            Object::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub(super) fn scope(&self, id: Id) -> Option<&Scope<'a>> {
        match self.get(id)? {
            Object::Scope(scope) => Some(scope),
            _ => None,
        }
    }

    pub(super) fn scope_mut(&mut self, id: Id) -> Option<&mut Scope<'a>> {
        match self.objects.get_mut(id.0).map(Rc::make_mut)? {
            Object::Scope(scope) => Some(scope),
            _ => None,
        }
    }

    /// Changes a list, whichever of its possible forms it has.
    pub(super) fn change_sequence(&mut self, id: Id, change: &mut dyn FnMut(&mut Sequence<'a>)) {
        self.change(id, &mut |object| {
            if let Object::Sequence(sequence) = object {
                change(sequence);
            }
        });
    }

    /// Changes a dictionary, whichever of its possible forms it has.
    pub(super) fn change_dict(&mut self, id: Id, change: &mut dyn FnMut(&mut Dict<'a>)) {
        self.change(id, &mut |object| {
            if let Object::Dict(dict) = object {
                change(dict);
            }
        });
    }

    fn change(&mut self, id: Id, change: &mut dyn FnMut(&mut Object<'a>)) {
        let Some(object) = self.objects.get_mut(id.0).map(Rc::make_mut) else {
            return;
        };
        match object {
            Object::OneOf(alternatives) => {
                for alternative in alternatives {
                    change(Rc::make_mut(alternative));
                }
            }
            definite => change(definite),
        }
    }

    /// A fresh object for each possible form of this one.
    pub(super) fn forms(&mut self, id: Id) -> Vec<Id> {
        match self.objects.get(id.0).map(Rc::as_ref) {
            Some(Object::OneOf(alternatives)) => {
                let first = self.objects.len();
                let alternatives = alternatives.clone();
                self.objects.extend(alternatives);
                (first..self.objects.len()).map(Id).collect()
            }
            _ => vec![id],
        }
    }

    /// The items that a list has in all its possible forms.
    pub(super) fn in_all_forms(&self, id: Id, why: &Rc<Ignorance>) -> Vec<Term<'a>> {
        match self.get(id) {
            Some(Object::OneOf(forms)) => in_all(forms, why).items,
            Some(Object::Sequence(sequence)) => sequence.items.clone(),
            _ => Vec::new(),
        }
    }

    /// Takes over what another state made after the two parted, so that no number is given twice.
    pub(super) fn adopt(&mut self, other: &Self) {
        let made = other.objects.get(self.objects.len()..).unwrap_or_default();
        self.objects.extend(made.iter().cloned());
    }

    /// What may be the case after one of two branches was taken, as these variables decide.
    pub(super) fn joined(one: &Self, other: &Self, variables: &[Rc<str>]) -> Self {
        let length = one.objects.len().max(other.objects.len());
        let joined = (0..length).filter_map(|index| {
            match (one.objects.get(index), other.objects.get(index)) {
                (Some(one), Some(other)) if Rc::ptr_eq(one, other) => Some(Rc::clone(one)),
                (Some(one), Some(other)) => Some(join(one, other, variables)),
                (Some(only), None) | (None, Some(only)) => Some(Rc::clone(only)),
                (None, None) => None,
            }
        });
        let changes = Changes::joined(&one.changes, &other.changes, variables);
        Self { objects: joined.collect(), changes }
    }

    /// What may be the case after something has run an unknown number of times, once of which is seen.
    pub(super) fn blurred(before: &Self, after: &Self, why: &Rc<Ignorance>) -> Self {
        let blurred = after.objects.iter().enumerate().map(|(index, after)| {
            match before.objects.get(index) {
                Some(before) if !Rc::ptr_eq(before, after) => blur(before, after, why),
                _ => Rc::clone(after),
            }
        });
        let changes = Changes::joined(&before.changes, &after.changes, &[]);
        Self { objects: blurred.collect(), changes }
    }
}

/// What two forms have in common, and perhaps more.
fn blur<'a>(
    before: &Rc<Object<'a>>,
    after: &Rc<Object<'a>>,
    why: &Rc<Ignorance>,
) -> Rc<Object<'a>> {
    let unknown = |term: &Term<'a>| {
        Term::new(Kind::Unknown(Rc::clone(why)), From { written: None, ..term.from.clone() })
    };
    let blurred = |before: Option<&Term<'a>>, after: &Term<'a>| {
        let same = before.is_some_and(|before| before.is_same(after));
        if same { after.clone() } else { unknown(after) }
    };
    match (before.as_ref(), after.as_ref()) {
        (Object::Scope(before), Object::Scope(after)) => Rc::new(Object::Scope(Scope {
            names: after
                .names
                .iter()
                .map(|(name, term)| (Rc::clone(name), blurred(before.names.get(name), term)))
                .collect(),
            rest: after.rest.clone(),
        })),
        (Object::Dict(before), Object::Dict(after)) => Rc::new(Object::Dict(Dict {
            entries: after
                .entries
                .iter()
                .map(|(key, term)| (key.clone(), blurred(before.entries.get(key), term)))
                .collect(),
            rest: Some(Rc::clone(why)),
        })),
        _ => Rc::new(Object::Sequence(in_all(&[Rc::clone(before), Rc::clone(after)], why))),
    }
}

fn join<'a>(one: &Rc<Object<'a>>, other: &Rc<Object<'a>>, variables: &[Rc<str>]) -> Rc<Object<'a>> {
    match (one.as_ref(), other.as_ref()) {
        (Object::Scope(one), Object::Scope(other)) => Rc::new(Object::Scope(Scope {
            names: join_names(&one.names, &other.names, variables),
            rest: one.rest.clone().or_else(|| other.rest.clone()),
        })),
        (Object::Dict(one), Object::Dict(other)) => Rc::new(Object::Dict(Dict {
            entries: join_entries(&one.entries, &other.entries, variables),
            rest: one.rest.clone().or_else(|| other.rest.clone()),
        })),
        (Object::Sequence(one_items), Object::Sequence(other_items))
            if same_items(one_items, other_items) =>
        {
            Rc::clone(one)
        }
        _ => join_forms(one, other, variables),
    }
}

fn join_names<'a>(
    one: &BTreeMap<Rc<str>, Term<'a>>,
    other: &BTreeMap<Rc<str>, Term<'a>>,
    variables: &[Rc<str>],
) -> BTreeMap<Rc<str>, Term<'a>> {
    let names: BTreeSet<&Rc<str>> = one.keys().chain(other.keys()).collect();
    let joined = names
        .into_iter()
        .map(|name| (Rc::clone(name), join_terms(one.get(name), other.get(name), variables)));
    joined.collect()
}

fn join_entries<'a>(
    one: &IndexMap<Key, Term<'a>>,
    other: &IndexMap<Key, Term<'a>>,
    variables: &[Rc<str>],
) -> IndexMap<Key, Term<'a>> {
    let new = other.keys().filter(|key| !one.contains_key(*key));
    let joined = one
        .keys()
        .chain(new)
        .map(|key| (key.clone(), join_terms(one.get(key), other.get(key), variables)));
    joined.collect()
}

/// One of two values; where one is missing, it may not be there.
fn join_terms<'a>(
    one: Option<&Term<'a>>,
    other: Option<&Term<'a>>,
    variables: &[Rc<str>],
) -> Term<'a> {
    match (one, other) {
        (Some(one), Some(other)) if one.is_same(other) => {
            let mut same = one.clone();
            same.from.depend_like(&other.from);
            same
        }
        (one, other) => {
            let either = [one, other].map(|each| each.cloned().unwrap_or_else(Term::missing));
            let mut joined = Term::one_of(either);
            joined.from.depend_on(variables);
            joined
        }
    }
}

fn same_items(one: &Sequence<'_>, other: &Sequence<'_>) -> bool {
    one.rest == other.rest
        && one.items.len() == other.items.len()
        && one.items.iter().zip(&other.items).all(|(one, other)| one.is_same(other))
}

/// The possible forms of both; past the limit, what all of them have, and perhaps more.
fn join_forms<'a>(
    one: &Rc<Object<'a>>,
    other: &Rc<Object<'a>>,
    variables: &[Rc<str>],
) -> Rc<Object<'a>> {
    let mut forms: Vec<Rc<Object<'a>>> = Vec::new();
    for object in [one, other] {
        let nested: &[Rc<Object<'a>>] = match object.as_ref() {
            Object::OneOf(nested) => nested,
            _ => std::slice::from_ref(object),
        };
        for form in nested {
            let known = forms.iter().any(|known| match (known.as_ref(), form.as_ref()) {
                (Object::Sequence(known), Object::Sequence(form)) => same_items(known, form),
                _ => Rc::ptr_eq(known, form),
            });
            if !known {
                forms.push(Rc::clone(form));
            }
        }
    }
    match forms.as_slice() {
        [only] => Rc::clone(only),
        _ if forms.len() <= MAX_ALTERNATIVES => Rc::new(Object::OneOf(forms)),
        _ => Rc::new(Object::Sequence(in_all(&forms, &Rc::new(branching(variables))))),
    }
}

/// The items that all forms of a list have.
fn in_all<'a>(forms: &[Rc<Object<'a>>], why: &Rc<Ignorance>) -> Sequence<'a> {
    let mut lists = forms.iter().filter_map(|form| match form.as_ref() {
        Object::Sequence(sequence) => Some(&sequence.items),
        _ => None,
    });
    let mut items = lists.next().cloned().unwrap_or_default();
    for list in lists {
        items.retain(|item| list.iter().any(|other| item.is_same(other)));
    }
    Sequence { items, rest: Some(Rc::clone(why)) }
}
