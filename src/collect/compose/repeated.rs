//! Which secrets of the services are written again and again: the first place stands for all.

use std::collections::BTreeSet;

use super::secrets::REPEATS;
use crate::fact::{Fact, Value};

/// Services, in whose secrets stands whether an earlier one is given the same.
pub(super) fn marked(mut services: Vec<Fact>) -> Vec<Fact> {
    let mut seen = BTreeSet::new();
    for service in &mut services {
        let Some(Value::List(secrets)) = field(service, "secrets").map(|fact| &mut fact.value)
        else {
            continue;
        };
        for secret in &mut secrets.items {
            let is_literal = field(secret, "literal").map(|fact| fact.value.bool());
            let Value::Record(record) = &mut secret.value else {
                continue;
            };
            let Some(Value::Secret(written)) = record.fields.get("value").map(|fact| &fact.value)
            else {
                continue;
            };
            let repeats =
                is_literal == Some(Some(true)) && !seen.insert(written.expose().to_owned());
            let fact = Fact { value: Value::Bool(repeats), provenance: secret.provenance.clone() };
            record.fields.insert(REPEATS.to_owned(), fact);
        }
    }
    services
}

fn field<'f>(fact: &'f mut Fact, name: &str) -> Option<&'f mut Fact> {
    match &mut fact.value {
        Value::Record(record) => record.fields.get_mut(name),
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
        assert_eq!(repeats, [false, false, true, false]);
    }
}
