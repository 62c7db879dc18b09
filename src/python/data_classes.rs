//! Dataclasses: objects that are made from the annotated names of their class.

use std::rc::Rc;

use super::interpreter::{Arguments, Interpreter, Outcome};
use super::term::{Class, Kind, Spot, Term};

/// What stands among the bases of a class that is a dataclass.
pub(super) const DATA: &str = "dataclasses.dataclass";

/// What a field says of itself in the place of a default.
const FIELD: &str = "dataclasses.field";

impl<'a> Interpreter<'a> {
    /// The arguments by the names of the fields, with the defaults of those that are not given; fields of
    /// classes above come first.
    pub(super) fn data_fields(
        &mut self,
        class: &Rc<Class<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Result<Vec<(Rc<str>, Term<'a>)>, super::interpreter::Raised> {
        let mut positional = arguments.positional.iter().cloned();
        let mut fields = Vec::new();
        for name in field_names(class, 16) {
            self.spend(1)?;
            let default = self.member(class, name);
            let described = match &default {
                Some(Term { kind: Kind::Made(made), .. }) if made.class.as_ref() == FIELD => {
                    Some(Rc::clone(made))
                }
                _ => None,
            };
            let is_given = described
                .as_ref()
                .and_then(|made| made.named("init"))
                .is_none_or(|init| self.truth(init) != Some(false));
            let given = if is_given { positional.next() } else { None };
            let given = given.or_else(|| arguments.named(name).cloned());
            let value = match (given, described, default) {
                (Some(given), ..) => Some(given),
                // What is spread into the call may have it.
                (None, ..) if arguments.rest.is_some() => None,
                (None, Some(made), _) => Some(self.default_of_field(&made, name, at)?),
                (None, None, default) => default,
            };
            let value = value.unwrap_or_else(|| match &arguments.rest {
                Some(why) => Term::unknown(why.as_ref().clone(), at),
                None => self.opaque(&format!("the argument `{name}`"), at),
            });
            fields.push((Rc::from(name), value));
        }
        Ok(fields)
    }

    fn default_of_field(
        &mut self,
        described: &super::term::Made<'a>,
        name: &str,
        at: Spot,
    ) -> Outcome<'a> {
        match (described.named("default"), described.named("default_factory")) {
            (Some(default), _) => Ok(default.clone()),
            (None, Some(factory)) => self.apply(&factory.clone(), Arguments::default(), at),
            (None, None) => Ok(self.opaque(&format!("the argument `{name}`"), at)),
        }
    }

    /// Whether a class or one above it is a dataclass.
    pub(super) fn is_data(class: &Class<'a>) -> bool {
        Self::foreign_base(class).is_some_and(|base| base.as_ref() == DATA)
    }
}

fn field_names<'a>(class: &Class<'a>, depth: usize) -> Vec<&'a str> {
    let mut names: Vec<&'a str> = Vec::new();
    let above = class.bases.iter().filter_map(|base| match &base.kind {
        Kind::Class(base) if depth > 0 => Some(field_names(base, depth - 1)),
        _ => None,
    });
    let own = class.annotations.iter().map(|(name, _)| *name).collect();
    for name in above.chain([own]).flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use crate::python::tests::each;

    #[test]
    fn dataclasses_take_their_fields_in_order() {
        const BEFORE: &str = "from dataclasses import dataclass, field\n@dataclass\nclass A:\n    n: int = 3\n    l: list = field(default_factory=list)\n    s: str = field(default='s')\n";
        let of = |rest: &str| format!("{BEFORE}{rest}");
        let cases = [
            (of("a = A(5, s='t')\nX = [a.n, a.l, a.s]"), "[5, [], \"t\"]"),
            (of("a, b = A(), A()\na.l.append(1)\nX = [a.l, b.l]"), "[[1], []]"),
            (
                of("import os\na = A(**dict(os.environ))\nX = a.n"),
                "unknown (further variables may be given at deploy time)",
            ),
            (
                of(
                    "@dataclass(frozen=True)\nclass B(A):\n    m: int = 1\n    def __post_init__(self):\n        self.k = self.m + self.n\nX = B(1, m=2).k",
                ),
                "3",
            ),
        ];
        let cases: Vec<(&str, &str)> =
            cases.iter().map(|(program, shown)| (program.as_str(), *shown)).collect();
        each(&cases);
    }
}
