//! The Python packages that the project asks for: the facts under `requirements`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows the Python packages that the project asks for.
pub struct Requirements;

impl Collector for Requirements {
    fn domain(&self) -> Domain {
        Domain {
            name: "requirements",
            means: "the Python packages that the project asks for",
            when_missing: WhenMissing::NotApplicable("no list of Python packages is here"),
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
