//! `listen`: where a server takes connections, and how.

use std::collections::BTreeSet;

use super::syntax::Directive;

/// One place at which a server takes connections.
#[derive(Clone, Debug)]
pub(super) struct Listen<'t> {
    /// As written, without options.
    pub(super) text: String,
    /// The address, `*` for all; none for a socket in the file system.
    pub(super) address: Option<String>,
    /// The port; none for a socket in the file system or where a template fills it in.
    pub(super) port: Option<u16>,
    /// Whether connections are encrypted.
    pub(super) tls: bool,
    /// The directive; none for the port that nginx chooses by itself.
    pub(super) directive: Option<&'t Directive>,
}

impl<'t> Listen<'t> {
    /// What a `listen` says.
    pub(super) fn of(directive: &'t Directive) -> Self {
        let text = directive.word(0).unwrap_or_default().to_owned();
        let (address, port) = address_and_port(&text);
        Self {
            address,
            port,
            tls: directive.has("ssl") || directive.has("quic"),
            directive: Some(directive),
            text,
        }
    }

    /// Where a server listens that does not say so.
    pub(super) fn unsaid() -> Self {
        Self {
            text: "80".to_owned(),
            address: Some("*".to_owned()),
            port: Some(80),
            tls: false,
            directive: None,
        }
    }

    /// Whether its directive has an option.
    pub(super) fn has(&self, option: &str) -> bool {
        self.directive.is_some_and(|directive| directive.has(option))
    }

    /// Whether this server answers here for hosts that no server is named for, because it says so.
    pub(super) fn is_default(&self) -> bool {
        self.has("default_server") || self.has("default")
    }

    /// Whether a template fills in the port.
    pub(super) fn is_templated(&self) -> bool {
        let word = self.directive.and_then(|directive| directive.words.first());
        word.is_some_and(|word| word.templated)
    }

    /// Whether only this machine can connect.
    pub(super) fn is_private(&self) -> bool {
        let local =
            |address: &str| address.starts_with("127.") || matches!(address, "localhost" | "[::1]");
        self.address.as_deref().is_none_or(local)
    }

    /// What tells two sockets apart.
    pub(super) fn socket(&self) -> (Option<String>, Option<u16>) {
        (self.address.clone(), self.port)
    }
}

/// The sockets on which some server of one nginx asks for TLS: it then holds for all servers there.
pub(super) type TlsSockets = BTreeSet<(Option<String>, Option<u16>)>;

fn address_and_port(text: &str) -> (Option<String>, Option<u16>) {
    if text.starts_with("unix:") {
        return (None, None);
    }
    if let Ok(port) = text.parse() {
        return (Some("*".to_owned()), Some(port));
    }
    let end_of_address = text.rfind(']').map_or(0, |at| at + 1);
    let (address, port) = match text.get(end_of_address..).and_then(|rest| rest.rfind(':')) {
        Some(at) => {
            let (address, port) = text.split_at(end_of_address + at);
            (address, port.trim_start_matches(':').parse().ok())
        }
        None => (text, Some(80)),
    };
    (Some(address.to_owned()), port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port() {
        for (text, address, port) in [
            ("80", Some("*"), Some(80)),
            ("*:8080", Some("*"), Some(8080)),
            ("[::]:443", Some("[::]"), Some(443)),
            ("[::1]", Some("[::1]"), Some(80)),
            ("127.0.0.1:18080", Some("127.0.0.1"), Some(18080)),
            ("localhost", Some("localhost"), Some(80)),
            ("unix:/run/a.sock", None, None),
            ("a:${PORT}", Some("a"), None),
        ] {
            assert_eq!(address_and_port(text), (address.map(str::to_owned), port), "{text}");
        }
    }
}
