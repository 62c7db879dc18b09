//! The site over plain HTTP: is anything shown there, and does every hop lead to HTTPS.

use super::answers::{Answers, Exchanged, nothing_listens, unknown};
use super::forwarded::scheme_and_path;
use super::journey::{End, Journey, TOO_LONG, journey};
use super::question::{Question, Request, Unanswered};
use super::site::is_same_site;
use super::together::Together;
use super::{Probe, Site, all_unknown};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};

/// Asks for the front page over plain HTTP and follows it as long as it stays plain.
pub struct PlainHttp;

const HOP: &[FactSpec] = &[
    FactSpec::new("url", Kind::Text, "What was asked for."),
    FactSpec::new("status", Kind::Number, "The status of the answer."),
    FactSpec::new("location", Kind::Text, "Where it leads."),
    FactSpec::new("https", Kind::Bool, "Whether it leads to HTTPS."),
    FactSpec::new("same-host", Kind::Bool, "Whether it leads to the same host."),
];

const SPECS: &[FactSpec] = &[
    FactSpec::new("live.http.open", Kind::Bool, "Whether anything answers over plain HTTP."),
    FactSpec::new("live.http.status", Kind::Number, "The status of the first answer."),
    FactSpec::new(
        "live.http.hops",
        Kind::List(&Kind::Record(HOP)),
        "The redirects in their order, until HTTPS is reached.",
    ),
    FactSpec::new(
        "live.http.redirects-to-https",
        Kind::Bool,
        "Whether the redirects end at HTTPS; absent if nothing listens.",
    ),
    FactSpec::new(
        "live.http.first-hop-secure",
        Kind::Bool,
        "Whether the first redirect leads to HTTPS on the same host; absent if nothing listens.",
    ),
    FactSpec::new(
        "live.http.keeps-path",
        Kind::Bool,
        "Whether a redirect to HTTPS keeps path and query; absent if there is no redirect.",
    ),
];

/// The headers that tell a redirect from a page.
const SHOWN: &[&str] = &["location", "content-type"];

impl Probe for PlainHttp {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, so_far: &Answers) -> Vec<Question> {
        let mut questions = vec![Question::Page(Request::get(site.plain.clone()))];
        if !site.passive {
            questions.extend(path(site).questions(so_far));
        }
        if let End::Open(next) = way(site, so_far).end {
            questions.push(Question::Page(next));
        }
        questions
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let front = Request::get(site.plain.clone());
        let first = match answers.page(&front) {
            Ok(first) => first,
            Err(Unanswered::Refused) => {
                let mut facts = all_unknown(SPECS, &nothing_listens(&front, Value::Absent));
                facts.put("live.http.open", nothing_listens(&front, false));
                return facts;
            }
            Err(why) => return all_unknown(SPECS, &unknown(why.ignorance(), &front)),
        };
        let journey = way(site, answers);
        let mut facts = Facts::default();
        facts.put("live.http.open", first.fact(true, SHOWN));
        facts.put("live.http.status", first.fact(i64::from(first.response.status), &[]));
        facts.put("live.http.hops", hops(&journey, first));
        facts.put("live.http.redirects-to-https", redirects(site, answers, &journey, first));
        facts.put("live.http.first-hop-secure", first_hop(&journey, first));
        facts.put("live.http.keeps-path", keeps_path(site, answers));
        facts
    }
}

/// A path and a query that a careless redirect would lose.
pub(super) fn deep(site: &Site) -> Request {
    let url = site.plain.join("/prodcheck-no-such-page?from=http");
    Request::get(url.unwrap_or_else(|_| site.plain.clone()))
}

fn way<'a>(site: &Site, answers: &'a Answers) -> Journey<'a> {
    let start = Request::get(site.plain.clone());
    journey(answers, &start, |next| next.scheme() == "http" && is_same_site(next, &site.plain))
}

fn hops(journey: &Journey<'_>, first: Exchanged<'_>) -> Fact {
    let items = journey.hops.iter().map(|(next, hop)| {
        let here = &hop.request.url;
        let at = |value: Value| hop.fact(value, SHOWN);
        let record = Value::record([
            ("url", at(here.to_string().into())),
            ("status", at(i64::from(hop.response.status).into())),
            ("location", at(next.to_string().into())),
            ("https", at((next.scheme() == "https").into())),
            ("same-host", at((next.host_str() == here.host_str()).into())),
        ]);
        at(record)
    });
    first.fact(items.collect::<Vec<Fact>>(), SHOWN)
}

fn redirects(site: &Site, answers: &Answers, journey: &Journey<'_>, first: Exchanged<'_>) -> Fact {
    let last = journey.hops.last().map_or(first, |(_, hop)| *hop);
    match &journey.end {
        End::Elsewhere(next) => last.fact(next.scheme() == "https", SHOWN),
        End::Page(page) => shown_in_plain(site, answers, *page),
        End::Circle => last.fact(false, SHOWN),
        End::Open(_) | End::TooLong => last.fact(Ignorance::new(TOO_LONG), SHOWN),
        End::Lost(_, why) => last.fact(why.ignorance(), SHOWN),
    }
}

/// An answer over plain HTTP that is no redirect. A page is a failure; so is an error that the site
/// gives over HTTPS as well, for then the whole site is served in plain.
fn shown_in_plain(site: &Site, answers: &Answers, page: Exchanged<'_>) -> Fact {
    let status = page.response.status;
    let front = site.front();
    if let Some(why) = page.response.refusal() {
        return page.fact(why, &["server"]);
    }
    let same = answers.page(&front).is_ok_and(|https| https.response.status == status);
    if status < 400 || same {
        return page.fact(false, SHOWN);
    }
    let why = format!("plain HTTP answers {status}: no page, and no redirect either");
    page.fact(Ignorance::new(why), &[])
}

fn first_hop(journey: &Journey<'_>, first: Exchanged<'_>) -> Fact {
    let secure = journey.hops.first().is_some_and(|(next, hop)| {
        next.scheme() == "https" && next.host_str() == hop.request.url.host_str()
    });
    match first.response.refusal() {
        Some(why) => first.fact(why, &[]),
        None => first.fact(secure, SHOWN),
    }
}

fn path(site: &Site) -> Together {
    scheme_and_path(site, deep(site))
}

fn keeps_path(site: &Site, answers: &Answers) -> Fact {
    let deep = deep(site);
    let page = match path(site).telling(answers) {
        Ok(page) => page,
        Err(unknown) => return *unknown,
    };
    match page.response.redirect(&deep.url) {
        Some(next) => {
            let kept = next.path() == deep.url.path() && next.query() == deep.url.query();
            page.fact(kept, SHOWN)
        }
        None => page.fact(Value::Absent, &[]),
    }
}
