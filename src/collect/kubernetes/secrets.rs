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
    let is_secret = object.kind == "Secret";
    let under = |key: &str| root.at(&[key]).filter(|_| is_secret);
    let decoded = |text: String| {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        String::from_utf8(bytes).ok()
    };
    let encoded = entries(under("data")).filter_map(|(name, value)| {
        let text = value.node.scalar()?;
        if is_filled_in(&text) {
            return None;
        }
        Some((name, value, decoded(text.clone()).unwrap_or(text)))
    });
    let plain = entries(under("stringData"))
        .filter_map(|(name, value)| Some((name, value, value.node.scalar()?)));
    encoded
        .chain(plain)
        .filter(|(name, _, text)| !is_filled_in(text) && is_told(name, text))
        .map(|(name, value, text)| written_secret(name, &text, value.provenance()))
        .collect()
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

/// The entries of a map; none where there is no map.
pub(super) fn entries(map: Option<At<'_>>) -> impl Iterator<Item = (&str, At<'_>)> {
    let entries = map.map_or(&[][..], |map| map.node.entries());
    entries.iter().filter_map(move |(key, node)| Some((key.name.as_str(), At { node, ..map? })))
}

/// Whether a value is left open for a program that fills it in: `${KEY}`, `$(KEY)`, `<key>`.
pub(super) fn is_filled_in(text: &str) -> bool {
    text.contains("${") || text.contains("$(") || (text.starts_with('<') && text.ends_with('>'))
}
