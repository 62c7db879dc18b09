//! Files that the program reads itself. What is in the repository is what production reads. A file of the
//! project that the repository does not have is absent for a program that is prepared for that, as a
//! variable is unset that nobody is seen to set; any other file may hold anything.

use std::rc::Rc;

use super::formats::shown;
use super::heap::Sequence;
use super::ignored;
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::positions::place_of;
use super::term::{From, Kind, Made, Shape, Spot, Term};
use crate::fact::{Place, ProjectPath};
use crate::truth::Truth;

/// The class of what `open` gives.
pub(super) const OPENED: &str = "io.TextIOWrapper";

/// Larger files are not read as data.
const MAX_BYTES: usize = 200_000;

impl<'a> Interpreter<'a> {
    /// `open(path)`, `path.open()`: a file of the project, to be read.
    pub(super) fn open(
        &mut self,
        path: &Term<'a>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let mode = arguments.get(1, "mode").map(|mode| mode.as_text().cloned());
        let reads = match mode {
            None => true,
            Some(mode) => mode.is_some_and(|mode| !mode.contains(['w', 'a', 'x', '+'])),
        };
        if !reads {
            return Ok(self.opaque("what is written to a file", at));
        }
        if self.data_file(path).is_none() {
            return self.not_there(path, at);
        }
        let arguments = Arguments { positional: vec![path.clone()], ..Arguments::default() };
        let opened = self.make(&Rc::from(OPENED), &arguments, at);
        Ok(Term { from: From::mixed([path], at), ..opened })
    }

    /// `path.read_text()`.
    pub(super) fn text_of_file(&mut self, path: &Term<'a>, at: Spot) -> Outcome<'a> {
        let Some(file) = self.data_file(path) else {
            return self.not_there(path, at);
        };
        let text = self.library.project().read(&file).unwrap_or_default();
        let text = text.replace("\r\n", "\n");
        let written = Some(Rc::new(Place::line(&file, 1)));
        let from = From { written, fallback: Truth::False, ..From::mixed([path], at) };
        Ok(self.long_text(text, from, at))
    }

    /// A method of an open file.
    pub(super) fn file_method(&mut self, opened: &Made<'a>, name: &str, at: Spot) -> Outcome<'a> {
        let Some(path) = opened.positional.first() else {
            return Ok(self.opaque("what is read from a file", at));
        };
        match name {
            "read" => self.text_of_file(path, at),
            "readlines" => Ok(self.lines_of(opened, at)),
            "readline" => {
                let lines = self.lines_of(opened, at);
                let (lines, _) = self.iterated(&lines, at);
                let first = place_of(lines.len(), 0).and_then(|at| lines.get(at)).cloned();
                Ok(first.unwrap_or_else(|| Term::text("", From::literal(at))))
            }
            "close" => Ok(Self::none_at(at)),
            _ => Ok(self.opaque("what is done with a file", at)),
        }
    }

    /// The lines of an open file, each with its end.
    pub(super) fn lines_of(&mut self, opened: &Made<'a>, at: Spot) -> Term<'a> {
        let text = opened.positional.first().cloned();
        let text = text.map(|path| self.text_of_file(&path, at));
        let Some(Ok(Term { kind: Kind::Text(text), from })) = text else {
            return self.opaque("what is read from a file", at);
        };
        let lines = text.split_inclusive('\n').map(|line| Term::text(line, from.clone()));
        let sequence = Sequence { items: lines.collect(), rest: None };
        self.made(Shape::List, sequence, from)
    }

    /// The file that a value names, if it is there and is data: what is kept out of the repository is
    /// another file in production.
    pub(super) fn data_file(&self, path: &Term<'a>) -> Option<ProjectPath> {
        let file = self.named_file(path)?;
        let project = self.library.project();
        let is_there = project.read(&file).is_ok_and(|text| text.len() <= MAX_BYTES);
        (is_there && !ignored::is_ignored(project, &file)).then_some(file)
    }

    /// What a file holds that is not read here.
    fn not_there(&mut self, path: &Term<'a>, at: Spot) -> Outcome<'a> {
        let why = format!("a file is read that is not in the project ({})", self.shown(at));
        let mut raised = Raised::new("FileNotFoundError", why);
        raised.variables.clone_from(&path.from.variables);
        let inside = self.named_file(path);
        let is_prepared = self.would_catch(&raised.name);
        // Where the program has looked whether the file is there, it is.
        let is_there = shown(path).is_some_and(|path| self.looked_for.contains(&path));
        let is_absent =
            inside.is_some_and(|file| is_prepared && !self.library.project().has(&file));
        if is_absent && !is_there {
            return Err(raised);
        }
        self.may_raise(raised)?;
        let mut read = self.unknown_from(&[path], "what is read from a file", at);
        // Where the path is made up, the text is not.
        read.from.fallback = Truth::False;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::names;

    #[test]
    fn a_file_that_was_looked_for_is_there_where_it_is_read() {
        let program = "import os\nX = None\nif os.path.isfile('c.yml'):\n    try:\n        X = open('c.yml').read()\n    except OSError:\n        raise\nif not X:\n    raise ValueError";
        let found = names(&[("settings.py", program)], Some(&[]));
        assert!(found.raised.is_none(), "{:?}", found.raised);
        let unread = "try:\n    X = open('c.yml').read()\nexcept OSError:\n    raise";
        assert!(names(&[("settings.py", unread)], Some(&[])).raised.is_some());
    }
}
