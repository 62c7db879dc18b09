//! Which files there are: one parallel walk that leaves out what an audit never looks into.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;

use crate::fact::ProjectPath;

/// More files than this are not listed; the largest monorepo measured has a tenth.
const MAX_FILES: usize = 200_000;
/// Deeper folders are not entered.
const MAX_DEPTH: usize = 40;

/// Folders that hold no source of the project's, whatever `.gitignore` says.
const FOREIGN_FOLDERS: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    "bower_components",
    "site-packages",
    "__pycache__",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".terraform",
    ".next",
    ".nuxt",
    ".idea",
    ".vscode",
];

/// The outcome of a walk.
pub(super) struct Walked {
    /// In the order of their paths.
    pub(super) files: Vec<Listed>,
    /// Whether there were more than an audit looks at.
    pub(super) truncated: bool,
}

/// A file that was seen.
pub(super) struct Listed {
    pub(super) path: ProjectPath,
    /// Whether it is a regular file, and no link.
    pub(super) is_plain: bool,
}

/// Lists the files below a folder. Ignored folders are not entered; ignored files are listed, because
/// `.env` is one. Links to folders are not entered.
pub(super) fn files(root: &Path) -> Walked {
    let count = AtomicUsize::new(0);
    let files = folder(root, "", &Ignored::default(), 0, &count);
    Walked { truncated: count.load(Ordering::Relaxed) > MAX_FILES, files }
}

/// The ignore files in force in a folder, the nearest last.
#[derive(Clone, Default)]
struct Ignored(Vec<Arc<Gitignore>>);

impl Ignored {
    fn with(&self, folder: &Path, file: &Path) -> Self {
        let mut builder = GitignoreBuilder::new(folder);
        builder.add(file);
        let mut all = self.clone();
        all.0.extend(builder.build().ok().map(Arc::new));
        all
    }

    fn holds(&self, folder: &Path) -> bool {
        let matches = self.0.iter().rev().map(|rules| rules.matched(folder, true));
        matches
            .into_iter()
            .find(|matched| !matched.is_none())
            .is_some_and(|matched| matched.is_ignore())
    }
}

/// What is below a folder, in the order of the paths; `shown` is its path with a slash, empty for the root.
fn folder(
    path: &Path,
    shown: &str,
    ignored: &Ignored,
    depth: usize,
    count: &AtomicUsize,
) -> Vec<Listed> {
    let Ok(entries) = fs::read_dir(path) else {
        return Vec::new();
    };
    let (mut files, mut folders, mut ignore_file) = (Vec::new(), Vec::new(), false);
    for entry in entries.flatten() {
        let name = entry.file_name();
        let (Some(name), Ok(kind)) = (name.to_str(), entry.file_type()) else {
            continue;
        };
        let below = [shown, name].concat();
        if kind.is_dir() {
            if !FOREIGN_FOLDERS.contains(&name) {
                folders.push((entry.path(), below + "/"));
            }
        } else if !(kind.is_symlink() && entry.path().is_dir()) {
            ignore_file |= name == ".gitignore";
            files.push(Listed { path: ProjectPath::new(&below), is_plain: kind.is_file() });
        }
    }
    files.sort_unstable_by(|one: &Listed, other| one.path.cmp(&other.path));
    // A folder with `pyvenv.cfg` is a virtual environment: everything in it is installed, not written.
    if files.iter().any(|file| file.path.name() == "pyvenv.cfg") {
        return Vec::new();
    }
    if depth >= MAX_DEPTH || count.fetch_add(files.len(), Ordering::Relaxed) > MAX_FILES {
        return files;
    }
    let ignored = if ignore_file { &ignored.with(path, &path.join(".gitignore")) } else { ignored };
    folders.sort_unstable_by(|(_, one), (_, other)| one.cmp(other));
    let below: Vec<(String, Vec<Listed>)> = folders
        .into_par_iter()
        .filter(|(path, _)| !ignored.holds(path))
        .map(|(path, shown)| {
            let files = folder(&path, &shown, ignored, depth + 1, count);
            (shown, files)
        })
        .collect();
    in_order(files, below)
}

/// The files of a folder and of those below it, which begin with their folder's path and its slash.
fn in_order(files: Vec<Listed>, below: Vec<(String, Vec<Listed>)>) -> Vec<Listed> {
    let count = files.len() + below.iter().map(|(_, inside)| inside.len()).sum::<usize>();
    let mut all = Vec::with_capacity(count);
    let mut files = files.into_iter().peekable();
    for (start, inside) in below {
        while let Some(file) = files.next_if(|file| file.path.as_str() < start.as_str()) {
            all.push(file);
        }
        all.extend(inside);
    }
    all.extend(files);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stand_in_the_order_of_their_paths() {
        let root = tempfile::tempdir().unwrap();
        // `-` and `.` come before a slash, letters and digits after it.
        for path in ["a/x", "a/b/y", "a-b", "a.b", "a00", "a0/z/z", "B", "c"] {
            let file = root.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        let files = files(root.path()).files;
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["B", "a-b", "a.b", "a/b/y", "a/x", "a0/z/z", "a00", "c"]);
    }
}
