//! Files of platforms as one kind of tree, whether they are YAML, JSON or TOML.

use crate::collect::lines::Lines;
use crate::fact::{Fact, Ignorance, Place, Position, ProjectPath, Value};
use crate::grammar::yaml::{self, Key, Kind, Node, Spot};
use crate::toml_tree::{self, NodeKind, Reader};

/// The document of a file: nothing of an empty one, and why not of one that cannot be read.
pub(super) fn read(path: &ProjectPath, text: &str) -> Result<Option<Node>, Ignorance> {
    if path.extension() == "toml" {
        let mut reader = Reader::new(path.as_str(), text);
        let tree = reader.parse();
        if reader.finish().is_empty() {
            return Ok(Some(node(&Lines::of(text), tree)));
        }
        return Err(Ignorance::new(format!("`{path}` is not valid TOML")));
    }
    match yaml::parse(text) {
        Ok(documents) => Ok(documents.into_iter().next()),
        Err(problem) => Err(Ignorance::new(format!("`{path}` cannot be read: {}", problem.what))),
    }
}

/// Where a node stands.
pub(super) fn place(path: &ProjectPath, node: &Node) -> Place {
    let (line, column, width) = (node.at.line, node.at.column, node.at.width);
    Place::in_file(path, Position { line, column, width })
}

/// The value of a node as a program reads it from its environment; unknown where something else still
/// fills it in.
pub(super) fn variable(path: &ProjectPath, node: &Node) -> Option<Fact> {
    let text = node.scalar()?;
    // A hole, the name of a secret of Vercel's, or what DigitalOcean has encrypted.
    let is_filled_in = ["${", "{{", "$(", "<%", "EV["].iter().any(|open| text.contains(open))
        || text.starts_with('@')
        || node.tag.is_some();
    let value = if is_filled_in {
        Value::Unknown(Ignorance::new("it is filled in at deploy time"))
    } else {
        Value::from(text)
    };
    Some(Fact::literal(value, place(path, node)))
}

/// A node of TOML as one of YAML.
fn node(lines: &Lines<'_>, node: toml_tree::Node) -> Node {
    let at = spot(lines, &node.span);
    let kind = match node.kind {
        NodeKind::Text(text) => Kind::Text(text),
        NodeKind::Int(int) => Kind::Int(int),
        NodeKind::Float(float) => Kind::Float(float),
        NodeKind::Bool(bool) => Kind::Bool(bool),
        NodeKind::Date(date) => Kind::Text(date.to_string()),
        NodeKind::List(items) => {
            Kind::List(items.into_iter().map(|item| self::node(lines, item)).collect())
        }
        NodeKind::Table(entries) => {
            let entry = |entry: toml_tree::Entry| {
                let at = spot(lines, &entry.key_span);
                (Key { name: entry.key, at }, self::node(lines, entry.value))
            };
            Kind::Map(entries.into_iter().map(entry).collect())
        }
    };
    Node { kind, tag: None, at, used: None }
}

fn spot(lines: &Lines<'_>, span: &std::ops::Range<usize>) -> Spot {
    let Position { line, column, width } = lines.position(span);
    Spot { line, column, width }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_of_files_are_one_kind_of_tree() {
        for (path, text) in [
            ("fly.toml", "[env]\nDEBUG = \"0\"\n"),
            ("app.yaml", "env:\n  DEBUG: \"0\"\n"),
            ("vercel.json", "{\"env\":\n {\"DEBUG\":\"0\"}}"),
        ] {
            let path = ProjectPath::new(path);
            let document = read(&path, text).unwrap().unwrap();
            let node = document.get("env").and_then(|env| env.get("DEBUG")).unwrap();
            let fact = variable(&path, node).unwrap();
            assert_eq!(fact.value, Value::from("0"));
            assert_eq!(fact.provenance.place.unwrap().to_string(), format!("{path}:2"));
        }
        assert!(read(&ProjectPath::new("fly.toml"), "a = ").is_err());
        assert!(read(&ProjectPath::new("app.yaml"), "a: {{ x }}").is_err());
        assert!(read(&ProjectPath::new("app.yaml"), "").unwrap().is_none());
    }
}
