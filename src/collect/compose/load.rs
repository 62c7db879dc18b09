//! A stack of compose files as one tree of services: includes, `extends` and overlays resolved.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::tree::{Item, ItemKind, Tag};
use super::variables::Variables;
use super::{first_format, merge, relocate};
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
    let variables = Rc::new(variables.clone());
    let trees = BTreeMap::new();
    let mut loader = Loader { project, variables: Rc::clone(&variables), trees, visits: 0 };
    let base = files.first().map_or_else(|| ProjectPath::new(""), ProjectPath::folder);
    let home = Home { folder: base, variables };
    let mut services: Vec<(String, Item)> = Vec::new();
    for file in files {
        for (name, service) in loader.services(file, &home, 0)? {
            lay(&mut services, name, service);
        }
    }
    services.retain(|(_, service)| service.tag != Tag::Reset);
    if services.len() > MAX_SERVICES {
        return Err(Ignorance::new(format!(
            "the compose files hold more than {MAX_SERVICES} services"
        )));
    }
    Ok(Stack { services })
}

/// Lays a service over the one of the same name, if there is one. What resets a service that a file below
/// may have stays until all are laid.
fn lay(services: &mut Vec<(String, Item)>, name: String, over: Item) {
    let reset = over.tag == Tag::Reset;
    match services.iter().position(|(known, _)| *known == name) {
        Some(index) => {
            let (_, under) = services.remove(index);
            if !reset {
                services.insert(index, (name, merge::merged(under, over)));
            }
        }
        None => services.push((name, over)),
    }
}

struct Loader<'p> {
    project: &'p Project,
    variables: Rc<Variables>,
    trees: BTreeMap<ProjectPath, Vec<Item>>,
    visits: usize,
}

/// Where the paths of a file count from, and what its variables are.
struct Home {
    folder: ProjectPath,
    variables: Rc<Variables>,
}

impl Loader<'_> {
    /// The services of a file and of those it includes.
    fn services(
        &mut self,
        path: &ProjectPath,
        home: &Home,
        depth: usize,
    ) -> Result<Vec<(String, Item)>, Ignorance> {
        self.visits += 1;
        if depth > MAX_DEPTH || self.visits > MAX_VISITS {
            return Err(Ignorance::new(format!("`{path}` is included through too many files")));
        }
        let mut services = Vec::new();
        for document in self.documents(path, home)? {
            let mut included = Vec::new();
            for item in document.get("include").map_or(&[][..], Item::items) {
                included.extend(self.included(path, item, home, depth)?);
            }
            for (name, service) in document.get("services").map_or(&[][..], Item::entries) {
                if included.iter().any(|(known, _)| known == name) {
                    return Err(Ignorance::new(format!(
                        "`{path}` includes the service `{name}` and has one of its own"
                    )));
                }
                let service = self.extended(path, service.clone(), home, depth)?;
                lay(&mut services, name.clone(), service);
            }
            services.splice(0..0, included);
        }
        Ok(services)
    }

    /// The services of one item of `include`: its files are laid over each other, and their paths count
    /// from the folder of the first.
    fn included(
        &mut self,
        path: &ProjectPath,
        item: &Item,
        home: &Home,
        depth: usize,
    ) -> Result<Vec<(String, Item)>, Ignorance> {
        let files: Vec<ProjectPath> =
            included_files(item).iter().map(|file| path.folder().join(file)).collect();
        let Some(folder) = files.first().map(ProjectPath::folder) else {
            return Ok(Vec::new());
        };
        let beside = home.variables.beside(self.project, &folder);
        let variables = beside.map_or_else(|| Rc::clone(&home.variables), Rc::new);
        let inner = Home { folder, variables };
        let mut services = Vec::new();
        for file in &files {
            for (name, service) in self.services(file, &inner, depth + 1)? {
                lay(&mut services, name, service);
            }
        }
        let moved = |(name, service)| (name, relocate::moved(service, &inner.folder, &home.folder));
        Ok(services.into_iter().map(moved).collect())
    }

    /// The service laid over the one it extends.
    fn extended(
        &mut self,
        path: &ProjectPath,
        service: Item,
        home: &Home,
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
        let folder = if from == *path { home.folder.clone() } else { from.folder() };
        let inner = Home { folder, variables: Rc::clone(&home.variables) };
        let base = name.and_then(|name| {
            let documents = self.documents(&from, &inner).ok()?;
            documents.iter().rev().find_map(|document| document.at(&["services", &name]).cloned())
        });
        let Some(base) = base else {
            return Err(Ignorance::new(format!(
                "`{path}` extends a service that `{from}` does not have"
            )));
        };
        let base = self.extended(&from, base, &inner, depth + 1)?;
        let base = relocate::moved(base, &inner.folder, &home.folder);
        Ok(merge::merged(without(base, "extends"), without(service, "extends")))
    }

    fn documents(&mut self, path: &ProjectPath, home: &Home) -> Result<Vec<Item>, Ignorance> {
        if let Some(known) = self.trees.get(path) {
            return Ok(known.clone());
        }
        let text = self.project.read_unlisted(path)?;
        let documents = yaml::parse(&text).map_err(|problem| {
            Ignorance::new(format!("`{path}` is no YAML: line {}: {}", problem.line, problem.what))
        })?;
        let items: Vec<Item> = documents
            .iter()
            .map(|document| {
                let item = Item::of(path, document, &home.variables);
                let is_first = first_format::is_first(document);
                merge::normal(if is_first { item.below("services") } else { item })
            })
            .collect();
        // What an include gives its own variables is read anew.
        if Rc::ptr_eq(&home.variables, &self.variables) {
            self.trees.insert(path.clone(), items.clone());
        }
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
