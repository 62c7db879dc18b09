//! What a certificate says, and how it stands among those that were sent with it.

use rustls::pki_types::CertificateDer;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::date::Date;
use crate::probe::question::{Certificate, Chain};

/// Reads the first of the certificates; none if it cannot be read.
pub(super) fn described(sent: &[CertificateDer<'_>]) -> Option<Certificate> {
    let read: Vec<X509Certificate<'_>> =
        sent.iter().map_while(|sent| Some(X509Certificate::from_der(sent).ok()?.1)).collect();
    let leaf = read.first()?;
    let validity = leaf.validity();
    let (begins, ends) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    let all_end = read.iter().map(|one| one.validity().not_after.timestamp());
    let (key, curve) = key(leaf);
    Some(Certificate {
        names: names(leaf),
        not_before: Some(Date::from_unix_seconds(begins)),
        not_after: Some(Date::from_unix_seconds(ends)),
        lifespan_days: Some(ends.saturating_sub(begins).div_euclid(SECONDS_A_DAY)),
        chain_ends: all_end.min(),
        issuer: leaf.issuer().to_string(),
        self_signed: Some(is_its_own_issuer(leaf)),
        key,
        curve,
        signature: Some(algorithm(&leaf.signature_algorithm.algorithm.to_id_string())),
        chain: Some(chain(&read, read.len() == sent.len())),
        embedded_scts: Some(embedded_scts(leaf)),
        must_staple: Some(must_staple(leaf)),
        ..Certificate::default()
    })
}

const SECONDS_A_DAY: i64 = 86_400;

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

/// The kind and the bits of its key, and its curve.
fn key(certificate: &X509Certificate<'_>) -> (Option<(String, u32)>, Option<String>) {
    let info = certificate.public_key();
    let kind = match info.algorithm.algorithm.to_id_string().as_str() {
        // Ed25519 and Ed448 (RFC 8410 §3) have one size each.
        "1.3.101.112" => return (Some(("Ed25519".to_owned(), 256)), None),
        "1.3.101.113" => return (Some(("Ed448".to_owned(), 456)), None),
        _ => info.parsed().ok(),
    };
    let bits = |key: &PublicKey<'_>| u32::try_from(key.key_size()).ok();
    match kind {
        Some(key @ PublicKey::RSA(_)) => (bits(&key).map(|bits| ("RSA".to_owned(), bits)), None),
        Some(key @ PublicKey::EC(_)) => {
            let parameters = info.algorithm.parameters.as_ref();
            let oid = parameters.and_then(|any| any.clone().oid().ok());
            let curve = oid.map(|oid| curve(&oid.to_id_string()));
            // The point's size says too much for curves whose size is no whole number of bytes.
            let size = match curve.as_deref() {
                Some("secp521r1") => Some(521),
                _ => bits(&key),
            };
            (size.map(|bits| ("EC".to_owned(), bits)), curve)
        }
        _ => (None, None),
    }
}

/// The name of a curve (SEC 2 and RFC 5639), or its number.
fn curve(oid: &str) -> String {
    let known = match oid {
        "1.2.840.10045.3.1.7" => "secp256r1",
        "1.3.132.0.34" => "secp384r1",
        "1.3.132.0.35" => "secp521r1",
        "1.3.132.0.10" => "secp256k1",
        "1.3.132.0.33" => "secp224r1",
        "1.2.840.10045.3.1.1" => "secp192r1",
        "1.3.36.3.3.2.8.1.1.7" => "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.11" => "brainpoolP384r1",
        "1.3.36.3.3.2.8.1.1.13" => "brainpoolP512r1",
        other => other,
    };
    known.to_owned()
}

/// The name of a signature's algorithm (RFC 3279, 4055, 5758, 8410), or its number.
fn algorithm(oid: &str) -> String {
    let known = match oid {
        "1.2.840.113549.1.1.2" => "md2WithRSAEncryption",
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.113549.1.1.14" => "sha224WithRSAEncryption",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.1" => "ecdsa-with-SHA224",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        other => other,
    };
    known.to_owned()
}

fn is_its_own_issuer(certificate: &X509Certificate<'_>) -> bool {
    certificate.issuer().as_raw() == certificate.subject().as_raw()
}

/// How the certificates follow each other (RFC 5246 §7.4.2: each certifies the one before it).
fn chain(read: &[X509Certificate<'_>], all_read: bool) -> Chain {
    let follows = |pair: &[X509Certificate<'_>]| match pair {
        [one, next] => one.issuer().as_raw() == next.subject().as_raw(),
        _ => true,
    };
    let ordered = read.windows(2).all(follows);
    // From the first one on, to where no further one was sent.
    let mut last = read.first();
    for _ in read {
        let issuer = last.and_then(|last| {
            read.iter().find(|one| {
                !is_its_own_issuer(last) && one.subject().as_raw() == last.issuer().as_raw()
            })
        });
        last = issuer.or(last);
    }
    let ends_in_itself = last.is_some_and(is_its_own_issuer);
    let fetched = last.is_some_and(names_its_issuers_address);
    Chain {
        length: read.len(),
        ordered: all_read.then_some(ordered),
        complete: match (all_read, ends_in_itself) {
            (true, true) => Some(true),
            (true, false) if read.len() == 1 && fetched => Some(false),
            _ => None,
        },
    }
}

/// Whether it says where the certificate of its issuer can be fetched (RFC 5280 §4.2.2.1).
fn names_its_issuers_address(certificate: &X509Certificate<'_>) -> bool {
    certificate.extensions().iter().any(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => access
            .accessdescs
            .iter()
            .any(|described| described.access_method.to_id_string() == "1.3.6.1.5.5.7.48.2"),
        _ => false,
    })
}

fn embedded_scts(certificate: &X509Certificate<'_>) -> u32 {
    let scts =
        certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SCT(scts) => Some(scts.len()),
            _ => None,
        });
    u32::try_from(scts.unwrap_or_default()).unwrap_or(u32::MAX)
}

/// RFC 7633: the certificate counts only with the authority's answer about it, `status_request` (5).
fn must_staple(certificate: &X509Certificate<'_>) -> bool {
    certificate.extensions().iter().any(|extension| {
        extension.oid.to_id_string() == "1.3.6.1.5.5.7.1.24"
            && extension.value.windows(3).any(|feature| feature == [2, 1, 5])
    })
}
