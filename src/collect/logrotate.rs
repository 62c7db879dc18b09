//! logrotate's files: the facts under `logrotate`.
//!
//! Global directives hold for the blocks after them. A file without `rotate` keeps no old one, and one without a size or
//! a time is looked at by its size: whatever a block covers is bounded. (logrotate(8) of 3.22, read 2026-11-30.)

use globset::GlobBuilder;

use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, Kind, List, Place, ProjectPath, Value, WhenMissing,
};
use crate::project::Role;

/// Knows logrotate's files.
pub struct Logrotate;

const LOG: &[FactSpec] = &[
    FactSpec::new("pattern", Kind::Text, "The files, as a path with `*` and `?`."),
    FactSpec::new("file", Kind::Text, "The configuration that names them."),
    FactSpec::new("keeps", Kind::Number, "How many old ones are kept; negative for all."),
    FactSpec::new(
        "reopened",
        Kind::Bool,
        "Whether the file is copied and emptied in its place, or a script may tell the program to open the new one.",
    ),
];

const FACTS: &[FactSpec] = &[FactSpec::new(
    "logrotate.logs",
    Kind::List(&Kind::Record(LOG)),
    "The log files that are rotated, in the order of the files.",
)];

impl Collector for Logrotate {
    fn domain(&self) -> Domain {
        Domain {
            name: "logrotate",
            means: "what logrotate does with log files",
            when_missing: WhenMissing::NotApplicable("no configuration of logrotate is here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn reads_files_alone(&self) -> bool {
        true
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        is_configuration(path) && Role::of(path).counts()
    }

    fn collect(&self, sources: &Sources<'_>, _so_far: &Facts) -> Facts {
        let mut facts = Facts::default();
        let mut logs = List::default();
        for path in sources.wanted {
            match sources.project.read(path) {
                Ok(text) => read(path, text, &mut logs),
                Err(why) => logs.rest = logs.rest.or(Some(why)),
            }
        }
        if !logs.items.is_empty() || logs.rest.is_some() {
            facts.put("logrotate.logs", Fact::derived(logs));
        }
        facts
    }
}

/// Whether a file is logrotate's: `logrotate.conf`, `logrotate.d/shop`, `deploy/shop.logrotate`.
fn is_configuration(path: &ProjectPath) -> bool {
    // Every file is asked, and hardly any is one.
    if !path.as_str().contains("logrotate") {
        return false;
    }
    let name = path.name().to_lowercase();
    let plain = [".j2", ".template", ".tpl", ".tmpl"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(&name);
    let folder = path.folder();
    let is_named = matches!(plain, "logrotate" | "logrotate.conf") || plain.ends_with(".logrotate");
    let is_listed = matches!(folder.name(), "logrotate" | "logrotate.d");
    is_named || (is_listed && !matches!(path.extension(), "md" | "sh" | "yml" | "yaml" | "py"))
}

/// Sections of a block that are commands, not directives; they end with `endscript`.
const SCRIPTS: &[&str] = &["prerotate", "postrotate", "firstaction", "lastaction", "preremove"];

/// What directives say.
#[derive(Clone, Copy, Default)]
struct Manner {
    keeps: i64,
    reopened: bool,
}

/// The logs that a text names.
fn read(path: &ProjectPath, text: &str, logs: &mut List) {
    let mut general = Manner::default();
    let mut patterns: Vec<(&str, u32)> = Vec::new();
    let mut block: Option<Manner> = None;
    let mut in_script = false;
    for (line, number) in text.lines().zip(1_u32..) {
        let line = line.trim();
        let first = line.split_whitespace().next().unwrap_or_default();
        if in_script {
            in_script = first != "endscript";
            continue;
        }
        if first.is_empty() || first.starts_with('#') {
            continue;
        }
        if line.starts_with("{%") || first == "include" {
            let why = format!("`{path}:{number}` brings in what is not read");
            logs.rest.get_or_insert(Ignorance::new(why));
            continue;
        }
        if SCRIPTS.contains(&first) {
            in_script = true;
            if let Some(manner) = &mut block {
                manner.reopened |= matches!(first, "postrotate" | "lastaction");
            }
            continue;
        }
        if let Some(manner) = &mut block {
            if let Some(before) = line.strip_suffix('}').filter(|it| !it.ends_with('}')) {
                manner.take(before);
                let of_block = *manner;
                let records = patterns.drain(..).map(|log| of_block.record(path, log));
                logs.items.extend(records);
                block = None;
            } else {
                manner.take(line);
            }
            continue;
        }
        let (names, opens) = match line.strip_suffix('{') {
            Some(names) if !names.ends_with('{') => (names, true),
            _ => (line, false),
        };
        if opens || names.starts_with(['/', '"', '\'', '{', '~']) {
            patterns.extend(words(names).into_iter().map(|name| (name, number)));
        } else {
            general.take(line);
        }
        block = opens.then_some(general);
    }
}

/// The paths of a line, which quotes or spaces keep apart. What a template fills in is one of them.
fn words(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line.trim();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '"' | '\'' => {
                let inside = rest.get(1..).unwrap_or_default();
                inside.split_once(first).unwrap_or((inside, ""))
            }
            _ if rest.contains("{{") => (rest, ""),
            _ => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        found.push(word);
        rest = after.trim_start();
    }
    found
}

impl Manner {
    /// Reads one directive.
    fn take(&mut self, line: &str) {
        let mut words = line.split([' ', '\t', '=']).filter(|word| !word.is_empty());
        match (words.next(), words.next()) {
            (Some("rotate"), Some(number)) => self.keeps = number.parse().unwrap_or(self.keeps),
            (Some("copytruncate"), _) => self.reopened = true,
            (Some("nocopytruncate"), _) => self.reopened = false,
            _ => {}
        }
    }

    fn record(self, path: &ProjectPath, (pattern, line): (&str, u32)) -> Fact {
        let at = |value: Value| Fact::literal(value, Place::line(path, line));
        let is_filled_in = ["{{", "${", "@@", "<%", "{%"].iter().any(|hole| pattern.contains(hole));
        let pattern = if is_filled_in {
            Value::Unknown(Ignorance::new(format!("`{pattern}` is filled in at deploy time")))
        } else {
            Value::from(pattern)
        };
        at(Value::record([
            ("pattern", at(pattern)),
            ("file", at(path.as_str().into())),
            ("keeps", at(Value::Int(self.keeps))),
            ("reopened", at(self.reopened.into())),
        ]))
    }
}

/// The first of some logs that a file is one of.
pub(super) fn of_file<'l>(logs: &'l Fact, file: &str) -> Option<&'l Fact> {
    let covers = |log: &&Fact| {
        let glob =
            log.text_of("pattern").map(|it| GlobBuilder::new(it).literal_separator(true).build());
        glob.and_then(Result::ok).is_some_and(|glob| glob.compile_matcher().is_match(file))
    };
    logs.value.items().iter().find(covers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let mut logs = List::default();
        read(&ProjectPath::new("logrotate.conf"), text, &mut logs);
        let shown = |log: &Fact| {
            let field = |name: &str| log.value.field(name).unwrap().value.to_string();
            format!("{} {} {}", field("pattern"), field("keeps"), field("reopened"))
        };
        let rest = logs.rest.map(|why| why.why.to_string());
        let told: Vec<String> = logs.items.iter().map(shown).chain(rest).collect();
        told.join("; ").replace('"', "")
    }

    #[test]
    fn blocks_are_read_with_what_holds_for_all() {
        for (text, expected) in [
            ("/var/log/shop/*.log {\n  rotate 7\n  copytruncate\n}", "/var/log/shop/*.log 7 true"),
            (
                "rotate 4\ncopytruncate\n/a.log {\n}\n/b.log { \n rotate 2 }",
                "/a.log 4 true; /b.log 2 true",
            ),
            ("/a.log {\n}\nrotate 4\n", "/a.log 0 false"),
            (
                "\"/a b.log\" /c.log\n/d.log\n{\n nocopytruncate\n}",
                "/a b.log 0 false; /c.log 0 false; /d.log 0 false",
            ),
            (
                "/a.log {\n  postrotate\n    kill -USR1 `cat /run/x`\n    rotate 9 }\n  endscript\n  rotate 2\n}",
                "/a.log 2 true",
            ),
            ("/a.log {\n  prerotate\n  true\n  endscript\n  rotate -1\n}", "/a.log -1 false"),
            (
                "# none\ninclude /etc/logrotate.d\nweekly\n",
                "`logrotate.conf:2` brings in what is not read",
            ),
            (
                "/var/log/{{ project }}/*.log {\n  rotate 52\n}",
                "unknown (`/var/log/{{ project }}/*.log` is filled in at deploy time) 52 false",
            ),
            (
                "{{ log_dir }}/x.log {\n rotate=3\n}",
                "unknown (`{{ log_dir }}/x.log` is filled in at deploy time) 3 false",
            ),
            ("/a.log {\n rotate 3\n", ""),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn a_star_stays_in_its_folder() {
        let mut logs = List::default();
        read(&ProjectPath::new("x"), "/var/log/shop/*.log /var/log/[ {\n}", &mut logs);
        let logs = Fact::derived(logs);
        for (file, is_covered) in [
            ("/var/log/shop/app.log", true),
            ("/var/log/shop/old/app.log", false),
            ("/var/log/app.log", false),
        ] {
            assert_eq!(of_file(&logs, file).is_some(), is_covered, "{file}");
        }
    }

    #[test]
    fn configurations_are_known_by_their_names() {
        for (path, is_one) in [
            ("logrotate.conf", true),
            ("deploy/logrotate.d/shop", true),
            ("deploy/shop.logrotate", true),
            ("deploy/logrotate/shop.conf.j2", true),
            ("ansible/templates/logrotate.j2", true),
            ("logrotate/README.md", false),
            ("scripts/install_logrotate.sh", false),
            ("shop.conf", false),
        ] {
            assert_eq!(is_configuration(&ProjectPath::new(path)), is_one, "{path}");
        }
    }
}
