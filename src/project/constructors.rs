//! The calls that make an application, in frameworks in which a program makes it itself, and the classes of
//! a program that inherit from one.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

static CONSTRUCTORS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let frameworks = ["Flask", "FastAPI", "Starlette", "Quart"];
    AhoCorasick::new(frameworks.iter().flat_map(|name| signs(name))).ok()
});

/// What stands in a text that makes an application of a class, or a class that inherits from it.
pub(crate) fn signs(class: &str) -> [String; 3] {
    let dotted = format!("({}.{class})", class.to_lowercase());
    [format!("{class}("), format!("({class})"), dotted]
}

/// Whether one of them stands in a text.
pub(super) fn stand_in(text: &[u8]) -> bool {
    CONSTRUCTORS.as_ref().is_some_and(|constructors| constructors.is_match(text))
}
