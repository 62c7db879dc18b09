//! What a server answers before it looks for content: redirects and refusals.

use super::server::{Location, Server};
use super::syntax::{Block, Directive};
use crate::fact::Ignorance;

/// Expressions that match every path.
const EVERYTHING: &[&str] =
    &["^", ".*", "^.*", "^.*$", "^(.*)", "^(.*)$", "(.*)", "^/(.*)", "^/(.*)$", "^/(.*)?", "/(.*)"];

/// What a server or location does with a request.
pub(super) enum Answer<'t> {
    /// It sends the visitor elsewhere.
    Redirect(Redirect<'t>),
    /// It refuses: 4xx, 5xx, or closes the connection.
    Refusal,
    /// It gives content.
    Content,
    /// That cannot be told.
    Hidden(Ignorance),
}

/// An answer that sends the visitor elsewhere.
pub(super) struct Redirect<'t> {
    /// 301, 302 and so on.
    pub(super) status: i64,
    /// Where to, as written.
    pub(super) target: &'t str,
    /// The directive that says so.
    pub(super) directive: &'t Directive,
}

impl Redirect<'_> {
    /// Whether it leads to HTTPS; none if a variable decides that.
    pub(super) fn to_https(&self) -> Option<bool> {
        let decided = !self.target.starts_with('$') || self.target.starts_with("$scheme://");
        (decided && !self.directive.is_templated_before_scheme())
            .then(|| self.target.to_ascii_lowercase().starts_with("https://"))
    }

    /// Whether the path asked for is kept.
    pub(super) fn keeps_path(&self) -> bool {
        ["$request_uri", "$uri", "$document_uri", "$1"]
            .iter()
            .any(|part| self.target.contains(part))
    }
}

impl Directive {
    fn is_templated_before_scheme(&self) -> bool {
        self.words.iter().any(|word| word.templated && !word.text.contains("://"))
    }
}

impl<'t> Server<'t> {
    /// What it answers to a request over plain HTTP, or over TLS.
    pub(super) fn answer(&self, plain: bool) -> Answer<'t> {
        let block = self.directive.inside();
        if refuses_all(block) || (!plain && self.rejects_handshakes()) {
            return Answer::Refusal;
        }
        match first_answer(block, plain) {
            Some(answer) => answer,
            None if block.rest.is_some() => hidden(block),
            None => self.answer_of_locations(plain),
        }
    }

    /// Redirects or refuses only if its locations do; those for certificates, health and the like do
    /// not count.
    fn answer_of_locations(&self, plain: bool) -> Answer<'t> {
        let mut redirect = None;
        let mut rest_refused = false;
        for location in self.locations.iter().filter(|location| location.around.is_none()) {
            match location.answer(plain) {
                Answer::Redirect(found) if location.takes_the_rest() || redirect.is_none() => {
                    redirect = Some(found);
                }
                Answer::Refusal => rest_refused |= location.takes_the_rest(),
                Answer::Redirect(_) => {}
                Answer::Content if location.is_aside() => {}
                other => return other,
            }
        }
        let whole = self.locations.iter().any(Location::takes_the_rest);
        if !self.locations.is_empty() && self.locations.iter().all(Location::is_for_certificates) {
            // No page of the site: what is left are nginx's own files, which are none of the project's.
            return Answer::Refusal;
        }
        match redirect {
            Some(redirect) if whole => Answer::Redirect(redirect),
            None if rest_refused => Answer::Refusal,
            _ => Answer::Content,
        }
    }

    fn rejects_handshakes(&self) -> bool {
        self.directive.inside().first("ssl_reject_handshake").is_some_and(|each| each.has("on"))
    }
}

impl<'t> Location<'t> {
    /// What it answers to a request over plain HTTP, or over TLS.
    pub(super) fn answer(&self, plain: bool) -> Answer<'t> {
        let block = self.block();
        if refuses_all(block) {
            return Answer::Refusal;
        }
        match first_answer(block, plain) {
            Some(answer) => answer,
            None if block.rest.is_some() && block.directives.is_empty() => hidden(block),
            None => Answer::Content,
        }
    }

    /// Whether it answers for every path that no other location takes.
    fn takes_the_rest(&self) -> bool {
        match self.modifier {
            "" | "^~" => self.path == "/",
            "=" => false,
            _ => EVERYTHING.contains(&self.path) || matches!(self.path, "." | "/" | "^/"),
        }
    }

    /// Whether only the authority that makes certificates asks for it.
    fn is_for_certificates(&self) -> bool {
        self.path.contains(".well-known/acme-challenge")
    }

    /// Whether it is there for machines: certificates, health, status.
    fn is_aside(&self) -> bool {
        const ASIDE: &[&str] =
            &[".well-known", "health", "status", "ping", "robots.txt", "alive", "ready"];
        ASIDE.iter().any(|part| self.path.contains(part)) || self.path.starts_with('@')
    }
}

fn hidden<'t>(block: &Block) -> Answer<'t> {
    let why = block.rest.clone().unwrap_or_else(|| Ignorance::new("something is missing"));
    Answer::Hidden(why)
}

/// Whether visitors are refused; machines of the own network may be let in.
fn refuses_all(block: &Block) -> bool {
    const INSIDE: &[&str] = &["127.", "10.", "192.168.", "172.", "::1", "fd", "unix:"];
    let inside = |allow: &Directive| {
        allow.word(0).is_some_and(|from| INSIDE.iter().any(|start| from.starts_with(start)))
    };
    block.named("deny").any(|deny| deny.has("all")) && block.named("allow").all(inside)
}

/// The first `return`, `rewrite` to elsewhere or fitting `if` of a block.
///
/// certbot writes `if ($host = name) { return 301 …; }` for each name and `return 404;` after these:
/// what is not sent elsewhere is refused, so the server as a whole redirects.
fn first_answer(block: &Block, plain: bool) -> Option<Answer<'_>> {
    let mut by_name = None;
    for directive in &block.directives {
        let answer = match directive.name.as_str() {
            "return" => Some(of_return(directive)),
            "rewrite" => of_rewrite(directive),
            "if" if asks_for_scheme(directive, plain) => first_answer(directive.inside(), plain),
            "if" if directive.word(0) == Some("($host") => {
                by_name = by_name.or_else(|| first_answer(directive.inside(), plain));
                None
            }
            _ => None,
        };
        match (answer, by_name.take()) {
            (Some(Answer::Refusal), Some(redirect)) => return Some(redirect),
            (Some(answer), _) => return Some(answer),
            (None, kept) => by_name = kept,
        }
    }
    None
}

/// Whether the condition of an `if` holds of every plain request, or of every encrypted one.
fn asks_for_scheme(directive: &Directive, plain: bool) -> bool {
    let condition = directive.text();
    let condition = condition.trim_start_matches('(').trim_end_matches(')').trim();
    let words: Vec<&str> = condition.split_whitespace().collect();
    let holds_of_plain = match words.as_slice() {
        ["$scheme", "=", "http"]
        | ["$scheme", "!=", "https"]
        | ["$https", "=", "" | "\"\""]
        | ["$https", "="]
        | ["$https", "!=", "on"]
        | ["$server_port", "=", "80"] => true,
        ["$scheme", "=", "https"] | ["$https", "=", "on"] | ["$server_port", "=", "443"] => false,
        _ => return false,
    };
    holds_of_plain == plain
}

fn of_return(directive: &Directive) -> Answer<'_> {
    let (code, target) = match (directive.word(0), directive.word(1)) {
        (Some(code), Some(target)) => (code.parse().unwrap_or(0), target),
        (Some(only), None) => only.parse().map_or((302, only), |code: i64| (code, "")),
        (None, _) => (0, ""),
    };
    match code {
        301 | 302 | 303 | 307 | 308 => {
            Answer::Redirect(Redirect { status: code, target, directive })
        }
        400..=599 => Answer::Refusal,
        _ => Answer::Content,
    }
}

/// A rewrite of every path to another site.
fn of_rewrite(directive: &Directive) -> Option<Answer<'_>> {
    let (pattern, target) = (directive.word(0)?, directive.word(1)?);
    let leaves =
        ["http://", "https://", "$scheme://"].iter().any(|start| target.starts_with(start));
    if !EVERYTHING.contains(&pattern) || !leaves {
        return None;
    }
    let status = if directive.word(2) == Some("permanent") { 301 } else { 302 };
    Some(Answer::Redirect(Redirect { status, target, directive }))
}
