//! The values that only a directive's own module reads, for the directives in daily use.

use super::slot::{invalid, is_one_of, milliseconds, natural, size};
use super::{Standing, limit, location, places, request, socket};
use crate::collect::nginx::context::Context;
use crate::collect::nginx::syntax::Directive;

/// Why nginx refuses the words of a directive, if it does.
pub(super) fn complaint(directive: &Directive, standing: &Standing<'_>) -> Option<String> {
    match directive.name.as_str() {
        "listen" => socket::of_listen(directive, standing),
        "server" => socket::of_member(directive, standing.earlier),
        "server_name" => socket::of_names(directive),
        "location" => location::of_location(directive, standing),
        "alias" | "root" => location::of_folder(directive, standing),
        "limit_except" => location::of_methods(directive),
        "proxy_pass" if standing.context != Context::StreamServer => {
            location::of_pass(directive, standing)
        }
        "if" => request::of_if(directive),
        "return" if standing.context != Context::StreamServer => request::of_return(directive),
        "rewrite" => request::of_rewrite(directive),
        "set" => request::of_set(directive),
        "map" | "geo" | "split_clients" => request::of_choice(directive),
        "error_page" => request::of_error_page(directive),
        "try_files" => request::of_try_files(directive),
        "add_header" | "add_trailer" => always(directive),
        "proxy_redirect" => redirect(directive, standing),
        "allow" | "deny" => places::of_rule(directive),
        "set_real_ip_from" => places::of_source(directive),
        "limit_req" => limit::of_requests(directive, standing.earlier),
        "limit_req_zone" => limit::of_request_zone(directive, standing.earlier),
        "limit_conn" => limit::of_connections(directive, standing.earlier),
        "limit_conn_zone" => limit::of_connection_zone(directive, standing.earlier),
        "proxy_cache_path" | "fastcgi_cache_path" | "uwsgi_cache_path" | "scgi_cache_path" => {
            limit::of_cache_path(directive)
        }
        "log_format" => limit::of_format(directive, standing.earlier),
        "error_log" => level(directive),
        "expires" => expires(directive),
        "keepalive_timeout" => {
            let wrong =
                directive.words.iter().find(|word| milliseconds(&word.text, false).is_none())?;
            Some(invalid("keepalive_timeout", &wrong.text))
        }
        "keepalive" => {
            let count = directive.word(0)?;
            natural(count).is_none_or(|count| count == 0).then(|| invalid("keepalive", count))
        }
        "worker_connections" => {
            let count = directive.word(0)?;
            natural(count).is_none().then(|| format!("invalid number \"{count}\""))
        }
        "worker_processes" => {
            let count = directive.word(0)?;
            (count != "auto" && natural(count).is_none())
                .then(|| invalid("worker_processes", count))
        }
        "ssl_session_cache" => session_cache(directive),
        "resolver" => resolver(directive),
        _ => None,
    }
}

fn always(directive: &Directive) -> Option<String> {
    let third = directive.word(2)?;
    (third != "always").then(|| parameter(third))
}

/// nginx's words for an option that a directive does not have.
pub(super) fn parameter(text: &str) -> String {
    format!("invalid parameter \"{text}\"")
}

fn redirect(directive: &Directive, standing: &Standing<'_>) -> Option<String> {
    let only = directive.word(0).filter(|_| directive.words.len() == 1)?;
    match only {
        "off" | "false" => None,
        "default" => {
            let passes = standing.earlier.iter().any(|each| each.name == "proxy_pass");
            (!passes).then(|| {
                "\"proxy_redirect default\" should be placed after the \"proxy_pass\" directive"
                    .to_owned()
            })
        }
        other => Some(parameter(other)),
    }
}

fn level(directive: &Directive) -> Option<String> {
    const LEVELS: &str = "emerg|alert|crit|error|warn|notice|info|debug|debug_core|debug_alloc|\
        debug_mutex|debug_event|debug_http|debug_mail|debug_stream";
    let wrong = directive
        .words
        .iter()
        .skip(1)
        .find(|word| !LEVELS.split('|').any(|level| level == word.text))?;
    Some(format!("invalid log level \"{}\"", wrong.text))
}

fn expires(directive: &Directive) -> Option<String> {
    let modified = directive.word(0) == Some("modified") && directive.words.len() == 2;
    let value = directive.word(usize::from(modified))?;
    if !modified && directive.words.len() == 2 {
        return Some(invalid("expires", directive.word(1)?));
    }
    if value.contains('$') || is_one_of(value, "epoch|max|off") && !modified {
        return None;
    }
    let time = value.trim_start_matches(['+', '-', '@']);
    milliseconds(time, false).is_none().then(|| invalid("expires", value))
}

fn session_cache(directive: &Directive) -> Option<String> {
    let wrong = directive.words.iter().find(|word| !is_session_cache(&word.text))?;
    Some(format!("invalid session cache \"{}\"", wrong.text))
}

fn is_session_cache(text: &str) -> bool {
    if matches!(text, "off" | "none" | "builtin") {
        return true;
    }
    if let Some(count) = text.strip_prefix("builtin:") {
        return natural(count).is_some();
    }
    let shared = text.strip_prefix("shared:").and_then(|rest| rest.split_once(':'));
    shared.is_some_and(|(name, bytes)| {
        !name.is_empty() && size(bytes, "kKmM").is_some_and(|bytes| bytes >= 8 * 4096)
    })
}

fn resolver(directive: &Directive) -> Option<String> {
    let mut named = false;
    for word in &directive.words {
        let text = word.text.as_str();
        if let Some(time) = text.strip_prefix("valid=") {
            if milliseconds(time, false).is_none() {
                return Some(parameter(text));
            }
        } else if let Some(switch) =
            text.strip_prefix("ipv6=").or_else(|| text.strip_prefix("ipv4="))
        {
            if !matches!(switch, "on" | "off") {
                return Some(parameter(text));
            }
        } else if !text.starts_with("status_zone=") {
            named = true;
        }
    }
    (!named).then(|| "no name servers defined".to_owned())
}
