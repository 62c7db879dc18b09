//! Which files are environment files, and what they are for, told by their names.

use crate::collect::compose::{is_harmless, password_in_url};
use crate::credential;
use crate::fact::secret::{is_secret_name, words};
use crate::fact::{Ignorance, ProjectPath, Value};
use crate::grammar::dotenv::{Dotenv, Entry};
use crate::project::Role;

/// Endings of files of other kinds, even if they are named for the environment: `.env.py`, `env.rb`.
const OF_OTHERS: &[&str] = &[
    "py", "pyi", "js", "mjs", "cjs", "jsx", "ts", "tsx", "vue", "rb", "php", "go", "rs", "java",
    "kt", "cs", "c", "h", "cpp", "swift", "ex", "exs", "lua", "pl", "sh", "ps1", "bat", "json",
    "xml", "yml", "yaml", "toml", "ini", "cfg", "md", "rst", "html", "css", "svg", "png", "j2",
];

/// Whether a file of this name holds environment variables: `.env`, `.env.production`, `production.env`.
pub(crate) fn is_env_name(name: &str) -> bool {
    // Every file is asked, and hardly any is one.
    if !name.as_bytes().windows(3).any(|part| part.eq_ignore_ascii_case(b"env")) {
        return false;
    }
    let lower = name.to_lowercase();
    let stem = lower.strip_suffix(".txt").unwrap_or(&lower);
    let ending = stem.rsplit_once('.').map_or("", |(_, ending)| ending);
    !OF_OTHERS.contains(&ending)
        && (stem == ".env"
            || stem.starts_with(".env.")
            || stem.starts_with(".env-")
            || stem.starts_with(".env_")
            || ending == "env"
            || stem == "env"
            || stem.starts_with("env."))
}

/// Whether it holds values that a deployment uses: no example, nothing of tests or of the developer's machine.
pub(crate) fn is_real_env_file(path: &ProjectPath) -> bool {
    is_env_name(path.name())
        && matches!(Role::of(path), Role::Production | Role::Neutral | Role::Staging)
}

/// Endings that make an environment file an example of the file without them.
const EXAMPLE_ENDINGS: &[&str] = &["example", "sample", "template", "dist", "tmpl", "tpl"];

/// The environment file that an example is copied to (`.env.prod-sample` to `.env.prod`), if that is
/// one of production.
pub(crate) fn copied_from(example: &ProjectPath) -> Option<ProjectPath> {
    let name = example.name();
    let (stem, ending) = name.rsplit_once(['.', '-', '_'])?;
    // `env.example` is an example without the dot that hides a file.
    let stem = if stem == "env" { ".env" } else { stem };
    let real = example.folder().join(stem);
    let is_example = EXAMPLE_ENDINGS.contains(&ending.to_lowercase().as_str());
    (is_example && stem.contains("env") && is_real_env_file(&real)).then_some(real)
}

/// The secrets in an environment file: the values under the names of secrets, and the passwords in URLs.
/// The address of an error tracker is public, unless there is a password in it.
pub(crate) fn secrets(file: &Dotenv) -> Vec<&str> {
    file.entries.iter().filter_map(secret).collect()
}

fn secret(entry: &Entry) -> Option<&str> {
    let value = entry.value.as_deref().unwrap_or_default();
    let is_address = value.contains("://") && words(&entry.name).iter().any(|word| word == "dsn");
    let by_name = is_secret_name(&entry.name) && !is_harmless(&entry.name, value);
    if by_name && !is_address { Some(value) } else { password_in_url(value) }
}

/// Whether an environment file gives a secret away: unknown where each is one that everybody can guess,
/// for it may be in use; one that waits to be filled in is none.
pub(crate) fn gives_secrets_away(file: &Dotenv) -> Value {
    let secrets = secrets(file);
    if secrets.iter().any(|secret| credential::placeholder(secret).is_none()) {
        return Value::Bool(true);
    }
    if secrets.iter().any(|secret| credential::unfilled(secret).is_none()) {
        let why = "its secrets are ones that everybody can guess, if anything uses them";
        let remedy = "take the file out of git, or name it as an example: `.env.example`";
        return Value::Unknown(Ignorance::new(why).settled_by(remedy));
    }
    Value::Bool(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_environment_files() {
        for (name, is_env) in [
            (".env", true),
            (".env.production", true),
            (".env-prod", true),
            ("production.env", true),
            ("env.example", true),
            (".envrc", false),
            (".env.py", false),
            ("env.rb", false),
            ("env.d.ts", false),
            ("environment.yml", false),
            ("event", false),
        ] {
            assert_eq!(is_env_name(name), is_env, "{name}");
        }
        let real = |path: &str| is_real_env_file(&ProjectPath::new(path));
        assert!(real("backend/.env") && real(".env.staging") && !real(".env.local"));
        assert!(!real(".env.example") && !real("tests/.env"));
    }

    #[test]
    fn a_file_with_names_alone_gives_nothing_away() {
        for (line, told) in [
            ("SECRET_KEY=\nDEBUG=1\nDB_PASSWORD=changeme", Some(false)),
            ("DATABASE_URL=postgres://app:x7Qm2Vt9@db/app", Some(true)),
            ("DATABASE_URL=postgres://postgres:postgres@db/app", None),
            ("DB_PASSWORD=123456", None),
            (
                "SENTRY_DSN=https://6bd0cd5210c0448aa90879a01db24663@o1.ingest.sentry.io/1",
                Some(false),
            ),
            ("SENTRY_DSN=https://6bd0cd5210c0448a:9879a01db24663ef@sentry.shop.net/1", Some(true)),
            ("TLS_KEY=/etc/ssl/private/site.key", Some(false)),
        ] {
            assert_eq!(
                gives_secrets_away(&crate::grammar::dotenv::read(line)).bool(),
                told,
                "{line}"
            );
        }
    }
}
