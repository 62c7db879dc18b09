//! The facts about one location.

use super::answer::Answer;
use super::scope::{Headers, Scope, Setting};
use super::server::{Location, Server};
use super::syntax::Directive;
use super::{files_served, proxy};
use crate::fact::{Fact, Ignorance, List, Record, Value};

/// The facts about a location. `behind` is why something before nginx seems to encrypt, if it does.
pub(super) fn facts(
    server: &Server<'_>,
    location: &Location<'_>,
    behind: Option<&Ignorance>,
) -> Fact {
    let at = location.directive;
    let headers = location.scope.headers();
    let mut fields: Vec<(&str, Fact)> = vec![
        ("path", at.states(location.path)),
        ("modifier", at.states(location.modifier)),
        ("server", server_label(server, at)),
        ("tls", told(server.tls(), server, at)),
        ("plain", told(server.plain(), server, at)),
        ("behind-proxy", behind_proxy(behind)),
        ("lost-headers", lost(&headers, at)),
        ("headers", record(&headers, at)),
        ("autoindex", location.scope.fact("autoindex", on_or_off, || at.defaults(false))),
        ("internal", at.states(location.block().first("internal").is_some())),
        ("limited", limited(location)),
        ("client-max-body-size-bytes", body_size(&location.scope, at)),
    ];
    fields.extend(proxy::facts(location));
    fields.extend(files_served::facts(server, location));
    Fact::literal(Value::record(fields), at.place.clone())
}

/// Something told of a server, or why it cannot be.
pub(super) fn told(truth: Option<bool>, server: &Server<'_>, at: &Directive) -> Fact {
    match (truth, server.rest()) {
        (Some(truth), _) => at.states(truth),
        (None, Some(why)) => Fact::derived(Value::Unknown(why.clone())),
        (None, None) => Fact::unknown("the server is not in the project"),
    }
}

fn server_label(server: &Server<'_>, at: &Directive) -> Fact {
    if server.is_elsewhere {
        return told(None, server, at);
    }
    at.states(server.label())
}

fn behind_proxy(behind: Option<&Ignorance>) -> Fact {
    behind.map_or_else(|| Fact::derived(false), |why| Fact::derived(Value::Unknown(why.clone())))
}

/// The names of headers that are dropped, at the first directive that drops them.
pub(super) fn lost(headers: &Headers<'_>, at: &Directive) -> Fact {
    let items = headers.lost.iter().map(|lost| lost.directive.states(lost.name.as_str())).collect();
    let list = Value::from(List { items, rest: headers.lost_rest.cloned() });
    let dropping = headers.added.first().map_or(at, |header| header.directive);
    dropping.states(list)
}

/// The headers that are added, by their names.
pub(super) fn record(headers: &Headers<'_>, at: &Directive) -> Fact {
    let fields = headers.added.iter().map(|header| (header.name.clone(), header.fact()));
    at.states(Value::from(Record::new(fields, headers.rest.cloned())))
}

/// The truth that `on` or `off` states.
pub(super) fn on_or_off(directive: &Directive) -> Fact {
    directive.states(directive.word(0) != Some("off"))
}

fn limited(location: &Location<'_>) -> Fact {
    match location.scope.together("limit_req") {
        (found, _) if !found.is_empty() => {
            found.first().map_or_else(Fact::absent, |at| at.states(true))
        }
        (_, Some(why)) => Fact::derived(Value::Unknown(why.clone())),
        (_, None) => location.directive.states(false),
    }
}

/// The largest request body in force.
pub(super) fn body_size(scope: &Scope<'_>, at: &Directive) -> Fact {
    let states = |directive: &Directive| match directive.word(0).and_then(bytes) {
        Some(bytes) => directive.states(bytes),
        None => directive.hides(format!("`{}` is no size", directive.text())),
    };
    scope.fact("client_max_body_size", states, || at.defaults(1 << 20))
}

/// A size as nginx writes it: `512`, `64k`, `5m`, `1g`.
fn bytes(text: &str) -> Option<i64> {
    let unit = |letter: char| match letter {
        'k' | 'K' => Some(10),
        'm' | 'M' => Some(20),
        'g' | 'G' => Some(30),
        _ => None,
    };
    let last = text.chars().last()?;
    let (number, shift) =
        unit(last).map_or((text, 0), |shift| (text.trim_end_matches(last), shift));
    number.parse::<i64>().ok()?.checked_mul(1 << shift)
}

/// Whether a location gives content at all, and does not only redirect or refuse.
pub(super) fn gives_content(server: &Server<'_>, location: &Location<'_>) -> bool {
    let answers = |plain| {
        matches!(location.answer(plain), Answer::Content | Answer::Hidden(_))
            && !sends_away(server, plain)
    };
    (server.plain() != Some(false) && answers(true))
        || (server.tls() != Some(false) && answers(false))
}

/// Whether the server answers before any location does.
fn sends_away(server: &Server<'_>, plain: bool) -> bool {
    let early = server.directive.inside().directives.iter().any(|each| {
        matches!(each.name.as_str(), "return" | "rewrite")
            || (each.name == "if" && each.block.is_some())
    });
    early && matches!(server.answer(plain), Answer::Redirect(_) | Answer::Refusal)
}

/// The text that the nearest directive of a name states; absent if there is none.
pub(super) fn text(scope: &Scope<'_>, name: &str) -> Fact {
    match scope.nearest(name) {
        Setting::Found(directive) => directive.states_word(0),
        Setting::Unset => Fact::absent(),
        Setting::Hidden(why) => Fact::derived(Value::Unknown(why.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_have_units() {
        for (text, size) in [
            ("5m", Some(5 << 20)),
            ("0", Some(0)),
            ("1G", Some(1 << 30)),
            ("x", None),
            ("9999999999g", None),
            ("", None),
        ] {
            assert_eq!(bytes(text), size, "{text}");
        }
    }
}
