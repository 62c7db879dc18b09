//! Where the log of production goes: what `logging.config.dictConfig` makes of `LOGGING`.

use std::collections::BTreeSet;

use crate::collect::django::carry::{
    each, field, made_from, map_present, mismatch, setting, truth,
};
use crate::collect::logrotate;
use crate::fact::{Fact, Facts, Ignorance, List, Record, Value};

/// A logger of Django.
struct Logger {
    /// The loggers that its messages pass on their way up, itself first.
    path: &'static [&'static str],
    /// Whether it exists before the configuration is read, and so falls silent unless it is named in it.
    early: bool,
}

const REQUEST: Logger = Logger { path: &["django.request", "django"], early: true };
/// Its messages come from loggers below it, which are made when they are first used.
const SECURITY: Logger = Logger { path: &["django.security", "django"], early: false };

/// Judges `LOGGING`, with the logs that `logrotate` rotates.
pub(super) fn derive(settings: &Record, rotated: &Fact, facts: &mut Facts) {
    let logging = configured(settings);
    facts.put("django.logging.error-handlers", handlers(&logging, &REQUEST));
    facts.put("django.logging.security-handlers", handlers(&logging, &SECURITY));
    facts.put("django.logging.keeps-loggers", keeps_loggers(&logging));
    facts.put("django.logging.root-level", root_level(&logging));
    facts.put("django.logging.rotates", rotates(&logging, rotated));
    facts.put("django.logging.files", files(&logging));
}

/// `LOGGING`; absent if it says nothing, unknown if the project does without it.
fn configured(settings: &Record) -> Fact {
    let logging = setting(settings, "LOGGING");
    let by_hand = setting(settings, "LOGGING_CONFIG");
    each(&logging, |value| match value {
        Value::Record(record) if record.fields.is_empty() && record.rest.is_none() => {
            let value = match by_hand.value {
                Value::Absent => Value::Unknown(Ignorance::new(
                    "`LOGGING_CONFIG` is None: logging is set up in code",
                )),
                _ => Value::Absent,
            };
            made_from(&logging, value)
        }
        other => made_from(&logging, other.clone()),
    })
}

/// Whether loggers that exist already stay in use. `dictConfig` switches them off unless told not to.
fn keeps_loggers(logging: &Fact) -> Fact {
    let disables = field(logging, "disable_existing_loggers");
    match (&logging.value, &disables.value) {
        (Value::Absent, _) => made_from(logging, Value::Absent),
        (_, Value::Absent) => made_from(logging, Value::Bool(false)),
        _ => {
            let disables = truth(&disables);
            map_present(&disables, "true or false", |value| value.bool().map(|on| Value::Bool(!on)))
        }
    }
}

/// The level of the root logger, in capitals.
fn root_level(logging: &Fact) -> Fact {
    let root = root(logging);
    map_present(&field(&root, "level"), "a text", |value| {
        Some(Value::from(value.text()?.to_uppercase()))
    })
}

/// The root logger, which has two names.
fn root(logging: &Fact) -> Fact {
    let root = field(logging, "root");
    if root.value == Value::Absent { field(&field(logging, "loggers"), "") } else { root }
}

/// The classes of the handlers that a message reaches, each once; absent if nothing is configured.
fn handlers(logging: &Fact, logger: &Logger) -> Fact {
    each(logging, |value| match value {
        Value::Absent => made_from(logging, Value::Absent),
        Value::Record(_) => {
            let logging = made_from(logging, value.clone());
            let reached = reached(&logging, logger);
            let mut items = Vec::new();
            let mut rest = reached.rest;
            for name in &reached.items {
                match name.value.text() {
                    Some(text) => items.extend(active_class(&logging, text)),
                    None => rest = rest.or(Some(Ignorance::new("a handler is not known by name"))),
                }
            }
            made_from(&logging, Value::from(List { items, rest }))
        }
        other => made_from(logging, mismatch("a record", other)),
    })
}

/// The names of the handlers that a message reaches on its way up to the root.
fn reached(logging: &Fact, of: &Logger) -> List {
    let loggers = field(logging, "loggers");
    let mut reached = List::default();
    let mut named = false;
    for name in of.path {
        let logger = field(&loggers, name);
        if logger.value == Value::Absent {
            continue;
        }
        named = true;
        add(&mut reached, &field(&logger, "handlers"));
        let propagate = field(&logger, "propagate");
        if propagate.value != Value::Absent && truth(&propagate).value == Value::Bool(false) {
            return reached;
        }
    }
    if of.early && !named && keeps_loggers(logging).value == Value::Bool(false) {
        return List::default();
    }
    add(&mut reached, &field(&root(logging), "handlers"));
    reached
}

fn add(reached: &mut List, handlers: &Fact) {
    match &handlers.value {
        Value::List(list) => {
            let known: BTreeSet<&str> =
                reached.items.iter().filter_map(|item| item.value.text()).collect();
            let new: Vec<Fact> = list
                .items
                .iter()
                .filter(|item| item.value.text().is_none_or(|name| !known.contains(name)))
                .cloned()
                .collect();
            reached.items.extend(new);
            reached.rest = reached.rest.take().or_else(|| list.rest.clone());
        }
        Value::Absent => {}
        Value::Unknown(why) => reached.rest = Some(why.clone()),
        other => {
            if let Value::Unknown(why) = mismatch("a list", other) {
                reached.rest = Some(why);
            }
        }
    }
}

/// The class of a handler, unless a filter keeps it silent while DEBUG is off.
fn active_class(logging: &Fact, name: &str) -> Option<Fact> {
    let handler = field(&field(logging, "handlers"), name);
    let filters = field(&handler, "filters");
    let silent = filters
        .value
        .items()
        .iter()
        .any(|filter| filter.value.text().is_some_and(|filter| debug_only(logging, filter)));
    if silent {
        return None;
    }
    let class = field(&handler, "class");
    Some(if class.value == Value::Absent { field(&handler, "()") } else { class })
}

fn debug_only(logging: &Fact, filter: &str) -> bool {
    let filter = field(&field(logging, "filters"), filter);
    ["()", "class"].iter().any(|key| {
        field(&filter, key).value.text().is_some_and(|class| class.ends_with("RequireDebugTrue"))
    })
}

/// Whether every handler that writes a file bounds it. Of a plain `FileHandler` and its watching kin
/// only the machine knows, where `logrotate` may do it.
fn rotates(logging: &Fact, rotated: &Fact) -> Fact {
    let handlers = field(logging, "handlers");
    each(&handlers, |value| match value {
        Value::Record(record) => {
            let answers: Vec<Fact> =
                record.fields.values().filter_map(|handler| bounded(handler, rotated)).collect();
            let unknown_rest = record.rest.clone().map(|why| Fact::derived(Value::Unknown(why)));
            all(answers.into_iter().chain(unknown_rest))
        }
        other => made_from(&handlers, other.clone()),
    })
}

/// The files that handlers write to; `/dev/stdout` and its like are none.
fn files(logging: &Fact) -> Fact {
    let (handlers, nothing) = (field(logging, "handlers"), Fact::absent());
    each(&handlers, |value| match value {
        Value::Record(record) => {
            let to_files =
                record.fields.values().filter(|handler| bounded(handler, &nothing).is_some());
            let names = to_files.map(|handler| field(handler, "filename"));
            let is_device =
                |name: &Fact| name.value.text().is_some_and(|name| name.starts_with("/dev/"));
            let items = names.filter(|name| name.value != Value::Absent && !is_device(name));
            let list = List { items: items.collect(), rest: record.rest.clone() };
            made_from(&handlers, Value::from(list))
        }
        other => made_from(&handlers, other.clone()),
    })
}

/// Whether a handler bounds its file; none if it writes none.
fn bounded(handler: &Fact, rotated: &Fact) -> Option<Fact> {
    let class = field(handler, "class");
    let Some(text) = class.value.text() else {
        return matches!(class.value, Value::Unknown(_)).then_some(class);
    };
    if !text.ends_with("FileHandler") {
        return None;
    }
    let by_time = text.ends_with("TimedRotatingFileHandler");
    let by_size = text.ends_with("RotatingFileHandler") && !by_time;
    Some(match (by_time, by_size) {
        (true, _) => truth(&field(handler, "backupCount")),
        (_, true) => {
            all(["maxBytes", "backupCount"].map(|key| truth(&field(handler, key))).into_iter())
        }
        _ => by_machine(&class, text, &field(handler, "filename"), rotated),
    })
}

/// Whether `logrotate` bounds a file. It moves the file away, and whoever does not open the new one writes on into
/// the old one.
fn by_machine(class: &Fact, text: &str, file: &Fact, rotated: &Fact) -> Fact {
    let Some(log) = file.value.text().and_then(|file| logrotate::of_file(rotated, file)) else {
        let why = Ignorance::new(format!("`{text}` leaves rotation to the machine"))
            .settled_by("rotate the file with `logrotate` and attest it");
        return made_from(class, Value::Unknown(why));
    };
    let value = if log.holds("reopened") || text.ends_with("WatchedFileHandler") {
        Value::Bool(log.value.field("keeps").and_then(|keeps| keeps.value.int()) >= Some(0))
    } else {
        let why = "`logrotate` moves the file, and the program may go on writing into the one that was moved";
        let remedy = "use `logging.handlers.WatchedFileHandler`, or `copytruncate` in that block";
        Value::Unknown(Ignorance::new(why).settled_by(remedy))
    };
    Fact { value, provenance: log.provenance.clone() }
}

/// Whether all answers are yes; absent if there are none. One no suffices.
fn all(answers: impl Iterator<Item = Fact>) -> Fact {
    let mut sum = Fact::absent();
    for answer in answers {
        match (&sum.value, &answer.value) {
            (_, Value::Bool(false)) => return answer,
            (Value::Absent | Value::Bool(true), _) => sum = answer,
            _ => {}
        }
    }
    sum
}
