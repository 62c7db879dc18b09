//! What Django's own deployment checks look at, in their way.
//!
//! Read from `django/core/checks` of 4.2 to 6.1, November 2026.

use crate::collect::django::carry::{
    any, both, each, field, made_from, map, map_present, mismatch, setting, some_text, truth,
};
use crate::collect::django::defaults::Release;
use crate::fact::{Fact, FactSpec, Facts, Kind, List, Record, Value};

/// What is told of a cache that is kept in files.
pub(super) const CACHE_FOLDER: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The name of the cache in `CACHES`."),
    FactSpec::new("absolute", Kind::Bool, "Whether its folder is a whole path."),
    FactSpec::new(
        "exposed",
        Kind::Bool,
        "Whether its folder is, holds or lies in one of media or static files.",
    ),
];

/// Settings that count as on only where they are `True`.
const SWITCHES: &[&str] = &[
    "CSRF_COOKIE_SECURE",
    "SECURE_CONTENT_TYPE_NOSNIFF",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SECURE",
];

const CSP: [&str; 2] = ["SECURE_CSP", "SECURE_CSP_REPORT_ONLY"];

/// Works out what Django's deployment checks ask for.
pub(in crate::collect::django) fn derive(
    settings: &Record,
    release: Release,
    so_far: &Facts,
    facts: &mut Facts,
) {
    for name in SWITCHES {
        facts
            .put(&format!("django.switch.{name}"), switch(&setting(settings, name), name, release));
    }
    if release >= (6, 0) {
        let malformed = CSP.map(|name| {
            map(&setting(settings, name), "a policy", |policy| Some(is_malformed(policy)))
        });
        facts.put("django.csp-malformed", any(malformed));
    }
    if release >= (6, 1) {
        facts.put("django.csp-nonce-unserved", nonce_unserved(settings));
    }
    let unsafe_async = so_far.at("env.variables.DJANGO_ALLOW_ASYNC_UNSAFE");
    // A variable that nobody is seen to set is not set: it is given on purpose, and not by default.
    let unsafe_async = match &unsafe_async.provenance.place {
        Some(_) => truth(&unsafe_async),
        None => match &unsafe_async.value {
            value if value.text().is_some() => truth(&unsafe_async),
            _ => Fact::derived(false),
        },
    };
    facts.put("django.async-unsafe", unsafe_async);
    facts.put("django.cache-folders", cache_folders(settings));
}

/// `setting is True`; of cookies before 4.1 whatever is true.
fn switch(fact: &Fact, name: &str, release: Release) -> Fact {
    if release < (4, 1) && name.contains("COOKIE") {
        return truth(fact);
    }
    map(fact, "a value", |value| Some(Value::Bool(*value == Value::Bool(true))))
}

fn is_malformed(policy: &Value) -> Value {
    Value::Bool(!matches!(policy, Value::Record(_) | Value::Absent))
}

/// Whether a policy names a nonce, the middleware that makes it runs, and no template gets it.
fn nonce_unserved(settings: &Record) -> Fact {
    const MIDDLEWARE: &str = "django.middleware.csp.ContentSecurityPolicyMiddleware";
    const PROCESSOR: &str = "django.template.context_processors.csp";
    let runs = some_text(&setting(settings, "MIDDLEWARE"), |path| path == MIDDLEWARE);
    let named = any(CSP.map(|name| names_nonce(&setting(settings, name))));
    let templates = setting(settings, "TEMPLATES");
    let served = each(&templates, |value| {
        let engines = value.items().iter().map(|engine| {
            let processors = field(&field(engine, "OPTIONS"), "context_processors");
            some_text(&processors, |path| path == PROCESSOR)
        });
        let known = any(engines);
        match value {
            Value::List(list)
                if let Some(why) = &list.rest
                    && known.value != Value::Bool(true) =>
            {
                made_from(&templates, Value::Unknown(why.clone()))
            }
            Value::List(_) | Value::Absent => made_from(&templates, known.value),
            other => made_from(&templates, mismatch("a list", other)),
        }
    });
    let unserved = map(&served, "a truth value", |served| Some(Value::Bool(!served.bool()?)));
    both(both(runs, named), unserved)
}

/// Whether a directive of a policy holds Django's placeholder for the nonce.
fn names_nonce(policy: &Fact) -> Fact {
    each(policy, |value| match value {
        Value::Record(record) => {
            let mut answers: Vec<Fact> = record.fields.values().map(holds_nonce).collect();
            answers.extend(record.rest.clone().map(|why| Fact::derived(Value::Unknown(why))));
            made_from(policy, any(answers).value)
        }
        _ => made_from(policy, Value::Bool(false)),
    })
}

fn holds_nonce(directive: &Fact) -> Fact {
    const NONCE: &str = "<CSP_NONCE_SENTINEL>";
    each(directive, |value| match value {
        Value::List(_) => some_text(directive, |source| source == NONCE),
        value => made_from(directive, Value::Bool(value.text() == Some(NONCE))),
    })
}

/// The caches that are kept in files, by their names.
fn cache_folders(settings: &Record) -> Fact {
    let served = served_folders(settings);
    let caches = setting(settings, "CACHES");
    each(&caches, |value| {
        let Value::Record(known) = value else {
            return made_from(&caches, Value::list(Vec::new()));
        };
        let mut list = List { items: Vec::new(), rest: known.rest.clone() };
        for (name, cache) in &known.fields {
            let backend = field(cache, "BACKEND");
            match &backend.value {
                value if value.text().is_some_and(|class| class.ends_with(".FileBasedCache")) => {}
                Value::Unknown(why) => {
                    list.rest = Some(why.clone());
                    continue;
                }
                Value::OneOf(_) => {
                    let why = "the kind of a cache depends on the environment";
                    list.rest = Some(crate::fact::Ignorance::new(why));
                    continue;
                }
                _ => continue,
            }
            let location = field(cache, "LOCATION");
            let absolute = map_present(&location, "a path", |path| {
                Some(Value::Bool(path.text()?.starts_with('/')))
            });
            let exposed = any(served.iter().map(|folder| overlap(&location, folder)));
            let fields =
                [("name", Fact::derived(&**name)), ("absolute", absolute), ("exposed", exposed)];
            list.items.push(made_from(cache, Value::record(fields)));
        }
        made_from(&caches, Value::from(list))
    })
}

/// The folders of media and static files.
fn served_folders(settings: &Record) -> Vec<Fact> {
    let mut folders = vec![setting(settings, "MEDIA_ROOT"), setting(settings, "STATIC_ROOT")];
    let further = setting(settings, "STATICFILES_DIRS");
    match &further.value {
        Value::List(list) => {
            // `("prefix", folder)`, or the folder alone.
            let each =
                list.items.iter().map(|item| item.value.items().last().unwrap_or(item).clone());
            folders.extend(each);
            folders.extend(list.rest.clone().map(|why| Fact::derived(Value::Unknown(why))));
        }
        Value::Absent => {}
        other => folders.push(made_from(&further, mismatch("a list", other))),
    }
    folders
}

/// Whether two folders are one, or one lies in the other.
fn overlap(one: &Fact, other: &Fact) -> Fact {
    each(one, |one_value| {
        map(other, "a path", |other_value| {
            let parts = |value: &Value| -> Option<Vec<String>> {
                let text = value.text()?;
                Some(text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect())
            };
            if matches!(other_value, Value::Absent) || other_value.text() == Some("") {
                return Some(Value::Bool(false));
            }
            let (one, other) = (parts(one_value)?, parts(other_value)?);
            Some(Value::Bool(one.starts_with(&other) || other.starts_with(&one)))
        })
    })
}
