//! What a build fetches and runs unseen: scripts piped into a shell, connections that are not verified.

/// Programs that fetch.
const FETCHERS: &[&str] = &["curl", "wget"];
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

/// A variable that turns verification off for a whole program.
pub(super) fn turns_verification_off(name: &str, value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    match name {
        "PYTHONHTTPSVERIFY" | "NODE_TLS_REJECT_UNAUTHORIZED" => value == "0",
        "GIT_SSL_NO_VERIFY" => matches!(value, "1" | "true"),
        "NPM_CONFIG_STRICT_SSL" | "npm_config_strict_ssl" => value == "false",
        "PIP_TRUSTED_HOST" => !value.is_empty(),
        _ => false,
    }
}

/// The commands between `&&`, `||`, `;` and line ends; pipes stay inside.
fn commands(text: &str) -> Vec<&str> {
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
    let mut seen = "";
    for word in words(command) {
        let word = word.trim_matches(['"', '\'']);
        let found = match seen {
            "curl" => word == "--insecure" || (word.starts_with('-') && short_k(word)),
            "wget" => word == "--no-check-certificate",
            "pip" => word.starts_with("--trusted-host"),
            "npm" | "yarn" => word == "strict-ssl=false",
            "git" => word.eq_ignore_ascii_case("http.sslverify=false"),
            "rpm" => matches!(word, "--nosignature" | "--nodigest" | "--noverify"),
            "dnf" => {
                matches!(word, "--nogpgcheck" | "--setopt=sslverify=false" | "--setopt=sslverify=0")
            }
            "apk" => word == "--allow-untrusted",
            "apt" => matches!(word, "--allow-unauthenticated" | "--force-yes"),
            _ => false,
        };
        if found {
            return true;
        }
        seen = match program(word) {
            "curl" => "curl",
            "wget" => "wget",
            "pip" | "pip3" | "uv" => "pip",
            "npm" => "npm",
            "yarn" => "yarn",
            "git" => "git",
            "apk" => "apk",
            "apt" | "apt-get" => "apt",
            "dnf" | "yum" | "tdnf" | "microdnf" | "zypper" => "dnf",
            "rpm" => "rpm",
            _ => seen,
        };
    }
    let variable = words(command)
        .take_while(|word| word.contains('=') || matches!(*word, "export" | "env"))
        .any(|word| {
            word.split_once('=').is_some_and(|(name, value)| turns_verification_off(name, value))
        });
    let lower = command.to_lowercase();
    variable || lower.contains("strict-ssl false") || lower.contains("http.sslverify false")
}

/// Whether a group of one-letter options holds `k` before one that takes the rest as its value.
fn short_k(flags: &str) -> bool {
    let letters = flags.trim_start_matches('-');
    if flags.starts_with("--") {
        return false;
    }
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
            ("apk add --allow-untrusted x.apk", true),
            ("curl -fsSL -o k https://x.example", false),
            ("curl -ok https://x.example", false),
            ("tar -k && curl https://x.example", false),
            ("pip install -r requirements.txt", false),
        ] {
            assert_eq!(!unverified(text).is_empty(), found, "{text}");
        }
    }
}
