//! Which Dockerfiles speak for production.

use std::collections::BTreeMap;

use super::image::Image;
use super::read::{self, Words};
use crate::collect::compose::{Composed, Software, of_image};
use crate::collect::{Sources, server};
use crate::fact::ProjectPath;
use crate::grammar::image_reference::ImageReference;
use crate::project::{Project, Role};

/// The Dockerfiles of production: those that compose builds and those that are named for it; if there are
/// none, those that are not named for anything else.
pub(super) fn dockerfiles(sources: &Sources<'_>, composed: &Composed) -> Vec<ProjectPath> {
    let built =
        composed.services().filter_map(|service| service.build.as_ref()?.dockerfile.clone());
    let mut chosen: Vec<ProjectPath> = built
        .filter(|path| {
            sources.project.has(path)
                && (sources.service.sees(path) || !sources.project.has_listed(path))
        })
        .collect();
    let counted: Vec<&ProjectPath> =
        sources.wanted.iter().copied().filter(|path| Role::of(path).counts()).collect();
    let production = || counted.iter().copied().filter(|path| Role::of(path) == Role::Production);
    // Beside a file that is named for production, the plain one is for development, unless a compose file
    // of production builds it.
    let superseded = |path: &ProjectPath| {
        Role::of(path) == Role::Neutral
            && !composed.is_for_production(path)
            && production().any(|other| other.folder() == path.folder())
    };
    chosen.retain(|path| !superseded(path));
    chosen.extend(production().cloned());
    if chosen.is_empty() {
        let plain = || counted.iter().copied().filter(|path| !superseded(path)).cloned();
        chosen = plain().filter(|path| !composed.is_for_development(path)).collect();
        if chosen.is_empty() {
            chosen = plain().filter(|path| !is_for_developers(path, sources)).collect();
        }
    }
    chosen.sort();
    chosen.dedup();
    chosen
}

/// Whether an image that only a compose file for development builds is of no use but there: a database, or a
/// server for developers beside settings for production that it does not name.
fn is_for_developers(path: &ProjectPath, sources: &Sources<'_>) -> bool {
    let Ok(text) = sources.project.read(path) else {
        return false;
    };
    let Ok(file) = read::read(path, text) else {
        return false;
    };
    let none = BTreeMap::new();
    let Some(image) = Image::of(path, &file, None, &none) else {
        return false;
    };
    is_datastore(&image)
        || (serves_developers(&image) && leaves_production_out(text, sources.project))
}

fn is_datastore(image: &Image<'_>) -> bool {
    let base = image.chain.first().and_then(|stage| image.base_of(stage)?.ok());
    let software = base.and_then(|name| ImageReference::parse(&name)).as_ref().and_then(of_image);
    matches!(software, Some(Software::Datastore(_)))
}

fn serves_developers(image: &Image<'_>) -> bool {
    let (entrypoint, command) = image.command();
    [entrypoint, command].into_iter().flatten().any(|(words, _)| match words {
        Words::Exec(words) => server::serves_developers(&words.join(" ")),
        Words::Shell(line) => server::serves_developers(line),
    })
}

/// Whether the project has settings that are named for production, and a Dockerfile names none of them.
fn leaves_production_out(dockerfile: &str, project: &Project) -> bool {
    let mut settings = project
        .with_extension("py")
        .filter(|path| path.as_str().contains("settings") && Role::of(path) == Role::Production)
        .filter_map(|path| path.name().strip_suffix(".py"))
        .peekable();
    settings.peek().is_some() && !settings.any(|module| dockerfile.contains(module))
}
