//! What judging a project by a check found.

use super::{CheckId, Reason};
use crate::fact::Place;

/// How a check judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// There is nothing here that the check could be about.
    NotApplicable,
    /// It is as it ought to be.
    Pass,
    /// Nobody can say from what was seen.
    Unknown,
    /// It is not as it ought to be.
    Fail,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Fail, Self::Unknown, Self::NotApplicable];

    /// The word for it in check files and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
            Self::Unknown => "unknown",
            Self::Fail => "fail",
        }
    }
}

/// A verdict with its reasons.
#[derive(Clone, Debug)]
pub struct Finding<'c> {
    /// Which check judged.
    pub check: &'c CheckId,
    /// Which item was judged, of a check that judges the items of a list one by one.
    pub subject: Option<Box<Subject>>,
    /// The verdict.
    pub verdict: Verdict,
    /// The facts that decided.
    pub because: Vec<Reason<'c>>,
    /// Facts that promise otherwise but were overruled: where the layers disagree.
    pub contrary: Vec<Reason<'c>>,
}

/// One item of a list that is judged item by item.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it is called: `nginx.locations[2]`.
    pub name: String,
    /// Where it is, if it has a place.
    pub place: Option<Place>,
}
