//! The first answer over HTTPS: does it come, and does it keep browsers on HTTPS.

use super::answers::{Answers, nothing_listens, unknown};
use super::front_page::way_to_front_page;
use super::journey::{End, TOO_LONG};
use super::question::{Question, Unanswered};
use super::{Probe, Site, all_unknown};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};
use crate::grammar::http_header::hsts;

/// Asks for the front page over HTTPS, and looks at the first answer.
pub struct Https;

const SPECS: &[FactSpec] = &[
    FactSpec::new("live.reached", Kind::Bool, "Whether the site answered anything at all."),
    FactSpec::new("live.https.open", Kind::Bool, "Whether something answers at the HTTPS address."),
    FactSpec::new(
        "live.https.loops",
        Kind::Bool,
        "Whether the redirects of the front page lead in a circle.",
    ),
    FactSpec::new(
        "live.https.downgrades",
        Kind::Bool,
        "Whether the front page redirects to plain HTTP.",
    ),
    FactSpec::new("live.https.status", Kind::Number, "The status of the first answer."),
    FactSpec::new(
        "live.https.hsts",
        Kind::Text,
        "The Strict-Transport-Security header as it was sent.",
    ),
    FactSpec::new(
        "live.https.hsts-max-age-seconds",
        Kind::Number,
        "For how long browsers keep to HTTPS; absent if there is no header that browsers accept.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "live.https.hsts-include-subdomains",
        Kind::Bool,
        "Whether that goes for subdomains too; absent likewise.",
    ),
    FactSpec::new(
        "live.https.hsts-preload",
        Kind::Bool,
        "Whether the header consents to the preload list; absent likewise.",
    ),
];

impl Probe for Https {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        vec![Question::Page(site.front())]
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let front = site.front();
        let mut facts = match answers.telling(&front) {
            Ok(_) => Facts::default(),
            Err(unknown) => all_unknown(SPECS, &unknown),
        };
        facts.put("live.reached", Fact::derived(answers.reached().is_ok()));
        facts.put("live.https.open", open(site, answers));
        if let Ok(page) = answers.telling(&front) {
            facts.put("live.https.status", page.fact(i64::from(page.response.status), &[]));
            let name = "strict-transport-security";
            let header = page.response.values(name).next().map_or(Value::Absent, Value::from);
            facts.put("live.https.hsts", page.fact(header, &[name]));
            let read = hsts(page.response.values(name));
            let seconds = read.as_ref().map_or(Value::Absent, |hsts| {
                Value::Int(i64::try_from(hsts.max_age_seconds).unwrap_or(i64::MAX))
            });
            facts.put("live.https.hsts-max-age-seconds", page.fact(seconds, &[name]));
            let flag =
                |flag: Option<bool>| page.fact(flag.map_or(Value::Absent, Value::Bool), &[name]);
            let subdomains = read.as_ref().map(|hsts| hsts.include_subdomains);
            facts.put("live.https.hsts-include-subdomains", flag(subdomains));
            facts.put("live.https.hsts-preload", flag(read.map(|hsts| hsts.preload)));
            way(site, answers, &mut facts);
        }
        facts
    }
}

/// Whether something answers at the HTTPS address: a page or a certificate. Nothing listening is an
/// answer as well.
fn open(site: &Site, answers: &Answers) -> Fact {
    let front = site.front();
    let (page, certificate) = (answers.page(&front), answers.certificate(&site.url));
    match (page, certificate) {
        (Ok(page), _) => page.fact(true, &[]),
        (Err(_), Ok(_)) => Fact::derived(true),
        (Err(Unanswered::Refused), Err(_)) => nothing_listens(&front, false),
        (Err(why), Err(_)) => unknown(why.ignorance(), &front),
    }
}

/// Where the redirects of the front page lead.
fn way(site: &Site, answers: &Answers, facts: &mut Facts) {
    let journey = way_to_front_page(site, answers);
    let loops = match &journey.end {
        End::Circle => Value::Bool(true),
        End::Lost(_, why) => Value::Unknown(why.ignorance()),
        End::Open(_) | End::TooLong => Value::Unknown(Ignorance::new(TOO_LONG)),
        End::Page(_) | End::Elsewhere(_) => Value::Bool(false),
    };
    let down = matches!(&journey.end, End::Elsewhere(next) if next.scheme() == "http");
    let last = journey.hops.last().map(|(_, hop)| *hop);
    let at = |value: Value| match (last, &journey.end) {
        (_, End::Page(page)) => page.fact(value, &[]),
        (Some(hop), _) => hop.fact(value, &["location"]),
        (None, _) => Fact::derived(value),
    };
    facts.put("live.https.loops", at(loops.clone()));
    let down = if matches!(loops, Value::Unknown(_)) { loops } else { Value::Bool(down) };
    facts.put("live.https.downgrades", at(down));
}
