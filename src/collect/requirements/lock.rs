//! Lock files: the exact versions that an installer chose. Only their names and versions are read.

use std::collections::BTreeMap;

use crate::fact::{Fact, Ignorance, Place, ProjectPath};
use crate::grammar::package_name::normal_name;
use crate::project::Project;

/// The lock files of Poetry, uv, PDM and Pipenv.
pub(super) const NAMES: &[&str] = &["poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock"];

/// The version of every package in a lock file by its normal name, or why they are not known.
pub(super) fn versions(
    project: &Project,
    path: &ProjectPath,
) -> Result<BTreeMap<String, Fact>, Ignorance> {
    let text = project.read(path)?;
    if path.name() == "Pipfile.lock" { pipfile(text, path) } else { Ok(packages(text, path)) }
}

/// `[[package]]` tables as Poetry, uv and PDM write them: a key a line, nothing indented.
fn packages(text: &str, path: &ProjectPath) -> BTreeMap<String, Fact> {
    let mut versions = BTreeMap::new();
    let mut name: Option<String> = None;
    for (line, number) in text.lines().zip(1_u32..) {
        let quoted = |key: &str| {
            let value = line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim();
            value.strip_prefix('"')?.strip_suffix('"').map(str::to_owned)
        };
        if line.starts_with('[') {
            name = None;
        } else if let Some(found) = quoted("name") {
            name = Some(normal_name(&found));
        } else if let Some(version) = quoted("version")
            && let Some(name) = &name
        {
            versions.insert(name.clone(), Fact::literal(version, Place::line(path, number)));
        }
    }
    versions
}

/// Pipfile.lock is JSON; packages of development stand apart under `develop`.
fn pipfile(text: &str, path: &ProjectPath) -> Result<BTreeMap<String, Fact>, Ignorance> {
    let broken = |_| Ignorance::new(format!("`{path}` is not valid JSON"));
    let tree: serde_json::Value = serde_json::from_str(text).map_err(broken)?;
    let packages = tree.get("default").and_then(serde_json::Value::as_object);
    let version = |(name, package): (&String, &serde_json::Value)| {
        let version = package.get("version")?.as_str()?.trim_start_matches('=').to_owned();
        Some((normal_name(name), Fact::literal(version, Place::whole(path))))
    };
    Ok(packages.into_iter().flatten().filter_map(version).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, text: &str) -> Vec<String> {
        let project = Project::of_texts([(path, text)]);
        let versions = versions(&project, &ProjectPath::new(path)).unwrap();
        versions.iter().map(|(name, version)| format!("{name} {}", version.value)).collect()
    }

    #[test]
    fn versions_are_read_from_each_kind() {
        let poetry = "[[package]]\nname = \"Django\"\nversion = \"5.2.8\"\n\
                      [package.extras]\nname = \"x\"\n\n[[package]]\nname = \"a_b\"\nversion = \"1\"\n\
                      [metadata]\nversion = \"9\"\n";
        assert_eq!(told("poetry.lock", poetry), ["a-b \"1\"", "django \"5.2.8\""]);
        let pipenv = r#"{"default": {"Django": {"version": "==5.2.8"}, "x": {"path": "."}},
                         "develop": {"pytest": {"version": "==9"}}}"#;
        assert_eq!(told("Pipfile.lock", pipenv), ["django \"5.2.8\""]);
    }

    #[test]
    fn a_broken_lock_file_is_told() {
        let project = Project::of_texts([("Pipfile.lock", "{")]);
        let why = versions(&project, &ProjectPath::new("Pipfile.lock")).unwrap_err();
        assert_eq!(&*why.why, "`Pipfile.lock` is not valid JSON");
    }
}
