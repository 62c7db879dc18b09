//! Plays the examples of checks, and hunts for mutants that no example notices: `prodcheck test`.

use crate::check::mutant::mutants;
use crate::check::{Check, Example, Finding, evaluate, lint};
use crate::collect;
use crate::date::Date;
use crate::fact::{Catalogue, Facts};
use crate::probe;
use crate::project::{Given, Project, services};
use crate::report::wording;

/// The day on which all examples take place.
const DAY: &str = "2026-11-21";

/// The outcome of one example.
#[derive(Clone, Debug)]
pub struct Played {
    /// The sentence that names it.
    pub name: String,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

/// A check with the facts of each of its examples.
pub struct Rehearsal<'c> {
    check: &'c Check,
    catalogue: &'c Catalogue,
    scenes: Vec<(&'c Example, Result<Facts, String>)>,
}

impl<'c> Rehearsal<'c> {
    /// Sets up every example of a check.
    pub fn of(check: &'c Check, catalogue: &'c Catalogue) -> Self {
        let scenes =
            check.examples.iter().map(|example| (example, scene(example, catalogue))).collect();
        Self { check, catalogue, scenes }
    }

    /// Plays every example.
    pub fn play(&self) -> Vec<Played> {
        self.scenes
            .iter()
            .map(|(example, facts)| {
                let failure = match facts {
                    Ok(facts) => self.mismatch(self.check, example, facts),
                    Err(broken) => Some(broken.clone()),
                };
                Played { name: example.name.clone(), failure }
            })
            .collect()
    }

    /// The changes to the check that no example notices.
    pub fn survivors(&self) -> Vec<String> {
        mutants(self.check)
            .into_iter()
            .filter(|mutant| {
                self.scenes.iter().all(|(example, facts)| {
                    facts
                        .as_ref()
                        .is_ok_and(|facts| self.mismatch(&mutant.check, example, facts).is_none())
                })
            })
            .map(|mutant| mutant.change)
            .collect()
    }

    /// What the check owes: examples of each verdict and the like.
    pub fn owed(&self) -> Vec<String> {
        lint::owed(self.check)
    }

    /// How the judgement differs from what the example says, if it does.
    fn mismatch(&self, check: &Check, example: &Example, facts: &Facts) -> Option<String> {
        let findings = evaluate(check, facts, self.catalogue);
        let verdict = Finding::worst(&findings);
        let reasons: Vec<String> = findings
            .iter()
            .filter(|finding| finding.verdict == verdict)
            .flat_map(|finding| finding.because.iter().chain(&finding.contrary))
            .map(wording::reason_at)
            .collect();
        let told = || format!("\n  {}", reasons.join("\n  "));
        if verdict != example.verdict {
            return Some(format!(
                "expected {}, found {}{}",
                example.verdict.word(),
                verdict.word(),
                told()
            ));
        }
        let because = example.because.as_ref()?;
        let given = reasons.iter().any(|reason| reason.contains(because));
        (!given).then(|| format!("expected a reason with \"{because}\", found{}", told()))
    }
}

/// The facts of an example's small world.
fn scene(example: &Example, catalogue: &Catalogue) -> Result<Facts, String> {
    let today = Date::parse(DAY).ok_or("the day of the examples is not a date")?;
    let given = Given::nothing(today);
    let project =
        Project::of_texts(example.files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let mut facts = Facts::default();
    for service in services(&project, "example") {
        facts.merge(collect::service(&project, &service, &given, catalogue));
    }
    if let Some(transcript) = &example.live {
        facts.merge(probe::replay(transcript).map_err(|problem| problem.to_string())?);
    }
    for (path, fact) in &example.facts {
        facts.put(path, fact.clone());
    }
    Ok(facts)
}
