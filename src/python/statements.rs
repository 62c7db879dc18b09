//! Statements: assignments, blocks, loops, definitions. What may or may not run is in [`super::branches`].

use ruff_python_ast::{Expr, Stmt, StmtFor, StmtWhile, StmtWith};
use std::rc::Rc;

use super::branches::Clause;
use super::budget::MAX_ITEMS;
use super::heap::Heap;
use super::interpreter::{Flow, Interpreter, Loop, Raised, Step};
use super::term::{Kind, Spot, Term};
use crate::fact::Ignorance;

/// Rounds of a `while` whose condition is known.
const MAX_ROUNDS: usize = 1_000;

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
            let mut unknown = Term::unknown(why.as_ref().clone(), at);
            unknown.from.depend_on(&iterable.from.variables);
            let once = self.round(&each.target, unknown, &each.body);
            self.heap = Heap::blurred(&started, &self.heap, why);
            outcome = once.map(|_| Flow::Next);
        }
        self.leave_loop();
        self.pass_over(&each.body, &iterable.from.variables);
        match outcome? {
            Flow::Next => self.block(&each.orelse),
            Flow::Break => Ok(Flow::Next),
            other => Ok(other),
        }
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

    /// Ends a loop and joins the states in which it may have been left.
    fn leave_loop(&mut self) {
        let left = self.frame().and_then(|frame| frame.loops.pop());
        for state in left.map(|left| left.breaks).unwrap_or_default() {
            // Out of budget, the next statement raises; what is joined no longer matters.
            let _ = self.join_with(&state);
        }
    }

    fn repeat(&mut self, repeated: &'a StmtWhile) -> Step<'a> {
        let started = self.heap.clone();
        if let Some(frame) = self.frame() {
            frame.loops.push(Loop::default());
        }
        let outcome = self.rounds(repeated, &started);
        self.leave_loop();
        match outcome? {
            Flow::Break => Ok(Flow::Next),
            other => Ok(other),
        }
    }

    fn rounds(&mut self, repeated: &'a StmtWhile, started: &Heap<'a>) -> Step<'a> {
        for _ in 0..MAX_ROUNDS {
            self.spend(1)?;
            let test = self.eval(&repeated.test)?;
            match self.truth(&test) {
                Some(false) => return self.block(&repeated.orelse),
                Some(true) => {
                    let flow = self.block(&repeated.body)?;
                    match self.begin_round(flow)? {
                        Flow::Next => {}
                        other => return Ok(other),
                    }
                }
                None => {
                    let at = self.spot(repeated.test.as_ref());
                    let why = Rc::new(Ignorance::new(format!(
                        "set in a loop that runs an unknown number of times ({})",
                        self.shown(at)
                    )));
                    self.block(&repeated.body)?;
                    self.heap = Heap::blurred(started, &self.heap, &why);
                    return Ok(Flow::Next);
                }
            }
        }
        Err(Raised::exhausted())
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
