//! What example files ask for, and whether production has it.

use std::collections::{BTreeMap, BTreeSet};

use super::files::copied_from;
use super::gathered::Gathered;
use super::judged::Judged;
use crate::fact::{Fact, Ignorance, Place, ProjectPath};
use crate::grammar::dotenv::Dotenv;

/// The names of the examples, each with its fact and whether it is marked optional.
pub(super) fn names<'f>(judged: &Judged<'f>) -> BTreeMap<&'f str, (Fact, bool)> {
    let mut names = BTreeMap::new();
    for (path, example) in judged.examples {
        for entry in &example.entries {
            let place = Place::line(path, entry.line);
            let fact = Fact::derived(entry.name.as_str()).at(place);
            names.entry(entry.name.as_str()).or_insert((fact, entry.optional));
        }
    }
    names
}

/// The names that files give which compose hands the program and which are not here, as their examples list
/// them.
pub(super) fn expected(examples: &[(&ProjectPath, &Dotenv)], missing: &[ProjectPath]) -> Vec<Fact> {
    let of_missing = examples
        .iter()
        .filter(|(path, _)| copied_from(path).is_some_and(|real| missing.contains(&real)));
    let entries = of_missing.flat_map(|(path, example)| {
        let listed = example.entries.iter().filter(|entry| !entry.optional);
        listed.map(|entry| Fact::derived(entry.name.as_str()).at(Place::line(path, entry.line)))
    });
    entries.collect()
}

/// The names that production lacks; unknown where they may still be given.
pub(super) fn missing(
    names: &BTreeMap<&str, (Fact, bool)>,
    judged: &Judged<'_>,
    gathered: &Gathered,
    whole: bool,
) -> Fact {
    if judged.files.is_empty() {
        let why = Ignorance::new("no environment file of production is in the project");
        return Fact::derived(why.settled_by("give `--env-file`"));
    }
    let in_files = judged.files.iter().flat_map(|file| file.content.effective());
    let mut set: BTreeSet<&str> = in_files
        .filter(|(_, entry)| entry.value.as_deref() != Some(""))
        .map(|(name, _)| name)
        .collect();
    let filled = gathered.variables.iter().filter(|(_, fact)| fact.value.text() != Some(""));
    set.extend(filled.map(|(name, _)| name.as_str()));
    let missing: Vec<(&str, Fact)> = names
        .iter()
        .filter(|(name, (_, optional))| !optional && !set.contains(*name))
        .map(|(name, (fact, _))| (*name, fact.clone()))
        .collect();
    if whole || missing.is_empty() {
        return Fact::derived(missing.into_iter().map(|(_, fact)| fact).collect::<Vec<_>>());
    }
    let listed: Vec<String> = missing.iter().take(8).map(|(name, _)| format!("`{name}`")).collect();
    let more = if missing.len() > 8 { " and others" } else { "" };
    let told = format!("{}{more} may be given at deploy time", listed.join(", "));
    Fact::derived(Ignorance::new(told).settled_by("give `--env-file`"))
}
