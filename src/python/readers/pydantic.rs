//! Classes whose fields are read from the environment: pydantic's `BaseSettings`, of releases 1 and 2.
//!
//! What is passed wins over the environment, the environment over the class's file, and all over the
//! default. Names are found in capitals or not; what a file says does not become a part of the environment.

use std::rc::Rc;

use super::Variables;
use super::env_file::Loading;
use super::field_types::FieldType;
use super::fields::{Field, fields_of};
use crate::grammar::dotenv::Reader;
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::term::{Class, From, Kind, Made, Spot, Term};

/// Whether the fields of classes that inherit from this are read from the environment.
pub(in crate::python) fn reads_fields(base: &str) -> bool {
    base.ends_with(".BaseSettings")
}

/// How the class reads.
pub(super) struct Reading<'a> {
    /// Whether it is pydantic 1.
    pub(super) first: bool,
    prefix: String,
    sensitive: bool,
    ignores_empty: bool,
    delimiter: Option<String>,
    file: Variables,
    pub(super) class: Rc<Class<'a>>,
}

impl<'a> Interpreter<'a> {
    /// An object of a class of settings: each field from the environment, else its default.
    pub(in crate::python) fn settings_object(
        &mut self,
        class: &Rc<Class<'a>>,
        base: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let own_sources = ["settings_customise_sources", "customise_sources"];
        let config = self.member(class, "Config").map(|term| term.kind);
        let in_config = |name: &str| match &config {
            Some(Kind::Class(config)) => self.member(config, name).is_some(),
            _ => false,
        };
        let customised =
            own_sources.iter().any(|it| self.member(class, it).is_some() || in_config(it))
                || self.settings_option(class, "secrets_dir").is_some();
        let reading = self.reading(class, base, arguments);
        let fields = self.scope();
        let object = Term::new(Kind::Instance(Rc::clone(class), fields), From::literal(at));
        let all = fields_of(class, reading.first);
        self.refuse_undeclared(&reading, &all)?;
        for field in all {
            let given = arguments.named(field.name).cloned();
            let value = match (given, &arguments.rest) {
                (Some(given), _) => given,
                (None, Some(why)) => Term::unknown(why.as_ref().clone(), at),
                (None, None) if customised => {
                    self.opaque(&format!("where `{}` is read", field.name), at)
                }
                (None, None) => self.field_value(&reading, &field, &reading.prefix, None, at, 0)?,
            };
            if let Some(scope) = self.heap.scope_mut(fields) {
                scope.names.insert(field.name.into(), value);
            }
        }
        self.validate_whole(&object, class, at)?;
        Ok(object)
    }

    pub(super) fn reading(
        &mut self,
        class: &Rc<Class<'a>>,
        base: &str,
        arguments: &Arguments<'a>,
    ) -> Reading<'a> {
        let text =
            |term: Option<Term<'a>>| term.and_then(|it| it.as_text().map(ToString::to_string));
        let on = |this: &Self, name: &str| {
            this.settings_option(class, name).is_some_and(|it| this.truth(&it) == Some(true))
        };
        let prefix = arguments.named("_env_prefix").cloned();
        let prefix = prefix.or_else(|| self.settings_option(class, "env_prefix"));
        let files = arguments.named("_env_file").cloned();
        let files = files.or_else(|| self.settings_option(class, "env_file"));
        let mut file = Vec::new();
        for path in files.map(|files| self.paths_of(&files)).unwrap_or_default() {
            if let Some(path) = self.named_file(&path) {
                file.extend(self.file_variables(&path, Loading::by(Reader::PythonDotenv)));
            }
        }
        Reading {
            first: !base.starts_with("pydantic_settings."),
            prefix: text(prefix).unwrap_or_default(),
            sensitive: on(self, "case_sensitive"),
            ignores_empty: on(self, "env_ignore_empty"),
            delimiter: text(self.settings_option(class, "env_nested_delimiter")),
            file: file.into(),
            class: Rc::clone(class),
        }
    }

    fn paths_of(&mut self, files: &Term<'a>) -> Vec<Term<'a>> {
        match (&files.kind, files.from.at) {
            (Kind::Sequence(..), Some(at)) => self.iterated(files, at).0,
            (Kind::None, _) => Vec::new(),
            _ => vec![files.clone()],
        }
    }

    /// The value of a field whose variable begins with `prefix`; `outer` is what the object around it has.
    fn field_value(
        &mut self,
        reading: &Reading<'a>,
        field: &Field<'a>,
        prefix: &str,
        outer: Option<Term<'a>>,
        at: Spot,
        depth: usize,
    ) -> Outcome<'a> {
        const MAX_DEPTH: usize = 4;
        let written = self.heap.scope(field.scope).and_then(|it| it.names.get(field.name)).cloned();
        let options = self.options_of(field);
        let default = match &written {
            Some(term) if field_options(term).is_some() => None,
            other => other.clone(),
        };
        let default = match (outer, default, &options) {
            (Some(outer), ..) => Some(outer),
            (None, Some(default), _) => Some(default),
            (None, None, Some(options)) => self.field_default(options, at)?,
            (None, None, None) => None,
        };
        let kind = match (field.annotation, default.as_ref().map(|term| &term.kind)) {
            (Some(annotation), _) => FieldType::of(annotation),
            (None, Some(Kind::Bool(_))) => FieldType::Bool,
            (None, Some(Kind::Int(_))) => FieldType::Int,
            (None, Some(Kind::Float(_))) => FieldType::Float,
            (None, Some(Kind::Text(_))) => FieldType::Text,
            _ => FieldType::Other,
        };
        if let (Some(Kind::Class(model)), Some(delimiter)) =
            (field.class().map(|it| &it.kind), &reading.delimiter)
            && Self::foreign_base(model).is_some_and(|base| base.ends_with(".BaseModel"))
            && depth < MAX_DEPTH
        {
            let prefix = format!("{prefix}{}{delimiter}", field.name);
            return self.nested(
                reading,
                &Rc::clone(model),
                &prefix,
                default.as_ref(),
                at,
                depth + 1,
            );
        }
        let names = self.variables_of(reading, field, options.as_deref(), prefix);
        let at = default.as_ref().and_then(|default| default.from.at).unwrap_or(at);
        let (value, is_default) = self.read_field(reading, &names, default, at)?;
        let converted = |this: &mut Self, value: &Term<'a>| {
            let is_read = !is_default && !field.is_raw();
            let value = if is_read { this.decoded_field(&kind, value, at)? } else { value.clone() };
            let value = this.validate_before(reading, field, &value, is_default, at)?;
            let value = if is_default && kind != FieldType::Concealed {
                value
            } else {
                this.converted_field(&kind, field.class(), &value, at)?
            };
            match options.as_deref().filter(|_| !is_default) {
                Some(options) => this.constrained(options, value, at),
                None => Ok(value),
            }
        };
        let value = self.each(&value, converted)?;
        if is_default && reading.first {
            return Ok(value);
        }
        self.each(&value, |this, value| this.validate_after(reading, field, value, at))
    }

    /// The object of a model whose fields have variables of their own.
    fn nested(
        &mut self,
        reading: &Reading<'a>,
        model: &Rc<Class<'a>>,
        prefix: &str,
        default: Option<&Term<'a>>,
        at: Spot,
        depth: usize,
    ) -> Outcome<'a> {
        let before = match default.map(|term| &term.kind) {
            Some(Kind::Instance(_, fields)) => self.heap.scope(*fields).cloned(),
            None => None,
            Some(_) => return Ok(self.opaque("what this model holds", at)),
        };
        let fields = self.scope();
        for field in fields_of(model, reading.first) {
            let outer = before.as_ref().and_then(|before| before.names.get(field.name)).cloned();
            let value = self.field_value(reading, &field, prefix, outer, at, depth)?;
            if let Some(scope) = self.heap.scope_mut(fields) {
                scope.names.insert(field.name.into(), value);
            }
        }
        Ok(Term::new(Kind::Instance(Rc::clone(model), fields), From::literal(at)))
    }

    /// Release 2 refuses what a file sets and no field is for, unless it is told to ignore it.
    fn refuse_undeclared(&self, reading: &Reading<'a>, fields: &[Field<'a>]) -> Result<(), Raised> {
        let extra = self.settings_option(&reading.class, "extra");
        let forbids =
            extra.is_none_or(|extra| extra.as_text().is_some_and(|it| it.as_ref() == "forbid"));
        if reading.first || !forbids || !reading.prefix.is_empty() || reading.delimiter.is_some() {
            return Ok(());
        }
        let declared: Vec<String> = fields
            .iter()
            .flat_map(|field| {
                let options = self.options_of(field);
                let own = field.name.to_uppercase();
                self.variables_of(reading, field, options.as_deref(), "").into_iter().chain([own])
            })
            .map(|name| name.to_uppercase())
            .collect();
        let undeclared =
            reading.file.iter().any(|(name, _)| !declared.contains(&name.to_uppercase()));
        if undeclared {
            let why = "a file sets a variable that no field of the settings is for";
            return Err(Raised::new("ValidationError", why));
        }
        Ok(())
    }

    pub(super) fn options_of(&self, field: &Field<'a>) -> Option<Rc<Made<'a>>> {
        let written = self.heap.scope(field.scope).and_then(|it| it.names.get(field.name));
        written.into_iter().chain(&field.found).find_map(field_options)
    }

    /// The names of the variables of a field, the first that is set counts.
    fn variables_of(
        &self,
        reading: &Reading<'a>,
        field: &Field<'a>,
        options: Option<&Made<'a>>,
        prefix: &str,
    ) -> Vec<String> {
        let mut names = Vec::new();
        let mut add = |term: &Term<'a>| match &term.kind {
            Kind::Text(text) => names.push(text.to_string()),
            Kind::Made(choices) if choices.class.ends_with("AliasChoices") => {
                names.extend(
                    choices.positional.iter().filter_map(Term::as_text).map(ToString::to_string),
                );
            }
            Kind::Sequence(_, id) => {
                let items = self.heap.sequence(*id).map(|it| it.items.as_slice());
                let items = items.unwrap_or_default().iter().filter_map(Term::as_text);
                names.extend(items.map(ToString::to_string));
            }
            _ => {}
        };
        let by_option = |options: &Made<'a>| {
            let names: &[&str] =
                if reading.first { &["env"] } else { &["validation_alias", "alias"] };
            names.iter().find_map(|name| options.named(name)).cloned()
        };
        let in_config = || {
            let fields = self.settings_option(&reading.class, "fields")?;
            let own = self.entry_of(&fields, field.name)?;
            if matches!(own.kind, Kind::Text(_)) { Some(own) } else { self.entry_of(&own, "env") }
        };
        let given = options.and_then(by_option);
        if let Some(term) = given.or_else(|| in_config().filter(|_| reading.first)) {
            add(&term);
        }
        if names.is_empty() {
            names.push(format!("{prefix}{}", field.name));
        }
        names.into_iter().map(|name| self.spelled(reading, name)).collect()
    }

    /// The name as it is spelled where it is set; in capitals where nobody sets it.
    fn spelled(&self, reading: &Reading<'a>, name: String) -> String {
        if reading.sensitive {
            return name;
        }
        let upper = name.to_uppercase();
        if self.variable_fact(&upper).is_some() {
            return upper;
        }
        let mut known = self.variable_names().into_iter();
        known.find(|known| known.to_uppercase() == upper).unwrap_or(upper)
    }

    /// The value that a field has before it is converted, and whether it is the default.
    fn read_field(
        &mut self,
        reading: &Reading<'a>,
        names: &[String],
        default: Option<Term<'a>>,
        at: Spot,
    ) -> Result<(Term<'a>, bool), Raised> {
        let same = |one: &str, other: &str| {
            if reading.sensitive {
                one == other
            } else {
                one.to_uppercase() == other.to_uppercase()
            }
        };
        let counts = |text: Option<&str>| !(reading.ignores_empty && text == Some(""));
        let set = names
            .iter()
            .find(|name| self.variable_fact(name).is_some_and(|fact| counts(fact.value.text())));
        let in_file = || {
            names.iter().find_map(|name| {
                let mut lines = reading.file.iter().rev();
                lines.find(|(known, fact)| same(known, name) && counts(fact.value.text()))
            })
        };
        if let Some(name) = set.cloned() {
            return Ok((self.wished(&name, default, at), false));
        }
        if let Some((name, fact)) = in_file().cloned() {
            return Ok((
                self.looked_up(&name, Some(&fact), default, "ValidationError", at)?,
                false,
            ));
        }
        let first = names.first().cloned().unwrap_or_default();
        match default {
            // An empty variable counts as none.
            Some(default) if self.variable_fact(&first).is_some() => Ok((default, true)),
            Some(default) => Ok((self.wished(&first, Some(default), at), true)),
            None => Ok((self.demanded(&first, "ValidationError", at)?, false)),
        }
    }

    /// `default=…`, the first argument, or what `default_factory=…` gives.
    pub(super) fn field_default(
        &mut self,
        options: &Made<'a>,
        at: Spot,
    ) -> Result<Option<Term<'a>>, Raised> {
        if let Some(factory) = options.named("default_factory").cloned() {
            return self.apply(&factory, Arguments::default(), at).map(Some);
        }
        let given = options.named("default").or_else(|| options.positional.first());
        let demanded = |term: &&Term<'a>| {
            matches!(&term.kind, Kind::Library(name) if name.as_ref() == "Ellipsis"
                || name.ends_with("Undefined"))
        };
        Ok(given.filter(|term| !demanded(term)).cloned())
    }

    /// An option of `model_config` or of the inner class `Config`.
    pub(super) fn settings_option(&self, class: &Class<'a>, name: &str) -> Option<Term<'a>> {
        let own = match self.member(class, "model_config").map(|term| term.kind) {
            Some(Kind::Made(made)) => made.named(name).cloned(),
            Some(Kind::Dict(id)) => {
                self.entry_of(&Term::new(Kind::Dict(id), From::nowhere()), name)
            }
            _ => None,
        };
        own.or_else(|| match self.member(class, "Config").map(|term| term.kind) {
            Some(Kind::Class(config)) => self.member(&config, name),
            _ => None,
        })
    }
}

/// `Field(…)`, if a value is one.
pub(super) fn field_options<'a>(term: &Term<'a>) -> Option<Rc<Made<'a>>> {
    match &term.kind {
        Kind::Made(made) if made.class.ends_with("Field") => Some(Rc::clone(made)),
        _ => None,
    }
}
