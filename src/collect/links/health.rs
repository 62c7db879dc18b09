//! Whether the program answers those that ask from inside whether it is well.
//!
//! Django refuses a name that `ALLOWED_HOSTS` does not have with 400, and sends a plain request to HTTPS
//! where `SECURE_SSL_REDIRECT` says so: the container is then taken for broken, for ever.

use std::sync::LazyLock;

use regex::Regex;

use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Origin, Value};

/// The fields of one probe.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("host", Kind::Text, "The name it asks by; `pod address` for that of a pod."),
    FactSpec::new("path", Kind::Text, "The path it asks for."),
    FactSpec::new("accepted", Kind::Bool, "Whether `ALLOWED_HOSTS` has the name."),
    FactSpec::new(
        "sent-to-https",
        Kind::Bool,
        "Whether it follows Django's redirect to HTTPS, which nothing answers inside.",
    ),
];

static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"http://(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::\d+)?(/[^\s'")|;&]*)?"#)
        .ok()
});
static HOST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)\bhost['"]?:\s*['"]?([a-z0-9.-]+)"#).ok());

/// A request that asks for health.
struct Probe {
    host: Option<String>,
    path: String,
    follows: bool,
    at: Fact,
}

/// All that ask a Django program; none if nothing does.
pub(super) fn probes(facts: &Facts) -> Option<Fact> {
    if !facts.found("django") {
        return None;
    }
    let commands = facts.at("compose.health-checks");
    let images = facts.at("docker.images");
    let by_compose = commands.value.items().iter().filter_map(|item| item.value.field("command"));
    let by_image = images
        .value
        .items()
        .iter()
        .filter(|image| image.holds("application"))
        .filter_map(|image| image.value.field("health-command"));
    let by_command = by_compose.chain(by_image).filter_map(of_command);
    let all: Vec<Fact> =
        by_command.chain(of_pods(facts)).map(|probe| record(&probe, facts)).collect();
    (!all.is_empty()).then(|| Fact::derived(all))
}

/// The request that a command makes, if an error in the answer fails it.
fn of_command(command: &Fact) -> Option<Probe> {
    let text = command.value.text()?;
    let found = URL.as_ref()?.captures(text)?;
    let has = |flags: &[&str]| text.split_whitespace().any(|word| flags.contains(&word));
    let is_curl = text.contains("curl");
    // `-fsSL` is `-f -s -S -L`.
    let has_letter = |letter: char| {
        text.split_whitespace()
            .any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(letter))
    };
    if is_curl && !has_letter('f') && !has(&["--fail", "--fail-with-body"]) {
        return None;
    }
    let says_https = text.to_lowercase().contains("x-forwarded-proto");
    let follows = if is_curl {
        has_letter('L') || has(&["--location"])
    } else {
        !text.contains("max-redirect")
    };
    let host = HOST.as_ref().and_then(|host| host.captures(text)).and_then(|found| found.get(1));
    let asked = host.or_else(|| found.get(1))?.as_str();
    let path = found.get(2).map_or("/", |path| path.as_str());
    Some(Probe {
        host: Some(asked.to_owned()),
        path: path.to_owned(),
        follows: follows && !says_https,
        at: command.clone(),
    })
}

/// The requests of pods for a path by which the program tells its health.
fn of_pods(facts: &Facts) -> Vec<Probe> {
    let paths = facts.at("django.health-paths");
    let known = |path: &str| {
        let bare = |path: &str| path.trim_matches('/').to_owned();
        let same = |fact: &Fact| fact.value.text().is_some_and(|known| bare(known) == bare(path));
        paths.value.items().iter().any(same)
    };
    let containers = facts.at("kubernetes.containers");
    let probes = containers
        .value
        .items()
        .iter()
        .filter_map(|container| container.value.field("http-probes"))
        .flat_map(|probes| probes.value.items());
    probes
        .filter_map(|probe| {
            let text = |name: &str| probe.text_of(name).map(str::to_owned);
            let path = text("path")?;
            known(&path).then(|| Probe {
                host: text("host"),
                path,
                follows: false,
                at: probe.clone(),
            })
        })
        .collect()
}

fn record(probe: &Probe, facts: &Facts) -> Fact {
    let at = |value: Value| Fact { value, provenance: probe.at.provenance.clone() };
    let host = probe.host.clone().unwrap_or_else(|| "pod address".to_owned());
    let accepted =
        stands_before(facts).map_or_else(|| accepted(probe.host.as_deref(), facts), Value::Unknown);
    at(Value::record([
        ("host", at(Value::Text(host))),
        ("path", at(Value::from(probe.path.as_str()))),
        ("accepted", at(accepted)),
        ("sent-to-https", at(sent_to_https(probe, facts))),
    ]))
}

/// Why something may answer before Django looks at the name.
fn stands_before(facts: &Facts) -> Option<Ignorance> {
    let middleware = facts.at("django.settings.MIDDLEWARE");
    let mut names = middleware.value.items().iter().filter_map(|item| item.value.text());
    if !names.clone().any(|name| name.ends_with(".CommonMiddleware")) {
        return Some(Ignorance::new("no middleware that is known looks at the name"));
    }
    let other = names.find(|name| {
        let name = name.to_lowercase();
        ["health", "cidr", "allowedhost", "allowed_host"].iter().any(|word| name.contains(word))
    })?;
    Some(Ignorance::new(format!("`{other}` may answer before the name is looked at")))
}

/// Whether `ALLOWED_HOSTS` has a name; none stands for an address that nobody knows beforehand.
fn accepted(host: Option<&str>, facts: &Facts) -> Value {
    let allowed = facts.at("django.settings.ALLOWED_HOSTS");
    let Value::List(list) = &allowed.value else {
        return match &allowed.value {
            Value::Unknown(why) => Value::Unknown(why.clone()),
            _ => Value::Unknown(Ignorance::new("`ALLOWED_HOSTS` is not known")),
        };
    };
    if let Some(why) = given_later(&allowed) {
        return Value::Unknown(why);
    }
    let debug = facts.at("django.settings.DEBUG").value.bool();
    let matches = |item: &Fact| {
        item.value.text().is_some_and(|pattern| {
            pattern == "*" || host.is_some_and(|host| is_name(pattern, host))
        })
    };
    if list.items.iter().any(matches) {
        return Value::Bool(true);
    }
    let open = list.items.iter().find(|item| item.value.text().is_none());
    if list.rest.is_some() || open.is_some() || debug != Some(false) {
        let why = "not all of `ALLOWED_HOSTS` is known, or `DEBUG` is not off";
        return Value::Unknown(Ignorance::new(why));
    }
    Value::Bool(false)
}

/// Why a list is not what production has: nobody says the variable that it is read from.
fn given_later(list: &Fact) -> Option<Ignorance> {
    let of = |fact: &Fact| {
        let provenance = &fact.provenance;
        let is_said = matches!(provenance.origin, Origin::Environment | Origin::Literal)
            && (provenance.origin == Origin::Environment || provenance.variables.is_empty());
        (!is_said).then(|| provenance.variables.first().cloned().unwrap_or_default())
    };
    let variable = std::iter::once(list).chain(list.value.items()).find_map(of)?;
    Some(match variable.as_str() {
        "" => Ignorance::new("`ALLOWED_HOSTS` is not set here"),
        name => Ignorance::new(format!("`ALLOWED_HOSTS` is read from `{name}`"))
            .settled_by("give `--env-file`"),
    })
}

/// Django's own comparison (`django.http.request.validate_host`): `.example.com` is every name below it.
fn is_name(pattern: &str, host: &str) -> bool {
    let (pattern, host) = (pattern.to_lowercase(), host.to_lowercase());
    pattern == host
        || pattern.strip_prefix('.').is_some_and(|domain| {
            host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
        })
}

fn sent_to_https(probe: &Probe, facts: &Facts) -> Value {
    if !probe.follows {
        return Value::Bool(false);
    }
    let middleware = facts.at("django.middleware.security").value.bool();
    let redirects = facts.at("django.settings.SECURE_SSL_REDIRECT");
    match (middleware, redirects.value.bool()) {
        (Some(false), _) | (_, Some(false)) => Value::Bool(false),
        (Some(true), Some(true)) => exempt(&probe.path, facts),
        _ => match &redirects.value {
            Value::Unknown(why) => Value::Unknown(why.clone()),
            _ => Value::Unknown(Ignorance::new("`SECURE_SSL_REDIRECT` is not known")),
        },
    }
}

/// Whether the redirect spares a path.
fn exempt(path: &str, facts: &Facts) -> Value {
    let exempt = facts.at("django.settings.SECURE_REDIRECT_EXEMPT");
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    let Value::List(list) = &exempt.value else {
        return Value::Bool(true);
    };
    let mut open = list.rest.is_some();
    for item in &list.items {
        match item.value.text().map(Regex::new) {
            Some(Ok(pattern)) if pattern.is_match(path) => return Value::Bool(false),
            Some(Ok(_)) => {}
            _ => open = true,
        }
    }
    if open {
        return Value::Unknown(Ignorance::new("not all of `SECURE_REDIRECT_EXEMPT` is known"));
    }
    Value::Bool(true)
}
