//! The redirects of a domain as the keepers of the preload list follow them: three at most.

use url::Url;

use super::issue::{Issue, error, warning};
use super::{Judged, header};
use crate::fact::Ignorance;
use crate::probe::answers::{Answers, Exchanged};
use crate::probe::question::{Question, Request, Unanswered};
use crate::probe::site::Site;
use crate::probe::verified::verified;

/// More redirects than these are refused.
const MOST: usize = 3;

/// The addresses that redirects lead to, as far as they were answered.
pub(super) struct Chain<'a> {
    /// Each answer that leads on, and where to.
    pub(super) hops: Vec<(Exchanged<'a>, Url)>,
    /// What is to be asked next.
    pub(super) open: Option<Request>,
    end: Result<(), Fault>,
}

/// Why a chain was not followed to its end.
enum Fault {
    TooMany,
    Broken,
    NotKnown(Ignorance),
}

impl<'a> Chain<'a> {
    /// Follows the redirects from an address on.
    pub(super) fn follow(site: &Site, answers: &'a Answers, start: &Url) -> Self {
        let mut hops: Vec<(Exchanged<'a>, Url)> = Vec::new();
        let mut request = Request::get(start.clone());
        let (mut open, mut end) = (None, Ok(()));
        loop {
            if !answers.settled(&Question::Page(request.clone())) {
                open = Some(request);
                break;
            }
            let page = match answers.page(&request) {
                Ok(page) => page,
                Err(why) => {
                    end = Err(fault(why));
                    break;
                }
            };
            let Some(mut next) = page.response.redirect(&page.request.url) else {
                break;
            };
            next.set_fragment(None);
            hops.push((page, next.clone()));
            if hops.len() > MOST {
                end = Err(Fault::TooMany);
                break;
            }
            if !site.is_own(&next) {
                let why = "the redirects lead to another host, which is not asked";
                end = Err(Fault::NotKnown(Ignorance::new(why)));
                break;
            }
            // Of another host or port, the certificate may be another one.
            let refused = next.scheme() == "https" && verified(site, answers, &next) == Ok(false);
            if refused {
                end = Err(Fault::Broken);
                break;
            }
            request = Request::get(next);
        }
        Self { hops, open, end }
    }

    /// What is wrong with following them.
    fn fault(&self, judged: &mut Judged) {
        match &self.end {
            Ok(()) => {}
            Err(Fault::TooMany) => {
                judged
                    .issues
                    .push(error("redirects.too_many", "there are more than three redirects"));
            }
            Err(Fault::Broken) => judged
                .issues
                .push(error("redirects.follow_error", "a redirect leads where nothing answers")),
            Err(Fault::NotKnown(why)) => judged.open.push(why.clone()),
        }
    }

    /// The first redirect that leads to plain HTTP.
    fn insecure(&self) -> Option<Issue> {
        let first = self.hops.iter().position(|(_, next)| next.scheme() != "https")?;
        Some(if first == 0 {
            error("redirects.insecure.initial", "the first redirect leads to plain HTTP")
        } else {
            error("redirects.insecure.subsequent", "a later redirect leads to plain HTTP")
        })
    }
}

fn fault(why: Unanswered) -> Fault {
    match why {
        Unanswered::NotAsked(why) => Fault::NotKnown(why),
        Unanswered::Refused | Unanswered::InVain(_) => Fault::Broken,
    }
}

/// The redirects of HTTPS.
pub(super) fn of_https(chain: &Chain<'_>, judged: &mut Judged) {
    chain.fault(judged);
    judged.issues.extend(chain.insecure());
}

/// The redirects of plain HTTP: the first has to lead to HTTPS on the same host, before any other.
pub(super) fn of_http(
    answers: &Answers,
    domain: &str,
    root: &Url,
    chain: &Chain<'_>,
    judged: &mut Judged,
) {
    match answers.page(&Request::get(root.clone())) {
        Ok(page) if page.response.values(header::NAME).next().is_some() => {
            judged.issues.push(warning(
                "redirects.http.useless_header",
                "the header is sent over plain HTTP, where it means nothing",
            ));
        }
        Ok(_) => {}
        Err(Unanswered::NotAsked(why)) => return judged.open.push(why),
        Err(Unanswered::Refused | Unanswered::InVain(_)) => {
            return judged
                .issues
                .push(warning("redirects.http.does_not_exist", "nothing answers over plain HTTP"));
        }
    }
    chain.fault(judged);
    let Some((page, first)) = chain.hops.first() else {
        judged
            .issues
            .push(error("redirects.http.no_redirect", "plain HTTP does not redirect to HTTPS"));
        return;
    };
    let host = first_host(page, first);
    if first.scheme() == "https" && host == domain {
        let at_fault = first_redirect(answers, first);
        judged.of_first_redirect.extend(at_fault);
        judged.issues.extend(chain.insecure());
    } else if host == format!("www.{domain}") {
        judged.issues.push(error(
            "redirects.http.www_first",
            "plain HTTP leads to `www` before it leads to HTTPS on the domain itself",
        ));
    } else {
        judged.issues.push(error(
            "redirects.http.first_redirect.insecure",
            "the first redirect of plain HTTP does not lead to HTTPS on the same host",
        ));
    }
}

/// The host that an answer leads to, as it writes it: capitals count.
fn first_host(page: &Exchanged<'_>, next: &Url) -> String {
    let known = next.host_str().unwrap_or_default();
    let location = page.response.values("location").next().unwrap_or_default();
    let written = location.split_once("//").map(|(_, rest)| rest).unwrap_or_default();
    let written = written.get(..known.len()).unwrap_or_default();
    if written.eq_ignore_ascii_case(known) { written.to_owned() } else { known.to_owned() }
}

/// Whether the page that the first redirect leads to has a header that is good enough.
fn first_redirect(answers: &Answers, first: &Url) -> Option<Issue> {
    match answers.page(&Request::get(first.clone())) {
        Ok(page) => {
            let refused = header::of_response(page.response).iter().any(|issue| issue.refused);
            refused.then_some(error(
                "redirects.http.first_redirect.no_hsts",
                "the page that plain HTTP leads to has no header that is good enough",
            ))
        }
        Err(Unanswered::NotAsked(_)) => None,
        Err(Unanswered::Refused | Unanswered::InVain(_)) => Some(error(
            "redirects.http.first_redirect.invalid",
            "nothing answers where plain HTTP leads to",
        )),
    }
}
