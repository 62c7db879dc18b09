//! Settings that choose by a variable what is in force: `if ENV == "production": from .production import *`, or
//! `SECURE_SSL_REDIRECT = ENV == "production"`.
//!
//! Where nobody sets the variable, its default is often the developer's. Settings for development are not judged:
//! which of them are in force is left open then.

use std::sync::LazyLock;

use regex::Regex;

use super::select::Selected;
use crate::collect::Sources;
use crate::fact::{Place, ProjectPath};
use crate::project::Role;
use crate::project::role::names_environment;
use crate::python::{Environment, Library, Namespace, Read};

/// What the settings come to, and what is left open of them.
pub(super) fn evaluated(
    sources: &Sources<'_>,
    library: &mut Library<'_>,
    selected: &Selected,
    environment: &Environment,
) -> (Evaluated, Option<Open>) {
    // What is chosen by default is asked of what can be seen.
    let seen = Environment { unseen: false, ..environment.clone() };
    let evaluated = Evaluated::of(library, selected, &seen);
    match left_open(sources, selected, &seen, &evaluated) {
        Some(mut open) => {
            open.environment.unseen = environment.unseen;
            // Without a default both ways are open, and where nobody sets the variable only one is taken.
            if open.at.is_some() {
                let unset = Environment { whole: true, ..seen };
                let unset = Evaluated::of(library, selected, &unset);
                open.at = open.at.filter(|_| runs_development(selected, &unset));
            }
            (Evaluated::of(library, selected, &open.environment), Some(open))
        }
        None if environment.unseen => (Evaluated::of(library, selected, environment), None),
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
    /// Where a package asks for the first of them that leads to a module for development.
    pub(super) at: Option<Place>,
}

/// A comparison with the name of production.
static COMPARED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r#"["'](?i:prod|production|prd|live)["']"#;
    Regex::new(&format!(r"(?:[=!]=|\bin)\s*[\[({{]?\s*{name}|{name}\s*[=!]=")).ok()
});

/// What is left open where the settings would choose what is for development, and not what is for production.
fn left_open(
    sources: &Sources<'_>,
    selected: &Selected,
    environment: &Environment,
    evaluated: &Evaluated,
) -> Option<Open> {
    let mut programs = sources.service.programs();
    let dispatches = selected.file.name() == "__init__.py"
        && !environment.whole
        && runs_development(selected, evaluated)
        && programs.any(|path| is_beside(selected, path, &[Role::Production]));
    let is_unset = |read: &&Read| !read.set && !environment.expected.contains(&read.name);
    let is_own = |read: &&Read| {
        is_unset(read) && matches!(&read.place, Place::File { path, .. } if *path == selected.file)
    };
    let is_developers = |read: &&Read| is_unset(read) && names_development(read);
    let compares = !environment.whole
        && evaluated.reads.iter().any(|read| is_developers(&read))
        && compares_with_production(sources, &evaluated.files);
    let decides = |read: &&Read| (dispatches && is_own(read)) || (compares && is_developers(read));
    let mut deciding = evaluated.reads.iter().filter(decides).peekable();
    let first = deciding.peek()?;
    let at = Some(first.place.clone()).filter(|_| dispatches && is_own(first));
    let mut environment = environment.clone();
    environment.expected.extend(deciding.map(|read| read.name.clone()));
    Some(Open { environment, at })
}

/// Whether a module for development ran, beside the one that is judged.
fn runs_development(selected: &Selected, evaluated: &Evaluated) -> bool {
    let roles = [Role::Development, Role::Test];
    evaluated.files.iter().any(|path| is_beside(selected, path, &roles))
}

fn is_beside(selected: &Selected, path: &ProjectPath, roles: &[Role]) -> bool {
    *path != selected.file && path.is_in(&selected.file.folder()) && roles.contains(&Role::of(path))
}

/// Whether one of the settings' files asks whether something is production.
fn compares_with_production(sources: &Sources<'_>, files: &[ProjectPath]) -> bool {
    let mut texts = files.iter().filter_map(|file| sources.project.read(file).ok());
    texts.any(|text| COMPARED.as_ref().is_some_and(|compared| compared.is_match(text)))
}

/// Whether a variable names the environment in which the program runs, and that of a developer by default.
fn names_development(read: &Read) -> bool {
    let default = read.default.as_ref().and_then(|default| default.value.text());
    names_environment(&read.name)
        && default.is_some_and(|text| Role::of(&ProjectPath::new(text)) == Role::Development)
}
