//! django-configurations: settings that are a class, and `values.BooleanValue(…)` in it (version 2.5, read
//! November 2026). A value without `environ_name` is read under the name of its setting, once the class is
//! chosen.

use std::rc::Rc;

use super::BoolWords;
use crate::python::heap::{Dict, Object, Sequence};
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::term::{Class, Decorator, From, Kind, Made, Shape, Spot, Term};

const WORDS: BoolWords = BoolWords {
    yes: &["yes", "y", "true", "1"],
    no: &["no", "n", "false", "0", ""],
    numbers: false,
};

/// Where the library's values are.
const VALUES: &str = "configurations.values.";

/// Whether a class is chosen by `DJANGO_CONFIGURATION`.
pub(in crate::python) fn is_configuration(base: &str) -> bool {
    base.starts_with("configurations.")
}

/// Whether a value is made from an address. These are read once the class is chosen, under a name of their own.
fn is_of_address(kind: &str) -> bool {
    matches!(kind, "DatabaseURLValue" | "CacheURLValue" | "EmailURLValue" | "SearchURLValue")
}

impl<'a> Interpreter<'a> {
    /// `values.BooleanValue(…)`: the value at once where its name is given, else an object that waits for
    /// it; none if it is no such call.
    pub(super) fn configuration_call(
        &mut self,
        called: &Rc<str>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Option<Outcome<'a>> {
        let kind = called.strip_prefix(VALUES)?;
        let made = self.make(called, arguments, at);
        let Kind::Made(value) = &made.kind else {
            return None;
        };
        let on =
            |term: Option<Term<'a>>, this: &Self| term.map_or(Some(true), |term| this.truth(&term));
        let named = given(value, 2, "environ_name").is_some() || kind.ends_with("URLValue");
        let default = given(value, 0, "default");
        let at_once = match on(given(value, 1, "environ"), self) {
            Some(true) => named && kind != "URLValue" || given(value, 2, "environ_name").is_some(),
            Some(false) => default.is_some_and(|it| self.truth(&it) == Some(true)),
            None => return Some(Ok(self.opaque("what this value is", at))),
        };
        let late = match value.named("late_binding") {
            Some(told) => self.truth(told) != Some(false),
            None => is_of_address(kind),
        };
        if late || !at_once || kind == "SecretValue" && !named {
            return Some(Ok(made));
        }
        let value = Rc::clone(value);
        Some(self.configuration_value(&value, "", at))
    }

    /// What a value is for a setting of this name.
    fn configuration_value(&mut self, made: &Made<'a>, setting: &str, at: Spot) -> Outcome<'a> {
        let kind = made.class.strip_prefix(VALUES).unwrap_or_default().to_owned();
        let default = given(made, 0, "default").unwrap_or_else(|| Self::none_at(at));
        let is_url = is_of_address(&kind);
        if kind == "BooleanValue" && !matches!(default.kind, Kind::Bool(_) | Kind::Int(0 | 1)) {
            return match default.kind {
                Kind::None | Kind::Text(_) => {
                    Err(Raised::new("ValueError", "the default of a truth value is none"))
                }
                _ => Ok(self.unknown_from(&[&default], "this value", at)),
            };
        }
        let default = match (&default.kind, kind.as_str()) {
            (Kind::None, "ListValue" | "BackendsValue") => self.empty(Shape::List, at),
            (Kind::None, "TupleValue") => self.empty(Shape::Tuple, at),
            _ => default,
        };
        if given(made, 1, "environ").is_some_and(|it| self.truth(&it) == Some(false)) {
            return Ok(default);
        }
        let text = |term: Option<Term<'a>>| match term.map(|term| term.kind) {
            Some(Kind::Text(text)) => Some(text.to_string()),
            _ => None,
        };
        let prefix = match given(made, 3, "environ_prefix") {
            Some(term) => text(Some(term)),
            None if is_url => None,
            None => Some("DJANGO".to_owned()),
        };
        let own = text(given(made, 2, "environ_name"));
        let usual = match kind.as_str() {
            "DatabaseURLValue" => "DATABASE_URL",
            "CacheURLValue" => "CACHE_URL",
            "EmailURLValue" => "EMAIL_URL",
            _ => setting,
        };
        let name = own.unwrap_or_else(|| usual.to_uppercase());
        let name = match prefix.as_deref().map(|prefix| prefix.trim_end_matches('_')) {
            Some(prefix) if !prefix.is_empty() => format!("{prefix}_{name}"),
            _ => name,
        };
        let required = kind == "SecretValue"
            || given(made, 4, "environ_required").is_some_and(|it| self.truth(&it) == Some(true));
        let value = if required {
            self.demanded(&name, "ValueError", at)?
        } else {
            self.wished(&name, Some(default), at)
        };
        if self.variable_fact(&name).is_none() && !is_url {
            return Ok(value);
        }
        self.each(&value, |this, value| this.configuration_cast(&kind, made, value, at))
    }

    fn empty(&mut self, shape: Shape, at: Spot) -> Term<'a> {
        self.made(shape, Sequence::default(), From::literal(at))
    }

    fn configuration_cast(
        &mut self,
        kind: &str,
        made: &Made<'a>,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let builtin = |this: &mut Self, name: &str| {
            let function = Term::new(Kind::Library(name.into()), From::literal(at));
            this.applied(&function, value.clone(), at)
        };
        let text = value.as_text().cloned();
        let refused = |why: &str| {
            let mut raised = Raised::new("ValueError", why);
            raised.variables.clone_from(&value.from.variables);
            raised
        };
        match (kind, text) {
            ("BooleanValue", Some(text)) => {
                let trimmed = Term::text(text.trim(), value.from.clone());
                self.bool_of(&trimmed, &WORDS, at)
            }
            ("BooleanValue", None) => self.bool_of(value, &WORDS, at),
            ("DatabaseURLValue", _) => {
                let entry = match value.kind {
                    Kind::None => return Ok(self.opaque("this value", at)),
                    _ => self.database_entry(value, &Arguments::default(), 1, at)?,
                };
                let mut all = Dict::default();
                let alias = made.named("alias").and_then(|it| it.as_text().cloned());
                all.put(alias.as_deref().unwrap_or("default"), entry);
                let all = Kind::Dict(self.heap.put(Object::Dict(all)));
                Ok(Term::new(all, value.from.clone()))
            }
            ("Value" | "EmailValue" | "URLValue" | "RegexValue" | "IPValue", _) => {
                Ok(value.clone())
            }
            ("SecretValue", Some(text)) if text.is_empty() => Err(refused("a secret is empty")),
            ("SecretValue", _) => Ok(value.clone()),
            ("IntegerValue", Some(_)) => builtin(self, "int"),
            ("FloatValue", Some(_)) => builtin(self, "float"),
            ("PositiveIntegerValue", Some(_)) => match builtin(self, "int")? {
                Term { kind: Kind::Int(..0), .. } => Err(refused("a number is below zero")),
                term => Ok(term),
            },
            ("ListValue" | "TupleValue" | "BackendsValue", Some(text)) => {
                let shape = if kind == "TupleValue" { Shape::Tuple } else { Shape::List };
                self.configuration_list(shape, &text, made, value, at)
            }
            ("DictValue", Some(_)) => {
                let arguments =
                    Arguments { positional: vec![value.clone()], ..Arguments::default() };
                self.literal_eval(&arguments, at)
            }
            ("PathValue", Some(text)) => Ok(Term::text(text, value.from.clone())),
            _ => Ok(self.unknown_from(&[value], "this value", at)),
        }
    }

    /// The parts of a text, stripped, without empty ones.
    fn configuration_list(
        &mut self,
        shape: Shape,
        text: &str,
        made: &Made<'a>,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let between = made.named("separator").map_or(Some(",".into()), |it| it.as_text().cloned());
        let Some(between) = between else {
            return Ok(self.unknown_from(&[value], "this list", at));
        };
        let parts = text.trim().split(between.as_ref()).map(str::trim);
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let converter = made.named("converter").cloned();
        let mut items = Vec::with_capacity(parts.len());
        for part in parts {
            let part = Term::text(part, value.from.clone());
            items.push(match &converter {
                Some(converter) => self.applied(converter, part, at)?,
                None => part,
            });
        }

        Ok(self.made(shape, Sequence { items, rest: None }, value.from.clone()))
    }

    /// Gives the settings of the class that is chosen their values, as the library's importer does.
    pub(in crate::python) fn set_up_configuration(
        &mut self,
        class: &Rc<Class<'a>>,
        at: Spot,
    ) -> Result<(), Raised> {
        self.run_of_class(class, "pre_setup", at)?;
        let names = self.setting_names(class, 0);
        for name in &names {
            let Some(Term { kind: Kind::Made(made), from }) = self.member(class, name) else {
                continue;
            };
            if made.class.starts_with(VALUES) {
                let value = self.configuration_value(&made, name, from.at.unwrap_or(at))?;
                self.give(class, name, value);
            }
        }
        self.run_of_class(class, "setup", at)?;
        let fields = self.scope();
        let object = Term::new(Kind::Instance(Rc::clone(class), fields), From::literal(at));
        for name in &names {
            let Some(Term { kind: Kind::Function(function), .. }) = self.member(class, name) else {
                continue;
            };
            let positional = match function.decorator {
                Decorator::Static => Vec::new(),
                _ => vec![object.clone()],
            };
            let value =
                self.invoke(&function, Arguments { positional, ..Arguments::default() }, at)?;
            self.give(class, name, value);
        }
        self.run_of_class(class, "post_setup", at)
    }

    fn run_of_class(&mut self, class: &Rc<Class<'a>>, name: &str, at: Spot) -> Result<(), Raised> {
        let Some(Term { kind: Kind::Function(function), .. }) = self.member(class, name) else {
            return Ok(());
        };
        let object = Term::new(Kind::Class(Rc::clone(class)), From::literal(at));
        let arguments = Arguments { positional: vec![object], ..Arguments::default() };
        self.invoke(&function, arguments, at).map(|_| ())
    }

    fn give(&mut self, class: &Class<'a>, name: &str, value: Term<'a>) {
        if let Some(scope) = self.heap.scope_mut(class.scope) {
            scope.names.insert(name.into(), value);
        }
    }

    /// The names in capitals of a class and of those that it inherits from.
    fn setting_names(&self, class: &Class<'a>, depth: usize) -> Vec<Rc<str>> {
        const MAX_DEPTH: usize = 16;
        let own = self.heap.scope(class.scope).into_iter().flat_map(|scope| scope.names.keys());
        let mut names: Vec<Rc<str>> =
            own.filter(|name| !name.chars().any(char::is_lowercase)).cloned().collect();
        for base in &class.bases {
            if let Kind::Class(base) = &base.kind
                && depth < MAX_DEPTH
            {
                names.extend(self.setting_names(base, depth + 1));
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// An argument that a value was made with.
fn given<'a>(made: &Made<'a>, position: usize, name: &str) -> Option<Term<'a>> {
    made.named(name).or_else(|| made.positional.get(position)).cloned()
}
