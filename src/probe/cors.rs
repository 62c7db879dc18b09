//! Which foreign origins may read the site's answers.

use super::answers::{Answers, Exchanged, unknown};
use super::forwarded::host_and_origin;
use super::question::{Question, Request, Unanswered};
use super::together::Together;
use super::{Probe, Site};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, List, Value};

/// Asks for the front page in the name of origins that the site cannot know.
pub struct Cors;

const ATTEMPT: &[FactSpec] = &[
    FactSpec::new("sent-origin", Kind::Text, "The origin in whose name the question was put."),
    FactSpec::new(
        "allow-origin",
        Kind::Text,
        "The Access-Control-Allow-Origin of the answer; absent if there is none.",
    ),
    FactSpec::new(
        "allow-credentials",
        Kind::Bool,
        "Whether the answer may be read with the visitor's cookies.",
    ),
];

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.cors-probes",
        Kind::List(&Kind::Record(ATTEMPT)),
        "One request for each foreign origin and page, and what the site allows it.",
    ),
    FactSpec::new(
        "live.cors-plain-origin.allowed",
        Kind::Bool,
        "Whether a page of the same host in plain HTTP may read the front page.",
    ),
    FactSpec::new(
        "live.cors-subdomain.reads-as-visitor",
        Kind::Bool,
        "Whether a page of a subdomain that does not exist may read the front page with the visitor's cookies; \
         absent where the host is an address.",
    ),
    FactSpec::new(
        "live.cors-frontend.origin",
        Kind::Text,
        "The origin of the user's own front end; absent if he does not name it.",
    ),
    FactSpec::new(
        "live.cors-frontend.accepted",
        Kind::Bool,
        "Whether pages of that origin may send JSON to the site.",
    ),
];

const ALLOW_ORIGIN: &str = "access-control-allow-origin";
const ALLOW_CREDENTIALS: &str = "access-control-allow-credentials";

impl Probe for Cors {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, so_far: &Answers) -> Vec<Question> {
        if site.passive {
            return Vec::new();
        }
        let front = site.front();
        let foreign = attempts(site).into_iter().filter(|(_, request)| request.url == front.url);
        let foreign = foreign.flat_map(|(origin, request)| match origin.as_str() {
            NULL => nobody(site).questions(so_far),
            _ => vec![Question::Page(request)],
        });
        let own = [in_plain(site)].into_iter().chain(frontend(site));
        foreign.chain(own.map(|(_, request)| Question::Page(request))).collect()
    }

    /// The same of the pages that the user named.
    fn wishes(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        let front = site.front();
        let others = attempts(site).into_iter().filter(|(_, request)| request.url != front.url);
        let others = others.chain(subdomain(site)).filter(|_| !site.passive);
        others.map(|(_, request)| Question::Page(request)).collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut items = Vec::new();
        let mut open = None;
        let mut not_asked = None;
        for (origin, request) in attempts(site) {
            let answer = match origin.as_str() {
                NULL if request.url == site.front().url => nobody(site).answer(answers),
                _ => answers.page(&request),
            };
            match answer {
                Ok(page) if page.response.refusal().is_some() => {
                    open = open.or_else(|| page.response.refusal());
                }
                Ok(page) => items.push(attempted(&origin, page)),
                Err(Unanswered::NotAsked(why)) => not_asked = Some((why, request)),
                Err(why) => open = Some(why.ignorance()),
            }
        }
        let mut facts = own(site, answers);
        facts.put("live.cors-plain-origin.allowed", plain_allowed(site, answers));
        facts.put("live.cors-subdomain.reads-as-visitor", subdomain_reads(site, answers));
        facts.put(
            "live.cors-probes",
            match (items.is_empty(), open, not_asked) {
                (true, Some(why), _) => unknown(why, &site.front()),
                (true, None, Some((why, request))) => unknown(why, &request),
                (_, rest, _) => Fact::derived(List { items, rest }),
            },
        );
        facts
    }
}

/// What the site allowed an origin.
fn attempted(origin: &str, page: Exchanged<'_>) -> Fact {
    let at = |value: Value| page.fact(value, &[ALLOW_ORIGIN, ALLOW_CREDENTIALS, "vary"]);
    let allowed = page.response.values(ALLOW_ORIGIN).next();
    let credentials = page.response.values(ALLOW_CREDENTIALS).any(|value| value == "true");
    at(Value::record([
        ("sent-origin", at(origin.into())),
        ("allow-origin", at(allowed.map_or(Value::Absent, Value::from))),
        ("allow-credentials", at(credentials.into())),
    ]))
}

/// The origin of sandboxed frames.
pub(super) const NULL: &str = "null";

/// The front page, asked for in its name.
fn nobody(site: &Site) -> Together {
    host_and_origin(site, site.front().with("Origin", NULL))
}

/// Foreign origins: one that cannot exist (RFC 6761 §6.4), the one of sandboxed frames, and two that a
/// careless comparison takes for the site's own.
fn origins(site: &Site) -> [String; 4] {
    let host = site.host();
    let (begins, ends) = (format!("https://{host}.probe.invalid"), format!("https://probe{host}"));
    ["https://probe.invalid".to_owned(), NULL.to_owned(), begins, ends]
}

/// The front page and the pages that the user named, asked for in the name of each of them.
fn attempts(site: &Site) -> Vec<(String, Request)> {
    origins(site)
        .into_iter()
        .flat_map(|origin| {
            let pages = site.pages().into_iter();
            pages.map(move |page| (origin.clone(), page.with("Origin", &origin)))
        })
        .collect()
}

/// The front page, asked for in the name of the same host in plain HTTP.
fn in_plain(site: &Site) -> (String, Request) {
    let origin = site.plain.origin().ascii_serialization();
    (origin.clone(), site.front().with("Origin", &origin))
}

/// Whether that origin by its name may read the answer; that everyone may is told of foreign origins.
fn plain_allowed(site: &Site, answers: &Answers) -> Fact {
    let (origin, request) = in_plain(site);
    match answers.telling(&request) {
        Ok(page) => {
            let allowed = page.response.values(ALLOW_ORIGIN).next() == Some(origin.as_str());
            page.fact(allowed, &[ALLOW_ORIGIN, ALLOW_CREDENTIALS, "vary"])
        }
        Err(unknown) => *unknown,
    }
}

/// The front page, asked for in the name of a subdomain that does not exist; none below an address.
fn subdomain(site: &Site) -> Option<(String, Request)> {
    let host = site.url.domain()?;
    let origin = format!("https://prodcheck-no-such-host.{host}");
    Some((origin.clone(), site.front().with("Origin", &origin)))
}

fn subdomain_reads(site: &Site, answers: &Answers) -> Fact {
    let Some((origin, request)) = subdomain(site) else {
        return Fact::absent();
    };
    match answers.telling(&request) {
        Ok(page) => {
            let allowed = page.response.values(ALLOW_ORIGIN).next() == Some(origin.as_str());
            let read =
                allowed && page.response.values(ALLOW_CREDENTIALS).any(|told| told == "true");
            page.fact(read, &[ALLOW_ORIGIN, ALLOW_CREDENTIALS, "vary"])
        }
        Err(unknown) => *unknown,
    }
}

/// What the user's own front end asks before it sends anything: of the first path that he named, else
/// of the front page.
fn frontend(site: &Site) -> Option<(String, Request)> {
    let origin = site.frontend.as_ref()?.trim_end_matches('/').to_owned();
    let page = site.paths.first().map_or_else(|| site.front(), |path| site.path(path));
    Some((origin.clone(), Request::preflight(page.url, &origin)))
}

fn own(site: &Site, answers: &Answers) -> Facts {
    let mut facts = Facts::default();
    let Some((origin, request)) = frontend(site) else {
        let why = Ignorance::new("the origin of the front end is not known")
            .settled_by("name it: `live.frontend` in prodcheck.toml");
        facts.put("live.cors-frontend.origin", Fact::absent());
        facts.put("live.cors-frontend.accepted", Fact::derived(why));
        return facts;
    };
    facts.put("live.cors-frontend.origin", Fact::derived(origin.as_str()));
    facts.put(
        "live.cors-frontend.accepted",
        match answers.telling(&request) {
            Ok(page) => {
                let allowed = page.response.values(ALLOW_ORIGIN).next();
                let named = allowed.is_some_and(|allowed| allowed == origin || allowed == "*");
                let accepted = named && matches!(page.response.status, 200..300);
                page.fact(accepted, &[ALLOW_ORIGIN, "access-control-allow-methods"])
            }
            Err(unknown) => *unknown,
        },
    );
    facts
}
