//! What may or may not run: conditions, `try`, `match`. Both ways are run and what they lead to is joined.

use std::rc::Rc;

use ruff_python_ast::{Expr, Stmt, StmtMatch};

use super::heap::Heap;
use super::interpreter::{Flow, Interpreter, Raised, Step};
use super::term::{Kind, Term};
use crate::fact::Ignorance;

/// A test and what runs if it holds; the last one may have none.
#[derive(Clone, Copy)]
pub(super) struct Clause<'a> {
    pub(super) test: Option<&'a Expr>,
    pub(super) body: &'a [Stmt],
}

impl<'a> Interpreter<'a> {
    /// The first clause whose test holds.
    pub(super) fn conditional(&mut self, clauses: &[Clause<'a>]) -> Step<'a> {
        let Some((clause, others)) = clauses.split_first() else {
            return Ok(Flow::Next);
        };
        let Some(test) = clause.test else {
            return self.block(clause.body);
        };
        let value = self.eval(test)?;
        let decided = self.decided(&value);
        let variables = value.from.variables;
        let holding = |this: &mut Self| this.block(clause.body);
        let failing = |this: &mut Self| this.conditional(others);
        let flow = match decided {
            Some(holds) if value.from.supposed => {
                self.supposing(test, &variables, holds, holding, failing)
            }
            Some(true) => self.under(&variables, holding),
            Some(false) => self.under(&variables, failing),
            None => return self.either(Some(test), &variables, holding, failing),
        };
        let untaken = if decided == Some(true) { others } else { std::slice::from_ref(clause) };
        for clause in untaken {
            self.pass_over(clause.body, &variables);
        }
        flow
    }

    /// Runs the way that is taken if nobody sets a variable. If the program refuses to go that way,
    /// the variable is one that it demands, and the other way is the one that production takes.
    pub(super) fn supposing(
        &mut self,
        test: &'a Expr,
        variables: &[Rc<str>],
        holds: bool,
        holding: impl FnOnce(&mut Self) -> Step<'a>,
        failing: impl FnOnce(&mut Self) -> Step<'a>,
    ) -> Step<'a> {
        self.spend(self.heap.branch_steps())?;
        let before = self.heap.clone();
        let (first, second): (Way<'_, 'a>, Way<'_, 'a>) = if holds {
            (Box::new(holding), Box::new(failing))
        } else {
            (Box::new(failing), Box::new(holding))
        };
        let outcome = self.under(variables, first);
        match outcome {
            Err(raised) if !raised.exhausted && !self.would_catch(&raised.name) => {
                let made = std::mem::replace(&mut self.heap, before);
                self.heap.adopt(&made);
                self.insist(variables);
                self.refine(test, !holds);
                self.under(variables, second)
            }
            other => other,
        }
    }

    /// The truth of a condition. In a function, a variable that nobody sets counts as unset: there the
    /// condition is how an own reader of the environment finds its default.
    pub(super) fn decided(&mut self, value: &Term<'a>) -> Option<bool> {
        let reader = self.frames.last().is_some_and(|frame| frame.is_call);
        match &value.kind {
            Kind::Unset(_) if reader => Some(false),
            _ => self.truth(value),
        }
    }

    /// Runs something that these variables decide.
    pub(super) fn under<T>(
        &mut self,
        variables: &[Rc<str>],
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.deciders.len();
        for variable in variables {
            if !self.deciders.contains(variable) {
                self.deciders.push(Rc::clone(variable));
            }
        }
        let outcome = run(self);
        self.deciders.truncate(before);
        outcome
    }

    /// Runs two ways of which only one is taken, and joins what they lead to.
    pub(super) fn either(
        &mut self,
        test: Option<&'a Expr>,
        variables: &[Rc<str>],
        one: impl FnOnce(&mut Self) -> Step<'a>,
        other: impl FnOnce(&mut Self) -> Step<'a>,
    ) -> Step<'a> {
        self.spend(self.heap.branch_steps())?;
        let before = self.heap.clone();
        let holding = test.map(|test| self.refine(test, true)).unwrap_or_default();
        self.possible += 1;
        let first = self.under(variables, one);
        let first_state = std::mem::take(&mut self.heap);
        self.heap = before;
        self.heap.adopt(&first_state);
        let failing = test.map(|test| self.refine(test, false)).unwrap_or_default();
        let second = self.under(variables, other);
        self.possible -= 1;
        let first = self.settle(first, first_state)?;
        let second_state = std::mem::take(&mut self.heap);
        // No number of what either of them made is given again, wherever it goes on.
        let made = second_state.clone();
        let second = self.settle(second, second_state)?;
        let flow = match (first, second) {
            (Leads::On(mut one), Leads::On(mut other)) => {
                self.widen((&mut one, &holding), (&mut other, &failing));
                self.heap = Heap::joined(&one, &other, variables);
                Ok(Flow::Next)
            }
            (Leads::On(only), Leads::Away) | (Leads::Away, Leads::On(only)) => {
                self.heap = only;
                Ok(Flow::Next)
            }
            (Leads::On(only), Leads::Nowhere) | (Leads::Nowhere, Leads::On(only)) => {
                self.heap = only;
                self.insist(variables);
                Ok(Flow::Next)
            }
            _ => Ok(Flow::Ended),
        };
        self.heap.adopt(&made);
        flow
    }

    /// Puts aside a way that does not go on to the next statement.
    pub(super) fn settle(&mut self, flow: Step<'a>, state: Heap<'a>) -> Result<Leads<'a>, Raised> {
        match flow {
            Ok(Flow::Next) => return Ok(Leads::On(state)),
            Ok(Flow::Ended) => {}
            Ok(Flow::Return(value)) => {
                if let Some(frame) = self.frame() {
                    frame.returns.push((value, state));
                }
            }
            Ok(Flow::Break) => {
                if let Some(current) = self.frame().and_then(|frame| frame.loops.last_mut()) {
                    current.breaks.push(state);
                }
            }
            Ok(Flow::Continue) => {
                if let Some(current) = self.frame().and_then(|frame| frame.loops.last_mut()) {
                    current.continues.push(state);
                }
            }
            Err(raised) if raised.exhausted => return Err(raised),
            Err(raised) => {
                let catcher = self.tries.iter().rposition(|attempt| attempt.catches(&raised.name));
                match catcher.and_then(|at| self.tries.get_mut(at)) {
                    Some(attempt) => attempt.raises.push((raised, state)),
                    None => return Ok(Leads::Nowhere),
                }
            }
        }
        Ok(Leads::Away)
    }

    /// Notes that the program may stop here, if it is prepared for that.
    pub(super) fn may_raise(&mut self, raised: Raised) -> Result<(), Raised> {
        if !self.would_catch(&raised.name) {
            return Ok(());
        }
        self.spend(self.heap.branch_steps())?;
        let state = self.heap.clone();
        let catcher = self.tries.iter_mut().rfind(|attempt| attempt.catches(&raised.name));
        if let Some(attempt) = catcher {
            attempt.raises.push((raised, state));
        }
        Ok(())
    }

    /// Joins a state from elsewhere with the one at hand.
    pub(super) fn join_with(&mut self, state: &Heap<'a>) -> Result<(), Raised> {
        self.spend(self.heap.branch_steps())?;
        self.heap = Heap::joined(&self.heap, state, &self.deciders);
        Ok(())
    }

    pub(super) fn matched(&mut self, matched: &'a StmtMatch) -> Step<'a> {
        let subject = self.eval(&matched.subject)?;
        self.cases(&subject, &matched.cases)
    }

    fn cases(&mut self, subject: &Term<'a>, cases: &'a [ruff_python_ast::MatchCase]) -> Step<'a> {
        let Some((case, others)) = cases.split_first() else {
            return Ok(Flow::Next);
        };
        let mut holds = self.pattern(subject, &case.pattern)?;
        if holds.is_none() {
            self.name_parts(subject, &case.pattern);
        }
        if let (Some(guard), true) = (&case.guard, holds != Some(false)) {
            let guard = self.eval(guard)?;
            holds = match (holds, self.truth(&guard)) {
                (Some(true), answer) => answer,
                (_, Some(false)) => Some(false),
                _ => None,
            };
        }
        let variables = subject.from.variables.clone();
        match holds {
            Some(true) => self.under(&variables, |this| this.block(&case.body)),
            Some(false) => self.cases(subject, others),
            None => self.either(
                None,
                &variables,
                |this| this.block(&case.body),
                |this| this.cases(subject, others),
            ),
        }
    }
}

/// Why a value depends on a branch that these variables decide.
pub(super) fn branching(variables: &[Rc<str>]) -> Ignorance {
    match variables {
        [] => Ignorance::new("depends on a condition that is not known"),
        [only] => Ignorance::new(format!("depends on the environment (`{only}`)"))
            .settled_by(format!("give `--env-file` or `--env {only}=…`")),
        [first, others @ ..] => Ignorance::new(format!(
            "depends on the environment (`{first}` and {} more)",
            others.len()
        ))
        .settled_by("give `--env-file`"),
    }
}

/// One of two ways through a program.
type Way<'w, 'a> = Box<dyn FnOnce(&mut Interpreter<'a>) -> Step<'a> + 'w>;

/// Where one of two ways leads.
pub(super) enum Leads<'a> {
    /// To the next statement, in this state.
    On(Heap<'a>),
    /// Elsewhere.
    Away,
    /// To the end of the program.
    Nowhere,
}

#[cfg(test)]
mod tests {
    use crate::python::tests::{names, value_of};

    #[test]
    fn a_module_is_as_it_was_on_the_way_on_which_it_is_not_changed() {
        let chosen = "import os\nif os.getenv('A') == '1':\n    from .prod import *\nelse:\n    from .dev import *\nX = L";
        let files = [
            ("shop/settings.py", chosen),
            ("shop/__init__.py", ""),
            ("shop/common.py", "L = ['common']"),
            ("shop/prod.py", "from .common import *\nL += ['prod']"),
            ("shop/dev.py", "from .common import *"),
        ];
        let namespace = names(&files, None);
        assert_eq!(value_of(&namespace, "X"), "one of [\"common\", \"prod\"] or [\"common\"]");
    }
}
