//! Why a question was put in vain, in the user's words.

use std::error::Error;
use std::io;
use std::iter;
use std::sync::Arc;

use crate::fact::Ignorance;
use crate::probe::Unanswered;

/// A question put in vain.
pub(super) fn in_vain(why: impl Into<Arc<str>>) -> Unanswered {
    Unanswered::InVain(Ignorance::new(why))
}

/// Why there is no connection.
pub(super) fn of_connection(error: &io::Error) -> Unanswered {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Unanswered::Refused,
        kind => in_vain(word(kind).map_or_else(|| plain(&error.to_string()), str::to_owned)),
    }
}

/// Why there is no answer to a request.
pub(super) fn of_request(error: &reqwest::Error) -> Unanswered {
    let mut last = error.to_string();
    for error in causes(error) {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return of_tls(error);
        }
        if let Some(error) = error.downcast_ref::<io::Error>()
            && (word(error.kind()).is_some() || error.kind() == io::ErrorKind::ConnectionRefused)
        {
            return of_connection(error);
        }
        last = error.to_string();
    }
    in_vain(plain(&last))
}

/// Whether there is no answer since nobody vouches for the certificate.
pub(super) fn is_untrusted(error: &reqwest::Error) -> bool {
    let of_tls = causes(error).find_map(|error| error.downcast_ref::<rustls::Error>());
    matches!(of_tls, Some(rustls::Error::InvalidCertificate(_)))
}

/// What led to an error, the last cause last.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    iter::successors(error.source(), |error| within(*error))
}

/// What an error holds. One of input and output hides what it holds from `source`.
fn within<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(held) => Some(held),
        None => error.source(),
    }
}

/// Whether the same request may succeed when it is sent again: the connection broke.
pub(super) fn is_passing(unanswered: &Unanswered) -> bool {
    matches!(unanswered, Unanswered::InVain(why) if *why.why == *BROKEN)
}

/// Why there is no TLS connection.
pub(super) fn of_tls(error: &rustls::Error) -> Unanswered {
    match error {
        rustls::Error::InvalidCertificate(_) => {
            in_vain("the certificate is not trusted, and `--header` is sent to trusted sites only")
        }
        rustls::Error::AlertReceived(alert) => {
            in_vain(format!("the server broke the TLS handshake off: {alert:?}"))
        }
        rustls::Error::InvalidMessage(_) => in_vain("what answers there does not speak TLS"),
        error => in_vain(format!("the TLS handshake failed: {error}")),
    }
}

/// What a broken connection is called.
const BROKEN: &str = "the connection broke";

/// What is said where there is no way to an address.
pub(super) const NOT_REACHED: &str = "the network does not reach the host";

fn word(kind: io::ErrorKind) -> Option<&'static str> {
    Some(match kind {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => BROKEN,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => NOT_REACHED,
        io::ErrorKind::TimedOut => "the connection timed out",
        _ => return None,
    })
}

/// The libraries' own words, where they say it shortly; ours for the two that everyone meets.
fn plain(text: &str) -> String {
    let text = text.trim_end_matches('.');
    if text.contains("failed to lookup address") {
        return "the host's name is not known".to_owned();
    }
    if text.contains("connection closed before message completed")
        || text.contains("connection error")
    {
        return BROKEN.to_owned();
    }
    let of_http = ["invalid HTTP", "header", "message head", "content-length"];
    if of_http.iter().any(|word| text.contains(word)) {
        return format!("the answer is no valid HTTP: {text}");
    }
    text.to_owned()
}
