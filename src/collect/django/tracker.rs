//! Whether errors of production are reported to an error tracker, and to which.

use super::carry::{awaited, setting, some_text, truth};
use super::words::{Word, statements};
use crate::collect::Sources;
use crate::fact::{Fact, Facts, Ignorance, Place, ProjectPath, Record, Value};
use crate::project::Role;

/// Trackers that the settings switch on by an application or a middleware, by the start of its path.
const BY_ENTRY: &[(&str, &str)] = &[
    ("bugsnag.", "Bugsnag"),
    ("elasticapm.", "Elastic APM"),
    ("honeybadger.", "Honeybadger"),
    ("raven.", "Sentry"),
    ("rollbar.", "Rollbar"),
    ("scout_apm", "Scout"),
    ("ddtrace.", "Datadog"),
    ("appsignal", "AppSignal"),
];

/// Trackers that are switched on by how the program is started.
const BY_COMMAND: &[(&str, &str)] = &[("newrelic-admin", "New Relic"), ("ddtrace-run", "Datadog")];

/// Names of files, or parts of their folders' names, in which Sentry is started.
const PLACES: &[&str] = &[
    "settings",
    "config",
    "conf",
    "sentry",
    "monitoring",
    "observability",
    "tracing",
    "logging",
    "wsgi",
    "asgi",
    "celery",
    "apps",
    "__init__",
    "base",
    "production",
    "prod",
];

/// Puts `django.error-tracker`.
pub(super) fn derive(sources: &Sources<'_>, settings: &Record, so_far: &Facts, facts: &mut Facts) {
    let tracker = by_entry(settings)
        .or_else(|| by_command(so_far))
        .or_else(|| by_procfile(sources))
        .or_else(|| sentry(sources, settings, so_far, facts))
        .unwrap_or_else(|| unfound(so_far));
    facts.put("django.error-tracker", tracker);
}

fn by_entry(settings: &Record) -> Option<Fact> {
    let lists = ["INSTALLED_APPS", "MIDDLEWARE"].map(|name| setting(settings, name));
    BY_ENTRY.iter().find_map(|(start, name)| {
        lists.iter().find_map(|list| {
            let found = some_text(list, |entry| entry.starts_with(start));
            let is_there = found.value == Value::Bool(true);
            is_there.then(|| Fact { value: Value::from(*name), provenance: found.provenance })
        })
    })
}

fn by_command(so_far: &Facts) -> Option<Fact> {
    ["docker.commands", "compose.commands"].iter().find_map(|path| {
        let commands = so_far.at(path);
        commands.value.items().iter().find_map(|command| {
            let text = command.text_of("command")?;
            let (_, name) = BY_COMMAND.iter().find(|(program, _)| text.contains(program))?;
            Some(Fact { value: Value::from(*name), provenance: command.provenance.clone() })
        })
    })
}

/// What a Procfile puts before the server: `web: newrelic-admin run-program gunicorn …`.
fn by_procfile(sources: &Sources<'_>) -> Option<Fact> {
    let is_procfile = |file: &&ProjectPath| file.name() == "Procfile" && Role::of(file).counts();
    let file = sources.service.files().find(is_procfile)?;
    let text = sources.project.read(file).ok()?;
    (1..).zip(text.lines().map(str::trim_start)).find_map(|(number, line)| {
        let command = line.strip_prefix("web:")?;
        let (_, name) = BY_COMMAND.iter().find(|(program, _)| command.contains(program))?;
        Some(Fact::literal(Value::from(*name), Place::line(file, number)))
    })
}

/// No start was found: there is none, or it is where nobody looked.
fn unfound(so_far: &Facts) -> Fact {
    let packages = so_far.at("requirements.names");
    let installed = some_text(&packages, |name| name == "sentry-sdk" || name == "raven");
    if installed.value == Value::Bool(true) {
        let why = "`sentry-sdk` is installed; where it is started was not found";
        return Fact { value: Value::Unknown(Ignorance::new(why)), ..installed };
    }
    Fact::absent()
}

/// Sentry, if some file starts it; absent if it starts without an address to report to.
fn sentry(sources: &Sources<'_>, settings: &Record, so_far: &Facts, facts: &Facts) -> Option<Fact> {
    let files = sources.service.programs().filter(|file| may_start(file));
    files.into_iter().find_map(|file| {
        let text = sources.project.read(file).ok().filter(|text| text.contains("sentry_sdk"))?;
        let (line, address) = start(text)?;
        let place = Place::line(file, line);
        let reports = match &address {
            Some(address) => reports(address, settings, so_far, facts),
            None => variable("SENTRY_DSN", so_far, facts),
        };
        let value = match reports {
            Value::Bool(true) => Value::from("Sentry"),
            Value::Bool(false) => Value::Absent,
            other => other,
        };
        Some(Fact::literal(value, place))
    })
}

fn may_start(file: &ProjectPath) -> bool {
    let is_place = |part: &str| PLACES.contains(&part);
    (is_place(file.stem()) || file.folder_name().split('.').any(is_place))
        && Role::of(file).counts()
}

/// The line on which Sentry is started, and the words of the address it reports to, if one is given.
fn start(source: &str) -> Option<(u32, Option<Vec<Word>>)> {
    for statement in statements(source) {
        let words = &statement.words;
        let call = words.windows(4).position(|four| match four {
            [module, dot, init, bracket] => {
                module.name() == Some("sentry_sdk")
                    && dot.is('.')
                    && init.name() == Some("init")
                    && bracket.is('(')
            }
            _ => false,
        });
        let Some(call) = call else {
            continue;
        };
        let line = words.get(call)?.line;
        let depth = words.get(call + 3)?.depth;
        let arguments = words.get(call + 4..).unwrap_or_default();
        let inside: Vec<Word> =
            arguments.iter().take_while(|word| word.depth >= depth).cloned().collect();
        let mut parts = inside.split(|word| word.is(',') && word.depth == depth);
        let address = parts.clone().find_map(|part| match part {
            [name, sign, value @ ..] if name.name() == Some("dsn") && sign.is('=') => Some(value),
            _ => None,
        });
        let positional = parts
            .next()
            .filter(|part| !part.is_empty() && !part.get(1).is_some_and(|word| word.is('=')));
        return Some((line, address.or(positional).map(<[Word]>::to_vec)));
    }
    None
}

/// Whether an address is given: a text, a setting, or a variable that is set.
fn reports(address: &[Word], settings: &Record, so_far: &Facts, facts: &Facts) -> Value {
    if let [only] = address
        && let Some(text) = only.text()
    {
        return Value::Bool(!text.is_empty());
    }
    let as_setting =
        address.iter().filter_map(Word::name).find_map(|name| settings.fields.get(name));
    if let Some(fact) = as_setting {
        return given(fact, facts);
    }
    match address.iter().find_map(Word::text) {
        Some(name) => variable(name, so_far, facts),
        None => Value::Unknown(Ignorance::new("the address that Sentry reports to is not known")),
    }
}

/// Whether a variable of the environment is set. One that the settings demand is: without it the program
/// does not start.
fn variable(name: &str, so_far: &Facts, facts: &Facts) -> Value {
    let variables = so_far.at("env.variables");
    if let Some(variable) = variables.value.field(name) {
        return truth(variable).value;
    }
    if is_demanded(name, facts) {
        return Value::Bool(true);
    }
    if so_far.at("env.whole").value == Value::Bool(true) {
        return Value::Bool(false);
    }
    Value::Unknown(
        Ignorance::new(format!("`{name}` is read from the environment"))
            .settled_by("give the environment of production with `--env-file`"),
    )
}

/// Whether a setting says something. One that is read from a variable that the settings demand will.
fn given(setting: &Fact, facts: &Facts) -> Value {
    let truth = truth(&awaited(setting.clone(), facts)).value;
    let variables = &setting.provenance.variables;
    let demanded = !variables.is_empty() && variables.iter().all(|name| is_demanded(name, facts));
    if matches!(truth, Value::Unknown(_)) && demanded { Value::Bool(true) } else { truth }
}

/// Whether the settings do not load without a variable.
fn is_demanded(name: &str, facts: &Facts) -> bool {
    facts.at("django.variables").value.items().iter().any(|variable| {
        variable.value.field("name").and_then(|each| each.value.text()) == Some(name)
            && variable.value.field("required").and_then(|each| each.value.bool()) == Some(true)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_sentry_is_found_with_its_address() {
        for (source, expected) in [
            ("sentry_sdk.init(dsn=DSN, debug=False)", Some((1, Some("DSN")))),
            (
                "import x\nsentry_sdk.init(\n    integrations=[f(dsn=1)],\n    dsn='a',\n)",
                Some((2, Some("a"))),
            ),
            ("sentry_sdk.init('a', debug=True)", Some((1, Some("a")))),
            ("sentry_sdk.init()", Some((1, None))),
            ("sentry_sdk.init(environment='x')", Some((1, None))),
            ("sentry_sdk.set_tag('a', 'b')", None),
            ("sentry_sdk.init(", Some((1, None))),
        ] {
            let found = start(source).map(|(line, address)| {
                let first = address.and_then(|words| words.first().cloned());
                (line, first.and_then(|word| word.name().or(word.text()).map(str::to_owned)))
            });
            let expected = expected.map(|(line, word)| (line, word.map(str::to_owned)));
            assert_eq!(found, expected, "{source}");
        }
    }
}
