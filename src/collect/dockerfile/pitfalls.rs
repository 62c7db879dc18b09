//! Steps of a build that give away more than they should, by kind.
//!
//! The kinds are those that hadolint and Checkov name for security (rule lists read 2026-11).

use super::downloads::{commands, is_before_program};
use super::image::Image;
use super::packages;
use super::read::{Stage, Step, StepKind, Transfer};
use super::secrets::stands_in;
use crate::collect::compose::masked_command;
use crate::fact::{Fact, FactSpec, Kind, Value, secret};

/// The fields of one.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("kind", Kind::Text, "Which it is, as the check that judges it knows it."),
    FactSpec::new("what", Kind::Text, "The command or file that is the cause, secrets masked."),
];

/// Beginnings of names of files that hold private keys or logins.
const LOGINS: &[&str] = &[
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".pypirc",
    ".pgpass",
    ".my.cnf",
    ".htpasswd",
    "credentials.json",
    "service-account",
    "service_account",
    "kubeconfig",
    ".vault-token",
];
/// Folders of keys and logins.
const LOGIN_FOLDERS: &[&str] = &[".ssh", ".aws", ".gnupg", ".kube", ".azure", ".gcloud"];
/// Endings of files that hold private keys.
const KEY_ENDINGS: &[&str] = &[".key", ".p12", ".pfx", ".jks", ".keystore", ".ppk"];
/// Endings of files that hold the public half, or a certificate.
const PUBLIC: &[&str] = &[".pub", ".crt", ".cer"];
/// Endings of files that hold keys as well as certificates.
const CONTAINERS: &[&str] = &[".pem"];
/// Endings of archives, which `ADD` unpacks.
const ARCHIVES: &[&str] = &[".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".tbz2", ".txz"];

/// All of an image's Dockerfile, in their order.
pub(super) fn of_image(image: &Image<'_>) -> Vec<Fact> {
    let environment = image.environment();
    let keeps_no_wheels = environment.get("PIP_NO_CACHE_DIR").is_some_and(|fact| {
        !fact.value.text().is_some_and(|text| matches!(text, "" | "0" | "off" | "no" | "false"))
    });
    let mut found = Vec::new();
    for stage in &image.file.stages {
        let is_held = image.holds(stage);
        for step in &stage.steps {
            let mut pitfalls = of_step(&step.kind);
            if let (StepKind::Run(text), true, false) = (&step.kind, is_held, step.cached) {
                let left = packages::leftovers(text).into_iter();
                let left = left.filter(|command| !(keeps_no_wheels && command.contains("pip")));
                pitfalls
                    .extend(left.take(1).map(|command| ("cache-left", masked_command(&command))));
            }
            if is_overruled(stage, step) {
                pitfalls
                    .push(("overruled", "a later one of the stage stands in its place".to_owned()));
            }
            let place = image.place(step);
            found.extend(pitfalls.into_iter().map(|(kind, what)| {
                let at = |value: Value| Fact::literal(value, place.clone());
                at(Value::record([("kind", at(kind.into())), ("what", at(what.into()))]))
            }));
        }
    }
    found
}

/// Whether a later instruction of the stage says the same thing anew: what is started, or asked for health.
fn is_overruled(stage: &Stage, step: &Step) -> bool {
    let is_one = matches!(
        step.kind,
        StepKind::Start(_) | StepKind::Entrypoint(_) | StepKind::Healthcheck(_)
    );
    let kind = std::mem::discriminant(&step.kind);
    let after = stage.steps.iter().skip_while(|other| !std::ptr::eq(*other, step)).skip(1);
    is_one && after.into_iter().any(|other| std::mem::discriminant(&other.kind) == kind)
}

fn of_step(step: &StepKind) -> Vec<(&'static str, String)> {
    match step {
        StepKind::Expose(ports) => {
            let ssh = ports.iter().filter(|port| port.split('/').next() == Some("22"));
            ssh.map(|port| ("ssh-port", port.clone())).collect()
        }
        StepKind::Run(text) => {
            let unpinned =
                packages::unpinned(text).into_iter().map(|name| ("unpinned-package", name));
            commands(text).into_iter().flat_map(of_command).chain(unpinned).collect()
        }
        StepKind::Transfer(transfer) => of_transfer(transfer),
        _ => Vec::new(),
    }
}

fn of_command(command: &str) -> Vec<(&'static str, String)> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let mut found = Vec::new();
    let shown = || masked_command(command.trim());
    // `apt-get install sudo` uses none.
    let mut programs = words.iter().skip_while(|word| is_before_program(word));
    if programs.next() == Some(&"sudo")
        || command.contains("| sudo ")
        || command.contains("NOPASSWD")
    {
        found.push(("sudo", shown()));
    }
    let sets_password = words.iter().any(|word| program(word) == "chpasswd")
        || (words.iter().any(|word| matches!(program(word), "useradd" | "usermod"))
            && words.iter().any(|word| {
                matches!(*word, "-p" | "--password") || word.starts_with("--password=")
            }))
        || (command.contains('|') && words.iter().any(|word| program(word) == "passwd"));
    if sets_password {
        // What it sets is told nowhere.
        found.push(("password-set", words.first().copied().unwrap_or_default().to_owned()));
    }
    if words.iter().any(|word| program(word) == "chmod")
        && words.iter().any(|word| opens_to_all(word))
    {
        found.push(("world-writable", shown()));
    }
    if has_credential(command, &words) {
        found.push((
            "credentials-in-command",
            words.first().copied().unwrap_or_default().to_owned(),
        ));
    }
    found
}

/// The name of a program without its folder.
fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or_default()
}

/// A mode by which others may write: `777`, `a+w`, `o=rwx`.
fn opens_to_all(mode: &str) -> bool {
    let octal = (3..=4).contains(&mode.len()) && mode.chars().all(|c| ('0'..='7').contains(&c));
    if octal {
        // A sticky folder such as `/tmp` is made to be written by everyone.
        let sticky = mode.len() == 4 && mode.starts_with('1');
        return !sticky && mode.ends_with(['2', '3', '6', '7']);
    }
    mode.split(',').any(|part| {
        let Some(at) = part.find(['+', '=']) else {
            return false;
        };
        let (who, what) = part.split_at(at);
        (who.contains('o') || who.contains('a'))
            && what.contains('w')
            && who.chars().all(|c| "ugoa".contains(c))
    })
}

/// A literal password in an address, a literal value of a variable named for secrets, a literal token.
fn has_credential(command: &str, words: &[&str]) -> bool {
    let quotes = ['"', '\'', ')', '`'];
    let literal = |text: &str| {
        let text = text.trim_matches(quotes);
        // `SECRET_KEY=build-key ./manage.py collectstatic`: words for a step that needs some key.
        let is_words = text.chars().all(|c| c.is_ascii_alphabetic() || "-_.".contains(c));
        text.len() >= 6
            && !is_words
            && !stands_in(text)
            && !text.contains(['$', '<', '{'])
            && !text.starts_with(['/', '.'])
    };
    let in_address = words.iter().any(|word| {
        let Some((_, rest)) = word.split_once("://") else {
            return false;
        };
        let authority = rest.split('/').next().unwrap_or(rest);
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let password = user.map(|user| user.split_once(':').map_or(user, |(_, password)| password));
        password.is_some_and(|password| literal(password) && password != "git")
    });
    let in_variable = words.iter().any(|word| {
        let word = word.trim_start_matches("--").trim_matches(quotes);
        word.split_once('=').is_some_and(|(name, value)| {
            secret::is_secret_name(&name.to_uppercase().replace('-', "_"))
                && literal(value)
                && !value.contains("://")
        })
    });
    let bearer = command
        .split_once("Bearer ")
        .is_some_and(|(_, token)| literal(token.split_whitespace().next().unwrap_or_default()));
    in_address || in_variable || bearer
}

fn of_transfer(transfer: &Transfer) -> Vec<(&'static str, String)> {
    let mode = transfer.mode.as_deref().filter(|mode| opens_to_all(mode));
    let mut found: Vec<(&'static str, String)> =
        mode.map(|mode| ("world-writable", format!("--chmod={mode}"))).into_iter().collect();
    for source in transfer.sources.iter().filter(|_| transfer.from.is_none()) {
        let name =
            source.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_lowercase();
        if is_login(source, &name) {
            found.push(("key-copied", source.clone()));
        }
        let fetched = source.contains("://") || source.starts_with("git@");
        let unpacked =
            ARCHIVES.iter().any(|ending| name.ends_with(ending)) || name.contains(".tar.");
        if transfer.unchecked && !fetched && !unpacked && !source.contains('$') {
            found.push(("add-for-copy", source.clone()));
        }
    }
    found
}

fn is_login(source: &str, name: &str) -> bool {
    let in_folder = source.split('/').any(|part| LOGIN_FOLDERS.contains(&part));
    let public = PUBLIC.iter().any(|ending| name.ends_with(ending))
        || name.contains("example")
        || name.contains("known_hosts");
    !public
        && (in_folder
            || LOGINS.iter().any(|start| name.starts_with(start))
            || KEY_ENDINGS.iter().any(|ending| name.ends_with(ending))
            || (CONTAINERS.iter().any(|ending| name.ends_with(ending))
                && (name.contains("key") || name.contains("priv"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_open_by_their_last_figure_or_letters() {
        for (mode, open) in [
            ("777", true),
            ("0777", true),
            ("666", true),
            ("1777", false),
            ("755", false),
            ("a+w", true),
            ("o+rw", true),
            ("ugo+rwx", true),
            ("u+w", false),
            ("+x", false),
            ("g=rw", false),
        ] {
            assert_eq!(opens_to_all(mode), open, "{mode}");
        }
    }

    #[test]
    fn credentials_are_literal() {
        for (command, has) in [
            ("git clone https://bot:s3cr3tt0ken@a.example/x", true),
            ("git clone https://$USER:$TOKEN@a.example/x", false),
            ("git clone https://git@a.example/x", false),
            ("pip install --index-url https://a.example/simple x", false),
            ("DB_PASSWORD=hunter2222 ./migrate", true),
            ("SECRET_KEY=$KEY ./collect", false),
            ("SECRET_KEY=build-key ./manage.py collectstatic", false),
            ("SECRET_KEY=build-only-secret-that-is-long-enough-1234567890 ./collect", false),
            ("SECRET_KEY=\"only-used-for-collectstatic\" ./manage.py collectstatic", false),
            ("DATABASE=\"postgres://nobody@db.test/x\" ./manage.py collectstatic", false),
            ("curl -H 'Authorization: Bearer abcdef123456' https://a.example", true),
            ("curl -H \"Authorization: Bearer $TOKEN\" https://a.example", false),
        ] {
            let words: Vec<&str> = command.split_whitespace().collect();
            assert_eq!(has_credential(command, &words), has, "{command}");
        }
    }
}
