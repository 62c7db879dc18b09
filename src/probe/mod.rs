//! Probes: each asks a live site one kind of question and yields facts under `live`.
//!
//! A probe is pure. It says what it wants to ask, given what has been answered so far, and what it
//! learns from the answers. Asking is the business of a transport, which asks all questions of all
//! probes at once, and a question that two probes have in common only once.

use std::collections::BTreeSet;

pub mod active;
pub mod answers;
pub mod ciphers;
pub mod cookies;
pub mod cors;
pub mod dns;
pub mod error_page;
pub mod exposed;
pub mod foreign_host;
pub mod forwarded;
pub mod front_page;
pub mod guideline;
pub mod health;
pub mod https;
mod journey;
pub mod mail;
mod markup;
pub mod network;
pub mod observatory;
pub mod offer;
pub mod other_pages;
pub mod plain_http;
pub mod preload;
pub mod question;
mod recorded;
pub mod records;
pub mod site;
pub mod timing;
pub mod tls;
mod told;
pub mod transcript;
mod verified;

pub use answers::Answers;
pub use question::{Answer, Answered, Question, Unanswered};
pub use site::Site;

use crate::fact::{Domain, Fact, FactSpec, Facts, WhenMissing};
use crate::problem::Problem;

/// The domain of everything a live site tells.
pub const DOMAIN: Domain = Domain {
    name: "live",
    means: "what the live site answers",
    when_missing: WhenMissing::Unknown { why: "no URL was given", remedy: "give `--url`" },
};

/// Asks one kind of question.
pub trait Probe: Sync {
    /// The facts it can yield.
    fn facts(&self) -> &'static [FactSpec];
    /// What it wants to know, given what is known. It is asked again after every round of answers, and
    /// may name the same questions again.
    fn questions(&self, site: &Site, so_far: &Answers) -> Vec<Question>;
    /// What it learns. Never fails: what was not answered is an unknown fact that says why.
    fn learn(&self, site: &Site, answers: &Answers) -> Facts;
}

/// All probes. They ask at once; their order is that of the catalogue.
pub const PROBES: &[&dyn Probe] = &[
    &https::Https,
    &front_page::FrontPage,
    &plain_http::PlainHttp,
    &tls::Tls,
    &ciphers::Ciphers,
    &guideline::Guideline,
    &other_pages::OtherPages,
    &cookies::Cookies,
    &cors::Cors,
    &error_page::ErrorPage,
    &exposed::Exposed,
    &foreign_host::ForeignHost,
    &forwarded::Forwarded,
    &health::Health,
    &timing::Timing,
    &dns::Dns,
    &mail::Mail,
    &active::Knocking,
    &observatory::Observatory,
    &preload::Preload,
];

/// Puts questions to a site: the network, or a transcript.
pub trait Transport: Sync {
    /// Puts all of these, at once if it can, and gives an answer to each.
    fn ask(&self, questions: Vec<Question>) -> Vec<Answered>;
    /// Whether answers take their time, so that it is worth asking several things at once.
    fn takes_time(&self) -> bool {
        true
    }
    /// Requests that the site may still be sent.
    fn requests_left(&self) -> usize {
        usize::MAX
    }
}

/// Rounds of questions; a round more than the longest chain of redirects that is followed.
const MOST_ROUNDS: usize = 8;

/// Requests that are held back at first for what the first answers lead to: redirects and files.
const HELD_BACK: usize = 6;

/// Asks a site everything, in as few rounds as the answers allow.
pub fn interview(site: &Site, transport: &dyn Transport) -> Answers {
    let mut answers = Answers::none(site.why_not_asked());
    answers.hear(site.left_out());
    let is_page = |question: &Question| matches!(question, Question::Page(_));
    let is_last = |question: &Question| matches!(question, Question::SignIn(_));
    let (last, open_now): (Vec<_>, Vec<_>) = open(site, &answers).into_iter().partition(is_last);
    let (mut next, below): (Vec<_>, Vec<_>) = open_now.into_iter().partition(is_page);
    let aside: BTreeSet<Question> = below.iter().cloned().collect();
    // A redirect leads to addresses whose certificates nobody could ask for before.
    let is_next = |question: &Question| !is_last(question) && !aside.contains(question);
    let mut follow = |answers: &mut Answers| {
        let mut held_back = HELD_BACK;
        for _ in 0..MOST_ROUNDS {
            let left = transport.requests_left().saturating_sub(held_back);
            let put = admitted(std::mem::take(&mut next), left);
            if put.is_empty() {
                break;
            }
            answers.hear(transport.ask(put));
            held_back = 0;
            next = open(site, answers).into_iter().filter(is_next).collect();
        }
    };
    if transport.takes_time() {
        // What is asked below HTTP takes its own time, and no page waits for it.
        std::thread::scope(|scope| {
            let aside = scope.spawn(|| transport.ask(below));
            follow(&mut answers);
            answers.hear(aside.join().unwrap_or_default());
        });
    } else {
        answers.hear(transport.ask(below));
        follow(&mut answers);
    }
    if transport.requests_left() == 0 {
        let rest = open(site, &answers).into_iter().filter(is_page);
        answers.hear(rest.map(|question| (question, Err(network::none_left()))).collect());
    }
    // Who guesses passwords may be shut out, so that comes after everything else.
    if !last.is_empty() {
        answers.hear(transport.ask(last));
    }
    answers
}

/// What is to be asked next, in the order of the probes.
fn open(site: &Site, answers: &Answers) -> Vec<Question> {
    let mut known = BTreeSet::new();
    let questions = PROBES.iter().flat_map(|probe| probe.questions(site, answers));
    questions
        .filter(|question| !answers.settled(question) && known.insert(question.clone()))
        .collect()
}

/// All of these that fit: the first requests, and what is no request.
fn admitted(questions: Vec<Question>, mut left: usize) -> Vec<Question> {
    let mut fits = |question: &Question| match (question, left) {
        (Question::Page(_), 0) => false,
        (Question::Page(_), _) => {
            left -= 1;
            true
        }
        _ => true,
    };
    questions.into_iter().filter(|question| fits(question)).collect()
}

/// What all probes learn from the answers.
pub fn learn(site: &Site, answers: &Answers) -> Facts {
    let mut facts = Facts::default();
    facts.find(DOMAIN.name);
    for probe in PROBES {
        facts.merge(probe.learn(site, answers));
    }
    facts
}

/// What probes learn from a transcript: of an example, a fixture, or an earlier run.
pub fn replay(transcript: &str) -> Result<Facts, Problem> {
    let transcript = transcript::read(transcript)?;
    let answers = interview(&transcript.site, &transcript);
    Ok(learn(&transcript.site, &answers))
}

/// Everything a probe could have learnt, unknown for one reason.
fn all_unknown(specs: &[FactSpec], fact: &Fact) -> Facts {
    let mut facts = Facts::default();
    for spec in specs {
        facts.put(spec.path, fact.clone());
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_certificate_behind_a_redirect_is_asked_for() {
        let facts = replay(
            "@ on 2026-11-21\n\
             > GET https://example.test/\n\
             < HTTP/1.1 200 OK\n\
             > GET http://example.test/\n\
             < HTTP/1.1 301 Moved Permanently\n\
             < Location: https://example.test:8443/\n\
             > GET https://example.test:8443/\n\
             < HTTP/1.1 200 OK\n\
             > TLS https://example.test:8443/\n\
             < Versions: TLSv1.3\n\
             < Certificate-Names: example.test\n\
             < Certificate-Not-After: 2027-03-01\n",
        )
        .unwrap();
        let tests = facts.at("live.observatory.tests").into_owned();
        let of_redirects = tests.value.items().iter().find_map(|test| {
            let named = test.value.field("test")?.value.text() == Some("redirection");
            test.value.field("result").filter(|_| named)
        });
        assert_eq!(of_redirects.unwrap().value.text(), Some("redirection-to-https"));
    }
}
