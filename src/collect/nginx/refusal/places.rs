//! Networks that are let in, kept out or believed.

use crate::collect::nginx::refusal::values::parameter;
use crate::collect::nginx::syntax::Directive;
use std::net::IpAddr;

/// `allow` and `deny` of something that is no network.
pub(super) fn of_rule(directive: &Directive) -> Option<String> {
    let text = directive.word(0)?;
    (!matches!(text, "all" | "unix:") && !is_network(text)).then(|| parameter(text))
}

/// A trusted source that is no network; a name may be one.
pub(super) fn of_source(directive: &Directive) -> Option<String> {
    let text = directive.word(0)?;
    let numeric = text.contains('/') || text.chars().all(|c| c.is_ascii_digit() || c == '.');
    (text != "unix:" && numeric && !is_network(text)).then(|| parameter(text))
}

/// Whether a text is an address, or one with the length of its prefix or its mask.
pub(super) fn is_network(text: &str) -> bool {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    let most = if address.is_ipv4() { 32 } else { 128 };
    prefix.is_none_or(|prefix| prefix.parse::<u8>().is_ok_and(|bits| bits <= most))
}
