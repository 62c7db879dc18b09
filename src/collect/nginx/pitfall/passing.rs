//! What is handed on: to which path, by which name server, and what is believed of the visitor.

use super::{Found, Here, upgrade};
use crate::collect::nginx::proxy::resolved;
use crate::collect::nginx::refusal::variables_in;
use crate::collect::nginx::scope::Setting;
use crate::collect::nginx::syntax::Directive;
use std::net::IpAddr;

/// What a directive that hands on, or that names whom to believe, does.
pub(super) fn of_directive(directive: &Directive, here: &Here<'_, '_>, found: &mut Found) {
    let is_unset = |name: &str| matches!(here.scope.nearest(name), Setting::Unset);
    match directive.name.as_str() {
        "proxy_pass" => {
            of_pass(directive, here, found);
            if upgrade::leads_past_rules(directive, here) {
                found.add("upgrade-past-rules", directive);
            }
        }
        "resolver" if directive.words.iter().any(|word| is_outside(&word.text)) => {
            found.add("resolver-outside", directive);
        }
        "set_real_ip_from" if matches!(directive.word(0), Some("0.0.0.0/0" | "::/0")) => {
            found.add("everyone-trusted", directive);
        }
        "ssl_stapling"
            if directive.has("on") && is_unset("resolver") && is_unset("ssl_stapling_file") =>
        {
            found.add("stapling-without-resolver", directive);
        }
        "proxy_ssl_verify" if directive.has("off") => found.add("upstream-unverified", directive),
        _ => {}
    }
}

fn of_pass(directive: &Directive, here: &Here<'_, '_>, found: &mut Found) {
    let target = directive.word(0).unwrap_or_default();
    if drops_a_slash(target, here) {
        found.add("path-without-slash", directive);
    }
    let has_variable = variables_in(target).next().is_some();
    let whole = resolved(target, here.scope);
    // A variable may be the whole address, with its scheme.
    let address = if target.contains("://") { target } else { whole.as_str() };
    let Some((_, rest)) = address.split_once("://").filter(|_| has_variable) else {
        return;
    };
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = authority.split(':').next().unwrap_or_default();
    let by_name = !target.contains("://") || variables_in(host).next().is_some();
    if by_name && matches!(here.scope.nearest("resolver"), Setting::Unset) {
        let known = resolved(host, here.scope);
        let name = known.split(':').next().unwrap_or_default();
        let upstream = here.http.named("upstream").any(|each| each.word(0) == Some(name));
        let plain = !known.contains('$') && !name.is_empty();
        if plain && !upstream && name.parse::<IpAddr>().is_err() {
            found.add("resolver-missing", directive);
        }
    }
}

/// `location /api { proxy_pass http://app/; }` hands on `/apix` as `/x` and `/api/../` as it came.
fn drops_a_slash(target: &str, here: &Here<'_, '_>) -> bool {
    let Some(location) = here.location.filter(|_| !here.in_if) else {
        return false;
    };
    let (modifier, path) = match (location.word(0), location.word(1)) {
        (Some(modifier), Some(path)) => (modifier, path),
        (Some(path), None) => ("", path),
        (None, _) => return false,
    };
    let prefix = matches!(modifier, "" | "^~") && path.starts_with('/');
    let handed = target
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)))
        .unwrap_or_default();
    prefix && !path.ends_with('/') && handed.ends_with('/') && !target.contains('$')
}

/// Whether a name server is one of the public internet.
fn is_outside(word: &str) -> bool {
    let text = word.trim_start_matches('[');
    let address = if text.len() < word.len() {
        text.split(']').next().unwrap_or_default()
    } else {
        text.split(':').next().unwrap_or_default()
    };
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || (address.octets()[0] == 100 && (64..128).contains(&address.octets()[1])))
        }
        Ok(IpAddr::V6(address)) => {
            let first = address.segments()[0];
            !(address.is_loopback()
                || (0xfc00..=0xfdff).contains(&first)
                || (0xfe80..=0xfebf).contains(&first))
        }
        Err(_) => {
            matches!(
                address,
                "dns.google" | "one.one.one.one" | "dns.quad9.net" | "resolver1.opendns.com"
            )
        }
    }
}
