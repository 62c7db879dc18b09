//! YAML with the line of every node.
//!
//! Anchors and merge keys are resolved; a node that came through one knows where it is written and where
//! it is used. A key that stands twice, a template (`{{ … }}`), too deep a nesting and a document that
//! grows beyond all measure through its aliases are problems. `yes` and `on` are texts (YAML 1.2 §10.3).

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Error, Location, NonFiniteFloatPolicy, Options, Spanned, Tagged};

/// Deeper nesting is refused; no configuration file comes near it. The library reads by recursion, and
/// 40 levels of a debug build fill the 2 MiB of a worker's stack.
const MAX_DEPTH: usize = 24;
/// More nodes, copies through aliases included, are refused.
const MAX_NODES: usize = 100_000;

/// One value of a document, with everything below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its tag if it has one that is not YAML's own: `!reset`.
    pub tag: Option<String>,
    /// Where it is written.
    pub at: Spot,
    /// Where it is used, if an alias or a merge key brought it there.
    pub used: Option<Spot>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Nothing: `null`, `~` or no text at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// Items in their order.
    List(Vec<Node>),
    /// Keys with their values, in their order, each key once.
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its text; of a number or a truth value, how it is written.
    pub name: String,
    /// Where it is written.
    pub at: Spot,
}

/// A place in the text, in characters, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The line.
    pub line: u32,
    /// The first character.
    pub column: u32,
    /// How many characters; 0 if they are not all on the line.
    pub width: u32,
}

/// Why a text is no YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlProblem {
    /// The line where reading stopped; 0 if it is none in particular.
    pub line: u32,
    /// What is wrong, in the reader's words.
    pub what: String,
}

/// The documents of a text, empty ones left out.
pub fn parse(text: &str) -> Result<Vec<Node>, YamlProblem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let read: Result<Vec<Raw>, _> = serde_saphyr::from_multiple_with_options(text, options());
    let documents = read.map_err(|error| problem(&error))?;
    let lines = Lines { text };
    Ok(documents.into_iter().map(|document| lines.node(document)).collect())
}

impl Node {
    /// The value under a key, if this is a map that has it.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key.name == name).map(|(_, value)| value)
    }

    /// The keys and values; none if this is no map.
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items; none if this is no list.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The text, if it is one. Numbers and truth values are none; see [`Node::scalar`].
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What a program reads that wants a text here: numbers and truth values are written out,
    /// nothing is no text.
    pub fn scalar(&self) -> Option<String> {
        match &self.kind {
            Kind::Bool(bool) => Some(bool.to_string()),
            Kind::Int(int) => Some(int.to_string()),
            Kind::Float(float) => Some(float.to_string()),
            Kind::Text(text) => Some(text.clone()),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }
}

fn options() -> Options {
    let budget = serde_saphyr::budget! {
        max_depth: MAX_DEPTH,
        max_nodes: MAX_NODES,
        max_documents: 100,
    };
    serde_saphyr::options! {
        budget: budget,
        strict_booleans: true,
        with_snippet: false,
        ignore_binary_tag_for_string: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
    }
}

/// The tree as the library gives it: places in its own terms.
type Raw = Tagged<Spanned<RawKind>>;

enum RawKind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Raw>),
    Map(Vec<(Raw, Raw)>),
}

impl<'de> Deserialize<'de> for RawKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = RawKind;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Null)
    }

    fn visit_bool<E>(self, bool: bool) -> Result<RawKind, E> {
        Ok(RawKind::Bool(bool))
    }

    fn visit_i64<E>(self, int: i64) -> Result<RawKind, E> {
        Ok(RawKind::Int(int))
    }

    fn visit_u64<E>(self, int: u64) -> Result<RawKind, E> {
        Ok(i64::try_from(int).map_or_else(|_| RawKind::Text(int.to_string()), RawKind::Int))
    }

    fn visit_f64<E>(self, float: f64) -> Result<RawKind, E> {
        Ok(RawKind::Float(float))
    }

    fn visit_str<E>(self, text: &str) -> Result<RawKind, E> {
        Ok(RawKind::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<RawKind, E> {
        Ok(RawKind::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<RawKind, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(RawKind::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<RawKind, A::Error> {
        let mut all: Vec<(Raw, Raw)> = Vec::new();
        while let Some(entry) = entries.next_entry::<Raw, Raw>()? {
            // `{{ .Values.name }}` reads as a map that has a map for its key.
            if matches!(entry.0.0.value, RawKind::List(_) | RawKind::Map(_)) {
                return Err(A::Error::custom("a template, or a list or map as a key"));
            }
            all.push(entry);
        }
        Ok(RawKind::Map(all))
    }
}

/// The text of the documents, to tell how much of a line a node takes.
struct Lines<'t> {
    text: &'t str,
}

impl Lines<'_> {
    fn node(&self, Tagged(spanned, tag): Raw) -> Node {
        let at = self.spot(spanned.defined);
        let used = Some(self.spot(spanned.referenced)).filter(|used| used.line != at.line);
        let kind = match spanned.value {
            RawKind::Null => Kind::Null,
            RawKind::Bool(bool) => Kind::Bool(bool),
            RawKind::Int(int) => Kind::Int(int),
            RawKind::Float(float) => Kind::Float(float),
            RawKind::Text(text) => Kind::Text(text),
            RawKind::List(items) => {
                Kind::List(items.into_iter().map(|item| self.node(item)).collect())
            }
            RawKind::Map(entries) => {
                let entry = |(key, value)| (self.key(key), self.node(value));
                Kind::Map(entries.into_iter().map(entry).collect())
            }
        };
        let tag = tag.filter(|tag| !tag.starts_with("tag:yaml.org,") && !tag.starts_with("!!"));
        Node { kind, tag, at, used }
    }

    fn key(&self, key: Raw) -> Key {
        let node = self.node(key);
        Key { name: node.scalar().unwrap_or_default(), at: node.at }
    }

    fn spot(&self, location: Location) -> Spot {
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let span = location.span();
        let written = span.byte_offset().zip(span.byte_len()).and_then(|(start, len)| {
            let start = usize::try_from(start).ok()?;
            self.text.get(start..start.checked_add(usize::try_from(len).ok()?)?)
        });
        let width = match written {
            Some(written) if !written.trim_end().contains('\n') => {
                written.trim_end().chars().count()
            }
            _ => 0,
        };
        Spot {
            line: number(location.line()),
            column: number(location.column()),
            width: u32::try_from(width).unwrap_or(0),
        }
    }
}

fn problem(mut error: &Error) -> YamlProblem {
    let line = error.location().map_or(0, |at| u32::try_from(at.line()).unwrap_or(0));
    while let Error::AliasError { error: inner, .. } = error {
        error = inner;
    }
    let what = match error {
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            format!("the key `{key}` stands twice")
        }
        Error::Budget { .. } => "it holds more than a configuration does".to_owned(),
        Error::RecursiveReferencesRequireWeakTypes { .. } => "an alias holds itself".to_owned(),
        Error::UnknownAnchor { .. } => "an alias without its anchor".to_owned(),
        other => {
            let told = other.to_string();
            told.split(" at line ").next().unwrap_or_default().to_owned()
        }
    };
    YamlProblem { line, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A node in one line: kinds, tags, places, and after `<` the place of use.
    fn shown(node: &Node) -> String {
        let used = node.used.map_or(String::new(), |used| format!("<{}", used.line));
        let at = format!("@{}:{}+{}{used}", node.at.line, node.at.column, node.at.width);
        let tag = node.tag.clone().unwrap_or_default();
        match &node.kind {
            Kind::List(items) => {
                format!("{tag}[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
            Kind::Map(entries) => {
                let entry = |(key, value): &(Key, Node)| format!("{}: {}", key.name, shown(value));
                format!("{tag}{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            Kind::Null => format!("{tag}null{at}"),
            Kind::Bool(bool) => format!("{tag}{bool}{at}"),
            Kind::Int(int) => format!("{tag}{int}{at}"),
            Kind::Float(float) => format!("{tag}{float}f{at}"),
            Kind::Text(text) => format!("{tag}{text:?}{at}"),
        }
    }

    #[test]
    fn values_have_their_kinds_and_places() {
        for (text, expected) in [
            ("a: 1", "{a: 1@1:4+1}"),
            ("a: '1'", "{a: \"1\"@1:4+3}"),
            ("a: yes", "{a: \"yes\"@1:4+3}"),
            ("a: True", "{a: true@1:4+4}"),
            ("a: 1.5", "{a: 1.5f@1:4+3}"),
            ("a: 22:22", "{a: \"22:22\"@1:4+5}"),
            ("a: .inf", "{a: \".inf\"@1:4+4}"),
            ("a:\nb: ~", "{a: null@1:2+0, b: null@2:4+1}"),
            ("a: |\n  x\n  y\n", "{a: \"x\\ny\\n\"@2:3+0}"),
            ("a: é # x\nb: [é, ü]", "{a: \"é\"@1:4+1, b: [\"é\"@2:5+1, \"ü\"@2:8+1]}"),
            ("1: x\ntrue: y", "{1: \"x\"@1:4+1, true: \"y\"@2:7+1}"),
            ("\u{feff}a: 1\r\nb: 2\r\n", "{a: 1@1:4+1, b: 2@2:4+1}"),
            ("a: !reset null", "{a: !resetnull@1:11+4}"),
            ("a: !override [1]", "{a: !override[1@1:15+1]}"),
            ("a: !!str 1", "{a: \"1\"@1:10+1}"),
        ] {
            let documents = parse(text).unwrap();
            assert_eq!(documents.iter().map(shown).collect::<Vec<_>>(), [expected], "{text}");
        }
    }

    #[test]
    fn aliases_and_merges_know_both_places() {
        let text = "x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz: *x\n";
        let documents = parse(text).unwrap();
        let told: Vec<String> =
            documents.iter().flat_map(Node::entries).map(|(_, node)| shown(node)).collect();
        assert_eq!(
            told,
            [
                "{a: 1@1:11+1, b: 2@1:17+1}",
                "{b: 3@4:6+1, a: 1@1:11+1<3}",
                "{a: 1@1:11+1<5, b: 2@1:17+1<5}"
            ]
        );
    }

    #[test]
    fn a_text_holds_any_number_of_documents() {
        for (text, count) in
            [("", 0), ("# nothing", 0), ("---\n---\na: 1", 1), ("a: 1\n---\nb: 2\n...\n", 2)]
        {
            assert_eq!(parse(text).unwrap().len(), count, "{text}");
        }
    }

    #[test]
    fn what_is_no_yaml_is_told_with_its_line() {
        for (text, line, what) in [
            ("a: 1\na: 2", 2, "the key `a` stands twice"),
            ("a: 1\nb: {{ .Values.x }}", 2, "a template, or a list or map as a key"),
            ("a: *x", 1, "an alias without its anchor"),
            ("a: &a [*a]", 1, "an alias holds itself"),
            ("a:\n- 1\n-2", 3, "simple key expected ':'"),
        ] {
            let expected = YamlProblem { line, what: what.to_owned() };
            assert_eq!(parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn hostile_texts_end_soon() {
        let mut laughs = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..9 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(",");
            laughs.extend([format!("a{level}: &a{level} [{aliases}]\n")]);
        }
        for text in
            [laughs, "[".repeat(25), "[".repeat(10_000), "- ".repeat(10_000), "a:\n".repeat(10_000)]
        {
            assert!(parse(&text).is_err());
        }
    }
}
