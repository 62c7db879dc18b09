//! The certificate that a server shows, read and judged although the connection is not refused.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, ProtocolVersion};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use url::Url;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::greeting::{Reply, greet};
use super::hello::{CODES, Hello, TLS13};
use super::{certificate, suites, trusting};
use crate::probe::Unanswered;
use crate::probe::network::{Shared, why};
use crate::probe::question::{Certificate, Elsewhere, VERSIONS};

/// How long several addresses are waited for. A machine may have no way to some of them, and not know it.
const QUICKLY: Duration = Duration::from_secs(3);

/// Addresses of one host that are looked at.
const MOST_ADDRESSES: usize = 8;

/// Shakes hands at all addresses of the host, and looks at what was shown; that of the first that answers is
/// the certificate of the host.
pub(in crate::probe::network) async fn certificate(
    shared: &Arc<Shared>,
    url: &Url,
    until: Instant,
) -> Result<Certificate, Unanswered> {
    let addresses = several(shared, url).await;
    if addresses.is_empty() {
        return at_one(shared, url, until).await;
    }
    let mut asking = JoinSet::new();
    for (place, address) in addresses.into_iter().enumerate() {
        let (shared, url) = (shared.clone(), url.clone());
        asking.spawn(async move {
            let shaking = shared.patient(until, shaken(&shared, &url, Some(address)));
            let shaken = timeout(QUICKLY, shaking).await;
            (place, address, shaken.unwrap_or_else(|_| Err(why::in_vain("timed out"))))
        });
    }
    let mut all = Vec::new();
    while let Some(asked) = asking.join_next().await {
        all.extend(asked.ok());
    }
    all.sort_by_key(|(place, ..)| *place);
    let Some(first) = all.iter().position(|(.., shaken)| shaken.is_ok()) else {
        return at_one(shared, url, until).await;
    };
    let (_, _, shown) = all.remove(first);
    let mut shown = shown?;
    // Where this machine has no way to, others may have one.
    let unreached = |shaken: &Result<Certificate, Unanswered>| matches!(shaken, Err(Unanswered::InVain(why)) if *why.why == *why::NOT_REACHED);
    let others = all.into_iter().filter(|(.., shaken)| !unreached(shaken));
    shown.elsewhere = others
        .map(|(_, address, shaken)| Elsewhere {
            address: address.ip().to_string(),
            shown: shaken.map(Box::new),
        })
        .collect();
    Ok(shown)
}

/// The addresses of a host that has more than one. A browser takes only one of them; and `localhost` is not a
/// host that others come to.
async fn several(shared: &Shared, url: &Url) -> Vec<SocketAddr> {
    let own = url.host_str() == Some("localhost");
    if shared.manner.passive || own {
        return Vec::new();
    }
    let mut addresses = shared.addresses(url).await;
    addresses.truncate(MOST_ADDRESSES);
    if addresses.len() < 2 { Vec::new() } else { addresses }
}

async fn at_one(shared: &Shared, url: &Url, until: Instant) -> Result<Certificate, Unanswered> {
    let shaken = shared.patient(until, shaken(shared, url, None)).await;
    match shaken {
        Err(Unanswered::InVain(why)) if !shared.manner.passive => {
            // A server of old shows its certificate in the clear.
            let shown = in_the_clear(shared, url, until).await;
            shown.ok_or(Unanswered::InVain(why))
        }
        shaken => shaken,
    }
}

/// The name of a host as TLS has it.
pub(super) fn name(url: &Url) -> Result<ServerName<'static>, Unanswered> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    ServerName::try_from(host).map_err(|_| why::in_vain("the host has no valid name"))
}

/// Why a handshake did not come to its end.
pub(super) fn why(error: &io::Error) -> Unanswered {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    inner.map_or_else(|| why::of_connection(error), why::of_tls)
}

/// Shakes hands at an address of the host, or at whichever answers.
async fn shaken(
    shared: &Shared,
    url: &Url,
    address: Option<SocketAddr>,
) -> Result<Certificate, Unanswered> {
    let name = name(url)?;
    let begun = Instant::now();
    let stream = match address {
        Some(address) => {
            let connected = TcpStream::connect(address).await;
            connected.map_err(|error| why::of_connection(&error))?
        }
        None => shared.connect(url).await?,
    };
    let connected = begun.elapsed().as_secs_f64();
    let stapled = Arc::new(OnceLock::new());
    let config = trusting::observing(&shared.provider, stapled.clone())
        .map_err(|error| why::in_vain(error.to_string()))?;
    let connector = TlsConnector::from(Arc::new(config));
    let connection = connector.connect(name, stream).await.map_err(|error| why(&error))?;
    let shaken = begun.elapsed().as_secs_f64() - connected;
    let (_, session) = connection.get_ref();
    let chain = session.peer_certificates().unwrap_or_default();
    let mut shown = described(shared, chain)?;
    shown.stapled = stapled.get().copied();
    shown.version = session.protocol_version().and_then(named);
    let agreed = session.alpn_protocol().unwrap_or_default();
    shown.alpn = Some(String::from_utf8_lossy(agreed).into_owned());
    shown.seconds = Some((connected, shaken));
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
        let hello = Hello::with_suites(code, suites);
        let greeting = greet(shared.connect(url), url, &hello, true);
        let reply = timeout_at(shared.limit(until), greeting).await;
        match reply.unwrap_or_else(|_| Reply::Unknown(shared.silent())) {
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
    let day =
        UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(day).unwrap_or_default()));
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
