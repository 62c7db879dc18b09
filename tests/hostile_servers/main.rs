//! Servers that mean harm, or cannot do better: the whole program ends in time, in little memory, with a
//! reason, and nothing of what they say reaches the terminal raw.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up has failed"
)]
#![allow(dead_code, reason = "what is there for many sites is not used for one")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

mod cases;
#[path = "../loopback/mod.rs"]
mod loopback;
#[path = "../memory/mod.rs"]
mod memory;
mod site;

use cases::{broken, circles, endless, large, writing};
use site::{all_end, faults, probed, say, serve, serve_plain, serve_tls};

#[test]
fn answers_that_do_not_end_are_cut_off() {
    all_end(&endless());
}

#[test]
fn answers_that_are_too_large_are_told() {
    all_end(&large());
}

#[test]
fn answers_that_are_no_answers_are_told() {
    all_end(&broken());
}

#[test]
fn what_would_write_to_the_terminal_is_made_visible() {
    all_end(&writing());
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
