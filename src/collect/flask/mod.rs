//! The configuration of a Flask application: the facts under `flask`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows the configuration of a Flask application.
pub struct Flask;

impl Collector for Flask {
    fn domain(&self) -> Domain {
        Domain {
            name: "flask",
            means: "the configuration of a Flask application",
            when_missing: WhenMissing::NotApplicable("no Flask application is here"),
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
