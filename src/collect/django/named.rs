//! Which files name a settings module, and how much each of them says about production.

use std::sync::LazyLock;

use regex::Regex;

use crate::collect::Sources;
use crate::fact::{Fact, Facts, Place, ProjectPath, Value};
use crate::project::Role;

/// A module that something names.
pub(super) struct Named {
    /// Its dotted name.
    pub(super) module: String,
    /// The class in it, with django-configurations.
    pub(super) class: Option<String>,
    /// Who names it.
    pub(super) by: String,
    /// Where it is named, if a file that deploys does so.
    pub(super) deployed_at: Option<Place>,
}

/// Where a text names a settings module.
pub(super) static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = r#"(?:DJANGO_SETTINGS_MODULE["']?\s*\]?\s*[,=:]\s*|--settings[= ])["']?([A-Za-z_][0-9A-Za-z_.]*)"#;
    Regex::new(pattern).ok()
});

/// How the reason begins where only a default is named.
pub(super) const DEFAULTS: &str = "names it as the default";

/// The modules that are named, the most telling first.
pub(super) fn named(sources: &Sources<'_>, so_far: &Facts) -> Vec<Named> {
    let mut all = Vec::new();
    let class = text(so_far, "env.variables.DJANGO_CONFIGURATION");
    for (path, by) in [
        ("env.variables.DJANGO_SETTINGS_MODULE", "the environment names it"),
        ("compose.environment.DJANGO_SETTINGS_MODULE", "the compose file names it"),
        ("docker.environment.DJANGO_SETTINGS_MODULE", "the Dockerfile names it"),
    ] {
        if let Some(module) = text(so_far, path) {
            let deployed_at = so_far.at(path).provenance.place.clone();
            let by =
                deployed_at.as_ref().map_or(by.to_owned(), |place| format!("`{place}` names it"));
            all.push(Named { module, class: class.clone(), by, deployed_at });
        }
    }
    let composed = so_far.at("compose.files");
    // A compose file that was read and is not among those of production is for development.
    let speaks = |path: &ProjectPath| {
        let is = |file: &Fact| file.value.text() == Some(path.as_str());
        let unread = matches!(&composed.value, Value::List(files) if files.rest.is_some());
        !is_composed(path) || unread || composed.value.items().iter().any(is)
    };
    let ranked = sources.service.files().filter_map(|path| rank(path).map(|rank| (rank, path)));
    let mut ranked: Vec<(usize, &ProjectPath)> =
        ranked.filter(|(_, path)| Role::of(path).counts() && speaks(path)).collect();
    ranked.sort();
    for (rank, path) in ranked {
        let Ok(text) = sources.project.read(path) else {
            continue;
        };
        let Some(pattern) = NAMED.as_ref() else {
            continue;
        };
        for captures in pattern.captures_iter(text) {
            let (Some(module), Some(whole)) = (captures.get(1), captures.get(0)) else {
                continue;
            };
            let before = text.get(..whole.start()).unwrap_or_default();
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            if before.get(line_start..).unwrap_or_default().trim_start().starts_with('#') {
                continue;
            }
            if is_build_step(path, before) || is_build_command(text.get(line_start..)) {
                continue;
            }
            let line = before.matches('\n').count() + 1;
            let number = u32::try_from(line).unwrap_or(u32::MAX);
            // Of `config("DJANGO_SETTINGS_MODULE")` only the call is seen, not what it gives.
            let after = text.get(whole.end()..).unwrap_or_default();
            if after.starts_with('(') {
                continue;
            }
            let names = if rank >= STARTS { DEFAULTS } else { "names it" };
            all.extend(meant(path, text, module).into_iter().map(|module| Named {
                module: module.to_owned(),
                class: class.clone(),
                by: format!("`{path}:{line}` {names}"),
                deployed_at: (rank < SCRIPTS).then(|| Place::line(path, number)),
            }));
        }
    }
    all
}

/// The modules that a name stands for: itself where it is quoted or no program's, else what the program
/// assigns to it.
fn meant<'t>(path: &ProjectPath, text: &'t str, module: regex::Match<'t>) -> Vec<&'t str> {
    let name = module.as_str().trim_end_matches('.');
    let is_quoted = text.get(..module.start()).is_some_and(|it| it.ends_with(['"', '\'']));
    if path.extension() == "py" && !is_quoted { assigned(text, name) } else { vec![name] }
}

/// The modules that a program may assign to a variable, those named for production first:
/// `module = "shop.production" if "WEBSITE_HOSTNAME" in os.environ else "shop.settings"`.
fn assigned<'t>(text: &'t str, variable: &str) -> Vec<&'t str> {
    let values = text.lines().filter_map(|line| {
        let value = line.trim_start().strip_prefix(variable)?.trim_start().strip_prefix('=')?;
        (!value.starts_with('=')).then_some(value)
    });
    let texts = values.flat_map(|value| value.split(['"', '\'']).skip(1).step_by(2));
    let is_dotted = |text: &&str| {
        let mut parts = text.split('.');
        text.contains('.')
            && parts.all(|part| {
                !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_')
            })
    };
    let mut modules: Vec<&str> = texts.filter(is_dotted).collect();
    modules.sort_by_key(|module| Role::of(&ProjectPath::new(module)) != Role::Production);
    modules
}

/// Whether a place in a Dockerfile, told by the text before it, is in a `RUN`: that runs while the
/// image is built, often with settings of its own, as for `collectstatic`.
fn is_build_step(path: &ProjectPath, before: &str) -> bool {
    if rank(path) != Some(0) {
        return false;
    }
    let mut lines = before.rsplit('\n');
    let mut first = lines.next().unwrap_or_default();
    for line in lines {
        if !line.trim_end().ends_with('\\') {
            break;
        }
        first = line;
    }
    first.trim_start().to_ascii_uppercase().starts_with("RUN ")
}

/// Commands of `manage.py` that prepare a release or test it, and serve nobody.
const BUILD_COMMANDS: &[&str] =
    &["collectstatic", "compilemessages", "makemigrations", "compress", "pytest", "manage.py test"];

/// Whether the line at the beginning of a text is a command that serves nobody.
fn is_build_command(text: Option<&str>) -> bool {
    let line = text.and_then(|text| text.lines().next()).unwrap_or_default();
    BUILD_COMMANDS.iter().any(|command| line.contains(command)) && !line.contains("gunicorn")
}

/// From this rank on, a file may be for anything.
const SCRIPTS: usize = 2;

/// From this rank on, a file names what runs where nothing else is said.
const STARTS: usize = 3;

/// How much a file that deploys or starts the program tells, least is most.
fn rank(path: &ProjectPath) -> Option<usize> {
    let name = path.name();
    Some(match name {
        _ if name.starts_with("Dockerfile") || name.ends_with(".dockerfile") => 0,
        "Procfile" | "app.json" | "render.yaml" | "fly.toml" | "app.yaml" | "railway.json" => 1,
        _ if matches!(path.extension(), "service" | "supervisord" | "ini") => 1,
        _ if is_composed(path) => 1,
        _ if path.extension() == "sh" => SCRIPTS,
        "wsgi.py" | "asgi.py" => STARTS,
        "manage.py" => STARTS + 1,
        _ => return None,
    })
}

fn is_composed(path: &ProjectPath) -> bool {
    matches!(path.extension(), "yml" | "yaml") && path.name().contains("compose")
}

fn text(facts: &Facts, path: &str) -> Option<String> {
    facts.at(path).value.text().filter(|text| !text.is_empty()).map(str::to_owned)
}
