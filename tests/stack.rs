//! The real stack: nginx before gunicorn before Django, audited by its files and its live site together, and
//! the same gunicorn behind a careless Apache and a careful Caddy, probed.
//!
//! `tests/stack/run cargo test --test stack -- --ignored` starts and stops the stack around these tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot set itself up has failed"
)]

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

fn told(name: &str) -> String {
    std::env::var(name).expect("`tests/stack/run` tells where the stack is")
}

/// The report of a run in which something fails.
fn reported(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_prodcheck"))
        .current_dir(told("STACK_PROJECT"))
        .args(arguments)
        .args(["--format", "json", "--max-findings", "0", "--ca-file", &told("STACK_CA")])
        .args(["--resolve", "shop.test:18443:127.0.0.1"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The audit of the running stack.
fn audited() -> Value {
    let (url, plain) = (told("STACK_URL"), told("STACK_HTTP_URL"));
    reported(&["audit", ".", "--url", &url, "--http-url", &plain])
}

/// What is found of the application behind another server.
fn probed(front: &str) -> Value {
    let url = told(&format!("STACK_{front}_URL"));
    let plain = told(&format!("STACK_{front}_HTTP_URL"));
    reported(&["probe", &url, "--http-url", &plain, "--no-config"])
}

/// The checks that have a status, each once, in the order of their names.
fn checks<'r>(report: &'r Value, status: &str) -> Vec<&'r str> {
    let findings = report["findings"].as_array().unwrap().iter();
    let these = findings.filter(|finding| finding["status"] == status);
    let names: BTreeSet<&str> = these.map(|finding| finding["check"].as_str().unwrap()).collect();
    names.into_iter().collect()
}

/// The finding of a check that has this status.
fn finding<'r>(report: &'r Value, check: &str, status: &str) -> &'r Value {
    let findings = report["findings"].as_array().unwrap();
    let wanted = |finding: &&Value| finding["check"] == check && finding["status"] == status;
    findings.iter().find(wanted).unwrap_or_else(|| panic!("{check} has no {status}"))
}

#[test]
#[ignore = "needs the running stack: tests/stack/run cargo test --test stack -- --ignored"]
fn everything_that_was_planted_is_found() {
    let report = audited();
    for check in [
        // settings.py
        "django/debug-off",
        "django/allowed-hosts-named",
        "cookies/session-secure",
        "cookies/session-httponly",
        "data/database-not-sqlite",
        // .env
        "env/no-placeholders",
        // nginx.conf
        "nginx/plain-http-redirects",
        "nginx/proxy-sets-forwarded-proto",
        "nginx/alias-ends-with-slash",
        "nginx/secret-files-not-served",
        // requirements.txt
        "dependencies/pinned",
        // the live site
        "http/https-redirect",
        "http/hsts-one-year",
        "exposure/env-file-unreachable",
        "exposure/no-debug-page",
    ] {
        finding(&report, check, "fail");
    }
}

#[test]
#[ignore = "needs the running stack: tests/stack/run cargo test --test stack -- --ignored"]
fn what_is_in_order_passes() {
    let report = audited();
    for check in [
        "tls/certificate-trusted",
        "tls/certificate-names-host",
        "tls/versions-modern",
        "cookies/csrf-secure",
        "exposure/git-unreachable",
        "django/csrf-middleware-active",
    ] {
        finding(&report, check, "pass");
    }
}

#[test]
#[ignore = "needs the running stack: tests/stack/run cargo test --test stack -- --ignored"]
fn layers_that_disagree_are_named() {
    let report = audited();
    for (check, promise, hindrance) in [
        (
            "http/https-redirect",
            ("SECURE_SSL_REDIRECT", "shop/settings.py"),
            ("forwarded-proto", "deploy/nginx.conf"),
        ),
        (
            "http/hsts-one-year",
            ("SECURE_HSTS_SECONDS", "shop/settings.py"),
            ("strict-transport-security", "deploy/nginx.conf"),
        ),
    ] {
        let contrary = finding(&report, check, "fail")["contrary"].as_array().unwrap();
        for (what, file) in [promise, hindrance] {
            let named = contrary.iter().any(|reason| {
                reason["text"].as_str().unwrap().contains(what) && reason["file"] == file
            });
            assert!(named, "{check}: {what} in {file} is not among\n{contrary:#?}");
        }
    }
}

/// What Django and its settings get wrong behind any server.
const OF_DJANGO: [&str; 7] = [
    "cookies/session-httponly",
    "cookies/session-secure",
    "exposure/no-debug-page",
    "http/csp-enforced",
    "http/hsts-covers-subdomains",
    "http/hsts-preload-ready",
    "http/permissions-policy-set",
];

/// Every verdict was reviewed by hand: nothing that fails is left out, and nothing else may fail.
#[test]
#[ignore = "needs the running stack: tests/stack/run cargo test --test stack -- --ignored"]
fn an_apache_that_says_too_much_is_told_all_of_it() {
    let report = probed("APACHE");
    let mut expected = vec![
        "exposure/folders-not-listed",
        "exposure/git-unreachable",
        "exposure/metrics-private",
        "http/headers-on-every-answer",
        "http/http2-offered",
        "http/version-hidden",
        "operations/security-txt-present",
        "tls/guideline-intermediate",
        "tls/versions-modern",
    ];
    expected.extend(OF_DJANGO);
    expected.sort_unstable();
    assert_eq!(checks(&report, "fail"), expected);
    for check in ["http/https-redirect", "http/hsts-one-year", "http/nosniff"] {
        finding(&report, check, "pass");
    }
}

#[test]
#[ignore = "needs the running stack: tests/stack/run cargo test --test stack -- --ignored"]
fn a_caddy_that_passes_on_what_django_promises_has_only_djangos_faults() {
    let report = probed("CADDY");
    let mut expected = vec!["operations/security-txt-present"];
    expected.extend(OF_DJANGO);
    expected.sort_unstable();
    assert_eq!(checks(&report, "fail"), expected);
    assert_eq!(checks(&report, "unknown"), [""; 0]);
    for check in [
        "exposure/forwarded-proto-not-believed",
        "http/headers-on-every-answer",
        "http/http2-offered",
        "http/https-redirect",
        "http/redirect-keeps-path",
        "tls/guideline-intermediate",
        "tls/versions-modern",
    ] {
        finding(&report, check, "pass");
    }
}
