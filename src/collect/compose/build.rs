//! How an image is built: the folder that is sent, the Dockerfile, the stage.

use std::collections::BTreeMap;

use super::tree::Item;
use crate::fact::{Fact, ProjectPath};

/// How an image is built.
#[derive(Clone, Debug)]
pub(crate) struct Build {
    /// The folder whose files the build sees.
    pub(crate) context: ProjectPath,
    /// The Dockerfile; none if it stands in the compose file itself or comes from elsewhere.
    pub(crate) dockerfile: Option<ProjectPath>,
    /// The stage that is built; none for the last.
    pub(crate) target: Option<String>,
    /// Values of build arguments.
    pub(crate) arguments: BTreeMap<String, Fact>,
}

impl Build {
    /// From the value of `build`, in a file of a folder.
    pub(super) fn of(item: &Item, folder: &ProjectPath) -> Self {
        let context = item.get("context").unwrap_or(item);
        let written = context.text().unwrap_or_else(|| ".".to_owned());
        let remote = written.contains("://") || written.starts_with("git@");
        let context = folder.join(&relative(&written));
        let inline = item.get("dockerfile_inline").is_some();
        let dockerfile = item.get("dockerfile").and_then(Item::text);
        let dockerfile = context.join(&dockerfile.unwrap_or_else(|| "Dockerfile".to_owned()));
        let arguments = item.get("args").map_or(&[][..], Item::entries);
        Self {
            context,
            dockerfile: (!inline && !remote).then_some(dockerfile),
            target: item.get("target").and_then(Item::text).map(|target| target.to_lowercase()),
            arguments: arguments
                .iter()
                .map(|(name, value)| (name.clone(), value.text_fact()))
                .collect(),
        }
    }
}

/// The path of the project that a path of the host means, in a file of a folder; none if it lies elsewhere.
pub(super) fn project_path(path: &str, folder: &ProjectPath) -> Option<ProjectPath> {
    let path = relative(path);
    let inside = path == "." || path.starts_with("./") || path.starts_with("../") || path == "..";
    (inside && path != "/").then(|| folder.join(&path))
}

/// `$PWD` is where compose is started: the folder of its file.
fn relative(path: &str) -> String {
    for here in ["${PWD}", "$PWD"] {
        if let Some(rest) = path.strip_prefix(here) {
            return format!(".{rest}");
        }
    }
    path.to_owned()
}
