//! An installed nginx, asked what it refuses, and prodcheck asked the same.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use prodcheck::collect;
use prodcheck::date::Date;
use prodcheck::fact::{Fact, Facts, Place};
use prodcheck::knowledge::catalogue;
use prodcheck::project::{Given, Project, services};

/// The main file of every configuration.
pub(crate) const FILE: &str = "nginx.conf";
/// Reasons that lie in the machine and not in the configuration.
const OF_THE_MACHINE: &[&str] =
    &["bind() to", "host not found in upstream", "open() ", "mkdir() ", "getpwnam("];

/// Where and why nginx stops.
#[derive(Debug)]
pub(crate) struct Stop {
    /// The file, relative to the folder, and the line; none where nginx tells none.
    pub(crate) at: Option<(String, u32)>,
    /// Its words.
    pub(crate) why: String,
}

/// An installed nginx, and a folder to try files in.
pub(crate) struct Nginx {
    program: &'static str,
    folder: tempfile::TempDir,
}

impl Nginx {
    pub(crate) fn find() -> Option<Self> {
        let runs = |program: &&&str| Command::new(program).arg("-v").output().is_ok();
        let found = ["nginx", "/usr/sbin/nginx"].iter().find(runs).copied();
        assert!(
            found.is_some() || std::env::var_os("CI").is_none(),
            "continuous integration must have nginx, or nobody compares with it"
        );
        let Some(program) = found else {
            eprintln!("skipped: nginx is not installed");
            return None;
        };
        Some(Self { program, folder: tempfile::tempdir().expect("a folder to try files in") })
    }

    /// The folder in which files are tried.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What nginx says of files, of which one is the main one.
    pub(crate) fn told_of(&self, files: &[(String, String)]) -> String {
        for (path, text) in files {
            let path = self.folder().join(path);
            fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
            fs::write(path, text).expect("a file to try");
        }
        let told = self.told();
        for (path, _) in files {
            fs::remove_file(self.folder().join(path)).expect("the file that was tried");
        }
        told
    }

    /// Why nginx refuses files; none if it does not.
    pub(crate) fn stop(&self, files: &[(String, String)]) -> Option<Stop> {
        let told = self.told_of(files);
        let line = told.lines().find(|line| {
            line.contains("[emerg]") && !OF_THE_MACHINE.iter().any(|part| line.contains(part))
        })?;
        let folder = format!(" in {}/", self.folder().display());
        let at = line.rsplit_once(&folder).and_then(|(_, place)| {
            let (file, number) = place.trim().split_once(':')?;
            Some((file.to_owned(), number.trim_matches(')').parse().ok()?))
        });
        Some(Stop { at, why: line.to_owned() })
    }

    fn told(&self) -> String {
        let output = Command::new(self.program)
            .arg("-t")
            .args(["-p".as_ref(), self.folder().as_os_str()])
            .args(["-c".as_ref(), self.folder().join(FILE).as_os_str()])
            .output()
            .expect("nginx ran a moment ago");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

/// The module for `stream`, where it is a file of its own.
pub(crate) fn stream_module() -> Option<PathBuf> {
    let given = std::env::var_os("NGINX_STREAM_MODULE").map(PathBuf::from);
    let usual = PathBuf::from("/usr/lib/nginx/modules/ngx_stream_module.so");
    given.into_iter().chain([usual]).find(|path| path.exists())
}

/// All that prodcheck finds in these files under `nginx`.
pub(crate) fn facts(files: &[(String, String)]) -> Facts {
    let texts = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let project = Project::of_texts(texts);
    let given = Given::nothing(Date::parse("2026-11-21").expect("a day"));
    let catalogue = catalogue();
    let mut facts = Facts::default();
    for service in services(&project, "any") {
        facts.merge(collect::service(&project, &service, &given, &catalogue));
    }
    facts
}

/// The file and line that a fact points at.
pub(crate) fn place(fact: &Fact) -> Option<(String, u32)> {
    match &fact.provenance.place {
        Some(Place::File { path, at: Some(position) }) => {
            Some((path.as_str().to_owned(), position.line))
        }
        _ => None,
    }
}
