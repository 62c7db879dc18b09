//! Compose's first format, which its first program still reads: the services stand at the top level.

use crate::grammar::yaml::{Key, Kind, Node};

/// Keys that a file of every later format may have at its top level.
const LATER: &[&str] =
    &["services", "version", "name", "include", "networks", "volumes", "secrets", "configs"];

/// The services of a document, in any format.
pub(crate) fn services(document: &Node) -> &[(Key, Node)] {
    if is_first(document) {
        return document.entries();
    }
    document.get("services").map_or(&[], Node::entries)
}

/// Whether a document is in the first format: nothing but maps, of which one says what runs.
pub(super) fn is_first(document: &Node) -> bool {
    let entries = document.entries();
    let starts = |service: &Node| ["image", "build"].iter().any(|key| service.get(key).is_some());
    let is_service = |(key, node): &(Key, Node)| {
        !LATER.contains(&&*key.name)
            && !key.name.starts_with("x-")
            && matches!(node.kind, Kind::Map(_))
    };
    entries.iter().all(is_service) && entries.iter().any(|(_, service)| starts(service))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::yaml::parse;

    #[test]
    fn services_are_found_in_every_format() {
        for (text, names) in [
            ("web:\n  build: .\ndb:\n  image: postgres:9", "web db"),
            ("services:\n  web:\n    build: .\nnetworks:\n  inner: {}", "web"),
            ("version: '3'\nweb:\n  build: .", ""),
            ("x-base:\n  image: app:1", ""),
            ("web:\n  port: 80", ""),
            ("- web", ""),
        ] {
            let documents = parse(text).unwrap();
            let found = documents.iter().flat_map(services).map(|(key, _)| key.name.as_str());
            assert_eq!(found.collect::<Vec<_>>().join(" "), names, "{text}");
        }
    }
}
