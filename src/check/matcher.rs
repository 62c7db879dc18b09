//! The closed vocabulary: what one value can be asked.
//!
//! Four words of the vocabulary need more than one value and live in [`super::predicate`]:
//! `same-as`, `every`, `some`, `none`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use regex::Regex;

use crate::fact::Value;
use crate::toml_tree::{Node, NodeKind};
use crate::truth::Truth;

/// A question to one value.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// Equal to this.
    Is(Scalar),
    /// Equal to one of these.
    OneOf(Vec<Scalar>),
    /// There at all, or not.
    Present(bool),
    /// True or false as Python's `bool` sees it: empty and zero are false, any other text is true.
    Truthy(bool),
    /// A number not below this.
    AtLeast(f64),
    /// A number not above this.
    AtMost(f64),
    /// A text that begins so.
    StartsWith(String),
    /// A text that has this in it.
    Contains(String),
    /// A text in which this regular expression matches.
    Matches(Pattern),
    /// A text with at least so many different characters.
    DistinctAtLeast(usize),
    /// A text of at least so many characters, or a list of so many items.
    LengthAtLeast(usize),
    /// A text of at most so many characters, or a list of so many items.
    LengthAtMost(usize),
}

/// A plain value as check files write it.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// A regular expression that is compiled when it is first needed.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern, not looked at yet.
    pub fn new(source: &str) -> Self {
        Self { source: source.to_owned(), compiled: OnceLock::new() }
    }

    /// What is wrong with the expression, if anything is.
    pub fn error(&self) -> Option<String> {
        Regex::new(&self.source)
            .err()
            .map(|error| error.to_string().lines().last().unwrap_or_default().trim().to_owned())
    }

    fn is_match(&self, text: &str) -> Option<bool> {
        let compiled = self.compiled.get_or_init(|| Regex::new(&self.source).ok());
        compiled.as_ref().map(|regex| regex.is_match(text))
    }
}

impl Matcher {
    /// Whether it holds of a value. What is unknown or one of several is settled here, before any
    /// matcher sees a value: unknown stays unknown, several answers count only if they agree.
    pub fn holds(&self, value: &Value) -> Truth {
        match value {
            Value::Unknown(_) => Truth::Unknown,
            Value::OneOf(alternatives) => {
                Truth::common(alternatives.iter().map(|each| self.holds(&each.value)))
            }
            Value::Absent => matches!(self, Self::Present(false) | Self::Truthy(false)).into(),
            definite => self.holds_of(definite).unwrap_or(Truth::Unknown),
        }
    }

    /// The answer for a definite value; none if it is of another kind than is asked for.
    fn holds_of(&self, value: &Value) -> Option<Truth> {
        Some(match self {
            Self::Is(scalar) => scalar.equals(value)?.into(),
            Self::OneOf(scalars) => {
                let answers: Vec<bool> =
                    scalars.iter().filter_map(|each| each.equals(value)).collect();
                (!answers.is_empty()).then(|| answers.contains(&true))?.into()
            }
            Self::Present(wanted) => (*wanted).into(),
            Self::Truthy(wanted) => {
                let truth = truthy(value);
                if *wanted { truth } else { truth.negated() }
            }
            Self::AtLeast(bound) => (number(value)? >= *bound).into(),
            Self::AtMost(bound) => (number(value)? <= *bound).into(),
            Self::StartsWith(start) => value.text()?.starts_with(start).into(),
            Self::Contains(part) => value.text()?.contains(part).into(),
            Self::Matches(pattern) => pattern.is_match(value.text()?)?.into(),
            Self::DistinctAtLeast(least) => {
                (value.text()?.chars().collect::<BTreeSet<_>>().len() >= *least).into()
            }
            Self::LengthAtLeast(least) => length(value)?.at_least(*least),
            Self::LengthAtMost(most) => length(value)?.at_least(most.saturating_add(1)).negated(),
        })
    }

    /// What the vocabulary calls it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Is(_) => "is",
            Self::OneOf(_) => "one-of",
            Self::Present(_) => "present",
            Self::Truthy(_) => "truthy",
            Self::AtLeast(_) => "at-least",
            Self::AtMost(_) => "at-most",
            Self::StartsWith(_) => "starts-with",
            Self::Contains(_) => "contains",
            Self::Matches(_) => "matches",
            Self::DistinctAtLeast(_) => "distinct-at-least",
            Self::LengthAtLeast(_) => "length-at-least",
            Self::LengthAtMost(_) => "length-at-most",
        }
    }
}

/// What a value must be, to follow "must be" or "must not be".
impl fmt::Display for Matcher {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(scalar) => write!(out, "{scalar}"),
            Self::OneOf(scalars) => {
                let shown: Vec<String> = scalars.iter().map(Scalar::to_string).collect();
                match shown.as_slice() {
                    [only] => write!(out, "{only}"),
                    _ => write!(out, "one of {}", shown.join(", ")),
                }
            }
            Self::Present(true) => write!(out, "set"),
            Self::Present(false) => write!(out, "left out"),
            Self::Truthy(true) => write!(out, "true or not empty"),
            Self::Truthy(false) => write!(out, "false or empty"),
            Self::AtLeast(bound) => write!(out, "at least {bound}"),
            Self::AtMost(bound) => write!(out, "at most {bound}"),
            Self::StartsWith(start) => write!(out, "a text that starts with \"{start}\""),
            Self::Contains(part) => write!(out, "a text that contains \"{part}\""),
            Self::Matches(pattern) => write!(out, "a text that matches `{}`", pattern.source),
            Self::DistinctAtLeast(least) => write!(out, "of at least {least} different characters"),
            Self::LengthAtLeast(1) => write!(out, "not empty"),
            Self::LengthAtLeast(least) => write!(out, "{least} long at least"),
            Self::LengthAtMost(0) => write!(out, "empty"),
            Self::LengthAtMost(most) => write!(out, "{most} long at most"),
        }
    }
}

impl Scalar {
    /// The plain value written in a node, if it is one.
    #[expect(clippy::cast_precision_loss, reason = "thresholds stay far below 2^52")]
    pub fn of(node: &Node) -> Option<Self> {
        match &node.kind {
            NodeKind::Text(text) => Some(Self::Text(text.clone())),
            NodeKind::Int(int) => Some(Self::Number(*int as f64)),
            NodeKind::Float(float) => Some(Self::Number(*float)),
            NodeKind::Bool(bool) => Some(Self::Bool(*bool)),
            NodeKind::Date(_) | NodeKind::List(_) | NodeKind::Table(_) => None,
        }
    }

    /// Whether a definite value equals this; none if the two are of different kinds.
    fn equals(&self, value: &Value) -> Option<bool> {
        match (self, value) {
            (Self::Bool(wanted), Value::Bool(found)) => Some(wanted == found),
            (Self::Number(wanted), found) => {
                number(found).map(|found| found.total_cmp(wanted).is_eq())
            }
            (Self::Text(wanted), found) => found.text().map(|found| found == wanted),
            _ => None,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(bool) => write!(out, "{bool}"),
            Self::Number(number) => write!(out, "{number}"),
            Self::Text(text) => write!(out, "\"{text}\""),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "thresholds and what is counted stay far below 2^52"
)]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(int) => Some(*int as f64),
        Value::Float(float) => Some(*float),
        _ => None,
    }
}

fn truthy(value: &Value) -> Truth {
    match value {
        Value::Bool(bool) => (*bool).into(),
        Value::Int(int) => (*int != 0).into(),
        Value::Float(float) => (*float != 0.0).into(),
        Value::Text(text) => (!text.is_empty()).into(),
        Value::Secret(secret) => (!secret.expose().is_empty()).into(),
        Value::List(list) => {
            Length { known: list.items.len(), more: list.rest.is_some() }.at_least(1)
        }
        Value::Record(record) => {
            Length { known: record.fields.len(), more: record.rest.is_some() }.at_least(1)
        }
        Value::Absent => Truth::False,
        Value::OneOf(_) | Value::Unknown(_) => Truth::Unknown,
    }
}

/// How long something is, or how long it is at least.
struct Length {
    known: usize,
    more: bool,
}

impl Length {
    fn at_least(&self, least: usize) -> Truth {
        match (self.known >= least, self.more) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::False,
        }
    }
}

fn length(value: &Value) -> Option<Length> {
    match value {
        Value::Text(_) | Value::Secret(_) => {
            Some(Length { known: value.text()?.chars().count(), more: false })
        }
        Value::List(list) => Some(Length { known: list.items.len(), more: list.rest.is_some() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Fact, Ignorance, List, Secret};

    fn text(text: &str) -> Scalar {
        Scalar::Text(text.to_owned())
    }

    fn list(items: &[&str], open: bool) -> Value {
        let items = items.iter().map(|item| Fact::derived(*item)).collect();
        Value::from(List { items, rest: open.then(|| Ignorance::new("more")) })
    }

    #[test]
    fn every_matcher_answers_by_the_table() {
        use Truth::{False, True, Unknown};
        let either = Value::one_of(vec![Fact::derived(true), Fact::derived(false)]);
        let years = Value::one_of(vec![Fact::derived(31_536_000), Fact::derived(63_072_000)]);
        let key = Value::Secret(Secret::new("abcabc"));
        for (matcher, value, answer) in [
            (Matcher::Is(Scalar::Bool(true)), Value::Bool(true), True),
            (Matcher::Is(Scalar::Bool(true)), Value::from("True"), Unknown),
            (Matcher::Is(Scalar::Number(3.0)), Value::Int(3), True),
            (Matcher::Is(text("a")), Value::Absent, False),
            (Matcher::OneOf(vec![text("*"), text(".")]), Value::from("*"), True),
            (Matcher::OneOf(vec![text("*"), Scalar::Bool(false)]), Value::Bool(false), True),
            (Matcher::OneOf(vec![text("*")]), Value::Int(1), Unknown),
            (Matcher::Present(true), Value::Bool(false), True),
            (Matcher::Present(true), Value::Absent, False),
            (Matcher::Present(false), Value::Absent, True),
            (Matcher::Truthy(false), Value::Absent, True),
            (Matcher::Truthy(false), Value::from("False"), False),
            (Matcher::Truthy(true), list(&[], true), Unknown),
            (Matcher::Truthy(true), either.clone(), Unknown),
            (Matcher::AtLeast(31_536_000.0), years, True),
            (Matcher::AtLeast(1.0), Value::from("1"), Unknown),
            (Matcher::AtMost(0.5), Value::Float(0.1), True),
            (Matcher::StartsWith("ab".to_owned()), key.clone(), True),
            (Matcher::Contains("z".to_owned()), key.clone(), False),
            (Matcher::Matches(Pattern::new("^a.*c$")), key.clone(), True),
            (Matcher::DistinctAtLeast(4), key.clone(), False),
            (Matcher::LengthAtLeast(6), key, True),
            (Matcher::LengthAtLeast(2), list(&["a"], true), Unknown),
            (Matcher::LengthAtLeast(1), list(&["a"], true), True),
            (Matcher::LengthAtMost(0), list(&["a"], true), False),
            (Matcher::LengthAtMost(1), list(&["a"], true), Unknown),
            (Matcher::LengthAtMost(0), list(&[], false), True),
            (Matcher::Present(false), Value::Unknown(Ignorance::new("x")), Unknown),
        ] {
            assert_eq!(matcher.holds(&value), answer, "{matcher:?} of {value}");
        }
    }

    #[test]
    fn a_broken_expression_is_told_and_never_matches() {
        let pattern = Pattern::new("a(");
        assert_eq!(pattern.error().as_deref(), Some("error: unclosed group"));
        assert_eq!(Matcher::Matches(pattern).holds(&Value::from("a(")), Truth::Unknown);
    }
}
