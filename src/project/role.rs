//! What a file is for, told by its path: the verdict of an audit is about production.

use crate::fact::{Ignorance, ProjectPath};
use crate::grammar::dotenv::Dotenv;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It is named for production.
    Production,
    /// Its name does not say.
    Neutral,
    /// It is named for staging.
    Staging,
    /// It is for the developer's own machine.
    Development,
    /// It is a test, or serves tests.
    Test,
    /// It shows what another file should look like: it gives names, never values.
    Example,
    /// It explains.
    Documentation,
}

/// The role that one word tells, if it tells one.
fn of_word(word: &[u8]) -> Option<Role> {
    let mut lower = [0; LONGEST_WORD];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    Some(match &*lower {
        b"prod" | b"production" | b"live" | b"deploy" | b"deployment" | b"release" => {
            Role::Production
        }
        b"staging" | b"stage" | b"stg" | b"preprod" | b"uat" | b"preview" => Role::Staging,
        b"dev" | b"devel" | b"develop" | b"development" | b"local" | b"debug" | b"override"
        | b"devcontainer" | b"gitpod" | b"vagrant" | b"localhost" | b"sandbox" | b"playground"
        | b"scratch" | b"mac" | b"macos" | b"osx" | b"devproject" => Role::Development,
        b"test" | b"tests" | b"testing" | b"tox" | b"ci" | b"e2e" | b"circleci" | b"travis"
        | b"cypress" | b"playwright" | b"selenium" | b"pytest" | b"unittest" | b"unittests"
        | b"mock" | b"mocks" | b"fixture" | b"fixtures" | b"testapp" | b"testapps"
        | b"testproject" | b"testproj" | b"testsite" | b"testsettings" => Role::Test,
        b"example" | b"examples" | b"sample" | b"samples" | b"demo" | b"demos" | b"exampleapp"
        | b"exampleproject" | b"sampleapp" | b"sampleproject" | b"demoapp" | b"demoproject"
        | b"skel" | b"skeleton" | b"boilerplate" => Role::Example,
        b"doc" | b"docs" | b"documentation" | b"tutorial" | b"tutorials" => Role::Documentation,
        _ => return None,
    })
}

/// The longest of those words.
const LONGEST_WORD: usize = 14;

/// Words that make an environment file an example; elsewhere they mean other things
/// (`settings/default.py`, `site.conf.template`).
const ENV_EXAMPLE_WORDS: &[&str] =
    &["template", "tmpl", "tpl", "dist", "default", "defaults", "schema", "exp"];

/// Last words of variables that name the environment in which a program runs.
const ENVIRONMENT_WORDS: &[&str] = &["env", "environment", "mode", "stage"];

/// Whether a variable names the environment in which a program runs: `APP_ENV`, `RELEASE_STAGE`.
pub(crate) fn names_environment(variable: &str) -> bool {
    let last = variable.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    ENVIRONMENT_WORDS.iter().any(|word| word.eq_ignore_ascii_case(last))
}

/// Variables that say which environment a file of variables is for.
const ENVIRONMENTS: &[&str] = &["ENV", "ENVIRONMENT", "APP_ENV", "DJANGO_ENV", "FASTAPI_ENV"];

/// Whether a file of variables says of itself that it is for the developer's own machine: `ENVIRONMENT=local`. One
/// that says `development` may be there by mistake.
pub(crate) fn is_for_own_machine(content: &Dotenv) -> bool {
    let set = content.effective();
    let mut said = ENVIRONMENTS.iter().filter_map(|name| set.get(name)?.value.as_deref());
    said.any(|value| value.eq_ignore_ascii_case("local"))
}

/// Why the values of such a file are not those of production.
pub(crate) fn of_own_machine(file: &ProjectPath) -> Ignorance {
    Ignorance::new(format!("`{file}` says that it is for the developer's own machine"))
        .settled_by("give `--env-file`")
}

impl Role {
    /// The role of a file: what its own name says, else the nearest folder that says something.
    /// A test, an example or a document is one at whatever depth its folder is named so.
    pub fn of(path: &ProjectPath) -> Self {
        let mut role = Self::of_file(path.name());
        let folders = path.folder_text().as_bytes().rsplit(|byte| *byte == b'/');
        for folder in folders.map(Self::of_name) {
            if matches!(folder, Self::Test | Self::Example | Self::Documentation) {
                return folder;
            }
            if role == Self::Neutral {
                role = folder;
            }
        }
        role
    }

    fn of_file(name: &str) -> Self {
        let is_word = |word: &str| ENV_EXAMPLE_WORDS.contains(&word);
        if name.as_bytes().windows(3).any(|part| part == b"env")
            && name.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(is_word)
        {
            return Self::Example;
        }
        Self::of_name(name.as_bytes())
    }

    /// The role that a name's words tell; the least fit for production wins.
    fn of_name(name: &[u8]) -> Self {
        // Every file is asked, so bytes are looked at: what is beyond ASCII counts as letters.
        let is_sign = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
        let words = name.split(is_sign).filter_map(of_word);
        words.fold(
            Self::Neutral,
            |role, told| if role == Self::Neutral { told } else { role.max(told) },
        )
    }

    /// Whether what such a file says counts for production.
    pub fn counts(self) -> bool {
        matches!(self, Self::Production | Self::Neutral)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_what_files_are_for() {
        for (path, role) in [
            ("shop/settings.py", Role::Neutral),
            ("shop/settings/production.py", Role::Production),
            ("shop/settings/local.py", Role::Development),
            ("shop/settings/test.py", Role::Test),
            ("docker-compose.prod.yml", Role::Production),
            ("docker-compose.override.yml", Role::Development),
            ("docker-compose-mac.yml", Role::Development),
            (".github/helpers/.env-selenium", Role::Test),
            ("docker-compose.yml", Role::Neutral),
            (".env", Role::Neutral),
            (".env.example", Role::Example),
            (".env-exp", Role::Example),
            (".env.production.example", Role::Example),
            ("config/env.dist", Role::Example),
            ("shop/settings/default.py", Role::Neutral),
            (".env.production", Role::Production),
            ("deploy/nginx/site.conf", Role::Production),
            ("deploy/staging/site.conf", Role::Staging),
            ("docs/deploy/nginx.conf", Role::Documentation),
            ("tests/prod/settings.py", Role::Test),
            ("nginx/default.conf.template", Role::Neutral),
            ("nginx/conf.d/default.conf", Role::Neutral),
            ("src/latest.py", Role::Neutral),
            ("testapp/testapp/settings.py", Role::Test),
            (".env_circleci", Role::Test),
            ("exampleproject/manage.py", Role::Example),
        ] {
            assert_eq!(Role::of(&ProjectPath::new(path)), role, "{path}");
        }
    }
}
