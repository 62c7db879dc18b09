//! Functions of a class that look at its fields: pydantic's validators, run where they can be followed.

use std::rc::Rc;

use super::fields::Field;
use super::pydantic::Reading;
use crate::python::classes::{Validates, Validator};
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::term::{Class, From, Kind, Spot, Term};

impl<'a> Interpreter<'a> {
    pub(super) fn validate_before(
        &mut self,
        reading: &Reading<'a>,
        field: &Field<'a>,
        value: &Term<'a>,
        is_default: bool,
        at: Spot,
    ) -> Outcome<'a> {
        let value = self.validated(reading, field, Validates::Before, value, at)?;
        let somehow = field.found.iter().find(|note| changes_somehow(note, is_default));
        if let Some(note) = somehow {
            return Ok(self.unknown_from(&[&value, note], "what a validator makes of it", at));
        }
        self.noted(field.found.iter().rev(), "BeforeValidator", value, at)
    }

    pub(super) fn validate_after(
        &mut self,
        reading: &Reading<'a>,
        field: &Field<'a>,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let value = self.noted(field.found.iter(), "AfterValidator", value.clone(), at)?;
        self.validated(reading, field, Validates::After, &value, at)
    }

    /// The value after those functions have looked at it that `Annotated` names behind the type.
    fn noted<'f>(
        &mut self,
        notes: impl Iterator<Item = &'f Term<'a>>,
        when: &str,
        mut value: Term<'a>,
        at: Spot,
    ) -> Outcome<'a>
    where
        'a: 'f,
    {
        for note in notes {
            let Kind::Made(made) = &note.kind else {
                continue;
            };
            if !made.class.ends_with(when) {
                continue;
            }
            let Some(function) = made.named("func").or(made.positional.first()).cloned() else {
                continue;
            };
            value = self.made_by(&function, None, &value, at)?;
        }
        Ok(value)
    }

    /// What a validator makes of a value. `class` is told to one that belongs to a class.
    fn made_by(
        &mut self,
        validator: &Term<'a>,
        class: Option<Term<'a>>,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let mut positional: Vec<Term<'a>> = class.into_iter().chain([value.clone()]).collect();
        let wanted = match &validator.kind {
            Kind::Function(function) => {
                function.parameters.map_or(0, |it| it.posonlyargs.len() + it.args.len())
            }
            _ => 0,
        };
        while positional.len() < wanted {
            positional.push(self.opaque("what a validator is told", at));
        }
        let arguments = Arguments { positional, ..Arguments::default() };
        let mut made = self.apply(validator, arguments, at).map_err(as_validation)?;
        made.from.take_in(&value.from);
        made.from.at = value.from.at.or(made.from.at);
        Ok(made)
    }

    /// The value after the class's own functions have looked at it.
    fn validated(
        &mut self,
        reading: &Reading<'a>,
        field: &Field<'a>,
        when: Validates,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let mut value = value.clone();
        for validator in validators_of(&reading.class) {
            let concerns = validator.fields.iter().any(|it| *it == field.name || *it == "*");
            if !concerns {
                continue;
            }
            if validator.when == Validates::Somehow {
                return Ok(self.unknown_from(&[&value], "what a validator makes of it", at));
            }
            if validator.when != when {
                continue;
            }
            let function = self.member(&reading.class, validator.function);
            let Some(function) = function.filter(|it| matches!(it.kind, Kind::Function(_))) else {
                continue;
            };
            let class = Term::new(Kind::Class(Rc::clone(&reading.class)), From::literal(at));
            value = self.made_by(&function, Some(class), &value, at)?;
        }
        Ok(value)
    }

    /// Runs the functions that look at the whole object.
    pub(super) fn validate_whole(
        &mut self,
        object: &Term<'a>,
        class: &Rc<Class<'a>>,
        at: Spot,
    ) -> Result<(), Raised> {
        for validator in validators_of(class) {
            if !validator.fields.is_empty() {
                continue;
            }
            let Some(Term { kind: Kind::Function(function), .. }) =
                self.member(class, validator.function)
            else {
                continue;
            };
            if validator.when == Validates::After {
                let arguments =
                    Arguments { positional: vec![object.clone()], ..Arguments::default() };
                self.invoke(&function, arguments, at).map_err(as_validation)?;
                continue;
            }
            let why = Rc::new(crate::fact::Ignorance::new(format!(
                "`{}` of `{}` may change it",
                validator.function, class.name
            )));
            let Kind::Instance(_, fields) = &object.kind else {
                return Ok(());
            };
            if let Some(scope) = self.heap.scope_mut(*fields) {
                for term in scope.names.values_mut() {
                    term.kind = Kind::Unknown(Rc::clone(&why));
                }
            }
        }
        Ok(())
    }
}

/// Whether what `Annotated` says beside a type may change the value in a way that is not followed; a default is
/// taken to be within the limits that are set there.
fn changes_somehow(note: &Term<'_>, is_default: bool) -> bool {
    const FOLLOWED: [&str; 4] = ["Field", "BeforeValidator", "AfterValidator", "Doc"];
    const CHANGING: [&str; 2] = ["Validator", "StringConstraints"];
    let is = |class: &str, names: &[&str]| names.iter().any(|name| class.ends_with(name));
    match &note.kind {
        Kind::Made(made) if is(&made.class, &FOLLOWED) => false,
        Kind::Made(made) => !is_default || is(&made.class, &CHANGING),
        Kind::Library(name) => !name.ends_with(".NoDecode"),
        Kind::Text(_) | Kind::Class(_) => false,
        _ => true,
    }
}

fn as_validation(mut raised: Raised) -> Raised {
    if !raised.exhausted && matches!(raised.name.as_ref(), "ValueError" | "AssertionError") {
        raised.name = "ValidationError".into();
    }
    raised
}

/// The functions that look at fields, those of the classes that it inherits from first.
fn validators_of<'a>(class: &Class<'a>) -> Vec<Validator<'a>> {
    fn collect<'a>(class: &Class<'a>, depth: usize, all: &mut Vec<Validator<'a>>) {
        const MAX_DEPTH: usize = 16;
        for base in &class.bases {
            if let Kind::Class(base) = &base.kind
                && depth < MAX_DEPTH
            {
                collect(base, depth + 1, all);
            }
        }
        all.extend(class.validators.iter().cloned());
    }
    let mut all = Vec::new();
    collect(class, 0, &mut all);
    all
}
