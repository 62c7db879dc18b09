//! uWSGI's settings: its flags, and the `.ini` files that it is started with.
//!
//! (uWSGI 2.0, "Configuring uWSGI", "Options" and "If/For logic", read 2026-11-30: what stands between
//! `if-…` and `endif` depends on the machine it is started on.)

use std::collections::BTreeMap;

use super::start::Start;
use crate::collect::Sources;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, Origin, Place, Position, ProjectPath, Value};
use crate::grammar::shell_words::Word;
use crate::project::Role;

/// The fields of one uWSGI.
pub(super) const UWSGI: &[FactSpec] = &[
    FactSpec::new("reload", Kind::Bool, "Whether it starts anew when a source file changes."),
    FactSpec::new(
        "harakiri",
        Kind::Number,
        "After how long a request that hangs is given up; 0 for never.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "need-app",
        Kind::Bool,
        "Whether it ends when the program cannot be loaded, instead of answering without it.",
    ),
    FactSpec::new(
        "stats-open",
        Kind::Bool,
        "Whether other machines can read its statistics, running requests among them; absent if it keeps none.",
    ),
    FactSpec::new("in-container", Kind::Bool, "Whether it runs in a container."),
];

/// The settings of a uWSGI that is started.
pub(super) fn effective(sources: &Sources<'_>, start: &Start) -> Fact {
    let mut options = Options::default();
    let arguments = &start.started.arguments;
    for (index, word) in arguments.iter().enumerate() {
        let text = word.shown();
        let next = arguments.get(index + 1).map(Word::shown);
        let file = match text.strip_prefix("--ini") {
            Some("") => next,
            Some(joined) => joined.strip_prefix('=').map(str::to_owned),
            None if ProjectPath::new(&text).extension() == "ini" && !text.starts_with('-') => {
                Some(text.clone())
            }
            None => None,
        };
        match file {
            Some(file) => options.take_file(sources, &file),
            None => options.take_flag(&text, next_value(arguments, index), &start.place),
        }
    }
    options.fact(start)
}

/// What follows a flag, if it is no flag itself.
fn next_value(arguments: &[Word], index: usize) -> Option<String> {
    arguments.get(index + 1).map(Word::shown).filter(|word| !word.starts_with('-'))
}

/// Options with the last value of each, and why there may be more.
#[derive(Default)]
struct Options {
    set: BTreeMap<String, Fact>,
    rest: Option<Ignorance>,
}

impl Options {
    fn take_flag(&mut self, word: &str, next: Option<String>, place: &Place) {
        let Some(flag) = word.strip_prefix("--") else {
            return;
        };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (flag, next.unwrap_or_else(|| "true".to_owned())),
        };
        self.set(name, Fact::literal(value, place.clone()));
    }

    fn set(&mut self, name: &str, fact: Fact) {
        self.set.insert(name.replace('_', "-"), fact);
    }

    /// The file of the project that is meant: the one whose path ends the named one, else the only one
    /// of that name.
    fn take_file(&mut self, sources: &Sources<'_>, named: &str) {
        let wanted = ProjectPath::new(named);
        let of_name: Vec<&ProjectPath> = sources
            .service
            .files()
            .filter(|path| path.name() == wanted.name() && Role::of(path).counts())
            .collect();
        let ends = |path: &&&ProjectPath| {
            wanted
                .as_str()
                .strip_suffix(path.as_str())
                .is_some_and(|it| it.is_empty() || it.ends_with('/'))
        };
        let longest = of_name.iter().filter(ends).max_by_key(|path| path.as_str().len());
        let found = longest.or_else(|| of_name.first().filter(|_| of_name.len() == 1));
        match found.and_then(|path| Some((path, sources.project.read(path).ok()?))) {
            Some((path, text)) => self.take_text(path, text),
            None => {
                let why = if of_name.len() > 1 {
                    format!("several files are named like uWSGI's configuration `{named}`")
                } else {
                    format!("uWSGI's configuration `{named}` is not in the project")
                };
                self.rest = Some(Ignorance::new(why));
            }
        }
    }

    fn take_text(&mut self, path: &ProjectPath, text: &str) {
        let (mut is_its_own, mut depth) = (false, 0_usize);
        for (line, number) in text.lines().zip(1_u32..) {
            let line = without_comment(line).trim();
            if line.is_empty() {
                continue;
            }
            if let Some(section) = line.strip_prefix('[') {
                is_its_own = section.trim_end_matches(']').trim() == "uwsgi";
                continue;
            }
            let (name, value) = line.split_once('=').unwrap_or((line, "true"));
            let (name, value) = (name.trim(), value.trim());
            let width = u32::try_from(line.chars().count()).unwrap_or(0);
            let place = Place::in_file(path, Position { width, ..Position::line(number) });
            match name {
                _ if !is_its_own => {}
                "endif" | "end-if" | "endfor" | "end-for" => depth = depth.saturating_sub(1),
                _ if name.starts_with("if-") || name == "for" => depth += 1,
                "ini" | "include" | "inherit" | "yaml" | "json" | "xml" => {
                    let why = format!("`{path}` includes `{value}`, which may set more");
                    self.rest = Some(Ignorance::new(why));
                }
                _ => {
                    let is_open = depth > 0 || value.contains("$(") || value.contains("%(");
                    let why = || Ignorance::new("it depends on the environment it is started in");
                    let value = if value.is_empty() { "true" } else { value };
                    let value = if is_open { Value::Unknown(why()) } else { Value::from(value) };
                    self.set(name, Fact::literal(value, place));
                }
            }
        }
    }

    /// The last value of an option under any of its names; unknown if an include may set it.
    fn get(&self, names: &[&str], default: &Value, place: &Place) -> Fact {
        let found = names.iter().find_map(|name| self.set.get(*name));
        match (found, &self.rest) {
            (Some(found), _) => found.clone(),
            (None, Some(why)) => Fact::derived(Value::Unknown(why.clone())).at(place.clone()),
            (None, None) => {
                Fact::derived(default.clone()).from_origin(Origin::Default).at(place.clone())
            }
        }
    }

    fn fact(&self, start: &Start) -> Fact {
        let place = &start.place;
        let switch = |names: &[&str]| {
            let mut fact = self.get(names, &Value::Bool(false), place);
            fact.value = match fact.value.text() {
                Some(text) => Value::Bool(!matches!(text, "0" | "false" | "off" | "no")),
                None => fact.value,
            };
            fact
        };
        let mut harakiri = self.get(&["harakiri"], &Value::Int(0), place);
        harakiri.value = match harakiri.value.text() {
            Some(text) => text.parse().map_or(Value::Absent, Value::Int),
            None => harakiri.value,
        };
        let mut stats = self.get(&["stats", "stats-server", "stats-http"], &Value::Absent, place);
        stats.value = match stats.value.text() {
            Some(address) => Value::Bool(is_open(address)),
            None => stats.value,
        };
        let record = Value::record([
            (
                "reload",
                switch(&[
                    "py-autoreload",
                    "py-auto-reload",
                    "python-autoreload",
                    "python-auto-reload",
                ]),
            ),
            ("harakiri", harakiri),
            ("need-app", switch(&["need-app"])),
            ("stats-open", stats),
            ("in-container", Fact::derived(start.in_container).at(place.clone())),
        ]);
        Fact::literal(record, place.clone())
    }
}

/// Whether other machines reach an address of uWSGI's: `:1717` is on all of the machine's.
fn is_open(address: &str) -> bool {
    let Some((host, _)) = address.rsplit_once(':') else {
        // A socket; a port alone is on all addresses.
        return address.chars().all(|c| c.is_ascii_digit());
    };
    !(host.contains('/') || matches!(host, "127.0.0.1" | "localhost" | "[::1]" | "@" | "unix"))
}

/// The line up to a comment that a blank stands before.
fn without_comment(line: &str) -> &str {
    let trimmed = line.trim_start();
    if trimmed.starts_with(['#', ';']) {
        return "";
    }
    let end = [" ;", " #", "\t;", "\t#"].iter().filter_map(|mark| line.find(mark)).min();
    end.and_then(|end| line.get(..end)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_statistics_are_open_or_not() {
        for (address, open) in [
            (":1717", true),
            ("0.0.0.0:1717", true),
            ("10.0.0.5:1717", true),
            ("1717", true),
            ("127.0.0.1:9191", false),
            ("localhost:9191", false),
            ("/run/uwsgi/stats.sock", false),
        ] {
            assert_eq!(is_open(address), open, "{address}");
        }
    }

    #[test]
    fn comments_end_a_line_after_a_blank() {
        for (line, left) in [
            ("a = 1 ; why", "a = 1"),
            ("  # a", ""),
            ("a = x#y", "a = x#y"),
            ("a = 1\t# b ; c", "a = 1"),
        ] {
            assert_eq!(without_comment(line), left);
        }
    }
}
