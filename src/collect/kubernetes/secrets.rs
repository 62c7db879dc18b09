//! Secrets that a manifest itself holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::object::{At, Object};
use crate::collect::compose::{is_harmless, password_in_url, written_secret};
use crate::fact::{Fact, secret};

/// The fields of one secret.
pub(super) use crate::collect::compose::SECRET as FIELDS;

/// Keys under which a kustomization makes objects of the values that it holds.
pub(super) const GENERATORS: &[&str] = &["secretGenerator", "configMapGenerator"];

/// The secret that a variable holds, if its name or a URL in it says that it is one.
pub(super) fn of_variable(name: &str, value: At<'_>) -> Option<Fact> {
    let text = value.node.scalar()?;
    if is_filled_in(&text) {
        return None;
    }
    let told = if secret::is_secret_name(name) {
        (!is_harmless(name, &text)).then_some(text.as_str())
    } else {
        password_in_url(&text)
    };
    told.map(|told| written_secret(name, told, value.provenance()))
}

/// The secrets in an object of the kind Secret, or in one of the kind `ConfigMap`, which is for settings.
pub(super) fn of_object(object: &Object) -> Vec<Fact> {
    let root = object.root();
    match object.kind.as_str() {
        "ConfigMap" => {
            let values = entries(root.at(&["data"]));
            return values.filter_map(|(name, value)| of_variable(name, value)).collect();
        }
        "Kustomization" => return of_generators(root),
        _ => {}
    }
    if object.kind != "Secret" {
        return Vec::new();
    }
    values(object)
        .filter(|(name, _, text)| !is_filled_in(text) && is_told(name, text))
        .map(|(name, value, text)| written_secret(name, &text, value.provenance()))
        .collect()
}

/// The values that an object of the kind Secret or `ConfigMap` holds, as programs see them; of two under one name
/// the later counts.
pub(super) fn values(object: &Object) -> impl Iterator<Item = (&str, At<'_>, String)> {
    let is_encoded = object.kind == "Secret";
    let root = object.root();
    let under = move |key: &str, is_encoded: bool| {
        entries(root.at(&[key])).filter_map(move |(name, value)| {
            let text = value.node.scalar()?;
            let text = if is_encoded { decoded(&text).unwrap_or(text) } else { text };
            Some((name, value, text))
        })
    };
    under("data", is_encoded).chain(under("stringData", false))
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()
}

/// The secrets that a kustomization writes into objects: `literals: [DB_PASSWORD=…]`.
fn of_generators(root: At<'_>) -> Vec<Fact> {
    let generators = GENERATORS.iter().flat_map(|key| root.items(key));
    let literals = generators.flat_map(|generator| generator.items("literals").collect::<Vec<_>>());
    let written = literals.filter_map(|literal| {
        let text = literal.node.scalar()?;
        let (name, value) = text.split_once('=')?;
        let is_secret = !is_filled_in(value) && is_told(name, value);
        is_secret.then(|| written_secret(name, value, literal.provenance()))
    });
    written.collect()
}

/// Whether a value of a Secret is one by its name, and not one of the settings that stand beside it.
fn is_told(name: &str, text: &str) -> bool {
    let name = name.replace(['-', '.'], "_").to_uppercase();
    secret::is_secret_name(&name) && !is_harmless(&name, text) || password_in_url(text).is_some()
}

fn entries(map: Option<At<'_>>) -> impl Iterator<Item = (&str, At<'_>)> {
    let entries = map.map_or(&[][..], |map| map.node.entries());
    entries.iter().filter_map(move |(key, node)| Some((key.name.as_str(), At { node, ..map? })))
}

/// Whether a value is left open for a program that fills it in: `${KEY}`, `$(KEY)`, `<key>`.
pub(super) fn is_filled_in(text: &str) -> bool {
    text.contains("${") || text.contains("$(") || (text.starts_with('<') && text.ends_with('>'))
}
