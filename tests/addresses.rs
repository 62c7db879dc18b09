//! A host of several addresses, those of IPv6 among them: each is looked at.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot set itself up has failed")]

mod loopback;

use std::net::{IpAddr, TcpListener};
use std::time::Duration;

use loopback::{repeat, self_signed, serve_tls_at};
use prodcheck::probe::network::{Manner, Network};
use prodcheck::probe::question::{Certificate, Elsewhere};
use prodcheck::probe::{Answer, Question, Transport, Unanswered};
use url::Url;

const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server at an address, with a certificate for a host; its port.
fn serve(address: &str, host: &str) -> u16 {
    serve_tls_at(address, self_signed(host), |line| repeat(line, PAGE))
}

/// What `shop.test` shows that has these addresses.
fn shown(port: u16, addresses: &[&str]) -> Certificate {
    let addresses: Vec<IpAddr> = addresses.iter().map(|one| one.parse().unwrap()).collect();
    let addresses = [("shop.test".to_owned(), addresses)].into();
    let patience = Duration::from_secs(5);
    let network = Network::new(Manner { addresses, patience, ..Manner::default() }).unwrap();
    let url = Url::parse(&format!("https://shop.test:{port}/")).unwrap();
    match network.visit().ask(vec![Question::Certificate(url)]).swap_remove(0).1 {
        Ok(Answer::Certificate(shown)) => shown,
        other => panic!("no certificate: {other:?}"),
    }
}

/// The address, and the first of the names that are shown there.
fn told(elsewhere: &[Elsewhere]) -> Vec<(&str, Result<&str, &Unanswered>)> {
    elsewhere
        .iter()
        .map(|one| {
            let name = one.shown.as_ref().map(|shown| shown.names[0].as_str());
            (one.address.as_str(), name)
        })
        .collect()
}

#[test]
fn every_address_of_a_host_is_looked_at() {
    let port = serve("127.0.0.1:0", "shop.test");
    serve(&format!("127.0.0.2:{port}"), "other.test");
    serve(&format!("127.0.0.3:{port}"), "shop.test");
    let shown = shown(port, &["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"]);
    assert_eq!(shown.names, ["shop.test"]);
    let expected = [
        ("127.0.0.2", Ok("other.test")),
        ("127.0.0.3", Ok("shop.test")),
        ("127.0.0.4", Err(&Unanswered::Refused)),
    ];
    assert_eq!(told(&shown.elsewhere), expected);
}

#[test]
fn an_address_of_ipv6_is_one_of_them() {
    if TcpListener::bind("[::1]:0").is_err() {
        return; // This machine has none.
    }
    let port = serve("127.0.0.1:0", "shop.test");
    let addresses = ["127.0.0.1", "::1"];
    assert_eq!(told(&shown(port, &addresses).elsewhere), [("::1", Err(&Unanswered::Refused))]);
    serve(&format!("[::1]:{port}"), "forgotten.test");
    assert_eq!(told(&shown(port, &addresses).elsewhere), [("::1", Ok("forgotten.test"))]);
    let only = shown(port, &["::1"]);
    assert_eq!((only.names, only.elsewhere), (vec!["forgotten.test".to_owned()], vec![]));
}
