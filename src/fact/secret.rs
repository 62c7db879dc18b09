//! Texts that no report may show, and how to recognise them by the name they stand under.

use std::fmt;
use std::sync::Arc;

use super::{Fact, Value};

/// A text that cannot print itself: what shows it shows its length.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a text into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for judging it. Whoever calls this must not print it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.chars().count() {
            0 => write!(out, "an empty secret"),
            1 => write!(out, "a secret of 1 character"),
            count => write!(out, "a secret of {count} characters"),
        }
    }
}

/// Words that make a name one of a secret, as its last word.
const SECRET_WORDS: &[&str] = &[
    "secret",
    "secrets",
    "password",
    "passwd",
    "pass",
    "pwd",
    "passphrase",
    "token",
    "tokens",
    "key",
    "keys",
    "apikey",
    "credential",
    "credentials",
    "salt",
    "pepper",
    "dsn",
    "pin",
    "requirepass",
    "masterauth",
];

/// Last words that say nothing: the word before them decides.
const QUIET_WORDS: &[&str] = &[
    "id",
    "base",
    "old",
    "new",
    "previous",
    "current",
    "fallback",
    "fallbacks",
    "hex",
    "base64",
    "b64",
    "value",
    "default",
    "prod",
    "production",
    "live",
    "test",
];

/// First words that make a key one that everybody may see.
const PUBLIC_WORDS: &[&str] =
    &["public", "publishable", "primary", "foreign", "cache", "unique", "sort", "allow"];
/// What stands before `pass` in names of nginx's directives, which say where requests go.
const PASSED_ON: &[&str] = &["proxy", "uwsgi", "fastcgi", "scgi", "grpc"];

/// Whether a setting, variable or field of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let is_among =
        |word: &str, known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(word));
    let parts = parts(name);
    let mut rest = parts.as_slice();
    while let [before @ .., last] = rest {
        let quiet = is_among(last, QUIET_WORDS) || last.bytes().all(|byte| byte.is_ascii_digit());
        if !quiet || before.is_empty() {
            break;
        }
        rest = before;
    }
    let Some((last, before)) = rest.split_last() else {
        return false;
    };
    let directive =
        || is_among(last, &["pass"]) && before.last().is_some_and(|it| is_among(it, PASSED_ON));
    is_among(last, SECRET_WORDS)
        && !directive()
        && !before.iter().any(|word| is_among(word, PUBLIC_WORDS))
}

/// The words of a name in any of the usual spellings, in lower case: what stands between other
/// characters, and between `a` and `B`.
pub fn words(name: &str) -> Vec<String> {
    parts(name).into_iter().map(str::to_lowercase).collect()
}

fn parts(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut after_lower) = (0, false);
    for (at, c) in name.char_indices() {
        let is_between = !c.is_alphanumeric();
        if is_between || (c.is_uppercase() && after_lower) {
            parts.extend(name.get(start..at));
            start = if is_between { at + c.len_utf8() } else { at };
        }
        after_lower = c.is_lowercase();
    }
    parts.extend(name.get(start..));
    parts.retain(|part| !part.is_empty());
    parts
}

/// The fact with every text in it that stands under a secret name taken into custody.
#[must_use]
pub fn concealed(name: &str, fact: Fact) -> Fact {
    let secret = is_secret_name(name);
    conceal(fact, secret)
}

fn conceal(mut fact: Fact, secret: bool) -> Fact {
    fact.value = match fact.value {
        Value::Text(text) if secret => Value::Secret(Secret::new(text)),
        Value::List(list) => {
            let mut list = Arc::unwrap_or_clone(list);
            list.items = list.items.into_iter().map(|item| conceal(item, secret)).collect();
            Value::from(list)
        }
        Value::OneOf(alternatives) => {
            Value::OneOf(alternatives.into_iter().map(|each| conceal(each, secret)).collect())
        }
        Value::Record(record) => {
            let mut record = Arc::unwrap_or_clone(record);
            record.fields = record
                .fields
                .into_iter()
                .map(|(name, field)| {
                    let secret = secret || is_secret_name(&name);
                    (name, conceal(field, secret))
                })
                .collect();
            Value::from(record)
        }
        other => other,
    };
    fact
}

/// What stands for a secret in a text that is shown.
pub const MASK: &str = "***";

/// The text with the credentials of every URL and the value of every `password=…` in it masked.
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | ','))
            .unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        // A password may itself hold a slash; then what follows the last `@` is the host.
        match authority.rfind('@').or_else(|| unescaped_userinfo(after)) {
            Some(at) => {
                out.push_str(MASK);
                rest = after.get(at..).unwrap_or(tail);
            }
            None => {
                out.push_str(authority);
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    masked_pairs(&out)
}

/// The end of credentials that hold characters which should have been escaped, such as `/`.
fn unescaped_userinfo(after_scheme: &str) -> Option<usize> {
    let word = after_scheme.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).next()?;
    let at = word.rfind('@')?;
    let colon = word.find(':')?;
    let slash = word.find('/')?;
    (colon < slash
        && slash < at
        && !word.get(colon + 1..slash)?.chars().all(|c| c.is_ascii_digit()))
    .then_some(at)
}

/// Masks `name=value` where the name is one of a secret: key-value connection strings, query strings.
fn masked_pairs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(equals) = rest.find('=') {
        let (before, after) = rest.split_at(equals + 1);
        out.push_str(before);
        let name_start = before
            .trim_end_matches('=')
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
            .map_or(0, |at| at + 1);
        let name = before.get(name_start..equals).unwrap_or_default();
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '&' | ';' | ',' | '"' | '\''))
            .unwrap_or(after.len());
        let (value, tail) = after.split_at(end);
        let hide = !value.is_empty() && is_secret_name(name);
        out.push_str(if hide { MASK } else { value });
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_its_length() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "a secret of 7 characters");
    }

    #[test]
    fn names_of_secrets_are_told_from_names_that_only_mention_them() {
        for (name, secret) in [
            ("SECRET_KEY", true),
            ("SECRET_KEY_FALLBACKS", true),
            ("EMAIL_HOST_PASSWORD", true),
            ("AWS_ACCESS_KEY_ID", true),
            ("secretKeyBase", true),
            ("STRIPE_API_KEY_2", true),
            ("SENTRY_DSN", true),
            ("AUTH_PASSWORD_VALIDATORS", false),
            ("PASSWORD_HASHERS", false),
            ("PASSWORD_RESET_TIMEOUT", false),
            ("STRIPE_PUBLISHABLE_KEY", false),
            ("CACHE_KEY", false),
            ("CORS_ALLOW_CREDENTIALS", false),
            ("DD_UWSGI_PASS", false),
            ("PROXY_PASSWORD", true),
            ("KEY_PREFIX", false),
            ("ALLOWED_HOSTS", false),
            ("ID", false),
            ("", false),
        ] {
            assert_eq!(is_secret_name(name), secret, "{name}");
        }
    }

    #[test]
    fn credentials_inside_texts_are_masked() {
        for (text, shown) in [
            (
                "postgres://app:pw@db:5432/x?sslmode=require",
                "postgres://***@db:5432/x?sslmode=require",
            ),
            ("redis://:p/w@cache:6379", "redis://***@cache:6379"),
            ("https://example.com/@user", "https://example.com/@user"),
            ("http://host:8000/a@b", "http://host:8000/a@b"),
            ("host=db password=hunter2 user=app", "host=db password=*** user=app"),
            ("?token=abc&next=/", "?token=***&next=/"),
            ("a://u:p@x, b://u:p@y", "a://***@x, b://***@y"),
        ] {
            assert_eq!(masked(text), shown, "{text}");
        }
    }

    #[test]
    fn a_secret_name_covers_what_lies_below_it() {
        let fact = Fact::derived(Value::record([
            ("PASSWORD", Fact::derived("hunter2")),
            ("HOST", Fact::derived("db")),
        ]));
        assert_eq!(
            concealed("DATABASES", fact).value.to_string(),
            "{HOST: \"db\", PASSWORD: a secret of 7 characters}"
        );
    }
}
