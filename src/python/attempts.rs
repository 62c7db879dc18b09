//! Exceptions: `try`, `raise`, `assert`.

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtAssert, StmtRaise, StmtTry, StmtWith};

use super::heap::Heap;
use super::interpreter::{Flow, Interpreter, Raised, Step, Try};
use super::statements::{last_name, suppresses};

impl<'a> Interpreter<'a> {
    pub(super) fn attempt(&mut self, attempt: &'a StmtTry) -> Step<'a> {
        let returned = self.frame().map_or(0, |frame| frame.returns.len());
        let flow = self.attempted(attempt);
        let last = match &flow {
            Err(raised) if raised.exhausted => return flow,
            _ => self.block(&attempt.finalbody)?,
        };
        if !attempt.finalbody.is_empty() {
            self.before_returns(returned, &attempt.finalbody)?;
        }
        if matches!(last, Flow::Next) { flow } else { Ok(last) }
    }

    /// Runs `finally` on the ways, put aside since then, on which a function returns from within its `try`.
    fn before_returns(&mut self, since: usize, finally: &'a [Stmt]) -> Result<(), Raised> {
        let returns = self.frame().map(|frame| frame.returns.split_off(since));
        for (value, state) in returns.unwrap_or_default() {
            let here = std::mem::replace(&mut self.heap, state);
            self.heap.adopt(&here);
            let flow = self.block(finally);
            let state = std::mem::replace(&mut self.heap, here);
            self.heap.adopt(&state);
            if matches!(flow?, Flow::Next)
                && let Some(frame) = self.frame()
            {
                frame.returns.push((value, state));
            }
        }
        Ok(())
    }

    fn attempted(&mut self, attempt: &'a StmtTry) -> Step<'a> {
        let before = self.heap.clone();
        let catches = attempt.handlers.iter().map(caught).collect();
        self.tries.push(Try { catches, raises: Vec::new() });
        let body = self.block(&attempt.body);
        let possible = self.tries.pop().map(|attempt| attempt.raises).unwrap_or_default();
        let mut flow = match body {
            Ok(Flow::Next) => self.block(&attempt.orelse),
            Err(raised) if !raised.exhausted => match handler(attempt, &raised.name) {
                Some(handler) => {
                    let outcome =
                        self.under(&raised.variables, |this| this.handle(handler, raised.clone()));
                    if raised.supposed && matches!(outcome, Err(_) | Ok(Flow::Ended)) {
                        return self.insisted(attempt, before);
                    }
                    outcome
                }
                None => Err(raised),
            },
            other => other,
        };
        for (raised, state) in possible {
            let Some(handler) = handler(attempt, &raised.name) else {
                continue;
            };
            let variables = raised.variables.clone();
            flow = self.either(
                None,
                &variables,
                |_| flow,
                |this| {
                    let created = std::mem::replace(&mut this.heap, state);
                    this.heap.adopt(&created);
                    this.handle(handler, raised)
                },
            );
        }
        flow
    }

    /// `with suppress(ImportError):` is a `try` that does nothing about it.
    pub(super) fn suppressed(&mut self, with: &'a StmtWith) -> Step<'a> {
        let names: Vec<Box<str>> = suppresses(with)
            .unwrap_or_default()
            .iter()
            .filter_map(last_name)
            .map(Into::into)
            .collect();
        self.tries.push(Try { catches: vec![names.clone()], raises: Vec::new() });
        let flow = self.block(&with.body);
        self.tries.pop();
        match flow {
            Err(raised) if !raised.exhausted && catches(&names, &raised.name) => Ok(Flow::Next),
            other => other,
        }
    }

    /// Runs a `try` again, taking the variable for given: the handler does not do without it either.
    fn insisted(&mut self, attempt: &'a StmtTry, before: Heap<'a>) -> Step<'a> {
        let created = std::mem::replace(&mut self.heap, before);
        self.heap.adopt(&created);
        self.insisting += 1;
        let flow = self.block(&attempt.body);
        self.insisting -= 1;
        match flow? {
            Flow::Next => self.block(&attempt.orelse),
            other => Ok(other),
        }
    }

    fn handle(&mut self, handler: &'a ExceptHandler, raised: Raised) -> Step<'a> {
        let ExceptHandler::ExceptHandler(handler) = handler;
        if let Some(name) = &handler.name {
            let at = self.spot(name);
            let exception = self.opaque("the exception", at);
            self.bind(name.as_str(), exception);
        }
        self.handled.push(raised);
        let flow = self.block(&handler.body);
        self.handled.pop();
        flow
    }

    /// Whether an exception of this name would be caught by a `try` that is being run.
    pub(super) fn would_catch(&self, name: &str) -> bool {
        self.tries.iter().any(|attempt| attempt.catches(name))
    }

    pub(super) fn raised(&self, raise: &StmtRaise) -> Raised {
        // `raise` alone passes on what is being handled.
        if let (None, Some(handled)) = (&raise.exc, self.handled.last()) {
            return handled.clone();
        }
        let at = self.spot(raise);
        let name = raise.exc.as_deref().and_then(last_name).unwrap_or("Exception");
        let why = format!("the program stops with `{name}` ({})", self.shown(at));
        let mut raised = Raised::new(name, why);
        raised.variables.clone_from(&self.deciders);
        raised
    }

    pub(super) fn assertion(&mut self, assertion: &'a StmtAssert) -> Step<'a> {
        let test = self.eval(&assertion.test)?;
        let at = self.spot(assertion);
        let why = format!("the program stops at an assertion ({})", self.shown(at));
        let failed = Raised::new("AssertionError", why);
        let variables = test.from.variables.clone();
        let (holding, failing) = (|_: &mut Self| Ok(Flow::Next), |_: &mut Self| Err(failed));
        match self.truth(&test) {
            Some(holds) if test.from.supposed => {
                self.supposing(&assertion.test, &variables, holds, holding, failing)
            }
            Some(true) => Ok(Flow::Next),
            Some(false) => failing(self),
            None => self.either(Some(&assertion.test), &variables, holding, failing),
        }
    }
}

impl Try<'_> {
    pub(super) fn catches(&self, raised: &str) -> bool {
        self.catches.iter().any(|names| catches(names, raised))
    }
}

/// The names of the exceptions that a handler catches; none for all.
fn caught(handler: &ExceptHandler) -> Vec<Box<str>> {
    let ExceptHandler::ExceptHandler(handler) = handler;
    match handler.type_.as_deref() {
        None => Vec::new(),
        Some(Expr::Tuple(several)) => {
            several.elts.iter().filter_map(last_name).map(Into::into).collect()
        }
        Some(one) => last_name(one).into_iter().map(Into::into).collect(),
    }
}

fn handler<'a>(attempt: &'a StmtTry, raised: &str) -> Option<&'a ExceptHandler> {
    attempt.handlers.iter().find(|handler| catches(&caught(handler), raised))
}

fn catches(names: &[Box<str>], raised: &str) -> bool {
    let wider: &[&str] = match raised {
        "KeyError" | "IndexError" => &["LookupError"],
        "ModuleNotFoundError" | "ImportStringError" => &["ImportError"],
        "FileNotFoundError" => &["OSError", "IOError", "EnvironmentError"],
        "EnvNotSetError" | "EnvValidationError" => &["EnvError", "ValueError"],
        "BadDsn" | "UnicodeDecodeError" | "JSONDecodeError" | "ParseError"
        | "UnknownSchemeError" | "ValidationError" | "SettingsError" => &["ValueError"],
        "ZeroDivisionError" => &["ArithmeticError"],
        _ => &[],
    };
    names.is_empty()
        || names.iter().any(|name| {
            let name = name.as_ref();
            name == raised || matches!(name, "Exception" | "BaseException") || wider.contains(&name)
        })
}

#[cfg(test)]
mod tests {
    use crate::python::tests::{each, names, value_of};

    #[test]
    fn a_handler_passes_on_what_it_handles() {
        each(&[(
            "def read():\n    try:\n        return open('nothing.py').read()\n    except OSError as error:\n        error.strerror = 'no'\n        raise\ntry:\n    X = read()\nexcept FileNotFoundError:\n    X = 'none'",
            "\"none\"",
        )]);
    }

    #[test]
    fn what_may_be_raised_on_one_way_is_caught_on_it() {
        let deploy = "import os\nA = os.getenv('A') == '1'\n";
        for (program, expected) in [
            (
                "L = ['b']\nif A:\n    L = ['a', 'b']\ntry:\n    X = L.index('a')\nexcept ValueError:\n    X = 'none'",
                "one of 0 or \"none\"",
            ),
            (
                "X = 1\ntry:\n    Y = 0 if A else {}['k']\nexcept KeyError:\n    X = 2",
                "one of 1 or 2",
            ),
            (
                "def f():\n    try:\n        if A:\n            return 1\n        return 2\n    finally:\n        \
                 globals()['X'] = 3\nf()",
                "3",
            ),
        ] {
            let program = format!("{deploy}{program}");
            let namespace = names(&[("settings.py", &program)], None);
            assert_eq!(value_of(&namespace, "X"), expected, "{program}");
        }
    }
}
