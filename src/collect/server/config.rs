//! gunicorn's configuration file, a Python program: what it sets.

use std::collections::BTreeMap;

use crate::collect::{Sources, django};
use crate::fact::{Fact, Facts, Ignorance, ProjectPath, Value};
use crate::python::{Namespace, interpret};

/// What a configuration file sets.
#[derive(Clone, Debug, Default)]
pub(super) struct Config {
    set: BTreeMap<String, Fact>,
    /// Why it may set more.
    rest: Option<Ignorance>,
    /// Whether it takes more processes than the machine has cores, however many that are.
    pub(super) outnumbers_cores: bool,
}

impl Config {
    /// A file that is named, but cannot be read.
    pub(super) fn unknown(why: Ignorance) -> Self {
        Self { rest: Some(why), ..Self::default() }
    }

    /// A file of the project.
    pub(super) fn of(sources: &Sources<'_>, facts: &Facts, path: &ProjectPath) -> Self {
        let text = match sources.project.read(path) {
            Ok(text) => text,
            Err(why) => return Self::unknown(why),
        };
        let environment = django::environment(facts);
        let run = interpret(sources.project, sources.service, &environment, |interpreter| {
            interpreter.module(path)
        });
        match run {
            Ok(Namespace { variables, rest, raised, .. }) => Self {
                set: variables,
                rest: rest.or(raised),
                outnumbers_cores: text.lines().any(outnumbers_cores),
            },
            Err(why) => Self::unknown(why),
        }
    }

    /// What a setting is set to; unknown if it may be set, none if it is not.
    pub(super) fn get(&self, name: &str) -> Option<Fact> {
        let hidden = || self.rest.clone().map(|why| Fact::derived(Value::Unknown(why)));
        self.set.get(name).cloned().or_else(hidden)
    }
}

/// `workers = multiprocessing.cpu_count() * 2 + 1`: two at least, on whatever machine.
fn outnumbers_cores(line: &str) -> bool {
    let Some(value) =
        line.strip_prefix("workers").and_then(|rest| rest.trim_start().strip_prefix('='))
    else {
        return false;
    };
    value.contains("cpu_count()") && value.contains(['*', '+'])
}
