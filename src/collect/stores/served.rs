//! The database servers of a service: which of its files configure one, and which run in containers.

use super::{mongod_conf, my_cnf, pgbouncer, postgresql, scripts};
use crate::collect::Sources;
use crate::fact::{Fact, Facts, List, Place, ProjectPath, Value};

/// Whether a file configures one of these servers, told from its path.
pub(super) fn is_wanted(path: &ProjectPath) -> bool {
    postgresql::is_server(path)
        || postgresql::is_access(path)
        || mongod_conf::is_server(path)
        || my_cnf::is_server(path)
        || pgbouncer::is_pooler(path)
        || pgbouncer::is_user_list(path)
        || scripts::is_script(path)
}

/// What the files of servers say.
#[derive(Default)]
pub(super) struct Served {
    pub(super) servers: Vec<Fact>,
    /// The rules of `pg_hba.conf`.
    pub(super) access: List,
    /// The lines that the servers refuse.
    pub(super) refused: Vec<Fact>,
    /// PgBouncer's.
    pub(super) users: Vec<Fact>,
    /// Those that scripts make.
    pub(super) roles: Vec<Fact>,
}

impl Served {
    /// Of all files of the service.
    pub(super) fn of(sources: &Sources<'_>, containers: &Containers<'_>) -> Self {
        let mut served = Self::default();
        for path in sources.wanted.iter().copied().filter(|path| is_wanted(path)) {
            match sources.project.read(path) {
                Ok(text) => served.take(sources, containers, path, text),
                Err(why) if postgresql::is_access(path) => {
                    served.access.rest = served.access.rest.or(Some(why));
                }
                Err(why) => {
                    let unread = Fact::derived(Value::Unknown(why));
                    served.servers.push(unread.at(Place::whole(path)));
                }
            }
        }
        served
    }

    fn take(
        &mut self,
        sources: &Sources<'_>,
        containers: &Containers<'_>,
        path: &ProjectPath,
        text: &str,
    ) {
        if postgresql::is_access(path) {
            let in_container = containers.run(path, "postgresql");
            let (rules, refused) = postgresql::access(path, text, in_container);
            self.access.items.extend(rules.items);
            self.access.rest = self.access.rest.take().or(rules.rest);
            self.refused.extend(refused);
        } else if pgbouncer::is_user_list(path) {
            self.users.extend(pgbouncer::users(path, text));
        } else if scripts::is_script(path) {
            self.roles.extend(scripts::roles(path, text));
        } else if pgbouncer::is_pooler(path) {
            let in_container = containers.run(path, "pgbouncer");
            self.servers.push(pgbouncer::server(path, text, in_container));
        } else if my_cnf::is_server(path) {
            let in_container = containers.run(path, "mysql");
            self.servers.extend(my_cnf::server(sources.project, path, text, in_container));
        } else {
            let found = if mongod_conf::is_server(path) {
                let in_container = containers.run(path, "mongodb");
                mongod_conf::server(path, text, in_container, containers.asks("mongodb"))
            } else {
                let in_container = containers.run(path, "postgresql");
                postgresql::server(sources.project, path, text, in_container)
            };
            if let Some((server, refused)) = found {
                self.servers.push(server);
                self.refused.extend(refused);
            }
        }
    }
}

/// The containers that run data stores.
pub(super) struct Containers<'s> {
    sources: &'s Sources<'s>,
    /// The services of the compose file.
    services: Vec<Fact>,
}

/// Words of names of services that run a store of this kind.
const NAMES: &[(&str, &[&str])] = &[
    ("postgresql", &["postgres", "postgresql", "pg", "db", "database"]),
    ("mysql", &["mysql", "mariadb", "db", "database"]),
    ("mongodb", &["mongo", "mongodb", "mongod", "db", "database"]),
    ("redis", &["redis", "valkey", "cache"]),
    ("pgbouncer", &["pgbouncer", "bouncer", "pooler"]),
];

impl<'s> Containers<'s> {
    /// Those that earlier collectors found.
    pub(super) fn of(sources: &'s Sources<'s>, facts: &Facts) -> Self {
        Self { sources, services: facts.at("compose.services").value.items().to_vec() }
    }

    /// Whether a file configures a server that runs in a container: the compose file runs such a store,
    /// or builds one, or a Dockerfile lies beside the file.
    pub(super) fn run(&self, path: &ProjectPath, store: &str) -> bool {
        let words = NAMES.iter().find(|(kind, _)| *kind == store).map_or(&[][..], |(_, it)| it);
        let is_named = |service: &Fact| {
            let name = service.text_of("name").unwrap_or_default().to_lowercase();
            service.holds("build")
                && name.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
        };
        let mut services = self.services.iter();
        let is_image = |service: &Fact| {
            service.text_of("datastore") == Some(store)
                || service.text_of("image").is_some_and(|image| image.contains(store))
        };
        services.any(|service| is_image(service) || is_named(service))
            || self.sources.project.has_listed(&path.folder().join("Dockerfile"))
    }

    /// Whether the container of a store asks for a password.
    pub(super) fn asks(&self, store: &str) -> Option<Fact> {
        let mut services = self.services.iter();
        let service = services.find(|service| service.text_of("datastore") == Some(store))?;
        service.value.field("asks-for-password").cloned()
    }
}
