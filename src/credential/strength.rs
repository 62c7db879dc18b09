//! How hard a text is to guess, in bits.
//!
//! zxcvbn knows what people choose: words, names, dates, keyboard walks. It is no judge of generated keys:
//! it takes ten possibilities for every character it cannot explain, and looks at the first hundred only.
//! So a text that has the marks of a generator counts by its alphabet, and any other by zxcvbn.

use std::collections::BTreeSet;

use zxcvbn::matching::patterns::MatchPattern;

use super::encoded::decoded;
use super::provider::without_prefix;
use super::sample::placeholder;

/// What zxcvbn looks at; the rest of a longer text is taken to be like its beginning.
const LOOKED_AT: usize = 64;
/// zxcvbn counts guesses in 64 bits and stops telling patterns apart beyond 19 characters.
const PIECE: usize = 16;
/// Shorter texts are judged as passwords that a person chose.
const MIN_GENERATED: usize = 8;
/// From this length on the kinds of characters alone tell a generator's text from a person's.
const MIN_SCATTERED: usize = 24;
/// The share of neighbours of different kinds from which a text is scattered: chance gives 0.57 and more,
/// names and words written together less than 0.3.
const SCATTERED: f64 = 0.4;
/// In a generated text shorter words are chance.
const MIN_WORD: usize = 5;
/// What one character of a natural language is worth at most, in random words.
const BITS_OF_A_WORDS_CHARACTER: f64 = 2.6;
/// NIST SP 800-57 part 1, table 2: what a 2048-bit RSA key is worth; curves of 256 bits have 128.
const BITS_OF_A_PRIVATE_KEY: f64 = 112.0;
/// A random UUID has 128 bits of which 6 are fixed (RFC 9562 §5.4).
const BITS_OF_A_RANDOM_UUID: f64 = 122.0;

/// The entropy of a secret as one who knows its format would estimate it, in bits.
///
/// Nothing for a placeholder or a published value. A text made by a generator counts with its alphabet
/// (32 hexadecimal digits: 128); a text made by a person with what zxcvbn needs to guess it.
pub fn bits(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() || placeholder(text).is_some() {
        return 0.0;
    }
    if text.starts_with("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return BITS_OF_A_PRIVATE_KEY;
    }
    let text = without_prefix(text);
    if let Some(signature) = signature_of_jwt(text) {
        return bits_of_body(signature);
    }
    uuid_bits(text).unwrap_or_else(|| {
        let estimate = bits_of_body(text);
        // Whoever guesses words tries them in these forms, too.
        decoded(text).map_or(estimate, |inner| estimate.min(bits_of_body(&inner)))
    })
}

fn bits_of_body(text: &str) -> f64 {
    let body = text.trim_end_matches('=');
    let characters: Vec<char> = body.chars().collect();
    if let Some(period) = period(&characters) {
        let once: String = characters.iter().take(period).collect();
        let times = characters.len().div_ceil(period);
        return bits_of_body(&once) + bits_of_count(times);
    }
    let per_character = alphabet(&characters);
    let by_alphabet = per_character * number(characters.len());
    // Base64 of 32 bytes has 43 characters and still 256 bits.
    let by_alphabet =
        if body.len() < text.len() { (by_alphabet / 8.0).floor() * 8.0 } else { by_alphabet };
    let may_be_generated = characters.len() >= MIN_GENERATED && is_irregular(&characters);
    let hexadecimal = (per_character - BITS_OF_A_HEXADECIMAL_DIGIT).abs() < f64::EPSILON;
    if may_be_generated && (hexadecimal || is_scattered(&characters)) {
        return by_alphabet;
    }
    let chosen = Chosen::of(&characters);
    if may_be_generated && !chosen.explains(&characters) {
        return (by_alphabet - chosen.saved(per_character)).max(0.0);
    }
    let looked_at = number(characters.len().min(LOOKED_AT));
    let scale = (number(characters.len()) / looked_at.max(1.0)) * distinct_share(&characters);
    let mut estimate = by_alphabet.min(chosen.bits * scale.max(1.0));
    if speakable_share(&characters) > MOSTLY {
        estimate = estimate.min(BITS_OF_A_WORDS_CHARACTER * number(characters.len()));
    }
    estimate
}

/// More than this share of a text decides what it is.
const MOSTLY: f64 = 0.6;

/// What zxcvbn makes of a text.
struct Chosen {
    /// The share of its characters that words, walks, repeats and sequences explain.
    explained: f64,
    /// What guessing it piece by piece takes.
    bits: f64,
    /// The length and the bits of each longer word in it.
    words: Vec<(usize, f64)>,
}

impl Chosen {
    fn of(characters: &[char]) -> Self {
        let head = characters.get(..LOOKED_AT).unwrap_or(characters);
        let mut chosen = Self { explained: 0.0, bits: 0.0, words: Vec::new() };
        let mut explained = 0;
        for piece in head.chunks(PIECE) {
            let piece: String = piece.iter().collect();
            let entropy = zxcvbn::zxcvbn(&piece, &[]);
            chosen.bits += entropy.guesses_log10() * std::f64::consts::LOG2_10;
            let digits_are_chance = head.len() >= PIECE && head.iter().any(|c| c.is_alphabetic());
            for part in entropy.sequence() {
                let length = part.token.chars().count();
                let told = match part.pattern {
                    MatchPattern::BruteForce => false,
                    MatchPattern::Date(_) | MatchPattern::Regex(_) => !digits_are_chance,
                    _ => length >= 3,
                };
                explained += if told { length } else { 0 };
                if told && length >= MIN_WORD {
                    chosen.words.push((length, part.guesses.map_or(0.0, log2)));
                }
            }
        }
        chosen.explained = number(explained) / number(head.len().max(1));
        chosen
    }

    /// Whether a text has the marks of a person: more words than a generator makes by chance.
    fn explains(&self, characters: &[char]) -> bool {
        let by_chance = if characters.len() < PIECE { 0.3 } else { 0.5 };
        self.explained > by_chance || speakable_share(characters) > MOSTLY
    }

    /// By how much the words in a generated text shorten the search.
    fn saved(&self, per_character: f64) -> f64 {
        let saved = self.words.iter().map(|(length, bits)| per_character * number(*length) - bits);
        saved.filter(|saved| *saved > 0.0).sum()
    }
}

/// The share of characters in runs of letters that can be spoken: words of any language.
fn speakable_share(characters: &[char]) -> f64 {
    let mut spoken = 0;
    let mut run: Vec<char> = Vec::new();
    let mut close = |run: &mut Vec<char>| {
        spoken += if is_speakable(run) { run.len() } else { 0 };
        run.clear();
    };
    for c in characters {
        let starts = c.is_uppercase() && run.last().is_some_and(|last| last.is_lowercase());
        if starts || !c.is_alphabetic() {
            close(&mut run);
        }
        if c.is_alphabetic() {
            run.push(*c);
        }
    }
    close(&mut run);
    number(spoken) / number(characters.len().max(1))
}

/// At least four letters, a third of them vowels, and never more than three of a kind in a row.
fn is_speakable(letters: &[char]) -> bool {
    let vowel = |c: &char| "aeiouy".contains(c.to_ascii_lowercase());
    let vowels = letters.iter().filter(|c| vowel(c)).count();
    let clusters = letters.chunk_by(|one, other| vowel(one) == vowel(other));
    letters.len() >= 4
        && vowels * 10 >= letters.len() * 3
        && clusters.map(<[char]>::len).all(|length| length <= 3)
}

/// The bits of one hexadecimal digit.
const BITS_OF_A_HEXADECIMAL_DIGIT: f64 = 4.0;

/// The bits of one character, told from the kinds of characters in a text.
fn alphabet(characters: &[char]) -> f64 {
    let has = |kind: fn(&char) -> bool| characters.iter().any(kind);
    let symbols: BTreeSet<char> =
        characters.iter().copied().filter(|c| !c.is_ascii_alphanumeric()).collect();
    let hexadecimal = |lower: bool| {
        characters.iter().all(|c| {
            c.is_ascii_digit() || (c.is_ascii_hexdigit() && c.is_ascii_lowercase() == lower)
        })
    };
    let (digits, lower, upper) =
        (has(char::is_ascii_digit), has(char::is_ascii_lowercase), has(char::is_ascii_uppercase));
    if digits && symbols.is_empty() && (lower || upper) && (hexadecimal(true) || hexadecimal(false))
    {
        return BITS_OF_A_HEXADECIMAL_DIGIT;
    }
    let within = |set: &str| symbols.iter().all(|c| set.contains(*c));
    let of_symbols = match symbols.len() {
        0 => 0.0,
        _ if within("-_") || within("+/") => 2.0,
        // The symbols of Django's `get_random_secret_key`.
        _ if within("!@#$%^&*(-_=+)") => 14.0,
        _ => 32.0,
    };
    let counts = [(digits, 10.0), (lower, 26.0), (upper, 26.0)];
    let letters: f64 = counts.iter().filter(|(there, _)| *there).map(|(_, count)| count).sum();
    (letters + of_symbols).max(2.0).log2()
}

/// Whether a text has the marks of a generator: as many different characters and groups as chance
/// gives, and no runs.
fn is_irregular(characters: &[char]) -> bool {
    let length = number(characters.len());
    let size = alphabet(characters).exp2();
    let expected = size * (1.0 - (1.0 - 1.0 / size).powf(length));
    let distinct = number(characters.iter().collect::<BTreeSet<_>>().len());
    let groups = characters.windows(4).count();
    let different = characters.windows(4).collect::<BTreeSet<_>>().len();
    distinct >= 0.6 * expected
        && number(different) >= 0.85 * number(groups)
        && number(in_runs(characters)) <= 0.25 * length
}

/// Whether small letters, capitals, digits and symbols change places as often as chance has it. Where
/// they do there are no words to look for, and zxcvbn's lists take longer to read than a whole project.
fn is_scattered(characters: &[char]) -> bool {
    let kind = |c: char| match c {
        // What stands for letters, as in `s3cr3t`, and what people write words together with.
        '0' | '1' | '3' | '4' | '5' | '7' | '@' | '$' | '!' | '-' | '_' => 'a',
        _ if c.is_lowercase() => 'a',
        _ if c.is_uppercase() => 'A',
        _ if c.is_ascii_digit() => '9',
        _ => '-',
    };
    let pairs = characters.windows(2);
    let (count, changes) = pairs.fold((0, 0), |(count, changes), pair| {
        let differ = matches!(pair, [one, other] if kind(*one) != kind(*other));
        (count + 1, changes + usize::from(differ))
    });
    characters.len() >= MIN_SCATTERED && number(changes) >= SCATTERED * number(count)
}

/// How many characters stand in runs of four or more with an even step: `aaaa`, `abcd`, `9876`.
fn in_runs(characters: &[char]) -> usize {
    let mut total = 0;
    let mut run = 1;
    let mut step = None;
    for pair in characters.windows(2) {
        let [one, other] = pair else { continue };
        let now = i64::from(u32::from(*other)) - i64::from(u32::from(*one));
        if Some(now) == step && now.abs() <= 1 {
            run += 1;
            continue;
        }
        total += if run >= 4 { run } else { 0 };
        (run, step) = (2, Some(now));
    }
    total + if run >= 4 { run } else { 0 }
}

/// The length of the part of which a text is a repetition, if it is one.
fn period(characters: &[char]) -> Option<usize> {
    // Morris and Pratt's failure function: the longest proper prefix that is a suffix too.
    let mut border: Vec<usize> = vec![0; characters.len()];
    let mut length = 0;
    for index in 1..characters.len() {
        while length > 0 && characters.get(index) != characters.get(length) {
            length = border.get(length - 1).copied().unwrap_or(0);
        }
        if characters.get(index) == characters.get(length) {
            length += 1;
        }
        if let Some(place) = border.get_mut(index) {
            *place = length;
        }
    }
    let period = characters.len().checked_sub(border.last().copied()?)?;
    (period > 0 && period * 2 <= characters.len()).then_some(period)
}

/// The share of groups of four that differ.
fn distinct_share(characters: &[char]) -> f64 {
    let groups = characters.windows(4).count().max(1);
    number(characters.windows(4).collect::<BTreeSet<_>>().len()) / number(groups)
}

fn uuid_bits(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split('-').collect();
    let shape: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let hexadecimal = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if shape != [8, 4, 4, 4, 12] || !hexadecimal {
        return None;
    }
    let digits: String = parts.concat().to_lowercase();
    let version = parts.get(2)?.chars().next()?;
    let estimate = bits_of_body(&digits);
    Some(match version {
        '4' => estimate.min(BITS_OF_A_RANDOM_UUID),
        // The others hold a clock, a machine or a name; version 7 has 74 random bits (RFC 9562 §5.7).
        '7' => estimate.min(74.0),
        _ => estimate.min(60.0),
    })
}

/// The signature of a JWT: the rest of it says what everybody may know.
fn signature_of_jwt(text: &str) -> Option<&str> {
    let mut parts = text.split('.');
    let header = parts.next()?;
    let (_, signature) = (parts.next()?, parts.next()?);
    (header.starts_with("eyJ") && parts.next().is_none()).then_some(signature)
}

fn bits_of_count(count: usize) -> f64 {
    number(count).log2()
}

#[expect(clippy::cast_precision_loss, reason = "lengths of texts are small")]
fn number(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the logarithm of a number of guesses is a rough one"
)]
fn log2(guesses: u64) -> f64 {
    (guesses.max(1) as f64).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_texts_count_by_their_alphabet() {
        for (text, least, most) in [
            ("9f86d081884c7d659a2feaa0c55ad015", 128.0, 128.0),
            ("a3bf4f1b2b0b822cd15d6c15b0f00a08", 128.0, 128.0),
            ("t5J-9sXq2vLw8RzK4mBnC7hYdP1gFaE6uTiOoQxWkVjZyHbMrN3", 280.0, 310.0),
            ("k^6(0b!x@z9w#f8u5$-m2+e&7q1*r4=v)yj3n_hgcs%tpl0aid", 240.0, 290.0),
            ("x7Qm2Vt9Lp4Rz8Kc", 90.0, 96.0),
            ("6fa459ea-ee8a-4ca4-894e-db77e160355e", 122.0, 122.0),
            ("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", 248.0, 258.0),
            ("sk_live_51Hq8wLZf0bTn7Vx3Qk9Yc2Rm", 140.0, 155.0),
            ("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----", 112.0, 112.0),
            (
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.dQw4w9WgXcQkX7pLm2Rt8Zs5Vn1Bj6Hy3Fk0Gd4Ua9E",
                240.0,
                262.0,
            ),
        ] {
            let found = bits(text);
            assert!((least..=most).contains(&found), "{text}: {found}");
        }
    }

    #[test]
    fn what_people_choose_counts_little() {
        for (text, most) in [
            ("", 0.0),
            ("changeme", 0.0),
            ("hunter2", 20.0),
            ("Sunshine2024!", 40.0),
            ("qwertyuiopasdfgh", 40.0),
            ("0123456789abcdef0123456789abcdef", 50.0),
            ("abcdefghijklmnopqrstuvwxyz0123456789", 40.0),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 12.0),
            ("abc123abc123abc123abc123abc123abc123abc123", 25.0),
            ("correct horse battery staple", 80.0),
            ("20231125", 30.0),
            ("MyCompanyProductionDatabase2024", 85.0),
            ("thequickbrownfoxjumpsoverthelazydogandrunsaway", 120.0),
            ("iamthekingoftheworldandyouarenot", 100.0),
            ("mujhesecretkeychahiye123", 70.0),
            ("Ravi@1987Kumar#Tata", 60.0),
            ("c3VwZXJzZWNyZXRrZXkgb2YgdGhlIHNob3AgMTIz", 110.0),
            ("Companyname-Prod-Secret-2025-11-30-xyz-abc-123", 130.0),
            ("Pr0duct10nS3cr3tK3yF0rMyC0mp4nyDj4ng0", 130.0),
        ] {
            let found = bits(text);
            assert!(found <= most, "{text}: {found}");
        }
    }

    #[test]
    fn repetitions_are_seen() {
        let period = |text: &str| period(&text.chars().collect::<Vec<_>>());
        assert_eq!(period("abcabcab"), Some(3));
        assert_eq!(period("aaaa"), Some(1));
        assert_eq!(period("abcdab"), None);
        assert_eq!(period(""), None);
    }
}
