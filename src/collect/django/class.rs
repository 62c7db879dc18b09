//! Which class of a settings module production runs, with django-configurations.

use std::sync::LazyLock;

use regex::Regex;

use super::select::Selected;
use crate::collect::Sources;
use crate::fact::{Facts, ProjectPath};
use crate::project::Role;

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
    if !text.contains("configurations") && selected.class.is_none() {
        return selected;
    }
    let classes = classes(text);
    if classes.is_empty() {
        return selected;
    }
    let deployed = selected.class.clone().or_else(|| deployed(so_far));
    let fits = |name: &&str| role(name).counts();
    let named = deployed.as_deref().filter(fits);
    let production = classes.iter().find(|name| role(name) == Role::Production).copied();
    let fallback = default_of_server(sources);
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

/// The class that a server runs which nobody tells one.
fn default_of_server(sources: &Sources<'_>) -> Option<String> {
    let starts = |path: &&ProjectPath| {
        matches!(path.name(), "wsgi.py" | "asgi.py") && Role::of(path).counts()
    };
    sources.service.files().filter(starts).find_map(|path| {
        let text = sources.project.read(path).ok()?;
        Some(NAMED.as_ref()?.captures(text)?.get(1)?.as_str().to_owned())
    })
}
