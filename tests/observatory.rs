//! The `observatory` block against the real MDN HTTP Observatory, on sites on loopback.
//!
//! `tests/observatory/run cargo test --test observatory -- --ignored` gets the scanner and runs this.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "a test that cannot set itself up has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::IpAddr;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use prodcheck::date::Date;
use prodcheck::fact::Ignorance;
use prodcheck::probe::network::{Manner, Network};
use prodcheck::probe::observatory::{Observatory, Verdict, outcomes, score_and_grade};
use prodcheck::probe::{
    Answered, Answers, Probe, Question, Site, Transport, Unanswered, question::Request,
};
use serde_json::{Value, json};
use url::Url;

mod loopback;
#[path = "observatory/scenario.rs"]
mod scenario;
#[path = "observatory/server.rs"]
mod server;

use scenario::Scenario;
use server::Ports;

/// Sites put together at random, beside those that are written down.
const GENERATED: usize = 160;

#[test]
#[ignore = "needs the scanner: tests/observatory/run cargo test --test observatory -- --ignored"]
fn every_site_gets_the_results_and_the_grade_of_the_real_scanner() {
    let sites: Vec<Scenario> =
        scenario::written().into_iter().chain(scenario::generated(GENERATED)).collect();
    assert!(sites.len() >= 150, "{}", sites.len());
    let (ports, authority) = server::start(&sites);
    let theirs = theirs(&sites, &ports, &authority);
    let ours = ours(&sites, &ports, authority);
    let listed = listed();
    let mut found: BTreeSet<(String, String)> = BTreeSet::new();
    let mut wrong = Vec::new();
    for site in &sites {
        let (theirs, ours) = (&theirs[&site.host], &ours[&site.host]);
        for (test, told) in differences(theirs, ours) {
            let key = (site.name.clone(), test);
            if !listed.contains(&key) {
                wrong.push(format!("{} {}: {told}", key.0, key.1));
            }
            found.insert(key);
        }
    }
    for (site, test) in listed.difference(&found) {
        wrong.push(format!("{site} {test}: is listed as a difference, and is none"));
    }
    assert!(wrong.is_empty(), "{} of {} sites:\n{}", wrong.len(), sites.len(), wrong.join("\n"));
}

/// The tests whose results differ. Grade and score are compared where all results are the same.
fn differences(theirs: &Value, ours: &Value) -> Vec<(String, String)> {
    let (Some(their_tests), Some(our_tests)) =
        (theirs["tests"].as_object(), ours["tests"].as_object())
    else {
        let both_silent = theirs["tests"].is_null() && ours["tests"].is_null();
        let told = format!("they say {theirs}, we say {ours}");
        return if both_silent { Vec::new() } else { vec![("all".to_owned(), told)] };
    };
    let mut different: Vec<(String, String)> = their_tests
        .iter()
        .filter(|(name, test)| our_tests[*name] != **test)
        .map(|(name, test)| (name.clone(), format!("they say {test}, we say {}", our_tests[name])))
        .collect();
    let sums = |told: &Value| (told["score"].clone(), told["grade"].clone());
    if different.is_empty() && sums(theirs) != sums(ours) {
        let told = format!("they say {:?}, we say {:?}", sums(theirs), sums(ours));
        different.push(("score".to_owned(), told));
    }
    different
}

/// The differences that are known, by site and test.
fn listed() -> BTreeSet<(String, String)> {
    let file: toml::Table = toml::from_str(include_str!("observatory/differences.toml")).unwrap();
    let mut listed = BTreeSet::new();
    for (_, difference) in &file {
        assert!(difference["because"].as_str().is_some_and(|because| because.len() > 20));
        let test = difference["test"].as_str().unwrap();
        for site in difference["sites"].as_array().unwrap() {
            listed.insert((site.as_str().unwrap().to_owned(), test.to_owned()));
        }
    }
    listed
}

/// What the scanner says of each site.
fn theirs(sites: &[Scenario], ports: &Ports, authority: &str) -> BTreeMap<String, Value> {
    let told = |name: &str| std::env::var(name).expect("`tests/observatory/run` tells it");
    let mut trusted = tempfile::NamedTempFile::new().unwrap();
    trusted.write_all(authority.as_bytes()).unwrap();
    let port = |open: bool, port: u16| if open { port } else { ports.closed };
    let list: Vec<Value> = sites
        .iter()
        .map(|site| {
            json!({
                "host": site.host,
                "plain": port(site.plain, ports.plain),
                "secure": port(site.secure, ports.secure),
            })
        })
        .collect();
    let input = json!({ "plain": ports.plain, "secure": ports.secure, "sites": list });
    let mut node = Command::new(told("OBSERVATORY_NODE"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/observatory/peer.mjs"))
        .arg(told("OBSERVATORY_PEER"))
        .env("NODE_EXTRA_CA_CERTS", trusted.path())
        // In milliseconds: a busy machine is not to look like a site that is down.
        .env("ABORT_TIMEOUT", "120000")
        .env("CLIENT_TIMEOUT", "110000")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    node.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|told| (told["host"].as_str().unwrap().to_owned(), told))
        .collect()
}

/// What we say of each site.
fn ours(sites: &[Scenario], ports: &Ports, authority: String) -> BTreeMap<String, Value> {
    let hosts = sites.iter().flat_map(|site| [site.host.clone(), format!("www.{}", site.host)]);
    let loopback: IpAddr = "127.0.0.1".parse().unwrap();
    let manner = Manner {
        timeout: Duration::from_mins(1),
        patience: Duration::from_secs(20),
        addresses: hosts.map(|host| (host, vec![loopback])).collect(),
        authorities: Some(authority.into_bytes()),
        ..Manner::default()
    };
    let network = Network::new(manner).unwrap();
    let told = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for part in sites.chunks(sites.len().div_ceil(4)) {
            let (network, told) = (&network, &told);
            scope.spawn(move || {
                for site in part {
                    let block = block(network, site, ports);
                    told.lock().unwrap().insert(site.host.clone(), block);
                }
            });
        }
    });
    told.into_inner().unwrap()
}

fn block(network: &Network, scenario: &Scenario, ports: &Ports) -> Value {
    let mut site = Site::parse(&scenario.host, None).unwrap();
    site.today = Date::parse("2026-11-30");
    let rerouted = Rerouted { visit: &network.visit(), scenario, ports };
    let mut answers = Answers::none(Ignorance::new("not asked"));
    loop {
        let questions: Vec<Question> = Observatory.questions(&site, &answers);
        let open: BTreeSet<Question> =
            questions.into_iter().filter(|question| !answers.settled(question)).collect();
        if open.is_empty() {
            break;
        }
        answers.hear(rerouted.ask(open.into_iter().collect()));
    }
    let mut outcomes = match outcomes(&site, &answers) {
        Ok(outcomes) => outcomes,
        Err(why) => return json!({ "unknown": why.to_string() }),
    };
    for verdict in outcomes.iter_mut().filter_map(|(_, outcome)| outcome.as_mut().ok()) {
        as_it_was(verdict);
    }
    let (score, grade) = match score_and_grade(&outcomes) {
        Ok((score, grade)) => (json!(score), json!(grade)),
        Err(why) => (json!(why.to_string()), Value::Null),
    };
    let tests = outcomes.into_iter().map(|(name, outcome)| {
        let told = match outcome {
            Ok(verdict) => json!({
                "result": verdict.code,
                "pass": verdict.passed,
                "score_modifier": verdict.modifier,
            }),
            Err(why) => json!({ "unknown": why.to_string() }),
        };
        (name.to_owned(), told)
    });
    let tests: serde_json::Map<String, Value> = tests.collect();
    json!({ "score": score, "grade": grade, "tests": tests })
}

/// A later algorithm adds to the score what version 1.4.8 only accepts.
fn as_it_was(verdict: &mut Verdict) {
    if verdict.code == "x-frame-options-sameorigin-or-deny" {
        assert_eq!(verdict.modifier, 5, "what algorithm 6 adds");
        verdict.modifier =
            std::env::var("OBSERVATORY_FRAMES").map_or(0, |told| told.parse().unwrap());
    }
}

/// Leads the questions to where the sites are, and the answers back under the addresses asked for.
struct Rerouted<'a> {
    visit: &'a dyn Transport,
    scenario: &'a Scenario,
    ports: &'a Ports,
}

impl Rerouted<'_> {
    fn ask(&self, questions: Vec<Question>) -> Vec<Answered> {
        let there: Vec<Question> =
            questions.iter().map(|question| self.rerouted(question)).collect();
        let mut answers: BTreeMap<Question, Result<_, Unanswered>> =
            self.visit.ask(there.clone()).into_iter().collect();
        let back = |(here, there): (Question, Question)| {
            let answer = answers.remove(&there).unwrap();
            (here, answer)
        };
        questions.into_iter().zip(there).map(back).collect()
    }

    fn rerouted(&self, question: &Question) -> Question {
        match question {
            Question::Page(request) => {
                Question::Page(Request { url: self.there(&request.url), ..request.clone() })
            }
            Question::Certificate(url) => Question::Certificate(self.there(url)),
            Question::Offer(url) => Question::Offer(self.there(url)),
            Question::Records(_) | Question::SignIn(_) => question.clone(),
        }
    }

    fn there(&self, url: &Url) -> Url {
        let own = url.host_str() == Some(&self.scenario.host);
        let (open, port) = match url.scheme() {
            "https" => (self.scenario.secure, self.ports.secure),
            _ => (self.scenario.plain, self.ports.plain),
        };
        let mut there = url.clone();
        if url.port().is_none() {
            there.set_port(Some(if own && !open { self.ports.closed } else { port })).unwrap();
        }
        there
    }
}
