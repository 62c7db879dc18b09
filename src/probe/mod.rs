//! Probes: each asks a live site one kind of question and yields facts under `live`.
//!
//! A probe is pure. It says what it wants to ask, given what has been answered so far, and what it
//! learns from the answers. Asking is the business of a transport, which asks all questions of all
//! probes at once, and a question that two probes have in common only once.

use std::collections::BTreeSet;

pub mod active;
pub mod answers;
pub mod banners;
pub mod beside_files;
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
pub mod named_pages;
pub mod network;
pub mod observatory;
pub mod offer;
pub mod other_pages;
pub mod plain_http;
pub mod preload;
pub mod question;
mod recorded;
pub mod records;
pub mod security_txt;
pub mod site;
pub mod static_file;
pub mod timing;
pub mod tls;
mod together;
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
    /// may name the same questions again. Those that look at what others asked ask nothing.
    fn questions(&self, _site: &Site, _so_far: &Answers) -> Vec<Question> {
        Vec::new()
    }
    /// What it would like to know as well, if requests are left when all probes have asked.
    fn wishes(&self, _site: &Site, _so_far: &Answers) -> Vec<Question> {
        Vec::new()
    }
    /// What it learns. Never fails: what was not answered is an unknown fact that says why.
    fn learn(&self, site: &Site, answers: &Answers) -> Facts;
}

/// All probes. They ask at once; their order is that of the catalogue.
pub const PROBES: &[&dyn Probe] = &[
    &https::Https,
    &front_page::FrontPage,
    &banners::Banners,
    &plain_http::PlainHttp,
    &tls::Tls,
    &ciphers::Ciphers,
    &guideline::Guideline,
    &other_pages::OtherPages,
    &static_file::StaticFile,
    &beside_files::BesideFiles,
    &cookies::Cookies,
    &named_pages::NamedPages,
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
    &security_txt::SecurityTxt,
];

/// Puts questions to a site: the network, or a transcript.
pub trait Transport: Sync {
    /// Puts all of these, at once if it can. Whoever hears the answers as they come says what they lead to,
    /// and that is put at once as well, until there is nothing more to ask.
    fn converse(&self, questions: Vec<Question>, hear: &mut Hearing<'_>);
    /// Puts all of these, and gives an answer to each.
    fn ask(&self, questions: Vec<Question>) -> Vec<Answered> {
        let mut answers = Vec::new();
        self.converse(questions, &mut |heard| {
            answers.extend(heard);
            Vec::new()
        });
        answers
    }
    /// Requests that the site may still be sent, without those that were put already.
    fn requests_left(&self) -> usize {
        usize::MAX
    }
}

/// Takes answers, and says what is to be asked next.
pub type Hearing<'h> = dyn FnMut(Vec<Answered>) -> Vec<Question> + 'h;

/// Requests that are held back at first for what the first answers lead to: redirects and files.
const HELD_BACK: usize = 6;

/// Asks a site everything. No question waits for an answer that it does not depend on; wishes wait for all others.
pub fn interview(site: &Site, transport: &dyn Transport) -> Answers {
    let mut answers = Answers::none(site.why_not_asked());
    answers.hear(site.left_out());
    let mut put = Put::of(site);
    let mut hear = |heard: Vec<Answered>| {
        let leads_on = heard.iter().any(|(question, _)| put.leading.contains(question));
        let of_page = heard.iter().any(|(question, _)| is_page(question));
        answers.hear(heard);
        let all_answered = put.pages_answered(&answers);
        // The probes are asked again only where there may be something new.
        if !leads_on && !(all_answered && (of_page || put.answered(&answers))) {
            return Vec::new();
        }
        let next = put.next(open(site, &answers), &answers, transport.requests_left());
        if next.iter().any(is_page) || !all_answered {
            return next;
        }
        let wishes = put.next(wishes(site, &answers), &answers, transport.requests_left());
        next.into_iter().chain(wishes).collect()
    };
    let first = hear(Vec::new());
    transport.converse(first, &mut hear);
    if transport.requests_left() == 0 {
        let rest = [open(site, &answers), wishes(site, &answers)].concat();
        let rest = rest.into_iter().filter(is_page);
        answers.hear(rest.map(|question| (question, Err(network::none_left()))).collect());
    }
    // Who guesses passwords may be shut out, so that comes after everything else.
    let last = open(site, &answers).into_iter().filter(is_last).collect();
    answers.hear(transport.ask(last));
    answers
}

/// The questions that were put to a site so far.
struct Put<'s> {
    site: &'s Site,
    all: BTreeSet<Question>,
    /// Those whose answers may lead on: front pages, two questions in one, and what answers have led to.
    leading: Vec<Question>,
    /// What was left of the first questions when requests were held back.
    postponed: BTreeSet<Question>,
}

impl<'s> Put<'s> {
    fn of(site: &'s Site) -> Self {
        Self { site, all: BTreeSet::new(), leading: Vec::new(), postponed: BTreeSet::new() }
    }

    /// Whether nothing is on its way.
    fn answered(&self, answers: &Answers) -> bool {
        self.all.iter().all(|question| answers.settled(question))
    }

    /// Whether no page is on its way.
    fn pages_answered(&self, answers: &Answers) -> bool {
        self.all.iter().filter(|question| is_page(question)).all(|page| answers.settled(page))
    }

    /// What is to be put now of what is open. What was postponed waits until it is known where everything
    /// leads.
    fn next(&mut self, open: Vec<Question>, answers: &Answers, left: usize) -> Vec<Question> {
        let begins = self.all.is_empty();
        let all_known = self.leading.iter().all(|question| answers.settled(question));
        let is_next = |question: &Question| {
            let waits = !all_known && self.postponed.contains(question);
            !is_last(question) && !self.all.contains(question) && !waits
        };
        let open = open.into_iter().filter(is_next).collect();
        let held_back = if begins { HELD_BACK } else { 0 };
        let (next, too_many) = admitted(open, left.saturating_sub(held_back));
        let leads_on =
            |question: &&Question| !begins || self.is_front_page(question) || self.is_two(question);
        let leading: Vec<Question> = next.iter().filter(leads_on).cloned().collect();
        self.leading.extend(leading);
        self.all.extend(next.iter().cloned());
        self.postponed.extend(too_many);
        next
    }

    fn is_front_page(&self, question: &Question) -> bool {
        match question {
            Question::Page(request) => {
                let is_root = request.url.path() == "/" && request.headers.is_empty();
                is_root || *request == self.site.front()
            }
            _ => false,
        }
    }

    fn is_two(&self, question: &Question) -> bool {
        let both = [forwarded::host_with_origin(self.site), forwarded::scheme_with_path(self.site)];
        matches!(question, Question::Page(request) if both.contains(request))
    }
}

fn is_page(question: &Question) -> bool {
    matches!(question, Question::Page(_))
}

fn is_last(question: &Question) -> bool {
    matches!(question, Question::SignIn(_))
}

/// What is to be asked next, in the order of the probes.
fn open(site: &Site, answers: &Answers) -> Vec<Question> {
    unsettled(PROBES.iter().flat_map(|probe| probe.questions(site, answers)), answers)
}

/// What may be asked when all that is answered: the first wish of each probe before the second of any.
fn wishes(site: &Site, answers: &Answers) -> Vec<Question> {
    let ranked = |probe: &&dyn Probe| probe.wishes(site, answers).into_iter().enumerate();
    let mut wishes: Vec<(usize, Question)> = PROBES.iter().flat_map(ranked).collect();
    wishes.sort_by_key(|(rank, _)| *rank);
    unsettled(wishes.into_iter().map(|(_, wish)| wish), answers)
}

fn unsettled(questions: impl Iterator<Item = Question>, answers: &Answers) -> Vec<Question> {
    let mut known = BTreeSet::new();
    questions
        .filter(|question| !answers.settled(question) && known.insert(question.clone()))
        .collect()
}

/// All of these that fit, the first requests and what is no request; and those that do not.
fn admitted(questions: Vec<Question>, mut left: usize) -> (Vec<Question>, Vec<Question>) {
    questions.into_iter().partition(|question| match (is_page(question), left) {
        (true, 0) => false,
        (true, _) => {
            left -= 1;
            true
        }
        (false, _) => true,
    })
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
mod tests;
