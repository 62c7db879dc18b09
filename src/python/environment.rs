//! What the program finds in its environment, with the `.env` files it has loaded so far.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::changes::Change;
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
    /// Variables that are taken to be set, nobody knows to what.
    pub expected: BTreeSet<String>,
    /// Whether nobody knows which: any may be set.
    pub unseen: bool,
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

/// What surrounds the program while it runs, whatever it does itself.
pub(super) struct Surroundings {
    given: Environment,
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
    /// One of these, as the variables decide.
    OneOf(Vec<Self>, Vec<Rc<str>>),
}

impl Surroundings {
    pub(super) fn new(given: Environment) -> Self {
        let insisted = if given.whole { BTreeSet::new() } else { given.expected.clone() };
        Self { given, insisted }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.given.whole
    }

    /// The variables that production is seen to have from the start.
    pub(super) fn given(&self) -> &Fields {
        &self.given.variables
    }
}

impl Found<'_> {
    /// Whether somebody is seen to set it, at least on one way.
    fn is_set(&self) -> bool {
        match self {
            Self::Set(_) => true,
            Self::Nobody | Self::Nothing => false,
            Self::OneOf(ways, _) => ways.iter().any(Self::is_set),
        }
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
        self.after_change(self.heap.changes.of(name), name, at)
    }

    fn after_change(&self, change: &Change, name: &str, at: Spot) -> Found<'a> {
        match change {
            Change::Nothing => match self.environment.given().get(name) {
                Some(fact) => Self::found(name, fact, at),
                None if self.environment.is_whole() => Found::Nothing,
                None => Found::Nobody,
            },
            Change::Set(fact) => Self::found(name, fact, at),
            Change::Removed => Found::Nothing,
            Change::OneOf(several) => {
                let ways = several.ways.iter().map(|way| self.after_change(way, name, at));
                Found::OneOf(ways.collect(), several.deciders.clone())
            }
        }
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
            ..From::nowhere()
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
        self.insisted_on(name, found, caught, error, at)
    }

    /// What was found under a name that the program cannot do without.
    fn insisted_on(
        &mut self,
        name: &str,
        found: Found<'a>,
        caught: bool,
        error: &str,
        at: Spot,
    ) -> Outcome<'a> {
        match found {
            Found::Set(term) => Ok(term),
            Found::Nobody if !caught => Ok(Self::at_deploy_time(name, at)),
            Found::Nobody | Found::Nothing => {
                let mut raised = Raised::new(error, format!("the environment has no `{name}`"));
                raised.variables = vec![name.into()];
                raised.supposed = !self.environment.is_whole();
                Err(raised)
            }
            Found::OneOf(ways, deciders) => {
                let each = ways.into_iter();
                let each = each.map(|way| self.insisted_on(name, way, caught, error, at));
                let (there, stops): (Vec<_>, Vec<_>) = each.partition(Result::is_ok);
                let stop = stops.into_iter().find_map(Result::err);
                match stop {
                    Some(stop) if there.is_empty() => return Err(stop),
                    Some(stop) => self.may_raise(stop)?,
                    None => {}
                }
                let mut term = Term::one_of(there.into_iter().flatten());
                term.from.depend_on(&deciders);
                Ok(term)
            }
        }
    }

    /// The value of a variable that may be missing: `os.environ.get("X", default)`.
    pub(super) fn wished(&mut self, name: &str, default: Option<Term<'a>>, at: Spot) -> Term<'a> {
        let found = self.variable(name, at);
        self.note_read(name, false, default.clone(), &found, at);
        let fallback = default.as_ref().map_or(Truth::False, Self::stands_in);
        let mut term = self.or_default(name, found, default, at);
        term.from.fallback = term.from.fallback.max(fallback);
        term
    }

    /// What was found under a name, or what stands for it.
    fn or_default(
        &self,
        name: &str,
        found: Found<'a>,
        default: Option<Term<'a>>,
        at: Spot,
    ) -> Term<'a> {
        match (found, default) {
            (Found::OneOf(ways, deciders), default) => {
                let ways = ways.into_iter();
                let each = ways.map(|way| self.or_default(name, way, default.clone(), at));
                let mut term = Term::one_of(each);
                term.from.depend_on(&deciders);
                term
            }
            (Found::Set(term), _) => term,
            (Found::Nobody, _) if self.is_insisted(name) => Self::at_deploy_time(name, at),
            (_, Some(default)) => self.defaulted(name, default, at),
            (Found::Nobody, None) if !is_of_test_runs(name) => {
                let kind = Kind::Unset(Rc::new(given_at_deploy_time(name)));
                Term::new(kind, Self::from_variable(name, at))
            }
            (Found::Nobody | Found::Nothing, None) => {
                let from = From { variables: vec![name.into()], ..From::literal(at) };
                Term::new(Kind::None, from)
            }
        }
    }

    fn is_insisted(&self, name: &str) -> bool {
        let Surroundings { given, insisted } = &self.environment;
        (insisted.contains(name) || given.unseen && !given.whole) && !is_of_test_runs(name)
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
            variables: vec![name.into()],
            supposed: true,
            ..From::nowhere()
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
        let set = found.is_set();
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

    /// Notes that the program does not run without these: those of them on which it does not depend whether
    /// it comes here.
    pub(super) fn require(&mut self, variables: &[Rc<str>]) {
        let is_sure = self.possible == 0;
        for variable in variables.iter().filter(|variable| !self.deciders.contains(variable)) {
            if let Some(asked) = self.reads.get_mut(variable.as_ref()) {
                asked.required |= is_sure;
                asked.sometimes_required |= !is_sure;
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

#[cfg(test)]
mod tests {
    use super::Environment;
    use crate::fact::ProjectPath;
    use crate::project::{Project, services};
    use crate::python::interpret;
    use crate::python::tests::value_of;

    #[test]
    fn nothing_stands_for_a_variable_where_production_has_some_that_nobody_sees() {
        let program = "import os\nX = os.getenv('DEBUG', '1') == '1'\nCI = os.getenv('CI', '0')";
        let project = Project::of_texts([("settings.py", program)]);
        let service = services(&project, "shop").swap_remove(0);
        let of = |environment: &Environment| {
            let entry = ProjectPath::new("settings.py");
            let run = interpret(&project, &service, environment, |it| it.module(&entry)).unwrap();
            [value_of(&run, "X"), value_of(&run, "CI")]
        };
        let unseen = Environment { unseen: true, ..Environment::default() };
        let ci = "\"0\"".to_owned();
        assert_eq!(of(&Environment::default()), ["true".to_owned(), ci.clone()]);
        assert_eq!(of(&unseen), ["one of true or false".to_owned(), ci]);
    }
}
