//! Secrets that a compose file itself holds, or takes from elsewhere.

use super::tree::{Item, ItemKind};
use crate::credential;
use crate::fact::{Fact, FactSpec, Kind, Origin, Provenance, Secret, Value, secret};

/// The fields of one secret.
pub(crate) const FIELDS: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The variable or option that holds it."),
    FactSpec::new(
        "value",
        Kind::Text,
        "The secret; unknown if it is given when the containers are started.",
    )
    .secret(),
    FactSpec::new(
        "literal",
        Kind::Bool,
        "Whether it is written in the compose file, also as what counts when a variable is forgotten.",
    ),
    FactSpec::new(
        "placeholder",
        Kind::Text,
        "Why the world knows it, if it does; unknown with the value.",
    ),
    FactSpec::new("bits", Kind::Number, "How hard it is to guess; unknown with the value.")
        .in_unit("bits"),
    FactSpec::new(
        REPEATS,
        Kind::Bool,
        "Whether a compose file writes it for an earlier service too, which it is told with; absent elsewhere.",
    ),
];
/// The field that tells whether a secret is written for an earlier service too.
pub(super) const REPEATS: &str = "repeats";

/// Names that end like those of secrets and hold none.
const HARMLESS_NAMES: &[&str] =
    &["GPG_KEY", "MYSQL_RANDOM_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD"];

/// Whether a value under a secret name is no secret itself: empty, a switch, the path of a file, a figure with
/// a point (`PRICE_PER_1K_TOKENS=0.003`), or what Azure's App Service asks of every image (`SSH_PASSWD`; nobody
/// reaches that port from outside).
pub(crate) fn is_harmless(name: &str, value: &str) -> bool {
    HARMLESS_NAMES.contains(&name)
        || matches!(
            value.to_lowercase().as_str(),
            "" | "true" | "false" | "yes" | "no" | "0" | "1" | "none" | "null" | "root:docker!"
        )
        || (value.starts_with('/')
            && value.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)))
        || value.split_once('.').is_some_and(|(whole, part)| is_figure(whole) && is_figure(part))
}

/// Whether a text is a few digits and nothing else.
fn is_figure(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The password in a URL, if there is one: `postgres://user:password@host/`.
pub(crate) fn password_in_url(value: &str) -> Option<&str> {
    let (_, after) = value.split_once("://")?;
    let authority = after.split(['/', '?', '#']).next()?;
    let (credentials, _) = authority.rsplit_once('@')?;
    let (_, password) = credentials.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

/// A command line in which what follows an option for a secret is masked: `--requirepass ***`.
pub(crate) fn masked_command(command: &str) -> String {
    let mut before = "";
    let mut words: Vec<&str> = Vec::new();
    for word in command.split(' ') {
        let bare = word.trim_matches(['"', '\'']);
        let hidden = announces(before, bare) && !bare.starts_with(['$', '-']);
        words.push(if hidden && !is_harmless("", bare) { secret::MASK } else { word });
        before = if bare.is_empty() { before } else { bare };
    }
    secret::masked(&words.join(" "))
}

/// Whether a word says that the one after it is a secret.
fn announces(word: &str, next: &str) -> bool {
    let option = word.trim_start_matches('-');
    match word.to_lowercase().as_str() {
        "bearer" | "basic" => true,
        // `curl -u user:password`, but not `python -u app.py`.
        "-u" | "--user" => next.contains(':'),
        _ => option.len() < word.len() && secret::is_secret_name(option),
    }
}

/// The secrets of a service: of its environment, of its build arguments, and of its command line.
pub(super) fn of_service(service: &Item) -> Vec<Fact> {
    let environment = service.get("environment").map_or(&[][..], Item::entries);
    let arguments = service.at(&["build", "args"]).map_or(&[][..], Item::entries);
    let mut found: Vec<Fact> = environment
        .iter()
        .chain(arguments)
        .filter_map(|(name, value)| of_variable(name, value))
        .collect();
    found.extend(service.get("command").into_iter().flat_map(of_command));
    found
}

fn of_variable(name: &str, item: &Item) -> Option<Fact> {
    let by_name = secret::is_secret_name(name);
    let ItemKind::Scalar(value, _) = &item.kind else {
        return None;
    };
    match value {
        Value::Absent => None,
        Value::Unknown(_) => by_name.then(|| described(name, item, None)),
        _ => {
            let text = item.text()?;
            if by_name {
                return (!is_harmless(name, &text)).then(|| described(name, item, Some(&text)));
            }
            password_in_url(&text).map(|password| described(name, item, Some(password)))
        }
    }
}

/// `--requirepass secret` and the like.
fn of_command(command: &Item) -> Vec<Fact> {
    let single = command.entries().is_empty() && command.items().len() == 1;
    let words: Vec<(String, &Item)> = command
        .items()
        .iter()
        .flat_map(|item| {
            let text = item.text().unwrap_or_default();
            let words = if single {
                text.split_whitespace().map(str::to_owned).collect()
            } else {
                vec![text]
            };
            words.into_iter().map(move |word| (word, item))
        })
        .collect();
    let of_pair = |pair: &[(String, &Item)]| {
        let [(option, _), (value, item)] = pair else {
            return None;
        };
        let asks = matches!(option.as_str(), "--requirepass" | "--masterauth");
        let value = value.trim_matches(['"', '\'']);
        (asks && !value.is_empty() && !value.starts_with('$'))
            .then(|| described(option.trim_start_matches('-'), item, Some(value)))
    };
    words.windows(2).filter_map(of_pair).collect()
}

fn described(name: &str, item: &Item, value: Option<&str>) -> Fact {
    if let Some(value) = value {
        return written_secret(name, value, item.provenance.clone());
    }
    let unknown = match &item.kind {
        ItemKind::Scalar(value @ Value::Unknown(_), _) => value.clone(),
        _ => Value::Absent,
    };
    item.fact(Value::record([
        ("name", item.fact(name)),
        ("value", item.fact(unknown.clone())),
        ("literal", item.fact(false)),
        ("placeholder", item.fact(unknown.clone())),
        ("bits", item.fact(unknown)),
    ]))
}

/// A secret whose value is known, as a record.
pub(crate) fn written_secret(name: &str, value: &str, provenance: Provenance) -> Fact {
    let at = |value: Value| Fact { value, provenance: provenance.clone() };
    let placeholder = credential::placeholder(value).map_or(Value::Absent, Value::from);
    let record = Value::record([
        ("name", at(Value::from(name))),
        ("value", at(Value::Secret(Secret::new(value)))),
        ("literal", at(Value::Bool(provenance.origin == Origin::Literal))),
        ("placeholder", at(placeholder)),
        ("bits", at(Value::Float(credential::bits(value).floor()))),
    ]);
    Fact { value: record, provenance }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_on_a_command_line_are_masked() {
        for (command, shown) in [
            ("redis-server --requirepass hunter2", "redis-server --requirepass ***"),
            (
                "redis-server --requirepass 'hunter2' --port 1",
                "redis-server --requirepass *** --port 1",
            ),
            ("x --password=hunter2", "x --password=***"),
            ("x --requirepass $PASSWORD", "x --requirepass $PASSWORD"),
            ("curl -H 'Authorization: Bearer hunter2' y", "curl -H 'Authorization: Bearer *** y"),
            ("curl -u me:hunter2 https://a:b@c/", "curl -u *** https://***@c/"),
            ("python -u app.py", "python -u app.py"),
            ("gunicorn --bind :8000 --keyfile k.pem", "gunicorn --bind :8000 --keyfile k.pem"),
        ] {
            assert_eq!(masked_command(command), shown);
        }
    }
}
