//! What can change while a program runs: lists, dictionaries and the names of modules, classes and calls.
//!
//! A branch that may or may not be taken is run on the state before it, and then the two states are
//! joined: a copy of the heap is a copy of its pointers, and only what a branch changes is copied.

use std::collections::BTreeMap;
use std::rc::Rc;

use indexmap::IndexMap;

use super::budget::MAX_ITEMS;
use super::changes::Changes;
use super::expressions::too_long;
use super::joining::{blur, in_all, join};
use super::ran::Ran;
use super::shared_list::SharedList;
use super::term::{Kind, Term};
use crate::fact::Ignorance;

/// The number of a list, dictionary or scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(usize);

/// All that can change.
#[derive(Clone, Debug, Default)]
pub(super) struct Heap<'a> {
    objects: SharedList<Object<'a>>,
    pub(super) changes: Changes,
    pub(super) ran: Ran,
    /// How many names, entries and items were copied or joined and are not paid for yet.
    copied: usize,
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
    /// Steps that it takes to go two ways from here, and to join what they lead to.
    pub(super) fn branch_steps(&self) -> usize {
        self.objects.branch_steps()
    }

    pub(super) fn put(&mut self, object: Object<'a>) -> Id {
        self.objects.push(Rc::new(object));
        Id(self.objects.len() - 1)
    }

    /// Empties a scope.
    pub(super) fn renew(&mut self, scope: Id) {
        if let Some(scope) = self.scope_mut(scope) {
            *scope = Scope::default();
        }
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
        match self.object_mut(id)? {
            Object::Scope(scope) => Some(scope),
            _ => None,
        }
    }

    fn object_mut(&mut self, id: Id) -> Option<&mut Object<'a>> {
        if self.objects.is_shared(id.0) {
            self.copied += self.get(id).map_or(0, Object::size);
        }
        self.objects.get_mut(id.0)
    }

    /// Steps that copying and joining took since this was asked for last.
    pub(super) fn copying_steps(&mut self) -> usize {
        std::mem::take(&mut self.copied) / 16
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
        let Some(object) = self.object_mut(id) else {
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
                for alternative in alternatives.clone() {
                    self.objects.push(alternative);
                }
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
        self.objects.continue_like(&other.objects);
    }

    /// What may be the case after one of two branches was taken, as these variables decide.
    pub(super) fn joined(one: &Self, other: &Self, variables: &[Rc<str>]) -> Self {
        let mut copied = one.copied + other.copied;
        let join = |one: &Rc<Object<'a>>, other: &Rc<Object<'a>>| {
            copied += one.size() + other.size();
            join(one, other, variables)
        };
        let objects = SharedList::joined(&one.objects, &other.objects, join);
        let changes = Changes::joined(&one.changes, &other.changes, variables);
        let ran = Ran::joined(&one.ran, &other.ran, variables);
        Self { objects, changes, ran, copied }
    }

    /// What may be the case after something has run an unknown number of times, once of which is seen.
    pub(super) fn blurred(before: &Self, after: &Self, why: &Rc<Ignorance>) -> Self {
        let blur = |before: &_, after: &_| blur(before, after, why);
        let objects = SharedList::joined(&before.objects, &after.objects, blur);
        let changes = Changes::joined(&before.changes, &after.changes, &[]);
        let ran = Ran::joined(&before.ran, &after.ran, &[]);
        Self { objects, changes, ran, copied: after.copied }
    }
}

impl Object<'_> {
    /// How many names, entries or items it has, in all its forms.
    fn size(&self) -> usize {
        match self {
            Self::Sequence(sequence) => sequence.items.len(),
            Self::Dict(dict) => dict.entries.len(),
            Self::Scope(scope) => scope.names.len(),
            Self::OneOf(forms) => forms.iter().map(|form| form.size()).sum(),
        }
    }
}
