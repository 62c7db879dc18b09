//! Which files are environment files, and what they are for, told by their names.

use crate::credential::unfilled;
use crate::fact::ProjectPath;
use crate::fact::secret::{is_secret_name, masked};
use crate::grammar::dotenv;
use crate::project::Role;

/// Whether a file of this name holds environment variables: `.env`, `.env.production`, `production.env`.
pub(crate) fn is_env_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let stem = lower.strip_suffix(".txt").unwrap_or(&lower);
    let ending = stem.rsplit_once('.').map_or("", |(_, ending)| ending);
    // `.env.py` and the like are programs.
    let is_program =
        ["py", "js", "ts", "json", "sh", "md", "yml", "yaml", "toml", "j2"].contains(&ending);
    !is_program
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
    let real = example.folder().join(stem);
    let is_example = EXAMPLE_ENDINGS.contains(&ending.to_lowercase().as_str());
    (is_example && stem.contains("env") && is_real_env_file(&real)).then_some(real)
}

/// Whether an environment file gives a secret away: a value under a secret's name, or a URL with a
/// password. A weak one counts, for it may be in use; one that waits to be filled in does not.
pub(crate) fn holds_secrets(text: &str) -> bool {
    dotenv::read(text).entries.iter().any(|entry| {
        let Some(value) = entry.value.as_deref().filter(|value| !value.is_empty()) else {
            return false;
        };
        let secret = is_secret_name(&entry.name) || masked(value) != value;
        secret && unfilled(value).is_none()
    })
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
        assert!(!holds_secrets("SECRET_KEY=\nDEBUG=1\nDB_PASSWORD=changeme"));
        assert!(holds_secrets("DATABASE_URL=postgres://app:x7Qm2Vt9@db/app"));
    }
}
