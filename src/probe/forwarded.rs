//! Whether the site believes what a visitor says a proxy had said: the host, and HTTPS.

use super::answers::{Answers, Exchanged, unknown};
use super::cors::NULL;
use super::foreign_host::{HOST, leads_to};
use super::plain_http::deep;
use super::question::{Question, Request, Unanswered};
use super::together::Together;
use super::{Probe, Site};
use crate::fact::{Fact, FactSpec, Facts, Kind, Value};

/// Asks for the front page with the headers that only a proxy of the site's own should send.
pub struct Forwarded;

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.forwarded-host.echoed",
        Kind::Bool,
        "Whether the answer links or redirects to the host in an `X-Forwarded-Host` of the visitor's.",
    ),
    FactSpec::new(
        "live.forwarded-proto.believed",
        Kind::Bool,
        "Whether plain HTTP no longer leads to HTTPS when the visitor sends `X-Forwarded-Proto: https`; absent \
         where it does not lead there anyway.",
    ),
];

impl Probe for Forwarded {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, so_far: &Answers) -> Vec<Question> {
        if site.passive {
            return Vec::new();
        }
        [host(site), scheme(site)].into_iter().flat_map(|one| one.questions(so_far)).collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = Facts::default();
        let echoed = match host(site).telling(answers) {
            Ok(page) => page.fact(leads_to(page, HOST), &["location"]),
            Err(unknown) => *unknown,
        };
        facts.put("live.forwarded-host.echoed", echoed);
        facts.put("live.forwarded-proto.believed", believed(site, answers));
        facts
    }
}

/// Whether the site believes a made-up host, and what it allows the origin of sandboxed frames: both in one
/// request, which says neither where it is refused.
pub(super) fn host_and_origin(site: &Site, alone: Request) -> Together {
    Together { both: host_with_origin(site), alone, tells: |page| page.response.status < 400 }
}

/// Whether plain HTTP believes that a visitor comes over HTTPS, and whether its redirect keeps the path: both in
/// one request, if it leads to HTTPS all the same.
pub(super) fn scheme_and_path(site: &Site, alone: Request) -> Together {
    Together { both: scheme_with_path(site), alone, tells: is_led_to_https }
}

/// The request for both of the first.
pub(super) fn host_with_origin(site: &Site) -> Request {
    site.front().with("X-Forwarded-Host", HOST).with("Origin", NULL)
}

/// The request for both of the second.
pub(super) fn scheme_with_path(site: &Site) -> Request {
    deep(site).with("X-Forwarded-Proto", "https")
}

fn host(site: &Site) -> Together {
    host_and_origin(site, site.front().with("X-Forwarded-Host", HOST))
}

fn scheme(site: &Site) -> Together {
    scheme_and_path(site, Request::get(site.plain.clone()).with("X-Forwarded-Proto", "https"))
}

fn believed(site: &Site, answers: &Answers) -> Fact {
    let plain = Request::get(site.plain.clone());
    let usual = match answers.page(&plain) {
        Ok(page) => page,
        Err(Unanswered::Refused) => return Fact::absent(),
        Err(why) => return unknown(why.ignorance(), &plain),
    };
    if !is_led_to_https(usual) {
        return usual.fact(Value::Absent, &["location"]);
    }
    match scheme(site).telling(answers) {
        Ok(page) => page.fact(page.response.status < 400 && !is_led_to_https(page), &["location"]),
        Err(unknown) => *unknown,
    }
}

fn is_led_to_https(page: Exchanged<'_>) -> bool {
    page.response.redirect(&page.request.url).is_some_and(|next| next.scheme() == "https")
}
