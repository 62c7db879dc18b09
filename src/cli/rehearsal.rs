//! `prodcheck test`: every example and every mutant of every check.

use rayon::prelude::*;

use super::arguments::{Test, When};
use super::{output, setup};
use crate::check::Check;
use crate::check::load::Depth;
use crate::knowledge::catalogue;
use crate::rehearse::Rehearsal;

/// Plays them, tells what failed, and ends with 1 if anything did.
pub(super) fn run(command: &Test, color: When) -> anyhow::Result<u8> {
    let catalogue = catalogue();
    let library = setup::library(&command.library, None, &catalogue, Depth::Whole)?;
    let mut ids = Vec::new();
    for word in &command.ids {
        ids.extend(library.select(word)?);
    }
    let checks: Vec<&Check> =
        library.checks.iter().filter(|check| ids.is_empty() || ids.contains(&check.id)).collect();
    let outcomes: Vec<Outcome> = checks
        .par_iter()
        .map(|check| {
            let rehearsal = Rehearsal::of(check, &catalogue);
            let played = rehearsal.play();
            let failed = played.iter().filter_map(|example| {
                example
                    .failure
                    .as_ref()
                    .map(|failure| format!("{}: {}: {failure}", check.id, example.name))
            });
            let survivors = rehearsal.survivors();
            let unnoticed =
                survivors.iter().map(|change| format!("{}: no example notices {change}", check.id));
            let owed = rehearsal.owed();
            let owed = owed.iter().map(|owed| format!("{}: {owed}", check.id));
            Outcome {
                examples: played.len(),
                mutants: crate::check::mutant::mutants(check).len(),
                failures: failed.chain(unnoticed).chain(owed).collect(),
            }
        })
        .collect();
    let failures: Vec<&String> = outcomes.iter().flat_map(|outcome| &outcome.failures).collect();
    let examples: usize = outcomes.iter().map(|outcome| outcome.examples).sum();
    let mutants: usize = outcomes.iter().map(|outcome| outcome.mutants).sum();
    output::print(color, |out| {
        failures.iter().try_for_each(|failure| writeln!(out, "{failure}"))?;
        let counted = format!("{} checks, {examples} examples, {mutants} mutants", checks.len());
        writeln!(out, "{counted}: {} failed", failures.len())
    })?;
    Ok(u8::from(!failures.is_empty()))
}

struct Outcome {
    examples: usize,
    mutants: usize,
    failures: Vec<String>,
}
