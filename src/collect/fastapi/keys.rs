//! The keys that a FastAPI program signs sessions and tokens with, as it asks the environment for them.

use crate::collect::Sources;
use crate::collect::application::Application;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Origin, Place, Value};
use crate::python::Read;

/// The fields of a key.
pub(super) const KEY: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The variable."),
    FactSpec::new(
        "has-fallback",
        Kind::Bool,
        "Whether a text in the code stands for it where the variable is not set; unknown where that text is \
         computed, or a validator may refuse it.",
    ),
];

/// Variables that hold such keys. The framework reads none by itself: these are the names that programs use.
const NAMES: &[&str] = &[
    "ACCESS_TOKEN_SECRET",
    "APP_SECRET",
    "APP_SECRET_KEY",
    "AUTH_SECRET",
    "AUTH_SECRET_KEY",
    "JWT_KEY",
    "JWT_REFRESH_SECRET",
    "JWT_REFRESH_SECRET_KEY",
    "JWT_SECRET",
    "JWT_SECRET_KEY",
    "JWT_SIGNING_KEY",
    "REFRESH_TOKEN_SECRET",
    "SECRET",
    "SECRET_KEY",
    "SESSION_SECRET",
    "SESSION_SECRET_KEY",
    "SIGNING_KEY",
    "TOKEN_SECRET",
    "TOKEN_SECRET_KEY",
];

/// The keys that an application asks for.
pub(super) fn keys(sources: &Sources<'_>, application: &Application) -> Fact {
    let asked = application.reads.iter();
    let of_keys = asked.filter(|read| NAMES.contains(&&*read.name.to_uppercase()));
    let keys = of_keys.map(|read| {
        let fallback = Fact::derived(has_fallback(sources, read)).at(read.place.clone());
        let name = Fact::derived(read.name.as_str()).at(read.place.clone());
        Fact::derived(Value::record([("name", name), ("has-fallback", fallback)]))
            .at(read.place.clone())
    });
    Fact::derived(keys.collect::<Vec<_>>())
}

fn has_fallback(sources: &Sources<'_>, read: &Read) -> Value {
    let Some(default) = read.default.as_ref().filter(|_| !read.required) else {
        return Value::Bool(false);
    };
    match &default.value {
        Value::Absent => Value::Bool(false),
        Value::Text(text) if text.is_empty() => Value::Bool(false),
        Value::Unknown(why) => Value::Unknown(why.clone()),
        _ if default.provenance.origin != Origin::Literal => {
            Value::Unknown(Ignorance::new("what stands in for it is computed"))
        }
        _ => match validated_in(sources, &read.place) {
            Some(file) => Value::Unknown(Ignorance::new(format!(
                "a validator in `{file}` may refuse the text that stands in for it"
            ))),
            None => Value::Bool(true),
        },
    }
}

/// The file of a place, if something in it validates settings.
fn validated_in(sources: &Sources<'_>, place: &Place) -> Option<String> {
    let Place::File { path, .. } = place else {
        return None;
    };
    let text = sources.project.read(path).ok()?;
    text.contains("validator(").then(|| path.to_string())
}
