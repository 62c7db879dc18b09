//! One object of a manifest, and the facts that its nodes become.

use crate::fact::{Fact, Origin, Place, Position, ProjectPath, Provenance, Value};
use crate::grammar::yaml::{Kind, Node};

/// An object: what it is, and where it stands.
pub(super) struct Object {
    pub(super) path: ProjectPath,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) node: Node,
}

/// A node of a file.
#[derive(Clone, Copy)]
pub(super) struct At<'o> {
    pub(super) path: &'o ProjectPath,
    pub(super) node: &'o Node,
}

impl Object {
    /// An object of Kubernetes; none if it does not say its kind. One without a name is called by its kind.
    pub(super) fn of(path: &ProjectPath, node: Node) -> Option<Self> {
        let text = |way: &[&str]| At { path, node: &node }.at(way).and_then(|at| at.node.scalar());
        let kind = text(&["kind"])?;
        let name = ["name", "generateName"].iter().find_map(|key| text(&["metadata", key]));
        let name = name.unwrap_or_else(|| kind.to_lowercase());
        Some(Self { path: path.clone(), kind, name, node })
    }

    /// The whole of it.
    pub(super) fn root(&self) -> At<'_> {
        At { path: &self.path, node: &self.node }
    }
}

impl At<'_> {
    /// The node at the end of a way through maps.
    pub(super) fn at(self, way: &[&str]) -> Option<Self> {
        let node = way.iter().try_fold(self.node, |node, name| node.get(name))?;
        (node.kind != Kind::Null).then_some(Self { node, ..self })
    }

    /// The items of a list under a key.
    pub(super) fn items(self, key: &str) -> impl Iterator<Item = Self> {
        let items = self.node.get(key).map_or(&[][..], Node::items);
        items.iter().map(move |node| Self { node, ..self })
    }

    /// The text of a scalar under a key.
    pub(super) fn text(self, key: &str) -> Option<String> {
        self.node.get(key)?.scalar()
    }

    /// The truth value at the end of a way.
    pub(super) fn is(self, way: &[&str]) -> Option<bool> {
        match self.at(way)?.node.kind {
            Kind::Bool(bool) => Some(bool),
            _ => None,
        }
    }

    /// A value seen here.
    pub(super) fn fact(self, value: impl Into<Value>) -> Fact {
        Fact { value: value.into(), provenance: self.provenance() }
    }

    /// Where this stands.
    pub(super) fn provenance(self) -> Provenance {
        let spot = self.node.used.unwrap_or(self.node.at);
        let at = Position { line: spot.line, column: spot.column, width: spot.width };
        Provenance::new(Origin::Literal).at(Place::in_file(self.path, at))
    }
}
