//! What programs ask of dynaconf's settings: `settings.NAME`, `settings["name"]`, `settings.get("DB.host")`.

use std::rc::Rc;

use super::dynaconf::{BOX, is_of_library, variable_of};
use super::dynaconf_layers::{folded, is_setting};
use crate::python::heap::{Dict, Id, Key, Object};
use crate::python::interpreter::{Arguments, Interpreter, Outcome};
use crate::python::term::{From, Kind, Made, Spot, Term};

/// The names that are methods, unless a setting has them.
const METHODS: &[&str] = &[
    "as_bool",
    "as_dict",
    "as_float",
    "as_int",
    "as_json",
    "clean",
    "configure",
    "current_env",
    "dynaconf",
    "environ",
    "exists",
    "find_file",
    "from_env",
    "get",
    "get_environ",
    "get_fresh",
    "init_app",
    "is_overridden",
    "items",
    "keys",
    "load_file",
    "path_for",
    "populate_obj",
    "reload",
    "set",
    "setdefault",
    "setenv",
    "store",
    "to_dict",
    "unset",
    "update",
    "using_env",
    "validators",
    "values",
];

impl<'a> Interpreter<'a> {
    /// `settings.NAME`, in capitals or not; none if it is a method.
    pub(in crate::python) fn dynaconf_attribute(
        &mut self,
        made: &Made<'a>,
        name: &str,
        error: &str,
        at: Spot,
    ) -> Option<Outcome<'a>> {
        let upper = name.to_uppercase();
        let scope = self.heap.scope(made.fields)?;
        if let Some(term) = scope.names.get(upper.as_str()) {
            return Some(Ok(term.clone()));
        }
        if METHODS.contains(&name) {
            return None;
        }
        Some(match scope.rest.clone() {
            _ if is_of_library(&upper) => Ok(self.opaque("an option of dynaconf", at)),
            Some(why) => Ok(Term::unknown(why.as_ref().clone(), at)),
            None => self.demanded(&variable_of(made, &upper), error, at),
        })
    }

    /// Whether such settings have a name; none if it may be given at deploy time.
    pub(in crate::python) fn has_setting(&self, made: &Made<'a>, name: &str) -> Option<bool> {
        let upper = name.to_uppercase();
        let names = &self.heap.scope(made.fields)?.names;
        names.contains_key(upper.as_str()).then_some(true)
    }

    /// An entry of a dictionary among such settings, as an attribute.
    pub(in crate::python) fn box_attribute(&self, dict: Id, name: &str) -> Option<Term<'a>> {
        let is_box = self.objects.iter().any(|(class, id)| *id == dict && class.as_ref() == BOX);
        let entries = &self.heap.dict(dict).filter(|_| is_box)?.entries;
        let exact = entries.get(&Key::Text(name.into()));
        exact.or_else(|| folded(entries, name).and_then(|key| entries.get(key))).cloned()
    }

    /// A method of such settings.
    pub(super) fn dynaconf_method(
        &mut self,
        made: &Rc<Made<'a>>,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let key = arguments.get(0, "key").and_then(Term::as_text).cloned();
        match (name, key) {
            ("init_app", _) => {
                if let Some(app) = arguments.first().cloned() {
                    self.dynaconf_of_flask(made, &app, at)?;
                }
                Ok(Self::none_at(at))
            }
            ("get" | "__call__", Some(key)) => {
                let default = arguments.get(1, "default").cloned();
                let value = self.dynaconf_get(made, &key, default, at);
                match arguments.named("cast").and_then(Term::as_text).cloned() {
                    Some(cast) => self.dynaconf_cast(&cast, &value, at),
                    None => Ok(value),
                }
            }
            ("as_bool" | "as_int" | "as_float" | "as_json", Some(key)) => {
                let value = self.dynaconf_get(made, &key, None, at);
                let cast = name.replace("as_", "@");
                self.dynaconf_cast(&cast, &value, at)
            }
            ("exists", Some(key)) => {
                let value = self.dynaconf_get(made, &key, Some(Term::missing()), at);
                Ok(Term::new(Kind::Bool(!value.is_missing()), value.from))
            }
            ("to_dict" | "as_dict", _) if arguments.first().is_none() => {
                let names = self.names_as_dict(made.fields);
                let entries = names.entries.into_iter();
                let settings =
                    entries.filter(|(key, _)| matches!(key, Key::Text(name) if is_setting(name)));
                let dict = Dict { entries: settings.collect(), rest: names.rest };
                Ok(Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), From::literal(at)))
            }
            ("set", Some(key)) if arguments.positional.len() == 2 => {
                let value = arguments.positional.get(1).cloned();
                self.set_field(made, &key, value.unwrap_or_else(|| Self::none_at(at)));
                Ok(Self::none_at(at))
            }
            ("update", None) => {
                let mut dict = Dict::default();
                if let Some(source) = arguments.first() {
                    self.merge_entries(&mut dict, source, at);
                }
                for (key, term) in dict.entries {
                    if let Key::Text(key) = key {
                        self.set_field(made, &key, term);
                    }
                }
                Ok(Self::none_at(at))
            }
            _ => Ok(self.foreign(&format!("settings.{name}"), arguments, at)),
        }
    }

    fn set_field(&mut self, made: &Made<'a>, name: &str, mut value: Term<'a>) {
        value.from.depend_on(&self.deciders);
        if let Some(scope) = self.heap.scope_mut(made.fields) {
            scope.names.insert(name.to_uppercase().into(), value);
        }
    }

    /// `settings.get("DB.host", default)`.
    fn dynaconf_get(
        &mut self,
        made: &Made<'a>,
        key: &str,
        default: Option<Term<'a>>,
        at: Spot,
    ) -> Term<'a> {
        let dotted = key.replace("__", ".");
        let (first, inner) =
            dotted.split_once('.').map_or((dotted.as_str(), None), |(a, b)| (a, Some(b)));
        let upper = first.to_uppercase();
        let scope = self.heap.scope(made.fields);
        let found = scope.and_then(|scope| scope.names.get(upper.as_str())).cloned();
        let rest = scope.and_then(|scope| scope.rest.clone());
        match (found, inner, rest) {
            (Some(term), None, _) => term,
            (Some(term), Some(inner), _) => {
                self.within(&term, inner).or(default).unwrap_or_else(|| Self::none_at(at))
            }
            (None, _, Some(why)) => Term::unknown(why.as_ref().clone(), at),
            (None, ..) => {
                let default = default.unwrap_or_else(|| Self::none_at(at));
                self.wished(&variable_of(made, &upper), Some(default), at)
            }
        }
    }

    /// The entry that dots lead to.
    pub(super) fn within(&self, term: &Term<'a>, dotted: &str) -> Option<Term<'a>> {
        dotted.split('.').try_fold(term.clone(), |term, name| {
            let Kind::Dict(id) = term.kind else {
                return None;
            };
            let entries = &self.heap.dict(id)?.entries;
            entries.get(folded(entries, name)?).cloned()
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::names;

    #[test]
    fn what_a_layer_may_replace_that_is_not_read_is_not_known() {
        let program =
            "from dynaconf import Dynaconf\nS = Dynaconf(settings_files=FILES)\nX = S.A\nY = S.B";
        for (files, known) in
            [("['a.toml']", true), ("['a.toml', 'b.ini']", false), ("['b.ini', 'a.toml']", true)]
        {
            let program = program.replace("FILES", files);
            let sources =
                [("settings.py", program.as_str()), ("a.toml", "a = 1"), ("b.ini", "[c]\na = 2")];
            let found = names(&sources, None).variables;
            let shown = |name: &str| found.get(name).map(|fact| fact.value.to_string());
            assert_eq!(shown("X").as_deref() == Some("1"), known, "{files}");
            assert!(shown("Y").is_some_and(|it| it.starts_with("unknown")), "{files}");
        }
    }
}
