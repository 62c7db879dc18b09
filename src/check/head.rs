//! What comes before the examples of a check file: all that judging needs of it.

/// That part of the text of a check file.
pub(super) fn head(text: &str) -> &str {
    text.split("\n[[example]]").next().unwrap_or(text)
}
