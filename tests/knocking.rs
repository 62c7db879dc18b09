//! `--active`: what is asked is printed before, ends where the site says stop, and stays on the site.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot set itself up has failed")]

mod loopback;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Command;
use std::sync::{Arc, Mutex};

use loopback::{self_signed, serve_tls_at};

type Asked = Arc<Mutex<Vec<String>>>;

/// A site that answers by the first line of the request, and stops wrong passwords after the third.
fn serve() -> (u16, Asked) {
    let asked: Asked = Arc::default();
    let taken = asked.clone();
    let port = serve_tls_at("127.0.0.1:0", self_signed("shop.test"), move |line| {
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = line.read(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
            let first = text.lines().next().unwrap_or_default().replace(" HTTP/1.1", "");
            let tries = {
                let mut all = taken.lock().unwrap();
                all.push(first.clone());
                all.iter().filter(|one| **one == first).count()
            };
            let status = match first.as_str() {
                "POST /hook/" => "204 No Content",
                "POST /login/" if tries > 3 => "429 Too Many Requests",
                "GET /account/" | "POST /login/" => "401 Unauthorized",
                "GET /" | "GET /media/photo.png" | "TRACE /" => "200 OK",
                way_out if way_out.ends_with("etc%2fpasswd") => "200 OK",
                _ => "404 Not Found",
            };
            let body = match first.as_str() {
                way_out if way_out.ends_with("passwd") => "root:x:0:0:root:/root:/bin/bash\n",
                "TRACE /" => text.as_str(),
                _ => "",
            };
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
            let _ = line.write_all(answer.as_bytes()).and_then(|()| line.flush());
        }
    });
    (port, asked)
}

/// Runs the program with `[live.active]`, and these flags; what it said on both streams.
fn probed(port: u16, active: &str, flags: &[&str]) -> (String, String) {
    let mut config = tempfile::NamedTempFile::new().unwrap();
    write!(config, "[live.active]\n{active}\n").unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_prodcheck"))
        .args(["probe", &format!("https://shop.test:{port}/"), "--format", "concise", "-v"])
        .args(["--http-url", "http://shop.test:1/", "--resolve", "shop.test:443:127.0.0.1"])
        .args(["--only", "auth", "exposure", "--config"])
        .arg(config.path())
        .args(flags)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(ran.stdout), text(ran.stderr))
}

/// The requests that are not asked of every site.
fn knocks(asked: &Asked) -> BTreeMap<String, usize> {
    let mut knocks = BTreeMap::new();
    for line in asked.lock().unwrap().iter() {
        if ["/account/", "/hook/", "/login/", "/other"].iter().any(|path| line.contains(path)) {
            *knocks.entry(line.clone()).or_default() += 1;
        }
    }
    knocks
}

const NAMED: &str = "login = '/login/'\nprotected = ['/account/', 'https://other.test/other']\n\
                     webhooks = ['/hook/']";

#[test]
fn nobody_knocks_unless_he_may() {
    let (port, asked) = serve();
    let (_, told) = probed(port, NAMED, &[]);
    assert!(!told.contains("--active:"), "{told}");
    assert_eq!(knocks(&asked), BTreeMap::new());
}

#[test]
fn what_is_asked_was_printed_and_ends_where_the_site_says_stop() {
    let (port, asked) = serve();
    let (report, told) = probed(port, NAMED, &["--active"]);
    let here = format!("https://shop.test:{port}");
    let expected = format!(
        "--active: GET {here}/account/ without credentials\n\
         --active: POST {here}/hook/ without a signature\n\
         --active: TRACE {here}/\n\
         --active: POST {here}/login/ up to 10 times, with a wrong password\n"
    );
    assert!(told.contains(&expected), "{told}");
    let counted = [("GET /account/", 1), ("POST /hook/", 1), ("POST /login/", 4)];
    let counted = counted.map(|(line, number)| (line.to_owned(), number));
    assert_eq!(knocks(&asked), BTreeMap::from(counted));
    assert_eq!(asked.lock().unwrap().last().unwrap(), "POST /login/");
    for line in ["high exposure/unsigned-events-refused", "another host is never asked"] {
        assert!(report.contains(line), "{line}\n{report}");
    }
    for passed in ["auth/logins-limited", &format!("{here}/account/")] {
        assert!(!report.contains(passed), "{passed}\n{report}");
    }
}

#[test]
fn no_more_is_asked_than_the_user_allows() {
    let (port, asked) = serve();
    let (report, _) = probed(port, &format!("{NAMED}\nrequests = 1"), &["--active"]);
    assert_eq!(knocks(&asked), BTreeMap::from([("GET /account/".to_owned(), 1)]));
    assert!(report.contains("no request is left of those that are allowed (1)"), "{report}");
}

#[test]
fn a_folder_of_uploads_that_leads_out_and_a_request_sent_back_are_told() {
    let (port, _) = serve();
    let (report, told) = probed(port, "uploads = ['/media/photo.png']", &["--active"]);
    assert!(told.contains(&format!("--active: TRACE https://shop.test:{port}/")), "{told}");
    for line in [
        "critical exposure/uploads-stay-in-folder",
        "medium exposure/uploads-not-guessed",
        "low exposure/trace-refused",
    ] {
        assert!(report.contains(line), "{line}\n{report}");
    }
}
