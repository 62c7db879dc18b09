//! What can be asked of a site, and what can come back.

use url::Url;

use super::offer::Offer;
use super::records::{Lookup, Records};
use crate::date::Date;
use crate::fact::Ignorance;

/// Something to ask a site.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// One request. Redirects are answers, not followed.
    Page(Request),
    /// The certificate that stands behind an HTTPS address.
    Certificate(Url),
    /// Everything that is offered there below HTTP.
    Offer(Url),
    /// Records of DNS; the site itself is not asked.
    Records(Lookup),
    /// A row of wrong passwords, one after the other, until something else comes back than at first.
    SignIn(Request),
}

/// Wrong passwords in a row.
pub const MOST_TRIES: usize = 10;

/// A request. Only those that the user allows are meant to change anything if they succeed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// The address.
    pub url: Url,
    /// What is wanted of it.
    pub method: Method,
    /// The headers that make it another question than the bare address.
    pub headers: Vec<(String, String)>,
}

/// The methods that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// The page.
    Get,
    /// What a form sends, or a program: a made-up name and a wrong password, as its `Content-Type` says.
    Post,
    /// What came, sent back: nothing that a browser would ask for.
    Trace,
    /// Leave to ask for more, as browsers ask it for pages of other sites.
    Options,
}

impl Method {
    /// The word for it in a request.
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Trace => "TRACE",
            Self::Options => "OPTIONS",
        }
    }
}

/// A name that nobody has, with a password that nobody has, under the usual names of fields.
const MADE_UP_FORM: &str = "username=prodcheck&login=prodcheck&email=prodcheck%40probe.invalid\
                            &password=prodcheck-knows-no-password";
const MADE_UP_JSON: &str = r#"{"username":"prodcheck","email":"prodcheck@probe.invalid","password":"prodcheck-knows-no-password"}"#;

impl Request {
    /// The bare address.
    pub fn get(url: Url) -> Self {
        Self { url, method: Method::Get, headers: Vec::new() }
    }

    /// What a browser asks before a page of an origin may send JSON to an address.
    pub fn preflight(url: Url, origin: &str) -> Self {
        let request = Self { url, method: Method::Options, headers: Vec::new() };
        request.with("Origin", origin).with("Access-Control-Request-Method", "POST")
    }

    /// What is sent with it.
    pub(super) fn body(&self) -> Option<&'static str> {
        let json = self.headers.iter().any(|(_, value)| value == "application/json");
        match self.method {
            Method::Get | Method::Trace | Method::Options => None,
            Method::Post if json => Some(MADE_UP_JSON),
            Method::Post => Some(MADE_UP_FORM),
        }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To a request.
    Page(Response),
    /// To the question for the certificate.
    Certificate(Certificate),
    /// To the question for everything below HTTP.
    Offer(Offer),
    /// To the question for records.
    Records(Records),
    /// To a row of wrong passwords, in their order; at least one.
    SignIn(Vec<Response>),
}

/// The answer to a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The words after the status.
    pub reason: String,
    /// All header lines in their order.
    pub headers: Vec<(String, String)>,
    /// The body, cut off where it grew too long or came too slowly.
    pub body: String,
    /// From sending the request to the end of the headers.
    pub seconds: f64,
    /// What of that a new connection took.
    pub connecting: f64,
}

impl Response {
    /// The values of a header, a line each.
    pub fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether a browser would show the body as a page. A missing type is guessed from the body.
    pub fn is_html(&self) -> bool {
        match self.values("content-type").last() {
            Some(kind) => {
                let kind = kind.trim_start().to_ascii_lowercase();
                kind.starts_with("text/html") || kind.starts_with("application/xhtml")
            }
            None => !self.body.trim_start().starts_with(['{', '[']),
        }
    }

    /// Whether another answer shows the same.
    pub fn is_same_page(&self, other: &Self) -> bool {
        self.status == other.status && self.body == other.body
    }

    /// Whether the body can be read: nobody asked for compression, but some compress all the same.
    pub fn is_readable(&self) -> bool {
        self.values("content-encoding").all(|coding| coding.trim().eq_ignore_ascii_case("identity"))
    }

    /// Where it sends the browser, if it does.
    pub fn redirect(&self, from: &Url) -> Option<Url> {
        if !matches!(self.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        from.join(self.values("location").next()?).ok()
    }

    /// Why this answer says nothing about the site, if it does not: a firewall, a limit or a fault
    /// answered in its place.
    pub fn refusal(&self) -> Option<Ignorance> {
        let challenged = self.values("cf-mitigated").next().is_some();
        match self.status {
            403 | 429 => Some(Ignorance::new(format!(
                "the site refused the question (status {}); a firewall or a limit, perhaps",
                self.status
            ))),
            _ if challenged => Some(Ignorance::new("a firewall answered with a riddle for people")),
            500.. => Some(Ignorance::new(format!("the site answered {}", self.status))),
            _ => None,
        }
    }
}

/// A certificate as it was shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Certificate {
    /// The host names and addresses it is for, as it writes them.
    pub names: Vec<String>,
    /// The first day on which it is valid.
    pub not_before: Option<Date>,
    /// The last one.
    pub not_after: Option<Date>,
    /// Whole days from the one to the other.
    pub lifespan_days: Option<i64>,
    /// When the first of all certificates that were sent ends, in seconds since 1970.
    pub chain_ends: Option<i64>,
    /// Who issued it.
    pub issuer: String,
    /// Whether that is its own subject.
    pub self_signed: Option<bool>,
    /// The kind and the bits of its key: `EC 256`.
    pub key: Option<(String, u32)>,
    /// The curve of its key; none if it has none.
    pub curve: Option<String>,
    /// How it is signed: `sha256WithRSAEncryption`.
    pub signature: Option<String>,
    /// How it stands among the certificates that were sent with it.
    pub chain: Option<Chain>,
    /// Signed certificate timestamps in it.
    pub embedded_scts: Option<u32>,
    /// Whether it counts only with the authority's answer about it.
    pub must_staple: Option<bool>,
    /// Whether the server sends that answer.
    pub stapled: Option<bool>,
    /// The version of TLS that was agreed on, as in [`VERSIONS`].
    pub version: Option<String>,
    /// The protocol that was agreed on of `h2` and `http/1.1`; empty if none was.
    pub alpn: Option<String>,
    /// What stands between it and a trusted authority; none if nothing does.
    pub distrust: Option<String>,
    /// What the connection took, and the handshake on it.
    pub seconds: Option<(f64, f64)>,
    /// What the host's other addresses show.
    pub elsewhere: Vec<Elsewhere>,
}

/// Another address of a host.
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    /// The address.
    pub address: String,
    /// The certificate that is shown there.
    pub shown: Result<Box<Certificate>, Unanswered>,
}

/// The certificates that a server sends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    /// Their number.
    pub length: usize,
    /// Whether each is certified by the next.
    pub ordered: Option<bool>,
    /// Whether none is missing on the way to an authority.
    pub complete: Option<bool>,
}

/// The versions of TLS, oldest first.
pub const VERSIONS: [&str; 5] = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/// The versions that a server offers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Versions {
    /// Those it agreed to.
    pub offered: Vec<String>,
    /// Why nothing is known of the others that it did not refuse, if there are any.
    pub open: Option<Ignorance>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The question was not put.
    NotAsked(Ignorance),
    /// Nothing listens there: a definite answer of its own.
    Refused,
    /// It was put in vain.
    InVain(Ignorance),
}

impl Unanswered {
    /// The reason for a report.
    pub fn ignorance(&self) -> Ignorance {
        match self {
            Self::NotAsked(why) | Self::InVain(why) => why.clone(),
            Self::Refused => Ignorance::new(REFUSED),
        }
    }
}

/// A question and what became of it.
pub type Answered = (Question, Result<Answer, Unanswered>);

/// What a transcript says of a port where nothing listens.
pub const REFUSED: &str = "connection refused";
