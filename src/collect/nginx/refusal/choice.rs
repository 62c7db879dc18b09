//! Blocks whose lines are no directives: `map`, `geo`, `split_clients`, `types`.

use super::{Refusal, expression, places};
use crate::collect::nginx::syntax::{Block, Directive};

/// What nginx refuses of the lines of such a block.
pub(super) fn entries(directive: &Directive, inner: &Block, found: &mut Vec<Refusal>) {
    let complaint: fn(&Directive, &[Directive]) -> Option<String> = match directive.name.as_str() {
        "map" => of_map,
        "geo" => of_geo,
        "split_clients" => of_split,
        _ => return,
    };
    for (index, entry) in inner.directives.iter().enumerate() {
        let earlier = inner.directives.get(..index).unwrap_or_default();
        if entry.is_templated() || entry.name == "include" {
            continue;
        }
        if let Some(what) = complaint(entry, earlier) {
            found.push(Refusal::of(entry, what));
        }
    }
}

fn of_map(entry: &Directive, earlier: &[Directive]) -> Option<String> {
    let name = entry.name.as_str();
    if entry.words.is_empty() && matches!(name, "hostnames" | "volatile") {
        return None;
    }
    if entry.words.len() != 1 || entry.block.is_some() {
        return Some("invalid number of the map parameters".to_owned());
    }
    if let Some(pattern) = name.strip_prefix('~') {
        return expression::complaint(pattern.trim_start_matches('*'));
    }
    let key = |text: &str| text.strip_prefix('\\').unwrap_or(text).to_lowercase();
    let again = earlier.iter().any(|other| other.words.len() == 1 && key(&other.name) == key(name));
    again.then(|| {
        if name == "default" {
            "duplicate default map parameter".to_owned()
        } else {
            format!("conflicting parameter \"{name}\"")
        }
    })
}

fn of_geo(entry: &Directive, earlier: &[Directive]) -> Option<String> {
    let name = entry.name.as_str();
    if entry.words.is_empty() && matches!(name, "ranges" | "proxy_recursive") {
        return None;
    }
    if entry.words.len() != 1 {
        return Some("invalid number of the geo parameters".to_owned());
    }
    let network = if matches!(name, "delete" | "proxy") { entry.word(0)? } else { name };
    let ranges = earlier.iter().any(|each| each.name == "ranges" && each.words.is_empty());
    if name == "default" || ranges {
        return None;
    }
    (!places::is_network(network)).then(|| format!("invalid network \"{network}\""))
}

fn of_split(entry: &Directive, earlier: &[Directive]) -> Option<String> {
    let percent = |text: &str| {
        let number = text.strip_suffix('%')?;
        let (_, decimals) = number.split_once('.').unwrap_or((number, ""));
        let plain = number.chars().all(|c| c.is_ascii_digit() || c == '.');
        (plain && decimals.len() <= 2).then(|| number.parse::<f64>().ok())?
    };
    if entry.name == "*" {
        return None;
    }
    let Some(own) = percent(&entry.name).filter(|percent| *percent > 0.0) else {
        return Some(format!("invalid percent value \"{}\"", entry.name));
    };
    let sum: f64 = earlier.iter().filter_map(|each| percent(&each.name)).sum();
    (sum + own > 100.0).then(|| "percent total is greater than 100%".to_owned())
}
