//! pydantic's models that read nothing themselves: objects that are made from what is passed.

use std::rc::Rc;

use super::field_types::FieldType;
use super::fields::{Field, fields_of};
use super::pydantic::{Reading, field_options};
use crate::python::interpreter::{Arguments, Interpreter, Outcome};
use crate::python::term::{Class, From, Kind, Spot, Term};

/// Whether classes that inherit from this are such models.
pub(in crate::python) fn is_model(base: &str) -> bool {
    base.starts_with("pydantic.") && base.ends_with(".BaseModel")
}

impl<'a> Interpreter<'a> {
    /// An object of a model: each field as it is passed, else its default.
    pub(in crate::python) fn model_object(
        &mut self,
        class: &Rc<Class<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let reading = self.reading(class, "pydantic_settings.", &Arguments::default());
        let fields = self.scope();
        for field in fields_of(class, false) {
            self.spend(1)?;
            let value = self.model_field(&reading, &field, arguments, at)?;
            if let Some(scope) = self.heap.scope_mut(fields) {
                scope.names.insert(field.name.into(), value);
            }
        }
        let object = Term::new(Kind::Instance(Rc::clone(class), fields), From::literal(at));
        self.validate_whole(&object, class, at)?;
        Ok(object)
    }

    fn model_field(
        &mut self,
        reading: &Reading<'a>,
        field: &Field<'a>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let options = self.options_of(field);
        let alias = options.as_ref().and_then(|options| {
            let alias = options.named("validation_alias").or_else(|| options.named("alias"))?;
            arguments.named(alias.as_text()?)
        });
        if let Some(given) = arguments.named(field.name).or(alias).cloned() {
            return self.each(&given, |this, given| {
                let value = this.validate_before(reading, field, given, false, at)?;
                let value = this.model_value(field, value, at)?;
                this.validate_after(reading, field, &value, at)
            });
        }
        if let Some(why) = &arguments.rest {
            return Ok(Term::unknown(why.as_ref().clone(), at));
        }
        let written = self.heap.scope(field.scope).and_then(|it| it.names.get(field.name)).cloned();
        let default = match (written.filter(|term| field_options(term).is_none()), options) {
            (Some(default), _) => Some(default),
            (None, Some(options)) => self.field_default(&options, at)?,
            (None, None) => None,
        };
        Ok(default.unwrap_or_else(|| self.opaque(&format!("the field `{}`", field.name), at)))
    }

    /// What becomes of what is passed: texts are converted to numbers and truth values, and nothing else is.
    fn model_value(&mut self, field: &Field<'a>, value: Term<'a>, at: Spot) -> Outcome<'a> {
        let kind = field.annotation.map_or(FieldType::Other, FieldType::of);
        match (&value.kind, &kind) {
            (Kind::Text(_), FieldType::Text) => Ok(value),
            (Kind::Text(_), FieldType::Bool | FieldType::Int | FieldType::Float) => {
                self.converted_field(&kind, field.class(), &value, at)
            }
            (Kind::Text(_), _) => Ok(self.unknown_from(&[&value], "what a model makes of it", at)),
            _ => Ok(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::each;

    #[test]
    fn what_may_be_passed_may_replace_a_default() {
        let model =
            "import os\nfrom pydantic import BaseModel\nclass M(BaseModel):\n    a: bool = False\n";
        let made = |passed: &str| format!("{model}X = M({passed}).a");
        let open = "unknown (further variables may be given at deploy time)";
        let cases = [
            (made(""), "false"),
            (made("a='yes'"), "true"),
            (made("a=os.getenv('A', 'no')"), "false"),
            (made("**dict(os.environ)"), open),
            (made("a=True, **dict(os.environ)"), "true"),
        ];
        each(&cases.each_ref().map(|(program, shown)| (program.as_str(), *shown)));
    }
}
