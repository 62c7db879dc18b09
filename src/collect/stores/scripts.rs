//! Scripts that set up a database: the roles that they make, and the rights that they grant.
//!
//! (PostgreSQL 18, "CREATE ROLE" and "GRANT"; MySQL 8.4, "CREATE USER" and "GRANT"; read 2026-11-30.)

use crate::fact::{Fact, FactSpec, Kind, Place, ProjectPath, Secret, Value};
use crate::grammar::sql_words::{Word, WordKind, statements};

/// The fields of a role that a script makes or changes.
pub(super) const ROLE: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its name."),
    FactSpec::new("file", Kind::Text, "The script."),
    FactSpec::new(
        "administrator",
        Kind::Bool,
        "Whether it may do everything: `SUPERUSER`, or all rights on all databases of a MySQL.",
    ),
    FactSpec::new(
        "password-written",
        Kind::Bool,
        "Whether its password is written out, and not filled in when the script is run; absent if it is given \
         none, or the hash of one.",
    ),
    FactSpec::new("password", Kind::Text, "That password; absent if none is written out.").secret(),
];

/// More statements about roles are not looked at.
const MAX_ROLES: usize = 100;

/// Words of names of scripts that set up a database.
const WORDS: &[&str] =
    &["init", "initdb", "setup", "bootstrap", "grants", "grant", "roles", "users"];

/// Whether a file is a script that sets up a database.
pub(super) fn is_script(path: &ProjectPath) -> bool {
    let is_run_by_image = || path.folder_name() == "docker-entrypoint-initdb.d";
    match path.extension() {
        "sql" => {
            is_run_by_image()
                || path
                    .name()
                    .to_ascii_lowercase()
                    .split(|c: char| !c.is_alphanumeric())
                    .any(|word| WORDS.contains(&word))
        }
        "sh" => is_run_by_image(),
        _ => false,
    }
}

/// The roles of a script.
pub(super) fn roles(path: &ProjectPath, text: &str) -> Vec<Fact> {
    let inner;
    let text = if path.extension() == "sh" {
        inner = here_documents(text);
        &inner
    } else {
        text
    };
    let all = statements(text);
    all.iter().filter_map(|words| role(path, words)).take(MAX_ROLES).collect()
}

/// The texts that a script of the shell hands to a client, on their own lines.
fn here_documents(text: &str) -> String {
    let (mut sql, mut end) = (String::new(), None);
    for line in text.lines() {
        match &end {
            Some(word) if line.trim() == *word => end = None,
            Some(_) => sql.push_str(line),
            None => {
                let word = line.split_once("<<").map(|(_, after)| {
                    after.trim_start_matches(['-', ' ']).trim_matches(['"', '\'', ' ']).to_owned()
                });
                end = word.filter(|word| !word.is_empty());
            }
        }
        sql.push('\n');
    }
    sql
}

fn role(path: &ProjectPath, words: &[Word]) -> Option<Fact> {
    let is = |index: usize, keywords: &[&str]| {
        words.get(index).is_some_and(|word| keywords.iter().any(|keyword| word.is(keyword)))
    };
    let makes = is(0, &["CREATE", "ALTER"]) && is(1, &["ROLE", "USER"]);
    let (name, administrator) = if makes {
        let skipped = ["IF", "NOT", "EXISTS"];
        let name = words.iter().skip(2).find(|word| !skipped.iter().any(|it| word.is(it)))?;
        (name, words.iter().find(|word| word.is("SUPERUSER")))
    } else if is(0, &["GRANT"]) && is(1, &["ALL"]) {
        let everywhere = words.windows(4).find(|four| {
            let [on, first, dot, second] = four else { return false };
            on.is("ON") && first.is_sign("*") && dot.is_sign(".") && second.is_sign("*")
        })?;
        let to = words.iter().position(|word| word.is("TO"))?;
        (words.get(to + 1)?, everywhere.first())
    } else {
        return None;
    };
    // `root` and the like are what they are; a role that is filled in has no name yet.
    if name.kind == WordKind::Sign || matches!(name.text.as_str(), "root" | "postgres") {
        return None;
    }
    let password = password(words);
    let at = |word: &Word, value: Value| Fact::literal(value, Place::line(path, word.line));
    let (written, text) = match &password {
        Some((word, text)) => (
            at(word, Value::Bool(text.is_some())),
            at(word, text.as_deref().map_or(Value::Absent, |it| Value::Secret(Secret::new(it)))),
        ),
        None => (at(name, Value::Absent), at(name, Value::Absent)),
    };
    let record = Value::record([
        ("name", at(name, Value::from(name.text.as_str()))),
        ("file", at(name, Value::from(path.as_str()))),
        ("administrator", at(administrator.unwrap_or(name), Value::Bool(administrator.is_some()))),
        ("password-written", written),
        ("password", text),
    ]);
    Some(at(name, record))
}

/// What stands after `PASSWORD` or `IDENTIFIED BY`, and its text unless something fills it in.
fn password(words: &[Word]) -> Option<(&Word, Option<String>)> {
    let follows = words.windows(2).enumerate().find_map(|(index, pair)| {
        let [one, two] = pair else { return None };
        let named = one.is("PASSWORD") && !two.is("EXPIRE") && !two.is("NULL");
        let identified = one.is("IDENTIFIED") && two.is("BY");
        let with = one.is("IDENTIFIED") && two.is("WITH");
        match (named, identified, with) {
            (true, ..) => Some(index + 1),
            (_, true, _) => Some(index + 2),
            (.., true) => words.iter().position(|word| word.is("BY")).map(|by| by + 1),
            _ => None,
        }
    })?;
    let word = words.get(follows)?;
    let is_hash = |text: &str| text.starts_with("SCRAM-SHA-256$") || text.starts_with("md5");
    match word.kind {
        WordKind::Text if word.text.is_empty() || is_hash(&word.text) => None,
        WordKind::Text if ["$", "{{", "<%", "%("].iter().any(|it| word.text.contains(it)) => {
            Some((word, None))
        }
        WordKind::Text => Some((word, Some(word.text.clone()))),
        // psql's `:'password'`.
        _ => Some((word, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, text: &str) -> Vec<String> {
        let field = |role: &Fact, name: &str| role.value.field(name).unwrap().value.to_string();
        let row = |role: &Fact| {
            let place = role.provenance.place.as_ref().unwrap();
            let fields = ["name", "administrator", "password-written", "password"]
                .map(|name| field(role, name));
            format!("{place} {}", fields.join(" ").replace('"', ""))
        };
        roles(&ProjectPath::new(path), text).iter().map(row).collect()
    }

    #[test]
    fn roles_are_told_with_their_rights_and_passwords() {
        for (statement, role) in [
            (
                "CREATE ROLE shop LOGIN PASSWORD 'hunter2'",
                "shop false true a secret of 7 characters",
            ),
            ("CREATE USER shop WITH SUPERUSER PASSWORD :'pw'", "shop true false not set"),
            (
                "create user if not exists 'shop'@'%' identified by 'hunter2'",
                "shop false true a secret of 7 characters",
            ),
            (
                "CREATE USER shop IDENTIFIED WITH caching_sha2_password BY '${PASSWORD}'",
                "shop false false not set",
            ),
            ("ALTER ROLE shop NOSUPERUSER", "shop false not set not set"),
            (
                "ALTER USER \"shop\" WITH PASSWORD 'SCRAM-SHA-256$4096:x'",
                "shop false not set not set",
            ),
            ("GRANT ALL PRIVILEGES ON *.* TO 'shop'@'%'", "shop true not set not set"),
        ] {
            assert_eq!(
                told("init.sql", &format!("\n{statement};")),
                [format!("init.sql:2 {role}")],
                "{statement}"
            );
        }
    }

    #[test]
    fn other_statements_are_passed_over() {
        for statement in [
            "GRANT ALL PRIVILEGES ON DATABASE shop TO shop",
            "GRANT ALL ON shop.* TO shop",
            "ALTER USER postgres PASSWORD 'x'",
            "CREATE TABLE user (password text)",
            "-- CREATE ROLE shop SUPERUSER",
            "GRANT SELECT ON *.* TO shop",
        ] {
            assert_eq!(told("init.sql", statement), Vec::<String>::new(), "{statement}");
        }
    }

    #[test]
    fn scripts_of_the_shell_hold_statements() {
        let text = "#!/bin/bash\npsql -U x <<-EOSQL\n  CREATE USER shop PASSWORD 'hunter2';\nEOSQL\n\
                    echo \"CREATE USER no PASSWORD 'x'\"\n";
        let path = "db/docker-entrypoint-initdb.d/init.sh";
        assert!(is_script(&ProjectPath::new(path)));
        assert_eq!(
            told(path, text),
            [format!("{path}:3 shop false true a secret of 7 characters")]
        );
    }
}
