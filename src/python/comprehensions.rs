//! Comprehensions: lists, sets and dictionaries made out of others.

use std::rc::Rc;

use ruff_python_ast::{Comprehension, Expr, ExprDictComp};

use super::budget::MAX_ITEMS;
use super::expressions::{insert, too_long};
use super::heap::{Dict, Id, Object, Sequence};
use super::interpreter::{Interpreter, Outcome, Raised};
use super::term::{From, Kind, Shape, Spot, Term};
use crate::fact::Ignorance;

/// Where the results of a comprehension go.
#[derive(Clone, Copy)]
enum Collect<'a> {
    Items(Id, &'a Expr),
    Entries(Id, Option<&'a Expr>, &'a Expr),
}

impl<'a> Interpreter<'a> {
    pub(super) fn comprehended_dict(
        &mut self,
        comprehension: &'a ExprDictComp,
        at: Spot,
    ) -> Outcome<'a> {
        let dict = self.heap.put(Object::Dict(Dict::default()));
        let key = comprehension.key.as_deref();
        let collect = Collect::Entries(dict, key, &comprehension.value);
        let from = self.in_comprehension(&comprehension.generators, collect, at)?;
        Ok(Term::new(Kind::Dict(dict), from))
    }

    pub(super) fn comprehended(
        &mut self,
        shape: Shape,
        element: &'a Expr,
        generators: &'a [Comprehension],
        at: Spot,
    ) -> Outcome<'a> {
        let id = self.heap.put(Object::Sequence(Sequence::default()));
        let from = self.in_comprehension(generators, Collect::Items(id, element), at)?;
        let sequence = self.heap.sequence(id).cloned().unwrap_or_default();
        Ok(self.made(shape, sequence, from))
    }

    fn in_comprehension(
        &mut self,
        generators: &'a [Comprehension],
        collect: Collect<'a>,
        at: Spot,
    ) -> Result<From, Raised> {
        let scope = self.scope();
        let mut from = From::literal(at);
        let class = self.frame().and_then(|frame| {
            frame.scopes.push(scope);
            frame.class.take()
        });
        // The names of a class body are seen by its outermost comprehension only; that one matters.
        if let Some(class) = class
            && let Some(frame) = self.frame()
        {
            frame.scopes.insert(frame.scopes.len().saturating_sub(1), class);
        }
        let outcome = self.generate(generators, collect, &mut from);
        if let Some(frame) = self.frame() {
            frame.scopes.pop();
            if class.is_some() {
                frame.scopes.pop();
                frame.class = class;
            }
        }
        outcome.map(|()| from)
    }

    fn generate(
        &mut self,
        generators: &'a [Comprehension],
        collect: Collect<'a>,
        from: &mut From,
    ) -> Result<(), Raised> {
        let Some((generator, others)) = generators.split_first() else {
            return self.collect(collect);
        };
        let iterable = self.eval(&generator.iter)?;
        from.take_in(&iterable.from);
        let at = self.spot(&generator.iter);
        if let Some(raised) = self.not_iterable(&iterable, at) {
            return Err(raised);
        }
        let (items, rest) = self.iterated(&iterable, at);
        for item in items {
            self.spend(1)?;
            self.assign(&generator.target, item)?;
            let mut keep = Some(true);
            for test in &generator.ifs {
                let test = self.eval(test)?;
                from.depend_on(&test.from.variables);
                keep = match (keep, self.truth(&test)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
                if keep == Some(false) {
                    break;
                }
            }
            match keep {
                Some(true) => self.generate(others, collect, from)?,
                Some(false) => {}
                None => {
                    let why = Rc::new(Ignorance::new(format!(
                        "a filter is not known ({})",
                        self.shown(at)
                    )));
                    self.leave_open(collect, &why);
                }
            }
        }
        if let Some(why) = rest {
            self.leave_open(collect, &why);
        }
        Ok(())
    }

    fn collect(&mut self, collect: Collect<'a>) -> Result<(), Raised> {
        match collect {
            Collect::Items(id, element) => {
                let item = self.eval(element)?;
                let mut full = false;
                self.heap.change_sequence(id, &mut |sequence| {
                    full = sequence.items.len() >= MAX_ITEMS;
                    if !full {
                        sequence.items.push(item.clone());
                    }
                });
                if full {
                    self.leave_open(collect, &Rc::new(too_long()));
                }
            }
            Collect::Entries(id, key, value) => {
                let value = self.eval(value)?;
                let Some(key) = key else {
                    return Ok(());
                };
                let key = self.eval(key)?;
                self.heap.change_dict(id, &mut |dict| insert(dict, &key, value.clone()));
            }
        }
        Ok(())
    }

    fn leave_open(&mut self, collect: Collect<'a>, why: &Rc<Ignorance>) {
        match collect {
            Collect::Items(id, _) => self.heap.change_sequence(id, &mut |sequence| {
                sequence.rest.get_or_insert_with(|| Rc::clone(why));
            }),
            Collect::Entries(id, ..) => self.heap.change_dict(id, &mut |dict| {
                dict.rest.get_or_insert_with(|| Rc::clone(why));
            }),
        }
    }
}
