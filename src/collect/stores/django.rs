//! The stores that Django's settings name: `DATABASES`, `CACHES`, Celery's and Channels' addresses.

use std::collections::BTreeMap;

use super::connection::Pooling;
use super::statements;
use super::target::{Target, follows, like, option_name, product, secret};
use crate::fact::{Fact, Ignorance, Value};

/// Something that a setting connects to.
pub(super) struct Setting {
    /// The setting, with the alias: `DATABASES.default`.
    pub(super) source: String,
    /// The whole of it, for its place and for what cannot be known.
    pub(super) whole: Fact,
    /// What each alternative of it connects to.
    pub(super) targets: Vec<(Target, Pooling)>,
}

/// The connections of `DATABASES`, one for each alias.
pub(super) fn databases(setting: &Fact) -> Vec<Setting> {
    aliases("DATABASES", setting)
        .into_iter()
        .filter(|(_, whole)| !is_empty(&whole.value))
        .map(|(source, whole)| {
            let targets = alternatives(&whole).into_iter().map(|each| database(&each)).collect();
            Setting { source, whole, targets }
        })
        .collect()
}

/// The connections of `CACHES` that go to Redis.
pub(super) fn caches(setting: &Fact) -> Vec<Setting> {
    let mut found = Vec::new();
    for (source, whole) in aliases("CACHES", setting) {
        let targets: Vec<(Target, Pooling)> = alternatives(&whole)
            .iter()
            .filter_map(cache)
            .map(|target| (target, Pooling::default()))
            .collect();
        if !targets.is_empty() {
            found.push(Setting { source, whole, targets });
        }
    }
    found
}

/// The connections of Channels' layers that go to Redis.
pub(super) fn channel_layers(setting: &Fact) -> Vec<Setting> {
    let mut found = Vec::new();
    for (source, whole) in aliases("CHANNEL_LAYERS", setting) {
        let hosts = field(&field(&whole, "CONFIG"), "hosts");
        let is_redis =
            field(&whole, "BACKEND").value.text().is_some_and(|name| name.contains("redis"));
        for host in hosts.value.items().iter().filter(|_| is_redis) {
            let target = channel_host(host);
            found.push(Setting {
                source: source.clone(),
                whole: host.clone(),
                targets: vec![(target, Pooling::default())],
            });
        }
    }
    found
}

/// `("cache", 6379)`, `"redis://cache"` or `{"address": "redis://cache"}`.
fn channel_host(host: &Fact) -> Target {
    match &host.value {
        Value::List(list) => {
            let part = |index: usize| list.items.get(index).cloned();
            Target {
                host: part(0).unwrap_or_else(|| like(host, Value::Absent)),
                port: part(1).unwrap_or_else(|| like(host, Value::Absent)),
                ..plain_redis(host)
            }
        }
        Value::Record(_) => located(&field(host, "address")),
        _ => located(host),
    }
}

/// The fields of a database's dictionary.
fn database(whole: &Fact) -> (Target, Pooling) {
    if let Value::Unknown(why) = &whole.value {
        return (
            Target::unknown(whole, why),
            Pooling {
                reused: Some(whole.clone()),
                prepares: Some(whole.clone()),
                ..Pooling::default()
            },
        );
    }
    let engine = field(whole, "ENGINE");
    let (options, more_options) = options(&field(whole, "OPTIONS"));
    let kind = follows(&engine, &|engine| {
        let name = engine.text().unwrap_or_default().rsplit('.').next().unwrap_or_default();
        let path = engine.text().unwrap_or_default();
        let known = [
            "postgresql",
            "postgis",
            "mysql",
            "sqlite3",
            "spatialite",
            "oracle",
            "mongodb",
            "mssql",
        ];
        let inside = known.into_iter().find(|known| path.contains(known));
        let name = if path.contains("djongo") { "mongodb" } else { inside.unwrap_or(name) };
        if name.is_empty() { Value::Absent } else { Value::from(product(name)) }
    });
    let mut target = Target {
        kind,
        engine,
        host: field(whole, "HOST"),
        port: number(&field(whole, "PORT")),
        user: field(whole, "USER"),
        password: custody(&field(whole, "PASSWORD")),
        name: field(whole, "NAME"),
        options,
        more_options,
    };
    // MongoDB's back ends take a whole address for the host; Djongo takes it from CLIENT.
    let client = field(&field(whole, "CLIENT"), "host");
    let address = if client.value == Value::Absent { target.host.clone() } else { client };
    if let Some(text) = address.value.text().filter(|text| text.contains("://")) {
        let parsed = Target::of_address(&address, text);
        target = Target {
            name: target.name,
            password: either(parsed.password, target.password),
            ..parsed
        };
    }
    if target.host.value.text() == Some("") {
        target.host.value = Value::Absent;
    }
    let pooling = pooling(whole, &target);
    (target, pooling)
}

/// Django closes a connection after each request unless `CONN_MAX_AGE` or a pool says otherwise
/// (Django 6.0, "Databases", read 2026-11-21). PgBouncer listens on 6432 by default.
fn pooling(whole: &Fact, target: &Target) -> Pooling {
    let age = field(whole, "CONN_MAX_AGE");
    let is_written = whole.value.field("CONN_MAX_AGE").is_some();
    let pool = target.option(&["pool"]);
    let pooled = match &pool.value {
        Value::Bool(on) => *on,
        Value::Record(_) => true,
        _ => target.port.value == Value::Int(6432),
    };
    let kept_seconds = follows(&age, &|age| match age {
        // `None`, written out, keeps connections for ever.
        Value::Absent if is_written => Value::Absent,
        Value::Absent => Value::Int(0),
        other => other.clone(),
    });
    let reused = if pooled {
        like(whole, Value::Bool(true))
    } else {
        follows(&age, &|age| match age {
            Value::Absent => Value::Bool(is_written),
            Value::Int(seconds) => Value::Bool(*seconds > 0),
            Value::Float(seconds) => Value::Bool(*seconds > 0.0),
            _ => Value::Unknown(Ignorance::new("`CONN_MAX_AGE` is not a number")),
        })
    };
    // Without this switch Django reads long answers through cursors, which live on one connection.
    let cursors = follows(&field(whole, "DISABLE_SERVER_SIDE_CURSORS"), &|off| match off {
        Value::Bool(off) => Value::Bool(!off),
        Value::Absent => Value::Bool(true),
        _ => Value::Unknown(Ignorance::new("`DISABLE_SERVER_SIDE_CURSORS` is no truth value")),
    });
    let cursors = (target.kind.value.text() == Some("postgresql")).then_some(cursors);
    let prepares = statements::of_django(target);
    Pooling { kept_seconds: Some(kept_seconds), reused: Some(reused), cursors, prepares }
}

/// The Redis behind a cache; nothing if the cache is of another kind.
fn cache(whole: &Fact) -> Option<Target> {
    let backend = field(whole, "BACKEND");
    if !backend.value.text().is_some_and(|name| name.to_lowercase().contains("redis")) {
        return None;
    }
    let location = field(whole, "LOCATION");
    let first = match &location.value {
        Value::List(list) => {
            list.items.first().cloned().unwrap_or_else(|| like(whole, Value::Absent))
        }
        _ => location,
    };
    let mut target = located(&first);
    let own = field(whole, "OPTIONS");
    let (mut found, more) = options(&own);
    let (pool, more_of_pool) = options(&field(&own, "CONNECTION_POOL_KWARGS"));
    found.extend(pool);
    let password = found.get("password").cloned().unwrap_or_else(|| like(whole, Value::Absent));
    target.password = either(target.password, custody(&password));
    target.options.extend(found);
    target.more_options = target.more_options.or(more).or(more_of_pool);
    Some(target)
}

/// The Redis at `redis://…` or, as `django-redis-cache` takes it, at `host:port`.
pub(super) fn located(location: &Fact) -> Target {
    match &location.value {
        Value::Unknown(why) => Target::unknown(location, why),
        Value::OneOf(_) => {
            let why = Ignorance::new("the address depends on something outside the project");
            Target::unknown(location, &why)
        }
        value => match value.text() {
            Some(text) if text.contains("://") => Target::of_address(location, text),
            Some(text) => Target::of_address(location, &format!("redis://{text}")),
            None => plain_redis(location),
        },
    }
}

/// A Redis of which only the place is known: redis-py's defaults.
fn plain_redis(fact: &Fact) -> Target {
    Target::of_address(fact, "redis://")
}

fn options(setting: &Fact) -> (BTreeMap<String, Fact>, Option<Ignorance>) {
    match &setting.value {
        Value::Record(record) => {
            let named =
                record.fields.iter().map(|(name, value)| (option_name(name), value.clone()));
            (named.collect(), record.rest.clone())
        }
        Value::Unknown(why) => (BTreeMap::new(), Some(why.clone())),
        Value::OneOf(_) => {
            let why = Ignorance::new("the options depend on something outside the project");
            (BTreeMap::new(), Some(why))
        }
        _ => (BTreeMap::new(), None),
    }
}

/// The aliases of a dictionary of connections; the dictionary itself where it cannot be looked into.
pub(super) fn aliases(name: &str, setting: &Fact) -> Vec<(String, Fact)> {
    match &setting.value {
        Value::Record(record) => {
            let known =
                record.fields.iter().map(|(alias, each)| (format!("{name}.{alias}"), each.clone()));
            let rest = record
                .rest
                .iter()
                .map(|why| (name.to_owned(), like(setting, Value::Unknown(why.clone()))));
            known.chain(rest).collect()
        }
        Value::OneOf(_) => {
            let default = field(setting, "default");
            vec![(format!("{name}.default"), default)]
        }
        Value::Unknown(_) => vec![(name.to_owned(), setting.clone())],
        _ => Vec::new(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Absent => true,
        Value::Record(record) => record.fields.is_empty() && record.rest.is_none(),
        _ => false,
    }
}

fn alternatives(fact: &Fact) -> Vec<Fact> {
    match &fact.value {
        Value::OneOf(alternatives) => alternatives.clone(),
        _ => vec![fact.clone()],
    }
}

/// A field of a record, absent if it has none; of each alternative, if there are several.
pub(super) fn field(fact: &Fact, name: &str) -> Fact {
    match &fact.value {
        Value::Record(record) => match (record.fields.get(name), &record.rest) {
            (Some(field), _) => field.clone(),
            (None, Some(why)) => like(fact, Value::Unknown(why.clone())),
            (None, None) => like(fact, Value::Absent),
        },
        _ => follows(fact, &|value| match value {
            Value::Record(record) => {
                record.fields.get(name).map_or(Value::Absent, |field| field.value.clone())
            }
            _ => Value::Absent,
        }),
    }
}

fn number(fact: &Fact) -> Fact {
    follows(fact, &|value| match value.text() {
        Some("") => Value::Absent,
        Some(text) => text.trim().parse().map_or(Value::Absent, Value::Int),
        None => value.clone(),
    })
}

fn custody(fact: &Fact) -> Fact {
    follows(fact, &|value| value.text().map_or_else(|| value.clone(), |text| secret(Some(text))))
}

/// The first, unless it is absent.
fn either(first: Fact, second: Fact) -> Fact {
    if first.value == Value::Absent { second } else { first }
}
