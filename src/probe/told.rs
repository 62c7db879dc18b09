//! What a transcript tells about TLS and DNS, header by header.

use super::offer::{Named, Offer, Suites};
use super::question::{
    Answer, Answered, Certificate, Chain, Elsewhere, Question, Response, Unanswered, VERSIONS,
    Versions,
};
use super::records::{Lookup, RecordKind, Records};
use crate::date::Date;
use crate::fact::Ignorance;
use crate::problem::Problem;
use url::Url;

/// The answers about the TLS of an address.
pub(super) fn answers(url: &Url, response: &Response) -> Result<Vec<Answered>, Problem> {
    let mut answers: Vec<Answered> = Vec::new();
    if let Some(versions) = versions(response)? {
        let offer = offer(response, versions)?;
        answers.push((Question::Offer(url.clone()), Ok(Answer::Offer(offer))));
    }
    if let Some(certificate) = certificate(response)? {
        answers.push((Question::Certificate(url.clone()), Ok(Answer::Certificate(certificate))));
    }
    Ok(answers)
}

/// The question in `example.test CAA`.
pub(super) fn lookup(asked: &str) -> Result<Lookup, Problem> {
    let (name, word) = asked.trim().split_once(' ').unwrap_or((asked.trim(), ""));
    let kinds = RecordKind::ALL;
    let kind = kinds.into_iter().find(|kind| kind.word() == word.trim()).ok_or_else(|| {
        Problem::new(format!("`{}` is no kind of record", word.trim()))
            .with_hint(format!("known: {}", kinds.map(RecordKind::word).join(", ")))
    })?;
    Ok(Lookup { name: name.to_ascii_lowercase(), kind })
}

/// The records of a name.
pub(super) fn records(response: &Response) -> Result<Records, Problem> {
    let exists = yes(response, "no-such-name")? != Some(true);
    let values = response.values("record").map(str::to_owned).collect();
    Ok(Records { exists, values })
}

fn one<'r>(response: &'r Response, name: &'r str) -> Option<&'r str> {
    response.values(name).next()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn versions(response: &Response) -> Result<Option<Versions>, Problem> {
    let Some(offered) = one(response, "versions").map(words) else {
        return Ok(None);
    };
    offered.iter().try_for_each(|version| known(version))?;
    let open = one(response, "versions-unknown").map(Ignorance::new);
    Ok(Some(Versions { offered, open }))
}

fn known(version: &str) -> Result<(), Problem> {
    if VERSIONS.contains(&version) {
        return Ok(());
    }
    let problem = Problem::new(format!("unknown version of TLS: `{version}`"));
    Err(problem.with_hint(format!("known: {}", VERSIONS.join(", "))))
}

fn offer(response: &Response, versions: Versions) -> Result<Offer, Problem> {
    let untold = || Ignorance::new("not told in this transcript");
    let order = match one(response, "suites-order") {
        Some("server") => Some(true),
        Some("client") => Some(false),
        None => None,
        Some(_) => return Err(Problem::new("the order of suites is `server` or `client`")),
    };
    let unknown = one(response, "suites-unknown").map(Ignorance::new);
    let suites = versions.offered.iter().map(|version| {
        let names = one(response, &format!("suites-{version}")).map(words);
        Suites {
            version: version.clone(),
            open: if names.is_some() { unknown.clone() } else { Some(untold()) },
            servers_order: order,
            names: names.unwrap_or_default(),
        }
    });
    let suites = suites.collect();
    let named = |header: &str| {
        let names = one(response, header).map(words);
        Named { open: names.is_none().then(untold), names: names.unwrap_or_default() }
    };
    let (groups, resumed) = (named("groups"), named("resumed"));
    resumed.names.iter().try_for_each(|version| known(version))?;
    Ok(Offer { versions, suites, groups, dh_bits: number(response, "dh-bits")?, resumed })
}

fn certificate(response: &Response) -> Result<Option<Certificate>, Problem> {
    let Some(names) = one(response, "certificate-names") else {
        return Ok(None);
    };
    let text = |name: &'static str| one(response, name).map(str::to_owned);
    let not_before = day(response, "certificate-not-before")?;
    let not_after = day(response, "certificate-not-after")?;
    let key = match one(response, "certificate-key") {
        Some(key) => {
            let told =
                key.split_once(' ').and_then(|(kind, bits)| Some((kind, bits.parse().ok()?)));
            let (kind, bits) =
                told.ok_or_else(|| Problem::new("a certificate's key is `EC 256`"))?;
            Some((kind.to_owned(), bits))
        }
        None => None,
    };
    let version = text("agreed-version");
    version.iter().try_for_each(|version| known(version))?;
    Ok(Some(Certificate {
        names: words(names),
        lifespan_days: not_before.zip(not_after).map(|(from, to)| from.days_until(to)),
        not_before,
        not_after,
        chain_ends: None,
        issuer: text("certificate-issuer").unwrap_or_default(),
        self_signed: yes(response, "certificate-self-signed")?,
        key,
        curve: text("certificate-curve"),
        signature: text("certificate-signature"),
        chain: chain(response)?,
        embedded_scts: number(response, "certificate-scts")?,
        must_staple: yes(response, "certificate-must-staple")?,
        stapled: yes(response, "certificate-stapled")?,
        version,
        alpn: text("alpn"),
        distrust: text("certificate-distrust"),
        seconds: None,
        elsewhere: elsewhere(response)?,
    }))
}

/// `ADDRESS refused`, or `ADDRESS DAY NAME…`: until when the certificate there is valid, and for which hosts.
fn elsewhere(response: &Response) -> Result<Vec<Elsewhere>, Problem> {
    let wrong = || {
        Problem::new("another address is `192.0.2.2 refused` or `192.0.2.2 2027-01-31 shop.test`")
    };
    let read = |told: &str| {
        let mut told = told.split_whitespace();
        let address = told.next().ok_or_else(wrong)?.to_owned();
        let shown = match told.next() {
            Some("refused") => Err(Unanswered::Refused),
            Some("silent") => Err(Unanswered::InVain(Ignorance::new("timed out"))),
            day => {
                let not_after = Some(day.and_then(Date::parse).ok_or_else(wrong)?);
                let names = told.map(str::to_owned).collect();
                Ok(Box::new(Certificate { names, not_after, ..Certificate::default() }))
            }
        };
        Ok(Elsewhere { address, shown })
    };
    response.values("elsewhere").map(read).collect()
}

/// `complete`, `incomplete`, `ordered`, `disordered`, one or two of them.
fn chain(response: &Response) -> Result<Option<Chain>, Problem> {
    let Some(told) = one(response, "certificate-chain").map(words) else {
        return Ok(None);
    };
    let mut chain = Chain::default();
    for word in told {
        match word.as_str() {
            "complete" => chain.complete = Some(true),
            "incomplete" => chain.complete = Some(false),
            "ordered" => chain.ordered = Some(true),
            "disordered" => chain.ordered = Some(false),
            _ => {
                return Err(Problem::new(format!("`{word}` says nothing about a chain"))
                    .with_hint("known: complete, incomplete, ordered, disordered"));
            }
        }
    }
    Ok(Some(chain))
}

fn day(response: &Response, name: &str) -> Result<Option<Date>, Problem> {
    let wrong = || Problem::new("a certificate's days are written `2027-01-31`");
    one(response, name).map(|day| Date::parse(day).ok_or_else(wrong)).transpose()
}

fn yes(response: &Response, name: &str) -> Result<Option<bool>, Problem> {
    let read = |word: &str| match word {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Problem::new(format!("`{name}` is `yes` or `no`"))),
    };
    one(response, name).map(read).transpose()
}

fn number(response: &Response, name: &str) -> Result<Option<u32>, Problem> {
    let wrong = || Problem::new(format!("`{name}` is a number"));
    one(response, name).map(|number| number.parse().map_err(|_| wrong())).transpose()
}
