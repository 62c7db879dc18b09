//! Whether the program hands out tokens of `djangorestframework-simplejwt`: being among the applications,
//! or having settings, is not being used.

use super::carry::{field, setting, some_text};
use crate::collect::Sources;
use crate::fact::{Fact, Facts, Record, Value};
use crate::project::Role;

/// Words of code that hands out or accepts such tokens, itself or by another package's views.
const SIGNS: &[&str] = &["simplejwt", "djoser", "rest_auth", "RefreshToken", "AccessToken"];

/// Words of a settings file, where the package's name stands whether it is used or not.
const OF_SETTINGS: &[&str] = &["INSTALLED_APPS", "SIMPLE_JWT"];

/// Corrects `django.uses.simplejwt` where all of the program is here and none of it mentions tokens.
pub(super) fn derive(sources: &Sources<'_>, settings: &Record, facts: &mut Facts) {
    let used = facts.at("django.uses.simplejwt").into_owned();
    if used.value != Value::Bool(true) || accepts_by_default(settings) {
        return;
    }
    let mut has_routes = false;
    for path in sources.wanted.iter().filter(|path| Role::of(path).counts()) {
        let Ok(text) = sources.project.read(path) else {
            return;
        };
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(SIGNS) && !has(OF_SETTINGS) {
            return;
        }
        has_routes |= path.name() == "urls.py";
    }
    if has_routes {
        facts.put("django.uses.simplejwt", Fact { value: Value::Bool(false), ..used });
    }
}

/// Whether views accept the package's tokens unless they say otherwise; so too if it is not known.
fn accepts_by_default(settings: &Record) -> bool {
    let classes = field(&setting(settings, "REST_FRAMEWORK"), "DEFAULT_AUTHENTICATION_CLASSES");
    some_text(&classes, |class| class.contains("simplejwt") || class.contains("JWT")).value
        != Value::Bool(false)
}
