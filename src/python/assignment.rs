//! Changing values: assignment to names, items and attributes, unpacking, deletion.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprSlice};
use ruff_text_size::TextRange;

use super::expressions::insert;
use super::heap::{Dict, Id, Key, Sequence};
use super::interpreter::{Interpreter, Raised};
use super::positions::place_of;
use super::term::{From, Kind, Shape, Spot, Term};
use crate::fact::Ignorance;

/// Where a slice begins and ends.
type Bounds = [Option<i64>; 2];

impl<'a> Interpreter<'a> {
    /// `target = value`.
    pub(super) fn assign(&mut self, target: &'a Expr, value: Term<'a>) -> Result<(), Raised> {
        match target {
            Expr::Name(name) => self.bind(&name.id, value),
            Expr::Starred(starred) => self.assign(&starred.value, value)?,
            Expr::Tuple(tuple) => self.unpack(&tuple.elts, &value, self.spot(target))?,
            Expr::List(list) => self.unpack(&list.elts, &value, self.spot(target))?,
            Expr::Subscript(subscript) => {
                let object = self.eval(&subscript.value)?;
                if let Expr::Slice(slice) = subscript.slice.as_ref() {
                    let bounds = self.bounds(slice)?;
                    for object in object.alternatives() {
                        self.replace_slice(object, bounds, &value, self.spot(target));
                    }
                } else {
                    let index = self.eval(&subscript.slice)?;
                    self.set_item(&object, &index, value)?;
                }
            }
            Expr::Attribute(attribute) => {
                let object = self.eval(&attribute.value)?;
                let mut value = value;
                value.from.depend_on(&self.deciders);
                let scope = match &object.kind {
                    Kind::Instance(_, fields) => Some(*fields),
                    Kind::Made(made) => Some(made.fields),
                    Kind::Class(class) => Some(class.scope),
                    Kind::Module(scope) => Some(*scope),
                    _ => None,
                };
                if let Some(fields) = scope {
                    self.set_application_attribute(fields, attribute.attr.as_str(), &value);
                }
                if let Some(scope) = scope.and_then(|scope| self.heap.scope_mut(scope)) {
                    scope.names.insert(attribute.attr.as_str().into(), value);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn unpack(&mut self, targets: &'a [Expr], value: &Term<'a>, at: Spot) -> Result<(), Raised> {
        let (items, rest) = self.iterated(value, at);
        let star = targets.iter().position(|target| matches!(target, Expr::Starred(_)));
        let extra = (items.len() + 1).saturating_sub(targets.len());
        for (index, target) in targets.iter().enumerate() {
            let item = match star {
                Some(star) if index == star && rest.is_none() => {
                    let middle = items.iter().skip(star).take(extra).cloned().collect();
                    let sequence = Sequence { items: middle, rest: None };
                    Some(self.made(Shape::List, sequence, From::mixed([value], at)))
                }
                Some(star) if index > star => items.get((index + extra).saturating_sub(1)).cloned(),
                _ => items.get(index).cloned(),
            };
            let item = match (item, &rest) {
                (Some(item), None) => item,
                (_, Some(why)) => {
                    Term::new(Kind::Unknown(Rc::clone(why)), From::mixed([value], at))
                }
                (None, None) => self.opaque("what is unpacked", at),
            };
            self.assign(target, item)?;
        }
        Ok(())
    }

    /// `object[index] = value`.
    pub(super) fn set_item(
        &mut self,
        object: &Term<'a>,
        index: &Term<'a>,
        mut value: Term<'a>,
    ) -> Result<(), Raised> {
        value.from.depend_on(&self.deciders);
        match (&object.kind, &index.kind) {
            (Kind::Dict(id), _) => {
                self.heap.change_dict(*id, &mut |dict| insert(dict, index, value.clone()));
            }
            (Kind::Sequence(Shape::List, id), Kind::Int(position)) => {
                let position = *position;
                self.heap.change_sequence(*id, &mut |sequence| {
                    let length = sequence.items.len();
                    if let Some(item) =
                        place_of(length, position).and_then(|at| sequence.items.get_mut(at))
                    {
                        *item = value.clone();
                    }
                });
            }
            (Kind::Sequence(Shape::List, id), _) => {
                let why = self
                    .why_unknown(index, Spot { file: self.file(), range: TextRange::default() });
                self.heap.change_sequence(*id, &mut |sequence| sequence.forget(&why));
            }
            (Kind::Module(scope), Kind::Text(name)) => {
                if let Some(scope) = self.heap.scope_mut(*scope) {
                    scope.names.insert(Rc::clone(name), value);
                }
            }
            (Kind::Module(scope), _) => {
                let why = Ignorance::new("names are set that are known only when it runs");
                self.open_scope(*scope, why);
            }
            (Kind::Library(name), Kind::Text(variable)) if name.as_ref() == "os.environ" => {
                self.set_variable(variable, &value, true);
            }
            (Kind::OneOf(several), _) => {
                for each in several.iter() {
                    self.spend(1)?;
                    if !matches!(each.kind, Kind::OneOf(_)) {
                        self.set_item(each, index, value.clone())?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The bounds of a slice, if they are known and it has no step.
    fn bounds(&mut self, slice: &'a ExprSlice) -> Result<Option<Bounds>, Raised> {
        let mut bounds = [None, None];
        for (bound, expression) in bounds.iter_mut().zip([&slice.lower, &slice.upper]) {
            let Some(expression) = expression else {
                continue;
            };
            match self.eval(expression)?.kind {
                Kind::Int(int) => *bound = Some(int),
                Kind::None => {}
                _ => return Ok(None),
            }
        }
        Ok(slice.step.is_none().then_some(bounds))
    }

    /// Puts other items in the place of a part of a list.
    fn replace_slice(
        &mut self,
        object: &Term<'a>,
        bounds: Option<Bounds>,
        value: &Term<'a>,
        at: Spot,
    ) {
        let (items, rest) = self.iterated(value, at);
        let why = Rc::new(Ignorance::new(format!("a part is replaced ({})", self.shown(at))));
        let Kind::Sequence(Shape::List, id) = &object.kind else {
            return;
        };
        self.heap.change_sequence(*id, &mut |sequence| match bounds {
            Some([lower, upper]) if sequence.rest.is_none() && rest.is_none() => {
                let length = sequence.items.len();
                let start = lower.map_or(0, |lower| within(lower, length));
                let end = upper.map_or(length, |upper| within(upper, length)).max(start);
                sequence.items.splice(start..end, items.iter().cloned());
                sequence.bound();
            }
            _ => sequence.forget(&why),
        });
    }

    /// `dict.update(other)`, in place.
    pub(super) fn update(&mut self, id: Id, other: &Term<'a>, at: Spot) {
        let mut merged = Dict::default();
        for form in self.forms(other) {
            self.merge_entries(&mut merged, &form, at);
        }
        for term in merged.entries.values_mut() {
            term.from.depend_on(&self.deciders);
        }
        self.heap.change_dict(id, &mut |dict| {
            // What is not known of the other one may stand in the place of any entry.
            if let Some(why) = &merged.rest {
                dict.forget(why);
            }
            dict.entries.extend(merged.entries.clone());
            dict.rest = dict.rest.take().or_else(|| merged.rest.clone());
        });
    }

    pub(super) fn delete(&mut self, target: &'a Expr) -> Result<(), Raised> {
        match target {
            Expr::Name(name) => self.unbind(&name.id),
            Expr::Subscript(subscript) => {
                let object = self.eval(&subscript.value)?;
                if let Expr::Slice(slice) = subscript.slice.as_ref() {
                    let (bounds, at) = (self.bounds(slice)?, self.spot(target));
                    let nothing = self.made(Shape::List, Sequence::default(), From::literal(at));
                    for object in object.alternatives() {
                        self.replace_slice(object, bounds, &nothing, at);
                    }
                    return Ok(());
                }
                let index = self.eval(&subscript.slice)?;
                for object in object.alternatives() {
                    self.delete_item(object, &index, self.spot(target))?;
                }
            }
            Expr::Tuple(tuple) => {
                for target in &tuple.elts {
                    self.delete(target)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// `del object[index]`.
    fn delete_item(&mut self, object: &Term<'a>, index: &Term<'a>, at: Spot) -> Result<(), Raised> {
        let why = self.why_unknown(index, at);
        if let (Kind::Sequence(Shape::List, id), Kind::Int(position)) = (&object.kind, &index.kind)
            && let Some(Sequence { items, rest: None }) = self.heap.sequence(*id)
            && place_of(items.len(), *position).is_none()
        {
            let why = format!("the list has no item {position} ({})", self.shown(at));
            return Err(Raised::new("IndexError", why));
        }
        match (&object.kind, Key::of(index)) {
            (Kind::Library(name), Some(Key::Text(variable))) if name.as_ref() == "os.environ" => {
                self.remove_variable(&variable);
            }
            (Kind::Dict(id), key) => self.heap.change_dict(*id, &mut |dict| match &key {
                Some(key) => {
                    dict.entries.shift_remove(key);
                }
                None => dict.forget(&why),
            }),
            (Kind::Sequence(Shape::List, id), key) => {
                self.heap.change_sequence(*id, &mut |sequence| {
                    let place = match key {
                        Some(Key::Int(position)) if position >= 0 || sequence.rest.is_none() => {
                            place_of(sequence.items.len(), position)
                        }
                        _ => None,
                    };
                    match place {
                        Some(place) => {
                            sequence.items.remove(place);
                        }
                        None => sequence.forget(&why),
                    }
                });
            }
            _ => {}
        }
        Ok(())
    }
}

/// A bound of a slice as a position in a list of this length.
fn within(bound: i64, length: usize) -> usize {
    let distance = usize::try_from(bound.unsigned_abs()).unwrap_or(usize::MAX);
    if bound < 0 { length.saturating_sub(distance) } else { distance.min(length) }
}
