//! The header as the keepers of the preload list read it (`hstspreload`, read 2026-11-30).
//!
//! That is not how browsers read it (see `grammar::http_header::hsts`): a directive that is there twice is
//! forgiven, and a number in quotes is not.

use super::issue::{Issue, error, warning};
use crate::probe::question::Response;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) max_age_seconds: Option<u64>,
    pub(super) include_subdomains: bool,
    pub(super) preload: bool,
}

/// The header's name.
pub(super) const NAME: &str = "strict-transport-security";

const YEAR: u64 = 31_536_000;

/// What is wrong with the header of an answer.
pub(super) fn of_response(response: &Response) -> Vec<Issue> {
    single(response).map_or_else(
        |issue| vec![issue],
        |header| {
            let (header, mut issues) = read(header);
            issues.extend(preloadable(&header));
            issues
        },
    )
}

/// What keeps a site with this answer on the list. How the header is written matters only where it
/// cannot be read.
pub(super) fn removable_response(response: &Response) -> Vec<Issue> {
    single(response).map_or_else(
        |issue| vec![issue],
        |header| {
            let (header, mut issues) = read(header);
            issues.retain(|issue| issue.refused);
            issues.extend(removable(&header));
            issues
        },
    )
}

/// The one header that an answer has.
fn single(response: &Response) -> Result<&str, Issue> {
    let mut lines = response.values(NAME);
    match (lines.next(), lines.next()) {
        (None, _) => Err(error("response.no_header", "the first answer has no such header")),
        (Some(_), Some(_)) => {
            Err(error("response.multiple_headers", "the first answer has the header twice"))
        }
        (Some(header), None) => Ok(header),
    }
}

/// Reads the header, and tells what is wrong with how it is written.
pub(super) fn read(header: &str) -> (Header, Vec<Issue>) {
    let mut read = Header::default();
    let mut issues = Vec::new();
    if header.trim().is_empty() {
        return (read, vec![warning("header.parse.empty", "the header is empty")]);
    }
    for directive in header.split(';').map(str::trim) {
        let found = self::directive(&mut read, directive);
        // One of a kind is enough, but for what nobody knows or can read.
        let again = found.iter().all(|issue| !issue.may_repeat() && issues.contains(issue));
        if !again {
            issues.extend(found);
        }
    }
    (read, issues)
}

fn directive(read: &mut Header, directive: &str) -> Vec<Issue> {
    let name = directive.to_ascii_lowercase();
    let flag = |set: &mut bool, repeated: Issue| {
        let again = std::mem::replace(set, true);
        again.then_some(repeated).into_iter().collect()
    };
    match name.as_str() {
        "" => vec![warning("header.parse.empty_directive", "the header has a semicolon too many")],
        "preload" => flag(
            &mut read.preload,
            warning("header.parse.repeated.preload", "`preload` is in the header twice"),
        ),
        "includesubdomains" => flag(
            &mut read.include_subdomains,
            warning(
                "header.parse.repeated.include_sub_domains",
                "`includeSubDomains` is in the header twice",
            ),
        ),
        name if name.starts_with("preload") => vec![warning(
            "header.parse.invalid.preload",
            "`preload` has something after it in the header",
        )],
        name if name.starts_with("includesubdomains") => vec![warning(
            "header.parse.invalid.include_sub_domains",
            "`includeSubDomains` has something after it in the header",
        )],
        name if name.starts_with("max-age=") => max_age(read, name.get(8..).unwrap_or_default()),
        name if name.starts_with("max-age") => vec![error(
            "header.parse.invalid.max_age.no_value",
            "`max-age` has no value in the header",
        )],
        _ => vec![warning(
            "header.parse.unknown_directive",
            "the header has a directive that nobody knows",
        )],
    }
}

/// Reads the first lifetime; a second one is told.
fn max_age(read: &mut Header, value: &str) -> Vec<Issue> {
    let mut issues = Vec::new();
    if value.len() > 1 && value.starts_with('0') {
        issues.push(warning("header.parse.max_age.leading_zero", "`max-age` begins with a zero"));
    }
    if value.bytes().any(|byte| !byte.is_ascii_digit()) {
        issues.push(error(
            "header.parse.max_age.non_digit_characters",
            "`max-age` is not made of digits alone",
        ));
        return issues;
    }
    match (value.parse(), read.max_age_seconds) {
        (Err(_), _) => issues.push(error(
            "header.parse.max_age.parse_int_error",
            "`max-age` is no number, or one too large",
        )),
        (Ok(seconds), None) => read.max_age_seconds = Some(seconds),
        (Ok(_), Some(_)) => issues
            .push(warning("header.parse.repeated.max_age", "`max-age` is in the header twice")),
    }
    issues
}

/// What the list demands of a header to take a site.
pub(super) fn preloadable(header: &Header) -> Vec<Issue> {
    let mut issues = Vec::new();
    if !header.include_subdomains {
        issues.push(error(
            "header.preloadable.include_sub_domains.missing",
            "the header leaves out `includeSubDomains`",
        ));
    }
    if !header.preload {
        issues.push(error("header.preloadable.preload.missing", "the header leaves out `preload`"));
    }
    issues.extend(match header.max_age_seconds {
        None => Some(error("header.preloadable.max_age.missing", "the header has no `max-age`")),
        Some(0) => Some(error("header.preloadable.max_age.zero", "`max-age` is 0")),
        Some(..YEAR) => Some(error(
            "header.preloadable.max_age.below_1_year",
            "`max-age` is below a year, 31536000 seconds",
        )),
        Some(seconds) if seconds > 10 * YEAR => Some(warning(
            "header.preloadable.max_age.over_10_years",
            "`max-age` is above ten years",
        )),
        Some(_) => None,
    });
    issues
}

/// What it demands of a header to let a site go.
pub(super) fn removable(header: &Header) -> Vec<Issue> {
    let mut issues = Vec::new();
    if header.preload {
        issues.push(error(
            "header.removable.contains.preload",
            "the header still asks for `preload`",
        ));
    }
    if header.max_age_seconds.is_none() {
        issues.push(error("header.removable.missing.max_age", "the header has no `max-age`"));
    }
    issues
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(issues: &[Issue]) -> Vec<&'static str> {
        issues.iter().map(|issue| issue.code).collect()
    }

    #[test]
    fn how_a_header_is_written_is_judged_as_the_list_does() {
        for (header, expected) in [
            ("max-age=31536000; includeSubDomains; preload", &[][..]),
            ("MAX-AGE=31536000; INCLUDESUBDOMAINS; PRELOAD", &[]),
            ("", &["header.parse.empty"]),
            ("  ", &["header.parse.empty"]),
            ("max-age=1;", &["header.parse.empty_directive"]),
            (";;max-age=1;;", &["header.parse.empty_directive"]),
            (
                "max-age=1; x; y",
                &["header.parse.unknown_directive", "header.parse.unknown_directive"],
            ),
            ("max-age = 1", &["header.parse.invalid.max_age.no_value"]),
            ("max-age", &["header.parse.invalid.max_age.no_value"]),
            ("max-age; max-age", &["header.parse.invalid.max_age.no_value"]),
            ("max-age=\"1\"", &["header.parse.max_age.non_digit_characters"]),
            ("max-age=-1", &["header.parse.max_age.non_digit_characters"]),
            ("max-age=", &["header.parse.max_age.parse_int_error"]),
            ("max-age=99999999999999999999", &["header.parse.max_age.parse_int_error"]),
            ("max-age=01", &["header.parse.max_age.leading_zero"]),
            ("max-age=0", &[]),
            (
                "max-age=0x1",
                &["header.parse.max_age.leading_zero", "header.parse.max_age.non_digit_characters"],
            ),
            ("max-age=1; max-age=2", &["header.parse.repeated.max_age"]),
            ("preload; preload; preload", &["header.parse.repeated.preload"]),
            ("preload=1", &["header.parse.invalid.preload"]),
            (
                "includeSubDomains; includeSubDomains",
                &["header.parse.repeated.include_sub_domains"],
            ),
            ("includeSubDomains=1", &["header.parse.invalid.include_sub_domains"]),
        ] {
            assert_eq!(codes(&read(header).1), expected, "{header}");
        }
        let first = read("max-age=1; max-age=2").0;
        assert_eq!(first.max_age_seconds, Some(1));
    }

    #[test]
    fn what_a_header_says_is_judged_as_the_list_does() {
        for (header, expected) in [
            ("max-age=31536000; includeSubDomains; preload", &[][..]),
            ("max-age=315360000; includeSubDomains; preload", &[]),
            (
                "max-age=315360001; includeSubDomains; preload",
                &["header.preloadable.max_age.over_10_years"],
            ),
            (
                "max-age=31535999; includeSubDomains; preload",
                &["header.preloadable.max_age.below_1_year"],
            ),
            ("max-age=0; includeSubDomains; preload", &["header.preloadable.max_age.zero"]),
            ("includeSubDomains; preload", &["header.preloadable.max_age.missing"]),
            ("max-age=31536000; preload", &["header.preloadable.include_sub_domains.missing"]),
            ("max-age=31536000; includeSubDomains", &["header.preloadable.preload.missing"]),
        ] {
            assert_eq!(codes(&preloadable(&read(header).0)), expected, "{header}");
        }
        for (header, expected) in [
            ("max-age=1", &[][..]),
            ("max-age=1; preload", &["header.removable.contains.preload"]),
            ("includeSubDomains", &["header.removable.missing.max_age"]),
        ] {
            assert_eq!(codes(&removable(&read(header).0)), expected, "{header}");
        }
    }
}
