//! The house rules that a machine can hold: layers, sizes, names, registration.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// Every top-level module, lowest first. A module may use its own layer's earlier lines and all above.
const LAYERS: &[&[&str]] = &[
    &["truth", "date", "problem"],
    &["toml_tree", "grammar"],
    &["fact"],
    &["credential"],
    &["check"],
    &["project"],
    &["python"],
    &["collect", "probe"],
    &["knowledge"],
    &["policy"],
    &["report"],
    &["audit", "rehearse"],
    &["cli"],
    &["lib", "main"],
];

const MAX_FILE_LINES: usize = 400;
const FORBIDDEN_NAMES: &[&str] =
    &["utils", "util", "helpers", "helper", "common", "misc", "manager", "types", "handler"];

#[test]
fn modules_use_only_lower_layers() {
    let mut wrong = Vec::new();
    for file in sources() {
        let me = module(&file);
        let mine = layer(&me).unwrap_or_else(|| panic!("`{me}` is in no layer"));
        for (number, line) in lines(&file) {
            for used in names_after(&line, "crate::") {
                if used != me && layer(&used).is_none_or(|theirs| theirs >= mine) {
                    wrong.push(format!("{}:{number}: {me} uses {used}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "not downward:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_stands_on_the_map() {
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let on_map: Vec<&str> =
        map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let in_layers: Vec<&str> = LAYERS
        .iter()
        .copied()
        .flatten()
        .copied()
        .filter(|name| !["lib", "main"].contains(name))
        .collect();
    let mut expected = in_layers.clone();
    expected.sort_by_key(|name| on_map.iter().position(|known| known == name));
    assert_eq!(on_map, expected, "src/lib.rs against the layers of this test");
    let positions: Vec<Option<usize>> = on_map.iter().map(|name| layer(name)).collect();
    assert!(positions.is_sorted(), "the map is in the order of the layers");
}

#[test]
fn parents_are_asked_by_their_full_names() {
    let mut wrong = Vec::new();
    for file in sources() {
        for (number, line) in lines(&file) {
            if line.contains("super::super::") {
                wrong.push(format!("{}:{number}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "use `crate::` across folders:\n{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .into_iter()
        .chain(files(&root().join("tests"), "rs"))
        .chain(files(&root().join("benches"), "rs"))
        .map(|file| (lines(&file).len(), file))
        .filter(|(lines, _)| *lines > MAX_FILE_LINES)
        .map(|(lines, file)| format!("{}: {lines} lines", file.display()))
        .collect();
    assert!(long.is_empty(), "over {MAX_FILE_LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn names_say_what_is_inside() {
    for file in sources() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!FORBIDDEN_NAMES.contains(&name.as_str()), "{}", file.display());
    }
}

#[test]
fn every_file_says_what_it_knows() {
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} begins with its `//!`", file.display());
    }
}

/// A collector's file names its type, and the list names both: `nginx::Nginx`.
#[test]
fn every_collector_and_probe_is_registered() {
    for (folder, declaration, list) in
        [("collect", "impl Collector for ", "COLLECTORS"), ("probe", "impl Probe for ", "PROBES")]
    {
        let registry = fs::read_to_string(root().join("src").join(folder).join("mod.rs")).unwrap();
        let (_, listed) = registry.split_once(&format!("const {list}")).expect("the list");
        let listed = listed.split("];").next().unwrap();
        for file in files(&root().join("src").join(folder), "rs") {
            for (_, line) in lines(&file) {
                if let Some(name) = line.strip_prefix(declaration) {
                    let name = name.split([' ', '{', '<']).next().unwrap();
                    assert!(
                        listed.contains(&format!("::{name},"))
                            || listed.contains(&format!("::{name}]"))
                            || listed.contains(&format!("::{name}\n")),
                        "`{name}` of {} is not in {list}",
                        file.display()
                    );
                }
            }
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<PathBuf> {
    files(&root().join("src"), "rs")
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|ending| ending == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The lines of a file with their numbers.
fn lines(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().enumerate().map(|(index, line)| (index + 1, line.to_owned())).collect()
}

/// The top-level module that a file belongs to.
fn module(file: &Path) -> String {
    let below = file.strip_prefix(root().join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The names that follow a prefix in a line.
fn names_after(line: &str, prefix: &str) -> Vec<String> {
    line.split(prefix)
        .skip(1)
        .map(|rest| {
            rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
        })
        .filter(|name| !name.is_empty())
        .collect()
}
