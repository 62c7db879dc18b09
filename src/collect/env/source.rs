//! Where the environment of production is written, nearest first.

use std::borrow::Cow;

use super::files::{is_env_name, is_real_env_file};
use crate::collect::Sources;
use crate::fact::{Fact, Facts, Ignorance, Place, Position, ProjectPath, Value};
use crate::grammar::dotenv::{self, Dotenv, Entry};
use crate::project::Role;
use crate::project::role::is_for_own_machine;

/// An environment file of production, read.
pub(super) struct EnvFile<'s> {
    /// Its name, as the report shows it.
    pub(super) path: ProjectPath,
    /// What it is to production.
    pub(super) kind: Kind,
    pub(super) content: Cow<'s, Dotenv>,
    /// Whether the report can show its lines.
    shown: bool,
}

/// What an environment file is to production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The user named it: it is the whole environment.
    Given,
    /// Compose hands it to the application.
    Composed,
    /// It is named for production.
    Named,
    /// A plain `.env`, which the settings may load themselves.
    Plain,
}

impl Kind {
    /// The word for it in `env.sources`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Composed => "compose",
            Self::Named => "production",
            Self::Plain => "plain",
        }
    }
}

impl EnvFile<'_> {
    /// Where an assignment stands.
    pub(super) fn place(&self, entry: &Entry) -> Place {
        let (line, column, width) = (entry.line, entry.column, entry.width);
        let at = self.shown.then_some(Position { line, column, width });
        Place::File { path: self.path.clone(), at }
    }
}

/// The environment files of production, and why there is more than was read, if there is.
pub(super) struct EnvFiles<'s> {
    pub(super) read: Vec<EnvFile<'s>>,
    pub(super) unread: Option<Ignorance>,
}

/// The environment files of production. One that the user names is the whole of it.
pub(super) fn env_files<'s>(sources: &Sources<'s>, so_far: &Facts) -> EnvFiles<'s> {
    let (read, unread) = all(sources, so_far);
    let cut_off = read.iter().find_map(|file| {
        let why = file.content.cut_off.as_ref()?;
        Some(Ignorance::new(format!("`{}` was not read to its end: {why}", file.path)))
    });
    EnvFiles { read, unread: unread.or(cut_off) }
}

fn all<'s>(sources: &Sources<'s>, so_far: &Facts) -> (Vec<EnvFile<'s>>, Option<Ignorance>) {
    if let Some(given) = &sources.given.env_file {
        let path = ProjectPath::outside(&given.name);
        // A file outside of the project may have the name of one inside.
        let other = sources.project.read(&path).is_ok_and(|text| text != given.text);
        let mut outer = |name: &str| sources.given.env.get(name).cloned();
        let content = Cow::Owned(dotenv::read_with(&given.text, &mut outer));
        return (vec![EnvFile { path, kind: Kind::Given, content, shown: !other }], None);
    }
    let composed = composed(so_far);
    let (mut files, mut unread) = (Vec::new(), None);
    let real = |path: &ProjectPath| is_real_env_file(path) && Role::of(path) != Role::Staging;
    for path in sources.wanted.iter().copied().filter(|path| real(path)) {
        let kind = match (composed.contains(path), Role::of(path)) {
            (true, _) => Kind::Composed,
            (false, _) if is_of_front_end(path, sources) => continue,
            (false, Role::Production) => Kind::Named,
            (false, _) if is_plain(path, sources) => Kind::Plain,
            (false, _) => continue,
        };
        match sources.project.assignments(path) {
            // What production is given has this name and other content.
            Ok(content) if kind != Kind::Named && is_for_own_machine(content) => {}
            Ok(content) => {
                let content = Cow::Borrowed(content);
                files.push(EnvFile { path: path.clone(), kind, content, shown: true });
            }
            Err(why) => unread = unread.or(Some(why)),
        }
    }
    files.sort_by_key(|file| (file.kind as u8, file.path.as_str().len()));
    (files, unread)
}

/// The environment files that compose hands the program.
fn composed(so_far: &Facts) -> Vec<ProjectPath> {
    let files = so_far.at("compose.env-files");
    files.value.items().iter().filter_map(|file| file.value.text()).map(ProjectPath::new).collect()
}

/// Those of them that are not in the project; and the plain one, where Kubernetes or a service manager gives
/// the program what is not in the project.
pub(super) fn missing(sources: &Sources<'_>, so_far: &Facts) -> Vec<ProjectPath> {
    let mut files = composed(so_far);
    files.retain(|path| !sources.project.has(path));
    let is_open = |path: &str| match &so_far.at(path).value {
        Value::Record(record) => record.rest.is_some(),
        _ => false,
    };
    if is_open("kubernetes.environment") || is_open("platform.environment") {
        files.push(sources.service.root.join(".env"));
    }
    files
}

/// The names of variables that workflows hand the program which they deploy.
pub(super) fn given_by_workflows(so_far: &Facts) -> Vec<Fact> {
    let jobs = so_far.at("workflow.deploys");
    let given = jobs.value.items().iter().filter_map(|job| job.value.field("given"));
    given.flat_map(|names| names.value.items()).cloned().collect()
}

/// Whether it is the `.env` of the project or of a folder with the service's program.
fn is_plain(path: &ProjectPath, sources: &Sources<'_>) -> bool {
    let root = &sources.service.root;
    let depth = |path: &ProjectPath| path.as_str().split('/').count();
    let is_near = path.is_in(root) && depth(path) <= depth(root) + 2;
    path.name() == ".env" && (is_near || path.folder().as_str().is_empty())
}

/// Whether a file lies with a front end, beside a program in Python elsewhere: its variables are built
/// into pages, and the program reads none of them.
fn is_of_front_end(path: &ProjectPath, sources: &Sources<'_>) -> bool {
    let folder = path.folder();
    let mut programs = sources.service.programs().peekable();
    folder != sources.service.root
        && sources.project.has_listed(&folder.join("package.json"))
        && programs.peek().is_some()
        && !programs.any(|program| program.is_in(&folder))
}

/// The names that examples of environment files give, with the files' texts.
pub(super) fn examples<'s>(sources: &Sources<'s>) -> Vec<(&'s ProjectPath, &'s Dotenv)> {
    let files = sources
        .wanted
        .iter()
        .copied()
        .filter(|path| is_env_name(path.name()) && Role::of(path) == Role::Example);
    files.filter_map(|path| Some((path, sources.project.assignments(path).ok()?))).collect()
}

/// The entries of a record of variables that another collector found.
pub(super) fn found_variables(so_far: &Facts, path: &str) -> Vec<(String, Fact)> {
    match &so_far.at(path).value {
        Value::Record(record) => {
            record.fields.iter().map(|(name, fact)| (name.to_string(), fact.clone())).collect()
        }
        _ => Vec::new(),
    }
}
