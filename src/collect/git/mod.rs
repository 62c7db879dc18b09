//! What git tracks and ignores: the facts under `git`.

use std::collections::BTreeSet;

use super::{Collector, Sources};
use crate::collect::env::files::{self, gives_secrets_away};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, Kind, Place, ProjectPath, Value, WhenMissing,
};
use crate::project::{Repository, Role, Rules};

/// Knows what git tracks and ignores.
pub struct Git;

const ENV_FILE: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "The file."),
    FactSpec::new("tracked", Kind::Bool, "Whether git tracks it; unknown without a repository."),
    FactSpec::new("ignored", Kind::Bool, "Whether a `.gitignore` of the repository names it."),
    FactSpec::new(
        "holds-secrets",
        Kind::Bool,
        "Whether a variable in it holds a secret, or a URL a password, and no placeholder; unknown where \
         everybody can guess it.",
    ),
];

const KEY: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "The file."),
    FactSpec::new("tracked", Kind::Bool, "Whether git tracks it; unknown without a repository."),
    FactSpec::new("encrypted", Kind::Bool, "Whether a passphrase protects it."),
];

const DATABASE: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "The file."),
    FactSpec::new("tracked", Kind::Bool, "Whether git tracks it; unknown without a repository."),
];

const FACTS: &[FactSpec] = &[
    FactSpec::new(
        "git.unignored-env",
        Kind::Text,
        "The environment file of production that the repository's own rules would not ignore, of those that the \
         examples are copied to, else of `.env` in the service's folder; absent if they ignore it.",
    ),
    FactSpec::new(
        "git.uses-env-files",
        Kind::Bool,
        "Whether there is an environment file, or an example of one.",
    ),
    FactSpec::new(
        "git.env-files",
        Kind::List(&Kind::Record(ENV_FILE)),
        "The environment files of production and staging, on disk or tracked; no examples.",
    ),
    FactSpec::new(
        "git.private-keys",
        Kind::List(&Kind::Record(KEY)),
        "The files that hold a private key, those of tests and examples left out.",
    ),
    FactSpec::new(
        "git.database-files",
        Kind::List(&Kind::Record(DATABASE)),
        "The SQLite databases and dumps of databases, those of tests and examples left out.",
    ),
];

impl Collector for Git {
    fn domain(&self) -> Domain {
        Domain {
            name: "git",
            means: "what git tracks and ignores",
            when_missing: WhenMissing::NotApplicable("there is no git repository here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        let name = path.name();
        // Most files are programs, which none of these is.
        path.extension() != "py"
            && (name == ".gitignore"
                || files::is_env_name(name)
                || is_key_name(name)
                || is_database_name(name))
    }

    fn collect(&self, sources: &Sources<'_>, _so_far: &Facts) -> Facts {
        let mut facts = Facts::default();
        let (repository, rules) = (sources.project.repository(), sources.project.rules());
        if repository.is_none() && rules.is_empty() {
            return facts;
        }
        let names = names(sources, repository);
        let seen = Seen { sources, repository, rules, names };
        facts.find("git");
        facts.put("git.unignored-env", seen.unignored_env());
        facts.put("git.uses-env-files", Fact::derived(seen.uses_env_files()));
        facts.put("git.env-files", Fact::derived(seen.env_files()));
        facts.put("git.private-keys", Fact::derived(seen.private_keys()));
        facts.put("git.database-files", Fact::derived(seen.database_files()));
        facts
    }
}

struct Seen<'s> {
    sources: &'s Sources<'s>,
    repository: Option<&'s Repository>,
    rules: &'s Rules,
    /// The files that matter here, on disk or only tracked.
    names: BTreeSet<&'s ProjectPath>,
}

/// The files of a service that matter here, on disk or only tracked.
fn names<'s>(
    sources: &Sources<'s>,
    repository: Option<&'s Repository>,
) -> BTreeSet<&'s ProjectPath> {
    let tracked = repository.and_then(|repository| repository.tracked.as_ref().ok());
    let root = &sources.service.root;
    let in_service = tracked.into_iter().flat_map(|tracked| {
        let from = tracked.range::<ProjectPath, _>(root.join("\u{0}")..);
        from.take_while(|path| path.is_in(root))
    });
    let only_tracked =
        in_service.filter(|path| Git.wants(path) && !sources.project.has_listed(path));
    sources.wanted.iter().copied().chain(only_tracked).collect()
}

impl Seen<'_> {
    fn unignored_env(&self) -> Fact {
        let copied: Vec<ProjectPath> = self.names().filter_map(files::copied_from).collect();
        let usual = vec![self.sources.service.root.join(".env")];
        let wanted = if copied.is_empty() { usual } else { copied };
        let mut asked = wanted.iter().map(|path| (path, self.rules.ignore(path)));
        let (name, place) = match asked.find(|(_, (ignored, _))| !ignored) {
            Some((path, (_, by))) => (Value::from(path.as_str()), by),
            None => (Value::Absent, wanted.first().and_then(|path| self.rules.ignore(path).1)),
        };
        let fact = Fact::derived(name);
        match place.or_else(|| self.root_rules().map(|path| Place::whole(&path))) {
            Some(place) => fact.at(place),
            None => fact,
        }
    }

    fn root_rules(&self) -> Option<ProjectPath> {
        let path = ProjectPath::new(".gitignore");
        self.sources.project.has_listed(&path).then_some(path)
    }

    fn uses_env_files(&self) -> bool {
        self.names().any(|path| {
            files::is_env_name(path.name())
                && !matches!(Role::of(path), Role::Documentation | Role::Test)
        })
    }

    fn names(&self) -> impl Iterator<Item = &ProjectPath> {
        self.names.iter().copied()
    }

    fn tracked(&self, path: &ProjectPath) -> Fact {
        let Some(repository) = self.repository else {
            return Fact::derived(
                Ignorance::new("the folder has no `.git`")
                    .settled_by("audit a checkout of the repository"),
            );
        };
        match &repository.tracked {
            Ok(tracked) => Fact::derived(tracked.contains(path)).at(Place::whole(path)),
            Err(why) => Fact::derived(why.clone()),
        }
    }

    fn env_files(&self) -> Vec<Fact> {
        self.names()
            .filter(|path| files::is_real_env_file(path))
            .map(|path| {
                let (ignored, _) = self.rules.ignore(path);
                let holds = match self.sources.project.assignments(path) {
                    Ok(file) => Fact::derived(gives_secrets_away(file)),
                    Err(why) => Fact::derived(why),
                };
                let ignored = Fact::derived(ignored).at(Place::whole(path));
                self.file(path, [("ignored", ignored), ("holds-secrets", holds)])
            })
            .collect()
    }

    fn private_keys(&self) -> Vec<Fact> {
        self.names()
            .filter(|path| is_key_name(path.name()) && Role::of(path).counts())
            .filter_map(|path| {
                let encrypted = match self.sources.project.read(path) {
                    // A certificate may stand in such a file alone.
                    Ok(text) if !text.contains("PRIVATE KEY-----") => return None,
                    Ok(text) => Fact::derived(
                        text.contains("ENCRYPTED PRIVATE KEY-----") || text.contains("4,ENCRYPTED"),
                    ),
                    // Keynote's slides end in `.key` too.
                    Err(_) if path.extension() == "key" => return None,
                    Err(why) => Fact::derived(why),
                };
                Some(self.file(path, [("encrypted", encrypted)]))
            })
            .collect()
    }

    fn database_files(&self) -> Vec<Fact> {
        self.names()
            .filter(|path| is_database_name(path.name()) && Role::of(path).counts())
            .map(|path| self.file(path, []))
            .collect()
    }

    fn file<const COUNT: usize>(
        &self,
        path: &ProjectPath,
        fields: [(&'static str, Fact); COUNT],
    ) -> Fact {
        let own = [("path", Fact::derived(path.as_str())), ("tracked", self.tracked(path))];
        Fact::derived(Value::record(own.into_iter().chain(fields))).at(Place::whole(path))
    }
}

/// Names under which private keys lie.
fn is_key_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
    let of_ssh = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"].contains(&lower.as_str());
    let of_google = extension == "json"
        && ["credential", "service-account", "service_account", "serviceaccount", "firebase"]
            .iter()
            .any(|word| lower.contains(word));
    of_ssh || of_google || ["pem", "key", "ppk"].contains(&extension)
}

/// Names under which databases and their dumps lie; `schema.sql` is none.
fn is_database_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let stem = lower.trim_end_matches(".gz").trim_end_matches(".bz2").trim_end_matches(".xz");
    let extension = stem.rsplit_once('.').map_or("", |(_, extension)| extension);
    let dump = ["dump", "backup", "bkp", "export"].iter().any(|word| stem.contains(word));
    match extension {
        "sqlite3" | "sqlite" | "dump" | "mdb" | "rdb" => true,
        "db" => lower != "thumbs.db",
        "sql" => dump,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::collected;
    use crate::date::Date;
    use crate::project::{Given, Project};

    fn facts(project: &Project) -> Facts {
        let given = Given::nothing(Date::parse("2026-11-21").unwrap());
        collected(&Git, project, &given, &Facts::default())
    }

    #[test]
    fn without_a_repository_only_the_rules_are_known() {
        let project = Project::of_texts([
            (".gitignore", "*.pyc\n"),
            (".env", "SECRET_KEY=x7Qm2Vt9Lp4Rz8Kc1Wd6Jb3N"),
            (".env.example", "SECRET_KEY="),
            ("deploy/tls.key", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"),
            ("deploy/chain.pem", "-----BEGIN CERTIFICATE-----"),
            ("tests/tls.key", "-----BEGIN PRIVATE KEY-----"),
            ("db.sqlite3", ""),
            ("schema.sql", ""),
        ]);
        let facts = facts(&project);
        assert_eq!(facts.at("git.unignored-env").value, Value::from(".env"));
        assert_eq!(facts.at("git.env-files.0.path").value, Value::from(".env"));
        assert_eq!(facts.at("git.env-files.0.holds-secrets").value, Value::Bool(true));
        assert_eq!(facts.at("git.env-files.1").value, Value::Absent);
        assert!(matches!(facts.at("git.env-files.0.tracked").value, Value::Unknown(_)));
        assert_eq!(facts.at("git.private-keys").value.items().len(), 1);
        assert_eq!(facts.at("git.database-files").value.items().len(), 1);
    }

    #[test]
    fn without_git_there_is_nothing_to_know() {
        assert!(!facts(&Project::of_texts([(".env", "A=1")])).found("git"));
    }
}
