//! Parts of the decoded path, taken by an expression, that are put into headers and request lines.

use super::expression::pattern;
use super::{Found, Here};
use crate::collect::nginx::flow::leaves;
use crate::collect::nginx::lists::put_into_messages;
use crate::collect::nginx::syntax::Directive;

/// A directive that puts in a group which may hold a line break: `[^/]*` takes one, `.*` does not.
pub(super) fn of_directive(directive: &Directive, here: &Here<'_, '_>, found: &mut Found) {
    let Some(value) = put_into_messages(directive) else {
        return;
    };
    let own = (directive.name == "rewrite").then_some(directive).and_then(pattern);
    let Some(expression) = own.or_else(|| here.location.and_then(pattern)) else {
        return;
    };
    let groups = groups(expression);
    // Where a `rewrite` redirects, nginx encodes its own groups that have numbers, and not those with names
    // (tried with nginx 1.22).
    let by_number = own.is_none();
    let breaks = |name: &String| {
        groups.iter().enumerate().any(|(index, (named, content))| {
            (by_number && *name == (index + 1).to_string() || *named == Some(name.as_str()))
                && takes_line_breaks(content)
        })
    };
    if leaves(value, here.scope).iter().any(breaks) {
        found.add("captured-line-break", directive);
    }
}

/// The groups of an expression that take something, with their names and what stands in them.
fn groups(expression: &str) -> Vec<(Option<&str>, &str)> {
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut escaped = false;
    let mut in_class = false;
    for (at, letter) in expression.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            _ if in_class => {}
            '(' => {
                let rest = expression.get(at + 1..).unwrap_or_default();
                let named = ["?<", "?P<", "?'"].iter().any(|start| rest.starts_with(start))
                    && !rest.starts_with("?<=")
                    && !rest.starts_with("?<!");
                let takes = named || !rest.starts_with('?');
                if takes {
                    found.push((at + 1, at + 1));
                }
                open.push(takes.then(|| found.len() - 1));
            }
            ')' => {
                if let Some(group) = open.pop().flatten().and_then(|index| found.get_mut(index)) {
                    group.1 = at;
                }
            }
            _ => {}
        }
    }
    found
        .iter()
        .map(|(start, end)| named(expression.get(*start..*end).unwrap_or_default()))
        .collect()
}

fn named(content: &str) -> (Option<&str>, &str) {
    let rest = content.strip_prefix("?P<").or_else(|| content.strip_prefix("?<"));
    match rest.and_then(|rest| rest.split_once('>')) {
        Some((name, inner)) => (Some(name), inner),
        None => (None, content),
    }
}

fn takes_line_breaks(content: &str) -> bool {
    let classes = content.split("[^").skip(1).any(|class| {
        let inner = class.split(']').next().unwrap_or_default();
        !(inner.contains(r"\n") || inner.contains(r"\s") || inner.contains(r"\r"))
    });
    classes || [r"\s", r"\D", r"\W", r"[\S\s]"].iter().any(|part| content.contains(part))
}
