//! What nginx refuses though it can be read: unknown directives, wrong counts, values and contexts, what
//! is given twice and what is named and defined nowhere.
//!
//! Directives are looked at in the order in which nginx reads them. What it only finds out by asking the
//! machine (files, users, names of hosts) is not judged here.

use super::context::Context;
use super::directives::{self, Number, Row};
use super::syntax::{Block, Directive};
use crate::fact::Place;

mod afterwards;
mod buffers;
mod choice;
mod expression;
mod limit;
mod location;
mod places;
mod request;
mod slot;
mod socket;
mod values;
mod variable;

pub(super) use afterwards::{twice, undefined};
pub(super) use variable::names as variables_in;

/// One directive that nginx refuses.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// The directive's name.
    pub(super) name: String,
    /// Where nginx stops: on the line on which the directive ends.
    pub(super) place: Place,
    /// Why.
    pub(super) what: String,
    /// If it stands in a block that does not accept it, in which.
    pub(super) misplaced_in: Option<Context>,
}

/// Where a directive stands.
#[derive(Clone, Copy)]
struct Standing<'t> {
    context: Context,
    /// The locations around it, outermost first, and the blocks in them.
    location: Option<&'t Directive>,
    /// What stands before it in the same block.
    earlier: &'t [Directive],
    /// The version of nginx, where it is known.
    version: Option<Number>,
}

/// What nginx refuses in a block, at any depth, in the order in which it reads.
pub(super) fn refusals(block: &Block, context: Context, version: Option<Number>) -> Vec<Refusal> {
    let mut found = Vec::new();
    walk(block, context, None, version, &mut found);
    found
}

/// That a main file has `http` and no `events`.
pub(super) fn without_events(http: &Directive) -> Refusal {
    Refusal::of(http, "no \"events\" section in configuration".to_owned())
}

fn walk<'t>(
    block: &'t Block,
    context: Context,
    location: Option<&'t Directive>,
    version: Option<Number>,
    found: &mut Vec<Refusal>,
) {
    for (index, directive) in block.directives.iter().enumerate() {
        let earlier = block.directives.get(..index).unwrap_or_default();
        let standing = Standing { context, location, earlier, version };
        let before = found.len();
        found.extend(refusal(directive, &standing));
        let Some(inner) = &directive.block else {
            continue;
        };
        if found.len() > before {
            continue;
        }
        if let Some(below) = context.below(directive) {
            let inside = if below == Context::Location { Some(directive) } else { location };
            walk(inner, below, inside, version, found);
        } else {
            choice::entries(directive, inner, found);
        }
        found.extend(afterwards::when_closed(directive, inner, context));
    }
}

/// Why nginx refuses one directive, if it does.
fn refusal(directive: &Directive, standing: &Standing<'_>) -> Option<Refusal> {
    let rows = directives::rows(&directive.name);
    let name = directive.name.as_str();
    if rows.is_empty() {
        let foreign = directives::is_of_another_module(name);
        return (!foreign).then(|| Refusal::of(directive, format!("unknown directive \"{name}\"")));
    }
    let Some(row) = rows.iter().find(|row| row.is_for(standing.context.letter())) else {
        return Some(Refusal {
            misplaced_in: Some(standing.context),
            ..Refusal::of(directive, format!("\"{name}\" directive is not allowed here"))
        });
    };
    if let (Some(version), true) = (standing.version, row.since.is_some() || row.before.is_some()) {
        let missing = row.since.is_some_and(|since| version < since)
            || row.before.is_some_and(|before| version >= before);
        if missing {
            return Some(Refusal::of(directive, format!("unknown directive \"{name}\"")));
        }
    }
    let what = form(directive, row)
        .or_else(|| {
            let is_off = |each: &Directive| each.word(0) == Some("off");
            let again =
                standing.earlier.iter().filter(|other| other.name == name).any(|other| {
                    row.once || (row.once_if_off && (is_off(other) || is_off(directive)))
                });
            // What a template fills in may leave one of the two away.
            again.then(|| format!("\"{name}\" directive is duplicate"))
        })
        .or_else(|| value(directive, row, standing))?;
    Some(Refusal::of(directive, what))
}

/// Whether the directive has a block and words as it must.
fn form(directive: &Directive, row: &Row) -> Option<String> {
    let name = directive.name.as_str();
    let opens = directive.block.is_some() || name.ends_with("_by_lua_block");
    if row.opens != opens {
        return Some(if row.opens {
            format!("directive \"{name}\" has no opening \"{{\"")
        } else {
            format!("directive \"{name}\" is not terminated by \";\"")
        });
    }
    (!row.takes(directive.words.len()) && !directive.is_templated()).then(|| {
        let (given, takes) = (directive.words.len(), expected(row.counts()));
        format!("invalid number of arguments in \"{name}\": it takes {takes}, {given} are given")
    })
}

/// How many words a directive takes, for people.
fn expected(counts: &str) -> String {
    match counts {
        "0" => "none".to_owned(),
        "1+" => "one or more".to_owned(),
        "2+" => "two or more".to_owned(),
        exact => {
            let digits: Vec<String> = exact.chars().map(|digit| digit.to_string()).collect();
            digits.join(" or ")
        }
    }
}

fn value(directive: &Directive, row: &Row, standing: &Standing<'_>) -> Option<String> {
    if directive.is_templated() {
        return None;
    }
    slot::complaint(row, directive).or_else(|| values::complaint(directive, standing))
}

impl Refusal {
    fn of(directive: &Directive, what: String) -> Self {
        let line = |place: &Place| match place {
            Place::File { at, .. } => at.map(|at| at.line),
            Place::Exchange(_) => None,
        };
        let same = line(&directive.place) == line(&directive.end);
        let place = if same { &directive.place } else { &directive.end };
        Self { name: directive.name.clone(), place: place.clone(), what, misplaced_in: None }
    }
}

#[cfg(test)]
mod tests;
