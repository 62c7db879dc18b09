//! A fact beside the value that Django has.

use prodcheck::fact::{Fact, Value as Known};
use serde_json::Value;

/// How a fact stands to the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Equal,
    /// All or a part of it is not known, and what is known agrees.
    Unknown,
    Different,
}

/// Compares a fact with a value as `truth.py` tells it.
pub(crate) fn compare(known: &Known, truth: &Value) -> Standing {
    match (known, truth) {
        (Known::Unknown(_), _) => Standing::Unknown,
        (Known::OneOf(parts), _) => {
            let possible =
                parts.iter().any(|part| compare(&part.value, truth) != Standing::Different);
            if possible { Standing::Unknown } else { Standing::Different }
        }
        // An object of a class of its own: nothing is said about it but that it is one.
        (_, Value::Object(object)) if object.contains_key("!") => Standing::Different,
        (Known::Record(record), Value::Object(object)) => {
            let Some(fields) = object.get("{").and_then(Value::as_object) else {
                return Standing::Different;
            };
            let named = record.fields.iter().map(|(name, fact)| match fields.get(&**name) {
                Some(truth) => compare(&fact.value, truth),
                // What a variable gives that nobody is seen to set: without it there is less.
                None if record.rest.is_some() => Standing::Unknown,
                None => might_be_absent(fact),
            });
            let missing = fields.keys().any(|name| !record.fields.contains_key(name.as_str()));
            let rest = match (missing, &record.rest) {
                (true, None) => Standing::Different,
                (_, Some(_)) => Standing::Unknown,
                (false, None) => Standing::Equal,
            };
            named.chain([rest]).max().unwrap_or(Standing::Equal)
        }
        (Known::List(list), _) => {
            let Some((items, ordered)) = items(truth) else {
                return Standing::Different;
            };
            if list.rest.is_some() {
                let found = |item: &Fact| {
                    items.iter().any(|truth| compare(&item.value, truth) != Standing::Different)
                };
                return if list.items.iter().all(found) {
                    Standing::Unknown
                } else {
                    Standing::Different
                };
            }
            if list.items.len() != items.len() {
                return Standing::Different;
            }
            if ordered {
                let each =
                    list.items.iter().zip(items).map(|(item, truth)| compare(&item.value, truth));
                return each.max().unwrap_or(Standing::Equal);
            }
            let best = |item: &Fact| items.iter().map(|truth| compare(&item.value, truth)).min();
            list.items.iter().filter_map(best).max().unwrap_or(Standing::Equal)
        }
        _ => {
            if is_equal(known, truth) {
                Standing::Equal
            } else {
                Standing::Different
            }
        }
    }
}

fn is_equal(known: &Known, truth: &Value) -> bool {
    match (known, truth) {
        (Known::Absent, Value::Null) => true,
        (Known::Bool(known), Value::Bool(truth)) => known == truth,
        (Known::Int(known), Value::Number(truth)) => truth.as_i64() == Some(*known),
        (Known::Float(known), Value::Number(truth)) => {
            truth.is_f64() && truth.as_f64().is_some_and(|truth| (truth - known).abs() < 1e-9)
        }
        (known, Value::String(truth)) => known.text() == Some(truth),
        _ => false,
    }
}

/// The items of a list, a tuple or a set, and whether they have an order.
fn items(truth: &Value) -> Option<(&Vec<Value>, bool)> {
    match truth {
        Value::Array(items) => Some((items, true)),
        Value::Object(object) => Some((object.get("set")?.as_array()?, false)),
        _ => None,
    }
}

fn might_be_absent(fact: &Fact) -> Standing {
    match &fact.value {
        Known::Unknown(_) => Standing::Unknown,
        Known::OneOf(parts) if parts.iter().any(|part| part.value == Known::Absent) => {
            Standing::Unknown
        }
        _ => Standing::Different,
    }
}
