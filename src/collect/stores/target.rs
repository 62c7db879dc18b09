//! What a connection goes to, before it is judged: the parts of an address as facts.

use std::collections::BTreeMap;

use crate::fact::{Fact, Ignorance, Origin, Secret, Value};
use crate::grammar::connection_url::ConnectionUrl;

/// The parts of one connection. What was left out is absent, and what cannot be known is unknown.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The product: `postgresql`, `mysql`, `redis`.
    pub(super) kind: Fact,
    /// The scheme or engine as written: `rediss`, `django.db.backends.postgresql`.
    pub(super) engine: Fact,
    /// Host names with commas between them; absent for the driver's own default.
    pub(super) host: Fact,
    pub(super) port: Fact,
    pub(super) user: Fact,
    pub(super) password: Fact,
    pub(super) name: Fact,
    /// Names in lower case, with `_` for `-`.
    pub(super) options: BTreeMap<String, Fact>,
    /// Why there may be further options.
    pub(super) more_options: Option<Ignorance>,
}

impl Target {
    /// A connection of which one cause hides everything.
    pub(super) fn unknown(fact: &Fact, why: &Ignorance) -> Self {
        let hidden = || like(fact, Value::Unknown(why.clone()));
        Self {
            kind: hidden(),
            engine: hidden(),
            host: hidden(),
            port: hidden(),
            user: hidden(),
            password: hidden(),
            name: hidden(),
            options: BTreeMap::new(),
            more_options: Some(why.clone()),
        }
    }

    /// The parts of an address; `fact` says where it stands.
    pub(super) fn of_address(fact: &Fact, text: &str) -> Self {
        if let Some(hole) = hole(text) {
            let why = format!("`{hole}` in the address is filled in at deploy time");
            return Self::unknown(fact, &Ignorance::new(why));
        }
        let url = match ConnectionUrl::parse(text) {
            Ok(url) => url,
            Err(cause) => {
                let why = format!("the address cannot be read: {cause}");
                return Self::unknown(fact, &Ignorance::new(why));
            }
        };
        if let Some(host) = url.hosts.iter().find(|host| is_nobody(&host.name)) {
            let why = format!("`{}` stands for an address that is given at deploy time", host.name);
            let why = Ignorance::new(why).settled_by("give `--env-file`");
            return Self::unknown(fact, &why);
        }
        let text_or_absent =
            |text: Option<&str>| like(fact, text.map_or(Value::Absent, Value::from));
        let names: Vec<&str> = url.hosts.iter().map(|host| host.name.as_str()).collect();
        let port = url.hosts.first().and_then(|host| host.port);
        let options = url
            .options
            .iter()
            .map(|(name, value)| (option_name(name), like(fact, Value::from(value.as_str()))));
        Self {
            kind: like(fact, Value::from(product(url.product()))),
            engine: text_or_absent(Some(&url.scheme)),
            host: text_or_absent(Some(names.join(",")).filter(|host| !host.is_empty()).as_deref()),
            port: like(fact, port.map_or(Value::Absent, |port| Value::Int(port.into()))),
            user: text_or_absent(url.user.as_deref()),
            password: like(fact, secret(url.password.as_deref())),
            name: text_or_absent(Some(&url.name)),
            options: options.collect(),
            more_options: None,
        }
    }

    /// The value of the first of some options that is there; unknown if it may be.
    pub(super) fn option(&self, names: &[&str]) -> Fact {
        let found = names.iter().find_map(|name| self.options.get(*name));
        match (found, &self.more_options) {
            (Some(found), _) => found.clone(),
            (None, Some(why)) => like(&self.kind, Value::Unknown(why.clone())),
            (None, None) => Fact { value: Value::Absent, provenance: self.kind.provenance.clone() }
                .from_origin(Origin::Default),
        }
    }
}

/// The name of an option as it is looked up.
pub(super) fn option_name(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
}

/// What a product is called here, from the scheme of an address.
pub(super) fn product(scheme: &str) -> &str {
    match scheme {
        "postgres" | "postgresql" | "psql" | "pgsql" | "postgis" | "timescale" | "timescalegis"
        | "cockroach" | "cockroachdb" | "redshift" => "postgresql",
        "mysql" | "mysql2" | "mysqlgis" | "mysql_connector" | "mysql-connector" | "mariadb" => {
            "mysql"
        }
        "mongodb" | "mongo" => "mongodb",
        "sqlite" | "sqlite3" | "spatialite" => "sqlite",
        "redis" | "rediss" | "valkey" | "valkeys" | "unix" | "rediscache" | "redis_cache"
        | "redis-cache" => "redis",
        "amqp" | "amqps" | "pyamqp" | "pyamqps" | "librabbitmq" => "rabbitmq",
        "mssql" | "mssqlms" => "mssql",
        "oracle" | "oraclegis" => "oracle",
        other => other,
    }
}

/// Whether a host is one that no machine can have (RFC 2606 §2).
fn is_nobody(host: &str) -> bool {
    host.trim_end_matches('.').to_ascii_lowercase().ends_with(".invalid")
}

/// The part of a text that something else still has to fill in.
fn hole(text: &str) -> Option<&str> {
    let start = ["${", "{{", "$(", "%("].iter().find_map(|open| text.find(open))?;
    let rest = text.get(start..)?;
    let end = rest.find(['}', ')']).map_or(rest.len(), |end| end + 1);
    rest.get(..end)
}

/// A fact of the same provenance with another value.
pub(super) fn like(fact: &Fact, value: Value) -> Fact {
    Fact { value, provenance: fact.provenance.clone() }
}

/// The fact that follows from another: of each alternative, if there are several. Unknown stays unknown.
pub(super) fn follows(fact: &Fact, conclude: &dyn Fn(&Value) -> Value) -> Fact {
    let value = match &fact.value {
        Value::Unknown(why) => Value::Unknown(why.clone()),
        Value::OneOf(alternatives) => {
            Value::one_of(alternatives.iter().map(|each| follows(each, conclude)).collect())
        }
        definite => conclude(definite),
    };
    like(fact, value)
}

/// A text in custody; absent stays absent.
pub(super) fn secret(text: Option<&str>) -> Value {
    text.map_or(Value::Absent, |text| Value::Secret(Secret::new(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_hole_is_unknown_as_a_whole() {
        let text = Fact::derived("postgres://app:${DB_PASSWORD}@db/shop");
        let target = Target::of_address(&text, "postgres://app:${DB_PASSWORD}@db/shop");
        let shown = "unknown (`${DB_PASSWORD}` in the address is filled in at deploy time)";
        assert_eq!(target.host.value.to_string(), shown);
        assert_eq!(target.option(&["sslmode"]).value.to_string(), shown);
    }

    #[test]
    fn a_password_is_in_custody() {
        let text = Fact::derived("redis://:hunter2@cache");
        let target = Target::of_address(&text, "redis://:hunter2@cache");
        assert_eq!(target.password.value.to_string(), "a secret of 7 characters");
        assert_eq!(target.user.value, Value::Absent);
    }
}
