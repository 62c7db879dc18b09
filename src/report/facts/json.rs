//! `prodcheck/facts/1`: what is known, for programs. Secrets are lengths here too.

use std::io::{self, Write};

use serde_json::{Map, Value as Json, json};

use crate::fact::secret::masked;
use crate::fact::{Fact, Facts, Ignorance, Place, Value};

/// The name and version of the format.
pub const SCHEMA: &str = "prodcheck/facts/1";

/// Writes the facts of each service, of one domain or of all, as one object.
pub fn write(
    services: &[(&str, &Facts)],
    domain: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let services: Vec<Json> = services
        .iter()
        .map(|(name, facts)| {
            let domains: Map<String, Json> = facts
                .domains()
                .filter(|(name, _)| domain.is_none_or(|wanted| wanted == *name))
                .map(|(name, root)| (name.to_owned(), told(root)))
                .collect();
            json!({ "name": name, "facts": domains })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &json!({ "schema": SCHEMA, "services": services }))?;
    writeln!(out)
}

/// A fact: its kind under `is`, what is known under the kind's own keys, and where it came from.
fn told(fact: &Fact) -> Json {
    let mut object = Map::new();
    for (key, value) in content(&fact.value) {
        object.insert(key.to_owned(), value);
    }
    let provenance = &fact.provenance;
    object.insert("origin".to_owned(), provenance.origin.word().into());
    let places = [("at", provenance.place.as_ref()), ("written", provenance.written.as_deref())];
    for (key, place) in places {
        if let Some(place) = place {
            object.insert(key.to_owned(), located(place));
        }
    }
    if !provenance.variables.is_empty() {
        object.insert("variables".to_owned(), provenance.variables.clone().into());
    }
    Json::Object(object)
}

fn content(value: &Value) -> Vec<(&'static str, Json)> {
    match value {
        Value::Absent => vec![("is", "absent".into())],
        Value::Bool(bool) => vec![("is", "bool".into()), ("value", (*bool).into())],
        Value::Int(int) => vec![("is", "number".into()), ("value", (*int).into())],
        Value::Float(float) => vec![("is", "number".into()), ("value", (*float).into())],
        Value::Text(text) => vec![("is", "text".into()), ("value", masked(text).into())],
        Value::Secret(secret) => {
            vec![("is", "secret".into()), ("length", secret.expose().chars().count().into())]
        }
        Value::List(list) => {
            let items = list.items.iter().map(told).collect();
            vec![("is", "list".into()), ("items", items), ("more", more(list.rest.as_ref()))]
        }
        Value::Record(record) => {
            let fields: Map<String, Json> =
                record.fields.iter().map(|(name, field)| (name.to_string(), told(field))).collect();
            let more = more(record.rest.as_ref());
            vec![("is", "record".into()), ("fields", fields.into()), ("more", more)]
        }
        Value::OneOf(alternatives) => {
            let alternatives = alternatives.iter().map(told).collect();
            vec![("is", "one-of".into()), ("alternatives", alternatives)]
        }
        Value::Unknown(ignorance) => {
            let mut content = vec![("is", "unknown".into()), ("why", (*ignorance.why).into())];
            content.extend(ignorance.remedy.as_deref().map(|remedy| ("remedy", remedy.into())));
            content
        }
    }
}

/// Why there may be more than is listed; null if there is not.
fn more(rest: Option<&Ignorance>) -> Json {
    rest.map_or(Json::Null, |ignorance| (*ignorance.why).into())
}

fn located(place: &Place) -> Json {
    match place {
        Place::File { path, at: Some(at) } => {
            json!({ "file": path.as_str(), "line": at.line, "column": at.column })
        }
        Place::File { path, at: None } => json!({ "file": path.as_str() }),
        Place::Exchange(exchange) => json!({ "url": exchange.url }),
    }
}
