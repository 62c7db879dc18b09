//! Starlette's `Config`: the environment, then its file, then the default, and what is found is cast.

use std::rc::Rc;

use super::BoolWords;
use super::env_file::Loading;
use crate::fact::Fact;
use crate::grammar::dotenv::Reader;
use crate::python::access::there;
use crate::python::heap::{Key, Sequence};
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::term::{Kind, Made, Shape, Spot, Term};

/// The words that it takes for truth values, in capitals or not.
const WORDS: BoolWords = BoolWords { yes: &["true", "1"], no: &["false", "0"], numbers: false };

impl<'a> Interpreter<'a> {
    /// `config(key, cast, default)`.
    pub(super) fn starlette_config(
        &mut self,
        made: &Rc<Made<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let Some(key) = arguments.get(0, "key").and_then(|key| key.as_text().cloned()) else {
            return Ok(self.foreign("config", arguments, at));
        };
        let given = |position: usize, name: &str| {
            made.named(name).or_else(|| made.positional.get(position)).cloned()
        };
        let prefix = given(2, "env_prefix");
        let prefix = prefix.as_ref().and_then(|prefix| prefix.as_text()).map_or("", |it| it);
        let name = format!("{prefix}{key}");
        let default = arguments.get(2, "default").cloned();
        let value = match given(1, "environ").map(|term| term.kind) {
            None => {
                let file = self.starlette_file(given(0, "env_file").as_ref(), &name);
                self.looked_up(&name, file.as_ref(), default, "KeyError", at)?
            }
            Some(Kind::Dict(id)) => {
                let found = self.heap.dict(id).filter(|dict| dict.rest.is_none());
                let found = found.map(|dict| there(dict, &Key::Text(name.as_str().into())));
                match (found, default) {
                    (Some(Some(term)), _) | (Some(None), Some(term)) => term,
                    (Some(None), None) => {
                        return Err(Raised::new("KeyError", "a configuration has no such value"));
                    }
                    (None, _) => self.opaque("what this configuration gives", at),
                }
            }
            Some(_) => self.opaque("what this configuration gives", at),
        };
        match arguments.get(1, "cast").cloned().filter(|cast| !matches!(cast.kind, Kind::None)) {
            Some(cast) => self.each(&value, |this, each| this.starlette_cast(&cast, each, at)),
            None => Ok(value),
        }
    }

    fn starlette_file(&self, file: Option<&Term<'a>>, name: &str) -> Option<Fact> {
        let file = self.named_file(file?)?;
        let variables = self.file_variables(&file, Loading::by(Reader::Decouple));
        variables.into_iter().rev().find(|(known, _)| known == name).map(|(_, fact)| fact)
    }

    fn starlette_cast(&mut self, cast: &Term<'a>, value: &Term<'a>, at: Spot) -> Outcome<'a> {
        let name = match &cast.kind {
            Kind::Library(name) => name.rsplit('.').next().unwrap_or_default(),
            _ => "",
        };
        match (name, &value.kind) {
            ("bool", kind) if !matches!(kind, Kind::None) => self.bool_of(value, &WORDS, at),
            ("Secret", _) | (_, Kind::None) => Ok(value.clone()),
            ("CommaSeparatedStrings", Kind::Text(text)) => {
                let Some(parts) = super::decouple::split(text, ",") else {
                    return Ok(self.unknown_from(&[value], "this list", at));
                };
                let items = parts.iter().map(|part| Term::text(part.trim(), value.from.clone()));
                let sequence = Sequence { items: items.collect(), rest: None };
                Ok(self.made(Shape::List, sequence, value.from.clone()))
            }
            (_, Kind::Unknown(_) | Kind::Unset(_)) if !name.is_empty() => Ok(value.clone()),
            _ => self.applied(cast, value.clone(), at),
        }
    }
}
