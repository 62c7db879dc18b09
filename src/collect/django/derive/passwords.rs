//! What passwords must be like, and how they are stored.

use crate::collect::django::carry::{
    each, field, made_from, map_items, map_present, or_default, setting,
};
use crate::fact::{Fact, Facts, Record, Value};

const LENGTH_VALIDATOR: &str = "MinimumLengthValidator";
/// `MinimumLengthValidator` without options.
const DEFAULT_LENGTH: i64 = 8;

/// Judges `AUTH_PASSWORD_VALIDATORS` and `PASSWORD_HASHERS`.
pub(super) fn derive(settings: &Record, facts: &mut Facts) {
    let validators = setting(settings, "AUTH_PASSWORD_VALIDATORS");
    facts.put("django.password-validators", map_items(&validators, |each| field(each, "NAME")));
    facts.put("django.password-min-length", min_length(&validators));
    facts.put("django.password-hasher", first(&setting(settings, "PASSWORD_HASHERS")));
}

/// The hasher of new passwords.
fn first(hashers: &Fact) -> Fact {
    each(hashers, |value| match value {
        Value::List(list) => match (list.items.first(), &list.rest) {
            (Some(first), _) => first.clone(),
            (None, Some(why)) => made_from(hashers, Value::Unknown(why.clone())),
            (None, None) => made_from(hashers, Value::Absent),
        },
        other => made_from(hashers, other.clone()),
    })
}

/// The length that the first length validator asks for; absent if there is none.
fn min_length(validators: &Fact) -> Fact {
    each(validators, |value| {
        let Value::List(known) = value else {
            return made_from(validators, value.clone());
        };
        let names: Vec<Fact> = known.items.iter().map(|each| field(each, "NAME")).collect();
        let is_length =
            |name: &Fact| name.value.text().is_some_and(|name| name.ends_with(LENGTH_VALIDATOR));
        if let Some((_, validator)) =
            names.iter().zip(&known.items).find(|(name, _)| is_length(name))
        {
            let asked = field(&field(validator, "OPTIONS"), "min_length");
            let asked = map_present(&asked, "a number", |value| value.int().map(Value::Int));
            return or_default(made_from(validator, asked.value), DEFAULT_LENGTH);
        }
        let unknown_name = names.iter().find_map(|name| match &name.value {
            Value::Unknown(why) => Some(why.clone()),
            _ => None,
        });
        let rest = known.rest.clone().or(unknown_name);
        made_from(validators, rest.map_or(Value::Absent, Value::Unknown))
    })
}
