//! What a build takes over from the folder that is sent to it.

use super::ignore::{Ignore, Pattern};
use super::image::Image;
use super::read::{Stage, StepKind, Transfer};
use crate::collect::env::files::secrets;
use crate::credential::bits;
use crate::fact::{Fact, FactSpec, Kind, Place, ProjectPath, Value};
use crate::grammar::dotenv::Dotenv;
use crate::project::{Project, Role};

/// Files that an image must not hold, as examples of their kind.
const UNWANTED: &[&str] = &[".env", ".git/config", "db.sqlite3"];

/// What is easier to guess was made up by somebody, who had no real secret at hand.
const BITS_OF_A_REAL_SECRET: f64 = 64.0;

/// The fields of what is copied.
pub(super) const COPY_FIELDS: &[FactSpec] = &[
    FactSpec::new(
        "path",
        Kind::Text,
        "The file or folder of the project; absent if it is none: a part of another stage, a download.",
    ),
    FactSpec::new("target", Kind::Text, "The path in the image; absent where it is not known."),
];

/// More environment files than this, and sources of copies, are not looked at.
const MAX_LOOKED_AT: usize = 100;

/// The folder that is sent, without what is left out.
pub(super) struct Context<'p> {
    project: &'p Project,
    pub(super) folder: ProjectPath,
    ignore: Ignore,
}

impl<'p> Context<'p> {
    /// The context of a Dockerfile in a folder.
    pub(super) fn new(project: &'p Project, folder: ProjectPath, dockerfile: &ProjectPath) -> Self {
        // A file named after the Dockerfile stands in the place of the common one.
        let own = dockerfile.folder().join(&format!("{}.dockerignore", dockerfile.name()));
        let text = project.read(&own).or_else(|_| project.read(&folder.join(".dockerignore")));
        let ignore = text.map(Ignore::parse).unwrap_or_default();
        Self { project, folder, ignore }
    }

    /// The folder that a Dockerfile is most likely built in when nobody says it: the nearest at or above
    /// its own that has what it copies.
    pub(super) fn likely_folder(
        project: &Project,
        dockerfile: &ProjectPath,
        stages: &[Stage],
    ) -> ProjectPath {
        let sources: Vec<&str> = stages
            .iter()
            .flat_map(|stage| &stage.steps)
            .filter_map(|step| match &step.kind {
                StepKind::Transfer(transfer) if transfer.from.is_none() => Some(&transfer.sources),
                _ => None,
            })
            .flatten()
            .map(String::as_str)
            .filter(|source| !source.contains(['*', '?', '$', '[']) && !source.contains("://"))
            .filter(|source| !matches!(*source, "." | "./" | "/"))
            .take(MAX_LOOKED_AT)
            .collect();
        let has = |folder: &ProjectPath, source: &str| {
            let path = folder.join(source);
            project.has_listed(&path) || project.below(&path).next().is_some()
        };
        let mut folder = dockerfile.folder();
        loop {
            if sources.iter().all(|source| has(&folder, source)) {
                return folder;
            }
            if folder.as_str().is_empty() {
                return dockerfile.folder();
            }
            folder = folder.folder();
        }
    }

    /// The environment files with secrets that end up in the image, and where they are copied: those that
    /// are there, and those that are named.
    pub(super) fn copied_env_files(&self, image: &Image<'_>) -> Vec<Fact> {
        let mut found = Vec::new();
        let env_files: Vec<&str> = self.env_files().take(MAX_LOOKED_AT).collect();
        for (transfer, place) in transfers(image) {
            let copies = self.copies(transfer);
            let there = env_files.iter().copied().filter(|path| copies(path));
            let named = transfer.sources.iter().map(String::as_str);
            let named = named.filter(|source| is_named(source) && self.may_hold_secrets(source));
            for path in there.chain(named) {
                let path = path.trim_start_matches("./");
                if found.iter().all(|known: &Fact| known.value.text() != Some(path)) {
                    found.push(Fact::literal(path, place.clone()));
                }
            }
        }
        found
    }

    /// Kinds of files that would end up in the image if they were there: `.env`, the history, databases.
    pub(super) fn lets_through(&self, image: &Image<'_>) -> Vec<Fact> {
        let all = transfers(image);
        UNWANTED
            .iter()
            .filter_map(|unwanted| {
                let mut whole = all.iter().filter(|(transfer, _)| is_everything(transfer));
                let (_, place) = whole.find(|(transfer, _)| self.copies(transfer)(unwanted))?;
                let kind = unwanted.split('/').next().unwrap_or_default();
                Some(Fact::literal(kind, place.clone()))
            })
            .collect()
    }

    /// What is copied into the image, where it is known to what path of it.
    pub(super) fn copied(&self, image: &Image<'_>) -> Vec<Fact> {
        let mut found = Vec::new();
        let mut workdir = None;
        for step in image.steps() {
            match &step.kind {
                StepKind::Workdir(folder) => workdir = known(image, workdir.as_deref(), folder),
                StepKind::Transfer(transfer) => {
                    let target = known(image, workdir.as_deref(), &transfer.destination);
                    let target = target.map_or(Value::Absent, Value::from);
                    for source in transfer.sources.iter().take(MAX_LOOKED_AT) {
                        let at = |value: Value| Fact::literal(value, image.place(step));
                        let path = self.source(transfer, source).map_or(Value::Absent, Value::from);
                        let fields = [("path", at(path)), ("target", at(target.clone()))];
                        found.push(at(Value::record(fields)));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The path of the project that a source of a copy means, if it is here.
    fn source(&self, transfer: &Transfer, source: &str) -> Option<String> {
        let path = self.folder.join(source.trim_end_matches('*'));
        let is_here = self.project.has_listed(&path) || self.project.below(&path).next().is_some();
        (transfer.from.is_none() && is_here).then(|| path.to_string())
    }

    /// Whether an instruction copies a path of the context, asked of one path after another.
    fn copies(&self, transfer: &Transfer) -> impl Fn(&str) -> bool {
        let patterns = |texts: &[String]| -> Vec<Pattern> {
            texts.iter().filter_map(|text| Pattern::parse(text)).collect()
        };
        let (sources, excluded) = (patterns(&transfer.sources), patterns(&transfer.excluded));
        let any = |patterns: &[Pattern], path: &str| patterns.iter().any(|each| each.covers(path));
        move |path| any(&sources, path) && !any(&excluded, path) && !self.ignore.excludes(path)
    }

    /// Whether a file that is named has secrets, as far as can be seen: one that is not here may.
    fn may_hold_secrets(&self, source: &str) -> bool {
        let file = self.project.assignments(&self.folder.join(source));
        file.map_or(true, |file| !secrets(file).is_empty())
    }

    /// The environment files below the folder that hold a secret, relative to it. What a file for developers
    /// holds is one only if nobody can guess it: other words are made up.
    fn env_files(&self) -> impl Iterator<Item = &str> {
        self.project.below(&self.folder).filter(|path| is_env_file(path)).filter_map(|path| {
            let inside = path.within(&self.folder)?;
            let counts = |secret: &&str| {
                Role::of(path) != Role::Development || bits(secret) >= BITS_OF_A_REAL_SECRET
            };
            let holds = |file: &Dotenv| secrets(file).iter().any(counts);
            self.project.assignments(path).is_ok_and(holds).then_some(inside)
        })
    }
}

/// Where everything is copied into the image, if it is.
pub(super) fn copies_everything(image: &Image<'_>) -> Option<Place> {
    let all = transfers(image);
    all.into_iter().find(|(transfer, _)| is_everything(transfer)).map(|(_, place)| place)
}

/// What is copied from the context into the image, also on the way through a stage that is copied whole.
fn transfers<'f>(image: &Image<'f>) -> Vec<(&'f Transfer, Place)> {
    let mut found = Vec::new();
    for stage in &image.file.stages {
        let held = image.holds(stage);
        let mut workdir = "/".to_owned();
        for step in &stage.steps {
            match &step.kind {
                StepKind::Workdir(folder) => workdir = absolute(&workdir, folder),
                StepKind::Transfer(transfer) if transfer.from.is_none() => {
                    let to = absolute(&workdir, &transfer.destination);
                    if held || is_taken_over(image, stage, &to) {
                        found.push((transfer, image.place(step)));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Whether a file is one of real values: `.env`, `.env.production`, `prod.env`.
fn is_env_file(path: &ProjectPath) -> bool {
    let name = path.name();
    let named = name == ".env" || name.starts_with(".env.") || path.extension() == "env";
    named && !matches!(Role::of(path), Role::Example | Role::Test | Role::Documentation)
}

/// Whether a source names an environment file outright.
fn is_named(source: &str) -> bool {
    !source.contains(['*', '?', '$']) && is_env_file(&ProjectPath::new(source))
}

fn is_everything(transfer: &Transfer) -> bool {
    transfer.sources.iter().any(|source| matches!(source.as_str(), "." | "./" | "/" | "*" | "./*"))
}

/// Whether what a stage has at a path is copied from it into the image.
fn is_taken_over(image: &Image<'_>, stage: &Stage, path: &str) -> bool {
    let index = image.file.stages.iter().position(|other| std::ptr::eq(other, stage));
    image.steps().any(|step| match &step.kind {
        StepKind::Transfer(transfer) => {
            let from = transfer.from.as_deref();
            let is_it = from.is_some()
                && (from == stage.name.as_deref()
                    || from.and_then(|from| from.parse().ok()) == index);
            let holds = |source: &String| {
                let source = absolute("/", source);
                source == "/" || path == source || path.starts_with(&format!("{source}/"))
            };
            is_it && transfer.sources.iter().any(holds)
        }
        _ => false,
    })
}

/// A path of the image, if its variables and the folder it counts from are known.
fn known(image: &Image<'_>, workdir: Option<&str>, path: &str) -> Option<String> {
    let path = image.at_end(path).ok()?;
    if !path.starts_with('/') && workdir.is_none() {
        return None;
    }
    Some(absolute(workdir.unwrap_or("/"), &path))
}

/// A path of the image, from the root, without a slash at its end.
fn absolute(workdir: &str, path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{workdir}/{path}") };
    format!("/{}", ProjectPath::new(&whole).as_str())
}
