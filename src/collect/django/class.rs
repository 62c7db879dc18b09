//! Which class of a settings module production runs, with django-configurations.

use std::sync::LazyLock;

use regex::Regex;

use super::select::Selected;
use crate::collect::Sources;
use crate::fact::{Facts, ProjectPath};
use crate::project::Role;

/// What a module of such classes imports.
const LIBRARY: &str = "configurations";

/// Names that a module imports from a module of the project.
static IMPORTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)^from\s+([.0-9A-Za-z_]+)\s+import\s+([^#\n]+)").ok());

/// A class at the margin of a module.
static CLASS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)^class\s+([A-Za-z_][0-9A-Za-z_]*)\s*\(").ok());

/// Where a text names the class.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = r#"DJANGO_CONFIGURATION["']?\s*\]?\s*[,=:]\s*["']?([A-Za-z_][0-9A-Za-z_]*)"#;
    Regex::new(pattern).ok()
});

/// The module with its class, if its settings are classes: the one that the deployment names, unless
/// it is for development and another is named for production; else the default in `wsgi.py`.
pub(super) fn with_class(selected: Selected, sources: &Sources<'_>, so_far: &Facts) -> Selected {
    let text = sources.project.read(&selected.file).unwrap_or_default();
    let classes = if text.contains(LIBRARY) || selected.class.is_some() {
        classes(text)
    } else {
        imported_classes(text, &selected.file, sources)
    };
    if classes.is_empty() {
        return selected;
    }
    let deployed = selected.class.clone().or_else(|| deployed(so_far));
    let fits = |name: &&str| role(name).counts();
    let named = deployed.as_deref().filter(fits);
    let production = classes.iter().find(|name| role(name) == Role::Production).copied();
    let fallback = default_of_server(sources, &classes);
    let (class, because) = match (named, production, &deployed, &fallback) {
        (Some(named), ..) => (named, None),
        (None, Some(production), ..) => (production, Some("is named for production")),
        (None, None, Some(deployed), _) => (deployed.as_str(), None),
        (None, None, None, Some(default)) => {
            (default.as_str(), Some("is the default of `wsgi.py`"))
        }
        (None, None, None, None) => match classes.as_slice() {
            [only] => (*only, Some("is its only class")),
            _ => return selected,
        },
    };
    let because = match because {
        Some(because) => format!("{}; `{class}` {because}", selected.because),
        None => selected.because.clone(),
    };
    Selected { class: Some(class.to_owned()), because, ..selected }
}

fn classes(text: &str) -> Vec<&str> {
    let Some(pattern) = CLASS.as_ref() else {
        return Vec::new();
    };
    pattern.captures_iter(text).filter_map(|found| Some(found.get(1)?.as_str())).collect()
}

/// The classes that a module only brings together: `from .production import Production`.
fn imported_classes<'t>(
    text: &'t str,
    module: &ProjectPath,
    sources: &Sources<'_>,
) -> Vec<&'t str> {
    let Some(pattern) = IMPORTED.as_ref() else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for found in pattern.captures_iter(text) {
        let (Some(from), Some(names)) = (found.get(1), found.get(2)) else {
            continue;
        };
        let below = from.as_str().trim_start_matches('.').replace('.', "/");
        let file = match from.as_str().strip_prefix('.') {
            Some(_) => vec![module.folder().join(&format!("{below}.py"))],
            None => sources.service.files().filter(|it| is_module(it, &below)).cloned().collect(),
        };
        let text = file.iter().find_map(|file| sources.project.read(file).ok());
        let defined = text.filter(|text| text.contains(LIBRARY)).map(classes).unwrap_or_default();
        let names = names.as_str().trim_matches(['(', ')', ' ']).split(',').map(str::trim);
        all.extend(names.filter(|name| defined.contains(name)));
    }
    all
}

fn is_module(file: &ProjectPath, module: &str) -> bool {
    let path = file.as_str().strip_suffix(".py").unwrap_or_default();
    path == module || path.strip_suffix(module).is_some_and(|root| root.ends_with('/'))
}

/// What a class is for, told by its name.
fn role(class: &str) -> Role {
    Role::of(&ProjectPath::new(class))
}

/// The class that the files which deploy name.
fn deployed(so_far: &Facts) -> Option<String> {
    ["env.variables", "compose.environment", "docker.environment"].iter().find_map(|path| {
        let fact = so_far.at(&format!("{path}.DJANGO_CONFIGURATION"));
        fact.value.text().filter(|text| !text.is_empty()).map(str::to_owned)
    })
}

/// The class that a server runs which nobody tells one: of those that its files name, one that is among these.
fn default_of_server(sources: &Sources<'_>, classes: &[&str]) -> Option<String> {
    let starts = |path: &&ProjectPath| {
        matches!(path.name(), "wsgi.py" | "asgi.py") && Role::of(path).counts()
    };
    let files = sources.service.files().filter(starts);
    let named: Vec<&str> = files
        .filter_map(|path| {
            let text = sources.project.read(path).ok()?;
            Some(NAMED.as_ref()?.captures(text)?.get(1)?.as_str())
        })
        .collect();
    let fitting = named.iter().find(|name| classes.contains(*name)).or(named.first());
    fitting.map(ToString::to_string)
}
