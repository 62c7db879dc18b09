//! `pgbouncer.ini`: how the pooler before PostgreSQL admits clients and shares connections.
//!
//! (PgBouncer 1.25, "config", read 2026-11-21: `auth_type` is `md5`, `pool_mode` `session` and
//! `max_client_conn` 100 unless said otherwise; `listen_addr` is empty: sockets only.)

use std::collections::BTreeMap;

use super::host::Class;
use super::servers::{Server, told};
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
    FactSpec::new(
        "prepared-statements",
        Kind::Number,
        "How many prepared statements of each client it follows from connection to connection; unknown where its \
         version decides.",
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
    path.extension() == "ini" && path.name().to_lowercase().contains("pgbouncer")
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
        ("pool-mode", settings.pool_mode()),
        ("prepared-statements", followed(&settings)),
        ("max-clients", number("max_client_conn", "100")),
        ("pool-size", number("default_pool_size", "20")),
        ("client-tls", settings.get("client_tls_sslmode", "disable")),
    ]);
    Fact::literal(record, Place::whole(path))
}

/// 0 until 1.23, 200 since (PgBouncer's changelog, 1.21 and 1.24, read 2026-11-30).
fn followed(settings: &Settings<'_>) -> Fact {
    follows(&settings.get("max_prepared_statements", ""), &|number| match number.text() {
        Some("") => {
            let why = "`max_prepared_statements` is 0 before PgBouncer 1.24 and 200 since";
            Value::Unknown(Ignorance::new(why).settled_by("write it into the file"))
        }
        Some(text) => text.parse().map_or(Value::Absent, Value::Int),
        None => Value::Absent,
    })
}

/// The same as of any other server: where it listens, and whether clients can encrypt. Whether it asks who
/// they are stands in the record of the pooler.
pub(super) fn server(path: &ProjectPath, text: &str, in_container: bool) -> Fact {
    let settings = Settings::of(path, text);
    let tls = told(&settings.get("client_tls_sslmode", "disable"), |mode| {
        Value::from(match mode {
            "disable" => "off",
            "allow" | "prefer" => "offered",
            _ => "required",
        })
    });
    let server = Server {
        product: "pgbouncer",
        listen: settings.get("listen_addr", ""),
        auth: Fact::absent(),
        tls,
        crash_safe: Fact::absent(),
        password_hash: Fact::absent(),
        reads_client_files: Fact::absent(),
        in_container,
    };
    server.record(path)
}

/// The fields of a user of the pooler.
pub(super) const USER: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The name."),
    FactSpec::new("file", Kind::Text, "The file that names him."),
    FactSpec::new("kept-as", Kind::Text, "How the password is kept: `plain`, `md5` or `scram`."),
];

/// Whether a file lists PgBouncer's users with their passwords.
pub(super) fn is_user_list(path: &ProjectPath) -> bool {
    path.extension() == "txt" && path.name().starts_with("userlist")
}

/// The users of a list, those without a password left out: `"name" "password"`.
pub(super) fn users(path: &ProjectPath, text: &str) -> Vec<Fact> {
    let user = |(line, number): (&str, u32)| {
        let line = line.trim();
        let (name, rest) = line.strip_prefix('"')?.split_once('"')?;
        let (password, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        let is_hash = |rest: &str| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit());
        let kept_as = match password {
            "" => return None,
            it if it.strip_prefix("md5").is_some_and(is_hash) => Value::from("md5"),
            it if it.starts_with("SCRAM-SHA-256$") => Value::from("scram"),
            it if ["${", "{{", "<%"].iter().any(|hole| it.contains(hole)) => {
                Value::Unknown(Ignorance::new("it is filled in at deploy time"))
            }
            _ => Value::from("plain"),
        };
        let place = Place::line(path, number);
        let at = |value: Value| Fact::literal(value, place.clone());
        Some(at(Value::record([
            ("name", at(Value::from(name))),
            ("file", at(Value::from(path.as_str()))),
            ("kept-as", at(kept_as)),
        ])))
    };
    text.lines().zip(1_u32..).filter_map(user).collect()
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
    /// The modes that databases have for themselves.
    own_modes: Vec<Fact>,
}

impl<'t> Settings<'t> {
    fn of(path: &'t ProjectPath, text: &'t str) -> Self {
        let mut settings =
            Self { path, last: BTreeMap::new(), include: None, own_modes: Vec::new() };
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
            } else if section == "databases"
                && let Some((_, mode)) = line.split_once("pool_mode")
            {
                let mode = mode.trim_start_matches([' ', '=', '\'']);
                let mode = mode.split([' ', '\'']).next().unwrap_or_default();
                settings.own_modes.push(Fact::literal(mode, Place::line(path, number)));
            }
        }
        settings
    }

    /// The mode of all databases; one of several, if some have their own.
    fn pool_mode(&self) -> Fact {
        let general = self.get("pool_mode", "session");
        let mut modes = self.own_modes.clone();
        modes.retain(|mode| mode.value != general.value);
        if modes.is_empty() {
            return general;
        }
        let provenance = general.provenance.clone();
        modes.insert(0, general);
        Fact { value: Value::one_of(modes), provenance }
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
    fn users_are_listed_with_how_their_passwords_are_kept() {
        let text = "\"a\" \"md55f4dcc3b5aa765d61d8327deb882cf99\"\n; \"no\" \"x\"\n\"b\" \"hunter2\"\n\
                    \"c\" \"SCRAM-SHA-256$4096:x$y:z\"\n\"d\" \"\"\n\"e\" \"${PASSWORD}\"\nnonsense\n\"f\"\n";
        let told: Vec<String> = users(&ProjectPath::new("userlist.txt"), text)
            .iter()
            .map(|user| {
                let field = |name: &str| user.value.field(name).unwrap().value.to_string();
                format!("{} {}", field("name"), field("kept-as"))
            })
            .collect();
        assert_eq!(
            told.join("; ").replace('"', ""),
            "a md5; b plain; c scram; e unknown (it is filled in at deploy time)"
        );
    }

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
