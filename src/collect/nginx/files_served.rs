//! Files that a location serves: from where, and which it should not.

use super::answer::Answer;
use super::location::{gives_content, text};
use super::proxy;
use super::server::{Location, Server};
use super::syntax::Directive;
use crate::fact::{Fact, Ignorance, Value};

/// Names of folders whose files are made to be published.
const PUBLISHED: &[&str] = &[
    "static",
    "staticfiles",
    "static_root",
    "collected_static",
    "assets",
    "media",
    "mediafiles",
    "uploads",
    "public",
    "dist",
    "build",
    "html",
    "images",
    "img",
    "css",
    "js",
    "fonts",
    "certbot",
    "letsencrypt",
    "acme-challenge",
    "acme",
    "errors",
    "error_pages",
    "error",
    "maintenance",
    "out",
    "_site",
    "browser",
];
/// Of these, the names of folders in which every folder is for visitors too.
const PUBLISHED_WHOLE: &[&str] =
    &["static", "staticfiles", "static_root", "media", "mediafiles", "uploads", "assets"];
/// What else answers, so that no file does.
const HANDLERS: &[&str] = &[
    "stub_status",
    "empty_gif",
    "memcached_pass",
    "content_by_lua_block",
    "content_by_lua_file",
    "js_content",
];

/// The facts about the files that a location serves.
pub(super) fn facts(server: &Server<'_>, location: &Location<'_>) -> Vec<(&'static str, Fact)> {
    let at = location.directive;
    let alias = location.block().first("alias");
    let answers_with_files = serves_files(server, location);
    let mut fields = vec![
        ("alias", alias.map_or_else(Fact::absent, |each| each.states_word(0))),
        ("root", text(&location.scope, "root")),
        ("alias-traversal", alias.map_or_else(Fact::absent, |each| traversal(location, each))),
        ("serves-secret-file", secret_file(location, &answers_with_files, at)),
    ];
    match answers_with_files.value.bool() {
        Some(false) => {}
        Some(true) if is_one_file(location) => {}
        Some(true) => {
            fields.push(("published", published(location)));
            fields.push(("dotfiles-served", dotfiles_served(server, location)));
        }
        None => {
            fields.push(("published", answers_with_files.clone()));
            fields.push(("dotfiles-served", answers_with_files.clone()));
        }
    }
    fields.push(("serves-files", answers_with_files));
    fields
}

/// Whether a location answers with files of a folder that is named.
fn serves_files(server: &Server<'_>, location: &Location<'_>) -> Fact {
    let at = location.directive;
    let block = location.block();
    let other = proxy::pass(location).is_some()
        || HANDLERS.iter().any(|name| block.first(name).is_some())
        || !gives_content(server, location);
    if other {
        return at.states(false);
    }
    if let Some(alias) = block.first("alias") {
        return alias.states(true);
    }
    let root = text(&location.scope, "root");
    match (&root.value, &block.rest) {
        (Value::Unknown(why), _) | (_, Some(why)) => {
            Fact::derived(Value::Unknown(why.clone())).at(at.place.clone())
        }
        (Value::Absent, None) => at.states(false),
        _ => Fact { value: Value::Bool(true), ..root },
    }
}

/// Whether the alias is that of a single file, so that no other can be asked for.
fn is_one_file(location: &Location<'_>) -> bool {
    let alias = location.block().first("alias").and_then(|alias| alias.word(0));
    let has_dot = |path: &str| path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    alias.is_some_and(has_dot) && has_dot(location.path)
}

/// The folder from which a location serves.
fn folder(location: &Location<'_>) -> Fact {
    let alias = location.block().first("alias");
    alias.map_or_else(|| text(&location.scope, "root"), |alias| alias.states_word(0))
}

fn published(location: &Location<'_>) -> Fact {
    if location.is_prefix() && names_published(location.path) {
        return location.directive.states(true);
    }
    let folder = folder(location);
    match &folder.value {
        Value::Text(path) => Fact { value: Value::Bool(names_published(path)), ..folder },
        _ => folder,
    }
}

/// Whether the last folder of a path is by one of its words made to be published (`static-root`), or lies in one
/// that is whole (`media/avatars`).
fn names_published(path: &str) -> bool {
    if path.split('/').any(|folder| PUBLISHED_WHOLE.contains(&folder)) {
        return true;
    }
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_lowercase();
    let mut words = last.split(|c: char| !c.is_alphanumeric());
    PUBLISHED.contains(&last.as_str()) || words.any(|word| PUBLISHED.contains(&word))
}

/// A path behind the location that is continued by `..` leaves the alias, if only the alias ends in a slash.
fn traversal(location: &Location<'_>, alias: &Directive) -> Fact {
    if !location.is_prefix() || location.path.ends_with('/') {
        return alias.states(false);
    }
    let ends = alias.word(0).is_some_and(|path| path.ends_with('/'));
    if alias.is_templated() && !ends {
        return alias.filled_in();
    }
    if ends && location.directive.is_templated() {
        return location.directive.filled_in();
    }
    alias.states(ends)
}

/// Whether a request for a file with a dot would be answered by a location that serves files.
fn dotfiles_served(server: &Server<'_>, location: &Location<'_>) -> Fact {
    let at = location.directive;
    if !location.is_prefix() {
        return at.states(false);
    }
    if let Some(why) = server.rest() {
        return Fact::derived(Value::Unknown(why.clone()));
    }
    let is_open = |name: &str| {
        let path = format!("{}/{name}", location.path.trim_end_matches('/'));
        server.handler(&path).is_none_or(|handler| is_served(handler))
    };
    match [".env", ".git/config"].iter().find(|name| is_open(name)) {
        Some(_) => at.states(true),
        None => at.states(false),
    }
}

fn is_served(handler: &Location<'_>) -> bool {
    matches!(handler.answer(false), Answer::Content | Answer::Hidden(_))
        && proxy::pass(handler).is_none()
        && handler.block().first("internal").is_none()
}

/// Whether what a location serves holds secrets by its name.
fn secret_file(location: &Location<'_>, serves: &Fact, at: &Directive) -> Fact {
    match (serves.value.bool(), &folder(location).value) {
        (Some(false), _) => at.states(false),
        (_, Value::Text(path)) if holds_secrets(path) => at.states(true),
        (_, Value::Unknown(why)) => unknown(why),
        (Some(true), _) => at.states(false),
        (None, _) => serves.clone(),
    }
}

fn unknown(why: &Ignorance) -> Fact {
    Fact::derived(Value::Unknown(why.clone()))
}

fn holds_secrets(path: &str) -> bool {
    const PARTS: &[&str] = &[".env", ".git", ".ssh", ".aws", ".svn", ".htpasswd", "id_rsa"];
    const ENDINGS: &[&str] = &[".sqlite3", ".sqlite", ".pem", ".key", ".sql", ".p12", ".pfx"];
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let last = parts.last().copied().unwrap_or_default();
    parts.iter().any(|part| {
        PARTS.contains(part) || (part.starts_with(".env.") && !part.ends_with("example"))
    }) || ENDINGS.iter().any(|ending| last.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_published() {
        for (path, published) in [
            ("/code/static-root/", true),
            ("/srv/app/staticfiles", true),
            ("/usr/share/nginx/html", true),
            ("/srv/app", false),
            ("/", false),
        ] {
            assert_eq!(names_published(path), published, "{path}");
        }
    }

    #[test]
    fn names_tell_what_holds_secrets() {
        for (path, secret) in [
            ("../.env", true),
            ("/srv/app/.env.production", true),
            ("/srv/app/.env.example", false),
            ("/srv/app/.git/", true),
            ("/srv/app/db.sqlite3", true),
            ("/srv/app/static/", false),
            ("/srv/environment/", false),
        ] {
            assert_eq!(holds_secrets(path), secret, "{path}");
        }
    }
}
