//! `.env` files that the program loads itself: python-dotenv, and the dialects of the other readers.
//!
//! The same text read by three readers: `A=1 # c` is `1` for dotenv and environs, `1 # c` for the
//! others; `export C=3` sets `C` except in decouple; `E=${A}z` is expanded by dotenv only.

use std::collections::BTreeMap;

use crate::fact::{Fact, Origin, Place, ProjectPath, Provenance};
use crate::python::formats::shown;
use crate::python::heap::{Dict, Key, Object};
use crate::python::interpreter::{Arguments, Interpreter};
use crate::python::paths;
use crate::python::term::{From, Kind, Spot, Term};

/// Whose rules a file is read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Dotenv,
    Environ,
    Decouple,
}

impl<'a> Interpreter<'a> {
    /// `load_dotenv(path, override=False)`.
    pub(super) fn load_dotenv(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let firmly =
            arguments.get(3, "override").is_some_and(|term| self.truth(term) == Some(true));
        let path = arguments.get(0, "dotenv_path").cloned();
        let file = match path {
            Some(path) if !matches!(path.kind, Kind::None) => self.named_file(&path),
            _ => self.found_upward(".env"),
        };
        let loaded =
            file.as_ref().is_some_and(|file| self.load_file(file, Dialect::Dotenv, firmly));
        Term::new(Kind::Bool(loaded), From::literal(at))
    }

    pub(super) fn find_dotenv(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let name = arguments.get(0, "filename").and_then(|name| name.as_text().cloned());
        let file = self.found_upward(name.as_deref().unwrap_or(".env"));
        let path = file.map_or_else(String::new, |file| paths::in_project(&file));
        Term::text(path, From::literal(at))
    }

    pub(super) fn dotenv_values(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let file = match arguments.get(0, "dotenv_path").cloned() {
            Some(path) => self.named_file(&path),
            None => self.found_upward(".env"),
        };
        let mut dict = Dict::default();
        for (name, fact) in
            file.map(|file| self.read_file(&file, Dialect::Dotenv)).unwrap_or_default()
        {
            let text = fact.value.text().unwrap_or_default().to_owned();
            let from = From {
                written: fact.provenance.place.map(std::rc::Rc::new),
                origin: Origin::Environment,
                ..From::literal(at)
            };
            dict.entries.insert(Key::Text(name.into()), Term::text(text, from));
        }
        Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), From::literal(at))
    }

    /// `Env.read_env(path)`: django-environ reads `.env` beside the calling file, environs looks upward.
    pub(super) fn read_env(
        &mut self,
        beside: bool,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        let named = arguments
            .get(0, "env_file")
            .or_else(|| arguments.named("path"))
            .filter(|path| !matches!(path.kind, Kind::None))
            .cloned();
        let firmly = ["overwrite", "override"]
            .iter()
            .any(|name| arguments.named(name).is_some_and(|term| self.truth(term) == Some(true)));
        let file = match named {
            Some(path) => self.named_file(&path),
            None if beside => {
                let here = self.files.get(self.file()).map(|source| source.path.folder());
                here.map(|folder| folder.join(".env"))
            }
            None => self.found_upward(".env"),
        };
        let dialect = if beside { Dialect::Environ } else { Dialect::Dotenv };
        let loaded = file.as_ref().is_some_and(|file| self.load_file(file, dialect, firmly));
        Term::new(Kind::Bool(loaded), From::literal(at))
    }

    /// The file of the project that a value names; a relative one is looked for where a server starts.
    fn named_file(&self, path: &Term<'a>) -> Option<ProjectPath> {
        let path = shown(path)?;
        let direct = paths::project_path(&path)?;
        if path.starts_with('/') {
            return Some(direct);
        }
        let here = self.files.get(self.file()).map(|source| source.path.folder());
        let folders = self.roots.iter().cloned().chain(here);
        folders
            .map(|folder| folder.join(&path))
            .find(|file| self.library.project().has(file))
            .or(Some(direct))
    }

    /// The nearest file of a name from the calling file's folder upward.
    pub(super) fn found_upward(&self, name: &str) -> Option<ProjectPath> {
        let mut folder = self.files.get(self.file())?.path.folder();
        loop {
            let file = folder.join(name);
            if self.library.project().has(&file) {
                return Some(file);
            }
            if folder.as_str().is_empty() {
                return None;
            }
            folder = folder.folder();
        }
    }

    /// Loads a file into the environment; whether it is there.
    pub(super) fn load_file(&mut self, file: &ProjectPath, dialect: Dialect, firmly: bool) -> bool {
        if !self.library.project().has(file) {
            return false;
        }
        // A whole environment was given instead of the files beside the code.
        if !self.environment.is_whole() {
            for (name, fact) in self.read_file(file, dialect) {
                self.environment.load(&name, fact, firmly);
            }
        }
        true
    }

    fn read_file(&self, file: &ProjectPath, dialect: Dialect) -> Vec<(String, Fact)> {
        let Ok(text) = self.library.project().read_unlisted(file) else {
            return Vec::new();
        };
        let known = |name: &str| {
            self.environment.fact(name).and_then(|fact| fact.value.text().map(str::to_owned))
        };
        let lines = parse(&text, dialect, known).into_iter();
        lines
            .map(|line| {
                let provenance = Provenance::new(Origin::Environment)
                    .at(Place::line(file, u32::try_from(line.number).unwrap_or(u32::MAX)));
                (line.name, Fact { value: line.value.into(), provenance })
            })
            .collect()
    }
}

/// One assignment of a file.
#[derive(Debug, PartialEq)]
struct Line {
    number: usize,
    name: String,
    value: String,
}

/// The assignments of a file. `known` gives the value of a variable that is set already.
fn parse(text: &str, dialect: Dialect, known: impl Fn(&str) -> Option<String>) -> Vec<Line> {
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    let mut lines = Vec::new();
    let mut all = text.lines().enumerate();
    while let Some((index, line)) = all.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = match dialect {
            Dialect::Decouple => line,
            _ => line.strip_prefix("export ").unwrap_or(line),
        };
        let Some((name, written)) = line.split_once('=') else {
            continue;
        };
        let mut written = written.trim().to_owned();
        if dialect == Dialect::Dotenv
            && let Some(quote) = open_quote(&written)
        {
            // A quoted value of dotenv goes on until its quote is closed.
            for (_, more) in all.by_ref() {
                written.push('\n');
                written.push_str(more);
                if more.contains(quote) {
                    break;
                }
            }
        }
        let value = unquoted(&written, dialect);
        let value = match dialect {
            Dialect::Dotenv if !written.starts_with('\'') => {
                expanded(&value, |name| before.get(name).cloned().or_else(|| known(name)))
            }
            _ => value,
        };
        let name = name.trim().to_owned();
        before.insert(name.clone(), value.clone());
        lines.push(Line { number: index + 1, name, value });
    }
    lines
}

/// The quote that a value opens and does not close.
fn open_quote(written: &str) -> Option<char> {
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    (written.matches(quote).count() == 1).then_some(quote)
}

fn unquoted(written: &str, dialect: Dialect) -> String {
    for quote in ['"', '\''] {
        let Some(inner) = written.strip_prefix(quote) else {
            continue;
        };
        match dialect {
            Dialect::Decouple | Dialect::Environ => {
                if let Some(inner) = inner.strip_suffix(quote) {
                    return inner.to_owned();
                }
            }
            Dialect::Dotenv => {
                if let Some((inner, _)) = inner.split_once(quote) {
                    return if quote == '"' {
                        inner.replace("\\n", "\n").replace("\\\\", "\\")
                    } else {
                        inner.to_owned()
                    };
                }
            }
        }
    }
    match dialect {
        Dialect::Dotenv => written.split(" #").next().unwrap_or_default().trim().to_owned(),
        Dialect::Decouple | Dialect::Environ => written.to_owned(),
    }
}

/// `${NAME}` and `${NAME:-default}` put in.
fn expanded(value: &str, known: impl Fn(&str) -> Option<String>) -> String {
    const MAX_BYTES: usize = 64 << 10;
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((inside, after)) = after.split_once('}') else {
            out.push_str("${");
            rest = after;
            break;
        };
        let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
        let known = known(name).unwrap_or_else(|| default.to_owned());
        if out.len() + known.len() < MAX_BYTES {
            out.push_str(&known);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_line_is_read_by_three_rules() {
        for (line, dotenv, environ, decouple) in [
            ("A=1 # c", ("A", "1"), ("A", "1 # c"), ("A", "1 # c")),
            ("export C=3", ("C", "3"), ("C", "3"), ("export C", "3")),
            ("D=\"a\\nb\"", ("D", "a\nb"), ("D", "a\\nb"), ("D", "a\\nb")),
            ("E=${A}z", ("E", "z"), ("E", "${A}z"), ("E", "${A}z")),
            ("F='x'", ("F", "x"), ("F", "x"), ("F", "x")),
        ] {
            for (dialect, (name, value)) in [
                (Dialect::Dotenv, dotenv),
                (Dialect::Environ, environ),
                (Dialect::Decouple, decouple),
            ] {
                let lines = parse(line, dialect, |_| None);
                let expected = Line { number: 1, name: name.to_owned(), value: value.to_owned() };
                assert_eq!(lines, [expected], "{line} by {dialect:?}");
            }
        }
    }
}
