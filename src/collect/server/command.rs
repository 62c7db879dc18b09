//! One start command as a record of facts.

use super::program::Program;
use super::script;
use super::start::{Start, variable};
use crate::collect::Sources;
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};

/// The fields of a command.
pub(super) const COMMAND: &[FactSpec] = &[
    FactSpec::new("command", Kind::Text, "The command line, wrappers and shells taken off."),
    FactSpec::new(
        "program",
        Kind::Text,
        "What it starts: gunicorn, uvicorn, hypercorn, daphne, uwsgi, waitress, granian, fastapi-run, runserver, \
         flask-run, fastapi-dev, python-script or other.",
    ),
    FactSpec::new(
        "web",
        Kind::Bool,
        "Whether it answers requests; unknown for a script that is not here.",
    ),
    FactSpec::new("development", Kind::Bool, "Whether it is a server for development only."),
    FactSpec::new("reload", Kind::Bool, "Whether it starts anew when a source file changes."),
    FactSpec::new("debug", Kind::Bool, "Whether it is started with a debugger."),
    FactSpec::new("in-container", Kind::Bool, "Whether it runs in a container."),
];

/// The record of a command; `settings` are those of the gunicorn or uWSGI that it starts, if it does.
pub(super) fn command(
    sources: &Sources<'_>,
    facts: &Facts,
    start: &Start,
    settings: Option<&Fact>,
) -> Fact {
    let at = |value: Value| Fact::literal(value, start.place.clone());
    let says =
        |flags: &[&str]| start.started.arguments.iter().any(|word| flags.contains(&word.start()));
    let (program, web, development) = match &start.started.program {
        Program::Server(name) => (*name, Value::Bool(true), Value::Bool(false)),
        Program::DevelopmentServer(name) => {
            let doubt = start.doubt.clone().map(Value::Unknown);
            (*name, Value::Bool(true), doubt.unwrap_or(Value::Bool(true)))
        }
        Program::Script(name) => script::told(sources, name, &start.line),
        Program::Other(name) if name.starts_with('$') => {
            let why =
                || Value::Unknown(Ignorance::new(format!("`{name}` is given when it starts")));
            ("other", why(), why())
        }
        Program::Other(_) => ("other", Value::Bool(false), Value::Bool(false)),
    };
    let by_variable = |name: &str| {
        let value = variable(facts, &start.command, name)?;
        Some(!matches!(value.value.text()?.to_lowercase().as_str(), "" | "0" | "false" | "no"))
    };
    let is_flask = program == "flask-run";
    let debug =
        says(&["--debug", "--debugger"]) || (is_flask && by_variable("FLASK_DEBUG") == Some(true));
    let reload = match (program, settings.and_then(|settings| settings.value.field("reload"))) {
        (_, Some(reload)) => reload.clone(),
        ("runserver", None) => at(Value::Bool(!says(&["--noreload"]))),
        ("fastapi-dev", None) => at(Value::Bool(!says(&["--no-reload"]))),
        _ => at(Value::Bool(says(&["--reload", "--py-autoreload"]) || (is_flask && debug))),
    };
    at(Value::record([
        ("command", at(Value::from(start.line.as_str()))),
        ("program", at(Value::from(program))),
        ("web", at(web)),
        ("development", at(development)),
        ("reload", reload),
        ("debug", at(Value::Bool(debug))),
        ("in-container", at(Value::Bool(start.in_container))),
    ]))
}
