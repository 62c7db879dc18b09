//! The Flask application that production runs: the facts under `flask`.

pub(in crate::collect) mod cors;
mod limiter;
mod started;

use std::sync::Arc;

use super::application::{Application, application};
use super::django::{VARIABLE, environment, variables};
use super::{Collector, Sources};
use crate::fact::secret::concealed;
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, Kind, List, Origin, Place, ProjectPath, Provenance,
    Record, Value, WhenMissing,
};

/// Knows the Flask application that production runs.
pub struct Flask;

/// The classes whose objects are Flask applications.
const CLASSES: &[&str] = &["flask.Flask", "quart.Quart"];

/// What Flask takes where the configuration says nothing (Flask 3.1, read November 2026).
const DEFAULTS: &[(&str, Default)] = &[
    ("TESTING", Default::Bool(false)),
    ("PROPAGATE_EXCEPTIONS", Default::Absent),
    ("SECRET_KEY", Default::Absent),
    ("SECRET_KEY_FALLBACKS", Default::Absent),
    ("PERMANENT_SESSION_LIFETIME", Default::Number(31 * 24 * 60 * 60)),
    ("SESSION_COOKIE_NAME", Default::Text("session")),
    ("SESSION_COOKIE_HTTPONLY", Default::Bool(true)),
    ("SESSION_COOKIE_SECURE", Default::Bool(false)),
    ("SESSION_COOKIE_SAMESITE", Default::Absent),
    ("SESSION_COOKIE_PARTITIONED", Default::Bool(false)),
    ("MAX_CONTENT_LENGTH", Default::Absent),
    ("MAX_FORM_MEMORY_SIZE", Default::Number(500_000)),
    ("TRUSTED_HOSTS", Default::Absent),
    ("PREFERRED_URL_SCHEME", Default::Text("http")),
];

/// What Flask-JWT-Extended takes where the configuration says nothing (4.7, read November 2026).
const JWT_DEFAULTS: &[(&str, Default)] = &[
    ("JWT_ACCESS_TOKEN_EXPIRES", Default::Number(15 * 60)),
    ("JWT_REFRESH_TOKEN_EXPIRES", Default::Number(30 * 24 * 60 * 60)),
    ("JWT_COOKIE_SECURE", Default::Bool(false)),
    ("JWT_COOKIE_CSRF_PROTECT", Default::Bool(true)),
];

/// A default, as a constant.
#[derive(Clone, Copy)]
enum Default {
    Absent,
    Bool(bool),
    Number(i64),
    Text(&'static str),
}

const KEY: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its name in the configuration."),
    FactSpec::new("value", Kind::Text, "The key.").secret(),
    FactSpec::new(
        "has-fallback",
        Kind::Bool,
        "Whether a text in the code stands for it where its variable is not set.",
    ),
];

/// The keys that sign or encrypt what the application hands out.
const KEYS: &[&str] =
    &["SECRET_KEY", "JWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY", "SECURITY_PASSWORD_SALT"];

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "flask.application",
        Kind::Text,
        "The file that makes or starts the application.",
    ),
    FactSpec::new(
        "flask.config",
        Kind::Open(&Kind::Any),
        "The configuration by name, Flask's defaults included (their origin is `default`). \
         Durations are numbers of seconds, `None` is absent.",
    ),
    FactSpec::new(
        "flask.cors",
        Kind::Record(cors::SPECS),
        "What Flask-CORS admits, at its widest; absent if it is not used.",
    ),
    FactSpec::new(
        "flask.debug-run",
        Kind::Bool,
        "Whether a file, run as the program itself, starts the development server with the debugger.",
    ),
    FactSpec::new(
        "flask.runs-itself",
        Kind::Bool,
        "Whether production runs such a file as the program; unknown if no file tells how it starts.",
    ),
    FactSpec::new(
        "flask.keys",
        Kind::List(&Kind::Record(KEY)),
        "The signing keys of the configuration that are set; a key that is another one is left out.",
    ),
    FactSpec::new(
        "flask.variables",
        Kind::List(&Kind::Record(VARIABLE)),
        "The environment variables that the application asks for.",
    ),
    FactSpec::new("flask.limiter", Kind::Bool, "Whether Flask-Limiter is used."),
    FactSpec::new(
        "flask.limiter-storage",
        Kind::Text,
        "Where it keeps its counters; `memory://` by default. Absent if it is not used.",
    ),
    FactSpec::new(
        "flask.limits-by-address",
        Kind::Bool,
        "Whether visitors are told apart by the address that connects (`get_remote_address`).",
    ),
    FactSpec::new(
        "flask.proxy-fix",
        Kind::Bool,
        "Whether the address is taken from what a proxy says (`ProxyFix`).",
    ),
    FactSpec::new("flask.talisman", Kind::Bool, "Whether Flask-Talisman is used."),
    FactSpec::new("flask.jwt", Kind::Bool, "Whether Flask-JWT-Extended is used."),
];

impl Collector for Flask {
    fn domain(&self) -> Domain {
        Domain {
            name: "flask",
            means: "the Flask application that production runs",
            when_missing: WhenMissing::NotApplicable("no Flask application is here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        path.extension() == "py"
    }

    fn collect(&self, sources: &Sources<'_>, so_far: &Facts) -> Facts {
        let mut facts = Facts::default();
        let application = match application(sources, so_far, CLASSES) {
            Some(Ok(application)) => application,
            Some(Err(why)) => {
                facts.put("flask", Fact::derived(Value::Unknown(why)));
                return facts;
            }
            None => return facts,
        };
        let place = Place::whole(&application.file);
        let uses = |names: &[&str]| {
            let call =
                application.calls.iter().find(|call| names.contains(&call.function.as_str()));
            call.map_or_else(
                || Fact::derived(false).at(place.clone()),
                |call| Fact::literal(true, call.place.clone()),
            )
        };
        let jwt = uses(&["flask_jwt_extended.JWTManager"]);
        let config = config(&application, so_far, jwt.value == Value::Bool(true));
        facts.put("flask.application", Fact::derived(application.file.as_str()).at(place.clone()));
        facts.put("flask.keys", keys(&config).at(place.clone()));
        let environment = environment(so_far);
        facts.put("flask.variables", variables(&application.reads, &environment));
        facts.put("flask.cors", cors::cors(&application.calls, &config));
        facts.put("flask.limiter-storage", limiter::storage(&application.calls, &config));
        facts.put(
            "flask.limits-by-address",
            limiter::by_address(sources.project, &application.calls).at(place.clone()),
        );
        facts.put("flask.proxy-fix", uses(&["werkzeug.middleware.proxy_fix.ProxyFix"]));
        facts.put("flask.config", config.at(place.clone()));
        let (debug_run, runs_itself) = started::started(sources, so_far, &application.file);
        facts.put("flask.debug-run", debug_run);
        facts.put("flask.runs-itself", runs_itself);
        facts.put("flask.limiter", uses(&["flask_limiter.Limiter"]));
        facts.put("flask.talisman", uses(&["flask_talisman.Talisman"]));
        facts.put("flask.jwt", jwt);
        facts
    }
}

/// The configuration of the application, with what stands for what it does not say.
fn config(application: &Application, so_far: &Facts, jwt: bool) -> Fact {
    let Some(made) = application.objects.first() else {
        return Fact::absent();
    };
    let mut config = made.fields.get("config").cloned().unwrap_or_else(Fact::absent);
    let attributes = [("debug", "DEBUG"), ("secret_key", "SECRET_KEY"), ("testing", "TESTING")];
    let set = attributes
        .iter()
        .filter_map(|(attribute, name)| Some((*name, made.fields.get(*attribute)?.clone())));
    let set: Vec<(&'static str, Fact)> = set.collect();
    let complete = |value: &mut Value| {
        if let Value::Record(record) = value {
            complete(Arc::make_mut(record), &set, so_far, jwt, application.cut_short.as_ref());
        }
    };
    match &mut config.value {
        Value::OneOf(alternatives) => {
            for alternative in alternatives {
                complete(&mut alternative.value);
            }
        }
        value => complete(value),
    }
    config
}

fn complete(
    record: &mut Record,
    set: &[(&'static str, Fact)],
    so_far: &Facts,
    jwt: bool,
    cut_short: Option<&Ignorance>,
) {
    record.fields.extend(set.iter().map(|(name, fact)| ((*name).into(), fact.clone())));
    if record.rest.is_none() {
        record.rest = cut_short.cloned();
    }
    if record.rest.is_none() {
        record.fields.entry("DEBUG".into()).or_insert_with(|| debug_by_default(so_far));
        let more = if jwt { JWT_DEFAULTS } else { &[] };
        for (name, default) in DEFAULTS.iter().chain(more) {
            record.fields.entry((*name).into()).or_insert_with(|| default.fact());
        }
        if jwt && let Some(key) = record.fields.get("SECRET_KEY").cloned() {
            record.fields.entry("JWT_SECRET_KEY".into()).or_insert(key);
        }
    }
    let fields = std::mem::take(&mut record.fields);
    record.fields = fields
        .into_iter()
        .map(|(name, fact)| {
            let fact = concealed(&name, fact);
            (name, fact)
        })
        .collect();
}

/// The signing keys that are set, each value once.
fn keys(config: &Fact) -> Fact {
    if let Value::Unknown(_) = config.value {
        return config.clone();
    }
    let mut keys: Vec<Fact> = Vec::new();
    for name in KEYS {
        // With an empty key nothing is signed: the extensions refuse it.
        let is_set = |fact: &&Fact| fact.value != Value::Absent && fact.value.text() != Some("");
        let Some(value) = config.value.field(name).filter(is_set) else {
            continue;
        };
        let same = |known: &Fact| known.value.field("value").is_some_and(|known| known == value);
        if keys.iter().any(same) {
            continue;
        }
        let key = Value::record([
            ("name", Fact::derived(*name)),
            ("value", value.clone()),
            ("has-fallback", value.has_fallback()),
        ]);
        keys.push(Fact { value: key, provenance: value.provenance.clone() });
    }
    let rest = match &config.value {
        Value::Record(record) => record.rest.clone(),
        _ => None,
    };
    Fact::derived(List { items: keys, rest })
}

/// Flask takes DEBUG from `FLASK_DEBUG` where the program does not set it.
fn debug_by_default(so_far: &Facts) -> Fact {
    let set = so_far.at("env.variables.FLASK_DEBUG").into_owned();
    let Some(text) = set.value.text() else {
        return Default::Bool(false).fact();
    };
    let on = !matches!(text.to_lowercase().as_str(), "" | "0" | "false" | "no");
    Fact { value: Value::Bool(on), provenance: set.provenance }
}

impl Default {
    fn fact(self) -> Fact {
        let value = match self {
            Self::Absent => Value::Absent,
            Self::Bool(bool) => Value::Bool(bool),
            Self::Number(number) => Value::Int(number),
            Self::Text(text) => Value::from(text),
        };
        Fact { value, provenance: Provenance::new(Origin::Default) }
    }
}
