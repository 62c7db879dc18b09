//! Every code of the preload list's keepers, each with a site that gets it.
#![allow(clippy::too_many_lines, reason = "a table has a row for each code")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::collections::BTreeSet;

use prodcheck::probe::preload::{judge, kept};
use prodcheck::probe::question::Response;
use prodcheck::probe::{interview, transcript};

mod sites;

use sites::{Codes, FINE, Site, down, sites};

#[test]
fn a_site_gets_the_codes_that_it_deserves() {
    for (site, expected) in sites() {
        assert_eq!(site.codes(), expected, "{}", site.transcript());
    }
}

/// Headers of a site that is in order otherwise; what is told of them.
const HEADERS: [(&str, Codes); 22] = [
    ("max-age=31536000; includeSubDomains; preload", &[]),
    ("PRELOAD; MAX-AGE=31536000; INCLUDESUBDOMAINS", &[]),
    (
        "",
        &[
            "header.parse.empty",
            "header.preloadable.include_sub_domains.missing",
            "header.preloadable.preload.missing",
            "header.preloadable.max_age.missing",
        ],
    ),
    ("max-age=31536000; includeSubDomains; preload;", &["header.parse.empty_directive"]),
    ("; max-age=31536000; includeSubDomains; preload", &["header.parse.empty_directive"]),
    (
        "max-age=31536000; x; includeSubDomains; y; preload",
        &["header.parse.unknown_directive", "header.parse.unknown_directive"],
    ),
    (
        "preload; includeSubDomains; preload; max-age=31536000; preload",
        &["header.parse.repeated.preload"],
    ),
    (
        "includeSubDomains; includeSubDomains; max-age=31536000; preload",
        &["header.parse.repeated.include_sub_domains"],
    ),
    ("max-age=31536000; max-age=1; includeSubDomains; preload", &["header.parse.repeated.max_age"]),
    (
        "max-age=1; max-age=31536000; includeSubDomains; preload",
        &["header.parse.repeated.max_age", "header.preloadable.max_age.below_1_year"],
    ),
    (
        "max-age=31536000; includeSubDomains; preload=1",
        &["header.parse.invalid.preload", "header.preloadable.preload.missing"],
    ),
    (
        "max-age=31536000; includeSubDomains=1; preload",
        &[
            "header.parse.invalid.include_sub_domains",
            "header.preloadable.include_sub_domains.missing",
        ],
    ),
    ("max-age=031536000; includeSubDomains; preload", &["header.parse.max_age.leading_zero"]),
    (
        "max-age; includeSubDomains; preload",
        &["header.parse.invalid.max_age.no_value", "header.preloadable.max_age.missing"],
    ),
    (
        "max-age=\"31536000\"; includeSubDomains; preload",
        &["header.parse.max_age.non_digit_characters", "header.preloadable.max_age.missing"],
    ),
    (
        "max-age=; includeSubDomains; preload",
        &["header.parse.max_age.parse_int_error", "header.preloadable.max_age.missing"],
    ),
    (
        "max-age=99999999999999999999; includeSubDomains; preload",
        &["header.parse.max_age.parse_int_error", "header.preloadable.max_age.missing"],
    ),
    ("includeSubDomains; preload", &["header.preloadable.max_age.missing"]),
    ("max-age=0; includeSubDomains; preload", &["header.preloadable.max_age.zero"]),
    ("max-age=31535999; includeSubDomains; preload", &["header.preloadable.max_age.below_1_year"]),
    ("max-age=315360000; includeSubDomains; preload", &[]),
    (
        "max-age=315360001; includeSubDomains; preload",
        &["header.preloadable.max_age.over_10_years"],
    ),
];

#[test]
fn a_header_gets_the_codes_that_it_deserves() {
    for (header, expected) in HEADERS {
        let answer = format!("< HTTP/1.1 200 OK\n< Strict-Transport-Security: {header}");
        let site = Site { secure: Box::leak(answer.into_boxed_str()), ..FINE };
        assert_eq!(site.codes(), expected, "{header}");
    }
}

/// What keeps a site on the list.
const KEPT: [(&[&str], Codes); 6] = [
    (&["max-age=15768000; includeSubDomains"], &[]),
    (&["max-age=15768000; includeSubDomains; preload"], &["header.removable.contains.preload"]),
    (&["preload"], &["header.removable.contains.preload", "header.removable.missing.max_age"]),
    (
        &["max-age=x"],
        &["header.parse.max_age.non_digit_characters", "header.removable.missing.max_age"],
    ),
    (&[], &["response.no_header"]),
    (&["max-age=1", "max-age=1"], &["response.multiple_headers"]),
];

#[test]
fn a_site_on_the_list_is_told_what_keeps_it_there() {
    for (headers, expected) in KEPT {
        let headers = headers.iter().map(|value| ("Strict-Transport-Security", *value));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let found = kept(&Response { status: 200, headers, ..Response::default() });
        let codes: Vec<&str> = found.iter().map(|issue| issue.code).collect();
        assert_eq!(codes, expected);
    }
}

/// All that `hstspreload` has to say of sites (read 2026-11-30). Three of its codes tell of itself, and
/// `below_18_weeks` is of a list that takes no more sites.
const EVERY: [&str; 45] = [
    "domain.format.begins_with_dot",
    "domain.format.contains_double_dot",
    "domain.format.ends_with_dot",
    "domain.format.invalid_characters",
    "domain.format.is_ip_address",
    "domain.format.public_suffix",
    "domain.is_subdomain",
    "domain.tls.cannot_connect",
    "domain.tls.invalid_cert_chain",
    "domain.tls.sha1",
    "domain.www.no_tls",
    "header.parse.empty",
    "header.parse.empty_directive",
    "header.parse.invalid.include_sub_domains",
    "header.parse.invalid.max_age.no_value",
    "header.parse.invalid.preload",
    "header.parse.max_age.leading_zero",
    "header.parse.max_age.non_digit_characters",
    "header.parse.max_age.parse_int_error",
    "header.parse.repeated.include_sub_domains",
    "header.parse.repeated.max_age",
    "header.parse.repeated.preload",
    "header.parse.unknown_directive",
    "header.preloadable.include_sub_domains.missing",
    "header.preloadable.max_age.below_1_year",
    "header.preloadable.max_age.missing",
    "header.preloadable.max_age.over_10_years",
    "header.preloadable.max_age.zero",
    "header.preloadable.preload.missing",
    "header.removable.contains.preload",
    "header.removable.missing.max_age",
    "redirects.follow_error",
    "redirects.http.does_not_exist",
    "redirects.http.first_redirect.insecure",
    "redirects.http.first_redirect.invalid",
    "redirects.http.first_redirect.no_hsts",
    "redirects.http.no_redirect",
    "redirects.http.useless_header",
    "redirects.http.www_first",
    "redirects.insecure.initial",
    "redirects.insecure.subsequent",
    "redirects.too_many",
    "response.multiple_headers",
    "response.no_header",
    "tls.obsolete_cipher_suite",
];

#[test]
fn every_code_has_a_row() {
    let of_sites = sites().into_iter().map(|(_, codes)| codes);
    let of_headers = HEADERS.into_iter().map(|(_, codes)| codes);
    let of_kept = KEPT.into_iter().map(|(_, codes)| codes);
    let rows: BTreeSet<&str> =
        of_sites.chain(of_headers).chain(of_kept).flatten().copied().collect();
    let every: BTreeSet<&str> = EVERY.into_iter().collect();
    assert_eq!(rows, every);
}

#[test]
fn what_was_not_answered_stays_open() {
    for (site, open) in [
        (Site { secure: "! timed out after 10 seconds", ..FINE }, "timed out after 10 seconds"),
        (Site { secure: "< HTTP/1.1 403 Forbidden", ..FINE }, "the site refused the question"),
        (
            Site { secure: down("https://elsewhere.example/"), ..FINE },
            "the redirects lead to another host, which is not asked",
        ),
        (Site { www: "! timed out after 10 seconds", ..FINE }, "timed out after 10 seconds"),
    ] {
        let transcript = transcript::read(&site.transcript()).unwrap();
        let answers = interview(&transcript.site, &transcript);
        let judged = judge(&transcript.site, &answers);
        assert!(judged.open.iter().any(|why| why.why.starts_with(open)), "{:?}", judged.open);
        assert!(!judged.issues.iter().any(|issue| issue.refused), "{:?}", judged.issues);
    }
}
