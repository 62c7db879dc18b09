//! Many sites in one run, on loopback: each of 127.0.0.0/8 is a host of its own.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up has failed"
)]

mod loopback;
mod memory;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use loopback::{repeat, self_signed, serve_at, serve_tls_at};
use serde_json::Value;

const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok";

/// On all addresses of the machine.
const EVERYWHERE: &str = "0.0.0.0:0";

fn serve_tls() -> u16 {
    serve_tls_at(EVERYWHERE, self_signed("site.test"), |line| repeat(line, PAGE))
}

fn serve_plain() -> u16 {
    serve_at(EVERYWHERE, |mut stream| repeat(&mut stream, PAGE))
}

/// A list of so many sites, one of which nobody answers.
fn list(folder: &Path, sites: u8) -> String {
    let (https, http) = (serve_tls(), serve_plain());
    let line = |number: u8| {
        let (https, http) = if number < sites { (https, http) } else { (1, 1) };
        format!("https://127.0.0.{number}:{https}/ http://127.0.0.{number}:{http}/\n")
    };
    let path = folder.join("sites.txt");
    fs::write(&path, "# all of them\n\n".to_owned() + &(1..=sites).map(line).collect::<String>())
        .unwrap();
    path.display().to_string()
}

fn probe(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prodcheck"));
    command.arg("probe").args(arguments).args(["--today", "2026-11-21"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What each site was found to be, whenever it was asked and however long it took.
fn results(jsonl: &str) -> BTreeMap<String, String> {
    let result = |line: &str| {
        let mut report: Value = serde_json::from_str(line).unwrap();
        let measured = report["probe"].as_object_mut().unwrap();
        assert!(measured.remove("duration_seconds").is_some());
        // A site that does not answer has none of these.
        measured.remove("http_duration_seconds");
        let mut told = vec![report["exit"].to_string(), report["probe"].to_string()];
        for finding in report["findings"].as_array().unwrap() {
            told.push(format!("{} {} {}", finding["check"], finding["status"], finding["subject"]));
        }
        (report["target"]["url"].as_str().unwrap().to_owned(), told.join("\n"))
    };
    jsonl.lines().map(result).collect()
}

#[test]
fn a_killed_and_resumed_run_finds_what_an_unbroken_one_finds() {
    let folder = tempfile::tempdir().unwrap();
    let list = list(folder.path(), 14);
    let whole = probe(&["--targets", &list, "--format", "jsonl"]).output().unwrap();
    assert_eq!(whole.status.code(), Some(1), "{}", String::from_utf8_lossy(&whole.stderr));
    let whole = String::from_utf8(whole.stdout).unwrap();
    assert_eq!(results(&whole).len(), 14);

    let journal = folder.path().join("fleet.jsonl").display().to_string();
    let few = ["--targets", &list, "--resume", &journal, "--format", "jsonl", "--concurrency", "2"];
    let mut child = probe(&few).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let seen: Vec<String> = lines.take(3).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let killed = fs::read_to_string(&journal).unwrap();
    assert!(seen.iter().all(|line| killed.contains(line)), "what was told is in the journal");
    assert!((3..14).contains(&killed.lines().count()), "{} lines", killed.lines().count());

    let metrics = folder.path().join("fleet.prom").display().to_string();
    let resumed = probe(&["--targets", &list, "--resume", &journal])
        .args(["--report", &format!("openmetrics={metrics}")])
        .output()
        .unwrap();
    assert_eq!(resumed.status.code(), Some(1));
    let text = String::from_utf8(resumed.stdout).unwrap();
    let asked_again = text.lines().filter(|line| line.starts_with("https://")).count();
    assert_eq!(asked_again, 14 - killed.lines().filter(|line| line.ends_with('}')).count());
    assert!(text.contains("14 sites   0 ready, 13 not ready, 1 incomplete"), "{text}");
    let (resumed, whole) = (results(&fs::read_to_string(&journal).unwrap()), results(&whole));
    assert_eq!(resumed.keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>());
    for (site, unbroken) in &whole {
        let other = resumed[site].lines().zip(unbroken.lines()).find(|(one, other)| one != other);
        assert_eq!(other, None, "{site}");
    }
    let metrics = fs::read_to_string(metrics).unwrap();
    assert_eq!(metrics.lines().filter(|line| line.starts_with("probe_success{")).count(), 14);
    assert!(metrics.contains(":1/\"} 0\n"), "{metrics}");
}

#[test]
fn shards_have_every_site_once_and_together_what_one_run_has() {
    let folder = tempfile::tempdir().unwrap();
    let list = list(folder.path(), 12);
    let run = |arguments: &[&str]| {
        let output =
            probe(&["--targets", &list, "--format", "jsonl", "--only", "tls/https-answers"])
                .args(arguments)
                .output()
                .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let whole = run(&[]);
    let shards = [run(&["--shard", "1/2"]), run(&["--shard", "2/2"])];
    assert!(shards.iter().all(|shard| !shard.is_empty()));
    assert_eq!(shards.iter().map(|shard| shard.lines().count()).sum::<usize>(), 12);
    assert_eq!(results(&shards.concat()), results(&whole));
}

#[test]
fn metrics_are_written_whole_and_may_be_read_by_a_collector() {
    let folder = tempfile::tempdir().unwrap();
    let list = list(folder.path(), 3);
    let file = folder.path().join("prodcheck.prom");
    let output = probe(&["--targets", &list, "--format", "openmetrics"])
        .arg("--output-file")
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.stdout.is_empty());
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.ends_with("# EOF\n"), "{text}");
    assert!(text.contains("probe_tls_version_info{instance=\"https://127.0.0.1:"), "{text}");
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "nothing lies beside the list and the metrics");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        let list = fs::metadata(&list).unwrap().permissions().mode();
        assert_eq!(mode, list, "as open as any file of the user's");
    }
}

/// The most kilobytes that a run holds on a list of so many sites, told in every way there is.
#[cfg(target_os = "linux")]
fn held_by(sites: usize) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let lines = (0..sites).map(|number| format!("https://site-{number}.test/"));
    fs::write(path("sites.txt"), lines.collect::<Vec<_>>().join("\n")).unwrap();
    let mut command = probe(&["--targets", &path("sites.txt"), "--offline", "--only", "tls"]);
    let metrics = format!("openmetrics={}", path("sites.prom"));
    command.args(["--resume", &path("sites.jsonl"), "--report", &metrics, "--format", "concise"]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(memory::held(child.id()));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let told = fs::read_to_string(path("sites.jsonl")).unwrap();
    assert_eq!(told.lines().count(), sites);
    most
}

#[test]
#[cfg(target_os = "linux")]
fn what_a_fleet_holds_does_not_grow_with_the_number_of_sites() {
    let (few, many) = (held_by(100), held_by(2000));
    assert!(few > 0 && many < few + 8 * 1024, "{few} kB for 100 sites, {many} for 2,000");
}

#[test]
fn a_line_that_is_no_site_is_told_and_leaves_the_run_incomplete() {
    let mut child = probe(&["--targets", "-", "--only", "tls/https-answers", "--offline"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = b"https://a.test/\nftp://b.test/\n\xff\n";
    child.stdin.take().unwrap().write_all(lines).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("standard input:2: `ftp://b.test/` is no web address"), "{told}");
    assert!(told.contains("standard input:3: "), "{told}");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn wrong_use_of_many_sites_is_told() {
    for (arguments, told) in [
        (&["--targets", "no-such-file"][..], "`no-such-file` cannot be read"),
        (&["--targets", "-", "https://a.test/"], "cannot be used with"),
        (&["a.test", "--shard", "3/2"], "there are only 2"),
        (&["a.test", "--concurrency", "0"], "it is a number from 1 to 256"),
        (&["a.test", "--resume", "Cargo.toml"], "this is no line of `--format jsonl`"),
        (&["a.test", "b.test", "--http-url", "http://a.test/"], "`--http-url` is for one site"),
    ] {
        let output = probe(arguments).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(told), "{arguments:?}: {stderr}");
    }
}
