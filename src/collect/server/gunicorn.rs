//! The settings that gunicorn ends up with: its flags, its configuration file, its own defaults.
//!
//! (gunicorn 23, "Settings", read 2026-11-21. Later ones win: defaults, then the file, then
//! `GUNICORN_CMD_ARGS`, then the command line.)

use std::collections::{BTreeMap, BTreeSet};

use super::config::Config;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Origin, Place, Value};
use crate::grammar::shell_words::{Part, Word, commands};

/// The fields of a gunicorn.
pub(super) const GUNICORN: &[FactSpec] = &[
    FactSpec::new("bind", Kind::Text, "The addresses it listens on, with commas between them."),
    FactSpec::new(
        "bind-loopback",
        Kind::Bool,
        "Whether only this machine reaches every address of it.",
    ),
    FactSpec::new("workers", Kind::Number, "How many processes it runs."),
    FactSpec::new("threads", Kind::Number, "How many threads each process has."),
    FactSpec::new(
        "worker-class",
        Kind::Text,
        "The kind of its processes: `sync`, `gthread`, a class.",
    ),
    FactSpec::new("concurrent", Kind::Bool, "Whether it answers several requests at once."),
    FactSpec::new(
        "timeout",
        Kind::Number,
        "After how long a silent process is replaced; 0 for never.",
    )
    .in_unit("seconds"),
    FactSpec::new("reload", Kind::Bool, "Whether it starts anew when a source file changes."),
    FactSpec::new(
        "preload",
        Kind::Bool,
        "Whether the program is loaded before the processes part.",
    ),
    FactSpec::new(
        "max-requests",
        Kind::Number,
        "After how many requests a process is replaced; 0 for never.",
    ),
    FactSpec::new("max-requests-jitter", Kind::Number, "By how many requests that number varies."),
    FactSpec::new(
        "forwarded-allow-ips",
        Kind::Text,
        "The addresses whose X-Forwarded headers are believed; `*` for all.",
    ),
    FactSpec::new(
        "proxy-only",
        Kind::Bool,
        "Whether nobody but a proxy reaches it: by its address, or because a platform gives it its port; \
         unknown in a container.",
    ),
    FactSpec::new("in-container", Kind::Bool, "Whether it runs in a container."),
    FactSpec::new("user", Kind::Text, "The user its processes change to; absent for none."),
];

/// A setting: its name in the file, its flags, its default.
struct Setting {
    field: &'static str,
    name: &'static str,
    flags: &'static [&'static str],
    default: Preset,
}

enum Preset {
    Text(&'static str),
    Number(i64),
    Off,
    Nothing,
}

const SETTINGS: &[Setting] = &[
    setting("bind", "bind", &["-b", "--bind"], Preset::Text("127.0.0.1:8000")),
    setting("workers", "workers", &["-w", "--workers"], Preset::Number(1)),
    setting("threads", "threads", &["--threads"], Preset::Number(1)),
    setting("worker-class", "worker_class", &["-k", "--worker-class"], Preset::Text("sync")),
    setting("timeout", "timeout", &["-t", "--timeout"], Preset::Number(30)),
    setting("reload", "reload", &["--reload"], Preset::Off),
    setting("preload", "preload_app", &["--preload"], Preset::Off),
    setting("max-requests", "max_requests", &["--max-requests"], Preset::Number(0)),
    setting(
        "max-requests-jitter",
        "max_requests_jitter",
        &["--max-requests-jitter"],
        Preset::Number(0),
    ),
    setting(
        "forwarded-allow-ips",
        "forwarded_allow_ips",
        &["--forwarded-allow-ips"],
        Preset::Text("127.0.0.1,::1"),
    ),
    setting("user", "user", &["-u", "--user"], Preset::Nothing),
];

const fn setting(
    field: &'static str,
    name: &'static str,
    flags: &'static [&'static str],
    default: Preset,
) -> Setting {
    Setting { field, name, flags, default }
}

/// Everything that has a say in gunicorn's settings.
pub(super) struct Circumstances<'c> {
    /// The words after `gunicorn`.
    pub(super) arguments: &'c [Word],
    /// Where they stand.
    pub(super) place: &'c Place,
    /// What its configuration file sets.
    pub(super) config: &'c Config,
    /// The value of an environment variable, if it is known.
    pub(super) variable: &'c dyn Fn(&str) -> Option<Fact>,
    /// Whether it runs in a container.
    pub(super) in_container: bool,
}

/// The path that `-c` names, if it names one.
pub(super) fn config_argument(arguments: &[Word]) -> Option<&Word> {
    let at = arguments.iter().position(|word| matches!(word.start(), "-c" | "--config"))?;
    arguments.get(at + 1)
}

/// The settings as they come out.
pub(super) fn effective(circumstances: &Circumstances<'_>) -> Value {
    let mut fields: BTreeMap<&str, Fact> =
        SETTINGS.iter().map(|setting| (setting.field, circumstances.value(setting))).collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_else(Fact::absent);
    let (bind, class) = (field("bind"), field("worker-class"));
    let loopback = conclude(&bind, &|bind| Value::from(bind.text().is_some_and(is_loopback)));
    let proxy_only = circumstances.proxy_only(&bind, &loopback);
    let mut concurrent = concurrent(&field("workers"), &field("threads"), &class);
    let on_line =
        |word: &Word| ["-w", "--workers"].iter().any(|flag| word.start().starts_with(flag));
    let is_told = circumstances.arguments.iter().any(on_line);
    let outnumbers_cores = circumstances.config.outnumbers_cores && !is_told;
    if outnumbers_cores && matches!(concurrent.value, Value::Unknown(_)) {
        concurrent.value = Value::Bool(true);
    }
    fields.extend([
        ("bind-loopback", loopback),
        ("proxy-only", proxy_only),
        ("concurrent", concurrent),
        ("in-container", Fact::derived(circumstances.in_container).at(circumstances.place.clone())),
    ]);
    Value::record(fields)
}

impl Circumstances<'_> {
    fn value(&self, setting: &Setting) -> Fact {
        let from_line = self.on_line(self.arguments, setting);
        let from_variable = || {
            let arguments = (self.variable)("GUNICORN_CMD_ARGS")?;
            let line = format!("gunicorn {}", arguments.value.text()?);
            let read = commands(&line).into_iter().next()?;
            let found = self.on_line(read.words.get(1..)?, setting)?;
            Some(Fact { value: found.value, provenance: arguments.provenance })
        };
        from_line
            .or_else(from_variable)
            .or_else(|| self.config.get(setting.name).map(|fact| self.filled(setting, &fact)))
            .unwrap_or_else(|| self.default(setting))
    }

    /// What the file sets; where some way through it sets nothing, gunicorn's default.
    fn filled(&self, setting: &Setting, fact: &Fact) -> Fact {
        let fact = match &fact.value {
            Value::OneOf(alternatives) => {
                let each = alternatives.iter().map(|each| self.filled(setting, each)).collect();
                Fact { value: Value::one_of(each), provenance: fact.provenance.clone() }
            }
            Value::Absent if fact.provenance.origin == Origin::Default => self.default(setting),
            _ => fact.clone(),
        };
        shaped(setting, &fact)
    }

    fn default(&self, setting: &Setting) -> Fact {
        let variable = match setting.name {
            "workers" => (self.variable)("WEB_CONCURRENCY"),
            "forwarded_allow_ips" => (self.variable)("FORWARDED_ALLOW_IPS"),
            "bind" => (self.variable)("PORT").map(|port| {
                conclude(&port, &|port| match port {
                    Value::Int(port) => Value::from(format!("0.0.0.0:{port}")),
                    port => Value::from(format!("0.0.0.0:{}", port.text().unwrap_or_default())),
                })
            }),
            _ => None,
        };
        if let Some(variable) = variable {
            return shaped(setting, &variable);
        }
        // Platforms that read a Procfile give it by the size of the machine.
        let is_of_platform =
            matches!(&self.place, Place::File { path, .. } if path.name() == "Procfile");
        if setting.name == "workers" && is_of_platform {
            let why = Ignorance::new("the platform may give `WEB_CONCURRENCY`")
                .settled_by("give `--env WEB_CONCURRENCY=…`");
            return Fact::derived(Value::Unknown(why)).at(self.place.clone());
        }
        let value = match setting.default {
            Preset::Text(text) => Value::from(text),
            Preset::Number(number) => Value::Int(number),
            Preset::Off => Value::Bool(false),
            Preset::Nothing => Value::Absent,
        };
        Fact::derived(value).from_origin(Origin::Default).at(self.place.clone())
    }

    /// What flags say: the last one, or all of them for `--bind`.
    fn on_line(&self, arguments: &[Word], setting: &Setting) -> Option<Fact> {
        let is_switch = matches!(setting.default, Preset::Off);
        let mut found: Vec<Word> = Vec::new();
        for (index, word) in arguments.iter().enumerate() {
            let start = word.start();
            for flag in setting.flags {
                let Some(rest) = start.strip_prefix(flag) else {
                    continue;
                };
                if is_switch {
                    let here = Fact::derived(rest.is_empty()).from_origin(Origin::Literal);
                    return rest.is_empty().then(|| here.at(self.place.clone()));
                }
                let is_long = flag.starts_with("--");
                if rest.is_empty() && word.parts.len() < 2 {
                    found.extend(arguments.get(index + 1).cloned());
                } else if rest.starts_with('=') || !is_long {
                    found.push(without_start(word, flag));
                }
            }
        }
        let values: Vec<Value> = found.iter().map(|word| self.word(word)).collect();
        let unknown = values.iter().find(|value| matches!(value, Value::Unknown(_))).cloned();
        let joined = || {
            let texts: Vec<&str> = values.iter().filter_map(Value::text).collect();
            let last = texts.last().copied().unwrap_or_default();
            Value::from(if setting.name == "bind" { texts.join(",") } else { last.to_owned() })
        };
        let value = unknown.unwrap_or_else(joined);
        let fact = Fact::literal(value, self.place.clone());
        (!values.is_empty()).then(|| shaped(setting, &fact))
    }

    /// A word with its variables filled in. A port alone may stay open: what is asked is the address.
    fn word(&self, word: &Word) -> Value {
        let known = |name: &str| (self.variable)(name)?.value.text().map(str::to_owned);
        if let Some(text) = word.resolved(&known) {
            return Value::from(text);
        }
        let variable = word.variable().unwrap_or("a command");
        if word.start().ends_with(':') {
            return Value::from(word.shown());
        }
        Value::Unknown(Ignorance::new(format!("`{variable}` is given when the server starts")))
    }

    /// Whether nobody but a proxy reaches it. A platform that gives the port (`$PORT`) puts its router
    /// in front of it.
    fn proxy_only(&self, bind: &Fact, loopback: &Fact) -> Fact {
        let has_given_port =
            bind.value.text().is_some_and(|bind| bind.contains("$PORT") || bind.contains("${PORT"));
        let has_port = has_given_port
            || ((self.variable)("PORT").is_some() && bind.provenance.origin != Origin::Literal);
        if has_port {
            return Fact { value: Value::Bool(true), provenance: bind.provenance.clone() };
        }
        if self.in_container && loopback.value != Value::Bool(true) {
            let why = Ignorance::new("who reaches a container's port depends on where it runs");
            return Fact { value: Value::Unknown(why), provenance: bind.provenance.clone() };
        }
        loopback.clone()
    }
}

/// `-w4` and `--workers=4` without the flag.
fn without_start(word: &Word, flag: &str) -> Word {
    let text = word.start().strip_prefix(flag).unwrap_or_default();
    let text = text.strip_prefix('=').unwrap_or(text);
    let mut rest = word.clone();
    if let Some(first) = rest.parts.first_mut() {
        *first = Part::Text(text.to_owned());
    }
    rest
}

/// The value as the setting takes it: numbers from texts, several addresses as one text.
fn shaped(setting: &Setting, fact: &Fact) -> Fact {
    conclude(fact, &|value| match (&setting.default, value) {
        (Preset::Number(_), value) if value.text().is_some() => {
            let text = value.text().unwrap_or_default();
            text.trim().parse().map_or_else(
                |_| Value::Unknown(Ignorance::new(format!("`{}` is not a number", setting.name))),
                Value::Int,
            )
        }
        (Preset::Text(_), Value::List(list)) => {
            let texts: Option<Vec<&str>> =
                list.items.iter().map(|item| item.value.text()).collect();
            texts.map_or_else(
                || {
                    Value::Unknown(Ignorance::new(format!(
                        "a part of `{}` is not known",
                        setting.name
                    )))
                },
                |texts| Value::from(texts.join(",")),
            )
        }
        (_, value) => value.clone(),
    })
}

fn is_loopback(bind: &str) -> bool {
    bind.split(',').map(str::trim).all(|address| {
        let address = address.strip_prefix("http://").unwrap_or(address);
        ["unix:", "fd://", "127.", "localhost", "[::1]"]
            .iter()
            .any(|start| address.starts_with(start))
    })
}

/// Several processes or threads, or processes that wait without blocking.
fn concurrent(workers: &Fact, threads: &Fact, class: &Fact) -> Fact {
    let provenance = workers.provenance.clone();
    let more_than_one = |fact: &Fact| fact.value.int().map(|number| number > 1);
    let class = class.value.text().map(|class| !matches!(class, "sync" | "gthread"));
    let answers = BTreeSet::from([more_than_one(workers), more_than_one(threads), class]);
    let value = if answers.contains(&Some(true)) {
        Value::Bool(true)
    } else if answers.contains(&None) {
        match &workers.value {
            Value::Unknown(why) => Value::Unknown(why.clone()),
            _ => {
                Value::Unknown(Ignorance::new("how many requests it answers at once is not known"))
            }
        }
    } else {
        Value::Bool(false)
    };
    Fact { value, provenance }
}

/// The fact that follows from another; unknown and undecided stay so.
fn conclude(fact: &Fact, conclusion: &dyn Fn(&Value) -> Value) -> Fact {
    let value = match &fact.value {
        Value::Unknown(why) => Value::Unknown(why.clone()),
        Value::OneOf(alternatives) => {
            Value::one_of(alternatives.iter().map(|each| conclude(each, conclusion)).collect())
        }
        definite => conclusion(definite),
    };
    Fact { value, provenance: fact.provenance.clone() }
}
