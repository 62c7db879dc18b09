//! `os.environ` and `os.getenv`.

use crate::fact::{Fact, Origin};
use crate::python::formats::shown;
use crate::python::heap::{Dict, Key, Object};
use crate::python::interpreter::{Arguments, Interpreter, Outcome};
use crate::python::term::{From, Kind, Spot, Term};

impl<'a> Interpreter<'a> {
    /// A method of `os.environ`.
    pub(super) fn os_environ(
        &mut self,
        method: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let default = arguments.get(1, "default").cloned();
        let given = arguments.get(0, "key").cloned();
        let key = match (method, given) {
            ("items" | "keys" | "values" | "copy", None) => {
                let all = self.all_variables(at);
                return self.method(&all, method, arguments, at);
            }
            ("clear", None) => {
                let names: Vec<String> = self.variable_names().into_iter().collect();
                for name in &names {
                    self.remove_variable(name);
                }
                return Ok(Self::none_at(at));
            }
            ("update", given) => {
                self.update_environment(given.as_ref(), arguments);
                return Ok(Self::none_at(at));
            }
            (_, Some(key)) => key,
            (_, None) => return Ok(self.foreign(&format!("os.environ.{method}"), arguments, at)),
        };
        match method {
            "pop" => self.each(&key, |this, key| match key.as_text().cloned() {
                Some(name) => {
                    let value = match &default {
                        Some(default) => this.wished(&name, Some(default.clone()), at),
                        None => this.demanded(&name, "KeyError", at)?,
                    };
                    this.remove_variable(&name);
                    Ok(value)
                }
                None => Ok(this.unknown_from(&[key], "this variable", at)),
            }),
            "get" => self.each(&key, |this, key| match key.as_text().cloned() {
                Some(name) => Ok(this.wished(&name, default.clone(), at)),
                None => Ok(this.unknown_from(&[key], "this variable", at)),
            }),
            "setdefault" => {
                if let (Some(name), Some(value)) = (key.as_text(), &default) {
                    self.set_variable(name, value, false);
                }
                self.each(&key, |this, key| match key.as_text().cloned() {
                    Some(name) => Ok(this.wished(&name, default.clone(), at)),
                    None => Ok(this.unknown_from(&[key], "this variable", at)),
                })
            }
            _ => Ok(self.foreign(&format!("os.environ.{method}"), arguments, at)),
        }
    }

    /// `os.environ.update(others, NAME=…)`.
    fn update_environment(&mut self, others: Option<&Term<'a>>, arguments: &Arguments<'a>) {
        if let Some(Kind::Dict(id)) = others.map(|others| &others.kind) {
            let dict = self.heap.dict(*id).cloned().unwrap_or_default();
            for (key, value) in dict.entries {
                if let Key::Text(name) = key {
                    self.set_variable(&name, &value, true);
                }
            }
        }
        for (name, value) in &arguments.named {
            self.set_variable(name, value, true);
        }
    }

    /// The program sets a variable of its own environment.
    pub(in crate::python) fn set_variable(&mut self, name: &str, value: &Term<'a>, firmly: bool) {
        let mut left = 1;
        let mut fact = match shown(value) {
            Some(text) => Fact { value: text.into(), ..self.fact(value, &mut left) },
            None => self.fact(value, &mut left),
        };
        if fact.provenance.origin == Origin::Derived {
            fact.provenance.origin = Origin::Literal;
        }
        self.put_variable(name, &fact, firmly);
    }

    /// `os.environ` as a dictionary.
    pub(in crate::python) fn all_variables(&mut self, at: Spot) -> Term<'a> {
        let names: Vec<String> = self.variable_names().into_iter().collect();
        let mut dict = Dict::default();
        for name in names {
            let value = self.wished(&name, None, at);
            dict.entries.insert(Key::Text(name.into()), value);
        }
        if !self.environment.is_whole() {
            let why = crate::fact::Ignorance::new("further variables may be given at deploy time")
                .settled_by("give `--env-file`");
            dict.rest = Some(std::rc::Rc::new(why));
        }
        Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), From::literal(at))
    }
    /// `os.path.expandvars(text)`; a variable that is not set stays as it is written.
    pub(in crate::python) fn expand_variables(
        &mut self,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let Some(text) = arguments.first().cloned() else {
            return Ok(self.foreign("os.path.expandvars", arguments, at));
        };
        self.each(&text, |this, text| {
            let Some(written) = text.as_text() else {
                return Ok(this.unknown_from(&[text], "this text", at));
            };
            let mut from = From::mixed([text], at);
            let (mut out, mut rest) = (String::new(), written.as_ref());
            while let Some((before, after)) = rest.split_once('$') {
                out.push_str(before);
                let braced = after.strip_prefix('{').and_then(|inside| inside.split_once('}'));
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let end = after.find(|c| !is_name(c)).unwrap_or(after.len());
                let (name, after) = braced.unwrap_or_else(|| after.split_at(end));
                rest = after;
                if name.is_empty() {
                    out.push('$');
                    continue;
                }
                let value = this.wished(name, None, at);
                match &value.kind {
                    Kind::Text(value) => out.push_str(value),
                    Kind::None if braced.is_some() => out.extend(["${", name, "}"]),
                    Kind::None => out.extend(["$", name]),
                    _ => return Ok(this.unknown_from(&[&value], "this text", at)),
                }
                from.take_in(&value.from);
            }
            out.push_str(rest);
            Ok(Term::text(out, from))
        })
    }
}
