//! Answers and files: headers that do not do what they say, folders that hold more than is meant, `if`.

use std::collections::BTreeMap;

use super::{Found, Here};
use crate::collect::nginx::listen::Listen;
use crate::collect::nginx::syntax::{Block, Directive};

/// What does in an `if` what it seems to.
const SAFE_IN_IF: &[&str] =
    &["return", "rewrite", "set", "break", "if", "access_log", "log_not_found"];

/// What a directive about answers or files does.
pub(super) fn of_directive(directive: &Directive, here: &Here<'_, '_>, found: &mut Found) {
    let name = directive.name.as_str();
    match name {
        "add_header"
            if directive.word(0).is_some_and(|word| word.eq_ignore_ascii_case("content-type")) =>
        {
            found.add("content-type-added", directive);
        }
        "add_header" if opens_to_all(directive, here) => {
            found.add("credentials-for-any-origin", directive);
        }
        "add_header" if sends_cache_control_twice(directive, here) => {
            found.add("cache-control-twice", directive);
        }
        "error_log" if directive.word(0) == Some("off") => {
            found.add("error-log-named-off", directive);
        }
        "merge_slashes" if directive.has("off") => found.add("slashes-not-merged", directive),
        "alias" if directive.word(0) == Some("/") => found.add("root-of-file-system", directive),
        "root" if directive.word(0) == Some("/") && !here.location.is_some_and(names_folder) => {
            found.add("root-of-file-system", directive);
        }
        "if" if here.location.is_some() && !here.in_if => {
            let other = |each: &&Directive| !SAFE_IN_IF.contains(&each.name.as_str());
            if let Some(first) = directive.inside().directives.iter().find(other) {
                found.add("if-in-location", first);
            }
        }
        _ => {}
    }
}

/// Whether a location is for the paths below one folder: `location /media/` with `root /` serves `/media`.
fn names_folder(location: &Directive) -> bool {
    let first = location.word(0);
    let path = if matches!(first, Some("^~" | "=")) { location.word(1) } else { first };
    path.is_some_and(|path| path.len() > 1 && path.starts_with('/'))
}

/// A Cache-Control beside an `expires`, which sends one of its own.
fn sends_cache_control_twice(directive: &Directive, here: &Here<'_, '_>) -> bool {
    let named = directive.word(0).is_some_and(|word| word.eq_ignore_ascii_case("cache-control"));
    let expires = here.block.first("expires").is_some_and(|each| !each.has("off"));
    named && expires
}

/// Cookies for whoever asks: any origin is named, and credentials are allowed beside it.
fn opens_to_all(directive: &Directive, here: &Here<'_, '_>) -> bool {
    let names_any = directive
        .word(0)
        .is_some_and(|word| word.eq_ignore_ascii_case("access-control-allow-origin"))
        && directive.word(1).is_some_and(|word| {
            matches!(word, "*" | "$http_origin" | "${http_origin}") || repeats_origin(word, here)
        });
    let allows = |each: &Directive| {
        each.word(0)
            .is_some_and(|word| word.eq_ignore_ascii_case("access-control-allow-credentials"))
            && each.word(1).is_some_and(|word| word.eq_ignore_ascii_case("true"))
    };
    // What is written in the configuration is nothing that cookies give access to.
    let mut returned = here.block.named("return").filter_map(|each| each.word(1));
    let is_fixed = returned.any(|text| !text.contains('$'));
    names_any && !here.in_if && !is_fixed && here.block.named("add_header").any(allows)
}

/// Whether a `map` gives a variable the origin that was sent, whichever it is.
fn repeats_origin(word: &str, here: &Here<'_, '_>) -> bool {
    let mut maps = here.http.named("map").filter(|map| map.word(1) == Some(word));
    let is_any = |entry: &Directive| {
        entry.name == "default" && matches!(entry.word(0), Some("$http_origin" | "${http_origin}"))
    };
    maps.any(|map| map.inside().directives.iter().any(is_any))
}

/// What servers together do: several on a socket with none as default, one name twice.
pub(super) fn of_servers(http: &Block, found: &mut Found) {
    type Socket = (Option<String>, Option<u16>);
    let mut sockets: BTreeMap<Socket, Vec<(&Directive, bool)>> = BTreeMap::new();
    for server in http.named("server").filter(|server| server.inside().rest.is_none()) {
        let mut listens: Vec<Listen<'_>> =
            server.inside().named("listen").map(Listen::of).collect();
        if listens.is_empty() {
            listens.push(Listen::unsaid());
        }
        for listen in listens.iter().filter(|listen| !listen.is_templated()) {
            sockets.entry(listen.socket()).or_default().push((server, listen.is_default()));
        }
    }
    for servers in sockets.values() {
        twice_named(servers, found);
        if let (true, [_, (second, _), ..]) =
            (servers.iter().all(|(_, default)| !default), servers.as_slice())
        {
            found.add("no-default-server", second);
        }
    }
}

fn twice_named(servers: &[(&Directive, bool)], found: &mut Found) {
    let mut seen: Vec<(String, &Directive)> = Vec::new();
    for (server, _) in servers {
        let mut own: Vec<(String, &Directive)> = Vec::new();
        for directive in server.inside().named("server_name").filter(|each| !each.is_templated()) {
            for name in directive.words.iter().map(|word| word.text.to_lowercase()) {
                let is_same = |(known, at): &(String, &Directive)| {
                    *known == name && !at.is_alternative_to(directive)
                };
                let is_own = own.iter().any(|(known, _)| *known == name);
                if name != "_" && !is_own && seen.iter().any(is_same) {
                    found.add("server-name-taken", directive);
                }
                own.push((name, directive));
            }
        }
        seen.extend(own);
    }
}
