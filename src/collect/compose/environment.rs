//! The environment that compose gives a service: the files of `env_file` in their order, then
//! `environment`, where the later wins.

use std::collections::BTreeSet;

use super::tree::{Item, ItemKind};
use super::variables::Variables;
use crate::fact::{
    Fact, Fields, Ignorance, Origin, Place, Position, ProjectPath, Record, Value, secret,
};
use crate::grammar::dotenv::{self, Entry};
use crate::project::Project;
use crate::project::role::{is_for_own_machine, of_own_machine};

/// The environment of a service as a record, with the files it is read from.
pub(super) fn of_service(
    project: &Project,
    folder: &ProjectPath,
    variables: &Variables,
    service: &Item,
) -> (Record, Vec<Fact>) {
    let mut record = Record::default();
    let mut files = Vec::new();
    for file in service.get("env_file").map_or(&[][..], Item::items) {
        let named = file.get("path").unwrap_or(file);
        let required =
            file.get("required").is_none_or(|item| item.bool_fact().value != Value::Bool(false));
        let Some(name) = named.text() else {
            record.rest = record.rest.or_else(|| match named.text_fact().value {
                Value::Unknown(why) => Some(why),
                _ => None,
            });
            continue;
        };
        let path = folder.join(&name);
        match project.read_unlisted(&path) {
            Ok(text) => {
                files.push(named.fact(path.as_str()));
                let raw = file.get("format").and_then(Item::text).is_some_and(|how| how == "raw");
                if raw {
                    record.fields.extend(read_raw(&path, &text));
                } else {
                    record.fields.extend(read(&path, &text, variables));
                }
            }
            Err(why) if required => {
                files.push(named.fact(path.as_str()));
                record.rest = Some(why.settled_by("give `--env-file`"));
            }
            Err(_) => {}
        }
    }
    let own = service.get("environment").map_or(&[][..], Item::entries).iter();
    record.fields.extend(own.map(|(name, item)| {
        let fact = match &item.kind {
            ItemKind::Scalar(Value::Absent, _) => variables.fact(name, &item.provenance),
            _ => item.text_fact(),
        };
        (name.clone().into(), secret::concealed(name, fact))
    }));
    (record, files)
}

/// `format: raw`: what follows the `=`, to the end of the line.
fn read_raw(path: &ProjectPath, text: &str) -> Fields {
    let variable = |(line, number): (&str, u32)| {
        let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
        let place = Place::line(path, number);
        let fact = Fact::derived(value).from_origin(Origin::Environment).at(place);
        Some((name.to_owned().into(), secret::concealed(name, fact)))
    };
    text.lines().zip(1_u32..).filter_map(variable).collect()
}

fn read(path: &ProjectPath, text: &str, variables: &Variables) -> Fields {
    let read = dotenv::read_with(text, &mut |name| variables.value(name));
    let is_other = is_for_own_machine(&read);
    let variable = |entry: &Entry| {
        let at = Position { line: entry.line, column: entry.column, width: entry.width };
        let place = Place::in_file(path, at);
        let read = entry.as_read_by(dotenv::Reader::Compose);
        let name = read.map_or(&entry.name, |read| &read.name);
        let value = match read.map_or(&entry.value, |read| &read.value) {
            Some(_) if is_other => Value::Unknown(of_own_machine(path)),
            Some(value) => Value::from(value.as_str()),
            None => Value::Unknown(Ignorance::new(format!("`{name}` is taken from the host"))),
        };
        let fact = Fact::derived(value).from_origin(Origin::Environment).at(place);
        (name.clone().into(), secret::concealed(name, fact))
    };
    read.entries.iter().map(variable).collect()
}

/// The environments of several services as one: where they differ, one of their values.
pub(crate) fn common(mut records: Vec<Record>) -> Record {
    let Some(first) = records.pop() else {
        return Record::default();
    };
    records.into_iter().rev().fold(first, |common, other| {
        let rest = other.rest.or(common.rest);
        let names: BTreeSet<_> = common.fields.keys().chain(other.fields.keys()).cloned().collect();
        let fields = names
            .into_iter()
            .map(|name| {
                let of = |record: &Fields| record.get(&*name).cloned().unwrap_or_else(Fact::absent);
                let (one, two) = (of(&other.fields), of(&common.fields));
                let provenance = if one.provenance.place.is_some() {
                    one.provenance.clone()
                } else {
                    two.provenance.clone()
                };
                (name.clone(), Fact { value: Value::one_of(vec![one, two]), provenance })
            })
            .collect();
        Record { fields, rest }
    })
}
