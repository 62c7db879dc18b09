//! `checks/<area>/<name>.toml` → [`Check`]. Tells every mistake of a file at once, each with its place.

use std::collections::BTreeMap;

use super::head::head;
use super::register::Register;
use super::syntax::Syntax;
use super::{Check, CheckId, Demand, Example, Scalar, Severity, Stage, Verdict};
use crate::fact::{Catalogue, Fact, FactPath, Ignorance, Kind, Origin, Value, secret};
use crate::problem::Problem;
use crate::toml_tree::{Entry, Node, NodeKind, Reader};

const KEYS: &[&str] = &[
    "title",
    "severity",
    "needs",
    "when",
    "for-each",
    "require",
    "attest",
    "params",
    "why",
    "fix",
    "guides",
    "aliases",
    "references",
    "told-by",
    "former-ids",
    "status",
    "example",
];

/// How much of a check file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What judging needs; examples are skipped, expressions are compiled when first met.
    Judging,
    /// All of it.
    Whole,
}

/// What the reading of a check file depends on besides its text.
pub struct Context<'c> {
    /// The facts there are.
    pub catalogue: &'c Catalogue,
    /// The guides and name spaces there are.
    pub register: &'c Register,
    /// The ids of all checks there are.
    pub checks: &'c [&'c str],
    /// Thresholds that the project changes, by check and parameter.
    pub overrides: &'c BTreeMap<String, BTreeMap<String, Scalar>>,
    /// How much is read.
    pub depth: Depth,
}

/// Reads one check file. `file` is its name for messages.
pub fn load(
    id: &str,
    file: &str,
    text: &str,
    context: &Context<'_>,
) -> Result<Check, Vec<Problem>> {
    let text = match context.depth {
        Depth::Judging => head(text),
        Depth::Whole => text,
    };
    let mut reader = Reader::new(file, text);
    let tree = reader.parse();
    of_tree(id, &tree, reader, context)
}

/// The same, of what comes before the examples of a file, parsed already.
pub fn load_parsed(
    id: &str,
    file: &str,
    text: &str,
    tree: &Node,
    context: &Context<'_>,
) -> Result<Check, Vec<Problem>> {
    of_tree(id, tree, Reader::new(file, head(text)), context)
}

fn of_tree(
    id: &str,
    tree: &Node,
    mut reader: Reader<'_>,
    context: &Context<'_>,
) -> Result<Check, Vec<Problem>> {
    let check = read(id, tree, &mut reader, context);
    let problems = reader.finish();
    match check {
        Some(check) if problems.is_empty() => Ok(check),
        _ => Err(problems),
    }
}

fn read(id: &str, tree: &Node, reader: &mut Reader<'_>, context: &Context<'_>) -> Option<Check> {
    reader.known_keys(tree, KEYS, "key");
    only_examples_have_headers(tree, reader);
    let title = required_text(tree, "title", reader);
    let why = required_text(tree, "why", reader);
    let fix = required_text(tree, "fix", reader);
    let severity = severity(tree, reader);
    let params = params(id, tree, reader, context);
    let mut texts = |key| tree.get(key).map(|node| reader.texts(node, key)).unwrap_or_default();
    let (references, former_ids) = (texts("references"), texts("former-ids"));
    let needs = needs(tree, reader, context.catalogue);
    let guides = tree.get("guides").map(|node| context.register.guide_citations(node, reader));
    let aliases = tree.get("aliases").map(|node| context.register.aliases(node, reader));
    let told_by = told_by(tree, reader, context.checks);
    let stage = stage(tree, reader);
    let examples = examples(tree, reader, context.catalogue);
    let mut syntax =
        Syntax { reader, catalogue: context.catalogue, params: &params, depth: context.depth };
    let (for_each, item) = for_each(tree, &mut syntax).unzip();
    let when = tree.get("when").map(|node| syntax.predicate(node, item));
    let demand = demand(tree, item, &mut syntax);
    Some(Check {
        id: CheckId::new(id),
        title: title?,
        severity: severity?,
        needs,
        when: when.flatten(),
        for_each,
        demand: demand?,
        params,
        why: why?,
        fix: fix?,
        guides: guides.unwrap_or_default(),
        aliases: aliases.unwrap_or_default(),
        references,
        told_by,
        former_ids,
        stage,
        examples,
    })
}

/// A key below a header such as `[params]` belongs to that table, whatever its author meant: a `when`
/// written there once became a parameter.
fn only_examples_have_headers(tree: &Node, reader: &mut Reader<'_>) {
    for entry in tree.entries() {
        if entry.key != "example" && reader.is_after_bracket(&entry.key_span) {
            let what = format!(
                "only `[[example]]` may be a table with a header; write `{}.… = …`",
                entry.key
            );
            reader.note(&entry.key_span, what);
        }
    }
}

fn required_text(tree: &Node, key: &str, reader: &mut Reader<'_>) -> Option<String> {
    let node = reader.required(tree, key)?;
    reader.text(node, key).map(|text| text.trim().to_owned())
}

/// The word of a key, which must be one of a closed set.
fn word<T: Copy>(
    tree: &Node,
    key: &str,
    words: &[(&str, T)],
    reader: &mut Reader<'_>,
) -> Option<T> {
    let node = tree.get(key)?;
    let text = reader.text(node, key)?;
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        reader.unknown_word(&node.span, text, &known, key);
    }
    found
}

fn severity(tree: &Node, reader: &mut Reader<'_>) -> Option<Severity> {
    reader.required(tree, "severity")?;
    word(tree, "severity", &Severity::ALL.map(|each| (each.word(), each)), reader)
}

fn stage(tree: &Node, reader: &mut Reader<'_>) -> Stage {
    let words = [("stable", Stage::Stable), ("draft", Stage::Draft), ("retired", Stage::Retired)];
    word(tree, "status", &words, reader).unwrap_or(Stage::Stable)
}

fn needs(tree: &Node, reader: &mut Reader<'_>, catalogue: &Catalogue) -> Vec<String> {
    let Some(node) = tree.get("needs") else {
        return Vec::new();
    };
    let known: Vec<&str> = catalogue.domains.iter().map(|domain| domain.name).collect();
    for item in reader.list(node, "needs") {
        if let Some(name) = reader.text(item, "needs")
            && !known.contains(&name)
        {
            reader.unknown_word(&item.span, name, &known, "domain");
        }
    }
    reader.texts(node, "needs")
}

fn told_by(tree: &Node, reader: &mut Reader<'_>, checks: &[&str]) -> Vec<CheckId> {
    let Some(node) = tree.get("told-by") else {
        return Vec::new();
    };
    for item in reader.list(node, "told-by") {
        if let Some(id) = reader.text(item, "told-by")
            && !checks.contains(&id)
        {
            reader.unknown_word(&item.span, id, checks, "check");
        }
    }
    reader.texts(node, "told-by").iter().map(|id| CheckId::new(id)).collect()
}

fn params(
    id: &str,
    tree: &Node,
    reader: &mut Reader<'_>,
    context: &Context<'_>,
) -> BTreeMap<String, Scalar> {
    let mut params = BTreeMap::new();
    for entry in tree.get("params").map_or(&[][..], Node::entries) {
        match Scalar::of(&entry.value) {
            Some(value) => {
                params.insert(entry.key.clone(), value);
            }
            None => {
                reader.note(&entry.value.span, "a parameter is a text, a number, true or false");
            }
        }
    }
    for (name, value) in context.overrides.get(id).into_iter().flatten() {
        if let Some(param) = params.get_mut(name) {
            *param = value.clone();
        }
    }
    params
}

fn for_each(tree: &Node, syntax: &mut Syntax<'_, '_, '_>) -> Option<(FactPath, Kind)> {
    let node = tree.get("for-each")?;
    let text = syntax.reader.text(node, "for-each")?;
    match syntax.path(text, &node.span, None)? {
        (path, Kind::List(item)) => Some((path, *item)),
        (path, Kind::Any) => Some((path, Kind::Any)),
        (path, other) => {
            let what = format!("`for-each` takes a list, and `{path}` is {}", other.name());
            syntax.reader.note(&node.span, what);
            None
        }
    }
}

fn demand(tree: &Node, item: Option<Kind>, syntax: &mut Syntax<'_, '_, '_>) -> Option<Demand> {
    match (tree.get("require"), tree.get("attest")) {
        (Some(node), None) => syntax.predicate(node, item).map(Demand::Require),
        (None, Some(node)) => attest(node, syntax.reader),
        (None, None) => {
            syntax
                .reader
                .note(&(0..0), "`require` is missing; or `attest`, where only a person can know");
            None
        }
        (Some(_), Some(node)) => {
            syntax.reader.note(&node.span, "a check has `require` or `attest`, not both");
            None
        }
    }
}

fn attest(node: &Node, reader: &mut Reader<'_>) -> Option<Demand> {
    reader.known_keys(node, &["question", "valid-days"], "key");
    let question = required_text(node, "question", reader);
    let valid_days = reader.required(node, "valid-days")?;
    let valid_days = reader.int(valid_days, "valid-days")?;
    Some(Demand::Attest { question: question?, valid_days })
}

fn examples(tree: &Node, reader: &mut Reader<'_>, catalogue: &Catalogue) -> Vec<Example> {
    let Some(node) = tree.get("example") else {
        return Vec::new();
    };
    reader
        .list(node, "example")
        .iter()
        .filter_map(|each| example(each, reader, catalogue))
        .collect()
}

fn example(node: &Node, reader: &mut Reader<'_>, catalogue: &Catalogue) -> Option<Example> {
    reader.known_keys(node, &["name", "verdict", "because", "files", "facts", "live"], "key");
    let name = required_text(node, "name", reader);
    reader.required(node, "verdict")?;
    let verdict = word(node, "verdict", &Verdict::ALL.map(|each| (each.word(), each)), reader);
    let mut text =
        |key: &str| node.get(key).and_then(|text| reader.text(text, key)).map(str::to_owned);
    let (because, live) = (text("because"), text("live"));
    let mut files = Vec::new();
    for entry in node.get("files").map_or(&[][..], Node::entries) {
        if let Some(text) = reader.text(&entry.value, "files") {
            files.push((entry.key.clone(), text.to_owned()));
        }
    }
    let mut facts = Vec::new();
    for entry in node.get("facts").map_or(&[][..], Node::entries) {
        let known = FactPath::parse(&entry.key).and_then(|path| catalogue.kind_of(&path, None));
        if let Err(wrong) = known {
            reader.note(&entry.key_span, wrong);
        }
        let name = entry.key.rsplit('.').next().unwrap_or_default();
        facts.push((entry.key.clone(), secret::concealed(name, fact(entry, reader))));
    }
    Some(Example { name: name?, verdict: verdict?, because, files, facts, live })
}

/// A fact of an example: a plain value, or a table that says more about it.
fn fact(entry: &Entry, reader: &mut Reader<'_>) -> Fact {
    fact_of(&entry.value, reader)
}

fn fact_of(node: &Node, reader: &mut Reader<'_>) -> Fact {
    let value = match &node.kind {
        NodeKind::Text(text) => Value::from(text.as_str()),
        NodeKind::Int(int) => Value::Int(*int),
        NodeKind::Float(float) => Value::Float(*float),
        NodeKind::Bool(bool) => Value::Bool(*bool),
        NodeKind::Date(date) => Value::from(date.to_string()),
        NodeKind::List(items) => {
            Value::list(items.iter().map(|item| fact_of(item, reader)).collect())
        }
        NodeKind::Table(entries) => return fact_from_table(node, entries, reader),
    };
    Fact::derived(value).from_origin(Origin::Literal)
}

fn fact_from_table(node: &Node, entries: &[Entry], reader: &mut Reader<'_>) -> Fact {
    let keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    match (keys.as_slice(), entries) {
        (["unknown"], [entry]) => {
            let why = reader.text(&entry.value, "unknown").unwrap_or_default();
            Fact::derived(Value::Unknown(Ignorance::new(why)))
        }
        (["one-of"], [entry]) => {
            let items = reader.list(&entry.value, "one-of");
            Fact::derived(Value::one_of(items.iter().map(|item| fact_of(item, reader)).collect()))
        }
        (["absent"], _) => Fact::absent(),
        (["value"] | ["value", "origin"] | ["origin", "value"], _) => {
            let value = node.get("value").map_or_else(Fact::absent, |value| fact_of(value, reader));
            let words = Origin::ALL.map(|origin| (origin.word(), origin));
            word(node, "origin", &words, reader)
                .map_or(value.clone(), |origin| value.from_origin(origin))
        }
        _ => Fact::derived(Value::record(
            entries.iter().map(|entry| (entry.key.clone(), fact_of(&entry.value, reader))),
        ))
        .from_origin(Origin::Literal),
    }
}
