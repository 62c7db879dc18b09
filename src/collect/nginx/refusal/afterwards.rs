//! What nginx finds out when a block ends, or when it has read everything: what is given twice over
//! several servers, and what is named and defined nowhere.

use std::collections::BTreeMap;

use super::socket::socket_of;
use super::{Refusal, buffers, limit, location, variable};
use crate::collect::nginx::context::Context;
use crate::collect::nginx::listen::Listen;
use crate::collect::nginx::syntax::{Block, Directive};

/// What nginx refuses at the end of a block.
pub(super) fn when_closed(
    directive: &Directive,
    inner: &Block,
    context: Context,
) -> Option<Refusal> {
    let is_upstream =
        directive.name == "upstream" && matches!(context, Context::Http | Context::Stream);
    let empty = is_upstream && inner.rest.is_none() && inner.first("server").is_none();
    let by_zone = inner.first("zone").is_some() && inner.first("state").is_some();
    (empty && !by_zone).then(|| Refusal::of(directive, "no servers are inside upstream".to_owned()))
}

/// What `http` as a whole says twice, or in two ways that exclude each other.
pub(in crate::collect::nginx) fn twice(http: &Block) -> Vec<Refusal> {
    let mut found = Vec::new();
    named_twice(http, &mut found);
    for server in http.named("server") {
        locations_twice(server.inside(), &mut found);
    }
    defaults_twice(http, &mut found);
    buffers::too_small(http, &mut found);
    found
}

/// What `http` as a whole names and defines nowhere. Nothing where a part of it is not here.
pub(in crate::collect::nginx) fn undefined(http: &Block) -> Vec<Refusal> {
    let mut found = Vec::new();
    if http.rest.is_none() {
        without_certificate(http, &mut found);
        unknown_zones(http, http, &mut found);
        unknown_formats(http, &mut found);
        found.extend(variable::undefined(http));
    }
    found
}

fn named_twice(http: &Block, found: &mut Vec<Refusal>) {
    let mut seen: Vec<(&str, &Directive)> = Vec::new();
    for directive in http.named("upstream").filter(|each| !each.is_templated()) {
        let name = directive.word(0).unwrap_or_default();
        let is_same =
            |(known, at): &(&str, &Directive)| *known == name && !at.is_alternative_to(directive);
        if seen.iter().any(is_same) {
            found.push(Refusal::of(directive, format!("duplicate upstream \"{name}\"")));
        }
        seen.push((name, directive));
    }
}

fn locations_twice(block: &Block, found: &mut Vec<Refusal>) {
    let mut seen: Vec<(bool, &str)> = Vec::new();
    for directive in block.named("location").filter(|each| !each.is_templated()) {
        let (modifier, path) = location::parts(directive);
        let key = (modifier == "=", path);
        if !matches!(modifier, "~" | "~*") {
            if seen.contains(&key) {
                found.push(Refusal::of(directive, format!("duplicate location \"{path}\"")));
            }
            seen.push(key);
        }
        locations_twice(directive.inside(), found);
    }
}

fn listens(server: &Directive) -> impl Iterator<Item = &Directive> {
    server.inside().named("listen").filter(|each| !each.is_templated())
}

fn defaults_twice(http: &Block, found: &mut Vec<Refusal>) {
    let mut defaults: Vec<(_, &Directive)> = Vec::new();
    for server in http.named("server") {
        for directive in listens(server) {
            let listen = Listen::of(directive);
            if !listen.is_default() || listen.port.is_none() {
                continue;
            }
            let socket = socket_of(directive);
            let is_same = |(known, at): &(_, &Directive)| {
                *known == socket && !at.is_alternative_to(directive)
            };
            if defaults.iter().any(is_same) {
                let what = format!("a duplicate default server for {}", listen.text);
                found.push(Refusal::of(directive, what));
            }
            defaults.push((socket, directive));
        }
    }
}

/// Where a socket asks for TLS, the server that answers unknown names there must have a certificate.
fn without_certificate(http: &Block, found: &mut Vec<Refusal>) {
    type Socket = (Option<String>, Option<u16>);
    let has = |block: &Block, name: &str| block.first(name).is_some();
    if has(http, "ssl_certificate") {
        return;
    }
    let lacks = |server: &&Directive| {
        let block = server.inside();
        let rejects =
            |block: &Block| block.first("ssl_reject_handshake").is_some_and(|each| each.has("on"));
        !has(block, "ssl_certificate") && !rejects(block) && !rejects(http) && block.rest.is_none()
    };
    let mut sockets: BTreeMap<Socket, (bool, Vec<&Directive>)> = BTreeMap::new();
    for server in http.named("server") {
        for directive in listens(server) {
            let listen = Listen::of(directive);
            let (tls, servers) = sockets.entry(socket_of(directive)).or_default();
            *tls |= directive.has("ssl");
            if listen.is_default() {
                servers.insert(0, server);
            } else {
                servers.push(server);
            }
        }
    }
    for (tls, servers) in sockets.values() {
        if let Some(first) = servers.first().filter(|first| *tls && lacks(first)) {
            let what = "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive";
            found.push(Refusal::of(first, what.to_owned()));
        }
    }
}

/// Limits and caches that count in zones that nobody defines.
fn unknown_zones(block: &Block, http: &Block, found: &mut Vec<Refusal>) {
    for directive in &block.directives {
        let definer: &[&str] = match directive.name.as_str() {
            "limit_conn" => &["limit_conn_zone"],
            "proxy_cache" => &["proxy_cache_path"],
            "fastcgi_cache" => &["fastcgi_cache_path"],
            "uwsgi_cache" => &["uwsgi_cache_path"],
            _ => &[],
        };
        let own = limit::zone(directive).filter(|zone| *zone != "off" && !zone.contains('$'));
        if let Some(zone) = own.filter(|_| !definer.is_empty() && !directive.is_templated()) {
            let is_known = http.directives.iter().any(|each| {
                definer.contains(&each.name.as_str()) && limit::zone(each) == Some(zone)
            });
            if !is_known {
                let what = format!("\"{}\" zone \"{zone}\" is unknown", directive.name);
                found.push(Refusal::of(directive, what));
            }
        }
        if matches!(directive.name.as_str(), "server" | "location" | "if") {
            unknown_zones(directive.inside(), http, found);
        }
    }
}

/// Logs in a format that nobody defines. nginx wants it defined before it is used.
fn unknown_formats(http: &Block, found: &mut Vec<Refusal>) {
    let mut known = vec!["combined"];
    for directive in &http.directives {
        if directive.name == "log_format" {
            known.extend(directive.word(0));
        }
        formats_in(directive, &known, found);
    }
}

fn formats_in(directive: &Directive, known: &[&str], found: &mut Vec<Refusal>) {
    if directive.name == "access_log" && !directive.is_templated() {
        let format = directive.word(1).filter(|_| directive.word(0) != Some("off"));
        let option = |text: &str| text.contains('=') || text == "gzip";
        if let Some(format) = format.filter(|format| !known.contains(format) && !option(format)) {
            found.push(Refusal::of(directive, format!("unknown log format \"{format}\"")));
        }
    }
    for inner in &directive.inside().directives {
        formats_in(inner, known, found);
    }
}
