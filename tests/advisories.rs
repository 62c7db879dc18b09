//! Known vulnerabilities asked of a service that answers, breaks off, lies or says nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod loopback;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use loopback::serve;
use prodcheck::probe::network::{Manner, advisories};
use prodcheck::project::Installed;
use serde_json::{Value, json};
use url::Url;

fn manner() -> Manner {
    Manner { timeout: Duration::from_secs(2), ..Manner::default() }
}

/// What came to the service: the line of each request and its body.
type Heard = Arc<Mutex<Vec<(String, String)>>>;

/// A service that answers as the function says, of the path and the body.
fn service(answer: impl Fn(&str, &str) -> (u16, String) + Send + Sync + 'static) -> (Url, Heard) {
    let heard = Heard::default();
    let told = heard.clone();
    let port = serve(move |stream| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some((path, body)) = request(&mut reader) {
            told.lock().unwrap().push((path.clone(), body.clone()));
            let (status, text) = answer(&path, &body);
            let wait = if status == 429 { "Retry-After: 0\r\n" } else { "" };
            let length = text.len();
            let start = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{wait}\r\n");
            let mut stream = &stream;
            let _ =
                stream.write_all(start.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
        }
    });
    (Url::parse(&format!("http://127.0.0.1:{port}/osv/")).unwrap(), heard)
}

/// The path and the body of the next request, if one comes.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim().to_lowercase() {
            end if end.is_empty() => break,
            field => {
                if let Some(told) = field.strip_prefix("content-length:") {
                    length = told.trim().parse().ok()?;
                }
            }
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let path = first.split_whitespace().nth(1)?.to_owned();
    Some((path, String::from_utf8_lossy(&body).into_owned()))
}

fn installed(pins: &[(&str, &str)]) -> BTreeSet<Installed> {
    let pin = |(package, version): &(&str, &str)| Installed {
        package: (*package).to_owned(),
        version: (*version).to_owned(),
    };
    pins.iter().map(pin).collect()
}

/// What is known of `shop` 1.0, and why there may be more.
fn asked(service: &Url, pins: &[(&str, &str)]) -> (Vec<String>, String) {
    let found = advisories(&manner(), service, &installed(pins)).unwrap();
    let known = found.of("shop", "1.0").unwrap().into_iter().map(|it| it.id).collect();
    (known, found.rest().map(|why| why.why.to_string()).unwrap_or_default())
}

/// The advisory of a number about `shop` before 2.0.
fn advisory(id: &str) -> Value {
    json!({ "id": id, "affected": [{
        "package": { "ecosystem": "PyPI", "name": "Shop" },
        "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "2.0" }] }],
    }] })
}

fn named(ids: &[&str]) -> String {
    let vulns: Vec<Value> = ids.iter().map(|id| json!({ "id": id, "modified": "2026" })).collect();
    json!({ "results": [{ "vulns": vulns }] }).to_string()
}

const SHOP: &[(&str, &str)] = &[("shop", "1.0")];

#[test]
fn versions_are_named_and_their_advisories_fetched() {
    let (url, heard) = service(|path, _| match path {
        "/osv/v1/querybatch" => {
            let shop = json!({ "vulns": [{ "id": "PYSEC-1" }, { "id": "PYSEC-2" }] });
            (200, json!({ "results": [{}, shop] }).to_string())
        }
        "/osv/v1/vulns/PYSEC-1" => (200, advisory("PYSEC-1").to_string()),
        _ => {
            let mut withdrawn = advisory("PYSEC-2");
            withdrawn["withdrawn"] = json!("2026-01-01T00:00:00Z");
            (200, withdrawn.to_string())
        }
    });
    let (known, rest) = asked(&url, &[("shop", "1.0"), ("basket", "3.1")]);
    assert_eq!((known, rest.as_str()), (vec!["PYSEC-1".to_owned()], ""));
    let heard = heard.lock().unwrap();
    let (_, body) = heard.first().unwrap();
    let sent: Value = serde_json::from_str(body).unwrap();
    let query = |name, version| json!({ "package": { "ecosystem": "PyPI", "name": name }, "version": version });
    assert_eq!(sent, json!({ "queries": [query("basket", "3.1"), query("shop", "1.0")] }));
    assert_eq!(heard.len(), 3);
}

#[test]
fn further_pages_are_asked_for() {
    let (url, _) = service(|path, body| match path {
        "/osv/v1/querybatch" if body.contains("\"page_token\":\"next\"") => (200, named(&["A-2"])),
        "/osv/v1/querybatch" => {
            let first = json!({ "vulns": [{ "id": "A-1" }], "next_page_token": "next" });
            (200, json!({ "results": [first] }).to_string())
        }
        _ => (200, advisory(path.rsplit('/').next().unwrap()).to_string()),
    });
    assert_eq!(asked(&url, SHOP), (vec!["A-1".to_owned(), "A-2".to_owned()], String::new()));
}

#[test]
fn no_request_asks_about_more_than_a_thousand_versions() {
    let versions: Vec<String> = (0..1001).map(|number| format!("1.{number}")).collect();
    let pins: Vec<(&str, &str)> = versions.iter().map(|it| ("basket", it.as_str())).collect();
    let (url, heard) = service(|_, body| {
        let sent: Value = serde_json::from_str(body).unwrap();
        let none =
            sent["queries"].as_array().unwrap().iter().map(|_| json!({})).collect::<Vec<_>>();
        (200, json!({ "results": none }).to_string())
    });
    assert_eq!(asked(&url, &pins), (Vec::new(), String::new()));
    assert_eq!(heard.lock().unwrap().len(), 2);
}

#[test]
fn nothing_is_asked_where_nothing_is_installed() {
    let (url, heard) = service(|_, _| (500, String::new()));
    assert_eq!(asked(&url, &[]), (Vec::new(), String::new()));
    assert!(heard.lock().unwrap().is_empty());
}

#[test]
fn a_second_request_follows_where_the_service_is_busy() {
    let busy = Mutex::new(true);
    let (url, _) = service(move |path, _| match path {
        _ if std::mem::take(&mut *busy.lock().unwrap()) => (429, String::new()),
        "/osv/v1/querybatch" => (200, named(&["A-1"])),
        _ => (200, advisory("A-1").to_string()),
    });
    assert_eq!(asked(&url, SHOP), (vec!["A-1".to_owned()], String::new()));
}

#[test]
fn a_bad_answer_leaves_open_what_there_is() {
    let endless = json!({ "results": [{ "next_page_token": "again" }] }).to_string();
    for (status, answer, why) in [
        (500, String::new(), "it answered 500"),
        (429, String::new(), "it answered 429"),
        (302, String::new(), "it answered 302"),
        (200, "<html>".to_owned(), "its answer is not the one expected"),
        (200, "{}".to_owned(), "its answer is not the one expected"),
        (200, json!({ "results": [] }).to_string(), "it answered 0 questions of 1"),
        (200, " ".repeat((16 << 20) + 1), "its answer is larger than 16 MB"),
        (200, endless, "its answer has too many pages"),
        (200, named(&["../secret"]), "advisory ../secret: that is no number"),
    ] {
        let (url, _) = service(move |_, _| (status, answer.clone()));
        let (known, rest) = asked(&url, SHOP);
        assert!(known.is_empty(), "{why}");
        let told = format!("`127.0.0.1` did not tell all known vulnerabilities: {why}");
        assert!(rest.starts_with(&told), "{rest}");
    }
}

#[test]
fn a_bad_advisory_leaves_open_what_it_says() {
    let mut elsewhere = advisory("A-1");
    elsewhere["affected"][0]["package"]["name"] = json!("basket");
    for (status, answer, why) in [
        (404, String::new(), "it answered 404"),
        (200, "[]".to_owned(), "invalid"),
        (200, advisory("A-2").to_string(), "it has another number"),
        (200, elsewhere.to_string(), "it does not say that it affects shop 1.0"),
        (200, " ".repeat((4 << 20) + 1), "its answer is larger than 4 MB"),
    ] {
        let (url, _) = service(move |path, _| match path {
            "/osv/v1/querybatch" => (200, named(&["A-0", "A-1"])),
            "/osv/v1/vulns/A-0" => (200, advisory("A-0").to_string()),
            _ => (status, answer.clone()),
        });
        let (known, rest) = asked(&url, SHOP);
        assert!(known.contains(&"A-0".to_owned()), "{why}");
        assert!(rest.contains(&format!("advisory A-1: {why}")), "{rest}");
    }
}

#[test]
fn a_service_that_is_not_there_or_silent_leaves_all_open() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = Url::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    assert!(asked(&gone, SHOP).1.ends_with("connection refused"));
    let port = serve(|mut stream| drop(stream.read_to_end(&mut Vec::new())));
    let silent = Url::parse(&format!("http://ops:hunter2@127.0.0.1:{port}")).unwrap();
    let (known, rest) = asked(&silent, SHOP);
    assert!(known.is_empty());
    assert!(
        rest.ends_with("the 2 seconds for it were over") && !rest.contains("hunter2"),
        "{rest}"
    );
}

#[test]
fn a_service_that_nobody_vouches_for_is_not_believed() {
    let config = loopback::self_signed("osv.test");
    let port = loopback::serve_tls_at("127.0.0.1:0", config, |line| {
        loopback::repeat(line, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    let manner = Manner {
        addresses: [("osv.test".to_owned(), vec!["127.0.0.1".parse().unwrap()])].into(),
        ..manner()
    };
    let url = Url::parse(&format!("https://osv.test:{port}")).unwrap();
    let found = advisories(&manner, &url, &installed(SHOP)).unwrap();
    assert!(found.rest().unwrap().why.ends_with("its certificate is not trusted"));
}
