//! What `--active` asks: every request before any of them is sent, and never more than the user allows.

use std::collections::BTreeSet;

use crate::probe::Site;
use crate::probe::question::{MOST_TRIES, Method, Question, Request};

/// What may be tried, and where. Every path is on the site itself.
#[derive(Clone, Debug)]
pub struct Active {
    /// Whether the user allows it.
    pub allowed: bool,
    /// Where names and passwords are sent to.
    pub login: Option<String>,
    /// Whether they are sent as JSON, not as a form.
    pub login_json: bool,
    /// Paths that nobody may read who is not signed in.
    pub protected: Vec<String>,
    /// Paths that want a token.
    pub tokens: Vec<String>,
    /// Where signed events are sent to.
    pub webhooks: Vec<String>,
    /// Files that visitors have uploaded, where everybody reads them.
    pub uploads: Vec<String>,
    /// Requests in all.
    pub most_requests: usize,
}

impl Default for Active {
    fn default() -> Self {
        Self {
            allowed: false,
            login: None,
            login_json: false,
            protected: Vec::new(),
            tokens: Vec::new(),
            webhooks: Vec::new(),
            uploads: Vec::new(),
            most_requests: 40,
        }
    }
}

/// Tokens that nobody issued (RFC 7519): one without a signature, and one with a wrong one.
const FORGED: [&str; 2] = [
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJwcm9kY2hlY2siLCJleHAiOjQxMDI0NDQ4MDB9.",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJwcm9kY2hlY2siLCJleHAiOjQxMDI0NDQ4MDB9.\
     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];

/// The path as somebody asks for it who is not signed in.
pub(super) fn as_a_stranger(site: &Site, path: &str) -> Request {
    site.path(path)
}

/// The path with each of the forged tokens.
pub(super) fn forged(site: &Site, path: &str) -> [Request; 2] {
    FORGED.map(|token| site.path(path).with("Authorization", &format!("Bearer {token}")))
}

/// An event that nobody signed.
pub(super) fn unsigned(site: &Site, path: &str) -> Request {
    posted(site, path, "application/json")
}

/// A file of the server's own, by a way out of the folder of an uploaded one.
pub(super) fn way_out(site: &Site, upload: &str) -> Request {
    let folder = upload.rfind('/').and_then(|end| upload.get(..=end)).unwrap_or("/");
    site.path(&format!("{folder}{}etc%2fpasswd", "..%2f".repeat(8)))
}

/// The front page's own request, to be sent back.
pub(super) fn trace(site: &Site) -> Request {
    Request { method: Method::Trace, ..site.front() }
}

/// A wrong name with a wrong password.
pub(super) fn sign_in(site: &Site, path: &str) -> Request {
    let form = "application/x-www-form-urlencoded";
    posted(site, path, if site.active.login_json { "application/json" } else { form })
}

fn posted(site: &Site, path: &str, kind: &str) -> Request {
    Request { method: Method::Post, ..site.path(path) }.with("Content-Type", kind)
}

/// All questions, in the order in which they are put; those that are beyond the limit are left out.
pub(super) fn questions(site: &Site) -> Vec<Question> {
    let active = &site.active;
    if !active.allowed {
        return Vec::new();
    }
    let protected = active.protected.iter().map(|path| as_a_stranger(site, path));
    let tokens = active.tokens.iter();
    let tokens =
        tokens.flat_map(|path| [as_a_stranger(site, path)].into_iter().chain(forged(site, path)));
    let webhooks = active.webhooks.iter().map(|path| unsigned(site, path));
    let uploads = active.uploads.iter();
    let uploads = uploads.flat_map(|path| [site.path(path), way_out(site, path)]);
    let trace = [trace(site)].into_iter();
    let pages = protected.chain(tokens).chain(webhooks).chain(uploads).chain(trace);
    let pages = pages.map(Question::Page);
    let tries = active.login.iter().map(|path| Question::SignIn(sign_in(site, path)));
    let (mut known, mut left) = (BTreeSet::new(), active.most_requests);
    let fits = |question: &Question| {
        let cost = if matches!(question, Question::SignIn(_)) { MOST_TRIES } else { 1 };
        let fits = is_own(site, question) && cost <= left && known.insert(question.clone());
        left -= if fits { cost } else { 0 };
        fits
    };
    pages.chain(tries).filter(fits).collect()
}

fn is_own(site: &Site, question: &Question) -> bool {
    match question {
        Question::Page(request) | Question::SignIn(request) => site.has(&request.url),
        _ => false,
    }
}

/// What will be asked, a line each, for the user to read before it is.
pub fn announced(site: &Site) -> Vec<String> {
    let uploads = &site.active.uploads;
    let is_upload = |request: &Request| uploads.iter().any(|path| *request == site.path(path));
    let is_way_out = |request: &Request| uploads.iter().any(|path| *request == way_out(site, path));
    let line = |question: &Question| match question {
        Question::SignIn(request) => {
            format!("POST {} up to {MOST_TRIES} times, with a wrong password", request.url)
        }
        Question::Page(request) if request.method == Method::Post => {
            format!("POST {} without a signature", request.url)
        }
        Question::Page(request) if request.method == Method::Trace => {
            format!("TRACE {}", request.url)
        }
        Question::Page(request) if is_way_out(request) => {
            format!("GET {} for a file of the server's own", request.url)
        }
        Question::Page(request) if is_upload(request) => format!("GET {}", request.url),
        Question::Page(request) if request.headers.is_empty() => {
            format!("GET {} without credentials", request.url)
        }
        Question::Page(request) => format!("GET {} with a forged token", request.url),
        _ => String::new(),
    };
    questions(site).iter().map(line).collect()
}
