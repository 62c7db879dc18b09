//! Texts with a variable that a `map` of `http` chooses: all that they may come to.

use super::refusal::variables_in;
use super::syntax::{Block, Directive};
use crate::fact::{Fact, Value};

/// More entries of a map than this are not told apart.
const MAX_ENTRIES: usize = 50;

/// What a text may come to: one of several, with the variable that decides. None if it has no variable,
/// or one that no plain map chooses. An empty header is not sent, hence absent.
pub(super) fn fact(http: &Block, at: &Directive, text: &str) -> Option<Fact> {
    one_of(http, at, text, false)
}

/// The same of a text that may come to a variable: to what a request says, or the connection.
pub(super) fn with_variables(http: &Block, at: &Directive, text: &str) -> Option<Fact> {
    one_of(http, at, text, true)
}

fn one_of(http: &Block, at: &Directive, text: &str, variables_too: bool) -> Option<Fact> {
    let mut variables = variables_in(text);
    let name = variables.next()?;
    if variables.next().is_some() {
        return None;
    }
    let map = http.named("map").find(|map| is_for(map, &name))?;
    let inner = map.block.as_ref().filter(|inner| inner.rest.is_none())?;
    let entries: Vec<&Directive> =
        inner.directives.iter().filter(|entry| !is_option(entry)).collect();
    if entries.len() > MAX_ENTRIES {
        return None;
    }
    let mut values = Vec::new();
    for entry in &entries {
        let word = entry.word(0).filter(|_| entry.name != "include")?;
        if entry.is_templated() || (!variables_too && word.contains('$')) {
            return None;
        }
        values.push(entry.states(said(text, &name, word)));
    }
    if !entries.iter().any(|entry| entry.name == "default") {
        values.push(map.states(said(text, &name, "")));
    }
    let mut fact = at.states(Value::one_of(values));
    fact.provenance.variables.extend(map.word(0).map(str::to_owned));
    Some(fact)
}

fn is_for(map: &Directive, name: &str) -> bool {
    map.words.len() == 2
        && map
            .word(1)
            .and_then(|word| word.strip_prefix('$'))
            .is_some_and(|word| word.eq_ignore_ascii_case(name))
}

fn is_option(entry: &Directive) -> bool {
    entry.words.is_empty() && matches!(entry.name.as_str(), "hostnames" | "volatile")
}

fn said(text: &str, name: &str, value: &str) -> Value {
    let braced = text.replace(&format!("${{{name}}}"), value);
    let whole = braced.replace(&format!("${name}"), value);
    if whole.is_empty() { Value::Absent } else { whole.into() }
}
