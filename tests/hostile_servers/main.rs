//! Servers that mean harm, or cannot do better: the whole program ends in time, in little memory, with a
//! reason, and nothing of what they say reaches the terminal raw.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up has failed"
)]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

#[path = "../loopback/mod.rs"]
mod loopback;
mod site;

use site::{
    Case, Line, all_end, asked, faults, fleet, for_ever, probed, say, say_once, serve, serve_plain,
    serve_tls,
};

/// What endless answers are made of.
const PIECE: &[u8] = &[b'a'; 8192];

/// A header for each number.
fn cookies(number: usize) -> String {
    let names = (0..number).map(|number| format!("c{number}"));
    names.fold(String::new(), |all, name| all + "Set-Cookie: " + &name + "=v\r\n")
}

fn endless() -> Vec<Case> {
    vec![
        (
            "headers that drip",
            |line| for_ever(line, b"HTTP/1.1 200 OK\r\nX-A: ", b"a", 50),
            &["timed out after 5 seconds"],
        ),
        (
            "a body that drips",
            |line| for_ever(line, b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"a", 50),
            &["http/nosniff"],
        ),
        (
            "a body without end",
            |line| for_ever(line, b"HTTP/1.1 200 OK\r\n\r\n", PIECE, 0),
            &["http/nosniff"],
        ),
        (
            "a header without end",
            |line| for_ever(line, b"HTTP/1.1 200 OK\r\nX-A: ", PIECE, 0),
            &["no valid HTTP"],
        ),
        (
            "chunks without end",
            |line| {
                for_ever(
                    line,
                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                    b"1\r\na\r\n",
                    0,
                );
            },
            &["http/nosniff"],
        ),
        (
            "interim answers without end",
            |line| for_ever(line, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0),
            &["unknown"],
        ),
        (
            "silence",
            |line| {
                asked(line);
                thread::sleep(Duration::from_secs(30));
            },
            &["timed out after 5 seconds"],
        ),
    ]
}

#[test]
fn answers_that_do_not_end_are_cut_off() {
    all_end(&endless());
}

fn large() -> Vec<Case> {
    vec![
        (
            "10 MB of headers",
            |line| {
                let answer = format!(
                    "HTTP/1.1 200 OK\r\n{}\r\n",
                    format!("X-A: {}\r\n", "a".repeat(100_000)).repeat(100)
                );
                say_once(line, answer.as_bytes());
            },
            &["no valid HTTP"],
        ),
        (
            "100 headers of one name",
            |line| {
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{}\r\n",
                    "X-Content-Type-Options: nosniff\r\n".repeat(100)
                );
                say(line, answer.as_bytes());
            },
            &["http/nosniff"],
        ),
        (
            "1,000 cookies",
            |line| {
                let cookies = cookies(1000);
                say_once(
                    line,
                    format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{cookies}\r\n").as_bytes(),
                );
            },
            &["no valid HTTP"],
        ),
        (
            "150 cookies",
            |line| {
                let cookies = cookies(150);
                say(
                    line,
                    format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{cookies}\r\n").as_bytes(),
                );
            },
            &["cookies/all-secure"],
        ),
        (
            "a bomb",
            |line| {
                // Ten million zeros, compressed: a stored prefix would do, nothing unpacks it.
                let mut answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 10240\r\n\r\n\x1f\x8b\x08\x00".to_vec();
                answer.resize(answer.len() + 10_236, 0);
                say(line, &answer);
            },
            &["compressed"],
        ),
    ]
}

#[test]
fn answers_that_are_too_large_are_told() {
    all_end(&large());
}

fn broken() -> Vec<Case> {
    vec![
        ("HTTP/0.9", |line| say_once(line, b"<html>hello</html>"), &["no valid HTTP"]),
        ("another protocol", |line| say_once(line, b"SSH-2.0-OpenSSH_9.9\r\n"), &["no valid HTTP"]),
        ("nothing", |line| say_once(line, b""), &["the connection broke"]),
        (
            "half a head",
            |line| say_once(line, b"HTTP/1.1 200 OK\r\nX-A: b"),
            &["the connection broke"],
        ),
        (
            "less than promised",
            |line| say_once(line, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort"),
            &["http/nosniff"],
        ),
        (
            "more than promised",
            |line| {
                say_once(
                    line,
                    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n",
                );
            },
            &["http/nosniff"],
        ),
        (
            "a length below zero",
            |line| say_once(line, b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok"),
            &["no valid HTTP"],
        ),
        (
            "two lengths",
            |line| {
                say_once(
                    line,
                    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
                );
            },
            &["no valid HTTP"],
        ),
        (
            "a status of letters",
            |line| say_once(line, b"HTTP/1.1 OK 200\r\n\r\n"),
            &["no valid HTTP"],
        ),
        (
            "a chunk that lies",
            |line| {
                say_once(
                    line,
                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\na",
                );
            },
            &["http/nosniff"],
        ),
    ]
}

#[test]
fn answers_that_are_no_answers_are_told() {
    all_end(&broken());
}

fn writing() -> Vec<Case> {
    vec![
        (
            "control characters",
            |line| {
                say(line, b"HTTP/1.1 200 \x1b]0;owned\x07OK\r\nServer: a\xff\xc2\x9b31m/1.0\r\nX-Frame-Options: \xe2\x80\xaeDENY\r\nContent-Length: 0\r\n\r\n");
            },
            &["http/nosniff"],
        ),
        (
            "a cookie that moves the cursor",
            |line| {
                say(line, b"HTTP/1.1 200 OK\r\nSet-Cookie: session\xc2\x9b2J=1; Path=/\r\nContent-Length: 0\r\n\r\n");
            },
            &["cookies/all-secure"],
        ),
        (
            "a redirect to no address",
            |line| {
                say(line, b"HTTP/1.1 301 Moved\r\nLocation: \xc2\x9b31m://\x80\r\nContent-Length: 0\r\n\r\n");
            },
            &["http/https-redirect"],
        ),
    ]
}

#[test]
fn what_would_write_to_the_terminal_is_made_visible() {
    all_end(&writing());
}

fn circles() -> Vec<Case> {
    fn counted(line: &mut dyn Line) {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        while asked(line) {
            let number = ASKED.fetch_add(1, Ordering::SeqCst);
            let answer =
                format!("HTTP/1.1 302 Found\r\nLocation: /{number}\r\nContent-Length: 0\r\n\r\n");
            if line.write_all(answer.as_bytes()).and_then(|()| line.flush()).is_err() {
                return;
            }
        }
    }
    vec![
        (
            "a circle",
            |line| say(line, b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
            &["http/no-redirect-loop"],
        ),
        ("ever new addresses", counted, &["no request is left"]),
        (
            "from one scheme to the other",
            |line| {
                say(line, b"HTTP/1.1 302 Found\r\nLocation: http://shop.test:1/\r\nContent-Length: 0\r\n\r\n");
            },
            &["http/no-redirect-loop"],
        ),
        (
            "to a scheme of its own",
            |line| {
                say(line, b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
            },
            &["http/https-redirect"],
        ),
    ]
}

#[test]
fn redirects_that_lead_nowhere_end() {
    all_end(&circles());
}

/// A site that is named by a public address must not make the program knock at private doors.
#[test]
fn a_redirect_to_another_host_is_told_and_not_followed() {
    let knocks = Arc::new(AtomicUsize::new(0));
    let counter = knocks.clone();
    let inside = serve(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    let answer = format!(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{inside}/latest/meta-data/\r\nContent-Length: 0\r\n\r\n"
    );
    let redirect = Arc::new(answer.into_bytes());
    let (here, there) = (redirect.clone(), redirect);
    let plain = serve_plain(move |line| say(line, &here));
    let tls = serve_tls(move |line| say(line, &there));
    let ended = probed(tls, plain);
    assert_eq!(faults(&ended, &["http/https-redirect"]), None, "{}", ended.out);
    assert_eq!(knocks.load(Ordering::SeqCst), 0, "{}", ended.out);
}

/// The connection ends with a reset: with bytes unread, closing does that.
fn reset(stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Read);
}

#[test]
fn connections_that_break_at_any_stage_are_told() {
    type Stage = fn(TcpStream);
    let stages: [(&str, Stage); 6] = [
        ("at once", drop),
        ("with the greeting unread", |mut stream| {
            let _ = stream.read(&mut [0]);
            reset(&stream);
        }),
        ("within the first record", |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&[22, 3, 3, 0, 80, 2, 0, 0]);
        }),
        ("with an alert", |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]);
        }),
        ("with alerts without end", |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            while stream.write_all(&[21, 3, 3, 0, 2, 1, 90]).is_ok() {}
        }),
        ("with messages without end", |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            let mut record = vec![22, 3, 3, 0x40, 0];
            record.extend([2, 0xff, 0xff, 0xff]);
            record.resize(5 + 0x4000, 0);
            while stream.write_all(&record).is_ok() {}
        }),
    ];
    for (name, stage) in stages {
        let ended = probed(serve(stage), serve(stage));
        assert_eq!(faults(&ended, &["tls/version-1-3-offered"]), None, "{name}\n{}", ended.out);
        assert!(!ended.out.contains("PASS"), "{name}\n{}", ended.out);
    }
}

#[test]
fn a_fleet_of_all_of_them_ends_and_tells_of_each() {
    let cases: Vec<Case> = [endless(), large(), broken(), writing(), circles()].concat();
    let ended = fleet(&cases);
    assert_eq!(faults(&ended, &[]), None, "{}", ended.out);
    assert_eq!(ended.out.lines().count(), cases.len(), "{}", ended.out);
    for (number, (name, ..)) in cases.iter().enumerate() {
        let url = format!("\"url\":\"https://host-{number}.test:");
        assert!(ended.out.contains(&url), "{name}\n{}", ended.out);
    }
}
