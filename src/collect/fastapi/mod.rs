//! The FastAPI application that production runs: the facts under `fastapi`.

mod keys;

use super::application::{Application, application};
use super::django::{VARIABLE, environment, variables};
use super::flask::cors;
use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Kind, Origin, Place, ProjectPath, Value, WhenMissing,
};
use crate::python::Called;

/// Knows the FastAPI application that production runs.
pub struct FastApi;

/// The classes whose objects are FastAPI applications.
const CLASSES: &[&str] = &["fastapi.FastAPI", "fastapi.applications.FastAPI"];

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "fastapi.application",
        Kind::Text,
        "The file that makes or starts the application.",
    ),
    FactSpec::new(
        "fastapi.cors",
        Kind::Record(cors::SPECS),
        "What `CORSMiddleware` admits, at its widest; absent if it is not used.",
    ),
    FactSpec::new(
        "fastapi.https-redirect",
        Kind::Bool,
        "Whether `HTTPSRedirectMiddleware` is used.",
    ),
    FactSpec::new(
        "fastapi.trusted-hosts",
        Kind::Any,
        "The hosts that `TrustedHostMiddleware` admits; absent if it is not used.",
    ),
    FactSpec::new(
        "fastapi.docs-open",
        Kind::Bool,
        "Whether the schema of the API is served: `openapi_url` is not `None`.",
    ),
    FactSpec::new("fastapi.debug", Kind::Any, "The argument `debug` of the application."),
    FactSpec::new(
        "fastapi.keys",
        Kind::List(&Kind::Record(keys::KEY)),
        "The keys for sessions and tokens that the program asks the environment for.",
    ),
    FactSpec::new(
        "fastapi.variables",
        Kind::List(&Kind::Record(VARIABLE)),
        "The environment variables that the program asks for.",
    ),
];

impl Collector for FastApi {
    fn domain(&self) -> Domain {
        Domain {
            name: "fastapi",
            means: "the FastAPI application that production runs",
            when_missing: WhenMissing::NotApplicable("no FastAPI application is here"),
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
                facts.put("fastapi", Fact::derived(Value::Unknown(why)));
                return facts;
            }
            None => return facts,
        };
        let place = Place::whole(&application.file);
        facts
            .put("fastapi.application", Fact::derived(application.file.as_str()).at(place.clone()));
        facts.put("fastapi.cors", allowed(&application));
        let redirect = middleware(&application, "HTTPSRedirectMiddleware").next();
        facts.put(
            "fastapi.https-redirect",
            redirect.map_or_else(
                || Fact::derived(false).at(place.clone()),
                |call| Fact::literal(true, call.place.clone()),
            ),
        );
        let hosts = middleware(&application, "TrustedHostMiddleware").next().map(|call| {
            call.named.get("allowed_hosts").cloned().unwrap_or_else(|| Fact::derived("*"))
        });
        facts.put("fastapi.trusted-hosts", hosts.unwrap_or_else(Fact::absent));
        let made = application.calls.iter().find(|call| CLASSES.contains(&call.function.as_str()));
        facts.put("fastapi.docs-open", docs_open(made, &place));
        let debug = made.and_then(|call| call.named.get("debug")).cloned();
        let off = || Fact::derived(false).from_origin(Origin::Default).at(place.clone());
        facts.put("fastapi.debug", debug.unwrap_or_else(off));
        facts.put("fastapi.keys", keys::keys(sources, &application));
        facts.put("fastapi.variables", variables(&application.reads, &environment(so_far)));
        facts
    }
}

/// The calls that add a middleware of Starlette.
fn middleware<'c>(application: &'c Application, name: &'c str) -> impl Iterator<Item = &'c Called> {
    const ADDS: &[&str] = &["add_middleware", "Middleware"];
    application.calls.iter().filter(move |call| {
        let function = call.function.rsplit('.').next().unwrap_or_default();
        let class = call.positional.first().and_then(|class| class.value.text());
        let class = class.and_then(|class| class.rsplit('.').next());
        ADDS.contains(&function) && class == Some(name)
    })
}

/// What `CORSMiddleware` admits; Starlette admits no origin by default.
fn allowed(application: &Application) -> Fact {
    let rules = middleware(application, "CORSMiddleware").flat_map(|call| {
        let credentials = call.named.get("allow_credentials");
        let given = ["allow_origins", "allow_origin_regex"]
            .iter()
            .filter_map(|name| call.named.get(*name))
            .filter(|origins| origins.value != Value::Absent);
        let mut rules: Vec<Fact> = given
            .map(|origins| cors::record(origins.clone(), credentials.cloned(), call))
            .collect();
        if rules.is_empty() {
            let none = match &call.rest {
                Some(why) => Value::Unknown(why.clone()),
                None => Value::list(Vec::new()),
            };
            let none = Fact::derived(none).at(call.place.clone());
            rules.push(cors::record(none, credentials.cloned(), call));
        }
        rules
    });
    cors::widest(rules.collect())
}

/// Whether the schema of the API is served, from which anyone can read every route.
fn docs_open(made: Option<&Called>, place: &Place) -> Fact {
    let given = made.and_then(|call| call.named.get("openapi_url"));
    let Some(url) = given else {
        return Fact::derived(true).from_origin(Origin::Default).at(place.clone());
    };
    Fact { value: served(&url.value), provenance: url.provenance.clone() }
}

/// Whether an address serves something: `None` and an empty text do not.
fn served(value: &Value) -> Value {
    match value {
        Value::Absent => Value::Bool(false),
        Value::Text(text) => Value::Bool(!text.is_empty()),
        Value::OneOf(several) => {
            Value::one_of(several.iter().map(|each| Fact::derived(served(&each.value))).collect())
        }
        other => other.clone(),
    }
}
