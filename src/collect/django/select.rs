//! Which settings module production runs, and why it is this one.

use std::collections::BTreeSet;

use super::class;
use super::named::{DEFAULTS, Named, named};
use crate::collect::Sources;
use crate::fact::{Fact, Facts, Ignorance, Place, ProjectPath, Value};
use crate::project::Role;
use crate::python::{Interpreter, Namespace};

/// The settings that are judged.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Selected {
    /// The dotted name of the module.
    pub(super) module: String,
    /// Its file.
    pub(super) file: ProjectPath,
    /// The class in it that holds the settings, with django-configurations.
    pub(super) class: Option<String>,
    /// Why it is this one.
    pub(super) because: String,
    /// If the module of production is named only at deploy time: why what this one leaves out may be
    /// set there.
    pub(super) part_of: Option<Ignorance>,
    /// The modules that files which deploy name, and that are not beside the other settings.
    pub(super) missing: Vec<Fact>,
}

impl Selected {
    /// As `django.settings-module` has it.
    pub(super) fn fact(&self) -> Fact {
        let at = |fact: Fact| fact.at(Place::whole(&self.file));
        let class = self.class.as_deref().map_or_else(Fact::absent, Fact::derived);
        at(Fact::derived(Value::record([
            ("name", at(Fact::derived(self.module.as_str()))),
            ("class", at(class)),
            ("file", at(Fact::derived(self.file.as_str()))),
            ("because", at(Fact::derived(self.because.as_str()))),
            ("missing", at(Fact::derived(self.missing.clone()))),
        ])))
    }

    /// What the module sets.
    pub(super) fn evaluated(&self, interpreter: &mut Interpreter<'_>) -> Namespace {
        match &self.class {
            Some(class) => {
                let mut settings = interpreter.class(&self.file, class);
                // What neither the class nor Django has is what the module around the class says.
                let own = super::defaults::defaults("").into_iter().map(|(name, _)| name);
                let own: BTreeSet<&str> = own.collect();
                let around = interpreter.module(&self.file).variables;
                for (name, fact) in around.into_iter().filter(|it| !own.contains(it.0.as_str())) {
                    settings.variables.entry(name).or_insert(fact);
                }
                settings
            }
            None => interpreter.module(&self.file),
        }
    }
}

/// The settings module of production; none if the service has no settings.
pub(super) fn select(sources: &Sources<'_>, so_far: &Facts) -> Option<Selected> {
    let places = Places::of(sources);
    if let Some(given) = &sources.given.settings {
        let (module, class) = given.split_once(':').unwrap_or((given, ""));
        let named = Named {
            module: module.trim_end_matches(".py").replace('/', "."),
            class: (!class.is_empty()).then(|| class.to_owned()),
            by: "it was named as the settings of production".to_owned(),
            deployed_at: None,
        };
        return places.selected(&named);
    }
    let named = named(sources, so_far);
    let missing = places.missing(&named);
    let selected = decide(&places, &named, so_far)?;
    Some(class::with_class(Selected { missing, ..selected }, sources, so_far))
}

/// The module that is likeliest to run, of those that are named and those that are there.
fn decide(places: &Places<'_>, named: &[Named], so_far: &Facts) -> Option<Selected> {
    let sources = places.sources;
    let found: Vec<Selected> = named
        .iter()
        .filter_map(|each| places.selected(each))
        .filter(|each| !is_empty_package(sources, &each.file))
        .collect();
    let siblings = places.siblings(&found);
    let production = siblings.iter().find(|file| Role::of(file) == Role::Production);
    if let Some(first) = found.iter().find(|each| counts(sources, &each.file)) {
        // What only a default names is often what the modules of each environment build on.
        let vague = first.because.contains(DEFAULTS) && is_foundation(sources, &first.file);
        if let (true, Some(production)) = (vague, production) {
            return places.of_file(production, "it is named for production");
        }
        return Some(first.clone());
    }
    if let Some(production) = production {
        return places.of_file(production, "it is named for production");
    }
    let mut chosen = unnamed(places, &siblings, &found)?;
    let file = &chosen.file;
    chosen.part_of = named_later(so_far, file)
        .or_else(|| written_later(sources, file))
        .or_else(|| (!found.is_empty()).then(|| built_upon(file)));
    Some(chosen)
}

/// The settings module where no file names one, and none is named for production.
fn unnamed(places: &Places<'_>, siblings: &[ProjectPath], found: &[Selected]) -> Option<Selected> {
    let neutral: Vec<&ProjectPath> =
        siblings.iter().filter(|file| counts(places.sources, file)).collect();
    match neutral.as_slice() {
        [] => found.iter().find(|each| Role::of(&each.file).counts()).cloned().or_else(|| {
            let first = siblings.iter().find(|file| Role::of(file).counts())?;
            places.of_file(first, "no other settings module is here")
        }),
        [only] => {
            places.of_file(only, "it is the only settings module that is not for development")
        }
        [first, ..] => match (places.likeliest(&neutral), places.wholes(&neutral).as_slice()) {
            (None, [only]) => places.of_file(
                only,
                "no file that deploys names another, and it is neither a part of one nor for the build",
            ),
            (None, [whole, ..]) => places.of_file(whole, "no file that deploys names another"),
            (likeliest, _) => places
                .of_file(likeliest.unwrap_or(first), "no file that deploys names another"),
        },
    }
}

/// Where the deployment takes the name of the module from a variable: that it may be another one.
fn named_later(so_far: &Facts, file: &ProjectPath) -> Option<Ignorance> {
    let paths = ["env.variables", "compose.environment", "docker.environment"];
    let is_open = paths.iter().any(|path| {
        let fact = so_far.at(&format!("{path}.DJANGO_SETTINGS_MODULE"));
        matches!(fact.value, Value::Unknown(_)) && fact.provenance.place.is_some()
    });
    is_open.then(|| {
        let why = format!("`DJANGO_SETTINGS_MODULE` is given at deploy time, and `{file}` sets no SECRET_KEY: production runs another module");
        Ignorance::new(why).settled_by("name it with `--settings`")
    })
}

/// Where an example of production's module lies beside the one that is here: that what it is copied to runs.
fn written_later(sources: &Sources<'_>, file: &ProjectPath) -> Option<Ignorance> {
    let folder = file.folder();
    let is_example = |path: &&ProjectPath| {
        let words = path.stem().split(|c: char| !c.is_ascii_alphanumeric());
        path.extension() == "py"
            && path.folder() == folder
            && Role::of(path) == Role::Example
            && words.into_iter().any(|word| Role::of(&ProjectPath::new(word)) == Role::Production)
    };
    let example = sources.service.files().find(is_example)?;
    let why =
        format!("production runs what `{example}` is copied to, and `{file}` is a part of that");
    Some(Ignorance::new(why).settled_by("name it with `--settings`"))
}

/// Where the program names only the developer's module: that production runs another, which builds on this one.
fn built_upon(file: &ProjectPath) -> Ignorance {
    let why = format!("`{file}` sets no SECRET_KEY: production runs a module that builds on it");
    Ignorance::new(why).settled_by("name it with `--settings`")
}

/// Whether a module may be that of production: neither named for development nor built on one that is.
fn counts(sources: &Sources<'_>, file: &ProjectPath) -> bool {
    match Role::of(file) {
        Role::Production => true,
        role => role.counts() && !builds_on_development(sources, file),
    }
}

/// Names of modules on which those of each environment build.
const FOUNDATIONS: &[&str] = &["base.py", "common.py", "defaults.py", "default.py", "shared.py"];

fn is_foundation(sources: &Sources<'_>, file: &ProjectPath) -> bool {
    FOUNDATIONS.contains(&file.name())
        || (file.name() == "settings.py"
            && sources.project.has_listed(&file.folder().join("settings_production.py")))
}

/// Whether a file is an `__init__.py` that sets nothing: the module is named elsewhere then.
fn is_empty_package(sources: &Sources<'_>, file: &ProjectPath) -> bool {
    file.name() == "__init__.py"
        && sources
            .project
            .read(file)
            .is_ok_and(|text| !sets_names(text) && !text.contains("import"))
}

/// Whether a module takes over all names of one that is for development: `from .dev import *`. One beside it that is
/// not in the project (`from .local_settings import *`) comes with the deployment.
fn builds_on_development(sources: &Sources<'_>, file: &ProjectPath) -> bool {
    sources.project.read(file).is_ok_and(|text| {
        text.lines().filter_map(|line| line.strip_prefix("from ")).any(|line| {
            let Some((module, names)) = line.split_once(" import ") else {
                return false;
            };
            let module = module.trim();
            let last = module.rsplit('.').next().unwrap_or_default();
            let is_here = module.strip_prefix('.').is_none_or(|beside| {
                beside.contains('.')
                    || sources.project.has_listed(&file.folder().join(&format!("{beside}.py")))
            });
            names.trim_start().starts_with('*')
                && is_here
                && matches!(Role::of(&ProjectPath::new(last)), Role::Development | Role::Test)
        })
    })
}

/// Whether a settings module chooses another by itself.
fn dispatches(sources: &Sources<'_>, file: &ProjectPath) -> bool {
    file.name() == "__init__.py"
        && sources.project.read(file).is_ok_and(|text| text.contains("import"))
}

/// Where modules of the service can be, and which of them are settings.
struct Places<'s> {
    sources: &'s Sources<'s>,
    roots: Vec<ProjectPath>,
    settings: Vec<ProjectPath>,
}

impl<'s> Places<'s> {
    fn of(sources: &'s Sources<'s>) -> Self {
        let files = || sources.service.programs();
        let beside_manage =
            files().filter(|path| path.name() == "manage.py").map(ProjectPath::folder);
        let usual = [sources.service.root.clone(), sources.service.root.join("src")];
        let mut roots: Vec<ProjectPath> = Vec::new();
        for root in beside_manage.chain(usual).chain([ProjectPath::new("")]) {
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        let settings = files().filter(|path| is_settings(sources, path)).cloned().collect();
        Self { sources, roots, settings }
    }

    fn selected(&self, named: &Named) -> Option<Selected> {
        let below = named.module.replace('.', "/");
        let file = self.roots.iter().find_map(|root| {
            let base = root.join(&below);
            let candidates = [base.join("__init__.py"), ProjectPath::new(&format!("{base}.py"))];
            candidates.into_iter().find(|file| self.sources.service.sees(file))
        })?;
        Some(Selected {
            module: named.module.clone(),
            file,
            class: named.class.clone(),
            because: named.by.clone(),
            part_of: None,
            missing: Vec::new(),
        })
    }

    /// The modules that files which deploy name and that are not there, although other settings are in
    /// their folder.
    fn missing(&self, named: &[Named]) -> Vec<Fact> {
        let mut missing: Vec<Fact> = Vec::new();
        for each in named {
            let Some(place) = &each.deployed_at else {
                continue;
            };
            let below = ProjectPath::new(&format!("{}.py", each.module.replace('.', "/")));
            let folders: Vec<ProjectPath> =
                self.roots.iter().map(|root| root.join(below.folder().as_str())).collect();
            let has_others = self.settings.iter().any(|file| folders.contains(&file.folder()));
            let known = missing.iter().any(|fact| fact.value.text() == Some(each.module.as_str()));
            if Role::of(&below).counts() && !known && has_others && self.selected(each).is_none() {
                missing.push(Fact::derived(each.module.as_str()).at(place.clone()));
            }
        }
        missing
    }

    /// All settings modules: those named so, and those beside one that is named by a file.
    fn siblings(&self, found: &[Selected]) -> Vec<ProjectPath> {
        let folders: Vec<&str> = found.iter().map(|each| each.file.folder_text()).collect();
        let beside = self.sources.service.programs().filter(|path| {
            path.name() != "__init__.py"
                && folders.contains(&path.folder_text())
                && Role::of(path) == Role::Production
                && self.sources.project.read(path).is_ok_and(sets_names)
        });
        let mut all = self.settings.clone();
        all.extend(beside.filter(|path| !self.settings.contains(path)).cloned());
        all
    }

    fn of_file(&self, file: &ProjectPath, because: &str) -> Option<Selected> {
        let below = self.roots.iter().find_map(|root| file.within(root))?;
        let module = below.trim_end_matches(".py").trim_end_matches("/__init__").replace('/', ".");
        Some(Selected {
            module,
            file: file.clone(),
            class: None,
            because: because.to_owned(),
            part_of: None,
            missing: Vec::new(),
        })
    }

    /// Of several modules those that are whole: no other one imports them, and they are not named
    /// for the build or for the files that it collects.
    fn wholes<'f>(&self, files: &[&'f ProjectPath]) -> Vec<&'f ProjectPath> {
        let texts = files.iter().filter_map(|file| self.sources.project.read(file).ok());
        let imported: Vec<&str> = texts.flat_map(str::lines).filter_map(imported).collect();
        let is_part = |file: &ProjectPath| {
            let stem = file.name().trim_end_matches(".py");
            imported.contains(&stem) || FOR_BUILD.contains(&stem)
        };
        files.iter().filter(|file| !is_part(file)).copied().collect()
    }

    /// Of several modules that no file tells apart, the one on which the others build least.
    fn likeliest<'f>(&self, files: &[&'f ProjectPath]) -> Option<&'f ProjectPath> {
        let plain = files.iter().find(|file| file.name() == "settings.py");
        let package = files
            .iter()
            .find(|file| file.name() == "__init__.py" && dispatches(self.sources, file));
        package.or(plain).copied()
    }
}

/// Names of settings that only the build runs.
const FOR_BUILD: &[&str] = &["build", "static", "collectstatic", "docker_build"];

/// The last name of the module that a line takes names from.
fn imported(line: &str) -> Option<&str> {
    let (module, _) = line.strip_prefix("from ")?.split_once(" import ")?;
    module.trim().rsplit('.').next()
}

/// Whether a file holds Django settings, by its name and what it says.
fn is_settings(sources: &Sources<'_>, path: &ProjectPath) -> bool {
    let stem = path.stem();
    // `settings/production/__init__.py` is a module like `settings/production.py`.
    let of_environment = stem == "__init__"
        && path.folder().folder_name() == "settings"
        && Role::of(path) != Role::Neutral;
    let in_package = path.folder_name() == "settings" || of_environment;
    let named = stem == "settings" || stem.starts_with("settings_") || stem.ends_with("_settings");
    (named || in_package)
        && sources.project.read(path).is_ok_and(|text| sets_names(text) && !asks_settings(text))
}

/// Whether a text reads the settings, as the `settings.py` of a library does: it is none then.
fn asks_settings(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("from django.conf import settings"))
}

/// Whether a text assigns a name in capitals at its margin, or takes all names of another module.
fn sets_names(text: &str) -> bool {
    text.lines().any(|line| {
        let name = line.split([' ', '=', ':', '[', '.', '+']).next().unwrap_or_default();
        let capital = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        (capital && line.contains('=')) || (line.starts_with("from ") && line.ends_with("import *"))
    })
}
