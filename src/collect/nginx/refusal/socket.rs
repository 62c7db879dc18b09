//! Addresses: where servers listen, under which names, and which servers an `upstream` has.

use super::slot::{milliseconds, natural, size};
use super::values::parameter;
use super::{Standing, expression};
use crate::collect::nginx::context::Context;
use crate::collect::nginx::listen::Listen;
use crate::collect::nginx::syntax::Directive;

const SWITCHES: &[&str] = &[
    "default_server",
    "default",
    "bind",
    "deferred",
    "reuseport",
    "ssl",
    "http2",
    "quic",
    "spdy",
    "proxy_protocol",
    "udp",
    "multipath",
];

/// A `listen` whose port or options cannot be, or that its server has already.
pub(super) fn of_listen(directive: &Directive, standing: &Standing<'_>) -> Option<String> {
    let address = directive.word(0)?;
    if let Some(wrong) = port(address) {
        return Some(format!("{wrong} in \"{address}\" of the \"listen\" directive"));
    }
    let options = directive.words.iter().skip(1);
    if let Some(wrong) = options.map(|word| word.text.as_str()).find(|text| !is_option(text)) {
        return Some(parameter(wrong));
    }
    let socket = socket_of(directive);
    let again = standing
        .earlier
        .iter()
        .filter(|other| other.name == "listen" && !other.is_templated())
        .any(|other| socket_of(other) == socket && !address.starts_with("unix:"));
    let range = address.contains('-');
    (again && !range && standing.context == Context::Server)
        .then(|| format!("a duplicate listen {address}"))
}

/// What tells sockets apart: all addresses of IPv4 are one, however they are written.
pub(super) fn socket_of(directive: &Directive) -> (Option<String>, Option<u16>) {
    let (address, port) = Listen::of(directive).socket();
    let address = address.map(|address| match address.as_str() {
        "0.0.0.0" => "*".to_owned(),
        "localhost" => "127.0.0.1".to_owned(),
        _ => address,
    });
    (address, port)
}

fn is_option(text: &str) -> bool {
    if SWITCHES.contains(&text) {
        return true;
    }
    let Some((name, value)) = text.split_once('=') else {
        return false;
    };
    match name {
        "backlog" | "setfib" | "fastopen" => value == "-1" || natural(value).is_some(),
        "rcvbuf" | "sndbuf" => size(value, "kKmM").is_some(),
        "ipv6only" => matches!(value, "on" | "off"),
        "so_keepalive" | "accept_filter" => true,
        _ => false,
    }
}

/// What is wrong with the port of an address, if anything is.
fn port(address: &str) -> Option<&'static str> {
    if address.starts_with("unix:") {
        return None;
    }
    let text = match address.rsplit_once(']') {
        Some((_, after)) if address.starts_with('[') => after.strip_prefix(':')?,
        _ => match address.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => {
                if host.is_empty() {
                    return Some("no host");
                }
                port
            }
            Some(_) => return Some("invalid port"),
            None if address.chars().all(|c| c.is_ascii_digit() || c == '-') => address,
            None => return (!is_host(address)).then_some("invalid host"),
        },
    };
    let is_port = |text: &str| natural(text).is_some_and(|port| (1..=65_535).contains(&port));
    let good = match text.split_once('-') {
        Some((from, to)) => is_port(from) && is_port(to),
        None => is_port(text),
    };
    (!good).then_some("invalid port")
}

fn is_host(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-._*[]$".contains(c))
}

/// A server's name that cannot be.
pub(super) fn of_names(directive: &Directive) -> Option<String> {
    for name in directive.words.iter().map(|word| word.text.as_str()) {
        if let Some(text) = name.strip_prefix('~') {
            if text.is_empty() {
                return Some(format!("empty regex in server name \"{name}\""));
            }
            if let Some(wrong) = expression::complaint(text) {
                return Some(wrong);
            }
            continue;
        }
        let star = name.starts_with('*') && (name.len() < 3 || !name.starts_with("*."));
        if star || name == "." {
            return Some(format!("server name \"{name}\" is invalid"));
        }
    }
    None
}

/// A server of an `upstream` with options it does not have, or that the way of choosing does not know.
pub(super) fn of_member(directive: &Directive, earlier: &[Directive]) -> Option<String> {
    let address = directive.word(0)?;
    if address.contains("://") && !address.starts_with("unix:") {
        return Some(format!("invalid host in upstream \"{address}\""));
    }
    if port(address).is_some() && !address.chars().all(|c| c.is_ascii_digit()) {
        return Some(format!("invalid port in upstream \"{address}\""));
    }
    let options = directive.words.iter().skip(1).map(|word| word.text.as_str());
    let wrong = options.clone().find(|text| !is_member_option(text));
    if let Some(wrong) = wrong {
        return Some(parameter(wrong));
    }
    let simple = |name: &str| matches!(name, "ip_hash" | "hash" | "random");
    let chosen = earlier.iter().any(|each| simple(&each.name));
    (chosen && options.clone().any(|text| text == "backup"))
        .then(|| "balancing method does not support parameter \"backup\"".to_owned())
}

fn is_member_option(text: &str) -> bool {
    if matches!(text, "backup" | "down" | "resolve" | "drain") {
        return true;
    }
    let Some((name, value)) = text.split_once('=') else {
        return false;
    };
    match name {
        "weight" => natural(value).is_some_and(|weight| weight > 0),
        "max_fails" | "max_conns" => natural(value).is_some(),
        "fail_timeout" | "slow_start" => milliseconds(value, false).is_some(),
        "service" | "route" | "id" => true,
        _ => false,
    }
}
