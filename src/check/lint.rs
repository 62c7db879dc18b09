//! What a check owes its readers, beyond being well-formed.

use super::{Check, Demand, Stage, Verdict};

/// What the check still owes, a sentence each; nothing of a retired check.
pub fn owed(check: &Check) -> Vec<String> {
    if check.stage == Stage::Retired {
        return Vec::new();
    }
    let mut owed = Vec::new();
    if check.guides.is_empty() && check.aliases.is_empty() {
        owed.push("it cites neither a guide nor an alias".to_owned());
    }
    if check.title.ends_with('.') || check.title.contains('\n') {
        owed.push("its title is one line without a full stop".to_owned());
    }
    let wanted: &[Verdict] = match check.demand {
        Demand::Require(_) => &[Verdict::Pass, Verdict::Fail, Verdict::Unknown],
        Demand::Attest { .. } => &[],
    };
    for verdict in wanted {
        if check.examples.iter().all(|example| example.verdict != *verdict) {
            owed.push(format!("it has no example of the verdict `{}`", verdict.word()));
        }
    }
    for (index, example) in check.examples.iter().enumerate() {
        if check.examples.iter().take(index).any(|earlier| earlier.name == example.name) {
            owed.push(format!("two examples are named \"{}\"", example.name));
        }
    }
    owed
}
