//! How containers are run together: the facts under `compose`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows how containers are run together.
pub struct Compose;

impl Collector for Compose {
    fn domain(&self) -> Domain {
        Domain {
            name: "compose",
            means: "how containers are run together",
            when_missing: WhenMissing::NotApplicable("no compose file is here"),
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
