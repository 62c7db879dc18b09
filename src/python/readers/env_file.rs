//! `.env` files that the program loads itself, each read as its loader reads it.

use crate::fact::{Fact, Ignorance, Origin, Place, ProjectPath, Provenance, Value};
use crate::grammar::dotenv::{Reader, read, read_with};
use crate::project::role::{is_for_own_machine, of_own_machine};
use crate::python::formats::shown;
use crate::python::heap::{Dict, Key, Object};
use crate::python::interpreter::{Arguments, Interpreter};
use crate::python::term::{From, Kind, Spot, Term};
use crate::python::{ignored, paths};

/// How a file is loaded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loading {
    /// Whose rules it is read by.
    pub(super) reader: Reader,
    /// Whether it also replaces what is set already.
    pub(super) firmly: bool,
    /// Whether `${NAME}` in it stays as it is.
    pub(super) as_written: bool,
}

impl Loading {
    pub(super) fn by(reader: Reader) -> Self {
        Self { reader, firmly: false, as_written: false }
    }
}

impl<'a> Interpreter<'a> {
    /// `load_dotenv(path, override=False)`.
    pub(super) fn load_dotenv(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let told = |position: usize, name: &str, is: bool| {
            arguments.get(position, name).is_some_and(|term| self.truth(term) == Some(is))
        };
        let loading = Loading {
            reader: Reader::PythonDotenv,
            firmly: told(3, "override", true),
            as_written: told(4, "interpolate", false),
        };
        let path = arguments.get(0, "dotenv_path").cloned();
        let file = match path {
            Some(path) if !matches!(path.kind, Kind::None) => self.named_file(&path),
            _ => self.found_upward(".env"),
        };
        let loaded = file.as_ref().is_some_and(|file| self.load_file(file, loading));
        self.whether_loaded(loaded, at)
    }

    /// Whether a file was there to load; one that is not in the project may be where the program runs.
    fn whether_loaded(&self, loaded: bool, at: Spot) -> Term<'a> {
        let supposed = !loaded && !self.environment.is_whole();
        Term::new(Kind::Bool(loaded), From { supposed, ..From::literal(at) })
    }

    pub(super) fn find_dotenv(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let name = arguments.get(0, "filename").and_then(|name| name.as_text().cloned());
        let file = self.found_upward(name.as_deref().unwrap_or(".env"));
        let path = file.map_or_else(String::new, |file| paths::in_project(&file));
        Term::text(path, From::literal(at))
    }

    pub(super) fn dotenv_values(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let file = match arguments.get(0, "dotenv_path").cloned() {
            Some(path) => self.named_file(&path),
            None => self.found_upward(".env"),
        };
        let mut dict = Dict::default();
        let loading = Loading { firmly: true, ..Loading::by(Reader::PythonDotenv) };
        for (name, fact) in file.map(|file| self.read_file(&file, loading)).unwrap_or_default() {
            let from = From {
                written: fact.provenance.place.map(std::rc::Rc::new),
                origin: Origin::Environment,
                ..From::literal(at)
            };
            let kind = match fact.value {
                Value::Absent => Kind::None,
                Value::Unknown(why) => Kind::Unknown(std::rc::Rc::new(why)),
                value => Kind::Text(value.text().unwrap_or_default().into()),
            };
            dict.entries.insert(Key::Text(name.into()), Term::new(kind, from));
        }
        Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), From::literal(at))
    }

    /// `Env.read_env(path)`: django-environ reads `.env` beside the calling file, environs looks upward.
    pub(super) fn read_env(
        &mut self,
        beside: bool,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        let named = arguments
            .get(0, "env_file")
            .or_else(|| arguments.named("path"))
            .filter(|path| !matches!(path.kind, Kind::None))
            .cloned();
        let told =
            |name: &str| arguments.named(name).is_some_and(|it| self.truth(it) == Some(true));
        let firmly = told("overwrite") || told("override");
        let file = match named {
            Some(path) => self.named_file(&path),
            None if beside => {
                let here = self.files.get(self.file()).map(|source| source.path.folder());
                here.map(|folder| folder.join(".env"))
            }
            None => self.found_upward(".env"),
        };
        let reader = if beside { Reader::DjangoEnviron } else { Reader::PythonDotenv };
        let loading = Loading { firmly, ..Loading::by(reader) };
        let loaded = file.as_ref().is_some_and(|file| {
            if firmly && !beside {
                self.load_file_either_way(file, loading)
            } else {
                self.load_file(file, loading)
            }
        });
        if beside && file.is_some() {
            // Further arguments of django-environ are variables.
            let options = ["env_file", "overwrite", "parse_comments", "encoding"];
            for (name, value) in &arguments.named {
                if !options.contains(&name.as_ref()) {
                    self.set_variable(name, value, firmly);
                }
            }
        }
        self.whether_loaded(loaded, at)
    }

    /// The file of the project that a value names; a relative one is looked for where a server starts.
    pub(in crate::python) fn named_file(&self, path: &Term<'a>) -> Option<ProjectPath> {
        let path = shown(path)?;
        let direct = paths::project_path(&path)?;
        if path.starts_with('/') {
            return Some(direct);
        }
        let here = self.files.get(self.file()).map(|source| source.path.folder());
        let folders = self.roots.iter().cloned().chain(here);
        folders
            .map(|folder| folder.join(&path))
            .find(|file| self.library.project().has(file))
            .or(Some(direct))
    }

    /// The nearest file of a name from the calling file's folder upward.
    pub(super) fn found_upward(&self, name: &str) -> Option<ProjectPath> {
        let mut folder = self.files.get(self.file())?.path.folder();
        loop {
            let file = folder.join(name);
            if self.library.project().has(&file) {
                return Some(file);
            }
            if folder.as_str().is_empty() {
                return None;
            }
            folder = folder.folder();
        }
    }

    /// Loads a file into the environment; whether it is there.
    pub(super) fn load_file(&mut self, file: &ProjectPath, loading: Loading) -> bool {
        if !self.library.project().has(file) {
            return false;
        }
        for (name, fact) in self.file_variables(file, loading) {
            if fact.value != Value::Absent {
                self.put_variable(&name, &fact, loading.firmly);
            }
        }
        true
    }

    /// Loads a file that wins over the environment or does not, as the release of a library has it.
    fn load_file_either_way(&mut self, file: &ProjectPath, loading: Loading) -> bool {
        let before: Vec<(String, Fact)> = self
            .file_variables(file, loading)
            .into_iter()
            .filter_map(|(name, fact)| {
                let known = self.variable_fact(&name)?;
                let why = "which of two values counts depends on the release of environs";
                let value = Value::Unknown(Ignorance::new(why));
                (known.value != fact.value).then_some((name, Fact { value, ..fact }))
            })
            .collect();
        let loaded = self.load_file(file, loading);
        for (name, fact) in before {
            self.put_variable(&name, &fact, true);
        }
        loaded
    }

    /// What a file sets; nothing if it stays where the developer works.
    pub(super) fn file_variables(
        &self,
        file: &ProjectPath,
        loading: Loading,
    ) -> Vec<(String, Fact)> {
        if self.is_left_behind(file) { Vec::new() } else { self.read_file(file, loading) }
    }

    /// Whether a file of variables is not where the program runs: a whole environment is given instead of
    /// those that are kept out of the repository. One that is in it goes along with the code.
    pub(super) fn is_left_behind(&self, file: &ProjectPath) -> bool {
        self.environment.is_whole() && ignored::is_ignored(self.library.project(), file)
    }

    fn read_file(&self, file: &ProjectPath, loading: Loading) -> Vec<(String, Fact)> {
        let Ok(text) = self.library.project().read_unlisted(file) else {
            return Vec::new();
        };
        let own = if loading.firmly { read(&text).entries } else { Vec::new() };
        let mut outer = |name: &str| {
            // What replaces the environment is seen in references, too.
            let replaced = own.iter().any(|own| own.name == name);
            let known = self.variable_fact(name).filter(|_| !replaced)?;
            known.value.text().map(str::to_owned)
        };
        let content = read_with(&text, &mut outer);
        let is_other = !self.environment.is_whole() && is_for_own_machine(&content);
        let entries = content.entries;
        let lines = entries.iter().filter_map(|entry| {
            let reading = entry.as_read_by(loading.reader)?;
            let provenance = Provenance::new(Origin::Environment).at(Place::line(file, entry.line));
            let referring =
                || text.lines().nth(entry.line as usize - 1).is_some_and(|it| it.contains("${"));
            let value = match &reading.value {
                Some(_) if is_other => Value::Unknown(of_own_machine(file)),
                Some(_) if loading.as_written && referring() => {
                    Value::Unknown(Ignorance::new("a reference that is not replaced"))
                }
                Some(value) => value.as_str().into(),
                None => Value::Absent,
            };
            Some((reading.name.clone(), Fact { value, provenance }))
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::python::tests::names;

    #[test]
    fn a_file_is_read_where_the_program_reads_it() {
        let waits = "unknown (read from the environment (`A`), given at deploy time)";
        for (program, expected) in [
            ("from dotenv import load_dotenv\nX = os.getenv('A')\nload_dotenv()\n", waits),
            ("from dotenv import load_dotenv\nload_dotenv()\nX = os.getenv('A')\n", "\"1\""),
            (
                "import environ\nfrom paths import BASE\nenviron.Env.read_env(BASE / '.env')\nX = os.getenv('A')",
                waits,
            ),
            ("import environ\nenviron.Env.read_env()\nX = os.getenv('A')", waits),
            ("from decouple import config\nX = config('A', cast=int)", "1"),
        ] {
            let program = format!("import os\n{program}");
            let files = [("shop/settings.py", program.as_str()), (".env", "A=1")];
            let found = names(&files, None).variables;
            let shown = found.get("X").map(|fact| fact.value.to_string());
            assert_eq!(shown.as_deref(), Some(expected), "{program}");
        }
    }

    #[test]
    fn a_file_that_goes_along_with_the_code_is_read_beside_a_whole_environment() {
        let program =
            "import os\nfrom dotenv import load_dotenv\nload_dotenv()\nX = os.environ.get('A')";
        for (ignored, expected) in [("*.log", "\"1\""), (".env", "not set")] {
            let files = [("settings.py", program), (".env", "A=1"), (".gitignore", ignored)];
            let found = names(&files, Some(&[])).variables;
            let shown = found.get("X").map(|fact| fact.value.to_string());
            assert_eq!(shown.as_deref(), Some(expected), "{ignored}");
        }
    }

    #[test]
    fn a_file_that_is_not_here_may_be_where_the_program_runs() {
        for program in [
            "from dotenv import load_dotenv\nif not load_dotenv():\n    raise ValueError\nX = 1",
            "import os\nif not os.path.exists('.env'):\n    raise ValueError\nX = 1",
        ] {
            let stops = |environment| {
                let found = names(&[("settings.py", program)], environment);
                found.variables.get("X").is_none_or(|fact| fact.value.to_string() != "1")
            };
            assert!(!stops(None) && stops(Some(&[])), "{program}");
        }
    }

    #[test]
    fn a_file_that_may_be_loaded_may_count() {
        let load = "import os\nfrom dotenv import load_dotenv\nif os.environ.get('B'):\n    load_dotenv()\n";
        for (program, expected) in [
            ("X = os.environ.get('A', 'd')", "one of \"1\" or \"d\""),
            (
                "X = os.environ['A']",
                "one of \"1\" or unknown (read from the environment (`A`), given at deploy time)",
            ),
            (
                "try:\n    X = os.environ['A']\nexcept KeyError:\n    X = 'e'",
                "one of \"1\" or \"e\"",
            ),
            ("X = 'A' in os.environ", "one of true or false"),
            ("os.environ['A'] = '2'\nX = os.environ['A']", "\"2\""),
            ("load_dotenv()\nX = os.environ['A']", "\"1\""),
            ("os.environ.setdefault('A', '3')\nX = os.environ['A']", "one of \"1\" or \"3\""),
        ] {
            let program = format!("{load}{program}");
            let files = [("settings.py", program.as_str()), (".env", "A=1")];
            let found = names(&files, None).variables;
            let fact = found.get("X").unwrap();
            assert_eq!(fact.value.to_string(), expected, "{program}");
            let definite = matches!(fact.value, crate::fact::Value::Text(_));
            let names_it = fact.provenance.variables.iter().any(|it| it == "B");
            assert!(definite || names_it, "{program}");
        }
    }
}
