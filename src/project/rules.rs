//! What the `.gitignore` files of a project leave out.
//!
//! Only files of the repository count: `.git/info/exclude` and the user's own ignore file are on one
//! machine alone.

use std::collections::BTreeMap;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Project, Repository};
use crate::fact::{Place, Position, ProjectPath};

/// The ignore files in force.
#[derive(Debug)]
pub struct Rules {
    /// By the folder that each speaks for, within the repository.
    files: BTreeMap<ProjectPath, RuleFile>,
    /// The project's folder within the repository.
    project: ProjectPath,
}

#[derive(Debug)]
struct RuleFile {
    /// Where it is, if in the project.
    path: Option<ProjectPath>,
    text: String,
    rules: Gitignore,
}

impl Rules {
    /// Those of a project and of the repository around it.
    pub fn of(project: &Project, repository: Option<&Repository>) -> Self {
        let folder = repository.map_or(ProjectPath::new(""), |around| around.project.clone());
        let outer = repository.iter().flat_map(|around| &around.above);
        let mut files: BTreeMap<ProjectPath, RuleFile> =
            outer.map(|(folder, text)| (folder.clone(), RuleFile::new(None, text))).collect();
        for path in project.named(".gitignore") {
            if let Ok(text) = project.read(path) {
                let speaks_for = folder.join(path.folder().as_str());
                files.insert(speaks_for, RuleFile::new(Some(path.clone()), text));
            }
        }
        Self { files, project: folder }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether a file of the project is ignored, and the line that decides, either way.
    pub fn ignore(&self, path: &ProjectPath) -> (bool, Option<Place>) {
        let whole = self.project.join(path.as_str());
        // What lies in an ignored folder is ignored, whatever else is said of it.
        let above: Vec<ProjectPath> = folders_above(&whole).collect();
        for folder in above.iter().rev().filter(|folder| !folder.as_str().is_empty()) {
            let (ignored, place) = self.decide(folder, true);
            if ignored {
                return (true, place);
            }
        }
        self.decide(&whole, false)
    }

    /// The nearest file that speaks of a path decides.
    fn decide(&self, path: &ProjectPath, is_folder: bool) -> (bool, Option<Place>) {
        for folder in folders_above(path) {
            let (Some(file), Some(below)) = (self.files.get(&folder), path.within(&folder)) else {
                continue;
            };
            match file.rules.matched(below, is_folder) {
                ignore::Match::None => {}
                ignore::Match::Ignore(glob) => return (true, file.place(glob.original())),
                ignore::Match::Whitelist(glob) => return (false, file.place(glob.original())),
            }
        }
        (false, None)
    }
}

/// The folders that hold a path, the nearest first and the root last.
fn folders_above(path: &ProjectPath) -> impl Iterator<Item = ProjectPath> {
    let next = |folder: &ProjectPath| (!folder.as_str().is_empty()).then(|| folder.folder());
    std::iter::successors(next(path), next)
}

impl RuleFile {
    fn new(path: Option<ProjectPath>, text: &str) -> Self {
        let mut builder = GitignoreBuilder::new("");
        for line in text.lines() {
            // A line that is no pattern says nothing, as to git.
            let _ = builder.add_line(None, line);
        }
        let rules = builder.build().unwrap_or_else(|_| Gitignore::empty());
        Self { path, text: text.to_owned(), rules }
    }

    fn place(&self, pattern: &str) -> Option<Place> {
        let path = self.path.as_ref()?;
        let last = self.text.lines().zip(1..).filter(|(line, _)| line.trim_end() == pattern).last();
        Some(match last {
            Some((_, line)) => Place::in_file(path, Position::line(line)),
            None => Place::whole(path),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rule_decides_and_an_ignored_folder_holds_its_files() {
        let project = Project::of_texts([
            (".gitignore", "*.env\n.env\n.env.*\n!.env.example\nbuild/\n/only-here\n"),
            ("app/.gitignore", "!.env\n"),
            ("build/.gitignore", "!x.env\n"),
        ]);
        let rules = Rules::of(&project, None);
        for (path, ignored, line) in [
            (".env", true, Some(".gitignore:2")),
            (".env.example", false, Some(".gitignore:4")),
            ("deep/in/production.env", true, Some(".gitignore:1")),
            ("app/.env", false, Some("app/.gitignore:1")),
            ("build/x.env", true, Some(".gitignore:5")),
            ("only-here", true, Some(".gitignore:6")),
            ("app/only-here", false, None),
            ("settings.py", false, None),
        ] {
            let (found, place) = rules.ignore(&ProjectPath::new(path));
            let place = place.map(|place| place.to_string());
            assert_eq!((found, place.as_deref()), (ignored, line), "{path}");
        }
    }
}
