//! The list of targets: read as it is needed, and handed out so that no host is asked too much at once.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::str::FromStr;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::probe;
use crate::problem::Problem;

/// A site to be probed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// As the user wrote it.
    pub(super) url: String,
    /// Where it answers plain HTTP, if the user said so.
    pub(super) plain: Option<String>,
    /// The host that is asked.
    pub(super) host: String,
}

impl Target {
    /// A line of the list: an address, and perhaps the one for plain HTTP after it. A line that is
    /// empty or a comment is none.
    pub(super) fn read(line: &str) -> Result<Option<Self>, Problem> {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let mut words = line.split_whitespace();
        let url = words.next().unwrap_or_default().to_owned();
        let plain = words.next().map(str::to_owned);
        if let Some(further) = words.next() {
            return Err(Problem::new(format!("`{further}` is one address too many")).with_hint(
                "write a site a line: its address, and perhaps the one for plain HTTP",
            ));
        }
        let host = probe::Site::parse(&url, plain.as_deref())?.host().to_owned();
        Ok(Some(Self { url, plain, host }))
    }
}

/// The part of a list that one of several runs takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Shard {
    index: u64,
    of: u64,
}

impl FromStr for Shard {
    type Err = String;

    /// `I/N`. Some schedulers count from 0 and some from 1: the last of N is the zeroth as well.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "it is a number and how many there are, such as 1/4".to_owned();
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        let (index, of): (u64, u64) =
            (index.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
        match of {
            0 => Err(wrong()),
            _ if index > of => Err(format!("there are only {of}")),
            _ => Ok(Self { index: index % of, of }),
        }
    }
}

impl Shard {
    /// Whether a host is this run's. All sites of a host are, so that its limit holds over all runs.
    fn has(self, host: &str) -> bool {
        // FNV-1a: the same in every version and on every machine.
        let hash = host.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        // Its low bits alone are weak.
        (hash ^ (hash >> 32)) % self.of == self.index
    }
}

/// The list as it is read, a line at a time.
pub(super) struct Lines {
    name: String,
    source: Box<dyn Iterator<Item = io::Result<String>> + Send>,
    number: usize,
    shard: Option<Shard>,
}

impl Lines {
    /// A list in a file, or on standard input if it is `-`.
    pub(super) fn open(path: &Path, shard: Option<Shard>) -> Result<Self, Problem> {
        let shown = path.display().to_string();
        let lines: Box<dyn Iterator<Item = io::Result<String>> + Send> = if shown == "-" {
            Box::new(BufReader::new(io::stdin()).lines())
        } else {
            let file = File::open(path)
                .map_err(|error| Problem::new(format!("`{shown}` cannot be read: {error}")))?;
            Box::new(BufReader::new(file).lines())
        };
        let name = if shown == "-" { "standard input".to_owned() } else { shown };
        Ok(Self { name, source: lines, number: 0, shard })
    }

    /// A list on the command line.
    pub(super) fn of(urls: &[String], shard: Option<Shard>) -> Self {
        let urls: Vec<String> = urls.to_vec();
        let lines = urls.into_iter().map(Ok);
        Self { name: "target".to_owned(), source: Box::new(lines), number: 0, shard }
    }
}

impl Iterator for Lines {
    type Item = Result<Target, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.source.next()?;
            self.number += 1;
            let read = line
                .map_err(|error| Problem::new(error.to_string()))
                .and_then(|line| Target::read(&line));
            match read {
                Ok(None) => {}
                Ok(Some(target)) if self.shard.is_some_and(|shard| !shard.has(&target.host)) => {}
                Ok(Some(target)) => return Some(Ok(target)),
                Err(problem) => {
                    return Some(Err(format!("{}:{}: {problem}", self.name, self.number)));
                }
            }
        }
    }
}

/// Targets that are read ahead while the hosts of those before them are busy.
const LOOKAHEAD: usize = 1024;

/// Hands targets out to several threads.
pub(super) struct Queue<I> {
    state: Mutex<State<I>>,
    changed: Condvar,
    per_host: usize,
}

struct State<I> {
    source: Option<I>,
    waiting: VecDeque<Target>,
    busy: HashMap<String, usize>,
}

impl<I: Iterator<Item = Target>> Queue<I> {
    /// Of a host, so many sites are out at the same time.
    pub(super) fn new(source: I, per_host: usize) -> Self {
        let state = State { source: Some(source), waiting: VecDeque::new(), busy: HashMap::new() };
        Self { state: Mutex::new(state), changed: Condvar::new(), per_host }
    }

    /// The next target whose host has room; none if there is none left.
    pub(super) fn next(&self) -> Option<Target> {
        let mut state = self.state();
        let mut from = 0;
        loop {
            let room = |target: &Target| {
                state.busy.get(&target.host).is_none_or(|busy| *busy < self.per_host)
            };
            let free = state.waiting.iter().skip(from).position(room);
            if let Some(target) = free.and_then(|at| state.waiting.remove(from + at)) {
                *state.busy.entry(target.host.clone()).or_default() += 1;
                return Some(target);
            }
            // Those in vain need no second look before something changes.
            from = state.waiting.len();
            if from < LOOKAHEAD
                && let Some(source) = &mut state.source
            {
                match source.next() {
                    Some(target) => state.waiting.push_back(target),
                    None => state.source = None,
                }
            } else if state.waiting.is_empty() {
                return None;
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                from = 0;
            }
        }
    }

    /// A target is done; its host has room for another one.
    pub(super) fn done(&self, target: &Target) {
        let mut state = self.state();
        if let Some(busy) = state.busy.get_mut(&target.host) {
            *busy -= 1;
            if *busy == 0 {
                state.busy.remove(&target.host);
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        Target::read(url).unwrap().unwrap()
    }

    #[test]
    fn a_line_is_an_address_and_perhaps_a_plain_one() {
        for (line, expected) in [
            ("", None),
            ("  # all of them", None),
            ("\u{feff}shop.test\r", Some(("shop.test", None, "shop.test"))),
            (
                "https://shop.test:8443/ \t http://shop.test:8080/",
                Some(("https://shop.test:8443/", Some("http://shop.test:8080/"), "shop.test")),
            ),
        ] {
            let read = Target::read(line).unwrap();
            let read = read
                .as_ref()
                .map(|one| (one.url.as_str(), one.plain.as_deref(), one.host.as_str()));
            assert_eq!(read, expected, "{line}");
        }
        for line in ["ftp://shop.test", "a.test http://a.test b.test", "a.test https://a.test"] {
            assert!(Target::read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn every_host_is_in_one_shard_whether_counted_from_0_or_from_1() {
        let shards = |from: u64| -> Vec<Shard> {
            (from..from + 4).map(|index| format!("{index}/4").parse().unwrap()).collect()
        };
        let mut sizes = [0; 4];
        for number in 0..1000 {
            let host = format!("host-{number}.test");
            for shards in [shards(0), shards(1)] {
                assert_eq!(shards.iter().filter(|shard| shard.has(&host)).count(), 1, "{host}");
            }
            let own = shards(0).iter().position(|shard| shard.has(&host)).unwrap();
            sizes[own] += 1;
        }
        assert!(sizes.iter().all(|size| (200..300).contains(size)), "{sizes:?}");
        for wrong in ["", "1", "5/4", "0/0", "-1/4", "1/4/2", "a/b"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_busy_host_is_passed_over_and_its_turn_comes() {
        let list = ["a.test/1", "a.test/2", "b.test"].map(target);
        let queue = Queue::new(list.clone().into_iter(), 1);
        let first = queue.next().unwrap();
        assert_eq!((&first, queue.next().unwrap()), (&list[0], list[2].clone()));
        queue.done(&first);
        assert_eq!(queue.next(), Some(list[1].clone()));
        assert_eq!(queue.next(), None);
    }

    #[test]
    fn one_host_with_many_sites_is_not_read_into_memory() {
        let read = std::sync::atomic::AtomicUsize::new(0);
        let many = std::iter::repeat_with(|| {
            read.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            target("a.test")
        });
        let queue = Queue::new(many.take(100_000), 1);
        for _ in 0..10 {
            let target = queue.next().unwrap();
            std::thread::scope(|scope| {
                let next = scope.spawn(|| queue.next().unwrap());
                queue.done(&target);
                queue.done(&next.join().unwrap());
            });
        }
        assert!(read.into_inner() <= LOOKAHEAD + 20);
    }
}
