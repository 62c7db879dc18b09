//! Where Flask-Limiter keeps its counters, and how it tells visitors apart.

use crate::fact::{Fact, Place, Value};
use crate::project::Project;
use crate::python::Called;

/// Settings that name the storage, where the call names none (Flask-Limiter 3 and 4, read 2026-11).
const SETTINGS: &[&str] = &["RATELIMIT_STORAGE_URI", "RATELIMIT_STORAGE_URL"];

/// The storage; absent if Flask-Limiter is not used.
pub(super) fn storage(calls: &[Called], config: &Fact) -> Fact {
    let Some(call) = limiter(calls) else {
        return Fact::absent();
    };
    if let Some(said) = call.named.get("storage_uri") {
        return said.clone();
    }
    let settings = SETTINGS.iter().find_map(|name| config.value.field(name));
    if let Some(set) = settings.filter(|fact| fact.value != Value::Absent) {
        return set.clone();
    }
    let unknown = match &config.value {
        Value::Record(record) => call.rest.clone().or_else(|| record.rest.clone()),
        Value::Unknown(why) => Some(why.clone()),
        _ => call.rest.clone(),
    };
    let value = unknown.map_or_else(|| Value::from("memory://"), Value::Unknown);
    Fact::literal(value, call.place.clone())
}

/// Whether visitors are told apart by the address that connects.
pub(super) fn by_address(project: &Project, calls: &[Called]) -> Fact {
    let place = limiter(calls).map(|call| &call.place);
    let Some(Place::File { path, .. }) = place else {
        return Fact::derived(false);
    };
    let text = project.read(path).unwrap_or_default();
    Fact::derived(
        text.contains("key_func=get_remote_address") || text.contains("Limiter(get_remote_address"),
    )
}

fn limiter(calls: &[Called]) -> Option<&Called> {
    calls.iter().find(|call| call.function == "flask_limiter.Limiter")
}
