//! python-decouple: `config("X", default=…, cast=…)`, `Csv()`, `Choices()`, and where it looks.
//!
//! The environment comes first, then the first `settings.ini` or `.env` from the calling file's folder
//! upward, then the default; whatever is found is cast.

use std::rc::Rc;

use super::env_file::Loading;
use super::{STRTOBOOL, Variables};
use crate::fact::{Fact, Origin, Place, ProjectPath, Provenance};
use crate::grammar::dotenv::Reader;
use crate::python::heap::Sequence;
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::term::{Kind, Made, Shape, Spot, Term};

impl<'a> Interpreter<'a> {
    /// `config(name, default, cast)`; `made` is the object that is called, unless it is decouple's own.
    pub(super) fn decouple_config(
        &mut self,
        made: Option<&Rc<Made<'a>>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let Some(option) = arguments.get(0, "option").cloned() else {
            return Ok(self.foreign("config", arguments, at));
        };
        let undefined = |term: &Term<'a>| matches!(&term.kind, Kind::Library(name) if name.as_ref() == "decouple.undefined");
        let default = arguments.get(1, "default").filter(|term| !undefined(term)).cloned();
        let cast = arguments.get(2, "cast").filter(|term| !undefined(term)).cloned();
        let file = self.repository(made);
        self.each(&option, |this, option| {
            let Some(name) = option.as_text().cloned() else {
                return Ok(this.unknown_from(&[option], "this variable", at));
            };
            let variables = file.as_ref().map(|file| this.decouple_file(file)).unwrap_or_default();
            let is_ini = file.as_ref().is_some_and(|file| file.extension() == "ini");
            let key = if is_ini { name.to_lowercase() } else { name.to_string() };
            let from_file = variables.iter().rev().find(|(known, _)| *known == key);
            let from_file = from_file.map(|(_, fact)| fact);
            let value =
                this.looked_up(&name, from_file, default.clone(), "UndefinedValueError", at)?;
            match &cast {
                Some(cast) => this.decouple_cast(cast, value, at),
                None => Ok(value),
            }
        })
    }

    /// The file that a configuration reads, if there is one.
    fn repository(&self, made: Option<&Rc<Made<'a>>>) -> Option<ProjectPath> {
        let given = made.and_then(|made| made.positional.first().or(made.named("search_path")));
        let Some(given) = given else {
            let here = self.files.get(self.file())?.path.folder();
            return self.decouple_search(here);
        };
        match &given.kind {
            Kind::Made(repository) if repository.class.starts_with("decouple.Repository") => {
                let path = repository.positional.first().or(repository.named("source"))?;
                self.named_file(path)
            }
            Kind::Text(_) | Kind::Path(_) => self.decouple_search(self.named_file(given)?),
            _ => None,
        }
    }

    fn decouple_search(&self, mut folder: ProjectPath) -> Option<ProjectPath> {
        loop {
            for name in ["settings.ini", ".env"] {
                let file = folder.join(name);
                if self.library.project().has(&file) {
                    return Some(file);
                }
            }
            if folder.as_str().is_empty() {
                return None;
            }
            folder = folder.folder();
        }
    }

    /// What decouple reads in a file, which does not become a part of the environment.
    fn decouple_file(&mut self, file: &ProjectPath) -> Variables {
        if let Some(known) = self.variable_files.get(file) {
            return Rc::clone(known);
        }
        let read: Variables = match file.extension() {
            "ini" if self.is_left_behind(file) => Rc::default(),
            "ini" => {
                let text = self.library.project().read_unlisted(file).unwrap_or_default();
                let ini = crate::grammar::ini::read(&text).unwrap_or_default();
                let names = ini.names("settings").into_iter();
                let values = names.filter_map(|name| {
                    let (value, line) = ini.value("settings", name)?;
                    let provenance =
                        Provenance::new(Origin::Environment).at(Place::line(file, line));
                    Some((name.to_owned(), Fact { value: value.into(), provenance }))
                });
                values.collect()
            }
            _ => self.file_variables(file, Loading::by(Reader::Decouple)).into(),
        };
        self.variable_files.insert(file.clone(), Rc::clone(&read));
        read
    }

    fn decouple_cast(&mut self, cast: &Term<'a>, value: Term<'a>, at: Spot) -> Outcome<'a> {
        let from = value.from.clone();
        let is_bool = matches!(&cast.kind, Kind::Library(name) if name.as_ref() == "bool");
        let mut cast = if is_bool {
            self.each(&value, |this, each| match &each.kind {
                // An empty text is false for decouple.
                Kind::Text(text) if text.is_empty() => {
                    Ok(Term::new(Kind::Bool(false), each.from.clone()))
                }
                Kind::None => Err(Raised::new("ValueError", "`None` is no truth value")),
                _ => this.bool_of(each, &STRTOBOOL, at),
            })?
        } else if matches!(value.kind, Kind::Unknown(_)) && !matches!(cast.kind, Kind::Function(_))
        {
            return Ok(value);
        } else {
            let arguments = Arguments { positional: vec![value], ..Arguments::default() };
            self.apply(cast, arguments, at)?
        };
        cast.from.take_in(&from);
        cast.from.at = from.at;
        Ok(cast)
    }

    /// `Csv(cast, delimiter, strip, post_process)` applied to a text.
    pub(super) fn csv(
        &mut self,
        made: &Rc<Made<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let given = |position: usize, name: &str| {
            made.named(name).or_else(|| made.positional.get(position)).cloned()
        };
        let [cast, delimiter, strip, post] =
            [(0, "cast"), (1, "delimiter"), (2, "strip"), (3, "post_process")]
                .map(|(position, name)| given(position, name));
        let text_of = |term: &Option<Term<'a>>, usual: &str| match term {
            Some(term) => term.as_text().map(ToString::to_string),
            None => Some(usual.to_owned()),
        };
        let (Some(delimiter), Some(strip)) =
            (text_of(&delimiter, ","), text_of(&strip, WHITESPACE))
        else {
            return Ok(self.opaque("what `Csv()` gives", at));
        };
        let Some(value) = arguments.first().cloned() else {
            return Ok(self.opaque("what `Csv()` gives", at));
        };
        self.each(&value, |this, value| {
            let parts = match &value.kind {
                Kind::Text(text) => split(text, &delimiter),
                Kind::None => Some(Vec::new()),
                Kind::Unknown(_) | Kind::Unset(_) => None,
                _ => return Err(Raised::new("AttributeError", "`Csv()` takes a text apart")),
            };
            let Some(parts) = parts else {
                return Ok(this.unknown_from(&[value], "what `Csv()` gives", at));
            };
            let mut items = Vec::with_capacity(parts.len());
            for part in parts {
                this.spend(1)?;
                let part = part.trim_matches(|c| strip.contains(c));
                let item = Term::text(part, value.from.clone());
                items.push(match &cast {
                    Some(cast) => this.applied(cast, item, at)?,
                    None => item,
                });
            }
            let list = this.made(Shape::List, Sequence { items, rest: None }, value.from.clone());
            match &post {
                Some(post) => this.applied(post, list, at),
                None => Ok(list),
            }
        })
    }

    /// `Choices(flat, cast, choices)` applied to a text.
    pub(super) fn choices(
        &mut self,
        made: &Rc<Made<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let Some(value) = arguments.first().cloned() else {
            return Ok(self.opaque("what `Choices()` gives", at));
        };
        let value = match made.named("cast").or_else(|| made.positional.get(1)).cloned() {
            Some(cast) => self.applied(&cast, value, at)?,
            None => value,
        };
        let flat = made.named("flat").or_else(|| made.positional.first()).cloned();
        let Some(flat) = flat.filter(|_| made.named("choices").is_none()) else {
            return Ok(self.unknown_from(&[&value], "what `Choices()` gives", at));
        };
        match self.contains(&flat, &value) {
            Some(true) => Ok(value),
            Some(false) => {
                let mut raised = Raised::new("ValueError", "a text is none of the choices");
                raised.variables.clone_from(&value.from.variables);
                Err(raised)
            }
            None => Ok(self.unknown_from(&[&value], "what `Choices()` gives", at)),
        }
    }
}

/// What Python's `string.whitespace` has.
const WHITESPACE: &str = " \t\n\r\u{b}\u{c}";

/// The parts of a text as `shlex` finds them between the delimiters: quotes are taken away, and nothing is
/// between two delimiters. None where a comment or a backslash is in the text.
pub(super) fn split(text: &str, delimiters: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let (mut part, mut quoted, mut quote) = (String::new(), false, None);
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) if c == '\\' => return None,
            None if delimiters.contains(c) => {
                if quoted || !part.is_empty() {
                    parts.push(std::mem::take(&mut part));
                }
                quoted = false;
            }
            None if matches!(c, '#' | '\\') => return None,
            None if matches!(c, '"' | '\'') => (quoted, quote) = (true, Some(c)),
            _ => part.push(c),
        }
    }
    if quote.is_some() {
        return None;
    }
    if quoted || !part.is_empty() {
        parts.push(part);
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn lists_are_split_as_shlex_does() {
        for (text, expected) in [
            ("a, b,,c", Some(vec!["a", " b", "c"])),
            ("a, ,b", Some(vec!["a", " ", "b"])),
            ("'a,b', \"\"", Some(vec!["a,b", " "])),
            ("", Some(vec![])),
            ("a#b", None),
            ("a\\,b", None),
            ("it's", None),
        ] {
            let expected: Option<Vec<String>> =
                expected.map(|parts| parts.into_iter().map(str::to_owned).collect());
            assert_eq!(split(text, ","), expected, "{text}");
        }
    }
}
