//! The application that a Python program makes, and how production starts it.

use std::sync::LazyLock;

use regex::Regex;

use super::Sources;
use super::django::environment;
use crate::fact::{Fact, Facts, Ignorance, ProjectPath, Value};
use crate::project::Role;
use crate::project::constructors::signs;
use crate::python::{Called, Environment, Made, Read, interpret};

/// What was made and called on the way to the application.
pub(super) struct Application {
    /// The file that was run.
    pub(super) file: ProjectPath,
    /// The objects of the framework's class, the first one first; at least one of what is found.
    pub(super) objects: Vec<Made>,
    /// The calls of libraries' functions.
    pub(super) calls: Vec<Called>,
    /// What was asked of the environment.
    pub(super) reads: Vec<Read>,
    /// Why not all of it was run, if it was not.
    pub(super) cut_short: Option<Ignorance>,
}

/// Files in which applications are made or started, the likeliest first.
const ENTRIES: &[&str] = &[
    "wsgi.py",
    "asgi.py",
    "main.py",
    "app.py",
    "run.py",
    "server.py",
    "application.py",
    "api.py",
    "manage.py",
    "index.py",
    "__init__.py",
];

/// Names of functions that make an application.
const FACTORIES: &[&str] =
    &["create_app", "make_app", "get_app", "create_application", "build_app", "app_factory"];

/// More files than this are not tried.
const MAX_ENTRIES: usize = 12;

static SERVED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let servers = "gunicorn|uvicorn|hypercorn|daphne|waitress-serve|granian|uwsgi|bjoern";
    Regex::new(&format!(
        r#"(?:{servers})\b[^\n|&]*?[\s"',=]([A-Za-z_][0-9A-Za-z_.]*):([A-Za-z_][0-9A-Za-z_]*)"#
    ))
    .ok()
});
static RUN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"\bpython[0-9.]*["',\s]+(?:-[uOBI]+["',\s]+)*([\w./-]+\.py)\b"#).ok()
});

/// The application of a framework, by the dotted names of its classes; why it is not known if nothing that
/// makes one leads to it; none if the program makes none.
pub(super) fn application(
    sources: &Sources<'_>,
    so_far: &Facts,
    classes: &[&str],
) -> Option<Result<Application, Ignorance>> {
    let constructors: Vec<String> =
        classes.iter().filter_map(|class| class.rsplit('.').next()).flat_map(signs).collect();
    let constructs = |path: &ProjectPath| {
        let text = sources.project.read(path);
        text.is_ok_and(|text| constructors.iter().any(|made| text.contains(made.as_str())))
    };
    let programs = sources.service.programs();
    let makers: Vec<&ProjectPath> = programs
        .filter(|path| sources.project.makes_application(path) && constructs(path))
        .collect();
    if makers.is_empty() {
        return None;
    }
    let environment = environment(so_far);
    let mut stopped = None;
    for entry in entries(sources, so_far, &makers) {
        match run(sources, &environment, &entry, classes) {
            Ok(application) if !application.objects.is_empty() => return Some(Ok(application)),
            Ok(Application { cut_short: why, file, .. }) => {
                stopped = stopped.or(why.filter(|_| makers.contains(&&file)));
            }
            Err(why) => stopped = stopped.or(Some(why)),
        }
    }
    let maker = makers.into_iter().find(|path| imports(sources, path, classes))?;
    let is_djangos = so_far.found("django");
    (!is_djangos).then(|| Err(not_reached(maker, stopped)))
}

/// What a file makes, and the function in it that makes the application, if it has one.
fn run(
    sources: &Sources<'_>,
    environment: &Environment,
    entry: &Entry,
    classes: &[&str],
) -> Result<Application, Ignorance> {
    interpret(sources.project, sources.service, environment, |interpreter| {
        let folder = entry.file.folder();
        // A package of the program's own that is called as the framework is lies in another package.
        if !holds_namesake(sources, &folder, classes) {
            interpreter.starts_in(folder);
        }
        let namespace = interpreter.module(&entry.file);
        let of_framework = |made: &Made| classes.contains(&made.class.as_str());
        let mut cut_short = namespace.raised.or(namespace.rest);
        if !interpreter.made_objects().iter().any(of_framework) {
            let named = entry.factory.iter().map(String::as_str);
            for factory in named.chain(FACTORIES.iter().copied()) {
                match interpreter.call_function(&entry.file, factory) {
                    Ok(false) => continue,
                    Ok(true) => {}
                    Err(why) => cut_short = cut_short.or(Some(why)),
                }
                break;
            }
        }
        Application {
            file: entry.file.clone(),
            objects: interpreter.made_objects().into_iter().filter(of_framework).collect(),
            calls: interpreter.calls(),
            reads: interpreter.reads(),
            cut_short,
        }
    })
}

/// The packages that some classes are from.
fn frameworks<'c>(classes: &'c [&str]) -> impl Iterator<Item = &'c str> {
    classes.iter().filter_map(|class| class.split('.').next())
}

/// Whether a folder holds a package or module with the name of the framework.
fn holds_namesake(sources: &Sources<'_>, folder: &ProjectPath, classes: &[&str]) -> bool {
    frameworks(classes).any(|name| {
        let (package, module) = (folder.join(name), folder.join(&format!("{name}.py")));
        sources.service.programs().any(|path| *path == module || path.is_in(&package))
    })
}

/// Whether a file imports the framework; others only speak of it, or inherit from what another file has.
fn imports(sources: &Sources<'_>, path: &ProjectPath, classes: &[&str]) -> bool {
    let signs: Vec<String> = frameworks(classes)
        .flat_map(|name| [format!("from {name}"), format!("import {name}")])
        .collect();
    sources.project.read(path).is_ok_and(|text| {
        let mut lines = text.lines().map(str::trim_start);
        lines.any(|line| signs.iter().any(|sign| line.starts_with(sign.as_str())))
    })
}

fn not_reached(maker: &ProjectPath, stopped: Option<Ignorance>) -> Ignorance {
    let Some(Ignorance { why, remedy }) = stopped else {
        return Ignorance::new(format!("how `{maker}` makes its application is not followed"));
    };
    let why = format!("`{maker}` does not get as far as its application: {why}");
    Ignorance { why: why.into(), remedy }
}

/// A file to run, and the function in it that makes the application, if one is named.
struct Entry {
    file: ProjectPath,
    factory: Option<String>,
}

/// The files to try: what production serves, then what is named like an entry, then what makes one.
fn entries(sources: &Sources<'_>, so_far: &Facts, makers: &[&ProjectPath]) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    let mut add = |file: ProjectPath, factory: Option<String>| {
        if all.len() < MAX_ENTRIES && !all.iter().any(|known| known.file == file) {
            all.push(Entry { file, factory });
        }
    };
    for command in commands(sources, so_far) {
        for captures in SERVED.iter().flat_map(|pattern| pattern.captures_iter(&command)) {
            let (Some(module), Some(name)) = (captures.get(1), captures.get(2)) else {
                continue;
            };
            let below = module.as_str().replace('.', "/");
            let names = [format!("{below}.py"), format!("{below}/__init__.py")];
            if let Some(file) = names.iter().find_map(|name| file_ending(sources, name)) {
                add(file, Some(name.as_str().to_owned()));
            }
        }
        for file in run_files(sources, &command) {
            add(file, None);
        }
    }
    let named = |name: &'static str| makers.iter().filter(move |path| path.name() == name);
    let starters = |names: &'static [&'static str]| {
        let programs = move |name| sources.service.programs().filter(move |it| it.name() == name);
        names.iter().flat_map(move |name| programs(*name)).filter(|path| counts(path))
    };
    let (servers, others) = ENTRIES.split_at(2);
    let makers_named = ENTRIES.iter().flat_map(|name| named(name).copied());
    for file in starters(servers).chain(makers_named).chain(makers.iter().copied()) {
        add(file.clone(), None);
    }
    // What is named like an entry may call what makes the application.
    for file in starters(others) {
        add(file.clone(), None);
    }
    all
}

/// The Python files that count for production.
pub(super) fn counted<'p>(
    sources: &Sources<'p>,
) -> impl Iterator<Item = &'p ProjectPath> + use<'p> {
    sources.service.programs().filter(|path| counts(path))
}

fn counts(path: &ProjectPath) -> bool {
    Role::of(path).counts()
}

/// The command lines by which production starts, as far as files tell.
pub(super) fn commands(sources: &Sources<'_>, so_far: &Facts) -> Vec<String> {
    let mut all = Vec::new();
    for path in ["docker.commands", "compose.commands"] {
        for item in so_far.at(path).value.items() {
            let command = item.value.field("command").unwrap_or(item);
            all.extend(command.value.text().map(str::to_owned));
        }
    }
    let is_read = so_far.found("docker");
    for path in sources.service.files() {
        let name = path.name();
        let starts = |line: &str| match path.extension() {
            "service" => line.starts_with("ExecStart="),
            "toml" | "yaml" | "yml" | "json" => line.contains("ommand") || line.contains("\"start"),
            _ => !line.trim_start().starts_with('#'),
        };
        let tells = path.extension() == "service"
            || name == "Procfile"
            || matches!(
                name,
                "render.yaml" | "fly.toml" | "app.yaml" | "railway.json" | "railway.toml"
            )
            || matches!(name, "entrypoint.sh" | "start.sh" | "docker-entrypoint.sh" | "run.sh");
        // Without the collectors of images and compose files, their commands are read as they stand.
        let image = name.starts_with("Dockerfile") && !is_read;
        if !(tells || image) || !Role::of(path).counts() {
            continue;
        }
        let Ok(text) = sources.project.read(path) else {
            continue;
        };
        let lines = text.lines().filter(|line| {
            if image {
                line.starts_with("CMD") || line.starts_with("ENTRYPOINT")
            } else {
                starts(line)
            }
        });
        all.extend(lines.map(str::to_owned));
    }
    all
}

/// The files of the service that a command line runs as the program itself.
pub(super) fn run_files(sources: &Sources<'_>, command: &str) -> Vec<ProjectPath> {
    let runs = RUN.iter().flat_map(|pattern| pattern.captures_iter(command));
    runs.filter_map(|captures| file_ending(sources, captures.get(1)?.as_str())).collect()
}

/// The file of the service that a path from some folder above it means.
fn file_ending(sources: &Sources<'_>, path: &str) -> Option<ProjectPath> {
    let direct = sources.service.root.join(path);
    if sources.service.sees(&direct) {
        return Some(direct);
    }
    let ending = format!("/{}", path.trim_start_matches("./").trim_start_matches('/'));
    let mut programs = sources.service.programs();
    programs.find(|file| file.as_str().ends_with(&ending) && counts(file)).cloned()
}

/// Whether origins admit every site: `*`, or an expression that matches everything.
pub(super) fn admits_all(origins: &Value) -> Value {
    match origins {
        Value::Text(text) => {
            Value::Bool(matches!(text.trim(), "*" | ".*" | "^.*$" | "^.*" | ".*$" | ".+" | "^.+$"))
        }
        Value::List(list) => {
            let each: Vec<Value> = list.items.iter().map(|item| admits_all(&item.value)).collect();
            if each.contains(&Value::Bool(true)) {
                return Value::Bool(true);
            }
            let unknown = each.into_iter().find(|each| *each != Value::Bool(false));
            let rest = list.rest.clone().map(Value::Unknown);
            unknown.or(rest).unwrap_or(Value::Bool(false))
        }
        Value::OneOf(alternatives) => {
            let each = alternatives.iter().map(|each| Fact::derived(admits_all(&each.value)));
            Value::one_of(each.collect())
        }
        Value::Unknown(why) => Value::Unknown(why.clone()),
        _ => Value::Bool(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_name_what_is_served_and_what_is_run() {
        let served = |line: &str| {
            let captures = SERVED.as_ref()?.captures(line)?;
            Some(format!("{} {}", captures.get(1)?.as_str(), captures.get(2)?.as_str()))
        };
        for (line, found) in [
            ("web: gunicorn -w 4 shop.wsgi:app", Some("shop.wsgi app")),
            ("gunicorn --bind 0.0.0.0:8000 app:create_app()", Some("app create_app")),
            ("CMD [\"uvicorn\", \"main:app\", \"--port\", \"80\"]", Some("main app")),
            ("python app.py", None),
        ] {
            assert_eq!(served(line).as_deref(), found, "{line}");
        }
        let run = |line: &str| Some(RUN.as_ref()?.captures(line)?.get(1)?.as_str().to_owned());
        assert_eq!(run("CMD [\"python\", \"backend/app.py\"]").as_deref(), Some("backend/app.py"));
        assert_eq!(run("python3 -u app.py").as_deref(), Some("app.py"));
        assert_eq!(run("python -m flask run"), None);
    }
}
