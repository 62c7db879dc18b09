//! Variables: which nginx has, which a file defines, and which are used and defined nowhere.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::Refusal;
use crate::collect::nginx::directives;
use crate::collect::nginx::syntax::{Block, Directive};

/// Beginnings of families: any ending makes a variable of them.
const FAMILIES: &[&str] = &[
    "http_",
    "arg_",
    "cookie_",
    "sent_http_",
    "sent_trailer_",
    "upstream_http_",
    "upstream_cookie_",
    "upstream_trailer_",
    "proxy_protocol_tlv_",
    "jwt_",
    "geoip",
    "otel_",
    "opentelemetry",
    "opentracing",
    "brotli_",
    "zstd_",
    "modsec",
    "vts_",
    "acme_",
];
/// Directives that put variables in the place of their words, and the first word where they do.
const EVALUATING: &[(&str, usize)] = &[
    ("proxy_pass", 0),
    ("proxy_set_header", 1),
    ("fastcgi_param", 1),
    ("uwsgi_param", 1),
    ("scgi_param", 1),
    ("grpc_set_header", 1),
    ("add_header", 1),
    ("add_trailer", 1),
    ("return", 0),
    ("rewrite", 1),
    ("set", 1),
    ("root", 0),
    ("alias", 0),
    ("try_files", 0),
    ("log_format", 1),
    ("limit_req_zone", 0),
    ("limit_conn_zone", 0),
    ("proxy_cache_key", 0),
    ("proxy_cache_bypass", 0),
    ("proxy_no_cache", 0),
    ("map", 0),
    ("geo", 0),
    ("split_clients", 0),
    ("expires", 0),
];

/// Whether a text is a name that a variable can have.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether nginx itself has a variable of this name that a file may not set.
pub(super) fn is_taken(name: &str) -> bool {
    let lower = name.to_lowercase();
    let known = |kind: &'static str| own(kind).contains(lower.as_str());
    known("http") && !known("settable")
}

/// The variables that nginx itself has, of one kind of the table.
fn own(kind: &'static str) -> &'static BTreeSet<&'static str> {
    static HTTP: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    static STREAM: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    static SETTABLE: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    let table = match kind {
        "http" => &HTTP,
        "stream" => &STREAM,
        _ => &SETTABLE,
    };
    table.get_or_init(|| {
        include_str!("../variables.txt")
            .lines()
            .filter_map(|line| line.strip_prefix(kind))
            .flat_map(str::split_whitespace)
            .collect()
    })
}

/// Uses of variables that nothing defines; nginx then does not start. None where a module that is not
/// nginx's own may define some.
pub(super) fn undefined(http: &Block) -> Vec<Refusal> {
    let mut defined = BTreeSet::new();
    let mut used = Vec::new();
    let only_own = gather(http, &mut defined, &mut used);
    if !only_own {
        return Vec::new();
    }
    let missing = |name: &str| {
        !defined.contains(name)
            && !own("http").contains(name)
            && !name.chars().all(|c| c.is_ascii_digit())
            && !FAMILIES.iter().any(|family| name.starts_with(family))
    };
    used.into_iter()
        .filter(|(name, _)| missing(name))
        .map(|(name, directive)| Refusal::of(directive, format!("unknown \"{name}\" variable")))
        .collect()
}

/// Gathers what is defined and used; whether all directives are nginx's own.
fn gather<'t>(
    block: &'t Block,
    defined: &mut BTreeSet<String>,
    used: &mut Vec<(String, &'t Directive)>,
) -> bool {
    let mut own = block.rest.is_none();
    for directive in &block.directives {
        let name = directive.name.as_str();
        own &= !directives::rows(name).is_empty();
        define(directive, defined);
        if !directive.is_templated() {
            use_of(directive, used);
        }
        match &directive.block {
            Some(inner) if name == "map" => of_map(directive, inner, defined, used),
            Some(_) if matches!(name, "geo" | "split_clients" | "types" | "charset_map") => {}
            Some(inner) => own &= gather(inner, defined, used),
            None => {}
        }
    }
    own
}

fn define(directive: &Directive, defined: &mut BTreeSet<String>) {
    let word = match directive.name.as_str() {
        "set" | "auth_request_set" | "perl_set" => directive.word(0),
        "map" | "geo" | "split_clients" => directive.words.last().map(|word| word.text.as_str()),
        _ => None,
    };
    defined.extend(word.and_then(|word| word.strip_prefix('$')).map(str::to_lowercase));
    for word in &directive.words {
        defined.extend(captures(&word.text));
    }
}

/// The names that an expression gives to its groups.
fn captures(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split("(?").skip(1).filter_map(|group| {
        let group = group.strip_prefix('P').unwrap_or(group);
        let close = if group.starts_with('\'') { '\'' } else { '>' };
        let name = group.strip_prefix(['<', '\''])?.split(close).next()?;
        is_name(name).then(|| name.to_lowercase())
    })
}

fn of_map<'t>(
    directive: &'t Directive,
    inner: &'t Block,
    defined: &mut BTreeSet<String>,
    used: &mut Vec<(String, &'t Directive)>,
) {
    let _ = directive;
    for entry in &inner.directives {
        defined.extend(captures(&entry.name));
        for word in entry.words.iter().filter(|word| !word.templated) {
            used.extend(names(&word.text).map(|name| (name, entry)));
        }
    }
}

fn use_of<'t>(directive: &'t Directive, used: &mut Vec<(String, &'t Directive)>) {
    let name = directive.name.as_str();
    if name == "if" {
        let subject = directive.word(0).unwrap_or_default().trim_start_matches('(');
        let subject =
            if subject.is_empty() { directive.word(1).unwrap_or_default() } else { subject };
        used.extend(names(subject.trim_end_matches(')')).map(|name| (name, directive)));
        return;
    }
    let Some((_, from)) = EVALUATING.iter().find(|(each, _)| *each == name) else {
        return;
    };
    let choosing = matches!(name, "map" | "geo" | "split_clients") && directive.words.len() > 1;
    let until = match name {
        "limit_req_zone" | "limit_conn_zone" => 1,
        _ if choosing => 1,
        "geo" => 0,
        _ => directive.words.len(),
    };
    for word in directive.words.iter().take(until).skip(*from) {
        used.extend(names(&word.text).map(|name| (name, directive)));
    }
}

/// The variables in a text.
pub(in crate::collect::nginx) fn names(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split('$').skip(1).filter_map(|after| {
        let (braced, after) = after.strip_prefix('{').map_or((false, after), |rest| (true, rest));
        let end =
            after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        let name = after.get(..end)?;
        let closed = !braced || after.get(end..)?.starts_with('}');
        (closed && is_name(name)).then(|| name.to_lowercase())
    })
}
