//! The configuration of a FastAPI application: the facts under `fastapi`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows the configuration of a FastAPI application.
pub struct FastApi;

impl Collector for FastApi {
    fn domain(&self) -> Domain {
        Domain {
            name: "fastapi",
            means: "the configuration of a FastAPI application",
            when_missing: WhenMissing::NotApplicable("no FastAPI application is here"),
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
