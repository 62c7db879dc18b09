//! What a module leaves behind: its names as facts, what it raised, what it asked the environment for.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::environment::Read;
use super::facts::MAX_FACTS;
use super::interpreter::{Interpreter, Raised};
use super::term::{Class, Kind, Term};
use crate::fact::{Fact, Ignorance, Place, ProjectPath, Value};

/// The names of a module after it has run.
#[derive(Clone, Debug, Default)]
pub struct Namespace {
    /// Its names with their values; functions, classes and modules are left out. A value that is
    /// absent with the origin *default* is one that some way through the module does not set.
    pub variables: BTreeMap<String, Fact>,
    /// The variables that might have led to a statement which sets a name, and did not.
    pub passed_over: BTreeMap<String, BTreeSet<String>>,
    /// Why there may be further names, if there may.
    pub rest: Option<Ignorance>,
    /// Why the module does not load, if it does not.
    pub raised: Option<Ignorance>,
    /// The first module that is not in the project of which all names are taken where it is there.
    pub missing: Option<String>,
}

/// A call of a library's function.
#[derive(Clone, Debug)]
pub struct Called {
    /// The dotted name of the function: `flask_cors.CORS`.
    pub function: String,
    /// The arguments by position.
    pub positional: Vec<Fact>,
    /// The arguments by name.
    pub named: BTreeMap<String, Fact>,
    /// Why there may be further arguments, if there may.
    pub rest: Option<Ignorance>,
    /// Where it stands.
    pub place: Place,
    /// The variables that decide whether it is made.
    pub variables: Vec<String>,
}

/// Why nothing more is known of settings that stop where nobody is seen to set a variable.
fn asking_for(raised: &Raised) -> Ignorance {
    let remedies: Vec<String> =
        raised.variables.iter().map(|name| format!("--env {name}=…")).collect();
    if remedies.is_empty() {
        return raised.why.clone();
    }
    raised.why.clone().settled_by(format!("give `{}`", remedies.join(" ")))
}

impl Interpreter<'_> {
    /// Runs a module of the project, and the packages around it first.
    pub fn module(&mut self, path: &ProjectPath) -> Namespace {
        match self.load(path) {
            Ok(Some(scope)) => self.namespace(scope),
            Ok(None) => {
                let why = Ignorance::new(format!("`{path}` is not in the project"));
                Namespace { rest: Some(why), ..Namespace::default() }
            }
            Err(raised) if raised.exhausted => {
                Namespace { rest: Some(raised.why), ..Namespace::default() }
            }
            Err(raised) => {
                let reached = self.modules.get(path).copied();
                let mut namespace = reached.map(|scope| self.namespace(scope)).unwrap_or_default();
                if raised.supposed {
                    self.require(&raised.variables);
                    namespace.rest = Some(asking_for(&raised));
                } else {
                    namespace.raised = Some(raised.why);
                }
                namespace
            }
        }
    }

    /// The members of a class of a module, those that it inherits included.
    pub fn class(&mut self, path: &ProjectPath, name: &str) -> Namespace {
        let mut module = self.module(path);
        let scope = self.modules.get(path).and_then(|scope| self.heap.scope(*scope));
        let class = scope.and_then(|scope| scope.names.get(name)).map(|term| term.kind.clone());
        let at = scope.and_then(|scope| scope.names.get(name)).and_then(|term| term.from.at);
        match (class, at) {
            (Some(Kind::Class(class)), at) => {
                let configures = Self::foreign_base(&class)
                    .is_some_and(|base| super::readers::is_configuration(&base));
                let mut raised = module.raised;
                if let (true, Some(at), None) = (configures, at, &raised) {
                    raised = self.set_up_configuration(&class, at).err().map(|raised| raised.why);
                }
                let (variables, rest) = self.members(&class);
                Namespace { variables, rest: module.rest.or(rest), raised, ..module }
            }
            _ => {
                let why = Ignorance::new(format!("`{path}` has no class `{name}`"));
                module.variables.clear();
                module.rest.get_or_insert(why);
                module
            }
        }
    }

    /// The members of a class as facts, and why there may be further ones.
    pub(super) fn members(
        &self,
        class: &Rc<Class<'_>>,
    ) -> (BTreeMap<String, Fact>, Option<Ignorance>) {
        const MAX_CLASSES: usize = 64;
        let mut left = MAX_FACTS;
        let mut members = BTreeMap::new();
        let mut rest = None;
        let mut waiting = vec![Rc::clone(class)];
        for _ in 0..MAX_CLASSES {
            let Some(class) = waiting.pop() else {
                break;
            };
            for (name, term) in self.heap.scope(class.scope).into_iter().flat_map(|it| &it.names) {
                if is_value(name, term) && !members.contains_key(name.as_ref()) {
                    members.insert(name.to_string(), self.fact(term, &mut left));
                }
            }
            for base in class.bases.iter().rev() {
                match &base.kind {
                    Kind::Class(base) => waiting.push(Rc::clone(base)),
                    Kind::Library(name) if name.as_ref() == "object" => {}
                    Kind::Library(name) if name.starts_with("configurations") => {}
                    _ => {
                        let why =
                            format!("`{}` inherits from what is not in the project", class.name);
                        rest.get_or_insert(Ignorance::new(why));
                    }
                }
            }
        }
        (members, rest)
    }

    /// The names in a scope as facts.
    fn namespace(&self, scope: super::heap::Id) -> Namespace {
        let mut left = MAX_FACTS;
        let Some(scope) = self.heap.scope(scope) else {
            return Namespace::default();
        };
        let names = scope.names.iter().filter(|(name, term)| is_value(name, term));
        Namespace {
            variables: names
                .map(|(name, term)| (name.to_string(), self.fact(term, &mut left)))
                .collect(),
            passed_over: self.passed_over.clone(),
            rest: scope.rest.as_deref().cloned(),
            raised: None,
            missing: self.missing.clone(),
        }
    }

    /// The modules of the project that have run, on any of the ways.
    pub fn files(&self) -> Vec<ProjectPath> {
        self.modules.keys().cloned().collect()
    }

    /// Every variable that was asked for, by name.
    pub fn reads(&self) -> Vec<Read> {
        let mut left = MAX_FACTS;
        let reads = self.reads.iter().filter_map(|(name, asked)| {
            Some(Read {
                name: name.clone(),
                required: asked.required,
                sometimes_required: asked.sometimes_required && !asked.required,
                default: asked.default.as_ref().map(|default| self.fact(default, &mut left)),
                set: asked.set,
                place: self.place(asked.at)?,
            })
        });
        reads.collect()
    }

    /// The calls of libraries' functions, in the order in which they were made.
    pub fn calls(&self) -> Vec<Called> {
        let mut left = MAX_FACTS;
        let calls = self.calls.iter().filter_map(|call| {
            let arguments = &call.arguments;
            let mut fact = |term: &Term<'_>| match &term.kind {
                Kind::Made(made) => Fact::derived(Value::Text(made.class.to_string())),
                Kind::Library(name) => Fact::derived(Value::Text(name.to_string())),
                _ => self.fact(term, &mut left),
            };
            Some(Called {
                function: call.function.to_string(),
                positional: arguments.positional.iter().map(&mut fact).collect(),
                named: arguments
                    .named
                    .iter()
                    .map(|(name, term)| (name.to_string(), fact(term)))
                    .collect(),
                rest: arguments.rest.as_deref().cloned(),
                place: self.place(call.at)?,
                variables: call.deciders.iter().map(ToString::to_string).collect(),
            })
        });
        calls.collect()
    }
}

/// Whether a name stands for a value, and not for a part of the program. What a library has under a name in
/// capitals is a value, and so is what an object has that is perhaps no method.
fn is_value(name: &str, term: &Term<'_>) -> bool {
    let is_setting = || !name.chars().any(char::is_lowercase);
    match &term.kind {
        Kind::Function(_) | Kind::Class(_) | Kind::Module(_) => false,
        Kind::Library(_) | Kind::Method(_) => is_setting(),
        _ => true,
    }
}
