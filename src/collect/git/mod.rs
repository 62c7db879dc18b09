//! What git tracks and ignores: the facts under `git`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows what git tracks and ignores.
pub struct Git;

impl Collector for Git {
    fn domain(&self) -> Domain {
        Domain {
            name: "git",
            means: "what git tracks and ignores",
            when_missing: WhenMissing::NotApplicable("there is no git repository here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        &[]
    }

    fn wants(&self, _path: &ProjectPath) -> bool {
        false
    }

    fn collect(&self, _sources: &Sources<'_>, _so_far: &Facts) -> Facts {
        Facts::default()
    }
}
