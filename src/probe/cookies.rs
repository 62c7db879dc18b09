//! The cookies that the site sets: what protects each of them. Their values are never kept.

use std::collections::BTreeMap;

use super::answers::{Answers, Exchanged};
use super::front_page::front_page;
use super::question::Question;
use super::{Probe, Site, all_unknown};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};
use crate::grammar::set_cookie::{Cookie, Ends, SameSite, set_cookie};

/// Looks at every answer over HTTPS, and asks for the pages that the user named.
pub struct Cookies;

const COOKIE: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The name."),
    FactSpec::new("kind", Kind::Text, "`session`, `csrf` or `other`, told from the name."),
    FactSpec::new("secure", Kind::Bool, "Whether it travels over HTTPS only."),
    FactSpec::new("http-only", Kind::Bool, "Whether scripts cannot read it."),
    FactSpec::new("same-site", Kind::Text, "`Strict`, `Lax` or `None`; absent if it does not say."),
    FactSpec::new("domain", Kind::Text, "The domain all of whose hosts get it; absent if none."),
    FactSpec::new("path", Kind::Text, "The path it is for; absent if it does not say."),
    FactSpec::new(
        "kept-seconds",
        Kind::Number,
        "For how long browsers keep it, as its `Max-Age` says; absent if they forget it when they are closed.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "prefix-kept",
        Kind::Bool,
        "Whether it keeps what `__Host-` or `__Secure-` in its name promises; absent without one.",
    ),
];

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.cookies",
        Kind::List(&Kind::Record(COOKIE)),
        "The cookies set by the pages that were asked for, by name.",
    ),
    FactSpec::new(
        "live.session-cookie",
        Kind::Record(COOKIE),
        "The session cookie, if one of the pages set it; of several the least protected.",
    ),
    FactSpec::new(
        "live.csrf-cookie",
        Kind::Record(COOKIE),
        "The cookie against forged requests, if one of the pages set it.",
    ),
];

impl Probe for Cookies {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        site.pages().into_iter().map(Question::Page).collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let seen = cookies(site, answers);
        // Without the front page nothing can be said about cookies that were not seen.
        if seen.is_empty()
            && let Err(unknown) = front_page(site, answers)
        {
            return all_unknown(SPECS, &unknown);
        }
        let items: Vec<Fact> = seen.iter().map(|(cookie, page)| described(cookie, *page)).collect();
        let mut facts = Facts::default();
        facts.put("live.cookies", Fact::derived(items));
        for (kind, path) in [("session", "live.session-cookie"), ("csrf", "live.csrf-cookie")] {
            let worst = seen.iter().filter(|(cookie, _)| kind_of(&cookie.name) == kind).min_by_key(
                |(cookie, _)| (cookie.secure, cookie.http_only, cookie.same_site.is_some()),
            );
            let fact =
                worst.map_or_else(|| unseen(kind), |(cookie, page)| described(cookie, *page));
            facts.put(path, fact);
        }
        facts
    }
}

/// Every cookie that an answer over HTTPS sets, by name, as it is set first: answers come in the order of
/// their addresses, and of one address the plain question comes before those with headers.
fn cookies<'a>(site: &Site, answers: &'a Answers) -> Vec<(Cookie, Exchanged<'a>)> {
    let mut seen = BTreeMap::new();
    for page in answers.pages().filter(|page| site.has(&page.request.url)) {
        for cookie in page.response.values("set-cookie").filter_map(set_cookie) {
            if !cookie.removes {
                seen.entry(cookie.name.clone()).or_insert((cookie, page));
            }
        }
    }
    seen.into_values().collect()
}

fn described(cookie: &Cookie, page: Exchanged<'_>) -> Fact {
    let line = page
        .response
        .values("set-cookie")
        .find(|line| line.trim_start().starts_with(&format!("{}=", cookie.name)))
        .map(|line| {
            let attributes = line.split_once(';').map_or("", |(_, attributes)| attributes);
            let separator = if attributes.is_empty() { "" } else { ";" };
            format!("set-cookie: {}=***{separator}{attributes}", cookie.name)
        });
    let place = page.place_with(line.into_iter());
    let at = |value: Value| Fact::live(value, place.clone());
    let text = |text: Option<&str>| at(text.map_or(Value::Absent, Value::from));
    let kept = prefix_kept(cookie).map_or(Value::Absent, Value::Bool);
    at(Value::record([
        ("name", at(cookie.name.as_str().into())),
        ("kind", at(kind_of(&cookie.name).into())),
        ("secure", at(cookie.secure.into())),
        ("http-only", at(cookie.http_only.into())),
        ("same-site", text(cookie.same_site.map(SameSite::word))),
        ("domain", text(cookie.domain.as_deref())),
        ("path", text(cookie.path.as_deref())),
        ("kept-seconds", at(kept_for(cookie))),
        ("prefix-kept", at(kept)),
    ]))
}

/// A day is told by a clock that is not ours.
fn kept_for(cookie: &Cookie) -> Value {
    match cookie.ends {
        Ends::After(seconds) => Value::Int(seconds),
        Ends::OnDay => Value::Unknown(Ignorance::new("only `Expires` says it")),
        Ends::WithBrowser => Value::Absent,
    }
}

fn unseen(kind: &str) -> Fact {
    let why = format!("no page that was asked for sets a {kind} cookie");
    Fact::derived(Ignorance::new(why))
}

/// Names that frameworks give to session cookies, without regard to case.
const SESSION_NAMES: &[&str] = &[
    "sessionid",
    "session",
    "sid",
    "connect.sid",
    "phpsessid",
    "jsessionid",
    "asp.net_sessionid",
    "laravel_session",
    "sails.sid",
    "koa.sess",
    "koa:sess",
    "next-auth.session-token",
    "authjs.session-token",
    "access_token",
    "refresh_token",
];

/// What a cookie is for, told from its name.
fn kind_of(name: &str) -> &'static str {
    let name = name.to_ascii_lowercase();
    let name =
        name.strip_prefix("__host-").or_else(|| name.strip_prefix("__secure-")).unwrap_or(&name);
    if name.contains("csrf") || name.contains("xsrf") {
        "csrf"
    } else if SESSION_NAMES.contains(&name)
        || name.ends_with("_session")
        || name.ends_with("sessionid")
    {
        "session"
    } else {
        "other"
    }
}

/// What the prefix of the name promises (RFC 6265bis §4.1.3); nothing without one. Browsers throw a
/// cookie away that breaks the promise.
fn prefix_kept(cookie: &Cookie) -> Option<bool> {
    let name = cookie.name.to_ascii_lowercase();
    if name.starts_with("__host-") {
        return Some(
            cookie.secure && cookie.domain.is_none() && cookie.path.as_deref() == Some("/"),
        );
    }
    name.starts_with("__secure-").then_some(cookie.secure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_told_apart_by_their_names() {
        for (name, kind) in [
            ("sessionid", "session"),
            ("__Host-sessionid", "session"),
            ("PHPSESSID", "session"),
            ("_shop_session", "session"),
            ("csrftoken", "csrf"),
            ("XSRF-TOKEN", "csrf"),
            ("theme", "other"),
            ("heroku-session-affinity", "other"),
        ] {
            assert_eq!(kind_of(name), kind, "{name}");
        }
    }

    #[test]
    fn a_prefix_is_a_promise() {
        for (line, kept) in [
            ("__Host-a=1; Secure; Path=/", Some(true)),
            ("__Host-a=1; Secure; Path=/; Domain=shop.test", Some(false)),
            ("__Host-a=1; Secure", Some(false)),
            ("__Secure-a=1; Secure", Some(true)),
            ("__Secure-a=1", Some(false)),
            ("a=1", None),
        ] {
            assert_eq!(prefix_kept(&set_cookie(line).unwrap()), kept, "{line}");
        }
    }
}
