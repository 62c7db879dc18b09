//! What DNS says of the site's name: its addresses, who may certify it, and whether it leads anywhere.

use std::sync::Arc;

use super::answers::Answers;
use super::question::{Question, Unanswered};
use super::records::{Lookup, RecordKind, Records};
use super::{Probe, Site, all_unknown};
use crate::fact::{Exchange, Fact, FactSpec, Facts, Ignorance, Kind, List, Place, Value};
use crate::grammar::registered_domain::own_domain;

/// Asks for the records of the site's name.
pub struct Dns;

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.dns.domain",
        Kind::Text,
        "The domain that somebody registered for the site's name; absent for an address, for a name that a \
         platform hands out, and for one under no public suffix.",
    ),
    FactSpec::new(
        "live.dns.addresses",
        Kind::List(&Kind::Text),
        "The addresses of the site's name, those of IPv4 first.",
    ),
    FactSpec::new(
        "live.dns.caa",
        Kind::List(&Kind::Text),
        "The CAA records that go for the site's name, its own or those of a name above it: `0 issue \
         \"ca.example\"`. Empty if every authority may certify it.",
    ),
    FactSpec::new(
        "live.dns.dangling",
        Kind::List(&Kind::Text),
        "Names of the site, with and without `www.`, that stand for a name that does not exist.",
    ),
];

/// Names above the site's that are asked for.
const MOST_LEVELS: usize = 6;

impl Probe for Dns {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        let Some(domain) = own_domain(site.host()).filter(|_| !site.passive) else {
            return Vec::new();
        };
        let of_names = names(site.host()).into_iter().flat_map(|name| {
            let kinds = [RecordKind::A, RecordKind::Cname];
            kinds.map(|kind| Lookup { name: name.clone(), kind })
        });
        let levels = levels(site.host(), domain).map(|name| lookup(name, RecordKind::Caa));
        let newer = lookup(site.host(), RecordKind::Aaaa);
        of_names.chain(levels).chain([newer]).map(Question::Records).collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let Some(domain) = own_domain(site.host()) else {
            let why = Ignorance::new("DNS is asked about registered names only");
            let mut facts = all_unknown(SPECS, &Fact::derived(why));
            facts.put("live.dns.domain", Fact::absent());
            return facts;
        };
        let mut facts = Facts::default();
        facts.put("live.dns.domain", Fact::derived(domain));
        facts.put("live.dns.addresses", addresses(site, answers));
        facts.put("live.dns.caa", caa(site, domain, answers));
        facts.put("live.dns.dangling", dangling(site, answers));
        facts
    }
}

fn lookup(name: &str, kind: RecordKind) -> Lookup {
    Lookup { name: name.to_owned(), kind }
}

/// The site's name, and the same with or without `www.`.
fn names(host: &str) -> [String; 2] {
    let other = host.strip_prefix("www.").map_or_else(|| format!("www.{host}"), str::to_owned);
    [host.to_owned(), other]
}

/// The site's name, the name above it, and so on to the domain (RFC 8659 §3).
fn levels<'h>(host: &'h str, domain: &'h str) -> impl Iterator<Item = &'h str> {
    let above = move |name: &&'h str| {
        let inside = name.len() > domain.len();
        name.split_once('.').map(|(_, above)| above).filter(|_| inside)
    };
    std::iter::successors(Some(host), above).take(MOST_LEVELS)
}

fn addresses(site: &Site, answers: &Answers) -> Fact {
    let mut items = Vec::new();
    let mut open = None;
    for kind in [RecordKind::A, RecordKind::Aaaa] {
        let asked = lookup(site.host(), kind);
        match answers.records(&asked) {
            Ok(records) => items.extend(found(&asked, records)),
            Err(why) => open = Some(unknown(&asked, &why)),
        }
    }
    match open {
        Some(unknown) if items.is_empty() => unknown,
        Some(unknown) => Fact::derived(List { items, rest: ignorance(&unknown) }),
        None => Fact::derived(items),
    }
}

fn caa(site: &Site, domain: &str, answers: &Answers) -> Fact {
    let mut told = None;
    for name in levels(site.host(), domain) {
        let asked = lookup(name, RecordKind::Caa);
        match answers.records(&asked) {
            Ok(records) if records.values.is_empty() => {
                told = Some(at(&asked, records, Vec::new()));
            }
            Ok(records) => return at(&asked, records, found(&asked, records)),
            Err(why) => return unknown(&asked, &why),
        }
    }
    told.unwrap_or_else(|| Fact::derived(Vec::new()))
}

/// A name that stands for another and has no address because there is no such name.
fn dangling(site: &Site, answers: &Answers) -> Fact {
    let mut items = Vec::new();
    for name in names(site.host()) {
        let (alias, address) = (lookup(&name, RecordKind::Cname), lookup(&name, RecordKind::A));
        let (alias, records) = match (answers.records(&alias), answers.records(&address)) {
            (Ok(found), Ok(records)) => (found, records),
            (Err(why), _) => return unknown(&alias, &why),
            (_, Err(why)) => return unknown(&address, &why),
        };
        if let (false, Some(other)) = (records.exists, alias.values.first()) {
            items.push(at(&address, records, format!("{name} → {other}")));
        }
    }
    Fact::derived(items)
}

fn found(asked: &Lookup, records: &Records) -> Vec<Fact> {
    records.values.iter().map(|value| at(asked, records, value.as_str())).collect()
}

fn ignorance(unknown: &Fact) -> Option<Ignorance> {
    match &unknown.value {
        Value::Unknown(why) => Some(why.clone()),
        _ => None,
    }
}

/// A fact that an answer of DNS shows. A question to DNS has an address, too (RFC 4501).
pub(super) fn at(asked: &Lookup, records: &Records, value: impl Into<Value>) -> Fact {
    let nothing = if records.exists { "no record" } else { "no such name" };
    let nothing = records.values.is_empty().then(|| nothing.to_owned());
    Fact::live(value, place(asked, records.values.iter().cloned().chain(nothing).collect()))
}

/// What is not known because of a question to DNS.
pub(super) fn unknown(asked: &Lookup, why: &Unanswered) -> Fact {
    Fact::live(Value::Unknown(why.ignorance()), place(asked, Vec::new()))
}

fn place(asked: &Lookup, received: Vec<String>) -> Place {
    let (name, kind) = (&asked.name, asked.kind.word());
    let (url, sent) = (format!("dns:{name}?type={kind}"), vec![format!("DNS {name} {kind}")]);
    Place::Exchange(Arc::new(Exchange { url, sent, received }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_looked_for_up_to_the_domain() {
        let all = |host, domain| levels(host, domain).collect::<Vec<_>>();
        assert_eq!(
            all("a.b.example.com", "example.com"),
            ["a.b.example.com", "b.example.com", "example.com"]
        );
        assert_eq!(all("example.com", "example.com"), ["example.com"]);
    }
}
