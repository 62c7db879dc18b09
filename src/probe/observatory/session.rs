//! Asking as the Observatory asks: it follows every redirect itself, and looks at the last answer.

use url::Url;

use crate::fact::Ignorance;
use crate::probe::answers::{Answers, Exchanged};
use crate::probe::journey::{MOST_HOPS, TOO_LONG};
use crate::probe::question::{Question, Request, Response, Unanswered};
use crate::probe::site::Site;
use crate::probe::verified::verified;

/// One way through the site.
pub(super) struct Session<'a> {
    /// Where it began.
    pub(super) start: Url,
    /// Every answer on the way, in order; an answer is there again where the way leads in a circle.
    pub(super) route: Vec<Exchanged<'a>>,
    /// How it ended.
    pub(super) end: End,
}

/// How a session ended.
pub(super) enum End {
    /// With the last answer of the route.
    Answered,
    /// Without an answer: nothing listens, or the way leads where nothing can be asked.
    Silent,
    /// At another host, which is not asked.
    Elsewhere(Url),
    /// At a question that was not put yet.
    Open(Request),
    /// Nobody can tell.
    Unknown(Ignorance),
}

impl<'a> Session<'a> {
    /// Follows the redirects from an address on, as far as they were answered.
    pub(super) fn follow(site: &Site, answers: &'a Answers, start: &Url) -> Self {
        let mut route: Vec<Exchanged<'a>> = Vec::new();
        let mut request = Request::get(start.clone());
        let end = loop {
            if !answers.settled(&Question::Page(request.clone())) {
                break End::Open(request);
            }
            let page = match answers.page(&request) {
                Ok(page) => page,
                Err(Unanswered::NotAsked(why)) => break End::Unknown(why),
                Err(Unanswered::Refused | Unanswered::InVain(_)) => break End::Silent,
            };
            route.push(page);
            if route.len() > MOST_HOPS || !leads_on(page.response) {
                break End::Answered;
            }
            match next(page) {
                Some(next) if !site.is_own(&next) => break End::Elsewhere(next),
                Some(next) => request = Request::get(next),
                None => break End::Silent,
            }
        };
        Self { start: start.clone(), route, end }
    }

    /// The last answer, if it ended with one.
    pub(super) fn last(&self) -> Option<Exchanged<'a>> {
        match self.end {
            End::Answered => self.route.last().copied(),
            _ => None,
        }
    }

    /// Whether every certificate on the way was in order.
    pub(super) fn verified(&self, site: &Site, answers: &Answers) -> Result<bool, Ignorance> {
        for page in self.route.iter().filter(|page| page.request.url.scheme() == "https") {
            if !verified(site, answers, &page.request.url)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What is asked behind it with the cookies that it has. That is so only where a certificate was not in
    /// order, and the session began again without looking at it.
    pub(super) fn further(&self, site: &Site, answers: &Answers) -> Vec<Url> {
        if self.verified(site, answers) != Ok(false) {
            return Vec::new();
        }
        let last = self.route.last().map(|page| page.request.url.clone());
        self.start.join("/robots.txt").into_iter().chain(last).collect()
    }

    /// Why nothing is known of its last answer, where it has one.
    pub(super) fn ignorance(&self) -> Option<Ignorance> {
        match &self.end {
            End::Answered | End::Silent => None,
            End::Elsewhere(next) => Some(
                Ignorance::new("the front page leads to another host")
                    .settled_by(format!("give `--url {next}`")),
            ),
            End::Open(_) => Some(Ignorance::new(TOO_LONG)),
            End::Unknown(why) => Some(why.clone()),
        }
    }
}

fn leads_on(response: &Response) -> bool {
    matches!(response.status, 301 | 302 | 303 | 307 | 308)
}

/// Where an answer leads: the first of several locations. Of an answer without one, the Observatory
/// takes the word `undefined`.
fn next(page: Exchanged<'_>) -> Option<Url> {
    let location = page.response.values("location").next().unwrap_or("undefined");
    let mut next = page.request.url.join(location).ok()?;
    next.set_fragment(None);
    (matches!(next.scheme(), "http" | "https") && next.has_host()).then_some(next)
}
