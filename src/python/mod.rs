//! Python source to values, without running it: the page to read first about settings.
//!
//! Settings are a program, and nothing of an audited project is ever run. So they are evaluated
//! abstractly: with the values that can be known, and unknown ones with a reason for the rest.
//!
//! **A condition that is not known** is taken both ways, and what the two ways lead to is joined: a
//! name has one of several values ([`Value::OneOf`](crate::fact::Value)), a list one of several forms.
//! The variables that decide are noted in the provenance of what they decide.
//!
//! **A variable of the environment that nobody is seen to set** may still be given at deploy time,
//! unless the environment is whole ([`Environment::whole`]). What the program makes of it decides:
//!
//! - demanded (`os.environ["X"]`): unknown, and required;
//! - wished with a default (`os.environ.get("X", d)`, `env("X", default=d)`, `get("X") or d`, `None`
//!   tested first): the default, because that is what runs when somebody forgets the variable;
//!   its origin is that of the default, and `X` is among its variables;
//! - wished without a default (`os.environ.get("X")`): unknown as a value; compared, tested or cast to
//!   a truth value, it is one of true and false;
//! - absent, so that the program stops (`if not X: raise …`): required, and unknown from there on.
//!
//! **What is not understood is unknown**, with the construct and its place as the reason. A file that
//! does not parse, or that takes more steps than its budget allows, tells nothing at all: what was
//! read of it may be set anew in what was not read.
//!
//! Durations become numbers of seconds, `None` becomes absent, paths begin with `/<project>` for the
//! project's folder, and a random key is another one of the same length from the same letters.

mod access;
mod assignment;
mod attempts;
mod branches;
mod budget;
mod builtins;
mod calls;
mod changes;
mod classes;
mod comparisons;
mod comprehensions;
mod containers;
mod data_classes;
mod data_files;
mod declarations;
mod documents;
mod enumerations;
mod environment;
mod expressions;
mod facts;
mod flask_config;
mod format_specs;
mod formats;
mod frameworks;
mod functions;
mod heap;
mod heroku;
mod ignored;
mod imports;
mod interpreter;
mod iteration;
mod joining;
mod libraries;
mod literals;
mod members;
mod methods;
mod modules;
mod namespace;
mod narrowing;
mod numbers;
mod operators;
mod path_methods;
mod paths;
mod patterns;
mod positions;
mod quoting;
mod ran;
mod random;
mod readers;
mod reflection;
mod refusals;
mod regexes;
mod shared_list;
mod source;
mod statements;
mod term;
mod texts;
mod undefined;
mod untaken;

pub use declarations::Declared;
pub use environment::{Environment, Read};
pub use frameworks::Made;
pub use interpreter::Interpreter;
pub use namespace::{Called, Namespace};
pub use paths::project_path;
pub use source::Library;

use crate::fact::Ignorance;
use crate::project::{Project, Service};

/// Deeply nested source needs a deep stack to be parsed and dropped: 100,000 levels overflow 8 MiB,
/// and the largest file read has at most 1,000,000 levels.
pub const STACK_BYTES: usize = 512 << 20;
/// What a thread may have used of its stack before an evaluation starts on it.
const USED_BYTES: usize = 1 << 20;

/// Evaluates modules of a service once: gives `work` an interpreter whose environment is this.
pub fn interpret<R: Send>(
    project: &Project,
    service: &Service,
    environment: &Environment,
    work: impl FnOnce(&mut Interpreter<'_>) -> R + Send,
) -> Result<R, Ignorance> {
    on_deep_stack(move || evaluate(&Library::new(project, service), environment, work))
}

impl Library<'_> {
    /// Evaluates modules of the service, of which those that were evaluated before are parsed already.
    pub fn interpret<R: Send>(
        &mut self,
        environment: &Environment,
        work: impl FnOnce(&mut Interpreter<'_>) -> R + Send,
    ) -> Result<R, Ignorance> {
        on_deep_stack(move || evaluate(self, environment, work))
    }
}

fn evaluate<R>(
    library: &Library<'_>,
    environment: &Environment,
    work: impl FnOnce(&mut Interpreter<'_>) -> R,
) -> R {
    let surroundings = environment::Surroundings::new(environment.clone());
    work(&mut Interpreter::new(library, surroundings))
}

fn on_deep_stack<R: Send>(run: impl FnOnce() -> R + Send) -> Result<R, Ignorance> {
    if stacker::remaining_stack().is_some_and(|rest| rest >= STACK_BYTES - USED_BYTES) {
        return Ok(run());
    }
    let failed = || Ignorance::new("the Python files could not be evaluated");
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        thread.map_err(|_| failed())?.join().map_err(|_| failed())
    })
}

#[cfg(test)]
mod tests;
