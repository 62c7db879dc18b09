//! The real stack: nginx before gunicorn before Django, audited by its files and its live site together.
//!
//! `tests/stack/run cargo test --test stack -- --ignored` starts and stops the stack around these tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot set itself up has failed"
)]

use std::process::Command;

use serde_json::Value;

/// The audit of the running stack.
fn audited() -> Value {
    let told =
        |name: &str| std::env::var(name).expect("`tests/stack/run` tells where the stack is");
    let output = Command::new(env!("CARGO_BIN_EXE_prodcheck"))
        .current_dir(told("STACK_PROJECT"))
        .args(["audit", ".", "--format", "json", "--max-findings", "0"])
        .args(["--url", &told("STACK_URL"), "--http-url", &told("STACK_HTTP_URL")])
        .args(["--resolve", "shop.test:18443:127.0.0.1", "--resolve", "shop.test:18080:127.0.0.1"])
        .args(["--ca-file", &told("STACK_CA")])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
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
