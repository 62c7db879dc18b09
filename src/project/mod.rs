//! The files of a project: which there are, and what is in them. Nothing of them is ever run.
//!
//! All reading of the user's files goes through here: no path outside the root is read, no link is
//! followed out of it, nothing above the size limit is looked at, and each file is read at most once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

mod decode;
pub mod given;
pub mod role;
pub mod service;
mod walk;

pub use given::Given;
pub use role::Role;
pub use service::{Service, services};

use crate::fact::{Ignorance, ProjectPath};
use crate::problem::Problem;

/// No file above this size is read: no settings module or configuration comes near it.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// The files below one folder.
#[derive(Debug)]
pub struct Project {
    root: Root,
    files: Vec<File>,
    truncated: bool,
}

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
    content: OnceLock<Result<String, Ignorance>>,
}

impl Project {
    /// The project in a folder.
    pub fn open(root: &Path) -> Result<Self, Problem> {
        let resolved = resolved_root(root)?;
        let walked = walk::files(&resolved);
        let files = walked.paths.into_iter().map(File::unread).collect();
        Ok(Self { root: Root::Folder(resolved), files, truncated: walked.truncated })
    }

    /// A project of these texts, for examples.
    pub fn of_texts<'t>(texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let texts: BTreeMap<ProjectPath, String> = texts
            .into_iter()
            .map(|(path, text)| (ProjectPath::new(path), text.to_owned()))
            .collect();
        let files = texts
            .into_iter()
            .map(|(path, text)| File { path, content: OnceLock::from(Ok(text)) })
            .collect();
        Self { root: Root::Memory, files, truncated: false }
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
            Some(file) => match file.content.get_or_init(|| self.load(path)) {
                Ok(text) => Ok(text),
                Err(why) => Err(why.clone()),
            },
            None => Err(Ignorance::new(format!("`{path}` is not in the project"))),
        }
    }

    /// The text of a file that was not listed because it lies in an ignored folder, but is named by
    /// another file; or why it cannot be read.
    pub fn read_unlisted(&self, path: &ProjectPath) -> Result<String, Ignorance> {
        match self.listed(path) {
            Some(_) => self.read(path).map(str::to_owned),
            None => self.load(path),
        }
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

    fn load(&self, path: &ProjectPath) -> Result<String, Ignorance> {
        let missing = || Ignorance::new(format!("`{path}` is not in the project"));
        let Root::Folder(root) = &self.root else {
            return Err(missing());
        };
        let named = root.join(path.as_str());
        let file = named.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound if named.is_symlink() => {
                Ignorance::new(format!("`{path}` is a link to a file that is not there"))
            }
            std::io::ErrorKind::NotFound => missing(),
            _ => decode::unreadable(path, &error),
        })?;
        if !file.starts_with(root) {
            return Err(Ignorance::new(format!(
                "`{path}` is a link that leads out of the project"
            )));
        }
        decode::text(path, &file)
    }
}

impl File {
    fn unread(path: ProjectPath) -> Self {
        Self { path, content: OnceLock::new() }
    }
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
