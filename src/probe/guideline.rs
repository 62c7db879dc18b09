//! Mozilla's server-side TLS guideline: which of its three profiles a server keeps to, and what stands in
//! the way. The lists are those of version 5.7 (`ssl-config.mozilla.org/guidelines/5.7.json`, read
//! 2026-11-20). A server may offer less than a profile names, and nothing beyond.

use super::answers::Answers;
use super::offer::Offer;
use super::question::Certificate;
use super::tls::shown;
use super::{Probe, Site, all_unknown};
use crate::fact::{FactSpec, Facts, Ignorance, Kind, List, Value};

/// Compares what is offered with the guideline.
pub struct Guideline;

const SPECS: &[FactSpec] = &[
    FactSpec::new("live.tls.guideline.version", Kind::Text, "The version of Mozilla's guideline."),
    FactSpec::new(
        "live.tls.guideline.modern",
        Kind::List(&Kind::Text),
        "What goes beyond its profile for new clients; empty if nothing does.",
    ),
    FactSpec::new(
        "live.tls.guideline.intermediate",
        Kind::List(&Kind::Text),
        "What goes beyond its profile for general use; empty if nothing does.",
    ),
    FactSpec::new(
        "live.tls.guideline.old",
        Kind::List(&Kind::Text),
        "What goes beyond its profile for very old clients; empty if nothing does.",
    ),
];

/// The version of the guideline.
const VERSION: &str = "5.7";

/// What a server may offer.
struct Profile {
    fact: &'static str,
    versions: &'static [&'static str],
    suites: &'static [&'static str],
    dh_bits: u32,
    keys: &'static [&'static str],
    signatures: &'static [&'static str],
    lifespan_days: i64,
}

const PROFILES: [Profile; 3] = [
    Profile {
        fact: "live.tls.guideline.modern",
        versions: &["TLSv1.3"],
        suites: &[],
        dh_bits: 0,
        keys: &["EC"],
        signatures: &["ecdsa-with-SHA256", "ecdsa-with-SHA384", "ecdsa-with-SHA512"],
        lifespan_days: 90,
    },
    Profile {
        fact: "live.tls.guideline.intermediate",
        versions: &["TLSv1.2", "TLSv1.3"],
        suites: INTERMEDIATE,
        dh_bits: 2048,
        keys: &["EC", "RSA"],
        signatures: &[
            "sha256WithRSAEncryption",
            "ecdsa-with-SHA256",
            "ecdsa-with-SHA384",
            "ecdsa-with-SHA512",
        ],
        lifespan_days: 366,
    },
    Profile {
        fact: "live.tls.guideline.old",
        versions: &["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
        suites: OLD,
        dh_bits: 1024,
        keys: &["RSA"],
        signatures: &["sha256WithRSAEncryption"],
        lifespan_days: 366,
    },
];

const SUITES_13: &[&str] =
    &["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

const INTERMEDIATE: &[&str] = &[
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

const OLD: &[&str] = &[
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
];

/// Curves that every profile allows. Groups with an algorithm against quantum computers came after the
/// guideline, and those of whole primes are no curves: it speaks of neither.
const CURVES: &[&str] = &["x25519", "secp256r1", "secp384r1"];

impl Probe for Guideline {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = Facts::default();
        let both = answers.offer(&site.url).and_then(|offer| {
            let certificate = answers.certificate(&site.url)?;
            Ok((offer, certificate))
        });
        match both {
            Ok((offer, certificate)) => {
                for profile in &PROFILES {
                    let (beyond, rest) = profile.beyond(offer, certificate);
                    let items =
                        beyond.iter().map(|what| shown(site, what.as_str(), beyond.clone()));
                    let list = List { items: items.collect(), rest };
                    facts.put(profile.fact, shown(site, Value::from(list), beyond.clone()));
                }
            }
            Err(why) => facts = all_unknown(SPECS, &shown(site, why.ignorance(), Vec::new())),
        }
        facts.put("live.tls.guideline.version", crate::fact::Fact::derived(VERSION));
        facts
    }
}

impl Profile {
    /// What goes beyond the profile, and why it may not be all.
    fn beyond(&self, offer: &Offer, certificate: &Certificate) -> (Vec<String>, Option<Ignorance>) {
        let mut beyond = Vec::new();
        let mut add = |what: &str, found: &str| beyond.push(format!("{what} {found}"));
        let versions = offer.versions.offered.iter();
        for version in versions.filter(|one| !self.versions.contains(&one.as_str())) {
            add("version", version);
        }
        let mut seen = Vec::new();
        for of_version in &offer.suites {
            let allowed = if of_version.version == "TLSv1.3" { SUITES_13 } else { self.suites };
            for name in of_version.names.iter().filter(|name| !allowed.contains(&name.as_str())) {
                if !seen.contains(&name) {
                    seen.push(name);
                    add("cipher suite", name);
                }
            }
        }
        let is_curve = |name: &&String| !name.starts_with("ffdhe") && !name.contains("MLKEM");
        for group in offer.groups.names.iter().filter(is_curve) {
            if !CURVES.contains(&group.as_str()) {
                add("curve", group);
            }
        }
        if let Some(bits) = offer.dh_bits.filter(|bits| *bits < self.dh_bits) {
            add("Diffie-Hellman prime of bits:", &bits.to_string());
        }
        let mut open = self.beyond_in_certificate(certificate, &mut add);
        open = open.or_else(|| offer.versions.open.clone()).or_else(|| offer.groups.open.clone());
        let suites = offer.suites.iter().find_map(|of_version| of_version.open.clone());
        (beyond, open.or(suites))
    }

    fn beyond_in_certificate(
        &self,
        certificate: &Certificate,
        add: &mut impl FnMut(&str, &str),
    ) -> Option<Ignorance> {
        let unsaid =
            |what: &str| Some(Ignorance::new(format!("the certificate's {what} is not known")));
        let mut open = None;
        match &certificate.key {
            Some((kind, bits)) => {
                if !self.keys.contains(&kind.as_str()) {
                    add("certificate with a key of type", kind);
                } else if kind == "RSA" && *bits < 2048 {
                    add("certificate with an RSA key of bits:", &bits.to_string());
                }
                let curve = certificate.curve.as_deref();
                let allowed = curve.is_none_or(|curve| ["secp256r1", "secp384r1"].contains(&curve));
                if kind == "EC" && !allowed {
                    add("certificate on the curve", curve.unwrap_or_default());
                } else if kind == "EC" && curve.is_none() {
                    open = unsaid("curve");
                }
            }
            None => open = unsaid("key"),
        }
        match &certificate.signature {
            Some(signature) if self.signatures.contains(&signature.as_str()) => {}
            Some(signature) => add("certificate signed with", signature),
            None => open = unsaid("signature"),
        }
        match certificate.lifespan_days {
            Some(days) if days > self.lifespan_days => {
                add("certificate valid for days:", &days.to_string());
            }
            Some(_) => {}
            None => open = unsaid("lifespan"),
        }
        open
    }
}
