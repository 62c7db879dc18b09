//! `import` and `from … import`: modules of the project are run, of libraries only the name is known.

use std::rc::Rc;

use ruff_python_ast::{StmtImport, StmtImportFrom};
use ruff_text_size::TextRange;

use super::heap::{Id, Sequence};
use super::interpreter::{Interpreter, Outcome, Raised};
use super::term::{From, Kind, Shape, Spot, Term};
use super::{ignored, libraries};
use crate::fact::{Ignorance, ProjectPath};

/// Modules whose names are Django's own defaults, or begin with a prefix of their own.
const HARMLESS: &[&str] = &["django.conf.global_settings", "oscar.defaults"];

/// What Python raises where a module is not there: a kind of `ImportError`.
const NO_MODULE: &str = "ModuleNotFoundError";

/// Whether a text takes names from one of them.
pub(super) fn is_harmless(text: &str) -> bool {
    HARMLESS.iter().any(|module| text.contains(module))
}

impl<'a> Interpreter<'a> {
    pub(super) fn import(&mut self, import: &'a StmtImport) -> Result<(), Raised> {
        let at = self.spot(import);
        for alias in &import.names {
            let dotted = alias.name.as_str();
            let module = match self.file_of(dotted) {
                Some(file) => self.load(&file)?.map(Kind::Module),
                None if self.is_missing(dotted, false) => return Err(self.no_module(dotted, at)),
                None => None,
            };
            match (&alias.asname, module) {
                (Some(name), module) => {
                    let kind = module.unwrap_or_else(|| Kind::Library(dotted.into()));
                    self.bind(name.as_str(), Term::new(kind, From::literal(at)));
                }
                (None, module) => self.bind_dotted(dotted, module, at),
            }
        }
        Ok(())
    }

    /// `import a.b`: binds `a`, with `b` in it.
    fn bind_dotted(&mut self, dotted: &str, module: Option<Kind<'a>>, at: Spot) {
        let (first, below) = dotted.split_once('.').unwrap_or((dotted, ""));
        let Some(module) = module else {
            // `import a.b` leaves a module `a` of the project as it is; any other `a` gives way.
            if !matches!(self.lookup(first), Ok(Term { kind: Kind::Module(_), .. })) {
                self.bind(first, Term::new(Kind::Library(first.into()), From::literal(at)));
            }
            return;
        };
        if below.is_empty() {
            self.bind(first, Term::new(module, From::literal(at)));
            return;
        }
        let mut holder = match self.lookup(first) {
            Ok(Term { kind: Kind::Module(scope), .. }) => scope,
            _ => {
                let scope = match self.file_of(first).and_then(|file| self.modules.get(&file)) {
                    Some(scope) => *scope,
                    None => self.scope(),
                };
                self.bind(first, Term::new(Kind::Module(scope), From::literal(at)));
                scope
            }
        };
        let parts: Vec<&str> = below.split('.').collect();
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.into_iter().enumerate() {
            let known = self.heap.scope(holder).and_then(|scope| scope.names.get(part)).cloned();
            let next = match known {
                _ if index == last => module.clone(),
                Some(Term { kind: Kind::Module(scope), .. }) => Kind::Module(scope),
                _ => Kind::Module(self.scope()),
            };
            let term = Term::new(next.clone(), From::literal(at));
            if let Some(scope) = self.heap.scope_mut(holder) {
                scope.names.insert(part.into(), term);
            }
            match next {
                Kind::Module(scope) => holder = scope,
                _ => return,
            }
        }
    }

    pub(super) fn import_from(&mut self, import: &'a StmtImportFrom) -> Result<(), Raised> {
        let at = self.spot(import);
        let dotted = import.module.as_ref().map_or("", |module| module.as_str());
        let star = import.names.iter().any(|alias| alias.name.as_str() == "*");
        let folder = self.package_folder(import.level);
        let file = match &folder {
            Some(folder) => self.file_below(folder, dotted),
            None => self.file_of(dotted),
        };
        let scope = match &file {
            Some(file) if !self.is_left_out(file) => self.load(file)?,
            _ => None,
        };
        if let Some(scope) = scope {
            if star {
                return self.import_all(scope);
            }
            for alias in &import.names {
                let name = alias.name.as_str();
                let term = self.imported(scope, file.as_ref(), name, at)?;
                self.bind(alias.asname.as_ref().map_or(name, |name| name.as_str()), term);
            }
            return Ok(());
        }
        let below = folder.map(|folder| folder.join(&dotted.replace('.', "/")));
        let own = below.is_some() || file.is_some() || self.is_own(dotted);
        self.import_unfound(import, below.as_ref(), own)
    }

    /// Imports from a package without an `__init__.py`, from a library, or from nowhere.
    fn import_unfound(
        &mut self,
        import: &'a StmtImportFrom,
        below: Option<&ProjectPath>,
        own: bool,
    ) -> Result<(), Raised> {
        let at = self.spot(import);
        let dotted = import.module.as_ref().map_or("", |module| module.as_str());
        let star = import.names.iter().any(|alias| alias.name.as_str() == "*");
        let shown = below.map_or(dotted, ProjectPath::as_str);
        if self.is_missing(dotted, own || star) {
            if star {
                self.missing.get_or_insert_with(|| shown.to_owned());
            }
            return Err(self.no_module(shown, at));
        }
        if star && HARMLESS.contains(&dotted) {
            return Ok(());
        }
        if star {
            let why = Ignorance::new(format!(
                "`{shown}`, which is imported with `*` ({}), is not in the project",
                self.shown(at)
            ));
            self.leave_open_names(why);
            return Ok(());
        }
        for alias in &import.names {
            let name = alias.name.as_str();
            let submodule = match below {
                Some(below) => self.file_below(below, name),
                None => self.file_of(&format!("{dotted}.{name}")),
            };
            let module = match submodule {
                Some(file) => self.load(&file)?,
                None => None,
            };
            let term = match module {
                Some(scope) => Term::new(Kind::Module(scope), From::literal(at)),
                None if own => {
                    let why = format!("`{shown}` is not in the project ({})", self.shown(at));
                    Term::unknown(Ignorance::new(why), at)
                }
                None if dotted == "sys" && name == "argv" => self.command_line(at),
                None => self.library_name(&format!("{dotted}.{name}"), at),
            };
            self.bind(alias.asname.as_ref().map_or(name, |name| name.as_str()), term);
        }
        Ok(())
    }

    /// A name of a module, or a module below it.
    fn imported(
        &mut self,
        scope: Id,
        file: Option<&ProjectPath>,
        name: &str,
        at: Spot,
    ) -> Outcome<'a> {
        let known = self.heap.scope(scope);
        if let Some(term) = known.and_then(|scope| scope.names.get(name)) {
            return Ok(term.clone());
        }
        let rest = known.and_then(|scope| scope.rest.clone());
        let package = file.filter(|file| file.name() == "__init__.py").map(ProjectPath::folder);
        if let Some(submodule) = package.and_then(|package| self.file_below(&package, name))
            && let Some(scope) = self.load(&submodule)?
        {
            return Ok(Term::new(Kind::Module(scope), From::literal(at)));
        }
        match rest {
            Some(why) => Ok(Term::unknown(why.as_ref().clone(), at)),
            None if self.would_catch("ImportError") || self.surely_lacks(scope, name) => {
                let why = format!("a module has no `{name}` ({})", self.shown(at));
                Err(Raised::new("ImportError", why))
            }
            None => match file.filter(|_| self.is_running(scope)) {
                Some(file) => Ok(self.caught_in_cycle(file, name, at)),
                None => Ok(self.opaque(&format!("the name `{name}`"), at)),
            },
        }
    }

    /// A name of a module that waits for the one at work: Python stops there, if the modules are imported
    /// in this order.
    fn caught_in_cycle(&self, waiting: &ProjectPath, name: &str, at: Spot) -> Term<'a> {
        let importing = self.shown(at);
        let why =
            format!("`{waiting}` has no `{name}` yet: it waits for what it imports ({importing})");
        let remedy = "take the modules' imports of each other apart";
        Term::unknown(Ignorance::new(why).settled_by(remedy), at)
    }

    /// `from module import *`.
    fn import_all(&mut self, module: Id) -> Result<(), Raised> {
        let Some(scope) = self.heap.scope(module).cloned() else {
            return Ok(());
        };
        self.spend(scope.names.len() / 8 + 1)?;
        let chosen: Option<Vec<Rc<str>>> = scope
            .names
            .get("__all__")
            .map(|all| self.iterated(all, Spot { file: self.file(), range: TextRange::default() }))
            .filter(|(_, rest)| rest.is_none())
            .map(|(items, _)| items.iter().filter_map(|item| item.as_text().cloned()).collect());
        // What may come with them may replace what was here; what is known of them comes after it.
        if let Some(why) = scope.rest {
            self.leave_open_names(why.as_ref().clone());
        }
        let mut names = scope.names;
        names.retain(|name, term| {
            term.from.depend_on(&self.deciders);
            match &chosen {
                Some(chosen) => chosen.contains(name),
                None => !name.starts_with('_'),
            }
        });
        // Only a module takes all names of another.
        let home = self.frames.last().and_then(|frame| frame.scopes.last().copied());
        if let Some(scope) = home.and_then(|home| self.heap.scope_mut(home)) {
            scope.names.append(&mut names);
        }
        Ok(())
    }

    /// Whether a module that is not found is to be taken for one that is not there: the program is
    /// prepared for it. A library is taken for installed, for what is prepared for is then an old version.
    fn is_missing(&self, dotted: &str, own: bool) -> bool {
        const LOCAL: &[&str] = &["local", "settings", "secret", "config", "env", "override"];
        let told = || LOCAL.iter().any(|word| dotted.to_lowercase().contains(word));
        self.is_prepared() && (own || self.is_own(dotted) || told())
    }

    /// Whether the program goes on without a module. One that it cannot do without comes with the deployment.
    fn is_prepared(&self) -> bool {
        self.insisting == 0 && self.would_catch(NO_MODULE)
    }

    /// Whether a file is there, but kept out of what is deployed.
    fn is_left_out(&self, file: &ProjectPath) -> bool {
        self.is_prepared() && ignored::is_ignored(self.library.project(), file)
    }

    /// Something of a library, by its dotted name.
    fn library_name(&mut self, dotted: &str, at: Spot) -> Term<'a> {
        let from = From::literal(at);
        if let Some(texts) = libraries::texts_of(dotted) {
            let items = texts.iter().map(|text| Term::text(text, from.clone())).collect();
            return self.made(Shape::Tuple, Sequence { items, rest: None }, from);
        }
        let kind = libraries::constant(dotted).unwrap_or_else(|| Kind::Library(dotted.into()));
        Term::new(kind, from)
    }

    fn no_module(&self, name: &str, at: Spot) -> Raised {
        let why = format!("`{name}` is not in the project ({})", self.shown(at));
        Raised { supposed: true, ..Raised::new(NO_MODULE, why) }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::{each, each_in, names};

    #[test]
    fn production_is_no_command_of_the_developer() {
        each(&[
            ("import sys\nX = 'test' in sys.argv", "false"),
            ("import sys\nX = len(sys.argv) > 1 and sys.argv[1] == 'test'", "false"),
            ("from sys import argv\nX = 'runserver' not in argv[1:2]", "true"),
            ("import sys\nX = any('pytest' in word for word in sys.argv)", "false"),
        ]);
    }

    #[test]
    fn modules_that_import_each_other_stop_nothing() {
        let files = [
            ("settings.py", "import one\nX = 1"),
            ("one.py", "import two\nA = 1"),
            ("two.py", "from one import A\nimport one\nB = one.A"),
        ];
        let found = names(&files, None);
        assert!(found.raised.is_none() && found.variables.contains_key("X"));
        let files = [
            ("settings.py", "from one import A as X"),
            ("one.py", "from two import B\nA = B"),
            ("two.py", "from one import A\nB = A"),
        ];
        let caught = names(&files, Some(&[])).variables.remove("X").unwrap();
        let why = "`one.py` has no `A` yet: it waits for what it imports (two.py:1)";
        assert_eq!(caught.value.to_string(), format!("unknown ({why})"));
        let files = [("settings.py", "from one import B\nX = 1"), ("one.py", "A = 1")];
        assert!(names(&files, None).raised.is_some());
    }

    #[test]
    fn the_last_import_of_a_name_counts() {
        let program = "from os import environ\nimport environ\nenv = environ.Env()\nX = env('A')";
        let whole = names(&[("settings.py", program)], Some(&[]));
        assert!(whole.raised.is_some_and(|why| why.why.contains("`A`")));
        each_in(&[("A", "1")], &[(program, "\"1\"")]);
    }

    #[test]
    fn what_is_set_after_an_import_that_is_not_read_is_known_where_it_is_imported() {
        let files = [
            ("settings.py", "A = 1\nfrom base import *"),
            ("base.py", "from shop_settings import *\nX = 1"),
        ];
        let found = names(&files, None).variables;
        let shown = |name: &str| found.get(name).map(|fact| fact.value.to_string());
        assert_eq!(shown("X").as_deref(), Some("1"));
        assert!(shown("A").is_some_and(|it| it.starts_with("one of 1 or unknown")));
    }

    #[test]
    fn a_name_of_a_type_is_one_of_its_module() {
        let files = [
            ("settings.py", "from kinds import Text\nX = 1"),
            ("kinds.py", "type Text = str | bytes\ntype Pair[T] = tuple[T, T]"),
        ];
        let found = names(&files, Some(&[]));
        assert!(found.raised.is_none() && found.variables.contains_key("X"));
    }

    #[test]
    fn lists_of_a_library_are_added_to() {
        each(&[(
            "from corsheaders.defaults import default_methods\nX = [*default_methods, 'PURGE'][5:] + list(default_methods + ('A',))[6:]",
            "[\"PUT\", \"PURGE\", \"A\"]",
        )]);
    }
}
