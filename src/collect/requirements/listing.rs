//! `requirements.txt` as pip reads it, line by line (pip documentation, "Requirements File Format",
//! read 2026-11-21).

use std::collections::BTreeMap;

use super::specifier::{Dialect, clauses, exact};
use super::{Listed, Package};
use crate::fact::{Ignorance, Place, Position, ProjectPath};
use crate::grammar::package_name::normal_name;
use crate::project::Project;

/// Files included by files are followed so far.
const MAX_FILES: usize = 40;

/// What a requirements file asks for, with all that it includes.
pub(super) fn read(project: &Project, path: &ProjectPath) -> Listed {
    let mut listed = Listed::default();
    let mut todo = vec![(path.clone(), Use::Requirements)];
    let mut seen = Vec::new();
    let mut bounds: BTreeMap<String, Option<String>> = BTreeMap::new();
    while let Some((path, purpose)) = todo.pop() {
        if seen.contains(&path) {
            continue;
        }
        if seen.len() >= MAX_FILES {
            listed.rest = Some(Ignorance::new(format!("`{path}` is one included file too many")));
            break;
        }
        match project.read(&path) {
            Ok(text) => {
                for (line, text) in logical_lines(text) {
                    take_line(&text, Place::line(&path, line), &path, &mut |found| match found {
                        Line::Package(package) if purpose == Use::Requirements => {
                            listed.packages.push(package);
                        }
                        Line::Package(package) => {
                            bounds.entry(package.name).or_insert(package.version);
                        }
                        Line::File(file, purpose) => {
                            todo.push((path.folder().join(&file), purpose));
                        }
                    });
                }
            }
            Err(why) => listed.rest = Some(why),
        }
        seen.push(path);
    }
    for package in listed.packages.iter_mut().filter(|package| package.version.is_none()) {
        package.version = bounds.get(&package.name).cloned().flatten();
    }
    listed.files = seen;
    listed
}

/// What an included file is for: constraints install nothing, but pin what others ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Requirements,
    Constraints,
}

enum Line {
    Package(Package),
    File(String, Use),
}

/// The lines without comments, those joined by backslashes as one, each with its number.
fn logical_lines(text: &str) -> Vec<(u32, String)> {
    let mut lines = Vec::new();
    let mut open: Option<(u32, String)> = None;
    for (line, number) in text.lines().zip(1_u32..) {
        let (start, mut joined) = open.take().unwrap_or((number, String::new()));
        match line.strip_suffix('\\') {
            Some(part) => {
                joined.push_str(part);
                joined.push(' ');
                open = Some((start, joined));
            }
            None => {
                joined.push_str(line);
                lines.push((start, without_comment(&joined).to_owned()));
            }
        }
    }
    lines.extend(open.map(|(start, joined)| (start, without_comment(&joined).to_owned())));
    lines
}

/// A `#` begins a comment at the start of a line or after a blank.
fn without_comment(line: &str) -> &str {
    let starts =
        |at: &usize| *at == 0 || line.get(..*at).is_some_and(|head| head.ends_with([' ', '\t']));
    let at = line.match_indices('#').map(|(at, _)| at).find(starts);
    at.and_then(|at| line.get(..at)).unwrap_or(line)
}

fn take_line(line: &str, place: Place, file: &ProjectPath, found: &mut dyn FnMut(Line)) {
    let text = line.trim();
    let option = |long: &str, short: &str| {
        let rest = text.strip_prefix(long).or_else(|| text.strip_prefix(short))?;
        Some(rest.trim_start_matches(['=', ' ', '\t']).trim().to_owned())
    };
    if let Some(included) = option("--requirement", "-r") {
        found(Line::File(included, Use::Requirements));
    } else if let Some(included) = option("--constraint", "-c") {
        found(Line::File(included, Use::Constraints));
    } else if let Some(source) = option("--editable", "-e") {
        found_package(requirement(&source, narrowed(place, text), file), found);
    } else if !text.starts_with('-') {
        found_package(requirement(text, place, file), found);
    }
}

fn found_package(package: Option<Package>, found: &mut dyn FnMut(Line)) {
    if let Some(package) = package {
        found(Line::Package(package));
    }
}

/// One requirement: a name with a specifier, or an address. The project itself (`.`, `-e ./lib`) is none.
pub(super) fn requirement(text: &str, place: Place, file: &ProjectPath) -> Option<Package> {
    let (text, options) =
        text.split_once(" --").map_or((text, ""), |(text, options)| (text, options));
    let hashed = options.starts_with("hash") || options.contains("--hash");
    let text = text.trim();
    let (name, specifier, version) = if let Some((name, address)) = named_address(text) {
        (name, address.to_owned(), pinned_address(address))
    } else {
        let body = text.split(';').next().unwrap_or_default().trim();
        let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        let (name, rest) = body.split_at(end.unwrap_or(body.len()));
        let rest = rest.trim_start();
        let rest = rest
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .map_or(rest, |(_, rest)| rest);
        let specifier = rest.trim().trim_matches(['(', ')']).to_owned();
        let version = exact(&clauses(&specifier, Dialect::Standard)).map(str::to_owned);
        (name.to_owned(), specifier, version)
    };
    let is_name =
        name.starts_with(|c: char| c.is_ascii_alphanumeric()) && !specifier.starts_with('/');
    is_name.then(|| Package {
        name: normal_name(&name),
        specifier,
        dialect: Dialect::Standard,
        version,
        hashed,
        place: narrowed(place, text),
        file: file.clone(),
    })
}

/// The place, as wide as the requirement itself.
fn narrowed(place: Place, text: &str) -> Place {
    let shown = text.split(';').next().unwrap_or_default().trim_end();
    match (place, u32::try_from(shown.chars().count())) {
        (Place::File { path, at: Some(at) }, Ok(width)) if at.width == 0 => {
            Place::in_file(&path, Position { width, ..at })
        }
        (place, _) => place,
    }
}

/// The package that an address installs: `name @ https://…`, `git+https://…#egg=name`, `…/name-1.2.whl`.
fn named_address(text: &str) -> Option<(String, &str)> {
    if let Some((name, address)) = text.split_once('@')
        && address.contains("://")
        && !name.contains("://")
    {
        let name = name.split('[').next().unwrap_or_default().trim();
        return Some((name.to_owned(), address.trim()));
    }
    if !text.contains("://") {
        return None;
    }
    let egg = text.split_once("#egg=").map(|(_, egg)| egg.split(['&', '[']).next().unwrap_or(egg));
    let last = || {
        let path = text.split(['#', '?', '@']).next().unwrap_or(text);
        let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        name.split('-').next().unwrap_or(name).trim_end_matches(".git")
    };
    Some((egg.unwrap_or_else(last).to_owned(), text))
}

/// What an address pins: a commit, a tag that looks like a version, or one archive.
fn pinned_address(address: &str) -> Option<String> {
    let path = address.split(['#', '?', ';']).next().unwrap_or(address).trim();
    let name = path.rsplit('/').next().unwrap_or_default();
    if !path.starts_with("git+") && !path.starts_with("git:") {
        let archive =
            [".whl", ".tar.gz", ".zip", ".tgz"].iter().find_map(|end| name.strip_suffix(end))?;
        let version = archive.split('-').nth(1).unwrap_or(archive);
        return Some(version.to_owned());
    }
    let (_, revision) = name.rsplit_once('@')?;
    let is_commit = revision.len() >= 7 && revision.chars().all(|c| c.is_ascii_hexdigit());
    let is_version = revision.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
        && revision.contains('.');
    (is_commit || is_version).then(|| revision.trim_start_matches('v').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// name, specifier and version of each, joined.
    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let project = Project::of_texts(files.iter().copied());
        read(&project, &ProjectPath::new("requirements.txt"))
            .packages
            .iter()
            .map(|package| {
                let version = package.version.as_deref().unwrap_or("-");
                let hashed = if package.hashed { " hashed" } else { "" };
                format!(
                    "{} [{}] {version}{hashed} {}",
                    package.name, package.specifier, package.place
                )
            })
            .collect()
    }

    #[test]
    fn lines_are_read_as_pip_reads_them() {
        for (line, packages) in [
            ("Django==4.2.1", vec!["django [==4.2.1] 4.2.1 requirements.txt:1"]),
            ("sentry-sdk[flask] >= 2 # why", vec!["sentry-sdk [>= 2] - requirements.txt:1"]),
            ("uvicorn (>=0.30,<1)", vec!["uvicorn [>=0.30,<1] - requirements.txt:1"]),
            (
                "redis==7.0.1 ; python_version >= '3.9'",
                vec!["redis [==7.0.1] 7.0.1 requirements.txt:1"],
            ),
            (
                "a==1 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\nb",
                vec!["a [==1] 1 hashed requirements.txt:1", "b [] - requirements.txt:4"],
            ),
            (
                "git+https://x.example/y/lib.git@0123abc#egg=Lib",
                vec![
                    "lib [git+https://x.example/y/lib.git@0123abc#egg=Lib] 0123abc requirements.txt:1",
                ],
            ),
            (
                "-e git+https://x.example/y/lib.git@main#egg=lib",
                vec!["lib [git+https://x.example/y/lib.git@main#egg=lib] - requirements.txt:1"],
            ),
            (
                "lib @ https://x.example/lib-1.2-py3-none-any.whl",
                vec!["lib [https://x.example/lib-1.2-py3-none-any.whl] 1.2 requirements.txt:1"],
            ),
            ("-e .\n.\n./lib\n--index-url https://x.example/\n# no", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(told(&[("requirements.txt", line)]), packages, "{line}");
        }
    }

    #[test]
    fn included_files_count_and_constraints_pin() {
        let files = [
            ("requirements.txt", "-r requirements/base.txt\n-c constraints.txt\nredis"),
            ("requirements/base.txt", "-r ../requirements.txt\ndjango>=4"),
            ("constraints.txt", "redis==7.0.1\nother==1"),
        ];
        assert_eq!(
            told(&files),
            ["redis [] 7.0.1 requirements.txt:3", "django [>=4] - requirements/base.txt:2"]
        );
    }

    #[test]
    fn a_file_that_is_not_there_leaves_the_list_open() {
        let project = Project::of_texts([("requirements.txt", "-r base.txt\na==1")]);
        let listed = read(&project, &ProjectPath::new("requirements.txt"));
        assert_eq!(listed.packages.len(), 1);
        assert_eq!(&*listed.rest.unwrap().why, "`base.txt` is not in the project");
    }
}
