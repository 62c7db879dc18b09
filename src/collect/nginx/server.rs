//! Servers and their locations: names, sockets, and which location answers a request.

use regex::{Regex, RegexBuilder};

use super::instance::Instance;
use super::listen::{Listen, TlsSockets};
use super::scope::Scope;
use super::syntax::{Block, Directive};
use crate::fact::Ignorance;

/// More servers of one nginx are not looked at.
const MAX_SERVERS: usize = 500;
/// More locations of one server are not looked at.
const MAX_LISTED_LOCATIONS: usize = 2_000;
/// Of more locations than this it is not told which answers a request.
const MAX_LOCATIONS: usize = 500;
/// Expressions that compile to more bytes than this are not tried.
const MAX_EXPRESSION_BYTES: usize = 1 << 18;

/// A `server` block.
pub(super) struct Server<'t> {
    /// The directive.
    pub(super) directive: &'t Directive,
    /// What is in force in it.
    pub(super) scope: Scope<'t>,
    /// Where it takes connections.
    pub(super) listens: Vec<Listen<'t>>,
    /// Its names, as written.
    pub(super) names: Vec<String>,
    /// Its locations, those inside others after these.
    pub(super) locations: Vec<Location<'t>>,
    /// Whether it is only put around a file that starts inside a server.
    pub(super) is_elsewhere: bool,
    /// Whether visitors can connect; not if only this machine can and others of this nginx are open.
    pub(super) is_public: bool,
}

/// A `location` block.
pub(super) struct Location<'t> {
    /// The directive; of a server with a `root` and without `location /`, that `root`.
    pub(super) directive: &'t Directive,
    /// What is in force in it.
    pub(super) scope: Scope<'t>,
    /// `=`, `~`, `~*`, `^~`, or nothing.
    pub(super) modifier: &'t str,
    /// The path or expression.
    pub(super) path: &'t str,
    /// The location around it, by its index.
    pub(super) around: Option<usize>,
    expression: Option<Regex>,
}

/// Whether there are more servers or locations than are looked at.
pub(super) fn are_too_many(instance: &Instance, servers: &[Server<'_>]) -> bool {
    instance.http.named("server").nth(MAX_SERVERS).is_some()
        || servers.iter().any(|server| server.locations.len() >= MAX_LISTED_LOCATIONS)
}

/// The servers of one nginx.
pub(super) fn servers(instance: &Instance) -> Vec<Server<'_>> {
    let outer = Scope::of(&instance.http);
    let mut servers: Vec<Server<'_>> = instance
        .http
        .named("server")
        .take(MAX_SERVERS)
        .map(|directive| Server::of(directive, &outer, instance.inside_server))
        .collect();
    let sockets: TlsSockets = servers
        .iter()
        .flat_map(|server| &server.listens)
        .filter(|listen| listen.tls)
        .map(Listen::socket)
        .collect();
    let some_public =
        servers.iter().flat_map(|server| &server.listens).any(|listen| !listen.is_private());
    for server in &mut servers {
        for listen in &mut server.listens {
            listen.tls |= sockets.contains(&listen.socket());
        }
        server.is_public = !some_public || server.listens.iter().any(|listen| !listen.is_private());
    }
    servers
}

impl<'t> Server<'t> {
    fn of(directive: &'t Directive, outer: &Scope<'t>, is_elsewhere: bool) -> Self {
        let block = directive.inside();
        let scope = outer.inside(block);
        let mut listens: Vec<Listen<'t>> = block.named("listen").map(Listen::of).collect();
        if listens.is_empty() && block.rest.is_none() {
            listens.push(Listen::unsaid());
        }
        // Before nginx 1.25.1, `ssl on;` stood for the option at every `listen`.
        let old_tls = block.first("ssl").is_some_and(|ssl| ssl.has("on"));
        for listen in &mut listens {
            listen.tls |= old_tls;
        }
        let words = block.named("server_name").flat_map(|names| &names.words);
        let names = words.map(|word| word.text.clone()).filter(|name| !name.is_empty()).collect();
        let mut locations = Vec::new();
        gather(block, &scope, None, &mut locations);
        if let Some(root) = block.first("root")
            && !locations.iter().any(|location| location.around.is_none() && location.path == "/")
        {
            locations.push(Location {
                directive: root,
                scope: scope.clone(),
                modifier: "",
                path: "/",
                around: None,
                expression: None,
            });
        }
        Self { directive, scope, listens, names, locations, is_elsewhere, is_public: true }
    }

    /// What it is called in reports: its first name.
    pub(super) fn label(&self) -> &str {
        self.names.first().map_or("_", String::as_str)
    }

    /// Why it may have directives that are not here.
    pub(super) fn rest(&self) -> Option<&'t Ignorance> {
        self.directive.inside().rest.as_ref()
    }

    /// Whether some connections are encrypted; none if that cannot be told.
    pub(super) fn tls(&self) -> Option<bool> {
        let some = self.listens.iter().any(|listen| listen.tls);
        (some || self.rest().is_none()).then_some(some)
    }

    /// Whether some connections are not encrypted; none if that cannot be told.
    pub(super) fn plain(&self) -> Option<bool> {
        let some = self.listens.iter().any(|listen| !listen.tls);
        (some || self.rest().is_none()).then_some(some)
    }

    /// Whether no name says for which hosts it is meant.
    pub(super) fn is_catch_all(&self) -> bool {
        self.names.iter().all(|name| matches!(name.as_str(), "_" | "localhost" | "*" | "default"))
    }

    /// Whether it is the one that answers for unknown hosts, because it says so.
    pub(super) fn is_default(&self) -> bool {
        self.listens.iter().any(Listen::is_default)
    }

    /// The location that answers for a path, as nginx chooses it; none if the server itself does, or
    /// if there are too many to try.
    pub(super) fn handler(&self, path: &str) -> Option<&Location<'t>> {
        if self.locations.len() > MAX_LOCATIONS {
            return None;
        }
        let mut around = None;
        let mut chosen = None;
        while let Some((index, location)) = self.handler_inside(around, path) {
            chosen = Some(location);
            if location.expression.is_some() {
                break;
            }
            around = Some(index);
        }
        chosen
    }

    fn handler_inside(&self, around: Option<usize>, path: &str) -> Option<(usize, &Location<'t>)> {
        let here =
            || self.locations.iter().enumerate().filter(move |(_, each)| each.around == around);
        if let Some(exact) = here().find(|(_, each)| each.modifier == "=" && each.path == path) {
            return Some(exact);
        }
        let prefix = here()
            .filter(|(_, each)| each.is_prefix() && path.starts_with(each.path))
            .max_by_key(|(_, each)| each.path.len());
        if prefix.is_some_and(|(_, each)| each.modifier == "^~") {
            return prefix;
        }
        here()
            .find(|(_, each)| each.expression.as_ref().is_some_and(|regex| regex.is_match(path)))
            .or(prefix)
    }
}

impl<'t> Location<'t> {
    fn of(directive: &'t Directive, outer: &Scope<'t>, around: Option<usize>) -> Self {
        let (modifier, path) = match (directive.word(0), directive.word(1)) {
            (Some(modifier), Some(path)) => (modifier, path),
            (Some(glued), None) => split_modifier(glued),
            (None, _) => ("", ""),
        };
        let expression =
            matches!(modifier, "~" | "~*").then(|| expression(modifier, path)).flatten();
        let scope = outer.inside(directive.inside());
        Self { directive, scope, modifier, path, around, expression }
    }

    /// Whether it answers for paths that begin as its own does.
    pub(super) fn is_prefix(&self) -> bool {
        matches!(self.modifier, "" | "^~") && !self.path.starts_with('@')
    }

    /// Its own block; of a server's `root`, the server's.
    pub(super) fn block(&self) -> &'t Block {
        self.scope.own().unwrap_or(self.directive.inside())
    }
}

fn gather<'t>(
    block: &'t Block,
    scope: &Scope<'t>,
    around: Option<usize>,
    found: &mut Vec<Location<'t>>,
) {
    for directive in block.named("location") {
        if found.len() >= MAX_LISTED_LOCATIONS {
            return;
        }
        let location = Location::of(directive, scope, around);
        let inner = location.scope.clone();
        let index = found.len();
        found.push(location);
        gather(directive.inside(), &inner, Some(index), found);
    }
}

/// `location ~^/x` and `location =/x` are accepted without a blank.
fn split_modifier(glued: &str) -> (&str, &str) {
    ["~*", "^~", "=", "~"]
        .iter()
        .find_map(|modifier| {
            let at = modifier.len();
            glued.starts_with(modifier).then(|| glued.split_at(at))
        })
        .unwrap_or(("", glued))
}

/// The expression of a location. What only looks around is left out: the paths tried do not fall under
/// the exceptions that are written so (`(?!well-known)`).
fn expression(modifier: &str, text: &str) -> Option<Regex> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("(?!") {
        let (before, group) = rest.split_at(start);
        plain.push_str(before);
        rest = group.get(end_of_group(group)..).unwrap_or_default();
    }
    plain.push_str(rest);
    RegexBuilder::new(&plain)
        .case_insensitive(modifier == "~*")
        .size_limit(MAX_EXPRESSION_BYTES)
        .build()
        .ok()
}

fn end_of_group(group: &str) -> usize {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, letter) in group.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    group.len()
}
