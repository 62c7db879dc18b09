//! The variables in force, gathered from all that gives them.

use std::collections::BTreeMap;

use super::source::{EnvFile, Kind, found_variables};
use crate::collect::Sources;
use crate::fact::secret::concealed;
use crate::fact::{Fact, Facts, Ignorance, Origin, Value};
use crate::grammar::dotenv::Entry;

/// The variables in force and where they come from.
#[derive(Default)]
pub(super) struct Gathered {
    /// By name.
    pub(super) variables: BTreeMap<String, Fact>,
    /// As `env.sources` has them.
    pub(super) sources: Vec<Fact>,
}

impl Gathered {
    /// What the user, the deployment's files and the files of production give.
    pub(super) fn of(sources: &Sources<'_>, so_far: &Facts, files: &[EnvFile<'_>]) -> Self {
        let given = sources.given;
        let mut gathered = Self::default();
        let literal = |values: &BTreeMap<String, String>| -> Vec<(String, Fact)> {
            values
                .iter()
                .map(|(name, value)| (name.clone(), Fact::derived(value.as_str())))
                .collect()
        };
        gathered.take("--env", "given", literal(&given.env));
        for file in files.iter().filter(|file| file.kind == Kind::Given) {
            gathered.take_file(file);
        }
        if given.env_file.is_some() {
            return gathered;
        }
        if let Some(process) = &given.process_env {
            gathered.take("the process's own environment", "process", literal(process));
        }
        for (path, kind, variables) in deployed(so_far) {
            gathered.take(path, kind, variables);
        }
        gathered.take("Dockerfile", "docker", found_variables(so_far, "docker.environment"));
        for file in files {
            match file.kind {
                Kind::Named => gathered.take_file(file),
                // Its variables are among those of compose, or known to the program that loads it.
                _ => gathered.name(file.path.as_str(), file.kind.word()),
            }
        }
        gathered
    }

    fn take_file(&mut self, file: &EnvFile<'_>) {
        let whole = file.kind == Kind::Given;
        let variables = file.content.effective().into_iter().map(|(name, entry)| {
            (name.to_owned(), Fact::derived(value(entry, whole)).at(file.place(entry)))
        });
        self.take(file.path.as_str(), file.kind.word(), variables.collect());
        // An empty file that the user names is a source too.
        if self.sources.is_empty() && whole {
            self.name(file.path.as_str(), file.kind.word());
        }
    }

    fn take(&mut self, path: &str, kind: &str, variables: Vec<(String, Fact)>) {
        if variables.is_empty() {
            return;
        }
        self.name(path, kind);
        for (name, fact) in variables {
            let mut fact = concealed(&name, fact).from_origin(Origin::Environment);
            if !fact.provenance.variables.contains(&name) {
                fact.provenance.variables.push(name.clone());
            }
            self.variables.entry(name).or_insert(fact);
        }
    }

    fn name(&mut self, path: &str, kind: &str) {
        let fields = [("path", Fact::derived(path)), ("kind", Fact::derived(kind))];
        self.sources.push(Fact::derived(Value::record(fields)));
    }
}

/// Variables by name.
type Variables = Vec<(String, Fact)>;

/// What compose, platforms and Kubernetes give the program, with who gives it. Which of them is production is
/// not told: where several set a variable, it has one of their values.
fn deployed(so_far: &Facts) -> [(&'static str, &'static str, Variables); 3] {
    let found = |path: &str| found_variables(so_far, path);
    let mut composed = found("compose.environment");
    let mut hosted = found("platform.environment");
    let mut clustered = found("kubernetes.environment");
    hosted.retain(|theirs| !is_taken_in(theirs, &mut composed));
    clustered
        .retain(|theirs| !is_taken_in(theirs, &mut composed) && !is_taken_in(theirs, &mut hosted));
    [
        ("compose", "compose", composed),
        ("the platform's files", "platform", hosted),
        ("Kubernetes' manifests", "kubernetes", clustered),
    ]
}

/// Whether a variable is among these, which then have its value for an alternative.
fn is_taken_in((name, theirs): &(String, Fact), variables: &mut Variables) -> bool {
    let ours = variables.iter_mut().find(|(known, _)| known == name);
    let is_known = ours.is_some();
    if let Some((_, ours)) = ours {
        ours.value = Value::one_of(vec![ours.clone(), theirs.clone()]);
    }
    is_known
}

/// The value of an assignment, as far as the file tells it.
fn value(entry: &Entry, whole: bool) -> Value {
    match (&entry.value, entry.missing.first()) {
        (Some(value), None) => Value::from(value.as_str()),
        (Some(value), Some(_)) if whole => Value::from(value.as_str()),
        (Some(_), Some(name)) => {
            let why = format!("it refers to `{name}`, which the file does not set");
            Value::Unknown(Ignorance::new(why).settled_by("give `--env-file`"))
        }
        (None, _) if whole => Value::Absent,
        (None, _) => {
            let why = "it is passed on from the environment around it";
            Value::Unknown(Ignorance::new(why).settled_by("give `--env-file`"))
        }
    }
}
