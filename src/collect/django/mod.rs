//! The settings that production runs: the facts under `django`.

mod carry;
mod class;
mod completed;
mod csrf_view;
mod defaults;
mod derive;
mod dispatch;
mod fallback;
mod issued;
mod logins;
mod named;
mod refused;
mod routes;
mod select;
mod switch;
mod tracker;
mod version;
mod words;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Collector, Sources};
use crate::fact::secret::concealed;
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Fields, Ignorance, Kind, Origin, Place, ProjectPath, Provenance,
    Record, Value, WhenMissing,
};
use crate::project::Role;
use crate::project::service::is_command_line;
use crate::python::{Environment, Library, Namespace, Read};
use dispatch::Evaluated;

/// Knows the settings that production runs.
pub struct Django;

const MODULE: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its dotted name."),
    FactSpec::new(
        "class",
        Kind::Text,
        "The class in it that holds the settings, with django-configurations; absent without.",
    ),
    FactSpec::new("file", Kind::Text, "Its file."),
    FactSpec::new("because", Kind::Text, "Why it is this one."),
    FactSpec::new(
        "missing",
        Kind::List(&Kind::Text),
        "The modules that files which deploy name, and that are not beside the other settings.",
    ),
];

/// The fields of `django.variables` and its like.
pub(in crate::collect) const VARIABLE: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its name."),
    FactSpec::new("required", Kind::Bool, "Whether the settings do not load without it."),
    FactSpec::new(
        "sometimes-required",
        Kind::Bool,
        "Whether they may not load without it, as a condition has it that is not known.",
    ),
    FactSpec::new(
        "set",
        Kind::Bool,
        "Whether somebody is seen to set it; unknown if it may be given at deploy time.",
    ),
    FactSpec::new(
        "expected",
        Kind::Bool,
        "Whether it is given by a file that is not here, as the file's example tells.",
    ),
    FactSpec::new(
        "default",
        Kind::Any,
        "What stands for it where nobody sets it; absent if nothing does.",
    ),
];

const OWN: &[FactSpec] = &[
    FactSpec::new(
        "django.settings-module",
        Kind::Record(MODULE),
        "The settings module that production runs.",
    ),
    FactSpec::new(
        "django.version",
        Kind::Text,
        "The release of Django: the pinned one, else the newest known (then its origin is `default`).",
    ),
    FactSpec::new(
        "django.settings",
        Kind::Open(&Kind::Any),
        "Every setting by its name, Django's defaults included (their origin is `default`). \
         Durations are numbers of seconds, `None` is absent.",
    ),
    FactSpec::new(
        "django.loads",
        Kind::Bool,
        "Whether the settings module loads: false if it stops with an exception.",
    ),
    FactSpec::new(
        "django.stopped-by",
        Kind::Text,
        "What stops the settings from loading; absent if they load.",
    ),
    FactSpec::new(
        "django.falls-back-to-development",
        Kind::Bool,
        "Whether `wsgi.py`, `asgi.py` or the package of settings runs settings for development unless it is told \
         others; absent if a file that deploys tells them, or if nothing is the default.",
    ),
    FactSpec::new(
        "django.debug-when-told-off",
        Kind::Bool,
        "Whether DEBUG is on although its variable says `False` or `0`; absent if no variable decides.",
    ),
    FactSpec::new(
        "django.variables",
        Kind::List(&Kind::Record(VARIABLE)),
        "The environment variables that the settings ask for.",
    ),
];

static SPECS: LazyLock<Vec<FactSpec>> = LazyLock::new(|| [OWN, derive::DERIVED].concat());

impl Collector for Django {
    fn domain(&self) -> Domain {
        Domain {
            name: "django",
            means: "the settings that production runs",
            when_missing: WhenMissing::NotApplicable("no Django project is here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        &SPECS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        path.extension() == "py"
    }

    fn collect(&self, sources: &Sources<'_>, so_far: &Facts) -> Facts {
        let mut facts = Facts::default();
        if !is_django(sources, so_far) {
            return facts;
        }
        let version = version::version(sources.given, so_far);
        let Some(selected) = select::select(sources, so_far) else {
            if has_manage(sources) {
                let why = Ignorance::new("no settings of production are in the project")
                    .settled_by("name them with `--settings`");
                let known = [("version", version), ("settings-module", Fact::absent())];
                facts.put("django", Fact::derived(Record::new(known, Some(why))));
            }
            return facts;
        };
        let place = Place::whole(&selected.file);
        facts.put("django.settings-module", selected.fact());
        let given = environment(so_far);
        let mut library = Library::new(sources.project, sources.service);
        let (Evaluated { mut namespace, reads, .. }, open) =
            dispatch::evaluated(sources, &mut library, &selected, &given);
        if !namespace.variables.contains_key("SECRET_KEY") {
            namespace.rest = namespace.rest.or(selected.part_of.clone());
        }
        namespace = completed::completed(namespace);
        let release = defaults::release(version.value.text().unwrap_or_default());
        if namespace.raised.is_none() {
            namespace.raised = refused::refused(&namespace, release);
        }
        let loads = loads(&namespace).at(place.clone());
        facts.put("django.stopped-by", stopped_by(&namespace).at(place.clone()));
        let settings = settings(namespace, &version, &place);
        facts.put("django.variables", variables(&reads, &given));
        derive::derive(&settings, so_far, &mut facts);
        derive::derive_deployment(&settings, release, so_far, &mut facts);
        issued::derive(sources, &settings, &mut facts);
        facts.put("django.csrf-failure-view", csrf_view::found(sources, &settings));
        routes::derive(sources, &settings, &mut facts);
        let falls_back = fallback::is_development(sources, &selected, open.as_ref(), so_far);
        facts.put("django.falls-back-to-development", falls_back);
        logins::derive(sources, &settings, so_far, &mut facts);
        tracker::derive(sources, &settings, so_far, &mut facts);
        facts.put(
            "django.debug-when-told-off",
            switch::told_off(
                &mut library,
                &selected,
                open.map_or(given, |open| open.environment),
                &settings,
            ),
        );
        facts.put("django.settings", Fact::derived(settings).at(place));
        facts.put("django.version", version);
        facts.put("django.loads", loads);
        facts
    }
}

/// Whether the service is a Django project, and not another one that has a `settings.py` too.
fn is_django(sources: &Sources<'_>, so_far: &Facts) -> bool {
    let names = so_far.at("requirements.names");
    let requires =
        |name: &str| names.value.items().iter().any(|item| item.value.text() == Some(name));
    if has_manage(sources) || requires("django") || sources.given.settings.is_some() {
        return true;
    }
    let other = ["flask", "fastapi", "starlette", "quart"].iter().any(|name| requires(name));
    let makes_other = || sources.wanted.iter().any(|path| sources.project.makes_application(path));
    !other && sources.wanted.iter().any(|path| path.as_str().contains("settings")) && !makes_other()
}

fn has_manage(sources: &Sources<'_>) -> bool {
    sources.wanted.iter().any(|path| {
        path.name() == "manage.py"
            && Role::of(path).counts()
            && sources
                .project
                .read(path)
                .is_ok_and(|text| text.contains("django") && is_command_line(text))
    })
}

/// The environment that the facts so far tell.
pub(in crate::collect) fn environment(so_far: &Facts) -> Environment {
    let variables = match &so_far.at("env.variables").value {
        Value::Record(record) => record.fields.clone(),
        _ => Fields::default(),
    };
    let whole = so_far.at("env.whole").value.bool().unwrap_or(false);
    let names = &so_far.at("env.expected-names").value;
    let unseen = matches!(names, Value::List(list) if list.rest.is_some());
    let expected = names.items().iter().filter_map(|name| name.value.text());
    let expected = expected.map(str::to_owned).collect();
    Environment { variables, whole, expected, unseen }
}

fn loads(namespace: &Namespace) -> Fact {
    match (&namespace.raised, &namespace.rest) {
        (Some(_), _) => Fact::derived(false),
        (None, Some(why)) => Fact::derived(Value::Unknown(why.clone())),
        (None, None) => Fact::derived(true),
    }
}

/// What stops the settings from loading; absent if nothing does.
fn stopped_by(namespace: &Namespace) -> Fact {
    match (&namespace.raised, &namespace.rest) {
        (Some(why), _) => Fact::derived(&*why.why),
        (None, Some(why)) => Fact::derived(Value::Unknown(why.clone())),
        (None, None) => Fact::absent(),
    }
}

/// All settings: those that are set, and Django's defaults for the others where it is known that
/// they are not set. `place` is the module, where such a setting would have to stand.
fn settings(namespace: Namespace, version: &Fact, place: &Place) -> Record {
    let stopped = namespace.raised.clone();
    let rest = namespace.raised.or(namespace.rest);
    let release = version.value.text().unwrap_or_default().to_owned();
    let mut defaults: BTreeMap<&str, Value> = defaults::defaults(&release).into_iter().collect();
    let mut fields = Fields::with_capacity(defaults.len() + namespace.variables.len());
    let set = namespace.variables.into_iter().filter(|(name, _)| is_setting(name));
    let set = set.map(|(name, fact)| {
        // What a module had set before it stopped, nobody runs.
        let fact = match &stopped {
            Some(why) => Fact { value: Value::Unknown(why.clone()), ..fact },
            None => concealed(&name, fact),
        };
        (name.into(), fact)
    });
    fields.extend(set);
    // Before Django 2.0 the middleware has another name, too.
    if let (true, Some(classes), None) =
        (release.starts_with("1."), fields.get("MIDDLEWARE_CLASSES"), fields.get("MIDDLEWARE"))
    {
        let classes = classes.clone();
        fields.insert("MIDDLEWARE".into(), classes);
    }
    for (name, fact) in &mut fields {
        fill(fact, defaults.get(&**name).unwrap_or(&Value::Absent));
    }
    if rest.is_none() {
        defaults.retain(|name, _| !fields.contains_key(*name));
        fields.extend(defaults.into_iter().map(|(name, value)| {
            let mut fact = by_default(value, place);
            let variables = namespace.passed_over.get(name).into_iter().flatten();
            fact.provenance.variables = variables.cloned().collect();
            (name.into(), fact)
        }));
    }
    Record { fields, rest }
}

/// Puts the default in for those ways through the module that do not set a setting.
fn fill(fact: &mut Fact, default: &Value) {
    let unset =
        |fact: &Fact| fact.value == Value::Absent && fact.provenance.origin == Origin::Default;
    if unset(fact) {
        fact.value = default.clone();
    } else if let Value::OneOf(alternatives) = &mut fact.value {
        for alternative in alternatives.iter_mut().filter(|each| unset(each)) {
            alternative.value = default.clone();
        }
        fact.value = Value::one_of(std::mem::take(alternatives));
    }
}

fn by_default(value: Value, place: &Place) -> Fact {
    Fact { value, provenance: Provenance::new(Origin::Default).at(place.clone()) }
}

/// What Django takes for a setting: a name without small letters.
fn is_setting(name: &str) -> bool {
    name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
}

/// The variables that the settings ask for, as facts.
pub(in crate::collect) fn variables(reads: &[Read], environment: &Environment) -> Fact {
    let each = reads.iter().map(|read| {
        let set = if read.set || environment.whole {
            Fact::derived(read.set)
        } else {
            let why = Ignorance::new("nobody is seen to set it; it may be given at deploy time")
                .settled_by("give `--env-file`");
            Fact::derived(Value::Unknown(why))
        };
        let expected = environment.expected.contains(&read.name);
        let default = read.default.clone().unwrap_or_else(Fact::absent);
        Fact::derived(Value::record([
            ("name", Fact::derived(read.name.as_str()).at(read.place.clone())),
            ("required", Fact::derived(read.required).at(read.place.clone())),
            ("sometimes-required", Fact::derived(read.sometimes_required).at(read.place.clone())),
            ("set", set.at(read.place.clone())),
            ("expected", Fact::derived(expected).at(read.place.clone())),
            ("default", concealed(&read.name, default)),
        ]))
        .at(read.place.clone())
    });
    Fact::derived(Value::list(each.collect()))
}

#[cfg(test)]
mod tests;
