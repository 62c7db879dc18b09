//! `fixtures/cases`: many small files, half of them with a fault. Held for each group: how many faults are
//! found, and how much of what is found is one. `tests/compare_linters.py` plays the same to other linters.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up has failed"
)]
#![allow(clippy::disallowed_methods, reason = "a test reads its own fixtures")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use prodcheck::check::library::Overrides;
use prodcheck::check::load::Depth;
use prodcheck::check::{Finding, Library, Verdict, evaluate};
use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::Catalogue;
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};

const GROUPS: &[&str] =
    &["nginx", "dockerfile", "compose", "env", "stores", "servers", "kubernetes"];
/// Of a hundred faults, so many are found at least.
const RECALL: usize = 97;
/// Of a hundred findings, so many are faults at least.
const PRECISION: usize = 98;

struct Case {
    line: usize,
    fault: bool,
    idea: String,
    files: Vec<(String, String)>,
}

#[derive(Default)]
struct Score {
    found: usize,
    missed: usize,
    false_alarms: usize,
    wrong: Vec<String>,
}

#[test]
fn faults_are_found_and_what_is_sound_is_left_alone() {
    let catalogue = catalogue();
    let library = Library::built_in(&catalogue, &Overrides::new(), Depth::Whole).expect("checks");
    let ideas = ideas();
    let mut told = Vec::new();
    let mut count = 0;
    for group in GROUPS {
        let mut score = Score::default();
        let cases = cases(group);
        count += cases.len();
        let sound = cases.iter().filter(|case| !case.fault).count();
        assert!(sound * 2 >= cases.len(), "{group}: only {sound} of {} are sound", cases.len());
        for case in cases {
            let checks = &ideas[&((*group).to_owned(), case.idea.clone())];
            score.add(group, &case, fails(&case, checks, &library, &catalogue));
        }
        told.extend(score.complaint(group));
    }
    assert!(count >= 250, "only {count} cases");
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn every_idea_names_checks_that_there_are_and_has_both_kinds_of_case() {
    let catalogue = catalogue();
    let library = Library::built_in(&catalogue, &Overrides::new(), Depth::Whole).expect("checks");
    for ((group, idea), checks) in ideas() {
        for check in checks {
            assert!(library.checks.iter().any(|each| each.id.to_string() == check), "{check}");
        }
        for fault in [true, false] {
            let some = cases(&group).iter().any(|case| case.idea == idea && case.fault == fault);
            assert!(some, "{group} {idea}: no case with fault = {fault}");
        }
    }
}

impl Score {
    fn add(&mut self, group: &str, case: &Case, reported: bool) {
        match (case.fault, reported) {
            (true, true) => self.found += 1,
            (true, false) => self.missed += 1,
            (false, true) => self.false_alarms += 1,
            (false, false) => {}
        }
        if case.fault != reported {
            let what = if case.fault { "missed" } else { "false alarm" };
            self.wrong.push(format!("  {what}: {group}.txt:{} {}", case.line, case.idea));
        }
    }

    fn complaint(&self, group: &str) -> Option<String> {
        let faults = self.found + self.missed;
        let reported = self.found + self.false_alarms;
        let good = self.found * 100 >= RECALL * faults && self.found * 100 >= PRECISION * reported;
        (!good).then(|| {
            format!(
                "{group}: {} of {faults} faults found, {} false alarms\n{}",
                self.found,
                self.false_alarms,
                self.wrong.join("\n")
            )
        })
    }
}

/// Whether one of these checks fails on the case.
fn fails(case: &Case, checks: &[String], library: &Library, catalogue: &Catalogue) -> bool {
    let project = Project::of_texts(case.files.iter().map(|(path, text)| (&**path, &**text)));
    let given = Given::nothing(Date::parse("2026-11-21").expect("a day"));
    services(&project, "shop").iter().any(|service| {
        let facts = collect::service(&project, service, &given, catalogue);
        library
            .checks
            .iter()
            .filter(|check| checks.contains(&check.id.to_string()))
            .any(|check| Finding::worst(&evaluate(check, &facts, catalogue)) == Verdict::Fail)
    })
}

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    fs::read_to_string(folder.join(format!("{name}.txt"))).expect("cases")
}

fn ideas() -> BTreeMap<(String, String), Vec<String>> {
    let text = read("ideas");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let checks = words[2].split(',').map(str::to_owned).collect();
            ((words[0].to_owned(), words[1].to_owned()), checks)
        })
        .collect()
}

fn cases(group: &str) -> Vec<Case> {
    let text = read(group);
    let numbered = text.lines().enumerate();
    numbered
        .filter(|(_, line)| line.starts_with("fault ") || line.starts_with("sound "))
        .map(|(index, line)| {
            let (head, body) = line.split_once(" | ").expect("an idea, then a text");
            let (kind, idea) = head.split_once(' ').expect("a kind, then an idea");
            Case {
                line: index + 1,
                fault: kind == "fault",
                idea: idea.to_owned(),
                files: files(group, body),
            }
        })
        .collect()
}

fn files(group: &str, body: &str) -> Vec<(String, String)> {
    let marked = format!(" {body}");
    let mut parts = marked.split(" ## ");
    let first = parts.next().unwrap_or_default().trim();
    let mut files = Vec::new();
    if !first.is_empty() {
        files.push((default_file(group).to_owned(), wrapped(group, first)));
    }
    while let (Some(path), Some(text)) = (parts.next(), parts.next()) {
        files.push((path.trim().to_owned(), wrapped("other", text.trim())));
    }
    files
}

fn default_file(group: &str) -> &str {
    match group {
        "nginx" => "nginx.conf",
        "dockerfile" => "Dockerfile",
        "compose" => "compose.yaml",
        _ => ".env",
    }
}

/// The whole file that a case's text stands for.
fn wrapped(group: &str, text: &str) -> String {
    let text = text.replace(r"\\n", "\0").replace(r"\n", "\n").replace('\0', r"\n");
    match (group, text.strip_prefix("http: ")) {
        ("nginx", Some(http)) => format!("events {{}}\nhttp {{\n{http}\n}}\n"),
        ("nginx", None) => {
            let listens = text.starts_with("listen ") || text.contains(" listen ");
            let listen = if listens { "" } else { "listen 80;\n" };
            format!("events {{}}\nhttp {{\nserver {{\n{listen}{text}\n}}\n}}\n")
        }
        ("compose", _) if !text.starts_with("services:") => {
            let lines: Vec<String> = text.lines().map(|line| format!("    {line}\n")).collect();
            format!("services:\n  web:\n{}", lines.concat())
        }
        _ => format!("{text}\n"),
    }
}

#[test]
fn the_faults_of_the_guides_are_found_each_by_its_check() {
    let catalogue = catalogue();
    let library = Library::built_in(&catalogue, &Overrides::new(), Depth::Whole).expect("checks");
    let cases = cases("guides");
    let missed: Vec<String> = cases
        .iter()
        .filter(|case| !fails(case, std::slice::from_ref(&case.idea), &library, &catalogue))
        .map(|case| format!("guides.txt:{} {}", case.line, case.idea))
        .collect();
    assert!(cases.len() >= 38, "only {} faults", cases.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
