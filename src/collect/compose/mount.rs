//! Mounts: `./src:/app:ro`, or the same as a map.
//!
//! Source of the grammar: Compose specification, "volumes", read 2026-11.

use super::port::split;
use super::tree::Item;
use crate::fact::Value;

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
