//! Where nginx accepts which directive, and which directives stand where it does not.

use super::directives;
use super::syntax::{Block, Directive};

/// A kind of block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// The main file, outside of all blocks.
    Main,
    /// `events { }`.
    Events,
    /// `http { }`.
    Http,
    /// `server { }` in `http`.
    Server,
    /// `location … { }`.
    Location,
    /// `upstream … { }`.
    Upstream,
    /// `limit_except … { }`.
    LimitExcept,
    /// `if ( ) { }` in a server.
    ServerIf,
    /// `if ( ) { }` in a location.
    LocationIf,
    /// `stream { }`.
    Stream,
    /// `server { }` in `stream`.
    StreamServer,
    /// `upstream … { }` in `stream`.
    StreamUpstream,
    /// `mail { }`.
    Mail,
    /// `server { }` in `mail`.
    MailServer,
}

impl Context {
    const ALL: [Self; 14] = [
        Self::Main,
        Self::Events,
        Self::Http,
        Self::Server,
        Self::Location,
        Self::Upstream,
        Self::LimitExcept,
        Self::ServerIf,
        Self::LocationIf,
        Self::Stream,
        Self::StreamServer,
        Self::StreamUpstream,
        Self::Mail,
        Self::MailServer,
    ];

    /// Its letter in the table.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Main => 'm',
            Self::Events => 'e',
            Self::Http => 'h',
            Self::Server => 's',
            Self::Location => 'l',
            Self::Upstream => 'u',
            Self::LimitExcept => 'x',
            Self::ServerIf => 'S',
            Self::LocationIf => 'L',
            Self::Stream => 't',
            Self::StreamServer => 'v',
            Self::StreamUpstream => 'p',
            Self::Mail => 'i',
            Self::MailServer => 'j',
        }
    }

    /// What reports call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Main => "the main context",
            Self::Events => "events",
            Self::Http => "http",
            Self::Server => "server",
            Self::Location => "location",
            Self::Upstream => "upstream",
            Self::LimitExcept => "limit_except",
            Self::ServerIf => "if in server",
            Self::LocationIf => "if in location",
            Self::Stream => "stream",
            Self::StreamServer => "server in stream",
            Self::StreamUpstream => "upstream in stream",
            Self::Mail => "mail",
            Self::MailServer => "server in mail",
        }
    }

    /// The kind of block that a directive opens here; none where nginx's own modules have no say.
    pub(super) fn below(self, directive: &Directive) -> Option<Self> {
        Some(match (self, directive.name.as_str()) {
            (Self::Main, "events") => Self::Events,
            (Self::Main, "http") => Self::Http,
            (Self::Http, "server") => Self::Server,
            (Self::Http, "upstream") => Self::Upstream,
            (Self::Server | Self::Location, "location") => Self::Location,
            (Self::Server, "if") => Self::ServerIf,
            (Self::Location, "if") => Self::LocationIf,
            (Self::Location, "limit_except") => Self::LimitExcept,
            (Self::Main, "stream") => Self::Stream,
            (Self::Stream, "server") => Self::StreamServer,
            (Self::Stream, "upstream") => Self::StreamUpstream,
            (Self::Main, "mail") => Self::Mail,
            (Self::Mail, "server") => Self::MailServer,
            _ => return None,
        })
    }
}

/// Whether a module we know has a directive of this name.
pub(super) fn is_known(name: &str) -> bool {
    !directives::rows(name).is_empty()
}

/// Whether nginx accepts a directive in a context, as far as we know it.
pub(super) fn accepts(context: Context, name: &str) -> bool {
    let rows = directives::rows(name);
    rows.is_empty() || rows.iter().any(|row| row.is_for(context.letter()))
}

/// The contexts in which a directive is accepted, for people.
pub(super) fn accepted_in(name: &str) -> String {
    let names: Vec<&str> = Context::ALL
        .into_iter()
        .filter(|context| accepts(*context, name))
        .map(Context::name)
        .collect();
    names.join(", ")
}

/// A directive that stands where nginx does not accept it.
pub(super) struct Misplaced<'t> {
    /// Which.
    pub(super) directive: &'t Directive,
    /// In what kind of block.
    pub(super) context: Context,
}

/// The directives of a block, at any depth, that stand where nginx does not accept them.
pub(super) fn misplaced<'t>(block: &'t Block, context: Context, found: &mut Vec<Misplaced<'t>>) {
    for directive in &block.directives {
        if !accepts(context, &directive.name) {
            found.push(Misplaced { directive, context });
        } else if let (Some(inner), Some(below)) = (&directive.block, context.below(directive)) {
            misplaced(inner, below, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_where_directives_belong() {
        for (context, name, accepted) in [
            (Context::Http, "limit_req_zone", true),
            (Context::Server, "limit_req_zone", false),
            (Context::Main, "server", false),
            (Context::Upstream, "server", true),
            (Context::ServerIf, "add_header", false),
            (Context::LocationIf, "add_header", true),
            (Context::Location, "proxy_pass", true),
            (Context::Server, "proxy_pass", false),
            (Context::Server, "more_set_headers", true),
        ] {
            assert_eq!(accepts(context, name), accepted, "{name} in {}", context.name());
        }
    }

    #[test]
    fn a_misplaced_directive_is_told_with_where_it_belongs() {
        assert_eq!(accepted_in("limit_req_zone"), "http");
        assert_eq!(accepted_in("root"), "http, server, location, if in location");
    }
}
