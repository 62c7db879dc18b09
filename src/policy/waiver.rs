//! Failures that a project accepts: where, because of what, until when.

use crate::check::CheckId;
use crate::date::Date;
use crate::fact::Place;

/// One accepted failure.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Of which check.
    pub check: CheckId,
    /// Only at places that look so: a path or URL in which `*` stands for anything.
    pub at: Option<String>,
    /// Why it is accepted.
    pub because: String,
    /// The last day on which it is accepted.
    pub until: Date,
    /// The line of `prodcheck.toml`.
    pub line: usize,
}

impl Waiver {
    /// Whether it speaks of a finding of this check at these places.
    pub fn covers(&self, check: &CheckId, places: &[&Place]) -> bool {
        self.check == *check
            && self
                .at
                .as_ref()
                .is_none_or(|pattern| places.iter().any(|place| matches(pattern, &location(place))))
    }

    /// Whether it still holds on a day; the last day counts.
    pub fn holds_on(&self, today: Date) -> bool {
        today <= self.until
    }
}

/// The file or URL of a place, without the line: lines move.
fn location(place: &Place) -> String {
    match place {
        Place::File { path, .. } => path.to_string(),
        Place::Exchange(exchange) => exchange.url.clone(),
    }
}

/// Whether a text looks like a pattern in which `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| text.strip_prefix(start)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(end) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, yes) in [
            ("https://api.example.com/*", "https://api.example.com/v1", true),
            ("https://api.example.com/*", "https://www.example.com/", false),
            ("nginx/*.conf", "nginx/site.conf", true),
            ("nginx/*.conf", "nginx/site.conf.old", false),
            ("*/settings/*.py", "shop/settings/prod.py", true),
            ("a*a", "a", false),
            ("exact", "exact", true),
            ("exact", "exactly", false),
        ] {
            assert_eq!(matches(pattern, text), yes, "{pattern} {text}");
        }
    }
}
