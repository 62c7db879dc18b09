//! The live site as the command line names it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::arguments::Network as Flags;
use crate::check::Library;
use crate::date::Date;
use crate::fact::{Facts, Ignorance};
use crate::policy::{Live, Policy};
use crate::probe::active::{self, Active};
use crate::probe::network::{Manner, Network};
use crate::probe::transcript::{self, Transcript};
use crate::probe::{self, DOMAIN};
use crate::problem::Problem;

/// What asks sites: the network, a recorded interview, or nobody.
pub(super) struct Asker {
    http_url: Option<String>,
    live: Live,
    passive: bool,
    quick: bool,
    active: bool,
    today: Date,
    means: Means,
}

/// How questions are to be put. The network is made ready when the first site is named.
enum Means {
    Network(Box<Manner>, OnceLock<Arc<Network>>),
    Transcript(Arc<Transcript>),
    Offline,
}

#[derive(Clone)]
enum Source {
    Network(Arc<Network>),
    Transcript(Arc<Transcript>),
    Offline,
}

/// A site to be asked.
pub(super) struct Site {
    /// As the user wrote it.
    url: String,
    asked: probe::Site,
    source: Source,
}

impl Asker {
    /// Reads what the user said about asking.
    pub(super) fn new(flags: &Flags, policy: &Policy, today: Date) -> Result<Self, Problem> {
        let means = match &flags.replay {
            Some(path) => {
                let file = super::setup::document(path)?;
                let read = transcript::read(&file.text).map_err(|mut problem| {
                    match &mut problem.place {
                        Some(place) => place.file.clone_from(&file.shown),
                        None => problem.what = format!("{}: {}", file.shown, problem.what),
                    }
                    problem
                })?;
                Means::Transcript(Arc::new(read))
            }
            None if flags.offline => Means::Offline,
            None => {
                let mut manner = manner(flags)?;
                if flags.active {
                    manner.most_requests += policy.live.active.most_requests;
                }
                Means::Network(Box::new(manner), OnceLock::new())
            }
        };
        Ok(Self {
            http_url: flags.http_url.clone().or_else(|| policy.live.http_url.clone()),
            live: policy.live.clone(),
            passive: flags.passive,
            quick: flags.quick,
            active: flags.active,
            today,
            means,
        })
    }

    /// The site at an address; with a transcript, the site that it is of.
    pub(super) fn site(&self, url: Option<&str>) -> Result<Option<Site>, Problem> {
        match (&self.means, url) {
            (Means::Transcript(transcript), None) => {
                self.target(transcript.site.url.as_str(), None).map(Some)
            }
            (_, Some(url)) => self.target(url, self.http_url.as_deref()).map(Some),
            (_, None) => Ok(None),
        }
    }

    /// The site that a project runs, which is audited with it.
    pub(super) fn of_project(&self, url: Option<&str>) -> Result<Option<Site>, Problem> {
        let site = self.site(url)?;
        Ok(site.map(|site| Site { asked: probe::Site { of_project: true, ..site.asked }, ..site }))
    }

    /// The site at an address, and at another one over plain HTTP; with a transcript, the site that it
    /// is of.
    pub(super) fn target(&self, url: &str, plain: Option<&str>) -> Result<Site, Problem> {
        let mut site = match &self.means {
            Means::Transcript(transcript) => transcript.site.clone(),
            _ => probe::Site::parse(url, plain)?,
        };
        site.health = site.health.or_else(|| self.live.health.clone());
        site.privacy = site.privacy.or_else(|| self.live.privacy.clone());
        site.terms = site.terms.or_else(|| self.live.terms.clone());
        site.logout = site.logout.or_else(|| self.live.logout.clone());
        site.frontend = site.frontend.or_else(|| self.live.frontend.clone());
        if site.paths.is_empty() {
            site.paths.clone_from(&self.live.paths);
        }
        site.mail_domain = site.mail_domain.or_else(|| self.live.mail_domain.clone());
        if site.dkim_selectors.is_empty() {
            site.dkim_selectors.clone_from(&self.live.dkim_selectors);
        }
        if !matches!(self.means, Means::Transcript(_)) {
            site.active = Active { allowed: self.active, ..self.live.active.clone() };
        }
        site.today = site.today.or(Some(self.today));
        site.passive = self.passive;
        site.quick = self.quick;
        Ok(Site { url: url.to_owned(), asked: site, source: self.source()? })
    }

    fn source(&self) -> Result<Source, Problem> {
        Ok(match &self.means {
            Means::Transcript(transcript) => Source::Transcript(transcript.clone()),
            Means::Offline => Source::Offline,
            Means::Network(manner, ready) => match ready.get() {
                Some(network) => Source::Network(network.clone()),
                None => {
                    let network = Arc::new(Network::new(manner.as_ref().clone())?);
                    Source::Network(ready.get_or_init(|| network).clone())
                }
            },
        })
    }
}

impl Site {
    /// Its address, if it is really asked.
    pub(super) fn url(&self) -> Option<String> {
        (!matches!(self.source, Source::Offline)).then(|| self.url.clone())
    }

    /// Whether asking it takes time that says something about it.
    pub(super) fn is_on_the_network(&self) -> bool {
        matches!(self.source, Source::Network(_))
    }

    /// Asks it everything.
    pub(super) fn ask(&self) -> Facts {
        if self.is_on_the_network() {
            self.announce();
        }
        let answers = match &self.source {
            Source::Network(network) => probe::interview(&self.asked, &network.visit()),
            Source::Transcript(transcript) => probe::interview(&self.asked, transcript.as_ref()),
            Source::Offline => {
                let mut facts = Facts::default();
                let why = Ignorance::new("no site was asked").settled_by("leave `--offline` away");
                facts.miss(DOMAIN.name, why);
                return facts;
            }
        };
        probe::learn(&self.asked, &answers)
    }
}

impl Site {
    /// Tells what will be tried before it is.
    fn announce(&self) {
        let mut stderr = anstream::stderr();
        for line in active::announced(&self.asked) {
            // Where standard error is gone, nobody is left to be told.
            let _ = writeln!(stderr, "--active: {line}");
        }
    }
}

/// Patience with one question, unless the whole site gets less.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the user wants to be asked for him.
pub(super) fn manner(flags: &Flags) -> Result<Manner, Problem> {
    let timeout = Duration::from_secs(flags.timeout.max(1));
    let authorities = match &flags.ca_file {
        Some(path) => Some(fs::read(path).map_err(|error| {
            Problem::new(format!("`{}` cannot be read: {error}", path.display()))
        })?),
        None => None,
    };
    let mut addresses: BTreeMap<String, Vec<IpAddr>> = BTreeMap::new();
    for given in &flags.resolve {
        let (host, address) = resolved(given)?;
        let known = addresses.entry(host).or_default();
        if !known.contains(&address) {
            known.push(address);
        }
    }
    let headers = flags.headers.iter().map(|given| header(given));
    Ok(Manner {
        timeout,
        patience: PATIENCE.min(timeout),
        addresses,
        authorities,
        system_authorities: flags.system_roots,
        headers: headers.collect::<Result<_, _>>()?,
        resolver: flags.resolver,
        passive: flags.passive,
        ..Manner::default()
    })
}

/// `HOST:PORT:ADDRESS`, as curl takes it; the address goes for every port of the host.
fn resolved(given: &str) -> Result<(String, IpAddr), Problem> {
    let mut parts = given.splitn(3, ':');
    let host = parts.next().filter(|host| !host.is_empty());
    let port = parts.next().and_then(|port| port.parse::<u16>().ok());
    let address = parts.next().and_then(|text| text.trim_matches(['[', ']']).parse().ok());
    match (host, port, address) {
        (Some(host), Some(_), Some(address)) => Ok((host.to_ascii_lowercase(), address)),
        _ => Err(Problem::new(format!("`--resolve {given}` names no host, port and address"))
            .with_hint("write `--resolve shop.example:443:127.0.0.1`")),
    }
}

/// `NAME: VALUE`. What is wrong is told without the value, which may be secret.
fn header(given: &str) -> Result<(String, String), Problem> {
    let name_and_value = given.split_once(':').filter(|(name, value)| {
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        !name.is_empty() && name.chars().all(token) && !value.contains(char::is_control)
    });
    let (name, value) = name_and_value.ok_or_else(|| {
        Problem::new("`--header` is no header").with_hint("write `--header 'NAME: VALUE'`")
    })?;
    Ok((name.to_owned(), value.trim().to_owned()))
}

/// Leaves only the checks that a site can decide, unless the user named some.
pub(super) fn only_live(policy: &mut Policy, library: &Library) {
    if policy.only.is_empty() {
        let live = library.checks.iter().filter(|check| check.can_be_decided_by(DOMAIN.name));
        policy.only = live.map(|check| check.id.clone()).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_given_as_to_curl() {
        for (given, expected) in [
            ("Shop.test:443:127.0.0.1", Some(("shop.test", "127.0.0.1"))),
            ("shop.test:443:[::1]", Some(("shop.test", "::1"))),
            ("shop.test:443:::1", Some(("shop.test", "::1"))),
            ("shop.test:127.0.0.1", None),
            (":443:127.0.0.1", None),
        ] {
            let expected = expected.map(|(host, ip)| (host.to_owned(), ip.parse().unwrap()));
            assert_eq!(resolved(given).ok(), expected, "{given}");
        }
    }

    #[test]
    fn a_wrong_header_is_told_without_its_value() {
        assert_eq!(header("A: b c").unwrap(), ("A".to_owned(), "b c".to_owned()));
        for given in ["hunter2", "a b: hunter2", "a: hunter2\nb: c"] {
            assert!(!header(given).unwrap_err().to_string().contains("hunter2"));
        }
    }
}
