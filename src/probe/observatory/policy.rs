//! Content policies as the Observatory puts several of them together.
//!
//! That is not how browsers do it (see `grammar::http_header` for that): a directive that is there twice
//! spoils everything, and of several policies only the sources that are in all of them are kept.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// The policies of a page as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Policy {
    /// The sources of each directive, in lower case; `'none'` where nothing is left.
    pub(super) directives: BTreeMap<String, Vec<String>>,
    /// Whether a directive for reports is there twice, which is forgiven.
    pub(super) repeated_reports: bool,
}

/// A text that is no policy for the Observatory.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Invalid;

/// The shortest text that can be a policy.
const SHORTEST: usize = 6;

/// Directives that have no meaning in a page itself.
const NOT_IN_PAGE: [&str; 3] = ["frame-ancestors", "report-uri", "sandbox"];

/// A source, the policy that it is of, and whether it stays.
#[derive(Clone)]
struct Source {
    text: String,
    policy: usize,
    kept: bool,
}

impl Policy {
    /// Reads the policies of a page, those of the header first.
    pub(super) fn read(policies: &[String]) -> Result<Self, Invalid> {
        let policies: Vec<String> = policies
            .iter()
            .map(|policy| policy.replace(['\r', '\n'], "").trim().to_owned())
            .collect();
        if policies.iter().any(|policy| policy.chars().count() < SHORTEST) {
            return Err(Invalid);
        }
        let mut found: BTreeMap<String, Vec<Source>> = BTreeMap::new();
        let mut repeated_reports = false;
        for (number, policy) in policies.iter().enumerate() {
            let mut seen: Vec<String> = Vec::new();
            for directive in policy.split(';') {
                let mut words = directive.split_whitespace().map(str::to_lowercase);
                let Some(name) = words.next() else {
                    continue;
                };
                match (seen.contains(&name), name.as_str()) {
                    (true, "report-uri" | "report-to") => repeated_reports = true,
                    (true, _) => return Err(Invalid),
                    (false, _) => seen.push(name.clone()),
                }
                let earlier = if number == 0 { None } else { found.get(&name) };
                let earlier = earlier.cloned().unwrap_or_default();
                let mut sources = together(earlier, sources(&name, words, number))?;
                if number == 0 && policies.len() > 1 {
                    for source in &mut sources {
                        source.kept = false;
                    }
                }
                found.insert(name, sources);
            }
        }
        let directives = found.into_iter().map(|(name, sources)| (name, texts(sources))).collect();
        Ok(Self { directives, repeated_reports })
    }

    /// Reads the policies that a page states about itself.
    pub(super) fn read_in_page(policies: &[String]) -> Result<Self, Invalid> {
        let mut policy = Self::read(policies)?;
        policy.directives.retain(|name, _| !NOT_IN_PAGE.contains(&name.as_str()));
        Ok(policy)
    }

    /// Whether it says nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        self.directives.is_empty() && !self.repeated_reports
    }
}

/// The sources of a directive; one that ends in `-src` and has none allows nothing.
fn sources(name: &str, words: impl Iterator<Item = String>, policy: usize) -> Vec<Source> {
    let kept = policy == 0;
    let mut sources: Vec<Source> = words.map(|text| Source { text, policy, kept }).collect();
    if sources.is_empty() && name.ends_with("-src") {
        sources.push(Source { text: "'none'".to_owned(), policy, kept });
    }
    sources
}

/// The sources that stay of those of earlier policies and of this one. Neighbours are compared: of one
/// policy the longer of two that begin alike goes, of two policies the second of two alike stays.
fn together(mut sources: Vec<Source>, own: Vec<Source>) -> Result<Vec<Source>, Invalid> {
    sources.extend(own);
    sources.sort_by_key(|source| collated(&source.text));
    for index in 1..sources.len() {
        let (before, rest) = sources.split_at_mut(index);
        let (Some(before), Some(source)) = (before.last(), rest.first_mut()) else {
            break;
        };
        if source.policy == before.policy && source.text.starts_with(&before.text) {
            source.kept = false;
        }
        if source.policy != before.policy && covers(&before.text, &source.text)? {
            source.kept = true;
        }
    }
    sources.retain(|source| source.kept);
    Ok(sources)
}

fn texts(sources: Vec<Source>) -> Vec<String> {
    if sources.is_empty() {
        return vec!["'none'".to_owned()];
    }
    let mut texts: Vec<String> = Vec::new();
    for source in sources {
        if !texts.contains(&source.text) {
            texts.push(source.text);
        }
    }
    texts
}

/// Whether the first text stands for the second, part by part between slashes (CSP 3 §6.7.2.12).
fn covers(one: &str, other: &str) -> Result<bool, Invalid> {
    if one.is_empty() || (one == "/" && other.is_empty()) {
        return Ok(true);
    }
    let (mut ones, others): (Vec<&str>, Vec<&str>) =
        (one.split('/').collect(), other.split('/').collect());
    let exact = !one.ends_with('/');
    if ones.len() > others.len() || (exact && ones.len() != others.len()) {
        return Ok(false);
    }
    if !exact {
        ones.pop();
    }
    for (one, other) in ones.into_iter().zip(others) {
        if decoded(one)? != decoded(other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The text without its percent signs. One that stands for nothing spoils the policy.
fn decoded(text: &str) -> Result<String, Invalid> {
    let stray = text.match_indices('%').any(|(at, _)| {
        !text.get(at + 1..at + 3).is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
    });
    if stray {
        return Err(Invalid);
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| Invalid)?;
    Ok(decoded.into_owned())
}

/// The order of characters in English (Unicode's root collation): punctuation, digits, letters.
const ORDER: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";

fn collated(text: &str) -> Vec<usize> {
    let place = |c: char| ORDER.find(c).unwrap_or(ORDER.len() + c as usize);
    text.chars().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_policies_leave_what_is_in_all_of_them() {
        for (policies, directive, left) in [
            (
                &["script-src 'self' https://a.test"][..],
                "script-src",
                &["'self'", "https://a.test"][..],
            ),
            (&["script-src 'self' https://a.test", "script-src 'self'"], "script-src", &["'self'"]),
            (&["script-src https://a.test", "script-src 'self'"], "script-src", &["'none'"]),
            (&["img-src *", "script-src 'self'"], "script-src", &["'none'"]),
            (&["img-src *", "script-src 'self'"], "img-src", &["*"]),
            (&["img-src https://a.test/ https://a.test/x"], "img-src", &["https://a.test/"]),
            (
                &["img-src https://a.test/", "img-src https://a.test/x"],
                "img-src",
                &["https://a.test/x"],
            ),
            (&["IMG-SRC", "font-src A"], "img-src", &["'none'"]),
            (&["upgrade-insecure-requests"], "upgrade-insecure-requests", &["'none'"]),
        ] {
            let policies: Vec<String> = policies.iter().map(|&policy| policy.to_owned()).collect();
            let read = Policy::read(&policies).unwrap();
            assert_eq!(read.directives[directive], left, "{policies:?}");
        }
    }

    #[test]
    fn what_is_short_or_repeated_is_no_policy() {
        for (policy, expected) in [
            ("", Err(Invalid)),
            ("img-s", Err(Invalid)),
            ("img-sr", Ok(false)),
            ("img-src a; img-src b", Err(Invalid)),
            ("img-src a; report-uri /a; report-uri /b", Ok(true)),
        ] {
            let read = Policy::read(&[policy.to_owned()]);
            assert_eq!(read.map(|read| read.repeated_reports), expected, "{policy}");
        }
        let stray = ["img-src https://a/%zz".to_owned(), "img-src https://a/%zz".to_owned()];
        assert_eq!(Policy::read(&stray), Err(Invalid));
        assert_eq!(Policy::read(&[]), Ok(Policy::default()));
    }
}
