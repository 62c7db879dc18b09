//! The real transport: connections, limits, and what is told when they are reached.
//!
//! Hosts are hostile. Every step ends in time, every answer is cut off at a size, and what goes wrong
//! is a reason in the user's words. Nothing is asked but `GET` requests and the beginnings of TLS
//! connections, and only of the hosts that the user named.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::net::{TcpStream, lookup_host};
use tokio::runtime::{Handle, Runtime};
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

mod advisories;
mod connecting;
mod fetch;
mod resolver;
mod tls;
mod visit;
mod why;

pub use self::advisories::advisories;
use self::resolver::Resolver;
use self::tls::offer::Desk;
use self::tls::{handshake, offer, trusting};
use self::visit::Allowance;
pub use self::visit::Visit;
pub(super) use self::visit::none_left;
use super::{Answer, Question, Unanswered};
use crate::fact::Ignorance;
use crate::problem::Problem;

/// How sites are to be asked.
#[derive(Clone, Debug)]
pub struct Manner {
    /// For the whole of one site.
    pub timeout: Duration,
    /// For one question.
    pub patience: Duration,
    /// Addresses to use for hosts, instead of asking for them; the first that answers is taken.
    pub addresses: BTreeMap<String, Vec<IpAddr>>,
    /// Certificate authorities to trust besides Mozilla's, in PEM.
    pub authorities: Option<Vec<u8>>,
    /// Whether the authorities that this machine trusts are trusted, too.
    pub system_authorities: bool,
    /// Headers to send with every request over HTTPS; they may be secret.
    pub headers: Vec<(String, String)>,
    /// The resolver to put questions to DNS to, instead of the machine's.
    pub resolver: Option<SocketAddr>,
    /// Whether TLS is spoken as browsers speak it only, whatever that leaves unseen.
    pub passive: bool,
    /// Requests to one site in all, those that are sent again included.
    pub most_requests: usize,
}

/// Requests to one site, unless the user allows more.
pub const MOST_REQUESTS: usize = 25;

impl Default for Manner {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(1),
            patience: Duration::from_secs(10),
            addresses: BTreeMap::new(),
            authorities: None,
            system_authorities: false,
            headers: Vec::new(),
            resolver: None,
            passive: false,
            most_requests: MOST_REQUESTS,
        }
    }
}

/// What all sites of one run share.
pub struct Network {
    /// None only while it is dropped.
    runtime: Option<Runtime>,
    handle: Handle,
    shared: Arc<Shared>,
}

struct Shared {
    manner: Manner,
    client: reqwest::Client,
    provider: Arc<CryptoProvider>,
    roots: RootCertStore,
    resolver: Resolver,
}

impl Network {
    /// Prepares to ask sites.
    pub fn new(manner: Manner) -> Result<Self, Problem> {
        let internal = |what: &str| Problem::new(format!("the network cannot be used: {what}"));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut roots = roots(manner.authorities.as_deref())?;
        if manner.system_authorities {
            add_system_authorities(&mut roots)?;
        }
        // Every certificate passes: an audit reads on, and judges it separately. But what the user sends
        // along may be secret: only who is trusted gets to read it.
        let tls = if manner.headers.is_empty() {
            trusting::config(&provider)
        } else {
            trusting::strict(&provider, roots.clone())
        };
        let tls = tls.map_err(|error| internal(&error.to_string()))?;
        let client = fetch::client(&manner, tls)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            // A server that never stops talking keeps a thread at work; time is looked after all the same.
            .event_interval(5)
            .enable_all()
            .build()
            .map_err(|error| internal(&error.to_string()))?;
        let shared =
            Arc::new(Shared { manner, client, provider, roots, resolver: Resolver::default() });
        let handle = runtime.handle().clone();
        Ok(Self { runtime: Some(runtime), handle, shared })
    }

    /// Begins to ask one site; its time runs from here on.
    pub fn visit(&self) -> Visit<'_> {
        Visit::new(self)
    }
}

impl Drop for Network {
    /// Whatever is still being asked is not waited for.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    async fn answer(
        self: &Arc<Self>,
        question: &Question,
        allowance: &Allowance,
        until: Instant,
    ) -> Result<Answer, Unanswered> {
        match question {
            Question::Page(request) => {
                fetch::page(self, allowance, request, until).await.map(Answer::Page)
            }
            Question::SignIn(request) => {
                fetch::sign_in(self, allowance, request, until).await.map(Answer::SignIn)
            }
            Question::Certificate(url) => {
                handshake::certificate(self, url, until).await.map(Answer::Certificate)
            }
            Question::Offer(url) => {
                let desk = Desk::new(self.clone(), url.clone(), until);
                offer::offer(Arc::new(desk)).await.map(Answer::Offer)
            }
            Question::Records(lookup) => {
                // Who says where hosts are, is not interested in what others hear.
                if !self.manner.addresses.is_empty() {
                    let why =
                        Ignorance::new("DNS was not asked, since `--resolve` gives addresses");
                    return Err(Unanswered::NotAsked(why.settled_by("leave `--resolve` away")));
                }
                let records = self.resolver.answer(lookup, self.manner.resolver, until).await;
                records.map(Answer::Records)
            }
        }
    }

    /// When patience with a question that begins now ends.
    fn limit(&self, until: Instant) -> Instant {
        until.min(Instant::now() + self.manner.patience)
    }

    /// An answer, unless patience ends before it comes.
    async fn patient<T>(
        &self,
        until: Instant,
        asking: impl Future<Output = Result<T, Unanswered>>,
    ) -> Result<T, Unanswered> {
        if until <= Instant::now() {
            return Err(self.out_of_time());
        }
        match timeout_at(self.limit(until), asking).await {
            Ok(answer) => answer,
            Err(_) => Err(self.silent()),
        }
    }

    fn silent(&self) -> Unanswered {
        why::in_vain(format!("timed out after {} seconds", self.manner.patience.as_secs()))
    }

    fn out_of_time(&self) -> Unanswered {
        let seconds = self.manner.timeout.as_secs();
        why::in_vain(format!("the {seconds} seconds for the whole site were over"))
    }

    /// A connection to the host of an address.
    async fn connect(&self, url: &Url) -> Result<TcpStream, Unanswered> {
        let port = port(url);
        let connected = match url.host() {
            Some(Host::Domain(name)) => match self.manner.addresses.get(name) {
                Some(given) => TcpStream::connect(sockets(given, port).as_slice()).await,
                None => TcpStream::connect((name, port)).await,
            },
            Some(Host::Ipv4(address)) => TcpStream::connect((address, port)).await,
            Some(Host::Ipv6(address)) => TcpStream::connect((address, port)).await,
            None => return Err(why::in_vain("the address has no host")),
        };
        connected.map_err(|error| why::of_connection(&error))
    }

    /// All addresses of the host of an address, if it has a name; none where nobody knows them. What DNS tells
    /// in any order is told in one order.
    async fn addresses(&self, url: &Url) -> Vec<SocketAddr> {
        let Some(Host::Domain(name)) = url.host() else { return Vec::new() };
        if let Some(given) = self.manner.addresses.get(name) {
            return sockets(given, port(url));
        }
        let found = lookup_host((name, port(url))).await;
        let mut found: Vec<SocketAddr> = found.map(Iterator::collect).unwrap_or_default();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn port(url: &Url) -> u16 {
    url.port_or_known_default().unwrap_or(443)
}

fn sockets(addresses: &[IpAddr], port: u16) -> Vec<SocketAddr> {
    addresses.iter().map(|address| SocketAddr::new(*address, port)).collect()
}

/// Adds the authorities that the machine trusts. Some of them may be unreadable; none at all is a mistake.
fn add_system_authorities(roots: &mut RootCertStore) -> Result<(), Problem> {
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err(Problem::new("this machine has no list of certificate authorities")
            .with_hint("leave `--system-roots` away, or give `--ca-file`"));
    }
    Ok(())
}

/// Mozilla's authorities, and those of the user.
fn roots(authorities: Option<&[u8]>) -> Result<RootCertStore, Problem> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let Some(pem) = authorities else {
        return Ok(roots);
    };
    let certificates: Vec<CertificateDer<'_>> =
        CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(Problem::new("`--ca-file` holds no certificate")
            .with_hint("give a file with `-----BEGIN CERTIFICATE-----` in it"));
    }
    Ok(roots)
}
