//! Applications that are objects: Flask's `app.config`, and what is asked of applications afterwards.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::facts::MAX_FACTS;
use super::heap::{Dict, Id, Key, Object};
use super::interpreter::{Arguments, Frame, Interpreter, Outcome, Raised};
use super::namespace::Namespace;
use super::term::{Class, From, Kind, Made as Instance, Spot, Term};
use crate::fact::{Fact, Ignorance, ProjectPath};

/// An object of a library's class that the program made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The dotted name of its class: `flask.Flask`.
    pub class: String,
    /// Its fields, as the program has set them; `config` of a Flask application is one.
    pub fields: BTreeMap<String, Fact>,
}

impl<'a> Interpreter<'a> {
    /// Makes an object of a library's class.
    pub(super) fn make(
        &mut self,
        class: &Rc<str>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        const MAX_OBJECTS: usize = 5_000;
        let fields = self.scope();
        if super::flask_config::is_configured(class) {
            let config = self.heap.put(Object::Dict(Dict::default()));
            let config = Term::new(Kind::Dict(config), From::literal(at));
            if let Some(scope) = self.heap.scope_mut(fields) {
                scope.names.insert("config".into(), config);
            }
        }
        if self.objects.len() < MAX_OBJECTS {
            self.objects.push((Rc::clone(class), fields));
        }
        let made = Instance {
            class: Rc::clone(class),
            positional: arguments.positional.clone(),
            named: arguments.named.clone(),
            fields,
        };
        Term::new(Kind::Made(Rc::new(made)), From::literal(at))
    }

    /// Makes an application whose class is one of the project: it has what the framework gives to its own.
    pub(super) fn make_application(
        &mut self,
        class: &Rc<Class<'a>>,
        library: &Rc<str>,
        mut arguments: Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        self.note_call(library, &arguments, at);
        let made = self.make(library, &arguments, at);
        let Kind::Made(own) = &made.kind else {
            return Ok(made);
        };
        let object = Term::new(Kind::Instance(Rc::clone(class), own.fields), From::literal(at));
        if let Some(Term { kind: Kind::Function(initialise), .. }) = self.member(class, "__init__")
        {
            arguments.positional.insert(0, object.clone());
            self.invoke(&initialise, arguments, at)?;
        }
        Ok(object)
    }

    /// `app.config.from_object(…)` and its like.
    pub(super) fn configure(
        &mut self,
        config: Id,
        method: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        match (method, arguments.first().cloned()) {
            ("from_object", Some(source)) => self.take_object(config, &source, at)?,
            ("from_mapping", _) => self.take_mapping(config, arguments, at),
            ("from_prefixed_env", _) => self.take_prefixed(config, arguments, at),
            ("from_envvar", _) => self.take_named_file(config, arguments, at)?,
            ("from_pyfile", Some(Term { kind: Kind::Text(name), .. })) => {
                self.take_file(config, &name, arguments, at)?;
            }
            _ => {
                let what = format!("what `config.{method}(…)` reads ({})", self.shown(at));
                let why = Rc::new(Ignorance::new(format!("{what} is known only when it runs")));
                self.leave_config_open(config, &why);
            }
        }
        Ok(Self::none_at(at))
    }

    /// All names in capitals of a class, an object or a module.
    fn take_object(&mut self, config: Id, source: &Term<'a>, at: Spot) -> Result<(), Raised> {
        let entries = match &source.kind {
            Kind::Class(class) => self.capitals_of_class(class, 0),
            Kind::Instance(class, fields) => {
                let mut entries = self.capitals_of_class(class, 0);
                entries.extend(self.properties_in_capitals(source, class, at)?);
                entries.extend(self.capitals_in(*fields));
                entries
            }
            Kind::Module(scope) => self.capitals_in(*scope),
            Kind::Text(dotted) => {
                let named = self.named_object(dotted)?;
                return match named {
                    Some(named) => self.take_object(config, &named, at),
                    None => {
                        let why = format!("`{dotted}` ({}) is not in the project", self.shown(at));
                        self.leave_config_open(config, &Rc::new(Ignorance::new(why)));
                        Ok(())
                    }
                };
            }
            Kind::OneOf(several) => self.capitals_of_any(several, at)?,
            _ => {
                let why = self.why_unknown(source, at);
                self.leave_config_open(config, &why);
                return Ok(());
            }
        };
        let open = match &source.kind {
            Kind::Class(class) | Kind::Instance(class, _) => Self::foreign_base(class),
            _ => None,
        };
        self.heap.change_dict(config, &mut |dict| {
            for (key, term) in &entries {
                let mut term = term.clone();
                term.from.depend_on(&source.from.variables);
                dict.entries.insert(key.clone(), term);
            }
        });
        if let Some(base) = open.filter(|base| base.as_ref() != "object") {
            let why = Ignorance::new(format!(
                "`{base}`, which a configuration inherits from, is not in the project"
            ));
            self.heap.change_dict(config, &mut |dict| {
                dict.rest.get_or_insert_with(|| Rc::new(why.clone()));
            });
        }
        Ok(())
    }

    /// The names of several objects, one of which it is.
    fn capitals_of_any(
        &mut self,
        several: &[Term<'a>],
        at: Spot,
    ) -> Result<BTreeMap<Key, Term<'a>>, Raised> {
        let mut merged: BTreeMap<Key, Term<'a>> = BTreeMap::new();
        let mut first = true;
        for each in several.iter().filter(|each| !matches!(each.kind, Kind::OneOf(_))) {
            let part = self.heap.put(Object::Dict(Dict::default()));
            self.take_object(part, each, at)?;
            let entries = self.heap.dict(part).cloned().unwrap_or_default().entries;
            if !first {
                for (key, term) in &mut merged {
                    let other = entries.get(key).cloned().unwrap_or_else(Term::missing);
                    *term = Term::one_of([term.clone(), other]);
                }
            }
            for (key, term) in entries {
                let new = if first { term } else { Term::one_of([Term::missing(), term]) };
                merged.entry(key).or_insert(new);
            }
            first = false;
        }
        Ok(merged)
    }

    pub(super) fn capitals_of_class(
        &self,
        class: &Class<'a>,
        depth: usize,
    ) -> BTreeMap<Key, Term<'a>> {
        const MAX_DEPTH: usize = 16;
        let mut entries = BTreeMap::new();
        for base in class.bases.iter().rev() {
            if let Kind::Class(base) = &base.kind
                && depth < MAX_DEPTH
            {
                entries.extend(self.capitals_of_class(base, depth + 1));
            }
        }
        entries.extend(self.capitals_in(class.scope));
        entries
    }

    fn capitals_in(&self, scope: Id) -> BTreeMap<Key, Term<'a>> {
        let names = self.heap.scope(scope).into_iter().flat_map(|scope| &scope.names);
        names
            .filter(|(name, _)| super::flask_config::is_capital(name))
            .map(|(name, term)| (Key::Text(Rc::clone(name)), term.clone()))
            .collect()
    }

    /// The class or module that a dotted name means: `shop.config.Production`.
    pub(super) fn named_object(&mut self, dotted: &str) -> Result<Option<Term<'a>>, Raised> {
        if let Some(file) = self.file_of(dotted) {
            let scope = self.load(&file)?;
            return Ok(scope.map(|scope| Term::new(Kind::Module(scope), From::nowhere())));
        }
        let Some((module, name)) = dotted.rsplit_once('.') else {
            return Ok(None);
        };
        let Some(file) = self.file_of(module) else {
            return Ok(None);
        };
        let scope = self.load(&file)?.and_then(|scope| self.heap.scope(scope));
        Ok(scope.and_then(|scope| scope.names.get(name)).cloned())
    }

    /// `config.from_pyfile("settings.py")`, beside the file that makes the application.
    pub(super) fn take_file(
        &mut self,
        config: Id,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Result<(), Raised> {
        let silent = arguments.get(1, "silent").is_some_and(|it| self.truth(it) == Some(true));
        let folder = self.files.get(self.file()).map(|source| source.path.folder());
        let here = folder.map(|folder| folder.join(name)).filter(|file| self.library.has(file));
        let scope = match here {
            Some(file) => self.load(&file)?,
            None => None,
        };
        match scope {
            Some(scope) => {
                let module = Term::new(Kind::Module(scope), From::literal(at));
                self.take_object(config, &module, at)?;
            }
            // A silent file that is not in the project is absent as far as can be seen.
            None if silent => {}
            None => {
                let why = format!("`{name}` ({}) is not in the project", self.shown(at));
                self.leave_config_open(config, &Rc::new(Ignorance::new(why)));
            }
        }
        Ok(())
    }

    /// Notes that anything in a configuration may have been set anew.
    pub(super) fn leave_config_open(&mut self, config: Id, why: &Rc<Ignorance>) {
        self.heap.change_dict(config, &mut |dict| {
            for term in dict.entries.values_mut() {
                let unknown = Term::new(Kind::Unknown(Rc::clone(why)), term.from.clone());
                *term = Term::one_of([term.clone(), unknown]);
            }
            dict.rest.get_or_insert_with(|| Rc::clone(why));
        });
    }

    /// Runs a file as the program itself: its `__name__` is `__main__`.
    pub fn main(&mut self, path: &ProjectPath) -> Namespace {
        self.main = Some(path.clone());
        self.module(path)
    }

    /// Calls a function of a module without arguments; whether there is such a function, and what it stops at.
    pub fn call_function(&mut self, path: &ProjectPath, name: &str) -> Result<bool, Ignorance> {
        let Some(scope) = self.modules.get(path).copied() else {
            return Ok(false);
        };
        let function = self.heap.scope(scope).and_then(|scope| scope.names.get(name)).cloned();
        let Some(Term { kind: Kind::Function(function), from }) = function else {
            return Ok(false);
        };
        let Some(at) = from.at else {
            return Ok(false);
        };
        self.frames.push(Frame::new(function.file, vec![scope]));
        let outcome = self.invoke(&function, Arguments::default(), at);
        self.frames.pop();
        outcome.map(|_| true).map_err(|raised| raised.why)
    }

    /// The objects of libraries' classes that were made so far, in their order.
    pub fn made_objects(&self) -> Vec<Made> {
        let mut left = MAX_FACTS;
        let objects = self.objects.iter().map(|(class, fields)| {
            let names = self.heap.scope(*fields).into_iter().flat_map(|scope| &scope.names);
            Made {
                class: class.to_string(),
                fields: names
                    .map(|(name, term)| (name.to_string(), self.fact(term, &mut left)))
                    .collect(),
            }
        });
        objects.collect()
    }

    /// `djp.settings(globals())`: the plugins that are installed add their applications and middleware; what
    /// else they set is their own.
    pub(super) fn plugins(&mut self, arguments: &Arguments<'a>, at: Spot) {
        let Some(Term { kind: Kind::Module(names), .. }) = arguments.first() else {
            return;
        };
        let why = format!("the plugins that are installed add to it ({})", self.shown(at));
        let why = Rc::new(Ignorance::new(why));
        for name in ["INSTALLED_APPS", "MIDDLEWARE"] {
            let list = self.heap.scope(*names).and_then(|scope| scope.names.get(name));
            if let Some(Kind::Sequence(_, id)) = list.map(|term| &term.kind) {
                let id = *id;
                self.heap.change_sequence(id, &mut |list| {
                    list.rest.get_or_insert_with(|| Rc::clone(&why));
                });
            }
        }
    }
}
