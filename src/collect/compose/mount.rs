//! Mounts: `./src:/app:ro`, or the same as a map.
//!
//! Source of the grammar: Compose specification, "volumes", read 2026-11.

use super::build::project_path;
use super::port::split;
use super::tree::Item;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, List, ProjectPath, Value};
use crate::project::Project;

/// The fields of one mount.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new(
        "volume",
        Kind::Text,
        "The name of the volume; absent for a path of the host, and a volume without a name.",
    ),
    FactSpec::new(
        "path",
        Kind::Text,
        "The file or folder of the project; absent for a volume, and a path elsewhere on the host.",
    ),
    FactSpec::new("target", Kind::Text, "The path inside the container."),
];

/// Something mounted into a container.
pub(super) struct Mount {
    /// The folder, file or volume; none for a volume without a name.
    pub(super) source: Option<String>,
    /// Whether the source is a path of the host.
    pub(super) bind: bool,
    /// The path inside the container.
    pub(super) target: String,
    /// Whether the container cannot write to it.
    pub(super) read_only: bool,
}

/// The parts of one item of `volumes`; none if it is of neither form.
pub(super) fn parse(item: &Item) -> Option<Mount> {
    let part = |name: &str| {
        item.get(name).map(|part| part.text().unwrap_or_else(|| part.written().to_owned()))
    };
    if let Some(target) = part("target") {
        let bind = part("type").is_some_and(|kind| kind == "bind");
        let read_only = item.get("read_only").map(Item::bool_fact);
        let read_only = read_only.is_some_and(|fact| fact.value == Value::Bool(true));
        return Some(Mount { source: part("source"), bind, target, read_only });
    }
    let text = item.text().unwrap_or_else(|| item.written().to_owned());
    let mut parts = split(&text);
    if parts.len() < 2 {
        let target = parts.pop().filter(|target| !target.is_empty())?;
        return Some(Mount { source: None, bind: false, target, read_only: false });
    }
    let mut parts = parts.into_iter();
    let source = parts.next()?;
    let bind = source.starts_with(['.', '/', '~', '$']);
    let target = parts.next()?;
    let read_only = parts.next().is_some_and(|options| options.split(',').any(|word| word == "ro"));
    Some(Mount { source: Some(source), bind, target, read_only })
}

/// The path inside the container, without a slash at its end.
pub(super) fn target(item: &Item) -> Option<String> {
    parse(item).map(|mount| mount.target.trim_end_matches('/').to_owned())
}

/// What is mounted into the container of a service, in a file of a folder.
pub(super) fn facts(service: &Item, folder: &ProjectPath) -> Fact {
    let volumes = service.get("volumes");
    let items = volumes.map_or(&[][..], Item::items).iter();
    let mounted = items.filter_map(|item| Some(fact(item, parse(item)?, folder)));
    let mounts = mounted.chain(handed_over(service, folder)).collect();
    let others = service.get("volumes_from");
    let rest =
        others.map(|_| Ignorance::new("`volumes_from` brings the mounts of another service"));
    volumes.or(others).unwrap_or(service).fact(List { items: mounts, rest })
}

/// The files that `configs` and `secrets` bring, where the service says into which place.
fn handed_over(service: &Item, folder: &ProjectPath) -> Vec<Fact> {
    let lists = ["configs", "secrets"].into_iter().filter_map(|key| service.get(key));
    let files = lists.flat_map(Item::items).filter_map(|item| {
        let target = item.get("target").and_then(Item::text)?;
        let mount = Mount { source: None, bind: false, target, read_only: true };
        mount.target.starts_with('/').then(|| fact(item, mount, folder))
    });
    files.collect()
}

fn fact(item: &Item, mount: Mount, folder: &ProjectPath) -> Fact {
    let source = mount.source.as_deref();
    let path = source.filter(|_| mount.bind).and_then(|source| project_path(source, folder));
    let told = |text: Option<&str>| item.fact(text.map_or(Value::Absent, Value::from));
    item.fact(Value::record([
        ("volume", told(source.filter(|_| !mount.bind))),
        ("path", told(path.as_ref().map(ProjectPath::as_str))),
        ("target", item.fact(mount.target)),
    ]))
}

/// Whether a folder of the project holds program text.
pub(super) fn holds_source(project: &Project, folder: &ProjectPath) -> bool {
    project.below(folder).any(|path| {
        matches!(path.extension(), "py" | "rb" | "php" | "js" | "ts" | "go")
            && !path.as_str().contains("/static/")
    })
}
