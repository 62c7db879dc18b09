//! Units of systemd and programs of supervisor: the variables that they are started with.
//!
//! (supervisor 4.3, "Configuration File", read 2026-11-30: `environment` is a list of `KEY="value"` with
//! commas between them.)

use super::formats::Deployment;
use crate::collect::server;
use crate::fact::{Fact, Ignorance, Place, ProjectPath, Value};
use crate::grammar::unit_file;

/// Who reads a file, told from its path.
pub(super) fn manager(path: &ProjectPath) -> Option<&'static str> {
    if path.extension() == "service" {
        return Some("systemd");
    }
    server::is_supervisors(path).then_some("supervisor")
}

/// The programs that a file has started.
pub(super) fn deployments(manager: &str, path: &ProjectPath, text: &str) -> Vec<Deployment> {
    match manager {
        "systemd" => unit(path, text).into_iter().collect(),
        _ => programs(path, text),
    }
}

fn unit(path: &ProjectPath, text: &str) -> Option<Deployment> {
    let settings = unit_file::read(text);
    let of_service = || settings.iter().filter(|setting| setting.section == "Service");
    let mut starts = of_service().filter(|it| it.name == "ExecStart" && !it.value.is_empty());
    let web = starts.any(|setting| server::starts_server(&setting.value));
    let mut environment: Vec<(String, Fact)> = Vec::new();
    for setting in of_service().filter(|setting| setting.name == "Environment") {
        if setting.value.is_empty() {
            environment.clear();
        }
        let place = Place::line(path, setting.line);
        let pairs = unit_file::variables(&setting.value);
        environment.extend(pairs.into_iter().map(|(name, value)| (name, told(&value, &place))));
    }
    let mut files = of_service().filter(|it| it.name == "EnvironmentFile" && !it.value.is_empty());
    let unseen = files.next().map(|setting| {
        let why = format!("`{}` gives it variables too", setting.value.trim_start_matches('-'));
        Ignorance::new(why).settled_by("give `--env-file`")
    });
    (web || !environment.is_empty()).then(|| Deployment {
        name: path.name().trim_end_matches(".service").to_owned(),
        web,
        environment: last_of_each(environment),
        unseen,
        ..Deployment::default()
    })
}

fn programs(path: &ProjectPath, text: &str) -> Vec<Deployment> {
    let mut programs: Vec<Deployment> = Vec::new();
    let (mut section, mut open) = (String::new(), String::new());
    for (line, number) in text.lines().zip(1_u32..) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with([';', '#']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[') {
            name.trim_end_matches(']').trim().clone_into(&mut section);
            let program = section.strip_prefix("program:");
            programs.extend(
                program.map(|name| Deployment { name: name.to_owned(), ..Deployment::default() }),
            );
            open.clear();
            continue;
        }
        let goes_on = line.starts_with([' ', '\t']) && !open.is_empty();
        let value = match trimmed.split_once('=').filter(|_| !goes_on) {
            Some((name, value)) => {
                name.trim().clone_into(&mut open);
                value
            }
            None => trimmed,
        };
        let is_program = section.starts_with("program:");
        let Some(program) = programs.last_mut().filter(|_| is_program) else {
            continue;
        };
        // A `;` after a blank begins a comment.
        let value = value.split(" ;").next().unwrap_or_default();
        match open.as_str() {
            "command" => program.web |= server::starts_server(value),
            "environment" => {
                let place = Place::line(path, number);
                let pairs = unit_file::variables(&without_commas(value));
                let pairs = pairs.into_iter().map(|(name, value)| (name, told(&value, &place)));
                program.environment.extend(pairs);
            }
            _ => {}
        }
    }
    programs.retain(|program| program.web || !program.environment.is_empty());
    programs
}

/// The list with blanks for the commas between its pairs, those in quotes kept.
fn without_commas(list: &str) -> String {
    let mut quote = None;
    let between = |c: char| {
        match (quote, c) {
            (None, ',') => return ' ',
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        c
    };
    list.chars().map(between).collect()
}

/// Both replace `%` with something of their own; `${…}` is for a tool that writes the file.
fn told(value: &str, place: &Place) -> Fact {
    let holes = ["${", "{{", "%(", "%h", "%i", "%t", "%d", "<%"];
    if holes.iter().any(|hole| value.contains(hole)) {
        let why = Ignorance::new("it is filled in when the program is started");
        return Fact::literal(Value::Unknown(why), place.clone());
    }
    Fact::literal(value, place.clone())
}

fn last_of_each(environment: Vec<(String, Fact)>) -> Vec<(String, Fact)> {
    let mut last: Vec<(String, Fact)> = Vec::new();
    for (name, fact) in environment {
        last.retain(|(known, _)| *known != name);
        last.push((name, fact));
    }
    last
}
