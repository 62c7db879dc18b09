//! `redis.conf`: who can reach a Redis server, and what it asks of them.
//!
//! (redis.conf of Redis 8.2 and "Redis security", read 2026-11-21: without `bind` it listens on all
//! addresses; protected mode then answers only this machine as long as no password is set.)

use std::collections::BTreeMap;

use super::access_list::{self, User};
use super::connection::rounded;
use super::host::Class;
use super::target::{follows, like, secret};
use crate::credential;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Origin, Place, Position, ProjectPath, Value};

/// The fields of a server.
pub(super) const SERVER: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "Its configuration file."),
    FactSpec::new("bind", Kind::Text, "The addresses it listens on, with blanks between them."),
    FactSpec::new(
        "bind-public",
        Kind::Bool,
        "Whether it listens on an address that is not private.",
    ),
    FactSpec::new("protected", Kind::Bool, "Whether protected mode is on."),
    FactSpec::new("password", Kind::Text, "The password it asks for; absent if it asks for none.")
        .secret(),
    FactSpec::new("auth", Kind::Bool, "Whether it asks for a password."),
    FactSpec::new("password-bits", Kind::Number, "How hard that password is to guess, at most.")
        .in_unit("bits"),
    FactSpec::new(
        "password-placeholder",
        Kind::Text,
        "The word that shows it to be one nobody filled in.",
    ),
    FactSpec::new("tls-port", Kind::Number, "The port with TLS; absent if there is none."),
    FactSpec::new("plain-port", Kind::Number, "The port without TLS; 0 if there is none."),
    FactSpec::new(
        "open-users",
        Kind::List(&Kind::Text),
        "The users of its access list, `default` aside, who reach keys without a password.",
    ),
    FactSpec::new(
        "ruinous-commands",
        Kind::List(&Kind::Text),
        "Of CONFIG, FLUSHALL and SHUTDOWN, those that the user `default` can give.",
    ),
    FactSpec::new(
        "persistent",
        Kind::Bool,
        "Whether it writes its data to the disk, as snapshots or as a journal.",
    ),
    FactSpec::new(
        "in-container",
        Kind::Bool,
        "Whether the compose file runs Redis, so that ports are up to it.",
    ),
];

/// Whether a file configures a Redis server.
pub(super) fn is_server(path: &ProjectPath) -> bool {
    let name = path.name();
    let stem = name.strip_suffix(".conf").unwrap_or_default();
    stem.split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "redis" | "valkey"))
}

/// Whether a text is Redis's: the files of nginx, logstash and supervisor that speak of Redis are named like
/// its own, and have blocks or sections.
pub(super) fn is_of_redis(text: &str) -> bool {
    !text.lines().any(|line| line.trim_end().ends_with('{') || line.starts_with('['))
}

/// What a configuration says of its server. `asks` says whether the container that runs it asks for a
/// password, if there is one: its command goes before the file.
pub(super) fn server(
    path: &ProjectPath,
    text: &str,
    in_container: bool,
    asks: Option<Fact>,
) -> Fact {
    let directives = Directives::of(path, text);
    let password = match (directives.password(), asks) {
        (Fact { value: Value::Absent, .. }, Some(asks)) if asks.value == Value::Bool(true) => {
            let why = "the command of the container names the password, and not this file";
            Fact { value: Value::Unknown(Ignorance::new(why)), ..asks }
        }
        (password, _) => password,
    };
    let of_password = |conclude: &dyn Fn(&str) -> Value| {
        follows(&password, &|value| value.text().map_or(Value::Absent, conclude))
    };
    let auth =
        follows(&password, &|value| Value::from(value.text().is_some_and(|text| !text.is_empty())));
    let bind = directives.last("bind", Value::from("*"));
    let port = |name: &str, default: Value| {
        let asked = directives.last(name, default);
        let value = asked.value.text().map(|text| text.parse().map_or(Value::Absent, Value::Int));
        Fact { value: value.unwrap_or(asked.value), provenance: asked.provenance }
    };
    let record = Value::record([
        ("path", Fact::derived(path.as_str())),
        ("bind-public", listens_in_public(&bind)),
        ("bind", bind),
        ("protected", protected(&directives)),
        ("auth", auth),
        ("password-bits", of_password(&|text| Value::Float(rounded(credential::bits(text))))),
        (
            "password-placeholder",
            of_password(&|text| credential::placeholder(text).map_or(Value::Absent, Value::from)),
        ),
        ("tls-port", port("tls-port", Value::Absent)),
        ("plain-port", port("port", Value::Int(6379))),
        ("open-users", directives.open_users()),
        ("ruinous-commands", directives.ruinous()),
        ("persistent", persistent(&directives)),
        ("in-container", Fact::derived(in_container)),
        ("password", password),
    ]);
    Fact::literal(record, Place::whole(path))
}

fn protected(directives: &Directives<'_>) -> Fact {
    let asked = directives.last("protected-mode", Value::Bool(true));
    let value = match asked.value.text() {
        Some(word) => Value::Bool(!word.eq_ignore_ascii_case("no")),
        None => asked.value,
    };
    Fact { value, provenance: asked.provenance }
}

/// Without `save` it takes snapshots by itself; `save ""` alone stops that.
fn persistent(directives: &Directives<'_>) -> Fact {
    let journal = directives.last("appendonly", Value::from("no"));
    let snapshots = directives.last("save", Value::from("3600 1"));
    match (journal.value.text(), snapshots.value.text()) {
        (Some(word), _) if word.eq_ignore_ascii_case("yes") => like(&journal, Value::Bool(true)),
        (Some(_), Some(points)) => like(&snapshots, Value::Bool(!points.is_empty())),
        (None, _) => journal,
        (_, None) => snapshots,
    }
}

fn listens_in_public(bind: &Fact) -> Fact {
    follows(bind, &|bind| {
        let mut addresses = bind.text().unwrap_or_default().split_whitespace();
        Value::Bool(addresses.any(|address| Class::of_listener(address) == Class::Public))
    })
}

/// The directives of a file, the last of each name, with the includes that may say otherwise.
struct Directives<'t> {
    path: &'t ProjectPath,
    /// Its arguments, and the line.
    last: BTreeMap<String, (String, Place)>,
    /// Each user of an access list with its rules.
    users: Vec<(String, Place)>,
    /// The commands that have another name, or none.
    renamed: Vec<String>,
    /// The last include with its line.
    include: Option<(&'t str, u32)>,
    lines: BTreeMap<String, u32>,
}

impl<'t> Directives<'t> {
    fn of(path: &'t ProjectPath, text: &'t str) -> Self {
        let mut read = Self {
            path,
            last: BTreeMap::new(),
            users: Vec::new(),
            renamed: Vec::new(),
            include: None,
            lines: BTreeMap::new(),
        };
        for (line, number) in text.lines().zip(1_u32..) {
            let line = line.trim();
            let (name, arguments) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            if name.is_empty() || name.starts_with('#') {
                continue;
            }
            let name = name.to_ascii_lowercase();
            let arguments = arguments.trim();
            let width = u32::try_from(line.chars().count()).unwrap_or(0);
            let place = Place::in_file(path, Position { width, ..Position::line(number) });
            match name.as_str() {
                "include" => read.include = Some((arguments, number)),
                "rename-command" => {
                    read.renamed.extend(arguments.split_whitespace().next().map(str::to_owned));
                }
                "user" => read.users.push((arguments.to_owned(), place)),
                _ => {
                    let unquoted = arguments.trim_matches(['"', '\'']).to_owned();
                    read.lines.insert(name.clone(), number);
                    read.last.insert(name, (unquoted, place));
                }
            }
        }
        read
    }

    /// The arguments of a directive, else the default; unknown if an include after it may say otherwise.
    fn last(&self, name: &str, default: Value) -> Fact {
        let line = self.lines.get(name).copied().unwrap_or(0);
        if let Some((file, included)) = self.include
            && included > line
        {
            let why = format!("`{}` includes `{file}`, which may set `{name}`", self.path);
            return Fact::derived(Value::Unknown(Ignorance::new(why)))
                .at(Place::line(self.path, included));
        }
        match self.last.get(name) {
            Some((arguments, place)) => Fact::literal(arguments.as_str(), place.clone()),
            None => Fact::derived(default).from_origin(Origin::Default).at(Place::whole(self.path)),
        }
    }

    /// Why the users may be others than those of this file.
    fn hidden(&self) -> Option<Fact> {
        let file = self.last.get("aclfile");
        let by_file = file.map(|(_, place)| {
            ("the users stand in a file of their own (`aclfile`)", place.clone())
        });
        let included = self.include.map(|(_, line)| Place::line(self.path, line));
        let hidden = by_file.or(included.map(|place| ("an include may change the users", place)))?;
        Some(Fact::derived(Value::Unknown(Ignorance::new(hidden.0))).at(hidden.1))
    }

    /// The users other than the default one who reach keys without a password.
    fn open_users(&self) -> Fact {
        let open = |(rules, place): &(String, Place)| {
            let user = User::of(rules);
            (user.name != "default" && user.is_open())
                .then(|| Fact::literal(user.name, place.clone()))
        };
        let open: Vec<Fact> = self.users.iter().filter_map(open).collect();
        let first = open.first().and_then(|user| user.provenance.place.clone());
        let at = first.unwrap_or_else(|| Place::whole(self.path));
        self.hidden().unwrap_or_else(|| Fact::literal(open, at))
    }

    /// The commands that ruin a server, as far as the default user can give them.
    fn ruinous(&self) -> Fact {
        let default = self.users.iter().rev().find(|(rules, _)| rules.starts_with("default "));
        let default = default.map(|(rules, _)| User::of(rules));
        let can = |command: &&str| {
            let is_renamed = self.renamed.iter().any(|name| name.eq_ignore_ascii_case(command));
            !is_renamed && default.as_ref().is_none_or(|user| user.can(command))
        };
        let at = Place::whole(self.path);
        let commands = access_list::RUINOUS.iter().copied().filter(can);
        let list = commands.map(|name| Fact::literal(name, at.clone())).collect::<Vec<_>>();
        self.hidden().unwrap_or_else(|| Fact::literal(list, at))
    }

    /// The password of the default user.
    fn password(&self) -> Fact {
        let default = self.users.iter().rev().find(|(rules, _)| rules.starts_with("default "));
        if let Some((rules, place)) = default {
            let mut words = rules.split_whitespace();
            let is_open = rules.split_whitespace().any(|word| word == "nopass");
            let is_off = rules.split_whitespace().any(|word| word == "off");
            let clear = words.find_map(|word| word.strip_prefix('>'));
            let why = "the password is written as a hash";
            let value = match clear {
                Some(password) => secret(Some(password)),
                None if is_open && !is_off => Value::Absent,
                None => Value::Unknown(Ignorance::new(why)),
            };
            return Fact::literal(value, place.clone());
        }
        if self.last.contains_key("aclfile") {
            let file = self.last("aclfile", Value::Absent);
            let why = Ignorance::new("the users stand in a file of their own (`aclfile`)");
            return Fact { value: Value::Unknown(why), provenance: file.provenance };
        }
        let asked = self.last("requirepass", Value::Absent);
        match asked.value.text() {
            Some(text) => {
                let value = secret(Some(text).filter(|text| !text.is_empty()));
                Fact { value, provenance: asked.provenance.clone() }
            }
            None => asked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let path = ProjectPath::new("redis.conf");
        let fact = server(&path, text, false, None);
        let field = |name: &str| fact.value.field(name).unwrap().value.to_string();
        format!("{} {} {}", field("bind-public"), field("protected"), field("password"))
    }

    #[test]
    fn a_server_is_as_open_as_its_configuration() {
        for (text, answer) in [
            ("", "true true not set"),
            ("bind 0.0.0.0\nprotected-mode no", "true false not set"),
            ("bind 127.0.0.1 -::1", "false true not set"),
            ("bind 10.0.0.5\nrequirepass \"hunter2\"", "false true a secret of 7 characters"),
            ("requirepass a\nrequirepass \"\"\nbind 1.2.3.4", "true true not set"),
            ("bind ::1\nuser default on nopass ~* +@all", "false true not set"),
            ("bind ::1\nuser default on >pw1234 ~*", "false true a secret of 6 characters"),
            (
                "bind ::1\nuser default off nopass",
                "false true unknown (the password is written as a hash)",
            ),
            (
                "include /etc/secret.conf\nbind ::1",
                "false unknown (`redis.conf` includes `/etc/secret.conf`, which may set `protected-mode`) \
                 unknown (`redis.conf` includes `/etc/secret.conf`, which may set `requirepass`)",
            ),
            ("# bind 0.0.0.0\nBIND 127.0.0.1", "false true not set"),
        ] {
            assert_eq!(told(text), answer, "{text}");
        }
    }

    #[test]
    fn servers_are_known_by_the_names_of_their_files() {
        for (path, is) in [
            ("deploy/redis.conf", true),
            ("redis-prod.conf", true),
            ("valkey.conf", true),
            ("nginx.conf", false),
            ("redis.py", false),
        ] {
            assert_eq!(is_server(&ProjectPath::new(path)), is, "{path}");
        }
    }
}
