//! What a list, dictionary or scope may be after one of two branches was taken, or a loop has run.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use indexmap::IndexMap;

use super::branches::branching;
use super::budget::MAX_ALTERNATIVES;
use super::heap::{Dict, Key, Object, Scope, Sequence};
use super::term::{From, Kind, Term};
use crate::fact::Ignorance;

/// What two forms have in common, and perhaps more.
pub(super) fn blur<'a>(
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

pub(super) fn join<'a>(
    one: &Rc<Object<'a>>,
    other: &Rc<Object<'a>>,
    variables: &[Rc<str>],
) -> Rc<Object<'a>> {
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
pub(super) fn in_all<'a>(forms: &[Rc<Object<'a>>], why: &Rc<Ignorance>) -> Sequence<'a> {
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
