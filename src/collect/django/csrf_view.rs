//! The view that answers where a form lacks its token: `CSRF_FAILURE_VIEW`.

use super::carry::{map, setting};
use crate::collect::Sources;
use crate::fact::{Fact, Record, Value};
use crate::python::{Declared, Environment, interpret};

/// Django's own.
const OWN: &str = "django.views.csrf.csrf_failure";

/// What Django finds under the setting. It calls the view with the request and `reason`. Absent where the
/// view comes from a library, or is made in a way that is not looked into.
pub(super) fn found(sources: &Sources<'_>, settings: &Record) -> Fact {
    map(&setting(settings, "CSRF_FAILURE_VIEW"), "a text", |value| {
        let dotted = value.text()?;
        if dotted == OWN {
            return Some(Value::from("a view"));
        }
        let environment = Environment::default();
        let declared = interpret(sources.project, sources.service, &environment, |interpreter| {
            interpreter.declared(dotted, "reason")
        });
        Some(match declared.ok().flatten() {
            Some(Declared::Fitting) => Value::from("a view"),
            Some(Declared::Unfitting) => Value::from("a view of other arguments"),
            Some(Declared::Nothing) => Value::from("nothing"),
            Some(Declared::Something) | None => Value::Absent,
        })
    })
}
