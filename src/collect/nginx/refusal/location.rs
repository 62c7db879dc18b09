//! Locations, what they may hold, and where they pass requests on.

use super::{Standing, expression};
use crate::collect::nginx::context::Context;
use crate::collect::nginx::syntax::Directive;

/// A location that cannot be, or not in the location around it.
pub(super) fn of_location(directive: &Directive, standing: &Standing<'_>) -> Option<String> {
    let (modifier, path) = parts(directive);
    match modifier {
        "" | "=" | "^~" => {}
        "~" | "~*" => {
            if let Some(wrong) = expression::complaint(path) {
                return Some(wrong);
            }
        }
        other => return Some(format!("invalid location modifier \"{other}\"")),
    }
    let (around, outer) = parts(standing.location?);
    if around == "=" {
        return Some(format!(
            "location \"{path}\" cannot be inside the exact location \"{outer}\""
        ));
    }
    if outer.starts_with('@') {
        return Some(format!(
            "location \"{path}\" cannot be inside the named location \"{outer}\""
        ));
    }
    if path.starts_with('@') && modifier.is_empty() {
        return Some(format!("named location \"{path}\" can be on the server level only"));
    }
    let is_expression = matches!(modifier, "~" | "~*");
    (!is_expression && !path.starts_with(outer))
        .then(|| format!("location \"{path}\" is outside location \"{outer}\""))
}

/// The modifier and the path of a location; the two may be written as one word.
pub(super) fn parts(directive: &Directive) -> (&str, &str) {
    match (directive.word(0), directive.word(1)) {
        (Some(modifier), Some(path)) => (modifier, path),
        (Some(glued), None) => {
            let modifiers = ["~*", "^~", "=", "~"];
            let found = modifiers.iter().find(|modifier| glued.starts_with(**modifier));
            glued.split_at(found.map_or(0, |modifier| modifier.len()))
        }
        (None, _) => ("", ""),
    }
}

/// `root` and `alias` exclude one another.
pub(super) fn of_folder(directive: &Directive, standing: &Standing<'_>) -> Option<String> {
    let name = directive.name.as_str();
    let other = if name == "alias" { "root" } else { "alias" };
    if standing.earlier.iter().any(|each| each.name == other) {
        return Some(format!(
            "\"{name}\" directive is duplicate, \"{other}\" directive was specified earlier"
        ));
    }
    let path = directive.word(0)?;
    if let Some(variable) =
        ["$document_root", "$realpath_root"].iter().find(|variable| path.contains(**variable))
    {
        return Some(format!("the {variable} variable cannot be used in the \"{name}\" directive"));
    }
    let named = standing.location.is_some_and(|around| parts(around).1.starts_with('@'));
    (name == "alias" && named && standing.context == Context::Location)
        .then(|| "the \"alias\" directive cannot be used inside the named location".to_owned())
}

/// A `limit_except` of a method that there is not.
pub(super) fn of_methods(directive: &Directive) -> Option<String> {
    const METHODS: &[&str] = &[
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "DELETE",
        "MKCOL",
        "COPY",
        "MOVE",
        "OPTIONS",
        "PROPFIND",
        "PROPPATCH",
        "LOCK",
        "UNLOCK",
        "PATCH",
        "CONNECT",
    ];
    let known = |method: &str| METHODS.iter().any(|each| each.eq_ignore_ascii_case(method));
    let wrong = directive.words.iter().find(|word| !known(&word.text))?;
    Some(format!("invalid method \"{}\"", wrong.text))
}

/// A target without a scheme, or with a path where nginx does not know which part it replaces.
pub(super) fn of_pass(directive: &Directive, standing: &Standing<'_>) -> Option<String> {
    let target = directive.word(0)?;
    if target.contains('$') {
        return None;
    }
    let lower = target.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://"))
    else {
        return Some("invalid URL prefix".to_owned());
    };
    let path = match rest.strip_prefix("unix:") {
        Some(socket) => socket.split_once(':').map_or("", |(_, path)| path),
        None => rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or_default(),
    };
    let authority = rest.strip_suffix(path).unwrap_or(rest);
    if authority.is_empty() {
        return Some(format!("no host in upstream \"{target}\""));
    }
    if let Some((host, port)) = authority.rsplit_once(':')
        && !host.starts_with("unix")
        && !authority.ends_with(']')
        && !port.parse::<u16>().is_ok_and(|port| port > 0)
    {
        return Some(format!("invalid port in upstream \"{rest}\""));
    }
    let (modifier, around) = standing.location.map_or(("", ""), parts);
    let nameless = standing.context != Context::Location;
    let free = matches!(modifier, "~" | "~*") || around.starts_with('@') || nameless;
    (!path.is_empty() && free).then(|| {
        "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside \
         named location, or inside \"if\" statement, or inside \"limit_except\" block"
            .to_owned()
    })
}
