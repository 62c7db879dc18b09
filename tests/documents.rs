//! The README is true: its commands do what it says, its output is the program's, its check is the file.
//!
//! `BLESS=1 cargo test --test documents` writes the output and the check into it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that cannot set itself up has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// What stands in the fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    text.split(&opening)
        .skip(1)
        .map(|after| after.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

/// The arguments of a line of shell, for a program that is called in a plain way.
fn run(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_prodcheck"))
        .current_dir(root())
        .args(arguments)
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.is_empty(), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

/// Puts what is true into the block that follows a marker, and tells whether it stood there already.
fn holds(marker: &str, language: &str, truth: &str) -> bool {
    let text = readme();
    let (before, after) = text.split_once(marker).expect("the README has the marker");
    let opening = format!("\n```{language}\n");
    let (_, rest) = after.split_once(&opening).expect("a block follows the marker");
    let (shown, tail) = rest.split_once("```\n").expect("the block ends");
    if std::env::var_os("BLESS").is_some() {
        let blessed = format!("{before}{marker}{opening}{truth}```\n{tail}");
        fs::write(root().join("README.md"), blessed).unwrap();
        return true;
    }
    shown == truth
}

#[test]
fn the_shown_run_prints_what_is_shown() {
    let text = readme();
    let shown = blocks(&text, "console").concat();
    let command = shown.lines().next().unwrap();
    let arguments: Vec<&str> =
        command.strip_prefix("$ prodcheck ").unwrap().split_whitespace().collect();
    let truth = format!("{command}\n{}", run(&arguments));
    assert!(holds("<!-- run -->", "console", &truth), "expected\n{truth}");
}

#[test]
fn the_shown_check_is_the_whole_file() {
    let truth = fs::read_to_string(root().join("checks/django/debug-off.toml")).unwrap();
    assert!(holds("<!-- file checks/django/debug-off.toml -->", "toml", &truth));
}

#[test]
fn the_main_job_finds_what_the_careless_project_left() {
    let text = readme();
    let shell = blocks(&text, "sh");
    let main_job = shell.first().unwrap();
    let arguments: Vec<&str> = main_job
        .strip_prefix("cargo run --release -- ")
        .expect("the first command runs the main job")
        .split_whitespace()
        .collect();
    let report = run(&arguments);
    for found in ["NOT READY", "django/debug-off", "exit 1"] {
        assert!(report.contains(found), "{found} is not in\n{report}");
    }
}

#[test]
fn continuous_integration_calls_the_test_command() {
    let text = readme();
    let shell = blocks(&text, "sh");
    let tests = shell.get(1).unwrap().trim();
    let script = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(script.contains(tests), "`{tests}` is not in .ci/run");
}

#[test]
fn the_checks_that_a_first_configuration_names_exist() {
    let folder = tempfile::tempdir().unwrap();
    run(&["init", folder.path().to_str().unwrap()]);
    let text = fs::read_to_string(folder.path().join("prodcheck.toml")).unwrap();
    let quoted = text.split('"').skip(1).step_by(2);
    let ids: Vec<&str> = quoted
        .filter(|word| {
            let is_path = word.starts_with('/') || word.ends_with('/');
            word.contains('/') && !word.contains([':', '*', ' ']) && !is_path
        })
        .collect();
    assert!(ids.len() >= 3, "{ids:?}");
    for id in ids {
        run(&["explain", id]);
    }
}

#[test]
fn every_path_that_is_named_exists() {
    let text = readme();
    let words = text.split(|c: char| c.is_whitespace() || "`,;:()".contains(c));
    for path in words.filter(|word| {
        ["fixtures/", "checks/", "tests/", "src/"].iter().any(|top| word.starts_with(top))
            && !word.contains('<')
    }) {
        assert!(Path::new(&root()).join(path).exists(), "{path}");
    }
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let help = run(&["--help"]);
    for line in readme().lines().filter(|line| line.starts_with("| ")) {
        let code = line.split('|').nth(1).unwrap_or_default().trim();
        if code.parse::<u8>().is_ok() {
            assert!(help.lines().any(|told| told.trim_start().starts_with(code)), "{code}");
        }
    }
}
