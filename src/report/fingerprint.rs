//! A name for a finding that outlives moved lines: baselines and trackers go by it.

use super::Excerpts;
use crate::check::Finding;
use crate::fact::Place;
use crate::policy::settle::places;

/// The name of a finding: its check, its first place without the line number, and what that line says.
pub fn fingerprint(finding: &Finding<'_>, excerpts: &Excerpts<'_>) -> String {
    let mut hash = Fnv::default();
    hash.add(finding.check.as_str());
    if let Some(place) = places(finding).first() {
        match place {
            Place::File { path, .. } => hash.add(path.as_str()),
            Place::Exchange(exchange) => hash.add(&exchange.url),
        }
        if let Some(excerpt) = excerpts.line(place) {
            let words: Vec<&str> = excerpt.text.split_whitespace().collect();
            hash.add(&words.join(" "));
        }
    }
    format!("{:016x}", hash.0)
}

/// FNV-1a of 64 bits: the same in every version of this program, which the standard library's is not.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::check::{CheckId, Reason, Verdict};
    use crate::fact::{Fact, ProjectPath};
    use crate::project::Project;
    use crate::truth::Truth;

    fn of(text: &str, line: u32) -> String {
        let project = Project::of_texts([("s.py", text)]);
        let excerpts = Excerpts::masking(Some(&project), BTreeSet::new());
        let found = Fact::literal(true, Place::line(&ProjectPath::new("s.py"), line));
        let reason = Reason {
            subject: "x".into(),
            wanted: None,
            negated: false,
            found,
            truth: Truth::False,
            otherwise: None,
        };
        let check = CheckId::new("django/debug-off");
        let finding = Finding {
            check: &check,
            subject: None,
            verdict: Verdict::Fail,
            because: vec![reason],
            contrary: Vec::new(),
        };
        fingerprint(&finding, &excerpts)
    }

    #[test]
    fn a_moved_line_keeps_its_name_and_a_changed_one_loses_it() {
        assert_eq!(of("DEBUG = True\n", 1), of("\n\nDEBUG  =  True\n", 3));
        assert_ne!(of("DEBUG = True\n", 1), of("DEBUG = 1\n", 1));
    }
}
