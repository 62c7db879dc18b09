//! A stack of compose files as one tree of services: includes, `extends` and overlays resolved.

use std::collections::BTreeMap;

use super::merge;
use super::tree::{Item, ItemKind};
use super::variables::Variables;
use crate::fact::{Ignorance, ProjectPath};
use crate::grammar::yaml;
use crate::project::Project;

/// No file is included or extended through more files than this.
const MAX_DEPTH: usize = 8;
/// No more files than this are read for one stack, each time it is included counted.
const MAX_VISITS: usize = 64;
/// No more services than this are looked at.
const MAX_SERVICES: usize = 500;

/// The services of a stack by name, in the order of the files.
pub(super) struct Stack {
    pub(super) services: Vec<(String, Item)>,
}

/// Reads a stack, or says why it cannot be read.
pub(super) fn stack(
    project: &Project,
    files: &[ProjectPath],
    variables: &Variables,
) -> Result<Stack, Ignorance> {
    let mut loader = Loader { project, variables, trees: BTreeMap::new(), visits: 0 };
    let mut services: Vec<(String, Item)> = Vec::new();
    for file in files {
        for (name, service) in loader.services(file, 0)? {
            lay(&mut services, name, service);
        }
    }
    if services.len() > MAX_SERVICES {
        return Err(Ignorance::new(format!(
            "the compose files hold more than {MAX_SERVICES} services"
        )));
    }
    Ok(Stack { services })
}

/// Lays a service over the one of the same name, if there is one.
fn lay(services: &mut Vec<(String, Item)>, name: String, over: Item) {
    match services.iter().position(|(known, _)| *known == name) {
        Some(index) => {
            let (_, under) = services.remove(index);
            services.insert(index, (name, merge::merged(under, over)));
        }
        None => services.push((name, over)),
    }
}

struct Loader<'p> {
    project: &'p Project,
    variables: &'p Variables,
    trees: BTreeMap<ProjectPath, Vec<Item>>,
    visits: usize,
}

impl Loader<'_> {
    /// The services of a file and of those it includes.
    fn services(
        &mut self,
        path: &ProjectPath,
        depth: usize,
    ) -> Result<Vec<(String, Item)>, Ignorance> {
        self.visits += 1;
        if depth > MAX_DEPTH || self.visits > MAX_VISITS {
            return Err(Ignorance::new(format!("`{path}` is included through too many files")));
        }
        let mut services = Vec::new();
        for document in self.documents(path)? {
            for included in document.get("include").map_or(&[][..], Item::items) {
                for file in included_files(included) {
                    let file = path.folder().join(&file);
                    for (name, service) in self.services(&file, depth + 1)? {
                        lay(&mut services, name, service);
                    }
                }
            }
            for (name, service) in document.get("services").map_or(&[][..], Item::entries) {
                let service = self.extended(path, service.clone(), depth)?;
                lay(&mut services, name.clone(), service);
            }
        }
        Ok(services)
    }

    /// The service laid over the one it extends.
    fn extended(
        &mut self,
        path: &ProjectPath,
        service: Item,
        depth: usize,
    ) -> Result<Item, Ignorance> {
        let Some(extends) = service.get("extends") else {
            return Ok(service);
        };
        if depth > MAX_DEPTH {
            return Err(Ignorance::new(format!("a service of `{path}` extends too many others")));
        }
        let name = extends.text().or_else(|| extends.get("service")?.text());
        let file = extends.get("file").and_then(Item::text);
        let from = file.map_or_else(|| path.clone(), |file| path.folder().join(&file));
        let base = name.and_then(|name| {
            let documents = self.documents(&from).ok()?;
            documents.iter().rev().find_map(|document| document.at(&["services", &name]).cloned())
        });
        let Some(base) = base else {
            return Err(Ignorance::new(format!(
                "`{path}` extends a service that `{from}` does not have"
            )));
        };
        let base = self.extended(&from, base, depth + 1)?;
        Ok(merge::merged(without(base, "extends"), without(service, "extends")))
    }

    fn documents(&mut self, path: &ProjectPath) -> Result<Vec<Item>, Ignorance> {
        if let Some(known) = self.trees.get(path) {
            return Ok(known.clone());
        }
        let text = self.project.read_unlisted(path)?;
        let documents = yaml::parse(&text).map_err(|problem| {
            Ignorance::new(format!("`{path}` is no YAML: line {}: {}", problem.line, problem.what))
        })?;
        let items: Vec<Item> = documents
            .iter()
            .map(|document| merge::normal(Item::of(path, document, self.variables)))
            .collect();
        self.trees.insert(path.clone(), items.clone());
        Ok(items)
    }
}

/// The files of one item of `include`: a text, or a map with `path`.
fn included_files(item: &Item) -> Vec<String> {
    let paths = item.get("path").unwrap_or(item);
    paths.items().iter().filter_map(Item::text).collect()
}

fn without(item: Item, key: &str) -> Item {
    match item.kind {
        ItemKind::Map(entries) => {
            let kept = entries.into_iter().filter(|(name, _)| name != key).collect();
            Item { kind: ItemKind::Map(kept), ..item }
        }
        _ => item,
    }
}
