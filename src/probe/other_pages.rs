//! Whether the headers of the front page are on other answers too: a missing page, a static file.

use super::answers::{Answers, Exchanged};
use super::front_page::{front_page, way_to_front_page};
use super::question::Question;
use super::static_file::static_file;
use super::{Probe, Site};
use crate::fact::{Fact, FactSpec, Facts, Kind, Value};

/// Asks for a page that is not there, and for a static file of the front page.
pub struct OtherPages;

const ANSWER: &[FactSpec] = &[
    FactSpec::new(
        "kind",
        Kind::Text,
        "What was asked for: `redirect`, `page`, `missing page`, `static file`.",
    ),
    FactSpec::new("url", Kind::Text, "The address."),
    FactSpec::new("status", Kind::Number, "The status of the answer."),
    FactSpec::new(
        "lost-headers",
        Kind::List(&Kind::Text),
        "The protecting headers that the front page has and this answer has not, in lower case.",
    ),
];

const SPECS: &[FactSpec] = &[FactSpec::new(
    "live.other-pages",
    Kind::List(&Kind::Record(ANSWER)),
    "Answers beside the front page: redirects to it, the pages that the user named, a page that is not there, \
     and a file that the front page loads.",
)];

const HSTS: &str = "strict-transport-security";

/// What protects a page.
const OF_PAGES: &[&str] = &[
    HSTS,
    "x-content-type-options",
    "x-frame-options",
    "content-security-policy",
    "referrer-policy",
];

/// What protects a file that is not a page.
const OF_FILES: &[&str] = &[HSTS, "x-content-type-options"];

impl Probe for OtherPages {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, so_far: &Answers) -> Vec<Question> {
        let missing = (!site.passive).then(|| site.absent_page());
        missing.into_iter().chain(static_file(site, so_far)).map(Question::Page).collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = Facts::default();
        let front = match front_page(site, answers) {
            Ok(front) => front,
            Err(unknown) => {
                facts.put("live.other-pages", *unknown);
                return facts;
            }
        };
        let missing = ("missing page", site.absent_page(), OF_PAGES);
        let file = static_file(site, answers).map(|file| ("static file", file, OF_FILES));
        let named = site.pages().into_iter().skip(1).map(|page| ("page", page, OF_PAGES));
        let asked =
            named.chain([missing]).chain(file).map(|(kind, request, headers)| {
                match answers.telling(&request) {
                    Ok(page) => compared(kind, front, page, headers),
                    Err(unknown) => *unknown,
                }
            });
        let hops = way_to_front_page(site, answers).hops;
        let redirects = hops.iter().map(|(_, hop)| compared("redirect", front, *hop, &[HSTS]));
        let items: Vec<Fact> = redirects.chain(asked).collect();
        facts.put("live.other-pages", front.fact(items, &[]));
        facts
    }
}

fn compared(kind: &str, front: Exchanged<'_>, page: Exchanged<'_>, headers: &[&str]) -> Fact {
    let has = |page: Exchanged<'_>, name: &str| page.response.values(name).next().is_some();
    // A redirect shows nothing that could be framed or run.
    let leads_on = page.response.redirect(&page.request.url).is_some();
    let lost: Vec<Fact> = headers
        .iter()
        .filter(|name| !leads_on || **name == HSTS)
        .filter(|name| has(front, name) && !has(page, name))
        .map(|name| page.fact(*name, headers))
        .collect();
    let at = |value: Value| page.fact(value, headers);
    at(Value::record([
        ("kind", at(kind.into())),
        ("url", at(page.request.url.to_string().into())),
        ("status", at(i64::from(page.response.status).into())),
        ("lost-headers", at(lost.into())),
    ]))
}
