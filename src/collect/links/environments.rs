//! Secrets of production that another environment has too: whoever works on staging knows them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::collect::Sources;
use crate::collect::compose::is_compose_name;
use crate::collect::env::SecretKind;
use crate::collect::env::files::is_env_name;
use crate::credential::is_made;
use crate::fact::secret::is_secret_name;
use crate::fact::{Fact, FactSpec, Facts, Kind, Place, ProjectPath, Value};
use crate::grammar::yaml::{self, Node};
use crate::project::{Project, Role};

/// The fields of one secret.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The variable."),
    FactSpec::new(
        "other-file",
        Kind::Text,
        "The file of the other environment that has it; absent if none has.",
    ),
];

/// The secrets of production that can be held against those of another environment.
pub(super) fn shared(sources: &Sources<'_>, facts: &Facts) -> Option<Fact> {
    let files = sources.wanted.iter().copied();
    let others: Vec<(&ProjectPath, Assigned)> =
        files.filter_map(|path| Some((path, assigned(sources.project, path)?))).collect();
    let secrets = if others.is_empty() { Vec::new() } else { of_production(facts) };
    if secrets.is_empty() {
        return None;
    }
    let described = |(name, secret): &(String, Fact)| {
        let value = secret.value.text().unwrap_or_default();
        let own = file_of(secret);
        let has = |(path, assigned): &&(&ProjectPath, Assigned)| {
            may_be_held_against(own, path)
                && assigned.get(name).is_some_and(|values| values.iter().any(|each| each == value))
        };
        let other = others.iter().find(has).map(|(path, _)| path.as_str());
        // Of one that can be guessed other checks tell.
        if other.is_some() && !is_made(value, STRONG_BITS) {
            return None;
        }
        let at = |value: Value| Fact { value, provenance: secret.provenance.clone() };
        Some(at(Value::record([
            ("name", at(name.as_str().into())),
            ("other-file", at(other.map_or(Value::Absent, Value::from))),
        ])))
    };
    Some(Fact::derived(secrets.iter().filter_map(described).collect::<Vec<_>>()))
}

/// What nobody chose in two places by chance.
const STRONG_BITS: f64 = 40.0;

/// The values that stand under each name in a file.
type Assigned = BTreeMap<String, Vec<String>>;

/// The keys and passwords that the project makes itself, as far as production's files tell them.
fn of_production(facts: &Facts) -> Vec<(String, Fact)> {
    let mut lists = Vec::new();
    for path in ["env.secrets", "platform.secrets", "kubernetes.secret-values"] {
        lists.extend(facts.at(path).value.items().to_vec());
    }
    for path in ["compose.services", "kubernetes.containers"] {
        for holder in facts.at(path).value.items() {
            lists.extend(
                holder.value.field("secrets").map_or(&[][..], |it| it.value.items()).to_vec(),
            );
        }
    }
    let own = lists.into_iter().filter_map(|secret| {
        let (name, value) =
            (secret.text_of("name")?.to_owned(), secret.value.field("value")?.clone());
        let text = value.value.text()?;
        let is_own =
            !matches!(SecretKind::of(&name, text), SecretKind::Issued | SecretKind::Address);
        is_own.then_some((name, value))
    });
    own.collect()
}

/// Whether a file says what another environment than production is given.
pub(super) fn is_of_other(path: &ProjectPath) -> bool {
    let is_yaml = || matches!(path.extension(), "yml" | "yaml");
    (is_env_name(path.name()) || is_yaml())
        && matches!(Role::of(path), Role::Staging | Role::Development | Role::Test)
}

fn file_of(fact: &Fact) -> Option<&ProjectPath> {
    match &fact.provenance.place {
        Some(Place::File { path, .. }) => Some(path),
        _ => None,
    }
}

/// Whether two files are for two environments. One that is not named for production may be the
/// developer's own, as the other is.
fn may_be_held_against(own: Option<&ProjectPath>, other: &ProjectPath) -> bool {
    let is_named = own.is_some_and(|own| Role::of(own) == Role::Production);
    is_named || Role::of(other) == Role::Staging
}

/// What a file assigns; none if it is neither an environment file nor one of compose or Kubernetes.
fn assigned(project: &Project, path: &ProjectPath) -> Option<Assigned> {
    let mut found = Assigned::new();
    let mut add = |name: &str, value: &str| {
        if is_secret_name(name) {
            found.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    };
    if is_env_name(path.name()) {
        for entry in &project.assignments(path).ok()?.entries {
            add(&entry.name, entry.value.as_deref().unwrap_or_default());
        }
        return Some(found);
    }
    let text = project.read(path).ok()?;
    let is_manifest = || text.lines().any(|line| line.starts_with("apiVersion:"));
    if !is_compose_name(path) && !is_manifest() {
        return None;
    }
    for document in yaml::parse(text).ok()? {
        walk(&document, &mut add);
    }
    Some(found)
}

/// Every pair of a name and a text below a node: as a key, as `NAME=value`, as `name:` beside `value:`, and
/// what a Secret of Kubernetes holds as base64.
fn walk(node: &Node, add: &mut impl FnMut(&str, &str)) {
    if let (Some(name), Some(value)) =
        (node.get("name").and_then(Node::text), node.get("value").and_then(Node::scalar))
    {
        add(name, &value);
    }
    for (key, below) in node.entries() {
        if let Some(text) = below.scalar() {
            add(&key.name, &text);
            let decoded =
                STANDARD.decode(text.trim()).ok().and_then(|it| String::from_utf8(it).ok());
            if let Some(text) = decoded {
                add(&key.name, &text);
            }
        }
        walk(below, add);
    }
    for item in node.items() {
        if let Some((name, value)) = item.text().and_then(|text| text.split_once('=')) {
            add(name, value);
        }
        walk(item, add);
    }
}
