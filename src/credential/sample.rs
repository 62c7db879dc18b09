//! Values that stand where a secret should be: placeholders, published examples, default passwords.
//!
//! The words are data, in `words.rs`. A text is a placeholder when it is made of such words and nothing
//! else, or by an unmistakable mark; a text of which part could be random is none.

use super::provider::without_prefix;
use super::words::{ASKING, BETRAYING, DELIVERED, FILLING, GUESSED_FIRST, PUBLISHED, TELLING};
use crate::fact::secret::words;

const PLACEHOLDER: &str = "a placeholder";
const STARTPROJECT: &str = "startproject's insecure key";
const EXAMPLE: &str = "a published example value";
const DEFAULT: &str = "a default password of the software";
const GUESSED: &str = "one of the passwords guessed first";

/// Longer texts are not taken apart into words: no placeholder is so long.
const MAX_CHARACTERS: usize = 120;

/// Why a secret is none: it is a placeholder, a published example, or known to the world. A phrase.
///
/// For values of secrets. Of other variables ask [`unfilled`]: `postgres` is a bad password and a good host.
pub fn placeholder(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if text.contains("://") {
        return placeholder_in_url(text);
    }
    if let Some(told) = marked(text) {
        return Some(told);
    }
    let lower = text.to_lowercase();
    if GUESSED_FIRST.contains(&lower.as_str()) {
        return Some(GUESSED);
    }
    if DELIVERED.contains(&lower.as_str()) {
        return Some(DEFAULT);
    }
    let body = without_prefix(text);
    (is_filler(body) || made_of_words(body)).then_some(PLACEHOLDER)
}

/// Why a value is one that its author meant to be replaced: `your-domain.com`, `<name>`, `changeme`.
///
/// For variables of any name; it takes only marks that no real value has.
pub fn unfilled(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.contains("://") {
        let host = authority(text)?.rsplit('@').next()?;
        return is_sample_host(host).then_some(PLACEHOLDER);
    }
    let host_or_address = text.rsplit('@').next().unwrap_or(text);
    if is_sample_host(host_or_address) {
        return Some(PLACEHOLDER);
    }
    marked(text)
}

/// Marks that need no knowledge of what the value is for.
fn marked(text: &str) -> Option<&'static str> {
    if text.starts_with("django-insecure-") {
        return Some(STARTPROJECT);
    }
    if PUBLISHED.contains(&text) {
        return Some(EXAMPLE);
    }
    let bracketed = [('<', '>'), ('[', ']'), ('{', '}'), ('(', ')')]
        .iter()
        .any(|(open, close)| text.starts_with(*open) && text.ends_with(*close) && is_prose(text));
    if bracketed {
        return Some(PLACEHOLDER);
    }
    let text = text.get(..MAX_CHARACTERS).unwrap_or(text);
    let words = words(text);
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let asks = parts.len() > 1
        && parts.first().is_some_and(|first| ASKING.contains(&first.to_lowercase().as_str()))
        && parts.iter().all(|part| is_wordlike(part));
    // `.example` is a domain that stands for real ones in documentation (RFC 2606 §2).
    let in_domain = text.contains(".example");
    let betrays =
        |word: &String| BETRAYING.contains(&word.as_str()) && !(in_domain && word == "example");
    let betrayed =
        words.iter().any(betrays) || text.ends_with("EXAMPLE") || text.ends_with("EXAMPLEKEY");
    (asks || betrayed).then_some(PLACEHOLDER)
}

/// Credentials that only hold a place, or the name of nobody's host.
fn placeholder_in_url(text: &str) -> Option<&'static str> {
    let authority = authority(text)?;
    match authority.rsplit_once('@') {
        Some((credentials, host)) => {
            let password =
                credentials.split_once(':').map_or(credentials, |(_, password)| password);
            placeholder(password).or_else(|| is_sample_host(host).then_some(PLACEHOLDER))
        }
        None => is_sample_host(authority).then_some(PLACEHOLDER),
    }
}

fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split(['/', '?', '#']).next()
}

/// Hosts that are reserved for documentation (RFC 2606 §3), and those that ask for one's own.
fn is_sample_host(host: &str) -> bool {
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host).to_lowercase();
    let below = |domain: &str| {
        host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let asks = host.split('.').any(|label| {
        [
            "yourdomain",
            "your-domain",
            "yoursite",
            "your-site",
            "yourcompany",
            "mydomain",
            "your-app",
        ]
        .contains(&label)
    });
    ["example.com", "example.org", "example.net"].iter().any(|domain| below(domain))
        || (asks && host.contains('.'))
}

/// One character and nothing else, or nothing but such runs: `xxxx`, `****`, `...`, `XXX-XXX`.
fn is_filler(text: &str) -> bool {
    let mut characters = text.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.'));
    let Some(first) = characters.next() else {
        return !text.is_empty();
    };
    let same = characters.all(|c| c.eq_ignore_ascii_case(&first));
    same && (text.chars().count() >= 3 || !first.is_alphanumeric())
}

/// Whether the text is made of the words of placeholders and of nothing else.
fn made_of_words(text: &str) -> bool {
    if text.chars().count() > MAX_CHARACTERS {
        return false;
    }
    let mut telling = false;
    let words = words(text);
    for word in &words {
        let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
        // A number beside words is one; a longer one could be a secret of its own.
        if word.len() - stem.len() > 4 {
            return false;
        }
        match (stem.is_empty(), composed(stem)) {
            (true, _) => {}
            (false, Some(tells)) => telling |= tells,
            (false, None) => return false,
        }
    }
    telling
}

/// Whether a run of letters is composed of known words, and whether a telling one is among them.
fn composed(letters: &str) -> Option<bool> {
    // For each position: whether the text up to there is composed, and by a telling word.
    let mut reached: Vec<Option<bool>> = vec![None; letters.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = Some(false);
    }
    for at in 0..letters.len() {
        let Some(so_far) = reached.get(at).copied().flatten() else {
            continue;
        };
        let rest = letters.get(at..)?;
        for (list, tells) in [(TELLING, true), (FILLING, false)] {
            for word in list.iter().filter(|word| rest.starts_with(**word)) {
                // Inside a longer run short words are chance: `me`, `it`, `db`.
                if word.len() < 3 && at > 0 {
                    continue;
                }
                if let Some(place) = reached.get_mut(at + word.len()) {
                    *place = Some(place.unwrap_or(false) || so_far || tells);
                }
            }
        }
    }
    reached.last().copied().flatten()
}

/// Letters of one case, perhaps after a capital, or a number of up to four digits.
fn is_wordlike(word: &str) -> bool {
    let mut tail = word.chars().skip(1);
    let one_case = word.chars().all(char::is_uppercase) || tail.all(char::is_lowercase);
    let letters = word.chars().all(char::is_alphabetic) && word.len() <= 14 && one_case;
    letters || (word.len() <= 4 && word.chars().all(|c| c.is_ascii_digit()))
}

/// Whether a text in brackets reads like an instruction.
fn is_prose(text: &str) -> bool {
    let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    !inside.is_empty()
        && inside.chars().all(|c| {
            c.is_alphanumeric() || matches!(c, '-' | '_' | ' ' | '.' | '{' | '}' | '<' | '>')
        })
        && words(inside).iter().all(|word| is_wordlike(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_recognised() {
        for (text, told) in [
            ("changeme", PLACEHOLDER),
            ("change-me", PLACEHOLDER),
            ("CHANGE_ME_IN_PRODUCTION", PLACEHOLDER),
            ("ChangeMe123!", PLACEHOLDER),
            ("your-secret-key-here", PLACEHOLDER),
            ("your-twilio-token-here", PLACEHOLDER),
            ("your_super_secret_key", PLACEHOLDER),
            ("<your-api-key>", PLACEHOLDER),
            ("<password>", PLACEHOLDER),
            ("{{ secret_key }}", PLACEHOLDER),
            ("xxxxxxxx", PLACEHOLDER),
            ("XXX-XXX", PLACEHOLDER),
            ("***", PLACEHOLDER),
            ("...", PLACEHOLDER),
            ("secret", PLACEHOLDER),
            ("mysecretkey", PLACEHOLDER),
            ("supersecretpassword", PLACEHOLDER),
            ("dev", PLACEHOLDER),
            ("dev-secret", PLACEHOLDER),
            ("test_key_1", PLACEHOLDER),
            ("password", PLACEHOLDER),
            ("password123", PLACEHOLDER),
            ("replace_with_a_long_random_string", PLACEHOLDER),
            ("insert-key-here", PLACEHOLDER),
            ("TODO", PLACEHOLDER),
            ("sk_test_xxxxxxxxxxxxxxxx", PLACEHOLDER),
            ("sk_test_your_key_here", PLACEHOLDER),
            ("prod-changeme-7", PLACEHOLDER),
            ("django-insecure-k^6(0b!x@z9w#f8u5$-m2", STARTPROJECT),
            ("AKIAIOSFODNN7EXAMPLE", EXAMPLE),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", EXAMPLE),
            ("sk_test_4eC39HqLyjWDarjtT1zdp7dc", EXAMPLE),
            ("postgres", DEFAULT),
            ("admin", DEFAULT),
            ("guest", DEFAULT),
            ("12345678", GUESSED),
            ("postgres://app:changeme@db/x", PLACEHOLDER),
            ("https://public@sentry.example.com/1", PLACEHOLDER),
        ] {
            assert_eq!(placeholder(text), Some(told), "{text}");
        }
    }

    #[test]
    fn secrets_are_none() {
        for text in [
            "",
            "x7Qm2Vt9Lp4Rz8Kc1Wd6Jb3N",
            "t5J-9sXq2vLw8RzK4mBnC7hYdP1gFaE6uTiOoQxWkVjZyHbMrN3",
            "9f86d081884c7d659a2feaa0c55ad015",
            "Sunshine2024!",
            "key-3f9d2c7b8a1e4f6099aabbccddeeff00",
            "my-7Gq2kX9vT4",
            "rzp_test_Zk41pWq0sYb7Lc",
            "<k9F2x>",
            "https://a7e6f5d4c3b2a1908f7e6d54f1d2c9b8@sentry.commons.example/3",
            "secret-9f86d081884c7d65",
        ] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }

    #[test]
    fn other_values_need_an_unmistakable_mark() {
        for (text, told) in [
            ("your-domain.com", true),
            ("www.yourdomain.com", true),
            ("https://example.com/", true),
            ("you@example.com", true),
            ("<bucket>", true),
            ("CHANGEME", true),
            ("your_bucket_name", true),
            ("postgres", false),
            ("test", false),
            ("shop.example", false),
            ("localhost", false),
            ("my-bucket-7f3a9c1d", false),
            ("production", false),
        ] {
            assert_eq!(unfilled(text).is_some(), told, "{text}");
        }
    }
}
