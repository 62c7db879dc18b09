//! Connections that a visitor may turn into a tunnel: what he sends through it, nginx does not see.
//!
//! A program that speaks HTTP/2 without TLS takes `Upgrade: h2c`, and then answers any path, those that other
//! locations refuse among them. (Bishop Fox, "h2c Smuggling", 2020-09; RFC 7540 §3.2, read 2026-11.)

use super::Here;
use super::access::is_closed;
use crate::collect::nginx::scope::Setting;
use crate::collect::nginx::syntax::{Block, Directive};

/// Whether a location hands on whatever upgrade the visitor asks for, to a program of which another location
/// of the server keeps a part from him.
pub(super) fn leads_past_rules(pass: &Directive, here: &Here<'_, '_>) -> bool {
    let speaks = matches!(
        here.scope.nearest("proxy_http_version"),
        Setting::Found(version) if !version.has("1.0")
    );
    if !speaks || is_closed(here) || !hands_on_any_upgrade(here) {
        return false;
    }
    let Some(target) = authority(pass) else {
        return false;
    };
    let server = here.scope.levels().find(|block| block.first("listen").is_some());
    server.is_some_and(|server| server.named("location").any(|other| keeps_a_part(other, target)))
}

/// Where requests are handed on to without TLS.
fn authority(pass: &Directive) -> Option<&str> {
    pass.word(0)?.strip_prefix("http://")?.split('/').next()
}

/// `Upgrade $http_upgrade`, whatever that is; a `map` may let through `websocket` only.
fn hands_on_any_upgrade(here: &Here<'_, '_>) -> bool {
    let (headers, _) = here.scope.together("proxy_set_header");
    let value = |name: &str| {
        let set = headers
            .iter()
            .find(|header| header.word(0).is_some_and(|word| word.eq_ignore_ascii_case(name)))?;
        set.word(1)
    };
    let keeps = |value: &str| !matches!(value.to_lowercase().as_str(), "" | "close" | "keep-alive");
    value("upgrade").is_some_and(|value| matches!(value, "$http_upgrade" | "${http_upgrade}"))
        && value("connection").is_some_and(keeps)
}

/// Whether a location by a plain path keeps strangers from a part of the same program.
fn keeps_a_part(location: &Directive, target: &str) -> bool {
    let by_path = match (location.word(0), location.word(1)) {
        (Some("=" | "^~"), Some(_)) => true,
        (Some(path), None) => path.starts_with('/'),
        _ => false,
    };
    let Some(block) = location.block.as_ref().filter(|_| by_path) else {
        return false;
    };
    let serves_files =
        ["root", "alias", "try_files"].iter().any(|name| block.first(name).is_some());
    let same = block.first("proxy_pass").is_none_or(|pass| authority(pass) == Some(target));
    refuses_strangers(block) && same && !serves_files
}

fn refuses_strangers(block: &Block) -> bool {
    let signs = ["auth_basic", "auth_request"];
    block.first("deny").is_some_and(|deny| deny.has("all"))
        || signs.iter().any(|name| block.first(name).is_some_and(|each| !each.has("off")))
        || block.first("return").is_some_and(|answer| answer.has("403"))
}
