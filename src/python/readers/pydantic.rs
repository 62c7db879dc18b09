//! Classes whose fields are read from the environment: pydantic's `BaseSettings`.

use std::rc::Rc;

use ruff_python_ast::Expr;

use super::STRTOBOOL;
use super::env_file::Loading;
use crate::grammar::dotenv::Reader;
use crate::python::heap::Id;
use crate::python::interpreter::{Arguments, Interpreter, Outcome};
use crate::python::statements::last_name;
use crate::python::term::{Class, From, Kind, Spot, Term};

/// Whether the fields of classes that inherit from this are read from the environment.
pub(in crate::python) fn reads_fields(base: &str) -> bool {
    base.ends_with(".BaseSettings")
}

impl<'a> Interpreter<'a> {
    /// An object of a class of settings: each field from the environment, else its default.
    pub(in crate::python) fn settings_object(
        &mut self,
        class: &Rc<Class<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let prefix = self.settings_option(class, "env_prefix").unwrap_or_default();
        if let Some(file) = self.settings_option(class, "env_file")
            && let Some(file) = self.found_upward(&file)
        {
            self.load_file(&file, Loading::by(Reader::PythonDotenv));
        }
        let fields = self.scope();
        let mut all: Vec<(&'a str, &'a Expr, Id)> = Vec::new();
        fields_of(class, &mut all, 0);
        for (name, annotation, scope) in all {
            let given = arguments.named(name).cloned();
            let value = match given {
                Some(given) => given,
                None => self.field(&prefix, name, annotation, scope, at)?,
            };
            if let Some(scope) = self.heap.scope_mut(fields) {
                scope.names.insert(name.into(), value);
            }
        }
        Ok(Term::new(Kind::Instance(Rc::clone(class), fields), From::literal(at)))
    }

    fn field(
        &mut self,
        prefix: &str,
        name: &str,
        annotation: &'a Expr,
        scope: Id,
        at: Spot,
    ) -> Outcome<'a> {
        let default = self.heap.scope(scope).and_then(|scope| scope.names.get(name)).cloned();
        let default = default.and_then(|default| match &default.kind {
            Kind::Made(made) if made.class.ends_with("Field") => {
                let named = made.named.iter().find(|(known, _)| known.as_ref() == "default");
                let given = named.map(|(_, term)| term).or_else(|| made.positional.first());
                given.filter(|term| !matches!(term.kind, Kind::Library(_))).cloned()
            }
            _ => Some(default),
        });
        let upper = format!("{prefix}{name}").to_uppercase();
        let at = default.as_ref().and_then(|default| default.from.at).unwrap_or(at);
        let value = match default {
            Some(default) => self.wished(&upper, Some(default), at),
            None => self.demanded(&upper, "ValidationError", at)?,
        };
        self.each(&value, |this, value| match (&value.kind, last_name(annotation)) {
            (Kind::Text(_), Some("bool")) => this.bool_of(value, &STRTOBOOL, at),
            (Kind::Text(text), Some("int")) => Ok(match text.trim().parse() {
                Ok(int) => Term::new(Kind::Int(int), value.from.clone()),
                Err(_) => value.clone(),
            }),
            _ => Ok(value.clone()),
        })
    }

    /// An option of `model_config` or of the inner class `Config`.
    fn settings_option(&self, class: &Class<'a>, name: &str) -> Option<String> {
        let option = match self.member(class, "model_config").map(|term| term.kind) {
            Some(Kind::Made(made)) => {
                made.named.iter().find(|(known, _)| known.as_ref() == name)?.1.clone()
            }
            Some(Kind::Dict(id)) => {
                self.entry_of(&Term::new(Kind::Dict(id), From::nowhere()), name)?
            }
            _ => match self.member(class, "Config").map(|term| term.kind) {
                Some(Kind::Class(config)) => self.member(&config, name)?,
                _ => return None,
            },
        };
        option.as_text().map(ToString::to_string)
    }
}

/// The annotated fields of a class, those that it inherits first.
fn fields_of<'a>(class: &Class<'a>, all: &mut Vec<(&'a str, &'a Expr, Id)>, depth: usize) {
    const MAX_DEPTH: usize = 16;
    for base in &class.bases {
        if let Kind::Class(base) = &base.kind
            && depth < MAX_DEPTH
        {
            fields_of(base, all, depth + 1);
        }
    }
    for (name, annotation) in &class.annotations {
        if *name != "model_config" {
            all.push((name, annotation, class.scope));
        }
    }
}
