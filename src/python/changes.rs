//! What the program does to its environment: the variables that it sets, loads from files and takes out.
//!
//! They are a part of the heap: what only one of two branches does to a variable may be the case or not.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::branches::branching;
use super::environment::is_of_test_runs;
use super::interpreter::Interpreter;
use crate::fact::{Fact, Value};

/// The variables that the program has touched.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes(Rc<BTreeMap<String, Change>>);

/// What the program did to a variable.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// Nothing: it is as production gives it.
    Nothing,
    Set(Fact),
    Removed,
    OneOf(Several),
}

/// What may have been done to a variable, as a branch decides.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Several {
    pub(super) ways: Vec<Change>,
    /// The variables that decide which.
    pub(super) deciders: Vec<Rc<str>>,
    /// What is said of it where one value is asked for.
    pub(super) undecided: Fact,
}

impl Changes {
    pub(super) fn of(&self, name: &str) -> &Change {
        self.0.get(name).unwrap_or(&Change::Nothing)
    }

    pub(super) fn put(&mut self, name: &str, change: Change) {
        Rc::make_mut(&mut self.0).insert(name.to_owned(), change);
    }

    /// The variables that decide what was done to one.
    pub(super) fn deciders(&self, name: &str) -> &[Rc<str>] {
        match self.of(name) {
            Change::OneOf(several) => &several.deciders,
            _ => &[],
        }
    }

    /// The variables that were touched.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What may have been done after one of two branches was taken, as these variables decide.
    pub(super) fn joined(one: &Self, other: &Self, deciders: &[Rc<str>]) -> Self {
        if Rc::ptr_eq(&one.0, &other.0) {
            return one.clone();
        }
        let names: BTreeSet<&str> = one.names().chain(other.names()).collect();
        let joined = names.into_iter().map(|name| {
            let both = [one.of(name).clone(), other.of(name).clone()];
            (name.to_owned(), Change::one_of(both, deciders))
        });
        Self(Rc::new(joined.collect()))
    }
}

impl Change {
    /// One of these; the one itself if all are the same.
    pub(super) fn one_of(changes: impl IntoIterator<Item = Self>, deciders: &[Rc<str>]) -> Self {
        let mut deciders = deciders.to_vec();
        let mut ways: Vec<Self> = Vec::new();
        for change in changes {
            let parts = match change {
                Self::OneOf(several) => {
                    deciders.extend(several.deciders);
                    several.ways
                }
                only => vec![only],
            };
            for part in parts {
                if !ways.contains(&part) {
                    ways.push(part);
                }
            }
        }
        if let [_] = ways.as_slice() {
            return ways.swap_remove(0);
        }
        deciders.sort();
        deciders.dedup();
        let set = ways.iter().find_map(|way| match way {
            Self::Set(fact) => Some(fact.provenance.clone()),
            _ => None,
        });
        let undecided = Fact {
            value: Value::Unknown(branching(&deciders)),
            provenance: set.unwrap_or_else(|| Fact::absent().provenance),
        };
        Self::OneOf(Several { ways, deciders, undecided })
    }
}

impl Interpreter<'_> {
    /// What is known of a variable that somebody sets or may have set.
    pub(super) fn variable_fact(&self, name: &str) -> Option<&Fact> {
        match self.heap.changes.of(name) {
            Change::Nothing => self.environment.given().get(name),
            Change::Set(fact) => Some(fact),
            Change::Removed => None,
            Change::OneOf(several) => Some(&several.undecided),
        }
    }

    /// The names of the variables that are set or may have been.
    pub(super) fn variable_names(&self) -> BTreeSet<String> {
        let given = self.environment.given().keys().map(|name| &**name);
        let all = given.chain(self.heap.changes.names());
        all.filter(|name| self.variable_fact(name).is_some()).map(str::to_owned).collect()
    }

    /// Sets a variable as the program itself does; `firmly` also where it is set already.
    pub(super) fn put_variable(&mut self, name: &str, fact: &Fact, firmly: bool) {
        let change = self.after_putting(self.heap.changes.of(name), name, fact, firmly);
        self.heap.changes.put(name, change);
    }

    fn after_putting(&self, before: &Change, name: &str, fact: &Fact, firmly: bool) -> Change {
        match before {
            Change::Set(_) if !firmly => before.clone(),
            Change::Nothing if !firmly && self.environment.given().contains_key(name) => {
                Change::Nothing
            }
            Change::OneOf(several) if !firmly => {
                let ways = several.ways.iter();
                let after = ways.map(|way| self.after_putting(way, name, fact, firmly));
                Change::one_of(after, &several.deciders)
            }
            _ => Change::Set(fact.clone()),
        }
    }

    /// Takes a variable out, as `del os.environ[…]` does.
    pub(super) fn remove_variable(&mut self, name: &str) {
        self.heap.changes.put(name, Change::Removed);
    }

    /// Whether a variable is set; none if that is decided at deploy time or by a branch.
    pub(super) fn is_in_environment(&self, name: &str) -> Option<bool> {
        self.is_there(self.heap.changes.of(name), name)
    }

    fn is_there(&self, change: &Change, name: &str) -> Option<bool> {
        match change {
            Change::Nothing => match self.environment.given().contains_key(name) {
                true => Some(true),
                false if self.environment.is_whole() || is_of_test_runs(name) => Some(false),
                false => None,
            },
            Change::Set(_) => Some(true),
            Change::Removed => Some(false),
            Change::OneOf(several) => {
                let mut ways = several.ways.iter().map(|way| self.is_there(way, name));
                let first = ways.next().flatten()?;
                ways.all(|other| other == Some(first)).then_some(first)
            }
        }
    }
}
