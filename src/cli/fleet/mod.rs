//! Many sites in one run: several at a time, each told as soon as it is finished.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

mod journal;
mod outlets;
mod progress;
mod targets;

use super::arguments::{Probe, When};
use super::graver;
use super::probing::Judge;
use super::site::Asker;
use crate::problem::Problem;
use crate::report::{Digest, json};
use journal::Journal;
use outlets::Outlets;
use progress::Progress;
use targets::{Lines, Queue, Target};

pub(super) use targets::Shard;

/// The code of a run in which something was left unjudged.
const INCOMPLETE: u8 = 3;

/// Whether this is more than one site, told in full.
pub(super) fn is_meant(command: &Probe) -> bool {
    let fleet = &command.fleet;
    fleet.targets.is_some()
        || fleet.resume.is_some()
        || fleet.shard.is_some()
        || command.urls.len() != 1
}

/// Asks all of them.
pub(super) fn run(
    command: &Probe,
    color: When,
    judge: &Judge<'_>,
    asker: &Asker,
) -> anyhow::Result<u8> {
    if command.network.http_url.is_some() {
        let problem = Problem::new("`--http-url` is for one site, and several are named");
        return Err(problem.with_hint("write it after the site's address in `--targets`").into());
    }
    let list = list(command)?;
    let mut outlets = Outlets::open(&command.output, color, progress(command)?)?;
    let mut worst = 0;
    if let Some(path) = &command.fleet.resume {
        let journal = Journal::open(path, |digest| {
            worst = graver(worst, digest.code);
            outlets.recall(digest)
        })?;
        outlets.journal = Some(journal);
    }
    let want_lines = outlets.want_lines();
    let (outlets, wrong) = (Mutex::new(outlets), AtomicUsize::new(0));
    let fleet = Fleet { judge, asker, outlets, want_lines, wrong };
    worst = graver(worst, fleet.asked(list, command)?);
    if fleet.wrong.into_inner() > 0 {
        worst = graver(worst, INCOMPLETE);
    }
    let outlets = fleet.outlets.into_inner().unwrap_or_else(PoisonError::into_inner);
    outlets.finish(worst)?;
    Ok(if command.judgement.exit_zero && worst == 1 { 0 } else { worst })
}

fn list(command: &Probe) -> Result<Lines, Problem> {
    match &command.fleet.targets {
        Some(path) => Lines::open(path, command.fleet.shard),
        None => Ok(Lines::of(&command.urls, command.fleet.shard)),
    }
}

fn progress(command: &Probe) -> Result<Progress, Problem> {
    let quiet = command.fleet.no_progress || command.output.quiet > 0;
    if quiet || !Progress::is_watched() {
        return Ok(Progress::hidden());
    }
    let piped = command.fleet.targets.as_deref().is_some_and(|path| path.as_os_str() == "-");
    let sites = if piped { None } else { u64::try_from(list(command)?.count()).ok() };
    Ok(Progress::of(sites))
}

/// What the workers share.
struct Fleet<'f> {
    judge: &'f Judge<'f>,
    asker: &'f Asker,
    outlets: Mutex<Outlets>,
    want_lines: bool,
    /// Lines that are no targets.
    wrong: AtomicUsize,
}

impl Fleet<'_> {
    /// Asks all targets of a list; the answer is the gravest exit code.
    fn asked(&self, list: Lines, command: &Probe) -> anyhow::Result<u8> {
        let queue = Queue::new(self.admitted(list), command.fleet.per_host);
        std::thread::scope(|scope| {
            let workers: Vec<_> =
                (0..command.fleet.concurrency).map(|_| scope.spawn(|| self.work(&queue))).collect();
            let codes = workers.into_iter().map(|worker| {
                let broke = |_| Err(anyhow::anyhow!("a site could not be judged"));
                worker.join().unwrap_or_else(broke)
            });
            codes.reduce(|one, other| Ok(graver(one?, other?))).unwrap_or(Ok(0))
        })
    }

    /// The targets of a list that are still to be asked. Of a line that is none is told at once, and the
    /// run goes on.
    fn admitted(&self, list: Lines) -> impl Iterator<Item = Target> {
        list.filter_map(move |line| match line {
            Ok(target) => {
                let outlets = self.outlets();
                let finished =
                    outlets.journal.as_ref().is_some_and(|journal| journal.has(&target.url));
                if finished {
                    outlets.progress.advance();
                }
                (!finished).then_some(target)
            }
            Err(told) => {
                self.wrong.fetch_add(1, Ordering::Relaxed);
                // Where standard error is gone, there is nobody left to tell.
                let tell = || writeln!(anstream::stderr(), "{told}");
                let _ = self.outlets().progress.aside(tell);
                None
            }
        })
    }

    /// Asks one target after the other; the answer is the gravest exit code.
    fn work(&self, queue: &Queue<impl Iterator<Item = Target>>) -> anyhow::Result<u8> {
        let mut worst = 0;
        while let Some(target) = queue.next() {
            let code = self.told(&target);
            queue.done(&target);
            worst = graver(worst, code?);
        }
        Ok(worst)
    }

    fn told(&self, target: &Target) -> anyhow::Result<u8> {
        let site = self.asker.target(&target.url, target.plain.as_deref())?;
        self.judge.with_report(&target.url, Some(&site), |report| {
            let digest = Digest::of(report);
            let mut line = Vec::new();
            // Written before the others have to wait.
            if self.want_lines {
                json::write_line(report, &mut line)?;
            }
            self.outlets().add(report, &digest, &line)
        })
    }

    fn outlets(&self) -> std::sync::MutexGuard<'_, Outlets> {
        self.outlets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
