//! The environment that production gives the program: the facts under `env`.
//!
//! Nearest first: what the user gives, what the deployment's files give the application, a file named for
//! production. A plain `.env` is judged here as a file; what it gives the program, only a program that loads
//! it can tell, so its values are read with the settings.

mod declared;
mod example;
pub(crate) mod files;
mod gathered;
mod judged;
mod kind;
mod source;

use std::collections::BTreeSet;

use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, List, ProjectPath, Record, Value, WhenMissing,
};
use crate::grammar::dotenv::Reader;
use declared::FACTS;
use gathered::Gathered;
use judged::{Judged, of_kinds};
pub(crate) use kind::SecretKind;

/// Knows the environment that production gives the program.
pub struct Env;

impl Collector for Env {
    fn domain(&self) -> Domain {
        Domain {
            name: "env",
            means: "the environment that production gives the program",
            when_missing: WhenMissing::Unknown {
                why: "no environment of production is in the project",
                remedy: "give `--env-file`",
            },
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        files::is_env_name(path.name())
    }

    fn collect(&self, sources: &Sources<'_>, so_far: &Facts) -> Facts {
        let mut facts = Facts::default();
        let source::EnvFiles { read: files, unread } = source::env_files(sources, so_far);
        let examples = source::examples(sources);
        let whole = sources.given.env_file.is_some();
        let gathered = Gathered::of(sources, so_far, &files);
        let by_workflows = source::given_by_workflows(so_far);
        let mut expected = example::expected(&examples, &source::missing(sources, so_far));
        let nothing = gathered.sources.is_empty()
            && examples.is_empty()
            && by_workflows.is_empty()
            && expected.rest.is_none();
        if nothing && unread.is_none() {
            return facts;
        }
        facts.put("env.whole", Fact::derived(whole));
        facts.put("env.has-file", Fact::derived(!files.is_empty() || unread.is_some()));
        let judged = Judged { files: &files, examples: &examples };
        put_judged(&mut facts, &judged, &readers(so_far), unread.as_ref());
        facts.put("env.webhook-secrets", Fact::derived(judged.webhook_secrets(whole)));
        expected.items.splice(0..0, by_workflows);
        facts.put("env.expected-names", Fact::derived(expected));
        let names = example::names(&judged);
        facts.put("env.missing-names", example::missing(&names, &judged, &gathered, whole));
        let names = names.into_values().map(|(fact, _)| fact).collect::<Vec<_>>();
        facts.put("env.example-names", Fact::derived(names));
        let rest = (!whole).then(|| {
            Ignorance::new("it may be given at deploy time").settled_by("give `--env-file`")
        });
        let variables = Record::new(gathered.variables, rest);
        facts.put("env.variables", Fact::derived(variables));
        facts.put("env.sources", Fact::derived(gathered.sources));
        facts
    }
}

/// Why a variable that no file sets is not known to be unset.
fn at_deploy_time(name: &str) -> Fact {
    Fact::derived(
        Ignorance::new(format!("`{name}` may be given at deploy time"))
            .settled_by("give `--env-file`"),
    )
}

fn put_judged(
    facts: &mut Facts,
    judged: &Judged<'_>,
    readers: &[Reader],
    unread: Option<&Ignorance>,
) {
    let known = !judged.files.is_empty();
    let mut put = |path: &str, items: Vec<Fact>| {
        let value = match unread {
            Some(why) => Value::from(List { items, rest: Some(why.clone()) }),
            None if known => Value::list(items),
            None => {
                let why = Ignorance::new("no environment file of production is in the project");
                Value::Unknown(why.settled_by("give `--env-file`"))
            }
        };
        facts.put(path, Fact::derived(value));
    };
    let secrets = judged.secrets();
    let keys = [SecretKind::Key, SecretKind::FrameworkKey, SecretKind::TokenKey];
    put("env.keys", of_kinds(&secrets, &keys));
    let passwords = [SecretKind::Password, SecretKind::StorePassword];
    put("env.passwords", of_kinds(&secrets, &passwords));
    put("env.secrets", secrets);
    put("env.unfilled", judged.unfilled());
    put("env.reused-secrets", judged.reused());
    put("env.test-keys", judged.test_keys());
    put("env.duplicates", judged.duplicates());
    put("env.syntax-differences", judged.differences(readers));
    put("env.broken-lines", judged.broken());
}

/// The loaders that read this project's files; all where nothing tells.
fn readers(so_far: &Facts) -> Vec<Reader> {
    let packages = so_far.at("requirements.names");
    let names: BTreeSet<&str> =
        packages.value.items().iter().filter_map(|name| name.value.text()).collect();
    let asked = |reader: &Reader| match reader {
        Reader::PythonDotenv => ["python-dotenv", "environs", "pydantic-settings"]
            .iter()
            .any(|package| names.contains(package)),
        Reader::DjangoEnviron => names.contains("django-environ"),
        Reader::Decouple => names.contains("python-decouple"),
        Reader::Compose => !so_far.at("compose.env-files").value.items().is_empty(),
    };
    let used: Vec<Reader> = Reader::ALL.into_iter().filter(asked).collect();
    if used.is_empty() { Reader::ALL.to_vec() } else { used }
}

#[cfg(test)]
mod tests;
