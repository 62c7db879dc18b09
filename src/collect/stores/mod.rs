//! The databases, caches and queues that the program connects to: the facts under `stores`.
//!
//! Connections come from the settings and the environment that earlier collectors found; the servers
//! themselves from their own configuration files.

mod access_list;
mod commands;
mod connection;
mod django;
mod encryption;
mod gather;
mod host;
mod mongod_conf;
mod my_cnf;
mod named;
mod pgbouncer;
mod postgresql;
mod redis_conf;
mod scripts;
mod search;
mod served;
mod servers;
mod statements;
mod target;

use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Kind, Origin, Place, ProjectPath, Value, WhenMissing,
};
use crate::project::Role;
use connection::{CONNECTION, Surroundings};
use gather::Connections;
use pgbouncer::POOLER;
use redis_conf::SERVER;
use served::{Containers, Served};

/// Knows the databases, caches and queues that the program connects to.
pub struct Stores;

const CACHE: &[FactSpec] = &[
    FactSpec::new("alias", Kind::Text, "Its name in `CACHES`."),
    FactSpec::new("backend", Kind::Text, "The class that keeps it."),
    FactSpec::new("shared", Kind::Bool, "Whether all processes see the same entries."),
];

const FACTS: &[FactSpec] = &[
    FactSpec::new(
        "stores.databases",
        Kind::List(&Kind::Record(CONNECTION)),
        "The databases connected to: settings first, then the environment; each once.",
    ),
    FactSpec::new(
        "stores.redis",
        Kind::List(&Kind::Record(CONNECTION)),
        "The Redis servers connected to, as caches, queues or layers; each once.",
    ),
    FactSpec::new(
        "stores.brokers",
        Kind::List(&Kind::Record(CONNECTION)),
        "The RabbitMQ servers connected to; each once.",
    ),
    FactSpec::new(
        "stores.search",
        Kind::List(&Kind::Record(CONNECTION)),
        "The Elasticsearch and OpenSearch servers connected to; each once.",
    ),
    FactSpec::new(
        "stores.caches",
        Kind::List(&Kind::Record(CACHE)),
        "Django's caches, if the settings name any.",
    ),
    FactSpec::new(
        "stores.redis-server",
        Kind::List(&Kind::Record(SERVER)),
        "The Redis servers that the project configures.",
    ),
    FactSpec::new(
        "stores.servers",
        Kind::List(&Kind::Record(servers::SERVER)),
        "The PostgreSQL, MySQL, MongoDB and PgBouncer servers that the project configures, by files or by commands of compose.",
    ),
    FactSpec::new(
        "stores.postgresql-access",
        Kind::List(&Kind::Record(postgresql::RULE)),
        "The rules of `pg_hba.conf`: whom the server lets in; the first that is for a connection decides.",
    ),
    FactSpec::new(
        "stores.refused-lines",
        Kind::List(&Kind::Record(servers::REFUSED)),
        "The lines of the servers' files that the servers refuse.",
    ),
    FactSpec::new(
        "stores.script-roles",
        Kind::List(&Kind::Record(scripts::ROLE)),
        "The roles that scripts for the first start make or change, administrators by name left out.",
    ),
    FactSpec::new(
        "stores.pgbouncer",
        Kind::List(&Kind::Record(POOLER)),
        "The PgBouncers that the project configures.",
    ),
    FactSpec::new(
        "stores.pgbouncer-users",
        Kind::List(&Kind::Record(pgbouncer::USER)),
        "The users in PgBouncer's `userlist.txt` who have a password there.",
    ),
];

impl Collector for Stores {
    fn domain(&self) -> Domain {
        Domain {
            name: "stores",
            means: "the databases, caches and queues that the program connects to",
            when_missing: WhenMissing::NotApplicable(
                "no connection to a data store is configured here",
            ),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        (redis_conf::is_server(path) || pgbouncer::is_pooler(path) || served::is_wanted(path))
            && Role::of(path).counts()
    }

    fn collect(&self, sources: &Sources<'_>, so_far: &Facts) -> Facts {
        let containers = Containers::of(sources, so_far);
        let servers = configured(sources, &redis_conf::is_server, &|path, text| {
            let (runs, asks) = (containers.run(path, "redis"), containers.asks("redis"));
            redis_conf::is_of_redis(text).then(|| redis_conf::server(path, text, runs, asks))
        });
        let poolers = configured(sources, &pgbouncer::is_pooler, &|path, text| {
            Some(pgbouncer::pooler(path, text))
        });
        let mut around = Surroundings::of(so_far);
        if !poolers.is_empty() {
            around.switches_statements = statements::are_switched(sources);
        }
        let connections = Connections::of(so_far, &around);
        let Served { servers: others, access, refused, users, roles } =
            Served::of(sources, &containers);
        let lists = [
            ("stores.servers", [others, commands::servers(so_far)].concat()),
            ("stores.refused-lines", refused),
            ("stores.databases", connections.databases),
            ("stores.redis", connections.redis),
            ("stores.brokers", connections.brokers),
            ("stores.search", search::engines(so_far, &around)),
            ("stores.pgbouncer-users", users),
            ("stores.script-roles", roles),
            ("stores.caches", caches(so_far)),
            ("stores.redis-server", servers),
            ("stores.pgbouncer", poolers),
        ];
        let mut facts = Facts::default();
        let is_any = access.rest.is_some() || !access.items.is_empty();
        if is_any || lists.iter().any(|(_, items)| !items.is_empty()) {
            for (path, items) in lists {
                facts.put(path, Fact::derived(items));
            }
            facts.put("stores.postgresql-access", Fact::derived(access));
        }
        facts
    }
}

/// What each file of a kind configures; unknown where it cannot be read.
fn configured(
    sources: &Sources<'_>,
    is_wanted: &dyn Fn(&ProjectPath) -> bool,
    read: &dyn Fn(&ProjectPath, &str) -> Option<Fact>,
) -> Vec<Fact> {
    let wanted = sources.wanted.iter().filter(|path| is_wanted(path));
    wanted
        .filter_map(|path| match sources.project.read(path) {
            Ok(text) => read(path, text),
            Err(why) => Some(Fact::derived(Value::Unknown(why)).at(Place::whole(path))),
        })
        .collect()
}

/// Back ends that keep their entries where one process or one machine alone sees them.
const PRIVATE_CACHES: &[&str] = &["locmem", "dummy", "filebased"];

/// Django's caches, where the settings themselves name them.
fn caches(facts: &Facts) -> Vec<Fact> {
    let setting = facts.at("django.settings.CACHES");
    let Value::Record(record) = &setting.value else {
        return Vec::new();
    };
    if setting.provenance.origin == Origin::Default {
        return Vec::new();
    }
    record
        .fields
        .iter()
        .map(|(alias, whole)| {
            let backend = django::field(whole, "BACKEND");
            let shared = target::follows(&backend, &|backend| {
                let backend = backend.text().unwrap_or_default().to_lowercase();
                Value::Bool(!PRIVATE_CACHES.iter().any(|private| backend.contains(private)))
            });
            let record = Value::record([
                ("alias", target::like(whole, Value::from(&**alias))),
                ("backend", backend),
                ("shared", shared),
            ]);
            target::like(whole, record)
        })
        .collect()
}
