//! python-decouple: `config("X", default=…, cast=…)` and `Csv()`.

use std::rc::Rc;

use super::STRTOBOOL;
use super::env_file::Dialect;
use crate::python::heap::Sequence;
use crate::python::interpreter::{Arguments, Interpreter, Outcome};
use crate::python::term::{Kind, Made, Shape, Spot, Term};

impl<'a> Interpreter<'a> {
    /// `config(name, default, cast)`; a default is cast too.
    pub(super) fn decouple_config(
        &mut self,
        called: &Rc<str>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        if called.as_ref() == "decouple.AutoConfig" {
            return Ok(self.make(called, &Arguments::default(), at));
        }
        if let Some(file) = self.found_upward(".env") {
            self.load_file(&file, Dialect::Decouple, false);
        }
        let Some(name) = arguments.get(0, "option").and_then(|name| name.as_text().cloned()) else {
            return Ok(self.foreign("config", arguments, at));
        };
        let value = match arguments.get(1, "default").cloned() {
            Some(default) => self.wished(&name, Some(default), at),
            None => self.demanded(&name, "UndefinedValueError", at)?,
        };
        let Some(cast) = arguments.get(2, "cast").cloned() else {
            return Ok(value);
        };
        if matches!(value.kind, Kind::Unknown(_)) && !matches!(cast.kind, Kind::Function(_)) {
            return Ok(value);
        }
        self.decouple_cast(&cast, value, at)
    }

    fn decouple_cast(&mut self, cast: &Term<'a>, value: Term<'a>, at: Spot) -> Outcome<'a> {
        let from = value.from.clone();
        let mut cast = match &cast.kind {
            Kind::Library(name) if name.as_ref() == "bool" => {
                self.each(&value, |this, each| match &each.kind {
                    // An empty text is false for decouple.
                    Kind::Text(text) if text.is_empty() => {
                        Ok(Term::new(Kind::Bool(false), each.from.clone()))
                    }
                    _ => this.bool_of(each, &STRTOBOOL, at),
                })?
            }
            _ => {
                let arguments = Arguments { positional: vec![value], ..Arguments::default() };
                self.apply(cast, arguments, at)?
            }
        };
        cast.from.take_in(&from);
        cast.from.at = from.at;
        Ok(cast)
    }

    /// `Csv(cast, delimiter, strip, post_process)` applied to a text: strips, and drops what is empty.
    pub(super) fn csv(
        &mut self,
        made: &Rc<Made<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let named = |name: &str| {
            made.named.iter().find(|(known, _)| known.as_ref() == name).map(|(_, term)| term)
        };
        let delimiter = named("delimiter").or_else(|| made.positional.get(1));
        let delimiter = delimiter.and_then(Term::as_text).map_or(",", |text| text.as_ref());
        let Some(value) = arguments.first().cloned() else {
            return Ok(self.opaque("what `Csv()` gives", at));
        };
        self.each(&value, |this, value| {
            let Some(text) = value.as_text() else {
                return Ok(match value.kind {
                    Kind::Sequence(..) => value.clone(),
                    _ => this.unknown_from(&[value], "what `Csv()` gives", at),
                });
            };
            let parts = text.split(delimiter).map(|part| part.trim().trim_matches(['"', '\'']));
            let items = parts
                .filter(|part| !part.is_empty())
                .map(|part| Term::text(part, value.from.clone()))
                .collect();
            Ok(this.made(Shape::List, Sequence { items, rest: None }, value.from.clone()))
        })
    }
}
