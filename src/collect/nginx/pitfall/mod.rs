//! Constructs that nginx accepts and that do something else than they seem to, by kind.
//!
//! The kinds are those of the linters that know nginx (gixy, gixy-ng) and of nginx's own documentation
//! ("Pitfalls and Common Mistakes", "If is Evil", read 2026-11).

use super::instance::Instance;
use super::scope::Scope;
use super::syntax::{Block, Directive};
use crate::fact::{Fact, FactSpec, Ignorance, Kind, List, Value};

mod access;
mod expression;
mod origin;
mod passing;
mod serving;
mod splitting;
mod upgrade;

/// The fields of a pitfall.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("kind", Kind::Text, "Which it is, as the check that judges it knows it."),
    FactSpec::new("what", Kind::Text, "The directive that is the cause, as written."),
];

/// Where a directive is looked at.
struct Here<'s, 't> {
    /// The block it stands in, with those around it.
    scope: &'s Scope<'t>,
    /// The block itself.
    block: &'t Block,
    /// The innermost location around it.
    location: Option<&'t Directive>,
    /// Whether it stands in an `if`.
    in_if: bool,
    http: &'t Block,
}

/// What is found, in the order of the files.
#[derive(Default)]
struct Found {
    items: Vec<Fact>,
}

impl Found {
    fn add(&mut self, kind: &'static str, at: &Directive) {
        let what = format!("{} {}", at.name, at.text());
        self.items.push(
            at.states(Value::record([("kind", at.states(kind)), ("what", at.states(what.trim()))])),
        );
    }
}

/// The pitfalls of all that production's nginx are told. `rest` is why there may be more.
pub(super) fn facts(instances: &[Instance], rest: Option<&Ignorance>) -> Fact {
    let mut found = Found::default();
    for instance in instances {
        let http = &instance.http;
        serving::of_servers(http, &mut found);
        let scope = Scope::of(http);
        let here = Here { scope: &scope, block: http, location: None, in_if: false, http };
        walk(&here, &mut found);
    }
    Fact::derived(List { items: found.items, rest: rest.cloned() })
}

fn walk(here: &Here<'_, '_>, found: &mut Found) {
    access::of_block(here, found);
    for directive in &here.block.directives {
        if !directive.is_templated() {
            origin::of_directive(directive, here, found);
            expression::of_directive(directive, found);
            splitting::of_directive(directive, here, found);
            passing::of_directive(directive, here, found);
            serving::of_directive(directive, here, found);
        }
        let Some(block) = &directive.block else {
            continue;
        };
        let (location, in_if) = match directive.name.as_str() {
            "server" => (None, false),
            "location" => (Some(directive), false),
            "if" => (here.location, true),
            "limit_except" => (here.location, here.in_if),
            _ => continue,
        };
        let scope = here.scope.inside(block);
        walk(&Here { scope: &scope, block, location, in_if, http: here.http }, found);
    }
}

#[cfg(test)]
mod tests;
