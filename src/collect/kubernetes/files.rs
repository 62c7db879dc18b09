//! Which files are manifests of production, and which objects they hold.

use super::object::Object;
use super::secrets::GENERATORS;
use crate::collect::Sources;
use crate::fact::{Ignorance, ProjectPath};
use crate::grammar::yaml::{self, Node};
use crate::project::Role;

/// No more objects than this are looked at.
const MAX_OBJECTS: usize = 2_000;
/// Folders whose YAML is for other programs, and that of charts, which their values change.
const OTHERS: &[&str] = &[".github", ".circleci", ".gitlab", "locale", "node_modules", "templates"];
/// Keys by which a kustomization changes what it takes in.
const PATCHES: &[&str] = &[
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "images",
    "replacements",
    "components",
];

/// The objects of production.
#[derive(Default)]
pub(super) struct Manifests {
    pub(super) objects: Vec<Object>,
    /// Why there may be more.
    pub(super) problem: Option<Ignorance>,
    /// Whether a kustomization is here, so that an object may be a patch of another.
    pub(super) is_kustomized: bool,
    /// Why what an object leaves out may be said elsewhere.
    pub(super) patched: Option<Ignorance>,
}

/// Whether a file can be a manifest, told from its path.
pub(super) fn may_be_manifest(path: &ProjectPath) -> bool {
    matches!(path.extension(), "yaml" | "yml")
        && Role::of(path).counts()
        && !path.as_str().split('/').any(|part| OTHERS.contains(&part))
}

impl Manifests {
    /// Reads the manifests that a service sees.
    pub(super) fn read(sources: &Sources<'_>) -> Self {
        let names = ["kustomization.yaml", "kustomization.yml"];
        let is_kustomized = names.iter().any(|name| sources.project.named(name).next().is_some());
        let mut found = Self { is_kustomized, ..Self::default() };
        for path in sources.wanted {
            if let Ok(text) = sources.project.read(path)
                && is_manifest(text)
            {
                found.add(path, text);
            }
        }
        found.objects.sort_by(|one, other| one.path.cmp(&other.path));
        found
    }

    /// The files, each once.
    pub(super) fn files(&self) -> impl Iterator<Item = &ProjectPath> {
        let first = |index: usize| {
            index == 0 || self.objects.get(index - 1).map(|before| &before.path) != self.at(index)
        };
        (0..self.objects.len())
            .filter(move |index| first(*index))
            .filter_map(|index| self.at(index))
    }

    fn at(&self, index: usize) -> Option<&ProjectPath> {
        self.objects.get(index).map(|object| &object.path)
    }

    fn add(&mut self, path: &ProjectPath, text: &str) {
        let documents = match yaml::parse(text) {
            Ok(documents) => documents,
            Err(problem) => {
                let why = format!("`{path}` is no YAML: line {}: {}", problem.line, problem.what);
                self.problem = self.problem.take().or_else(|| Some(Ignorance::new(why)));
                return;
            }
        };
        for document in documents {
            let items = document.get("items").map_or(&[][..], Node::items);
            if kind(&document) == Some("List") && !items.is_empty() {
                for item in items {
                    self.add_object(path, item.clone());
                }
            } else {
                self.add_object(path, document);
            }
        }
    }

    fn add_object(&mut self, path: &ProjectPath, node: Node) {
        if kind(&node) == Some("Kustomization") {
            let patches = PATCHES.iter().any(|key| node.get(key).is_some());
            let why = || Ignorance::new(format!("`{path}` patches its manifests"));
            self.patched = self.patched.take().or_else(|| patches.then(why));
            if GENERATORS.iter().any(|key| node.get(key).is_some()) {
                self.objects.extend(Object::of(path, node));
            }
        } else if self.objects.len() < MAX_OBJECTS {
            self.objects.extend(Object::of(path, node));
        }
    }
}

fn kind(node: &Node) -> Option<&str> {
    node.get("kind").and_then(Node::text)
}

/// Whether a text is a manifest and no template of one.
fn is_manifest(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("apiVersion:") && has("kind:") && !text.contains("{{")
}
