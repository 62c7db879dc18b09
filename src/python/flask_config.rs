//! Flask's configuration: what its own loaders take, and what it has by itself (Flask 3.1).

use std::rc::Rc;

use super::heap::{Dict, Id, Key, Object};
use super::interpreter::{Arguments, Interpreter, Raised};
use super::term::{Class, Decorator, From, Kind, Spot, Term};
use crate::fact::Ignorance;

/// Names that every configuration has from the start.
const OWN: &[&str] = &[
    "APPLICATION_ROOT",
    "DEBUG",
    "EXPLAIN_TEMPLATE_LOADING",
    "MAX_CONTENT_LENGTH",
    "MAX_COOKIE_SIZE",
    "MAX_FORM_MEMORY_SIZE",
    "MAX_FORM_PARTS",
    "PERMANENT_SESSION_LIFETIME",
    "PREFERRED_URL_SCHEME",
    "PROPAGATE_EXCEPTIONS",
    "PROVIDE_AUTOMATIC_OPTIONS",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "SEND_FILE_MAX_AGE_DEFAULT",
    "SERVER_NAME",
    "SESSION_COOKIE_DOMAIN",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_PARTITIONED",
    "SESSION_COOKIE_PATH",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_SECURE",
    "SESSION_REFRESH_EACH_REQUEST",
    "TEMPLATES_AUTO_RELOAD",
    "TESTING",
    "TRAP_BAD_REQUEST_ERRORS",
    "TRAP_HTTP_EXCEPTIONS",
    "TRUSTED_HOSTS",
    "USE_X_SENDFILE",
];

/// Attributes of an application that are entries of its configuration.
const ATTRIBUTES: &[(&str, &str)] =
    &[("debug", "DEBUG"), ("secret_key", "SECRET_KEY"), ("testing", "TESTING")];

/// Whether a name is one that a configuration takes over.
pub(super) fn is_capital(name: &str) -> bool {
    name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
}

/// Whether objects of a class have a configuration.
pub(super) fn is_configured(class: &str) -> bool {
    matches!(class, "flask.Flask" | "quart.Quart")
}

/// Whether a class is that of applications, from which programs make classes of their own.
pub(super) fn is_application(class: &str) -> bool {
    is_configured(class) || matches!(class, "fastapi.FastAPI" | "fastapi.applications.FastAPI")
}

impl<'a> Interpreter<'a> {
    /// Whether a dictionary is the configuration of an application, and has this name from the start.
    pub(super) fn has_from_the_start(&self, id: Id, key: &Key) -> bool {
        let Key::Text(name) = key else {
            return false;
        };
        OWN.contains(&name.as_ref())
            && self.objects.iter().any(|(class, fields)| {
                is_configured(class)
                    && self.heap.scope(*fields).and_then(|it| it.names.get("config")).is_some_and(
                        |config| matches!(config.kind, Kind::Dict(known) if known == id),
                    )
            })
    }

    fn are_of_application(&self, fields: Id) -> bool {
        self.objects.iter().any(|(class, known)| *known == fields && is_configured(class))
    }

    /// Sets the entry that an attribute of an application stands for.
    pub(super) fn set_application_attribute(&mut self, fields: Id, name: &str, value: &Term<'a>) {
        let Some((_, entry)) = ATTRIBUTES.iter().find(|(attribute, _)| *attribute == name) else {
            return;
        };
        let config = self.heap.scope(fields).and_then(|it| it.names.get("config"));
        if let Some(Term { kind: Kind::Dict(config), .. }) = config
            && self.are_of_application(fields)
        {
            self.heap.change_dict(*config, &mut |dict| dict.put(entry, value.clone()));
        }
    }

    /// What an attribute of an application is, if it stands for an entry that was set.
    pub(super) fn application_attribute(&self, fields: Id, name: &str) -> Option<Term<'a>> {
        let (_, entry) = ATTRIBUTES.iter().find(|(attribute, _)| *attribute == name)?;
        let config = self.heap.scope(fields)?.names.get("config")?;
        if self.are_of_application(fields) { self.entry_of(config, entry) } else { None }
    }

    /// `from_mapping(entries, NAME=…)`: the names in capitals.
    pub(super) fn take_mapping(&mut self, config: Id, arguments: &Arguments<'a>, at: Spot) {
        let mut dict = Dict::default();
        if let Some(source) = arguments.first() {
            self.merge_entries(&mut dict, source, at);
        }
        for (name, term) in &arguments.named {
            dict.put(name, term.clone());
        }
        dict.entries.retain(|key, _| matches!(key, Key::Text(name) if is_capital(name)));
        dict.rest = dict.rest.or_else(|| arguments.rest.clone());
        let taken = Kind::Dict(self.heap.put(Object::Dict(dict)));
        self.update(config, &Term::new(taken, From::literal(at)), at);
    }

    /// Variables that begin with a prefix; their values are JSON where they can be, else texts, and `__`
    /// leads into dictionaries.
    pub(super) fn take_prefixed(&mut self, config: Id, arguments: &Arguments<'a>, at: Spot) {
        let prefix = arguments.get(0, "prefix").and_then(|it| it.as_text().cloned());
        let start = format!("{}_", prefix.as_deref().unwrap_or("FLASK"));
        let loads = arguments.named("loads").map(|loads| loads.kind.clone());
        let names: Vec<String> = self.variable_names().into_iter().collect();
        for name in names {
            let Some(key) = name.strip_prefix(&start) else {
                continue;
            };
            let value = self.wished(&name, None, at);
            let given = Arguments { positional: vec![value.clone()], ..Arguments::default() };
            let value = match &loads {
                Some(Kind::Library(name)) if name.as_ref() == "str" => value,
                Some(_) => self.unknown_from(&[&value], "what this text becomes", at),
                None => match self.document("json.loads", &given, at) {
                    Ok(parsed) if !matches!(parsed.kind, Kind::Unknown(_)) => parsed,
                    _ => value,
                },
            };
            self.put_deep(config, key, &value, at);
        }
        if !self.environment.is_whole() {
            let why = Ignorance::new(format!("`{start}…` may be given at deploy time"))
                .settled_by("give `--env-file`");
            self.heap.change_dict(config, &mut |dict| {
                dict.rest.get_or_insert_with(|| Rc::new(why.clone()));
            });
        }
    }

    fn put_deep(&mut self, config: Id, key: &str, value: &Term<'a>, at: Spot) {
        let mut dict = config;
        let mut parts = key.split("__").peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                self.heap.change_dict(dict, &mut |dict| dict.put(part, value.clone()));
                return;
            }
            let here = Term::new(Kind::Dict(dict), From::literal(at));
            dict = match self.entry_of(&here, part).map(|term| term.kind) {
                Some(Kind::Dict(inner)) => inner,
                _ => {
                    let inner = self.heap.put(Object::Dict(Dict::default()));
                    let term = Term::new(Kind::Dict(inner), value.from.clone());
                    self.heap.change_dict(dict, &mut |dict| dict.put(part, term.clone()));
                    inner
                }
            };
        }
    }

    /// `from_envvar(name, silent)`: the file that a variable names.
    pub(super) fn take_named_file(
        &mut self,
        config: Id,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Result<(), Raised> {
        let name = arguments.get(0, "variable_name").and_then(|name| name.as_text().cloned());
        let silent = arguments.get(1, "silent").is_some_and(|it| self.truth(it) == Some(true));
        let value = name.map(|name| self.wished(&name, None, at));
        match value.as_ref().map(|value| &value.kind) {
            Some(Kind::Text(file)) if !file.is_empty() => {
                let file = Rc::clone(file);
                self.take_file(config, &file, arguments, at)
            }
            Some(Kind::Text(_) | Kind::None) if silent => Ok(()),
            Some(Kind::Text(_) | Kind::None) => {
                Err(Raised::new("RuntimeError", "the variable that names a file is not set"))
            }
            _ => {
                let why = "a file is read that is named at deploy time";
                self.leave_config_open(config, &Rc::new(Ignorance::new(why)));
                Ok(())
            }
        }
    }

    /// What the properties of a class give for one of its objects.
    pub(super) fn properties_in_capitals(
        &mut self,
        object: &Term<'a>,
        class: &Class<'a>,
        at: Spot,
    ) -> Result<Vec<(Key, Term<'a>)>, Raised> {
        let mut all = Vec::new();
        for (key, term) in self.capitals_of_class(class, 0) {
            if let Kind::Function(function) = &term.kind
                && function.decorator == Decorator::Property
            {
                let arguments =
                    Arguments { positional: vec![object.clone()], ..Arguments::default() };
                all.push((key, self.invoke(function, arguments, at)?));
            }
        }
        Ok(all)
    }
}
