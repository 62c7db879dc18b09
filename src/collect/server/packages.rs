//! The servers that are started, against the packages that are asked for.

use crate::fact::{Fact, Facts, Value};

/// Servers that are packages of their own, with the packages that bring them.
const PACKAGES: &[(&str, &[&str])] = &[
    ("gunicorn", &["gunicorn"]),
    ("uvicorn", &["uvicorn", "uvicorn-worker", "fastapi"]),
    ("hypercorn", &["hypercorn"]),
    ("daphne", &["daphne", "channels"]),
    ("waitress", &["waitress"]),
    ("granian", &["granian"]),
];

/// The servers among the commands, each once, and whether the packages bring them.
pub(super) fn programs(commands: &[Fact], facts: &Facts) -> Vec<Fact> {
    let mut programs: Vec<Fact> = Vec::new();
    for command in commands {
        let field = |name: &str| command.value.field(name);
        let (Some(program), Some(web)) = (field("program"), field("web")) else {
            continue;
        };
        let is_known = |known: &Fact| {
            known.value.field("name").is_some_and(|name| name.value == program.value)
        };
        if web.value != Value::Bool(true) || programs.iter().any(is_known) {
            continue;
        }
        let like = |value: Value| Fact { value, provenance: program.provenance.clone() };
        let listed = like(listed(program.value.text().unwrap_or_default(), facts));
        let record = Value::record([("name", program.clone()), ("listed", listed)]);
        programs.push(like(record));
    }
    programs
}

fn listed(program: &str, facts: &Facts) -> Value {
    let Some((_, packages)) = PACKAGES.iter().find(|(server, _)| *server == program) else {
        return Value::Absent;
    };
    let names = facts.at("requirements.names");
    let is_there = |fact: &Fact| fact.value.text().is_some_and(|name| packages.contains(&name));
    match &names.value {
        Value::List(list) if list.items.iter().any(is_there) => Value::Bool(true),
        Value::List(list) => list.rest.clone().map_or(Value::Bool(false), Value::Unknown),
        Value::Unknown(why) => Value::Unknown(why.clone()),
        _ => Value::Absent,
    }
}
