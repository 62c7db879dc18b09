//! One compose file laid over another.
//!
//! Source of the rules: Compose specification, "Merge and override", read 2026-11. Maps are merged, lists
//! are joined, anything else is replaced; but commands are replaced as a whole, what can be written as a
//! list or as a map (`environment`) is merged by name, and ports and volumes by what they are for.

use super::tree::{Item, ItemKind, Tag};
use super::{mount, port};
use crate::fact::Value;

/// Keys that may be written `- NAME=value` as well as `NAME: value`.
const NAMED: &[&str] = &["environment", "labels", "args", "annotations", "sysctls", "extra_hosts"];
/// Keys that may be written as a list of names as well as a map.
const LISTED: &[&str] = &["depends_on", "networks"];
/// Keys that may be written as a text where a list of one is meant.
const SINGLE: &[&str] = &["env_file", "dns", "dns_search", "tmpfs", "profiles"];
/// Keys whose value is replaced as a whole.
const REPLACED: &[&str] = &["command", "entrypoint", "test"];

/// The service `over` laid over `under`.
pub(super) fn merged(under: Item, over: Item) -> Item {
    at_key("", under, over)
}

/// The tree with all lists that could be maps written as maps.
pub(super) fn normal(item: Item) -> Item {
    normal_at("", item)
}

fn normal_at(key: &str, item: Item) -> Item {
    let kind = match item.kind {
        ItemKind::List(items) if NAMED.contains(&key) => {
            ItemKind::Map(items.iter().filter_map(named_entry).collect())
        }
        ItemKind::List(items) if LISTED.contains(&key) => {
            let entry = |item: Item| Some((item.text()?, nothing(&item)));
            ItemKind::Map(items.into_iter().filter_map(entry).collect())
        }
        ItemKind::List(items) => {
            ItemKind::List(items.into_iter().map(|item| normal_at("", item)).collect())
        }
        scalar @ ItemKind::Scalar(..) if key == "build" || SINGLE.contains(&key) => {
            let (tag, provenance) = (Tag::Plain, item.provenance.clone());
            let inner = Item { kind: scalar, tag, provenance };
            match inner.kind {
                ItemKind::Scalar(Value::Absent, _) => inner.kind,
                _ if key == "build" => ItemKind::Map(vec![("context".to_owned(), inner)]),
                _ => ItemKind::List(vec![inner]),
            }
        }
        ItemKind::Map(entries) => ItemKind::Map(
            entries
                .into_iter()
                .map(|(name, value)| {
                    let value = normal_at(&name, value);
                    (name, value)
                })
                .collect(),
        ),
        scalar @ ItemKind::Scalar(..) => scalar,
    };
    Item { kind, ..item }
}

/// `NAME=value` as an entry; a bare name takes its value from the environment and has none here.
fn named_entry(item: &Item) -> Option<(String, Item)> {
    let written = item.written();
    let Some((name, rest)) = written.split_once('=') else {
        return Some((item.text()?, nothing(item)));
    };
    let kind = match &item.kind {
        ItemKind::Scalar(value, _) => {
            let value = match value {
                Value::Text(text) => {
                    Value::from(text.split_once('=').map_or("", |(_, value)| value))
                }
                other => other.clone(),
            };
            ItemKind::Scalar(value, rest.to_owned())
        }
        _ => return None,
    };
    Some((
        name.trim().to_owned(),
        Item { kind, tag: Tag::Plain, provenance: item.provenance.clone() },
    ))
}

fn nothing(item: &Item) -> Item {
    Item {
        kind: ItemKind::Scalar(Value::Absent, String::new()),
        tag: Tag::Plain,
        provenance: item.provenance.clone(),
    }
}

fn at_key(key: &str, under: Item, over: Item) -> Item {
    if over.tag != Tag::Plain || REPLACED.contains(&key) {
        return over;
    }
    // A key without a value says nothing.
    if matches!(over.kind, ItemKind::Scalar(Value::Absent, _)) {
        return under;
    }
    let kind = match (under.kind, over.kind) {
        (ItemKind::Map(under), ItemKind::Map(over)) => ItemKind::Map(maps(key, under, over)),
        (ItemKind::List(under), ItemKind::List(over)) => ItemKind::List(lists(key, under, over)),
        (_, over) => over,
    };
    Item { kind, tag: Tag::Plain, provenance: over.provenance }
}

fn maps(
    key: &str,
    mut under: Vec<(String, Item)>,
    over: Vec<(String, Item)>,
) -> Vec<(String, Item)> {
    let is_named = NAMED.contains(&key);
    for (name, value) in over {
        let known = under.iter().position(|(known, _)| *known == name);
        match known {
            Some(index) => {
                let (_, below) = under.remove(index);
                let reset = value.tag == Tag::Reset;
                // `environment: [A]` takes the host's value, whatever stands below.
                let value = if is_named { value } else { at_key(&name, below, value) };
                if !reset {
                    under.insert(index, (name, value));
                }
            }
            None if value.tag == Tag::Reset => {}
            None => under.push((name, value)),
        }
    }
    under
}

fn lists(key: &str, mut under: Vec<Item>, over: Vec<Item>) -> Vec<Item> {
    for item in over {
        let same = under.iter().position(|known| match key {
            "volumes" => same_target(known, &item),
            "ports" => port::same(known, &item),
            _ => !item.written().is_empty() && known.written() == item.written(),
        });
        match same {
            Some(index) => {
                under.remove(index);
                under.insert(index, item);
            }
            None => under.push(item),
        }
    }
    under
}

fn same_target(one: &Item, other: &Item) -> bool {
    mount::target(one).is_some_and(|one| mount::target(other) == Some(one))
}
