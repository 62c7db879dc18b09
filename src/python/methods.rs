//! Methods of texts, lists, dictionaries, paths and the objects of known libraries.

use std::rc::Rc;

use super::heap::{Dict, Id, Key, Object, Sequence};
use super::interpreter::{Arguments, Interpreter, Outcome};
use super::refusals::{Stop, lacks_method};
use super::term::{From, Kind, Shape, Spot, Term};
use super::texts;
use crate::fact::Ignorance;

impl<'a> Interpreter<'a> {
    /// `object.name(…)`, of a value that is not one of several.
    pub(super) fn method(
        &mut self,
        object: &Term<'a>,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        self.note_change(object, name, arguments);
        match &object.kind {
            kind if lacks_method(kind, name) => self.missing_attribute(object, name, at),
            Kind::Text(text) => {
                let text = Rc::clone(text);
                self.text_method(object, &text, name, arguments, at)
            }
            Kind::Sequence(shape, id) => {
                self.sequence_method(object, *shape, *id, name, arguments, at)
            }
            Kind::Dict(id) => self.dict_method(object, *id, name, arguments, at),
            Kind::Path(path) => {
                let path = Rc::clone(path);
                self.path_method(object, &path, name, arguments, at)
            }
            Kind::Duration(seconds) if name == "total_seconds" => {
                Ok(Term::new(Kind::Float(*seconds), From::mixed([object], at)))
            }
            Kind::Made(made) => {
                let made = Rc::clone(made);
                self.reader_method(&made, name, arguments, at)
            }
            Kind::Module(scope) if name == "update" => {
                let scope = *scope;
                self.update_names(scope, arguments, at);
                Ok(Self::none_at(at))
            }
            Kind::Module(scope) if matches!(name, "setdefault" | "pop") => {
                let scope = *scope;
                self.entry_of_names(scope, name, arguments, at)
            }
            Kind::Module(scope) if matches!(name, "get" | "items" | "keys" | "values" | "copy") => {
                let dict = self.names_as_dict(*scope);
                let id = self.heap.put(Object::Dict(dict));
                self.dict_method(object, id, name, arguments, at)
            }
            _ => Ok(self.unknown_from(&[object], &format!("what `.{name}(…)` gives"), at)),
        }
    }

    /// `str.strip(text)`: a method by the name of its class.
    pub(super) fn unbound_method(
        &mut self,
        dotted: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let name = dotted.rsplit('.').next().unwrap_or_default();
        match arguments.positional.split_first() {
            Some((object, others)) => {
                let others = Arguments { positional: others.to_vec(), ..arguments.clone() };
                let object = object.clone();
                self.each(&object, |this, object| match &object.kind {
                    Kind::Text(_) => this.method(object, name, &others, at),
                    _ => Ok(this.unknown_from(&[object], &format!("what `{dotted}(…)` gives"), at)),
                })
            }
            None => Ok(self.foreign(dotted, arguments, at)),
        }
    }

    fn text_method(
        &mut self,
        object: &Term<'a>,
        text: &str,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let mut from = From::mixed([object], at);
        for argument in &arguments.positional {
            from.take_in(&argument.from);
        }
        self.budget.spend(text.len() / 64);
        if name == "format" {
            return Ok(self.formatted(text, arguments, from, at));
        }
        if name == "join" {
            return self.text_join(text, arguments, from, at);
        }
        if matches!(name, "encode" | "decode") {
            return Ok(Term::text(text, from));
        }
        // One argument that is one of several makes the result one of several.
        if let Some(several) = arguments.first().filter(|term| matches!(term.kind, Kind::OneOf(_)))
        {
            return self.each(&several.clone(), |this, each| {
                let mut arguments = arguments.clone();
                if let Some(first) = arguments.positional.first_mut() {
                    *first = each.clone();
                }
                this.text_method(object, text, name, &arguments, at)
            });
        }
        if let Some(unknown) = arguments
            .positional
            .iter()
            .find(|term| matches!(term.kind, Kind::Unknown(_) | Kind::Unset(_)))
        {
            return Ok(self.unknown_from(&[object, unknown], "this text", at));
        }
        let Some(positional) = by_position(name, arguments) else {
            return Ok(self.unknown_from(&[object], &format!("what `.{name}(…)` gives"), at));
        };
        if let (true, Some(between)) = (texts::takes_apart(name), positional.first())
            && between.as_text().is_some_and(|text| text.is_empty())
        {
            let stop = Stop { error: "ValueError", why: "a text is taken apart at an empty text" };
            return self.stopped(&[object, between], stop, "this list", at);
        }
        let plain: Vec<texts::Argument> = positional.iter().map(|term| self.plain(term)).collect();
        Ok(match texts::method(text, name, &plain) {
            Some(texts::Answer::Text(text)) => self.long_text(text, from, at),
            Some(texts::Answer::Bool(bool)) => Term::new(Kind::Bool(bool), from),
            Some(texts::Answer::Int(int)) => Term::new(Kind::Int(int), from),
            Some(texts::Answer::List(shape, parts)) => {
                self.budget.spend(parts.len());
                let items = parts.into_iter().map(|part| Term::text(part, from.clone())).collect();
                self.made(shape, Sequence { items, rest: None }, from)
            }
            None => self.unknown_from(&[object], &format!("what `.{name}(…)` gives"), at),
        })
    }

    fn plain(&mut self, term: &Term<'a>) -> texts::Argument {
        match &term.kind {
            Kind::Text(text) => texts::Argument::Text(text.to_string()),
            Kind::Int(int) => texts::Argument::Int(*int),
            Kind::None => texts::Argument::None,
            Kind::Sequence(Shape::Tuple, id) => {
                let items = self.heap.sequence(*id).map(|sequence| sequence.items.as_slice());
                let texts = items.unwrap_or_default().iter().filter_map(|item| item.as_text());
                texts::Argument::Texts(texts.map(ToString::to_string).collect())
            }
            _ => texts::Argument::Other,
        }
    }

    fn text_join(
        &mut self,
        between: &str,
        arguments: &Arguments<'a>,
        mut from: From,
        at: Spot,
    ) -> Outcome<'a> {
        let Some(list) = arguments.first() else {
            return Ok(self.opaque("what is joined", at));
        };
        let (items, rest) = self.iterated(list, at);
        let mut texts = Vec::with_capacity(items.len());
        for item in &items {
            from.take_in(&item.from);
            match &item.kind {
                Kind::Text(text) => texts.push(text.as_ref()),
                Kind::None | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => {
                    let stop = Stop { error: "TypeError", why: "what is joined is no text" };
                    return self.stopped(&[item], stop, "what is joined", at);
                }
                _ => {
                    let unknown = self.unknown_from(&[item], "what is joined", at);
                    return Ok(Term { from, ..unknown });
                }
            }
        }
        Ok(match rest {
            Some(why) => Term::new(Kind::Unknown(why), from),
            None => self.long_text(texts.join(between), from, at),
        })
    }

    /// `globals().setdefault(…)` and `.pop(…)`.
    fn entry_of_names(
        &mut self,
        scope: Id,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let dict = self.names_as_dict(scope);
        let id = self.heap.put(Object::Dict(dict));
        let key = arguments.first().and_then(|key| key.as_text().cloned());
        let object = Term::new(Kind::Dict(id), From::literal(at));
        let value = self.dict_method(&object, id, name, arguments, at)?;
        match (key, name) {
            (None, _) => {
                let why =
                    format!("names are set that are known only when it runs ({})", self.shown(at));
                self.open_scope(scope, Ignorance::new(why));
            }
            (Some(key), "pop") => {
                self.heap.scope_mut(scope).map(|scope| scope.names.remove(&key));
            }
            (Some(key), _) => {
                let mut value = value.clone();
                value.from.depend_on(&self.deciders);
                self.heap.scope_mut(scope).map(|scope| scope.names.insert(key, value));
            }
        }
        Ok(value)
    }

    /// `globals().update(…)`.
    fn update_names(&mut self, scope: Id, arguments: &Arguments<'a>, at: Spot) {
        let mut dict = Dict::default();
        for other in &arguments.positional {
            self.merge_entries(&mut dict, other, at);
        }
        if let Some(why) = &dict.rest {
            self.open_scope(scope, why.as_ref().clone());
        }
        let given = dict.entries.into_iter().filter_map(|(key, term)| match key {
            Key::Text(name) => Some((name, term)),
            _ => None,
        });
        let names: Vec<_> = given.chain(arguments.named.iter().cloned()).collect();
        if let Some(scope) = self.heap.scope_mut(scope) {
            scope.names.extend(names);
        }
    }
}

/// The arguments of a method of texts in their order; none if some are named otherwise than is known here.
fn by_position<'a>(name: &str, arguments: &Arguments<'a>) -> Option<Vec<Term<'a>>> {
    if arguments.named.is_empty() {
        return Some(arguments.positional.clone());
    }
    let names: &[&str] = match name {
        "split" | "rsplit" => &["sep", "maxsplit"],
        _ => return None,
    };
    if arguments.named.iter().any(|(given, _)| !names.contains(&given.as_ref())) {
        return None;
    }
    let in_order = names.iter().enumerate().map(|(position, name)| arguments.get(position, name));
    let given: Vec<Term<'a>> = in_order.map_while(Option::<&Term<'a>>::cloned).collect();
    (given.len() == arguments.positional.len() + arguments.named.len()).then_some(given)
}
