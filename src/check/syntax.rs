//! Predicates and matchers as check files write them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::load::Depth;
use super::matcher::Pattern;
use super::{Matcher, Predicate, Scalar, Test};
use crate::fact::{Catalogue, FactPath, Kind, Origin};
use crate::toml_tree::{Entry, Node, NodeKind, Reader};

/// The words that connect predicates.
const CONNECTIVES: &[&str] = &["all", "any", "not", "first-known"];

/// The sixteen matchers.
pub(super) const MATCHERS: &[&str] = &[
    "is",
    "one-of",
    "present",
    "truthy",
    "same-as",
    "at-least",
    "at-most",
    "starts-with",
    "contains",
    "matches",
    "distinct-at-least",
    "length-at-least",
    "length-at-most",
    "every",
    "some",
    "none",
];

/// What reading a predicate needs to know besides its text.
pub(super) struct Syntax<'c, 'r, 't> {
    pub(super) reader: &'r mut Reader<'t>,
    pub(super) catalogue: &'c Catalogue,
    pub(super) params: &'c BTreeMap<String, Scalar>,
    pub(super) depth: Depth,
}

impl Syntax<'_, '_, '_> {
    /// Reads a predicate. `item` is the kind of the current item, where there is one.
    pub(super) fn predicate(&mut self, node: &Node, item: Option<Kind>) -> Option<Predicate> {
        let entries = self.reader.table_of(node, "a predicate");
        let Some(first) = entries.first() else {
            self.reader.note(
                &node.span,
                "a predicate is empty; begin it with `fact`, `all`, `any`, `not` or `first-known`",
            );
            return None;
        };
        if node.get("fact").is_some() {
            return self.about_a_fact(node, item);
        }
        if let [only] = entries
            && CONNECTIVES.contains(&only.key.as_str())
        {
            return self.connective(only, item);
        }
        if item.is_some() && MATCHERS.contains(&first.key.as_str()) {
            return self.about_the_item(node, item);
        }
        match entries.iter().find(|entry| !CONNECTIVES.contains(&entry.key.as_str())) {
            Some(wrong) => {
                let known = [CONNECTIVES, &["fact"]].concat();
                self.reader.unknown_word(
                    &wrong.key_span,
                    &wrong.key,
                    &known,
                    "word in a predicate",
                );
            }
            None => self
                .reader
                .note(&node.span, "a predicate has one connective; put the others inside it"),
        }
        None
    }

    fn connective(&mut self, entry: &Entry, item: Option<Kind>) -> Option<Predicate> {
        if entry.key == "not" {
            return Some(Predicate::Not(Box::new(self.predicate(&entry.value, item)?)));
        }
        let parts = self.reader.list(&entry.value, &entry.key);
        if parts.is_empty() {
            self.reader.note(&entry.value.span, format!("`{}` needs at least one part", entry.key));
        }
        let read: Vec<Predicate> =
            parts.iter().filter_map(|part| self.predicate(part, item)).collect();
        match entry.key.as_str() {
            "all" => Some(Predicate::All(read)),
            "any" => Some(Predicate::Any(read)),
            _ => Some(Predicate::FirstKnown(read)),
        }
    }

    fn about_a_fact(&mut self, node: &Node, item: Option<Kind>) -> Option<Predicate> {
        let fact = self.reader.required(node, "fact")?;
        let text = self.reader.text(fact, "fact")?;
        let (path, kind) = self.path(text, &fact.span, item)?;
        self.with_test(node, path, kind, &["fact", "otherwise"])
    }

    fn about_the_item(&mut self, node: &Node, item: Option<Kind>) -> Option<Predicate> {
        self.with_test(node, FactPath::item(), item.unwrap_or(Kind::Any), &["otherwise"])
    }

    fn with_test(
        &mut self,
        node: &Node,
        path: FactPath,
        kind: Kind,
        besides: &[&str],
    ) -> Option<Predicate> {
        let otherwise = node
            .get("otherwise")
            .and_then(|text| self.reader.text(text, "otherwise"))
            .map(str::to_owned);
        let mut matchers =
            node.entries().iter().filter(|entry| !besides.contains(&entry.key.as_str()));
        let Some(entry) = matchers.next() else {
            self.reader.note(&node.span, "a matcher is missing, such as `is = true`");
            return None;
        };
        if let Some(second) = matchers.next() {
            self.reader.note(&second.key_span, "one matcher at a time; use `all` for several");
        }
        if !MATCHERS.contains(&entry.key.as_str()) {
            self.reader.unknown_word(&entry.key_span, &entry.key, MATCHERS, "matcher");
            return None;
        }
        self.suits(entry, kind);
        let test = self.test(entry, kind)?;
        if path.origin {
            self.origin_word(entry);
        }
        Some(Predicate::Fact { path, test, otherwise })
    }

    fn test(&mut self, entry: &Entry, kind: Kind) -> Option<Test> {
        let inner_kind = match kind {
            Kind::List(inner) => Some(*inner),
            _ => Some(Kind::Any),
        };
        match entry.key.as_str() {
            "same-as" => {
                let text = self.reader.text(&entry.value, "same-as")?;
                let (path, _) = self.path(text, &entry.value.span, inner_kind)?;
                Some(Test::SameAs(path))
            }
            "every" => Some(Test::Every(Box::new(self.predicate(&entry.value, inner_kind)?))),
            "some" => Some(Test::Some(Box::new(self.predicate(&entry.value, inner_kind)?))),
            "none" => Some(Test::None(Box::new(self.predicate(&entry.value, inner_kind)?))),
            _ => self.matcher(entry).map(Test::Value),
        }
    }

    fn matcher(&mut self, entry: &Entry) -> Option<Matcher> {
        let value = &entry.value;
        match entry.key.as_str() {
            "is" => self.scalar(value, "is").map(Matcher::Is),
            "one-of" => {
                let items = self.reader.list(value, "one-of");
                Some(Matcher::OneOf(
                    items.iter().filter_map(|item| self.scalar(item, "one-of")).collect(),
                ))
            }
            "present" => self.reader.bool(value, "present").map(Matcher::Present),
            "truthy" => self.reader.bool(value, "truthy").map(Matcher::Truthy),
            "at-least" => self.number(entry).map(Matcher::AtLeast),
            "at-most" => self.number(entry).map(Matcher::AtMost),
            "starts-with" => self.text(entry).map(Matcher::StartsWith),
            "contains" => self.text(entry).map(Matcher::Contains),
            "matches" => self.text(entry).map(|source| self.pattern(entry, &source)),
            "distinct-at-least" => self.count(entry).map(Matcher::DistinctAtLeast),
            "length-at-least" => self.count(entry).map(Matcher::LengthAtLeast),
            _ => self.count(entry).map(Matcher::LengthAtMost),
        }
    }

    /// A plain value, or the parameter that a text with a `$` names.
    fn scalar(&mut self, node: &Node, key: &str) -> Option<Scalar> {
        match Scalar::of(node) {
            Some(Scalar::Text(text)) if text.starts_with('$') => {
                let name = text.trim_start_matches('$');
                let known: Vec<&str> = self.params.keys().map(String::as_str).collect();
                let param = self.params.get(name).cloned();
                if param.is_none() {
                    self.reader.unknown_word(&node.span, name, &known, "parameter");
                }
                param
            }
            Some(scalar) => Some(scalar),
            None => {
                let shown = self.reader.shown(node);
                self.reader.note(
                    &node.span,
                    format!("`{key}` takes a text, a number, true or false, not {shown}"),
                );
                None
            }
        }
    }

    fn pattern(&mut self, entry: &Entry, source: &str) -> Matcher {
        let pattern = Pattern::new(source);
        if self.depth == Depth::Whole
            && let Some(error) = pattern.error()
        {
            self.reader.note(&entry.value.span, format!("not a regular expression: {error}"));
        }
        Matcher::Matches(pattern)
    }

    fn number(&mut self, entry: &Entry) -> Option<f64> {
        match self.scalar(&entry.value, &entry.key)? {
            Scalar::Number(number) => Some(number),
            _ => self.takes(entry, "a number"),
        }
    }

    fn text(&mut self, entry: &Entry) -> Option<String> {
        match self.scalar(&entry.value, &entry.key)? {
            Scalar::Text(text) => Some(text),
            _ => self.takes(entry, "a text"),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a small whole number"
    )]
    fn count(&mut self, entry: &Entry) -> Option<usize> {
        match self.scalar(&entry.value, &entry.key)? {
            Scalar::Number(number) if number.fract() == 0.0 && (0.0..1e9).contains(&number) => {
                Some(number as usize)
            }
            _ => self.takes(entry, "a whole number, 0 or more"),
        }
    }

    fn takes<T>(&mut self, entry: &Entry, wanted: &str) -> Option<T> {
        let shown = self.reader.shown(&entry.value);
        self.reader.note(&entry.value.span, format!("`{}` takes {wanted}, not {shown}", entry.key));
        None
    }

    /// A fact path and the kind of its fact.
    pub(super) fn path(
        &mut self,
        text: &str,
        span: &Range<usize>,
        item: Option<Kind>,
    ) -> Option<(FactPath, Kind)> {
        let read = FactPath::parse(text).and_then(|path| {
            let kind = self.catalogue.kind_of(&path, item)?;
            Ok((path, kind))
        });
        read.map_err(|wrong| self.reader.note(span, wrong)).ok()
    }

    /// Notes a matcher that can never answer about a fact of this kind.
    fn suits(&mut self, entry: &Entry, kind: Kind) {
        let suits = match (entry.key.as_str(), kind) {
            (_, Kind::Any) | ("present" | "truthy", _) => true,
            ("is" | "one-of" | "same-as", kind) => {
                matches!(kind, Kind::Bool | Kind::Number | Kind::Text)
            }
            ("at-least" | "at-most", kind) => matches!(kind, Kind::Number),
            ("starts-with" | "contains" | "matches" | "distinct-at-least", kind) => {
                matches!(kind, Kind::Text)
            }
            ("length-at-least" | "length-at-most", kind) => {
                matches!(kind, Kind::Text | Kind::List(_))
            }
            (_, kind) => matches!(kind, Kind::List(_)),
        };
        if !suits {
            self.reader.note(
                &entry.key_span,
                format!("`{}` does not suit this fact, which is {}", entry.key, kind.name()),
            );
        }
    }

    fn origin_word(&mut self, entry: &Entry) {
        let words: Vec<&Node> = match &entry.value.kind {
            NodeKind::List(items) => items.iter().collect(),
            _ => vec![&entry.value],
        };
        let known = Origin::ALL.map(Origin::word);
        for node in words {
            if let NodeKind::Text(word) = &node.kind
                && !known.contains(&word.as_str())
            {
                self.reader.unknown_word(&node.span, word, &known, "origin");
            }
        }
    }
}
