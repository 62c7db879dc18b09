//! The grammar and the table of contexts against nginx itself: `nginx -t` on seeded random files.
//!
//! Skipped, and said so, where nginx is not installed; a continuous integration that lacks it fails.
#![allow(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test that cannot set itself up has failed"
)]
#![allow(clippy::print_stderr, reason = "a skipped test must say so")]

mod nginx;

use nginx::{FILE, Nginx, facts, place};
use prodcheck::fact::Facts;

const TABLE: &str = include_str!("../src/collect/nginx/directives.txt");

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
        compare(
            &nginx,
            &format!("events {{}}\nhttp {{\nserver {{\n{}\n}}\n}}\n", lines.join("\n")),
        );
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
        compare(
            &nginx,
            &match random.below(9) {
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
            },
        );
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

/// Both stop at the same line for the same kind of reason; of what only nginx judges, we say nothing.
fn compare(nginx: &Nginx, text: &str) {
    let files = [(FILE.to_owned(), text.to_owned())];
    let theirs = their_stop(&nginx.told_of(&files));
    let ours = our_stop(&facts(&files));
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

fn their_stop(told: &str) -> Option<Stop> {
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

/// The first thing in a file, by its line, at which we say that nginx stops.
fn our_stop(facts: &Facts) -> Option<Stop> {
    let lines = |path: &str| -> Vec<u32> {
        let found = facts.at(path);
        found.value.items().iter().filter_map(place).map(|(_, line)| line).collect()
    };
    let tokens = lines("nginx.syntax-errors").into_iter().map(|line| (line, Stop::Token(line)));
    let misplaced =
        lines("nginx.misplaced-directives").into_iter().map(|line| (line, Stop::Misplaced(line)));
    tokens.chain(misplaced).min().map(|(_, stop)| stop)
}
