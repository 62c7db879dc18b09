//! Reaching into values: attributes, subscripts, iteration.

use std::rc::Rc;

use ruff_python_ast::Expr;

use super::heap::{Dict, Id, Key, Sequence};
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::numbers;
use super::paths;
use super::positions::{from_either_end, slice};
use super::refusals::Stop;
use super::term::{From, Kind, Shape, Spot, Term};

impl<'a> Interpreter<'a> {
    /// `object.name`.
    pub(super) fn attribute(&mut self, object: &Term<'a>, name: &str, at: Spot) -> Outcome<'a> {
        let method = |object| Ok(method(object, name, at));
        match &object.kind {
            Kind::OneOf(_) => self.each(object, |this, each| this.attribute(each, name, at)),
            Kind::Library(dotted) => {
                let dotted = format!("{dotted}.{name}");
                if dotted == "sys.argv" {
                    return Ok(self.command_line(at));
                }
                let constant = super::libraries::constant(&dotted);
                let kind = constant.unwrap_or_else(|| Kind::Library(dotted.into()));
                Ok(Term::new(kind, From::literal(at)))
            }
            Kind::Module(scope)
                if is_of_names(name)
                    && self.heap.scope(*scope).is_some_and(|it| !it.names.contains_key(name)) =>
            {
                method(object)
            }
            Kind::Module(scope) => self.name_in(*scope, name, at),
            Kind::Class(class) => match self.member(class, name) {
                Some(term) => Ok(self.bound(term, object, at)),
                None if name == "__name__" => Ok(Term::text(class.name, From::literal(at))),
                None => self.inherited_unknown(class, name, at),
            },
            Kind::Instance(class, fields) => {
                let (class, fields) = (Rc::clone(class), *fields);
                self.object_attribute(object, &class, fields, name, at)
            }
            Kind::Duration(seconds) => Ok(match numbers::of_duration(*seconds, name) {
                Some(number) => Term::new(Kind::Int(number), From::mixed([object], at)),
                None => self::method(object, name, at),
            }),
            Kind::Path(path) => Ok(self.attribute_of_path(object, path, name, at)),
            Kind::Made(made) if super::readers::holds_settings(&made.class) => {
                let made = Rc::clone(made);
                let found = self.dynaconf_attribute(&made, name, "AttributeError", at);
                found.unwrap_or_else(|| method(object))
            }
            Kind::Dict(id) => self.box_attribute(*id, name).map_or_else(|| method(object), Ok),
            Kind::Made(made) => {
                let field = self.heap.scope(made.fields).and_then(|it| it.names.get(name));
                let field =
                    field.cloned().or_else(|| self.application_attribute(made.fields, name));
                field.map_or_else(|| method(object), Ok)
            }
            // `None` has no attributes: the program stops where nobody sets the variable.
            Kind::Unset(_) => {
                self.require(&object.from.variables);
                Ok(self.unknown_from(&[object], "this", at))
            }
            Kind::Unknown(_) => Ok(self.unknown_from(&[object], "this", at)),
            Kind::None if !name.starts_with("__") => self.attribute_of_none(object, name, at),
            _ => method(object),
        }
    }

    /// `path.name`, of a path of `pathlib`.
    fn attribute_of_path(
        &mut self,
        object: &Term<'a>,
        path: &str,
        name: &str,
        at: Spot,
    ) -> Term<'a> {
        let sequence = |items: Vec<Term<'a>>| Sequence { items, rest: None };
        match paths::attribute(path, name) {
            Some(paths::Attribute::Path(path)) => {
                Term::new(Kind::Path(path.into()), From::mixed([object], at))
            }
            Some(paths::Attribute::Text(text)) => Term::text(text, From::mixed([object], at)),
            None if name == "parts" && !path.starts_with(paths::ROOT) => {
                let root = path.starts_with('/').then_some("/");
                let parts = path.split('/').filter(|part| !part.is_empty());
                let from = From::mixed([object], at);
                let items =
                    root.into_iter().chain(parts).map(|part| Term::text(part, from.clone()));
                let items = items.collect();
                self.made(Shape::Tuple, sequence(items), from)
            }
            None if name == "parents" => {
                let parents = paths::parents(path).into_iter();
                let path = |path: String| Term::new(Kind::Path(path.into()), From::literal(at));
                self.made(Shape::Tuple, sequence(parents.map(path).collect()), From::literal(at))
            }
            None => method(object, name, at),
        }
    }

    /// `None` has no attributes that settings use: `os.environ.get("X").split(",")`.
    fn attribute_of_none(&mut self, object: &Term<'a>, name: &str, at: Spot) -> Outcome<'a> {
        if object.from.supposed {
            self.require(&object.from.variables);
            return Ok(self.unknown_from(&[object], "this", at));
        }
        let why = format!("`None` has no `{name}` ({})", self.shown(at));
        let mut raised = Raised::new("AttributeError", why);
        raised.variables.clone_from(&object.from.variables);
        Err(raised)
    }

    /// A name of a module. A package may have modules below it that are imported elsewhere.
    fn name_in(&self, id: Id, name: &str, at: Spot) -> Outcome<'a> {
        let scope = self.heap.scope(id);
        let found = scope.and_then(|scope| scope.names.get(name)).cloned();
        match (found, scope.and_then(|scope| scope.rest.clone())) {
            (Some(term), _) => Ok(term),
            (None, Some(why)) => Ok(Term::unknown(why.as_ref().clone(), at)),
            (None, None) if self.surely_lacks(id, name) => {
                let why = format!("a module has no `{name}` ({})", self.shown(at));
                Err(Raised::new("AttributeError", why))
            }
            (None, None) => Ok(self.opaque(&format!("the name `{name}`"), at)),
        }
    }

    /// Whether a module that has no such name has none in Python either: it has run to its end, it is no
    /// package, which may have modules below it, and Python gives no such name to all modules.
    pub(super) fn surely_lacks(&self, module: Id, name: &str) -> bool {
        let file = self.modules.iter().find(|(_, known)| **known == module).map(|(file, _)| file);
        let names = self.heap.scope(module).map(|scope| &scope.names);
        let makes_names = names.is_some_and(|names| names.contains_key("__getattr__"));
        file.is_some_and(|file| file.name() != "__init__.py")
            && !self.is_running(module)
            && !makes_names
            && !name.starts_with("__")
    }

    /// Whether a module has not run to its end.
    pub(super) fn is_running(&self, module: Id) -> bool {
        self.frames.iter().any(|frame| frame.scopes.first() == Some(&module))
    }

    /// `object[index]`.
    pub(super) fn subscript(
        &mut self,
        object: &Term<'a>,
        index: &'a Expr,
        at: Spot,
    ) -> Outcome<'a> {
        if let Expr::Slice(slice) = index {
            let mut bounds = [None, None, None];
            for (bound, expression) in
                bounds.iter_mut().zip([&slice.lower, &slice.upper, &slice.step])
            {
                if let Some(expression) = expression {
                    *bound = Some(self.eval(expression)?);
                }
            }
            let object = object.clone();
            return self.each(&object, |this, each| match each.kind {
                Kind::None
                | Kind::Unset(_)
                | Kind::Bool(_)
                | Kind::Int(_)
                | Kind::Float(_)
                | Kind::Sequence(Shape::Iterator, _) => {
                    let why = format!("{} has no items", each.kind_name());
                    let stop = Stop { error: "TypeError", why: &why };
                    this.stopped(&[each], stop, "this part", at)
                }
                _ => Ok(this.sliced(each, &bounds, at)),
            });
        }
        let index = self.eval(index)?;
        let object = object.clone();
        self.each(&index.clone(), |this, index| {
            this.each(&object, |this, object| this.item(object, index, at))
        })
    }

    fn item(&mut self, object: &Term<'a>, index: &Term<'a>, at: Spot) -> Outcome<'a> {
        match (&object.kind, &index.kind) {
            (Kind::Class(class), Kind::Text(name)) if Self::is_enumeration(class) => self
                .member(class, name)
                .ok_or_else(|| Raised::new("KeyError", "an enumeration has no such member")),
            (Kind::Library(name), _) => {
                let name = Rc::clone(name);
                self.library_item(&name, object, index, at)
            }
            (Kind::Class(_), _) => Ok(object.clone()),
            (Kind::Unset(_), _) => {
                let stop = Stop { error: "TypeError", why: "`None` has no items" };
                self.stopped(&[object], stop, "this part", at)
            }
            (Kind::Module(scope), Kind::Text(name)) => {
                let scope = self.heap.scope(*scope);
                match scope.and_then(|scope| scope.names.get(name)).cloned() {
                    Some(term) => Ok(term),
                    None => Ok(self.opaque(&format!("the name `{name}`"), at)),
                }
            }
            (Kind::Made(_) | Kind::Instance(..), _) => self.item_of_object(object, index, at),
            (Kind::Dict(id), _) => match Key::of(index) {
                Some(key) => self.entry(*id, &key, at),
                None => Ok(self.some_entry(*id, index, at)),
            },
            (Kind::Sequence(Shape::Iterator, _), _) => {
                let stop = Stop { error: "TypeError", why: "a generator has no items" };
                self.stopped(&[object], stop, "this item", at)
            }
            (Kind::Sequence(_, id), Kind::Int(position)) => {
                let Some(sequence) = self.heap.sequence(*id) else {
                    return Ok(self.unknown_from(&[object], "this item", at));
                };
                let found = from_either_end(&sequence.items, *position, sequence.rest.is_some());
                match (found, &sequence.rest) {
                    (Some(item), _) => Ok(item.clone()),
                    (None, Some(why)) => Ok(Term::unknown(why.as_ref().clone(), at)),
                    (None, None) => {
                        let why = format!("the list has no item {position} ({})", self.shown(at));
                        Err(Raised::new("IndexError", why))
                    }
                }
            }
            (Kind::Text(text), Kind::Int(position)) => {
                let letters: Vec<char> = text.chars().collect();
                match from_either_end(&letters, *position, false) {
                    Some(letter) => Ok(Term::text(letter.to_string(), From::mixed([object], at))),
                    None => Err(Raised::new("IndexError", "the text is too short")),
                }
            }
            _ => Ok(self.unknown_from(&[object, index], "this item", at)),
        }
    }

    /// `object[index]`, of an object of a library or of a class that has `__getitem__`.
    fn item_of_object(&mut self, object: &Term<'a>, index: &Term<'a>, at: Spot) -> Outcome<'a> {
        let arguments = || Arguments { positional: vec![index.clone()], ..Arguments::default() };
        match (&object.kind, &index.kind) {
            (Kind::Made(made), Kind::Text(name)) if super::readers::holds_settings(&made.class) => {
                let found = self.dynaconf_attribute(made, name, "KeyError", at);
                found.unwrap_or_else(|| Ok(self.unknown_from(&[object], "this item", at)))
            }
            (Kind::Made(made), Kind::Text(name)) if super::readers::is_parser(&made.class) => {
                self.parser_item(made, name, at)
            }
            (Kind::Made(made), Kind::Text(_) | Kind::Int(_))
                if made.class.as_ref() == super::regexes::MATCH =>
            {
                Ok(self.match_method(made, "group", &arguments(), at))
            }
            (Kind::Instance(class, _), _) if self.member(class, "__getitem__").is_some() => {
                let getting = self.attribute(object, "__getitem__", at)?;
                self.apply(&getting, arguments(), at)
            }
            _ => Ok(self.unknown_from(&[object, index], "this item", at)),
        }
    }

    /// `os.environ["NAME"]`; the brackets of most things of libraries only say more of a type.
    fn library_item(
        &mut self,
        name: &str,
        object: &Term<'a>,
        index: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        match (name, &index.kind) {
            ("os.environ", Kind::Text(variable)) => self.demanded(variable, "KeyError", at),
            ("sys.version_info", Kind::Int(0)) => Ok(Term::new(Kind::Int(3), From::literal(at))),
            ("sys.modules", Kind::Text(module)) => Ok(match self.running_module(module) {
                Some(scope) => Term::new(Kind::Module(scope), From::literal(at)),
                None => self.opaque("a module of the program", at),
            }),
            _ => Ok(object.clone()),
        }
    }

    /// The entry under a key that is given at deploy time: the one for production, if one is named so.
    fn some_entry(&self, id: Id, index: &Term<'a>, at: Spot) -> Term<'a> {
        let named = ["production", "prod", "live"]
            .iter()
            .find_map(|name| there(self.heap.dict(id)?, &Key::Text((*name).into())));
        match named {
            Some(mut term) => {
                term.from.depend_on(&index.from.variables);
                term
            }
            None => self.unknown_from(&[index], "this entry", at),
        }
    }

    /// An entry that must be there.
    fn entry(&mut self, id: Id, key: &Key, at: Spot) -> Outcome<'a> {
        let Some(dict) = self.heap.dict(id) else {
            return Ok(self.opaque("this entry", at));
        };
        let rest = dict.rest.clone();
        let found = there(dict, key);
        let is_sure = dict
            .entries
            .get(key)
            .is_some_and(|term| term.alternatives().iter().all(|each| !each.is_missing()));
        if !is_sure && (found.is_some() || rest.is_some()) {
            self.may_raise(Raised::new("KeyError", "the dictionary has no such entry"))?;
        }
        match (found, rest) {
            (Some(term), _) => Ok(term),
            (None, Some(why)) => Ok(Term::unknown(why.as_ref().clone(), at)),
            (None, None) if self.has_from_the_start(id, key) => {
                Ok(self.opaque("what Flask has for this", at))
            }
            (None, None) => {
                let why = format!("the dictionary has no such entry ({})", self.shown(at));
                Err(Raised::new("KeyError", why))
            }
        }
    }

    fn sliced(&mut self, object: &Term<'a>, bounds: &[Option<Term<'a>>; 3], at: Spot) -> Term<'a> {
        let number = |bound: &Option<Term<'a>>| match bound.as_ref().map(|term| &term.kind) {
            None | Some(Kind::None) => Some(None),
            Some(Kind::Int(int)) => Some(Some(*int)),
            Some(_) => None,
        };
        let [lower, upper, step] = bounds;
        let range = number(lower).zip(number(upper)).zip(number(step));
        let from = From::mixed([object], at);
        match (&object.kind, range) {
            (Kind::Sequence(shape, id), Some((range, step))) => {
                let sequence = self.heap.sequence(*id).cloned().unwrap_or_default();
                let items = slice(&sequence.items, range, step);
                self.made(*shape, Sequence { items, rest: sequence.rest }, from)
            }
            (Kind::Text(text), Some((range, step))) => {
                let letters: Vec<char> = text.chars().collect();
                let letters: String = slice(&letters, range, step).into_iter().collect();
                Term::text(letters, from)
            }
            _ => self.unknown_from(&[object], "this part", at),
        }
    }
}

/// The methods by which the names of a module are read and set as those of a dictionary are.
fn is_of_names(name: &str) -> bool {
    matches!(name, "update" | "get" | "setdefault" | "pop" | "items" | "keys" | "values" | "copy")
}

/// The entry under a key, on those ways on which it is there.
pub(super) fn there<'a>(dict: &Dict<'a>, key: &Key) -> Option<Term<'a>> {
    let term = dict.entries.get(key)?;
    let kept: Vec<Term<'a>> = term
        .alternatives()
        .iter()
        .filter(|each| !matches!(each.kind, Kind::Missing))
        .cloned()
        .collect();
    if kept.is_empty() {
        return None;
    }
    let mut kept = Term::one_of(kept);
    kept.from.depend_on(&term.from.variables);
    Some(kept)
}

/// A method that may be called.
fn method<'a>(object: &Term<'a>, name: &str, at: Spot) -> Term<'a> {
    Term::new(Kind::Method(Rc::new((object.clone(), name.into()))), From::literal(at))
}
