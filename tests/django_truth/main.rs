//! The settings evaluator beside Django itself: thousands of generated projects are loaded by the real
//! Django and read by prodcheck, and both must say the same, or prodcheck that it does not know.
//!
//! `tests/django_truth/run cargo test --test django_truth -- --ignored` installs the releases of Django
//! around it. Environment: `DJANGO_TRUTH_CASES` (how many), `DJANGO_TRUTH_SEED` (the first),
//! `DJANGO_TRUTH_VENVS` (a folder with a virtual environment for each release), `DJANGO_TRUTH_SHOWN` (how many
//! disagreements are cut down and shown), `DJANGO_TRUTH_UNKNOWN` (set: what is unknown is shown too).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::format_push_string,
    clippy::needless_raw_string_hashes,
    reason = "a test that cannot set itself up has failed; what it measured is read in its output"
)]

mod audited;
mod blocks;
mod case;
mod class_settings;
mod compare;
mod environs;
mod expressions;
mod fill;
mod generate;
mod idioms;
mod random;
mod statements;
mod tally;
mod truth;
mod values;

use std::path::{Path, PathBuf};

use audited::Auditor;
use case::Case;
use tally::{Judged, Tally, judge};
use truth::Truth;

/// Cases that are asked in one go, and that share a process.
const TOGETHER: usize = 100;

fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn number(name: &str, default: u64) -> u64 {
    told(name).map_or(default, |text| text.replace('_', "").parse().expect("a number"))
}

/// The virtual environments, by the release that each has.
fn environments() -> Vec<PathBuf> {
    let folder =
        told("DJANGO_TRUTH_VENVS").expect("`tests/django_truth/run` tells where Django is");
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.join("bin/python").exists());
    all.sort();
    assert!(!all.is_empty(), "no Django is installed");
    all
}

fn work() -> PathBuf {
    let shared = Path::new("/dev/shm");
    let base = if shared.is_dir() { shared.to_path_buf() } else { std::env::temp_dir() };
    base.join(format!("django-truth-{}", std::process::id()))
}

/// Runs cases `first`, `first + step`, … of `count` and tells how they went.
fn share(first: u64, count: u64, step: u64, venvs: &[PathBuf]) -> Tally {
    let auditor = Auditor::new();
    let mut truths: Vec<Truth> = venvs
        .iter()
        .enumerate()
        .map(|(index, venv)| Truth::start(venv, work().join(format!("{first}-{index}")), TOGETHER))
        .collect();
    let releases: Vec<String> = truths.iter().map(|truth| truth.django.clone()).collect();
    let names = tally::names();
    let mut waiting: Vec<Vec<Case>> = vec![Vec::new(); truths.len()];
    let mut tally = Tally::default();
    let seeds = (0..count).step_by(usize::try_from(step).unwrap()).map(|offset| first + offset);
    for seed in seeds {
        let case = generate::case(seed, &releases);
        let release = case.release;
        truths[release].ask(&case, &names);
        waiting[release].push(case);
        if waiting[release].len() == TOGETHER {
            settle(&auditor, &mut truths[release], &mut waiting[release], &mut tally);
        }
    }
    for (truth, waiting) in truths.iter_mut().zip(&mut waiting) {
        truth.finish();
        settle(&auditor, truth, waiting, &mut tally);
    }
    tally
}

fn settle(auditor: &Auditor, truth: &mut Truth, waiting: &mut Vec<Case>, tally: &mut Tally) {
    let facts: Vec<_> = waiting.iter().map(|case| auditor.facts(case)).collect();
    for (case, facts) in waiting.drain(..).zip(facts) {
        let answer = truth.answer();
        tally.add(&case, judge(auditor, &case, &facts, &answer));
    }
}

/// What a case comes to, asked alone.
fn alone(auditor: &Auditor, truth: &mut Truth, case: &Case) -> Judged {
    truth.ask(case, &tally::names());
    let facts = auditor.facts(case);
    judge(auditor, case, &facts, &truth.answer())
}

#[test]
#[ignore = "needs Django: tests/django_truth/run cargo test --test django_truth -- --ignored"]
fn prodcheck_and_django_agree_on_generated_projects() {
    let venvs = environments();
    let count = number("DJANGO_TRUTH_CASES", 20_000);
    let first = number("DJANGO_TRUTH_SEED", 1);
    let threads = 2;
    let shares: Vec<Tally> = std::thread::scope(|scope| {
        let run = |thread| {
            let venvs = &venvs;
            scope.spawn(move || share(first + thread, count.saturating_sub(thread), threads, venvs))
        };
        let running: Vec<_> = (0..threads).map(run).collect();
        running.into_iter().map(|share| share.join().unwrap()).collect()
    });
    let tally = shares.into_iter().fold(Tally::default(), Tally::plus);
    println!("{}", tally.shown());
    let auditor = Auditor::new();
    let mut truths: Vec<Truth> = venvs
        .iter()
        .enumerate()
        .map(|(index, venv)| Truth::start(venv, work().join(format!("alone-{index}")), 1))
        .collect();
    let most = usize::try_from(number("DJANGO_TRUTH_SHOWN", 12)).unwrap();
    for (what, case, detail) in tally.examples(most) {
        let truth = &mut truths[case.release];
        // What is only unknown of a smaller case is not what was different.
        let small = case.shrunk(|tried| {
            let Judged { different, unknown, .. } = alone(&auditor, truth, tried);
            match detail.as_str() {
                tally::UNKNOWN => unknown.iter().any(|found| found == what),
                _ => different.iter().any(|(found, _)| found == what),
            }
        });
        println!("=== {what}: {detail}\nDjango {}, {}", truth.django, small.shown());
    }
    let _ = std::fs::remove_dir_all(work());
    assert_eq!(tally.disagreements(), 0, "prodcheck and Django disagree");
    assert!(tally.unknown_share() <= 0.02, "too much is unknown");
}
