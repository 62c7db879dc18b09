//! Whether the site believes a `Host` header that is not its own name.

use super::answers::{Answers, Exchanged};
use super::question::Question;
use super::{Probe, Site};
use crate::fact::{FactSpec, Facts, Kind};

/// Asks for the front page under a name that no site has.
pub struct ForeignHost;

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.foreign-host.status",
        Kind::Number,
        "The status of the answer to a request for a host that is not the site's.",
    ),
    FactSpec::new(
        "live.foreign-host.echoed",
        Kind::Bool,
        "Whether the answer links or redirects to that host.",
    ),
];

/// A host that cannot exist (RFC 6761 §6.4).
pub(super) const HOST: &str = "probe.invalid";

impl Probe for ForeignHost {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        if site.passive {
            return Vec::new();
        }
        vec![Question::Page(site.front().with("Host", HOST))]
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = Facts::default();
        let request = site.front().with("Host", HOST);
        match answers.page(&request) {
            Ok(page) => {
                let response = page.response;
                facts.put("live.foreign-host.status", page.fact(i64::from(response.status), &[]));
                facts.put(
                    "live.foreign-host.echoed",
                    page.fact(leads_to(page, HOST), &["location"]),
                );
            }
            Err(why) => {
                let unknown = super::answers::unknown(why.ignorance(), &request);
                return super::all_unknown(SPECS, &unknown);
            }
        }
        facts
    }
}

/// Whether an answer links or redirects to a host. An error page may name the host that it refuses; that
/// misleads nobody.
pub(super) fn leads_to(page: Exchanged<'_>, host: &str) -> bool {
    let response = page.response;
    let links = response.status < 400 && response.body.contains(&format!("//{host}"));
    let leads =
        response.redirect(&page.request.url).is_some_and(|next| next.host_str() == Some(host));
    links || leads
}
