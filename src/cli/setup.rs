//! From arguments to what an audit needs: the policy, the checks, what the user said.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::arguments::{Judgement, LibraryFrom, Production};
use crate::check::Library;
use crate::check::Severity;
use crate::check::library::{CheckFile, Overrides};
use crate::check::load::Depth;
use crate::date::Date;
use crate::fact::Catalogue;
use crate::policy::{self, FILE_NAMES, Policy, Threshold};
use crate::problem::{Problem, Problems};
use crate::project::Given;
use crate::project::given::EnvFile;

/// A text of the user's, and what he calls it.
pub(super) struct Document {
    /// As the user would write it.
    pub(super) shown: String,
    /// What is in it.
    pub(super) text: String,
    /// The folder it lies in.
    pub(super) folder: PathBuf,
}

/// Reads a file that the user named.
pub(super) fn document(path: &Path) -> Result<Document, Problem> {
    let shown = path.display().to_string();
    let text = fs::read_to_string(path)
        .map_err(|error| Problem::new(format!("`{shown}` cannot be read: {error}")))?;
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok(Document { shown, text, folder })
}

/// The policy's file: the one named, else the nearest from the project upwards to its repository.
pub(super) fn config(
    judgement: &Judgement,
    project: Option<&Path>,
) -> Result<Option<Document>, Problem> {
    match (&judgement.config, judgement.no_config, project) {
        (Some(named), _, _) => document(named).map(Some),
        (None, false, Some(folder)) => nearest_config(folder),
        _ => Ok(None),
    }
}

fn nearest_config(project: &Path) -> Result<Option<Document>, Problem> {
    let Ok(resolved) = project.canonicalize() else {
        return Ok(None);
    };
    let mut shown = project.to_path_buf();
    for folder in resolved.ancestors() {
        for name in FILE_NAMES {
            if folder.join(name).is_file() {
                let mut found = document(&folder.join(name))?;
                found.shown = plain(&shown.join(name));
                return Ok(Some(found));
            }
        }
        if folder.join(".git").exists() {
            break;
        }
        shown.push("..");
    }
    Ok(None)
}

/// A path without the detours in it: `shop/../prodcheck.toml` is `prodcheck.toml`.
fn plain(path: &Path) -> String {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if straight.file_name().is_some() => {
                straight.pop();
            }
            _ => straight.push(part),
        }
    }
    straight.display().to_string()
}

/// The checks: built-in ones, and those of the folders named by flags and by the policy.
pub(super) fn library(
    from: &LibraryFrom,
    config: Option<&Document>,
    catalogue: &Catalogue,
    depth: Depth,
) -> Result<Library, Problems> {
    let overrides =
        config.map(|config| policy::overrides(&config.shown, &config.text)).unwrap_or_default();
    let mut library = Library::built_in(catalogue, &overrides, depth)?;
    for folder in &from.checks {
        add(&mut library, folder, catalogue, &overrides, from.replace)?;
    }
    Ok(library)
}

/// Adds the checks that the policy names; they are known only once it has been read.
pub(super) fn add_from_policy(
    library: &mut Library,
    config: &Document,
    catalogue: &Catalogue,
) -> Result<(), Problems> {
    for folder in policy::load::check_folders(&config.shown, &config.text) {
        add(library, &config.folder.join(folder), catalogue, &Overrides::new(), false)?;
    }
    Ok(())
}

fn add(
    library: &mut Library,
    folder: &Path,
    catalogue: &Catalogue,
    overrides: &Overrides,
    replace: bool,
) -> Result<(), Problems> {
    let mut files = Vec::new();
    gather(folder, folder, &mut files).map_err(|error| {
        Problem::new(format!("the checks in `{}` cannot be read: {error}", folder.display()))
    })?;
    if files.is_empty() {
        let problem = Problem::new(format!("no checks in `{}`", folder.display()))
            .with_hint("a check is a file `<area>/<name>.toml` below it");
        return Err(problem.into());
    }
    Ok(library.add(&files, catalogue, overrides, Depth::Whole, replace)?)
}

fn gather(root: &Path, folder: &Path, files: &mut Vec<CheckFile>) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            gather(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let below =
                path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path)?;
            files.push(CheckFile {
                path: below.into(),
                shown: path.display().to_string(),
                text: text.into(),
                head: None,
            });
        }
    }
    Ok(())
}

/// What the project decided, with what the flags decide instead.
pub(super) fn policy(
    judgement: &Judgement,
    config: Option<&Document>,
    library: &Library,
) -> Result<Policy, Problems> {
    let mut policy = match config {
        Some(config) => policy::load(&config.shown, &config.text, library)?,
        None => Policy::default(),
    };
    if judgement.strict {
        policy.fail_on = Some(Threshold::At(Severity::High));
    }
    policy.fail_on = judgement.fail_on.or(policy.fail_on);
    policy.fail_on_unknown |= judgement.fail_on_unknown || judgement.strict;
    policy.min_severity = judgement.min_severity.or(policy.min_severity);
    let select = |words: &[String]| -> Result<Vec<_>, Problems> {
        let mut ids = Vec::new();
        for word in words {
            ids.extend(library.select(word)?);
        }
        Ok(ids)
    };
    if !judgement.only.is_empty() {
        policy.only = select(&judgement.only)?;
    }
    policy.skip.extend(select(&judgement.skip)?);
    Ok(policy)
}

/// What the user says about production, by flags and in the policy.
pub(super) fn given(
    production: &Production,
    policy: &Policy,
    config: Option<&Document>,
    today: Date,
) -> Result<Given, Problem> {
    let mut env = BTreeMap::new();
    for pair in &production.env {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            Problem::new(format!("`--env {pair}` has no value"))
                .with_hint("write `--env NAME=VALUE`")
        })?;
        env.insert(name.to_owned(), value.to_owned());
    }
    let folder = config.map(|config| config.folder.clone()).unwrap_or_default();
    let env_file = match (&production.env_file, &policy.django.env_file) {
        (Some(named), _) => Some(document(named)?),
        (None, Some(named)) => {
            let shown = config.map(|config| Path::new(&config.shown)).and_then(Path::parent);
            let mut file = document(&folder.join(named))?;
            file.shown = plain(&shown.unwrap_or(Path::new("")).join(named));
            Some(file)
        }
        (None, None) => None,
    };
    Ok(Given {
        settings: production.settings.clone().or_else(|| policy.django.settings.clone()),
        env_file: env_file.map(|file| EnvFile { name: file.shown, text: file.text }),
        env,
        process_env: production.env_from_process.then(process_environment),
        advisories: None,
        django: production.django.clone().or_else(|| policy.django.version.clone()),
        today,
    })
}

#[expect(clippy::disallowed_methods, reason = "the user asked for it with --env-from-process")]
fn process_environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
