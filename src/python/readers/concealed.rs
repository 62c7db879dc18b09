//! Texts in objects that show themselves as asterisks: pydantic's `SecretStr`.

use std::rc::Rc;

use crate::python::interpreter::{Arguments, Interpreter, Outcome};
use crate::python::term::{Kind, Made, Spot, Term};

/// What such an object shows of its text, unless that is empty (pydantic 2.13, `types.py`).
const SHOWN: &str = "**********";

/// Whether a class keeps a text so.
pub(in crate::python) fn conceals(class: &str) -> bool {
    class.starts_with("pydantic.") && class.ends_with(".SecretStr")
}

/// What the object keeps.
pub(in crate::python) fn kept<'t, 'a>(made: &'t Made<'a>) -> Option<&'t Term<'a>> {
    if conceals(&made.class) { made.positional.first() } else { None }
}

/// What `str` gives of an object that keeps a text so; none of any other.
pub(in crate::python) fn asterisks(made: &Made<'_>) -> Option<&'static str> {
    match &kept(made)?.kind {
        Kind::Text(text) if text.is_empty() => Some(""),
        Kind::Text(_) | Kind::Unknown(_) => Some(SHOWN),
        _ => None,
    }
}

impl<'a> Interpreter<'a> {
    /// `SecretStr(text)`.
    pub(in crate::python) fn conceal(&mut self, text: &Term<'a>, at: Spot) -> Outcome<'a> {
        self.each(text, |this, each| match &each.kind {
            Kind::Text(_) | Kind::Unknown(_) => {
                let arguments =
                    Arguments { positional: vec![each.clone()], ..Arguments::default() };
                let made = this.make(&Rc::from("pydantic.SecretStr"), &arguments, at);
                Ok(Term { from: each.from.clone(), ..made })
            }
            _ => Ok(each.clone()),
        })
    }
}
