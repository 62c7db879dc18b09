//! The facts about one server.

use super::answer::Answer;
use super::location::{body_size, lost, on_or_off, record, told};
use super::scope::{Headers, Scope, Setting};
use super::server::Server;
use super::syntax::Directive;
use super::version::Version;
use super::{hsts, proxy};
use crate::fact::{Fact, Ignorance, List, Origin, Value};

/// The facts about a server. `behind` is why something before nginx seems to encrypt, if it does.
pub(super) fn facts(server: &Server<'_>, behind: Option<&Ignorance>, version: &Version) -> Fact {
    let at = server.directive;
    let headers = page_headers(server);
    let own = server.scope.headers();
    let mut fields: Vec<(&str, Fact)> = vec![
        ("names", names(server)),
        ("catch-all", catch_all(server)),
        ("default", at.states(server.is_default())),
        ("listens", listens(server)),
        ("ports", ports(server)),
        ("tls", told(server.tls(), server, at)),
        ("plain", told(server.plain(), server, at)),
        ("public", at.states(server.is_public)),
        ("refuses", refuses(server)),
        ("redirects", at.states(only_redirects(server))),
        ("server-tokens", server.scope.fact("server_tokens", on_or_off, || at.defaults(true))),
        ("client-max-body-size-bytes", body_size(&server.scope, at)),
        ("client-header-timeout-seconds", seconds(&server.scope, "client_header_timeout", at)),
        ("client-body-timeout-seconds", seconds(&server.scope, "client_body_timeout", at)),
        ("send-timeout-seconds", seconds(&server.scope, "send_timeout", at)),
        ("proxies", at.states(proxies(server))),
        ("headers", record(&headers, at)),
        ("lost-headers", lost(&own, at)),
    ];
    fields.extend(hsts::facts(&headers));
    fields.extend(redirect(server, behind));
    if server.tls() != Some(false) {
        fields.extend(tls(server, version));
    }
    Fact::literal(Value::record(fields), at.place.clone())
}

/// The headers of answers for `/`.
pub(super) fn page_headers<'t>(server: &Server<'t>) -> Headers<'t> {
    match server.handler("/") {
        Some(location) => location.scope.headers(),
        None => server.scope.headers(),
    }
}

/// Whether one of its locations hands requests to an application.
pub(super) fn proxies(server: &Server<'_>) -> bool {
    server.locations.iter().any(|location| proxy::pass(location).is_some())
}

/// Whether it does nothing but send visitors elsewhere.
pub(super) fn only_redirects(server: &Server<'_>) -> bool {
    let redirects = |plain| matches!(server.answer(plain), Answer::Redirect(_));
    (server.plain() != Some(true) || redirects(true))
        && (server.tls() != Some(true) || redirects(false))
}

/// Whether it refuses every request.
pub(super) fn refuses_all(server: &Server<'_>) -> bool {
    let refuses = |plain| matches!(server.answer(plain), Answer::Refusal);
    (server.plain() != Some(true) || refuses(true))
        && (server.tls() != Some(true) || refuses(false))
}

fn refuses(server: &Server<'_>) -> Fact {
    server.directive.states(refuses_all(server))
}

fn names(server: &Server<'_>) -> Fact {
    let block = server.directive.inside();
    let items = block
        .named("server_name")
        .flat_map(|directive| (0..directive.words.len()).map(|index| directive.states_word(index)))
        .collect();
    let list = Value::from(List { items, rest: server.rest().cloned() });
    block.first("server_name").unwrap_or(server.directive).states(list)
}

fn catch_all(server: &Server<'_>) -> Fact {
    let at = server.directive.inside().first("server_name").unwrap_or(server.directive);
    match (server.is_catch_all(), server.rest()) {
        (true, Some(why)) => Fact::derived(Value::Unknown(why.clone())),
        (true, None) if at.is_templated() => at.filled_in(),
        (catches, _) => at.states(catches),
    }
}

fn listens(server: &Server<'_>) -> Fact {
    let at = server.directive;
    let items = server
        .listens
        .iter()
        .map(|listen| listen.directive.unwrap_or(at).states(listen.text.as_str()))
        .collect();
    at.states(Value::from(List { items, rest: server.rest().cloned() }))
}

fn ports(server: &Server<'_>) -> Fact {
    let at = server.directive;
    let items = server
        .listens
        .iter()
        .filter_map(|listen| {
            let stated = listen.directive.unwrap_or(at);
            match listen.port {
                Some(port) => Some(stated.states(i64::from(port))),
                None if listen.is_templated() => Some(stated.filled_in()),
                None => None,
            }
        })
        .collect();
    at.states(Value::from(List { items, rest: server.rest().cloned() }))
}

/// Whether it sends every plain request to HTTPS; absent if it takes none.
pub(super) fn redirects_to_https(server: &Server<'_>, behind: Option<&Ignorance>) -> Fact {
    let at = server.directive;
    if server.plain() == Some(false) {
        return Fact::absent();
    }
    let no = |at: &Directive| match behind {
        Some(why) => Fact::derived(Value::Unknown(why.clone())).at(at.place.clone()),
        None => at.states(false),
    };
    match server.answer(true) {
        Answer::Redirect(redirect) => match redirect.to_https() {
            Some(true) => redirect.directive.states(true),
            Some(false) => no(redirect.directive),
            None => redirect
                .directive
                .hides(format!("a variable decides where \"{}\" leads", redirect.target)),
        },
        Answer::Hidden(why) => Fact::derived(Value::Unknown(why)),
        Answer::Content | Answer::Refusal => no(at),
    }
}

fn redirect(server: &Server<'_>, behind: Option<&Ignorance>) -> Vec<(&'static str, Fact)> {
    let mut fields = vec![("redirects-to-https", redirects_to_https(server, behind))];
    if server.plain() != Some(false)
        && let Answer::Redirect(redirect) = server.answer(true)
    {
        let at = redirect.directive;
        fields.extend([
            ("redirect-status", at.states(redirect.status)),
            ("redirect-target", at.states(redirect.target)),
            ("redirect-keeps-path", at.states(redirect.keeps_path())),
        ]);
    }
    fields
}

fn tls(server: &Server<'_>, version: &Version) -> Vec<(&'static str, Fact)> {
    let at = server.directive;
    let words = |directive: &Directive| {
        let items =
            directive.words.iter().map(|word| directive.states(word.text.as_str())).collect();
        directive.states(Value::list(items))
    };
    let first = |directive: &Directive| directive.states_word(0);
    let by_listen = server.listens.iter().find(|listen| listen.has("http2"));
    let http2 = match by_listen.and_then(|listen| listen.directive) {
        Some(listen) => listen.states(true),
        None => server.scope.fact("http2", on_or_off, || at.defaults(false)),
    };
    vec![
        (
            "ssl-protocols",
            server.scope.fact("ssl_protocols", words, || version.default_protocols(at)),
        ),
        (
            "ssl-ciphers",
            server.scope.fact("ssl_ciphers", first, || at.defaults("HIGH:!aNULL:!MD5")),
        ),
        ("certificate", server.scope.fact("ssl_certificate", first, Fact::absent)),
        ("http2", http2),
    ]
}

/// A time in whole seconds; nginx's default for the three that are asked here is a minute.
fn seconds(scope: &Scope<'_>, name: &str, at: &Directive) -> Fact {
    match scope.nearest(name) {
        Setting::Found(directive) if directive.is_templated() => directive.filled_in(),
        Setting::Found(directive) => match directive.word(0).and_then(whole_seconds) {
            Some(seconds) => directive.states(seconds),
            None => directive.hides(format!("`{}` is no time", directive.text())),
        },
        Setting::Unset => Fact::derived(60).from_origin(Origin::Default).at(at.place.clone()),
        Setting::Hidden(why) => Fact::derived(Value::Unknown(why.clone())),
    }
}

/// A time as nginx writes it: `15`, `15s`, `500ms`, `1m30s`, `1h`.
fn whole_seconds(text: &str) -> Option<i64> {
    let mut milliseconds = 0_i64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let factor = match unit.trim() {
            "ms" => 1,
            "s" | "" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        let part = number.parse::<i64>().ok()?.checked_mul(factor)?;
        milliseconds = milliseconds.checked_add(part)?;
        rest = after;
    }
    (!text.is_empty()).then_some(milliseconds / 1_000)
}

#[cfg(test)]
mod tests {
    use super::whole_seconds;

    #[test]
    fn times_have_units() {
        for (text, seconds) in [
            ("15", Some(15)),
            ("15s", Some(15)),
            ("1m30s", Some(90)),
            ("500ms", Some(0)),
            ("1h", Some(3600)),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(whole_seconds(text), seconds, "{text}");
        }
    }
}
