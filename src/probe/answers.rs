//! What has been answered so far, and how an answer becomes the evidence of a fact.

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use super::offer::Offer;
use super::question::{
    Answer, Answered, Certificate, Question, REFUSED, Request, Response, Unanswered, Versions,
};
use super::records::{Lookup, Records};
use crate::fact::{Exchange, Fact, Ignorance, Place, Value};

/// All answers, by question.
#[derive(Debug)]
pub struct Answers {
    given: BTreeMap<Question, Result<Answer, Unanswered>>,
    why_not_asked: Ignorance,
}

/// A request and its answer.
#[derive(Clone, Copy, Debug)]
pub struct Exchanged<'a> {
    /// What was asked.
    pub request: &'a Request,
    /// What came back.
    pub response: &'a Response,
}

impl Answers {
    /// None yet. Of a question that is never put, the reason is given here.
    pub fn none(why_not_asked: Ignorance) -> Self {
        Self { given: BTreeMap::new(), why_not_asked }
    }

    /// Adds answers.
    pub fn hear(&mut self, answers: Vec<Answered>) {
        self.given.extend(answers);
    }

    /// Whether a question has been put, with or without success.
    pub fn settled(&self, question: &Question) -> bool {
        self.given.contains_key(question)
    }

    /// Whether anything at all was answered; no questions are no failure.
    pub fn reached(&self) -> Result<(), Ignorance> {
        let mut why = None;
        let of_site = |question: &Question| !matches!(question, Question::Records(_));
        for (_, answer) in self.given.iter().filter(|(question, _)| of_site(question)) {
            match answer {
                Ok(_) => return Ok(()),
                Err(Unanswered::NotAsked(_)) => {}
                Err(unanswered) => why = why.or_else(|| Some(unanswered.ignorance())),
            }
        }
        why.map_or(Ok(()), Err)
    }

    fn answer(&self, question: &Question) -> Result<&Answer, Unanswered> {
        match self.given.get(question) {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(unanswered)) => Err(unanswered.clone()),
            None => Err(Unanswered::NotAsked(self.why_not_asked.clone())),
        }
    }

    /// The answer to a request, whatever its status.
    pub fn page(&self, request: &Request) -> Result<Exchanged<'_>, Unanswered> {
        match self.given.get_key_value(&Question::Page(request.clone())) {
            Some((Question::Page(request), Ok(Answer::Page(response)))) => {
                Ok(Exchanged { request, response })
            }
            Some((_, Err(unanswered))) => Err(unanswered.clone()),
            _ => Err(Unanswered::NotAsked(self.why_not_asked.clone())),
        }
    }

    /// The answer to a request if it says something about the site, else an unknown fact.
    pub fn telling(&self, request: &Request) -> Result<Exchanged<'_>, Box<Fact>> {
        let page = self.page(request).map_err(|why| Box::new(unknown(why.ignorance(), request)))?;
        match page.response.refusal() {
            Some(why) => Err(Box::new(page.fact(why, &["retry-after", "server"]))),
            None => Ok(page),
        }
    }

    /// The certificate of an HTTPS address.
    pub fn certificate(&self, url: &Url) -> Result<&Certificate, Unanswered> {
        match self.answer(&Question::Certificate(url.clone()))? {
            Answer::Certificate(certificate) => Ok(certificate),
            _ => Err(Unanswered::NotAsked(self.why_not_asked.clone())),
        }
    }

    /// What is offered below HTTP at an HTTPS address.
    pub fn offer(&self, url: &Url) -> Result<&Offer, Unanswered> {
        match self.answer(&Question::Offer(url.clone()))? {
            Answer::Offer(offer) => Ok(offer),
            _ => Err(Unanswered::NotAsked(self.why_not_asked.clone())),
        }
    }

    /// The TLS versions of an HTTPS address. Where they were not asked for, the one that was agreed on
    /// for the certificate is known all the same.
    pub fn versions(&self, url: &Url) -> Result<Versions, Unanswered> {
        let why = match self.offer(url) {
            Ok(offer) => return Ok(offer.versions.clone()),
            Err(why) => why,
        };
        let agreed = self.certificate(url).ok().and_then(|shown| shown.version.clone());
        let offered = vec![agreed.ok_or_else(|| why.clone())?];
        Ok(Versions { offered, open: Some(why.ignorance()) })
    }

    /// The answers to a row of wrong passwords.
    pub fn tries(&self, request: &Request) -> Result<&[Response], Unanswered> {
        match self.answer(&Question::SignIn(request.clone()))? {
            Answer::SignIn(tries) => Ok(tries),
            _ => Err(Unanswered::NotAsked(self.why_not_asked.clone())),
        }
    }

    /// The records of a name in DNS.
    pub fn records(&self, lookup: &Lookup) -> Result<&Records, Unanswered> {
        match self.answer(&Question::Records(lookup.clone()))? {
            Answer::Records(records) => Ok(records),
            _ => Err(Unanswered::NotAsked(self.why_not_asked.clone())),
        }
    }

    /// All requests that were answered, with their answers.
    pub fn pages(&self) -> impl Iterator<Item = Exchanged<'_>> {
        self.given.iter().filter_map(|(question, answer)| match (question, answer) {
            (Question::Page(request), Ok(Answer::Page(response))) => {
                Some(Exchanged { request, response })
            }
            _ => None,
        })
    }
}

/// Why the answer to a request is not known, as a fact that names the request.
pub(super) fn unknown(why: Ignorance, request: &Request) -> Fact {
    let exchange =
        Exchange { url: request.url.to_string(), sent: sent(request), received: Vec::new() };
    Fact::live(Value::Unknown(why), Place::Exchange(Arc::new(exchange)))
}

/// A fact that follows from nothing listening at the address of a request.
pub(super) fn nothing_listens(request: &Request, value: impl Into<Value>) -> Fact {
    let received = vec![REFUSED.to_owned()];
    let exchange = Exchange { url: request.url.to_string(), sent: sent(request), received };
    Fact::live(value, Place::Exchange(Arc::new(exchange)))
}

fn sent(request: &Request) -> Vec<String> {
    let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    std::iter::once(format!("{} {}", request.method.word(), request.url)).chain(headers).collect()
}

/// Words in the paths where people sign in.
const OF_LOGINS: [&str; 8] =
    ["login", "log-in", "signin", "sign-in", "sign_in", "sso", "oauth", "authorize"];

impl Exchanged<'_> {
    /// Whether the answer leads to where people sign in.
    pub fn leads_to_login(&self) -> bool {
        self.response.redirect(&self.request.url).is_some_and(|next| {
            let path = next.path().to_ascii_lowercase();
            OF_LOGINS.iter().any(|word| path.contains(word)) && next != self.request.url
        })
    }

    /// A fact that this answer shows, with the headers that show it.
    pub fn fact(&self, value: impl Into<Value>, headers: &[&str]) -> Fact {
        Fact::live(value, self.place(headers))
    }

    /// The request and, of the answer, the status and these headers.
    pub fn place(&self, headers: &[&str]) -> Place {
        let lines = headers.iter().flat_map(|name| {
            self.response.values(name).map(move |value| format!("{name}: {}", shown(name, value)))
        });
        self.place_with(lines)
    }

    /// The request and, of the answer, the status and these lines.
    pub fn place_with(&self, lines: impl Iterator<Item = String>) -> Place {
        let Response { status, reason, .. } = self.response;
        let status = format!("HTTP/1.1 {status} {reason}").trim_end().to_owned();
        Place::Exchange(Arc::new(Exchange {
            url: self.request.url.to_string(),
            sent: sent(self.request),
            received: std::iter::once(status).chain(lines).collect(),
        }))
    }
}

/// Characters shown of a header's value.
const SHOWN: usize = 300;

/// A header's value as evidence may show it: no cookie's value, and no more than fits.
fn shown(name: &str, value: &str) -> String {
    let value = if name.eq_ignore_ascii_case("set-cookie") {
        let (cookie, attributes) = value.split_once(';').unwrap_or((value, ""));
        let name = cookie.split_once('=').map_or("", |(name, _)| name);
        let separator = if attributes.is_empty() { "" } else { ";" };
        format!("{name}=***{separator}{attributes}")
    } else {
        value.to_owned()
    };
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value,
    }
}
