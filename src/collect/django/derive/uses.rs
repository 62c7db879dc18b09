//! Which packages the settings put to use. Being installed is not being used: a lock file names many
//! packages that another package brought along.

use std::sync::Arc;

use crate::collect::django::carry::{any, field, filter, map, setting, some_text};
use crate::fact::{Fact, Facts, Ignorance, List, Record, Value};

/// Tells what is used from `INSTALLED_APPS`, `MIDDLEWARE` and the packages' own settings.
pub(super) fn derive(settings: &Record, facts: &mut Facts) {
    let apps = setting(settings, "INSTALLED_APPS");
    let middleware = setting(settings, "MIDDLEWARE");
    let app = |name: &str| some_text(&apps, |entry| is_app(entry, name));
    let layer = |start: &str| some_text(&middleware, |entry| entry.starts_with(start));
    let jwt_class = some_text(
        &field(&setting(settings, "REST_FRAMEWORK"), "DEFAULT_AUTHENTICATION_CLASSES"),
        |class| class.starts_with("rest_framework_simplejwt."),
    );
    for (path, answer) in [
        ("django.uses.admin", app("django.contrib.admin")),
        ("django.uses.auth", app("django.contrib.auth")),
        ("django.uses.corsheaders", layer("corsheaders.")),
        ("django.uses.csp", any([layer("django.middleware.csp."), layer("csp.middleware.")])),
        ("django.uses.drf", any([app("rest_framework"), is_set(settings, "REST_FRAMEWORK")])),
        (
            "django.uses.simplejwt",
            any([app("rest_framework_simplejwt"), is_set(settings, "SIMPLE_JWT"), jwt_class]),
        ),
        (
            "django.uses.sessions",
            some_text(&middleware, |entry| entry.ends_with("SessionMiddleware")),
        ),
    ] {
        facts.put(path, answer);
    }
    facts.put("django.development-apps", development(&[&apps, &middleware]));
}

/// Packages that show a visitor what only a developer should see, by the start of their entries.
const DEVELOPMENT: &[&str] =
    &["debug_toolbar", "silk", "django_browser_reload", "nplusone", "pyinstrument", "livereload"];

/// The entries of the lists that are of packages for development.
fn development(lists: &[&Fact]) -> Fact {
    let mut all = List::default();
    for list in lists {
        let found = filter(list, |entry| {
            map(entry, "a text", |value| {
                let package = value.text()?.split('.').next().unwrap_or_default();
                Some(Value::Bool(DEVELOPMENT.contains(&package)))
            })
        });
        match found.value {
            Value::List(found) => {
                let found = Arc::unwrap_or_clone(found);
                all.items.extend(found.items);
                all.rest = all.rest.take().or(found.rest);
            }
            Value::Absent => {}
            Value::Unknown(why) => all.rest = Some(why),
            other => {
                let why = format!("expected a list, found {}", other.kind_name());
                all.rest = Some(Ignorance::new(why));
            }
        }
    }
    Fact::derived(all)
}

/// Whether an entry of `INSTALLED_APPS` is an application, by its package or by its configuration class.
pub(in crate::collect::django) fn is_app(entry: &str, name: &str) -> bool {
    entry.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(".apps."))
}

/// Whether a package's own setting is there at all.
fn is_set(settings: &Record, name: &str) -> Fact {
    map(&setting(settings, name), "a value", |value| Some(Value::Bool(*value != Value::Absent)))
}
