//! The calls that make an application, in frameworks in which a program makes it itself.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

static CONSTRUCTORS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(["Flask(", "FastAPI(", "Starlette(", "Quart("]).ok());

/// Whether one of the calls stands in a text.
pub(super) fn stand_in(text: &[u8]) -> bool {
    CONSTRUCTORS.as_ref().is_some_and(|constructors| constructors.is_match(text))
}
