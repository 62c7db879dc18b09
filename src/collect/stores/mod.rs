//! The databases, caches and queues that the program connects to: the facts under `stores`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows the databases, caches and queues that the program connects to.
pub struct Stores;

impl Collector for Stores {
    fn domain(&self) -> Domain {
        Domain {
            name: "stores",
            means: "the databases, caches and queues that the program connects to",
            when_missing: WhenMissing::NotApplicable(
                "no connection to a data store is configured here",
            ),
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
