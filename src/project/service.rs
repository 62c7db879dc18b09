//! What a repository holds: services, each a folder with an application of its own.
//!
//! A file belongs to the nearest service above it; a file above all services is shared and every
//! service sees it. A repository with one service, the common case, belongs to it as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Project, Role};
use crate::fact::ProjectPath;

/// One application of a repository.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its folder's name; that of the project's folder if it is the whole project.
    pub name: String,
    /// Its folder.
    pub root: ProjectPath,
    /// The files that are its own, in the order of their paths.
    pub own: Vec<ProjectPath>,
    /// The files that all services share.
    pub shared: Shared,
}

/// The files above all services. A monorepo has thousands of them, and hundreds of services that see them.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// All of them, in the order of their paths.
    pub files: Arc<[ProjectPath]>,
    /// Those in Python, and those that some server runs as Python.
    python: Arc<[ProjectPath]>,
}

impl Shared {
    fn of(files: Vec<ProjectPath>) -> Self {
        let python = files.iter().filter(|path| is_python(path)).cloned().collect();
        Self { files: files.into(), python }
    }
}

/// Whether a file is Python: by its ending, or as the `gunicorn.conf` that gunicorn runs as such.
fn is_python(path: &ProjectPath) -> bool {
    match path.extension() {
        "py" | "cfg" => true,
        "conf" => path.name().contains("gunicorn"),
        _ => false,
    }
}

impl Service {
    /// All files the service sees.
    pub fn files(&self) -> impl Iterator<Item = &ProjectPath> {
        self.own.iter().chain(self.shared.files.iter())
    }

    /// The files that may be run as Python: the programs, and configuration that servers run.
    pub fn python(&self) -> impl Iterator<Item = &ProjectPath> {
        self.own.iter().filter(|path| is_python(path)).chain(self.shared.python.iter())
    }

    /// The programs in Python that the service sees.
    pub fn programs(&self) -> impl Iterator<Item = &ProjectPath> {
        self.python().filter(|path| path.extension() == "py")
    }

    /// Whether a file is one that all services share.
    pub fn shares(&self, path: &ProjectPath) -> bool {
        // What lies in the folder of a service belongs to it, or to one below it.
        let inside = !self.root.as_str().is_empty() && path.is_in(&self.root);
        !inside && self.shared.files.binary_search(path).is_ok()
    }

    /// Whether the service sees a file.
    pub fn sees(&self, path: &ProjectPath) -> bool {
        self.own.binary_search(path).is_ok() || self.shares(path)
    }
}

/// Files that say which packages a folder's program is made of.
const MANIFESTS: &[&str] = &[
    "requirements.txt",
    "pyproject.toml",
    "Pipfile",
    "setup.py",
    "setup.cfg",
    "package.json",
    "go.mod",
    "Gemfile",
];

/// File names in which a Flask or FastAPI application is made.
const APP_FILES: &[&str] = &[
    "app.py",
    "main.py",
    "wsgi.py",
    "asgi.py",
    "application.py",
    "server.py",
    "run.py",
    "api.py",
    "__init__.py",
];

/// The services of a project; always at least one. `name` is the project's own name.
pub fn services(project: &Project, name: &str) -> Vec<Service> {
    let mut roots = application_roots(project);
    if roots.is_empty() {
        roots = container_roots(project);
    }
    if roots.len() < 2 {
        let own = project.paths().cloned().collect();
        return vec![Service {
            name: name.to_owned(),
            root: ProjectPath::new(""),
            own,
            shared: Shared::default(),
        }];
    }
    let mut own: BTreeMap<&ProjectPath, Vec<ProjectPath>> =
        roots.iter().map(|root| (root, Vec::new())).collect();
    let mut shared = Vec::new();
    let paths: Vec<&ProjectPath> = project.paths().collect();
    // The files of one folder mostly stand together, and have the same root.
    for of_folder in paths.chunk_by(|one, other| one.folder_text() == other.folder_text()) {
        let root = of_folder.first().and_then(|path| nearest(path, &roots));
        let files = root.and_then(|root| own.get_mut(root)).unwrap_or(&mut shared);
        files.extend(of_folder.iter().copied().cloned());
    }
    let shared = Shared::of(shared);
    own.into_iter()
        .map(|(root, own)| Service {
            name: if root.as_str().is_empty() { name.to_owned() } else { root.to_string() },
            root: root.clone(),
            own,
            shared: shared.clone(),
        })
        .collect()
}

fn nearest<'r>(path: &ProjectPath, roots: &'r BTreeSet<ProjectPath>) -> Option<&'r ProjectPath> {
    let mut path = path.as_str();
    while !path.is_empty() {
        path = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if let Some(root) = roots.get(path) {
            return Some(root);
        }
    }
    None
}

/// Whether the text of a `manage.py` is that of a command, and not of a module that has the name by chance:
/// such a one defines something.
pub fn is_command_line(text: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    has(&["__main__", "execute_from_command_line", "DJANGO_SETTINGS_MODULE"])
        || !has(&["def ", "class "])
}

/// Folders with a Django project or a Flask or FastAPI application.
fn application_roots(project: &Project) -> BTreeSet<ProjectPath> {
    let named = |names: &'static [&str]| {
        let named = project.paths().filter(|path| names.contains(&path.name()));
        named.filter(|path| Role::of(path).counts())
    };
    let commands =
        named(&["manage.py"]).filter(|path| project.read(path).is_ok_and(is_command_line));
    let mut roots: BTreeSet<ProjectPath> = commands.map(ProjectPath::folder).collect();
    for path in named(APP_FILES) {
        if project.makes_application(path)
            && let Some(folder) = program_folder(project, path)
            && nearest(path, &roots).is_none()
        {
            roots.insert(folder);
        }
    }
    roots
}

/// The folder at or above a file that says which packages the program is made of, or builds it.
fn program_folder(project: &Project, path: &ProjectPath) -> Option<ProjectPath> {
    let mut folder = path.folder();
    loop {
        let here = |name: &str| project.has_listed(&folder.join(name));
        if MANIFESTS.iter().any(|name| here(name)) || here("Dockerfile") {
            return Some(folder);
        }
        if folder.as_str().is_empty() {
            return None;
        }
        folder = folder.folder();
    }
}

/// Folders that build an image from a program of their own.
fn container_roots(project: &Project) -> BTreeSet<ProjectPath> {
    project
        .paths()
        .filter(|path| path.name() == "Dockerfile" && Role::of(path).counts())
        .map(ProjectPath::folder)
        .filter(|folder| MANIFESTS.iter().any(|name| project.has_listed(&folder.join(name))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[(&str, &str)]) -> Vec<String> {
        let project = Project::of_texts(files.iter().copied());
        services(&project, "shop").into_iter().map(|service| service.name).collect()
    }

    #[test]
    fn one_application_owns_the_whole_repository() {
        let files = [("backend/manage.py", ""), ("nginx/site.conf", ""), ("web/Dockerfile", "")];
        assert_eq!(names(&files), ["shop"]);
    }

    #[test]
    fn several_applications_share_what_lies_above_them() {
        let project = Project::of_texts([
            ("a/manage.py", ""),
            ("b/src/main.py", "app = FastAPI()"),
            ("b/requirements.txt", ""),
            ("compose.yaml", ""),
        ]);
        let services = services(&project, "shop");
        let seen: Vec<(&str, Vec<&str>)> = services
            .iter()
            .map(|service| {
                (service.name.as_str(), service.files().map(ProjectPath::as_str).collect())
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("a", vec!["a/manage.py", "compose.yaml"]),
                ("b", vec!["b/requirements.txt", "b/src/main.py", "compose.yaml"]),
            ]
        );
    }

    #[test]
    fn a_module_that_is_called_like_the_command_makes_no_service() {
        let views = "from django.views import View\nclass Manage(View):\n    pass\n";
        let files = [("manage.py", ""), ("profile/views/manage.py", views)];
        assert_eq!(names(&files), ["shop"]);
    }

    #[test]
    fn tests_and_examples_hold_no_services() {
        let files =
            [("manage.py", ""), ("examples/one/manage.py", ""), ("tests/app/manage.py", "")];
        assert_eq!(names(&files), ["shop"]);
    }

    #[test]
    fn images_count_where_no_application_is_recognised() {
        let files =
            [("a/Dockerfile", ""), ("a/go.mod", ""), ("b/Dockerfile", ""), ("b/package.json", "")];
        assert_eq!(names(&files), ["a", "b"]);
    }
}
