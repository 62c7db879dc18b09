//! The checks in force: those built in, and those of a team's own folder.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::load::{Context, Depth, load, load_parsed};
use super::register::Register;
use super::{Check, CheckId, Scalar};
use crate::fact::Catalogue;
use crate::problem::{Problem, did_you_mean};
use crate::toml_tree::{Node, Reader};

// `FILES`: every file under `checks/` as its path there, its text, and the tree of what comes before its
// examples; made by `checks/embed.rs`.
include!(concat!(env!("OUT_DIR"), "/checks.rs"));

/// The name of the file, beside the checks, that declares guides and name spaces.
const REGISTER: &str = "guides.toml";

/// Thresholds that a project changes, by check and parameter.
pub type Overrides = BTreeMap<String, BTreeMap<String, Scalar>>;

/// All checks, and what their citations mean.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// In the order of their ids.
    pub checks: Vec<Check>,
    /// The guides and name spaces that they cite.
    pub register: Register,
}

/// One file of a folder of checks.
#[derive(Clone, Debug)]
pub struct CheckFile {
    /// The path below the folder: `django/debug-off.toml`.
    pub path: Cow<'static, str>,
    /// The path as the user would write it, for messages.
    pub shown: String,
    /// What is in it.
    pub text: Cow<'static, str>,
    /// The tree of what comes before its examples, if that was parsed when the program was built.
    pub head: Option<&'static [u8]>,
}

impl CheckFile {
    fn load(&self, id: &str, context: &Context<'_>) -> Result<Check, Vec<Problem>> {
        let head = || postcard::from_bytes::<Node>(self.head?).ok();
        match context.depth {
            Depth::Judging if let Some(head) = head() => {
                load_parsed(id, &self.shown, &self.text, &head, context)
            }
            Depth::Judging | Depth::Whole => load(id, &self.shown, &self.text, context),
        }
    }
}

impl Library {
    /// The checks built into the program.
    pub fn built_in(
        catalogue: &Catalogue,
        overrides: &Overrides,
        depth: Depth,
    ) -> Result<Self, Vec<Problem>> {
        let files: Vec<CheckFile> = FILES
            .iter()
            .map(|(path, text, head)| CheckFile {
                path: Cow::Borrowed(path),
                shown: format!("checks/{path}"),
                text: Cow::Borrowed(text),
                head: Some(head),
            })
            .collect();
        let mut library = Self::default();
        library.add(&files, catalogue, overrides, depth, false)?;
        Ok(library)
    }

    /// Adds the checks of a folder. A check that is there already is a problem, unless it may be replaced.
    pub fn add(
        &mut self,
        files: &[CheckFile],
        catalogue: &Catalogue,
        overrides: &Overrides,
        depth: Depth,
        replace: bool,
    ) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        for file in files.iter().filter(|file| file.path == REGISTER) {
            let mut reader = Reader::new(&file.shown, &file.text);
            self.register.read(&mut reader);
            problems.extend(reader.finish());
        }
        let known = self.checks.iter().map(|check| check.id.as_str());
        let new = files.iter().filter_map(|file| file.path.strip_suffix(".toml"));
        let ids: Vec<&str> = known.chain(new).collect();
        let register = &self.register;
        let context = Context { catalogue, register, checks: &ids, overrides, depth };
        let loaded: Vec<Result<Check, Vec<Problem>>> = files
            .par_iter()
            .filter_map(|file| Some((file, file.path.strip_suffix(".toml")?)))
            .filter(|(file, _)| file.path != REGISTER)
            .map(|(file, id)| file.load(id, &context))
            .collect();
        for result in loaded {
            match result {
                Ok(check) => self.insert(check, replace, &mut problems),
                Err(wrong) => problems.extend(wrong),
            }
        }
        self.checks.sort_by(|one, other| one.id.cmp(&other.id));
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn insert(&mut self, check: Check, replace: bool, problems: &mut Vec<Problem>) {
        match self.checks.iter_mut().find(|known| known.id == check.id) {
            Some(known) if replace => *known = check,
            Some(_) => problems.push(
                Problem::new(format!("there is a check `{}` already", check.id)).with_hint(
                    "give it another name, or replace the built-in one with `--replace`",
                ),
            ),
            None => self.checks.push(check),
        }
    }

    /// The check of this name, or that once had it.
    pub fn get(&self, id: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.id.as_str() == id).or_else(|| {
            self.checks.iter().find(|check| check.former_ids.iter().any(|former| former == id))
        })
    }

    /// The ids that a word of the user's selects: a check, one of its former names, or an area.
    /// A word that selects nothing is a problem.
    pub fn select(&self, word: &str) -> Result<Vec<CheckId>, Problem> {
        if let Some(check) = self.get(word) {
            return Ok(vec![check.id.clone()]);
        }
        let area = word.trim_end_matches("/*").trim_end_matches('/');
        let in_area: Vec<CheckId> = self
            .checks
            .iter()
            .filter(|check| check.id.area() == area)
            .map(|check| check.id.clone())
            .collect();
        if in_area.is_empty() { Err(self.unknown(word)) } else { Ok(in_area) }
    }

    /// The problem of a name that no check has.
    pub fn unknown(&self, id: &str) -> Problem {
        let ids = self.checks.iter().map(|check| check.id.as_str());
        let areas = self.checks.iter().map(|check| check.id.area());
        Problem {
            hint: did_you_mean(id, ids.chain(areas))
                .or_else(|| Some("see `prodcheck list`".to_owned())),
            ..Problem::new(format!("unknown check `{id}`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::head::head;

    #[test]
    fn what_was_parsed_when_the_program_was_built_is_what_the_files_say() {
        for (path, text, tree) in FILES {
            let read = postcard::from_bytes::<Node>(tree).unwrap();
            assert_eq!(read, Reader::new(path, head(text)).parse(), "{path}");
        }
    }
}
