//! What example files ask for, and whether production has it.

use std::collections::{BTreeMap, BTreeSet};

use super::files::copied_from;
use super::gathered::Gathered;
use super::judged::Judged;
use crate::fact::{Fact, Ignorance, List, Place, ProjectPath};
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

/// The names that missing files give the program, as their examples list them. What a file gives that has no
/// example, nobody can tell.
pub(super) fn expected(examples: &[(&ProjectPath, &Dotenv)], missing: &[ProjectPath]) -> List {
    let each: Vec<_> = missing.iter().map(|file| of_file(examples, file)).collect();
    let rest = each.iter().any(Vec::is_empty).then(|| {
        Ignorance::new("a file that gives production its variables is not in the project")
            .settled_by("give `--env-file`")
    });
    let mut of_missing: Vec<&(&ProjectPath, &Dotenv)> = each.into_iter().flatten().collect();
    of_missing.sort_by_key(|(path, _)| *path);
    of_missing.dedup_by_key(|(path, _)| *path);
    let entries = of_missing.into_iter().flat_map(|(path, example)| {
        let listed = example.entries.iter().filter(|entry| !entry.optional);
        listed.map(|entry| Fact::derived(entry.name.as_str()).at(Place::line(path, entry.line)))
    });
    List { items: entries.collect(), rest }
}

/// The examples that an environment file is made from: those named for it, else those of a plain `.env`; of
/// its own folder, else of the nearest one above.
fn of_file<'e, 'p>(
    examples: &'e [(&'p ProjectPath, &'p Dotenv)],
    file: &ProjectPath,
) -> Vec<&'e (&'p ProjectPath, &'p Dotenv)> {
    let named = |name: &str| {
        let above = examples.iter().filter(|(path, _)| file.is_in(&path.folder()));
        let mut named: Vec<_> = above
            .filter(|(path, _)| copied_from(path).is_some_and(|real| real.name() == name))
            .collect();
        let nearest = named.iter().map(|(path, _)| path.folder().as_str().len()).max();
        named.retain(|(path, _)| Some(path.folder().as_str().len()) == nearest);
        named
    };
    let own = named(file.name());
    if own.is_empty() { named(".env") } else { own }
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
