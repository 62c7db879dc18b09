//! One server for all sites of the differential test, told apart by the name that is asked for.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::loopback::serve;
use super::scenario::{Reply, Scenario, Shown};

/// Where the sites are found.
pub(crate) struct Ports {
    pub(crate) plain: u16,
    pub(crate) secure: u16,
    /// Nothing listens here.
    pub(crate) closed: u16,
}

/// Starts the server; it ends with the test. The answer is the authority to trust, too, in PEM.
pub(crate) fn start(sites: &[Scenario]) -> (Ports, String) {
    let sites: Arc<BTreeMap<String, Scenario>> =
        Arc::new(sites.iter().map(|site| (site.host.clone(), site.clone())).collect());
    let authority = Authority::new("the authority");
    let pem = authority.issuer.pem();
    let certificates = Certificates {
        sites: sites.clone(),
        trusted: authority,
        unknown: Authority::new("another authority"),
        key: KeyPair::generate().unwrap(),
        made: Mutex::default(),
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificates));
    let config = Arc::new(config);
    let of_plain = sites.clone();
    let plain = serve(move |mut stream| answer(&mut stream, "http", &of_plain));
    let secure = serve(move |stream| {
        let session = rustls::ServerConnection::new(config.clone()).unwrap();
        let mut tls = rustls::StreamOwned::new(session, stream);
        answer(&mut tls, "https", &sites);
        tls.conn.send_close_notify();
        let _ = tls.flush();
    });
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    (Ports { plain, secure, closed }, pem)
}

fn answer(stream: &mut (impl Read + Write), scheme: &str, sites: &BTreeMap<String, Scenario>) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).is_ok_and(|read| read == 1) {
            head.push(byte[0]);
        } else {
            return;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split_whitespace();
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let host = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let host = host.unwrap_or_default().split(':').next().unwrap_or_default();
    let Some(site) = site_of(host, sites) else {
        return;
    };
    let reply = if method == "OPTIONS" {
        Reply { status: 204, headers: site.options.clone(), body: String::new() }
    } else {
        let address = format!("{scheme}://{host}{path}");
        let missing = Reply { status: 404, ..Reply::default() };
        site.answers.get(&address).cloned().unwrap_or(missing)
    };
    let mut text = format!("HTTP/1.1 {} Said\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if ![204, 304].contains(&reply.status) {
        text.push_str(&format!("Content-Length: {}\r\n", reply.body.len()));
    }
    text.push_str("\r\n");
    text.push_str(&reply.body);
    let _ = stream.write_all(text.as_bytes());
    let _ = stream.flush();
}

/// The site that a host is of: its own, or one beside it.
fn site_of<'s>(host: &str, sites: &'s BTreeMap<String, Scenario>) -> Option<&'s Scenario> {
    let beside = ["www.", "login.", "other-"].iter().find_map(|start| host.strip_prefix(start));
    sites.get(host).or_else(|| sites.get(beside?))
}

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        Self { issuer: CertifiedIssuer::self_signed(params, key).unwrap() }
    }
}

/// Makes the certificate of a host when it is asked for.
struct Certificates {
    sites: Arc<BTreeMap<String, Scenario>>,
    trusted: Authority,
    unknown: Authority,
    key: KeyPair,
    made: Mutex<BTreeMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Certificates")
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let host = hello.server_name()?.to_owned();
        let shown = self.sites.get(&host).map_or(Shown::Fine, |site| site.certificate);
        let mut made = self.made.lock().unwrap();
        Some(made.entry(host.clone()).or_insert_with(|| self.make(&host, shown)).clone())
    }
}

impl Certificates {
    fn make(&self, host: &str, shown: Shown) -> Arc<CertifiedKey> {
        let name = if shown == Shown::WrongName { "wrong.test" } else { host };
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "a site");
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(if shown == Shown::Expired { 2020 } else { 2090 }, 1, 1);
        let authority = if shown == Shown::Untrusted { &self.unknown } else { &self.trusted };
        let leaf = params.signed_by(&self.key, &authority.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).unwrap();
        Arc::new(CertifiedKey::new(vec![leaf.der().clone()], key))
    }
}
