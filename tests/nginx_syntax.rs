//! The grammar and the table of contexts against nginx itself: `nginx -t` on seeded random files.
//!
//! Skipped, and said so, where nginx is not installed; a continuous integration that lacks it fails.
#![allow(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test that cannot set itself up has failed"
)]
#![allow(clippy::print_stderr, reason = "a skipped test must say so")]

use std::fs;
use std::path::Path;
use std::process::Command;

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::{Fact, Facts, Place};
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};

const TABLE: &str = include_str!("../src/collect/nginx/directives.txt");
const FILE: &str = "nginx.conf";

/// What stops the reading of a file, and at which line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stop {
    /// A token that cannot be.
    Token(u32),
    /// A directive where it is not accepted.
    Misplaced(u32),
    /// What only nginx judges: wrong values, unknown names.
    Other(u32),
}

#[test]
fn tokens_are_those_of_nginx() {
    let Some(nginx) = Nginx::find() else { return };
    let mut random = Random(7);
    for _ in 0..400 {
        let lines: Vec<String> = (0..3).map(|_| directive(&mut random)).collect();
        nginx.compare(&format!("events {{}}\nhttp {{\nserver {{\n{}\n}}\n}}\n", lines.join("\n")));
    }
}

#[test]
fn misplaced_directives_are_those_of_nginx() {
    let Some(nginx) = Nginx::find() else { return };
    let mut random = Random(11);
    let names: Vec<&str> = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(' ').next())
        // Accepted in upstreams since 1.27.3.
        .filter(|name| !name.starts_with("resolver"))
        .collect();
    for _ in 0..400 {
        let name = names[random.below(names.len())];
        let inside = format!("\n{name} a;\n");
        nginx.compare(&match random.below(9) {
            0 => format!("{inside}events {{}}\nhttp {{}}\n"),
            1 => format!("events {{{inside}}}\nhttp {{}}\n"),
            2 => format!("events {{}}\nhttp {{{inside}}}\n"),
            3 => format!("events {{}}\nhttp {{ server {{{inside}}} }}\n"),
            4 => format!("events {{}}\nhttp {{ server {{ location / {{{inside}}} }} }}\n"),
            5 => format!("events {{}}\nhttp {{ server {{ if ($host = a) {{{inside}}} }} }}\n"),
            6 => format!("events {{}}\nhttp {{ upstream u {{{inside}}} }}\n"),
            7 => format!(
                "events {{}}\nhttp {{ server {{ location / {{ limit_except GET {{{inside}}} }} }} }}\n"
            ),
            _ => format!(
                "events {{}}\nhttp {{ server {{ location / {{ if ($host = a) {{{inside}}} }} }} }}\n"
            ),
        });
    }
}

/// A directive that takes any words, with words that try the tokenizer.
fn directive(random: &mut Random) -> String {
    const PIECES: &[&str] = &[
        "\"", "'", "\\", "$", "{", "}", ";", "#", " ", "a", "(", ")", "\t", "${b}", "$c", "\\\"",
        "\r\n", "~", "b{1,2}", "\"a b\"", "'a;b'", "é", "\\;", "a#b", ",", "=",
    ];
    let word = |random: &mut Random| {
        let count = 1 + random.below(4);
        (0..count).map(|_| PIECES[random.below(PIECES.len())]).collect::<String>()
    };
    let words = format!("{} {}", word(random), word(random));
    match random.below(3) {
        0 => format!("set $a {};", word(random)),
        1 => format!("index {words};"),
        _ => format!("server_name {words};"),
    }
}

/// A linear congruential generator: the same files on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound
    }
}

/// An installed nginx, and a folder to try files in.
struct Nginx {
    program: &'static str,
    folder: tempfile::TempDir,
}

impl Nginx {
    fn find() -> Option<Self> {
        let runs = |program: &&&str| Command::new(program).arg("-v").output().is_ok();
        let found = ["nginx", "/usr/sbin/nginx"].iter().find(runs).copied();
        assert!(
            found.is_some() || std::env::var_os("CI").is_none(),
            "continuous integration must have nginx, or nobody compares with it"
        );
        let Some(program) = found else {
            eprintln!("skipped: nginx is not installed");
            return None;
        };
        Some(Self { program, folder: tempfile::tempdir().expect("a folder to try files in") })
    }

    /// Both stop at the same line for the same kind of reason; of what only nginx judges, we say nothing.
    fn compare(&self, text: &str) {
        let theirs = self.stop(text);
        let ours = our_stop(text);
        let agree = match (&theirs, &ours) {
            (Some(Stop::Other(_)) | None, None) => true,
            // nginx stopped before it came to what we see.
            (Some(Stop::Other(theirs)), Some(Stop::Token(ours) | Stop::Misplaced(ours))) => {
                ours >= theirs
            }
            (theirs, ours) => theirs == ours,
        };
        assert!(agree, "nginx: {theirs:?}, ours: {ours:?}\n{text:?}\n{text}");
    }

    fn stop(&self, text: &str) -> Option<Stop> {
        let file = self.folder.path().join(FILE);
        fs::write(&file, text).expect("a file to try");
        let told = told_by(self.program, self.folder.path(), &file);
        let emergency = told.lines().find(|line| line.contains("[emerg]"))?;
        let line = emergency.rsplit(':').next()?.trim().parse().ok()?;
        Some(if emergency.contains("is not allowed here") {
            Stop::Misplaced(line)
        } else if emergency.contains("unexpected") {
            Stop::Token(line)
        } else {
            Stop::Other(line)
        })
    }
}

fn told_by(program: &str, folder: &Path, file: &Path) -> String {
    let output = Command::new(program)
        .arg("-t")
        .arg("-p")
        .arg(folder)
        .arg("-c")
        .arg(file)
        .output()
        .expect("nginx ran a moment ago");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The first thing in a file, by its line, at which we say that nginx stops.
fn our_stop(text: &str) -> Option<Stop> {
    let project = Project::of_texts([(FILE, text)]);
    let given = Given::nothing(Date::parse("2026-11-21").expect("a day"));
    let catalogue = catalogue();
    let mut facts = Facts::default();
    for service in services(&project, "any") {
        facts.merge(collect::service(&project, &service, &given, &catalogue));
    }
    let lines =
        |path: &str| -> Vec<u32> { facts.at(path).value.items().iter().filter_map(line).collect() };
    let tokens = lines("nginx.syntax-errors").into_iter().map(|line| (line, Stop::Token(line)));
    let misplaced =
        lines("nginx.misplaced-directives").into_iter().map(|line| (line, Stop::Misplaced(line)));
    tokens.chain(misplaced).min().map(|(_, stop)| stop)
}

fn line(fact: &Fact) -> Option<u32> {
    match &fact.provenance.place {
        Some(Place::File { at: Some(position), .. }) => Some(position.line),
        _ => None,
    }
}
