//! Checks with one part taken out: if no example notices, the part is not needed or not tried.

use super::{Check, Demand, Predicate, Test};
use crate::truth::Truth;

/// A check of which one part was replaced by a constant.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Which part, and by what: "part 2.1 of `require` always true".
    pub change: String,
    /// The check with that change.
    pub check: Check,
}

/// All mutants of a check: each part of `require` and of `when`, always true and always false.
pub fn mutants(check: &Check) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    if let Demand::Require(predicate) = &check.demand {
        for (change, changed) in changes(predicate, "`require`") {
            mutants.push(Mutant { change, check: check.requiring(changed) });
        }
    }
    if let Some(when) = &check.when {
        for (change, changed) in changes(when, "`when`") {
            mutants.push(Mutant { change, check: Check { when: Some(changed), ..check.clone() } });
        }
    }
    mutants
}

fn changes(predicate: &Predicate, whole: &str) -> Vec<(String, Predicate)> {
    let mut changes = Vec::new();
    collect(predicate, &mut Vec::new(), &mut |trail, changed, truth| {
        let part = match trail {
            [] => whole.to_owned(),
            trail => {
                let numbers: Vec<String> = trail.iter().map(usize::to_string).collect();
                format!("part {} of {whole}", numbers.join("."))
            }
        };
        let word = if truth == Truth::True { "true" } else { "false" };
        changes.push((format!("{part} always {word}"), changed));
    });
    changes
}

/// Calls back with every version of the predicate in which one node is a constant.
/// The trail counts from 1 which part, of which part, was replaced.
fn collect(
    predicate: &Predicate,
    trail: &mut Vec<usize>,
    found: &mut dyn FnMut(&[usize], Predicate, Truth),
) {
    for truth in [Truth::True, Truth::False] {
        found(trail, Predicate::Constant(truth), truth);
    }
    for (index, part) in parts(predicate).into_iter().enumerate() {
        trail.push(index + 1);
        collect(part, trail, &mut |trail, changed, truth| {
            found(trail, with_part(predicate, index, changed), truth);
        });
        trail.pop();
    }
}

fn parts(predicate: &Predicate) -> Vec<&Predicate> {
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) | Predicate::FirstKnown(parts) => {
            parts.iter().collect()
        }
        Predicate::Not(part) => vec![part],
        Predicate::Fact {
            test: Test::Every(inner) | Test::Some(inner) | Test::None(inner),
            ..
        } => {
            vec![inner]
        }
        Predicate::Fact { .. } | Predicate::Constant(_) => Vec::new(),
    }
}

fn with_part(predicate: &Predicate, index: usize, part: Predicate) -> Predicate {
    let mut changed = predicate.clone();
    let place = match &mut changed {
        Predicate::All(parts) | Predicate::Any(parts) | Predicate::FirstKnown(parts) => {
            parts.get_mut(index)
        }
        Predicate::Not(inner)
        | Predicate::Fact {
            test: Test::Every(inner) | Test::Some(inner) | Test::None(inner),
            ..
        } => Some(&mut **inner),
        Predicate::Fact { .. } | Predicate::Constant(_) => None,
    };
    if let Some(place) = place {
        *place = part;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Matcher;
    use crate::fact::FactPath;

    #[test]
    fn every_part_is_replaced_both_ways() {
        let fact = || Predicate::Fact {
            path: FactPath::parse("x.y").unwrap(),
            test: Test::Value(Matcher::Present(true)),
            otherwise: None,
        };
        let predicate = Predicate::All(vec![fact(), Predicate::Not(Box::new(fact()))]);
        let told: Vec<String> =
            changes(&predicate, "`require`").into_iter().map(|(told, _)| told).collect();
        assert_eq!(
            told,
            [
                "`require` always true",
                "`require` always false",
                "part 1 of `require` always true",
                "part 1 of `require` always false",
                "part 2 of `require` always true",
                "part 2 of `require` always false",
                "part 2.1 of `require` always true",
                "part 2.1 of `require` always false",
            ]
        );
    }
}
