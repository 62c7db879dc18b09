//! What a branch that is not taken would change: its names might have another value, as the variables
//! have it that decide.
//!
//! Only what stands in the branch itself counts, not what the functions do that it calls. The cases of a
//! `match` and what a `try` catches are not looked at.

use std::collections::BTreeSet;
use std::rc::Rc;

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

use super::heap::Id;
use super::interpreter::{Arguments, Interpreter};
use super::term::{Kind, Term};

/// Methods that change what they are called on.
const CHANGING: &[&str] = &[
    "add",
    "append",
    "clear",
    "discard",
    "extend",
    "insert",
    "pop",
    "remove",
    "setdefault",
    "update",
];

impl<'a> Interpreter<'a> {
    /// Notes that these variables might have led through statements which do not run now.
    pub(super) fn pass_over(&mut self, statements: &'a [Stmt], variables: &[Rc<str>]) {
        if variables.is_empty() {
            return;
        }
        let mut changed = Changed::default();
        changed.visit_body(statements);
        if !self.budget.spend(changed.visited) {
            return;
        }
        self.sway(variables, |name, _| changed.names.contains(name));
        if let Some(frame) = self.frame().filter(|frame| frame.is_call && changed.returns) {
            frame.swayed_by.extend(variables.iter().cloned());
        }
        if self.frames.last().is_some_and(|frame| !frame.is_call) {
            for name in changed.names {
                let known = self.passed_over.entry(name.to_owned()).or_default();
                known.extend(variables.iter().map(Rc::to_string));
            }
        }
    }

    /// Notes that the arguments of a method decide what is in a list or dictionary, even where they add
    /// nothing to it: `HOSTS.extend(env.list("HOSTS", default=[]))`.
    pub(super) fn note_change(&mut self, object: &Term<'a>, name: &str, arguments: &Arguments<'a>) {
        let (Kind::Sequence(_, id) | Kind::Dict(id)) = object.kind else {
            return;
        };
        if !CHANGING.contains(&name) {
            return;
        }
        for argument in &arguments.positional {
            let variables = &argument.from.variables;
            if !variables.is_empty() {
                self.sway(variables, |_, term| holds(term, id));
            }
        }
    }

    /// Notes that some names of the scope at work might have another value.
    fn sway(&mut self, variables: &[Rc<str>], is_meant: impl Fn(&str, &Term<'a>) -> bool) {
        let home =
            self.frames.last().and_then(|frame| frame.class.or(frame.scopes.last().copied()));
        if let Some(scope) = home.and_then(|home| self.heap.scope_mut(home))
            && self.budget.spend(scope.names.len() / 8 + 1)
        {
            for (name, term) in &mut scope.names {
                if is_meant(name, term) {
                    term.from.be_swayed_by(variables);
                }
            }
        }
    }
}

fn holds(term: &Term<'_>, object: Id) -> bool {
    matches!(term.kind, Kind::Sequence(_, id) | Kind::Dict(id) if id == object)
}

/// What statements change, those within them included.
#[derive(Default)]
struct Changed<'s> {
    names: BTreeSet<&'s str>,
    /// Whether they may end the function.
    returns: bool,
    /// How many statements there are.
    visited: usize,
}

impl<'s> StatementVisitor<'s> for Changed<'s> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        self.visited += 1;
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Return(_) => self.returns = true,
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.note(target)),
            Stmt::AnnAssign(assign) => self.note(&assign.target),
            Stmt::AugAssign(assign) => self.note(&assign.target),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.note(target)),
            Stmt::Expr(called) => {
                if let Expr::Call(call) = called.value.as_ref()
                    && let Expr::Attribute(method) = call.func.as_ref()
                    && CHANGING.contains(&method.attr.as_str())
                {
                    self.note(&method.value);
                }
            }
            _ => walk_stmt(self, statement),
        }
    }
}

impl<'s> Changed<'s> {
    /// Notes the names at the root of what is assigned to: `a` and `b` of `a.c, b["d"]`.
    fn note(&mut self, target: &'s Expr) {
        match target {
            Expr::Name(name) => {
                self.names.insert(name.id.as_str());
            }
            Expr::Attribute(attribute) => self.note(&attribute.value),
            Expr::Subscript(subscript) => self.note(&subscript.value),
            Expr::Starred(starred) => self.note(&starred.value),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|each| self.note(each)),
            Expr::List(list) => list.elts.iter().for_each(|each| self.note(each)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::names;

    #[test]
    fn a_variable_that_would_lead_elsewhere_is_named() {
        for program in [
            "X = False\nif os.getenv('A', '') == '1':\n    X = True",
            "X = ['a']\nif env.bool('A', default=False):\n    X.append('b')",
            "X = ['a']\nif not env.bool('A', default=False):\n    pass\nelse:\n    X += ['b']",
            "X = {'a': {}}\nif env.bool('A', default=False):\n    X['a']['b'] = 1",
            "X = ['a']\nfor host in os.getenv('A', '').split(','):\n    if host:\n        X.append(host)",
            "X = ['a']\nfor host in env.list('A', default=[]):\n    X.append(host)",
            "X = ['a']\nX.extend(env.list('A', default=[]))",
            "X = {}\nX.update(env.dict('A', default={}))",
            "def f():\n    if env.bool('A', default=False):\n        return 2\n    return 1\nX = f()",
            "X = 1\nif env.bool('A', default=False):\n    try:\n        X, Y = 2, 3\n    finally:\n        pass",
        ] {
            let program = format!("import os\nimport environ\nenv = environ.Env()\n{program}");
            let found = names(&[("settings.py", &program)], None).variables;
            let variables = &found.get("X").unwrap().provenance.variables;
            assert_eq!(variables, &["A"], "{program}");
        }
        let untouched = "import os\nX = Y = 1\nif os.getenv('A', '') == '1':\n    Y = 2";
        let found = names(&[("settings.py", untouched)], None).variables;
        assert!(found.get("X").unwrap().provenance.variables.is_empty());
    }
}
