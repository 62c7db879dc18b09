//! Whether the development server can be started with its debugger, and whether production does that.

use crate::collect::Sources;
use crate::collect::application::{commands, counted, run_files};
use crate::collect::django::environment;
use crate::fact::{Fact, Facts, Ignorance, Place, ProjectPath, Value};
use crate::python::{Called, interpret};

/// More files than this are not run as the program.
const MAX_FILES: usize = 6;

/// Whether a file, run as the program, starts the debugger; and whether production runs one so.
pub(super) fn started(
    sources: &Sources<'_>,
    so_far: &Facts,
    application: &ProjectPath,
) -> (Fact, Fact) {
    let commands = commands(sources, so_far);
    let run: Vec<ProjectPath> =
        commands.iter().flat_map(|command| run_files(sources, command)).collect();
    let candidates = counted(sources).filter(|path| {
        sources
            .project
            .read(path)
            .is_ok_and(|text| text.contains(".run(") && text.contains("__main__"))
    });
    let mut found: Option<(Fact, ProjectPath)> = None;
    let mut worst = Fact::derived(false).at(Place::whole(application));
    for path in candidates.take(MAX_FILES) {
        let Some(debug) = debug_of(sources, so_far, path) else {
            continue;
        };
        match &debug.value {
            // The file that production runs counts before others.
            Value::Bool(true) if found.is_none() || run.contains(path) => {
                found = Some((debug, path.clone()));
            }
            Value::Bool(_) => {}
            _ => worst = debug,
        }
    }
    let runs_itself = match (&found, commands.is_empty()) {
        (Some((_, path)), false) => Fact::derived(run.contains(path)).at(Place::whole(path)),
        (None, false) => Fact::derived(false),
        (_, true) => Fact::derived(Value::Unknown(
            Ignorance::new("no file tells how production starts the application")
                .settled_by("add the Procfile, image or unit that starts it"),
        )),
    };
    (found.map_or(worst, |(debug, _)| debug), runs_itself)
}

/// What `debug` is when a file is run as the program; none if it does not start a server.
fn debug_of(sources: &Sources<'_>, so_far: &Facts, path: &ProjectPath) -> Option<Fact> {
    let environment = environment(so_far);
    let calls = interpret(sources.project, sources.service, &environment, |interpreter| {
        interpreter.main(path);
        interpreter.calls()
    });
    calls.ok()?.iter().find_map(debug_argument)
}

/// The argument `debug` of `app.run(host, port, debug)`.
fn debug_argument(call: &Called) -> Option<Fact> {
    let position = match call.function.as_str() {
        "flask.Flask.run" | "quart.Quart.run" => Some(2),
        "flask_socketio.SocketIO.run" => None,
        _ => return None,
    };
    let given =
        call.named.get("debug").or_else(|| call.positional.get(position.unwrap_or(usize::MAX)));
    let mut debug = given.cloned().unwrap_or_else(|| Fact::derived(false));
    debug.value = truth(&debug.value);
    debug.provenance.place = Some(call.place.clone());
    Some(debug)
}

/// A value as Python's `bool` takes it, if it is known.
fn truth(value: &Value) -> Value {
    match value {
        Value::Bool(bool) => Value::Bool(*bool),
        Value::Int(int) => Value::Bool(*int != 0),
        Value::Text(text) => Value::Bool(!text.is_empty()),
        Value::Absent => Value::Bool(false),
        Value::OneOf(several) => {
            Value::one_of(several.iter().map(|each| Fact::derived(truth(&each.value))).collect())
        }
        other => other.clone(),
    }
}
