//! The Python that a platform or a version manager is told to install, and until when it gets fixes.

use crate::collect::Sources;
use crate::collect::compose::python_last_day;
use crate::date::Date;
use crate::fact::{Fact, FactSpec, Kind, Place, ProjectPath, Value};
use crate::project::Role;

/// The fields of one file that names a Python.
pub(super) const PYTHON: &[FactSpec] = &[
    FactSpec::new("version", Kind::Text, "The version as written: `3.12`, `3.12.4`."),
    FactSpec::new("file", Kind::Text, "The file that names it."),
    FactSpec::new(
        "for-platform",
        Kind::Bool,
        "Whether only platforms read the file, and no tool on a developer's machine.",
    ),
    FactSpec::new("ends", Kind::Text, "The last day on which it gets fixes; absent if not known."),
    FactSpec::new("days-left", Kind::Number, "How far off that day is; absent likewise.")
        .in_unit("days"),
];

/// Whether a file names a Python, told from its path.
pub(super) fn names_python(path: &ProjectPath) -> bool {
    matches!(path.name(), "runtime.txt" | ".python-version") && Role::of(path).counts()
}

/// The Pythons that the files of a service name.
pub(super) fn pythons(sources: &Sources<'_>) -> Vec<Fact> {
    let files = sources.wanted.iter().copied().filter(|path| names_python(path));
    files
        .filter_map(|path| python(path, sources.project.read(path).ok()?, sources.given.today))
        .collect()
}

/// The first version of a file: `python-3.12.x` or `3.12.4`.
fn python(path: &ProjectPath, text: &str, today: Date) -> Option<Fact> {
    let written = |line: &str| {
        let line = line.split('#').next().unwrap_or_default().trim();
        let version = line.strip_prefix("python-").unwrap_or(line);
        let version = version.trim_end_matches(".x");
        let is_version =
            version.contains('.') && version.chars().all(|c| c.is_ascii_digit() || c == '.');
        is_version.then(|| version.to_owned())
    };
    let (version, line) =
        text.lines().zip(1_u32..).find_map(|(line, number)| Some((written(line)?, number)))?;
    let at = |value: Value| Fact::literal(value, Place::line(path, line));
    let ends = python_last_day(&version);
    let or_absent = |value: Option<Value>| at(value.unwrap_or(Value::Absent));
    Some(at(Value::record([
        ("ends", or_absent(ends.map(|day| Value::from(day.to_string())))),
        ("days-left", or_absent(ends.map(|day| Value::Int(today.days_until(day))))),
        ("version", at(Value::from(version))),
        ("file", at(Value::from(path.as_str()))),
        ("for-platform", at(Value::Bool(path.name() == "runtime.txt"))),
    ])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_version_of_a_file_counts() {
        for (text, told) in [
            ("python-3.12.4", Some("3.12.4 2028-10-31")),
            ("python-3.11.x\n", Some("3.11 2027-10-31")),
            ("# ours\n3.9.13\n3.10\n", Some("3.9.13 2025-10-31")),
            ("3.99", Some("3.99 not set")),
            ("pypy3.10", None),
            ("system", None),
            ("3", None),
            ("", None),
        ] {
            let today = Date::parse("2026-11-21").unwrap();
            let fact = python(&ProjectPath::new("runtime.txt"), text, today);
            let shown = fact.map(|fact| {
                let field = |name: &str| fact.value.field(name).unwrap().value.to_string();
                format!("{} {}", field("version"), field("ends")).replace('"', "")
            });
            assert_eq!(shown.as_deref(), told, "{text}");
        }
    }
}
