//! The environment in which compose replaces variables: what the user gives, then the `.env` beside the
//! compose file.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::fact::{Fact, Ignorance, Origin, Place, Position, ProjectPath, Provenance, Value};
use crate::grammar::{dotenv, interpolation};
use crate::project::{Given, Project};

/// All texts of a stack together do not expand to more than this.
const MAX_EXPANDED_BYTES: usize = 16 << 20;

/// Values of variables, and whether there can be others.
#[derive(Clone, Debug)]
pub(super) struct Variables {
    known: BTreeMap<String, (String, Option<Place>)>,
    /// Whether a name without a value is really unset.
    whole: bool,
    /// What texts have expanded to so far.
    expanded_bytes: Rc<Cell<usize>>,
}

impl Variables {
    /// The environment of `docker compose` in a folder of the project.
    pub(super) fn of(project: &Project, folder: &ProjectPath, given: &Given) -> Self {
        let mut known = of_file(project, folder);
        if let Some(file) = &given.env_file {
            let entries = dotenv::read(&file.text).entries;
            let values = entries.into_iter().filter_map(|entry| Some((entry.name, entry.value?)));
            known.extend(values.map(|(name, value)| (name, (value, None))));
        }
        for (name, value) in given.process_env.iter().flatten().chain(&given.env) {
            known.insert(name.clone(), (value.clone(), None));
        }
        Self { known, whole: given.env_file.is_some(), expanded_bytes: Rc::default() }
    }

    /// These, and below them those of the `.env` of another folder; none if it has none of its own.
    pub(super) fn beside(&self, project: &Project, folder: &ProjectPath) -> Option<Self> {
        let mut known = of_file(project, folder);
        if known.keys().all(|name| self.known.contains_key(name)) {
            return None;
        }
        known.extend(self.known.clone());
        Some(Self { known, ..self.clone() })
    }

    /// The value of a variable, if it is known.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.known.get(name).map(|(value, _)| value.clone())
    }

    /// The value of a variable for a container that takes it over by name.
    pub(super) fn fact(&self, name: &str, provenance: &Provenance) -> Fact {
        let mut provenance = provenance.clone();
        let value = self.expand(&format!("${{{name}}}"), &mut provenance);
        Fact { value, provenance }
    }

    /// The text with its variables replaced; unknown if one has neither a value nor a default.
    /// A default counts as the value: it is what runs when somebody forgets the variable.
    pub(super) fn expand(&self, text: &str, provenance: &mut Provenance) -> Value {
        if !text.contains('$') {
            return Value::from(text);
        }
        let mut given = None;
        let mut some_given = false;
        let expanded = interpolation::expand(text, &mut |name| {
            let (value, place) = self.known.get(name)?;
            some_given = true;
            given = given.take().or_else(|| place.clone());
            Some(value.clone())
        });
        provenance.variables = expanded.used;
        provenance.written = given.map(Box::new).or_else(|| provenance.written.take());
        if some_given {
            provenance.origin = Origin::Environment;
        }
        self.expanded_bytes.set(self.expanded_bytes.get() + expanded.text.len());
        if self.expanded_bytes.get() > MAX_EXPANDED_BYTES {
            return Value::Unknown(Ignorance::new("the variables expand to too much text"));
        }
        let demanded = expanded.errors.iter().find(|error| error.ends_with("must be set"));
        if let Some(demanded) = demanded.filter(|_| self.whole) {
            return Value::Unknown(Ignorance::new(demanded.clone()));
        }
        match expanded.missing.first() {
            Some(name) if !self.whole => {
                provenance.origin = Origin::Environment;
                Value::Unknown(
                    Ignorance::new(format!("`{name}` is given when the containers are started"))
                        .settled_by("give `--env-file`"),
                )
            }
            _ => Value::Text(expanded.text),
        }
    }
}

/// The variables of the `.env` of a folder, with their places.
fn of_file(project: &Project, folder: &ProjectPath) -> BTreeMap<String, (String, Option<Place>)> {
    let path = folder.join(".env");
    let entries = project.assignments(&path).map_or(&[][..], |file| &file.entries);
    let placed = entries.iter().filter_map(|entry| {
        let at = Position { line: entry.line, column: entry.column, width: entry.width };
        let read = entry.as_read_by(dotenv::Reader::Compose);
        let (name, value) =
            read.map_or((&entry.name, &entry.value), |read| (&read.name, &read.value));
        Some((name.clone(), (value.clone()?, Some(Place::in_file(&path, at)))))
    });
    placed.collect()
}
