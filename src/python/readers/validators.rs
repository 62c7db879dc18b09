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
        at: Spot,
    ) -> Outcome<'a> {
        self.validated(reading, field, Validates::Before, value, at)
    }

    pub(super) fn validate_after(
        &mut self,
        reading: &Reading<'a>,
        field: &Field<'a>,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        self.validated(reading, field, Validates::After, value, at)
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
