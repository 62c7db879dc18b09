//! The same answers as sslyze: about versions, cipher suites, curves, certificates and Mozilla's guideline.
//!
//! `tests/sslyze/run cargo test --test sslyze -- --ignored` starts the servers and asks sslyze first. Where
//! the two differ, `tests/sslyze/differences.toml` says why.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot set itself up has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use prodcheck::date::Date;
use prodcheck::fact::Facts;
use prodcheck::probe::network::{Manner, Network};
use prodcheck::probe::{Site, interview, learn};
use serde_json::Value;

/// What both say, in words that can be compared, by subject.
type Said = BTreeMap<&'static str, String>;

fn folder() -> PathBuf {
    let told =
        std::env::var("SSLYZE_WORK").expect("`tests/sslyze/run` tells where the servers are");
    PathBuf::from(told)
}

fn network(folder: &Path) -> Network {
    let addresses = [("shop.test".to_owned(), vec!["127.0.0.1".parse().unwrap()])].into();
    let authorities = Some(fs::read(folder.join("ca.pem")).unwrap());
    let patience = Duration::from_secs(20);
    let manner = Manner { addresses, authorities, patience, ..Manner::default() };
    Network::new(manner).unwrap()
}

fn facts(network: &Network, port: u64) -> Facts {
    let url = format!("https://shop.test:{port}/");
    let mut site = Site::parse(&url, Some("http://127.0.0.1:1/")).unwrap();
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    site.today = Some(Date::from_unix_seconds(i64::try_from(since.as_secs()).unwrap()));
    learn(&site, &interview(&site, &network.visit()))
}

fn joined(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
}

fn ours(facts: &Facts) -> Said {
    let at = |path: &str| facts.at(path).value.to_string().trim_matches('"').to_owned();
    let bool = |path: &str| facts.at(path).value.bool();
    let int = |path: &str| facts.at(path).value.int();
    let suites = facts.at("live.tls.suites");
    let field = |suite: &prodcheck::fact::Fact, name: &str| {
        suite.value.field(name).and_then(|field| field.value.text()).unwrap().to_owned()
    };
    let suites = suites.value.items().iter();
    let suites =
        suites.map(|suite| format!("{}:{}", field(suite, "version"), field(suite, "name")));
    let groups = facts.at("live.tls.groups");
    let groups = groups.value.items().iter().filter_map(|group| group.value.text());
    // sslyze asks for no groups of whole primes.
    let curves = groups.filter(|group| !group.starts_with("ffdhe")).map(str::to_owned);
    let valid = int("live.certificate.days-left").is_some_and(|days| days >= 0)
        && int("live.certificate.days-begun").is_some_and(|days| days >= 0);
    // Names and dates are facts of their own here, and reasons for distrust there.
    let valid = valid && bool("live.certificate.covers-host") == Some(true);
    let trusted = bool("live.certificate.trusted").map(|trusted| trusted && valid);
    let mut said: Said = [
        ("suites", joined(suites)),
        ("curves", joined(curves)),
        ("dh-bits", at("live.tls.dh-bits")),
        ("trusted", trusted.map_or("unknown".to_owned(), |trusted| trusted.to_string())),
        ("key", format!("{} {}", at("live.certificate.key-type"), at("live.certificate.key-bits"))),
        ("signature", at("live.certificate.signature").to_lowercase()),
        ("ordered", at("live.certificate.chain-ordered")),
        ("must-staple", at("live.certificate.must-staple")),
        ("scts", at("live.certificate.embedded-scts")),
        ("stapled", at("live.certificate.stapled")),
        ("lifespan-days", at("live.certificate.lifespan-days")),
        ("self-signed", at("live.certificate.self-signed")),
    ]
    .into();
    for profile in ["modern", "intermediate", "old"] {
        let beyond = facts.at(&format!("live.tls.guideline.{profile}"));
        // A certificate that is not trusted keeps to no profile there.
        let kept = beyond.value.items().is_empty() && trusted == Some(true);
        said.insert(profile, kept.to_string());
    }
    said
}

/// `RSA 2048`.
fn key(certificate: &Value) -> String {
    let key = &certificate["key"];
    format!("{} {}", key[0].as_str().unwrap_or_default(), key[1])
}

/// What sslyze says, with the certificate of the key that we were given. A server may hold several, which
/// sslyze lists in no order.
fn theirs(answer: &Value, key_of_ours: &str) -> Said {
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let suites = answer["suites"].as_object().unwrap().iter().flat_map(|(version, names)| {
        texts(names).into_iter().map(move |name| format!("{version}:{name}"))
    });
    let curve = |name: String| match name.as_str() {
        "X25519" => "x25519".to_owned(),
        "X448" => "x448".to_owned(),
        "prime256v1" => "secp256r1".to_owned(),
        _ => name,
    };
    let certificates = answer["certificates"].as_array().unwrap();
    let same = certificates.iter().find(|certificate| key(certificate) == key_of_ours);
    let certificate = same.unwrap_or(&certificates[0]);
    let at = |name: &str| match &certificate[name] {
        Value::Null => "false".to_owned(),
        told => told.to_string().trim_matches('"').to_owned(),
    };
    let mut said: Said = [
        ("suites", joined(suites)),
        ("curves", joined(texts(&answer["curves"]).into_iter().map(curve))),
        (
            "dh-bits",
            answer["dh-bits"].as_u64().map_or("not set".to_owned(), |bits| bits.to_string()),
        ),
        ("trusted", at("trusted")),
        ("key", key(certificate)),
        ("signature", at("signature").to_lowercase()),
        ("ordered", at("ordered")),
        ("must-staple", at("must-staple")),
        ("scts", certificate["scts"].as_u64().unwrap_or_default().to_string()),
        ("stapled", at("stapled")),
        ("lifespan-days", at("lifespan-days")),
        ("self-signed", at("self-signed")),
    ]
    .into();
    for profile in ["modern", "intermediate", "old"] {
        let kept = answer["profiles"][profile].as_array().unwrap().is_empty();
        said.insert(profile, kept.to_string());
    }
    said
}

/// Where sslyze gives up.
fn nothing(why: &Value) -> Said {
    [("everything", why.to_string().chars().take(100).collect())].into()
}

/// A subject on which the two differ where a scenario's name matches, and who is right.
struct Difference {
    scenarios: regex::Regex,
    subjects: Vec<String>,
    seen: std::cell::Cell<bool>,
    because: String,
}

fn differences() -> Vec<Difference> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sslyze/differences.toml");
    let read: toml::Table = fs::read_to_string(file).unwrap().parse().unwrap();
    let listed =
        read.get("difference").and_then(|list| list.as_array()).cloned().unwrap_or_default();
    let difference = |one: toml::Value| {
        let text = |key: &str| one[key].as_str().unwrap().to_owned();
        let subjects = one["subjects"].as_array().unwrap().iter();
        Difference {
            scenarios: regex::Regex::new(&format!("^(?:{})$", text("scenarios"))).unwrap(),
            subjects: subjects.map(|subject| subject.as_str().unwrap().to_owned()).collect(),
            seen: false.into(),
            because: text("because"),
        }
    };
    listed.into_iter().map(difference).collect()
}

#[test]
#[ignore = "needs the servers: tests/sslyze/run cargo test --test sslyze -- --ignored"]
fn every_answer_is_that_of_sslyze_or_the_difference_is_listed() {
    let folder = folder();
    let answers = fs::read_to_string(folder.join("answers.json")).unwrap();
    let scenarios: Vec<Value> = serde_json::from_str(&answers).unwrap();
    let (network, listed) = (network(&folder), differences());
    let mut answered = 0;
    let mut wrong = Vec::new();
    for scenario in &scenarios {
        let name = scenario["name"].as_str().unwrap();
        let facts = facts(&network, scenario["port"].as_u64().unwrap());
        let (ours, theirs) = match scenario["sslyze"].get("failed") {
            Some(why) => ([("everything", ours(&facts)["suites"].clone())].into(), nothing(why)),
            None => {
                answered += 1;
                let ours = ours(&facts);
                let theirs = theirs(&scenario["sslyze"], &ours["key"]);
                (ours, theirs)
            }
        };
        for (subject, own) in &ours {
            if *own == theirs[subject] {
                continue;
            }
            let known = listed.iter().filter(|one| {
                one.scenarios.is_match(name) && one.subjects.iter().any(|listed| listed == subject)
            });
            let known: Vec<&Difference> = known.collect();
            for one in &known {
                one.seen.set(true);
            }
            if known.is_empty() {
                wrong.push(format!(
                    "{name}: {subject}\n  ours   {own}\n  theirs {}",
                    theirs[subject]
                ));
            }
        }
    }
    assert!(answered >= 150, "{answered} scenarios");
    let stale = listed.iter().filter(|one| !one.seen.get());
    wrong.extend(
        stale.map(|one| format!("no longer a difference: {} ({})", one.scenarios, one.because)),
    );
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
#[ignore = "needs the servers: tests/sslyze/run cargo test --test sslyze -- --ignored"]
fn the_servers_order_is_the_one_that_was_configured() {
    let folder = folder();
    let scenarios: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(folder.join("scenarios.json")).unwrap()).unwrap();
    let network = network(&folder);
    let ordered = scenarios.iter().filter(|scenario| scenario.get("order").is_some());
    let mut checked = 0;
    for scenario in ordered {
        let facts = facts(&network, scenario["port"].as_u64().unwrap());
        let order = scenario["order"].as_array().unwrap();
        let decides = facts.at("live.tls.server-order").value.bool();
        assert_eq!(decides, Some(!order.is_empty()), "{}", scenario["name"]);
        let suites = facts.at("live.tls.suites");
        let found: Vec<String> = suites.value.items().iter().map(openssl_name).collect();
        let order: Vec<&str> = order.iter().map(|one| one.as_str().unwrap()).collect();
        if !order.is_empty() {
            assert_eq!(found, order, "{}", scenario["name"]);
        }
        checked += 1;
    }
    assert_eq!(checked, 7);
}

/// `ECDHE-RSA-AES128-GCM-SHA256` for `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.
fn openssl_name(suite: &prodcheck::fact::Fact) -> String {
    let name = suite.value.field("name").and_then(|name| name.value.text()).unwrap();
    name.trim_start_matches("TLS_")
        .replace("_POLY1305_SHA256", "_POLY1305")
        .replace("RSA_WITH_AES", if name.starts_with("TLS_RSA") { "AES" } else { "RSA_AES" })
        .replace("_WITH_", "_")
        .replace("AES_128", "AES128")
        .replace("AES_256", "AES256")
        .replace("_CBC", "")
        .replace('_', "-")
}
