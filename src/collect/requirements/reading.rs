//! All lists of a service put together: what is asked for, and what pins it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Package, is_beside, is_manifest, is_source, listing, lock, manifest, pinned_version};
use crate::collect::Sources;
use crate::fact::{Fact, Ignorance, List, ProjectPath, Record, Value};

/// All that the files of a service say about its packages.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) packages: Vec<Package>,
    pub(super) rest: Option<Ignorance>,
    /// How many lock files there are.
    pub(super) locks: usize,
    /// The versions in the lock files, and in lists of exact versions.
    locked: BTreeMap<String, Fact>,
    /// Why a lock file may hold more.
    locked_rest: Option<Ignorance>,
}

impl Reading {
    pub(super) fn of(sources: &Sources<'_>) -> Self {
        let mut reading = Self::default();
        let mut seen: BTreeSet<ProjectPath> = BTreeSet::new();
        for path in sources.wanted.iter().copied().filter(|path| !is_beside(path)) {
            if lock::NAMES.contains(&path.name()) {
                reading.take_lock(sources, path);
                continue;
            }
            let listed = match is_manifest(path) {
                true => manifest::read(sources.project, path),
                false if seen.contains(path) => None,
                false => Some(listing::read(sources.project, path)),
            };
            if let Some(listed) = listed {
                reading.rest = reading.rest.or(listed.rest);
                let new = listed.packages.into_iter().filter(|each| !seen.contains(&each.file));
                reading.packages.extend(new);
                seen.extend(listed.files);
            }
        }
        reading.take_compiled();
        reading
    }

    /// A list of exact versions is to `requirements.in` what a lock file is to `pyproject.toml`.
    fn take_compiled(&mut self) {
        for package in self.packages.iter().filter(|package| !is_source(&package.file)) {
            if package.version.is_some() {
                let version = pinned_version(package, None);
                self.locked.entry(package.name.clone()).or_insert(version);
            }
        }
    }

    fn take_lock(&mut self, sources: &Sources<'_>, path: &ProjectPath) {
        self.locks += 1;
        match lock::versions(sources.project, path) {
            Ok(versions) => {
                for (name, version) in versions {
                    self.locked.entry(name).or_insert(version);
                }
            }
            Err(why) => self.locked_rest = Some(why),
        }
    }

    pub(super) fn fact(&self, package: &Package) -> Fact {
        let at = |value: Value| Fact::literal(value, package.place.clone());
        at(Value::record([
            ("name", at(Value::from(package.name.as_str()))),
            ("version", self.version(package)),
            ("pinned", at(self.pinned(package))),
            ("specifier", at(Value::from(package.specifier.as_str()))),
            ("file", at(Value::from(package.file.as_str()))),
            ("hashed", at(Value::from(package.hashed))),
        ]))
    }

    fn version(&self, package: &Package) -> Fact {
        match (self.lock_of(package), &self.locked_rest) {
            (None, Some(why)) if package.version.is_none() => {
                Fact::derived(Value::Unknown(why.clone())).at(package.place.clone())
            }
            (locked, _) => pinned_version(package, locked),
        }
    }

    /// A lock file pins what the manifest beside it asks for. Whether it also pins what a list of pip's
    /// asks for depends on which of the two is installed.
    fn pinned(&self, package: &Package) -> Value {
        let is_pinned = package.version.is_some();
        if is_pinned || self.locks == 0 {
            return Value::Bool(is_pinned || self.lock_of(package).is_some());
        }
        if is_source(&package.file) {
            return Value::Bool(true);
        }
        let why = format!(
            "`{}` does not pin it, a lock file is there, and it is not known which is installed",
            package.file
        );
        Value::Unknown(Ignorance::new(why).settled_by("pin it here too, or remove this list"))
    }

    /// The version that something other than the file itself pins.
    pub(super) fn lock_of(&self, package: &Package) -> Option<&Fact> {
        if !is_source(&package.file) {
            return None;
        }
        self.locked.get(&package.name)
    }

    pub(super) fn versions(&self) -> Fact {
        let mut versions: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
        for package in &self.packages {
            let version = self.version(package);
            if version.value != Value::Absent {
                versions.entry(package.name.clone()).or_default().push(version);
            }
        }
        for (name, version) in &self.locked {
            versions.entry(name.clone()).or_insert_with(|| vec![version.clone()]);
        }
        let fields = versions.into_iter().map(|(name, mut known)| match known.len() {
            1 => (name, known.swap_remove(0)),
            _ => {
                let provenance = known.first().map(|first| first.provenance.clone());
                let mut fact = Fact::derived(Value::one_of(known));
                fact.provenance = provenance.unwrap_or(fact.provenance);
                (name, fact)
            }
        });
        let rest = self.rest.clone().or_else(|| self.locked_rest.clone());
        Fact::derived(Record::new(fields, rest))
    }

    pub(super) fn names(&self) -> Fact {
        let mut names: BTreeMap<&str, Fact> = BTreeMap::new();
        for package in &self.packages {
            names
                .entry(&package.name)
                .or_insert_with(|| Fact::literal(package.name.as_str(), package.place.clone()));
        }
        if self.packages.is_empty() {
            let locked = self.locked.iter();
            names.extend(locked.map(|(name, version)| {
                let place = version.provenance.clone();
                (name.as_str(), Fact { value: Value::from(name.as_str()), provenance: place })
            }));
        }
        self.open_list(names.into_values().collect())
    }

    pub(super) fn open_list(&self, items: Vec<Fact>) -> Fact {
        Fact::derived(List { items, rest: self.rest.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::collected;
    use crate::collect::requirements::Requirements;
    use crate::date::Date;
    use crate::fact::Facts;
    use crate::project::{Given, Project};

    fn facts(files: &[(&str, &str)]) -> Facts {
        let project = Project::of_texts(files.iter().copied());
        let given = Given::nothing(Date::parse("2026-11-21").unwrap());
        collected(&Requirements, &project, &given, &Facts::default())
    }

    /// name, version and whether it is pinned.
    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let facts = facts(files);
        let packages = facts.at("requirements.packages");
        let shown = |package: &Fact| {
            let field = |name| package.value.field(name).unwrap().value.to_string();
            format!("{} {} {}", field("name"), field("version"), field("pinned"))
        };
        packages.value.items().iter().map(shown).collect()
    }

    const LOCK: (&str, &str) =
        ("poetry.lock", "[[package]]\nname = \"django\"\nversion = \"5.2.8\"\n");
    const RANGE: (&str, &str) =
        ("pyproject.toml", "[tool.poetry.dependencies]\ndjango = \"^5.2\"\n");

    #[test]
    fn a_lock_file_pins_what_its_manifest_asks_for() {
        assert_eq!(told(&[RANGE]), ["\"django\" not set false"]);
        assert_eq!(told(&[RANGE, LOCK]), ["\"django\" \"5.2.8\" true"]);
        let compiled = [("requirements.in", "django"), ("requirements.txt", "django==5.2.8")];
        assert_eq!(told(&compiled), ["\"django\" \"5.2.8\" true", "\"django\" \"5.2.8\" true"]);
    }

    #[test]
    fn a_lock_file_beside_an_unpinned_list_settles_nothing() {
        let why = "unknown (`requirements.txt` does not pin it, a lock file is there, and it is not \
                   known which is installed)";
        assert_eq!(
            told(&[("requirements.txt", "django"), LOCK]),
            [format!("\"django\" not set {why}")]
        );
    }

    #[test]
    fn lists_that_production_does_not_install_are_passed_over() {
        for path in [
            "requirements-dev.txt",
            "requirements/test.txt",
            "requirements/lint.txt",
            "docs/requirements.txt",
            "notes.txt",
        ] {
            assert!(!facts(&[(path, "pytest")]).found("requirements"), "{path}");
        }
        for path in ["requirements.txt", "requirements/base.txt", "backend/requirements-prod.txt"] {
            assert!(facts(&[(path, "django")]).found("requirements"), "{path}");
        }
    }

    #[test]
    fn versions_that_differ_are_one_of_them() {
        let files =
            [("requirements.txt", "a==1\nb"), ("requirements/prod.txt", "A==2\n-r gone.txt")];
        let facts = facts(&files);
        let shown = |path| facts.at(path).value.to_string();
        assert_eq!(shown("requirements.versions.a"), "one of \"1\" or \"2\"");
        assert_eq!(shown("requirements.names"), "[\"a\", \"b\", … perhaps more]");
        assert_eq!(
            shown("requirements.versions.c"),
            "unknown (`requirements/gone.txt` is not in the project)"
        );
    }
}
