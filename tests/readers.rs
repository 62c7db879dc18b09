//! The evaluator against the tables in `tests/readers`, each row of which real Python has confirmed
//! (`tests/readers/run`): it finds what Python finds, or it does not know and the row says why that is right.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use prodcheck::fact::{Fact, Origin, Place, ProjectPath, Provenance, Value};
use prodcheck::project::{Project, services};
use prodcheck::python::{Environment, Namespace, interpret};
use serde::Deserialize;
use serde_json::Value as Json;

/// A table; what stands before its rows goes for all of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    before: String,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    row: Vec<Row>,
}

/// A settings module, and what its `X` is in the end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    source: Option<String>,
    module: Option<String>,
    class: Option<String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// As JSON.
    value: Option<String>,
    /// The exception with which the module stops.
    error: Option<String>,
    /// Why the evaluator need not know it.
    unknown: Option<String>,
}

/// How what the evaluator found stands to what Python found.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Agreement {
    Same,
    Unknown,
    Wrong,
}

#[test]
fn every_row_is_what_python_makes_of_it() {
    let mut wrong = String::new();
    for (name, table) in tables() {
        for (index, row) in table.row.iter().enumerate() {
            for whole in [true, false] {
                if let Some(why) = disagreement(&table, row, whole) {
                    let source = row.source.as_deref().unwrap_or("(files)");
                    let _ = writeln!(wrong, "{name}, row {}: {why}\n{source}\n", index + 1);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A table that is cut short agrees with everything.
#[test]
fn the_tables_are_not_cut_short() {
    let rows: usize = tables().iter().map(|(_, table)| table.row.len()).sum();
    assert!(rows >= 150, "{rows} rows");
}

fn tables() -> Vec<(String, Table)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers");
    let mut tables: Vec<(String, Table)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let table = toml::from_str(&fs::read_to_string(&path).unwrap());
            let table = table.unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, table)
        })
        .collect();
    tables.sort_by(|one, other| one.0.cmp(&other.0));
    tables
}

/// Why a row is not as it should be. In a whole environment all is known; files of variables are read
/// only in one that is not whole, where anything else may be given at deploy time.
fn disagreement(table: &Table, row: &Row, whole: bool) -> Option<String> {
    let files: BTreeMap<&str, String> = table
        .files
        .iter()
        .chain(&row.files)
        .map(|(path, text)| (path.as_str(), text.clone()))
        .chain(row.source.iter().map(|source| {
            let text = format!("{}\n{source}", table.before);
            ("settings.py", text)
        }))
        .collect();
    let of_variables = |path: &&str| {
        path.contains(".env") || Path::new(path).extension().is_some_and(|it| it == "ini")
    };
    let reads_variables = files.keys().any(of_variables);
    if whole && reads_variables {
        return None;
    }
    let environment = environment(table.environment.iter().chain(&row.environment), whole);
    let project = Project::of_texts(files.iter().map(|(path, text)| (*path, text.as_str())));
    let namespace = evaluated(&project, &environment, row);
    let found = agreement(&namespace, row);
    let shown = namespace.variables.get("X").map_or_else(
        || format!("nothing ({:?}, {:?})", namespace.raised, namespace.rest),
        |fact| fact.value.to_string(),
    );
    let expected = row.value.as_ref().or(row.error.as_ref());
    let strict = whole || (reads_variables && row.error.is_none());
    match (found, &row.unknown) {
        // What raises because a variable is missing is taken for given one.
        (Agreement::Wrong, _) if strict || row.error.is_none() => {
            Some(format!("is {shown}, Python has {expected:?}"))
        }
        (Agreement::Unknown, None) if strict => {
            Some(format!("is not known: {shown}, Python has {expected:?}"))
        }
        (Agreement::Same, Some(_)) if strict => {
            Some("is known; the table need not excuse it".to_owned())
        }
        _ => None,
    }
}

fn environment<'t>(
    variables: impl Iterator<Item = (&'t String, &'t String)>,
    whole: bool,
) -> Environment {
    let place = Place::line(&ProjectPath::new("production.env"), 1);
    let variables = variables.map(|(name, value)| {
        let provenance = Provenance::new(Origin::Environment).at(place.clone());
        (name.clone().into(), Fact { value: value.as_str().into(), provenance })
    });
    Environment { variables: variables.collect(), whole, ..Environment::default() }
}

fn evaluated(project: &Project, environment: &Environment, row: &Row) -> Namespace {
    let service = services(project, "shop").swap_remove(0);
    let module = row.module.as_deref().unwrap_or("settings").replace('.', "/");
    let path = [format!("{module}/__init__.py"), format!("{module}.py")]
        .map(|path| ProjectPath::new(&path))
        .into_iter()
        .find(|path| project.has(path))
        .unwrap();
    interpret(project, &service, environment, |interpreter| match &row.class {
        Some(class) => interpreter.class(&path, class),
        None => interpreter.module(&path),
    })
    .unwrap()
}

fn agreement(namespace: &Namespace, row: &Row) -> Agreement {
    let found = namespace.variables.get("X");
    match (&row.value, found) {
        (None, _) if namespace.raised.is_some() => Agreement::Same,
        (_, None) if namespace.rest.is_some() => Agreement::Unknown,
        (None, Some(fact)) if !is_sure(&fact.value) => Agreement::Unknown,
        (None, _) | (_, None) => Agreement::Wrong,
        (Some(_), Some(_)) if namespace.raised.is_some() => Agreement::Wrong,
        (Some(text), Some(fact)) => compared(&fact.value, &serde_json::from_str(text).unwrap()),
    }
}

fn is_sure(value: &Value) -> bool {
    match value {
        Value::Unknown(_) | Value::OneOf(_) => false,
        Value::List(list) => {
            list.rest.is_none() && list.items.iter().all(|item| is_sure(&item.value))
        }
        Value::Record(record) => {
            record.rest.is_none() && record.fields.values().all(|field| is_sure(&field.value))
        }
        _ => true,
    }
}

fn compared(value: &Value, expected: &Json) -> Agreement {
    let same = |same: bool| if same { Agreement::Same } else { Agreement::Wrong };
    let number = |number: &serde_json::Number, found: f64| {
        number.as_f64().is_some_and(|expected| (expected - found).abs() < 1e-9)
    };
    #[expect(clippy::cast_precision_loss, reason = "the tables have small numbers")]
    match (value, expected) {
        (Value::Unknown(_), _) => Agreement::Unknown,
        (Value::OneOf(several), _) => {
            let fits = |each: &Fact| compared(&each.value, expected) != Agreement::Wrong;
            if several.iter().any(fits) { Agreement::Unknown } else { Agreement::Wrong }
        }
        (Value::Absent, Json::Null) => Agreement::Same,
        (Value::Bool(one), Json::Bool(other)) => same(one == other),
        (Value::Int(int), Json::Number(expected)) => same(number(expected, *int as f64)),
        (Value::Float(float), Json::Number(expected)) => same(number(expected, *float)),
        (Value::Text(_) | Value::Secret(_), Json::String(expected)) => {
            same(value.text() == Some(expected))
        }
        (Value::List(list), Json::Array(expected)) => {
            let pairs = list.items.iter().zip(expected);
            let all = pairs.map(|(item, expected)| compared(&item.value, expected));
            let lengths = list.items.len().cmp(&expected.len());
            match worst(all) {
                Agreement::Same if list.rest.is_none() => same(lengths.is_eq()),
                Agreement::Wrong if list.rest.is_none() => Agreement::Wrong,
                _ if list.rest.is_none() && lengths.is_ne() => Agreement::Wrong,
                _ => Agreement::Unknown,
            }
        }
        (Value::Record(record), Json::Object(expected)) => {
            let all = record.fields.iter().map(|(name, field)| match expected.get(&**name) {
                Some(expected) => compared(&field.value, expected),
                // Whether the variable is set at all is left open.
                None if record.rest.is_some() => Agreement::Unknown,
                None => Agreement::Wrong,
            });
            let missing = expected.keys().any(|name| !record.fields.contains_key(name.as_str()));
            match (worst(all), &record.rest) {
                (found, None) => {
                    if missing {
                        Agreement::Wrong
                    } else {
                        found
                    }
                }
                (Agreement::Wrong, Some(_)) => Agreement::Wrong,
                (_, Some(_)) => Agreement::Unknown,
            }
        }
        _ => Agreement::Wrong,
    }
}

fn worst(all: impl Iterator<Item = Agreement>) -> Agreement {
    all.fold(Agreement::Same, |worst, each| match (worst, each) {
        (Agreement::Wrong, _) | (_, Agreement::Wrong) => Agreement::Wrong,
        (Agreement::Unknown, _) | (_, Agreement::Unknown) => Agreement::Unknown,
        _ => Agreement::Same,
    })
}
