//! What holds for every `.env` file and every secret: no reader fails, and no random key is a placeholder.

use prodcheck::credential::{bits, placeholder, provider, unfilled};
use prodcheck::grammar::dotenv::{self, Reader};
use prodcheck::grammar::interpolation::expand;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Alphabets, lengths and prefixes of keys as `secrets`, `openssl rand`, Django and issuers make them.
const GENERATORS: &[(&str, &str, usize)] = &[
    ("", "0123456789abcdef", 32),
    ("", "0123456789ABCDEF", 64),
    ("", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 22),
    ("", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 86),
    ("", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 43),
    ("", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 12),
    ("", "abcdefghijklmnopqrstuvwxyz", 12),
    ("", "abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)", 50),
    ("sk_live_", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 24),
    ("rzp_live_", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 14),
];

/// Random keys, the same at every run (Marsaglia's xorshift64).
fn random_keys(count: usize) -> impl Iterator<Item = String> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or(0) % below
    };
    GENERATORS.iter().cycle().take(count).map(move |(prefix, alphabet, length)| {
        let letter =
            |_| alphabet.as_bytes().get(next(alphabet.len())).map_or('x', |b| char::from(*b));
        prefix.chars().chain((0..*length).map(letter)).collect()
    })
}

/// Lines as people write them, and worse.
fn env_text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "(export )?[A-Z_]{1,6} ?= ?['\"]?[a-z$ {}#\\\\:-]{0,12}['\"]?( #.*)?",
        "[A-Z]{1,3}=\\$\\{[A-Z]{1,3}(:-x)?\\}",
        "\\PC{0,20}",
        "['\"#=:]{0,6}",
    ];
    proptest::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
}

fn holds<S: Strategy>(
    cases: u32,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) where
    S::Value: std::fmt::Debug,
{
    let mut runner =
        TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    if let Err(broken) = runner.run(strategy, property) {
        panic!("{broken}");
    }
}

#[test]
fn no_random_key_is_a_placeholder() {
    for key in random_keys(100_000) {
        assert_eq!((placeholder(&key), unfilled(&key)), (None, None), "{key}");
    }
}

#[test]
fn random_keys_of_a_good_length_are_strong() {
    for key in random_keys(1_000).filter(|key| key.len() >= 32) {
        assert!(bits(&key) >= 128.0, "{key}: {}", bits(&key));
    }
}

#[test]
fn repeating_a_text_adds_next_to_nothing() {
    holds(100, &("[a-zA-Z0-9]{1,12}", 2_usize..6), |(part, times)| {
        let repeated = bits(&part.repeat(times));
        prop_assert!(repeated <= bits(&part).max(40.0) + 40.0, "{repeated}");
        Ok(())
    });
}

#[test]
fn no_text_upsets_the_judges_of_secrets() {
    holds(400, &"\\PC{0,200}", |text| {
        let found = bits(&text);
        prop_assert!(found.is_finite() && found >= 0.0);
        let _ = (unfilled(&text), provider(&text, &text));
        Ok(())
    });
}

#[test]
fn every_env_file_is_read_to_its_end() {
    holds(5_000, &env_text(), |text| {
        let file = dotenv::read(&text);
        let lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
        for entry in &file.entries {
            prop_assert!(entry.line >= 1 && entry.line <= lines && entry.column >= 1);
        }
        prop_assert!(file.broken.iter().all(|broken| broken.line <= lines));
        prop_assert!(file.entries.is_sorted_by_key(|entry| entry.line));
        Ok(())
    });
}

/// The plain lines are read by dotenvy, the others by our own rules: nobody may see the seam.
#[test]
fn dotenvy_and_python_dotenv_read_plain_lines_alike() {
    holds(5_000, &env_text(), |text| {
        for entry in &dotenv::read(&text).entries {
            if let Some(reading) = entry.as_read_by(Reader::PythonDotenv) {
                prop_assert_eq!(&reading.value, &entry.value);
                prop_assert_eq!(&reading.name, &entry.name);
            }
        }
        Ok(())
    });
}

#[test]
fn every_text_can_be_expanded() {
    holds(5_000, &"[${}A-C:?+a-c-]{0,60}", |text| {
        let known = |name: &str| (name == "A").then(|| "value".to_owned());
        let expanded = expand(&text, &mut { known });
        prop_assert!(expanded.missing.iter().all(|name| expanded.used.contains(name)));
        if !text.contains('$') {
            prop_assert_eq!(expanded.text, text);
        }
        Ok(())
    });
}
