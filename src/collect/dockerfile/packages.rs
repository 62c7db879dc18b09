//! How steps install packages: whether they say which version, and what they leave in the image.
//!
//! The kinds are those of hadolint's DL3008 to DL3042 and of semgrep's rules for Dockerfiles (read 2026-11-30).
//! That packages of a distribution name no version is none: it keeps one, and takes the older away.

use super::downloads::{commands, is_before_program};

/// A package manager whose files stay where nothing removes them.
struct Manager {
    programs: &'static [&'static str],
    /// The words of which one makes it fetch.
    fetches: &'static [&'static str],
    /// What removes the files in the same step.
    removes: &'static [&'static str],
}

const MANAGERS: &[Manager] = &[
    Manager {
        programs: &["apt-get", "apt", "aptitude"],
        fetches: &["update"],
        removes: &["/var/lib/apt"],
    },
    Manager {
        programs: &["apk"],
        fetches: &["add"],
        removes: &["/var/cache/apk", "/etc/apk/cache"],
    },
    Manager {
        programs: &["dnf", "yum", "microdnf"],
        fetches: &["install", "in", "upgrade", "up", "update"],
        removes: &["clean all", "/var/cache/yum", "/var/cache/dnf", "/var/cache"],
    },
    Manager {
        programs: &["zypper"],
        fetches: &["install", "in"],
        removes: &["zypper clean", "zypper cc", "/var/cache/zypp"],
    },
    Manager {
        programs: PIP,
        fetches: &["install"],
        removes: &["cache purge", ".cache", "PIP_NO_CACHE_DIR"],
    },
    Manager {
        programs: &["yarn"],
        fetches: &["install", "add"],
        removes: &["cache clean", "cache/yarn", ".cache"],
    },
];

const PIP: &[&str] = &["pip", "pip2", "pip3"];

/// How apk and pip are told to keep nothing: `--no-cache`, `--no-cache-dir`.
const KEEPS_NOTHING: &str = "--no-cache";

/// The commands of a step that leave the lists or archives of a package manager in its layer.
pub(super) fn leftovers(step: &str) -> Vec<String> {
    let left = |command: &&str| {
        let words = words(command);
        MANAGERS.iter().any(|manager| {
            uses(&words, manager.programs, manager.fetches)
                && !words.iter().any(|word| word.starts_with(KEEPS_NOTHING))
                && !manager.removes.iter().any(|removed| step.contains(removed))
        })
    };
    commands(step).into_iter().filter(left).map(str::to_owned).collect()
}

/// What is installed from public indexes of Python, Node, Ruby and Go without a version, or as the newest.
pub(super) fn unpinned(step: &str) -> Vec<String> {
    commands(step).into_iter().flat_map(|command| unpinned_of(&words(command))).collect()
}

fn unpinned_of(words: &[&str]) -> Vec<String> {
    if uses(words, &["go"], &["install", "run", "get"]) {
        let newest = words.iter().filter(|word| word.ends_with("@latest"));
        return newest.map(|word| (*word).to_owned()).collect();
    }
    let is_npm =
        uses(words, &["npm", "pnpm"], &["install", "i", "add"]) || uses(words, &["yarn"], &["add"]);
    let is_gem = uses(words, &["gem"], &["install", "i"]);
    let is_pip = uses(words, PIP, &["install"]) || uses(words, &["pipx", "uv"], &["install"]);
    // A list of constraints has the versions, and options with a value are not told from packages.
    let constrained = words.iter().any(|word| {
        matches!(
            *word,
            "-c" | "--constraint" | "-v" | "--version" | "-t" | "--target" | "--platform"
        ) || word.starts_with("--constraint=")
            || word.starts_with("--version=")
    });
    if constrained || !(is_npm || is_gem || is_pip) {
        return Vec::new();
    }
    let at = words.iter().position(|word| matches!(*word, "install" | "i" | "add"));
    let mut rest = words.iter().skip(at.map_or(words.len(), |at| at + 1));
    let mut found = Vec::new();
    while let Some(word) = rest.next() {
        // What follows is for the build of the package.
        if matches!(*word, "--" | "--use-system-libraries") {
            break;
        }
        if WITH_VALUE.contains(word) {
            rest.next();
            continue;
        }
        let name = word.trim_matches(['"', '\'']);
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '@')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.[]@/,".contains(c))
            && !ARCHIVES.iter().any(|ending| name.ends_with(ending));
        let has_version = if is_pip {
            name.contains('@') || name.contains('/')
        } else {
            let version = name.get(1..).and_then(|rest| rest.split_once('@'));
            version.is_some_and(|(_, version)| version != "latest") || name.contains(':')
        };
        let bare = name.strip_suffix("@latest").unwrap_or(name);
        if is_name && !has_version && !TOOLS.contains(&bare) {
            found.push(name.to_owned());
        }
    }
    found
}

/// Options of pip, npm and gem that the next word belongs to.
const WITH_VALUE: &[&str] = &[
    "-r",
    "--requirement",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--trusted-host",
    "-e",
    "--editable",
    "--prefix",
    "--root",
    "--src",
    "--timeout",
    "--retries",
    "--cache-dir",
    "--log",
    "--proxy",
    "--cert",
    "--registry",
    "--loglevel",
    "--no-binary",
    "--only-binary",
    "--python",
    "--progress-bar",
    "--upgrade-strategy",
    "--group",
    "--root-user-action",
    "--python-version",
    "--abi",
    "--report",
    "--config-settings",
    "-C",
];
/// Endings of files that are installed as they are.
const ARCHIVES: &[&str] = &[".whl", ".gz", ".zip", ".tgz", ".tar", ".gem"];
/// Tools of installation itself: a newer one installs the same.
const TOOLS: &[&str] =
    &["pip", "setuptools", "wheel", "npm", "pnpm", "yarn", "corepack", "bundler"];

/// Whether a command runs one of these programs with one of these words; `python -m pip` too.
fn uses(words: &[&str], programs: &[&str], acts: &[&str]) -> bool {
    let mut words = words.iter().skip_while(|word| is_before_program(word)).peekable();
    let first = words.next().map(|word| word.rsplit('/').next().unwrap_or_default());
    let is_python = first.is_some_and(|word| word.starts_with("python"));
    let program = match words.next_if(|word| is_python && **word == "-m") {
        Some(_) => words.next().copied(),
        None => first,
    };
    program.is_some_and(|program| programs.contains(&program))
        && words.any(|word| acts.contains(word))
}

fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_in_a_layer_is_told() {
        for (step, left) in [
            ("apt-get update && apt-get install -y git", 1),
            ("apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*", 0),
            ("apt-get install -y git", 0),
            ("apk add git", 1),
            ("apk add --no-cache git", 0),
            ("apk add git && rm -rf /var/cache/apk/*", 0),
            ("dnf install -y git && dnf clean all", 0),
            ("yum -y install git", 1),
            ("zypper install -y git", 1),
            ("pip install -r requirements.txt", 1),
            ("python3 -m pip install --no-cache-dir -r requirements.txt", 0),
            ("pip install --no-cache x==1", 0),
            ("PIP_NO_CACHE_DIR=1 pip install x==1", 0),
            ("echo apk add git", 0),
            ("aptitude update && aptitude install git", 1),
            ("dnf -y upgrade", 1),
            ("yarn install", 1),
            ("yarn install && yarn cache clean", 0),
        ] {
            assert_eq!(leftovers(step).len(), left, "{step}");
        }
    }

    #[test]
    fn packages_without_a_version_are_told() {
        for (step, told) in [
            ("pip install gunicorn 'psycopg[binary]'", "gunicorn psycopg[binary]"),
            ("pip install gunicorn==23.0.0 'psycopg[binary]>=3.2'", ""),
            ("pip install --upgrade pip setuptools && pip install uv", "uv"),
            ("pip install -r requirements.txt --no-cache-dir", ""),
            ("pip install . ./shop /wheels/x.whl https://a.example/x.tar.gz", ""),
            ("pip install -c constraints.txt gunicorn", ""),
            ("pip install --index-url https://a.example/simple gunicorn", "gunicorn"),
            ("pip install $PACKAGES", ""),
            ("npm install -g serve @vue/cli typescript@5.9.3 @a/b@1", "serve @vue/cli"),
            ("npm install", ""),
            ("npm install express sax@0.1.1 left@latest", "express left@latest"),
            ("npm install --omit=dev ./shop", ""),
            ("yarn global add serve", "serve"),
            ("yarn install --frozen-lockfile", ""),
            ("uv pip install --system gunicorn", "gunicorn"),
            ("pipx install poetry==2.2.1", ""),
            ("pip install --root-user-action ignore poetry==2.2.1", ""),
            ("gem install puma:6.0 -- --use-system-libraries true", ""),
            ("go install example.com/tool@latest", "example.com/tool@latest"),
            ("go install example.com/tool@v1.2.3", ""),
            ("gem install sass", "sass"),
            ("gem install sass -v 3.7.4", ""),
            ("apt-get install -y git", ""),
        ] {
            assert_eq!(unpinned(step).join(" "), told, "{step}");
        }
    }
}
