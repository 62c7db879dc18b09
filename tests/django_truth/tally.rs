//! How cases went: what agreed, what was unknown, what was different.

use std::collections::BTreeMap;

use prodcheck::check::Verdict;
use prodcheck::fact::{Fact, Facts, Value as Known};
use serde_json::Value;

use crate::audited::Auditor;
use crate::case::Case;
use crate::compare::{Standing, compare};

/// What is told of a case of which something is only not known.
pub(crate) const UNKNOWN: &str = "unknown";

/// How one case went.
#[derive(Default)]
pub(crate) struct Judged {
    pub(crate) equal: usize,
    /// What is not known, by its name.
    pub(crate) unknown: Vec<String>,
    /// What is different, by its name, and how.
    pub(crate) different: Vec<(String, String)>,
    /// Whether Django stopped at an exception.
    pub(crate) raised: bool,
}

/// How all went.
#[derive(Default)]
pub(crate) struct Tally {
    cases: usize,
    raised: usize,
    equal: usize,
    unknown: usize,
    /// Cases of a whole environment, and those of them of which something is unknown.
    whole: usize,
    whole_unknown: usize,
    by_unknown: BTreeMap<String, (usize, Case)>,
    by_different: BTreeMap<String, (usize, Case, String)>,
    different_cases: usize,
}

/// The settings whose defaults are compared.
const NAMES: &str = "
    ADMINS ALLOWED_HOSTS AUTHENTICATION_BACKENDS AUTH_PASSWORD_VALIDATORS CACHES CSRF_COOKIE_AGE
    CSRF_COOKIE_HTTPONLY CSRF_COOKIE_NAME CSRF_COOKIE_SAMESITE CSRF_COOKIE_SECURE
    CSRF_FAILURE_VIEW CSRF_TRUSTED_ORIGINS CSRF_USE_SESSIONS DATA_UPLOAD_MAX_MEMORY_SIZE
    DATA_UPLOAD_MAX_NUMBER_FIELDS DATA_UPLOAD_MAX_NUMBER_FILES DEBUG DEFAULT_AUTO_FIELD
    DEFAULT_FROM_EMAIL EMAIL_BACKEND EMAIL_HOST EMAIL_PORT EMAIL_USE_SSL EMAIL_USE_TLS
    FILE_UPLOAD_MAX_MEMORY_SIZE FILE_UPLOAD_PERMISSIONS INSTALLED_APPS INTERNAL_IPS LOGGING
    MEDIA_ROOT MIDDLEWARE PASSWORD_HASHERS PASSWORD_RESET_TIMEOUT SECRET_KEY_FALLBACKS
    SECURE_CONTENT_TYPE_NOSNIFF SECURE_CROSS_ORIGIN_OPENER_POLICY SECURE_CSP
    SECURE_CSP_REPORT_ONLY SECURE_HSTS_INCLUDE_SUBDOMAINS SECURE_HSTS_PRELOAD SECURE_HSTS_SECONDS
    SECURE_PROXY_SSL_HEADER SECURE_REDIRECT_EXEMPT SECURE_REFERRER_POLICY SECURE_SSL_HOST
    SECURE_SSL_REDIRECT SESSION_COOKIE_AGE SESSION_COOKIE_DOMAIN SESSION_COOKIE_HTTPONLY
    SESSION_COOKIE_NAME SESSION_COOKIE_PATH SESSION_COOKIE_SAMESITE SESSION_COOKIE_SECURE
    SESSION_ENGINE SESSION_EXPIRE_AT_BROWSER_CLOSE SESSION_SERIALIZER SILENCED_SYSTEM_CHECKS
    STATIC_ROOT STATICFILES_DIRS STORAGES TEMPLATES TIME_ZONE USE_TZ USE_X_FORWARDED_HOST
    X_FRAME_OPTIONS
";

/// The settings whose defaults are compared.
pub(crate) fn names() -> Vec<String> {
    NAMES.split_whitespace().map(str::to_owned).collect()
}

/// Facts that are worked out from settings of other packages, by the names that `truth.py` gives them.
const OF_PACKAGES: &[(&str, &str)] = &[
    ("REST_FRAMEWORK.DEFAULT_PERMISSION_CLASSES", "django.drf.permission-classes"),
    ("REST_FRAMEWORK.DEFAULT_AUTHENTICATION_CLASSES", "django.drf.authentication-classes"),
    ("REST_FRAMEWORK.DEFAULT_THROTTLE_CLASSES", "django.drf.throttle-classes"),
    ("REST_FRAMEWORK.DEFAULT_RENDERER_CLASSES", "django.drf.renderer-classes"),
    ("REST_FRAMEWORK.NUM_PROXIES", "django.drf.num-proxies"),
    ("CORS_ALLOW_ALL_ORIGINS", "django.cors.allow-all"),
    ("CORS_ALLOWED_ORIGINS", "django.cors.origins"),
    ("CORS_ALLOW_CREDENTIALS", "django.cors.credentials"),
    ("SIMPLE_JWT.ACCESS_TOKEN_LIFETIME", "django.jwt.access-token-seconds"),
    ("SIMPLE_JWT.REFRESH_TOKEN_LIFETIME", "django.jwt.refresh-token-seconds"),
    ("SIMPLE_JWT.ROTATE_REFRESH_TOKENS", "django.jwt.rotates"),
    ("SIMPLE_JWT.BLACKLIST_AFTER_ROTATION", "django.jwt.blacklists"),
    ("SIMPLE_JWT.ALGORITHM", "django.jwt.algorithm"),
];

/// Compares the facts of a case with Django's answer.
pub(crate) fn judge(auditor: &Auditor, case: &Case, facts: &Facts, answer: &Value) -> Judged {
    let mut judged = Judged::default();
    let loads = facts.at("django.loads").value.clone();
    if let Some(why) = answer["raised"].as_str() {
        judged.raised = true;
        // A name that nothing defines is a slip of the generator's: no such program was ever run.
        if why.starts_with("NameError") {
            return judged;
        }
        stopped(&mut judged, facts, &loads, why, case);
        return judged;
    }
    match loads {
        Known::Bool(true) => judged.equal += 1,
        // A variable that is demanded may be given in other ways than here.
        Known::Unknown(_) | Known::OneOf(_) => judged.unknown.push("loads".to_owned()),
        _ => judged.different.push(("loads".to_owned(), "it loads".to_owned())),
    }
    for (group, explicit) in [("values", true), ("defaults", false)] {
        for (name, truth) in answer[group].as_object().into_iter().flatten() {
            let fact = facts.at(&format!("django.settings.{name}"));
            note(&mut judged, name, &fact, truth, explicit);
        }
    }
    for (name, path) in OF_PACKAGES {
        let fact = facts.at(path);
        let truth = &answer["packages"][*name];
        if !matches!(fact.value, Known::Absent) && answer["packages"].get(*name).is_some() {
            // These facts tell what the package makes of a value: whether it is true.
            let truth = match fact.value {
                Known::Bool(_) => &Value::Bool(is_true(truth)),
                _ => truth,
            };
            note(&mut judged, path, &fact, truth, true);
        }
    }
    verdicts(&mut judged, auditor, facts, answer);
    judged
}

/// Python's truth of a plain value.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(bool) => *bool,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

fn note(judged: &mut Judged, name: &str, fact: &Fact, truth: &Value, explicit: bool) {
    match compare(&fact.value, truth) {
        Standing::Equal => judged.equal += 1,
        Standing::Unknown if explicit => judged.unknown.push(name.to_owned()),
        Standing::Unknown => judged.unknown.push(format!("default {name}")),
        Standing::Different => {
            let shown = fact.value.text().map_or_else(|| fact.value.to_string(), str::to_owned);
            judged.different.push((name.to_owned(), format!("prodcheck {shown}, Django {truth}")));
        }
    }
}

/// A module that does not load has no settings: none may be given for known. Where the environment is not
/// whole, the variable that is missing must be told as required.
fn stopped(judged: &mut Judged, facts: &Facts, loads: &Known, why: &str, case: &Case) {
    if !case.whole {
        let variables = facts.at("django.variables");
        let is_required = |variable: &Fact| {
            let is = |name: &str| variable.value.field(name).map(|it| &it.value);
            [is("required"), is("sometimes-required")].contains(&Some(&Known::Bool(true)))
        };
        // What the program stops at is told: a variable as required, or a setting as unknown.
        let settings = facts.at("django.settings");
        let is_unknown = match &settings.value {
            Known::Record(record) => record.fields.values().any(|fact| has_unknown(&fact.value)),
            _ => true,
        };
        let is_told = is_unknown || variables.value.items().iter().any(is_required);
        if *loads == Known::Bool(true) && !is_told {
            judged.different.push(("nothing is required".to_owned(), why.to_owned()));
        }
        return;
    }
    if *loads == Known::Bool(true) {
        let kind = why.chars().take(32).collect::<String>();
        judged.different.push((format!("does not load: {kind}"), why.to_owned()));
        return;
    }
    let known = names().into_iter().chain(["SECRET_KEY".to_owned()]).find(|name| {
        let fact = facts.at(&format!("django.settings.{name}"));
        !matches!(fact.value, Known::Unknown(_) | Known::OneOf(_))
    });
    match known {
        Some(name) => {
            judged.different.push(("known though stopped".to_owned(), format!("{name}, {why}")));
        }
        None => judged.equal += 1,
    }
}

/// Whether a value or a part of it is not known.
fn has_unknown(value: &Known) -> bool {
    match value {
        Known::Unknown(_) | Known::OneOf(_) => true,
        Known::List(list) => {
            list.rest.is_some() || list.items.iter().any(|item| has_unknown(&item.value))
        }
        Known::Record(record) => {
            record.rest.is_some() || record.fields.values().any(|fact| has_unknown(&fact.value))
        }
        _ => false,
    }
}

fn verdicts(judged: &mut Judged, auditor: &Auditor, facts: &Facts, answer: &Value) {
    let raised: Vec<&str> =
        answer["ids"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let broken = !answer["broken"].as_array().unwrap().is_empty();
    for (id, check, verdict) in auditor.verdicts(facts) {
        if !is_compared(id) || (broken && !raised.contains(&id)) {
            continue;
        }
        match (raised.contains(&id), verdict) {
            (_, Verdict::Unknown) => judged.unknown.push(format!("{id} {check}")),
            (true, Verdict::Fail) | (false, Verdict::Pass | Verdict::NotApplicable) => {
                judged.equal += 1;
            }
            (is_raised, _) => {
                let what = format!("{id} {check}");
                let how = format!(
                    "prodcheck {}, Django {}",
                    verdict.word(),
                    if is_raised { "raises it" } else { "does not" }
                );
                judged.different.push((what, how));
            }
        }
    }
    for id in raised.iter().filter(|id| id.starts_with("security.")) {
        if !auditor.ids().contains(id) {
            judged.different.push((format!("{id} has no check"), String::new()));
        }
    }
}

/// Whether the truth tells of a check: the groups that `truth.py` runs.
fn is_compared(id: &str) -> bool {
    ["security.", "caches.", "corsheaders.", "mail.", "async."]
        .iter()
        .any(|group| id.starts_with(group))
}

impl Tally {
    pub(crate) fn add(&mut self, case: &Case, judged: Judged) {
        self.cases += 1;
        self.raised += usize::from(judged.raised);
        self.equal += judged.equal;
        self.unknown += judged.unknown.len();
        self.different_cases += usize::from(!judged.different.is_empty());
        if case.whole {
            self.whole += 1;
            self.whole_unknown += usize::from(!judged.unknown.is_empty());
            for what in judged.unknown {
                self.by_unknown.entry(what).or_insert_with(|| (0, case.clone())).0 += 1;
            }
        }
        for (what, how) in judged.different {
            self.by_different.entry(what).or_insert_with(|| (0, case.clone(), how)).0 += 1;
        }
    }

    pub(crate) fn plus(mut self, other: Self) -> Self {
        self.cases += other.cases;
        self.raised += other.raised;
        self.equal += other.equal;
        self.unknown += other.unknown;
        self.whole += other.whole;
        self.whole_unknown += other.whole_unknown;
        self.different_cases += other.different_cases;
        for (what, (times, case)) in other.by_unknown {
            self.by_unknown.entry(what).or_insert_with(|| (0, case)).0 += times;
        }
        for (what, (times, case, how)) in other.by_different {
            self.by_different.entry(what).or_insert_with(|| (0, case, how)).0 += times;
        }
        self
    }

    pub(crate) fn disagreements(&self) -> usize {
        self.different_cases
    }

    #[expect(clippy::cast_precision_loss, reason = "a share of a few million")]
    pub(crate) fn unknown_share(&self) -> f64 {
        self.whole_unknown as f64 / self.whole.max(1) as f64
    }

    pub(crate) fn shown(&self) -> String {
        let mut shown = format!(
            "{} cases, of which {} do not load; {} values and verdicts agree, {} are unknown; {} cases disagree\n\
             of {} cases whose environment is whole, something is unknown in {} ({:.2} %)\n",
            self.cases,
            self.raised,
            self.equal,
            self.unknown,
            self.different_cases,
            self.whole,
            self.whole_unknown,
            self.unknown_share() * 100.0,
        );
        let mut unknown: Vec<_> =
            self.by_unknown.iter().map(|(what, (times, _))| (*times, what)).collect();
        unknown.sort_by(|one, other| other.cmp(one));
        for (times, what) in unknown.into_iter().take(25) {
            shown.push_str(&format!("  unknown {times:6} {what}\n"));
        }
        let mut different: Vec<_> =
            self.by_different.iter().map(|(what, (times, ..))| (*times, what)).collect();
        different.sort_by(|one, other| other.cmp(one));
        for (times, what) in different {
            shown.push_str(&format!("  DIFFERENT {times:4} {what}\n"));
        }
        shown
    }

    /// Disagreements to look at, the most frequent first; then, if asked, what is unknown.
    pub(crate) fn examples(&self, most: usize) -> Vec<(&str, &Case, String)> {
        let mut all: Vec<_> = self
            .by_different
            .iter()
            .map(|(what, (times, case, how))| (*times, what.as_str(), case, how.clone()))
            .collect();
        all.sort_by_key(|(times, ..)| std::cmp::Reverse(*times));
        if std::env::var("DJANGO_TRUTH_UNKNOWN").is_ok() {
            let mut unknown: Vec<_> = self
                .by_unknown
                .iter()
                .map(|(what, (times, case))| (*times, what.as_str(), case, UNKNOWN.to_owned()))
                .collect();
            unknown.sort_by_key(|(times, ..)| std::cmp::Reverse(*times));
            all.extend(unknown);
        }
        all.into_iter().take(most).map(|(_, what, case, how)| (what, case, how)).collect()
    }
}
