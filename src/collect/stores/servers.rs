//! Database servers that the project configures, of whatever product: the record of each.

use super::host::Class;
use super::target::follows;
use crate::fact::{Fact, FactSpec, Kind, Place, ProjectPath, Value};

/// The fields of a server.
pub(super) const SERVER: &[FactSpec] = &[
    FactSpec::new("product", Kind::Text, "What it is: postgresql, mysql, mongodb or pgbouncer."),
    FactSpec::new(
        "path",
        Kind::Text,
        "Its configuration file, or the compose file whose command configures it.",
    ),
    FactSpec::new(
        "listen",
        Kind::Text,
        "The addresses it listens on, with commas between them; empty for a socket alone.",
    ),
    FactSpec::new(
        "listen-public",
        Kind::Bool,
        "Whether it listens on an address that is not private.",
    ),
    FactSpec::new("listen-beyond", Kind::Bool, "Whether other machines can reach it."),
    FactSpec::new(
        "auth",
        Kind::Bool,
        "Whether clients have to prove who they are; absent for PostgreSQL and PgBouncer, of which \
         `stores.postgresql-access` and `stores.pgbouncer` tell it.",
    ),
    FactSpec::new(
        "tls",
        Kind::Text,
        "Whether connections are encrypted: `required`, `offered` or `off`; unknown where its version decides.",
    ),
    FactSpec::new(
        "crash-safe",
        Kind::Bool,
        "Whether its files are whole again after a crash or a power cut; absent for PgBouncer, which has none.",
    ),
    FactSpec::new(
        "password-hash",
        Kind::Text,
        "PostgreSQL: how it keeps new passwords, `scram-sha-256` or `md5`; absent for others.",
    ),
    FactSpec::new(
        "reads-client-files",
        Kind::Bool,
        "MySQL: whether `LOAD DATA LOCAL` is switched on; absent for others and where nothing is said.",
    ),
    FactSpec::new(
        "in-container",
        Kind::Bool,
        "Whether it runs in a container, so that its published ports decide who reaches it.",
    ),
];

/// The fields of a line that its server refuses.
pub(super) const REFUSED: &[FactSpec] = &[
    FactSpec::new("file", Kind::Text, "The file."),
    FactSpec::new("because", Kind::Text, "What is wrong with the line."),
];

/// What a configuration says of its server.
pub(super) struct Server {
    pub(super) product: &'static str,
    /// Addresses with commas between them.
    pub(super) listen: Fact,
    pub(super) auth: Fact,
    pub(super) tls: Fact,
    pub(super) crash_safe: Fact,
    pub(super) password_hash: Fact,
    pub(super) reads_client_files: Fact,
    pub(super) in_container: bool,
}

impl Server {
    /// The record of a server that this file configures.
    pub(super) fn record(self, path: &ProjectPath) -> Fact {
        let beyond = |least: Class| {
            follows(&self.listen, &|listen| {
                let mut addresses = listen.text().unwrap_or_default().split(',');
                Value::Bool(addresses.any(|address| Class::of_listener(address) >= least))
            })
        };
        let record = Value::record([
            ("product", Fact::derived(self.product)),
            ("path", Fact::derived(path.as_str())),
            ("listen-public", beyond(Class::Public)),
            ("listen-beyond", beyond(Class::Private)),
            ("listen", self.listen),
            ("auth", self.auth),
            ("tls", self.tls),
            ("crash-safe", self.crash_safe),
            ("password-hash", self.password_hash),
            ("reads-client-files", self.reads_client_files),
            ("in-container", Fact::derived(self.in_container)),
        ]);
        Fact::literal(record, Place::whole(path))
    }
}

/// A line that a server refuses.
pub(super) fn refused(place: Place, because: &str) -> Fact {
    let file = match &place {
        Place::File { path, .. } => path.as_str(),
        Place::Exchange(_) => "",
    };
    let record =
        Value::record([("file", Fact::derived(file)), ("because", Fact::derived(because))]);
    Fact::literal(record, place)
}

/// Whether all of these are true: false as soon as one is, and else what is not known of them.
pub(super) fn all_true(facts: &[Fact]) -> Fact {
    let decisive = facts.iter().find(|fact| fact.value == Value::Bool(false));
    let unsettled = || facts.iter().find(|fact| fact.value != Value::Bool(true));
    let last = facts.last();
    decisive.or_else(unsettled).or(last).map_or_else(Fact::absent, Clone::clone)
}

/// A fact about one thing that another thing settles.
pub(super) fn told(fact: &Fact, conclude: impl Fn(&str) -> Value) -> Fact {
    follows(fact, &|value| value.text().map_or_else(|| value.clone(), &conclude))
}
