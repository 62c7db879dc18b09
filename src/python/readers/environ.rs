//! django-environ: `env("X")`, `env.bool("X", default=…)` (version 0.14, read November 2026).
//!
//! It casts by the default's type, takes `$NAME` for another variable, and any word that it does not know
//! for false; a default stands as it is.

use std::rc::Rc;

use super::BoolWords;
use crate::python::heap::{Dict, Object, Sequence};
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::paths;
use crate::python::term::{From, Kind, Made, Shape, Spot, Term};

const WORDS: BoolWords =
    BoolWords { yes: &["true", "on", "ok", "y", "yes", "1"], no: &[], numbers: true };

/// What a variable is asked for.
struct Asked<'a> {
    name: String,
    cast: Option<Term<'a>>,
    default: Option<Term<'a>>,
}

impl<'a> Interpreter<'a> {
    /// A method of an `Env` object.
    pub(super) fn environ_method(
        &mut self,
        made: &Rc<Made<'a>>,
        method: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let usual = match method {
            "read_env" => return Ok(self.read_env(true, arguments, at)),
            "db_url_config" => return self.environ_address("db", arguments, at),
            "cache_url_config" => return self.environ_address("cache", arguments, at),
            "email_url_config" => return self.environ_address("email", arguments, at),
            "db" | "db_url" => Some("DATABASE_URL"),
            "cache" | "cache_url" => Some("CACHE_URL"),
            "email" | "email_url" => Some("EMAIL_URL"),
            _ => None,
        };
        let name = arguments.get(0, "var").cloned();
        let name = name.or_else(|| usual.map(|usual| Term::text(usual, From::literal(at))));
        let Some(name) = name else {
            return Ok(self.foreign(&format!("env.{method}"), arguments, at));
        };
        self.each(&name, |this, name| {
            let Some(name) = name.as_text().cloned() else {
                return Ok(this.unknown_from(&[name], "this variable", at));
            };
            this.environ_named(made, method, &name, arguments, at)
        })
    }

    /// `Env.db_url_config(address)`: of the address itself.
    fn environ_address(&mut self, what: &str, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        match arguments.positional.as_slice() {
            [address] if arguments.named.is_empty() => {
                let address = address.clone();
                self.environ_url(what, &address, &Arguments::default(), at)
            }
            _ => Ok(self.foreign(&format!("env.{what}_url_config"), arguments, at)),
        }
    }

    fn environ_named(
        &mut self,
        made: &Rc<Made<'a>>,
        method: &str,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let library = |name: &str| Some(Term::new(Kind::Library(name.into()), From::literal(at)));
        let given = |position: usize, name: &str| {
            let term = arguments.get(position, name);
            term.filter(|term| !matches!(term.kind, Kind::None)).cloned()
        };
        let (cast, position) = match method {
            "__call__" | "get_value" => (given(1, "cast"), 2),
            "list" | "tuple" => {
                let inner = given(1, "cast").filter(|cast| self.truth(cast) != Some(false));
                let shape = if method == "list" { Shape::List } else { Shape::Tuple };
                let cast = match inner {
                    Some(inner) => {
                        let sequence = Sequence { items: vec![inner], rest: None };
                        Some(self.made(shape, sequence, From::literal(at)))
                    }
                    None => library(method),
                };
                (cast, 2)
            }
            "dict" => (given(1, "cast").or_else(|| library("dict")), 2),
            "bool" | "int" | "float" | "str" => (library(method), 1),
            "bytes" => (library("str"), 1),
            "json" => (library("json.loads"), 1),
            "url" => (library("urllib.parse.urlparse"), 1),
            "path" | "db" | "db_url" | "cache" | "cache_url" | "email" | "email_url" => (None, 1),
            "search_url" | "channels_url" | "channels" => {
                return Ok(self.foreign(&format!("env.{method}"), arguments, at));
            }
            _ => return Err(Raised::new("AttributeError", "`env` has no such method")),
        };
        let unset =
            |term: &Term<'a>| matches!(&term.kind, Kind::Library(name) if name.ends_with("NOTSET"));
        let default = arguments.get(position, "default").filter(|term| !unset(term)).cloned();
        let prefix = self.field_of(made, "prefix");
        let prefix = prefix.as_ref().and_then(|it| it.as_text()).map_or("", |it| it);
        let asked = Asked { name: format!("{prefix}{name}"), cast, default };
        let value = self.environ_value(made, asked, method == "url", 0, at)?;
        match method {
            "db" | "db_url" => self.environ_url("db", &value, arguments, at),
            "cache" | "cache_url" => self.environ_url("cache", &value, arguments, at),
            "email" | "email_url" => self.environ_url("email", &value, arguments, at),
            "path" => self.each(&value, |_, value| {
                let kind = value.as_text().map(|text| Kind::Path(paths::normal(text).into()));
                Ok(Term::new(kind.unwrap_or_else(|| value.kind.clone()), value.from.clone()))
            }),
            "str"
                if arguments
                    .get(2, "multiline")
                    .is_some_and(|it| self.truth(it) != Some(false)) =>
            {
                self.each(&value, |_, value| {
                    let text =
                        value.as_text().map(|it| it.replace("\\r\\n", "\n").replace("\\n", "\n"));
                    Ok(text.map_or_else(|| value.clone(), |it| Term::text(it, value.from.clone())))
                })
            }
            _ => Ok(value),
        }
    }

    /// A field that the program gave an object.
    pub(super) fn field_of(&self, made: &Made<'a>, name: &str) -> Option<Term<'a>> {
        self.heap.scope(made.fields).and_then(|scope| scope.names.get(name)).cloned()
    }

    /// `get_value(…)`.
    fn environ_value(
        &mut self,
        made: &Rc<Made<'a>>,
        mut asked: Asked<'a>,
        parse_default: bool,
        depth: usize,
        at: Spot,
    ) -> Outcome<'a> {
        const MAX_DEPTH: usize = 8;
        if let Some(scheme) = made.named(&asked.name).cloned() {
            let (cast, default) = self.scheme(&scheme, at);
            asked.cast = asked.cast.or(cast);
            asked.default = asked.default.or(default);
        }
        let Asked { name, cast, default } = asked;
        let from_file = self.file_of_variable(made, &name, at);
        let value = match (from_file, &default) {
            (Some(value), _) => value,
            (None, Some(default)) => self.wished(&name, Some(default.clone()), at),
            (None, None) => self.demanded(&name, "ImproperlyConfigured", at)?,
        };
        let is_default = self.variable_fact(&name).is_none();
        let off = |this: &Self, field: &str| {
            this.field_of(made, field).is_some_and(|term| this.truth(&term) == Some(false))
        };
        let unescapes =
            self.field_of(made, "escape_proxy").is_some_and(|it| self.truth(&it) == Some(true));
        let smart = !off(self, "smart_cast");
        self.each(&value, |this, value| {
            let mut value = value.clone();
            let mut same = is_default;
            if let Some(other) = value.as_text().and_then(|text| text.strip_prefix('$'))
                && depth < MAX_DEPTH
            {
                let name = other.trim_start_matches('$').to_owned();
                let asked = Asked { name, cast: cast.clone(), default: default.clone() };
                value = this.environ_value(made, asked, parse_default, depth + 1, at)?;
                same = false;
            }
            if let (true, Some(text)) = (unescapes, value.as_text()) {
                value = Term::text(text.replace("\\$", "$"), value.from.clone());
            }
            let by_default = default.as_ref().filter(|_| smart);
            let cast = cast.clone().or_else(|| {
                let name = type_name(&by_default?.kind)?;
                Some(Term::new(Kind::Library(name.into()), From::literal(at)))
            });
            let none = default.as_ref().is_some_and(|it| matches!(it.kind, Kind::None));
            if none && value.as_text().is_some_and(|text| text.is_empty()) {
                return Ok(Term::new(Kind::None, value.from));
            }
            // A text that is the default itself is not cast either.
            same |= default.as_ref().is_some_and(|it| this.equal(it, &value) == Some(true));
            match cast {
                Some(cast) if !same || (parse_default && !matches!(value.kind, Kind::None)) => {
                    this.environ_cast(&cast, &value, at)
                }
                _ => Ok(value),
            }
        })
    }

    /// `FileAwareEnv`: what the file says that `NAME_FILE` names.
    pub(super) fn file_of_variable(
        &mut self,
        made: &Made<'a>,
        name: &str,
        at: Spot,
    ) -> Option<Term<'a>> {
        if !made.class.ends_with("FileAwareEnv") {
            return None;
        }
        let variable = format!("{name}_FILE");
        self.variable_fact(&variable)?;
        let path = self.wished(&variable, None, at);
        path.as_text().filter(|path| !path.is_empty())?;
        let file = self.named_file(&path);
        let text = file
            .filter(|file| self.library.project().has(file))
            .and_then(|file| self.library.project().read(&file).ok().map(str::to_owned));
        Some(match text {
            Some(text) => Term::text(text, path.from),
            None => self.unknown_from(&[&path], "what this file says", at),
        })
    }

    /// `(cast, default)` or `cast`, as `Env(X=…)` takes them.
    fn scheme(&mut self, scheme: &Term<'a>, at: Spot) -> (Option<Term<'a>>, Option<Term<'a>>) {
        if let Kind::Sequence(..) = &scheme.kind {
            let items = self.iterated(scheme, at).0;
            if let [cast, default] = items.as_slice() {
                return (Some(cast.clone()), Some(default.clone()));
            }
        }
        (Some(scheme.clone()), None)
    }

    /// `parse_value(value, cast)`.
    fn environ_cast(&mut self, cast: &Term<'a>, value: &Term<'a>, at: Spot) -> Outcome<'a> {
        let from = value.from.clone();
        let name = match &cast.kind {
            Kind::Library(name) => name.as_ref(),
            _ => "",
        };
        if name == "bool" {
            return self.bool_of(value, &WORDS, at);
        }
        let Some(text) = value.as_text().cloned() else {
            return Ok(match value.kind {
                Kind::Unknown(_) | Kind::Unset(_) => value.clone(),
                _ => self.unknown_from(&[value], "this cast", at),
            });
        };
        let strings = |parts: Vec<&str>| -> Vec<Term<'a>> {
            let parts = parts.into_iter().filter(|part| !part.is_empty());
            parts.map(|part| Term::text(part, from.clone())).collect()
        };
        let in_brackets = || text.trim_matches('(').trim_matches(')').split(',').collect();
        match (&cast.kind, name) {
            (Kind::Sequence(shape, _), _) => {
                let inner = self.iterated(cast, at).0.into_iter().next();
                let parts = match shape {
                    Shape::Tuple => in_brackets(),
                    _ => text.split(',').collect(),
                };
                let mut items = Vec::new();
                for part in strings(parts) {
                    items.push(match &inner {
                        Some(inner) => self.applied(inner, part, at)?,
                        None => part,
                    });
                }
                Ok(self.made(*shape, Sequence { items, rest: None }, from))
            }
            (Kind::Dict(_), _) => self.environ_dict(cast, &text, &from, at),
            (_, "list") => {
                let items = strings(text.split(',').collect());
                Ok(self.made(Shape::List, Sequence { items, rest: None }, from))
            }
            (_, "tuple") => {
                let items = strings(in_brackets());
                Ok(self.made(Shape::Tuple, Sequence { items, rest: None }, from))
            }
            (_, "dict") => {
                let mut dict = Dict::default();
                for pair in text.split(',').filter(|pair| !pair.is_empty()) {
                    let (name, value) = pair.split_once('=').ok_or_else(|| refused(value))?;
                    dict.put(name, Term::text(value, from.clone()));
                }
                Ok(Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), from))
            }
            (_, "float") => match loose_float(&text) {
                Some(float) => Ok(Term::new(Kind::Float(float), from)),
                None => Err(refused(value)),
            },
            _ => self.applied(cast, value.clone(), at),
        }
    }

    /// `a=1;b=2`, with casts of keys, of values, and of the value of each key.
    fn environ_dict(&mut self, cast: &Term<'a>, text: &str, from: &From, at: Spot) -> Outcome<'a> {
        let [key_cast, value_cast, by_key] =
            ["key", "value", "cast"].map(|name| self.entry_of(cast, name));
        if key_cast
            .is_some_and(|it| !matches!(&it.kind, Kind::Library(name) if name.as_ref() == "str"))
        {
            return Ok(self.opaque("what these casts make", at));
        }
        let mut dict = Dict::default();
        for pair in text.split(';').filter(|pair| !pair.is_empty()) {
            let parts: Vec<&str> = pair.split('=').collect();
            let name = parts.first().copied().unwrap_or_default();
            let Some(value) = parts.get(1) else {
                return Err(Raised::new("IndexError", "a text is no list of names and values"));
            };
            let value = Term::text(value, from.clone());
            let own = by_key.as_ref().and_then(|casts| self.entry_of(casts, name));
            let value = match own.or_else(|| value_cast.clone()) {
                Some(cast) => self.environ_cast(&cast, &value, at)?,
                None => value,
            };
            dict.put(name, value);
        }
        Ok(Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), from.clone()))
    }
}

fn refused(value: &Term<'_>) -> Raised {
    let mut raised = Raised::new("ValueError", "a text is not of the kind asked for");
    raised.variables.clone_from(&value.from.variables);
    raised
}

/// A number with points or commas between its thousands.
fn loose_float(text: &str) -> Option<f64> {
    let kept: String =
        text.chars().filter(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '-')).collect();
    match kept.rsplit_once([',', '.']) {
        Some((whole, part)) => format!("{}.{part}", whole.replace([',', '.'], "")).parse().ok(),
        None => kept.parse().ok(),
    }
}

/// The type of a default; none if it is nothing, or of a kind that is not known here.
fn type_name(kind: &Kind<'_>) -> Option<&'static str> {
    Some(match kind {
        Kind::Bool(_) => "bool",
        Kind::Int(_) => "int",
        Kind::Float(_) => "float",
        Kind::Text(_) => "str",
        Kind::Path(_) => "pathlib.Path",
        Kind::Sequence(Shape::Tuple, _) => "tuple",
        Kind::Sequence(Shape::Set, _) => "set",
        Kind::Sequence(..) => "list",
        Kind::Dict(_) => "dict",
        _ => return None,
    })
}
