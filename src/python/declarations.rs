//! What a module declares, read and not run: whether a view of a name is there, and what it may be called with.

use ruff_python_ast::{Expr, Parameters, Stmt};

use super::interpreter::Interpreter;
use crate::fact::ProjectPath;

/// What a module of the project has under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// A function that may be called with these arguments.
    Fitting,
    /// A function that may not.
    Unfitting,
    /// Nothing.
    Nothing,
    /// Something that is not looked into: a class, an import, a decorated function.
    Something,
}

impl Interpreter<'_> {
    /// What stands under a dotted name, to be called with one argument and one that is named; none if the
    /// module does not belong to the project.
    pub fn declared(&self, dotted: &str, named: &str) -> Option<Declared> {
        let (module, name) = dotted.rsplit_once('.')?;
        let Some(file) = self.file_of(module) else {
            let is_lost = self.is_own(module);
            return is_lost.then_some(Declared::Nothing);
        };
        self.declared_in(&file, name, named)
    }

    fn declared_in(&self, file: &ProjectPath, name: &str, named: &str) -> Option<Declared> {
        let body = self.library.source(file)?.body.as_ref().ok()?;
        let mut found = Declared::Nothing;
        for statement in body {
            found = match statement {
                Stmt::FunctionDef(function) if function.name.as_str() == name => {
                    match (function.decorator_list.is_empty(), fits(&function.parameters, named)) {
                        (false, _) => Declared::Something,
                        (true, true) => Declared::Fitting,
                        (true, false) => Declared::Unfitting,
                    }
                }
                _ if found == Declared::Nothing && may_bind(statement, name) => Declared::Something,
                _ => found,
            };
        }
        Some(found)
    }
}

/// Whether a function takes one argument by position and another by its name.
fn fits(parameters: &Parameters, named: &str) -> bool {
    let by_position = || parameters.posonlyargs.iter().chain(&parameters.args);
    let takes_one = by_position().next().is_some() || parameters.vararg.is_some();
    let first = by_position().next().map(|it| it.name().as_str());
    let by_name = parameters.args.iter().chain(&parameters.kwonlyargs);
    let takes_named = parameters.kwarg.is_some()
        || by_name.clone().any(|it| it.name().as_str() == named && first != Some(named));
    let others_have_defaults = by_position()
        .skip(1)
        .chain(&parameters.kwonlyargs)
        .all(|it| it.name().as_str() == named || it.default().is_some());
    takes_one && takes_named && others_have_defaults
}

/// Whether a statement may bind a name. Of what stands in other statements, that is not looked into.
fn may_bind(statement: &Stmt, name: &str) -> bool {
    let is_name = |target: &Expr| matches!(target, Expr::Name(it) if it.id.as_str() == name);
    match statement {
        Stmt::Import(import) => import
            .names
            .iter()
            .any(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str() == name),
        Stmt::ImportFrom(import) => import.names.iter().any(|alias| {
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            bound == name || bound == "*"
        }),
        Stmt::Assign(assign) => assign.targets.iter().any(|target| {
            is_name(target)
                || !matches!(target, Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_))
        }),
        Stmt::AnnAssign(assign) => is_name(&assign.target),
        Stmt::ClassDef(class) => class.name.as_str() == name,
        Stmt::FunctionDef(_) | Stmt::Expr(_) | Stmt::Pass(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::Declared;
    use crate::project::{Project, services};
    use crate::python::{Environment, interpret};

    fn declared(views: &str, dotted: &str) -> Option<Declared> {
        let project = Project::of_texts([
            ("manage.py", ""),
            ("shop/__init__.py", ""),
            ("shop/views.py", views),
        ]);
        let service = services(&project, "shop").swap_remove(0);
        let ask = |interpreter: &mut crate::python::Interpreter<'_>| {
            interpreter.declared(dotted, "reason")
        };
        interpret(&project, &service, &Environment::default(), ask).ok().flatten()
    }

    #[test]
    fn a_view_is_found_with_its_arguments_or_not() {
        for (views, expected) in [
            ("def refused(request, reason=''): pass", Declared::Fitting),
            ("def refused(request, *, reason): pass", Declared::Fitting),
            ("def refused(*args, **kwargs): pass", Declared::Fitting),
            ("def refused(request): pass", Declared::Unfitting),
            ("def refused(request, reason, more): pass", Declared::Unfitting),
            ("def refused(reason): pass", Declared::Unfitting),
            ("@cached\ndef refused(request): pass", Declared::Something),
            ("from other import refused", Declared::Something),
            ("from other import *", Declared::Something),
            ("refused = View.as_view()", Declared::Something),
            ("if x:\n    refused = 1", Declared::Something),
            ("class refused: pass", Declared::Something),
            ("def other(request): pass", Declared::Nothing),
        ] {
            assert_eq!(declared(views, "shop.views.refused"), Some(expected), "{views}");
        }
        assert_eq!(declared("", "shop.none.refused"), Some(Declared::Nothing));
        assert_eq!(declared("", "library.views.refused"), None);
    }
}
