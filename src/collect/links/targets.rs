//! Whether what nginx passes requests to is there: a service of the compose file that nginx stands in, at
//! the port on which the service's command lets its server listen.

use crate::collect::server::listening_ports;
use crate::fact::{Fact, FactSpec, Facts, Kind, Value};

/// The fields of one target.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("host", Kind::Text, "The name."),
    FactSpec::new("port", Kind::Text, "The port; 80 if none is named."),
    FactSpec::new("is-service", Kind::Bool, "Whether a service of compose has that name."),
    FactSpec::new(
        "listens",
        Kind::Bool,
        "Whether the command of that service lets its server listen on the port. Absent if it does not tell.",
    ),
];

/// The targets; none if it is not certain that this nginx stands beside these services.
pub(super) fn targets(facts: &Facts) -> Option<Fact> {
    let services = facts.at("compose.services");
    let has_proxy = services.value.items().iter().any(|service| service.holds("proxy"));
    let names = facts.at("compose.service-names");
    let is_service =
        |host: &str| names.value.items().iter().any(|name| name.value.text() == Some(host));
    let found = passed_to(facts);
    // A name of a cluster, or of another file's network, is none of ours.
    if !has_proxy || facts.found("kubernetes") || !found.iter().any(|each| is_service(&each.host)) {
        return None;
    }
    let records = found.iter().map(|target| {
        let at = |value: Value| Fact { value, provenance: target.at.provenance.clone() };
        at(Value::record([
            ("host", at(Value::from(target.host.as_str()))),
            ("port", at(Value::from(target.port.as_str()))),
            ("is-service", at(Value::Bool(is_service(&target.host)))),
            ("listens", at(listens(target, services.value.items()))),
        ]))
    });
    Some(Fact::derived(records.collect::<Vec<_>>()))
}

/// Whether nginx hands requests to the program; none if there is no nginx.
pub(super) fn before_program(facts: &Facts) -> Option<Fact> {
    if !facts.found("nginx") {
        return None;
    }
    let locations = facts.at("nginx.locations");
    let location = locations.value.items().iter().find(|location| reaches_program(location, facts));
    Some(match location {
        Some(location) => Fact { value: Value::Bool(true), ..location.clone() },
        None => Fact::derived(false),
    })
}

/// Whether a location hands requests to the project's own program: to this machine, or to a service of
/// compose that runs it; not to other software, nor to a name that nothing here has.
pub(super) fn reaches_program(location: &Fact, facts: &Facts) -> bool {
    let text = |name: &str| location.value.field(name).and_then(|fact| fact.value.text());
    let Some(pass) = text("proxy-pass") else {
        return text("passes").is_some_and(|kind| kind != "fastcgi");
    };
    let address = address(pass);
    let upstreams = facts.at("nginx.upstreams");
    let first = servers(&upstreams, address).and_then(|servers| servers.first()?.value.text());
    let address = first.and_then(|server| server.split_whitespace().next()).unwrap_or(address);
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    if address.starts_with("unix:") || matches!(host, "127.0.0.1" | "localhost" | "[::1]") {
        return true;
    }
    let services = facts.at("compose.services");
    services
        .value
        .items()
        .iter()
        .any(|service| service.text_of("name") == Some(host) && service.holds("application"))
}

/// The servers of an upstream.
fn servers<'f>(upstreams: &'f Fact, name: &str) -> Option<&'f [Fact]> {
    let named = |upstream: &&Fact| {
        upstream.value.field("name").is_some_and(|fact| fact.value.text() == Some(name))
    };
    let upstream = upstreams.value.items().iter().find(named)?;
    upstream.value.field("servers").map(|servers| servers.value.items())
}

/// Where requests are passed on to, and the place that says so.
struct Target {
    host: String,
    port: String,
    at: Fact,
}

/// Every target with a plain name, those of upstreams too.
fn passed_to(facts: &Facts) -> Vec<Target> {
    let locations = facts.at("nginx.locations");
    let upstreams = facts.at("nginx.upstreams");
    let mut found: Vec<Target> = Vec::new();
    let passes = locations.value.items().iter().filter_map(|location| {
        location.value.field("proxy-pass").filter(|fact| fact.value.text().is_some())
    });
    for pass in passes {
        let address = address(pass.value.text().unwrap_or_default());
        match servers(&upstreams, address) {
            Some(servers) => found.extend(servers.iter().filter_map(target)),
            None => found.extend(target(&Fact { value: Value::from(address), ..pass.clone() })),
        }
    }
    found.dedup_by(|one, other| one.host == other.host && one.port == other.port);
    found
}

/// The host and port of a URL.
fn address(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// An address with a name that only a network of containers knows: no dot, no variable, not this machine.
fn target(address: &Fact) -> Option<Target> {
    let text = address.value.text()?.split_whitespace().next()?;
    let (host, port) = text.rsplit_once(':').unwrap_or((text, "80"));
    let is_plain = host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        && !host.chars().all(|c| c.is_ascii_digit())
        && !matches!(host, "localhost" | "unix" | "backend_unix");
    let is_port = !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
    (is_plain && is_port).then(|| Target {
        host: host.to_owned(),
        port: port.to_owned(),
        at: address.clone(),
    })
}

/// Whether the server of the service of that name listens on the port.
fn listens(target: &Target, services: &[Fact]) -> Value {
    let text = |service: &Fact, field: &str| {
        service.value.field(field).and_then(|fact| fact.value.text()).map(str::to_owned)
    };
    let mut ports = services
        .iter()
        .filter(|service| text(service, "name").as_deref() == Some(target.host.as_str()))
        .filter_map(|service| listening_ports(&text(service, "command")?));
    match ports.next() {
        Some(ports) => Value::Bool(ports.iter().any(|port| port.to_string() == target.port)),
        None => Value::Absent,
    }
}
