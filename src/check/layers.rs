//! Several layers that speak of one control: the first that is known decides, and what the others
//! promise or undo is kept for the report.

use std::collections::BTreeSet;

use super::outcome::gathered;
use super::predicate::{Item, Predicate};
use super::{Outcome, Reason};
use crate::fact::Facts;
use crate::truth::Truth;

/// The judgement of the first part that is known, with what later parts say against it.
pub(super) fn first_known<'c>(
    parts: &'c [Predicate],
    facts: &Facts,
    item: Option<Item<'_>>,
) -> Outcome<'c> {
    let of = |part: &Predicate| part.truth(facts, item.map(|item| item.fact));
    let mut rest = parts.iter();
    let Some(first) = rest.by_ref().find(|part| of(part) != Truth::Unknown) else {
        let (because, _) = gathered(parts.iter().map(|part| part.judge(facts, item)));
        return Outcome { truth: Truth::Unknown, because, contrary: Vec::new() };
    };
    let mut decided = first.judge(facts, item);
    for part in rest {
        if of(part) == decided.truth.negated() {
            decided.contrary.extend(telling(part.judge(facts, item).because.into_iter()));
        } else if decided.truth == Truth::False {
            decided.contrary.extend(broken(part, facts, item));
        }
    }
    decided
}

/// The promises in a statement that another layer hinders: in every `all` where parts about one domain
/// hold and parts about others do not, the ones that hold, and after them what hinders them.
/// `SECURE_HSTS_SECONDS` is a year, but nginx hides the header.
fn broken<'c>(part: &'c Predicate, facts: &Facts, item: Option<Item<'_>>) -> Vec<Reason<'c>> {
    let (Predicate::All(parts) | Predicate::Any(parts)) = part else {
        return Vec::new();
    };
    if matches!(part, Predicate::All(_)) {
        let judged = parts.iter().map(|part| part.judge(facts, item));
        let (kept, hindered): (Vec<Outcome<'c>>, Vec<Outcome<'c>>) =
            judged.partition(|outcome| outcome.truth == Truth::True);
        let layers_are_here =
            hindered.iter().all(|outcome| !outcome.because.iter().all(Reason::is_presence));
        let tell = |outcomes: Vec<Outcome<'c>>| -> Vec<Reason<'c>> {
            telling(outcomes.into_iter().flat_map(|outcome| outcome.because))
        };
        let (promises, hindrances) = (tell(kept), tell(hindered));
        if layers_are_here
            && !promises.is_empty()
            && !hindrances.is_empty()
            && domains(&promises).is_disjoint(&domains(&hindrances))
        {
            return promises.into_iter().chain(hindrances).collect();
        }
    }
    parts.iter().flat_map(|part| broken(part, facts, item)).collect()
}

/// The reasons that tell something of a layer, and not only that it is there.
fn telling<'c>(reasons: impl Iterator<Item = Reason<'c>>) -> Vec<Reason<'c>> {
    reasons.filter(|reason| !reason.is_presence()).collect()
}

fn domains<'r>(reasons: &'r [Reason<'_>]) -> BTreeSet<&'r str> {
    reasons.iter().filter_map(|reason| reason.subject.split('.').next()).collect()
}
