//! Python's built-in functions, on values that are known.

use std::rc::Rc;

use ruff_python_ast::Operator;

use super::comparisons::either_bool;
use super::formats::shown;
use super::heap::{Dict, Key, Object, Sequence};
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::refusals::Stop;
use super::term::{From, Kind, Shape, Spot, Term};

const NAMES: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "callable",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "int",
    "isinstance",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "sorted",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
    "exit",
    "quit",
    "Exception",
    "ValueError",
    "KeyError",
    "ImportError",
    "RuntimeError",
    "TypeError",
    "OSError",
    "property",
    "staticmethod",
    "classmethod",
    "__import__",
    "NotImplemented",
    "exec",
    "eval",
];

/// The class of objects that are only themselves: `MISSING = object()`.
pub(super) const SENTINEL: &str = "object";

/// Whether a name is built in.
pub(super) fn knows(name: &str) -> bool {
    NAMES.contains(&name)
}

impl<'a> Interpreter<'a> {
    /// Calls a built-in function.
    pub(super) fn builtin(
        &mut self,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        match name {
            "print" => return Ok(Self::none_at(at)),
            "vars" if arguments.first().is_some() => return Ok(self.names_in(arguments, at)),
            "globals" | "locals" | "vars" => return Ok(self.names_at_hand(name, at)),
            "open" => {
                let path = arguments.get(0, "file").cloned();
                return match path {
                    Some(path) => self.open(&path, arguments, at),
                    None => Ok(self.opaque("what is read from a file", at)),
                };
            }
            "exit" | "quit" => return Err(Raised::new("SystemExit", "the program stops")),
            "dict" => return Ok(self.new_dict(arguments, at)),
            "dir" => return Ok(self.names_of(arguments, at)),
            "__import__" => return self.import_by_name(arguments, at),
            "getattr" | "hasattr" => return self.reflect(name, arguments, at),
            "setattr" => return Ok(self.set_attribute(arguments, at)),
            "isinstance" => return Ok(self.is_instance(arguments, at)),
            "range" => return Ok(self.range(arguments, at)),
            "divmod" => return self.divided(arguments, at),
            "zip" | "enumerate" | "map" | "filter" => return self.lazy(name, arguments, at),
            _ => {}
        }
        let Some(argument) = arguments.first().cloned() else {
            return Ok(match name {
                "list" => self.made(Shape::List, Sequence::default(), From::literal(at)),
                "tuple" => self.made(Shape::Tuple, Sequence::default(), From::literal(at)),
                "set" | "frozenset" => {
                    self.made(Shape::Set, Sequence::default(), From::literal(at))
                }
                "str" | "bytes" => Term::text("", From::literal(at)),
                "bool" => Term::new(Kind::Bool(false), From::literal(at)),
                "int" => Term::new(Kind::Int(0), From::literal(at)),
                SENTINEL => self.make(&Rc::from(name), arguments, at),
                _ => self.foreign(name, arguments, at),
            });
        };
        self.each(&argument, |this, argument| this.builtin_of(name, argument, arguments, at))
    }

    /// A built-in function of one value that is not one of several.
    fn builtin_of(
        &mut self,
        name: &str,
        argument: &Term<'a>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let from = From::mixed([argument], at);
        let kind = match (name, &argument.kind) {
            ("bool", _) => match self.truth(argument) {
                Some(truth) => Some(Kind::Bool(truth)),
                None => return Ok(either_bool(&from)),
            },
            ("eval", Kind::Text(_)) => return self.evaluated_text(argument, arguments, at),
            ("str" | "repr", Kind::Sequence(..) | Kind::Dict(_)) => {
                self.represented_all(argument, 8).map(|text| Kind::Text(text.into()))
            }
            ("repr", _) => {
                super::format_specs::represented(argument).map(|it| Kind::Text(it.into()))
            }
            ("str", Kind::Instance(..)) => {
                self.member_shown(argument).map(|it| Kind::Text(it.into()))
            }
            ("str" | "bytes", _) => shown(argument).map(|text| Kind::Text(text.into())),
            ("int" | "float" | "abs" | "round", _) => as_number(name, argument, arguments)?,
            ("len", _) => return self.counted(argument, from, at),
            ("list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed", _) => {
                return self.converted(name, argument, arguments, from, at);
            }
            ("iter", Kind::Sequence(..) | Kind::Dict(_) | Kind::Text(_)) => {
                let (items, rest) = self.iterated(argument, at);
                return Ok(self.made(Shape::Iterator, Sequence { items, rest }, from));
            }
            ("next", Kind::Sequence(Shape::Iterator, id)) => {
                return self.next_item(*id, arguments, at);
            }
            ("any" | "all", _) => return Ok(self.quantified(name == "any", argument, from, at)),
            ("max" | "min" | "sum", _) => return self.extreme(name, arguments, from, at),
            ("callable", kind) => is_callable(kind),
            ("type", Kind::Instance(class, _)) => Some(Kind::Class(Rc::clone(class))),
            ("type", kind) => type_name(kind).map(|name| Kind::Library(name.into())),
            (exception, _) if exception.ends_with("Error") || exception == "Exception" => {
                return Ok(self.make(&Rc::from(exception), &Arguments::default(), at));
            }
            _ => None,
        };
        Ok(match kind {
            Some(kind) => Term::new(kind, from),
            None => self.unknown_from(&[argument], &format!("what `{name}(…)` gives"), at),
        })
    }

    /// `divmod(one, other)`: how often the one goes into the other, and what is left.
    fn divided(&mut self, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        let [one, other] = arguments.positional.as_slice() else {
            return Ok(self.foreign("divmod", arguments, at));
        };
        let often = self.binary(one, Operator::FloorDiv, other, at)?;
        let left = self.binary(one, Operator::Mod, other, at)?;
        let pair = Sequence { items: vec![often, left], rest: None };
        Ok(self.made(Shape::Tuple, pair, From::mixed([one, other], at)))
    }

    /// `len(value)`.
    fn counted(&mut self, value: &Term<'a>, from: From, at: Spot) -> Outcome<'a> {
        let length = match &value.kind {
            Kind::None
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::Sequence(Shape::Iterator, _) => {
                let stop = Stop { error: "TypeError", why: "what is counted has no length" };
                return self.stopped(&[value], stop, "this length", at);
            }
            Kind::Text(text) => count(text.chars().count()),
            Kind::Sequence(_, id) | Kind::Dict(id) => self.length(*id),
            Kind::Made(made) => super::readers::kept(made)
                .and_then(Term::as_text)
                .and_then(|text| count(text.chars().count())),
            _ => None,
        };
        Ok(match length {
            Some(length) => Term::new(length, from),
            None => self.unknown_from(&[value], "what `len(…)` gives", at),
        })
    }

    /// How many items a list or dictionary has, if all are known.
    fn length(&self, id: super::heap::Id) -> Option<Kind<'a>> {
        match self.heap.get(id)? {
            Object::Sequence(sequence) if sequence.rest.is_none() => count(sequence.items.len()),
            Object::Dict(dict) if dict.rest.is_none() => count(dict.entries.len()),
            _ => None,
        }
    }

    fn new_dict(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let mut dict = Dict { rest: arguments.rest.clone(), ..Dict::default() };
        if let Some(other) = arguments.first() {
            self.merge_entries(&mut dict, other, at);
        }
        let named = arguments.named.iter().cloned();
        dict.entries.extend(named.map(|(name, term)| (Key::Text(name), term)));
        Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), From::literal(at))
    }

    fn is_instance(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let (Some(object), Some(class)) = (arguments.first(), arguments.positional.get(1)) else {
            return self.opaque("what `isinstance(…)` gives", at);
        };
        let classes = match &class.kind {
            Kind::Sequence(..) => self.iterated(class, at).0,
            _ => vec![class.clone()],
        };
        let mut answer = Some(false);
        for class in &classes {
            let Kind::Library(name) = &class.kind else {
                answer = None;
                continue;
            };
            let is = match (&object.kind, name.as_ref()) {
                (Kind::Text(_), "str")
                | (Kind::Bool(_), "bool" | "int")
                | (Kind::Int(_), "int")
                | (Kind::Float(_), "float")
                | (Kind::Sequence(Shape::List, _), "list")
                | (Kind::Sequence(Shape::Tuple, _), "tuple")
                | (Kind::Sequence(Shape::Set, _), "set")
                | (Kind::Dict(_), "dict") => Some(true),
                (Kind::Unknown(_) | Kind::Unset(_) | Kind::OneOf(_) | Kind::Made(_), _) => None,
                _ => Some(false),
            };
            answer = match (answer, is) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (None, _) | (_, None) => None,
                _ => Some(false),
            };
        }
        let from = From::mixed([object], at);
        answer.map_or_else(
            || either_bool(&from),
            |answer| Term::new(Kind::Bool(answer), from.clone()),
        )
    }
}

/// Whether a value can be called, if that is known.
fn is_callable<'a>(kind: &Kind<'a>) -> Option<Kind<'a>> {
    match kind {
        Kind::Function(_) | Kind::Class(_) | Kind::Method(_) => Some(Kind::Bool(true)),
        Kind::Library(name) if knows(name) => Some(Kind::Bool(true)),
        Kind::Library(_)
        | Kind::Made(_)
        | Kind::Instance(..)
        | Kind::Unknown(_)
        | Kind::Unset(_) => None,
        _ => Some(Kind::Bool(false)),
    }
}

/// The number that a text is, to the base that is given.
fn number_of<'a>(name: &str, text: &str, base: Option<&Kind<'a>>) -> Option<Kind<'a>> {
    match (name, base) {
        ("float", _) => super::numbers::written_float(text).map(Kind::Float),
        (_, None) => super::numbers::written_int(text, 10).map(Kind::Int),
        (_, Some(Kind::Int(base))) => {
            let base = u32::try_from(*base).ok().filter(|base| (2..=36).contains(base))?;
            super::numbers::written_int(text, base).map(Kind::Int)
        }
        _ => None,
    }
}

/// `round(number, places)`.
fn rounded<'a>(number: &Kind<'a>, places: Option<&Kind<'a>>) -> Option<Kind<'a>> {
    match (number, places?) {
        (Kind::Float(number), Kind::Int(places)) => {
            super::numbers::rounded(*number, *places).map(Kind::Float)
        }
        (Kind::Int(int), Kind::Int(0..)) => Some(Kind::Int(*int)),
        _ => None,
    }
}

/// `int(value)`, `float(value)`, `abs(value)`, `round(value)`; none if it is not known.
fn as_number<'a>(
    name: &str,
    value: &Term<'a>,
    arguments: &Arguments<'a>,
) -> Result<Option<Kind<'a>>, Raised> {
    Ok(match (name, &value.kind) {
        ("int" | "float", Kind::Text(text)) => {
            let base = arguments.get(1, "base").map(|base| &base.kind);
            match (number_of(name, text, base), base) {
                (None, None) => return Err(not_a_number(value)),
                (number, _) => number,
            }
        }
        ("int" | "float", Kind::Sequence(..) | Kind::Dict(_)) => {
            return Err(Raised::new("TypeError", "a list is not a number"));
        }
        ("int" | "float", Kind::None) => {
            return Err(Raised::new("TypeError", "`None` is not a number"));
        }
        ("round", kind) if arguments.get(1, "ndigits").is_some() => {
            rounded(kind, arguments.get(1, "ndigits").map(|places| &places.kind))
        }
        (_, kind) => number_as(name, kind),
    })
}

/// The name of the built-in class of a value.
fn type_name(kind: &Kind<'_>) -> Option<&'static str> {
    Some(match kind {
        Kind::Text(_) => "str",
        Kind::Bool(_) => "bool",
        Kind::Int(_) => "int",
        Kind::Float(_) => "float",
        Kind::Sequence(Shape::List, _) => "list",
        Kind::Sequence(Shape::Tuple, _) => "tuple",
        Kind::Sequence(Shape::Set, _) => "set",
        Kind::Dict(_) => "dict",
        _ => return None,
    })
}

fn count<'a>(count: usize) -> Option<Kind<'a>> {
    i64::try_from(count).ok().map(Kind::Int)
}

fn not_a_number(term: &Term<'_>) -> Raised {
    Raised::of_value("ValueError", "a text that is no number is made into one", &term.from)
}

#[expect(clippy::cast_possible_truncation, reason = "Python's `int` cuts the same way")]
fn number_as<'a>(name: &str, kind: &Kind<'a>) -> Option<Kind<'a>> {
    let number = super::numbers::number(kind)?;
    match (name, kind) {
        ("int" | "round", Kind::Float(float)) if float.abs() < 1e15 => {
            Some(Kind::Int(if name == "int" {
                *float as i64
            } else {
                float.round_ties_even() as i64
            }))
        }
        ("int" | "round", Kind::Bool(bool)) => Some(Kind::Int((*bool).into())),
        ("int" | "round", Kind::Int(int)) => Some(Kind::Int(*int)),
        ("float", _) => Some(Kind::Float(number)),
        ("abs", Kind::Int(int)) => int.checked_abs().map(Kind::Int),
        ("abs", _) => Some(Kind::Float(number.abs())),
        _ => None,
    }
}
