//! What a Python script of the project does when it is run: serve by itself, by a real server, or not.

use super::program::is_shell_script;
use crate::collect::Sources;
use crate::fact::{Ignorance, ProjectPath, Value};

/// The program, whether it answers requests, and whether it is a server for development.
pub(super) fn told(sources: &Sources<'_>, name: &str, line: &str) -> (&'static str, Value, Value) {
    if is_shell_script(name) {
        let why =
            || Value::Unknown(Ignorance::new(format!("what `{name}` starts is not told here")));
        return ("other", why(), why());
    }
    let Some(text) = file(sources, name, line).and_then(|path| sources.project.read(path).ok())
    else {
        let why = || Value::Unknown(Ignorance::new(format!("`{name}` is not in the project")));
        return ("python-script", why(), why());
    };
    let calls = |calls: &[&str]| calls.iter().any(|call| has_call(text, call));
    let by_server = calls(&["uvicorn.run(", "serve(", "hypercorn.", "WSGIServer(", "web.run_app("]);
    let by_itself =
        calls(&["app.run(", "application.run(", "socketio.run(", ".run(debug", ".run(host"]);
    match (by_server, by_itself) {
        (false, true) => ("python-script", Value::Bool(true), Value::Bool(true)),
        (true, false) => ("python-script", Value::Bool(true), Value::Bool(false)),
        (true, true) => {
            let why = format!("`{name}` can start by a real server or by its framework's own");
            ("python-script", Value::Bool(true), Value::Unknown(Ignorance::new(why)))
        }
        (false, false) => ("other", Value::Bool(false), Value::Bool(false)),
    }
}

/// Whether a call stands in the text outside of comments.
fn has_call(text: &str, call: &str) -> bool {
    text.lines().any(|line| line.split('#').next().unwrap_or_default().contains(call))
}

/// The file that is run: `backend/app.py` of the line, else the only one with that name.
fn file<'s>(sources: &Sources<'s>, name: &str, line: &str) -> Option<&'s ProjectPath> {
    let module = format!("{}.py", name.replace('.', "/"));
    let wanted = |path: &&ProjectPath| {
        sources.service.sees(path) && (path.name() == name || path.as_str().ends_with(&module))
    };
    let written = line.split_whitespace().find(|word| word.ends_with(name));
    let by_path = written.and_then(|word| {
        let word = word.trim_start_matches("./").trim_start_matches("/app/");
        sources.project.paths().find(|path| path.as_str().ends_with(word))
    });
    by_path.filter(wanted).or_else(|| sources.project.paths().find(wanted))
}
