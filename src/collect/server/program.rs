//! Which server a command starts, and whether it is one for development.

use crate::grammar::shell_words::{Command, Word, commands};

/// A program that a command line starts, with what follows its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Started {
    /// What it is.
    pub(super) program: Program,
    /// The words after the name.
    pub(super) arguments: Vec<Word>,
}

/// The servers and other programs that are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// A server made for production, by its name.
    Server(&'static str),
    /// A server that comes with a framework for development only, by its name.
    DevelopmentServer(&'static str),
    /// A script or module of the project, by its name.
    Script(String),
    /// Anything else, by its name.
    Other(String),
}

/// Servers for production by the name of their program.
const SERVERS: &[(&str, &str)] = &[
    ("gunicorn", "gunicorn"),
    ("uvicorn", "uvicorn"),
    ("hypercorn", "hypercorn"),
    ("daphne", "daphne"),
    ("uwsgi", "uwsgi"),
    ("waitress-serve", "waitress"),
    ("waitress", "waitress"),
    ("granian", "granian"),
    ("mod_wsgi-express", "mod_wsgi"),
    ("robyn", "robyn"),
];

/// Programs whose arguments name other programs without starting them.
const TALKERS: &[&str] = &[
    "pip",
    "pip3",
    "echo",
    "printf",
    "apt-get",
    "apk",
    "cd",
    "which",
    "type",
    "pkill",
    "kill",
    "killall",
    "grep",
    "cp",
    "mv",
    "rm",
    "chown",
    "chmod",
    "mkdir",
    "touch",
    "export",
    "test",
    "[",
    "[[",
    "set",
    "apt",
    "ls",
    "cat",
    "source",
    ".",
    "wget",
    "curl",
    "systemctl",
];

/// What a command starts. Wrappers (`poetry run`, `wait-for-it db:5432 --`) are seen through.
/// Nothing for a chore of the shell, and for what a script's caller names (`exec "$@"`).
pub(super) fn started(command: &Command) -> Option<Started> {
    let names: Vec<String> = command.words.iter().map(base_name).collect();
    let first = names.first().map(String::as_str).unwrap_or_default();
    let rest = |index: usize| command.words.iter().skip(index + 1).cloned().collect::<Vec<_>>();
    if TALKERS.contains(&first) || matches!(first, "$@" | "$*") {
        return None;
    }
    for (index, name) in names.iter().enumerate() {
        let after = names.get(index + 1..).unwrap_or_default();
        if let Some(program) = program(name, after) {
            return Some(Started { program, arguments: rest(index) });
        }
    }
    Some(Started { program: Program::Other(first.to_owned()), arguments: rest(0) })
}

/// Whether a command line starts something that answers requests.
pub(in crate::collect) fn starts_server(line: &str) -> bool {
    let is_server = |started: Started| {
        matches!(started.program, Program::Server(_) | Program::DevelopmentServer(_))
    };
    commands(line).iter().filter_map(started).any(is_server)
}

/// Whether a command line starts a server that follows the changes of the source, or one for development.
pub(in crate::collect) fn serves_developers(line: &str) -> bool {
    let watches = |word: &Word| matches!(word.start(), "--reload" | "--py-autoreload");
    let scripts = ["npm run dev", "yarn dev", "yarn run dev", "pnpm dev", "pnpm run dev"];
    scripts.iter().any(|script| line.contains(script))
        || commands(line).iter().filter_map(started).any(|started| {
            matches!(started.program, Program::DevelopmentServer(_))
                || started.arguments.iter().any(watches)
        })
}

/// Whether a command line starts a server made for production.
pub(in crate::collect) fn serves_production(line: &str) -> bool {
    let mut programs = commands(line).into_iter().filter_map(|command| started(&command));
    programs.any(|started| matches!(started.program, Program::Server(_)))
        && !serves_developers(line)
}

fn program(name: &str, after: &[String]) -> Option<Program> {
    if let Some((_, server)) = SERVERS.iter().find(|(program, _)| *program == name) {
        return Some(Program::Server(server));
    }
    let says = |word: &str| after.iter().any(|each| each == word);
    match name {
        "manage.py" | "django-admin" | "django-admin.py" | "manage" => {
            let command = after.iter().find(|word| !word.starts_with('-'));
            let is_server = command.is_some_and(|command| command.starts_with("runserver"));
            let other = || Program::Other(name.to_owned());
            Some(if is_server { Program::DevelopmentServer("runserver") } else { other() })
        }
        "flask" if says("run") => Some(Program::DevelopmentServer("flask-run")),
        "fastapi" if says("dev") => Some(Program::DevelopmentServer("fastapi-dev")),
        "fastapi" if says("run") => Some(Program::Server("fastapi-run")),
        _ if is_python(name) => script(after),
        _ if is_shell_script(name) => Some(Program::Script(name.to_owned())),
        _ => None,
    }
}

/// Whether a program is a script of the shell, by its name.
pub(super) fn is_shell_script(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension == "sh")
}

fn is_python(name: &str) -> bool {
    let version = name.strip_prefix("python").or_else(|| name.strip_prefix("pypy"));
    version.is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// What `python …` runs, unless a later word says it better (`python -m gunicorn`, `python manage.py`).
fn script(after: &[String]) -> Option<Program> {
    let mut words = after.iter();
    let found = loop {
        match words.next()?.as_str() {
            "-m" => break words.next()?.as_str(),
            "-c" => return None,
            "-X" | "-W" => drop(words.next()),
            option if option.starts_with('-') => {}
            name => break name,
        }
    };
    let known = SERVERS.iter().any(|(program, _)| *program == found)
        || matches!(found, "manage.py" | "flask" | "fastapi" | "celery");
    (!known).then(|| Program::Script(found.to_owned()))
}

/// The last part of a word that is a path; the word itself if it is none.
fn base_name(word: &Word) -> String {
    let text = word.text().unwrap_or_else(|| word.shown());
    text.rsplit('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> String {
        commands(line)
            .iter()
            .filter_map(started)
            .map(|started| match started.program {
                Program::Server(name) => name.to_owned(),
                Program::DevelopmentServer(name) => format!("!{name}"),
                Program::Script(name) => format!("script {name}"),
                Program::Other(name) => format!("({name})"),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn programs_are_seen_through_their_wrappers() {
        for (line, program) in [
            ("gunicorn shop.wsgi", "gunicorn"),
            ("/srv/venv/bin/gunicorn shop.wsgi", "gunicorn"),
            ("poetry run uvicorn main:app --reload", "uvicorn"),
            ("python -m gunicorn shop.wsgi", "gunicorn"),
            ("wait-for-it db:5432 -- daphne shop.asgi:application", "daphne"),
            ("newrelic-admin run-program gunicorn x", "gunicorn"),
            ("python manage.py runserver 0.0.0.0:8000", "!runserver"),
            ("./manage.py runserver_plus", "!runserver"),
            ("python manage.py migrate && gunicorn x", "(manage.py) gunicorn"),
            ("flask --app shop run --host 0.0.0.0", "!flask-run"),
            ("python3 -m flask run", "!flask-run"),
            ("flask db upgrade", "(flask)"),
            ("fastapi run main.py", "fastapi-run"),
            ("fastapi dev", "!fastapi-dev"),
            ("python -u backend/app.py", "script app.py"),
            ("python3.12 -m shop", "script shop"),
            ("/entrypoint.sh gunicorn x", "script entrypoint.sh"),
            ("celery -A shop worker", "(celery)"),
            ("pip install gunicorn && echo gunicorn", ""),
            ("python -c 'print(1)'", "(python)"),
            ("waitress-serve --port=8000 shop:app", "waitress"),
        ] {
            assert_eq!(told(line), program, "{line}");
        }
    }
}
