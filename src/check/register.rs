//! The guides that checks cite and the name spaces of their aliases (`guides.toml`).

use std::collections::BTreeMap;
use std::ops::Range;

use super::Citation;
use crate::date::Date;
use crate::toml_tree::{Entry, Node, Reader};

/// Everything that may stand before the colon of a citation.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// Published guides by their short names.
    pub guides: BTreeMap<String, Guide>,
    /// Name spaces of other tools and standards.
    pub namespaces: BTreeMap<String, Namespace>,
}

/// A published guide that asks for checks.
#[derive(Clone, Debug)]
pub struct Guide {
    /// Its title.
    pub title: String,
    /// Which edition was read.
    pub version: String,
    /// The day it was read.
    pub read: Option<Date>,
    /// Where a section is found; `{id}` stands for it.
    pub url: Option<String>,
    /// All its items, where they were counted; empty where any section may be cited.
    pub items: Vec<String>,
}

/// A name space of identifiers that others coined.
#[derive(Clone, Debug)]
pub struct Namespace {
    /// Whose identifiers these are.
    pub title: String,
    /// Where one is explained; `{id}` stands for it.
    pub url: Option<String>,
}

impl Register {
    /// Adds what a `guides.toml` declares.
    pub fn read(&mut self, reader: &mut Reader<'_>) {
        let tree = reader.parse();
        reader.known_keys(&tree, &["guides", "aliases"], "key");
        for entry in tree.get("guides").map_or(&[][..], Node::entries) {
            if let Some(guide) = guide(entry, reader) {
                self.guides.insert(entry.key.clone(), guide);
            }
        }
        for entry in tree.get("aliases").map_or(&[][..], Node::entries) {
            reader.known_keys(&entry.value, &["title", "url"], "key");
            if let Some(title) = text(&entry.value, "title", reader) {
                let url = optional_text(&entry.value, "url", reader);
                self.namespaces.insert(entry.key.clone(), Namespace { title, url });
            }
        }
    }

    /// The guide sections in a list, each of them known.
    pub(super) fn guide_citations(&self, node: &Node, reader: &mut Reader<'_>) -> Vec<Citation> {
        let known: Vec<&str> = self.guides.keys().map(String::as_str).collect();
        let mut citations = citations(node, "guides", &known, "guide", reader);
        citations.retain(|(citation, span)| {
            let items = self.guides.get(&citation.namespace).map_or(&[][..], |guide| &guide.items);
            let there = items.is_empty() || items.contains(&citation.id);
            if !there {
                let known: Vec<&str> = items.iter().map(String::as_str).collect();
                reader.unknown_word(
                    span,
                    &citation.id,
                    &known,
                    &format!("item of `{}`", citation.namespace),
                );
            }
            there
        });
        citations.into_iter().map(|(citation, _)| citation).collect()
    }

    /// The aliases in a list, each in a known name space.
    pub(super) fn aliases(&self, node: &Node, reader: &mut Reader<'_>) -> Vec<Citation> {
        let known: Vec<&str> = self.namespaces.keys().map(String::as_str).collect();
        let citations = citations(node, "aliases", &known, "name space", reader);
        citations.into_iter().map(|(citation, _)| citation).collect()
    }

    /// Where a citation is explained, if that is known.
    pub fn url(&self, citation: &Citation) -> Option<String> {
        let guide = self.guides.get(&citation.namespace).and_then(|guide| guide.url.as_ref());
        let namespace =
            self.namespaces.get(&citation.namespace).and_then(|space| space.url.as_ref());
        guide.or(namespace).map(|pattern| pattern.replace("{id}", &citation.id))
    }
}

fn guide(entry: &Entry, reader: &mut Reader<'_>) -> Option<Guide> {
    let node = &entry.value;
    reader.known_keys(node, &["title", "version", "read", "url", "items"], "key");
    let items = node.get("items").map(|items| reader.texts(items, "items")).unwrap_or_default();
    let read = node.get("read").and_then(|read| reader.date(read, "read"));
    let version = optional_text(node, "version", reader).unwrap_or_default();
    let url = optional_text(node, "url", reader);
    Some(Guide { title: text(node, "title", reader)?, version, read, url, items })
}

fn citations(
    node: &Node,
    key: &str,
    known: &[&str],
    noun: &str,
    reader: &mut Reader<'_>,
) -> Vec<(Citation, Range<usize>)> {
    let mut citations = Vec::new();
    for item in reader.list(node, key) {
        let Some(text) = reader.text(item, key) else {
            continue;
        };
        let Some((namespace, id)) = text.split_once(':') else {
            reader.note(&item.span, format!("`{text}` names no {noun}; write `{noun}:id`"));
            continue;
        };
        if known.contains(&namespace) {
            let citation = Citation { namespace: namespace.to_owned(), id: id.to_owned() };
            citations.push((citation, item.span.clone()));
        } else {
            reader.unknown_word(&item.span, namespace, known, noun);
        }
    }
    citations
}

fn text(table: &Node, key: &str, reader: &mut Reader<'_>) -> Option<String> {
    let node = reader.required(table, key)?;
    reader.text(node, key).map(str::to_owned)
}

fn optional_text(table: &Node, key: &str, reader: &mut Reader<'_>) -> Option<String> {
    table.get(key).and_then(|node| reader.text(node, key)).map(str::to_owned)
}
