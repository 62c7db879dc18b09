//! What a build fetches and runs unseen: scripts piped into a shell, connections that are not verified.

use crate::grammar::shell_words::{self, Command, Word};

/// Programs that fetch.
const FETCHERS: &[&str] = &["curl", "wget"];
/// What switches an option off.
const OFF: &[&str] = &["false", "0", "no", "off"];
/// Programs that run what they read.
const INTERPRETERS: &[&str] = &[
    "sh", "bash", "dash", "zsh", "ash", "ksh", "python", "python3", "perl", "ruby", "node", "php",
];

/// The commands of a `RUN` line that pipe what they fetch into an interpreter, a text each.
pub(super) fn piped_installers(text: &str) -> Vec<String> {
    commands(text)
        .into_iter()
        .filter(|command| fetches(command) && (pipes_into_shell(command) || substitutes(command)))
        .map(str::to_owned)
        .collect()
}

/// The commands of a `RUN` line that fetch without verifying whom they talk to, a text each.
pub(super) fn unverified(text: &str) -> Vec<String> {
    commands(text).into_iter().filter(|command| is_unverified(command)).map(str::to_owned).collect()
}

/// A variable that turns verification off for a whole program. Git asks only whether its own is there.
pub(super) fn turns_verification_off(name: &str, value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    match name {
        "PYTHONHTTPSVERIFY" | "NODE_TLS_REJECT_UNAUTHORIZED" => value == "0",
        "GIT_SSL_NO_VERIFY" => true,
        "NPM_CONFIG_STRICT_SSL" | "npm_config_strict_ssl" => value == "false",
        "PIP_TRUSTED_HOST" => !value.is_empty(),
        _ => false,
    }
}

/// The commands between `&&`, `||`, `;` and line ends; pipes stay inside.
pub(super) fn commands(text: &str) -> Vec<&str> {
    let parts = text.split(['\n', ';']).flat_map(|part| part.split("&&"));
    parts.flat_map(|part| part.split("||")).map(str::trim).collect()
}

fn fetches(command: &str) -> bool {
    words(command).any(|word| FETCHERS.contains(&program(word)))
}

fn pipes_into_shell(command: &str) -> bool {
    let mut stages = command.split('|');
    let Some(first) = stages.next() else {
        return false;
    };
    let mut fetched = fetches(first);
    for stage in stages {
        let first = words(stage).find(|word| {
            !matches!(program(word), "sudo" | "env" | "exec")
                && !word.contains('=')
                && !word.starts_with('-')
        });
        if fetched && first.is_some_and(|word| INTERPRETERS.contains(&program(word))) {
            return runs_input(stage);
        }
        fetched |= fetches(stage);
    }
    false
}

/// `| python3 -c "…"` and `| python3 -m json.tool` read what is fetched as data.
fn runs_input(stage: &str) -> bool {
    !words(stage).any(|word| matches!(word, "-c" | "-m" | "-e" | "-r"))
}

/// `sh -c "$(curl …)"` and `bash <(curl …)`.
fn substitutes(command: &str) -> bool {
    let openings = ["$(curl", "$(wget", "<(curl", "<(wget", "`curl", "`wget"];
    let first = words(command).next().map(program).unwrap_or_default();
    openings.iter().any(|opening| command.contains(opening))
        && (INTERPRETERS.contains(&first) || matches!(first, "eval" | "source" | "."))
}

fn is_unverified(command: &str) -> bool {
    shell_words::commands(command).iter().any(|command| {
        let mut variables = command.environment.iter();
        variables.any(|(name, value)| turns_verification_off(name, value.start()))
            || runs_unverified(command)
    })
}

/// Whether the words of a command tell its program not to verify whom it talks to.
fn runs_unverified(command: &Command) -> bool {
    let words: Vec<String> = command.words.iter().map(Word::shown).collect();
    let is_before = |word: &&str| is_before_program(word) || starts_another(word);
    let mut rest = words.iter().map(String::as_str).skip_while(is_before);
    let Some(first) = rest.next().map(program) else {
        return false;
    };
    let mut after: Vec<&str> = rest.collect();
    if is_python(first) && after.first() == Some(&"-m") {
        after.remove(0);
        return after.first() == Some(&"pip") && trusts_hosts(&after);
    }
    match first {
        "curl" => after.iter().any(|word| *word == "--insecure" || short_k(word)),
        "wget" => after.contains(&"--no-check-certificate"),
        "pip" | "pip3" | "uv" => trusts_hosts(&after),
        "npm" | "yarn" | "pnpm" => {
            has_either(&after, &["--strict-ssl=false", "--no-strict-ssl"])
                || (after.contains(&"set") && is_set(&after, "strict-ssl", &["false"]))
        }
        "conda" | "mamba" => is_set(&after, "ssl_verify", OFF),
        "git" => is_set(&after, "sslverify", OFF),
        "rpm" => {
            has_either(&after, &["--nosignature", "--nodigest", "--noverify", "--nofiledigest"])
        }
        "dnf" | "yum" | "tdnf" | "microdnf" | "yum-config-manager" | "dnf-config-manager" => {
            after.contains(&"--nogpgcheck") || is_set(&after, "sslverify", OFF)
        }
        "zypper" => has_either(&after, &["--no-gpg-checks", "--allow-unsigned-rpm"]),
        "apk" => after.contains(&"--allow-untrusted"),
        "apt" | "apt-get" => has_either(&after, &["--allow-unauthenticated", "--force-yes"]),
        "export" => after.iter().any(|word| {
            word.split_once('=').is_some_and(|(name, value)| turns_verification_off(name, value))
        }),
        _ => false,
    }
}

/// Words of the shell that stand before a program, variables for it alone, and options before it.
pub(super) fn is_before_program(word: &str) -> bool {
    matches!(program(word), "env" | "exec" | "time" | "!" | "")
        || matches!(word, "then" | "do" | "else" | "if" | "while" | "until")
        || word.starts_with('-')
        || word.contains('=')
}

/// Programs that start another one.
fn starts_another(word: &str) -> bool {
    matches!(program(word), "sudo" | "nice" | "xargs")
}

fn is_python(name: &str) -> bool {
    name.strip_prefix("python")
        .is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

fn trusts_hosts(words: &[&str]) -> bool {
    words.iter().any(|word| word.starts_with("--trusted-host"))
}

fn has_either(words: &[&str], wanted: &[&str]) -> bool {
    words.iter().any(|word| wanted.contains(word))
}

/// Whether an option is given one of these values: `a.b.option=value` or `a.b.option value`, in any case.
fn is_set(words: &[&str], option: &str, values: &[&str]) -> bool {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    words.iter().enumerate().any(|(index, word)| {
        let (name, value) = match word.rsplit_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word.as_str(), words.get(index + 1).map(String::as_str)),
        };
        name.ends_with(option) && value.is_some_and(|value| values.contains(&value))
    })
}

/// Whether a group of one-letter options holds `k` before one that takes the rest as its value.
fn short_k(flags: &str) -> bool {
    let Some(letters) = flags.strip_prefix('-').filter(|letters| !letters.starts_with('-')) else {
        return false;
    };
    let value = letters.find(|c: char| "oHdXAbceFmuUxwyzKTEC".contains(c)).unwrap_or(letters.len());
    letters.find('k').is_some_and(|at| at < value)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

/// The name of a program without its folder and what a shell sticks to it.
fn program(word: &str) -> &str {
    let word = word.rsplit('/').next().unwrap_or(word);
    word.trim_start_matches(['"', '\'', '`', '(', '{', '$', '<'])
        .trim_end_matches(['"', '\'', ')', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fetched_and_run_is_told_from_what_is_fetched_and_read() {
        for (text, piped) in [
            ("curl -fsSL https://x.example/i.sh | sh", true),
            ("apt-get update && curl https://x.example | sudo -E bash -", true),
            ("wget -qO- https://x.example |/bin/bash -s -- -y", true),
            ("curl https://x.example | POETRY_HOME=/opt python3 -", true),
            ("sh -c \"$(curl -fsSL https://x.example)\"", true),
            ("bash <(curl -s https://x.example)", true),
            ("curl https://x.example | gpg --dearmor -o /k", false),
            ("curl https://x.example | tar xz", false),
            ("curl https://x.example | python3 -c 'import json'", false),
            ("curl -o i.sh https://x.example && sha256sum -c s && sh i.sh", false),
            ("VERSION=$(curl https://x.example)", false),
            ("curl https://x.example || bash i.sh", false),
        ] {
            assert_eq!(!piped_installers(text).is_empty(), piped, "{text}");
        }
    }

    #[test]
    fn connections_that_are_not_verified_are_told() {
        for (text, found) in [
            ("curl -k https://x.example", true),
            ("curl -fsSLk https://x.example", true),
            ("curl --insecure https://x.example", true),
            ("wget --no-check-certificate https://x.example", true),
            ("pip install --trusted-host pypi.org -r r.txt", true),
            ("pip install --trusted-host=pypi.org x", true),
            ("npm config set strict-ssl false", true),
            ("git -c http.sslVerify=false clone https://x.example", true),
            ("git config --global \"http.https://x.example/.sslVerify\" false", true),
            ("apk add --allow-untrusted x.apk", true),
            ("apk --allow-untrusted add curl", true),
            ("echo a | PYTHONHTTPSVERIFY=0 python3 i.py | tail", true),
            ("export GIT_SSL_NO_VERIFY=0", true),
            ("yarn config set \"strict-ssl\"='false' --global", true),
            ("if [ -n \"$P\" ]; then npm  set strict-ssl  false; fi", true),
            ("python3 -m pip install --trusted-host pypi.org x", true),
            ("yum-config-manager --save --setopt=\\*.sslverify='No'", true),
            ("sudo -E apt-get install -y curl --force-yes", true),
            ("apk add x | grep -- --allow-untrusted", false),
            ("curl https://x.example | grep -k a", false),
            ("npm install strict-ssl false", false),
            ("npm config set strict-ssl true || false", false),
            ("git config --global http.sslVerify true", false),
            ("echo --trusted-host && pip install x", false),
            ("curl -fsSL -o k https://x.example", false),
            ("curl -ok https://x.example", false),
            ("tar -k && curl https://x.example", false),
            ("pip install -r requirements.txt", false),
        ] {
            assert_eq!(!unverified(text).is_empty(), found, "{text}");
        }
    }
}
