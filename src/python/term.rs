//! Values while a program is evaluated: what Python calls objects, and what is not known of them.

use std::rc::Rc;

use ruff_python_ast::{Expr, Parameters, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::budget::MAX_ALTERNATIVES;
use super::builtins::SENTINEL;
use super::classes::Validator;
use super::heap::Id;
use crate::fact::{Ignorance, Origin, Place};
use crate::truth::Truth;

/// A value, and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Term<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) from: From,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind<'a> {
    None,
    /// No value at all: a name that one of two branches does not define.
    Missing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    /// A `pathlib` path; below the project it begins with [`super::paths::ROOT`].
    Path(Rc<str>),
    /// A `timedelta`, in seconds.
    Duration(f64),
    Sequence(Shape, Id),
    Dict(Id),
    Function(Rc<Function<'a>>),
    Class(Rc<Class<'a>>),
    /// An object of a class of the project.
    Instance(Rc<Class<'a>>, Id),
    /// An object of a library's class, with what it was made from.
    Made(Rc<Made<'a>>),
    /// A module of the project, by the scope of its names.
    Module(Id),
    /// Something of a library, by its dotted name: `os.environ`, `decouple.config`.
    Library(Rc<str>),
    /// A method, still with the object it was taken from.
    Method(Rc<(Term<'a>, Box<str>)>),
    /// An environment variable that nobody sets, asked for without a default: `None` if it stays so,
    /// any text if it is given at deploy time.
    Unset(Rc<Ignorance>),
    /// One of these: at least two.
    OneOf(Rc<[Term<'a>]>),
    Unknown(Rc<Ignorance>),
}

/// The name by which a function is kept that is bound to an object.
pub(super) const BOUND: &str = "bound";

/// Which kind of sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    List,
    Tuple,
    Set,
    /// Gives its items once: a generator, `map(…)`.
    Iterator,
}

/// A function of the project.
#[derive(Debug)]
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    pub(super) parameters: Option<&'a Parameters>,
    pub(super) body: Body<'a>,
    /// Default values, by parameter name.
    pub(super) defaults: Vec<(&'a str, Term<'a>)>,
    /// The file it is written in.
    pub(super) file: usize,
    /// The scopes around it, outermost first.
    pub(super) scopes: Vec<Id>,
    /// `@property`, `@staticmethod`, `@classmethod`, or nothing that matters.
    pub(super) decorator: Decorator,
}

/// What a function runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body<'a> {
    Block(&'a [Stmt]),
    /// Statements that yield.
    Generator(&'a [Stmt]),
    Value(&'a Expr),
    /// Something that cannot be followed: a coroutine, an unknown decorator.
    Opaque,
}

impl Body<'_> {
    /// The piece of its file that it is.
    pub(super) fn range(self) -> Option<TextRange> {
        match self {
            Self::Block(statements) | Self::Generator(statements) => {
                let (first, last) = (statements.first()?, statements.last()?);
                Some(TextRange::new(first.start(), last.end()))
            }
            Self::Value(value) => Some(value.range()),
            Self::Opaque => None,
        }
    }
}

/// A decorator that changes how a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decorator {
    None,
    Property,
    Static,
    Class,
}

/// A class of the project.
#[derive(Debug)]
pub(super) struct Class<'a> {
    pub(super) name: &'a str,
    pub(super) bases: Vec<Term<'a>>,
    pub(super) scope: Id,
    /// The annotated fields in their order, for classes whose fields are read from the environment.
    pub(super) annotations: Vec<(&'a str, &'a Expr)>,
    /// What the annotation of a field names: a class of the project, or what `Annotated` says beside the type.
    pub(super) found: Vec<(&'a str, Term<'a>)>,
    /// The names that its body assigns, in their order.
    pub(super) members: Vec<&'a str>,
    /// Its functions that look at its fields.
    pub(super) validators: Vec<Validator<'a>>,
}

/// An object of a library's class.
#[derive(Debug)]
pub(super) struct Made<'a> {
    /// The dotted name of its class.
    pub(super) class: Rc<str>,
    pub(super) positional: Vec<Term<'a>>,
    pub(super) named: Vec<(Rc<str>, Term<'a>)>,
    /// What the program gave it since: `app.debug = True`.
    pub(super) fields: Id,
}

impl<'a> Made<'a> {
    /// The argument of a name that the object was made from.
    pub(super) fn named(&self, name: &str) -> Option<&Term<'a>> {
        self.named.iter().find(|(known, _)| known.as_ref() == name).map(|(_, term)| term)
    }
}

/// Where a value came from; places are worked out only for those values that become facts.
#[derive(Clone, Debug)]
pub(super) struct From {
    pub(super) origin: Origin,
    pub(super) at: Option<Spot>,
    pub(super) written: Option<Rc<Place>>,
    pub(super) variables: Vec<Rc<str>>,
    /// Variables that might have led to another value, and do not as they are.
    pub(super) swayed_by: Vec<Rc<str>>,
    /// Whether it is so only because nobody is seen to set a variable.
    pub(super) supposed: bool,
    /// Whether a text in the code stands for it where its variable is missing.
    pub(super) fallback: Truth,
}

/// A piece of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) file: usize,
    pub(super) range: TextRange,
}

impl From {
    pub(super) fn literal(at: Spot) -> Self {
        Self { origin: Origin::Literal, at: Some(at), ..Self::nowhere() }
    }

    pub(super) fn nowhere() -> Self {
        Self {
            origin: Origin::Derived,
            at: None,
            written: None,
            variables: Vec::new(),
            swayed_by: Vec::new(),
            supposed: false,
            fallback: Truth::False,
        }
    }

    /// What is worked out from several values at a place.
    pub(super) fn mixed<'t, 'a: 't>(
        parts: impl IntoIterator<Item = &'t Term<'a>>,
        at: Spot,
    ) -> Self {
        let mut from = Self::literal(at);
        for part in parts {
            from.take_in(&part.from);
        }
        from
    }

    /// Adds another value's origin and variables to this.
    pub(super) fn take_in(&mut self, other: &Self) {
        self.origin = match (self.origin, other.origin) {
            (Origin::Environment, _) | (_, Origin::Environment) => Origin::Environment,
            (Origin::Literal, Origin::Literal) => Origin::Literal,
            _ => Origin::Derived,
        };
        if self.written.is_none() {
            self.written.clone_from(&other.written);
        }
        self.supposed |= other.supposed;
        self.fallback = self.fallback.max(other.fallback);
        self.depend_like(other);
    }

    /// Notes that the value depends on what another depends on.
    pub(super) fn depend_like(&mut self, other: &Self) {
        self.depend_on(&other.variables);
        self.be_swayed_by(&other.swayed_by);
    }

    /// Notes further variables on which the value depends.
    pub(super) fn depend_on(&mut self, variables: &[Rc<str>]) {
        add(variables, &mut self.variables);
    }

    /// Notes further variables that might have led to another value.
    pub(super) fn be_swayed_by(&mut self, variables: &[Rc<str>]) {
        add(variables, &mut self.swayed_by);
    }
}

fn add(variables: &[Rc<str>], known: &mut Vec<Rc<str>>) {
    for variable in variables {
        if !known.contains(variable) {
            known.push(Rc::clone(variable));
        }
    }
}

impl<'a> Term<'a> {
    pub(super) fn new(kind: Kind<'a>, from: From) -> Self {
        Self { kind, from }
    }

    pub(super) fn text(text: impl AsRef<str>, from: From) -> Self {
        Self::new(Kind::Text(text.as_ref().into()), from)
    }

    pub(super) fn missing() -> Self {
        Self::new(Kind::Missing, From::nowhere())
    }

    /// An unknown value that does not come from the environment.
    pub(super) fn unknown(why: Ignorance, at: Spot) -> Self {
        let from = From { origin: Origin::Derived, ..From::literal(at) };
        Self::new(Kind::Unknown(Rc::new(why)), from)
    }

    /// The same value, seen at another place if it has none yet.
    pub(super) fn placed(mut self, at: Spot) -> Self {
        self.from.at = self.from.at.or(Some(at));
        self
    }

    /// One of several possible values; the value itself if all are the same.
    pub(super) fn one_of(alternatives: impl IntoIterator<Item = Self>) -> Self {
        let mut distinct: Vec<Self> = Vec::new();
        // What decides between those of one alternative stays a part of what decides.
        let mut within = From::nowhere();
        for alternative in alternatives {
            let parts = match &alternative.kind {
                Kind::OneOf(nested) => {
                    within.depend_on(&alternative.from.variables);
                    nested.iter().cloned().collect()
                }
                _ => vec![alternative],
            };
            for part in parts {
                match distinct.iter_mut().find(|known| known.is_same(&part)) {
                    Some(known) => known.from.depend_like(&part.from),
                    None => distinct.push(part),
                }
            }
        }
        if distinct.len() == 1 {
            let mut only = distinct.swap_remove(0);
            only.from.depend_on(&within.variables);
            return only;
        }
        let mut from = distinct.first().map_or_else(From::nowhere, |first| first.from.clone());
        for part in &distinct {
            from.take_in(&part.from);
        }
        from.depend_on(&within.variables);
        from.written = None;
        if distinct.is_empty() || distinct.len() > MAX_ALTERNATIVES {
            let why = Ignorance::new("depends on too many things outside of the project");
            return Self::new(Kind::Unknown(Rc::new(why)), from);
        }
        Self::new(Kind::OneOf(distinct.into()), from)
    }

    /// The possible values: itself, unless it is one of several.
    pub(super) fn alternatives(&self) -> &[Self] {
        match &self.kind {
            Kind::OneOf(alternatives) => alternatives,
            _ => std::slice::from_ref(self),
        }
    }

    /// Whether two values cannot be told apart. Not Python's `==`: a list is only the same as itself.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::None, Kind::None) | (Kind::Missing, Kind::Missing) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Int(a), Kind::Int(b)) => a == b,
            (Kind::Float(a), Kind::Float(b)) | (Kind::Duration(a), Kind::Duration(b)) => {
                a.total_cmp(b).is_eq()
            }
            (Kind::Text(a), Kind::Text(b))
            | (Kind::Path(a), Kind::Path(b))
            | (Kind::Library(a), Kind::Library(b)) => a == b,
            (Kind::Sequence(_, a), Kind::Sequence(_, b))
            | (Kind::Dict(a), Kind::Dict(b))
            | (Kind::Module(a), Kind::Module(b))
            | (Kind::Instance(_, a), Kind::Instance(_, b)) => a == b,
            (Kind::Function(a), Kind::Function(b)) => Rc::ptr_eq(a, b),
            (Kind::Class(a), Kind::Class(b)) => Rc::ptr_eq(a, b),
            (Kind::Made(a), Kind::Made(b)) => Rc::ptr_eq(a, b),
            (Kind::Unknown(a), Kind::Unknown(b)) | (Kind::Unset(a), Kind::Unset(b)) => a == b,
            (Kind::OneOf(a), Kind::OneOf(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The text, if it is one.
    pub(super) fn as_text(&self) -> Option<&Rc<str>> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it may be equal to anything, or true or not: what is not known, and what a library's object
    /// has that is perhaps no method.
    pub(super) fn is_open(&self) -> bool {
        match &self.kind {
            Kind::Unknown(_) | Kind::Unset(_) | Kind::OneOf(_) => true,
            Kind::Made(made) => made.class.as_ref() != SENTINEL,
            Kind::Method(method) => method.1.as_ref() != BOUND,
            _ => false,
        }
    }

    /// Whether it is no value at all.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.kind, Kind::Missing)
    }

    /// What a person calls such a value.
    pub(super) fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::None => "`None`",
            Kind::Missing => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::Path(_) => "a path",
            Kind::Duration(_) => "a duration",
            Kind::Sequence(Shape::List, _) => "a list",
            Kind::Sequence(Shape::Tuple, _) => "a tuple",
            Kind::Sequence(Shape::Set, _) => "a set",
            Kind::Sequence(Shape::Iterator, _) => "a generator",
            Kind::Dict(_) => "a dictionary",
            Kind::Function(_) | Kind::Method(_) => "a function",
            Kind::Class(_) => "a class",
            Kind::Instance(..) | Kind::Made(_) | Kind::Library(_) => "an object",
            Kind::Module(_) => "a module",
            Kind::Unset(_) | Kind::OneOf(_) | Kind::Unknown(_) => "a value that is not known",
        }
    }
}
