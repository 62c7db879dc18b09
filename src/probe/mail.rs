//! What the site's domain tells receivers of mail that is sent in its name.

use super::answers::Answers;
use super::dns::{at, unknown};
use super::question::Question;
use super::records::{Lookup, RecordKind, Records};
use super::{Probe, Site};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};
use crate::grammar::mail_records::{Others, dmarc, is_dkim_key, is_spf, spf_others};
use crate::grammar::registered_domain::{own_domain, registered_domain};

/// Asks for SPF, DMARC and the keys of DKIM.
pub struct Mail;

const KEY: &[FactSpec] = &[
    FactSpec::new("selector", Kind::Text, "The name of the key."),
    FactSpec::new("published", Kind::Bool, "Whether DNS has the key."),
];

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.mail.domain",
        Kind::Text,
        "The domain that sends mail: the one that the user names, else the one that the site's name is under; \
         absent if there is neither.",
    ),
    FactSpec::new(
        "live.mail.spf",
        Kind::Text,
        "The record that names the senders of the domain; absent if there is none that counts.",
    ),
    FactSpec::new(
        "live.mail.spf-others",
        Kind::Text,
        "What it says of all other senders: `-`, `~`, `?` or `+`; absent without a record.",
    ),
    FactSpec::new(
        "live.mail.dmarc-policy",
        Kind::Text,
        "What receivers are asked to do with forged mail: `none`, `quarantine` or `reject`; absent if they are \
         told nothing.",
    ),
    FactSpec::new(
        "live.mail.dmarc-percent",
        Kind::Number,
        "With how many in a hundred mails; absent likewise.",
    ),
    FactSpec::new(
        "live.mail.dkim",
        Kind::List(&Kind::Record(KEY)),
        "The keys that mail is signed with, by the selectors that the user names; absent if he names none.",
    ),
];

/// Selectors that are asked for.
const MOST_SELECTORS: usize = 5;

impl Probe for Mail {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        let Some(domain) = domain(site).filter(|_| !site.passive) else {
            return Vec::new();
        };
        let keys = selectors(site).map(|selector| key(selector, domain));
        let policies = policies(domain).map(|(asked, _)| asked);
        [text(domain)].into_iter().chain(policies).chain(keys).map(Question::Records).collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = Facts::default();
        let Some(domain) = domain(site) else {
            for spec in SPECS {
                facts.put(spec.path, Fact::absent());
            }
            return facts;
        };
        facts.put("live.mail.domain", Fact::derived(domain));
        spf(domain, answers, &mut facts);
        policy(domain, answers, &mut facts);
        let keys: Vec<Fact> =
            selectors(site).map(|selector| signed(selector, domain, answers)).collect();
        let none = keys.is_empty();
        facts.put("live.mail.dkim", if none { Fact::absent() } else { Fact::derived(keys) });
        facts
    }
}

fn domain(site: &Site) -> Option<&str> {
    site.mail_domain.as_deref().or_else(|| own_domain(site.host()))
}

fn selectors(site: &Site) -> impl Iterator<Item = &String> {
    site.dkim_selectors.iter().take(MOST_SELECTORS)
}

fn text(name: &str) -> Lookup {
    Lookup { name: name.to_owned(), kind: RecordKind::Txt }
}

fn key(selector: &str, domain: &str) -> Lookup {
    text(&format!("{selector}._domainkey.{domain}"))
}

/// Where the policy stands: at the domain, else at the one above that was registered (RFC 7489 §6.6.3);
/// and whether that is another one.
fn policies(domain: &str) -> impl Iterator<Item = (Lookup, bool)> {
    let above = registered_domain(domain).filter(|above| *above != domain);
    let at = |name: &str| text(&format!("_dmarc.{name}"));
    std::iter::once((at(domain), false)).chain(above.map(|above| (at(above), true)))
}

/// More than one record is an error, and none of them counts (RFC 7208 §4.5).
fn spf(domain: &str, answers: &Answers, facts: &mut Facts) {
    let asked = text(domain);
    let (record, others) = match answers.records(&asked) {
        Err(why) => {
            let unknown = unknown(&asked, &why);
            (unknown.clone(), unknown)
        }
        Ok(records) => {
            let only = only(records, is_spf);
            let others = only.map_or(Value::Absent, |record| match spf_others(record) {
                Others::Qualified(sign) => sign.to_string().into(),
                Others::AsDomain(domain) => {
                    Ignorance::new(format!("the record of {domain} decides")).into()
                }
            });
            let shown = shown(records, is_spf);
            (
                at(&asked, &shown, only.map_or(Value::Absent, Value::from)),
                at(&asked, &shown, others),
            )
        }
    };
    facts.put("live.mail.spf", record);
    facts.put("live.mail.spf-others", others);
}

fn policy(domain: &str, answers: &Answers, facts: &mut Facts) {
    let mut told = (Fact::absent(), Fact::absent());
    for (asked, is_above) in policies(domain) {
        let records = match answers.records(&asked) {
            Ok(records) => records,
            Err(why) => {
                let unknown = unknown(&asked, &why);
                told = (unknown.clone(), unknown);
                break;
            }
        };
        let shown = shown(records, |text| dmarc(text).is_some());
        let fact = |value: Value| at(&asked, &shown, value);
        // Of several, none counts, and nobody looks further (RFC 7489 §6.6.3).
        let read = only(records, |text| dmarc(text).is_some()).and_then(dmarc);
        told = read.map_or_else(
            || (fact(Value::Absent), fact(Value::Absent)),
            |read| {
                let policy = if is_above { read.for_subdomains } else { read.policy };
                (fact(policy.into()), fact(Value::Int(i64::from(read.percent))))
            },
        );
        if !shown.values.is_empty() {
            break;
        }
    }
    facts.put("live.mail.dmarc-policy", told.0);
    facts.put("live.mail.dmarc-percent", told.1);
}

fn signed(selector: &str, domain: &str, answers: &Answers) -> Fact {
    let asked = key(selector, domain);
    let published = match answers.records(&asked) {
        Ok(records) => {
            let published = records.values.iter().any(|text| is_dkim_key(text));
            at(&asked, records, published)
        }
        Err(why) => unknown(&asked, &why),
    };
    Fact::derived(Value::record([("selector", Fact::derived(selector)), ("published", published)]))
}

/// The record of a kind, if there is just one.
fn only(records: &Records, is_meant: impl Fn(&str) -> bool) -> Option<&str> {
    let mut meant = records.values.iter().filter(|text| is_meant(text));
    meant.next().filter(|_| meant.next().is_none()).map(String::as_str)
}

/// The records of a kind. Others at the same name are nobody's business.
fn shown(records: &Records, is_meant: impl Fn(&str) -> bool) -> Records {
    let values = records.values.iter().filter(|text| is_meant(text)).cloned().collect();
    Records { exists: records.exists, values }
}
