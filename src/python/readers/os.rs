//! `os.environ` and `os.getenv`.

use crate::fact::{Fact, Origin};
use crate::python::environment::is_of_test_runs;
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
        let Some(key) = arguments.get(0, "key").cloned() else {
            return Ok(self.all_variables(at));
        };
        match method {
            "get" | "pop" => self.each(&key, |this, key| match key.as_text().cloned() {
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
            "update" => {
                if let Kind::Dict(id) = &key.kind {
                    let dict = self.heap.dict(*id).cloned().unwrap_or_default();
                    for (key, value) in dict.entries {
                        if let Key::Text(name) = key {
                            self.set_variable(&name, &value, true);
                        }
                    }
                }
                Ok(Self::none_at(at))
            }
            _ => Ok(self.foreign(&format!("os.environ.{method}"), arguments, at)),
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
        self.environment.load(name, fact, firmly);
    }

    /// Whether a variable is set; none if that is decided at deploy time.
    pub(in crate::python) fn is_in_environment(&self, name: &str) -> Option<bool> {
        if self.environment.fact(name).is_some() {
            return Some(true);
        }
        (self.environment.is_whole() || is_of_test_runs(name)).then_some(false)
    }

    /// `os.environ` as a dictionary.
    fn all_variables(&mut self, at: Spot) -> Term<'a> {
        let names: Vec<String> = self.environment.names().cloned().collect();
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
}
