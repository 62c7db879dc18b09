//! Texts that only look generated: a person's words, written as base64 or in hexadecimal digits.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Base64 of either alphabet, padded or not.
const FORMS: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&alphabet::STANDARD, LENIENT),
    GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT),
];
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Of so many random bytes, one text in two hundred thousand would consist of printable characters alone.
const MIN_BYTES: usize = 12;

/// The printable text that a secret was made of, if it was.
pub(super) fn decoded(text: &str) -> Option<String> {
    let from_base64 = FORMS.iter().find_map(|form| form.decode(text).ok().and_then(printable));
    from_hexadecimal(text).and_then(printable).or(from_base64)
}

fn printable(bytes: Vec<u8>) -> Option<String> {
    let is_text = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    (is_text && bytes.len() >= MIN_BYTES).then(|| String::from_utf8(bytes).ok()).flatten()
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.len().is_multiple_of(2).then(|| pairs.map(byte).collect()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_seen_behind_their_encoding() {
        for (text, told) in [
            ("bXkgc3VwZXIgc2VjcmV0IGtleQ==", Some("my super secret key")),
            ("bXkgc3VwZXIgc2VjcmV0IGtleQ", Some("my super secret key")),
            ("6d792073757065722073656372657420", Some("my super secret ")),
            ("9f86d081884c7d659a2feaa0c55ad015", None),
            ("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", None),
            ("c2hvcA==", None),
            ("+1+2+3", None),
            ("", None),
        ] {
            assert_eq!(decoded(text).as_deref(), told, "{text}");
        }
    }
}
