//! Shared memory: what limits requests and connections, caches answers; and the formats of logs.

use super::slot::{natural, size};
use super::values::parameter;
use crate::collect::nginx::syntax::Directive;

/// The smallest zone that nginx accepts: eight pages.
const SMALLEST: u64 = 8 * 4096;

/// What an option of a directive says: `burst` of `burst=5`.
pub(super) fn option<'t>(directive: &'t Directive, name: &str) -> Option<&'t str> {
    let value = |text: &'t str| text.strip_prefix(name)?.strip_prefix('=');
    directive.words.iter().find_map(|word| value(&word.text))
}

/// The zone that a directive defines or counts in.
pub(super) fn zone(directive: &Directive) -> Option<&str> {
    match directive.name.as_str() {
        "limit_conn" | "proxy_cache" | "fastcgi_cache" | "uwsgi_cache" | "scgi_cache" => {
            directive.word(0)
        }
        name => {
            let key = if name.ends_with("_cache_path") { "keys_zone" } else { "zone" };
            option(directive, key).map(|text| text.split(':').next().unwrap_or(text))
        }
    }
}

/// A `limit_req` with options it does not have.
pub(super) fn of_requests(directive: &Directive, earlier: &[Directive]) -> Option<String> {
    for text in directive.words.iter().map(|word| word.text.as_str()) {
        match text.split_once('=') {
            Some(("zone", name)) if !name.is_empty() => {}
            Some(("burst", number)) if natural(number).is_some_and(|burst| burst > 0) => {}
            Some(("burst", _)) => return Some(format!("invalid burst value \"{text}\"")),
            Some(("delay", number)) if natural(number).is_some_and(|delay| delay > 0) => {}
            Some(("delay", _)) => return Some(format!("invalid delay value \"{text}\"")),
            _ if text == "nodelay" => {}
            _ => return Some(parameter(text)),
        }
    }
    let Some(own) = zone(directive) else {
        return Some("\"limit_req\" directive must have \"zone\" parameter".to_owned());
    };
    let again = earlier.iter().any(|each| each.name == "limit_req" && zone(each) == Some(own));
    again.then(|| "\"limit_req\" directive is duplicate".to_owned())
}

/// A zone for requests without a name, a size or a rate that can be.
pub(super) fn of_request_zone(directive: &Directive, earlier: &[Directive]) -> Option<String> {
    for text in directive.words.iter().skip(1).map(|word| word.text.as_str()) {
        match text.split_once('=') {
            Some(("zone", value)) => {
                if let Some(wrong) = of_size(value) {
                    return Some(wrong);
                }
            }
            Some(("rate", value)) => {
                let number = value.strip_suffix("r/s").or_else(|| value.strip_suffix("r/m"));
                // Without a unit it is by the second.
                if natural(number.unwrap_or(value)).is_none_or(|rate| rate == 0) {
                    return Some(format!("invalid rate \"{text}\""));
                }
            }
            _ if text == "sync" => {}
            _ => return Some(parameter(text)),
        }
    }
    defined_again(directive, earlier)
}

/// A zone for connections without a name or a size that can be.
pub(super) fn of_connection_zone(directive: &Directive, earlier: &[Directive]) -> Option<String> {
    let text = directive.word(1)?;
    let Some(value) = text.strip_prefix("zone=") else {
        return Some(parameter(text));
    };
    of_size(value).or_else(|| defined_again(directive, earlier))
}

fn defined_again(directive: &Directive, earlier: &[Directive]) -> Option<String> {
    let name = directive.name.as_str();
    let Some(own) = zone(directive) else {
        return Some(format!("\"{name}\" must have \"zone\" parameter"));
    };
    let again = earlier.iter().any(|each| each.name == name && zone(each) == Some(own));
    again.then(|| format!("{name} \"{own}\" is already bound to a key"))
}

/// What is wrong with `NAME:SIZE`.
fn of_size(value: &str) -> Option<String> {
    let Some((name, bytes)) = value.split_once(':').filter(|(name, _)| !name.is_empty()) else {
        return Some(format!("invalid zone size \"zone={value}\""));
    };
    match size(bytes, "kKmM") {
        None => Some(format!("invalid zone size \"zone={value}\"")),
        Some(bytes) if bytes < SMALLEST => Some(format!("zone \"{name}\" is too small")),
        Some(_) => None,
    }
}

/// A limit of connections that is no number.
pub(super) fn of_connections(directive: &Directive, earlier: &[Directive]) -> Option<String> {
    let number = directive.word(1)?;
    if number.contains('$') {
        return None;
    }
    match natural(number) {
        None | Some(0) => return Some(format!("invalid number of connections \"{number}\"")),
        Some(count) if count > 65_535 => {
            return Some("connection limit must be less 65536".to_owned());
        }
        Some(_) => {}
    }
    let own = zone(directive);
    let again = earlier.iter().any(|each| each.name == "limit_conn" && zone(each) == own);
    again.then(|| "\"limit_conn\" directive is duplicate".to_owned())
}

/// A cache without a zone for its keys.
pub(super) fn of_cache_path(directive: &Directive) -> Option<String> {
    const OPTIONS: &[&str] = &[
        "levels",
        "use_temp_path",
        "keys_zone",
        "inactive",
        "max_size",
        "min_free",
        "manager_files",
        "manager_sleep",
        "manager_threshold",
        "loader_files",
        "loader_sleep",
        "loader_threshold",
        "purger",
        "purger_files",
        "purger_sleep",
        "purger_threshold",
    ];
    for text in directive.words.iter().skip(1).map(|word| word.text.as_str()) {
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        if !OPTIONS.contains(&name) {
            return Some(parameter(text));
        }
    }
    let Some(keys) = option(directive, "keys_zone") else {
        return Some(format!("\"{}\" must have \"keys_zone\" parameter", directive.name));
    };
    let small = keys.split_once(':').is_none_or(|(name, bytes)| {
        name.is_empty() || size(bytes, "kKmM").is_none_or(|bytes| bytes < 2 * 4096)
    });
    small.then(|| format!("invalid keys zone size \"keys_zone={keys}\""))
}

/// A log format by a name that is taken.
pub(super) fn of_format(directive: &Directive, earlier: &[Directive]) -> Option<String> {
    let name = directive.word(0)?;
    let again = name == "combined"
        || earlier.iter().any(|each| each.name == "log_format" && each.word(0) == Some(name));
    if again {
        return Some(format!("duplicate \"log_format\" name \"{name}\""));
    }
    let escape = directive.word(1)?.strip_prefix("escape=")?;
    (!matches!(escape, "default" | "json" | "none"))
        .then(|| format!("unknown log format escaping \"{escape}\""))
}
