//! Services that do one thing and end, so that nothing needs to start them again.

use super::Service;
use super::composed::Stack;
use super::purpose::image_command;
use super::tree::Item;
use crate::project::Project;

/// Words in the names of services that do one thing and end.
const ONE_SHOTS: &[&str] = &[
    "migrate",
    "migration",
    "migrations",
    "migrator",
    "init",
    "setup",
    "seed",
    "collectstatic",
    "createbuckets",
    "prestart",
];

/// Programs that end when they have done their work.
const PROGRAMS: &[&str] =
    &["cp", "mv", "echo", "true", "mkdir", "chmod", "chown", "touch", "rsync"];
/// Commands of `manage.py` that end.
const MANAGED: &[&str] = &["migrate", "collectstatic", "loaddata", "compilemessages", "check"];

/// The names of the services that end by themselves: others wait for that, or their name or what they run
/// says so.
pub(super) fn one_shots(stack: &Stack, project: &Project) -> Vec<String> {
    let waits = |item: &Item| {
        item.get("condition")
            .and_then(Item::text)
            .is_some_and(|text| text == "service_completed_successfully")
    };
    let waited = stack
        .services
        .iter()
        .flat_map(|service| service.item.get("depends_on").map_or(&[][..], Item::entries))
        .filter(|(_, condition)| waits(condition))
        .map(|(name, _)| name);
    let ending = stack.services.iter().filter(|service| {
        let mut words = service.name.split(|c: char| !c.is_ascii_alphanumeric());
        words.any(|word| ONE_SHOTS.contains(&word)) || runs_to_an_end(service, project)
    });
    waited.chain(ending.map(|service| &service.name)).cloned().collect()
}

/// Whether the last command that a service runs ends.
fn runs_to_an_end(service: &Service, project: &Project) -> bool {
    let command = if service.replaces_command() {
        service.command().and_then(|fact| fact.value.text().map(str::to_owned))
    } else {
        image_command(service, project)
    };
    let command = command.unwrap_or_default();
    let last = command.rsplit(['&', ';']).next().unwrap_or_default();
    let is_shell = |word: &&str| matches!(*word, "sh" | "bash" | "/bin/sh" | "/bin/bash" | "-c");
    let words = last.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    let mut words = words.filter(|word| !word.is_empty()).skip_while(is_shell);
    let first = words.next().unwrap_or_default();
    let mut is_managed = || words.any(|word| MANAGED.contains(&word));
    PROGRAMS.contains(&first)
        || ((first.starts_with("python") || first.ends_with("manage.py")) && is_managed())
}
