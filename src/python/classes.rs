//! Definitions of classes: their bodies are run, and what libraries look for in them is noted.

use std::rc::Rc;

use ruff_python_ast::{Decorator, Expr, ExprCall, Operator, Stmt, StmtClassDef, StmtFunctionDef};

use super::data_classes::DATA;
use super::interpreter::{Interpreter, Raised};
use super::statements::last_name;
use super::term::{Class, From, Kind, Term};

/// A function of a class that looks at fields before the object is made.
#[derive(Clone, Debug)]
pub(super) struct Validator<'a> {
    /// Its name.
    pub(super) function: &'a str,
    /// The fields that it looks at, `*` for all; none if it looks at the whole object.
    pub(super) fields: Vec<&'a str>,
    pub(super) when: Validates,
}

/// When a function looks at a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validates {
    /// Before the text is converted.
    Before,
    /// After it.
    After,
    /// In a way that is not followed.
    Somehow,
}

impl<'a> Interpreter<'a> {
    pub(super) fn define_class(&mut self, definition: &'a StmtClassDef) -> Result<(), Raised> {
        let mut bases = Vec::new();
        for base in definition.arguments.iter().flat_map(|arguments| arguments.args.iter()) {
            bases.push(self.eval(base)?);
        }
        if let Some(decorator) = definition.decorator_list.first() {
            // A decorator may add to a class: it has more than what is written.
            let at = self.spot(decorator);
            bases.push(match last_name(&decorator.expression) {
                Some("dataclass") => Term::new(Kind::Library(DATA.into()), From::literal(at)),
                _ => self.opaque("what a decorator adds", at),
            });
        }
        let scope = self.scope();
        let before = self.frame().and_then(|frame| frame.class.replace(scope));
        let outcome = self.block(&definition.body);
        if let Some(frame) = self.frame() {
            frame.class = before;
        }
        outcome?;
        let annotations: Vec<(&'a str, &'a Expr)> = annotated(definition).collect();
        let mut found = Vec::new();
        for (name, annotation) in &annotations {
            let all = self.found_in(annotation)?;
            found.extend(all.into_iter().map(|term| (*name, term)));
        }
        let name = definition.name.as_str();
        let members = assigned(definition).collect();
        let validators = validators(definition);
        let class = Class { name, bases, scope, annotations, found, members, validators };
        let class = Rc::new(class);
        let at = self.spot(&definition.name);
        if Self::is_enumeration(&class) {
            self.make_members(&class, at);
        }
        self.bind(name, Term::new(Kind::Class(class), From::literal(at)));
        Ok(())
    }

    /// What an annotation names that matters to its field: a class of the project, and in `Annotated` all that
    /// stands behind the type.
    fn found_in(&mut self, annotation: &'a Expr) -> Result<Vec<Term<'a>>, Raised> {
        let class = |term: &Term<'a>| matches!(term.kind, Kind::Class(_));
        match annotation {
            Expr::Name(name) => Ok(self.lookup(&name.id).ok().filter(class).into_iter().collect()),
            Expr::Attribute(_) => {
                let term = self.eval(annotation)?;
                Ok(Some(term).filter(class).into_iter().collect())
            }
            Expr::BinOp(either) if either.op == Operator::BitOr => {
                match (either.left.as_ref(), either.right.as_ref()) {
                    (Expr::NoneLiteral(_), other) | (other, Expr::NoneLiteral(_)) => {
                        self.found_in(other)
                    }
                    _ => Ok(Vec::new()),
                }
            }
            Expr::Subscript(generic) => match (last_name(&generic.value), generic.slice.as_ref()) {
                (Some("Optional"), inner) => self.found_in(inner),
                (Some("Annotated"), Expr::Tuple(parts)) => {
                    parts.elts.iter().skip(1).map(|part| self.eval(part)).collect()
                }
                _ => Ok(Vec::new()),
            },
            _ => Ok(Vec::new()),
        }
    }
}

/// The annotated fields of a class.
fn annotated(definition: &StmtClassDef) -> impl Iterator<Item = (&str, &Expr)> {
    definition.body.iter().filter_map(|statement| match statement {
        Stmt::AnnAssign(field) => match field.target.as_ref() {
            Expr::Name(name) => Some((name.id.as_str(), field.annotation.as_ref())),
            _ => None,
        },
        _ => None,
    })
}

/// The names that the body of a class assigns, in their order.
fn assigned(definition: &StmtClassDef) -> impl Iterator<Item = &str> {
    definition.body.iter().filter_map(|statement| match statement {
        Stmt::Assign(assign) => match assign.targets.as_slice() {
            [Expr::Name(name)] => Some(name.id.as_str()),
            _ => None,
        },
        _ => None,
    })
}

/// The functions of a class that look at its fields.
fn validators(definition: &StmtClassDef) -> Vec<Validator<'_>> {
    let functions = definition.body.iter().filter_map(|statement| match statement {
        Stmt::FunctionDef(function) => Some(function),
        _ => None,
    });
    functions
        .flat_map(|function| {
            function.decorator_list.iter().filter_map(|decorator| validator(function, decorator))
        })
        .collect()
}

fn validator<'a>(function: &'a StmtFunctionDef, decorator: &'a Decorator) -> Option<Validator<'a>> {
    let call = match &decorator.expression {
        Expr::Call(call) => Some(call),
        _ => None,
    };
    let texts = |call: &'a ExprCall| {
        call.arguments.args.iter().map(|argument| match argument {
            Expr::StringLiteral(text) => text.value.to_str(),
            _ => "*",
        })
    };
    let mode = call.and_then(|call| keyword(call, "mode")).map(|mode| match mode {
        Expr::StringLiteral(text) => text.value.to_str(),
        _ => "",
    });
    let (fields, when) = match (last_name(&decorator.expression)?, call) {
        ("field_validator", Some(call)) => {
            let when = match mode {
                None | Some("after") => Validates::After,
                Some("before") => Validates::Before,
                Some(_) => Validates::Somehow,
            };
            (texts(call).collect(), when)
        }
        ("validator", Some(call)) => {
            let on = |name: &str| {
                keyword(call, name)
                    .is_some_and(|it| !matches!(it, Expr::BooleanLiteral(bool) if !bool.value))
            };
            let when = match (on("each_item"), on("pre")) {
                (true, _) => Validates::Somehow,
                (_, true) => Validates::Before,
                _ if on("always") => Validates::Somehow,
                _ => Validates::After,
            };
            (texts(call).collect(), when)
        }
        ("model_validator", _) if mode == Some("after") => (Vec::new(), Validates::After),
        ("model_validator" | "root_validator", _) => (Vec::new(), Validates::Somehow),
        _ => return None,
    };
    Some(Validator { function: function.name.as_str(), fields, when })
}

fn keyword<'a>(call: &'a ExprCall, name: &str) -> Option<&'a Expr> {
    let keywords = call.arguments.keywords.iter();
    keywords
        .filter(|keyword| keyword.arg.as_ref().is_some_and(|known| known.as_str() == name))
        .map(|keyword| &keyword.value)
        .next()
}

/// Whether a decorator is one of those that pydantic's fields are looked at by.
pub(super) fn is_validator(name: &str) -> bool {
    matches!(name, "field_validator" | "validator" | "model_validator" | "root_validator")
}
