//! The certificate that a server shows, read and judged although the connection is not refused.

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error};
use tokio_rustls::TlsConnector;
use url::Url;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::{Shared, why};
use crate::date::Date;
use crate::probe::Unanswered;
use crate::probe::question::Certificate;

/// Shakes hands, and looks at what was shown.
pub(super) async fn certificate(shared: &Shared, url: &Url) -> Result<Certificate, Unanswered> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let name =
        ServerName::try_from(host).map_err(|_| why::in_vain("the host has no valid name"))?;
    let stream = shared.connect(url).await?;
    let connector = TlsConnector::from(shared.trusting.clone());
    let connection = connector.connect(name, stream).await.map_err(|error| {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        inner.map_or_else(|| why::of_connection(&error), why::of_tls)
    })?;
    let (_, session) = connection.get_ref();
    let chain = session.peer_certificates().unwrap_or_default();
    described(shared, chain).ok_or_else(|| why::in_vain("the certificate cannot be read"))
}

fn described(shared: &Shared, chain: &[CertificateDer<'_>]) -> Option<Certificate> {
    let (leaf, rest) = chain.split_first()?;
    let (_, read) = X509Certificate::from_der(leaf).ok()?;
    Some(Certificate {
        names: names(&read),
        not_after: Some(Date::from_unix_seconds(read.validity().not_after.timestamp())),
        issuer: read.issuer().to_string(),
        key: key(&read),
        distrust: distrust(shared, leaf, rest, &read),
    })
}

/// The names of the extension that browsers look at; they do not look at the subject.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => <[u8; 4]>::try_from(*bytes)
            .map(|bytes| std::net::IpAddr::from(bytes).to_string())
            .or_else(|_| {
                <[u8; 16]>::try_from(*bytes).map(|bytes| std::net::IpAddr::from(bytes).to_string())
            })
            .ok(),
        _ => None,
    };
    names.value.general_names.iter().filter_map(name).collect()
}

fn key(certificate: &X509Certificate<'_>) -> Option<(String, u32)> {
    let key = certificate.public_key().parsed().ok()?;
    let kind = match key {
        PublicKey::RSA(_) => "RSA",
        PublicKey::EC(_) => "EC",
        _ => return None,
    };
    Some((kind.to_owned(), u32::try_from(key.key_size()).ok()?))
}

/// What stands between the certificate and a trusted authority. Its own dates are left out of it: the
/// chain is judged on a day on which the certificate is valid.
fn distrust(
    shared: &Shared,
    leaf: &CertificateDer<'_>,
    rest: &[CertificateDer<'_>],
    read: &X509Certificate<'_>,
) -> Option<String> {
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
