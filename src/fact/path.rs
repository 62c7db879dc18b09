//! The dotted names by which checks ask for facts.

use std::fmt;

/// The name of a fact: `django.settings.DEBUG`, or `.lost-headers` of the item at hand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactPath {
    /// Whether the path starts at the current item instead of at a domain.
    pub of_item: bool,
    /// The parts between the dots; empty only for the item itself (`.`).
    pub segments: Vec<String>,
    /// Whether how the value came to be is asked for (`@origin`), instead of the value.
    pub origin: bool,
    text: String,
}

impl FactPath {
    /// Reads a path; what is wrong with it otherwise.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (dotted, origin) = match text.split_once('@') {
            None => (text, false),
            Some((dotted, "origin")) => (dotted, true),
            Some((_, aspect)) => {
                return Err(format!("unknown aspect `@{aspect}`; known: `@origin`"));
            }
        };
        let (of_item, dotted) =
            dotted.strip_prefix('.').map_or((false, dotted), |rest| (true, rest));
        let segments: Vec<String> = match (of_item, dotted) {
            (true, "") => Vec::new(),
            _ => dotted.split('.').map(str::to_owned).collect(),
        };
        if segments.iter().any(String::is_empty) {
            return Err(format!("`{text}` is not a fact path: a part between two dots is empty"));
        }
        Ok(Self { of_item, segments, origin, text: text.to_owned() })
    }

    /// The path of the current item itself.
    pub fn item() -> Self {
        Self { of_item: true, segments: Vec::new(), origin: false, text: ".".to_owned() }
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The domain, of a path that starts at one.
    pub fn domain(&self) -> Option<&str> {
        if self.of_item { None } else { self.segments.first().map(String::as_str) }
    }

    /// Whether this asks if a domain was found at all (`nginx.found`).
    pub fn asks_found(&self) -> bool {
        !self.of_item && matches!(self.segments.as_slice(), [_, found] if found == "found")
    }
}

impl fmt::Display for FactPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_printed_as_it_was_written() {
        for text in
            ["django.settings.DEBUG", "django.settings.SECRET_KEY@origin", ".lost-headers", "."]
        {
            assert_eq!(FactPath::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_broken_path_is_refused() {
        for text in ["", "a..b", "a.b@place", "..a"] {
            assert!(FactPath::parse(text).is_err(), "{text}");
        }
    }
}
