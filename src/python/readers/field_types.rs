//! The types of pydantic's fields: what becomes of a text from the environment.

use ruff_python_ast::{Expr, Operator};

use super::STRTOBOOL;
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::numbers;
use crate::python::statements::last_name;
use crate::python::term::{From, Kind, Made, Spot, Term};

/// What a field's annotation says of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FieldType {
    Text,
    /// A text that shows itself as asterisks.
    Concealed,
    Bool,
    Int,
    Float,
    Path,
    /// Read as JSON: lists, dictionaries, models.
    Json,
    /// Read as JSON if it is some: a list, perhaps of addresses, or a text.
    JsonOrText {
        addresses: bool,
    },
    /// One of these texts.
    Choice(Vec<String>),
    /// A class by its name.
    Named,
    /// Any of several, or something that is not known here.
    Other,
}

impl FieldType {
    pub(super) fn of(annotation: &Expr) -> Self {
        match annotation {
            Expr::BinOp(either) if either.op == Operator::BitOr => {
                Self::either(&Self::of(&either.left), &Self::of(&either.right), either)
            }
            Expr::Subscript(generic) => match last_name(&generic.value) {
                Some("Optional") => Self::of(&generic.slice),
                Some("Annotated") => match generic.slice.as_ref() {
                    Expr::Tuple(parts) => parts.elts.first().map_or(Self::Other, Self::of),
                    _ => Self::Other,
                },
                Some("Literal") => Self::choice(&generic.slice),
                Some("Union") => Self::Other,
                Some(name) if is_collection(name) => Self::Json,
                _ => Self::Other,
            },
            Expr::StringLiteral(_) => Self::Other,
            other => match last_name(other) {
                Some("bool") => Self::Bool,
                Some("int" | "PositiveInt" | "NonNegativeInt") => Self::Int,
                Some("float") => Self::Float,
                Some("Path" | "FilePath" | "DirectoryPath") => Self::Path,
                Some("SecretStr") => Self::Concealed,
                Some("str" | "Any" | "EmailStr") => Self::Text,
                Some(name) if name.ends_with("Dsn") || name.ends_with("Url") => Self::Text,
                Some(name) if is_collection(name) => Self::Json,
                Some(_) => Self::Named,
                None => Self::Other,
            },
        }
    }

    fn either(left: &Self, right: &Self, written: &ruff_python_ast::ExprBinOp) -> Self {
        match (written.left.as_ref(), written.right.as_ref()) {
            (Expr::NoneLiteral(_), _) => right.clone(),
            (_, Expr::NoneLiteral(_)) => left.clone(),
            _ if left == right => left.clone(),
            _ if [left, right].contains(&&Self::Json) && [left, right].contains(&&Self::Text) => {
                let addresses =
                    [&written.left, &written.right].into_iter().any(|it| of_addresses(it));
                Self::JsonOrText { addresses }
            }
            _ => Self::Other,
        }
    }

    fn choice(written: &Expr) -> Self {
        let choices: &[Expr] = match written {
            Expr::Tuple(several) => &several.elts,
            one => std::slice::from_ref(one),
        };
        let texts: Option<Vec<String>> = choices
            .iter()
            .map(|choice| match choice {
                Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
                _ => None,
            })
            .collect();
        texts.map_or(Self::Other, Self::Choice)
    }

    /// Whether what is annotated so is no field.
    pub(super) fn is_no_field(annotation: &Expr) -> bool {
        let name = match annotation {
            Expr::Subscript(generic) => last_name(&generic.value),
            other => last_name(other),
        };
        name == Some("ClassVar")
    }
}

/// Whether a list is one of addresses: `list[AnyUrl]`.
fn of_addresses(annotation: &Expr) -> bool {
    match annotation {
        Expr::Subscript(list) => {
            last_name(&list.slice).is_some_and(|it| it.ends_with("Url") || it.ends_with("Dsn"))
        }
        _ => false,
    }
}

fn is_collection(name: &str) -> bool {
    matches!(
        name,
        "list"
            | "List"
            | "dict"
            | "Dict"
            | "set"
            | "Set"
            | "tuple"
            | "Tuple"
            | "frozenset"
            | "FrozenSet"
            | "Sequence"
            | "Mapping"
            | "Json"
    )
}

impl<'a> Interpreter<'a> {
    /// What the text of a variable is before anything looks at it: read as JSON where the field holds more than
    /// one value.
    pub(super) fn decoded_field(
        &mut self,
        kind: &FieldType,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let is_read = matches!(kind, FieldType::Json | FieldType::JsonOrText { .. });
        if !is_read || !matches!(value.kind, Kind::Text(_)) {
            return Ok(value.clone());
        }
        let arguments = Arguments { positional: vec![value.clone()], ..Arguments::default() };
        let is_either = *kind != FieldType::Json;
        match self.document("json.loads", &arguments, at) {
            Err(raised) if raised.exhausted => Err(raised),
            Err(_) if is_either => Ok(value.clone()),
            Err(raised) => Err(Raised { name: "SettingsError".into(), ..raised }),
            Ok(read) if is_either && !matches!(read.kind, Kind::Sequence(..)) => {
                Ok(self.unknown_from(&[value], "which of two kinds of value this is", at))
            }
            read => read,
        }
    }

    /// What a field makes of a text from the environment. `found` is the class that its annotation names.
    pub(super) fn converted_field(
        &mut self,
        kind: &FieldType,
        found: Option<&Term<'a>>,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let from = value.from.clone();
        let text = match &value.kind {
            Kind::Text(text) => text.clone(),
            Kind::Unknown(_) | Kind::Unset(_) if *kind == FieldType::Bool => {
                return Ok(crate::python::comparisons::either_bool(&from));
            }
            Kind::Unknown(_) if *kind == FieldType::Concealed => return self.conceal(value, at),
            Kind::Sequence(..) if *kind == (FieldType::JsonOrText { addresses: true }) => {
                return self.of_addresses(value, at);
            }
            _ => return Ok(value.clone()),
        };
        let kind = match kind {
            FieldType::Concealed => return self.conceal(value, at),
            FieldType::Text | FieldType::JsonOrText { .. } => return Ok(value.clone()),
            FieldType::Json => return Err(refused(&from)),
            FieldType::Bool => return self.bool_of(value, &STRTOBOOL, at).map_err(refusal),
            FieldType::Int => {
                Kind::Int(numbers::written_int(&text, 10).ok_or_else(|| refused(&from))?)
            }
            FieldType::Float => {
                Kind::Float(numbers::written_float(&text).ok_or_else(|| refused(&from))?)
            }
            FieldType::Path => Kind::Path(crate::python::paths::normal(&text).into()),
            FieldType::Choice(choices) => {
                let is_one = choices.iter().any(|choice| choice.as_str() == text.as_ref());
                return if is_one { Ok(value.clone()) } else { Err(refused(&from)) };
            }
            FieldType::Named | FieldType::Other => {
                if let Some(Term { kind: Kind::Class(class), .. }) = found
                    && Self::is_enumeration(class)
                {
                    let class = class.clone();
                    return self.enumeration_member(&class, value, at).map_err(refusal);
                }
                return Ok(self.unknown_from(&[value], "what becomes of a text here", at));
            }
        };
        Ok(Term::new(kind, from))
    }

    /// A list of texts, if they are addresses: without a colon there is no scheme, which pydantic asks for.
    fn of_addresses(&mut self, list: &Term<'a>, at: Spot) -> Outcome<'a> {
        let (items, _) = self.iterated(list, at);
        let texts: Vec<&str> =
            items.iter().filter_map(|it| it.as_text()).map(AsRef::as_ref).collect();
        if texts.iter().any(|text| !text.contains(':')) {
            return Err(refused(&list.from));
        }
        if texts.iter().any(|text| !text.contains("://")) {
            return Ok(self.unknown_from(&[list], "whether these are addresses", at));
        }
        Ok(list.clone())
    }

    /// The value, unless a limit of `Field(…)` refuses it.
    pub(super) fn constrained(
        &mut self,
        options: &Made<'a>,
        value: Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let limit = |name: &str| options.named(name).and_then(|term| numbers::number(&term.kind));
        let is = |name: &str, holds: &dyn Fn(f64) -> bool| limit(name).is_none_or(holds);
        if options.named("pattern").is_some() || options.named("regex").is_some() {
            return Ok(self.unknown_from(&[&value], "whether it fits a pattern", at));
        }
        let counted = match &value.kind {
            Kind::Made(made) => super::kept(made).unwrap_or(&value),
            _ => &value,
        };
        let fits = match &counted.kind {
            Kind::Text(text) => {
                let length = text.chars().count();
                let length = numbers::number(&Kind::Int(i64::try_from(length).unwrap_or(i64::MAX)));
                let length = length.unwrap_or_default();
                is("min_length", &|least| length >= least)
                    && is("max_length", &|most| length <= most)
            }
            other => numbers::number(other).is_none_or(|number| {
                is("gt", &|limit| number > limit)
                    && is("ge", &|limit| number >= limit)
                    && is("lt", &|limit| number < limit)
                    && is("le", &|limit| number <= limit)
            }),
        };
        if fits { Ok(value) } else { Err(refused(&value.from)) }
    }
}

fn refused(from: &From) -> Raised {
    let mut raised = Raised::new("ValidationError", "a text is not of the kind that its field has");
    raised.variables.clone_from(&from.variables);
    raised
}

fn refusal(mut raised: Raised) -> Raised {
    if !raised.exhausted {
        raised.name = "ValidationError".into();
    }
    raised
}
