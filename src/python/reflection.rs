//! Programs that look at themselves: their names as a dictionary, attributes by their names.
//!
//! What may change the names of a module in a way that is not followed leaves them open.

use std::collections::BTreeSet;
use std::rc::Rc;

use ruff_python_ast::Expr;

use super::builtins::SENTINEL;
use super::heap::{Dict, Id, Key, Sequence};
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::statements::last_name;
use super::term::{Class, From, Kind, Shape, Spot, Term};
use crate::fact::Ignorance;

impl<'a> Interpreter<'a> {
    /// `dir(module)`, or of the names at hand.
    pub(super) fn names_of(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let object = arguments.first().cloned().unwrap_or_else(|| self.names_at_hand("vars", at));
        let (names, rest) = match &object.kind {
            Kind::Module(scope) => self.names_of_scope(*scope),
            Kind::Class(class) => self.names_of_class(class),
            _ => return self.unknown_from(&[&object], "what `dir(…)` gives", at),
        };
        let names: BTreeSet<Rc<str>> = names.into_iter().collect();
        let names = names.into_iter().map(|name| Term::text(name, From::literal(at)));
        let sequence = Sequence { items: names.collect(), rest };
        self.made(Shape::List, sequence, From::literal(at))
    }

    pub(super) fn names_at_hand(&self, name: &str, at: Spot) -> Term<'a> {
        let frame = self.frames.last();
        let scope = match name {
            "globals" => frame.and_then(|frame| frame.scopes.first()),
            _ => frame.and_then(|frame| frame.class.as_ref().or(frame.scopes.last())),
        };
        match scope {
            Some(scope) => Term::new(Kind::Module(*scope), From::literal(at)),
            None => self.opaque("the names", at),
        }
    }

    /// `vars(object)`.
    pub(super) fn names_in(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        match arguments.first() {
            Some(module @ Term { kind: Kind::Module(_), .. }) => module.clone(),
            Some(other) => self.unknown_from(&[other], "what `vars(…)` gives", at),
            None => self.names_at_hand("vars", at),
        }
    }

    /// The names of a module as a dictionary of their own, to be read.
    pub(super) fn names_as_dict(&self, scope: Id) -> Dict<'a> {
        let Some(scope) = self.heap.scope(scope) else {
            return Dict::default();
        };
        let entries =
            scope.names.iter().map(|(name, term)| (Key::Text(Rc::clone(name)), term.clone()));
        Dict { entries: entries.collect(), rest: scope.rest.clone() }
    }

    /// `getattr` and `hasattr`.
    pub(super) fn reflect(
        &mut self,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let (Some(object), Some(attribute)) = (arguments.first(), arguments.positional.get(1))
        else {
            return Ok(self.foreign(name, arguments, at));
        };
        let (object, default) = (object.clone(), arguments.positional.get(2).cloned());
        let Some(attribute) = attribute.as_text().cloned() else {
            return Ok(self.unknown_from(&[attribute], "this attribute", at));
        };
        let found = match &object.kind {
            Kind::Module(scope) => self
                .heap
                .scope(*scope)
                .map(|scope| (scope.names.get(&attribute).cloned(), scope.rest.is_some())),
            Kind::Class(_) | Kind::Instance(..) => match self.attribute(&object, &attribute, at) {
                Ok(term) => {
                    let is_open = matches!(term.kind, Kind::Unknown(_));
                    Some((Some(term), is_open))
                }
                Err(raised) if raised.name.as_ref() == "AttributeError" => Some((None, false)),
                Err(raised) => return Err(raised),
            },
            Kind::Made(made) if made.class.as_ref() == SENTINEL => Some((None, false)),
            _ => None,
        };
        Ok(match (found, default) {
            (Some((Some(term), _)), _) if name == "getattr" => term,
            (Some((None, false)), Some(default)) => default,
            (Some((None, false)), None) if name == "getattr" => {
                return Err(Raised::new("AttributeError", "there is no such attribute"));
            }
            (Some((term, false)), _) if name == "hasattr" => {
                Term::new(Kind::Bool(term.is_some()), From::literal(at))
            }
            _ => self.unknown_from(&[&object], "this attribute", at),
        })
    }

    /// `setattr(object, name, value)`.
    pub(super) fn set_attribute(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let [object, name, value] = arguments.positional.as_slice() else {
            return Self::none_at(at);
        };
        let mut value = value.clone();
        value.from.depend_on(&self.deciders);
        let home = match &object.kind {
            Kind::Instance(_, fields) => Some(*fields),
            Kind::Made(made) => Some(made.fields),
            Kind::Class(class) => Some(class.scope),
            Kind::Module(scope) => Some(*scope),
            // The module at work, perhaps.
            Kind::Unknown(_) => self.frames.last().and_then(|frame| frame.scopes.first().copied()),
            _ => None,
        };
        match (home, name.as_text(), &object.kind) {
            (Some(home), Some(name), kind) if !matches!(kind, Kind::Unknown(_)) => {
                if let Some(scope) = self.heap.scope_mut(home) {
                    scope.names.insert(Rc::clone(name), value);
                }
            }
            (Some(home), ..) => {
                let why =
                    format!("names are set that are known only when it runs ({})", self.shown(at));
                self.open_scope(home, Ignorance::new(why));
            }
            (None, ..) => {}
        }
        Self::none_at(at)
    }

    /// `inspect.getmembers(object)`, without the names that Python gives to every object.
    pub(super) fn members_in(&mut self, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        const WHAT: &str = "what `inspect.getmembers(…)` gives";
        let [object] = arguments.positional.as_slice() else {
            let parts: Vec<&Term<'a>> = arguments.positional.iter().collect();
            return Ok(self.unknown_from(&parts, WHAT, at));
        };
        let object = object.clone();
        let (mut names, rest) = match &object.kind {
            Kind::Module(scope) => self.names_of_scope(*scope),
            Kind::Class(class) => self.names_of_class(class),
            Kind::Instance(class, fields) => {
                let (mut names, mut rest) = self.names_of_class(class);
                let (own, open) = self.names_of_scope(*fields);
                names.extend(own);
                rest = rest.or(open);
                (names, rest)
            }
            _ => return Ok(self.unknown_from(&[&object], WHAT, at)),
        };
        names.sort();
        names.dedup();
        let mut items = Vec::with_capacity(names.len());
        for name in names {
            self.spend(1)?;
            let value = match self.attribute(&object, &name, at) {
                Err(raised) if raised.name.as_ref() == "AttributeError" => continue,
                value => value?,
            };
            let pair = vec![Term::text(name, From::literal(at)), value];
            items.push(self.made(
                Shape::Tuple,
                Sequence { items: pair, rest: None },
                From::literal(at),
            ));
        }
        Ok(self.made(Shape::List, Sequence { items, rest }, From::literal(at)))
    }

    fn names_of_scope(&self, scope: Id) -> (Vec<Rc<str>>, Option<Rc<Ignorance>>) {
        let scope = self.heap.scope(scope);
        let names = scope.map(|scope| scope.names.keys().cloned().collect());
        (names.unwrap_or_default(), scope.and_then(|scope| scope.rest.clone()))
    }

    /// The names of a class and of those that it inherits from.
    fn names_of_class(&self, class: &Rc<Class<'a>>) -> (Vec<Rc<str>>, Option<Rc<Ignorance>>) {
        const MAX_CLASSES: usize = 64;
        let (mut names, mut rest) = (Vec::new(), None);
        let mut open = vec![Rc::clone(class)];
        for _ in 0..MAX_CLASSES {
            let Some(class) = open.pop() else {
                return (names, rest);
            };
            names.extend(self.names_of_scope(class.scope).0);
            for base in &class.bases {
                match &base.kind {
                    Kind::Class(base) => open.push(Rc::clone(base)),
                    Kind::Library(name) if name.as_ref() == "object" => {}
                    _ => {
                        let why =
                            format!("`{}` inherits from a class that is not read", class.name);
                        rest = Some(Rc::new(Ignorance::new(why)));
                    }
                }
            }
        }
        (names, Some(Rc::new(Ignorance::new("a class inherits from too many others"))))
    }

    /// The module of a dotted name, if it runs or has run: `sys.modules[name]`.
    pub(super) fn running_module(&self, dotted: &str) -> Option<Id> {
        let own = self.frames.last().filter(|_| dotted == self.module_name());
        own.and_then(|frame| frame.scopes.first().copied())
            .or_else(|| self.modules.get(&self.file_of(dotted)?).copied())
    }

    /// A function of a library that is called for nothing but what it does, and named for settings, may set
    /// any name of the module that calls it: `import_settings_modules("shop.defaults")`.
    pub(super) fn reach_into_names(&mut self, called: &'a Expr) -> Result<(), Raised> {
        let Expr::Call(call) = called else {
            return Ok(());
        };
        let is_for_settings = last_name(&call.func)
            .is_some_and(|name| name.contains("settings") && name != "settings");
        if !is_for_settings {
            return Ok(());
        }
        let function = self.eval(&call.func)?;
        if matches!(function.kind, Kind::Library(_) | Kind::Unknown(_)) {
            let at = self.spot(called);
            let called = self.called(at);
            let why = format!("`{called}(…)` may set any name ({})", self.shown(at));
            self.leave_open_names(Ignorance::new(why));
        }
        Ok(())
    }

    /// Whoever is given the names of a module that runs may set any of them.
    pub(super) fn give_names_away(&mut self, arguments: &Arguments<'a>, at: Spot) {
        let mut given: Vec<Id> = Vec::new();
        for argument in arguments.positional.iter().chain(arguments.named.iter().map(|it| &it.1)) {
            if let Kind::Module(scope) = argument.kind
                && self.frames.iter().any(|frame| frame.scopes.first() == Some(&scope))
            {
                given.push(scope);
            }
        }
        for scope in given {
            let called = self.called(at);
            let why = format!("`{called}(…)` may set any name ({})", self.shown(at));
            self.open_scope(scope, Ignorance::new(why));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::names;

    #[test]
    fn names_that_are_given_away_may_be_set() {
        for giving in [
            "import shop_settings\nshop_settings.load('SHOP', globals())",
            "from shop_settings import Loader\nLoader().load(vars())",
            "from shop_settings import load\nload(names=locals())",
            "from shop.common import import_settings_modules\nimport_settings_modules('shop.base')",
            "import sys\nfrom shop_settings import name\nsetattr(sys.modules[__name__], name, 2)",
            "from shop_settings import name\nglobals()[name] = 2",
            "from shop_settings import load\nglobals().update(load())",
        ] {
            let found = names(&[("settings.py", &format!("X = 1\n{giving}"))], None);
            assert!(found.rest.is_some(), "{giving}");
            let shown = found.variables.get("X").map(|fact| fact.value.to_string());
            assert!(shown.is_some_and(|it| it.starts_with("one of 1 or unknown")), "{giving}");
        }
    }

    #[test]
    fn plugins_add_to_lists_and_leave_the_other_names() {
        let program = "import djp\nDEBUG = False\nMIDDLEWARE = ['a']\ndjp.settings(globals())\nX = [DEBUG, 'a' in MIDDLEWARE, 'b' in MIDDLEWARE]";
        let found = names(&[("settings.py", program)], None);
        let shown = found.variables.get("X").map(|fact| fact.value.to_string());
        assert_eq!(shown.as_deref(), Some("[false, true, one of true or false]"));
        assert!(found.rest.is_none());
    }
}
