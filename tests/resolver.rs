//! Questions to DNS, put to a small server on loopback that answers as a test wants it to.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot set itself up has failed")]

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use prodcheck::probe::network::{Manner, Network};
use prodcheck::probe::records::{Lookup, RecordKind, Records};
use prodcheck::probe::{Answer, Question, Site, Transport, Unanswered, interview, learn};

const NO_ERROR: u8 = 0;
const SERVER_FAILED: u8 = 2;
const NO_SUCH_NAME: u8 = 3;

/// What a server says: a code, and records of a type with their data (RFC 1035 §3.2.1).
type Said = (u8, Vec<(u16, Vec<u8>)>);

/// A name as it goes over the wire.
fn wired(name: &str) -> Vec<u8> {
    let labels = name
        .split('.')
        .flat_map(|label| [&[u8::try_from(label.len()).unwrap()][..], label.as_bytes()].concat());
    labels.chain([0]).collect()
}

fn text(pieces: &[&str]) -> (u16, Vec<u8>) {
    let pieces = pieces
        .iter()
        .flat_map(|piece| [&[u8::try_from(piece.len()).unwrap()][..], piece.as_bytes()].concat());
    (16, pieces.collect())
}

fn alias(name: &str) -> (u16, Vec<u8>) {
    (5, wired(name))
}

/// A server that is asked for a name and a type; it does not answer where it is told nothing.
fn serve(answer: impl Fn(&str, u16) -> Option<Said> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 1500];
        while let Ok((read, from)) = socket.recv_from(&mut buffer) {
            let (mut labels, mut at) = (Vec::new(), 12);
            while buffer[at] > 0 {
                let end = at + 1 + usize::from(buffer[at]);
                labels.push(String::from_utf8_lossy(&buffer[at + 1..end]).to_lowercase());
                at = end;
            }
            assert!(at + 5 <= read, "a question ends in the message");
            let kind = u16::from_be_bytes([buffer[at + 1], buffer[at + 2]]);
            let Some((code, records)) = answer(&labels.join("."), kind) else { continue };
            let count = u8::try_from(records.len()).unwrap();
            let mut reply = buffer[..2].to_vec();
            reply.extend([0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]);
            reply.extend(&buffer[12..at + 5]);
            for (kind, data) in records {
                reply.extend([0xc0, 12]);
                reply.extend(kind.to_be_bytes());
                reply.extend([0, 1, 0, 0, 0, 60]);
                reply.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
                reply.extend(data);
            }
            let _ = socket.send_to(&reply, from);
        }
    });
    address
}

fn manner(resolver: SocketAddr) -> Manner {
    Manner { resolver: Some(resolver), ..Manner::default() }
}

fn ask(network: &Network, name: &str, kind: RecordKind) -> Result<Records, Unanswered> {
    let question = Question::Records(Lookup { name: name.to_owned(), kind });
    let answer = network.visit().ask(vec![question]).swap_remove(0).1;
    answer.map(|answer| match answer {
        Answer::Records(records) => records,
        other => panic!("no records: {other:?}"),
    })
}

fn found(values: &[&str]) -> Records {
    Records { exists: true, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

#[test]
fn records_of_every_kind_are_read() {
    let server = serve(|name, kind| {
        let caa = |tag: &str, value: &str| {
            let tag = [&[u8::try_from(tag.len()).unwrap()][..], tag.as_bytes()].concat();
            (257, [&[0][..], &tag, value.as_bytes()].concat())
        };
        Some(match (name, kind) {
            ("example.com", 1) => {
                (NO_ERROR, vec![(1, vec![192, 0, 2, 2]), (1, vec![192, 0, 2, 1])])
            }
            ("example.com", 28) => (NO_ERROR, vec![(28, [&[0x20, 1][..], &[0; 14]].concat())]),
            ("example.com", 257) => {
                (NO_ERROR, vec![caa("issue", "ca.example"), caa("iodef", "mailto:a@example.com")])
            }
            ("example.com", 16) => {
                (NO_ERROR, vec![text(&["v=spf1 include:a.example", " -all"]), text(&["other"])])
            }
            ("www.example.com", 5) => (NO_ERROR, vec![alias("Shop.Hosting.example")]),
            ("www.example.com", 1) => (NO_SUCH_NAME, vec![alias("Shop.Hosting.example")]),
            ("example.com", _) => (NO_ERROR, Vec::new()),
            ("broken.example.com", _) => (SERVER_FAILED, Vec::new()),
            _ => (NO_SUCH_NAME, Vec::new()),
        })
    });
    let network = Network::new(manner(server)).unwrap();
    let nothing = Records { exists: false, values: Vec::new() };
    for (name, kind, expected) in [
        ("example.com", RecordKind::A, found(&["192.0.2.1", "192.0.2.2"])),
        ("example.com", RecordKind::Aaaa, found(&["2001::"])),
        (
            "example.com",
            RecordKind::Caa,
            found(&["0 iodef \"mailto:a@example.com\"", "0 issue \"ca.example\""]),
        ),
        ("example.com", RecordKind::Txt, found(&["other", "v=spf1 include:a.example -all"])),
        ("example.com", RecordKind::Cname, found(&[])),
        ("www.example.com", RecordKind::Cname, found(&["shop.hosting.example"])),
        ("www.example.com", RecordKind::A, nothing.clone()),
        ("nowhere.example.com", RecordKind::Txt, nothing),
    ] {
        let records = ask(&network, name, kind);
        assert_eq!(records, Ok(expected), "{name} {kind:?}");
    }
    let broken = ask(&network, "broken.example.com", RecordKind::A).unwrap_err();
    assert!(broken.ignorance().why.starts_with("the resolver says: "), "{broken:?}");
}

#[test]
fn a_silent_resolver_delays_one_question_and_no_further_one() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let server = serve(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        None
    });
    let network = Network::new(manner(server)).unwrap();
    let why = || {
        let asked = ask(&network, "example.com", RecordKind::A);
        asked.unwrap_err().ignorance().why.to_string()
    };
    assert_eq!(why(), "the resolver does not answer");
    let asked = count.load(Ordering::SeqCst);
    assert_eq!(why(), "the resolver does not answer");
    assert_eq!(count.load(Ordering::SeqCst), asked);
}

#[test]
fn nobody_is_asked_for_names_that_were_given_addresses_or_never_registered() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let server = serve(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        None
    });
    for (host, passive, given) in [
        ("127.0.0.1", false, None),
        ("localhost", false, None),
        ("shop.internal", false, Some("shop.internal")),
        ("example.com", true, Some("other.test")),
        ("example.com", false, Some("example.com")),
    ] {
        let loopback = |host: &str| (host.to_owned(), vec!["127.0.0.1".parse().unwrap()]);
        let addresses = given.into_iter().chain(["example.com"]).map(loopback);
        let manner = Manner { addresses: addresses.collect(), passive, ..manner(server) };
        let site = Site::parse(&format!("https://{host}:1/"), Some(&format!("http://{host}:1/")));
        let mut site = site.unwrap();
        site.passive = passive;
        let facts = learn(&site, &interview(&site, &Network::new(manner).unwrap().visit()));
        assert_eq!(count.load(Ordering::SeqCst), 0, "{host}");
        assert_eq!(facts.at("live.reached").value.bool(), Some(false), "{host}");
        let caa = facts.at("live.dns.caa").value.to_string();
        assert!(caa.starts_with("unknown"), "{host}: {caa}");
    }
}
