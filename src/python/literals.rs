//! Literals in texts: `ast.literal_eval`, and `eval` where the text is one.

use ruff_python_ast::{Expr, Number, UnaryOp};
use ruff_python_parser::parse_expression;

use super::heap::{Dict, Key, Object, Sequence};
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::term::{From, Kind, Shape, Spot, Term};

/// Longer texts are not read as literals.
const MAX_BYTES: usize = 100_000;

/// Why a text is no literal.
enum Refusal {
    /// It is something else.
    Other,
    /// It is one that is not understood here.
    Unknown,
}

impl<'a> Interpreter<'a> {
    /// `ast.literal_eval(text)`.
    pub(super) fn literal_eval(&mut self, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        let Some(argument) = arguments.first().cloned() else {
            return Ok(self.foreign("ast.literal_eval", arguments, at));
        };
        self.each(&argument, |this, argument| {
            let text = argument.as_text().filter(|text| text.len() <= MAX_BYTES).cloned();
            let Some(text) = text else {
                return Ok(this.unknown_from(&[argument], "what this text holds", at));
            };
            this.spend(text.len() / 8 + 1)?;
            let refused =
                |name: &str| Raised::of_value(name, "a text is no literal", &argument.from);
            let parsed = parse_expression(text.trim_start_matches([' ', '\t']));
            let Ok(parsed) = parsed else {
                return Err(refused("SyntaxError"));
            };
            let from = From::mixed([argument], at);
            match this.literal_of(parsed.expr(), &from, 0) {
                Ok(term) => Ok(term),
                Err(Refusal::Other) => Err(refused("ValueError")),
                Err(Refusal::Unknown) => {
                    Ok(this.unknown_from(&[argument], "what this text holds", at))
                }
            }
        })
    }

    /// `eval(text)` of a literal; what any other program gives is not known.
    pub(super) fn evaluated_text(
        &mut self,
        text: &Term<'a>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let given = Arguments { positional: vec![text.clone()], ..Arguments::default() };
        match self.literal_eval(&given, at) {
            Ok(literal) if arguments.positional.len() == 1 => Ok(literal),
            Err(raised) if raised.exhausted => Err(raised),
            _ => Ok(self.unknown_from(&[text], "what this program gives", at)),
        }
    }

    fn literal_of(
        &mut self,
        written: &Expr,
        from: &From,
        depth: usize,
    ) -> Result<Term<'a>, Refusal> {
        const MAX_DEPTH: usize = 50;
        if depth > MAX_DEPTH || !self.budget.spend(1) {
            return Err(Refusal::Unknown);
        }
        let kind = match written {
            Expr::NoneLiteral(_) => Kind::None,
            Expr::BooleanLiteral(bool) => Kind::Bool(bool.value),
            Expr::StringLiteral(text) => Kind::Text(text.value.to_str().into()),
            Expr::NumberLiteral(number) => number_of(&number.value, false)?,
            Expr::UnaryOp(operation) => match (operation.op, operation.operand.as_ref()) {
                (UnaryOp::USub, Expr::NumberLiteral(number)) => number_of(&number.value, true)?,
                (UnaryOp::UAdd, Expr::NumberLiteral(number)) => number_of(&number.value, false)?,
                _ => return Err(Refusal::Other),
            },
            Expr::List(list) => return self.items_of(Shape::List, &list.elts, from, depth),
            Expr::Tuple(tuple) => return self.items_of(Shape::Tuple, &tuple.elts, from, depth),
            Expr::Set(set) => return self.items_of(Shape::Set, &set.elts, from, depth),
            Expr::Dict(written) => {
                let mut dict = Dict::default();
                for item in &written.items {
                    let key = item.key.as_ref().ok_or(Refusal::Other)?;
                    let key = self.literal_of(key, from, depth + 1)?;
                    let value = self.literal_of(&item.value, from, depth + 1)?;
                    dict.entries.insert(Key::of(&key).ok_or(Refusal::Unknown)?, value);
                }
                Kind::Dict(self.heap.put(Object::Dict(dict)))
            }
            Expr::BytesLiteral(_) | Expr::BinOp(_) | Expr::EllipsisLiteral(_) => {
                return Err(Refusal::Unknown);
            }
            _ => return Err(Refusal::Other),
        };
        Ok(Term::new(kind, from.clone()))
    }

    fn items_of(
        &mut self,
        shape: Shape,
        written: &[Expr],
        from: &From,
        depth: usize,
    ) -> Result<Term<'a>, Refusal> {
        let mut items = Vec::with_capacity(written.len());
        for item in written {
            items.push(self.literal_of(item, from, depth + 1)?);
        }
        Ok(self.made(shape, Sequence { items, rest: None }, from.clone()))
    }
}

fn number_of<'a>(number: &Number, negative: bool) -> Result<Kind<'a>, Refusal> {
    match number {
        Number::Int(int) => {
            let int = int.as_i64().ok_or(Refusal::Unknown)?;
            Ok(Kind::Int(if negative { -int } else { int }))
        }
        Number::Float(float) => Ok(Kind::Float(if negative { -float } else { *float })),
        Number::Complex { .. } => Err(Refusal::Unknown),
    }
}
