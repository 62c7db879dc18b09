//! Which secrets of the services are written again and again: the first place stands for all.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::secrets::REPEATS;
use crate::fact::{Fact, Record, Value};

/// Services, in whose secrets stands whether an earlier one is given the same.
pub(super) fn marked(mut services: Vec<Fact>) -> Vec<Fact> {
    let mut seen = BTreeSet::new();
    for service in &mut services {
        let secrets = record(service).and_then(|service| service.fields.get_mut("secrets"));
        let Some(Value::List(secrets)) = secrets.map(|fact| &mut fact.value) else {
            continue;
        };
        for secret in &mut Arc::make_mut(secrets).items {
            mark(secret, &mut seen);
        }
    }
    services
}

fn mark(secret: &mut Fact, seen: &mut BTreeSet<String>) {
    let is_literal = secret.value.field("literal").and_then(|fact| fact.value.bool());
    let written = match secret.value.field("value").map(|fact| &fact.value) {
        Some(Value::Secret(written)) if is_literal == Some(true) => written.expose().to_owned(),
        _ => return,
    };
    let repeats = Fact { value: Value::Bool(!seen.insert(written)), ..secret.clone() };
    if let Some(record) = record(secret) {
        record.fields.insert(REPEATS.into(), repeats);
    }
}

fn record(fact: &mut Fact) -> Option<&mut Record> {
    match &mut fact.value {
        Value::Record(record) => Some(Arc::make_mut(record)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Secret;

    fn service(secrets: &[(&str, bool)]) -> Fact {
        let secret = |(text, literal): &(&str, bool)| {
            let value = Fact::derived(Value::Secret(Secret::new(*text)));
            Fact::derived(Value::record([("value", value), ("literal", Fact::derived(*literal))]))
        };
        let secrets: Vec<Fact> = secrets.iter().map(secret).collect();
        Fact::derived(Value::record([("secrets", Fact::derived(Value::list(secrets)))]))
    }

    #[test]
    fn the_first_place_of_a_secret_stands_for_the_others() {
        let services =
            [service(&[("a", true), ("b", false)]), service(&[("a", true), ("b", false)])];
        let repeats: Vec<bool> = marked(services.to_vec())
            .iter()
            .flat_map(|service| service.value.field("secrets").unwrap().value.items())
            .filter_map(|secret| secret.value.field(REPEATS)?.value.bool())
            .collect();
        assert_eq!(repeats, [false, true]);
    }
}
