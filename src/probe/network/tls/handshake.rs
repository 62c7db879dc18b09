//! The certificate that a server shows, read and judged although the connection is not refused.

use std::sync::{Arc, OnceLock};

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, ProtocolVersion};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use url::Url;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::greeting::{Reply, greet};
use super::hello::{CODES, Hello, TLS13};
use super::{certificate, suites, trusting};
use crate::probe::Unanswered;
use crate::probe::network::{Shared, why};
use crate::probe::question::{Certificate, VERSIONS};

/// Shakes hands, and looks at what was shown.
pub(in crate::probe::network) async fn certificate(
    shared: &Shared,
    url: &Url,
    until: Instant,
) -> Result<Certificate, Unanswered> {
    let shaken = shared.patient(until, shaken(shared, url)).await;
    match shaken {
        Err(Unanswered::InVain(why)) if !shared.manner.passive => {
            // A server of old shows its certificate in the clear.
            let shown = in_the_clear(shared, url, until).await;
            shown.ok_or(Unanswered::InVain(why))
        }
        shaken => shaken,
    }
}

async fn shaken(shared: &Shared, url: &Url) -> Result<Certificate, Unanswered> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let name =
        ServerName::try_from(host).map_err(|_| why::in_vain("the host has no valid name"))?;
    let stream = shared.connect(url).await?;
    let stapled = Arc::new(OnceLock::new());
    let config = trusting::observing(&shared.provider, stapled.clone())
        .map_err(|error| why::in_vain(error.to_string()))?;
    let connector = TlsConnector::from(Arc::new(config));
    let connection = connector.connect(name, stream).await.map_err(|error| {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        inner.map_or_else(|| why::of_connection(&error), why::of_tls)
    })?;
    let (_, session) = connection.get_ref();
    let chain = session.peer_certificates().unwrap_or_default();
    let mut shown = described(shared, chain)?;
    shown.stapled = stapled.get().copied();
    shown.version = session.protocol_version().and_then(named);
    let agreed = session.alpn_protocol().unwrap_or_default();
    shown.alpn = Some(String::from_utf8_lossy(agreed).into_owned());
    Ok(shown)
}

fn named(version: ProtocolVersion) -> Option<String> {
    let place = CODES.iter().position(|code| *code == u16::from(version))?;
    VERSIONS.get(place).map(|name| (*name).to_owned())
}

/// Greets in the versions in which certificates can be read on the way, the newest first.
async fn in_the_clear(shared: &Shared, url: &Url, until: Instant) -> Option<Certificate> {
    let codes = CODES.into_iter().rev().filter(|code| *code < TLS13);
    let offers = [suites::all_usual, suites::all_rare];
    for (code, suites) in codes.flat_map(|code| offers.map(|offer| (code, offer(code)))) {
        match greet(shared, url, &Hello::with_suites(code, suites), true, until).await {
            Reply::Agreed(chosen) => {
                let sent: Vec<CertificateDer<'_>> =
                    chosen.certificates.into_iter().map(CertificateDer::from).collect();
                let mut shown = described(shared, &sent).ok()?;
                shown.stapled = Some(chosen.stapled);
                return Some(shown);
            }
            Reply::Refused | Reply::Closed => {}
            Reply::NotTls | Reply::Unknown(_) => return None,
        }
    }
    None
}

fn described(shared: &Shared, sent: &[CertificateDer<'_>]) -> Result<Certificate, Unanswered> {
    let unreadable = || why::in_vain("the certificate cannot be read");
    let mut shown = certificate::described(sent).ok_or_else(unreadable)?;
    let (leaf, rest) = sent.split_first().ok_or_else(unreadable)?;
    shown.distrust = distrust(shared, leaf, rest);
    if let (None, Some(chain)) = (&shown.distrust, &mut shown.chain) {
        chain.complete = Some(true);
    }
    Ok(shown)
}

/// What stands between the certificate and a trusted authority. Its own dates are left out of it: the
/// chain is judged on a day on which the certificate is valid.
fn distrust(
    shared: &Shared,
    leaf: &CertificateDer<'_>,
    rest: &[CertificateDer<'_>],
) -> Option<String> {
    let (_, read) = X509Certificate::from_der(leaf).ok()?;
    let now = i64::try_from(UnixTime::now().as_secs()).unwrap_or(i64::MAX);
    let validity = read.validity();
    let day = now.min(validity.not_after.timestamp()).max(validity.not_before.timestamp());
    let day = UnixTime::since_unix_epoch(std::time::Duration::from_secs(
        u64::try_from(day).unwrap_or_default(),
    ));
    let algorithms = shared.provider.signature_verification_algorithms.all;
    let verdict = ParsedCertificate::try_from(leaf).and_then(|leaf| {
        verify_server_cert_signed_by_trust_anchor(&leaf, &shared.roots, rest, day, algorithms)
    });
    let self_signed = read.issuer() == read.subject();
    match verdict {
        Ok(()) => None,
        Err(_) if self_signed => Some("it is signed by itself".to_owned()),
        Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) if rest.is_empty() => Some(
            "its issuer is not known, and the server sends no intermediate certificate".to_owned(),
        ),
        Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            Some("its chain leads to no known authority".to_owned())
        }
        Err(Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => Some("a certificate of its chain has expired".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}
