//! Whether something counts failed logins: a package that guards every login, or one that guards the
//! only login there is.

use super::carry::{any, both, map, setting, some_text};
use super::derive::is_app;
use crate::collect::Sources;
use crate::fact::{Fact, Facts, Record, Value};
use crate::project::Role;

/// Packages whose limits stand on single views, where they are not looked for.
const LIMITING_VIEWS: &[&str] =
    &["django-ratelimit", "django-brutebuster", "django-smart-ratelimit"];

/// How files serve the login of allauth, which limits failures by itself since release 0.28.
const ALLAUTH_LOGINS: &[&str] = &[
    "allauth.urls",
    "allauth.account.urls",
    "allauth.headless.urls",
    "allauth.account import views",
];

/// How files put another login before that of the administration site.
const ADMIN_LOGINS: &[&str] = &["secure_admin_login", "admin.site.login ="];

/// Puts `django.uses.login-limiter`.
pub(super) fn derive(sources: &Sources<'_>, settings: &Record, so_far: &Facts, facts: &mut Facts) {
    let apps = setting(settings, "INSTALLED_APPS");
    let app = |name: &str| some_text(&apps, |entry| is_app(entry, name));
    // Without its backend django-axes counts nothing.
    let axes = both(
        app("axes"),
        some_text(&setting(settings, "AUTHENTICATION_BACKENDS"), |path| path.starts_with("axes.")),
    );
    let mut allauth = any([app("allauth"), app("allauth.account")]);
    if allauth.value != Value::Bool(false) {
        let says = |words: &[&str]| Fact::derived(some_file_says(sources, words));
        allauth = both(allauth, says(ALLAUTH_LOGINS));
        // Its limits stand on its own login. That of the administration site, and one that
        // dj-rest-auth adds, ask Django directly.
        let admin = any([no(&app("django.contrib.admin")), says(ADMIN_LOGINS)]);
        allauth = both(both(allauth, admin), no(&app("dj_rest_auth")));
    }
    let elsewhere = limited_in_views(&so_far.at("requirements.names"));
    facts.put("django.uses.login-limiter", any([axes, app("defender"), allauth, elsewhere]));
}

fn no(answer: &Fact) -> Fact {
    map(answer, "yes or no", |value| Some(Value::Bool(!value.bool()?)))
}

fn some_file_says(sources: &Sources<'_>, words: &[&str]) -> bool {
    sources.service.programs().filter(|path| Role::of(path).counts()).any(|path| {
        let text = sources.project.read(path).unwrap_or_default();
        words.iter().any(|word| text.contains(word))
    })
}

/// Whether logins may be limited in the code of views: unknown if such a package is installed.
fn limited_in_views(packages: &Fact) -> Fact {
    let installed = packages.value.items().iter().find_map(|name| {
        LIMITING_VIEWS.iter().find(|package| name.value.text() == Some(**package))
    });
    installed.map_or_else(
        || Fact::derived(false),
        |package| {
            Fact::unknown(format!("`{package}` is installed; which views it limits is not read"))
        },
    )
}
