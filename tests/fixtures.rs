//! Whole small projects, each with a transcript of its site: the whole report of each is a snapshot.
//!
//! `BLESS=1 cargo test --test fixtures` writes the reports; `git diff` is the review.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up has failed"
)]
#![allow(clippy::disallowed_methods, reason = "a test reads its own fixtures and environment")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

/// The day on which all fixtures are judged.
const DAY: &str = "2026-11-21";

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for fixture in fixtures() {
        let name = fixture.file_name().unwrap().to_string_lossy().into_owned();
        let (reported, judged) = (fixture.clone(), fixture.clone());
        trials.push(Trial::test(format!("{name}: the report"), move || report(&reported)));
        trials.push(Trial::test(format!("{name}: the findings"), move || findings(&judged)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("tree").is_dir())
        .collect();
    found.sort();
    found
}

/// The report for people is the reviewed one.
fn report(fixture: &Path) -> Result<(), Failed> {
    let found = audited(fixture, &["--max-findings", "0", "--verbose"]);
    let reviewed = fixture.join("report.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&reviewed, &found).unwrap();
    }
    let expected = fs::read_to_string(&reviewed).unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    let line = found.lines().zip(expected.lines()).take_while(|(one, other)| one == other).count();
    let at = |text: &str| text.lines().nth(line).unwrap_or("(the end)").to_owned();
    Err(Failed::from(format!(
        "{}:{}: reviewed `{}`, found `{}`; BLESS=1 writes what is found",
        reviewed.display(),
        line + 1,
        at(&expected),
        at(&found)
    )))
}

/// What a careless team left has at least fifteen faults; the hardened state none that matters.
fn findings(fixture: &Path) -> Result<(), Failed> {
    let report: Value = serde_json::from_str(&audited(fixture, &["--format", "json"]))
        .map_err(|e| e.to_string())?;
    let failed = |severities: &[&str]| -> Vec<String> {
        report["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|finding| finding["status"] == "fail")
            .filter(|finding| severities.iter().any(|severity| finding["severity"] == *severity))
            .map(|finding| finding["check"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let name = fixture.file_name().unwrap().to_string_lossy();
    if name.ends_with("-hardened") {
        let left = failed(&["critical", "high", "medium"]);
        return if left.is_empty() { Ok(()) } else { Err(left.join("\n").into()) };
    }
    let mut distinct = failed(&["critical", "high", "medium", "low"]);
    distinct.dedup();
    if distinct.len() >= 15 {
        return Ok(());
    }
    Err(format!("{} checks failed, at least 15 expected:\n{}", distinct.len(), distinct.join("\n"))
        .into())
}

/// The output of an audit of a fixture and its replayed site, run from the fixture's folder.
fn audited(fixture: &Path, flags: &[&str]) -> String {
    let transcript = fs::read_to_string(fixture.join("site.http")).unwrap();
    let url = transcript
        .lines()
        .find_map(|line| line.strip_prefix("> GET "))
        .expect("a transcript begins with the front page");
    let output = Command::new(env!("CARGO_BIN_EXE_prodcheck"))
        .current_dir(fixture)
        .args(["audit", "tree", "--url", url, "--replay", "site.http", "--today", DAY])
        .args(flags)
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.is_empty(), "{told}");
    String::from_utf8(output.stdout).unwrap()
}
