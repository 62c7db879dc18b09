//! Statements: assignments, blocks, loops, definitions. What may or may not run is in [`super::branches`].

use ruff_python_ast::{Expr, Stmt, StmtFor, StmtWhile, StmtWith};
use std::rc::Rc;

use super::branches::{Clause, Leads};
use super::budget::MAX_ITEMS;
use super::heap::Heap;
use super::interpreter::{Flow, Interpreter, Loop, Raised, Step};
use super::term::{Kind, Spot, Term};
use crate::fact::Ignorance;

/// Rounds of a `while` whose condition is known.
const MAX_ROUNDS: usize = 1_000;
/// Rounds of a `while` that may have been left in an earlier one.
const MAX_OPEN_ROUNDS: usize = 16;

impl<'a> Interpreter<'a> {
    /// Runs statements one after another, as far as they lead.
    pub(super) fn block(&mut self, statements: &'a [Stmt]) -> Step<'a> {
        if !self.budget.enter() {
            self.budget.leave();
            return Err(Raised::exhausted());
        }
        let mut flow = Ok(Flow::Next);
        for statement in statements {
            flow = self.spend(1).and_then(|()| self.statement(statement));
            if !matches!(flow, Ok(Flow::Next)) {
                break;
            }
        }
        self.budget.leave();
        flow
    }

    fn statement(&mut self, statement: &'a Stmt) -> Step<'a> {
        match statement {
            Stmt::Return(returned) => {
                let mut value = match &returned.value {
                    Some(value) => self.eval(value)?,
                    None => Self::none_at(self.spot(returned)),
                };
                value.from.depend_on(&self.deciders);
                Ok(Flow::Return(value))
            }
            Stmt::If(conditional) => {
                let first = Clause { test: Some(&conditional.test), body: &conditional.body };
                let others = conditional
                    .elif_else_clauses
                    .iter()
                    .map(|clause| Clause { test: clause.test.as_ref(), body: &clause.body });
                let clauses: Vec<Clause<'a>> = std::iter::once(first).chain(others).collect();
                self.conditional(&clauses)
            }
            Stmt::For(each) => self.for_each(each),
            Stmt::While(repeated) => self.repeat(repeated),
            Stmt::Try(attempt) => self.attempt(attempt),
            Stmt::With(with) if suppresses(with).is_some() => self.suppressed(with),
            Stmt::With(with) => self.with(with),
            Stmt::Match(matched) => self.matched(matched),
            Stmt::Raise(raise) => Err(self.raised(raise)),
            Stmt::Assert(assertion) => self.assertion(assertion),
            Stmt::Break(_) => Ok(Flow::Break),
            Stmt::Continue(_) => Ok(Flow::Continue),
            _ => self.simple(statement).map(|()| Flow::Next),
        }
    }

    fn with(&mut self, with: &'a StmtWith) -> Step<'a> {
        let mut prefixes = Vec::new();
        for item in &with.items {
            let context = self.eval(&item.context_expr)?;
            prefixes.extend(self.open_prefix(&context));
            if let Some(target) = &item.optional_vars {
                let inside = self.entered(context, self.spot(&item.context_expr));
                self.assign(target, inside)?;
            }
        }
        let flow = self.block(&with.body);
        for (fields, before) in prefixes.into_iter().rev() {
            self.set_prefix(fields, before);
        }
        flow
    }

    /// A statement after which the next one always follows.
    fn simple(&mut self, statement: &'a Stmt) -> Result<(), Raised> {
        match statement {
            Stmt::Assign(assign) => {
                let value = self.eval(&assign.value)?;
                for target in &assign.targets {
                    self.assign(target, value.clone())?;
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.eval(value)?;
                    self.assign(&assign.target, value)?;
                }
            }
            Stmt::AugAssign(assign) => {
                let before = self.eval(&assign.target)?;
                let value = self.eval(&assign.value)?;
                let at = self.spot(assign.value.as_ref());
                let after = self.augmented(before, assign.op, &value, at)?;
                self.assign(&assign.target, after)?;
            }
            Stmt::Expr(expression) => {
                self.eval(&expression.value)?;
                self.reach_into_names(&expression.value)?;
            }
            Stmt::FunctionDef(definition) => self.define(definition)?,
            Stmt::ClassDef(definition) => self.define_class(definition)?,
            Stmt::Import(import) => self.import(import)?,
            Stmt::ImportFrom(import) => self.import_from(import)?,
            Stmt::Delete(deletion) => {
                for target in &deletion.targets {
                    self.delete(target)?;
                }
            }
            Stmt::TypeAlias(alias) => {
                let term = self.opaque("a type", self.spot(alias));
                self.assign(&alias.name, term)?;
            }
            Stmt::Nonlocal(nonlocal) => {
                if let Some(frame) = self.frame() {
                    let names = nonlocal.names.iter();
                    frame.nonlocals.extend(names.map(ruff_python_ast::Identifier::as_str));
                }
            }
            Stmt::Global(global) => {
                if let Some(frame) = self.frame() {
                    frame
                        .globals
                        .extend(global.names.iter().map(ruff_python_ast::Identifier::as_str));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn for_each(&mut self, each: &'a StmtFor) -> Step<'a> {
        let iterable = self.eval(&each.iter)?;
        let at = self.spot(each.iter.as_ref());
        if let Some(raised) = self.not_iterable(&iterable, at) {
            return Err(raised);
        }
        let (items, rest) = self.iterated(&iterable, at);
        let started = self.heap.clone();
        if let Some(frame) = self.frame() {
            frame.loops.push(Loop::default());
        }
        let mut outcome = Ok(Flow::Next);
        for item in items.into_iter().take(MAX_ITEMS) {
            outcome = self.spend(1).and_then(|()| self.round(&each.target, item, &each.body));
            if !matches!(outcome, Ok(Flow::Next)) {
                break;
            }
        }
        if let (Ok(Flow::Next), Some(why)) = (&outcome, &rest) {
            let variables = &iterable.from.variables;
            let mut unknown = Term::unknown(why.as_ref().clone(), at);
            unknown.from.depend_on(variables);
            outcome = self.any_number_of_rounds(&started, why, variables, |this| {
                this.round(&each.target, unknown.clone(), &each.body)
            });
        }
        self.leave_loop(outcome, &each.orelse, |this| {
            this.pass_over(&each.body, &iterable.from.variables);
        })
    }

    /// One round of a loop; `Next` if there may be another.
    fn round(&mut self, target: &'a Expr, item: Term<'a>, body: &'a [Stmt]) -> Step<'a> {
        self.assign(target, item)?;
        let flow = self.block(body)?;
        self.begin_round(flow)
    }

    /// Joins the states in which a round may have ended early.
    fn begin_round(&mut self, flow: Flow<'a>) -> Step<'a> {
        let continues = self
            .frame()
            .and_then(|frame| frame.loops.last_mut())
            .map(|current| std::mem::take(&mut current.continues))
            .unwrap_or_default();
        match flow {
            Flow::Next | Flow::Continue => {
                for state in continues {
                    self.join_with(&state)?;
                }
                Ok(Flow::Next)
            }
            Flow::Ended => {
                let mut states = continues.into_iter();
                let Some(first) = states.next() else {
                    return Ok(Flow::Ended);
                };
                self.heap = first;
                for state in states {
                    self.join_with(&state)?;
                }
                Ok(Flow::Next)
            }
            other => Ok(other),
        }
    }

    /// Ends a loop: runs what follows its last round, and joins the states in which it may have been left.
    fn leave_loop(
        &mut self,
        outcome: Step<'a>,
        at_its_end: &'a [Stmt],
        then: impl FnOnce(&mut Self),
    ) -> Step<'a> {
        let left = self.frame().and_then(|frame| frame.loops.pop());
        then(self);
        let outcome = match outcome {
            Ok(Flow::Next) => self.block(at_its_end),
            Ok(Flow::Break) => Ok(Flow::Next),
            other => other,
        };
        let mut breaks = left.map(|left| left.breaks).unwrap_or_default().into_iter();
        let Some(first) = breaks.next() else {
            return outcome;
        };
        let state = std::mem::replace(&mut self.heap, first);
        self.heap.adopt(&state);
        if let Leads::On(state) = self.settle(outcome, state)? {
            self.join_with(&state)?;
        }
        for state in breaks {
            self.join_with(&state)?;
        }
        Ok(Flow::Next)
    }

    fn repeat(&mut self, repeated: &'a StmtWhile) -> Step<'a> {
        let started = self.heap.clone();
        if let Some(frame) = self.frame() {
            frame.loops.push(Loop::default());
        }
        let outcome = self.rounds(repeated, &started);
        self.leave_loop(outcome, &repeated.orelse, |_| ())
    }

    fn rounds(&mut self, repeated: &'a StmtWhile, started: &Heap<'a>) -> Step<'a> {
        let returns = self.frame().map_or(0, |frame| frame.returns.len());
        for round in 0..MAX_ROUNDS {
            self.spend(1)?;
            let test = self.eval(&repeated.test)?;
            match self.truth(&test) {
                Some(false) => return Ok(Flow::Next),
                Some(true) if round < MAX_OPEN_ROUNDS || !self.may_have_left(returns) => {
                    match self.another_round(repeated)? {
                        Flow::Next => {}
                        other => return Ok(other),
                    }
                }
                _ => break,
            }
        }
        let at = self.spot(repeated.test.as_ref());
        let why =
            format!("set in a loop that runs an unknown number of times ({})", self.shown(at));
        let why = Rc::new(Ignorance::new(why));
        self.any_number_of_rounds(started, &why, &[], |this| this.another_round(repeated))
    }

    fn another_round(&mut self, repeated: &'a StmtWhile) -> Step<'a> {
        let flow = self.block(&repeated.body)?;
        self.begin_round(flow)
    }

    /// Whether a loop may have been left already, by a `break` or a further `return` than so many.
    fn may_have_left(&mut self, returns: usize) -> bool {
        self.frame().is_some_and(|frame| {
            frame.returns.len() > returns
                || frame.loops.last().is_some_and(|current| !current.breaks.is_empty())
        })
    }

    /// What a loop leads to that runs an unknown number of times. What it changes is not known after it; the
    /// second round tells what it leads to from such a state.
    fn any_number_of_rounds(
        &mut self,
        started: &Heap<'a>,
        why: &Rc<Ignorance>,
        variables: &[Rc<str>],
        mut round: impl FnMut(&mut Self) -> Step<'a>,
    ) -> Step<'a> {
        for _ in 0..2 {
            self.either(None, variables, &mut round, |_| Ok(Flow::Next))?;
            self.heap = Heap::blurred(started, &self.heap, why);
        }
        Ok(Flow::Next)
    }

    /// What `with … as name` binds.
    fn entered(&self, context: Term<'a>, at: Spot) -> Term<'a> {
        match &context.kind {
            Kind::Unknown(_) | Kind::Made(_) => context,
            _ => self.opaque("what the `with` opens", at),
        }
    }
}

/// The arguments of `with suppress(ImportError):`.
pub(super) fn suppresses(with: &StmtWith) -> Option<&[Expr]> {
    match with.items.as_slice() {
        [item] => match &item.context_expr {
            Expr::Call(call) if last_name(&call.func) == Some("suppress") => {
                Some(&call.arguments.args)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The last part of a dotted name, also of one that is called.
pub(super) fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Call(call) => last_name(&call.func),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::each;

    #[test]
    fn a_loop_over_what_is_not_known_may_end_early_or_never_run() {
        each(&[
            (
                "import shop\ndef f():\n    for x in shop.all():\n        return 1\n    return 2\nX = f()",
                "one of 2 or 1",
            ),
            (
                "import shop\ndef f():\n    while shop.busy():\n        return 1\n    return 2\nX = f()",
                "one of 2 or 1",
            ),
            (
                "import shop\nX = 0\nfor x in shop.all():\n    X = 1\n    break\nelse:\n    X = 2",
                "one of 1 or 2",
            ),
            ("import shop\nX = 0\nfor x in shop.all():\n    pass\nelse:\n    X = 2", "2"),
        ]);
    }

    #[test]
    fn a_loop_that_may_be_left_in_every_round_does_not_use_up_the_steps() {
        each(&[
            ("import shop\nX = 1\nwhile True:\n    if not shop.more():\n        break\n", "1"),
            (
                "import shop\nX = N = 0\nwhile True:\n    N += 1\n    if shop.found():\n        X = N\n        break\nX = X in (1, 2, 3)",
                "one of true or false",
            ),
            ("X = 0\nwhile X < 900:\n    X += 1\n", "900"),
            ("X = 0\nwhile X < 5000:\n    X += 1\nX = X < 10", "one of true or false"),
        ]);
    }
}
