//! Methods of lists, tuples, sets and dictionaries.

use std::rc::Rc;

use super::access;
use super::budget::MAX_ITEMS;
use super::expressions::insert;
use super::heap::{Dict, Id, Key, Object, Sequence};
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::positions;
use super::term::{From, Kind, Shape, Spot, Term};
use crate::fact::Ignorance;

/// Whether a method changes the list that it is called on.
pub(super) fn changes_list(name: &str) -> bool {
    matches!(name, "append" | "extend" | "insert" | "remove" | "pop" | "sort" | "reverse" | "clear")
}

const NO_SUCH_ITEM: &str = "the list has no such item";

impl<'a> Interpreter<'a> {
    pub(super) fn sequence_method(
        &mut self,
        object: &Term<'a>,
        shape: Shape,
        id: Id,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let from = From::mixed([object], at);
        let sequence = self.heap.sequence(id).cloned().unwrap_or_default();
        self.spend(sequence.items.len() / 16)?;
        if let Some(refusal) = self.list_refuses(object, shape, id, name, arguments, at) {
            return refusal;
        }
        match (name, arguments.positional.as_slice()) {
            ("index", [item]) => {
                let mut position = 0;
                for known in &sequence.items {
                    match self.equal(known, item) {
                        Some(true) => return Ok(Term::new(Kind::Int(position), from)),
                        Some(false) => position += 1,
                        None => {
                            self.may_raise(Raised::new("ValueError", NO_SUCH_ITEM))?;
                            return Ok(self.unknown_from(&[known], "this position", at));
                        }
                    }
                }
                match sequence.rest {
                    Some(why) => {
                        self.may_raise(Raised::new("ValueError", NO_SUCH_ITEM))?;
                        Ok(Term::new(Kind::Unknown(why), from))
                    }
                    None => Err(Raised::new("ValueError", NO_SUCH_ITEM)),
                }
            }
            ("count", [item]) if sequence.rest.is_none() => {
                let count = sequence.items.iter().filter(|known| known.is_same(item)).count();
                Ok(Term::new(Kind::Int(i64::try_from(count).unwrap_or(0)), from))
            }
            ("copy", []) => Ok(self.made(shape, sequence, from)),
            ("sort", []) => self.sort(id, sequence.items, arguments, at),
            ("union" | "difference" | "intersection", [_]) | (_, _) if shape == Shape::Tuple => {
                Ok(self.unknown_from(&[object], &format!("what `.{name}(…)` gives"), at))
            }
            ("union" | "difference" | "intersection", [other]) => {
                let (items, rest) = self.iterated(other, at);
                let other = self.made(Shape::Set, Sequence { items, rest }, from);
                let operator = match name {
                    "union" => ruff_python_ast::Operator::BitOr,
                    "difference" => ruff_python_ast::Operator::Sub,
                    _ => ruff_python_ast::Operator::BitAnd,
                };
                self.binary(object, operator, &other, at)
            }
            _ => Ok(self.change_list(object, id, name, arguments, at)),
        }
    }

    /// What stops the program: a tuple does not change, and nothing comes out that is not in.
    fn list_refuses(
        &mut self,
        object: &Term<'a>,
        shape: Shape,
        id: Id,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Option<Outcome<'a>> {
        if shape == Shape::Tuple && changes_list(name) {
            return Some(self.missing_attribute(object, name, at));
        }
        if let ("remove", [item]) = (name, arguments.positional.as_slice())
            && self.contains(object, item).is_none()
            && let Err(exhausted) = self.may_raise(Raised::new("ValueError", NO_SUCH_ITEM))
        {
            return Some(Err(exhausted));
        }
        let sequence = self.heap.sequence(id)?;
        let is_empty = sequence.rest.is_none() && sequence.items.is_empty();
        let (error, why) = match (name, arguments.positional.as_slice()) {
            ("remove", [item]) if self.contains(object, item) == Some(false) => {
                ("ValueError", "what is taken out of a list is not in it")
            }
            ("pop", []) if is_empty => ("IndexError", "an item is taken out of an empty list"),
            _ => return None,
        };
        Some(Err(Raised::of_value(error, why, &object.from)))
    }

    /// `list.sort(key=…, reverse=…)`.
    fn sort(
        &mut self,
        id: Id,
        items: Vec<Term<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let sorted = self.in_order(items, arguments, at)?;
        let why = format!("the order is not known ({})", self.shown(at));
        let why = Rc::new(Ignorance::new(why));
        self.heap.change_sequence(id, &mut |sequence| match &sorted {
            Some(sorted) if sequence.items.len() == sorted.len() => {
                sequence.items.clone_from(sorted);
            }
            _ => {
                sequence.rest.get_or_insert_with(|| Rc::clone(&why));
            }
        });
        Ok(Self::none_at(at))
    }

    /// Methods that change a list or set in place.
    fn change_list(
        &mut self,
        object: &Term<'a>,
        id: Id,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        let mut positional = arguments.positional.clone();
        for term in &mut positional {
            term.from.depend_on(&self.deciders);
        }
        let why = Rc::new(Ignorance::new(format!(
            "it is changed in a way that is known only when it runs ({})",
            self.shown(at)
        )));
        match (name, positional.as_slice()) {
            ("append" | "add", [item]) => self.heap.change_sequence(id, &mut |sequence| {
                let is_there = name == "add" && sequence.items.iter().any(|it| it.is_same(item));
                if !is_there {
                    sequence.extend(std::slice::from_ref(item), None);
                }
            }),
            ("insert", [index, item]) => {
                let index = match &index.kind {
                    Kind::Int(index) => Some(*index),
                    _ => None,
                };
                self.heap
                    .change_sequence(id, &mut |sequence| insert_at(sequence, index, item, &why));
            }
            ("extend" | "update", [more]) => {
                let (items, rest) = self.iterated(more, at);
                self.heap
                    .change_sequence(id, &mut |sequence| sequence.extend(&items, rest.as_ref()));
            }
            ("remove" | "discard", [item]) => {
                let is_known = is_plain(item);
                self.heap.change_sequence(id, &mut |sequence| {
                    // The first that is equal: one that is not known before it might be that.
                    let at = sequence.items.iter().position(|it| it.is_same(item) || !is_plain(it));
                    match at.map(|at| (at, sequence.items.get(at).is_some_and(is_plain))) {
                        Some((at, true)) if is_known => {
                            sequence.items.remove(at);
                        }
                        None if is_known && sequence.rest.is_none() => {}
                        _ => sequence.forget(&why),
                    }
                });
            }
            ("pop", index) => return self.taken_out(id, index.first(), &why, at),
            ("clear", []) => self.heap.change_sequence(id, &mut |sequence| {
                *sequence = Sequence::default();
            }),
            ("reverse", []) => self.heap.change_sequence(id, &mut |sequence| {
                sequence.items.reverse();
            }),
            _ => {
                return self.unknown_from(&[object], &format!("what `.{name}(…)` gives"), at);
            }
        }
        Self::none_at(at)
    }

    /// `list.pop(index)`.
    fn taken_out(
        &mut self,
        id: Id,
        index: Option<&Term<'a>>,
        why: &Rc<Ignorance>,
        at: Spot,
    ) -> Term<'a> {
        let index = match index.map(|term| &term.kind) {
            Some(Kind::Int(index)) => Some(*index),
            None => Some(-1),
            _ => None,
        };
        let place = |sequence: &Sequence<'a>| {
            let index = index.filter(|index| *index >= 0 || sequence.rest.is_none())?;
            positions::place_of(sequence.items.len(), index)
        };
        let known = self.heap.sequence(id);
        let taken = known.and_then(|known| known.items.get(place(known)?).cloned());
        self.heap.change_sequence(id, &mut |sequence| match place(sequence) {
            Some(at) => {
                sequence.items.remove(at);
            }
            None => sequence.forget(why),
        });
        taken.unwrap_or_else(|| self.opaque("what is taken out", at))
    }

    pub(super) fn dict_method(
        &mut self,
        object: &Term<'a>,
        id: Id,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let from = From::mixed([object], at);
        let dict = self.heap.dict(id).cloned().unwrap_or_default();
        self.spend(dict.entries.len() / 16)?;
        match (name, arguments.positional.as_slice()) {
            ("get" | "pop" | "setdefault", [key, default @ ..]) => {
                let default = default.first().or_else(|| arguments.named("default")).cloned();
                self.dict_entry(id, name, key, default, at)
            }
            ("update", _) => {
                for other in &arguments.positional {
                    self.update(id, other, at);
                }
                let entries = arguments.named.iter().cloned();
                let entries = entries.map(|(name, term)| (Key::Text(name), term)).collect();
                let rest = arguments.rest.clone();
                let named = self.heap.put(Object::Dict(Dict { entries, rest }));
                self.update(id, &Term::new(Kind::Dict(named), from), at);
                Ok(Self::none_at(at))
            }
            ("copy", []) => Ok(Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), from)),
            ("keys" | "values" | "items", []) => {
                let mut items = Vec::with_capacity(dict.entries.len());
                for key in dict.entries.keys() {
                    let Some(value) = access::there(&dict, key) else {
                        continue;
                    };
                    let key = key.term(from.clone());
                    items.push(match name {
                        "keys" => key,
                        "values" => value,
                        _ => {
                            let pair = Sequence { items: vec![key, value], rest: None };
                            self.made(Shape::Tuple, pair, from.clone())
                        }
                    });
                }
                Ok(self.made(Shape::List, Sequence { items, rest: dict.rest }, from))
            }
            _ if name.starts_with("from_") => Ok(self.configure(id, name, arguments, at)?),
            ("clear", []) => {
                self.heap.change_dict(id, &mut |dict| *dict = Dict::default());
                Ok(Self::none_at(at))
            }
            _ => Ok(self.unknown_from(&[object], &format!("what `.{name}(…)` gives"), at)),
        }
    }

    /// `dict.fromkeys(keys, value)`.
    pub(super) fn with_keys(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let Some(keys) = arguments.first().cloned() else {
            return self.opaque("what `dict.fromkeys(…)` gives", at);
        };
        let value = arguments.positional.get(1).cloned().unwrap_or_else(|| Self::none_at(at));
        let (keys, rest) = self.iterated(&keys, at);
        let mut dict = Dict { rest, ..Dict::default() };
        for key in keys {
            insert(&mut dict, &key, value.clone());
        }
        Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), From::literal(at))
    }

    /// `dict.get(key, default)`, `.pop`, `.setdefault`.
    fn dict_entry(
        &mut self,
        id: Id,
        name: &str,
        key: &Term<'a>,
        default: Option<Term<'a>>,
        at: Spot,
    ) -> Outcome<'a> {
        if matches!(key.kind, Kind::OneOf(_)) {
            return self.each(&key.clone(), |this, key| {
                this.dict_entry(id, name, key, default.clone(), at)
            });
        }
        let Some(known) = Key::of(key) else {
            return Ok(self.unknown_from(&[key], "this entry", at));
        };
        let is_demanded = name == "pop" && default.is_none();
        let instead = default.unwrap_or_else(|| Self::none_at(at));
        let (found, rest) = match self.heap.dict(id) {
            Some(dict) => (dict.entries.get(&known).cloned(), dict.rest.clone()),
            None => return Ok(self.opaque("this entry", at)),
        };
        let value = match (found, rest) {
            (Some(term), _) => {
                let each = term.alternatives().iter().map(|each| match each.kind {
                    Kind::Missing => instead.clone(),
                    _ => each.clone(),
                });
                Term::one_of(each)
            }
            (None, Some(why)) => Term::unknown(why.as_ref().clone(), at),
            (None, None) if is_demanded => {
                return Err(Raised::new("KeyError", "what is taken out is not in the dictionary"));
            }
            (None, None) => instead,
        };
        match name {
            "pop" => self.heap.change_dict(id, &mut |dict| {
                dict.entries.shift_remove(&known);
            }),
            "setdefault" => self.heap.change_dict(id, &mut |dict| {
                dict.entries.insert(known.clone(), value.clone());
            }),
            _ => {}
        }
        Ok(value)
    }
}

/// `list.insert(index, item)`; at an index that is not known, the order is not known either.
fn insert_at<'a>(
    sequence: &mut Sequence<'a>,
    index: Option<i64>,
    item: &Term<'a>,
    why: &Rc<Ignorance>,
) {
    let length = sequence.items.len();
    let place = index.filter(|_| length < MAX_ITEMS).map(|index| {
        let distance = usize::try_from(index.unsigned_abs()).unwrap_or(length);
        if index < 0 { length.saturating_sub(distance) } else { distance.min(length) }
    });
    match place {
        Some(place) => sequence.items.insert(place, item.clone()),
        None => {
            sequence.items.push(item.clone());
            sequence.rest.get_or_insert_with(|| Rc::clone(why));
        }
    }
}

/// Whether a value is known so far that comparing it with another tells whether they are equal.
fn is_plain(term: &Term<'_>) -> bool {
    matches!(
        term.kind,
        Kind::None | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) | Kind::Path(_)
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_list_changes_in_all_the_forms_that_it_may_have() {
        let before = "import os\nX = ['c']\nif os.getenv('A'):\n    X += ['b']\n";
        let cases = [
            ("X.insert(0, 'a')", r#"one of ["a", "c", "b"] or ["a", "c"]"#),
            ("X.append('z')", r#"one of ["c", "b", "z"] or ["c", "z"]"#),
            ("X.remove('c')", r#"one of ["b"] or []"#),
        ];
        let programs = cases.map(|(change, expected)| (format!("{before}{change}"), expected));
        let programs = programs.each_ref().map(|(program, expected)| (program.as_str(), *expected));
        crate::python::tests::each(&programs);
    }
}
