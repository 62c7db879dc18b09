//! The files of a project: which there are, and what is in them. Nothing of them is ever run.
//!
//! All reading of the user's files goes through here: no path outside the root is read, no link is
//! followed out of it, nothing above the size limit is looked at, and each file is read at most once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rayon::prelude::*;

pub mod advisories;
pub(crate) mod amazon;
pub(crate) mod constructors;
mod decode;
pub mod given;
pub mod repository;
pub mod role;
pub mod rules;
pub mod service;
mod walk;

pub use advisories::{Advisories, Installed};
pub use given::Given;
pub use repository::Repository;
pub use role::Role;
pub use rules::Rules;
pub use service::{Service, services};

use crate::fact::{Ignorance, ProjectPath};
use crate::grammar::dotenv::{self, Dotenv};
use crate::problem::Problem;
use walk::Listed;

/// No file above this size is read: no settings module or configuration comes near it.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// The files below one folder.
#[derive(Debug)]
pub struct Project {
    root: Root,
    /// In the order of their paths.
    files: Vec<File>,
    truncated: bool,
    by_name: OnceLock<Index>,
    by_extension: OnceLock<Index>,
    repository: OnceLock<Option<Repository>>,
    rules: OnceLock<Rules>,
}

/// Where in the list the files stand, in the order of a word in their paths.
type Index = Vec<usize>;

/// Where the files are.
#[derive(Debug)]
enum Root {
    Folder(PathBuf),
    Memory,
}

/// One file, read when it is first asked for.
#[derive(Debug)]
struct File {
    path: ProjectPath,
    /// Whether it is known to be a regular file, and no link.
    is_plain: bool,
    content: OnceLock<Result<String, Ignorance>>,
    /// What it assigns, if it was asked as an environment file.
    assignments: OnceLock<Box<Dotenv>>,
    makes_application: OnceLock<bool>,
}

impl Project {
    /// The project in a folder.
    pub fn open(root: &Path) -> Result<Self, Problem> {
        let resolved = resolved_root(root)?;
        let walked = walk::files(&resolved);
        let files = walked.files.into_iter().map(File::unread).collect();
        Ok(Self::of_files(Root::Folder(resolved), files, walked.truncated))
    }

    /// A project of these texts, for examples.
    pub fn of_texts<'t>(texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let texts: BTreeMap<ProjectPath, String> = texts
            .into_iter()
            .map(|(path, text)| (ProjectPath::new(path), text.to_owned()))
            .collect();
        let files = texts
            .into_iter()
            .map(|(path, text)| {
                let unread = File::unread(Listed { path, is_plain: false });
                File { content: OnceLock::from(Ok(text)), ..unread }
            })
            .collect();
        Self::of_files(Root::Memory, files, false)
    }

    fn of_files(root: Root, files: Vec<File>, truncated: bool) -> Self {
        Self {
            root,
            files,
            truncated,
            by_name: OnceLock::new(),
            by_extension: OnceLock::new(),
            repository: OnceLock::new(),
            rules: OnceLock::new(),
        }
    }

    /// The folder, if the project lies in one.
    pub fn folder(&self) -> Option<&Path> {
        match &self.root {
            Root::Folder(folder) => Some(folder),
            Root::Memory => None,
        }
    }

    /// All files, in the order of their paths.
    pub fn paths(&self) -> impl Iterator<Item = &ProjectPath> {
        self.files.iter().map(|file| &file.path)
    }

    /// The files in a folder, at any depth, in the order of their paths.
    pub fn below(&self, folder: &ProjectPath) -> impl Iterator<Item = &ProjectPath> {
        let first = folder.join("\u{0}");
        let start = self.files.partition_point(|file| file.path < first);
        let from = self.files.get(start..).unwrap_or_default().iter().map(|file| &file.path);
        from.take_while(move |path| path.is_in(folder))
    }

    /// The files of this name, in the order of their paths.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &ProjectPath> {
        self.indexed(&self.by_name, ProjectPath::name, name)
    }

    /// The files whose names end in a dot and this, in the order of their paths.
    pub fn with_extension(&self, extension: &str) -> impl Iterator<Item = &ProjectPath> {
        self.indexed(&self.by_extension, ProjectPath::extension, extension)
    }

    fn indexed<'p>(
        &'p self,
        index: &'p OnceLock<Index>,
        word_of: fn(&ProjectPath) -> &str,
        word: &str,
    ) -> impl Iterator<Item = &'p ProjectPath> + use<'p> {
        let word_at = move |at: &usize| self.files.get(*at).map(|file| word_of(&file.path));
        let index = index.get_or_init(|| {
            let mut index: Index = (0..self.files.len()).collect();
            index.sort_by(|one, other| word_at(one).cmp(&word_at(other)));
            index
        });
        let start = index.partition_point(|at| word_at(at) < Some(word));
        let from = index.get(start..).unwrap_or_default();
        let count = from.partition_point(|at| word_at(at) == Some(word));
        let same = from.get(..count).unwrap_or_default();
        same.iter().filter_map(|at| self.files.get(*at)).map(|file| &file.path)
    }

    /// The repository around the project, if there is one.
    pub fn repository(&self) -> Option<&Repository> {
        let around = || self.folder().and_then(Repository::around);
        self.repository.get_or_init(around).as_ref()
    }

    /// What the `.gitignore` files leave out.
    pub fn rules(&self) -> &Rules {
        self.rules.get_or_init(|| Rules::of(self, self.repository()))
    }

    /// Whether there were more files than an audit looks at.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Whether a file is among those listed.
    pub fn has_listed(&self, path: &ProjectPath) -> bool {
        self.listed(path).is_some()
    }

    /// Whether a file is there, if only in an ignored folder.
    pub fn has(&self, path: &ProjectPath) -> bool {
        self.has_listed(path) || self.unlisted(path).is_some()
    }

    /// The text of a listed file, or why it cannot be read.
    pub fn read(&self, path: &ProjectPath) -> Result<&str, Ignorance> {
        match self.listed(path) {
            Some(file) => match file.content.get_or_init(|| self.load(path, file.is_plain)) {
                Ok(text) => Ok(text),
                Err(why) => Err(why.clone()),
            },
            None => Err(missing(path)),
        }
    }

    /// What a listed file assigns, read as an environment file that stands by itself, or why it cannot be
    /// read. Images, git and the environment ask the same few files.
    pub fn assignments(&self, path: &ProjectPath) -> Result<&Dotenv, Ignorance> {
        let text = self.read(path)?;
        let file = self.listed(path).ok_or_else(|| missing(path))?;
        Ok(file.assignments.get_or_init(|| Box::new(dotenv::read(text))))
    }

    /// The text of a file that was not listed because it lies in an ignored folder, but is named by
    /// another file; or why it cannot be read.
    pub fn read_unlisted(&self, path: &ProjectPath) -> Result<String, Ignorance> {
        match self.listed(path) {
            Some(_) => self.read(path).map(str::to_owned),
            None => self.load(path, false),
        }
    }

    /// Asks [`Self::makes_application`] of every program file that speaks for production, on all cores.
    pub fn search_for_applications(&self) {
        let programs = self.files.par_iter().filter(|file| file.path.extension() == "py");
        programs.for_each_init(Vec::new, |bytes, file| {
            self.search(file, bytes);
        });
    }

    /// Whether a listed file that speaks for production calls what makes an application of Flask, FastAPI
    /// and their like. Most of a program's files do not: they are searched as bytes, and not kept.
    pub fn makes_application(&self, path: &ProjectPath) -> bool {
        self.listed(path).is_some_and(|file| self.search(file, &mut Vec::new()))
    }

    fn search(&self, file: &File, bytes: &mut Vec<u8>) -> bool {
        let makes = |bytes: &[u8]| constructors::stand_in(bytes);
        *file.makes_application.get_or_init(|| {
            let may = Role::of(&file.path).counts()
                && match (&self.root, file.content.get()) {
                    (Root::Folder(root), None) if file.is_plain => {
                        decode::plain_bytes(&root.join(file.path.as_str()), bytes).is_ok_and(makes)
                    }
                    _ => true,
                };
            may && self.read(&file.path).is_ok_and(|text| makes(text.as_bytes()))
        })
    }

    fn listed(&self, path: &ProjectPath) -> Option<&File> {
        let at = self.files.binary_search_by(|file| file.path.cmp(path)).ok()?;
        self.files.get(at)
    }

    fn unlisted(&self, path: &ProjectPath) -> Option<PathBuf> {
        let Root::Folder(root) = &self.root else {
            return None;
        };
        let file = root.join(path.as_str()).canonicalize().ok()?;
        (file.starts_with(root) && file.is_file()).then_some(file)
    }

    fn load(&self, path: &ProjectPath, is_plain: bool) -> Result<String, Ignorance> {
        let Root::Folder(root) = &self.root else {
            return Err(missing(path));
        };
        let named = root.join(path.as_str());
        if is_plain {
            return decode::text(path, &named);
        }
        let file = named.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound if named.is_symlink() => {
                Ignorance::new(format!("`{path}` is a link to a file that is not there"))
            }
            std::io::ErrorKind::NotFound => missing(path),
            _ => decode::unreadable(path, &error),
        })?;
        if !file.starts_with(root) {
            return Err(Ignorance::new(format!(
                "`{path}` is a link that leads out of the project"
            )));
        }
        // Opening a named pipe waits for a writer that never comes.
        match file.metadata() {
            Ok(metadata) if !metadata.is_file() => Err(decode::not_regular(path)),
            Ok(_) => decode::text(path, &file),
            Err(error) => Err(decode::unreadable(path, &error)),
        }
    }
}

impl File {
    fn unread(Listed { path, is_plain }: Listed) -> Self {
        let (content, assignments) = (OnceLock::new(), OnceLock::new());
        Self { path, is_plain, content, assignments, makes_application: OnceLock::new() }
    }
}

fn missing(path: &ProjectPath) -> Ignorance {
    Ignorance::new(format!("`{path}` is not in the project"))
}

fn resolved_root(root: &Path) -> Result<PathBuf, Problem> {
    let shown = root.display();
    let resolved = root.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::new(format!("`{shown}` does not exist")),
        _ => Problem::new(format!("`{shown}` cannot be read: {error}")),
    })?;
    if resolved.is_dir() {
        return Ok(resolved);
    }
    Err(Problem::new(format!("`{shown}` is not a folder"))
        .with_hint("give the folder of the project"))
}
