//! Sentry's `init`: nothing of the settings changes with it, but a program does not start whose DSN is none.

use super::address::{Address, refused};
use crate::python::interpreter::{Arguments, Interpreter, Outcome};
use crate::python::numbers::written_int;
use crate::python::term::Spot;

impl<'a> Interpreter<'a> {
    /// `sentry_sdk.init(dsn)`.
    pub(super) fn sentry_init(&mut self, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        if let Some(dsn) = arguments.get(0, "dsn")
            && let Some(text) = dsn.as_text()
            && !text.is_empty()
            && !is_dsn(text)
        {
            let why = format!("the DSN of Sentry is none ({})", self.shown(at));
            return Err(refused("BadDsn", &why, &dsn.from));
        }
        Ok(self.opaque("what Sentry gives", at))
    }
}

/// Whether Sentry takes a text for an address of a project (`sentry_sdk/utils.py`, 2.x).
fn is_dsn(text: &str) -> bool {
    let address = Address::parse(text);
    let project = address.path.rsplit('/').next().unwrap_or_default();
    let is_number = project.len() > 18 || written_int(project, 10).is_some();
    matches!(address.scheme.as_str(), "http" | "https")
        && address.host().is_some()
        && address.user().0.is_some_and(|key| !key.is_empty())
        && is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dsn_has_a_key_a_host_and_the_number_of_a_project() {
        assert!(is_dsn("https://key@o1.ingest.example.com/4507"));
        assert!(is_dsn("http://key:secret@sentry.example.com/path/1"));
        for text in [
            "your-dsn",
            "https://sentry.example.com/1",
            "https://key@sentry.example.com/shop",
            "https://key@/1",
        ] {
            assert!(!is_dsn(text), "{text}");
        }
    }
}
