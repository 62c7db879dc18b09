//! The file that a fleet writes its reports to as they come, and is resumed from.

use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use crate::problem::Problem;
use crate::report::Digest;

/// A line for each site that is finished.
pub(super) struct Journal {
    file: File,
    finished: Finished,
}

/// The sites that are finished, as two numbers each: a long list need not fit in memory.
struct Finished {
    keys: [RandomState; 2],
    sites: HashSet<[u64; 2]>,
}

/// How every line begins.
const BEGINNING: &[u8] = b"{\"schema\":\"prodcheck/report/1\"";

impl Journal {
    /// Opens or begins a journal, and hands on what stands in it. A last line that was cut off when the
    /// run before was killed is taken out: its site is asked again.
    pub(super) fn open(
        path: &Path,
        mut hand_on: impl FnMut(&Digest) -> io::Result<()>,
    ) -> Result<Self, Problem> {
        let shown = path.display();
        let failed = |error: io::Error| Problem::new(format!("`{shown}` cannot be used: {error}"));
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = opened.map_err(failed)?;
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(Problem::new(format!("another run is writing `{shown}`")));
        }
        let mut finished =
            Finished { keys: [RandomState::new(), RandomState::new()], sites: HashSet::new() };
        let mut reader = BufReader::new(&file);
        let (mut whole, mut number) = (0, 0);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).map_err(failed)? > 0 {
            number += 1;
            let strange = || {
                Problem::new(format!("{shown}:{number}: this is no line of `--format jsonl`"))
                    .with_hint("resume with the file that an earlier `--resume` wrote")
            };
            if line.last() != Some(&b'\n') {
                // Only what a run like this one began may be taken out.
                let ours = line.iter().zip(BEGINNING).all(|(found, own)| found == own);
                if !ours {
                    return Err(strange());
                }
                break;
            }
            let read = std::str::from_utf8(&line).ok().and_then(Digest::read);
            let digest = read.ok_or_else(strange)?;
            hand_on(&digest).map_err(failed)?;
            finished.sites.insert(finished.key(&digest.url));
            whole += u64::try_from(line.len()).unwrap_or_default();
            line.clear();
        }
        drop(reader);
        file.set_len(whole).map_err(failed)?;
        file.seek(SeekFrom::Start(whole)).map_err(failed)?;
        Ok(Self { file, finished })
    }

    /// Whether a site has been finished by a run before.
    pub(super) fn has(&self, url: &str) -> bool {
        self.finished.sites.contains(&self.finished.key(url))
    }

    /// Writes a line at once: what is killed loses no site but those in flight.
    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.write_all(line)
    }
}

impl Finished {
    fn key(&self, url: &str) -> [u64; 2] {
        self.keys.each_ref().map(|key| key.hash_one(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(url: &str) -> String {
        format!(
            "{{\"schema\":\"prodcheck/report/1\",\"target\":{{\"url\":\"{url}\"}},\"exit\":{{\"code\":0,\"reason\":\"\"}},\
             \"findings\":[]}}\n"
        )
    }

    #[test]
    fn a_line_that_was_cut_off_is_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fleet.jsonl");
        let whole = line("a.test");
        std::fs::write(&path, format!("{whole}{}", &line("b.test")[..60])).unwrap();
        let mut read = Vec::new();
        let mut journal = Journal::open(&path, |digest| {
            read.push(digest.url.clone());
            Ok(())
        })
        .unwrap();
        assert_eq!(read, ["a.test"]);
        assert!(journal.has("a.test") && !journal.has("b.test"));
        journal.write(line("b.test").as_bytes()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, whole + &line("b.test"));
    }

    #[test]
    fn a_file_of_something_else_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        for text in ["dear diary\n", "dear diary", "{\"schema\":\"prodcheck/report/2"] {
            std::fs::write(&path, text).unwrap();
            let problem = Journal::open(&path, |_| Ok(())).err().unwrap().to_string();
            let told = "notes.txt:1: this is no line of `--format jsonl`";
            assert!(problem.contains(told), "{problem}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
