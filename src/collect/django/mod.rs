//! The settings that production runs: the facts under `django`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows the settings that production runs.
pub struct Django;

impl Collector for Django {
    fn domain(&self) -> Domain {
        Domain {
            name: "django",
            means: "the settings that production runs",
            when_missing: WhenMissing::NotApplicable("no Django project is here"),
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
