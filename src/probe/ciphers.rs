//! Cipher suites and the exchange of keys: what is offered, and who decides.

use tls_parser::{TlsCipherAu, TlsCipherEnc, TlsCipherKx, TlsCipherMac, TlsCipherSuite};

use super::answers::Answers;
use super::offer::{Named, Offer, Suites};
use super::question::Question;
use super::tls::shown;
use super::{Probe, Site, all_unknown};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, List, Value};

/// Asks for everything that is offered below HTTP.
pub struct Ciphers;

const SUITE: &[FactSpec] = &[
    FactSpec::new("version", Kind::Text, "The version of TLS in which it is offered."),
    FactSpec::new("name", Kind::Text, "Its registered name."),
    FactSpec::new(
        "forward-secret",
        Kind::Bool,
        "Whether a key that is stolen later opens no connection of before.",
    ),
    FactSpec::new("weakness", Kind::Text, "What is broken in it; absent if nothing is."),
];

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.tls.suites",
        Kind::List(&Kind::Record(SUITE)),
        "The cipher suites of each version, the oldest version first, in it the most wanted suite first.",
    ),
    FactSpec::new(
        "live.tls.server-order",
        Kind::Bool,
        "Whether the server decides which suite before TLS 1.3 is taken; absent if it has no choice.",
    ),
    FactSpec::new(
        "live.tls.groups",
        Kind::List(&Kind::Text),
        "The groups for the exchange of keys in the newest version: `x25519`, `secp256r1`.",
    ),
    FactSpec::new(
        "live.tls.dh-bits",
        Kind::Number,
        "The smallest prime of a Diffie-Hellman exchange; absent if no suite has one.",
    )
    .in_unit("bits"),
    FactSpec::new(
        "live.tls.resumed",
        Kind::List(&Kind::Text),
        "The versions, `TLSv1.2` and `TLSv1.3`, in which a session that was left is taken up again: whoever comes \
         back has a shorter handshake.",
    ),
];

impl Probe for Ciphers {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        // No browser asks for everything.
        if site.passive { Vec::new() } else { vec![Question::Offer(site.url.clone())] }
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        match answers.offer(&site.url) {
            Ok(offer) => learnt(site, offer),
            Err(why) => all_unknown(SPECS, &shown(site, why.ignorance(), Vec::new())),
        }
    }
}

fn learnt(site: &Site, offer: &Offer) -> Facts {
    let mut facts = Facts::default();
    let open = offer.suites.iter().find_map(|of_version| {
        let why = of_version.open.as_ref()?;
        Some(Ignorance::new(format!("{}: {}", of_version.version, why.why)))
    });
    let open = offer.versions.open.clone().or(open);
    let items = offer.suites.iter().flat_map(|of_version| {
        let told = told(of_version);
        of_version.names.iter().map(move |name| suite(site, &of_version.version, name, &told))
    });
    let all_told: Vec<String> = offer.suites.iter().flat_map(told).collect();
    let list = List { items: items.collect(), rest: open.clone() };
    facts.put("live.tls.suites", shown(site, Value::from(list), all_told.clone()));
    facts.put("live.tls.server-order", shown(site, order(offer), all_told.clone()));
    facts.put("live.tls.groups", named(site, "groups", &offer.groups));
    facts.put("live.tls.resumed", named(site, "sessions taken up again", &offer.resumed));
    let primes =
        offer.suites.iter().flat_map(|of_version| &of_version.names).any(|name| is_dhe(name));
    let bits = match (offer.dh_bits, primes, open) {
        (Some(bits), _, _) => Value::Int(i64::from(bits)),
        (None, false, None) => Value::Absent,
        (None, false, Some(why)) => Value::Unknown(why),
        (None, true, _) => Value::Unknown(Ignorance::new("the server's prime was not seen")),
    };
    facts.put("live.tls.dh-bits", shown(site, bits, all_told));
    facts
}

fn named(site: &Site, what: &str, named: &Named) -> Fact {
    let told = vec![format!("{what}: {}", named.names.join(" "))];
    let items = named.names.iter().map(|name| shown(site, name.as_str(), told.clone()));
    let list = List { items: items.collect(), rest: named.open.clone() };
    shown(site, Value::from(list), told.clone())
}

/// Who decides, in the versions in which that matters.
fn order(offer: &Offer) -> Value {
    let old = offer.suites.iter().filter(|of_version| of_version.version != "TLSv1.3");
    let several: Vec<&Suites> = old.filter(|of_version| of_version.names.len() > 1).collect();
    if several.is_empty() {
        let open = offer.suites.iter().find_map(|of_version| of_version.open.clone());
        return open.map_or(Value::Absent, Value::Unknown);
    }
    let orders: Option<Vec<bool>> = several.iter().map(|one| one.servers_order).collect();
    match orders {
        Some(orders) => Value::Bool(orders.into_iter().all(|servers| servers)),
        None => Value::Unknown(Ignorance::new("the server's order could not be found out")),
    }
}

/// The suites as evidence shows them.
fn told(of_version: &Suites) -> Vec<String> {
    let decides = match of_version.servers_order {
        Some(true) => " (the server decides)",
        Some(false) => " (the client decides)",
        None => "",
    };
    let names = of_version.names.iter().map(|name| format!("  {name}"));
    std::iter::once(format!("{}{decides}:", of_version.version)).chain(names).collect()
}

fn suite(site: &Site, version: &str, name: &str, told: &[String]) -> Fact {
    let at = |value: Value| shown(site, value, told.to_vec());
    let known = TlsCipherSuite::from_name(name);
    let unknown = || Value::Unknown(Ignorance::new("the suite is not in the registry"));
    let secret = known.map_or_else(unknown, |suite| Value::Bool(is_forward_secret(suite)));
    let weak = match known {
        Some(known) => weakness(known).map_or(Value::Absent, Value::from),
        None => unknown(),
    };
    at(Value::record([
        ("version", at(version.into())),
        ("name", at(name.into())),
        ("forward-secret", at(secret)),
        ("weakness", at(weak)),
    ]))
}

fn is_forward_secret(suite: &TlsCipherSuite) -> bool {
    matches!(suite.kx, TlsCipherKx::Dhe | TlsCipherKx::Ecdhe | TlsCipherKx::Tls13)
        || suite.name.contains("_anon_")
        || is_of_tls_1_3(suite)
}

fn is_of_tls_1_3(suite: &TlsCipherSuite) -> bool {
    !suite.name.contains("_WITH_")
}

fn is_dhe(name: &str) -> bool {
    name.starts_with("TLS_DHE_") && !name.contains("PSK")
}

/// What is broken in a suite, the worst first.
fn weakness(suite: &TlsCipherSuite) -> Option<&'static str> {
    let anonymous = suite.name.contains("_anon_") || suite.au == TlsCipherAu::Null;
    Some(match suite.enc {
        _ if anonymous && !is_of_tls_1_3(suite) => "the server does not prove who it is",
        TlsCipherEnc::Null => "nothing is encrypted",
        _ if suite.name.contains("EXPORT") => "its keys are short by law (EXPORT)",
        TlsCipherEnc::Rc4 => "RC4 is broken (RFC 7465)",
        TlsCipherEnc::Rc2 => "RC2 is broken",
        TlsCipherEnc::Des => "DES is broken",
        TlsCipherEnc::TripleDes => "3DES repeats itself after 32 GB (Sweet32)",
        TlsCipherEnc::Idea => "IDEA repeats itself after 32 GB (Sweet32)",
        _ if suite.mac == TlsCipherMac::HmacMd5 => "MD5 is broken",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_known_by_their_names() {
        for (name, secret, weak) in [
            ("TLS_AES_128_GCM_SHA256", true, None),
            ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", true, None),
            ("TLS_DHE_RSA_WITH_AES_256_CBC_SHA", true, None),
            ("TLS_RSA_WITH_AES_128_CBC_SHA", false, None),
            ("TLS_ECDH_RSA_WITH_AES_128_CBC_SHA", false, None),
            ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", false, Some("3DES")),
            ("TLS_RSA_WITH_NULL_SHA256", false, Some("nothing is encrypted")),
            ("TLS_ECDHE_RSA_WITH_RC4_128_SHA", true, Some("RC4")),
            ("TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", false, Some("EXPORT")),
            ("TLS_DH_anon_WITH_AES_128_GCM_SHA256", true, Some("prove")),
            ("TLS_ECDH_anon_WITH_AES_128_CBC_SHA", true, Some("prove")),
        ] {
            let suite = TlsCipherSuite::from_name(name).unwrap();
            assert_eq!(is_forward_secret(suite), secret, "{name}");
            let found = weakness(suite);
            assert_eq!(found.is_some(), weak.is_some(), "{name}: {found:?}");
            assert!(found.unwrap_or_default().contains(weak.unwrap_or_default()), "{name}");
        }
    }
}
