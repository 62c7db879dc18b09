//! Connections told by single settings and variables: `REDIS_URL=redis://…`, `DB_HOST` with `DB_PASSWORD`.

use std::collections::BTreeMap;

use super::connection::Pooling;
use super::django::{Setting, field, located};
use super::target::{Target, like, product};
use crate::fact::{Fact, Ignorance, Value};

/// What kind of store a connection goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// It keeps data.
    Database,
    /// Redis and what speaks its protocol.
    Redis,
    /// It passes messages on.
    Broker,
}

/// The family of a product, if it is one that is judged.
pub(super) fn family(kind: &str) -> Option<Family> {
    match kind {
        "postgresql" | "mysql" | "mongodb" | "sqlite" | "mssql" | "oracle" => {
            Some(Family::Database)
        }
        "redis" => Some(Family::Redis),
        "rabbitmq" => Some(Family::Broker),
        _ => None,
    }
}

/// Settings that hold an address; where it cannot be known, the connection is there all the same.
const ADDRESS_SETTINGS: &[(&str, &str)] = &[
    ("SQLALCHEMY_DATABASE_URI", ""),
    ("MONGO_URI", "mongodb"),
    ("MONGODB_URI", "mongodb"),
    ("REDIS_URL", "redis"),
    ("CACHE_REDIS_URL", "redis"),
    ("CELERY_BROKER_URL", ""),
];

/// Every setting or variable whose value is the address of a store.
pub(super) fn addresses(settings: &Fact) -> Vec<(Family, Setting)> {
    let Value::Record(record) = &settings.value else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let fields = record.fields.iter().filter(|(_, fact)| may_be_address(&fact.value));
    for (name, fact) in fields.filter(|(name, _)| !is_for_development(name)) {
        let whole = if name == "MONGODB_SETTINGS" { field(fact, "host") } else { fact.clone() };
        let known = ADDRESS_SETTINGS.iter().find(|(setting, _)| setting == name);
        if let Some(read) = alternatives(&whole).iter().map(address).collect::<Option<Vec<_>>>() {
            let family = read.first().map(|(family, _)| *family);
            let targets =
                read.into_iter().map(|(_, target)| (target, Pooling::default())).collect();
            let setting = Setting { source: name.to_string(), whole, targets };
            found.extend(family.map(|family| (family, setting)));
        } else if let (Value::Unknown(why), Some((_, kind))) = (&whole.value, known) {
            let target =
                Target { kind: told_kind(&whole, kind, why), ..Target::unknown(&whole, why) };
            let family = family(kind).unwrap_or(Family::Database);
            let targets = vec![(target, Pooling::default())];
            if *name != "CELERY_BROKER_URL" {
                found.push((family, Setting { source: name.to_string(), whole, targets }));
            }
        }
    }
    found
}

/// Whether a value has not the look of something else: most settings have.
fn may_be_address(value: &Value) -> bool {
    match value {
        Value::OneOf(_) | Value::Unknown(_) | Value::Record(_) => true,
        _ => value.text().is_some_and(|text| text.contains("://")),
    }
}

fn told_kind(whole: &Fact, kind: &str, why: &Ignorance) -> Fact {
    like(whole, if kind.is_empty() { Value::Unknown(why.clone()) } else { Value::from(kind) })
}

fn alternatives(fact: &Fact) -> Vec<Fact> {
    match &fact.value {
        Value::OneOf(alternatives) => alternatives.clone(),
        _ => vec![fact.clone()],
    }
}

fn address(fact: &Fact) -> Option<(Family, Target)> {
    let text = fact.value.text()?.trim();
    let (scheme, _) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let family = family(product(scheme.split('+').next()?))?;
    Some((family, located(fact)))
}

/// Words of names whose values production does not use.
fn is_for_development(name: &str) -> bool {
    let aside =
        ["TEST", "TESTING", "TESTS", "DEV", "DEVELOPMENT", "LOCAL", "CI", "STAGING", "EXAMPLE"];
    name.split('_').any(|word| aside.contains(&word.to_ascii_uppercase().as_str()))
}

/// Beginnings of variables that tell the parts of one connection.
const PREFIXES: &[(&str, &str)] = &[
    ("DB", ""),
    ("DATABASE", ""),
    ("POSTGRES", "postgresql"),
    ("POSTGRESQL", "postgresql"),
    ("PG", "postgresql"),
    ("MYSQL", "mysql"),
    ("MARIADB", "mysql"),
    ("MONGO", "mongodb"),
    ("MONGODB", "mongodb"),
    ("REDIS", "redis"),
];

/// Connections whose parts stand in variables of their own: a host or a password at least.
pub(super) fn parts(variables: &Fact) -> Vec<(Family, Setting)> {
    let Value::Record(record) = &variables.value else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (prefix, kind) in PREFIXES {
        let variable = |names: &[&str]| {
            names.iter().find_map(|name| {
                let joint = if *prefix == "PG" { "" } else { "_" };
                let name = [prefix, joint, name].concat();
                record.fields.get(&*name).map(|fact| (name, fact.clone()))
            })
        };
        let (host, password) = (variable(&["HOST", "HOSTNAME"]), variable(&["PASSWORD", "PASS"]));
        let Some((source, whole)) = host.clone().or_else(|| password.clone()) else {
            continue;
        };
        let why = Ignorance::new("only a variable tells of it, and not how the program connects");
        let or_unknown = |part: Option<(String, Fact)>| {
            part.map_or_else(|| like(&whole, Value::Unknown(why.clone())), |(_, fact)| fact)
        };
        let engine = variable(&["ENGINE", "CONNECTION", "DRIVER"]).and_then(|(_, fact)| {
            let name = fact.value.text()?.rsplit('.').next()?.to_ascii_lowercase();
            family(product(&name)).map(|_| product(&name).to_owned())
        });
        let kind = engine.as_deref().unwrap_or(kind);
        let target = Target {
            kind: told_kind(&whole, kind, &why),
            engine: like(&whole, Value::Unknown(why.clone())),
            host: or_unknown(host),
            port: or_unknown(None),
            user: or_unknown(variable(&["USER", "USERNAME"])),
            password: or_unknown(password),
            name: or_unknown(variable(&["NAME", "DB", "DATABASE"])),
            options: BTreeMap::new(),
            more_options: Some(why.clone()),
        };
        let family = family(kind).unwrap_or(Family::Database);
        let targets =
            vec![(target, Pooling { reused: Some(or_unknown(None)), ..Pooling::default() })];
        found.push((family, Setting { source, whole, targets }));
    }
    found
}
