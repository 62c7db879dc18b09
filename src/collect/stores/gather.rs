//! All connections of a service, each once, from its settings and its environment.

use std::sync::Arc;

use super::connection::{Surroundings, record};
use super::django::{Setting, caches, channel_layers, databases};
use super::named::{Family, addresses, parts};
use super::target::like;
use crate::fact::{Fact, Facts, Value};

/// More connections of one family are not looked at.
const MAX_CONNECTIONS: usize = 60;

/// The connections of each family, in the order in which they were met.
#[derive(Default)]
pub(super) struct Connections {
    pub(super) databases: Vec<Fact>,
    pub(super) redis: Vec<Fact>,
    pub(super) brokers: Vec<Fact>,
}

impl Connections {
    /// All that the facts of earlier collectors tell.
    pub(super) fn of(facts: &Facts, around: &Surroundings) -> Self {
        let settings = facts.at("django.settings");
        let mut connections = Self::default();
        let drivers = drivers(facts);
        let mut take = |family: Family, setting: &Setting| {
            let item = item(setting, around);
            let is_database = family == Family::Database;
            connections
                .take(family, if is_database { narrowed(item, drivers.as_ref()) } else { item });
        };
        if facts.found("django") {
            for setting in databases(&facts.at("django.settings.DATABASES")) {
                take(Family::Database, &setting);
            }
            for setting in caches(&facts.at("django.settings.CACHES")) {
                take(Family::Redis, &setting);
            }
            for setting in channel_layers(&facts.at("django.settings.CHANNEL_LAYERS")) {
                take(Family::Redis, &setting);
            }
        }
        for (family, setting) in
            addresses(&settings).iter().chain(&addresses(&facts.at("flask.config")))
        {
            take(*family, setting);
        }
        connections.take_environment(facts, around);
        connections
    }

    /// What the environment tells beyond the settings. A relational database that the settings name is
    /// the one in use: a further address in the environment is left over, or feeds the settings.
    fn take_environment(&mut self, facts: &Facts, around: &Surroundings) {
        let variables = facts.at("env.variables");
        let is_settled = self.databases.iter().any(is_definite);
        for (family, setting) in addresses(&variables) {
            let item = item(&setting, around);
            let is_document_store = item.text_of("kind") == Some("mongodb");
            if family == Family::Database && is_settled && !is_document_store {
                continue;
            }
            self.forget_readers_of(&setting.source, family);
            self.take(family, item);
        }
        let (no_database, no_redis) = (self.databases.is_empty(), self.redis.is_empty());
        for (family, setting) in parts(&variables) {
            if (family == Family::Database && no_database) || (family == Family::Redis && no_redis)
            {
                self.take(family, item(&setting, around));
            }
        }
    }

    /// What a setting could not tell because it reads a variable, the variable tells.
    fn forget_readers_of(&mut self, variable: &str, family: Family) {
        self.list(family).retain(|known| {
            is_definite(known) || !known.provenance.variables.iter().any(|name| name == variable)
        });
    }

    /// Adds a connection, unless one to the same place is there.
    fn take(&mut self, family: Family, item: Fact) {
        let list = self.list(family);
        if list.len() > MAX_CONNECTIONS {
            return;
        }
        let is_known = is_definite(&item) && list.iter().any(|known| aim(known) == aim(&item));
        if list.len() == MAX_CONNECTIONS {
            list.push(Fact::unknown("there are more connections than are looked at"));
        } else if !is_known {
            list.push(item);
        }
    }

    fn list(&mut self, family: Family) -> &mut Vec<Fact> {
        match family {
            Family::Database => &mut self.databases,
            Family::Redis => &mut self.redis,
            Family::Broker => &mut self.brokers,
        }
    }
}

/// The record of a setting; one of several, if its value is.
fn item(setting: &Setting, around: &Surroundings) -> Fact {
    let records = setting.targets.iter().map(|(target, pooling)| {
        like(&setting.whole, record(target, &setting.source, pooling, around))
    });
    like(&setting.whole, Value::one_of(records.collect()))
}

/// Packages that talk to a database, and the product they talk to.
const DRIVERS: &[(&str, &[&str])] = &[
    (
        "postgresql",
        &["psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "asyncpg", "pg8000"],
    ),
    ("mysql", &["mysqlclient", "pymysql", "mysql-connector-python", "aiomysql", "asyncmy"]),
    ("mongodb", &["pymongo", "motor", "djongo", "mongoengine", "django-mongodb-backend"]),
    ("mssql", &["mssql-django", "pyodbc", "pymssql"]),
    ("oracle", &["cx-oracle", "oracledb"]),
];

/// The products that the packages asked for can talk to; SQLite needs none. Nothing if no driver is
/// listed: then the list is not all there is.
fn drivers(facts: &Facts) -> Option<Value> {
    let names = facts.at("requirements.names");
    let is_listed =
        |driver: &&str| names.value.items().iter().any(|name| name.value.text() == Some(*driver));
    let found = DRIVERS.iter().filter(|(_, drivers)| drivers.iter().any(is_listed));
    let mut kinds: Vec<Fact> = found.map(|(kind, _)| Fact::derived(*kind)).collect();
    let is_whole = matches!(&names.value, Value::List(list) if list.rest.is_none());
    if kinds.is_empty() || !is_whole {
        return None;
    }
    kinds.push(Fact::derived("sqlite"));
    Some(Value::one_of(kinds))
}

/// A database of which nothing is known is one that a driver is there for.
fn narrowed(mut item: Fact, drivers: Option<&Value>) -> Fact {
    if let (Value::Record(record), Some(drivers)) = (&mut item.value, drivers)
        && let Some(kind) = Arc::make_mut(record).fields.get_mut("kind")
        && matches!(kind.value, Value::Unknown(_))
    {
        kind.value = drivers.clone();
    }
    item
}

/// Whether it is known where a connection goes.
fn is_definite(item: &Fact) -> bool {
    item.text_of("kind").is_some()
        && item.value.field("host").is_some_and(|host| !matches!(host.value, Value::Unknown(_)))
}

/// Where a connection goes: two with the same aim are one.
fn aim(item: &Fact) -> [Option<String>; 4] {
    let shown = |name: &str| item.value.field(name).map(|field| field.value.to_string());
    [shown("kind"), shown("host"), shown("port"), shown("name")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Ignorance, List, Origin, Provenance};

    fn found(facts: &Facts) -> Connections {
        Connections::of(facts, &Surroundings::of(facts))
    }

    fn texts(fields: &[(&str, &str)]) -> Fact {
        let fact = |text: &str| match text.parse() {
            Ok(number) => Fact::derived(Value::Int(number)),
            Err(_) => Fact::derived(text),
        };
        Fact::derived(Value::record(
            fields.iter().map(|(name, text)| ((*name).to_owned(), fact(text))),
        ))
    }

    fn record(fields: Vec<(&'static str, Fact)>) -> Fact {
        Fact::derived(Value::record(fields))
    }

    fn shown(items: &[Fact], fields: &[&str]) -> Vec<String> {
        let mut facts = Facts::default();
        facts.put("x.items", Fact::derived(List { items: items.to_vec(), rest: None }));
        let field = |index: usize, name: &str| {
            facts.at(&format!("x.items.{index}.{name}")).value.to_string()
        };
        let row = |index: usize| fields.iter().map(|name| field(index, name)).collect::<Vec<_>>();
        (0..items.len()).map(|index| row(index).join(" ").replace('"', "")).collect()
    }

    const TLS: &[&str] =
        &["kind", "host-class", "tls", "tls-required", "encrypted", "tls-verified"];

    fn tls_of(variable: &str) -> String {
        let mut facts = Facts::default();
        facts.put("env.variables.DATABASE_URL", Fact::derived(variable));
        let found = found(&facts);
        let all = [found.databases, found.redis, found.brokers].concat();
        shown(&all, TLS).join("; ")
    }

    #[test]
    fn the_drivers_defaults_decide_what_is_encrypted() {
        let decides = "unknown (the driver encrypts only if the server offers it)";
        let any = "unknown (any server with a certificate of that authority passes; whether others can \
                   get one is not known)";
        for (address, told) in [
            (
                "postgres://u:p@h.example/d",
                format!("postgresql public prefer false {decides} false"),
            ),
            (
                "postgres://u:p@h.example/d?sslmode=require",
                "postgresql public require true true false".to_owned(),
            ),
            (
                "postgres://u:p@h.example/d?sslmode=require&sslrootcert=/ca",
                format!("postgresql public require true true {any}"),
            ),
            (
                "postgresql+asyncpg://u:p@10.0.0.1/d?ssl=verify-full",
                "postgresql private verify-full true true true".to_owned(),
            ),
            (
                "postgres://u:p@/d?host=/cloudsql/x&sslmode=disable",
                "postgresql local disable false false false".to_owned(),
            ),
            ("mysql://u:p@h.example/d", format!("mysql public default false {decides} false")),
            (
                "mysql://u:p@h.example/d?ssl-mode=VERIFY_IDENTITY",
                "mysql public verify_identity true true true".to_owned(),
            ),
            (
                "mysql+pymysql://u:p@h.example/d?ssl_ca=/ca.pem",
                "mysql public ssl true true unknown (whether `ssl` alone verifies the server depends on the \
                 driver)"
                    .to_owned(),
            ),
            ("mongodb://u:p@h.example/d", "mongodb public none false false false".to_owned()),
            ("mongodb+srv://u:p@h.example/d", "mongodb public tls true true true".to_owned()),
            (
                "mongodb://u:p@h.example/d?tls=true&tlsAllowInvalidCertificates=true",
                "mongodb public tls true true false".to_owned(),
            ),
            ("redis://h.example", "redis public none false false false".to_owned()),
            ("rediss://h.example", "redis public tls true true true".to_owned()),
            (
                "rediss://h.example?ssl_cert_reqs=none",
                "redis public tls true true false".to_owned(),
            ),
            ("amqps://u:p@h.example", "rabbitmq public tls true true true".to_owned()),
            (
                "sqlite:///x.db",
                "sqlite local not set not set not set not set".to_owned(),
            ),
        ] {
            assert_eq!(tls_of(address), told, "{address}");
        }
    }

    #[test]
    fn django_names_its_databases_and_caches() {
        let mut facts = Facts::default();
        let options = texts(&[("ssl_mode", "VERIFY_IDENTITY")]);
        let mysql = record(vec![
            ("ENGINE", Fact::derived("django.db.backends.mysql")),
            ("HOST", Fact::derived("10.4.0.12")),
            ("PORT", Fact::derived("3306")),
            ("USER", Fact::derived("root")),
            ("PASSWORD", Fact::derived("root")),
            ("OPTIONS", options),
        ]);
        let sqlite = texts(&[("ENGINE", "django.db.backends.sqlite3"), ("NAME", "db.sqlite3")]);
        facts.put("django.settings.DATABASES", record(vec![("default", mysql), ("old", sqlite)]));
        let redis = texts(&[
            ("BACKEND", "django.core.cache.backends.redis.RedisCache"),
            ("LOCATION", "redis://:pw@cache:6379/1"),
        ]);
        facts.put("django.settings.CACHES", record(vec![("default", redis)]));
        facts.put("django.settings.CELERY_BROKER_URL", Fact::derived("redis://:pw@cache:6379/1"));
        let services = vec![texts(&[("name", "cache")])];
        facts.put("compose.services", Fact::derived(services));
        let found = found(&facts);
        let fields = ["source", "kind", "host-class", "port", "user", "default-password", "reused"];
        assert_eq!(
            shown(&found.databases, &fields),
            [
                "DATABASES.default mysql private 3306 root true false",
                "DATABASES.old sqlite local not set not set false false"
            ]
        );
        assert_eq!(
            shown(&found.redis, &["source", "host", "host-class", "auth", "tls"]),
            ["CACHES.default cache local true none"]
        );
    }

    #[test]
    fn what_depends_on_the_outside_is_one_of_several() {
        let mut facts = Facts::default();
        let sqlite = texts(&[("ENGINE", "django.db.backends.sqlite3")]);
        let postgres =
            texts(&[("ENGINE", "django.db.backends.postgresql"), ("HOST", "db.example.com")]);
        let either = Fact::derived(Value::one_of(vec![sqlite, postgres]));
        facts.put("django.settings.DATABASES", record(vec![("default", either)]));
        let found = found(&facts);
        assert_eq!(
            shown(&found.databases, &["kind", "host-class"]),
            ["one of sqlite or postgresql one of local or public"]
        );
    }

    #[test]
    fn a_variable_tells_what_the_setting_that_reads_it_cannot() {
        let mut facts = Facts::default();
        let mut hidden = Fact::unknown("not evaluated");
        hidden.provenance = Provenance {
            variables: vec!["DATABASE_URL".to_owned()],
            ..Provenance::new(Origin::Environment)
        };
        facts.put("django.settings.DATABASES", record(vec![("default", hidden.clone())]));
        let sources = |facts: &Facts| shown(&found(facts).databases, &["source", "kind"]);
        assert_eq!(sources(&facts), ["DATABASES.default unknown (not evaluated)"]);
        facts.put("env.variables.DATABASE_URL", Fact::derived("postgres://u:p@db/d"));
        assert_eq!(sources(&facts), ["DATABASE_URL postgresql"]);
    }

    #[test]
    fn leftover_and_development_variables_are_passed_over() {
        let mut facts = Facts::default();
        let postgres = texts(&[("ENGINE", "django.db.backends.postgresql"), ("HOST", "db")]);
        facts.put("django.settings.DATABASES", record(vec![("default", postgres)]));
        for (name, value) in [
            ("DATABASE_URL", "postgres://u:p@other/d"),
            ("TEST_REDIS_URL", "redis://x"),
            ("SITE_URL", "https://u:p@x"),
            ("DB_HOST", "db"),
        ] {
            facts.put(&format!("env.variables.{name}"), Fact::derived(value));
        }
        let found = found(&facts);
        assert_eq!(shown(&found.databases, &["source"]), ["DATABASES.default"]);
        assert!(found.redis.is_empty() && found.brokers.is_empty());
    }

    #[test]
    fn parts_in_variables_are_a_connection_too() {
        let mut facts = Facts::default();
        facts.put("env.variables.POSTGRES_HOST", Fact::derived("db.example.com"));
        facts.put("env.variables.POSTGRES_PASSWORD", Fact::derived("postgres"));
        let found = found(&facts);
        let why = "unknown (only a variable tells of it, and not how the program connects)";
        assert_eq!(
            shown(&found.databases, &["source", "kind", "host-class", "default-password", "tls"]),
            [format!("POSTGRES_HOST postgresql public true {why}")]
        );
    }

    #[test]
    fn the_drivers_that_are_installed_narrow_an_unknown_database() {
        let mut facts = Facts::default();
        facts.put("django.settings.DATABASES", Fact::derived(Ignorance::new("not here")));
        facts.put("requirements.names", Fact::derived(vec![Fact::derived("psycopg")]));
        let found = found(&facts);
        assert_eq!(shown(&found.databases, &["kind"]), ["one of postgresql or sqlite"]);
    }

    #[test]
    fn an_unknown_dictionary_is_an_unknown_connection() {
        let mut facts = Facts::default();
        facts.put("django.settings.DATABASES", Fact::derived(Ignorance::new("not here")));
        let found = found(&facts);
        assert_eq!(
            shown(&found.databases, &["host-class", "kind"]),
            ["unknown unknown (not here)"]
        );
    }
}
