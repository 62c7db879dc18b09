//! Where the values of variables come from: what `set`, `map`, `geo` and `split_clients` put into them.
//!
//! Not looked at: the order in which nginx comes to several `set`s. A variable may say what any of them does.

use std::collections::BTreeSet;

use super::refusal::variables_in;
use super::scope::Scope;
use super::syntax::Directive;

/// Blocks of `http` that choose what a variable says; their last word names it.
const CHOOSERS: &[&str] = &["map", "geo", "split_clients"];
/// Words of those blocks that are no values.
const OPTIONS: &[&str] = &["hostnames", "volatile", "ranges", "delete", "proxy", "proxy_recursive"];
/// A value that itself is only a variable is looked up so often.
const MAX_STEPS: usize = 4;
/// More values of one target are not looked at.
const MAX_VALUES: usize = 16;
/// More variables that one text is made of are not followed.
const MAX_VARIABLES: usize = 8;
/// In blocks with more directives than this, variables are not followed.
const MAX_DIRECTIVES: usize = 500;

/// The variables that a text is made of in the end, without `$`: those that nothing here gives a value. What a
/// template fills in counts as a variable of the one that it goes into.
pub(super) fn leaves(text: &str, scope: &Scope<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = variables_in(text).collect();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let followed = seen.len() <= MAX_VARIABLES;
        match followed.then(|| given(&name, scope)).flatten() {
            Some(values) => open.extend(values.iter().flat_map(|value| variables_in(value))),
            None => {
                found.insert(name);
            }
        }
    }
    found
}

/// What a target may be: where it begins with a variable that has values here, each of these with the rest.
pub(super) fn targets(target: &str, scope: &Scope<'_>) -> Vec<String> {
    let mut found = vec![target.to_owned()];
    for _ in 0..MAX_STEPS {
        let values = found.iter().flat_map(|each| with_first_given(each, scope));
        found = values.take(MAX_VALUES).collect();
    }
    found
}

fn with_first_given(target: &str, scope: &Scope<'_>) -> Vec<String> {
    let whole = || vec![target.to_owned()];
    let Some((name, rest)) = first_variable(target) else {
        return whole();
    };
    given(name, scope)
        .map_or_else(whole, |values| values.iter().map(|value| format!("{value}{rest}")).collect())
}

/// The name of the variable that a text begins with, and what comes after it.
pub(super) fn first_variable(text: &str) -> Option<(&str, &str)> {
    let after = text.strip_prefix('$')?;
    if let Some(braced) = after.strip_prefix('{') {
        return braced.split_once('}');
    }
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
    after.split_at_checked(end)
}

/// What a variable may be given: by the nearest `set`s, those in `if`s included, else by the block of `http`
/// that chooses it. None if nothing here does, or not all of it is known.
fn given<'t>(name: &str, scope: &Scope<'t>) -> Option<Vec<&'t str>> {
    let is_it = |word: &str| {
        word.strip_prefix('$').is_some_and(|written| written.eq_ignore_ascii_case(name))
    };
    let is_set = |each: &&Directive| each.name == "set" && each.word(0).is_some_and(is_it);
    let mut sets: Vec<&Directive> = Vec::new();
    for level in scope.levels().rev() {
        if level.directives.len() > MAX_DIRECTIVES {
            return None;
        }
        let conditional = level.named("if").flat_map(|each| &each.inside().directives);
        sets.extend(conditional.take(MAX_DIRECTIVES).filter(is_set));
        let always = sets.len();
        sets.extend(level.directives.iter().filter(is_set));
        if sets.len() > always {
            break;
        }
    }
    if !sets.is_empty() {
        return sets.into_iter().map(|each| value(each, 1)).collect();
    }
    let chooser = scope.levels().next()?.directives.iter().find(|each| {
        CHOOSERS.contains(&each.name.as_str())
            && each.words.last().is_some_and(|word| is_it(&word.text))
    })?;
    let inside = chooser.inside();
    let entries = inside.directives.iter().filter(|each| !OPTIONS.contains(&each.name.as_str()));
    let whole = inside.rest.is_none()
        && inside.directives.len() <= MAX_DIRECTIVES
        && inside.first("include").is_none();
    whole.then(|| entries.map(|each| value(each, 0)).collect::<Option<Vec<_>>>()).flatten()
}

fn value(directive: &Directive, index: usize) -> Option<&str> {
    let word = directive.words.get(index)?;
    (!word.templated).then_some(word.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::nginx::parse::parse;
    use crate::collect::nginx::source::Source;
    use crate::collect::nginx::syntax::Block;
    use crate::fact::ProjectPath;

    fn inside<T>(text: &str, ask: impl FnOnce(&Scope<'_>) -> T) -> T {
        let parsed = parse(&Source::new(&ProjectPath::new("n"), text));
        let inner: Option<&Block> = parsed.block.first("l").and_then(|each| each.block.as_ref());
        ask(&Scope::of(&parsed.block).inside(inner.unwrap()))
    }

    #[test]
    fn variables_are_followed_to_what_nothing_here_gives() {
        for (text, leaves_of_x) in [
            ("l { }", "x"),
            ("l { set $x $1; }", "1"),
            ("l { set $x $y; set $y \"a$arg_b/${uri}\"; }", "arg_b uri"),
            ("l { set $x $y; set $y $x; }", ""),
            ("set $x a; l { set $z $1; }", ""),
            ("set $x a; l { if ($b) { set $x $arg_c; } }", "arg_c"),
            ("map $host $x { default a; b $cookie_d; } l { }", "cookie_d"),
            ("geo $x { default a; 10.0.0.0/8 b; } l { }", ""),
            ("split_clients $arg_a $x { 10% a; * b; } l { }", ""),
            ("map $host $x { include hosts.map; } l { }", "x"),
        ] {
            let found = inside(text, |scope| leaves("$x", scope));
            let found: Vec<String> = found.into_iter().collect();
            assert_eq!(found.join(" "), leaves_of_x, "{text}");
        }
    }

    #[test]
    fn a_target_may_be_each_value_of_its_variable() {
        for (text, found) in [
            ("l { set $x http://$a; set $a b; }", "http://$a/c"),
            ("set $x a; l { if ($b) { set $x d; } }", "d/c a/c"),
            ("map $host $x { default http://a; b http://b; } l { }", "http://a/c http://b/c"),
            ("l { set $x ${x}; }", "${x}/c"),
            ("l { }", "${x}/c"),
        ] {
            assert_eq!(inside(text, |scope| targets("${x}/c", scope)).join(" "), found, "{text}");
        }
    }
}
