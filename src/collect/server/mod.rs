//! The application server and how it is started: the facts under `server`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows the application server and how it is started.
pub struct Server;

impl Collector for Server {
    fn domain(&self) -> Domain {
        Domain {
            name: "server",
            means: "the application server and how it is started",
            when_missing: WhenMissing::NotApplicable("no application server is started here"),
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
