//! The answer that the Observatory looks at, read as it reads it.
//!
//! Repeated headers reach it joined by commas, the type of the content only from the first line.

use crate::fact::Ignorance;
use crate::probe::answers::Exchanged;
use crate::probe::markup::{Tag, tags_without_scripting};
use crate::probe::question::Response;

/// The last answer of a session.
pub(super) struct Page<'a> {
    /// The answer.
    pub(super) response: &'a Response,
    /// Whether the session began at HTTPS.
    pub(super) secure: bool,
}

/// What a page says about itself in its markup, as far as the Observatory listens.
#[derive(Default)]
pub(super) struct Stated {
    /// The content policies, in their order.
    pub(super) policies: Vec<String>,
    /// The last referrer policy.
    pub(super) referrer_policy: Option<String>,
}

/// The types of content that it takes for HTML, written just so.
const HTML: [&str; 2] = ["text/html", "application/xhtml+xml"];

impl<'a> Page<'a> {
    /// Looks at an answer.
    pub(super) fn of(answer: Exchanged<'a>, secure: bool) -> Self {
        Self { response: answer.response, secure }
    }

    /// The header with all its lines joined.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        joined(self.response, name)
    }

    /// The type of the content without its parameters; empty if there is none.
    pub(super) fn content_type(&self) -> &str {
        let line = self.response.values("content-type").next().unwrap_or_default();
        line.split(';').next().unwrap_or_default()
    }

    /// Whether it is HTML for the Observatory.
    pub(super) fn is_html(&self) -> bool {
        HTML.contains(&self.content_type())
    }

    /// Whether the body can be read, since something in it matters.
    pub(super) fn readable(&self) -> Result<(), Ignorance> {
        if self.response.is_readable() {
            return Ok(());
        }
        Err(Ignorance::new("the page is compressed, though nobody asked for that"))
    }

    /// What it says about itself.
    pub(super) fn stated(&self) -> Result<Stated, Ignorance> {
        let mut stated = Stated::default();
        if !self.is_html() || self.response.body.is_empty() {
            return Ok(stated);
        }
        self.readable()?;
        for meta in tags_without_scripting(&self.response.body).filter(|tag| tag.name == "meta") {
            let content = meta.attribute("content");
            if let (Some(pragma), Some(content)) = (meta.attribute("http-equiv"), content) {
                let pragma = pragma.trim().to_lowercase();
                if pragma == "content-security-policy" && !content.is_empty() {
                    stated.policies.push(content.to_owned());
                }
            } else if is_referrer(&meta) {
                let policy = content.filter(|content| !content.is_empty()).map(str::to_owned);
                stated.referrer_policy = policy.or(stated.referrer_policy);
            }
        }
        Ok(stated)
    }
}

fn is_referrer(meta: &Tag) -> bool {
    meta.attribute("name").is_some_and(|name| name.trim().eq_ignore_ascii_case("referrer"))
}

/// A header with all its lines joined.
pub(super) fn joined(response: &Response, name: &str) -> Option<String> {
    let lines: Vec<&str> = response.values(name).map(str::trim).collect();
    if lines.is_empty() { None } else { Some(lines.join(", ")) }
}

/// The first characters of a text; the Observatory does not look at more.
pub(super) fn beginning(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
