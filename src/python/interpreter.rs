//! The state of an evaluation: names, frames, what was raised, what is known of the environment.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use ruff_text_size::{Ranged, TextRange};

use super::budget::Budget;
use super::environment::Surroundings;
use super::heap::{Heap, Id, Object, Scope};
use super::source::{Library, Source};
use super::term::{From, Kind, Spot, Term};
use crate::fact::{Ignorance, ProjectPath};

/// Evaluates modules of one service, as one process would: what a module changes, the next one sees.
pub struct Interpreter<'a> {
    pub(super) library: &'a Library<'a>,
    pub(super) environment: Surroundings,
    pub(super) heap: Heap<'a>,
    pub(super) frames: Vec<Frame<'a>>,
    pub(super) tries: Vec<Try<'a>>,
    /// The exceptions whose handlers are being run, the innermost last.
    pub(super) handled: Vec<Raised>,
    /// Above zero while a `try` is run again because its handler insists on the variable.
    pub(super) insisting: usize,
    /// The variables that decided which branch is being run.
    pub(super) deciders: Vec<Rc<str>>,
    pub(super) files: Vec<&'a Source>,
    /// Every module that was come to, with the scope in which it runs on whatever way.
    pub(super) modules: BTreeMap<ProjectPath, Id>,
    pub(super) roots: Vec<ProjectPath>,
    pub(super) budget: Budget,
    /// Every variable asked for.
    pub(super) reads: BTreeMap<String, super::environment::Asked<'a>>,
    /// The objects of libraries' classes that were made, with the scopes of their fields.
    pub(super) objects: Vec<(Rc<str>, Id)>,
    /// The names of modules and classes that statements set which do not run, with the variables that might
    /// have led there.
    pub(super) passed_over: BTreeMap<String, BTreeSet<String>>,
    /// Where the sequence of made-up values has come to.
    pub(super) draws: u64,
    /// How many conditions that cannot be known decide whether this runs.
    pub(super) possible: usize,
    /// The file that is run as the program itself: its `__name__` is `__main__`.
    pub(super) main: Option<ProjectPath>,
    /// Calls of the project's functions and of libraries, for those who look for particular ones.
    pub(super) calls: Vec<Call<'a>>,
    /// Files that are not in the project, of which the program asks whether they are there.
    pub(super) looked_for: BTreeSet<String>,
    /// The first module that is not there and of which all names are taken where it is.
    pub(super) missing: Option<String>,
    /// What files of variables say that are read and not loaded.
    pub(super) variable_files: BTreeMap<ProjectPath, super::readers::Variables>,
}

/// A call that was evaluated.
#[derive(Clone, Debug)]
pub(super) struct Call<'a> {
    pub(super) function: Rc<str>,
    pub(super) arguments: Arguments<'a>,
    pub(super) at: Spot,
    pub(super) deciders: Vec<Rc<str>>,
}

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments<'a> {
    pub(super) positional: Vec<Term<'a>>,
    pub(super) named: Vec<(Rc<str>, Term<'a>)>,
    /// Why there may be further arguments (`*args`, `**options`), if there may.
    pub(super) rest: Option<Rc<Ignorance>>,
}

/// A module, class body or call that is being run.
pub(super) struct Frame<'a> {
    pub(super) file: usize,
    /// Outermost first; the last one takes assignments, unless a class body is run.
    pub(super) scopes: Vec<Id>,
    pub(super) class: Option<Id>,
    /// Names declared `global`.
    pub(super) globals: Vec<&'a str>,
    /// Names declared `nonlocal`.
    pub(super) nonlocals: Vec<&'a str>,
    /// What may have been returned already, each with the state at that point.
    pub(super) returns: Vec<(Term<'a>, Heap<'a>)>,
    /// The variables that might have led to another `return`.
    pub(super) swayed_by: Vec<Rc<str>>,
    pub(super) loops: Vec<Loop<'a>>,
    /// Where a generator keeps what it yields.
    pub(super) yields: Option<Id>,
    pub(super) is_call: bool,
}

impl Frame<'_> {
    /// What runs statements of a file before any of them was run.
    pub(super) fn new(file: usize, scopes: Vec<Id>) -> Self {
        Self {
            file,
            scopes,
            class: None,
            globals: Vec::new(),
            nonlocals: Vec::new(),
            returns: Vec::new(),
            swayed_by: Vec::new(),
            loops: Vec::new(),
            yields: None,
            is_call: false,
        }
    }
}

/// A loop that is being run.
#[derive(Default)]
pub(super) struct Loop<'a> {
    /// The states in which it may have been left.
    pub(super) breaks: Vec<Heap<'a>>,
    /// The states in which its next round may have begun.
    pub(super) continues: Vec<Heap<'a>>,
}

/// A `try` whose body is being run.
pub(super) struct Try<'a> {
    /// The names of the exceptions it catches; none for all.
    pub(super) catches: Vec<Vec<Box<str>>>,
    /// What may have been raised, each with the state at that point.
    pub(super) raises: Vec<(Raised, Heap<'a>)>,
}

/// What the end of a statement leads to.
pub(super) enum Flow<'a> {
    Next,
    Return(Term<'a>),
    Break,
    Continue,
    /// Every way through has returned, broken off, gone on or raised already.
    Ended,
}

/// An exception.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    /// The name of its class.
    pub(super) name: Box<str>,
    /// What it says.
    pub(super) why: Ignorance,
    /// The variables whose absence raised it.
    pub(super) variables: Vec<Rc<str>>,
    /// Whether it is only supposed, because nobody is seen to set a variable, or a file is not in the project.
    pub(super) supposed: bool,
    /// Whether it is the end of the budget, which nothing catches.
    pub(super) exhausted: bool,
}

pub(super) type Outcome<'a> = Result<Term<'a>, Raised>;
pub(super) type Step<'a> = Result<Flow<'a>, Raised>;

impl Raised {
    pub(super) fn new(name: &str, why: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            why: Ignorance::new(why),
            variables: Vec::new(),
            supposed: false,
            exhausted: false,
        }
    }

    /// What a value stops the program with. Where it is one only because nobody is seen to set a variable, that
    /// is supposed too.
    pub(super) fn of_value(name: &str, why: impl Into<Arc<str>>, from: &From) -> Self {
        Self { variables: from.variables.clone(), supposed: from.supposed, ..Self::new(name, why) }
    }

    pub(super) fn exhausted() -> Self {
        Self {
            name: "".into(),
            why: Ignorance::new("the settings take more steps to evaluate than an audit makes"),
            variables: Vec::new(),
            supposed: false,
            exhausted: true,
        }
    }
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(library: &'a Library<'a>, environment: Surroundings) -> Self {
        Self {
            library,
            environment,
            heap: Heap::default(),
            frames: Vec::new(),
            tries: Vec::new(),
            handled: Vec::new(),
            insisting: 0,
            deciders: Vec::new(),
            files: Vec::new(),
            modules: BTreeMap::new(),
            roots: super::modules::roots(library.service()),
            budget: Budget::default(),
            reads: BTreeMap::new(),
            objects: Vec::new(),
            passed_over: BTreeMap::new(),
            draws: 0,
            possible: 0,
            main: None,
            calls: Vec::new(),
            looked_for: BTreeSet::new(),
            missing: None,
            variable_files: BTreeMap::new(),
        }
    }

    /// The frame at work. A frame is pushed before anything is evaluated.
    pub(super) fn frame(&mut self) -> Option<&mut Frame<'a>> {
        self.frames.last_mut()
    }

    pub(super) fn file(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.file)
    }

    pub(super) fn spot(&self, node: &impl Ranged) -> Spot {
        Spot { file: self.file(), range: node.range() }
    }

    /// `settings.py:12`, for sentences.
    pub(super) fn shown(&self, spot: Spot) -> String {
        self.files.get(spot.file).map_or_else(String::new, |source| {
            format!("{}:{}", source.path, source.line(spot.range))
        })
    }

    /// The source of a piece of a file.
    pub(super) fn written(&self, spot: Spot) -> &'a str {
        let source: Option<&'a Source> = self.files.get(spot.file).copied();
        let range: TextRange = spot.range;
        source
            .and_then(|source| source.text.get(range.start().to_usize()..range.end().to_usize()))
            .unwrap_or_default()
    }

    /// An unknown value: what is meant, followed by where it stands.
    pub(super) fn opaque(&self, what: &str, at: Spot) -> Term<'a> {
        let why = format!("{what} ({}) is known only when it runs", self.shown(at));
        Term::unknown(Ignorance::new(why), at)
    }

    pub(super) fn scope(&mut self) -> Id {
        self.heap.put(Object::Scope(Scope::default()))
    }

    /// The value of a name, if it has one; otherwise why it may have one.
    pub(super) fn lookup(&self, name: &str) -> Result<Term<'a>, Option<Rc<Ignorance>>> {
        let Some(frame) = self.frames.last() else {
            return Err(None);
        };
        let mut rest = None;
        for id in frame.class.iter().chain(frame.scopes.iter().rev()) {
            let Some(scope) = self.heap.scope(*id) else {
                continue;
            };
            if let Some(term) = scope.names.get(name) {
                return Ok(term.clone());
            }
            rest = rest.or_else(|| scope.rest.clone());
        }
        Err(rest)
    }

    /// Gives a name a value in the scope at work.
    pub(super) fn bind(&mut self, name: &str, mut term: Term<'a>) {
        term.from.depend_on(&self.deciders);
        let Some(frame) = self.frames.last() else {
            return;
        };
        let outer = frame.nonlocals.contains(&name).then(|| {
            let around = frame.scopes.iter().rev().skip(1);
            around
                .into_iter()
                .find(|id| self.heap.scope(**id).is_some_and(|it| it.names.contains_key(name)))
        });
        let home = if frame.globals.contains(&name) {
            frame.scopes.first()
        } else if let Some(outer) = outer.flatten() {
            Some(outer)
        } else {
            frame.class.as_ref().or(frame.scopes.last())
        };
        if let Some(scope) = home.copied().and_then(|home| self.heap.scope_mut(home)) {
            scope.names.insert(name.into(), term);
        }
    }

    pub(super) fn unbind(&mut self, name: &str) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        let home = frame.class.as_ref().or(frame.scopes.last()).copied();
        if let Some(scope) = home.and_then(|home| self.heap.scope_mut(home)) {
            scope.names.remove(name);
        }
    }

    /// Spends steps of the budget.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Raised> {
        let steps = steps + self.heap.copying_steps();
        if self.budget.spend(steps) { Ok(()) } else { Err(Raised::exhausted()) }
    }

    pub(super) fn none_at(at: Spot) -> Term<'a> {
        Term::new(Kind::None, From::literal(at))
    }
}
