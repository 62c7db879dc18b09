//! Definitions of functions: what decorators make of them, and what a generator yields.
//!
//! A generator is run when it is called, and what it yields is given once.

use std::rc::Rc;

use ruff_python_ast::helpers::ReturnStatementVisitor;
use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{Expr, ExprYield, StmtFunctionDef};

use super::calls::PARTIAL;
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::statements::last_name;
use super::term::{Body, Decorator, From, Function, Kind, Spot, Term};

impl<'a> Interpreter<'a> {
    pub(super) fn define(&mut self, definition: &'a StmtFunctionDef) -> Result<(), Raised> {
        let mut decorator = Decorator::None;
        let mut opaque = definition.is_async;
        let mut around = Vec::new();
        for decoration in &definition.decorator_list {
            match last_name(&decoration.expression) {
                Some("property" | "cached_property" | "classproperty" | "computed_field") => {
                    decorator = Decorator::Property;
                }
                Some("staticmethod") => decorator = Decorator::Static,
                Some("classmethod") => decorator = Decorator::Class,
                Some("lru_cache" | "cache" | "wraps") => {}
                Some(name) if super::classes::is_validator(name) => {}
                _ => match self.eval(&decoration.expression)? {
                    own @ Term { kind: Kind::Function(_), .. } => around.push(own),
                    Term { kind: Kind::Made(made), from } if made.class.as_ref() == PARTIAL => {
                        around.push(Term::new(Kind::Made(made), from));
                    }
                    _ => opaque = true,
                },
            }
        }
        let body = if opaque { Body::Opaque } else { self.body_of(definition) };
        let name = definition.name.as_str();
        let at = self.spot(&definition.name);
        let function = self.function(name, Some(&definition.parameters), body, decorator)?;
        let mut term = Term::new(Kind::Function(Rc::new(function)), From::literal(at));
        // The decorator next to the function is the first that gets it.
        for decorator in around.into_iter().rev() {
            let arguments = Arguments { positional: vec![term], ..Arguments::default() };
            term = self.apply(&decorator, arguments, at)?;
        }
        self.bind(name, term);
        Ok(())
    }

    fn body_of(&self, definition: &'a StmtFunctionDef) -> Body<'a> {
        let written = self.written(self.spot(definition));
        let mut seen = ReturnStatementVisitor::default();
        if written.contains("yield") {
            seen.visit_body(&definition.body);
        }
        match (seen.is_generator, written.contains("while ")) {
            (false, _) => Body::Block(&definition.body),
            (true, false) => Body::Generator(&definition.body),
            // It may have no end, and its end may be up to whoever goes through it.
            (true, true) => Body::Opaque,
        }
    }

    pub(super) fn function(
        &mut self,
        name: &'a str,
        parameters: Option<&'a ruff_python_ast::Parameters>,
        body: Body<'a>,
        decorator: Decorator,
    ) -> Result<Function<'a>, Raised> {
        let mut defaults = Vec::new();
        for parameter in
            parameters.into_iter().flat_map(ruff_python_ast::Parameters::iter_non_variadic_params)
        {
            if let Some(default) = parameter.default() {
                defaults.push((parameter.name().as_str(), self.eval(default)?));
            }
        }
        let scopes = self.frames.last().map(|frame| frame.scopes.clone()).unwrap_or_default();
        Ok(Function { name, parameters, body, defaults, file: self.file(), scopes, decorator })
    }

    /// `yield` and `yield from`, which add to what the generator at work gives.
    pub(super) fn yielded(&mut self, expression: &'a Expr, at: Spot) -> Outcome<'a> {
        let (items, rest) = match expression {
            Expr::Yield(ExprYield { value: Some(value), .. }) => (vec![self.eval(value)?], None),
            Expr::YieldFrom(from) => {
                let all = self.eval(&from.value)?;
                self.iterated(&all, at)
            }
            _ => (vec![Self::none_at(at)], None),
        };
        if let Some(yields) = self.frames.last().and_then(|frame| frame.yields) {
            self.heap
                .change_sequence(yields, &mut |sequence| sequence.extend(&items, rest.as_ref()));
        }
        Ok(Self::none_at(at))
    }
}

#[cfg(test)]
mod tests {
    use crate::fact::Value;
    use crate::python::tests::{each, each_in, names};

    #[test]
    fn generators_give_what_they_yield() {
        each(&[
            ("def f(n):\n    for i in range(n):\n        yield i\nX = list(f(3))", "[0, 1, 2]"),
            (
                "def f(t):\n    yield 'a'\n    yield from t\n    return\n    yield 'z'\nX = tuple(f(['b']))",
                "[\"a\", \"b\"]",
            ),
            ("def f():\n    if 0:\n        yield\nX = [x for x in f()]", "[]"),
            (
                "def f():\n    def g():\n        yield 1\n    return list(g()) + [2]\nX = f()",
                "[1, 2]",
            ),
        ]);
        each_in(
            &[],
            &[(
                "import os\ndef f():\n    yield 'a'\n    if os.environ.get('A'):\n        yield 'b'\nX = 'a' in list(f())",
                "true",
            )],
        );
    }

    #[test]
    fn what_is_longer_than_is_looked_at_stays_open() {
        for program in [
            "def f():\n    for i in range(1500):\n        yield i\n        yield i\nX = len(list(f()))",
            "L = list(range(2000))\nL.append(1)\nX = len(L)",
            "L = list(range(2000))\nL += [1]\nX = len(L)",
            "L = list(range(2000))\nL[0:0] = [1]\nX = len(L)",
        ] {
            let found = names(&[("settings.py", program)], None).variables;
            let length = found.get("X").map(|fact| &fact.value);
            assert!(matches!(length, Some(Value::Unknown(_))), "{program}: {length:?}");
        }
    }

    #[test]
    fn decorators_of_the_project_are_followed() {
        each(&[(
            "def twice(f):\n    def inner(*a, **k):\n        return f(*a, **k) * 2\n    return inner\n@twice\ndef f(x, y=1):\n    return x + y\nX = [f(1), f(1, y=2)]",
            "[4, 6]",
        )]);
    }
}
