//! The Python packages that the project asks for: the facts under `requirements`.
//!
//! Only what production installs counts: lists for development, tests and documentation are passed over,
//! and so are the groups of `pyproject.toml` that are named so.

mod indexes;
mod interpreter;
mod listing;
mod lock;
mod manifest;
mod reading;
mod specifier;
mod support;
mod vulnerable;

use std::collections::BTreeSet;

use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, Kind, Place, ProjectPath, Value, WhenMissing,
};
use crate::project::{Given, Installed, Project, Role, Service};
use reading::Reading;
use specifier::Dialect;

/// Knows the Python packages that the project asks for.
pub struct Requirements;

const PACKAGE: &[FactSpec] = &[
    FactSpec::new(
        "name",
        Kind::Text,
        "The name as the package index normalises it: `psycopg2-binary`.",
    ),
    FactSpec::new(
        "version",
        Kind::Text,
        "The one version that is installed; absent if none is pinned.",
    ),
    FactSpec::new("pinned", Kind::Bool, "Whether every installation gets the same version."),
    FactSpec::new("specifier", Kind::Text, "The versions it admits, as written; empty for any."),
    FactSpec::new("file", Kind::Text, "The file that asks for it."),
    FactSpec::new("hashed", Kind::Bool, "Whether the hash of the archive is written beside it."),
];

const SUPPORT: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The name of the package."),
    FactSpec::new("version", Kind::Text, "The version that is pinned; absent if none is."),
    FactSpec::new("series", Kind::Text, "The newest release series that may be installed: `5.2`."),
    FactSpec::new("ends", Kind::Text, "The day on which its security support ends: `2028-04-30`."),
    FactSpec::new("days-left", Kind::Number, "How far off that day is; negative once it is past.")
        .in_unit("days"),
];

const FACTS: &[FactSpec] = &[
    FactSpec::new(
        "requirements.packages",
        Kind::List(&Kind::Record(PACKAGE)),
        "What production installs, in the order of the files.",
    ),
    FactSpec::new(
        "requirements.versions",
        Kind::Open(&Kind::Text),
        "The version of each package that is pinned, in a list or a lock file, by its normal name.",
    ),
    FactSpec::new(
        "requirements.names",
        Kind::List(&Kind::Text),
        "The normal names of all packages asked for, each once, sorted.",
    ),
    FactSpec::new(
        "requirements.locked",
        Kind::Bool,
        "Whether a lock file of Poetry, uv, PDM or Pipenv is there.",
    ),
    FactSpec::new(
        "requirements.support",
        Kind::List(&Kind::Record(SUPPORT)),
        "How long the Django asked for gets security fixes; empty without Django.",
    ),
    FactSpec::new(
        "requirements.vulnerabilities",
        Kind::List(&Kind::Record(vulnerable::FIELDS)),
        "The known vulnerabilities of the versions that are pinned, in a list or a lock file. Unknown without a database of them or a service that tells them.",
    ),
    FactSpec::new(
        "requirements.indexes",
        Kind::List(&Kind::Record(indexes::INDEX)),
        "Where packages are fetched from, as far as files say so, and the hosts that need not prove who they are.",
    ),
    FactSpec::new(
        "requirements.pythons",
        Kind::List(&Kind::Record(interpreter::PYTHON)),
        "The Pythons that `runtime.txt` and `.python-version` name.",
    ),
];

impl Collector for Requirements {
    fn domain(&self) -> Domain {
        Domain {
            name: "requirements",
            means: "the Python packages that the project asks for",
            when_missing: WhenMissing::NotApplicable("no list of Python packages is here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        is_listing(path)
            || is_manifest(path)
            || lock::NAMES.contains(&path.name())
            || is_beside(path)
    }

    fn collect(&self, sources: &Sources<'_>, _so_far: &Facts) -> Facts {
        let reading = Reading::of(sources);
        let mut facts = Facts::default();
        let pythons = interpreter::pythons(sources);
        if pythons.is_empty()
            && reading.packages.is_empty()
            && reading.rest.is_none()
            && reading.locks == 0
        {
            return facts;
        }
        let packages: Vec<Fact> =
            reading.packages.iter().map(|package| reading.fact(package)).collect();
        facts.put("requirements.packages", reading.open_list(packages));
        facts.put("requirements.versions", reading.versions());
        facts.put("requirements.names", reading.names());
        let advisories = sources.given.advisories.as_deref();
        let vulnerabilities = vulnerable::vulnerabilities(&reading, advisories);
        facts.put("requirements.vulnerabilities", vulnerabilities);
        facts.put("requirements.indexes", Fact::derived(indexes::indexes(sources)));
        facts.put("requirements.pythons", Fact::derived(interpreter::pythons(sources)));
        facts.put("requirements.locked", Fact::derived(reading.locks > 0));
        facts.put("requirements.support", reading.open_list(support(&reading, sources)));
        facts
    }
}

/// The versions of all packages that the services install, as far as they are known.
pub fn installed(project: &Project, services: &[Service], given: &Given) -> BTreeSet<Installed> {
    let of_service = |service: &Service| {
        let wanted: Vec<&ProjectPath> =
            service.files().filter(|path| Requirements.wants(path)).collect();
        let sources = Sources { project, service, wanted: &wanted, given };
        vulnerable::installed(&Reading::of(&sources))
    };
    services.iter().flat_map(of_service).collect()
}

/// Whether a file says something about packages, and lists none.
fn is_beside(path: &ProjectPath) -> bool {
    interpreter::names_python(path) || indexes::is_configuration(path)
}

/// More lines that ask for Django are not looked at.
const MAX_DJANGOS: usize = 50;

/// One for each release of Django asked for.
fn support(reading: &Reading, sources: &Sources<'_>) -> Vec<Fact> {
    let mut support: Vec<Fact> = Vec::new();
    for package in
        reading.packages.iter().filter(|package| package.name == "django").take(MAX_DJANGOS)
    {
        let found = support::django(package, reading.lock_of(package), sources.given.today);
        let series = |fact: &Fact| fact.value.field("series").map(|series| series.value.clone());
        let same = |known: &Fact| series(known) == series(&found);
        if !support.iter().any(same) {
            support.push(found);
        }
    }
    support
}

/// A package that a file asks for.
#[derive(Clone, Debug)]
struct Package {
    name: String,
    specifier: String,
    dialect: Dialect,
    /// The exact version, if the file itself or its constraints pin one.
    version: Option<String>,
    hashed: bool,
    place: Place,
    file: ProjectPath,
}

/// What a file asks for, with all that it includes.
#[derive(Debug, Default)]
struct Listed {
    packages: Vec<Package>,
    /// Why there may be more.
    rest: Option<Ignorance>,
    files: Vec<ProjectPath>,
}

/// The version that the file pins itself, else that of the lock file, else absent.
fn pinned_version(package: &Package, locked: Option<&Fact>) -> Fact {
    match (&package.version, locked) {
        (Some(version), _) => Fact::literal(version.as_str(), package.place.clone()),
        (None, Some(locked)) => locked.clone(),
        (None, None) => Fact::literal(Value::Absent, package.place.clone()),
    }
}

/// Words of lists that serve a tool and not the program.
const TOOL_WORDS: &[&str] = &["lint", "linting", "typing", "mypy", "format", "benchmark", "bench"];

/// Whether a file is a list of requirements for production as pip reads them.
fn is_listing(path: &ProjectPath) -> bool {
    let is_text =
        ["txt", "in", "pip"].iter().any(|ending| path.extension().eq_ignore_ascii_case(ending));
    if !is_text {
        return false;
    }
    let name = path.name().to_lowercase();
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let named = ["requirement", "reqs"].iter().any(|start| stem.starts_with(start));
    let is_tool =
        || stem.split(|c: char| !c.is_alphanumeric()).any(|word| TOOL_WORDS.contains(&word));
    (named || path.folder().name() == "requirements") && Role::of(path).counts() && !is_tool()
}

fn is_manifest(path: &ProjectPath) -> bool {
    matches!(path.name(), "pyproject.toml" | "Pipfile") && Role::of(path).counts()
}

/// Whether a file is what people write and a tool turns into a list or lock of exact versions.
fn is_source(path: &ProjectPath) -> bool {
    is_manifest(path) || path.extension() == "in"
}
