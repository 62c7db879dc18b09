//! How much is sent to a site in all, whatever it answers.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod loopback;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use loopback::serve_tls_at;
use prodcheck::fact::Facts;
use prodcheck::probe::network::{MOST_REQUESTS, Manner, Network};
use prodcheck::probe::{Site, interview, learn};

/// Requests that a site is sent which answers each by its number, and what was learnt of it.
fn sent(paths: usize, answer: fn(usize) -> String) -> (usize, Facts) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let signed = loopback::self_signed("shop.test");
    let port = serve_tls_at("127.0.0.1:0", signed, move |line| {
        let mut buffer = [0; 4096];
        while line.read(&mut buffer).is_ok_and(|read| read > 0) {
            let answer = answer(counted.fetch_add(1, Ordering::SeqCst));
            let _ = line.write_all(answer.as_bytes());
        }
    });
    let mut site =
        Site::parse(&format!("https://shop.test:{port}/"), Some("http://127.0.0.1:1/")).unwrap();
    site.paths = (0..paths).map(|number| format!("/{number}")).collect();
    site.quick = true;
    let addresses = [("shop.test".to_owned(), vec!["127.0.0.1".parse().unwrap()])].into();
    let network = Network::new(Manner { addresses, ..Manner::default() }).unwrap();
    let facts = learn(&site, &interview(&site, &network.visit()));
    (count.load(Ordering::SeqCst), facts)
}

#[test]
fn no_site_is_sent_more_than_its_number_of_requests() {
    type Site = (&'static str, usize, fn(usize) -> String);
    let sites: [Site; 4] = [
        ("many pages", 5, |_| "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned()),
        ("redirects", 0, |number| {
            format!("HTTP/1.1 302 Found\r\nLocation: /{number}\r\nContent-Length: 0\r\n\r\n")
        }),
        ("come again", 0, |_| {
            "HTTP/1.1 503 No\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n".to_owned()
        }),
        ("all of it", 5, |number| {
            let status = if number % 2 == 0 { "302 Found" } else { "429 Slowly" };
            format!(
                "HTTP/1.1 {status}\r\nLocation: /{number}\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
            )
        }),
    ];
    for (name, paths, answer) in sites {
        let (number, _) = sent(paths, answer);
        assert!(number <= MOST_REQUESTS, "{name}: {number}");
    }
    let (_, facts) = sent(5, |_| "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned());
    let health = facts.at("live.health.status").value.to_string();
    assert!(health.contains("no request is left"), "{health}");
    let offered = facts.at("live.tls.suites").value.to_string();
    assert!(offered.contains("left out by `--quick`"), "{offered}");
    assert_eq!(facts.at("live.https.status").value.int(), Some(200));
    assert!(facts.at("live.timing.answers").value.int() > Some(20));
    for path in ["connect-seconds", "tls-seconds", "median-seconds", "p95-seconds"] {
        let told = facts.at(&format!("live.timing.{path}")).value.to_string();
        assert!(told.parse().is_ok_and(|seconds: f64| seconds > 0.0), "{path}: {told}");
    }
}

#[test]
fn pages_that_the_user_names_cost_only_what_is_wished_for() {
    let (number, facts) = sent(3, |_| "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned());
    assert!(number <= MOST_REQUESTS, "{number}");
    for path in [
        "live.backup-exposed",
        "live.env-exposed",
        "live.foreign-host.echoed",
        "live.forwarded-host.echoed",
        "live.git-exposed",
        "live.metrics-exposed",
        "live.security-txt.present",
    ] {
        assert_eq!(facts.at(path).value.bool(), Some(false), "{path}");
    }
    let wished = facts.at("live.health.status").value.to_string();
    assert!(wished.contains("no request is left"), "{wished}");
}
