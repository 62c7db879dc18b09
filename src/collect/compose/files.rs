//! Which compose files speak for production, and which of them are laid over another.
//!
//! A file named for production counts, on top of the base file if it does not stand by itself or if the
//! project says `-f base -f production`. Where no file is named so, the plain file nearest to the root is
//! production, for it is all there is. `override` is what a developer's machine reads.

use std::collections::BTreeMap;

use super::first_format;
use crate::fact::ProjectPath;
use crate::grammar::yaml;
use crate::project::{Project, Role};

/// The names compose looks for by itself, in its order.
const BASE_NAMES: &[&str] =
    &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// Files that say how the containers are started.
const RECIPES: &[&str] = &[
    "Makefile",
    "justfile",
    "Taskfile.yml",
    "package.json",
    "fabfile.py",
    ".env",
    "deploy",
    "Jenkinsfile",
];

/// Whether a file is one of compose, told from its name.
pub(crate) fn is_compose_name(path: &ProjectPath) -> bool {
    if !matches!(path.extension(), "yml" | "yaml" | "YML" | "YAML") {
        return false;
    }
    let stem = path.stem().as_bytes();
    let has_word = |known: &str| {
        let mut words = stem.split(|byte| !byte.is_ascii_alphanumeric());
        words.any(|word| word.eq_ignore_ascii_case(known.as_bytes()))
    };
    let is = |known: &&str| stem.eq_ignore_ascii_case(known.as_bytes());
    let of_docker = || stem.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"docker"));
    has_word("compose")
        || ["production", "prod", "docker-stack", "stack"].iter().any(is)
        || (of_docker() && has_word("stack"))
}

/// The stacks of production: each a list of files, the base first.
pub(super) fn stacks(project: &Project, paths: &[&ProjectPath]) -> Vec<Vec<ProjectPath>> {
    let counted: Vec<&ProjectPath> = paths
        .iter()
        .copied()
        .filter(|path| Role::of(path).counts() && is_stack(project, path))
        .collect();
    let production: Vec<&ProjectPath> =
        counted.iter().copied().filter(|path| Role::of(path) == Role::Production).collect();
    if production.is_empty() {
        return neutral(&counted);
    }
    // In a folder named for production, too, the plain file stands back behind one that is named so itself.
    let is_named =
        |path: &ProjectPath| Role::of(&ProjectPath::new(path.name())) == Role::Production;
    let stands_back = |path: &ProjectPath| {
        let mut beside = production.iter().filter(|other| other.folder() == path.folder());
        !is_named(path) && beside.any(|other| is_named(other))
    };
    production
        .iter()
        .copied()
        .filter(|path| !stands_back(path))
        .map(|path| match base_of(&counted, path) {
            Some(base) if is_overlay(project, base, path) => vec![base.clone(), path.clone()],
            _ => vec![path.clone()],
        })
        .collect()
}

/// The plain files nearest to the root: in each folder the one compose picks, else all there are.
fn neutral(counted: &[&ProjectPath]) -> Vec<Vec<ProjectPath>> {
    let depth = |path: &ProjectPath| path.as_str().matches('/').count();
    let Some(nearest) = counted.iter().map(|path| depth(path)).min() else {
        return Vec::new();
    };
    let mut folders: BTreeMap<ProjectPath, Vec<&ProjectPath>> = BTreeMap::new();
    for path in counted.iter().filter(|path| depth(path) == nearest) {
        folders.entry(path.folder()).or_default().push(path);
    }
    folders
        .into_values()
        .flat_map(|files| match base_among(&files) {
            Some(base) => vec![vec![base.clone()]],
            None => files.into_iter().map(|file| vec![file.clone()]).collect(),
        })
        .collect()
}

/// The file that compose reads in the folder of another when it is told nothing.
fn base_of<'p>(counted: &[&'p ProjectPath], of: &ProjectPath) -> Option<&'p ProjectPath> {
    let beside: Vec<&ProjectPath> = counted
        .iter()
        .copied()
        .filter(|path| path.folder() == of.folder() && *path != of)
        .collect();
    base_among(&beside)
}

fn base_among<'p>(files: &[&'p ProjectPath]) -> Option<&'p ProjectPath> {
    BASE_NAMES.iter().find_map(|name| files.iter().copied().find(|path| path.name() == *name))
}

/// Whether a file's services are at its top level.
fn is_stack(project: &Project, path: &ProjectPath) -> bool {
    let certain = path.name().to_lowercase().contains("compose");
    certain
        || project
            .read(path)
            .is_ok_and(|text| text.lines().any(|line| line.starts_with("services:")))
}

/// Whether a file needs another below it: one of its services says neither what it runs nor how to build
/// it, or the project starts both together.
fn is_overlay(project: &Project, base: &ProjectPath, path: &ProjectPath) -> bool {
    let Some(documents) = project.read(path).ok().and_then(|text| yaml::parse(text).ok()) else {
        return true;
    };
    let mut services = documents.iter().flat_map(first_format::services);
    let stands_alone = |service: &yaml::Node| {
        ["image", "build", "extends"].iter().any(|key| service.get(key).is_some())
    };
    services.any(|(_, service)| !stands_alone(service)) || started_together(project, base, path)
}

fn started_together(project: &Project, base: &ProjectPath, path: &ProjectPath) -> bool {
    let tells = |file: &&ProjectPath| {
        let name = file.name();
        RECIPES.contains(&name)
            || name.to_lowercase().starts_with("readme")
            || file.extension() == "sh"
            || file.as_str().starts_with(".github/workflows/")
            || name == ".gitlab-ci.yml"
    };
    let (base, over) = (base.name(), path.name());
    project.paths().filter(tells).filter_map(|file| project.read(file).ok()).any(|text| {
        text.lines().any(|line| {
            let Some(after) = line.find(over) else {
                return false;
            };
            line.get(..after).is_some_and(|before| {
                before.contains(base) && (before.contains("-f") || before.contains("COMPOSE_FILE"))
            })
        })
    })
}
