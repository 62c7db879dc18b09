//! The rows of `tests/compose`, each of which the real compose has confirmed (`tests/compose/run`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::build::Build;
use super::composed::is_started;
use super::tree::{Item, ItemKind};
use super::variables::Variables;
use super::{environment, load, mount, port};
use crate::date::Date;
use crate::fact::{ProjectPath, Value};
use crate::grammar::shell_words::{Word, commands};
use crate::project::given::EnvFile;
use crate::project::{Given, Project};

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

/// Files, and what compose makes of one of their keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    files: BTreeMap<String, String>,
    /// The files that are laid over each other; `compose.yaml` if nothing is said.
    r#use: Option<Vec<String>>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    of: String,
    is: String,
}

#[test]
fn every_row_is_what_compose_makes_of_it() {
    let table: Table = toml::from_str(include_str!("../../../tests/compose/rows.toml")).unwrap();
    assert!(table.row.len() >= 100, "only {} rows", table.row.len());
    let wrong: Vec<String> = table
        .row
        .iter()
        .filter_map(|row| {
            let found =
                Stack::of(row).map_or_else(|| "refused".to_owned(), |stack| stack.told(row));
            (found != row.is)
                .then(|| format!("{}: found `{found}`, compose says `{}`", row.name, row.is))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The stack of a row; none if it cannot be read.
struct Stack {
    project: Project,
    folder: ProjectPath,
    variables: Variables,
    services: Vec<(String, Item)>,
}

impl Stack {
    fn of(row: &Row) -> Option<Self> {
        let texts = row.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let project = Project::of_texts(texts);
        // Nothing but what the row gives: a variable without a value has none.
        let nothing = EnvFile { name: "none".to_owned(), text: String::new() };
        let given = Given {
            env_file: Some(nothing),
            env: row.env.clone(),
            ..Given::nothing(Date::parse("2026-11-21").unwrap())
        };
        let default = || vec!["compose.yaml".to_owned()];
        let mut names = row.r#use.clone().unwrap_or_else(default);
        if names.is_empty() {
            names = row.files.keys().cloned().collect();
            names.sort_by_key(|name| name.contains("override"));
        }
        let files: Vec<ProjectPath> = names.iter().map(|name| ProjectPath::new(name)).collect();
        let folder = files.first()?.folder();
        let variables = Variables::of(&project, &folder, &given);
        let stack = load::stack(&project, &files, &variables).ok()?;
        let started = stack.services.into_iter().filter(|(_, item)| is_started(item, &variables));
        Some(Self { services: started.collect(), project, folder, variables })
    }

    /// What the row asks for, in the words of `check.py`.
    fn told(&self, row: &Row) -> String {
        if row.of == "services" {
            let mut names: Vec<&str> =
                self.services.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            return names.join(" ");
        }
        let mut keys = row.of.split('.');
        let service = keys.next().unwrap();
        let Some((_, item)) = self.services.iter().find(|(name, _)| name == service) else {
            return String::new();
        };
        let keys: Vec<&str> = keys.collect();
        if keys == ["environment"] {
            return self.environment(item);
        }
        match item.at(&keys) {
            Some(found) => self.value(keys.last().unwrap(), found),
            None => String::new(),
        }
    }

    fn environment(&self, service: &Item) -> String {
        let (record, _) =
            environment::of_service(&self.project, &self.folder, &self.variables, service);
        if record.rest.is_some() {
            return "refused".to_owned();
        }
        let pairs = record.fields.iter().map(|(name, fact)| {
            let value = fact.value.text().map(str::to_owned);
            format!("{name}={}", value.unwrap_or_default())
        });
        pairs.collect::<Vec<_>>().join(" ")
    }

    fn value(&self, key: &str, item: &Item) -> String {
        let joined = |told: &dyn Fn(&Item) -> String| {
            item.items().iter().map(told).collect::<Vec<_>>().join(" ")
        };
        match key {
            "ports" => joined(&port_told),
            "volumes" => joined(&mount_told),
            "depends_on" => {
                let mut names: Vec<&str> =
                    item.entries().iter().map(|(name, _)| name.as_str()).collect();
                names.sort_unstable();
                names.join(" ")
            }
            "build" => build_told(&Build::of(item, &self.folder)),
            "command" | "entrypoint" => words(item),
            "test" if item.text().is_some() => {
                format!("[CMD-SHELL, {}]", item.text().unwrap_or_default())
            }
            "dns" | "tmpfs" => list(item),
            _ => self.plain(item),
        }
    }

    fn plain(&self, item: &Item) -> String {
        match &item.kind {
            ItemKind::Scalar(Value::Unknown(_), _) => "refused".to_owned(),
            ItemKind::Scalar(..) => item.text().unwrap_or_default(),
            ItemKind::List(_) => list(item),
            ItemKind::Map(entries) => {
                let mut pairs: Vec<String> = entries
                    .iter()
                    .map(|(name, value)| format!("{name}={}", self.value(name, value)))
                    .collect();
                pairs.sort_unstable();
                pairs.join(" ")
            }
        }
    }
}

fn list(item: &Item) -> String {
    let items: Vec<String> = item.items().iter().filter_map(Item::text).collect();
    if items.is_empty() { String::new() } else { format!("[{}]", items.join(", ")) }
}

fn words(item: &Item) -> String {
    match item.text() {
        Some(text) => {
            let words: Vec<String> =
                commands(&text).iter().flat_map(|each| &each.words).map(Word::shown).collect();
            format!("[{}]", words.join(", "))
        }
        None if item.items().is_empty() => String::new(),
        None => list(item),
    }
}

fn port_told(item: &Item) -> String {
    let read = port::parse(item).unwrap();
    let part = |part: Option<String>| part.unwrap_or_default();
    let ip = part(read.host_ip);
    let ip = ip.trim_matches(['[', ']']);
    format!("{ip}:{}:{}/{}", part(read.published), part(read.target), read.protocol)
}

fn mount_told(item: &Item) -> String {
    let mount = mount::parse(item).unwrap();
    let read_only = if mount.read_only { ":ro" } else { "" };
    let source = mount.source.unwrap_or_default();
    let source = match ProjectPath::new(&source) {
        here if source.starts_with('.') && here.as_str().is_empty() => ".".to_owned(),
        path if source.starts_with('.') => format!("./{path}"),
        _ => source,
    };
    format!("{source}:{}{read_only}", mount.target.trim_end_matches('/'))
}

fn build_told(build: &Build) -> String {
    let mut told: Vec<String> = Vec::new();
    if !build.arguments.is_empty() {
        let pairs = build.arguments.iter();
        let pairs: Vec<String> =
            pairs.map(|(name, fact)| format!("{name}={}", fact.value.text().unwrap())).collect();
        told.push(format!("args={}", pairs.join(" ")));
    }
    let context = build.context.as_str();
    told.push(if context.is_empty() { "context=.".into() } else { format!("context=./{context}") });
    let dockerfile = build.dockerfile.as_ref().unwrap().within(&build.context).unwrap();
    told.push(format!("dockerfile={dockerfile}"));
    told.extend(build.target.as_ref().map(|target| format!("target={target}")));
    told.join(" ")
}
