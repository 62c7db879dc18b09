//! Where packages are fetched from: the indexes that lists, `pip.conf`, Pipfile and `pyproject.toml` name.
//!
//! (pip 25, "Configuration" and "Requirements File Format"; Pipfile; Poetry 2 and uv, "Package indexes"; read
//! 2026-11-30.)

use toml::de::{DeTable, DeValue};

use super::{is_listing, is_manifest};
use crate::collect::Sources;
use crate::collect::compose::password_in_url;
use crate::fact::{Fact, FactSpec, Kind, Place, ProjectPath, Secret, Value};
use crate::project::Role;

/// The fields of an index.
pub(super) const INDEX: &[FactSpec] = &[
    FactSpec::new("host", Kind::Text, "The host; empty for a folder."),
    FactSpec::new("file", Kind::Text, "The file that names it."),
    FactSpec::new(
        "verified",
        Kind::Bool,
        "Whether what comes from there is encrypted and its server verified; true for this machine.",
    ),
    FactSpec::new(
        "password",
        Kind::Text,
        "The password or token that is written in its address; absent if there is none.",
    )
    .secret(),
];

/// More indexes are not looked at.
const MAX_INDEXES: usize = 50;

/// Whether a file is pip's configuration.
pub(super) fn is_configuration(path: &ProjectPath) -> bool {
    matches!(path.name(), "pip.conf" | "pip.ini" | ".piprc") && Role::of(path).counts()
}

/// The indexes that the files of a service name.
pub(super) fn indexes(sources: &Sources<'_>) -> Vec<Fact> {
    let mut found = Vec::new();
    for path in sources.wanted.iter().copied() {
        let Ok(text) = sources.project.read(path) else {
            continue;
        };
        if is_listing(path) {
            found.extend(of_lines(path, text, &['-']));
        } else if is_configuration(path) {
            found.extend(of_lines(path, text, &[]));
        } else if is_manifest(path) {
            found.extend(of_manifest(path, text));
        }
    }
    found.truncate(MAX_INDEXES);
    found
}

/// Options that name an index, and those that name a host which need not prove who it is.
const OPTIONS: &[(&str, bool)] = &[
    ("index-url", false),
    ("extra-index-url", false),
    ("find-links", false),
    ("trusted-host", true),
];

/// `--index-url https://…` of a list, `index-url = https://…` of a configuration; a list of several goes on
/// in lines that are indented.
fn of_lines(path: &ProjectPath, text: &str, start: &[char]) -> Vec<Fact> {
    let mut found = Vec::new();
    let mut open: Option<bool> = None;
    for (line, number) in text.lines().zip(1_u32..) {
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';', '[']) || trimmed.is_empty() {
            open = open.filter(|_| !trimmed.starts_with('['));
            continue;
        }
        let place = Place::line(path, number);
        if let (true, Some(trusted)) = (line.starts_with([' ', '\t']) && start.is_empty(), open) {
            found.extend(trimmed.split_whitespace().filter_map(|it| index(it, trusted, &place)));
            continue;
        }
        let (dashed, rest) = match trimmed.trim_start_matches(start) {
            rest if rest.len() < trimmed.len() => (true, rest),
            rest => (false, rest),
        };
        let short = dashed.then(|| rest.strip_prefix("i ")).flatten().map(|rest| (rest, false));
        let long = OPTIONS.iter().find_map(|(name, trusted)| {
            let after = rest.strip_prefix(name)?;
            let value = after.trim_start().trim_start_matches('=');
            (value.len() < after.len() || after.is_empty()).then_some((value, *trusted))
        });
        let named = if dashed == start.is_empty() { None } else { short.or(long) };
        open = named.map(|(_, trusted)| trusted);
        let words = named
            .into_iter()
            .flat_map(|(value, trusted)| value.split_whitespace().map(move |word| (word, trusted)));
        found.extend(words.filter_map(|(word, trusted)| index(word, trusted, &place)));
    }
    found
}

/// `[[source]]` of a Pipfile; `[[tool.poetry.source]]` and `[[tool.uv.index]]`.
fn of_manifest(path: &ProjectPath, text: &str) -> Vec<Fact> {
    let (root, _) = DeTable::parse_recoverable(text);
    let list = |names: &[&str]| {
        let (last, tables) = names.split_last()?;
        let table = tables
            .iter()
            .try_fold(root.get_ref(), |table, name| table.get(*name)?.get_ref().as_table())?;
        table.get(*last)?.get_ref().as_array()
    };
    let lists =
        [list(&["source"]), list(&["tool", "poetry", "source"]), list(&["tool", "uv", "index"])];
    let tables = lists.into_iter().flatten().flat_map(|items| items.iter());
    let of_table = |item: &toml::Spanned<DeValue<'_>>| {
        let table = item.get_ref().as_table()?;
        let url = table.get("url")?;
        let before = text.get(..url.span().start).unwrap_or_default();
        let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
        let unverified =
            table.get("verify_ssl").and_then(|it| it.get_ref().as_bool()) == Some(false);
        index(url.get_ref().as_str()?, unverified, &Place::line(path, line))
    };
    tables.take(MAX_INDEXES).filter_map(of_table).collect()
}

/// What an address says; nothing of a folder. `trusted` is whether its server need not prove who it is.
fn index(address: &str, trusted: bool, place: &Place) -> Option<Fact> {
    let address = address.trim_matches(['"', '\'']);
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None if trusted => ("https".to_owned(), address),
        None => return None,
    };
    if scheme == "file" {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_near = matches!(name, "localhost" | "127.0.0.1" | "[::1]" | "host.docker.internal");
    let password = password_in_url(address)
        .or_else(|| authority.rsplit_once('@').map(|(user, _)| user))
        .filter(|text| !["$", "{{", "%("].iter().any(|hole| text.contains(hole)))
        // `__token__:` and a bare name sign nobody in.
        .filter(|text| text.len() >= 8);
    let at = |value: Value| Fact::literal(value, place.clone());
    let file = match place {
        Place::File { path, .. } => path.as_str(),
        Place::Exchange(_) => "",
    };
    Some(at(Value::record([
        ("host", at(Value::from(host))),
        ("file", at(Value::from(file))),
        ("verified", at(Value::Bool(is_near || (scheme == "https" && !trusted)))),
        ("password", at(password.map_or(Value::Absent, |text| Value::Secret(Secret::new(text))))),
    ])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, text: &str) -> String {
        let path = ProjectPath::new(path);
        let found = match path.name() {
            "pip.conf" => of_lines(&path, text, &[]),
            "Pipfile" | "pyproject.toml" => of_manifest(&path, text),
            _ => of_lines(&path, text, &['-']),
        };
        let row = |fact: &Fact| {
            let field = |name: &str| fact.value.field(name).unwrap().value.to_string();
            let place = fact.provenance.place.as_ref().unwrap();
            let line = place.to_string().rsplit(':').next().unwrap_or_default().to_owned();
            format!("{line} {} {} {}", field("host"), field("verified"), field("password"))
        };
        found.iter().map(row).collect::<Vec<_>>().join("; ").replace('"', "")
    }

    #[test]
    fn indexes_are_found_in_every_kind_of_file() {
        for (path, text, answer) in [
            (
                "requirements.txt",
                "--index-url https://a.example/simple\nx==1",
                "1 a.example true not set",
            ),
            ("requirements.txt", "-i http://a.example/simple", "1 a.example false not set"),
            (
                "requirements.txt",
                "--extra-index-url=http://10.0.0.5:3141/x\n",
                "1 10.0.0.5:3141 false not set",
            ),
            ("requirements.txt", "--trusted-host a.example", "1 a.example false not set"),
            ("requirements.txt", "--find-links ./wheels\nindex-url==1.0", ""),
            ("requirements.txt", "-i http://localhost:3141/x", "1 localhost:3141 true not set"),
            (
                "requirements.txt",
                "-i https://u:k7Qw2ZxN9vRb4TyM@a.example/x",
                "1 a.example true a secret of 16 characters",
            ),
            (
                "requirements.txt",
                "-i https://u:${PIP_TOKEN}@a.example/x",
                "1 a.example true not set",
            ),
            (
                "pip.conf",
                "[global]\nindex-url = https://a.example/x\nextra-index-url =\n  http://b.example/y\n  https://c.example\n\
                 timeout = 60\n[install]\ntrusted-host = b.example",
                "2 a.example true not set; 4 b.example false not set; 5 c.example true not set; 8 b.example false not set",
            ),
            (
                "Pipfile",
                "[[source]]\nurl = \"https://pypi.org/simple\"\nverify_ssl = true\n[[source]]\nurl = 'https://a.example'\nverify_ssl = false\n",
                "2 pypi.org true not set; 5 a.example false not set",
            ),
            (
                "pyproject.toml",
                "[[tool.uv.index]]\nname = 'a'\nurl = 'http://a.example'\n",
                "3 a.example false not set",
            ),
        ] {
            assert_eq!(told(path, text), answer, "{text}");
        }
    }
}
