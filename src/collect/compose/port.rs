//! Published ports: `127.0.0.1:8080:80/tcp`, or the same as a map.
//!
//! Source of the grammar: Compose specification, "ports", read 2026-11.

use std::net::IpAddr;

use super::mount;
use super::tree::Item;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Value};

/// The fields of one published port.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new(
        "published",
        Kind::Text,
        "The port or range on the host; absent if the host picks one.",
    ),
    FactSpec::new("target", Kind::Text, "The port or range inside the container."),
    FactSpec::new(
        "host-ip",
        Kind::Text,
        "The address of the host it is bound to; absent for all of them.",
    ),
    FactSpec::new(
        "public",
        Kind::Bool,
        "Whether other machines reach it: bound to all addresses, or to one that is neither loopback nor private.",
    ),
];

/// A published port, its parts as they are written or, where variables are known, as they become.
pub(super) struct Port {
    pub(super) host_ip: Option<String>,
    pub(super) published: Option<String>,
    pub(super) target: Option<String>,
    pub(super) protocol: String,
}

/// The parts of one item of `ports`; none if it is of neither form.
pub(super) fn parse(item: &Item) -> Option<Port> {
    let part = |name: &str| item.get(name).map(known_or_written);
    if let Some(target) = part("target") {
        return Some(Port {
            host_ip: part("host_ip").filter(|ip| !ip.is_empty()),
            published: part("published").filter(|port| !port.is_empty()),
            target: Some(target),
            protocol: part("protocol").unwrap_or_else(|| "tcp".to_owned()),
        });
    }
    let text = known_or_written(item);
    let (text, protocol) = text.rsplit_once('/').unwrap_or((&text, "tcp"));
    let mut parts = split(text);
    let target = parts.pop().filter(|target| !target.is_empty())?;
    let published = parts.pop().filter(|port| !port.is_empty());
    let host_ip = (!parts.is_empty()).then(|| parts.join(":")).filter(|ip| !ip.is_empty());
    Some(Port { host_ip, published, target: Some(target), protocol: protocol.to_owned() })
}

/// Whether two items of `ports` are the same port, so that one replaces the other.
pub(super) fn same(one: &Item, other: &Item) -> bool {
    let identity = |item: &Item| {
        parse(item).map(|port| (port.host_ip, port.target, port.published, port.protocol))
    };
    identity(one).is_some_and(|one| Some(one) == identity(other))
}

impl Port {
    /// The port as a record.
    pub(super) fn fact(&self, item: &Item) -> Fact {
        let text = |part: &Option<String>| {
            item.fact(
                part.as_deref()
                    .map_or(Value::Absent, |part| open(part).unwrap_or_else(|| part.into())),
            )
        };
        item.fact(Value::record([
            ("published", text(&self.published)),
            ("target", text(&self.target)),
            ("host-ip", text(&self.host_ip)),
            ("public", item.fact(self.public())),
        ]))
    }

    /// Whether other machines reach it.
    pub(super) fn public(&self) -> Value {
        let Some(ip) = &self.host_ip else {
            return Value::Bool(true);
        };
        if let Some(unknown) = open(ip) {
            return unknown;
        }
        let bare = ip.trim_start_matches('[').trim_end_matches(']');
        Value::Bool(match bare.parse::<IpAddr>() {
            Ok(IpAddr::V4(ip)) => !(ip.is_loopback() || ip.is_private() || ip.is_link_local()),
            Ok(IpAddr::V6(ip)) => {
                !(ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local())
            }
            Err(_) => bare != "localhost",
        })
    }

    /// Whether other machines reach it under one of these ports of the host.
    pub(super) fn is_published_as(&self, ports: &[&str]) -> bool {
        self.public() == Value::Bool(true)
            && self.published.as_deref().is_some_and(|published| ports.contains(&published))
    }

    /// Whether it is one of these ports inside the container.
    pub(super) fn targets(&self, ports: &[&str]) -> bool {
        self.target.as_deref().is_some_and(|target| ports.contains(&target))
    }
}

/// What stands for a part that holds a variable nobody gave.
fn open(part: &str) -> Option<Value> {
    part.contains('$').then(|| {
        Value::Unknown(
            Ignorance::new("the port is given when the containers are started")
                .settled_by("give `--env-file`"),
        )
    })
}

fn known_or_written(item: &Item) -> String {
    item.text().unwrap_or_else(|| item.written().to_owned())
}

/// Splits at colons that stand neither in `${…}` nor in `[…]`.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == ':' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

/// Whether other machines reach a datastore in the network of the host: official images listen on every
/// address, unless a command or a file says otherwise.
pub(super) fn on_the_host(service: &Item, network: &Fact) -> Fact {
    let is_configuration =
        |target: String| ["/etc/", ".conf", ".cnf"].iter().any(|part| target.contains(part));
    let volumes = service.get("volumes").map_or(&[][..], Item::items);
    let says_more =
        ["command", "entrypoint", "configs"].iter().any(|key| service.get(key).is_some())
            || volumes.iter().filter_map(mount::target).any(is_configuration);
    let why = "on which addresses of the host it listens is up to its command or its files";
    let value = if says_more { Value::Unknown(Ignorance::new(why)) } else { Value::Bool(true) };
    Fact { value, ..network.clone() }
}
