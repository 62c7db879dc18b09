//! The environment that production gives the program: the facts under `env`.

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, ProjectPath, WhenMissing};

/// Knows the environment that production gives the program.
pub struct Env;

impl Collector for Env {
    fn domain(&self) -> Domain {
        Domain {
            name: "env",
            means: "the environment that production gives the program",
            when_missing: WhenMissing::Unknown {
                why: "no environment of production is in the project",
                remedy: "give `--env-file`",
            },
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
