//! What only somebody finds out who knocks: does the site refuse strangers, forgers and guessers. Asked
//! with `--active` only, at the paths that the user names.

mod plan;
mod uploads;

pub use self::plan::{Active, announced};

use self::plan::{as_a_stranger, forged, questions, sign_in, trace, unsigned};
use super::answers::{Answers, Exchanged, unknown};
use super::question::{Question, Request, Response};
use super::{Probe, Site};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};

/// Knocks where the user allows it.
pub struct Knocking;

const ITEM: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "The path."),
    FactSpec::new("refused", Kind::Bool, "Whether the site refused."),
];

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.active.protected",
        Kind::List(&Kind::Record(ITEM)),
        "The paths that want credentials, asked without any; absent if the user names none.",
    ),
    FactSpec::new(
        "live.active.tokens",
        Kind::List(&Kind::Record(ITEM)),
        "The paths that want a token, asked with forged ones; absent if the user names none.",
    ),
    FactSpec::new(
        "live.active.webhooks",
        Kind::List(&Kind::Record(ITEM)),
        "Where signed events are sent to, given one without a signature; absent if the user names none.",
    ),
    FactSpec::new(
        "live.active.login",
        Kind::Text,
        "Where names and passwords are sent to; absent if the user does not say.",
    ),
    FactSpec::new(
        "live.active.login-limited",
        Kind::Bool,
        "Whether a row of wrong passwords is stopped; unknown likewise.",
    ),
    FactSpec::new(
        "live.active.uploads",
        Kind::List(&Kind::Record(uploads::UPLOAD)),
        "The uploaded files that the user named; absent if he names none.",
    ),
    FactSpec::new(
        "live.active.trace-echoed",
        Kind::Bool,
        "Whether a TRACE request is sent back with its headers; absent without `--active`.",
    ),
];

impl Probe for Knocking {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        questions(site)
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let active = &site.active;
        let mut facts = Facts::default();
        let knocked = Knocked { site, answers };
        let list = |paths: &[String], refused: &dyn Fn(&str) -> Fact| {
            let item = |path: &String| {
                let refused = refused(path);
                let place = Fact { value: path.as_str().into(), ..refused.clone() };
                let record = Value::record([("path", place), ("refused", refused.clone())]);
                Fact { value: record, ..refused }
            };
            let items: Vec<Fact> = paths.iter().map(item).collect();
            if items.is_empty() { Fact::absent() } else { Fact::derived(items) }
        };
        let protected = |path: &str| knocked.refuses(&as_a_stranger(site, path));
        facts.put("live.active.protected", list(&active.protected, &protected));
        let tokens = |path: &str| knocked.refuses_tokens(path);
        facts.put("live.active.tokens", list(&active.tokens, &tokens));
        let webhooks = |path: &str| knocked.refuses(&unsigned(site, path));
        facts.put("live.active.webhooks", list(&active.webhooks, &webhooks));
        let login = active.login.as_deref();
        facts.put("live.active.login", login.map_or_else(Fact::absent, Fact::derived));
        let nowhere = || {
            let why = Ignorance::new("where passwords are sent to is not known");
            Fact::derived(why.settled_by("name it: `live.active.login` in prodcheck.toml"))
        };
        let limited = login.map_or_else(nowhere, |path| knocked.limits(&sign_in(site, path)));
        facts.put("live.active.login-limited", limited);
        facts.put("live.active.uploads", knocked.uploads());
        facts.put("live.active.trace-echoed", knocked.trace());
        facts
    }
}

/// The site after knocking.
struct Knocked<'a> {
    site: &'a Site,
    answers: &'a Answers,
}

impl Knocked<'_> {
    /// Why nothing is known of a question that was not put.
    fn why_not(&self, request: &Request) -> Ignorance {
        let active = &self.site.active;
        if !active.allowed {
            return Ignorance::new("nobody knocks unless he may").settled_by("give `--active`");
        }
        if !self.site.has(&request.url) {
            return Ignorance::new("another host is never asked")
                .settled_by("name a path of the site, such as `/account/`");
        }
        let most = active.most_requests;
        Ignorance::new(format!("no request is left of those that are allowed ({most})"))
            .settled_by("raise `live.active.requests` in prodcheck.toml")
    }

    fn page(&self, request: &Request) -> Result<Exchanged<'_>, Box<Fact>> {
        let question = Question::Page(request.clone());
        if !self.answers.settled(&question) {
            return Err(Box::new(unknown(self.why_not(request), request)));
        }
        self.answers.page(request).map_err(|why| Box::new(unknown(why.ignorance(), request)))
    }

    /// Whether a request is refused: with 401 or 403, or by the way to a login. What is answered the same
    /// to everybody and everywhere says nothing.
    fn refuses(&self, request: &Request) -> Fact {
        let page = match self.page(request) {
            Ok(page) => page,
            Err(unknown) => return *unknown,
        };
        let everywhere = |why: &str| page.fact(Ignorance::new(why), &["location"]);
        match page.response.status {
            401 => page.fact(true, &["www-authenticate"]),
            403 if self.front_is(403) => everywhere("the site answers 403 to everything"),
            403 => page.fact(true, &[]),
            200..=299 if self.comes_for_every_path(page.response) => {
                everywhere("the site answers every path alike")
            }
            200..=299 => page.fact(false, &["content-type"]),
            300..=399 if page.leads_to_login() => page.fact(true, &["location"]),
            300..=399 => everywhere("it leads to another page, and to no login"),
            status => {
                let why = format!("the site answers {status}, which is neither yes nor no");
                page.fact(Ignorance::new(why), &["location", "retry-after"])
            }
        }
    }

    /// Whether every forged token is refused where strangers are.
    fn refuses_tokens(&self, path: &str) -> Fact {
        let stranger = self.refuses(&as_a_stranger(self.site, path));
        match stranger.value.bool() {
            Some(true) => {}
            Some(false) => {
                let why = Ignorance::new("the path answers without any token");
                return Fact { value: why.into(), ..stranger };
            }
            None => return stranger,
        }
        let answers = forged(self.site, path).map(|request| self.refuses(&request));
        let [one, other] = answers;
        match (one.value.bool(), other.value.bool()) {
            (Some(false), _) => one,
            (_, Some(false)) | (Some(true), _) => other,
            _ => one,
        }
    }

    /// Whether a row of wrong passwords is stopped: by another status than the first ones had, or by words.
    fn limits(&self, request: &Request) -> Fact {
        let question = Question::SignIn(request.clone());
        if !self.answers.settled(&question) {
            return unknown(self.why_not(request), request);
        }
        let tries = match self.answers.tries(request) {
            Ok(tries) => tries,
            Err(why) => return unknown(why.ignorance(), request),
        };
        let Some(last) = tries.last() else {
            return unknown(Ignorance::new("no try was answered"), request);
        };
        let statuses: Vec<String> = tries.iter().map(|one| one.status.to_string()).collect();
        let told = format!("statuses: {}", statuses.join(" "));
        let page = Exchanged { request, response: last };
        let fact = |value: Value| Fact::live(value, page.place_with(std::iter::once(told.clone())));
        let first = tries.first().map_or(0, |one| one.status);
        let stopped = last.status != first && matches!(last.status, 403 | 423 | 429 | 503);
        let in_words = last.body.to_ascii_lowercase().contains("too many");
        if last.status == 429 || stopped || in_words {
            return fact(true.into());
        }
        let looked_at = tries.iter().all(|one| matches!(one.status, 200 | 302 | 303 | 401));
        if looked_at && !self.comes_for_every_path(last) {
            return fact(false.into());
        }
        fact(Ignorance::new("the site did not look at the name and the password").into())
    }

    /// Whether the site says back what it was sent (RFC 9110 §9.3.8).
    fn trace(&self) -> Fact {
        if !self.site.active.allowed {
            return Fact::absent();
        }
        match self.page(&trace(self.site)) {
            Ok(page) => {
                let body = page.response.body.trim_start();
                let echoed = page.response.status == 200 && body.starts_with("TRACE ");
                page.fact(echoed, &["content-type", "allow"])
            }
            Err(unknown) => *unknown,
        }
    }

    fn front_is(&self, status: u16) -> bool {
        let front = self.answers.page(&self.site.front());
        front.is_ok_and(|page| page.response.status == status)
    }

    fn comes_for_every_path(&self, response: &Response) -> bool {
        let absent = self.answers.page(&self.site.absent_page());
        absent.is_ok_and(|absent| absent.response.is_same_page(response))
    }
}
