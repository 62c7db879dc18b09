//! Which middleware runs, and what answers before it could.

use crate::collect::django::carry::{each, made_from, mismatch, setting, some_text};
use crate::fact::{Fact, Facts, List, Record, Value};

const SECURITY: &str = "django.middleware.security.SecurityMiddleware";
const CORS: &str = "corsheaders.middleware.CorsMiddleware";

/// Middleware that answers requests by itself, so that what stands below it never sees them: a redirect
/// to the address with a slash, a static file, a cached page.
const ANSWERING: &[&str] = &[
    "django.middleware.common.CommonMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
];

/// Judges `MIDDLEWARE`.
pub(super) fn derive(settings: &Record, facts: &mut Facts) {
    let middleware = setting(settings, "MIDDLEWARE");
    for (path, class) in [
        ("django.middleware.security", "SecurityMiddleware"),
        ("django.middleware.csrf", "CsrfViewMiddleware"),
        ("django.middleware.clickjacking", "XFrameOptionsMiddleware"),
        ("django.middleware.sessions", "SessionMiddleware"),
    ] {
        facts.put(path, runs(&middleware, class));
    }
    facts.put("django.middleware.answering-before-security", before(&middleware, SECURITY));
    facts.put("django.middleware.answering-before-cors", before(&middleware, CORS));
}

/// Whether a class of this name is among the middleware: Django's own, or one that a project derives
/// from it and names likewise, as is the custom (`shop.middleware.ApiCsrfViewMiddleware`).
fn runs(middleware: &Fact, class: &str) -> Fact {
    some_text(middleware, |path| path.ends_with(class))
}

/// The middleware above `class` that answers by itself; absent if `class` is not among it.
fn before(middleware: &Fact, class: &str) -> Fact {
    each(middleware, |value| {
        let Value::List(known) = value else {
            let answer = match value {
                Value::Absent => Value::Absent,
                other => mismatch("a list", other),
            };
            return made_from(middleware, answer);
        };
        let at = known.items.iter().position(|item| item.value.text() == Some(class));
        let Some(at) = at else {
            return not_found(middleware, known);
        };
        let above: Vec<&Fact> = known.items.iter().take(at).collect();
        let items = above.iter().copied().filter(|item| answers(item)).cloned().collect();
        let rest = above.iter().find_map(|item| match &item.value {
            Value::Unknown(why) => Some(why.clone()),
            _ => None,
        });
        made_from(middleware, Value::from(List { items, rest }))
    })
}

fn answers(item: &Fact) -> bool {
    item.value.text().is_some_and(|path| ANSWERING.contains(&path))
}

fn not_found(middleware: &Fact, known: &List) -> Fact {
    let unknown_item = known.items.iter().find_map(|item| match &item.value {
        Value::Unknown(why) => Some(why.clone()),
        _ => None,
    });
    let value = known.rest.clone().or(unknown_item).map_or(Value::Absent, Value::Unknown);
    made_from(middleware, value)
}
