//! A site that behaves as a test wants it to, and the program that probes it.

use std::io::{Read, Write as _};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use super::loopback::{Line, serve};
use super::loopback::{self_signed, serve_tls_at};

pub(crate) type Behaviour = fn(&mut dyn Line);

/// A name, what the site does, and words that the report of it has.
pub(crate) type Case = (&'static str, Behaviour, &'static [&'static str]);

pub(crate) fn serve_plain(behaviour: impl Fn(&mut dyn Line) + Send + Sync + 'static) -> u16 {
    serve(move |mut stream| behaviour(&mut stream))
}

pub(crate) fn serve_tls(behaviour: impl Fn(&mut dyn Line) + Send + Sync + 'static) -> u16 {
    serve_tls_at("127.0.0.1:0", self_signed("shop.test"), behaviour)
}

/// Reads the head of a request; whether there was one.
pub(crate) fn asked(line: &mut dyn Line) -> bool {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if !line.read(&mut byte).is_ok_and(|read| read == 1) {
            return false;
        }
        head.push(byte[0]);
    }
    true
}

/// Answers every request of a connection with the same bytes.
pub(crate) fn say(line: &mut dyn Line, answer: &[u8]) {
    while asked(line) {
        if line.write_all(answer).and_then(|()| line.flush()).is_err() {
            return;
        }
    }
}

/// Answers once and ends the connection.
pub(crate) fn say_once(line: &mut dyn Line, answer: &[u8]) {
    if asked(line) {
        let _ = line.write_all(answer).and_then(|()| line.flush());
    }
}

pub(crate) fn for_ever(line: &mut dyn Line, first: &[u8], piece: &[u8], pause: u64) {
    if asked(line) && line.write_all(first).is_ok() {
        while line.write_all(piece).and_then(|()| line.flush()).is_ok() {
            thread::sleep(Duration::from_millis(pause));
        }
    }
}

/// How a run of the program ended.
pub(crate) struct Ended {
    pub(crate) out: String,
    seconds: f64,
    most_megabytes: u64,
}

/// Probes a site at these two ports, as a process of its own.
pub(crate) fn probed(https: u16, http: u16) -> Ended {
    let (https, http) =
        (format!("https://shop.test:{https}/"), format!("http://shop.test:{http}/"));
    run(&[&https, "-v", "-v", "--http-url", &http, "--resolve", "shop.test:443:127.0.0.1"])
}

/// Probes a site for each of these behaviours, all of them at the same time; the report is a line for each.
pub(crate) fn fleet(cases: &[Case]) -> Ended {
    let mut targets = tempfile::NamedTempFile::new().unwrap();
    let mut arguments = vec!["--targets".to_owned(), targets.path().display().to_string()];
    for (number, (_, behaviour, _)) in cases.iter().enumerate() {
        let (https, http) = (serve_tls(*behaviour), serve_plain(*behaviour));
        let host = format!("host-{number}.test");
        writeln!(targets, "https://{host}:{https}/ http://{host}:{http}/").unwrap();
        arguments.extend(["--resolve".to_owned(), format!("{host}:443:127.0.0.1")]);
    }
    arguments.extend(["--format", "jsonl", "--concurrency", "64"].map(str::to_owned));
    run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn run(arguments: &[&str]) -> Ended {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_prodcheck"))
        .arg("probe")
        .args(arguments)
        .args(["--timeout", "5", "--max-findings", "0", "--today", "2026-11-21"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let reader = thread::spawn(move || {
        let mut out = String::new();
        stdout.read_to_string(&mut out).unwrap();
        out
    });
    let mut most = 0;
    let status = loop {
        most = most.max(held(child.id()));
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    let out = reader.join().unwrap();
    assert!(matches!(status.code(), Some(0 | 1 | 3)), "{status}\n{out}");
    Ended { out, seconds: begun.elapsed().as_secs_f64(), most_megabytes: most / 1024 }
}

/// The most that a process has held so far, in kilobytes (proc(5)); nothing where there is no such file.
fn held(process: u32) -> u64 {
    // Before it is the program, it is a copy of this one.
    let program = std::fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default();
    if program != std::path::Path::new(env!("CARGO_BIN_EXE_prodcheck")) {
        return 0;
    }
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let words = line.unwrap_or_default().split_whitespace().next();
    words.and_then(|kilobytes| kilobytes.parse().ok()).unwrap_or_default()
}

/// Five seconds for the site, and the rest for a machine that has other work.
const LONGEST_SECONDS: f64 = 30.0;
const MOST_MEGABYTES: u64 = 200;

/// Every behaviour, over HTTPS and over plain HTTP at the same time; the report says each of the words.
pub(crate) fn all_end(cases: &[Case]) {
    let wrong: Vec<String> = thread::scope(|scope| {
        let running: Vec<_> = cases
            .iter()
            .map(|(name, behaviour, told)| {
                scope.spawn(move || {
                    let ended = probed(serve_tls(*behaviour), serve_plain(*behaviour));
                    faults(&ended, told).map(|fault| format!("{name}: {fault}\n{}", ended.out))
                })
            })
            .collect();
        running.into_iter().filter_map(|case| case.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

pub(crate) fn faults(ended: &Ended, told: &[&str]) -> Option<String> {
    let raw = |c: char| c.is_control() && c != '\n';
    if ended.out.contains(raw) {
        return Some("a control character reached the terminal".to_owned());
    }
    if ended.seconds > LONGEST_SECONDS {
        return Some(format!("it took {} seconds", ended.seconds));
    }
    if cfg!(target_os = "linux") && ended.most_megabytes == 0 {
        return Some("its memory was not seen".to_owned());
    }
    if ended.most_megabytes > MOST_MEGABYTES {
        return Some(format!("it held {} MB", ended.most_megabytes));
    }
    // The report breaks lines where they end.
    let text = ended.out.split_whitespace().collect::<Vec<_>>().join(" ");
    told.iter().find(|told| !text.contains(**told)).map(|told| format!("it does not say `{told}`"))
}
