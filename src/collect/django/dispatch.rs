//! Packages of settings that choose a module by a variable: `if ENV == "production": from .production import *`.
//!
//! Where nobody sets the variable, its default is often the developer's. Modules for development are not judged:
//! which one runs is left open then.

use super::select::Selected;
use crate::collect::Sources;
use crate::fact::{Place, ProjectPath};
use crate::project::Role;
use crate::python::{Environment, Library, Namespace, Read};

/// What the settings come to, and what is left open of them.
pub(super) fn evaluated(
    sources: &Sources<'_>,
    library: &mut Library<'_>,
    selected: &Selected,
    environment: &Environment,
) -> (Evaluated, Option<Open>) {
    let evaluated = Evaluated::of(library, selected, environment);
    match left_open(sources, selected, environment, &evaluated) {
        Some(open) => (Evaluated::of(library, selected, &open.environment), Some(open)),
        None => (evaluated, None),
    }
}

/// What came of the settings.
pub(super) struct Evaluated {
    pub(super) namespace: Namespace,
    pub(super) reads: Vec<Read>,
    /// The modules of the project that have run.
    files: Vec<ProjectPath>,
}

impl Evaluated {
    /// What the settings come to in an environment.
    fn of(library: &mut Library<'_>, selected: &Selected, environment: &Environment) -> Self {
        let outcome = library.interpret(environment, |interpreter| Self {
            namespace: selected.evaluated(interpreter),
            reads: interpreter.reads(),
            files: interpreter.files(),
        });
        outcome.unwrap_or_else(|why| Self {
            namespace: Namespace { rest: Some(why), ..Namespace::default() },
            reads: Vec::new(),
            files: Vec::new(),
        })
    }
}

/// A choice that nobody is seen to make.
pub(super) struct Open {
    /// The environment in which the variables that decide are set, nobody knows to what.
    pub(super) environment: Environment,
    /// Where the settings ask for the first of them.
    pub(super) at: Place,
}

/// What is left open where the settings would choose a module for development, and not that of production beside
/// it.
fn left_open(
    sources: &Sources<'_>,
    selected: &Selected,
    environment: &Environment,
    evaluated: &Evaluated,
) -> Option<Open> {
    let folder = selected.file.folder();
    let is_beside = |path: &ProjectPath, roles: &[Role]| {
        *path != selected.file && path.is_in(&folder) && roles.contains(&Role::of(path))
    };
    let runs_development =
        evaluated.files.iter().any(|path| is_beside(path, &[Role::Development, Role::Test]));
    let mut programs = sources.service.programs();
    let dispatches = selected.file.name() == "__init__.py"
        && !environment.whole
        && runs_development
        && programs.any(|path| is_beside(path, &[Role::Production]));
    let is_own = |read: &&Read| {
        !read.set
            && !environment.expected.contains(&read.name)
            && matches!(&read.place, Place::File { path, .. } if *path == selected.file)
    };
    let mut deciding = evaluated.reads.iter().filter(is_own).filter(|_| dispatches).peekable();
    let at = deciding.peek()?.place.clone();
    let mut environment = environment.clone();
    environment.expected.extend(deciding.map(|read| read.name.clone()));
    Some(Open { environment, at })
}
