//! Whether clients that are strict about it would accept the certificate of an address.

use url::Url;

use super::answers::Answers;
use super::question::Question;
use super::site::Site;
use super::tls::covers;
use crate::fact::Ignorance;

/// The question for the certificate behind an address: that of the site, or of the other host's root.
pub(super) fn question(site: &Site, url: &Url) -> Question {
    Question::Certificate(address(site, url))
}

fn address(site: &Site, url: &Url) -> Url {
    if site.has(url) {
        return site.url.clone();
    }
    let mut root = url.clone();
    root.set_path("/");
    root.set_query(None);
    root
}

/// Whether the certificate is trusted, for this host, and valid on the day of the audit.
pub(super) fn verified(site: &Site, answers: &Answers, url: &Url) -> Result<bool, Ignorance> {
    let certificate = answers.certificate(&address(site, url)).map_err(|why| why.ignorance())?;
    let host = url.host_str().unwrap_or_default();
    if certificate.distrust.is_some() || !certificate.names.iter().any(|name| covers(name, host)) {
        return Ok(false);
    }
    match (site.today, certificate.not_after) {
        (Some(today), Some(last)) => Ok(today.days_until(last) >= 0),
        _ => Err(Ignorance::new("whether the certificate has expired is not known")),
    }
}
