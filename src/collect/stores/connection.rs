//! One connection as a record of facts: where it goes, who signs in, and what protects it.

use std::collections::BTreeSet;

use super::encryption::Encryption;
use super::host::{Class, is_socket};
use super::statements;
use super::target::{Target, follows, like};
use crate::credential;
use crate::fact::secret::{is_secret_name, words};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Origin, Provenance, Value};

/// The fields of every connection.
pub(super) const CONNECTION: &[FactSpec] = &[
    FactSpec::new("source", Kind::Text, "The setting or variable that configures it."),
    FactSpec::new(
        "kind",
        Kind::Text,
        "The product: postgresql, mysql, mongodb, sqlite, redis, rabbitmq, elasticsearch or another.",
    ),
    FactSpec::new("engine", Kind::Text, "The engine or scheme as written."),
    FactSpec::new("name", Kind::Text, "The name of the database, or its number or file."),
    FactSpec::new(
        "host",
        Kind::Text,
        "The host, the socket, or several with commas between them; absent for the driver's default.",
    ),
    FactSpec::new(
        "host-class",
        Kind::Text,
        "How far away the farthest host is: `local` (a socket, this machine, a service of the same compose \
         file), `private` (an address that only a private network routes), `public`, or `unknown`.",
    ),
    FactSpec::new(
        "host-public",
        Kind::Bool,
        "Whether the way there leads over networks of others; unknown if the host is.",
    ),
    FactSpec::new("socket", Kind::Bool, "Whether it goes to a socket of this machine."),
    FactSpec::new("port", Kind::Number, "The port; absent for the driver's default."),
    FactSpec::new("user", Kind::Text, "The name it signs in with; absent if none is given."),
    FactSpec::new(
        "password",
        Kind::Text,
        "The password it signs in with; absent if none is given.",
    )
    .secret(),
    FactSpec::new("auth", Kind::Bool, "Whether it signs in with a password that is not empty."),
    FactSpec::new("password-bits", Kind::Number, "How hard the password is to guess, at most.")
        .in_unit("bits"),
    FactSpec::new(
        "password-placeholder",
        Kind::Text,
        "The word that shows the password to be one nobody filled in; absent if there is none.",
    ),
    FactSpec::new(
        "default-password",
        Kind::Bool,
        "Whether the password is one that a product ships with, or its user's name; false without one.",
    ),
    FactSpec::new(
        "tls",
        Kind::Text,
        "The mode of encryption in the driver's words: `prefer`, `verify-full`, `tls`, `none`.",
    ),
    FactSpec::new(
        "tls-required",
        Kind::Bool,
        "Whether the client refuses a connection that is not encrypted; absent for a file.",
    ),
    FactSpec::new(
        "encrypted",
        Kind::Bool,
        "Whether it is encrypted; unknown if that is up to the server; absent for a file.",
    ),
    FactSpec::new(
        "tls-verified",
        Kind::Bool,
        "Whether the server has to prove that it is the one asked for; absent for a file.",
    ),
    FactSpec::new(
        "kept-seconds",
        Kind::Number,
        "How long Django keeps it open between requests; absent where the driver pools by itself.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "reused",
        Kind::Bool,
        "Whether requests share connections, kept open by Django, a pool or a pooler.",
    ),
    FactSpec::new(
        "pooler",
        Kind::Bool,
        "Whether it goes through PgBouncer, told by its port 6432 or by its name.",
    ),
    FactSpec::new(
        "server-side-cursors",
        Kind::Bool,
        "Whether Django reads long answers through cursors of the server; absent where it does not connect.",
    ),
    FactSpec::new(
        "prepares-statements",
        Kind::Bool,
        "PostgreSQL: whether statements are prepared under names, which one connection of the server knows; absent \
         where the driver is not known to do so.",
    ),
    FactSpec::new(
        "write-concern",
        Kind::Text,
        "MongoDB: how many servers confirm a write, `w`; `majority` by default.",
    ),
    FactSpec::new(
        "retries-writes",
        Kind::Bool,
        "MongoDB: whether a write is tried again after an election.",
    ),
];

/// Passwords that products, images and tutorials ship with.
const DEFAULT_PASSWORDS: &[&str] = &[
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "redis",
    "root",
    "toor",
    "admin",
    "guest",
    "rabbitmq",
    "password",
    "passwd",
    "pass",
    "secret",
    "default",
    "user",
    "test",
    "db",
    "sa",
    "123456",
    "12345678",
    "foobared",
    "changeme",
];

/// What a connection's settings say beside its address.
#[derive(Clone, Debug, Default)]
pub(super) struct Pooling {
    /// Django's `CONN_MAX_AGE`, where Django opens the connection.
    pub(super) kept_seconds: Option<Fact>,
    /// Whether requests share connections.
    pub(super) reused: Option<Fact>,
    /// Whether Django uses cursors of the server, where it opens the connection to PostgreSQL.
    pub(super) cursors: Option<Fact>,
    /// Whether statements are prepared under names, where Django opens the connection to PostgreSQL.
    pub(super) prepares: Option<Fact>,
}

/// What a project tells of where its connections are made.
pub(super) struct Surroundings {
    /// The names that reach other containers of the same compose file.
    neighbours: BTreeSet<String>,
    /// Whether the environment is known as a whole.
    environment_is_whole: bool,
    /// Whether the program's code may keep its driver from preparing statements.
    pub(super) switches_statements: bool,
}

impl Surroundings {
    pub(super) fn of(facts: &Facts) -> Self {
        let services = facts.at("compose.services");
        let name = |service: &Fact| service.text_of("name").map(str::to_ascii_lowercase);
        Self {
            neighbours: services.value.items().iter().filter_map(name).collect(),
            environment_is_whole: facts.at("env.whole").value == Value::Bool(true),
            switches_statements: true,
        }
    }
}

/// The record of a connection. `source` is the setting or variable that configures it.
pub(super) fn record(
    target: &Target,
    source: &str,
    pooling: &Pooling,
    around: &Surroundings,
) -> Value {
    let tls = Encryption::of(target);
    let class = class(target, &around.neighbours);
    let password = password(target, &class, around.environment_is_whole);
    let fact = |value: Value| like(&target.kind, value);
    let by_driver = || statements::of_address(target, around.switches_statements);
    let prepares = pooling.prepares.clone().unwrap_or_else(by_driver);
    Value::record([
        ("source", fact(Value::from(source))),
        ("kind", target.kind.clone()),
        ("engine", target.engine.clone()),
        ("name", target.name.clone()),
        ("host", target.host.clone()),
        ("host-public", follows(&class, &|class| Value::from(class.text() == Some("public")))),
        ("host-class", told_class(&class)),
        ("socket", follows(&target.host, &|host| Value::from(host.text().is_some_and(is_socket)))),
        ("port", target.port.clone()),
        ("user", target.user.clone()),
        (
            "auth",
            follows(&password, &|text| {
                Value::from(text.text().is_some_and(|text| !text.is_empty()))
            }),
        ),
        (
            "password-bits",
            follows(&password, &|text| {
                text.text()
                    .map_or(Value::Absent, |text| Value::Float(rounded(credential::bits(text))))
            }),
        ),
        (
            "password-placeholder",
            follows(&password, &|text| {
                text.text().and_then(credential::placeholder).map_or(Value::Absent, Value::from)
            }),
        ),
        ("default-password", default_password(&password, &target.user)),
        ("password", password),
        ("tls", tls.mode),
        ("tls-required", tls.required),
        ("encrypted", tls.encrypted),
        ("tls-verified", tls.verified),
        ("kept-seconds", pooling.kept_seconds.clone().unwrap_or_else(|| fact(Value::Absent))),
        ("reused", pooling.reused.clone().unwrap_or_else(|| fact(Value::Bool(true)))),
        ("pooler", pooler(target)),
        ("server-side-cursors", pooling.cursors.clone().unwrap_or_else(|| fact(Value::Absent))),
        ("prepares-statements", prepares),
        ("write-concern", of_mongodb(target, "w", Value::from("majority"))),
        (
            "retries-writes",
            follows(&of_mongodb(target, "retrywrites", Value::Bool(true)), &|value| match value
                .text()
            {
                Some(text) => Value::Bool(!matches!(text, "false" | "0")),
                None => value.clone(),
            }),
        ),
    ])
}

/// An option of `MongoDB`'s, or what it is if nothing is said; absent of other products.
fn of_mongodb(target: &Target, option: &str, default: Value) -> Fact {
    if target.kind.value.text() != Some("mongodb") {
        return like(&target.kind, Value::Absent);
    }
    let asked = target.option(&[option]);
    if asked.value == Value::Absent { like(&asked, default) } else { asked }
}

/// PgBouncer listens on 6432 unless told otherwise.
fn pooler(target: &Target) -> Fact {
    if target.port.value == Value::Int(6432) {
        return like(&target.port, Value::Bool(true));
    }
    follows(&target.host, &|host| {
        let host = host.text().unwrap_or_default().to_lowercase();
        Value::Bool(host.contains("bouncer") || host.contains("pooler"))
    })
}

/// The class of the farthest host.
fn class(target: &Target, neighbours: &BTreeSet<String>) -> Fact {
    let is_file = target.kind.value.text() == Some("sqlite");
    follows(&target.host, &|host| {
        let hosts = host.text().unwrap_or_default();
        let classes = hosts.split(',').map(|host| Class::of(host, neighbours));
        let farthest = classes.max().filter(|_| !is_file).unwrap_or(Class::Local);
        Value::from(farthest.word())
    })
}

fn told_class(class: &Fact) -> Fact {
    match class.value {
        Value::Unknown(_) => like(class, Value::from("unknown")),
        _ => class.clone(),
    }
}

/// The password; unknown where the driver finds it elsewhere, or the environment of production may give it.
fn password(target: &Target, class: &Fact, environment_is_whole: bool) -> Fact {
    let empty = target.password.value.text().is_none_or(str::is_empty);
    if matches!(target.password.value, Value::Unknown(_) | Value::OneOf(_)) || !empty {
        return target.password.clone();
    }
    if let Some(name) = credential_variable(&target.password).filter(|_| !environment_is_whole) {
        let why = format!("without `{name}` there is no password, and it is given at deploy time");
        let remedy = format!("give `--env-file` or `--env {name}=…`");
        return like(&target.password, Value::Unknown(Ignorance::new(why).settled_by(remedy)));
    }
    let elsewhere = match target.kind.value.text() {
        Some("postgresql") if class.value.text() != Some("local") => {
            Some("no password is written here; libpq may take one from a file or use a certificate")
        }
        Some("mongodb") if target.option(&["authmechanism"]).value != Value::Absent => {
            Some("the server is asked to identify the client by other means than a password")
        }
        _ => None,
    };
    let value = elsewhere.map_or(Value::Absent, |why| Value::Unknown(Ignorance::new(why)));
    like(&target.password, value)
}

/// The variable of a user or a password for which a default in the program stands in.
fn credential_variable(password: &Fact) -> Option<&str> {
    let Provenance { origin: Origin::Literal, variables, .. } = &password.provenance else {
        return None;
    };
    let names_user =
        |name: &str| words(name).iter().any(|word| matches!(word.as_str(), "user" | "username"));
    variables.iter().map(String::as_str).find(|name| is_secret_name(name) || names_user(name))
}

/// Bits to a tenth: finer figures say nothing.
pub(super) fn rounded(bits: f64) -> f64 {
    (bits * 10.0).round() / 10.0
}

fn default_password(password: &Fact, user: &Fact) -> Fact {
    follows(password, &|password| {
        let Some(password) = password.text().filter(|password| !password.is_empty()) else {
            return Value::Bool(false);
        };
        let lower = password.to_lowercase();
        let is_user = user.value.text().is_some_and(|user| user.to_lowercase() == lower);
        Value::Bool(is_user || DEFAULT_PASSWORDS.contains(&lower.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_a_variable_may_give_is_missing_only_where_the_environment_is_whole() {
        for (variables, whole, told) in [
            (&["MONGO_PASSWORD"][..], false, None),
            (&["MONGO_HOST", "MONGO_USER"], false, None),
            (&["MONGO_PASSWORD"], true, Some(false)),
            (&["MONGO_URL"], false, Some(false)),
            (&[], false, Some(false)),
        ] {
            let mut address = Fact::derived("mongodb://mongo/shop").from_origin(Origin::Literal);
            address.provenance.variables = variables.iter().map(ToString::to_string).collect();
            let target = Target::of_address(&address, "mongodb://mongo/shop");
            let around =
                Surroundings { environment_is_whole: whole, ..Surroundings::of(&Facts::default()) };
            let record = record(&target, "MONGO", &Pooling::default(), &around);
            assert_eq!(
                record.field("auth").and_then(|auth| auth.value.bool()),
                told,
                "{variables:?}"
            );
        }
    }
}
