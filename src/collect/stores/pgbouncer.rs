//! `pgbouncer.ini`: how the pooler before PostgreSQL admits clients and shares connections.
//!
//! (PgBouncer 1.25, "config", read 2026-11-21: `auth_type` is `md5`, `pool_mode` `session` and
//! `max_client_conn` 100 unless said otherwise; `listen_addr` is empty: sockets only.)

use std::collections::BTreeMap;

use super::host::Class;
use super::target::follows;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Origin, Place, Position, ProjectPath, Value};

/// The fields of a pooler.
pub(super) const POOLER: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "Its configuration file."),
    FactSpec::new(
        "auth-type",
        Kind::Text,
        "How clients identify themselves: `scram-sha-256`, `trust`.",
    ),
    FactSpec::new("listen", Kind::Text, "The addresses it listens on; empty for sockets only."),
    FactSpec::new(
        "listen-public",
        Kind::Bool,
        "Whether it listens on an address that is not private.",
    ),
    FactSpec::new(
        "pool-mode",
        Kind::Text,
        "When a client gives a connection back: `session`, `transaction`.",
    ),
    FactSpec::new("max-clients", Kind::Number, "How many clients it admits."),
    FactSpec::new("pool-size", Kind::Number, "How many server connections each pool has."),
    FactSpec::new(
        "client-tls",
        Kind::Text,
        "Whether clients must encrypt: its `client_tls_sslmode`.",
    ),
];

/// Whether a file configures PgBouncer.
pub(super) fn is_pooler(path: &ProjectPath) -> bool {
    path.name().to_lowercase().contains("pgbouncer") && path.extension() == "ini"
}

/// What a configuration says of its pooler.
pub(super) fn pooler(path: &ProjectPath, text: &str) -> Fact {
    let settings = Settings::of(path, text);
    let listen = settings.get("listen_addr", "");
    let number = |name: &str, default: &str| {
        let asked = settings.get(name, default);
        let value = match asked.value.text() {
            Some(text) => text.parse().map_or(Value::Absent, Value::Int),
            None => asked.value,
        };
        Fact { value, provenance: asked.provenance }
    };
    let record = Value::record([
        ("path", Fact::derived(path.as_str())),
        ("auth-type", settings.get("auth_type", "md5")),
        ("listen-public", listens_in_public(&listen)),
        ("listen", listen),
        ("pool-mode", settings.get("pool_mode", "session")),
        ("max-clients", number("max_client_conn", "100")),
        ("pool-size", number("default_pool_size", "20")),
        ("client-tls", settings.get("client_tls_sslmode", "disable")),
    ]);
    Fact::literal(record, Place::whole(path))
}

fn listens_in_public(listen: &Fact) -> Fact {
    follows(listen, &|listen| {
        let mut addresses = listen.text().unwrap_or_default().split(',');
        Value::Bool(addresses.any(|address| Class::of_listener(address) == Class::Public))
    })
}

/// The settings of the section `[pgbouncer]`, the last of each name.
struct Settings<'t> {
    path: &'t ProjectPath,
    last: BTreeMap<&'t str, (&'t str, Place)>,
    include: Option<(&'t str, u32)>,
}

impl<'t> Settings<'t> {
    fn of(path: &'t ProjectPath, text: &'t str) -> Self {
        let mut settings = Self { path, last: BTreeMap::new(), include: None };
        let mut section = "";
        for (line, number) in text.lines().zip(1_u32..) {
            let line = line.trim();
            if line.starts_with([';', '#']) {
                continue;
            }
            if let Some(file) = line.strip_prefix("%include") {
                settings.include = Some((file.trim(), number));
            } else if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']').trim();
            } else if let Some((name, value)) = line.split_once('=')
                && section == "pgbouncer"
            {
                let width = u32::try_from(line.chars().count()).unwrap_or(0);
                let place = Place::in_file(path, Position { width, ..Position::line(number) });
                settings.last.insert(name.trim(), (value.trim(), place));
            }
        }
        settings
    }

    fn get(&self, name: &str, default: &str) -> Fact {
        match (self.last.get(name), self.include) {
            (Some((value, place)), _) => Fact::literal(*value, place.clone()),
            (None, Some((file, line))) => {
                let why = format!("`{}` includes `{file}`, which may set `{name}`", self.path);
                Fact::derived(Value::Unknown(Ignorance::new(why))).at(Place::line(self.path, line))
            }
            (None, None) => {
                Fact::derived(default).from_origin(Origin::Default).at(Place::whole(self.path))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_with_their_defaults() {
        let path = ProjectPath::new("deploy/pgbouncer.ini");
        for (text, answer) in [
            ("", "\"md5\" false \"session\" 100"),
            (
                "[databases]\nx = auth_type=any\n[pgbouncer]\nlisten_addr = *\nauth_type = trust\n\
                 pool_mode=transaction\nmax_client_conn = 500\n; auth_type = md5",
                "\"trust\" true \"transaction\" 500",
            ),
            ("[pgbouncer]\nlisten_addr = 127.0.0.1, 10.0.0.1", "\"md5\" false \"session\" 100"),
            (
                "%include secret.ini\n[pgbouncer]\nauth_type = hba\nlisten_addr = 1.2.3.4\npool_mode = session\n\
                 max_client_conn = x",
                "\"hba\" true \"session\" not set",
            ),
        ] {
            let fact = pooler(&path, text);
            let field = |name: &str| fact.value.field(name).unwrap().value.to_string();
            let told = format!(
                "{} {} {} {}",
                field("auth-type"),
                field("listen-public"),
                field("pool-mode"),
                field("max-clients")
            );
            assert_eq!(told, answer, "{text}");
        }
    }
}
