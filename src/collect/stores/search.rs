//! The search engines that the program connects to: Elasticsearch and `OpenSearch`, by whatever library.
//!
//! (elasticsearch-py 9, django-elasticsearch-dsl 8, Haystack 3.3 and Wagtail 7 documentation, read
//! 2026-11-30: a host without a scheme is asked over plain HTTP on port 9200.)

use std::borrow::Cow;

use super::connection::{Pooling, Surroundings, record};
use super::django::{aliases, field};
use super::target::{Target, like};
use crate::fact::{Fact, Facts, Ignorance, Value};

/// More engines are not looked at.
const MAX_ENGINES: usize = 30;

/// The engines that settings name, each once; those that only the environment names, if no setting does.
pub(super) fn engines(facts: &Facts, around: &Surroundings) -> Vec<Fact> {
    let mut found: Vec<(String, Target)> = Vec::new();
    if facts.found("django") {
        for name in ["ELASTICSEARCH_DSL", "OPENSEARCH_DSL"] {
            found.extend(of_libraries(facts, name, &[]));
        }
        found.extend(of_libraries(facts, "HAYSTACK_CONNECTIONS", &["ENGINE"]));
        found.extend(of_libraries(facts, "WAGTAILSEARCH_BACKENDS", &["BACKEND"]));
    }
    for settings in ["django.settings", "flask.config", "env.variables"] {
        if found.is_empty() {
            found.extend(of_addresses(&facts.at(settings)));
        }
    }
    let mut records: Vec<Fact> = Vec::new();
    for (source, target) in found.iter().take(MAX_ENGINES) {
        let value = record(target, source, &Pooling::default(), around);
        let fact = like(&target.host, value);
        let aim = |fact: &Fact| fact.value.field("host").map(|host| host.value.clone());
        if !records.iter().any(|known| aim(known) == aim(&fact)) {
            records.push(fact);
        }
    }
    records
}

/// Whether a class or the name of a setting is about one of these engines.
fn is_about(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("elasticsearch") || lower.contains("opensearch")
}

/// The connections of a dictionary of aliases; `class` is the field that tells what each is.
fn of_libraries(facts: &Facts, setting: &str, class: &[&str]) -> Vec<(String, Target)> {
    let whole = facts.at(&format!("django.settings.{setting}"));
    let mut found = Vec::new();
    for (source, alias) in aliases(setting, &whole) {
        let is_engine =
            class.iter().all(|name| field(&alias, name).value.text().is_some_and(is_about));
        if !matches!(alias.value, Value::Record(_)) || !is_engine {
            continue;
        }
        let hosts = ["hosts", "URL", "URLS", "HOSTS", "HOST"].into_iter();
        let hosts = hosts.map(|name| field(&alias, name)).find(|it| it.value != Value::Absent);
        let Some(hosts) = hosts else {
            continue;
        };
        let each = match &hosts.value {
            Value::List(list) => list.items.clone(),
            _ => vec![hosts],
        };
        found.extend(each.iter().map(|host| (source.clone(), located(host, &alias))));
    }
    found
}

/// Every setting or variable that is named for an engine and holds an address.
fn of_addresses(settings: &Fact) -> Vec<(String, Target)> {
    let Value::Record(record) = &settings.value else {
        return Vec::new();
    };
    let is_address = |(name, fact): &(&Cow<'static, str>, &Fact)| {
        let text = fact.value.text().unwrap_or_default();
        (text.starts_with("http://") || text.starts_with("https://"))
            && is_about(name)
            && !["TEST", "DEV", "LOCAL"].iter().any(|it| name.contains(it))
    };
    let named = record.fields.iter().filter(is_address);
    named
        .map(|(name, fact)| (name.to_string(), located(fact, &like(fact, Value::Absent))))
        .collect()
}

/// The engine at an address, at `host:port`, or at a dictionary of its parts; `around` may hold what
/// signs in.
fn located(host: &Fact, around: &Fact) -> Target {
    let parts = match &host.value {
        Value::Record(_) => host.clone(),
        _ => like(host, Value::Absent),
    };
    let mut target = match &host.value {
        Value::Unknown(why) => Target::unknown(host, why),
        Value::OneOf(_) => {
            Target::unknown(host, &Ignorance::new("the address depends on something outside"))
        }
        Value::Record(_) => Target {
            host: field(&parts, "host"),
            port: field(&parts, "port"),
            engine: scheme(&parts),
            ..Target::of_address(host, "http://")
        },
        value => {
            let text = value.text().unwrap_or_default();
            let whole =
                if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
            Target::of_address(host, &whole)
        }
    };
    target.kind = like(host, Value::from("elasticsearch"));
    let option = |name: &str| {
        [&parts, around, &field(around, "KWARGS"), &field(around, "OPTIONS")]
            .into_iter()
            .map(|place| field(place, name))
            .find(|found| found.value != Value::Absent)
    };
    if let Some(use_ssl) = option("use_ssl") {
        target.options.insert("use_ssl".to_owned(), use_ssl);
    }
    if let Some(verify) = option("verify_certs") {
        let value = match verify.value {
            Value::Bool(false) => Value::from("none"),
            Value::Unknown(why) => Value::Unknown(why),
            _ => Value::from("required"),
        };
        target.options.insert("ssl_cert_reqs".to_owned(), Fact { value, ..verify });
    }
    let proofs = ["http_auth", "basic_auth", "api_key", "bearer_auth"];
    if let Some(proof) = proofs.into_iter().find_map(option) {
        target.password = match &proof.value {
            Value::List(list) => list.items.last().cloned().unwrap_or(proof),
            _ => proof,
        };
    }
    target
}

fn scheme(parts: &Fact) -> Fact {
    let scheme = field(parts, "scheme");
    if scheme.value == Value::Absent { like(parts, Value::from("http")) } else { scheme }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(setting: &str, value: Fact) -> Vec<String> {
        let mut facts = Facts::default();
        facts.put(setting, value);
        let fields = ["source", "host-class", "encrypted", "tls-verified", "auth"];
        let row = |item: &Fact| {
            let field = |name: &&str| item.value.field(name).unwrap().value.to_string();
            fields.iter().map(field).collect::<Vec<_>>().join(" ").replace('"', "")
        };
        let search = Fact::derived(Value::record([("name", Fact::derived("search"))]));
        facts.put("compose.services", Fact::derived(vec![search]));
        engines(&facts, &Surroundings::of(&facts)).iter().map(row).collect()
    }

    fn map(fields: Vec<(&'static str, Fact)>) -> Fact {
        Fact::derived(Value::record(fields))
    }

    fn list(items: Vec<Fact>) -> Fact {
        Fact::derived(items)
    }

    fn text(text: &str) -> Fact {
        Fact::derived(text)
    }

    #[test]
    fn engines_are_found_under_the_names_of_their_libraries() {
        for (setting, value, answer) in [
            (
                "django.settings.ELASTICSEARCH_DSL",
                map(vec![("default", map(vec![("hosts", text("es.example.com:9200"))]))]),
                vec!["ELASTICSEARCH_DSL.default public false false false"],
            ),
            (
                "django.settings.ELASTICSEARCH_DSL",
                map(vec![(
                    "default",
                    map(vec![
                        ("hosts", list(vec![text("https://a.example.com"), text("search")])),
                        ("http_auth", list(vec![text("u"), text("k7Qw2ZxN")])),
                        ("verify_certs", Fact::derived(false)),
                    ]),
                )]),
                vec![
                    "ELASTICSEARCH_DSL.default public true false true",
                    "ELASTICSEARCH_DSL.default local false false true",
                ],
            ),
        ] {
            assert_eq!(told(setting, value), answer, "{setting}");
        }
    }

    #[test]
    fn of_other_back_ends_and_settings_only_what_is_named_for_an_engine_counts() {
        let host = "https://u:k7Qw2ZxN@es.example.com:9243";
        let value = map(vec![
            (
                "default",
                map(vec![
                    ("ENGINE", text("haystack.backends.elasticsearch7_backend.X")),
                    ("URL", text(host)),
                ]),
            ),
            (
                "other",
                map(vec![
                    ("ENGINE", text("haystack.backends.solr_backend.X")),
                    ("URL", text("http://solr.example.com")),
                ]),
            ),
        ]);
        assert_eq!(
            told("django.settings.HAYSTACK_CONNECTIONS", value),
            ["HAYSTACK_CONNECTIONS.default public true true true"]
        );
    }

    #[test]
    fn engines_are_found_for_wagtail_and_in_the_environment() {
        for (setting, value, answer) in [
            (
                "django.settings.WAGTAILSEARCH_BACKENDS",
                map(vec![(
                    "default",
                    map(vec![
                        ("BACKEND", text("wagtail.search.backends.elasticsearch8")),
                        (
                            "HOSTS",
                            list(vec![map(vec![
                                ("host", text("es.example.com")),
                                ("use_ssl", Fact::derived(true)),
                                ("http_auth", Fact::unknown("x")),
                            ])]),
                        ),
                    ]),
                )]),
                vec!["WAGTAILSEARCH_BACKENDS.default public true true unknown (x)"],
            ),
            (
                "env.variables.ELASTICSEARCH_URL",
                text("http://localhost:9200"),
                vec!["ELASTICSEARCH_URL local false false false"],
            ),
            ("env.variables.RESEARCH_URL", text("http://a.example.com"), vec![]),
            ("env.variables.ELASTICSEARCH_INDEX", text("shop"), vec![]),
        ] {
            assert_eq!(told(setting, value), answer, "{setting}");
        }
    }
}
