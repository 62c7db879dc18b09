//! The tree of a compose file: variables replaced, every node with its place in its own file, so that
//! trees of several files can be laid over each other.

use super::variables::Variables;
use crate::fact::{Fact, Place, Position, ProjectPath, Provenance, Value};
use crate::grammar::yaml::{Kind, Node, Spot};

/// A node.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) kind: ItemKind,
    /// What a merge does with it.
    pub(super) tag: Tag,
    pub(super) provenance: Provenance,
}

#[derive(Clone, Debug)]
pub(super) enum ItemKind {
    /// A text, number or truth value; absent for nothing; unknown if it needs a variable nobody gave.
    /// With it the text as it is written, before variables are replaced.
    Scalar(Value, String),
    List(Vec<Item>),
    Map(Vec<(String, Item)>),
}

/// How a node asks to be merged with the one below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// As its kind is.
    Plain,
    /// `!reset`: what is below is taken away.
    Reset,
    /// `!override`: it stands in the place of what is below.
    Override,
}

impl Item {
    /// The tree of a document.
    pub(super) fn of(path: &ProjectPath, node: &Node, variables: &Variables) -> Self {
        let at = Place::in_file(path, position(node.used.unwrap_or(node.at)));
        let mut provenance = Provenance::new(crate::fact::Origin::Literal).at(at);
        if node.used.is_some() {
            provenance.written = Some(Box::new(Place::in_file(path, position(node.at))));
        }
        let kind = match &node.kind {
            Kind::Null => ItemKind::Scalar(Value::Absent, String::new()),
            Kind::Bool(bool) => ItemKind::Scalar(Value::Bool(*bool), bool.to_string()),
            Kind::Int(int) => ItemKind::Scalar(Value::Int(*int), int.to_string()),
            Kind::Float(float) => ItemKind::Scalar(Value::Float(*float), float.to_string()),
            Kind::Text(text) => {
                let expanded = variables.expand(text, &mut provenance);
                ItemKind::Scalar(expanded, text.clone())
            }
            Kind::List(items) => {
                ItemKind::List(items.iter().map(|item| Self::of(path, item, variables)).collect())
            }
            Kind::Map(entries) => ItemKind::Map(
                entries
                    .iter()
                    .map(|(key, value)| {
                        let mut item = Self::of(path, value, variables);
                        // A list or map is best looked at where its key stands.
                        if !matches!(item.kind, ItemKind::Scalar(..)) && value.used.is_none() {
                            item.provenance.place = Some(Place::in_file(path, position(key.at)));
                        }
                        (key.name.clone(), item)
                    })
                    .collect(),
            ),
        };
        let tag = match node.tag.as_deref() {
            Some("!reset") => Tag::Reset,
            Some("!override") => Tag::Override,
            _ => Tag::Plain,
        };
        Self { kind, tag, provenance }
    }

    /// A map that has this under a key.
    pub(super) fn below(self, name: &str) -> Self {
        let (tag, provenance) = (Tag::Plain, self.provenance.clone());
        Self { kind: ItemKind::Map(vec![(name.to_owned(), self)]), tag, provenance }
    }

    /// The value under a key, if this is a map that has it.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value at the end of a way through maps.
    pub(super) fn at(&self, way: &[&str]) -> Option<&Self> {
        way.iter().try_fold(self, |item, name| item.get(name))
    }

    /// The keys and values of a map; none of anything else.
    pub(super) fn entries(&self) -> &[(String, Self)] {
        match &self.kind {
            ItemKind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; a single text counts as a list of itself.
    pub(super) fn items(&self) -> &[Self] {
        match &self.kind {
            ItemKind::List(items) => items,
            ItemKind::Scalar(Value::Absent, _) | ItemKind::Map(_) => &[],
            ItemKind::Scalar(..) => std::slice::from_ref(self),
        }
    }

    /// The text that a scalar stands for, if it is known.
    pub(super) fn text(&self) -> Option<String> {
        match &self.kind {
            ItemKind::Scalar(Value::Text(text), _) => Some(text.clone()),
            ItemKind::Scalar(value @ (Value::Bool(_) | Value::Int(_) | Value::Float(_)), _) => {
                Some(value.to_string())
            }
            _ => None,
        }
    }

    /// The text as it is written, variables and all.
    pub(super) fn written(&self) -> &str {
        match &self.kind {
            ItemKind::Scalar(_, written) => written,
            _ => "",
        }
    }

    /// A scalar as a fact: numbers and truth values as texts, for what wants texts.
    pub(super) fn text_fact(&self) -> Fact {
        let value = match (&self.kind, self.text()) {
            (_, Some(text)) => Value::Text(text),
            (ItemKind::Scalar(value, _), None) => value.clone(),
            _ => Value::Absent,
        };
        self.fact(value)
    }

    /// A value seen here.
    pub(super) fn fact(&self, value: impl Into<Value>) -> Fact {
        Fact { value: value.into(), provenance: self.provenance.clone() }
    }

    /// A truth value, also as a text; unknown if it depends on a variable nobody gave.
    pub(super) fn bool_fact(&self) -> Fact {
        let value = match (&self.kind, self.text().as_deref()) {
            (ItemKind::Scalar(value @ Value::Unknown(_), _), _) => value.clone(),
            (_, Some("true" | "True" | "TRUE" | "yes" | "on" | "1")) => Value::Bool(true),
            _ => Value::Bool(false),
        };
        self.fact(value)
    }
}

/// Where a node stands, for a place.
pub(super) fn position(spot: Spot) -> Position {
    Position { line: spot.line, column: spot.column, width: spot.width }
}
