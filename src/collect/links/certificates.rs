//! Whether the certificates that nginx reads are in its container.

use super::inside::Around;
use super::proxies::{Proxy, proxies};
use crate::fact::{Fact, FactSpec, Kind, Value};

/// The fields of one certificate.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "The file in the container of nginx."),
    FactSpec::new("service", Kind::Text, "The service of compose that runs nginx."),
    FactSpec::new(
        "there",
        Kind::Bool,
        "Whether a mount or the Dockerfile brings it. Absent if a script or a step of the build may make it.",
    ),
];

/// Files of nginx's own image.
const OF_THE_IMAGE: &str = "/etc/ssl/certs/ca-certificates.crt";

/// The certificates that servers in containers name; none if no container is known to run one of these files.
pub(super) fn certificates(around: &Around<'_>) -> Option<Fact> {
    let services = around.facts.at("compose.services");
    let proxies = proxies(&services, around);
    let servers = around.facts.at("nginx.servers");
    let found: Vec<Fact> = servers
        .value
        .items()
        .iter()
        .filter_map(|server| {
            let certificate = server.value.field("certificate")?;
            let proxy = proxies.iter().find(|proxy| proxy.reads(server))?;
            record(certificate, proxy, around)
        })
        .collect();
    (!found.is_empty()).then(|| Fact::derived(found))
}

fn record(certificate: &Fact, proxy: &Proxy<'_>, around: &Around<'_>) -> Option<Fact> {
    let path = certificate.value.text()?;
    if !path.starts_with('/') || path.contains('$') || path == OF_THE_IMAGE {
        return None;
    }
    let is_there = proxy.has(path);
    let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    let there = (is_there || !around.is_mentioned(folder)).then_some(is_there);
    let at = |value: Value| Fact { value, provenance: certificate.provenance.clone() };
    Some(at(Value::record([
        ("path", at(path.into())),
        ("service", at(proxy.name.into())),
        ("there", at(there.map_or(Value::Absent, Value::from))),
    ])))
}
