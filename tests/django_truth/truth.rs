//! Django's own answers: a Python with the real libraries, asked line by line.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::case::Case;

/// A running Python with one release of Django.
pub(crate) struct Truth {
    pub(crate) django: String,
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<Value>,
    work: PathBuf,
}

impl Truth {
    /// Starts the Python of a virtual environment. `together` cases share a process.
    pub(crate) fn start(venv: &Path, work: PathBuf, together: usize) -> Self {
        std::fs::create_dir_all(&work).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django_truth/truth.py");
        let mut child = Command::new(venv.join("bin/python"))
            .args(["-I", script.to_str().unwrap(), work.to_str().unwrap(), &together.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|why| panic!("{}: {why}", venv.display()));
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            for line in output.lines() {
                let answer = serde_json::from_str(&line.unwrap()).unwrap();
                if sender.send(answer).is_err() {
                    break;
                }
            }
        });
        let hello: Value = answers.recv().expect("the Python of Django starts");
        let django = hello["django"].as_str().unwrap().to_owned();
        let input = child.stdin.take();
        Self { django, child, input, answers, work }
    }

    pub(crate) fn ask(&mut self, case: &Case, names: &[String]) {
        let case = json!({
            "files": case.files(),
            "module": case.module,
            "roots": [case.root.trim_end_matches('/')],
            "environment": case.environment(),
            "names": names,
        });
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{case}").unwrap();
    }

    /// Tells that no case follows.
    pub(crate) fn finish(&mut self) {
        drop(self.input.take());
    }

    pub(crate) fn answer(&mut self) -> Value {
        let answer = self.answers.recv().expect("an answer to every case");
        assert!(answer["failed"].is_null(), "{}", answer["failed"].as_str().unwrap_or_default());
        answer
    }
}

impl Drop for Truth {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.work);
    }
}
