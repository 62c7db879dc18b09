//! What a `configparser` holds: a dictionary of its sections, filled from files and dictionaries.

use std::rc::Rc;

use super::config_parser::is_raw;
use crate::fact::{Ignorance, Place, ProjectPath};
use crate::grammar::ini::{self, Ini};
use crate::python::access::there;
use crate::python::formats::shown;
use crate::python::heap::{Dict, Id, Key, Object};
use crate::python::interpreter::{Arguments, Interpreter, Raised};
use crate::python::term::{From, Kind, Made, Spot, Term};

/// Where the object keeps its sections, and whether a file was not there: no names of Python's.
pub(super) const SECTIONS: &str = "<sections>";
pub(super) const ABSENT: &str = "<absent>";
/// The section that stands in for all others.
pub(super) const DEFAULT: &str = "DEFAULT";

impl<'a> Interpreter<'a> {
    pub(super) fn parser_load(
        &mut self,
        made: &Rc<Made<'a>>,
        text: &str,
        file: Option<&ProjectPath>,
        at: Spot,
    ) -> Result<(), Raised> {
        self.spend(text.len() / 16 + 1)?;
        let known = ini::read(text).filter(|_| !(is_raw(made) && text.contains('%')));
        let Some(found) = known else {
            self.parser_forget(made, at);
            return Ok(());
        };
        let sections: Vec<String> = found.sections().chain([DEFAULT]).map(str::to_owned).collect();
        for section in &sections {
            self.parser_fill(made, section, &found, file, at);
        }
        Ok(())
    }

    fn parser_fill(
        &mut self,
        made: &Rc<Made<'a>>,
        section: &str,
        found: &Ini,
        file: Option<&ProjectPath>,
        at: Spot,
    ) {
        let id = self.new_section(made, section, at);
        for name in found.names(section) {
            let value = found.value(section, name);
            if section != DEFAULT && value == found.value(DEFAULT, name) {
                continue;
            }
            let mut from = From::literal(at);
            let term = match value {
                Some((text, line)) => {
                    from.written = file.map(|file| Rc::new(Place::line(file, line)));
                    Term::text(text, from)
                }
                None => self.opaque("a reference of a configuration", at),
            };
            self.heap.change_dict(id, &mut |dict| dict.put(name, term.clone()));
        }
    }

    /// `parser.read_dict({section: {name: value}})`.
    pub(super) fn parser_dict(
        &mut self,
        made: &Rc<Made<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        let given = arguments.first().cloned();
        let sections = self.entries_of(given.as_ref());
        let Some(sections) = sections else {
            self.parser_forget(made, at);
            return Self::none_at(at);
        };
        for (section, values) in sections {
            let id = self.new_section(made, &section, at);
            let Some(values) = self.entries_of(Some(&values)) else {
                self.parser_forget(made, at);
                continue;
            };
            for (name, value) in values {
                let is_raw = is_raw(made);
                let texts = self.each(&value, |this, value| match shown(value) {
                    Some(text) if is_raw || !text.contains('%') => {
                        Ok(Term::text(text, value.from.clone()))
                    }
                    _ => Ok(this.unknown_from(&[value], "this value of a configuration", at)),
                });
                let text = texts.unwrap_or_else(|_| self.opaque("this value", at));
                let name = name.to_lowercase();
                self.heap.change_dict(id, &mut |dict| dict.put(&name, text.clone()));
            }
        }
        Self::none_at(at)
    }

    /// The entries of a dictionary whose names are all known.
    pub(super) fn entries_of(&self, dict: Option<&Term<'a>>) -> Option<Vec<(Rc<str>, Term<'a>)>> {
        let Kind::Dict(id) = dict?.kind else {
            return None;
        };
        let dict = self.heap.dict(id).filter(|dict| dict.rest.is_none())?;
        let entries = dict.entries.iter().map(|(key, term)| match key {
            Key::Text(name) => Some((Rc::clone(name), term.clone())),
            _ => None,
        });
        entries.collect()
    }

    pub(super) fn parser_section(&mut self, made: &Made<'a>, section: &str) -> Option<Id> {
        let Kind::Dict(all) = self.parser_field(made, SECTIONS)?.kind else {
            return None;
        };
        match there(self.heap.dict(all)?, &Key::Text(section.into()))?.kind {
            Kind::Dict(id) => Some(id),
            _ => None,
        }
    }

    fn new_section(&mut self, made: &Rc<Made<'a>>, section: &str, at: Spot) -> Id {
        if let Some(known) = self.parser_section(made, section) {
            return known;
        }
        let all = match self.parser_field(made, SECTIONS).map(|term| term.kind) {
            Some(Kind::Dict(all)) => all,
            _ => {
                let all = self.heap.put(Object::Dict(Dict::default()));
                self.set_parser_field(
                    made,
                    SECTIONS,
                    Term::new(Kind::Dict(all), From::literal(at)),
                );
                all
            }
        };
        let id = self.heap.put(Object::Dict(Dict::default()));
        let own = Term::new(Kind::Dict(id), From::literal(at));
        self.heap.change_dict(all, &mut |dict| dict.put(section, own.clone()));
        id
    }

    /// Why nothing of the parser is known, if it read something that is not.
    pub(super) fn parser_unread(&self, made: &Made<'a>, at: Spot) -> Option<Rc<Ignorance>> {
        match self.parser_field(made, SECTIONS).map(|term| term.kind) {
            Some(Kind::Unknown(why)) => Some(why),
            Some(Kind::OneOf(_)) => Some(self.open_reason(at)),
            Some(Kind::Dict(id)) if self.heap.dict(id).is_none() => Some(self.open_reason(at)),
            _ => None,
        }
    }

    pub(super) fn parser_forget(&mut self, made: &Made<'a>, at: Spot) {
        let unknown = Term::new(Kind::Unknown(self.open_reason(at)), From::literal(at));
        self.set_parser_field(made, SECTIONS, unknown);
    }

    pub(super) fn open_reason(&self, at: Spot) -> Rc<Ignorance> {
        let why =
            format!("what a configuration holds ({}) is known only when it runs", self.shown(at));
        Rc::new(Ignorance::new(why))
    }

    pub(super) fn lacks_a_file(&self, made: &Made<'a>) -> bool {
        self.parser_field(made, ABSENT).is_some()
    }

    pub(super) fn parser_field(&self, made: &Made<'a>, name: &str) -> Option<Term<'a>> {
        self.heap.scope(made.fields)?.names.get(name).cloned()
    }

    pub(super) fn set_parser_field(&mut self, made: &Made<'a>, name: &str, term: Term<'a>) {
        if let Some(scope) = self.heap.scope_mut(made.fields) {
            scope.names.insert(name.into(), term);
        }
    }
}
