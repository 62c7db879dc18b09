//! Every example of every check is one test; so is what each check owes, and each check's mutants.
#![allow(clippy::indexing_slicing, reason = "a test that cannot set itself up has failed")]

use libtest_mimic::{Arguments, Failed, Trial};
use prodcheck::check::Library;
use prodcheck::check::library::Overrides;
use prodcheck::check::load::Depth;
use prodcheck::knowledge::catalogue;
use prodcheck::rehearse::Rehearsal;

fn main() {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials()).exit();
}

fn trials() -> Vec<Trial> {
    let catalogue: &'static _ = Box::leak(Box::new(catalogue()));
    let library = match Library::built_in(catalogue, &Overrides::new(), Depth::Whole) {
        Ok(library) => Box::leak(Box::new(library)),
        Err(problems) => {
            let told = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            return vec![Trial::test("the built-in checks load", || Err(Failed::from(told)))];
        }
    };
    let mut trials = Vec::new();
    for check in &library.checks {
        for (index, example) in check.examples.iter().enumerate() {
            let name = format!("{}: {}", check.id, example.name);
            trials.push(Trial::test(name, move || {
                let played = Rehearsal::of(check, catalogue).play();
                played[index].failure.clone().map_or(Ok(()), |failure| Err(Failed::from(failure)))
            }));
        }
        trials.push(Trial::test(format!("{}: owes nothing", check.id), move || {
            none(&Rehearsal::of(check, catalogue).owed())
        }));
        trials.push(Trial::test(format!("{}: no mutant survives", check.id), move || {
            none(&Rehearsal::of(check, catalogue).survivors())
        }));
    }
    trials
}

fn none(found: &[String]) -> Result<(), Failed> {
    if found.is_empty() { Ok(()) } else { Err(Failed::from(found.join("\n"))) }
}
