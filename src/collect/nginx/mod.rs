//! What nginx does with requests: the facts under `nginx`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows what nginx does with requests.
pub struct Nginx;

impl Collector for Nginx {
    fn domain(&self) -> Domain {
        Domain {
            name: "nginx",
            means: "what nginx does with requests",
            when_missing: WhenMissing::NotApplicable("no nginx configuration is here"),
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
