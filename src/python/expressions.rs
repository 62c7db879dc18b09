//! Expressions, except operators and calls.

use std::rc::Rc;

use ruff_python_ast::{
    BoolOp, Expr, ExprBoolOp, ExprDict, ExprIf, ExprLambda, ExprName, ExprStringLiteral, Number,
};

use super::budget::{MAX_ITEMS, MAX_TEXT_BYTES};
use super::heap::{Dict, Key, Object, Sequence};
use super::interpreter::{Interpreter, Outcome};
use super::paths;
use super::term::{Body, Decorator, From, Kind, Shape, Spot, Term};
use crate::fact::Ignorance;
use crate::truth::Truth;

impl<'a> Interpreter<'a> {
    /// The value of an expression.
    pub(super) fn eval(&mut self, expression: &'a Expr) -> Outcome<'a> {
        self.spend(1)?;
        if !self.budget.enter() {
            self.budget.leave();
            let at = self.spot(expression);
            return Ok(self.opaque("what is nested too deeply", at));
        }
        let outcome = self.evaluated(expression);
        self.budget.leave();
        outcome
    }

    fn evaluated(&mut self, expression: &'a Expr) -> Outcome<'a> {
        let at = self.spot(expression);
        match expression {
            Expr::NoneLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::Slice(_)
            | Expr::EllipsisLiteral(_) => Ok(self.literal(expression, at)),
            Expr::FString(text) => self.interpolated(&text.value, at),
            Expr::Name(name) => self.name(name, at),
            Expr::List(list) => self.sequence(Shape::List, &list.elts, at),
            Expr::Tuple(tuple) => self.sequence(Shape::Tuple, &tuple.elts, at),
            Expr::Set(set) => self.sequence(Shape::Set, &set.elts, at),
            Expr::Dict(dict) => self.dict(dict, at),
            Expr::BoolOp(operation) => self.bool_operation(operation, at),
            Expr::If(choice) => self.choice(choice),
            Expr::BinOp(operation) => {
                let left = self.eval(&operation.left)?;
                let right = self.eval(&operation.right)?;
                self.binary(&left, operation.op, &right, at)
            }
            Expr::UnaryOp(operation) => {
                let operand = self.eval(&operation.operand)?;
                Ok(self.unary(operation.op, &operand, at))
            }
            Expr::Compare(comparison) => self.comparison(comparison, at),
            Expr::Call(call) => self.call(call, at),
            Expr::Attribute(attribute) => {
                let object = self.eval(&attribute.value)?;
                self.attribute(&object, attribute.attr.as_str(), at)
            }
            Expr::Subscript(subscript) => {
                let object = self.eval(&subscript.value)?;
                self.subscript(&object, &subscript.slice, at)
            }
            Expr::Named(named) => {
                let value = self.eval(&named.value)?;
                self.assign(&named.target, value.clone())?;
                Ok(value)
            }
            Expr::Lambda(lambda) => self.lambda(lambda, at),
            Expr::ListComp(comprehension) => {
                self.comprehended(Shape::List, &comprehension.elt, &comprehension.generators, at)
            }
            Expr::SetComp(comprehension) => {
                self.comprehended(Shape::Set, &comprehension.elt, &comprehension.generators, at)
            }
            Expr::Generator(lazy) => {
                self.comprehended(Shape::Iterator, &lazy.elt, &lazy.generators, at)
            }
            Expr::DictComp(comprehension) => self.comprehended_dict(comprehension, at),
            Expr::Starred(starred) => self.eval(&starred.value),
            Expr::Yield(_) | Expr::YieldFrom(_) => self.yielded(expression, at),
            Expr::Await(_) | Expr::TString(_) | Expr::IpyEscapeCommand(_) => {
                Ok(self.opaque("this expression", at))
            }
        }
    }

    fn literal(&self, expression: &Expr, at: Spot) -> Term<'a> {
        let kind = match expression {
            Expr::NoneLiteral(_) => Kind::None,
            Expr::BooleanLiteral(bool) => Kind::Bool(bool.value),
            Expr::NumberLiteral(number) => match &number.value {
                Number::Int(int) => match int.as_i64() {
                    Some(int) => Kind::Int(int),
                    None => return self.opaque("a number of more than 64 bits", at),
                },
                Number::Float(float) => Kind::Float(*float),
                Number::Complex { .. } => return self.opaque("a complex number", at),
            },
            Expr::StringLiteral(text) => Kind::Text(text.value.to_str().into()),
            Expr::BytesLiteral(bytes) => {
                let bytes: Vec<u8> = bytes.value.bytes().collect();
                Kind::Text(String::from_utf8_lossy(&bytes).as_ref().into())
            }
            _ => Kind::Library("Ellipsis".into()),
        };
        Term::new(kind, From::literal(at))
    }

    fn name(&mut self, name: &'a ExprName, at: Spot) -> Outcome<'a> {
        let rest = match self.lookup(&name.id) {
            Ok(term) => return Ok(self.present(term, &name.id, at)),
            Err(rest) => rest,
        };
        let library = |dotted: &str| Term::new(Kind::Library(dotted.into()), From::literal(at));
        Ok(match name.id.as_str() {
            "__file__" => {
                let path =
                    self.own_file().map_or_else(String::new, |path| paths::in_project(&path));
                Term::text(path, From::literal(at))
            }
            "__name__" => Term::text(self.module_name(), From::literal(at)),
            builtin if super::builtins::knows(builtin) => library(builtin),
            // Examples and excerpts leave out `import os`; no program that runs does.
            "os" => library("os"),
            _ => match rest {
                Some(why) => Term::unknown(why.as_ref().clone(), at),
                None => match self.undefined(&name.id, at) {
                    Some(raised) => return Err(raised),
                    None => self.opaque(&format!("the name `{}`", name.id), at),
                },
            },
        })
    }

    /// The value of a name that has one, at least on some ways.
    fn present(&self, term: Term<'a>, name: &str, at: Spot) -> Term<'a> {
        match &term.kind {
            Kind::Missing => self.opaque(&format!("the name `{name}`"), at),
            Kind::OneOf(alternatives)
                if alternatives.iter().any(|each| matches!(each.kind, Kind::Missing)) =>
            {
                let there = alternatives.iter().filter(|each| !matches!(each.kind, Kind::Missing));
                let mut there = Term::one_of(there.cloned());
                there.from.depend_on(&term.from.variables);
                there
            }
            _ => term,
        }
    }

    fn sequence(&mut self, shape: Shape, elements: &'a [Expr], at: Spot) -> Outcome<'a> {
        let (mut sequence, mut from) = (Sequence::default(), From::literal(at));
        for element in elements {
            if sequence.items.len() >= MAX_ITEMS {
                sequence.rest = Some(Rc::new(too_long()));
                break;
            }
            let value = self.eval(element)?;
            match element {
                Expr::Starred(_) => {
                    from.depend_on(&value.from.variables);
                    let (items, rest) = self.iterated(&value, at);
                    sequence.items.extend(items);
                    sequence.rest = sequence.rest.or(rest);
                }
                _ => sequence.items.push(value),
            }
        }
        Ok(self.made(shape, sequence, from))
    }

    /// A new list, tuple or set.
    pub(super) fn made(
        &mut self,
        shape: Shape,
        mut sequence: Sequence<'a>,
        from: From,
    ) -> Term<'a> {
        sequence.bound();
        if shape == Shape::Set {
            let mut distinct: Vec<Term<'a>> = Vec::new();
            for item in sequence.items.drain(..) {
                if !distinct.iter().any(|known| known.is_same(&item)) {
                    distinct.push(item);
                }
            }
            self.budget.spend(distinct.len() * distinct.len() / 64);
            sequence.items = distinct;
        }
        // Charged, not asked: the next step raises once nothing is left.
        self.budget.spend(sequence.items.len() / 8);
        Term::new(Kind::Sequence(shape, self.heap.put(Object::Sequence(sequence))), from)
    }

    fn dict(&mut self, written: &'a ExprDict, at: Spot) -> Outcome<'a> {
        let mut dict = Dict::default();
        for item in &written.items {
            match &item.key {
                Some(key) => {
                    let key = self.eval(key)?;
                    let value = self.eval(&item.value)?;
                    insert(&mut dict, &key, value);
                }
                None => {
                    let other = self.eval(&item.value)?;
                    self.merge_entries(&mut dict, &other, at);
                }
            }
        }
        Ok(Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), From::literal(at)))
    }

    /// Adds the entries of another dictionary.
    pub(super) fn merge_entries(&mut self, dict: &mut Dict<'a>, other: &Term<'a>, at: Spot) {
        let environment = match &other.kind {
            Kind::Library(name) if name.as_ref() == "os.environ" => Some(self.all_variables(at)),
            _ => None,
        };
        let pairs = match &other.kind {
            Kind::Sequence(..) => Some(self.of_pairs(other, at)),
            _ => None,
        };
        let there = match &environment.as_ref().unwrap_or(other).kind {
            Kind::Dict(id) => self.heap.dict(*id),
            _ => pairs.as_ref(),
        };
        match there {
            Some(there) => {
                // What is not known of the other one may stand in the place of any entry.
                if let Some(why) = &there.rest {
                    dict.forget(why);
                }
                dict.rest = dict.rest.take().or_else(|| there.rest.clone());
                let steps = there.entries.len() / 8;
                dict.entries.extend(there.entries.clone());
                self.budget.spend(steps);
            }
            None => {
                let why = self.why_unknown(other, at);
                for term in dict.entries.values_mut() {
                    *term = Term::unknown(why.as_ref().clone(), at);
                }
                dict.rest = Some(why);
            }
        }
    }

    /// The dictionary that a list of pairs is.
    fn of_pairs(&mut self, list: &Term<'a>, at: Spot) -> Dict<'a> {
        let (pairs, rest) = self.iterated(list, at);
        let mut dict = Dict { rest, ..Dict::default() };
        for pair in pairs {
            match self.iterated(&pair, at) {
                (items, None) if items.len() == 2 => {
                    let mut items = items.into_iter();
                    if let (Some(key), Some(value)) = (items.next(), items.next()) {
                        insert(&mut dict, &key, value);
                    }
                }
                _ => dict.rest = Some(self.why_unknown(&pair, at)),
            }
        }
        dict
    }

    fn bool_operation(&mut self, operation: &'a ExprBoolOp, at: Spot) -> Outcome<'a> {
        let stop_at = operation.op == BoolOp::Or;
        let mut possible: Vec<Term<'a>> = Vec::new();
        let mut variables = Vec::new();
        let (mut supposed, mut fallback) = (false, Truth::False);
        let last = operation.values.len().saturating_sub(1);
        for (index, value) in operation.values.iter().enumerate() {
            let is_sure = possible.is_empty();
            let value = self.under(&variables, |this| {
                if is_sure { this.eval(value) } else { this.branch(value) }
            })?;
            let truth = match value.kind {
                // `environ.get("X") or "text"`: the text is the default of `X`.
                Kind::Unset(_) if stop_at => Some(false),
                _ => self.truth(&value),
            };
            supposed |= value.from.supposed && truth == Some(!stop_at);
            for variable in &value.from.variables {
                if !variables.contains(variable) {
                    variables.push(Rc::clone(variable));
                }
            }
            if stop_at && let Some(Expr::StringLiteral(text)) = operation.values.get(index + 1) {
                self.note_fallback(&value, text);
                fallback = fallback.max((!text.value.is_empty()).into());
            }
            if index == last || truth == Some(stop_at) {
                possible.push(value);
                break;
            }
            if truth.is_none() {
                possible.extend(self.with_truth(&value, stop_at));
            }
        }
        let mut result = Term::one_of(possible);
        result.from.depend_on(&variables);
        result.from.supposed |= supposed;
        result.from.fallback = result.from.fallback.max(fallback);
        Ok(result.placed(at))
    }

    /// `environ.get("X") or "text"`: the text is a default of `X`, also where `X` is set.
    fn note_fallback(&mut self, value: &Term<'a>, text: &ExprStringLiteral) {
        let [variable] = value.from.variables.as_slice() else {
            return;
        };
        let default = Term::text(text.value.to_str(), From::literal(self.spot(text)));
        if let Some(asked) = self.reads.get_mut(variable.as_ref()) {
            asked.default.get_or_insert(default);
        }
    }

    /// The possible values that are as true as this.
    fn with_truth(&mut self, value: &Term<'a>, wanted: bool) -> Vec<Term<'a>> {
        let alternatives = value.alternatives().iter();
        alternatives.filter(|each| self.truth(each) != Some(!wanted)).cloned().collect()
    }

    fn choice(&mut self, choice: &'a ExprIf) -> Outcome<'a> {
        let test = self.eval(&choice.test)?;
        let variables = test.from.variables.clone();
        let mut chosen = match self.decided(&test) {
            Some(true) => self.eval(&choice.body)?,
            Some(false) => self.eval(&choice.orelse)?,
            None => {
                let one = self.branch(&choice.body)?;
                Term::one_of([one, self.branch(&choice.orelse)?])
            }
        };
        chosen.from.depend_on(&variables);
        Ok(chosen)
    }

    /// A branch that may not be taken: what stops the program there need not stop it.
    fn branch(&mut self, branch: &'a Expr) -> Outcome<'a> {
        match self.eval(branch) {
            Err(raised) if !raised.exhausted => {
                let at = self.spot(branch);
                let mut value = self.opaque("what stops the program if it is asked for", at);
                value.from.depend_on(&raised.variables);
                self.may_raise(raised)?;
                Ok(value)
            }
            other => other,
        }
    }

    fn lambda(&mut self, lambda: &'a ExprLambda, at: Spot) -> Outcome<'a> {
        let body = Body::Value(&lambda.body);
        let parameters = lambda.parameters.as_deref();
        let function = self.function("lambda", parameters, body, Decorator::None)?;
        Ok(Term::new(Kind::Function(Rc::new(function)), From::literal(at)))
    }

    /// A text, unless it has grown beyond all measure.
    pub(super) fn long_text(&mut self, text: String, from: From, at: Spot) -> Term<'a> {
        self.budget.spend(text.len() / 64);
        if text.len() > MAX_TEXT_BYTES {
            return self.opaque("a text of this length", at);
        }
        Term::text(text, from)
    }
}

pub(super) fn too_long() -> Ignorance {
    Ignorance::new("longer than an audit looks at")
}

/// Sets an entry; under a key that is not known, any entry may be the one.
pub(super) fn insert<'a>(dict: &mut Dict<'a>, key: &Term<'a>, value: Term<'a>) {
    match Key::of(key) {
        Some(key) if dict.entries.len() < MAX_ITEMS || dict.entries.contains_key(&key) => {
            dict.entries.insert(key, value);
        }
        Some(_) => dict.rest = Some(Rc::new(too_long())),
        None => dict.rest = Some(Rc::new(Ignorance::new("has a name that is not known"))),
    }
}
