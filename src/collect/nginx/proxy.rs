//! What a location hands on, where to, and what it tells the application about the visitor.

use super::chosen;
use super::flow;
use super::scope::Scope;
use super::server::Location;
use super::syntax::Directive;
use crate::fact::{Fact, List, Value};

const PASSES: &[(&str, &str)] = &[
    ("proxy_pass", "http"),
    ("uwsgi_pass", "uwsgi"),
    ("fastcgi_pass", "fastcgi"),
    ("grpc_pass", "grpc"),
    ("scgi_pass", "scgi"),
];

/// Names by which stores of files are reached.
const FILE_STORES: &[&str] = &["minio", "seaweedfs", "rustfs"];
/// Variables that no visitor decides.
const OF_NGINX: &[&str] = &["scheme", "server_name", "server_addr", "server_port", "hostname"];

/// The directive by which a location hands requests on, and how; also from within an `if`.
pub(super) fn pass<'t>(location: &Location<'t>) -> Option<(&'t Directive, &'static str)> {
    let block = location.block();
    let conditional = block.named("if").map(Directive::inside);
    std::iter::once(block)
        .chain(conditional)
        .find_map(|block| PASSES.iter().find_map(|(name, kind)| Some((block.first(name)?, *kind))))
}

/// The facts about what a location hands on.
pub(super) fn facts(location: &Location<'_>) -> Vec<(&'static str, Fact)> {
    let at = location.directive;
    let Some((directive, kind)) = pass(location) else {
        return without_pass(location);
    };
    let mut fields = vec![
        ("proxies", directive.states(kind == "http")),
        ("passes", directive.states(kind)),
        ("hidden-headers", hidden_headers(&location.scope)),
    ];
    if kind != "http" {
        return fields;
    }
    let target = resolved(directive.word(0).unwrap_or_default(), &location.scope);
    let known = |fact: Fact| if directive.is_templated() { directive.filled_in() } else { fact };
    fields.extend([
        ("proxy-pass", known(directive.states(target.as_str()))),
        ("external", known(directive.states(is_external(&target)))),
        ("target-from-request", known(target_from_request(location, directive))),
        ("forwarded-proto", set_header(location, "x-forwarded-proto", at)),
        ("forwarded-for", set_header(location, "x-forwarded-for", at)),
        ("real-ip", set_header(location, "x-real-ip", at)),
        ("host", host(location)),
    ]);
    fields
}

fn without_pass(location: &Location<'_>) -> Vec<(&'static str, Fact)> {
    let proxies = match &location.block().rest {
        Some(why) => Fact::derived(Value::Unknown(why.clone())),
        None => location.directive.states(false),
    };
    let external = Fact { value: Value::Absent, ..proxies.clone() };
    let external = if proxies.value.bool().is_none() { proxies.clone() } else { external };
    vec![("proxies", proxies), ("external", external)]
}

fn hidden_headers(scope: &Scope<'_>) -> Fact {
    let (found, rest) = scope.together("proxy_hide_header");
    let items = found
        .into_iter()
        .filter_map(|each| Some(each.states(each.word(0)?.to_lowercase())))
        .collect();
    Fact::derived(List { items, rest: rest.cloned() })
}

/// What a header of the request is set to; absent if it is not, or set to nothing.
fn set_header(location: &Location<'_>, name: &str, at: &Directive) -> Fact {
    let (found, rest) = location.scope.together("proxy_set_header");
    let set = found
        .into_iter()
        .find(|each| each.word(0).is_some_and(|word| word.eq_ignore_ascii_case(name)));
    match (set, rest) {
        (Some(directive), _) if directive.word(1) == Some("") => directive.states(Value::Absent),
        (Some(directive), _) if directive.is_templated() => directive.filled_in(),
        (Some(directive), _) => {
            let text = resolved(directive.word(1).unwrap_or_default(), &location.scope);
            let http = location.scope.http();
            let chosen = http.and_then(|http| chosen::with_variables(http, directive, &text));
            chosen.unwrap_or_else(|| directive.states(text))
        }
        (None, Some(why)) => Fact::derived(Value::Unknown(why.clone())),
        (None, None) => at.states(Value::Absent),
    }
}

fn host(location: &Location<'_>) -> Fact {
    let set = set_header(location, "host", location.directive);
    match set.value {
        Value::Absent => location.directive.defaults("$proxy_host"),
        _ => set,
    }
}

/// A text with the variables replaced that a `set` in force gives a plain text.
pub(super) fn resolved(text: &str, scope: &Scope<'_>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        let (before, variable) = rest.split_at(start);
        out.push_str(before);
        let length = variable_length(variable);
        let (written, after) = variable.split_at(length);
        let name = format!("${}", written.trim_matches(['$', '{', '}']));
        let (set, _) = scope.together("set");
        let plain = set
            .iter()
            .rev()
            .find(|each| each.word(0) == Some(name.as_str()))
            .and_then(|each| each.word(1))
            .filter(|value| !value.contains('$'));
        out.push_str(plain.unwrap_or(written));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The length of a variable at the start of a text: `$name` or `${name}`.
fn variable_length(text: &str) -> usize {
    if text.starts_with("${") {
        return text.find('}').map_or(text.len(), |end| end + 1);
    }
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    1 + text.chars().skip(1).take_while(|c| name(*c)).count()
}

/// The host of a target, with its variables: what stands between the scheme and the path.
fn host_part(target: &str) -> &str {
    let rest = target.split_once("://").map_or(target, |(_, rest)| rest);
    // These begin with a slash.
    let end = ["/", "$request_uri", "$uri", "$document_uri"]
        .iter()
        .filter_map(|start| rest.find(start))
        .min()
        .unwrap_or(rest.len());
    rest.get(..end).unwrap_or(rest)
}

/// Whether a target is no program of the project: a site of the public internet, which is encrypted and has a
/// full name, or a store of files.
fn is_external(target: &str) -> bool {
    let host = host_part(target).split(':').next().unwrap_or_default();
    if FILE_STORES.contains(&host) {
        return true;
    }
    let private = [".internal", ".local", ".svc", ".lan", ".cluster"];
    target.starts_with("https://")
        && host.contains('.')
        && !host.contains('$')
        && host.ends_with(|c: char| c.is_ascii_alphabetic())
        && !private.iter().any(|ending| host.contains(ending))
}

/// Whether the visitor decides to which host requests go.
fn target_from_request(location: &Location<'_>, at: &Directive) -> Fact {
    if location.block().first("internal").is_some() {
        return at.states(false);
    }
    let mut doubt = None;
    for target in flow::targets(at.word(0).unwrap_or_default(), &location.scope) {
        let deciding = match target.split_once("://") {
            Some((scheme, _)) => format!("{scheme} {}", host_part(&target)),
            None => flow::first_variable(&target)
                .map_or_else(String::new, |(name, _)| format!("${name}")),
        };
        for name in flow::leaves(&deciding, &location.scope) {
            if is_of_visitor(&name, location) {
                return at.states(true);
            }
            if !OF_NGINX.contains(&name.as_str()) {
                doubt = Some(format!("where requests go depends on `${name}`"));
            }
        }
    }
    doubt.map_or_else(|| at.states(false), |why| at.hides(why))
}

/// Whether a variable says what the visitor wrote: in the request, or in the part of its path that a group of
/// an expression takes.
fn is_of_visitor(name: &str, location: &Location<'_>) -> bool {
    let path = location.path.to_lowercase();
    ["http_", "arg_", "cookie_"].iter().any(|prefix| name.starts_with(prefix))
        || matches!(name, "args" | "query_string" | "request_uri" | "uri")
        || name.chars().all(|c| c.is_ascii_digit())
        || ["(?<", "(?p<"].iter().any(|start| path.contains(&format!("{start}{name}>")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_target_ends_where_its_path_begins() {
        for (target, host) in [
            ("http://app:8000", "app:8000"),
            ("http://app/x/$1", "app"),
            ("http://app$request_uri", "app"),
            ("http://$arg_host/x", "$arg_host"),
            ("https://a.example.com/", "a.example.com"),
        ] {
            assert_eq!(host_part(target), host, "{target}");
        }
    }

    #[test]
    fn only_public_sites_are_external() {
        for (target, external) in [
            ("https://bucket.s3.amazonaws.com/x", true),
            ("http://app:8000", false),
            ("https://app", false),
            ("https://10.0.0.1", false),
            ("http://minio:9000/media/", true),
            ("https://api.svc.cluster.local", false),
        ] {
            assert_eq!(is_external(target), external, "{target}");
        }
    }
}
