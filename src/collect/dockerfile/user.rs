//! Whether what runs in an image runs as root.

use super::base::{self, DefaultUser};
use super::image::{Image, Resolved};
use crate::fact::{Fact, Ignorance, Origin, Place, ProjectPath, Provenance, Value};
use crate::grammar::image_reference::ImageReference;
use crate::project::Project;

/// Who runs in an image.
pub(super) struct Runner {
    /// The user that is named; absent if none is.
    pub(super) user: Fact,
    /// Whether the container starts as root.
    pub(super) root: Fact,
    /// Whether it then steps down to another user by itself.
    pub(super) steps_down: Fact,
}

impl Runner {
    /// Who runs in an image, as far as the project's files tell.
    pub(super) fn of(project: &Project, image: &Image<'_>) -> Self {
        let first = image.chain.first();
        let base = first.and_then(|stage| image.base_of(stage));
        let from = Provenance {
            place: first.map(|stage| Place::in_file(image.path, stage.base_at)),
            ..Provenance::new(Origin::Default)
        };
        let at_base = |value: Value| Fact { value, provenance: from.clone() };
        let default = default_user(base.as_ref());
        let (user, root) = match image.user() {
            Some((Ok(user), place)) => {
                let root = is_root(&user);
                (Fact::literal(user, place.clone()), Fact::literal(root, place))
            }
            Some((Err(why), place)) => {
                (Fact::literal(why.clone(), place.clone()), Fact::literal(why, place))
            }
            None => (at_base(Value::Absent), at_base(root_by_default(&default, base.as_ref()))),
        };
        let steps_down = stepping_down(project, image)
            .unwrap_or_else(|| at_base(Value::Bool(default == Ok(DefaultUser::StepsDown))));
        Self { user, root, steps_down }
    }
}

/// Whether a user, as `USER` and compose write it, is root.
pub(super) fn is_root(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default().trim();
    name == "root" || name.is_empty() || name.parse() == Ok(0_u64)
}

fn default_user(base: Option<&Resolved>) -> Result<DefaultUser, Ignorance> {
    match base {
        Some(Ok(name)) => Ok(ImageReference::parse(name)
            .map_or(DefaultUser::Unknown, |image| base::default_user(&image))),
        Some(Err(why)) => Err(why.clone()),
        None => Ok(DefaultUser::Unknown),
    }
}

fn root_by_default(default: &Result<DefaultUser, Ignorance>, base: Option<&Resolved>) -> Value {
    match default {
        Ok(DefaultUser::Root | DefaultUser::StepsDown) => Value::Bool(true),
        Ok(DefaultUser::Unprivileged) => Value::Bool(false),
        Ok(DefaultUser::Unknown) => {
            let name = base.and_then(|base| base.as_ref().ok()).map_or("it", String::as_str);
            let why = format!("which user the image `{name}` runs as is not known");
            Value::Unknown(Ignorance::new(why).settled_by("name one: `USER app`"))
        }
        Err(why) => Value::Unknown(why.clone()),
    }
}

/// Whether the entrypoint or command gives up being root; none if nothing suggests it.
fn stepping_down(project: &Project, image: &Image<'_>) -> Option<Fact> {
    let (entrypoint, command) = image.command();
    for (words, place) in [entrypoint, command].into_iter().flatten() {
        let mut text = words.text();
        let script = text.split_whitespace().find(|word| is_script(word));
        if let Some(name) = script.and_then(|script| script.rsplit('/').next()) {
            let mut scripts = project.named(name).peekable();
            if scripts.peek().is_none() {
                let why = format!("`{name}` is not in the project");
                return Some(Fact::literal(Ignorance::new(why), place));
            }
            let scripts: String = scripts.filter_map(|path| project.read(path).ok()).collect();
            text.push('\n');
            text.push_str(&scripts);
        }
        if base::steps_down(&text) {
            return Some(Fact::literal(true, place));
        }
        if let Some(supervisor) = supervisor(project, &text) {
            let why = format!("`{supervisor}` starts its programs as users that it is told");
            return Some(Fact::literal(Ignorance::new(why), place));
        }
    }
    None
}

/// The program that starts others as users of their own, if a command line calls one.
fn supervisor(project: &Project, text: &str) -> Option<&'static str> {
    // The entrypoint of s6-overlay.
    if text.split_whitespace().next() == Some("/init") {
        return Some("/init");
    }
    let names_users = |text: &str| {
        text.contains("[program:") && text.lines().any(|line| line.trim().starts_with("user"))
    };
    let mut files = project.with_extension("conf").chain(project.with_extension("ini"));
    let told =
        text.contains("supervisord") && files.any(|path| project.read(path).is_ok_and(names_users));
    told.then_some("supervisord")
}

/// Whether a word is the path of a script of the project's own.
fn is_script(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or_default();
    ProjectPath::new(name).extension() == "sh"
        || (word.contains('/') && (name.contains("entrypoint") || name == "start"))
}
