//! What the instructions of all stages do while the image is built.

use super::downloads;
use super::image::Image;
use super::read::StepKind;
use crate::collect::compose::masked_command;
use crate::fact::{Fact, Place};

/// Commands that install what the program depends on.
const INSTALLS: &[&str] = &[
    "install -r",
    "pip install .",
    "poetry install",
    "pipenv install",
    "uv sync",
    "npm ci",
    "npm install",
    "yarn install",
    "pnpm install",
];

/// Commands that pipe what they fetch into a shell or interpreter.
pub(super) fn piped_installers(image: &Image<'_>) -> Vec<Fact> {
    commands(image, &|text| downloads::piped_installers(text))
}

/// What a question to every `RUN` of every stage finds, at the place of each.
fn commands(image: &Image<'_>, found_in: &dyn Fn(&str) -> Vec<String>) -> Vec<Fact> {
    let steps = image.file.stages.iter().flat_map(|stage| &stage.steps);
    steps
        .filter_map(|step| match &step.kind {
            StepKind::Run(text) => Some((step, found_in(text))),
            _ => None,
        })
        .flat_map(|(step, found)| {
            found
                .into_iter()
                .map(|command| Fact::literal(masked_command(&command), image.place(step)))
        })
        .collect()
}

/// Commands and variables that turn off the verification of whom the build downloads from.
pub(super) fn unverified(image: &Image<'_>) -> Vec<Fact> {
    let mut found = commands(image, &|text| downloads::unverified(text));
    for step in image.file.stages.iter().flat_map(|stage| &stage.steps) {
        // The build's own arguments are variables of its commands too.
        if let StepKind::Environment(pairs) | StepKind::Argument(pairs) = &step.kind {
            let off = pairs.iter().filter(|pair| {
                let value = pair.value.as_deref();
                value.is_some_and(|value| downloads::turns_verification_off(&pair.name, value))
            });
            found.extend(off.map(|pair| {
                let told = format!("{}={}", pair.name, pair.value.as_deref().unwrap_or_default());
                Fact::literal(told, Place::in_file(image.path, pair.at))
            }));
        }
    }
    found
}

/// What `ADD` downloads without a checksum.
pub(super) fn remote_adds(image: &Image<'_>) -> Vec<Fact> {
    let steps = image.file.stages.iter().flat_map(|stage| &stage.steps);
    steps
        .filter_map(|step| match &step.kind {
            StepKind::Transfer(transfer) if transfer.unchecked => Some((step, transfer)),
            _ => None,
        })
        .flat_map(|(step, transfer)| {
            let remote = transfer
                .sources
                .iter()
                .filter(|source| source.starts_with("http://") || source.starts_with("https://"));
            remote.map(|source| Fact::literal(source.as_str(), image.place(step)))
        })
        .collect()
}

/// Whether dependencies are installed after the whole source is copied.
pub(super) fn installs_after_source(image: &Image<'_>) -> Fact {
    for stage in &image.file.stages {
        let mut copied = false;
        for step in &stage.steps {
            match &step.kind {
                StepKind::Transfer(transfer) if transfer.from.is_none() => {
                    copied |=
                        transfer.sources.iter().any(|source| matches!(source.as_str(), "." | "./"));
                }
                StepKind::Run(text) if INSTALLS.iter().any(|install| text.contains(install)) => {
                    return Fact::literal(copied, image.place(step));
                }
                _ => {}
            }
        }
    }
    Fact::literal(false, Place::whole(image.path))
}
