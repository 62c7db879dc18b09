//! Whether the keepers of the browsers' preload list would take the site, by all of their rules.
//!
//! The rules are those of `hstspreload` (read 2026-11-30); three of its codes tell of itself and not of a
//! site, and cannot come up here but for the odd name: `internal.domain.name.cannot_compute_etld1`,
//! `internal.domain.www.first_dial.no_close` and `internal.domain.www.second_dial.no_close`.

mod domain;
mod header;
mod issue;
mod redirects;
mod suites;

pub use issue::Issue;

use url::Url;

use issue::{error, warning};
use redirects::Chain;

use super::answers::Answers;
use super::question::{Question, Request, Response, Unanswered};
use super::site::Site;
use super::{Probe, verified};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, List};
use crate::grammar::registered_domain::registered_domain;

/// Follows the redirects of the domain over both schemes, and looks at `www`.
pub struct Preload;

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.preload.whole-domain",
        Kind::Bool,
        "Whether the host is a registered domain itself, such as the preload list takes.",
    ),
    FactSpec::new(
        "live.preload.errors",
        Kind::List(&Kind::Text),
        "What the keepers of the preload list would refuse the site for, by their codes.",
    ),
    FactSpec::new(
        "live.preload.warnings",
        Kind::List(&Kind::Text),
        "What they would only tell, by their codes.",
    ),
    FactSpec::new(
        "live.preload.removable",
        Kind::Bool,
        "Whether the header lets the site be taken off the list.",
    ),
];

impl Probe for Preload {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, so_far: &Answers) -> Vec<Question> {
        let roots = Roots::of(site);
        let mut questions = vec![Question::Certificate(site.url.clone())];
        for root in [&roots.secure, &roots.plain] {
            questions.extend(Chain::follow(site, so_far, root).open.map(Question::Page));
        }
        questions.extend(roots.www.filter(|_| !site.passive).map(Question::Certificate));
        questions
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let judged = judge(site, answers);
        let mut facts = Facts::default();
        let whole = registered_domain(site.host()) == Some(site.host());
        facts.put("live.preload.whole-domain", Fact::derived(whole));
        for (path, refused) in [("live.preload.errors", true), ("live.preload.warnings", false)] {
            let mut codes: Vec<&str> = Vec::new();
            for issue in judged.issues.iter().filter(|issue| issue.refused == refused) {
                if !codes.contains(&issue.code) {
                    codes.push(issue.code);
                }
            }
            let items = codes.into_iter().map(Fact::derived).collect();
            let rest = judged.open.first().cloned();
            facts.put(path, Fact::derived(List { items, rest }));
        }
        let removable = match first_answer(site, answers) {
            Ok(page) => page.fact(kept(page.response).is_empty(), &[header::NAME]),
            Err(why) => Fact::derived(why),
        };
        facts.put("live.preload.removable", removable);
        facts
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Judged {
    /// All that there is to say, in the order in which the list's keepers say it.
    pub issues: Vec<Issue>,
    /// What could not be found out, and why.
    pub open: Vec<Ignorance>,
    /// What counts only where the first answer is in order.
    of_first_redirect: Vec<Issue>,
}

/// The addresses that are looked at.
struct Roots {
    secure: Url,
    plain: Url,
    www: Option<Url>,
}

impl Roots {
    fn of(site: &Site) -> Self {
        let root = |url: &Url| url.join("/").unwrap_or_else(|_| url.clone());
        let secure = root(&site.url);
        let www = domain::has_www(site.host()).then(|| secure.clone()).and_then(|mut www| {
            www.set_host(Some(&format!("www.{}", site.host()))).ok()?;
            Some(www)
        });
        Self { secure, plain: root(&site.plain), www }
    }
}

/// Judges a site by all rules.
pub fn judge(site: &Site, answers: &Answers) -> Judged {
    let mut judged = Judged::default();
    let domain = site.host();
    if let Some(issue) = domain::format(domain) {
        judged.issues.push(issue);
        return judged;
    }
    judged.issues.extend(domain::level(domain));
    let roots = Roots::of(site);
    let first = match answers.page(&Request::get(roots.secure.clone())) {
        Ok(first) => first,
        Err(why) => {
            match why {
                Unanswered::Refused => judged
                    .issues
                    .push(error("domain.tls.cannot_connect", "nothing answers over HTTPS")),
                Unanswered::InVain(why) if is_of_tls(&why) => judged
                    .issues
                    .push(error("domain.tls.cannot_connect", "TLS is not spoken there")),
                why => judged.open.push(why.ignorance()),
            }
            return judged;
        }
    };
    match verified::verified(site, answers, &roots.secure) {
        Ok(true) => judged.issues.extend(of_handshake(site, answers)),
        Ok(false) => {
            judged.issues.push(error(
                "domain.tls.invalid_cert_chain",
                "the certificate is not valid, or its chain is not complete",
            ));
            judged.issues.extend(of_signature(site, answers));
            return judged;
        }
        Err(why) => judged.open.push(why),
    }
    let of_header = match first.response.refusal() {
        Some(why) => Err(why),
        None => Ok(header::of_response(first.response)),
    };
    let in_order = of_header.as_ref().is_ok_and(|issues| !issues.iter().any(|it| it.refused));
    match of_header {
        Ok(issues) => judged.issues.extend(issues),
        Err(why) => judged.open.push(why),
    }
    let plain = Chain::follow(site, answers, &roots.plain);
    redirects::of_http(answers, domain, &roots.plain, &plain, &mut judged);
    let of_first_redirect = std::mem::take(&mut judged.of_first_redirect);
    judged.issues.extend(of_first_redirect.into_iter().filter(|_| in_order));
    redirects::of_https(&Chain::follow(site, answers, &roots.secure), &mut judged);
    if let Some(www) = roots.www {
        of_www(site, answers, &www, &mut judged);
    }
    judged
}

/// What keeps a site with this first answer on the list, once it is there.
pub fn kept(first: &Response) -> Vec<Issue> {
    header::removable_response(first)
}

/// The first answer over HTTPS at the root of the domain.
fn first_answer<'a>(
    site: &Site,
    answers: &'a Answers,
) -> Result<super::answers::Exchanged<'a>, Ignorance> {
    let request = Request::get(Roots::of(site).secure);
    answers.page(&request).map_err(|why| why.ignorance())
}

/// The rule against SHA-1 is for chains that were verified. As nobody verifies such a chain any more, their own
/// library included, it comes beside the one that says so.
fn of_signature(site: &Site, answers: &Answers) -> Option<Issue> {
    let certificate = answers.certificate(&site.url).ok()?;
    let signature = certificate.signature.as_ref()?.to_ascii_lowercase();
    let of_authority = certificate.self_signed != Some(true);
    (of_authority && signature.contains("sha1"))
        .then_some(error("domain.tls.sha1", "the certificate is signed with SHA-1"))
}

/// What they would agree on with the server.
fn of_handshake(site: &Site, answers: &Answers) -> Option<Issue> {
    let versions = answers.versions(&site.url).ok()?;
    let offers = |version: &str| versions.offered.iter().any(|offered| offered == version);
    let offer = answers.offer(&site.url).ok();
    let suites = offer.and_then(|offer| offer.suites.iter().find(|of| of.version == "TLSv1.2"));
    let obsolete = match (offers("TLSv1.3"), offers("TLSv1.2")) {
        // It has no suite that is obsolete.
        (true, _) => false,
        (false, true) => suites.is_some_and(suites::is_obsolete),
        (false, false) => true,
    };
    (versions.open.is_none() && obsolete).then_some(warning(
        "tls.obsolete_cipher_suite",
        "the suite that the server agrees on is obsolete",
    ))
}

/// Where something listens at `www`, it has to speak TLS with a certificate that is in order.
fn of_www(site: &Site, answers: &Answers, www: &Url, judged: &mut Judged) {
    let no_tls = error("domain.www.no_tls", "`www` is there, and does not speak HTTPS properly");
    match answers.certificate(www) {
        Ok(_) => match verified::verified(site, answers, www) {
            Ok(true) => {}
            Ok(false) => judged.issues.push(no_tls),
            Err(why) => judged.open.push(why),
        },
        Err(Unanswered::Refused) => {}
        Err(Unanswered::InVain(why)) if is_of_tls(&why) => judged.issues.push(no_tls),
        Err(Unanswered::InVain(why)) if *why.why == *NO_SUCH_NAME => {}
        Err(why) => judged.open.push(why.ignorance()),
    }
}

/// Whether a handshake broke: the transport tells of it by the name of the protocol.
fn is_of_tls(why: &Ignorance) -> bool {
    why.why.contains("TLS")
}

/// What the transport says of a name that nobody has.
const NO_SUCH_NAME: &str = "the host's name is not known";
