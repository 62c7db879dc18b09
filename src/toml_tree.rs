//! TOML as a tree that knows where each key and value stands, so that every mistake can be pointed at.
//!
//! Knows the grammar only; what keys mean is the business of those who read the tree.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::de::{DeTable, DeValue};

use crate::date::Date;
use crate::problem::{Problem, SourcePlace, did_you_mean};

/// A value and the bytes it was written in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Byte range in the source text.
    pub span: Range<usize>,
    /// What was written there.
    pub kind: NodeKind,
}

/// The kinds of value that TOML has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum NodeKind {
    /// A string of any of the four notations.
    Text(String),
    /// An integer that fits 64 bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A local date without a time.
    Date(Date),
    /// An array, or the tables of `[[name]]`.
    List(Vec<Node>),
    /// A table of any notation, in the order of the text.
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The key, unquoted; of a dotted key, one part.
    pub key: String,
    /// Byte range of the key.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// What kind of value this is, with its article, for messages.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            NodeKind::Text(_) => "a text",
            NodeKind::Int(_) | NodeKind::Float(_) => "a number",
            NodeKind::Bool(_) => "true or false",
            NodeKind::Date(_) => "a date",
            NodeKind::List(_) => "a list",
            NodeKind::Table(_) => "a table",
        }
    }

    /// The value of a key, if this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The entries of a table; of anything else, none.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            NodeKind::Table(entries) => entries,
            _ => &[],
        }
    }
}

/// Reads one TOML text and gathers every mistake found in it on the way.
pub struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    /// A reader of a text, with the name of its file for messages.
    pub fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, problems: Vec::new() }
    }

    /// The tree of the text. Where the grammar is broken the mistakes are noted and the rest is read.
    pub fn parse(&mut self) -> Node {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            self.note(&span, error.message().trim_end_matches('.').to_lowercase());
        }
        let span = table.span();
        let kind = self.table(table.into_inner());
        Node { span, kind }
    }

    /// Notes a mistake at a byte range.
    pub fn note(&mut self, span: &Range<usize>, what: impl Into<String>) {
        self.note_with(span, what, None);
    }

    /// Notes a mistake at a byte range, with advice if there is any.
    pub fn note_with(
        &mut self,
        span: &Range<usize>,
        what: impl Into<String>,
        hint: Option<String>,
    ) {
        let place = SourcePlace::of(self.file, self.text, span);
        self.problems.push(Problem { what: what.into(), place: Some(place), hint });
    }

    /// Whether a key stands in the header of a table.
    pub fn is_after_bracket(&self, key: &Range<usize>) -> bool {
        self.text.get(..key.start).is_some_and(|before| before.trim_end().ends_with('['))
    }

    /// Everything noted so far, in the order of the text.
    pub fn finish(mut self) -> Vec<Problem> {
        self.problems
            .sort_by_key(|problem| problem.place.as_ref().map(|place| (place.line, place.column)));
        self.problems
    }

    /// Notes every key of a table that is not among the known ones; `noun` says what a key is here.
    pub fn known_keys(&mut self, table: &Node, known: &[&str], noun: &str) {
        for entry in table.entries() {
            if !known.contains(&entry.key.as_str()) {
                self.unknown_word(&entry.key_span, &entry.key, known, noun);
            }
        }
    }

    /// Notes a word that is not in a closed set.
    pub fn unknown_word(&mut self, span: &Range<usize>, word: &str, known: &[&str], noun: &str) {
        let hint = did_you_mean(word, known.iter().copied()).or_else(|| {
            (1..=9).contains(&known.len()).then(|| format!("known: {}", known.join(", ")))
        });
        self.note_with(span, format!("unknown {noun} `{word}`"), hint);
    }

    /// The value of a key that must be there.
    pub fn required<'n>(&mut self, table: &'n Node, key: &str) -> Option<&'n Node> {
        let found = table.get(key);
        if found.is_none() {
            let head = table.span.start..table.span.start;
            self.note(&head, format!("`{key}` is missing"));
        }
        found
    }

    /// The text in a node, which must be one.
    pub fn text<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n str> {
        match &node.kind {
            NodeKind::Text(text) => Some(text),
            _ => self.wrong_kind(node, key, "a text"),
        }
    }

    /// The whole number in a node, which must be one.
    pub fn int(&mut self, node: &Node, key: &str) -> Option<i64> {
        match node.kind {
            NodeKind::Int(int) => Some(int),
            _ => self.wrong_kind(node, key, "a whole number"),
        }
    }

    /// The truth value in a node, which must be one.
    pub fn bool(&mut self, node: &Node, key: &str) -> Option<bool> {
        match node.kind {
            NodeKind::Bool(bool) => Some(bool),
            _ => self.wrong_kind(node, key, "true or false"),
        }
    }

    /// The date in a node, which must be one.
    pub fn date(&mut self, node: &Node, key: &str) -> Option<Date> {
        match &node.kind {
            NodeKind::Date(date) => Some(*date),
            _ => self.wrong_kind(node, key, "a date such as 2027-03-31, without quotes"),
        }
    }

    /// The items of a node, which must be a list.
    pub fn list<'n>(&mut self, node: &'n Node, key: &str) -> &'n [Node] {
        match &node.kind {
            NodeKind::List(items) => items,
            _ => self.wrong_kind(node, key, "a list").unwrap_or(&[]),
        }
    }

    /// The entries of a node, which must be a table.
    pub fn table_of<'n>(&mut self, node: &'n Node, key: &str) -> &'n [Entry] {
        match &node.kind {
            NodeKind::Table(entries) => entries,
            _ => self.wrong_kind(node, key, "a table").unwrap_or(&[]),
        }
    }

    /// The texts of a node, which must be a list of texts.
    pub fn texts(&mut self, node: &Node, key: &str) -> Vec<String> {
        let items = self.list(node, key);
        items.iter().filter_map(|item| self.text(item, key).map(str::to_owned)).collect()
    }

    fn wrong_kind<T>(&mut self, node: &Node, key: &str, wanted: &str) -> Option<T> {
        self.note(&node.span, format!("`{key}` takes {wanted}, not {}", self.shown(node)));
        None
    }

    /// What was written, if it is short, else its kind.
    pub fn shown(&self, node: &Node) -> String {
        let written = self.text.get(node.span.clone()).unwrap_or_default();
        if written.is_empty() || written.len() > 40 || written.contains('\n') {
            node.kind_name().to_owned()
        } else {
            written.to_owned()
        }
    }

    fn table(&mut self, table: DeTable<'_>) -> NodeKind {
        let mut entries: Vec<Entry> = table
            .into_iter()
            .map(|(key, value)| {
                let key_span = key.span();
                let span = value.span();
                let kind = self.kind(value.into_inner(), &span);
                Entry { key: key.into_inner().into_owned(), key_span, value: Node { span, kind } }
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_span.start);
        NodeKind::Table(entries)
    }

    fn kind(&mut self, value: DeValue<'_>, span: &Range<usize>) -> NodeKind {
        match value {
            DeValue::String(text) => NodeKind::Text(text.into_owned()),
            DeValue::Boolean(bool) => NodeKind::Bool(bool),
            DeValue::Integer(int) => i64::from_str_radix(int.as_str(), int.radix()).map_or_else(
                |_| {
                    self.note(span, "this number does not fit 64 bits");
                    NodeKind::Int(0)
                },
                NodeKind::Int,
            ),
            DeValue::Float(float) => NodeKind::Float(float.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Datetime(datetime) => self.date_kind(&datetime, span),
            DeValue::Array(items) => NodeKind::List(
                items
                    .into_iter()
                    .map(|item| {
                        let span = item.span();
                        let kind = self.kind(item.into_inner(), &span);
                        Node { span, kind }
                    })
                    .collect(),
            ),
            DeValue::Table(table) => self.table(table),
        }
    }

    fn date_kind(&mut self, datetime: &toml::value::Datetime, span: &Range<usize>) -> NodeKind {
        let date = match (datetime.date, datetime.time) {
            (Some(date), None) => Date::new(i32::from(date.year), date.month, date.day),
            _ => None,
        };
        date.map_or_else(
            || {
                self.note(span, "expected a date without a time, such as 2027-03-31");
                NodeKind::Text(datetime.to_string())
            },
            NodeKind::Date,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(text: &str, read: impl Fn(&mut Reader<'_>, &Node)) -> Vec<String> {
        let mut reader = Reader::new("x.toml", text);
        let tree = reader.parse();
        read(&mut reader, &tree);
        reader
            .finish()
            .iter()
            .map(|problem| problem.to_string().lines().next().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn dotted_keys_become_tables_with_the_place_of_each_part() {
        let mut reader = Reader::new("x.toml", "params.max = 3\n");
        let tree = reader.parse();
        let entry = &tree.entries()[0];
        assert_eq!((entry.key.as_str(), entry.key_span.clone()), ("params", 0..6));
        assert_eq!(entry.value.entries()[0].value, Node { span: 13..14, kind: NodeKind::Int(3) });
    }

    #[test]
    fn all_mistakes_are_told_at_once_in_the_order_of_the_text() {
        let told = problems_of("tilte = 'x'\nseverity = 3\n", |reader, tree| {
            reader.known_keys(tree, &["title", "severity"], "key");
            let severity = reader.required(tree, "severity").unwrap();
            reader.text(severity, "severity");
        });
        assert_eq!(
            told,
            [
                "x.toml:1:1: unknown key `tilte`; did you mean `title`?",
                "x.toml:2:12: `severity` takes a text, not 3",
            ]
        );
    }

    #[test]
    fn broken_grammar_is_a_problem_and_not_an_end() {
        let mut reader = Reader::new("x.toml", "a = \nb = 2\n");
        let tree = reader.parse();
        assert_eq!(tree.get("b").map(|node| &node.kind), Some(&NodeKind::Int(2)));
        assert_eq!(reader.finish().len(), 1);
    }

    #[test]
    fn dates_are_dates_only_without_a_time() {
        let mut reader = Reader::new("x.toml", "until = 2027-03-31\nat = 2027-03-31T10:00:00\n");
        let tree = reader.parse();
        assert_eq!(
            tree.get("until").map(|node| &node.kind),
            Some(&NodeKind::Date(Date::new(2027, 3, 31).unwrap()))
        );
        assert_eq!(reader.finish().len(), 1);
    }
}
