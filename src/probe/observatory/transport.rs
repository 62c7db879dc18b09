//! The tests of HTTPS: is plain HTTP left at once, and are browsers told to stay away from it.

use super::page::{Page, beginning};
use super::preloaded::is_preloaded;
use super::session::{End, Session};
use super::verdict::{Verdict, fail, pass};
use crate::fact::Ignorance;
use crate::probe::answers::Answers;
use crate::probe::site::Site;

const PRELOADED: Verdict = pass("hsts-preloaded", 5);
const SIX_MONTHS: Verdict = pass("hsts-implemented-max-age-at-least-six-months", 0);
const SHORTER: Verdict = fail("hsts-implemented-max-age-less-than-six-months", -10);
const NOT_SENT: Verdict = fail("hsts-not-implemented", -20);
const INVALID: Verdict = fail("hsts-header-invalid", -20);
const NO_HTTPS: Verdict = fail("hsts-not-implemented-no-https", -20);
const CERTIFICATE_INVALID: Verdict = fail("hsts-invalid-cert", -20);

/// What the Observatory takes for six months: 180 days.
const SIX_MONTHS_SECONDS: f64 = 15_552_000.0;

/// `Strict-Transport-Security` on the last answer of the session that began at HTTPS.
pub(super) fn strict_transport(
    site: &Site,
    answers: &Answers,
    secure: &Session<'_>,
) -> Result<Verdict, Ignorance> {
    if let Some(why) = secure.ignorance() {
        return Err(why);
    }
    let Some(last) = secure.last() else {
        return Ok(NO_HTTPS);
    };
    if is_preloaded(site.host()) {
        return Ok(PRELOADED);
    }
    if !secure.verified(site, answers)? {
        return Ok(CERTIFICATE_INVALID);
    }
    let header = Page::of(last, true).header("strict-transport-security");
    Ok(header.map_or(NOT_SENT, |header| lifetime(&beginning(&header, 1024))))
}

/// The last `max-age` counts. What is no number is neither too small nor too large for it, and passes.
fn lifetime(header: &str) -> Verdict {
    if header.contains(',') {
        return INVALID;
    }
    let directives = header.split(';').map(|directive| directive.trim().to_lowercase());
    let mut ages =
        directives.filter_map(|directive| directive.strip_prefix("max-age=").map(number));
    match ages.next_back() {
        None => INVALID,
        Some(Some(seconds)) if seconds < SIX_MONTHS_SECONDS => SHORTER,
        Some(_) => SIX_MONTHS,
    }
}

/// The number that a text begins with.
fn number(text: &str) -> Option<f64> {
    let text: String = text.trim_start().chars().take(120).collect();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let number: f64 = unsigned.get(..digits)?.parse().ok()?;
    Some(if text.starts_with('-') { -number } else { number })
}

const TO_HTTPS: Verdict = pass("redirection-to-https", 0);
const ALL_PRELOADED: Verdict = pass("redirection-all-redirects-preloaded", 0);
const NO_HTTP: Verdict = pass("redirection-not-needed-no-http", 0);
const OFF_HOST: Verdict = fail("redirection-off-host-from-http", -5);
const PLAIN_FIRST: Verdict = fail("redirection-not-to-https-on-initial-redirection", -10);
const NOT_TO_HTTPS: Verdict = fail("redirection-not-to-https", -20);
const MISSING: Verdict = fail("redirection-missing", -20);
const ON_INVALID_CERTIFICATE: Verdict = fail("redirection-invalid-cert", -20);

/// The way from plain HTTP. Another host is not asked: at HTTPS there, the way is taken to end.
pub(super) fn redirection(
    site: &Site,
    answers: &Answers,
    plain: &Session<'_>,
) -> Result<Verdict, Ignorance> {
    let mut way: Vec<(&str, &str)> = Vec::new();
    for page in &plain.route {
        way.push((page.request.url.scheme(), page.request.url.host_str().unwrap_or_default()));
    }
    match &plain.end {
        End::Silent => return Ok(NO_HTTP),
        End::Answered => {}
        End::Elsewhere(next) if next.scheme() == "https" => {
            way.push((next.scheme(), next.host_str().unwrap_or_default()));
        }
        End::Elsewhere(_) | End::Open(_) | End::Unknown(_) => {
            let silent = || Ignorance::new("the way from plain HTTP was not followed to its end");
            return Err(plain.ignorance().unwrap_or_else(silent));
        }
    }
    if !plain.verified(site, answers)? {
        return Ok(ON_INVALID_CERTIFICATE);
    }
    let is_last_secure = way.last().is_some_and(|(scheme, _)| *scheme == "https");
    Ok(match way.as_slice() {
        way if way.iter().all(|(_, host)| is_preloaded(host)) => ALL_PRELOADED,
        [] | [_] => MISSING,
        _ if !is_last_secure => NOT_TO_HTTPS,
        [_, (second, _), ..] if *second == "http" => PLAIN_FIRST,
        [(_, first), (_, second), ..] if first != second => OFF_HOST,
        _ => TO_HTTPS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_months_are_read_as_loosely_as_there() {
        for (header, expected) in [
            ("max-age=15552000", SIX_MONTHS),
            ("max-age=15551999; includeSubDomains", SHORTER),
            ("MAX-AGE=63072000 ; preload", SIX_MONTHS),
            ("max-age=63072000; max-age=1", SHORTER),
            ("max-age=forever", SIX_MONTHS),
            ("max-age=", SIX_MONTHS),
            ("max-age=\"60\"", SIX_MONTHS),
            ("max-age=60seconds", SHORTER),
            ("max-age=-1", SHORTER),
            ("max-age = 63072000", INVALID),
            ("max-age=63072000, max-age=63072000", INVALID),
            ("includeSubDomains", INVALID),
            ("", INVALID),
        ] {
            assert_eq!(lifetime(header), expected, "{header}");
        }
    }
}
