//! The test of cookies: what a client would keep of those that the front page sets on its way.
//!
//! The jar is that of the Observatory's client (tough-cookie 5), which is not that of a browser: an expired
//! cookie stays in it until a request looks for cookies to send, and what it refuses was never set.

use url::Url;

use super::verdict::{Verdict, fail, pass};
use crate::fact::Ignorance;
use crate::grammar::registered_domain::registered_domain;
use crate::grammar::set_cookie::set_cookie;
use crate::probe::answers::Exchanged;

const BEST: Verdict = pass("cookies-secure-with-httponly-sessions-and-samesite", 5);
const SECURE: Verdict = pass("cookies-secure-with-httponly-sessions", 0);
const NONE: Verdict = pass("cookies-not-found", 0);
const PLAIN_BUT_HSTS: Verdict = fail("cookies-without-secure-flag-but-protected-by-hsts", -5);
const PLAIN: Verdict = fail("cookies-without-secure-flag", -20);
const SESSION_PLAIN_BUT_HSTS: Verdict =
    fail("cookies-session-without-secure-flag-but-protected-by-hsts", -10);
const SAME_SITE_INVALID: Verdict = fail("cookies-samesite-flag-invalid", -20);
const CSRF_ANYWHERE: Verdict = fail("cookies-anticsrf-without-samesite-flag", -20);
const SESSION_IN_SCRIPTS: Verdict = fail("cookies-session-without-httponly-flag", -30);
const SESSION_PLAIN: Verdict = fail("cookies-session-without-secure-flag", -40);

/// From bad to worst.
const WORSE: [Verdict; 7] = [
    PLAIN_BUT_HSTS,
    PLAIN,
    SESSION_PLAIN_BUT_HSTS,
    SAME_SITE_INVALID,
    CSRF_ANYWHERE,
    SESSION_IN_SCRIPTS,
    SESSION_PLAIN,
];

/// A load balancer's own cookie, which nobody can change.
const IGNORED: &str = "heroku-session-affinity";

/// A cookie in the jar.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a cookie has as many flags")]
struct Kept {
    name: String,
    domain: String,
    path: String,
    host_only: bool,
    secure: bool,
    http_only: bool,
    same_site: Option<String>,
    expired: bool,
}

impl Kept {
    /// Whether it is sent with a request.
    fn goes_to(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let below = host.strip_suffix(&self.domain).is_some_and(|rest| rest.ends_with('.'));
        let to_host = host == self.domain || (below && !self.host_only);
        let rest = url.path().strip_prefix(self.path.as_str());
        let to_path = rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/')
        });
        to_host && to_path && (!self.secure || url.scheme() == "https")
    }
}

/// Judges the cookies of a session's answers, after the jar was looked into for further requests. Whether the
/// site keeps browsers on HTTPS matters only where a cookie may travel in plain.
pub(super) fn cookies(
    route: &[Exchanged<'_>],
    further: &[Url],
    hsts_passed: Result<bool, Ignorance>,
) -> Result<Verdict, Ignorance> {
    let mut jar = jar(route);
    for url in further {
        look_into(&mut jar, url);
    }
    let kept: Vec<&Kept> =
        jar.iter().filter(|cookie| !cookie.name.is_empty() && cookie.name != IGNORED).collect();
    if kept.is_empty() {
        return Ok(NONE);
    }
    let by_hsts = if kept.iter().all(|cookie| cookie.secure) { false } else { hsts_passed? };
    let lines = route.last().into_iter().flat_map(|page| page.response.values("set-cookie"));
    let invalid = lines.filter(|line| has_invalid_same_site(line)).map(|_| SAME_SITE_INVALID);
    let faults = kept.iter().flat_map(|cookie| faults(cookie, by_hsts)).chain(invalid);
    let worst = faults.max_by_key(|fault| WORSE.iter().position(|known| known == fault));
    let all_same_site = kept.iter().all(|cookie| cookie.same_site.is_some());
    Ok(worst.unwrap_or(if all_same_site { BEST } else { SECURE }))
}

fn faults(cookie: &Kept, by_hsts: bool) -> Vec<Verdict> {
    let name = cookie.name.to_lowercase();
    let session = name.contains("login") || name.contains("sess");
    let mut faults = Vec::new();
    if !cookie.secure {
        if cookie.same_site.as_deref() == Some("none") {
            faults.push(SAME_SITE_INVALID);
        }
        faults.push(if by_hsts { PLAIN_BUT_HSTS } else { PLAIN });
        if session {
            faults.push(if by_hsts { SESSION_PLAIN_BUT_HSTS } else { SESSION_PLAIN });
        }
    }
    if name.contains("csrf") && cookie.same_site.is_none() {
        faults.push(CSRF_ANYWHERE);
    }
    if session && !cookie.http_only {
        faults.push(SESSION_IN_SCRIPTS);
    }
    faults
}

/// Whether a line has a `SameSite` that is none of the three words.
fn has_invalid_same_site(line: &str) -> bool {
    line.split(';').any(|part| {
        let mut sides = part.trim().split('=');
        let name = sides.next().unwrap_or_default().trim().to_lowercase();
        let value = sides.next().unwrap_or_default().trim().to_lowercase();
        name == "samesite" && !["lax", "strict", "none"].contains(&value.as_str())
    })
}

/// The cookies that are kept of all answers; a later one takes the place of an earlier one that has its
/// name, domain and path.
fn jar(route: &[Exchanged<'_>]) -> Vec<Kept> {
    let mut jar: Vec<Kept> = Vec::new();
    for page in route {
        look_into(&mut jar, &page.request.url);
        for line in page.response.values("set-cookie") {
            let Some(cookie) = kept(line, &page.request.url) else {
                continue;
            };
            let same = |known: &&mut Kept| {
                (&known.name, &known.domain, &known.path)
                    == (&cookie.name, &cookie.domain, &cookie.path)
            };
            match jar.iter_mut().find(same) {
                Some(known) => *known = cookie,
                None => jar.push(cookie),
            }
        }
    }
    jar
}

/// Looks for cookies to send; those that have expired are thrown away.
fn look_into(jar: &mut Vec<Kept>, url: &Url) {
    jar.retain(|cookie| !(cookie.expired && cookie.goes_to(url)));
}

/// The cookie of a line, unless it is refused.
fn kept(line: &str, url: &Url) -> Option<Kept> {
    let line = line.trim();
    let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
    let (name, value) = pair.split_once('=')?;
    let control = |text: &str| text.chars().any(|c| c < ' ');
    if name.is_empty() || control(name.trim()) || control(value.trim()) {
        return None;
    }
    let host = url.host_str().unwrap_or_default();
    let mut cookie = Kept {
        name: name.trim().to_owned(),
        domain: String::new(),
        path: String::new(),
        host_only: false,
        secure: false,
        http_only: false,
        same_site: None,
        expired: set_cookie(line).is_some_and(|cookie| cookie.removes),
    };
    for attribute in attributes.split(';').map(str::trim).filter(|text| !text.is_empty()) {
        let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        read(&mut cookie, name.trim(), value.trim());
    }
    if cookie.domain.is_empty() {
        cookie.host_only = true;
        host.clone_into(&mut cookie.domain);
    } else if !may_be_set_for(&cookie.domain, host) {
        return None;
    }
    if cookie.path.is_empty() {
        cookie.path = default_path(url.path());
    }
    let secure_kept = !cookie.name.starts_with("__Secure-") || cookie.secure;
    let host_kept = !cookie.name.starts_with("__Host-")
        || (cookie.secure && cookie.host_only && cookie.path == "/");
    (secure_kept && host_kept).then_some(cookie)
}

/// Reads one attribute; the last of several counts.
fn read(cookie: &mut Kept, name: &str, value: &str) {
    match name.to_lowercase().as_str() {
        "domain" => {
            let domain = value.strip_prefix('.').unwrap_or(value).to_lowercase();
            if !domain.is_empty() {
                cookie.domain = domain;
            }
        }
        "path" => {
            cookie.path = if value.starts_with('/') { value.to_owned() } else { String::new() }
        }
        "secure" => cookie.secure = true,
        "httponly" => cookie.http_only = true,
        "samesite" => {
            let word = value.to_lowercase();
            cookie.same_site =
                Some(word).filter(|word| ["strict", "lax", "none"].contains(&word.as_str()));
        }
        _ => {}
    }
}

/// Top-level domains that are no public suffixes for this client (RFC 6761).
const SPECIAL: [&str; 5] = ["local", "example", "invalid", "localhost", "test"];

/// Whether a host may set a cookie for a domain: its own or one above it, and no public suffix.
fn may_be_set_for(domain: &str, host: &str) -> bool {
    let special = SPECIAL.iter().any(|end| {
        domain.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'))
            || (domain == *end && ["localhost", "invalid"].contains(end))
    });
    let above =
        host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    above && (special || registered_domain(domain).is_some())
}

/// The path of a cookie that names none (RFC 6265 §5.1.4).
fn default_path(path: &str) -> String {
    match path.rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(last) => path.get(..last).unwrap_or("/").to_owned(),
    }
}
