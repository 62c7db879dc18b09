//! The facts about nginx as a whole: what holds of all its servers together.

use super::server::Server;
use super::server_facts::{only_redirects, page_headers, proxies, redirects_to_https, refuses_all};
use super::{hsts, proxy};
use crate::fact::{Fact, Ignorance, Record, Value};

/// A server, with why something before it seems to encrypt, if it does.
pub(super) type Judged<'s, 't> = (&'s Server<'t>, Option<&'s Ignorance>);

/// The facts that sum up servers. `rest` is why there may be further servers.
pub(super) fn facts(
    servers: &[Judged<'_, '_>],
    rest: Option<&Ignorance>,
) -> Vec<(&'static str, Fact)> {
    let here: Vec<Judged<'_, '_>> =
        servers.iter().copied().filter(|(server, _)| !server.is_elsewhere).collect();
    let pages = pages(&here);
    let mut facts = vec![
        ("nginx.tls", some(&here, Server::tls, rest)),
        ("nginx.encrypted", encrypted(&here, rest)),
        ("nginx.proxies", some(servers, proxies_known, rest)),
        ("nginx.redirects-to-https", redirects(&here, rest)),
        ("nginx.headers", headers(&pages, rest)),
        ("nginx.forwarded-proto", forwarded_proto(servers, rest)),
        ("nginx.default-server-refuses", default_refuses(&here, rest)),
    ];
    facts.extend(hsts(&pages, rest));
    facts
}

/// The servers that give pages: those with TLS if there are any, else all.
fn pages<'s, 't>(servers: &[Judged<'s, 't>]) -> Vec<&'s Server<'t>> {
    let giving: Vec<&Server<'_>> = servers
        .iter()
        .map(|(server, _)| *server)
        .filter(|server| !refuses_all(server) && !only_redirects(server))
        .collect();
    let encrypted: Vec<&Server<'_>> =
        giving.iter().copied().filter(|server| server.tls() == Some(true)).collect();
    if encrypted.is_empty() { giving } else { encrypted }
}

fn unknown(why: &Ignorance) -> Fact {
    Fact::derived(Value::Unknown(why.clone()))
}

/// Whether some server does so; unknown if none is known to and one may.
fn some<'t>(
    servers: &[Judged<'_, 't>],
    does: impl Fn(&Server<'t>) -> Option<bool>,
    rest: Option<&Ignorance>,
) -> Fact {
    if let Some((server, _)) = servers.iter().find(|(server, _)| does(server) == Some(true)) {
        return server.directive.states(true);
    }
    let doubtful = servers.iter().find(|(server, _)| does(server).is_none());
    let why = doubtful.and_then(|(server, _)| server.rest()).or(rest);
    match (why, servers.first()) {
        (Some(why), _) => unknown(why),
        (None, Some((server, _))) => server.directive.states(false),
        (None, None) => Fact::absent(),
    }
}

fn proxies_known(server: &Server<'_>) -> Option<bool> {
    let some = proxies(server);
    let all_read = server.locations.iter().all(|location| location.block().rest.is_none());
    (some || (all_read && server.rest().is_none())).then_some(some)
}

fn encrypted(servers: &[Judged<'_, '_>], rest: Option<&Ignorance>) -> Fact {
    let tls = some(servers, Server::tls, rest);
    match (tls.value.bool(), servers.iter().find_map(|(_, behind)| *behind)) {
        (Some(false), Some(why)) => Fact { value: Value::Unknown(why.clone()), ..tls },
        _ => tls,
    }
}

fn redirects(servers: &[Judged<'_, '_>], rest: Option<&Ignorance>) -> Fact {
    let mut worst = None;
    for (server, behind) in servers {
        let open = server.is_public && server.plain() != Some(false) && !refuses_all(server);
        if !open {
            continue;
        }
        let fact = redirects_to_https(server, *behind);
        match fact.value.bool() {
            Some(false) => return fact,
            Some(true) => worst = worst.or(Some(fact)),
            None => worst = Some(fact),
        }
    }
    match (worst, rest) {
        (Some(fact), _) if fact.value.bool().is_none() => fact,
        (_, Some(why)) => unknown(why),
        (worst, None) => worst.unwrap_or_else(Fact::absent),
    }
}

fn headers(pages: &[&Server<'_>], rest: Option<&Ignorance>) -> Fact {
    if let Some(why) = rest {
        let record = Record { rest: Some(why.clone()), ..Record::default() };
        return Fact::derived(record);
    }
    let each: Vec<_> = pages.iter().map(|server| page_headers(server)).collect();
    let mut names: Vec<&str> =
        each.iter().flat_map(|headers| &headers.added).map(|header| header.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut record = Record::default();
    for name in names {
        let values: Vec<Fact> = each.iter().map(|headers| headers.value(name)).collect();
        record.fields.insert(name.to_owned().into(), agreed(values));
    }
    record.rest = each.iter().find_map(|headers| headers.rest).cloned();
    Fact::derived(record)
}

/// What all say, or one of what they say; absent if nobody says anything.
fn agreed(values: Vec<Fact>) -> Fact {
    let Some(first) = values.first().cloned() else {
        return Fact::absent();
    };
    if let Some(doubt) = values.iter().find(|fact| matches!(fact.value, Value::Unknown(_))) {
        return doubt.clone();
    }
    Fact { value: Value::one_of(values), provenance: first.provenance }
}

fn hsts(pages: &[&Server<'_>], rest: Option<&Ignorance>) -> Vec<(&'static str, Fact)> {
    let each: Vec<[(&str, Fact); 3]> =
        pages.iter().map(|server| hsts::facts(&page_headers(server))).collect();
    let names =
        ["nginx.hsts-max-age-seconds", "nginx.hsts-include-subdomains", "nginx.hsts-preload"];
    let smallest = |index: usize| {
        let mut facts = each.iter().filter_map(|facts| facts.get(index).map(|(_, fact)| fact));
        let least = facts.by_ref().min_by_key(|fact| rank(&fact.value)).cloned();
        match (least, rest) {
            (Some(fact), Some(_)) if matches!(fact.value, Value::Absent) => fact,
            (_, Some(why)) => unknown(why),
            (least, None) => least.unwrap_or_else(Fact::absent),
        }
    };
    names.into_iter().enumerate().map(|(index, name)| (name, smallest(index))).collect()
}

/// Absent is the least, then what is unknown, then numbers by size and false before true.
fn rank(value: &Value) -> (u8, i64) {
    match value {
        Value::Absent => (0, 0),
        Value::Unknown(_) => (1, 0),
        // It may be the least of all.
        Value::OneOf(_) => (1, 1),
        Value::Bool(truth) => (2, i64::from(*truth)),
        Value::Int(number) => (2, *number),
        _ => (3, 0),
    }
}

fn forwarded_proto(servers: &[Judged<'_, '_>], rest: Option<&Ignorance>) -> Fact {
    let locations = servers.iter().flat_map(|(server, _)| &server.locations);
    let values: Vec<Fact> = locations
        .filter(|location| proxy::pass(location).is_some_and(|(_, kind)| kind == "http"))
        .filter_map(|location| {
            let mut fields = proxy::facts(location).into_iter();
            fields.find(|(name, _)| *name == "forwarded-proto").map(|(_, fact)| fact)
        })
        .collect();
    rest.map_or_else(|| agreed(values), unknown)
}

/// Whether on every port the server for unknown hosts refuses or sends elsewhere.
fn default_refuses(servers: &[Judged<'_, '_>], rest: Option<&Ignorance>) -> Fact {
    if let Some(why) = rest.or_else(|| servers.iter().find_map(|(server, _)| server.rest())) {
        return unknown(why);
    }
    let public = || servers.iter().map(|(server, _)| *server).filter(|server| server.is_public);
    let mut refusing = None;
    for server in public() {
        for listen in &server.listens {
            let here = |other: &&Server<'_>| {
                other.listens.iter().any(|each| each.socket() == listen.socket())
            };
            let says = |other: &&Server<'_>| {
                other
                    .listens
                    .iter()
                    .any(|each| each.is_default() && each.socket() == listen.socket())
            };
            let default = public().find(says).or_else(|| public().find(here));
            let Some(default) = default else {
                continue;
            };
            if !refuses_all(default) && !only_redirects(default) {
                return default.directive.states(false);
            }
            refusing = refusing.or(Some(default));
        }
    }
    refusing.map_or_else(Fact::absent, |server| server.directive.states(true))
}
