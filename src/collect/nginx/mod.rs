//! What nginx does with requests: the facts under `nginx`.
//!
//! The files of production are parsed as nginx parses them (`parse`), put together by their includes
//! (`include`, `instance`), and asked what is in force in each server and location (`scope`). A site's
//! file that starts inside `http` is judged as the stock main file would include it.

use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, List, ProjectPath, Value, WhenMissing,
};

mod answer;
mod chosen;
mod context;
mod directives;
mod files;
mod files_served;
mod flow;
mod hsts;
mod include;
mod instance;
mod listen;
mod lists;
mod location;
mod lua;
mod parse;
mod pitfall;
mod proxy;
mod refusal;
mod scope;
mod server;
mod server_facts;
mod source;
mod specs;
mod standard;
mod surroundings;
mod syntax;
mod template;
mod usage;
mod version;
mod whole;

use files::Files;
use instance::Instance;
use server::Server;
use version::Version;

/// Knows what nginx does with requests.
pub struct Nginx;

impl Collector for Nginx {
    fn domain(&self) -> Domain {
        Domain {
            name: "nginx",
            means: "what nginx does with requests",
            when_missing: WhenMissing::NotApplicable("no nginx configuration is here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        specs::SPECS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        files::could_be(path)
    }

    fn collect(&self, sources: &Sources<'_>, so_far: &Facts) -> Facts {
        let files = Files::of(sources.project);
        let paths = files.of_production(sources);
        if paths.is_empty() {
            return Facts::default();
        }
        let version = Version::of(so_far);
        let instances = instance::instances(&files, &paths, version.number());
        let mut facts = Facts::default();
        facts.find("nginx");
        for (path, fact) in known(&instances, &version, sources, so_far) {
            facts.put(path, fact);
        }
        facts.put("nginx.syntax-errors", syntax_errors(&files, &paths));
        facts
    }
}

/// All that the directives tell.
fn known(
    instances: &[Instance],
    version: &Version,
    sources: &Sources<'_>,
    so_far: &Facts,
) -> Vec<(&'static str, Fact)> {
    let mut grouped: Vec<(&Instance, Vec<Server<'_>>)> =
        instances.iter().map(|instance| (instance, server::servers(instance))).collect();
    let some_encrypt = set_apart_inner(&mut grouped);
    let behind: Vec<Option<Ignorance>> = grouped
        .iter()
        .map(|(instance, servers)| {
            surroundings::before(servers, &instance.http, some_encrypt, sources.project, so_far)
        })
        .collect();
    let judged = || {
        grouped.iter().zip(&behind).flat_map(|((_, servers), behind)| {
            servers.iter().map(move |server| (server, behind.as_ref()))
        })
    };
    let rest = rest(&grouped);
    let rest = rest.as_ref();
    let servers = judged()
        .filter(|(server, _)| !server.is_elsewhere)
        .map(|(server, behind)| server_facts::facts(server, behind, version))
        .collect();
    let locations: Vec<Fact> = judged()
        .flat_map(|(server, behind)| {
            server.locations.iter().map(move |location| location::facts(server, location, behind))
        })
        .collect();
    let edge: Vec<whole::Judged<'_, '_>> =
        judged().filter(|(_, behind)| !some_encrypt || behind.is_none()).collect();
    let mut facts = whole::facts(&edge, rest);
    let hsts = facts
        .iter_mut()
        .filter(|(name, fact)| name.starts_with("nginx.hsts-") && fact.value == Value::Absent);
    let at_edge = surroundings::hsts_before(sources.project);
    for (_, fact) in hsts {
        fact.value = at_edge.clone().map_or(Value::Absent, Value::Unknown);
    }
    facts.extend(of_locations(&locations, rest));
    facts.extend(lists::facts(instances, rest));
    facts.push(("nginx.pitfalls", pitfall::facts(instances, rest)));
    facts.push(("nginx.version", version.fact()));
    facts.push(("nginx.servers", list(servers, rest)));
    facts.push(("nginx.locations", list(locations, rest)));
    facts
}

/// Where one nginx encrypts, the others stand behind it and meet no visitors. Whether one does.
fn set_apart_inner(grouped: &mut [(&Instance, Vec<Server<'_>>)]) -> bool {
    let encrypts = |servers: &[Server<'_>]| servers.iter().any(|server| server.tls() == Some(true));
    let some_encrypt = grouped.iter().any(|(_, servers)| encrypts(servers));
    for (_, servers) in grouped.iter_mut().filter(|(_, servers)| !encrypts(servers)) {
        for server in servers {
            server.is_public &= !some_encrypt;
        }
    }
    some_encrypt
}

fn list(items: Vec<Fact>, rest: Option<&Ignorance>) -> Fact {
    Fact::derived(List { items, rest: rest.cloned() })
}

/// Why there may be servers that are not here. A server whose own include is missing says so itself.
fn rest(grouped: &[(&Instance, Vec<Server<'_>>)]) -> Option<Ignorance> {
    grouped.iter().find_map(|(instance, servers)| {
        if server::are_too_many(instance, servers) {
            return Some(Ignorance::new("there are more servers and locations than are looked at"));
        }
        instance.http.rest.clone()
    })
}

/// What holds if it does of some location.
fn of_locations(locations: &[Fact], rest: Option<&Ignorance>) -> Vec<(&'static str, Fact)> {
    let proxying: Vec<&Fact> =
        locations.iter().filter(|each| field_is(each, "proxies", true)).collect();
    let unpublished: Vec<&Fact> =
        locations.iter().filter(|each| !field_is(each, "published", true)).collect();
    let all: Vec<&Fact> = locations.iter().collect();
    vec![
        ("nginx.limits-requests", some(&proxying, "limited", rest)),
        ("nginx.dotfiles-served", some(&unpublished, "dotfiles-served", rest)),
        ("nginx.secret-files-served", some(&all, "serves-secret-file", rest)),
    ]
}

fn field_is(fact: &Fact, name: &str, wanted: bool) -> bool {
    fact.value.field(name).and_then(|field| field.value.bool()) == Some(wanted)
}

fn some(locations: &[&Fact], name: &str, rest: Option<&Ignorance>) -> Fact {
    let fields = || locations.iter().filter_map(|location| location.value.field(name));
    let is = |wanted: bool| fields().find(move |field| field.value.bool() == Some(wanted)).cloned();
    let doubtful = fields().find(|field| matches!(field.value, Value::Unknown(_))).cloned();
    let doubtful = doubtful.or_else(|| rest.map(|why| Fact::derived(Value::Unknown(why.clone()))));
    is(true).or(doubtful).or_else(|| is(false)).unwrap_or_else(|| Fact::derived(false))
}

/// Where nginx stops reading. What a template makes of its file is not known.
fn syntax_errors(files: &Files<'_>, paths: &[ProjectPath]) -> Fact {
    let mut items = Vec::new();
    for path in paths.iter().filter(|path| files::plain_name(path.name()) == path.name()) {
        let parsed = files.parsed(path);
        if let Ok(parsed) = &*parsed
            && let Some(broken) = &parsed.broken
            && !parsed.templated
        {
            items.push(Fact::literal(broken.what.as_str(), broken.place.clone()));
        }
    }
    Fact::derived(Value::list(items))
}
