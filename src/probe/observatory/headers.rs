//! The tests that look at one header each.

use super::page::{Page, Stated, beginning, joined};
use super::verdict::{Verdict, fail, pass};
use crate::grammar::structured_field::structured_token;
use crate::probe::question::Response;

const NOSNIFF: Verdict = pass("x-content-type-options-nosniff", 0);
const SNIFFING_NOT_FORBIDDEN: Verdict = fail("x-content-type-options-not-implemented", -5);
const SNIFFING_INVALID: Verdict = fail("x-content-type-options-header-invalid", -5);

/// `X-Content-Type-Options`.
pub(super) fn content_type_options(page: &Page<'_>) -> Verdict {
    match told(page.header("x-content-type-options")) {
        None => SNIFFING_NOT_FORBIDDEN,
        Some(value) if lower(&value, 256) == "nosniff" => NOSNIFF,
        Some(_) => SNIFFING_INVALID,
    }
}

const FRAMES_BY_CSP: Verdict = pass("x-frame-options-implemented-via-csp", 5);
const FRAMES_DENIED: Verdict = pass("x-frame-options-sameorigin-or-deny", 5);
const FRAMES_OF_ORIGIN: Verdict = pass("x-frame-options-allow-from-origin", 0);
const FRAMES_NOT_DENIED: Verdict = fail("x-frame-options-not-implemented", -20);
const FRAMES_INVALID: Verdict = fail("x-frame-options-header-invalid", -20);

/// `X-Frame-Options`. A content policy that speaks of frames counts more, whatever it says of them.
pub(super) fn frame_options(page: &Page<'_>, by_policy: bool) -> Verdict {
    if by_policy {
        return FRAMES_BY_CSP;
    }
    let Some(value) = told(page.header("x-frame-options")) else {
        return FRAMES_NOT_DENIED;
    };
    match lower(&value, 1024) {
        word if word == "deny" || word == "sameorigin" => FRAMES_DENIED,
        word if word.starts_with("allow-from") => FRAMES_OF_ORIGIN,
        _ => FRAMES_INVALID,
    }
}

const REFERRER_PRIVATE: Verdict = pass("referrer-policy-private", 5);
const REFERRER_NOT_SET: Verdict = pass("referrer-policy-not-implemented", 0);
const REFERRER_UNSAFE: Verdict = fail("referrer-policy-unsafe", -5);
const REFERRER_INVALID: Verdict = fail("referrer-policy-header-invalid", -5);

const PRIVATE: [&str; 4] =
    ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];
const UNSAFE: [&str; 4] =
    ["origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"];

/// `Referrer-Policy`: the last known word of the header and of the page itself.
pub(super) fn referrer_policy(page: &Page<'_>, stated: &Stated) -> Verdict {
    let header = page.header("referrer-policy");
    if header.is_none() && stated.referrer_policy.is_none() {
        return REFERRER_NOT_SET;
    }
    let words = [header, stated.referrer_policy.clone()].into_iter().flatten();
    let words: Vec<String> = words
        .flat_map(|line| {
            line.split(',').map(|word| word.trim().to_lowercase()).collect::<Vec<String>>()
        })
        .collect();
    let known =
        |word: &&String| PRIVATE.contains(&word.as_str()) || UNSAFE.contains(&word.as_str());
    match words.iter().rfind(known) {
        Some(word) if PRIVATE.contains(&word.as_str()) => REFERRER_PRIVATE,
        Some(_) => REFERRER_UNSAFE,
        None => REFERRER_INVALID,
    }
}

const RESOURCES_NOT_SET: Verdict = pass("corp-not-implemented", 0);
const RESOURCES_OF_ORIGIN: Verdict = pass("corp-implemented-with-same-origin", 10);
const RESOURCES_OF_SITE: Verdict = pass("corp-implemented-with-same-site", 10);
const RESOURCES_OF_ALL: Verdict = pass("corp-implemented-with-cross-origin", 0);
const RESOURCES_INVALID: Verdict = fail("corp-header-invalid", -5);

/// `Cross-Origin-Resource-Policy`.
pub(super) fn resource_policy(page: &Page<'_>) -> Verdict {
    let header = told(page.header("cross-origin-resource-policy"));
    match header.map(|value| lower(&value, 256)).as_deref() {
        None | Some("") => RESOURCES_NOT_SET,
        Some("same-origin") => RESOURCES_OF_ORIGIN,
        Some("same-site") => RESOURCES_OF_SITE,
        Some("cross-origin") => RESOURCES_OF_ALL,
        Some(_) => RESOURCES_INVALID,
    }
}

const OPENER_NOT_SET: Verdict = pass("coop-not-implemented", 0);
const OPENER_OF_ORIGIN: Verdict = pass("coop-implemented-with-same-origin", 10);
const OPENER_OF_ORIGIN_AND_POPUPS: Verdict =
    pass("coop-implemented-with-same-origin-allow-popups", 10);
const NO_OPENER_BUT_POPUPS: Verdict = pass("coop-implemented-with-noopener-allow-popups", 10);
const OPENER_UNSAFE: Verdict = pass("coop-implemented-with-unsafe-none", 0);
const OPENER_INVALID: Verdict = fail("coop-header-invalid", -5);

/// `Cross-Origin-Opener-Policy`.
pub(super) fn opener_policy(page: &Page<'_>) -> Verdict {
    match token(page.header("cross-origin-opener-policy")) {
        None => OPENER_NOT_SET,
        Some(Some(word)) => match word.as_str() {
            "same-origin" => OPENER_OF_ORIGIN,
            "same-origin-allow-popups" => OPENER_OF_ORIGIN_AND_POPUPS,
            "noopener-allow-popups" => NO_OPENER_BUT_POPUPS,
            "unsafe-none" => OPENER_UNSAFE,
            _ => OPENER_INVALID,
        },
        Some(None) => OPENER_INVALID,
    }
}

const EMBEDDER_NOT_SET: Verdict = pass("coep-not-implemented", 0);
const EMBEDDER_REQUIRES: Verdict = pass("coep-implemented-with-require-corp", 10);
const EMBEDDER_WITHOUT_CREDENTIALS: Verdict = pass("coep-implemented-with-credentialless", 10);
const EMBEDDER_UNSAFE: Verdict = pass("coep-implemented-with-unsafe-none", 0);
const EMBEDDER_INVALID: Verdict = fail("coep-header-invalid", -5);

/// `Cross-Origin-Embedder-Policy`.
pub(super) fn embedder_policy(page: &Page<'_>) -> Verdict {
    match token(page.header("cross-origin-embedder-policy")) {
        None => EMBEDDER_NOT_SET,
        Some(Some(word)) => match word.as_str() {
            "require-corp" => EMBEDDER_REQUIRES,
            "credentialless" => EMBEDDER_WITHOUT_CREDENTIALS,
            "unsafe-none" => EMBEDDER_UNSAFE,
            _ => EMBEDDER_INVALID,
        },
        Some(None) => EMBEDDER_INVALID,
    }
}

const SHARING_NOT_SET: Verdict = pass("cross-origin-resource-sharing-not-implemented", 0);
const SHARING_PUBLIC: Verdict =
    pass("cross-origin-resource-sharing-implemented-with-public-access", 0);
const SHARING_RESTRICTED: Verdict =
    pass("cross-origin-resource-sharing-implemented-with-restricted-access", 0);

/// The answer to a preflight. The Observatory has a code for an echo with credentials, too, but never
/// gets there: it looks for the origin where its client keeps none. Such an echo is told by checks.
pub(super) fn resource_sharing(preflight: Option<&Response>) -> Verdict {
    let allowed = preflight.and_then(|answer| joined(answer, "access-control-allow-origin"));
    match told(allowed).map(|value| lower(&value, 256)).as_deref() {
        None => SHARING_NOT_SET,
        Some("*") => SHARING_PUBLIC,
        Some(_) => SHARING_RESTRICTED,
    }
}

/// A header that is there and not empty.
fn told(header: Option<String>) -> Option<String> {
    header.filter(|value| !value.is_empty())
}

fn lower(value: &str, most: usize) -> String {
    beginning(value, most).trim().to_lowercase()
}

/// The token that a structured field is (RFC 9651 §3.3.4), with or without parameters; none inside
/// where the field is something else.
#[expect(clippy::option_option, reason = "no field, and a field that is no token, are two answers")]
fn token(header: Option<String>) -> Option<Option<String>> {
    let value = beginning(&told(header)?, 1024);
    Some(structured_token([value.as_str()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(response: &Response) -> Page<'_> {
        Page { response, secure: true }
    }

    fn answer(name: &str, lines: &[&str]) -> Response {
        let headers = lines.iter().map(|line| (name.to_owned(), (*line).to_owned()));
        Response { headers: headers.collect(), ..Response::default() }
    }

    #[test]
    fn opener_and_embedder_policies_are_tokens() {
        for (lines, opener, embedder) in [
            (&[][..], OPENER_NOT_SET, EMBEDDER_NOT_SET),
            (&[""], OPENER_NOT_SET, EMBEDDER_NOT_SET),
            (&["same-origin"], OPENER_OF_ORIGIN, EMBEDDER_INVALID),
            (&["same-origin-allow-popups"], OPENER_OF_ORIGIN_AND_POPUPS, EMBEDDER_INVALID),
            (&["noopener-allow-popups"], NO_OPENER_BUT_POPUPS, EMBEDDER_INVALID),
            (&["unsafe-none"], OPENER_UNSAFE, EMBEDDER_UNSAFE),
            (&["require-corp"], OPENER_INVALID, EMBEDDER_REQUIRES),
            (&["credentialless"], OPENER_INVALID, EMBEDDER_WITHOUT_CREDENTIALS),
            (&["same-origin; report-to=\"x\""], OPENER_OF_ORIGIN, EMBEDDER_INVALID),
            (&["require-corp;report-to=\"x\""], OPENER_INVALID, EMBEDDER_REQUIRES),
            (&["Same-Origin"], OPENER_INVALID, EMBEDDER_INVALID),
            (&["\"same-origin\""], OPENER_INVALID, EMBEDDER_INVALID),
            (&["same-origin", "same-origin"], OPENER_INVALID, EMBEDDER_INVALID),
            (&["require-corp x"], OPENER_INVALID, EMBEDDER_INVALID),
        ] {
            let found = opener_policy(&page(&answer("Cross-Origin-Opener-Policy", lines)));
            assert_eq!(found, opener, "{lines:?}");
            let found = embedder_policy(&page(&answer("Cross-Origin-Embedder-Policy", lines)));
            assert_eq!(found, embedder, "{lines:?}");
        }
    }
}
