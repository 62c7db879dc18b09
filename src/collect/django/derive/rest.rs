//! The interface that Django REST framework serves, with its defaults (read in 3.18, `settings.py`).

use crate::collect::django::carry::{
    each, field, filter, made_from, map, map_present, mismatch, or_default, setting,
};
use crate::fact::{Fact, FactSpec, Facts, Kind, List, Record, Value};

/// What is told of each rate.
pub(super) const RATE: &[FactSpec] = &[
    FactSpec::new(
        "scope",
        Kind::Text,
        "Whom it limits: `anon`, `user`, or a scope of the project's.",
    ),
    FactSpec::new("rate", Kind::Text, "The rate as written."),
    FactSpec::new(
        "valid",
        Kind::Bool,
        "Whether the framework can read it; otherwise requests fail.",
    ),
    FactSpec::new("per-hour", Kind::Number, "How many requests it admits; absent if not valid.")
        .in_unit("requests"),
];

/// A list of the framework, and its default.
const LISTS: &[(&str, &str, &[&str])] = &[
    ("permission-classes", "DEFAULT_PERMISSION_CLASSES", &["rest_framework.permissions.AllowAny"]),
    (
        "authentication-classes",
        "DEFAULT_AUTHENTICATION_CLASSES",
        &[
            "rest_framework.authentication.SessionAuthentication",
            "rest_framework.authentication.BasicAuthentication",
        ],
    ),
    ("throttle-classes", "DEFAULT_THROTTLE_CLASSES", &[]),
    (
        "renderer-classes",
        "DEFAULT_RENDERER_CLASSES",
        &["rest_framework.renderers.JSONRenderer", "rest_framework.renderers.BrowsableAPIRenderer"],
    ),
];

/// Judges `REST_FRAMEWORK`.
pub(super) fn derive(settings: &Record, facts: &mut Facts) {
    let framework = setting(settings, "REST_FRAMEWORK");
    for (path, name, default) in LISTS {
        let default: Vec<Fact> = default.iter().map(|class| Fact::derived(*class)).collect();
        let classes = or_default(field(&framework, name), Value::list(default));
        facts.put(&format!("django.drf.{path}"), classes);
    }
    let written = field(&framework, "DEFAULT_THROTTLE_RATES");
    facts.put("django.drf.throttles-without-rate", without_rate(facts, &written));
    let rates = rates(&written);
    facts.put("django.drf.rates", or_default(rates, Value::list(Vec::new())));
    facts.put("django.drf.num-proxies", field(&framework, "NUM_PROXIES"));
    facts.put("django.drf.page-size", field(&framework, "PAGE_SIZE"));
    facts.put("django.drf.pagination-class", field(&framework, "DEFAULT_PAGINATION_CLASS"));
}

/// The framework's own classes, and the scope whose rate each goes by.
const SCOPES: &[(&str, &str)] = &[
    ("rest_framework.throttling.AnonRateThrottle", "anon"),
    ("rest_framework.throttling.UserRateThrottle", "user"),
];

/// The throttle classes that limit nobody, because the rate they go by is not set.
fn without_rate(facts: &Facts, rates: &Fact) -> Fact {
    filter(&facts.at("django.drf.throttle-classes"), |class| {
        let scope = SCOPES.iter().find(|(name, _)| class.value.text() == Some(*name));
        match (scope, &class.value) {
            (Some((_, scope)), _) => map(&field(rates, scope), "a rate", |rate| {
                Some(Value::Bool(*rate == Value::Absent))
            }),
            (None, Value::Unknown(_)) => class.clone(),
            (None, _) => Fact::derived(false),
        }
    })
}

fn rates(rates: &Fact) -> Fact {
    each(rates, |value| match value {
        Value::Absent => made_from(rates, Value::Absent),
        Value::Record(record) => {
            let items = record
                .fields
                .iter()
                .filter(|(_, rate)| rate.value != Value::Absent)
                .map(|(scope, rate)| made_from(rate, described(scope, rate)))
                .collect();
            made_from(rates, Value::from(List { items, rest: record.rest.clone() }))
        }
        other => made_from(rates, mismatch("a record", other)),
    })
}

fn described(scope: &str, rate: &Fact) -> Value {
    let per_hour = map_present(rate, "a text", |value| {
        Some(per_hour(value.text()?).map_or(Value::Absent, Value::Float))
    });
    let valid =
        map_present(rate, "a text", |value| Some(Value::Bool(per_hour_of(value).is_some())));
    Value::record([
        ("scope", Fact::derived(scope)),
        ("rate", rate.clone()),
        ("valid", valid),
        ("per-hour", per_hour),
    ])
}

fn per_hour_of(value: &Value) -> Option<f64> {
    per_hour(value.text()?)
}

/// How many requests a rate such as `100/hour` admits in an hour. The framework looks at the first letter
/// of the period and fails on anything but one number and one period.
fn per_hour(rate: &str) -> Option<f64> {
    let (number, period) = rate.split_once('/')?;
    if period.contains('/') {
        return None;
    }
    let number: u32 = number.trim().parse().ok()?;
    let periods_per_hour = match period.chars().next()? {
        's' => 3600.0,
        'm' => 60.0,
        'h' => 1.0,
        'd' => 1.0 / 24.0,
        _ => return None,
    };
    Some(f64::from(number) * periods_per_hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_the_framework_reads_them() {
        for (rate, expected) in [
            ("100/hour", Some(100.0)),
            ("5/min", Some(300.0)),
            ("1/s", Some(3600.0)),
            ("24/day", Some(1.0)),
            ("5/minute;50/hour", None),
            ("5", None),
            ("/hour", None),
            ("5/", None),
            ("five/hour", None),
            ("5/week", None),
        ] {
            assert_eq!(per_hour(rate), expected, "{rate}");
        }
    }
}
