//! What nginx refuses and what it takes, asked of `nginx -t`: prodcheck says so on the same line, exactly then.
//!
//! Skipped, and said so, where nginx is not installed; a continuous integration that lacks it fails.
#![allow(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test that cannot set itself up has failed"
)]
#![allow(clippy::print_stderr, reason = "a skipped test must say so")]

mod nginx;

use std::fs;

use nginx::{FILE, Nginx, facts, place, stream_module};

const LINES: &str = include_str!("nginx/lines.txt");
const FILES: &str = include_str!("nginx/files.txt");
const TABLE: &str = include_str!("../src/collect/nginx/directives.txt");
/// What nginx says at the end of `http`, or without a line, of something that stands elsewhere.
const SAID_LATER: &[&str] = &[
    "is unknown in",
    "zero size shared memory zone",
    "variable",
    "must be less",
    "at least 2",
    "no \"events\" section",
];

type Files = Vec<(String, String)>;

#[test]
fn what_nginx_refuses_is_refused_on_the_same_line() {
    let Some(nginx) = Nginx::find() else { return };
    certificate(&nginx);
    let mut wrong = Vec::new();
    let mut taken = 0;
    let lines = one_line_each();
    let files = several_files();
    let count = lines.len() + files.len();
    for files in lines.into_iter().chain(files) {
        if let Some(difference) = difference(&nginx, &files, &mut taken) {
            wrong.push(difference);
        }
    }
    assert!(count >= 300, "only {count} configurations are compared");
    assert!(taken * 3 >= count, "only {taken} of {count} are taken by nginx");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every directive of the table with no word, one, two and so on, and with words that no kind takes.
#[test]
fn counts_and_kinds_of_the_table_are_those_of_nginx() {
    let Some(nginx) = Nginx::find() else { return };
    let mut wrong = Vec::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#') && !line.contains(" since ")) {
        let words: Vec<&str> = line.split(' ').collect();
        let (name, contexts, kind) = (words[0], words[1], words[3]);
        let Some(context) =
            ["l", "s", "h", "e", "m", "u"].into_iter().find(|c| contexts.contains(*c))
        else {
            continue;
        };
        if words[2].ends_with('{') || name == "include" || name == "load_module" {
            continue;
        }
        // What only the module reads is compared by the count alone.
        let of_kind = !kind.starts_with('-');
        let wrong_count = (0..6).find(|count| !row_takes(words[2], *count));
        let right_count = (1..6).find(|count| of_kind && row_takes(words[2], *count));
        let tried = wrong_count.into_iter().chain(right_count).map(|count| " a".repeat(count));
        for tried in tried {
            let files = vec![(FILE.to_owned(), wrapped(context, &format!("{name}{tried};")))];
            let Some(stop) = nginx.stop(&files) else { continue };
            // Of another version, or built without it.
            if stop.why.contains("unknown directive") {
                break;
            }
            if refused(&files).is_empty() {
                wrong.push(format!("{name}{tried}: {}", stop.why));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn row_takes(counts: &str, count: usize) -> bool {
    match counts {
        "*" => true,
        "1+" => count >= 1,
        "2+" => count >= 2,
        exact => exact.contains(&count.to_string()),
    }
}

/// How the two differ, if they do. Counts what nginx takes.
fn difference(nginx: &Nginx, files: &Files, taken: &mut usize) -> Option<String> {
    let theirs = nginx.stop(files);
    let ours = refused(files);
    let shown = |what: &str| {
        let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
        Some(format!("{what}\n  ours: {ours:?}\n{}", texts.join("\n---\n")))
    };
    let Some(stop) = theirs else {
        *taken += 1;
        return if ours.is_empty() { None } else { shown("nginx takes it") };
    };
    let later = SAID_LATER.iter().any(|part| stop.why.contains(part));
    let same = match &stop.at {
        Some(at) if !later => ours.first().is_some_and(|(first, _)| first == at),
        _ => !ours.is_empty(),
    };
    if same { None } else { shown(&stop.why) }
}

/// Where prodcheck says that nginx stops, the first first.
fn refused(files: &Files) -> Vec<((String, u32), String)> {
    let facts = facts(files);
    let listed = ["nginx.syntax-errors", "nginx.misplaced-directives", "nginx.refused-directives"];
    let mut found: Vec<_> = listed
        .iter()
        .flat_map(|path| facts.at(path).value.items().to_vec())
        .filter_map(|item| Some((place(&item)?, item.value.to_string())))
        .collect();
    let limits = facts.at("nginx.limits");
    let undefined = limits.value.items().iter().filter(|item| {
        item.value.field("defined").and_then(|field| field.value.bool()) == Some(false)
    });
    found.extend(undefined.filter_map(|item| Some((place(item)?, "no such zone".to_owned()))));
    found.sort();
    found
}

fn certificate(nginx: &Nginx) {
    let made =
        rcgen::generate_simple_self_signed(vec!["a.test".to_owned()]).expect("a certificate");
    fs::write(nginx.folder().join("cert.pem"), made.cert.pem()).expect("a certificate to load");
    fs::write(nginx.folder().join("key.pem"), made.signing_key.serialize_pem()).expect("its key");
}

fn one_line_each() -> Vec<Files> {
    LINES
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let (context, text) = line.split_once(' ').expect("a context and a text");
            vec![(FILE.to_owned(), wrapped(context, text))]
        })
        .collect()
}

/// A text in the blocks that make it stand where the letter says.
fn wrapped(context: &str, text: &str) -> String {
    let inside = format!("\n{text}\n");
    let server = |inner: String| format!("events {{}}\nhttp {{ server {{ {inner} }} }}\n");
    match context {
        "m" => format!("{text}\nevents {{}}\nhttp {{}}\n"),
        "e" => format!("events {{{inside}}}\nhttp {{}}\n"),
        "h" => format!("events {{}}\nhttp {{{inside}}}\n"),
        "s" => server(inside),
        "l" => server(format!("location / {{{inside}}}")),
        "r" => server(format!("location ~ ^/a/(.*)$ {{{inside}}}")),
        "n" => server(format!("location @a {{{inside}}}")),
        "i" => server(format!("location / {{ if ($host = a) {{{inside}}} }}")),
        _ => format!("events {{}}\nhttp {{ upstream u {{ server 127.0.0.1:9; {inside}}} }}\n"),
    }
}

fn several_files() -> Vec<Files> {
    let module = stream_module();
    let mut found = Vec::new();
    for case in FILES.split("=== ").skip(1) {
        let (name, text) = case.split_once('\n').expect("a name, then text");
        let Some(text) = with_module(text, module.as_deref()) else {
            eprintln!("skipped: {name}: nginx's module for streams is not installed");
            continue;
        };
        let mut parts = text.split("--- ");
        let main = parts.next().expect("a main file").to_owned();
        let others = parts.map(|part| {
            let (path, text) = part.split_once('\n').expect("a path, then text");
            (path.to_owned(), text.to_owned())
        });
        found.push([(FILE.to_owned(), main)].into_iter().chain(others).collect());
    }
    found
}

fn with_module(text: &str, module: Option<&std::path::Path>) -> Option<String> {
    if !text.contains("load_module STREAM;") {
        return Some(text.to_owned());
    }
    Some(text.replace("STREAM", &module?.display().to_string()))
}
