//! `include`: which files are meant, and the directives of a file with those of its includes in their place.

use std::collections::BTreeMap;

use globset::GlobBuilder;

use super::files::{Files, plain_name};
use super::source::Source;
use super::standard;
use super::syntax::{Block, Directive};
use crate::fact::{Ignorance, Place, ProjectPath};
use crate::project::Role;

/// More directives than this are not put together: a file that includes another twice, which does the
/// same, doubles them with each step.
const MAX_DIRECTIVES: usize = 100_000;
/// More includes than this are not followed, for the same reason.
const MAX_INCLUDES: usize = 1_000;
/// Folders in which nginx keeps its configuration on the machine it runs on.
const MACHINE_FOLDERS: &[&str] =
    &["/etc/nginx/", "/usr/local/nginx/conf/", "/usr/local/etc/nginx/", "/opt/nginx/conf/", "/"];

/// Puts included files in the place of the `include`.
pub(super) struct Includes<'f, 'p> {
    files: &'f Files<'p>,
    /// The folder of the main file, from which nginx resolves names; none if that file is not here.
    base: Option<ProjectPath>,
    open: Vec<ProjectPath>,
    count: usize,
    followed: usize,
    resolved: BTreeMap<(String, ProjectPath), Vec<ProjectPath>>,
    /// The files that were included.
    pub(super) used: Vec<ProjectPath>,
}

impl<'f, 'p> Includes<'f, 'p> {
    /// Includes of a main file in this folder.
    pub(super) fn new(files: &'f Files<'p>, base: Option<ProjectPath>) -> Self {
        Self {
            files,
            base,
            open: Vec::new(),
            count: 0,
            followed: 0,
            resolved: BTreeMap::new(),
            used: Vec::new(),
        }
    }

    /// The directives of a file, includes resolved.
    pub(super) fn file(&mut self, path: &ProjectPath) -> Block {
        match &*self.files.parsed(path) {
            Ok(parsed) => {
                self.open.push(path.clone());
                let block = self.block(&parsed.block, path);
                self.open.pop();
                block
            }
            Err(why) => Block { directives: Vec::new(), rest: Some(why.clone()) },
        }
    }

    fn block(&mut self, block: &Block, file: &ProjectPath) -> Block {
        let mut out = Block { directives: Vec::new(), rest: block.rest.clone() };
        for directive in &block.directives {
            self.count += 1;
            if self.count > MAX_DIRECTIVES {
                out.leave_open(Ignorance::new(format!(
                    "includes add up to more than {MAX_DIRECTIVES} directives"
                )));
                break;
            }
            if directive.name == "include" && directive.block.is_none() {
                self.include(directive, file, &mut out);
                continue;
            }
            let inner = directive.block.as_ref().map(|inner| self.block(inner, file));
            out.directives.push(Directive {
                name: directive.name.clone(),
                words: directive.words.clone(),
                place: directive.place.clone(),
                end: directive.end.clone(),
                block: inner,
            });
        }
        out
    }

    fn include(&mut self, directive: &Directive, file: &ProjectPath, out: &mut Block) {
        let Some(pattern) = directive.word(0).filter(|_| !directive.is_templated()) else {
            out.leave_open(missing(&directive.text(), &directive.place));
            return;
        };
        self.followed += 1;
        if self.followed > MAX_INCLUDES {
            out.leave_open(Ignorance::new(format!("there are more than {MAX_INCLUDES} includes")));
            return;
        }
        let key = (pattern.to_owned(), file.folder());
        let found = match self.resolved.get(&key) {
            Some(known) => known.clone(),
            None => self.resolve(pattern, file),
        };
        self.resolved.insert(key, found.clone());
        if found.is_empty() {
            not_found(pattern, directive, file, out);
        }
        for path in found {
            if self.open.contains(&path) {
                let why = format!("`{path}` includes itself at {}", directive.place);
                out.leave_open(Ignorance::new(why));
                continue;
            }
            self.used.push(path.clone());
            let included = self.file(&path);
            out.directives.extend(included.directives);
            if let Some(why) = included.rest {
                out.leave_open(why);
            }
        }
    }

    /// The files of the project that an `include` means, in nginx's order.
    fn resolve(&self, pattern: &str, file: &ProjectPath) -> Vec<ProjectPath> {
        if !pattern.starts_with('/') {
            let folders = self.base.iter().cloned().chain([file.folder()]);
            for folder in folders {
                let found = self.matching(folder.join(pattern).as_str());
                if !found.is_empty() {
                    return found;
                }
            }
        }
        let below = MACHINE_FOLDERS.iter().find_map(|folder| pattern.strip_prefix(folder));
        self.by_ending(below.unwrap_or(pattern), file)
    }

    /// The files whose paths end as the pattern does, as much of it as the project repeats. Of several
    /// folders that do, the nearest to the including file is meant.
    fn by_ending(&self, pattern: &str, file: &ProjectPath) -> Vec<ProjectPath> {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
        for taken in (1..=parts.len()).rev() {
            let ending = parts.get(parts.len() - taken..).unwrap_or_default().join("/");
            if taken == 1 && is_glob(&ending) {
                return Vec::new();
            }
            let found = self.matching(&format!("**/{ending}"));
            let nearest = found.iter().map(|path| closeness(path, file)).max();
            let Some(folder) = found
                .iter()
                .find(|path| Some(closeness(path, file)) == nearest)
                .map(ProjectPath::folder)
            else {
                continue;
            };
            return found.into_iter().filter(|path| path.folder() == folder).collect();
        }
        Vec::new()
    }

    /// The files that match a pattern, or would once a template engine has taken its ending away.
    fn matching(&self, pattern: &str) -> Vec<ProjectPath> {
        let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() else {
            return Vec::new();
        };
        let matcher = glob.compile_matcher();
        let hidden = pattern.rsplit('/').next().is_some_and(|name| name.starts_with('.'));
        let paths = self.files.project.paths().filter(|path| Role::of(path).counts());
        paths
            .filter(|path| hidden || !path.name().starts_with('.'))
            .filter(|path| {
                let plain = path.folder().join(plain_name(path.name()));
                matcher.is_match(path.as_str()) || matcher.is_match(plain.as_str())
            })
            .cloned()
            .collect()
    }
}

/// A file that every installation of nginx or certbot has, or else an unknown rest.
fn not_found(pattern: &str, at: &Directive, file: &ProjectPath, out: &mut Block) {
    match standard::file(pattern) {
        Some(text) => {
            let parsed = super::parse::parse(&Source::new(file, text));
            out.directives.extend(parsed.block.directives.into_iter().map(|mut directive| {
                directive.place = at.place.clone();
                directive.end = at.end.clone();
                directive
            }));
        }
        // The content of a folder may turn up elsewhere in the project; a file that is gone is gone.
        None if is_glob(pattern) => out.leave_open(missing(pattern, &at.place)),
        None => out.rest = Some(missing(pattern, &at.place)),
    }
}

/// Whether an `include` may mean several files or none.
pub(super) fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

fn missing(pattern: &str, place: &Place) -> Ignorance {
    Ignorance::new(format!("`{pattern}`, included at {place}, is not in the project"))
}

/// How many folders two files have in common.
fn closeness(one: &ProjectPath, other: &ProjectPath) -> usize {
    let (one, other) = (one.folder(), other.folder());
    one.as_str().split('/').zip(other.as_str().split('/')).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    fn names(files: &[(&str, &str)], main: &str) -> String {
        let project = Project::of_texts(files.iter().copied());
        let files = Files::of(&project);
        let main = ProjectPath::new(main);
        let block = Includes::new(&files, Some(main.folder())).file(&main);
        let mut names: Vec<String> =
            block.directives.iter().map(|directive| directive.name.clone()).collect();
        names.extend(block.rest.map(|rest| format!("? {rest}")));
        names.join(", ")
    }

    #[test]
    fn an_include_is_found_where_nginx_or_the_project_keeps_it() {
        for (files, read) in [
            (vec![("n/main.conf", "include b.conf;"), ("n/b.conf", "b;")], "b"),
            (
                vec![
                    ("n/main.conf", "include /etc/nginx/conf.d/*.conf; z;"),
                    ("n/conf.d/b.conf", "b;"),
                    ("n/conf.d/a.conf.template", "a;"),
                    ("n/conf.d/c.txt", "c;"),
                ],
                "a, b, z",
            ),
            (vec![("n/main.conf", "include snippets/ssl.conf;"), ("n/ssl.conf", "s;")], "s"),
            (vec![("n/main.conf", "include mime.types; z;")], "z"),
            (
                vec![("n/main.conf", "include main.conf; z;")],
                "z, ? `n/main.conf` includes itself at n/main.conf:1",
            ),
            (
                vec![("n/main.conf", "z; include gone.conf;")],
                "z, ? `gone.conf`, included at n/main.conf:1, is not in the project",
            ),
            (
                vec![("n/main.conf", "include /etc/nginx/sites-enabled/*;"), ("o/x.conf", "o;")],
                "? `/etc/nginx/sites-enabled/*`, included at n/main.conf:1, is not in the project",
            ),
        ] {
            assert_eq!(names(&files, "n/main.conf"), read, "{files:?}");
        }
    }

    #[test]
    fn includes_that_double_come_to_an_end() {
        let files: Vec<(String, String)> = (0..40)
            .map(|n| (format!("{n}.conf"), format!("include {0}.conf; include {0}.conf;", n + 1)))
            .chain([("40.conf".to_owned(), "a;".to_owned())])
            .collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert!(names(&files, "0.conf").contains("more than 1000 includes"));
    }
}
