//! How images are built: the facts under `docker`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows how images are built.
pub struct Dockerfile;

impl Collector for Dockerfile {
    fn domain(&self) -> Domain {
        Domain {
            name: "docker",
            means: "how images are built",
            when_missing: WhenMissing::NotApplicable("no Dockerfile is here"),
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
