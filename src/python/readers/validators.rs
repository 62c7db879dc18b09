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
            let wanted = match &function.kind {
                Kind::Function(function) => {
                    function.parameters.map_or(1, |it| it.posonlyargs.len() + it.args.len())
                }
                _ => 1,
            };
            let more = (1..wanted).map(|_| self.opaque("what a validator is told", at));
            let positional = std::iter::once(value.clone()).chain(more).collect();
            let arguments = Arguments { positional, ..Arguments::default() };
            let from = value.from.clone();
            value = self.apply(&function, arguments, at).map_err(as_validation)?;
            value.from.take_in(&from);
            value.from.at = from.at.or(value.from.at);
        }
        Ok(value)
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
            let Some(Term { kind: Kind::Function(function), .. }) =
                self.member(&reading.class, validator.function)
            else {
                continue;
            };
            let class = Term::new(Kind::Class(Rc::clone(&reading.class)), From::literal(at));
            let wanted = function.parameters.map_or(0, |it| it.posonlyargs.len() + it.args.len());
            let more = (2..wanted).map(|_| self.opaque("what a validator is told", at));
            let positional = [class, value.clone()].into_iter().chain(more).collect();
            let arguments = Arguments { positional, ..Arguments::default() };
            let from = value.from.clone();
            value = self.invoke(&function, arguments, at).map_err(as_validation)?;
            value.from.take_in(&from);
            value.from.at = from.at.or(value.from.at);
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
