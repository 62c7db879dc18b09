//! django-environ and environs: `env("X")`, `env.bool("X", default=…)`.
//!
//! django-environ casts by the default's type, takes `$NAME` for another variable, and any other word
//! for false; environs knows words of its own and refuses all others.

use std::rc::Rc;

use super::BoolWords;
use crate::python::heap::Sequence;
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::term::{From, Kind, Made, Shape, Spot, Term};

const DJANGO_ENVIRON: BoolWords =
    BoolWords { yes: &["true", "on", "ok", "y", "yes", "1"], no: &[], numbers: true };
const ENVIRONS: BoolWords = BoolWords {
    yes: &["t", "true", "on", "y", "yes", "1"],
    no: &["f", "false", "off", "n", "no", "0"],
    numbers: false,
};

impl<'a> Interpreter<'a> {
    /// A method of an `Env` object.
    pub(super) fn env_method(
        &mut self,
        made: &Rc<Made<'a>>,
        method: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let django = made.class.as_ref() != "environs.Env";
        match method {
            "read_env" => return Ok(self.read_env(django, arguments, at)),
            "seal" => return Ok(Self::none_at(at)),
            "dj_db_url" => return self.url_setting("db", arguments, at),
            "dj_email_url" => return self.url_setting("email", arguments, at),
            "dj_cache_url" => return self.url_setting("cache", arguments, at),
            "db" | "db_url" if django => return self.url_setting("db", arguments, at),
            "cache" | "cache_url" if django => return self.url_setting("cache", arguments, at),
            "email" | "email_url" if django => return self.url_setting("email", arguments, at),
            _ => {}
        }
        let Some(name) = arguments.first().and_then(|name| name.as_text().cloned()) else {
            return Ok(self.foreign(&format!("env.{method}"), arguments, at));
        };
        let prefix = made.named.iter().find(|(known, _)| known.as_ref() == "prefix");
        let prefix = prefix.and_then(|(_, prefix)| prefix.as_text().cloned());
        let name: Rc<str> = match prefix {
            Some(prefix) => format!("{prefix}{name}").into(),
            None => name,
        };
        let scheme = made.named.iter().find(|(known, _)| *known == name).map(|(_, term)| term);
        let (scheme_cast, scheme_default) = match scheme {
            Some(scheme) => self.scheme(scheme, at),
            None => (None, None),
        };
        // `env("X", cast, default)` but `env.bool("X", default)`.
        let position = if method == "__call__" && django { 2 } else { 1 };
        let default = arguments.get(position, "default").cloned().or(scheme_default);
        let default = default
            .filter(|term| !matches!(&term.kind, Kind::Library(name) if name.ends_with("NOTSET")));
        let cast = match method {
            "__call__" => {
                let given = if django { arguments.get(1, "cast") } else { None };
                given.or(scheme_cast.as_ref()).and_then(cast_name)
            }
            other => Some(other.to_owned()),
        };
        let cast = cast.or_else(|| {
            let inferred = default.as_ref().map(|default| type_name(&default.kind));
            inferred.filter(|_| django && method == "__call__").map(str::to_owned)
        });
        let value = match &default {
            Some(default) => self.wished(&name, Some(default.clone()), at),
            None => {
                self.demanded(&name, if django { "ImproperlyConfigured" } else { "EnvError" }, at)?
            }
        };
        let set = self.environment.fact(&name).is_some();
        let value = if django { self.proxied(value, at)? } else { value };
        let is_text = value.alternatives().iter().all(|each| matches!(each.kind, Kind::Text(_)));
        match cast {
            // What is not set is its default as it stands; only a text is cast.
            Some(cast) if is_text && (set || !django) => {
                self.each(&value, |this, each| this.env_cast(&cast, django, each, arguments, at))
            }
            _ => Ok(value),
        }
    }

    /// `(cast, default)` or `cast`, as `Env(X=…)` takes them.
    fn scheme(&mut self, scheme: &Term<'a>, at: Spot) -> (Option<Term<'a>>, Option<Term<'a>>) {
        match &scheme.kind {
            Kind::Sequence(Shape::Tuple, _) => {
                let mut parts = self.iterated(scheme, at).0.into_iter();
                (parts.next(), parts.next())
            }
            _ => (Some(scheme.clone()), None),
        }
    }

    /// django-environ: a value that begins with `$` names another variable.
    fn proxied(&mut self, value: Term<'a>, at: Spot) -> Outcome<'a> {
        let other = value.as_text().and_then(|text| text.strip_prefix('$')).map(str::to_owned);
        match other {
            Some(name) if value.from.written.is_some() => {
                self.demanded(&name, "ImproperlyConfigured", at)
            }
            _ => Ok(value),
        }
    }

    fn env_cast(
        &mut self,
        cast: &str,
        django: bool,
        value: &Term<'a>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let from = value.from.clone();
        let Some(text) = value.as_text() else {
            return Ok(value.clone());
        };
        let refused = || {
            let mut raised = Raised::new("ValueError", "a text is not of the kind asked for");
            raised.variables.clone_from(&from.variables);
            raised
        };
        let kind = match cast {
            "bool" => {
                let words = if django { &DJANGO_ENVIRON } else { &ENVIRONS };
                return self.bool_of(value, words, at);
            }
            "int" => Kind::Int(text.trim().parse().map_err(|_| refused())?),
            "float" | "decimal" => Kind::Float(text.trim().parse().map_err(|_| refused())?),
            "timedelta" => Kind::Duration(text.trim().parse().map_err(|_| refused())?),
            "list" | "tuple" | "set" => {
                let parts = text.split(',').filter(|part| !(django && part.is_empty()));
                let parts: Vec<&str> = if text.is_empty() { Vec::new() } else { parts.collect() };
                let subcast = arguments.named("subcast").and_then(cast_name);
                let mut items = Vec::with_capacity(parts.len());
                for part in parts {
                    let item = Term::text(part, from.clone());
                    items.push(match &subcast {
                        Some(cast) => self.env_cast(cast, django, &item, arguments, at)?,
                        None => item,
                    });
                }
                let shape = if cast == "tuple" { Shape::Tuple } else { Shape::List };
                return Ok(self.made(shape, Sequence { items, rest: None }, from));
            }
            "dict" => return Ok(self.env_dict(text, &from)),
            "json" => {
                let arguments =
                    Arguments { positional: vec![value.clone()], ..Arguments::default() };
                return self.parsed("json.loads", &arguments, at);
            }
            "path" => Kind::Path(Rc::clone(text)),
            "__call__" | "str" | "unicode" | "url" | "bytes" | "get_value" => {
                return Ok(value.clone());
            }
            _ => return Ok(self.opaque(&format!("what `env.{cast}(…)` gives"), at)),
        };
        Ok(Term::new(kind, from))
    }

    /// `a=1,b=2`.
    fn env_dict(&mut self, text: &str, from: &From) -> Term<'a> {
        let mut dict = crate::python::heap::Dict::default();
        for (name, value) in text.split(',').filter_map(|pair| pair.split_once('=')) {
            let value = Term::text(value, from.clone());
            dict.entries.insert(crate::python::heap::Key::Text(name.into()), value);
        }
        let id = self.heap.put(crate::python::heap::Object::Dict(dict));
        Term::new(Kind::Dict(id), from.clone())
    }
}

/// What a cast is called; `[str]` is a list.
fn cast_name(cast: &Term<'_>) -> Option<String> {
    match &cast.kind {
        Kind::Library(name) => Some(name.rsplit('.').next().unwrap_or_default().to_owned()),
        Kind::Sequence(Shape::List, _) => Some("list".to_owned()),
        Kind::Sequence(Shape::Tuple, _) => Some("tuple".to_owned()),
        Kind::Dict(_) => Some("dict".to_owned()),
        Kind::None => None,
        _ => Some("a function of the program".to_owned()),
    }
}

fn type_name(kind: &Kind<'_>) -> &'static str {
    match kind {
        Kind::Bool(_) => "bool",
        Kind::Int(_) => "int",
        Kind::Float(_) => "float",
        Kind::Sequence(Shape::Tuple, _) => "tuple",
        Kind::Sequence(..) => "list",
        Kind::Dict(_) => "dict",
        _ => "str",
    }
}
