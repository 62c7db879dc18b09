//! Whether a datastore lets in only who knows a password. Most ask for none until they are told to.

use super::mount;
use super::service::image;
use super::tree::Item;
use crate::fact::{Fact, Ignorance, Value};

/// Variables that give some images of Redis and its successors a password.
const REDIS: &[&str] = &["REDIS_PASSWORD", "VALKEY_PASSWORD", "REDIS_PASSWORD_FILE"];
/// Images that ask no variable for a password: only their command and their file tell one.
const REDIS_OFFICIAL: &[&str] = &["redis", "valkey/valkey"];
/// Variables that give the images of MongoDB a first user.
const MONGODB: &[&str] =
    &["MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_USERNAME_FILE", "MONGODB_ROOT_PASSWORD"];
/// Variables that let MySQL and MariaDB start without a password.
const MYSQL_EMPTY: &[&str] = &["MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD"];

/// Whether a service that is a datastore of some kind asks for a password; absent if it is none.
pub(super) fn asked_for(service: &Item, datastore: Option<&str>) -> Fact {
    let variable = |name: &str| service.at(&["environment", name]);
    let is = |name: &str, value: &str| {
        variable(name).filter(|item| item.text().is_some_and(|text| text == value))
    };
    let of = |item: Option<&Item>, answer: bool| item.unwrap_or(service).fact(answer);
    if let (Some(_), Some(empty)) = (datastore, is("ALLOW_EMPTY_PASSWORD", "yes")) {
        return empty.fact(false);
    }
    match datastore {
        // It does not start without a password unless it is told to.
        Some("postgresql") => {
            let trusts = is("POSTGRES_HOST_AUTH_METHOD", "trust");
            of(trusts, trusts.is_none())
        }
        Some("mysql") => {
            let empty = MYSQL_EMPTY.iter().find_map(|name| variable(name));
            let empty = empty.filter(|item| item.text().is_none_or(|text| !text.is_empty()));
            of(empty, empty.is_none())
        }
        Some("redis") => {
            let command = service.get("command").map_or(&[][..], Item::items);
            let word = |part: &str| command.iter().find(|word| word.written().contains(part));
            let asks = word("requirepass").or_else(|| word("aclfile"));
            let official = is_official_redis(service);
            let variable = || REDIS.iter().find_map(|name| variable(name)).filter(|_| !official);
            let script = word(".sh").is_some() || service.get("entrypoint").is_some();
            told(service, asks.or_else(variable), script || word(".conf").is_some())
        }
        Some("mongodb") => {
            let command = service.get("command").map_or(&[][..], Item::items);
            let asks = command.iter().find(|word| word.written().contains("--auth"));
            told(service, asks.or_else(|| MONGODB.iter().find_map(|name| variable(name))), false)
        }
        Some("elasticsearch") => {
            let off = is("xpack.security.enabled", "false");
            off.map_or_else(|| unknown(service), |off| off.fact(false))
        }
        Some("memcached") => service.fact(false),
        Some(_) => unknown(service),
        None => service.fact(Value::Absent),
    }
}

fn is_official_redis(service: &Item) -> bool {
    image(service).is_some_and(|image| {
        image.registry.is_none() && REDIS_OFFICIAL.contains(&image.name.as_str())
    })
}

/// The answer of a datastore that asks only when something says so; unknown if that may be elsewhere.
fn told(service: &Item, asks: Option<&Item>, reads_file: bool) -> Fact {
    let configured = |volumes: &Item| {
        volumes.items().iter().filter_map(mount::parse).any(|mount| mount.target.contains("conf"))
    };
    let elsewhere = reads_file
        || service.get("env_file").is_some()
        || service.get("volumes").is_some_and(configured);
    match asks {
        Some(asks) => asks.fact(true),
        None if elsewhere => service
            .fact(Ignorance::new("its configuration is read from a file that was not looked at")),
        None => service.fact(false),
    }
}

fn unknown(service: &Item) -> Fact {
    service.fact(Ignorance::new("how this datastore is told of passwords is not known"))
}
