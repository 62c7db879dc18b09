//! The test of the content security policy.

use super::page::{Page, Stated};
use super::policy::Policy;
use super::verdict::{Verdict, fail, pass};

const NONE_BY_DEFAULT: Verdict = pass("csp-implemented-with-no-unsafe-default-src-none", 10);
const NOTHING_UNSAFE: Verdict = pass("csp-implemented-with-no-unsafe", 5);
const UNSAFE_STYLES: Verdict = pass("csp-implemented-with-unsafe-inline-in-style-src-only", 0);
const PLAIN_PICTURES: Verdict =
    pass("csp-implemented-with-insecure-scheme-in-passive-content-only", -10);
const UNSAFE_EVAL: Verdict = fail("csp-implemented-with-unsafe-eval", -10);
const UNSAFE_INLINE: Verdict = fail("csp-implemented-with-unsafe-inline", -20);
const PLAIN_CONTENT: Verdict = fail("csp-implemented-with-insecure-scheme", -20);
const INVALID: Verdict = fail("csp-header-invalid", -25);
const NOT_SENT: Verdict = fail("csp-not-implemented", -25);
const ONLY_REPORTED: Verdict = fail("csp-not-implemented-but-reporting-enabled", -25);
const REPEATED_REPORTS: Verdict = pass("csp-implemented-but-duplicate-directives", 0);

/// What the test found.
pub(super) struct Found {
    /// The outcome.
    pub(super) verdict: Verdict,
    /// Whether the policy speaks of frames.
    pub(super) speaks_of_frames: bool,
}

/// Sources so broad that they are none.
const BROAD: [&str; 8] =
    ["ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"];

const INLINE: &str = "'unsafe-inline'";
const STRICT_DYNAMIC: &str = "'strict-dynamic'";

/// Judges the policies of the header and of the page.
pub(super) fn content_policy(page: &Page<'_>, stated: &Stated) -> Found {
    let sent: Vec<String> = page
        .header("content-security-policy")
        .iter()
        .flat_map(|policies| split(policies))
        .collect();
    let stated: Vec<String> = stated.policies.iter().flat_map(|policies| split(policies)).collect();
    let only = |verdict| Found { verdict, speaks_of_frames: false };
    let all: Vec<String> = sent.iter().chain(&stated).cloned().collect();
    let Ok(mut policy) = Policy::read(&all) else {
        return only(INVALID);
    };
    let says_nothing = Policy::read(&sent).unwrap_or_default().is_empty()
        && Policy::read_in_page(&stated).unwrap_or_default().is_empty();
    if says_nothing {
        let report_only = page.header("content-security-policy-report-only").unwrap_or_default();
        return only(if report_only.is_empty() { NOT_SENT } else { ONLY_REPORTED });
    }
    let verdict = judged(&mut policy, page.secure);
    let verdict =
        if verdict.passed && policy.repeated_reports { REPEATED_REPORTS } else { verdict };
    Found { verdict, speaks_of_frames: policy.directives.contains_key("frame-ancestors") }
}

fn split(policies: &str) -> Vec<String> {
    policies.split(',').map(|policy| policy.trim().to_owned()).collect()
}

/// The first that applies, from the worst on.
fn judged(policy: &mut Policy, secure: bool) -> Verdict {
    for name in ["script-src", "style-src"] {
        if let Some(sources) = decisive(policy, name)
            && has_nonce_or_hash(sources)
        {
            sources.retain(|source| source != INLINE);
        }
    }
    if let Some(sources) = decisive(policy, "script-src")
        && sources.iter().any(|source| source == STRICT_DYNAMIC)
    {
        if !has_nonce_or_hash(sources) {
            return INVALID;
        }
        sources.retain(|source| {
            source != "'self'" && !BROAD.iter().any(|broad| source.starts_with(broad))
        });
    }
    let scripts = sources(policy, "script-src");
    let styles = sources(policy, "style-src");
    let unsafe_source = |source: &String| is_broad(source) || source == INLINE || source == "data:";
    let eval = |source: &String| source == "'unsafe-eval'";
    if scripts.iter().any(unsafe_source)
        || sources(policy, "object-src").iter().any(|source| is_broad(source))
    {
        UNSAFE_INLINE
    } else if secure
        && (active(policy).any(|source| is_plain(source))
            || scripts.iter().any(|source| is_plain(source)))
    {
        PLAIN_CONTENT
    } else if scripts.iter().chain(&styles).any(eval) {
        UNSAFE_EVAL
    } else if secure && passive(policy).any(|source| is_plain(source)) {
        PLAIN_PICTURES
    } else if styles.iter().any(unsafe_source) {
        UNSAFE_STYLES
    } else if policy.directives.get("default-src").is_some_and(|sources| sources == &["'none'"]) {
        NONE_BY_DEFAULT
    } else {
        NOTHING_UNSAFE
    }
}

/// The sources that decide for a directive: its own, else those by default. They are one list: what is
/// taken out for scripts is taken out for everything that falls back to it.
fn decisive<'p>(policy: &'p mut Policy, name: &str) -> Option<&'p mut Vec<String>> {
    let name = if policy.directives.contains_key(name) { name } else { "default-src" };
    policy.directives.get_mut(name)
}

fn sources(policy: &mut Policy, name: &str) -> Vec<String> {
    decisive(policy, name).map_or_else(|| vec!["*".to_owned()], |sources| sources.clone())
}

/// The sources of all that can act.
fn active(policy: &Policy) -> impl Iterator<Item = &String> {
    let acts = |name: &str| !["img-src", "media-src", "script-src"].contains(&name);
    policy.directives.iter().filter(move |(name, _)| acts(name)).flat_map(|(_, sources)| sources)
}

/// The sources of pictures, sounds and films.
fn passive(policy: &Policy) -> impl Iterator<Item = &String> {
    ["img-src", "media-src"].into_iter().flat_map(|name| {
        let own = policy.directives.get(name);
        own.or_else(|| policy.directives.get("default-src")).into_iter().flatten()
    })
}

fn is_broad(source: &str) -> bool {
    BROAD.contains(&source)
}

fn is_plain(source: &str) -> bool {
    source.starts_with("http:") || source.starts_with("ftp:")
}

fn has_nonce_or_hash(sources: &[String]) -> bool {
    let starts = ["'sha256-", "'sha384-", "'sha512-", "'nonce-"];
    sources.iter().any(|source| starts.iter().any(|start| source.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::question::Response;

    #[test]
    fn a_comma_begins_another_policy() {
        for (lines, expected) in [
            (&["default-src 'self', default-src 'none'"][..], NONE_BY_DEFAULT),
            (&["default-src 'self'", "default-src 'none'"], NONE_BY_DEFAULT),
            (&["default-src 'self', default-src 'self' 'unsafe-inline'"], NOTHING_UNSAFE),
            (&["default-src 'self',"], INVALID),
            (&["default-src 'self', ,"], INVALID),
            (&["script-src 'self'; object-src 'none', style-src 'self'"], NOTHING_UNSAFE),
        ] {
            let name = "Content-Security-Policy".to_owned();
            let headers = lines.iter().map(|line| (name.clone(), (*line).to_owned())).collect();
            let response = Response { headers, ..Response::default() };
            let page = Page { response: &response, secure: true };
            let found = content_policy(&page, &Stated::default());
            assert_eq!(found.verdict, expected, "{lines:?}");
        }
    }
}
