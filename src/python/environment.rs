//! What the program finds in its environment, with the `.env` files it has loaded so far.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::interpreter::{Interpreter, Outcome, Raised};
use super::term::{From, Kind, Spot, Term};
use crate::fact::{Fact, Fields, Ignorance, Origin, Place};
use crate::truth::Truth;

/// The environment that production gives the program.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Every variable that somebody is seen to set.
    pub variables: Fields,
    /// Whether these are all there are; otherwise any other may be given at deploy time.
    pub whole: bool,
    /// Variables that a file gives which nobody can read: set, nobody knows to what.
    pub expected: BTreeSet<String>,
}

/// A variable that the program asked for.
#[derive(Clone, Debug)]
pub struct Read {
    /// Its name.
    pub name: String,
    /// Whether the program does not start without it.
    pub required: bool,
    /// Whether it stops without it on one of the ways that it may go, as far as is known.
    pub sometimes_required: bool,
    /// What stands for it where nobody sets it.
    pub default: Option<Fact>,
    /// Whether somebody is seen to set it.
    pub set: bool,
    /// Where it is asked for first.
    pub place: Place,
}

/// A variable that was asked for, before its place and default are worked out.
pub(super) struct Asked<'a> {
    pub(super) required: bool,
    pub(super) sometimes_required: bool,
    pub(super) default: Option<Term<'a>>,
    pub(super) set: bool,
    pub(super) at: Spot,
}

/// The environment while the program runs.
pub(super) struct Surroundings {
    given: Environment,
    /// What the program put there itself, or loaded from a file.
    loaded: BTreeMap<String, Fact>,
    /// What the program took out.
    removed: BTreeSet<String>,
    /// What is sure to be given, or the program was seen to refuse to run without it.
    insisted: BTreeSet<String>,
}

/// What is found under a name.
pub(super) enum Found<'a> {
    /// This.
    Set(Term<'a>),
    /// Nothing, but it may be given at deploy time.
    Nobody,
    /// Nothing, and nothing will.
    Nothing,
}

impl Surroundings {
    pub(super) fn new(given: Environment) -> Self {
        let insisted = if given.whole { BTreeSet::new() } else { given.expected.clone() };
        Self { given, loaded: BTreeMap::new(), removed: BTreeSet::new(), insisted }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.given.whole
    }

    /// Sets a variable as the program itself does; `firmly` also where it is set already.
    pub(super) fn load(&mut self, name: &str, fact: Fact, firmly: bool) {
        if self.removed.remove(name) || firmly {
            self.given.variables.remove(name);
            self.loaded.insert(name.to_owned(), fact);
        } else if !self.given.variables.contains_key(name) {
            self.loaded.entry(name.to_owned()).or_insert(fact);
        }
    }

    /// Takes a variable out, as `del os.environ[…]` does.
    pub(super) fn remove(&mut self, name: &str) {
        self.removed.insert(name.to_owned());
    }

    pub(super) fn is_removed(&self, name: &str) -> bool {
        self.removed.contains(name)
    }

    pub(super) fn fact(&self, name: &str) -> Option<&Fact> {
        if self.is_removed(name) {
            return None;
        }
        self.given.variables.get(name).or_else(|| self.loaded.get(name))
    }

    pub(super) fn names(&self) -> BTreeSet<&str> {
        let given = self.given.variables.keys().map(|name| &**name);
        let all = given.chain(self.loaded.keys().map(String::as_str));
        all.filter(|name| !self.is_removed(name)).collect()
    }
}

/// Variables by which a service that runs tests tells what it is. Production has none of them.
const OF_TEST_RUNS: &[&str] = &[
    "APPVEYOR",
    "BITBUCKET_BUILD_NUMBER",
    "BUILDKITE",
    "CI",
    "CIRCLECI",
    "CONTINUOUS_INTEGRATION",
    "DRONE",
    "GITHUB_ACTIONS",
    "GITHUB_RUN_ID",
    "GITHUB_WORKFLOW",
    "GITLAB_CI",
    "JENKINS_URL",
    "PYTEST_CURRENT_TEST",
    "TEAMCITY_VERSION",
    "TF_BUILD",
    "TRAVIS",
];

/// Whether production is sure to have no such variable, unless it is seen to be given.
pub(super) fn is_of_test_runs(name: &str) -> bool {
    OF_TEST_RUNS.contains(&name)
}

/// Why the value of a variable is not known.
pub(super) fn given_at_deploy_time(name: &str) -> Ignorance {
    Ignorance::new(format!("read from the environment (`{name}`), given at deploy time"))
        .settled_by(format!("give `--env-file` or `--env {name}=…`"))
}

impl<'a> Interpreter<'a> {
    /// What stands in the environment under a name.
    pub(super) fn variable(&self, name: &str, at: Spot) -> Found<'a> {
        let Some(fact) = self.environment.fact(name) else {
            let sure = self.environment.is_whole() || self.environment.is_removed(name);
            return if sure { Found::Nothing } else { Found::Nobody };
        };
        Self::found(name, fact, at)
    }

    /// What a variable is that somebody sets.
    pub(super) fn found(name: &str, fact: &Fact, at: Spot) -> Found<'a> {
        let kind = match &fact.value {
            value if value.text().is_some() => Kind::Text(value.text().unwrap_or_default().into()),
            crate::fact::Value::Unknown(why) => Kind::Unknown(Rc::new(why.clone())),
            crate::fact::Value::Absent => return Found::Nothing,
            _ => Kind::Unknown(Rc::new(given_at_deploy_time(name))),
        };
        let origin = match fact.provenance.origin {
            Origin::Literal => Origin::Literal,
            _ => Origin::Environment,
        };
        let from = From {
            origin,
            at: Some(at),
            written: fact.provenance.place.clone().map(Rc::new),
            variables: vec![name.into()],
            supposed: false,
            fallback: Truth::False,
        };
        Found::Set(Term::new(kind, from))
    }

    /// The value of a variable that the program cannot do without: `os.environ["X"]`.
    /// `error` is what is raised where it is not there.
    pub(super) fn demanded(&mut self, name: &str, error: &str, at: Spot) -> Outcome<'a> {
        let found = self.variable(name, at);
        let caught = self.insisting == 0 && self.would_catch(error);
        self.note_read(name, !caught && self.possible == 0, None, &found, at);
        if let Some(asked) = self.reads.get_mut(name).filter(|_| !caught && self.possible > 0) {
            asked.sometimes_required = true;
        }
        match found {
            Found::Set(term) => Ok(term),
            Found::Nobody if !caught => Ok(Self::at_deploy_time(name, at)),
            Found::Nobody | Found::Nothing => {
                let mut raised = Raised::new(error, format!("the environment has no `{name}`"));
                raised.variables = vec![name.into()];
                raised.supposed = !self.environment.is_whole();
                Err(raised)
            }
        }
    }

    /// The value of a variable that may be missing: `os.environ.get("X", default)`.
    pub(super) fn wished(&mut self, name: &str, default: Option<Term<'a>>, at: Spot) -> Term<'a> {
        let mut found = self.variable(name, at);
        if matches!(found, Found::Nobody) && is_of_test_runs(name) {
            found = Found::Nothing;
        }
        self.note_read(name, false, default.clone(), &found, at);
        let fallback = default.as_ref().map_or(Truth::False, Self::stands_in);
        let mut term = match (found, default) {
            (Found::Set(term), _) => term,
            (Found::Nobody, _) if self.environment.insisted.contains(name) => {
                Self::at_deploy_time(name, at)
            }
            (_, Some(default)) => self.defaulted(name, default, at),
            (Found::Nobody, None) => {
                let kind = Kind::Unset(Rc::new(given_at_deploy_time(name)));
                Term::new(kind, Self::from_variable(name, at))
            }
            (Found::Nothing, None) => {
                let from = From { variables: vec![name.into()], ..From::literal(at) };
                Term::new(Kind::None, from)
            }
        };
        term.from.fallback = term.from.fallback.max(fallback);
        term
    }

    /// Whether a default is a text, so that the program runs on where the variable is missing.
    pub(super) fn stands_in(default: &Term<'a>) -> Truth {
        match &default.kind {
            Kind::Text(text) => (!text.is_empty()).into(),
            Kind::Unknown(_) | Kind::OneOf(_) => Truth::Unknown,
            _ => Truth::False,
        }
    }

    /// A default that stands for a variable: its place is where it is decided.
    pub(super) fn defaulted(&self, name: &str, mut default: Term<'a>, at: Spot) -> Term<'a> {
        default.from.depend_on(&[name.into()]);
        default.from.supposed |= !self.environment.is_whole();
        if default.from.origin == Origin::Literal {
            default.from.at = Some(at);
        }
        default
    }

    pub(super) fn at_deploy_time(name: &str, at: Spot) -> Term<'a> {
        let kind = Kind::Unknown(Rc::new(given_at_deploy_time(name)));
        Term::new(kind, Self::from_variable(name, at))
    }

    fn from_variable(name: &str, at: Spot) -> From {
        From {
            origin: Origin::Environment,
            at: Some(at),
            written: None,
            variables: vec![name.into()],
            supposed: true,
            fallback: Truth::False,
        }
    }

    /// Remembers that the program asked for a variable.
    pub(super) fn note_read(
        &mut self,
        name: &str,
        required: bool,
        default: Option<Term<'a>>,
        found: &Found<'a>,
        at: Spot,
    ) {
        let set = matches!(found, Found::Set(_));
        let asked = self.reads.entry(name.to_owned()).or_insert(Asked {
            required: false,
            sometimes_required: false,
            default: None,
            set,
            at,
        });
        asked.required |= required;
        asked.set |= set;
        if asked.default.is_none() {
            asked.default = default;
        }
    }

    /// Notes that the program does not run without these.
    pub(super) fn require(&mut self, variables: &[Rc<str>]) {
        for variable in variables {
            if let Some(asked) = self.reads.get_mut(variable.as_ref()) {
                asked.required = true;
            }
        }
    }

    /// Notes that the program does not run without these, and takes them for given from here on.
    pub(super) fn insist(&mut self, variables: &[Rc<str>]) {
        if self.environment.is_whole() || variables.is_empty() {
            return;
        }
        self.require(variables);
        self.environment.insisted.extend(variables.iter().map(ToString::to_string));
        let scopes: Vec<_> = self
            .frames
            .iter()
            .flat_map(|frame| frame.class.iter().chain(&frame.scopes))
            .copied()
            .collect();
        for scope in scopes {
            let Some(scope) = self.heap.scope_mut(scope) else {
                continue;
            };
            for term in scope.names.values_mut() {
                let concerned = matches!(term.kind, Kind::Unset(_)) || term.from.supposed;
                let [only] = term.from.variables.as_slice() else {
                    continue;
                };
                if concerned && variables.contains(only) {
                    term.kind = Kind::Unknown(Rc::new(given_at_deploy_time(only)));
                    term.from.origin = Origin::Environment;
                }
            }
        }
    }
}
