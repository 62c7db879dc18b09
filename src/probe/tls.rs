//! The certificate behind the HTTPS address, and the versions of TLS offered there.

use std::sync::Arc;

use super::answers::Answers;
use super::question::{Certificate, Question, Unanswered, Versions};
use super::{Probe, Site, all_unknown};
use crate::fact::{Exchange, Fact, FactSpec, Facts, Ignorance, Kind, List, Place, Value};

/// Asks for the certificate and for every version of TLS.
pub struct Tls;

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.tls.versions",
        Kind::List(&Kind::Text),
        "The versions that are offered, oldest first: `SSLv3`, `TLSv1.0` … `TLSv1.3`.",
    ),
    FactSpec::new(
        "live.certificate.names",
        Kind::List(&Kind::Text),
        "The hosts that the certificate is for.",
    ),
    FactSpec::new(
        "live.certificate.covers-host",
        Kind::Bool,
        "Whether the site's host is among them.",
    ),
    FactSpec::new(
        "live.certificate.trusted",
        Kind::Bool,
        "Whether its chain leads to a trusted authority. Its dates and names are facts of their own.",
    ),
    FactSpec::new(
        "live.certificate.distrust",
        Kind::Text,
        "Why it is not trusted; absent if it is.",
    ),
    FactSpec::new("live.certificate.issuer", Kind::Text, "Who issued it."),
    FactSpec::new("live.certificate.not-after", Kind::Text, "The last day on which it is valid."),
    FactSpec::new(
        "live.certificate.days-left",
        Kind::Number,
        "From the day of the audit to that day; negative if it has expired.",
    )
    .in_unit("days"),
    FactSpec::new(
        "live.certificate.chain-ends",
        Kind::Number,
        "When the first of all certificates that are sent ends, counted from 1970.",
    )
    .in_unit("seconds"),
    FactSpec::new("live.certificate.not-before", Kind::Text, "The first day on which it is valid."),
    FactSpec::new(
        "live.certificate.days-begun",
        Kind::Number,
        "From that day to the day of the audit; negative if it is not valid yet.",
    )
    .in_unit("days"),
    FactSpec::new(
        "live.certificate.lifespan-days",
        Kind::Number,
        "From its first day to its last one.",
    )
    .in_unit("days"),
    FactSpec::new("live.certificate.self-signed", Kind::Bool, "Whether it is its own issuer."),
    FactSpec::new(
        "live.certificate.chain-ordered",
        Kind::Bool,
        "Whether each certificate that is sent is certified by the next.",
    ),
    FactSpec::new(
        "live.certificate.chain-complete",
        Kind::Bool,
        "Whether none is missing on the way to an authority.",
    ),
    FactSpec::new(
        "live.certificate.signature",
        Kind::Text,
        "How it is signed: `sha256WithRSAEncryption`, `ecdsa-with-SHA256`.",
    ),
    FactSpec::new(
        "live.certificate.embedded-scts",
        Kind::Number,
        "Public logs that have confirmed it, as far as it says so itself.",
    ),
    FactSpec::new(
        "live.certificate.must-staple",
        Kind::Bool,
        "Whether it counts only together with its authority's answer about it.",
    ),
    FactSpec::new(
        "live.certificate.stapled",
        Kind::Bool,
        "Whether the server sends that answer along (OCSP stapling).",
    ),
    FactSpec::new(
        "live.tls.alpn",
        Kind::Text,
        "The protocol that is agreed on of `h2` and `http/1.1`; absent if none is.",
    ),
    FactSpec::new("live.certificate.key-type", Kind::Text, "`RSA`, `EC`, `Ed25519` or `Ed448`."),
    FactSpec::new(
        "live.certificate.curve",
        Kind::Text,
        "The curve of its key; absent without one.",
    ),
    FactSpec::new("live.certificate.key-bits", Kind::Number, "The size of its key.")
        .in_unit("bits"),
    FactSpec::new(
        "live.certificate.elsewhere",
        Kind::List(&Kind::Record(ELSEWHERE)),
        "The host's other addresses, eight in all; none where it has only one, and none with `--passive`. Those \
         that this machine has no way to are left out.",
    ),
];

const ELSEWHERE: &[FactSpec] = &[
    FactSpec::new("address", Kind::Text, "The address."),
    FactSpec::new(
        "fault",
        Kind::Text,
        "What is wrong there and not at the address that was looked at first; absent if nothing is.",
    ),
];

impl Probe for Tls {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        // No browser asks for everything.
        let offer = (!site.passive).then(|| Question::Offer(site.url.clone()));
        [Question::Certificate(site.url.clone())].into_iter().chain(offer).collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = match answers.certificate(&site.url) {
            Ok(certificate) => described(site, certificate),
            Err(why) => all_unknown(SPECS, &shown(site, why.ignorance(), Vec::new())),
        };
        facts.put(
            "live.tls.versions",
            match answers.versions(&site.url) {
                Ok(versions) => listed(site, &versions),
                Err(why) => shown(site, why.ignorance(), Vec::new()),
            },
        );
        facts
    }
}

fn listed(site: &Site, versions: &Versions) -> Fact {
    let told = vec![format!("versions: {}", versions.offered.join(" "))];
    let items = versions
        .offered
        .iter()
        .map(|version| shown(site, version.as_str(), told.clone()))
        .collect();
    shown(site, Value::from(List { items, rest: versions.open.clone() }), told.clone())
}

fn described(site: &Site, certificate: &Certificate) -> Facts {
    let names = certificate.names.join(" ");
    let until = certificate.not_after.map(|day| day.to_string());
    let mut told =
        vec![format!("certificate for {names}"), format!("issued by {}", certificate.issuer)];
    told.extend(until.iter().map(|day| format!("valid through {day}")));
    told.extend(certificate.distrust.iter().map(|why| format!("not trusted: {why}")));
    let at = |value: Value| shown(site, value, told.clone());
    let unsaid = || Value::Unknown(Ignorance::new("the certificate does not say"));
    let text = |text: Option<String>| text.map_or(Value::Absent, Value::from);

    let mut facts = Facts::default();
    let items = certificate.names.iter().map(|name| at(name.as_str().into()));
    facts.put("live.certificate.names", at(items.collect::<Vec<Fact>>().into()));
    let covers = certificate.names.iter().any(|name| covers(name, site.host()));
    facts.put("live.certificate.covers-host", at(covers.into()));
    facts.put("live.certificate.trusted", at(certificate.distrust.is_none().into()));
    facts.put("live.certificate.distrust", at(text(certificate.distrust.clone())));
    facts.put("live.certificate.issuer", at(certificate.issuer.as_str().into()));
    facts.put("live.certificate.not-after", at(until.map_or_else(unsaid, Value::from)));
    let days = match (site.today, certificate.not_after) {
        (Some(today), Some(last)) => Value::Int(today.days_until(last)),
        (None, _) => Value::Unknown(Ignorance::new("the day of the audit is not known")),
        (_, None) => unsaid(),
    };
    facts.put("live.certificate.days-left", at(days));
    let (kind, bits) = certificate.key.as_ref().map_or_else(
        || (unsaid(), unsaid()),
        |(kind, bits)| (Value::from(kind.as_str()), Value::Int(i64::from(*bits))),
    );
    facts.put("live.certificate.key-type", at(kind));
    facts.put("live.certificate.key-bits", at(bits));
    facts.put("live.certificate.elsewhere", at(elsewhere(site, certificate).into()));
    further(site, certificate, &at, &mut facts);
    facts
}

/// What is wrong with a certificate for who comes to the site, the worst first.
fn fault(site: &Site, shown: &Certificate) -> Option<String> {
    if let Some(distrust) = &shown.distrust {
        return Some(format!("its certificate is not trusted: {distrust}"));
    }
    if !shown.names.iter().any(|name| covers(name, site.host())) {
        return Some("its certificate is for other hosts".to_owned());
    }
    let ended = site.today.zip(shown.not_after).is_some_and(|(day, last)| day.days_until(last) < 0);
    ended.then(|| "its certificate has expired".to_owned())
}

/// What the host's other addresses show. What is wrong everywhere is told of the first address.
fn elsewhere(site: &Site, certificate: &Certificate) -> Vec<Fact> {
    let everywhere = fault(site, certificate);
    let others = certificate.elsewhere.iter().map(|other| {
        let found = match &other.shown {
            Ok(shown) => fault(site, shown).filter(|_| everywhere.is_none()).map(Value::from),
            Err(Unanswered::Refused) => Some(Value::from("nothing listens there")),
            Err(why) => Some(Value::Unknown(why.ignorance())),
        };
        let found = found.unwrap_or(Value::Absent);
        let at = |value: Value| shown(site, value, vec![format!("at {}", other.address)]);
        at(Value::record([("address", at(other.address.as_str().into())), ("fault", at(found))]))
    });
    others.collect()
}

/// What is not known of every certificate.
fn further(site: &Site, certificate: &Certificate, at: &dyn Fn(Value) -> Fact, facts: &mut Facts) {
    let unseen = || Value::Unknown(Ignorance::new("this was not seen"));
    let flag = |flag: Option<bool>| at(flag.map_or_else(unseen, Value::Bool));
    let number = |number: Option<i64>| at(number.map_or_else(unseen, Value::Int));
    let text = |text: Option<String>| at(text.map_or_else(unseen, Value::from));
    facts.put("live.certificate.chain-ends", number(certificate.chain_ends));
    facts.put("live.certificate.lifespan-days", number(certificate.lifespan_days));
    let begins = certificate.not_before;
    facts.put("live.certificate.not-before", text(begins.map(|day| day.to_string())));
    let begun = match (site.today, begins) {
        (Some(today), Some(first)) => Value::Int(first.days_until(today)),
        (None, _) => Value::Unknown(Ignorance::new("the day of the audit is not known")),
        (_, None) => unseen(),
    };
    facts.put("live.certificate.days-begun", at(begun));
    facts.put("live.certificate.self-signed", flag(certificate.self_signed));
    let chain = certificate.chain.as_ref();
    facts.put("live.certificate.chain-ordered", flag(chain.and_then(|chain| chain.ordered)));
    let complete = match chain.map(|chain| chain.complete) {
        Some(None) => {
            Value::Unknown(Ignorance::new("its issuer is not known").settled_by("give `--ca-file`"))
        }
        complete => complete.flatten().map_or_else(unseen, Value::Bool),
    };
    facts.put("live.certificate.chain-complete", at(complete));
    facts.put("live.certificate.signature", text(certificate.signature.clone()));
    let scts = certificate.embedded_scts.map(i64::from);
    facts.put("live.certificate.embedded-scts", number(scts));
    facts.put("live.certificate.must-staple", flag(certificate.must_staple));
    facts.put("live.certificate.stapled", flag(certificate.stapled));
    let curve = match (&certificate.curve, &certificate.key) {
        (Some(curve), _) => Value::from(curve.as_str()),
        (None, Some((kind, _))) if kind != "EC" => Value::Absent,
        (None, _) => unseen(),
    };
    facts.put("live.certificate.curve", at(curve));
    let alpn = match certificate.alpn.as_deref() {
        Some("") => Value::Absent,
        Some(protocol) => Value::from(protocol),
        None => unseen(),
    };
    facts.put("live.tls.alpn", at(alpn));
}

/// Whether a name of a certificate stands for a host: the same, or with `*` for its first label only
/// (RFC 9525 §6.3).
pub(super) fn covers(name: &str, host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches([']', '.']);
    let rest_of = |text: &str| text.split_once('.').map(|(_, rest)| rest.to_ascii_lowercase());
    match name.strip_prefix("*.") {
        Some(rest) => rest_of(host) == Some(rest.to_ascii_lowercase()) && rest.contains('.'),
        None => name.eq_ignore_ascii_case(host),
    }
}

/// A fact about the connection, before any request is sent on it.
pub(super) fn shown(site: &Site, value: impl Into<Value>, received: Vec<String>) -> Fact {
    let sent = vec![format!("TLS {}", site.url)];
    let exchange = Exchange { url: site.url.to_string(), sent, received };
    Fact::live(value, Place::Exchange(Arc::new(exchange)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        for (name, host, covered) in [
            ("shop.test", "SHOP.test", true),
            ("*.shop.test", "www.shop.test", true),
            ("*.shop.test", "shop.test", false),
            ("*.shop.test", "a.b.shop.test", false),
            ("*.test", "shop.test", false),
            ("shop.test", "www.shop.test", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("::1", "[::1]", true),
        ] {
            assert_eq!(covers(name, host), covered, "{name} {host}");
        }
    }
}
