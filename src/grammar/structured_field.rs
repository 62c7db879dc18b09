//! Structured fields of HTTP (RFC 9651), as far as headers are judged here.

use sfv::{BareItem, Item, Parser};

/// The token that the lines of a header are together, with or without parameters. Nothing comes of
/// anything else, as browsers ignore it: a list, a text in quotes.
pub fn structured_token<'v>(lines: impl IntoIterator<Item = &'v str>) -> Option<String> {
    let joined = lines.into_iter().collect::<Vec<&str>>().join(", ");
    match Parser::new(joined.trim()).parse::<Item>().ok()?.bare_item {
        BareItem::Token(token) => Some(token.as_str().to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_word_with_or_without_parameters() {
        for (lines, token) in [
            (&["same-origin"][..], Some("same-origin")),
            (&[" same-origin; report-to=\"x\" "], Some("same-origin")),
            (&["same-origin", "same-origin"], None),
            (&["\"same-origin\""], None),
            (&["same origin"], None),
            (&[""], None),
            (&[], None),
        ] {
            assert_eq!(structured_token(lines.iter().copied()).as_deref(), token, "{lines:?}");
        }
    }
}
