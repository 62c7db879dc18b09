//! Imports: modules of the project are run, those of libraries are known by name only.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall, Stmt};

use super::heap::Id;
use super::interpreter::{Arguments, Flow, Frame, Interpreter, Outcome, Raised};
use super::paths;
use super::ran::Times;
use super::term::{From, Kind, Spot, Term};
use crate::fact::{Ignorance, ProjectPath};
use crate::project::{Role, Service};

/// The folders from which a program of the service imports, the likeliest first.
pub(super) fn roots(service: &Service) -> Vec<ProjectPath> {
    let beside_manage = service
        .own
        .iter()
        .filter(|path| path.name() == "manage.py" && Role::of(path).counts())
        .map(ProjectPath::folder);
    let mut roots: Vec<ProjectPath> = Vec::new();
    let usual = [service.root.clone(), service.root.join("src"), ProjectPath::new("")];
    for root in beside_manage.chain(usual) {
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    roots
}

/// Libraries whose names folders of projects have, too: what is installed wins over a folder that is no
/// package.
const INSTALLED: &[&str] = &[
    "celery",
    "django",
    "docker",
    "elasticsearch",
    "email",
    "fastapi",
    "flask",
    "logging",
    "redis",
];

impl<'a> Interpreter<'a> {
    /// Runs a module of the project with the packages around it; the scope of its names.
    pub(super) fn load(&mut self, path: &ProjectPath) -> Result<Option<Id>, Raised> {
        let mut packages = Vec::new();
        let mut folder = path.folder();
        while !folder.as_str().is_empty() && self.library.has(&folder.join("__init__.py")) {
            packages.push(folder.join("__init__.py"));
            folder = folder.folder();
        }
        if !self.roots.contains(&folder) {
            self.roots.push(folder);
        }
        for package in packages.iter().rev().filter(|package| *package != path) {
            self.run(package)?;
        }
        self.run(path)
    }

    fn run(&mut self, path: &ProjectPath) -> Result<Option<Id>, Raised> {
        match self.heap.ran.times(path).cloned() {
            None => return self.run_anew(path),
            Some(Times::Once) => {}
            Some(Times::Perhaps(deciders)) => {
                let has_run = |this: &mut Self| {
                    this.heap.ran.put(path);
                    Ok(Flow::Next)
                };
                let runs_now = |this: &mut Self| this.run_anew(path).map(|_| Flow::Next);
                self.either(None, &deciders, has_run, runs_now)?;
            }
        }
        Ok(self.modules.get(path).copied())
    }

    /// Runs a module; on each way in the same scope, so that what it comes to on both of two ways is joined.
    fn run_anew(&mut self, path: &ProjectPath) -> Result<Option<Id>, Raised> {
        let Some(source) = self.library.source(path) else {
            return Ok(None);
        };
        let scope = match self.modules.get(path).copied() {
            Some(scope) => {
                self.heap.renew(scope);
                scope
            }
            None => self.scope(),
        };
        self.modules.insert(path.clone(), scope);
        self.heap.ran.put(path);
        self.files.push(source);
        let file = self.files.len() - 1;
        let body: &'a [Stmt] = match &source.body {
            Ok(body) => body,
            Err(why) => {
                if let Some(scope) = self.heap.scope_mut(scope) {
                    scope.rest = Some(Rc::new(why.clone()));
                }
                return Ok(Some(scope));
            }
        };
        self.frames.push(Frame::new(file, vec![scope]));
        let outcome = self.block(body);
        self.frames.pop();
        if outcome.is_err() {
            self.heap.ran.remove(path);
        }
        outcome.map(|_| Some(scope))
    }

    /// The file of the module at work: for a file that `include` runs, the one that includes it.
    pub(super) fn own_file(&self) -> Option<ProjectPath> {
        let scope = self.frames.last().and_then(|frame| frame.scopes.first());
        let module = self.modules.iter().find(|(_, known)| Some(*known) == scope);
        let at_work = || self.files.get(self.file()).map(|source| source.path.clone());
        module.map(|(path, _)| path.clone()).or_else(at_work)
    }

    /// `__name__` of the module at work.
    pub(super) fn module_name(&self) -> String {
        let path = self.files.get(self.file()).map(|source| source.path.clone());
        let Some(path) = path else {
            return String::new();
        };
        if self.main.as_ref() == Some(&path) {
            return "__main__".to_owned();
        }
        let root = self.roots.iter().find_map(|root| path.within(root)).unwrap_or(path.as_str());
        let module = root.strip_suffix(".py").unwrap_or(root);
        module.strip_suffix("/__init__").unwrap_or(module).replace('/', ".")
    }

    /// The file of a module below a folder: the package wins over the module.
    pub(super) fn file_below(&self, folder: &ProjectPath, dotted: &str) -> Option<ProjectPath> {
        // `import_module("shop." + "")` finds nothing.
        if !dotted.is_empty() && dotted.split('.').any(str::is_empty) {
            return None;
        }
        let base =
            if dotted.is_empty() { folder.clone() } else { folder.join(&dotted.replace('.', "/")) };
        let package = base.join("__init__.py");
        if self.library.has(&package) {
            return Some(package);
        }
        let module = ProjectPath::new(&[base.as_str(), ".py"].concat());
        (!dotted.is_empty() && self.library.has(&module)).then_some(module)
    }

    pub(super) fn file_of(&self, dotted: &str) -> Option<ProjectPath> {
        self.roots.iter().find_map(|root| self.file_below(root, dotted))
    }

    /// Whether a dotted name begins with a package or module of the project.
    pub(super) fn is_own(&self, dotted: &str) -> bool {
        let first = dotted.split('.').next().unwrap_or_default();
        self.roots.iter().any(|root| {
            let is_folder =
                || !INSTALLED.contains(&first) && self.library.has_folder(&root.join(first));
            self.file_below(root, first).is_some() || is_folder()
        })
    }

    /// The folder that a relative import starts at.
    pub(super) fn package_folder(&self, level: u32) -> Option<ProjectPath> {
        let mut folder = self.files.get(self.file())?.path.folder();
        for step in 0..level {
            if step > 0 {
                folder = folder.folder();
            }
        }
        (level > 0).then_some(folder)
    }

    /// Notes that the scope at work may have further names. Those it has may have been replaced.
    pub(super) fn leave_open_names(&mut self, why: Ignorance) {
        let home =
            self.frames.last().and_then(|frame| frame.class.or(frame.scopes.last().copied()));
        if let Some(home) = home {
            self.open_scope(home, why);
        }
    }

    /// Likewise of any scope.
    pub(super) fn open_scope(&mut self, scope: Id, why: Ignorance) {
        let why = Rc::new(why);
        if let Some(scope) = self.heap.scope_mut(scope) {
            for term in scope.names.values_mut() {
                let replaced = matches!(
                    term.kind,
                    Kind::Function(_)
                        | Kind::Class(_)
                        | Kind::Library(_)
                        | Kind::Module(_)
                        | Kind::Made(_)
                );
                if !replaced {
                    let unknown = Term::new(Kind::Unknown(Rc::clone(&why)), term.from.clone());
                    *term = Term::one_of([term.clone(), unknown]);
                }
            }
            scope.rest.get_or_insert(why);
        }
    }

    /// `importlib.import_module(name)`.
    pub(super) fn import_by_name(&mut self, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        let Some(name) = arguments.first() else {
            return Ok(self.opaque("an import", at));
        };
        let Some(dotted) = name.as_text() else {
            return Ok(self.unknown_from(&[name], "an import", at));
        };
        let file = match dotted.strip_prefix('.') {
            Some(below) => self
                .package_folder(1)
                .and_then(|folder| self.file_below(&folder, below.trim_start_matches('.'))),
            None => self.file_of(dotted),
        };
        let scope = match file {
            Some(file) => self.load(&file)?,
            None => None,
        };
        Ok(match scope {
            Some(scope) => Term::new(Kind::Module(scope), From::literal(at)),
            None => Term::new(Kind::Library(Rc::clone(dotted)), From::literal(at)),
        })
    }

    /// `include("base.py", "components/*.py")` of django-split-settings: the files are run in place.
    pub(super) fn include(&mut self, arguments: &Arguments<'a>, at: Spot) -> Result<(), Raised> {
        let folder = self.files.get(self.file()).map(|source| source.path.folder());
        let Some(folder) = folder else {
            return Ok(());
        };
        for argument in &arguments.positional {
            let (argument, optional) = match &argument.kind {
                Kind::Made(made) => (made.positional.first().unwrap_or(argument), true),
                _ => (argument, false),
            };
            let known = argument.as_text().filter(|pattern| !pattern.contains(['[', '?']));
            let Some(pattern) = known else {
                let why = self.why_unknown(argument, at);
                self.leave_open_names(why.as_ref().clone());
                continue;
            };
            let whole = if pattern.starts_with('/') {
                paths::project_path(pattern)
            } else {
                Some(folder.join(pattern))
            };
            let Some(whole) = whole else {
                let why = format!("`{pattern}` lies outside of the project ({})", self.shown(at));
                self.leave_open_names(Ignorance::new(why));
                continue;
            };
            let files = self.library.matching(&whole);
            if files.is_empty() && !optional {
                let why = format!("no file is there for `{pattern}` ({})", self.shown(at));
                return Err(Raised::new("OSError", why));
            }
            for file in files {
                self.run_here(&file)?;
            }
        }
        Ok(())
    }

    /// `exec(open("more.py").read())` runs a file in the scope at work; of any other program in a text it
    /// is not known what it sets. Whether this is such a call.
    pub(super) fn executes(&mut self, call: &'a ExprCall, at: Spot) -> Result<bool, Raised> {
        let is_exec = matches!(call.func.as_ref(), Expr::Name(name) if name.id.as_str() == "exec");
        let (true, Some(program)) = (is_exec, call.arguments.args.first()) else {
            return Ok(false);
        };
        let is_here = match call.arguments.args.get(1) {
            None => true,
            Some(Expr::Call(names)) => {
                matches!(super::statements::last_name(&names.func), Some("globals" | "locals"))
            }
            Some(_) => false,
        };
        let file = match file_of_program(program) {
            Some(path) => {
                let path = match self.eval(path)? {
                    Term { kind: Kind::Made(opened), .. } => opened.positional.first().cloned(),
                    path => Some(path),
                };
                let file = path.and_then(|path| self.named_file(&path));
                file.filter(|file| is_here && self.library.has(file))
            }
            None => None,
        };
        match file {
            Some(file) => self.run_here(&file)?,
            None => {
                let why = format!("a program in a text is run ({})", self.shown(at));
                self.leave_open_names(Ignorance::new(why));
            }
        }
        Ok(true)
    }

    /// Takes a folder for one from which the program imports, after all others: that of the file which a
    /// server is started with.
    pub fn starts_in(&mut self, folder: ProjectPath) {
        if !self.roots.contains(&folder) {
            self.roots.push(folder);
        }
    }

    /// `sys.path.insert(0, folder)`, `sys.path.append(folder)`: another folder to import from.
    pub(super) fn search_further(&mut self, function: &str, arguments: &Arguments<'a>) {
        let position = usize::from(function == "sys.path.insert");
        let folder = arguments.positional.get(position).and_then(|folder| match &folder.kind {
            Kind::Text(path) | Kind::Path(path) => paths::project_path(path),
            _ => None,
        });
        match folder.filter(|folder| !self.roots.contains(folder)) {
            Some(folder) if position == 1 => self.roots.insert(0, folder),
            Some(folder) => self.roots.push(folder),
            None => {}
        }
    }

    /// Runs a file in the scope at work.
    fn run_here(&mut self, path: &ProjectPath) -> Result<(), Raised> {
        let Some(source) = self.library.source(path) else {
            return Ok(());
        };
        // What runs in the scope of another file sees that file's name.
        if self.lookup("__file__").is_err()
            && let (Some(around), Some(at)) =
                (self.files.get(self.file()), self.files.len().checked_sub(1))
        {
            let path = super::paths::in_project(&around.path);
            let at = Spot { file: at, range: ruff_text_size::TextRange::default() };
            self.bind("__file__", Term::text(path, From::literal(at)));
        }
        self.files.push(source);
        let file = self.files.len() - 1;
        match &source.body {
            Ok(body) => {
                let body: &'a [Stmt] = body;
                let before = self.frame().map(|frame| std::mem::replace(&mut frame.file, file));
                let outcome = self.block(body);
                if let (Some(frame), Some(before)) = (self.frame(), before) {
                    frame.file = before;
                }
                outcome.map(|_| ())
            }
            Err(why) => {
                self.leave_open_names(why.clone());
                Ok(())
            }
        }
    }
}

/// The path or the open file in `open(path).read()`, `file.read()`, `path.read_text()`, and in `compile(…)`
/// of any of them.
fn file_of_program(program: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = program else {
        return None;
    };
    match (call.func.as_ref(), call.arguments.args.first()) {
        (Expr::Name(name), Some(first)) if name.id.as_str() == "compile" => file_of_program(first),
        (Expr::Attribute(reading), _) => match (reading.attr.as_str(), reading.value.as_ref()) {
            ("read" | "read_text" | "read_bytes", path) => Some(path),
            _ => None,
        },
        _ => None,
    }
}
