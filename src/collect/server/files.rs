//! Files other than those of containers that say how to start the program: Procfile, systemd units,
//! supervisor's and platforms' files. Only their start commands are read.

use crate::fact::{Place, Position, ProjectPath};

/// A command line, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) place: Place,
}

/// The kinds of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Procfile,
    Systemd,
    Supervisor,
    /// YAML, TOML or JSON of a platform; the keys that hold a start command.
    Platform(&'static [&'static str]),
}

fn format(path: &ProjectPath) -> Option<Format> {
    match path.name() {
        "Procfile" => Some(Format::Procfile),
        "render.yaml" | "render.yml" => Some(Format::Platform(&["startCommand", "dockerCommand"])),
        "railway.toml" | "railway.json" => Some(Format::Platform(&["startCommand"])),
        "nixpacks.toml" => Some(Format::Platform(&["cmd"])),
        "app.yaml" | "app.yml" => Some(Format::Platform(&["entrypoint"])),
        "fly.toml" => Some(Format::Platform(&["app", "web", "cmd"])),
        _ if is_supervisors(path) => Some(Format::Supervisor),
        _ if path.extension() == "service" => Some(Format::Systemd),
        _ => None,
    }
}

/// Whether supervisor reads a file.
pub(in crate::collect) fn is_supervisors(path: &ProjectPath) -> bool {
    let is_its_own = path.name().starts_with("supervisor");
    match path.extension() {
        "conf" => is_its_own || path.folder().name().starts_with("supervisor"),
        _ => matches!(path.name(), "supervisord.ini" | "supervisor.ini"),
    }
}

/// Whether a file says how to start the program.
pub(super) fn is_start_file(path: &ProjectPath) -> bool {
    format(path).is_some()
}

/// Whether a Procfile starts what no platform would: a container, or a program that follows the source.
pub(super) fn is_of_developers(procfile: &str) -> bool {
    const PROGRAMS: &[&str] =
        &["docker", "docker-compose", "npm", "yarn", "pnpm", "vite", "webpack", "mailhog"];
    let commands = procfile.lines().filter_map(|line| line.split_once(':'));
    commands
        .filter_map(|(_, command)| command.split_whitespace().next())
        .any(|program| PROGRAMS.contains(&program))
}

/// The start commands of a file.
pub(super) fn lines(path: &ProjectPath, text: &str) -> Vec<Line> {
    let Some(format) = format(path) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut section = String::new();
    for (line, number) in joined_lines(text) {
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[') {
            name.trim_end_matches(']').trim().clone_into(&mut section);
            continue;
        }
        if let Some(command) = command(format, &section, trimmed) {
            let width = u32::try_from(trimmed.chars().count()).unwrap_or(0);
            let indent = line.chars().take_while(|c| c.is_whitespace()).count();
            let column = u32::try_from(indent).unwrap_or(0) + 1;
            let place = Place::in_file(path, Position { line: number, column, width });
            found.push(Line { text: command, place });
        }
    }
    found
}

fn command(format: Format, section: &str, line: &str) -> Option<String> {
    match format {
        Format::Procfile => {
            let (name, command) = line.split_once(':')?;
            name.chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
                .then(|| command.trim().to_owned())
        }
        Format::Systemd => {
            let (name, command) = line.split_once('=')?;
            let command = command.trim().trim_start_matches(['-', '@', ':', '+', '!', '|']);
            (section == "Service" && name.trim() == "ExecStart" && !command.is_empty())
                .then(|| command.to_owned())
        }
        Format::Supervisor => {
            let (name, command) = line.split_once('=')?;
            (section.starts_with("program:") && name.trim() == "command")
                .then(|| command.trim().to_owned())
        }
        Format::Platform(keys) => {
            let (name, value) = line.split_once([':', '='])?;
            let name = name.trim().trim_start_matches("- ").trim_matches('"');
            let in_its_section =
                name.len() > 3 || matches!(section, "processes" | "start" | "experimental");
            let value = value.trim().trim_end_matches(',');
            let value = ['"', '\'']
                .iter()
                .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
                .unwrap_or(value);
            let is_command = !value.is_empty() && !value.starts_with(['|', '>', '[', '{']);
            (keys.contains(&name) && in_its_section && is_command).then(|| value.to_owned())
        }
    }
}

/// The lines with those joined that end in a backslash, each with the number of its first.
fn joined_lines(text: &str) -> Vec<(String, u32)> {
    let mut lines: Vec<(String, u32)> = Vec::new();
    let mut is_open = false;
    for (line, number) in text.lines().zip(1_u32..) {
        let (part, goes_on) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        match lines.last_mut().filter(|_| is_open) {
            Some((open, _)) => {
                open.push(' ');
                open.push_str(part.trim_start());
            }
            None => lines.push((part.to_owned(), number)),
        }
        is_open = goes_on;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, text: &str) -> Vec<String> {
        let path = ProjectPath::new(path);
        lines(&path, text).iter().map(|line| format!("{} {}", line.place, line.text)).collect()
    }

    #[test]
    fn start_commands_are_found_in_each_kind_of_file() {
        for (path, text, found) in [
            (
                "Procfile",
                "web: gunicorn shop.wsgi\n# no: x\nworker: celery -A shop worker",
                vec!["Procfile:1 gunicorn shop.wsgi", "Procfile:3 celery -A shop worker"],
            ),
            (
                "deploy/shop.service",
                "[Unit]\nExecStart=no\n[Service]\nExecStartPre=/bin/true\nExecStart=-/venv/bin/gunicorn \\\n  \
                 shop.wsgi -w 4\n",
                vec!["deploy/shop.service:5 /venv/bin/gunicorn  shop.wsgi -w 4"],
            ),
            (
                "supervisor/shop.conf",
                "[program:shop]\ncommand = gunicorn shop.wsgi\n[supervisord]\ncommand=no",
                vec!["supervisor/shop.conf:2 gunicorn shop.wsgi"],
            ),
            (
                "render.yaml",
                "services:\n  - type: web\n    startCommand: \"gunicorn shop.wsgi\"\n    buildCommand: x\n",
                vec!["render.yaml:3 gunicorn shop.wsgi"],
            ),
            (
                "railway.json",
                "{\"deploy\": {\n\"startCommand\": \"uvicorn main:app\",\n}}",
                vec!["railway.json:2 uvicorn main:app"],
            ),
            (
                "fly.toml",
                "app = \"shop\"\n[processes]\napp = \"gunicorn shop.wsgi\"\n",
                vec!["fly.toml:3 gunicorn shop.wsgi"],
            ),
            (
                "app.yaml",
                "entrypoint: gunicorn -b :$PORT main:app\n",
                vec!["app.yaml:1 gunicorn -b :$PORT main:app"],
            ),
            ("notes.txt", "web: gunicorn", vec![]),
        ] {
            assert_eq!(told(path, text), found, "{path}");
        }
    }
}
