//! Values of HTTP headers as browsers read them: HSTS, content policies, referrer policies.
//!
//! A value that a browser would ignore is read as nothing, so that nobody takes it for protection.

use std::collections::{BTreeMap, BTreeSet};

/// `Strict-Transport-Security` (RFC 6797).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hsts {
    /// For how many seconds a browser keeps to HTTPS.
    pub max_age_seconds: u64,
    /// Whether that goes for every subdomain too.
    pub include_subdomains: bool,
    /// Whether the site consents to be built into browsers.
    pub preload: bool,
}

/// Reads the header, given all its lines. The first line counts (RFC 6797 §8.1), and it counts only if
/// it is flawless: a directive twice, no `max-age`, or one that is no number make browsers ignore it
/// (§6.1). Names are case-insensitive and values may be quoted.
pub fn hsts<'v>(lines: impl IntoIterator<Item = &'v str>) -> Option<Hsts> {
    let line = lines.into_iter().next()?;
    let mut seen = BTreeSet::new();
    let mut max_age = None;
    let mut hsts = Hsts::default();
    for directive in unquoted_split(line, ';') {
        let directive = directive.trim();
        if directive.is_empty() {
            continue;
        }
        let (name, value) = match directive.split_once('=') {
            Some((name, value)) => (name.trim(), Some(unquoted(value.trim())?)),
            None => (directive, None),
        };
        let name = name.to_ascii_lowercase();
        if !is_token(&name) || !seen.insert(name.clone()) {
            return None;
        }
        match (name.as_str(), value) {
            ("max-age", Some(seconds)) => max_age = Some(delta_seconds(&seconds)?),
            ("max-age", None) => return None,
            ("includesubdomains", None) => hsts.include_subdomains = true,
            ("preload", None) => hsts.preload = true,
            _ => {}
        }
    }
    Some(Hsts { max_age_seconds: max_age?, ..hsts })
}

/// A number of seconds; more than fit are as many as fit.
fn delta_seconds(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

/// One content security policy: directives with their sources, names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentPolicy {
    /// By name; of a directive that is there twice, the first (CSP 3 §2.2.1).
    pub directives: BTreeMap<String, Vec<String>>,
}

/// The policies of all `Content-Security-Policy` lines. A line can hold several, between commas; a page
/// is under all of them at once.
pub fn content_policies<'v>(lines: impl IntoIterator<Item = &'v str>) -> Vec<ContentPolicy> {
    lines
        .into_iter()
        .flat_map(|line| line.split(','))
        .map(content_policy)
        .filter(|policy| !policy.directives.is_empty())
        .collect()
}

fn content_policy(text: &str) -> ContentPolicy {
    let mut policy = ContentPolicy::default();
    for directive in text.split(';') {
        let mut words = directive.split_ascii_whitespace();
        if let Some(name) = words.next() {
            let sources = words.map(str::to_ascii_lowercase).collect();
            policy.directives.entry(name.to_ascii_lowercase()).or_insert(sources);
        }
    }
    policy
}

impl ContentPolicy {
    /// The sources of the first of these directives that is there.
    pub fn sources(&self, names: &[&str]) -> Option<&[String]> {
        names.iter().find_map(|name| self.directives.get(*name)).map(Vec::as_slice)
    }

    /// The sources from which scripts may come; none if they may come from anywhere.
    pub fn script_sources(&self) -> Option<&[String]> {
        self.sources(&["script-src-elem", "script-src", "default-src"])
    }

    /// Whether a script written into the page runs. A nonce, a hash or `'strict-dynamic'` takes
    /// `'unsafe-inline'` back (CSP 3 §6.7.3.2).
    pub fn allows_inline_scripts(&self) -> bool {
        let Some(sources) = self.script_sources() else {
            return true;
        };
        sources.iter().any(|source| source == "'unsafe-inline'")
            && !sources.iter().any(|source| is_nonce_or_hash(source) || source == STRICT_DYNAMIC)
    }

    /// Whether scripts of any host load: `*`, or a whole scheme. `'strict-dynamic'` takes those back.
    pub fn allows_foreign_scripts(&self) -> bool {
        let Some(sources) = self.script_sources() else {
            return true;
        };
        let strict = sources.iter().any(|source| source == STRICT_DYNAMIC);
        let broad = ["*", "http:", "https:", "data:", "http://*", "https://*"];
        !strict && sources.iter().any(|source| broad.contains(&source.as_str()))
    }

    /// Whether other sites may show the page in a frame; none if the policy does not speak of it.
    pub fn allows_foreign_frames(&self) -> Option<bool> {
        let sources = self.directives.get("frame-ancestors")?;
        let broad = ["*", "http:", "https:", "http://*", "https://*"];
        Some(sources.iter().any(|source| broad.contains(&source.as_str())))
    }
}

const STRICT_DYNAMIC: &str = "'strict-dynamic'";

fn is_nonce_or_hash(source: &str) -> bool {
    ["'nonce-", "'sha256-", "'sha384-", "'sha512-"].iter().any(|start| source.starts_with(start))
}

const REFERRER_POLICIES: &[&str] = &[
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
];

/// The policy in force: the last word that is one, over all lines (Referrer Policy §8.1).
pub fn referrer_policy<'v>(lines: impl IntoIterator<Item = &'v str>) -> Option<String> {
    lines
        .into_iter()
        .flat_map(|line| line.split(','))
        .map(|word| word.trim().to_ascii_lowercase())
        .filter(|word| REFERRER_POLICIES.contains(&word.as_str()))
        .last()
}

/// Whether `X-Content-Type-Options` forbids guessing types: its first word decides (Fetch §3.6).
pub fn nosniff<'v>(lines: impl IntoIterator<Item = &'v str>) -> bool {
    let first = lines.into_iter().flat_map(|line| line.split(',')).next();
    first.is_some_and(|word| word.trim().eq_ignore_ascii_case("nosniff"))
}

/// Whether `X-Frame-Options` keeps other sites from framing the page. Different words in one answer
/// cancel each other out, as do unknown ones (HTML, "the X-Frame-Options header").
pub fn frame_options_deny<'v>(lines: impl IntoIterator<Item = &'v str>) -> bool {
    let words: BTreeSet<String> = lines
        .into_iter()
        .flat_map(|line| line.split(','))
        .map(|word| word.trim().to_ascii_lowercase())
        .collect();
    words.len() == 1 && words.iter().all(|word| word == "deny" || word == "sameorigin")
}

fn is_token(text: &str) -> bool {
    let mark = |byte| b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || mark(byte))
}

/// A token as it is, a quoted text without its quotes; nothing if it is neither.
fn unquoted(value: &str) -> Option<String> {
    let Some(inner) = value.strip_prefix('"') else {
        return is_token(value).then(|| value.to_owned());
    };
    let inner = inner.strip_suffix('"')?;
    let mut text = String::new();
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return None,
            _ => {
                text.push(c);
                escaped = false;
            }
        }
    }
    (!escaped).then_some(text)
}

/// The parts between separators that stand outside of quotes.
fn unquoted_split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        if c == separator && !quoted {
            parts.push(text.get(start..at).unwrap_or_default());
            start = at + c.len_utf8();
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && quoted && !escaped;
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(hsts: Option<Hsts>) -> Option<(u64, bool, bool)> {
        hsts.map(|hsts| (hsts.max_age_seconds, hsts.include_subdomains, hsts.preload))
    }

    #[test]
    fn hsts_is_read_as_browsers_read_it() {
        for (line, read) in [
            ("max-age=31536000", Some((31_536_000, false, false))),
            ("Max-Age=\"60\" ; INCLUDESUBDOMAINS;preload", Some((60, true, true))),
            ("max-age = 1", Some((1, false, false))),
            ("includeSubDomains; max-age=0;", Some((0, true, false))),
            ("max-age=60; x=\"a;b\"; preload", Some((60, false, true))),
            ("max-age=99999999999999999999999", Some((u64::MAX, false, false))),
            ("max-age=60; max-age=60", None),
            ("max-age=60, max-age=60", None),
            ("includeSubDomains", None),
            ("max-age=", None),
            ("max-age=forever", None),
            ("max-age=\"60", None),
            ("max-age=-1", None),
            ("", None),
        ] {
            assert_eq!(told(hsts([line])), read, "{line}");
        }
    }

    #[test]
    fn of_two_hsts_lines_the_first_counts() {
        let first = told(hsts(["max-age=1", "max-age=2"]));
        assert_eq!(first, Some((1, false, false)));
        assert_eq!(hsts(["nonsense=1", "max-age=2"]), None);
        assert_eq!(hsts([]), None);
    }

    #[test]
    fn a_content_policy_is_as_strong_as_its_script_sources() {
        for (line, inline, foreign) in [
            ("default-src 'self'", false, false),
            ("default-src *; script-src 'self'", false, false),
            ("img-src 'self'", true, true),
            ("script-src 'self' 'unsafe-inline'", true, false),
            ("script-src 'self' 'UNSAFE-INLINE' 'nonce-abc'", false, false),
            ("script-src 'strict-dynamic' 'nonce-a' https: 'unsafe-inline'", false, false),
            ("script-src https:", false, true),
            ("script-src 'none'; script-src *", false, false),
        ] {
            let policies = content_policies([line]);
            let found: Vec<(bool, bool)> = policies
                .iter()
                .map(|policy| (policy.allows_inline_scripts(), policy.allows_foreign_scripts()))
                .collect();
            assert_eq!(found, [(inline, foreign)], "{line}");
        }
        assert_eq!(content_policies(["default-src a, img-src b", " ; "]).len(), 2);
    }

    #[test]
    fn frames_are_denied_by_ancestors_or_by_one_clear_word() {
        let policy = |line| content_policies([line])[0].allows_foreign_frames();
        assert_eq!(policy("frame-ancestors 'none'"), Some(false));
        assert_eq!(policy("frame-ancestors *"), Some(true));
        assert_eq!(policy("default-src 'none'"), None);
        for (lines, deny) in [
            (&["DENY"][..], true),
            (&["SameOrigin"], true),
            (&["DENY", "deny"], true),
            (&["DENY, SAMEORIGIN"], false),
            (&["ALLOW-FROM https://a.test"], false),
            (&[], false),
        ] {
            assert_eq!(frame_options_deny(lines.iter().copied()), deny, "{lines:?}");
        }
    }

    #[test]
    fn of_several_words_browsers_take_the_one_that_the_standard_names() {
        assert_eq!(referrer_policy(["no-referrer, strict-origin, new"]).unwrap(), "strict-origin");
        assert_eq!(referrer_policy(["nonsense"]), None);
        assert!(nosniff(["NoSniff, x"]) && !nosniff(["x, nosniff"]) && !nosniff([]));
    }
}
