//! `configparser`: sections of named texts, out of files, dictionaries and texts.
//!
//! A file that is not in the project is one that the parser can do without. What is missing then may stand
//! in it, unless the program says what else it takes.

use std::rc::Rc;

use super::config_sections::{ABSENT, DEFAULT, SECTIONS};
use super::{BoolWords, STRTOBOOL};
use crate::fact::Ignorance;
use crate::python::access::there;
use crate::python::data_files::OPENED;
use crate::python::heap::{Dict, Key, Object, Sequence};
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::numbers::{written_float, written_int};
use crate::python::term::{From, Kind, Made, Shape, Spot, Term};

/// The words that it takes for truth values, in capitals or not.
const WORDS: BoolWords =
    BoolWords { yes: &["1", "yes", "true", "on"], no: &["0", "no", "false", "off"], ..STRTOBOOL };

/// Whether a class is such a parser.
pub(in crate::python) fn is_parser(class: &str) -> bool {
    matches!(
        class,
        "configparser.ConfigParser"
            | "configparser.RawConfigParser"
            | "configparser.SafeConfigParser"
    )
}

/// What is found under a name.
enum Found<'a> {
    Text(Term<'a>),
    /// Nothing, and the error that tells so.
    Nothing(&'static str),
    /// Perhaps something.
    Open(Rc<Ignorance>),
}

impl<'a> Interpreter<'a> {
    pub(super) fn parser_method(
        &mut self,
        made: &Rc<Made<'a>>,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        if !is_plain(made) || self.parser_field(made, "optionxform").is_some() {
            return Ok(self.foreign(name, arguments, at));
        }
        let text = |position: usize, name: &str| {
            arguments.get(position, name).and_then(|term| term.as_text().cloned())
        };
        match (name, text(0, "section"), text(1, "option")) {
            ("read", ..) => self.parser_read(made, arguments, at),
            ("read_file" | "readfp" | "read_string", ..) => self.parser_text(made, arguments, at),
            ("read_dict", ..) => Ok(self.parser_dict(made, arguments, at)),
            ("sections", ..) => Ok(self.parser_sections(made, at)),
            ("has_section", Some(section), _) => {
                let found = self.parser_section(made, &section);
                Ok(self.whether_there(made, found.is_some(), at))
            }
            ("has_option", Some(section), Some(option)) => {
                match self.parser_value(made, &section, &option, at) {
                    Found::Text(term) => Ok(Term::new(Kind::Bool(true), term.from)),
                    Found::Nothing(_) => Ok(self.whether_there(made, false, at)),
                    Found::Open(why) => Ok(Term::unknown(why.as_ref().clone(), at)),
                }
            }
            ("get" | "getboolean" | "getint" | "getfloat", Some(section), Some(option))
                if arguments.named("vars").is_none() =>
            {
                self.parser_get(made, name, &section, &option, arguments.named("fallback"), at)
            }
            _ => {
                self.parser_forget(made, at);
                Ok(self.foreign(name, arguments, at))
            }
        }
    }

    /// `parser[section]`, its names in small letters; what it does not have is not known.
    pub(in crate::python) fn parser_item(
        &mut self,
        made: &Rc<Made<'a>>,
        section: &str,
        at: Spot,
    ) -> Outcome<'a> {
        let unread = self.parser_unread(made, at);
        let found = self.parser_section(made, section).filter(|_| is_plain(made));
        let (Some(id), None) = (found, &unread) else {
            let is_sure = is_plain(made) && unread.is_none() && !self.lacks_a_file(made);
            return if is_sure {
                Err(Raised::new("KeyError", "a configuration has no such section"))
            } else {
                Ok(self.opaque("what this configuration holds", at))
            };
        };
        let mut dict = match self.parser_section(made, DEFAULT) {
            Some(defaults) => self.heap.dict(defaults).cloned().unwrap_or_default(),
            None => Dict::default(),
        };
        dict.entries.extend(self.heap.dict(id).cloned().unwrap_or_default().entries);
        let why = "a section of a configuration has its names in small letters";
        dict.rest = Some(Rc::new(Ignorance::new(why)));
        Ok(Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), From::literal(at)))
    }

    fn parser_get(
        &mut self,
        made: &Rc<Made<'a>>,
        method: &str,
        section: &str,
        option: &str,
        fallback: Option<&Term<'a>>,
        at: Spot,
    ) -> Outcome<'a> {
        let value = match (self.parser_value(made, section, option, at), fallback) {
            (Found::Text(term), _) => term,
            (Found::Open(why), _) => return Ok(Term::unknown(why.as_ref().clone(), at)),
            (Found::Nothing(_), Some(fallback)) => return Ok(fallback.clone()),
            (Found::Nothing(_), None) if self.lacks_a_file(made) => {
                return Ok(self.opaque("what a file says that is not in the project", at));
            }
            (Found::Nothing(error), None) => {
                let why = format!("a configuration has no such value ({})", self.shown(at));
                return Err(Raised::new(error, why));
            }
        };
        let refused = || Raised::new("ValueError", "a text of a configuration is no such value");
        self.each(&value, |this, value| {
            let Some(text) = value.as_text() else {
                return Ok(value.clone());
            };
            let kind = match method {
                "getboolean" => return this.bool_of(value, &WORDS, at),
                "getint" => Kind::Int(written_int(text, 10).ok_or_else(refused)?),
                "getfloat" => Kind::Float(written_float(text).ok_or_else(refused)?),
                _ => return Ok(value.clone()),
            };
            Ok(Term::new(kind, value.from.clone()))
        })
    }

    fn parser_value(
        &mut self,
        made: &Made<'a>,
        section: &str,
        option: &str,
        at: Spot,
    ) -> Found<'a> {
        if let Some(why) = self.parser_unread(made, at) {
            return Found::Open(why);
        }
        let key = Key::Text(option.to_lowercase().into());
        let Some(own) = self.parser_section(made, section) else {
            return Found::Nothing("NoSectionError");
        };
        let defaults = self.parser_section(made, DEFAULT);
        for id in [Some(own), defaults].into_iter().flatten() {
            let Some(dict) = self.heap.dict(id) else {
                return Found::Open(self.open_reason(at));
            };
            match there(dict, &key) {
                Some(mut term) => {
                    term.from.supposed |= self.lacks_a_file(made) && !self.environment.is_whole();
                    return Found::Text(term);
                }
                None if dict.rest.is_some() => return Found::Open(self.open_reason(at)),
                None => {}
            }
        }
        Found::Nothing("NoOptionError")
    }

    /// `parser.read(paths)`: those that are there, of several the later ones win.
    fn parser_read(
        &mut self,
        made: &Rc<Made<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let Some(paths) = arguments.get(0, "filenames").cloned() else {
            return Ok(self.foreign("read", arguments, at));
        };
        let (paths, rest) = match &paths.kind {
            Kind::Text(_) | Kind::Path(_) => (vec![paths], None),
            _ => self.iterated(&paths, at),
        };
        if rest.is_some() {
            self.parser_forget(made, at);
        }
        let mut read = Vec::new();
        for path in paths {
            match self.data_file(&path) {
                Some(file) => {
                    let text = self.library.project().read(&file).unwrap_or_default().to_owned();
                    self.parser_load(made, &text, Some(&file), at)?;
                    read.push(path);
                }
                None => self.set_parser_field(made, ABSENT, Self::none_at(at)),
            }
        }
        Ok(self.made(Shape::List, Sequence { items: read, rest }, From::literal(at)))
    }

    /// `parser.read_file(file)`, `parser.read_string(text)`.
    fn parser_text(
        &mut self,
        made: &Rc<Made<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let text = match arguments.first().cloned() {
            Some(Term { kind: Kind::Made(opened), .. }) if opened.class.as_ref() == OPENED => {
                Some(self.file_method(&opened, "read", at)?)
            }
            other => other,
        };
        match text.as_ref().and_then(Term::as_text).cloned() {
            Some(text) => self.parser_load(made, &text, None, at)?,
            None => self.parser_forget(made, at),
        }
        Ok(Self::none_at(at))
    }

    fn parser_sections(&mut self, made: &Made<'a>, at: Spot) -> Term<'a> {
        let rest = self.parser_unread(made, at);
        let rest = rest.or_else(|| self.lacks_a_file(made).then(|| self.open_reason(at)));
        let all = self.parser_field(made, SECTIONS);
        let names = self.entries_of(all.as_ref()).unwrap_or_default();
        let names = names.into_iter().map(|(name, _)| name).filter(|name| name.as_ref() != DEFAULT);
        let items = names.map(|name| Term::text(name, From::literal(at))).collect();
        self.made(Shape::List, Sequence { items, rest }, From::literal(at))
    }

    /// Whether something is there; where a file is missing, what is not there may be in it, but is not
    /// unless somebody puts the file.
    fn whether_there(&mut self, made: &Made<'a>, is_there: bool, at: Spot) -> Term<'a> {
        let supposed = self.lacks_a_file(made) && !self.environment.is_whole();
        Term::new(Kind::Bool(is_there), From { supposed, ..From::literal(at) })
    }
}

/// Whether the parser is made in a way that is followed.
fn is_plain(made: &Made<'_>) -> bool {
    let known = ["interpolation", "strict", "allow_no_value"];
    let is_known = |name: &str| known.contains(&name);
    let interpolates = made.named("interpolation").is_none_or(|it| matches!(it.kind, Kind::None));
    made.positional.is_empty() && interpolates && made.named.iter().all(|(name, _)| is_known(name))
}

/// Whether `%` is a character like any other.
pub(super) fn is_raw(made: &Made<'_>) -> bool {
    made.class.ends_with(".RawConfigParser") || made.named("interpolation").is_some()
}
