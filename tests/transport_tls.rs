//! The real transport against TLS servers on loopback: certificates of all kinds, versions of all ages.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot set itself up has failed")]

mod loopback;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use loopback::{repeat, serve, serve_tls_at, showing};
use prodcheck::date::Date;
use prodcheck::fact::Facts;
use prodcheck::probe::network::{Manner, Network};
use prodcheck::probe::question::{Certificate, VERSIONS, Versions};
use prodcheck::probe::{Answer, Question, Site, Transport, Unanswered, interview, learn};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;
use url::Url;

/// A web server with TLS that answers everything with one page.
fn serve_tls(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> u16 {
    serve_tls_at("127.0.0.1:0", showing(chain, key.serialize_der()), |line| {
        let page = "HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=63072000\r\n\
                    Content-Length: 2\r\n\r\nok";
        repeat(line, page);
    })
}

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self { issuer: CertifiedIssuer::self_signed(params, key).unwrap() }
    }

    /// A certificate for these hosts that is valid through the end of a year.
    fn certify(&self, hosts: &[&str], year: i32) -> (Vec<CertificateDer<'static>>, KeyPair) {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "the site");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.issuer).unwrap();
        (vec![leaf.der().clone()], key)
    }

    fn manner(&self) -> Manner {
        Manner { authorities: Some(self.issuer.pem().into_bytes()), ..manner() }
    }
}

fn manner() -> Manner {
    let (timeout, patience) = (Duration::from_secs(6), Duration::from_secs(2));
    let addresses = [("shop.test".to_owned(), vec!["127.0.0.1".parse().unwrap()])].into();
    Manner { timeout, patience, addresses, ..Manner::default() }
}

fn address(port: u16) -> Url {
    Url::parse(&format!("https://shop.test:{port}/")).unwrap()
}

fn certificate(port: u16, manner: Manner) -> Result<Certificate, Unanswered> {
    let question = Question::Certificate(address(port));
    let answer = Network::new(manner).unwrap().visit().ask(vec![question]).swap_remove(0).1;
    answer.map(|answer| match answer {
        Answer::Certificate(certificate) => certificate,
        other => panic!("not a certificate: {other:?}"),
    })
}

fn versions(port: u16) -> Result<Versions, Unanswered> {
    let question = Question::Offer(address(port));
    let answer = Network::new(manner()).unwrap().visit().ask(vec![question]).swap_remove(0).1;
    answer.map(|answer| match answer {
        Answer::Offer(offer) => offer.versions,
        other => panic!("not an offer: {other:?}"),
    })
}

fn facts(port: u16, manner: Manner) -> Facts {
    let mut site = Site::parse(address(port).as_str(), Some("http://127.0.0.1:1/")).unwrap();
    site.today = Date::parse("2026-11-21");
    let network = Network::new(manner).unwrap();
    learn(&site, &interview(&site, &network.visit()))
}

#[test]
fn a_certificate_of_a_known_authority_is_trusted() {
    let authority = Authority::new();
    let (chain, key) = authority.certify(&["shop.test", "127.0.0.1"], 2035);
    let facts = facts(serve_tls(chain, &key), authority.manner());
    let bool = |path: &str| facts.at(path).value.bool();
    assert_eq!(bool("live.certificate.trusted"), Some(true));
    assert_eq!(bool("live.certificate.covers-host"), Some(true));
    assert_eq!(bool("live.https.open"), Some(true));
    assert_eq!(facts.at("live.certificate.key-bits").value.int(), Some(256));
    assert_eq!(facts.at("live.certificate.not-after").value.text(), Some("2035-12-31"));
    assert_eq!(facts.at("live.https.hsts-max-age-seconds").value.int(), Some(63_072_000));
    assert_eq!(facts.at("live.tls.versions").value.items().len(), 2);
}

#[test]
fn an_authority_that_the_machine_trusts_counts_where_asked_for() {
    let authority = Authority::new();
    let (chain, key) = authority.certify(&["shop.test"], 2035);
    let port = serve_tls(chain, &key);
    let trusted = tempfile::tempdir().unwrap();
    // As OpenSSL names the files of such a folder.
    std::fs::write(trusted.path().join("00000000.0"), authority.issuer.pem()).unwrap();
    let status = |more: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_prodcheck"))
            .args(["probe", &format!("https://shop.test:{port}/"), "--format", "json"])
            .args(["--resolve", &format!("shop.test:{port}:127.0.0.1")])
            .args(["--today", "2026-11-21", "--only", "tls/certificate-trusted"])
            .args(more)
            .env_remove("SSL_CERT_FILE")
            .env("SSL_CERT_DIR", trusted.path())
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        report["findings"][0]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status(&["--system-roots"]), "pass");
    assert_eq!(status(&[]), "fail");
}

#[test]
fn an_unknown_authority_is_told_and_the_site_is_read_all_the_same() {
    let (chain, key) = Authority::new().certify(&["shop.test"], 2035);
    let facts = facts(serve_tls(chain, &key), manner());
    let distrust = facts.at("live.certificate.distrust");
    let told = "its issuer is not known, and the server sends no intermediate certificate";
    assert_eq!(distrust.value.text(), Some(told));
    assert_eq!(facts.at("live.https.status").value.int(), Some(200));
}

#[test]
fn a_certificate_signed_by_itself_is_told() {
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["shop.test".to_owned()]).unwrap().self_signed(&key);
    let port = serve_tls(vec![leaf.unwrap().der().clone()], &key);
    let certificate = certificate(port, manner()).unwrap();
    assert_eq!(certificate.distrust.as_deref(), Some("it is signed by itself"));
}

#[test]
fn an_expired_certificate_of_a_known_authority_is_only_expired() {
    let authority = Authority::new();
    let (chain, key) = authority.certify(&["other.test"], 2024);
    let facts = facts(serve_tls(chain, &key), authority.manner());
    assert_eq!(facts.at("live.certificate.trusted").value.bool(), Some(true));
    assert_eq!(facts.at("live.certificate.covers-host").value.bool(), Some(false));
    assert_eq!(facts.at("live.certificate.days-left").value.int(), Some(-690));
}

#[test]
fn headers_of_the_user_go_to_trusted_sites_only() {
    let authority = Authority::new();
    let (chain, key) = authority.certify(&["shop.test"], 2035);
    let port = serve_tls(chain, &key);
    let headers = vec![("Authorization".to_owned(), "hunter2".to_owned())];
    let trusted = facts(port, Manner { headers: headers.clone(), ..authority.manner() });
    assert_eq!(trusted.at("live.https.status").value.int(), Some(200));
    let untrusted = facts(port, Manner { headers, ..manner() });
    let told = untrusted.at("live.https.status").value.to_string();
    assert!(told.contains("`--header` is sent to trusted sites only"), "{told}");
}

#[test]
fn a_server_without_tls_is_told() {
    let port = serve(|mut stream| {
        let mut buffer = [0; 512];
        let _ = stream.read(&mut buffer);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    let told = "what answers there does not speak TLS";
    assert_eq!(*versions(port).unwrap_err().ignorance().why, *told);
    assert_eq!(*certificate(port, manner()).unwrap_err().ignorance().why, *told);
}

/// What a server of the test does with a greeting.
#[derive(Clone, Copy)]
enum Manners {
    Agree,
    Alert,
    HangUp,
    Silent,
    AgreeAfterWarning,
    ChooseOlder,
}

/// A server that treats each version as the table says, oldest first.
fn serve_versions(table: [Manners; 5]) -> u16 {
    serve(move |mut stream| {
        let mut greeting = vec![0; 2048];
        let read = stream.read(&mut greeting).unwrap_or_default();
        let greeting = &greeting[..read];
        // The record's header has 5 bytes, the message's 4; then comes the version.
        let offers_13 = greeting.windows(7).any(|window| window == [0, 43, 0, 3, 2, 3, 4]);
        let index = if offers_13 { 4 } else { usize::from(greeting[10]) };
        let hello = |minor: u8, extensions: &[u8]| {
            let mut body = vec![3, minor.min(3)];
            body.extend([7; 32]);
            let suite = match (offers_13, minor) {
                (true, _) => [0x13, 0x01],
                (_, 0) => [0x00, 0x2f],
                (_, 3) => [0xc0, 0x2f],
                _ => [0xc0, 0x13],
            };
            body.push(0);
            body.extend(suite);
            body.push(0);
            body.extend(extensions);
            let length = u8::try_from(body.len()).unwrap();
            [&[22, 3, minor.min(3), 0, length + 4, 2, 0, 0, length][..], &body].concat()
        };
        let agree = match index {
            4 => hello(3, &[0, 6, 0, 43, 0, 2, 3, 4]),
            minor => hello(u8::try_from(minor).unwrap(), &[]),
        };
        let reply = match table[index] {
            Manners::Agree => agree,
            Manners::Alert => vec![21, 3, 1, 0, 2, 2, 70],
            Manners::HangUp => Vec::new(),
            Manners::Silent => {
                thread::sleep(Duration::from_secs(20));
                Vec::new()
            }
            Manners::AgreeAfterWarning => [vec![21, 3, 1, 0, 2, 1, 112], agree].concat(),
            Manners::ChooseOlder => hello(2, &[]),
        };
        let _ = stream.write_all(&reply);
    })
}

#[test]
fn every_version_is_asked_for_by_itself() {
    use Manners::{Agree, AgreeAfterWarning, Alert, ChooseOlder, HangUp, Silent};
    for (table, offered, open) in [
        ([Agree, Agree, Agree, Agree, Agree], &VERSIONS[..], None),
        ([Alert, Alert, Alert, Agree, Agree], &["TLSv1.2", "TLSv1.3"], None),
        ([HangUp, HangUp, HangUp, Agree, Alert], &["TLSv1.2"], None),
        ([Alert, AgreeAfterWarning, Alert, Alert, Alert], &["TLSv1.0"], None),
        ([Alert, Alert, Agree, ChooseOlder, ChooseOlder], &["TLSv1.1"], None),
        (
            [Alert, Silent, Alert, Agree, Alert],
            &["TLSv1.2"],
            Some("TLSv1.0: timed out after 2 seconds"),
        ),
    ] {
        let found = versions(serve_versions(table)).unwrap();
        assert_eq!(found.offered, offered);
        assert_eq!(found.open.map(|open| open.why).as_deref(), open);
    }
}

#[test]
fn a_limit_on_connections_is_no_refusal() {
    // Whatever the first of the greetings are, those that come after them are hung up on.
    for limit in [1, 3, 6, 9] {
        let agreeing = serve_versions([Manners::Agree; 5]);
        let count = AtomicUsize::new(0);
        let port = serve(move |mut near| {
            if count.fetch_add(1, Ordering::SeqCst) < limit {
                let mut far = TcpStream::connect(("127.0.0.1", agreeing)).unwrap();
                let mut greeting = [0; 2048];
                let read = near.read(&mut greeting).unwrap_or_default();
                let _ = far.write_all(&greeting[..read]);
                let _ = std::io::copy(&mut far, &mut near);
            }
        });
        // Where the few that were answered came to nothing, nothing is known.
        let (all, told) = match versions(port) {
            Ok(found) => {
                let told = found.open.map(|open| open.why.to_string()).unwrap_or_default();
                (found.offered.len() == VERSIONS.len(), told)
            }
            Err(why) => (false, why.ignorance().why.to_string()),
        };
        let honest = ["it limits connections, perhaps", "the server hangs up"];
        assert!(all || honest.iter().any(|why| told.contains(why)), "{limit}: {told}");
    }
}

#[test]
fn passively_only_what_a_browser_would_send_is_sent() {
    let heads = Arc::new(Mutex::new(BTreeSet::new()));
    let (taken, signed) = (heads.clone(), loopback::self_signed("shop.test"));
    let port = serve_tls_at("127.0.0.1:0", signed, move |line| {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = line.read(&mut buffer) {
            let head = String::from_utf8_lossy(&buffer[..read]).into_owned();
            taken.lock().unwrap().insert(head);
            let page = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            let _ = line.write_all(page.as_bytes());
        }
    });
    let mut site = Site::parse(address(port).as_str(), Some("http://127.0.0.1:1/")).unwrap();
    site.passive = true;
    let network = Network::new(Manner { passive: true, ..manner() }).unwrap();
    let facts = learn(&site, &interview(&site, &network.visit()));
    let heads: Vec<String> = heads.lock().unwrap().iter().cloned().collect();
    assert_eq!(heads.len(), 1, "{heads:#?}");
    assert!(heads[0].starts_with("GET / HTTP/1.1\r\n"), "{heads:#?}");
    let why = "left out by `--passive`";
    for path in
        ["live.tls.suites", "live.cors-probes", "live.env-exposed", "live.foreign-host.status"]
    {
        let told = facts.at(path).value.to_string();
        assert!(told.contains(why), "{path}: {told}");
    }
    let versions = facts.at("live.tls.versions");
    assert_eq!(versions.value.to_string(), "[\"TLSv1.3\", … perhaps more]");
}

#[test]
fn whether_sessions_are_taken_up_again_is_found_out() {
    for (remembers, expected) in
        [(true, &["TLSv1.2".to_owned(), "TLSv1.3".to_owned()][..]), (false, &[])]
    {
        let mut config = Arc::unwrap_or_clone(loopback::self_signed("shop.test"));
        if !remembers {
            config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        }
        let port = serve_tls_at("127.0.0.1:0", Arc::new(config), |line| {
            repeat(line, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        let network = Network::new(manner()).unwrap();
        let answer = network.visit().ask(vec![Question::Offer(address(port))]).swap_remove(0).1;
        let Ok(Answer::Offer(offer)) = answer else { panic!("{answer:?}") };
        assert_eq!(offer.resumed.names, expected);
        assert_eq!(offer.resumed.open, None);
    }
}

#[test]
fn a_server_that_serves_one_connection_after_the_other_is_read_whole() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = loopback::self_signed("shop.test");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let session = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut line = rustls::StreamOwned::new(session, stream);
            repeat(&mut line, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    let network = Network::new(manner()).unwrap();
    let answer = network.visit().ask(vec![Question::Offer(address(port))]).swap_remove(0).1;
    let Ok(Answer::Offer(offer)) = answer else { panic!("{answer:?}") };
    assert_eq!(offer.versions.offered, ["TLSv1.2", "TLSv1.3"]);
    assert_eq!(offer.suites.iter().map(|suites| suites.names.len()).collect::<Vec<_>>(), [3, 3]);
    assert!(offer.suites.iter().all(|suites| suites.open.is_none()), "{offer:?}");
    assert_eq!((offer.versions.open, offer.groups.open, offer.resumed.open), (None, None, None));
}

#[test]
fn passively_nothing_but_whole_handshakes_is_tried() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let port = serve(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    assert!(certificate(port, Manner { passive: true, ..manner() }).is_err());
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[test]
fn a_server_that_refuses_every_version_leaves_them_unknown() {
    let why = versions(serve_versions([Manners::HangUp; 5])).unwrap_err().ignorance().why;
    assert_eq!(&*why, "the server hangs up");
}
