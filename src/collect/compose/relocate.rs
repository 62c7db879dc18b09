//! The paths of a service that another file brings: they count from the folder of that file.

use super::tree::{Item, ItemKind};
use crate::fact::{ProjectPath, Value};

/// The service with its paths counted from the folder `to`, which counted from `from`.
pub(super) fn moved(service: Item, from: &ProjectPath, to: &ProjectPath) -> Item {
    if from == to {
        return service;
    }
    let prefix = way(from, to);
    at_keys(service, &|key, item| match key {
        "build" => at_keys(item, &|key, item| match key {
            "context" => prefixed(item, &prefix),
            _ => item,
        }),
        "env_file" => each(item, &|file| in_part(file, "path", &prefix)),
        "volumes" => each(item, &|mount| {
            let is_relative = mount.get("source").unwrap_or(&mount).written().starts_with('.');
            if is_relative { in_part(mount, "source", &prefix) } else { mount }
        }),
        _ => item,
    })
}

/// How one folder is reached from another: `../../sub/`.
fn way(from: &ProjectPath, to: &ProjectPath) -> String {
    let parts = |path: &ProjectPath| -> Vec<String> {
        path.as_str().split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = to.iter().skip(shared).map(|_| "..".to_owned());
    let all: Vec<String> = up.chain(from.iter().skip(shared).cloned()).collect();
    format!("./{}/", all.join("/"))
}

fn at_keys(item: Item, change: &dyn Fn(&str, Item) -> Item) -> Item {
    let kind = match item.kind {
        ItemKind::Map(entries) => {
            let changed = entries.into_iter().map(|(key, value)| {
                let value = change(&key, value);
                (key, value)
            });
            ItemKind::Map(changed.collect())
        }
        other => other,
    };
    Item { kind, ..item }
}

fn each(item: Item, change: &dyn Fn(Item) -> Item) -> Item {
    let kind = match item.kind {
        ItemKind::List(items) => ItemKind::List(items.into_iter().map(change).collect()),
        other => other,
    };
    Item { kind, ..item }
}

/// A path that is the item itself, or stands under a key of it.
fn in_part(item: Item, key: &str, prefix: &str) -> Item {
    match item.kind {
        ItemKind::Scalar(..) => prefixed(item, prefix),
        _ => at_keys(item, &|name, item| if name == key { prefixed(item, prefix) } else { item }),
    }
}

fn prefixed(item: Item, prefix: &str) -> Item {
    let kind = match item.kind {
        ItemKind::Scalar(Value::Text(text), written) if is_relative(&text) => {
            ItemKind::Scalar(Value::Text(format!("{prefix}{text}")), written)
        }
        other => other,
    };
    Item { kind, ..item }
}

fn is_relative(path: &str) -> bool {
    !path.starts_with(['/', '~', '$']) && !path.contains("://") && !path.starts_with("git@")
}
