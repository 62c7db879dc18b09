//! Values of facts, and how a report may show them: secrets never, control characters never.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use litemap::LiteMap;

use super::{Fact, Secret, secret};

/// What is known about one thing.
///
/// `OneOf` and `Unknown` are values and not wrappers, because one item of a list or one field of a
/// record can be unknown while the rest is known. Lists and records are shared by their copies: every
/// reason of a verdict holds what was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Looked for, and not there. Python's `None` is absent too.
    Absent,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text that a report may show.
    Text(String),
    /// A text that no report may show.
    Secret(Secret),
    /// Items in their order.
    List(Arc<List>),
    /// Named fields.
    Record(Arc<Record>),
    /// One of these, depending on something outside of what was read: at least two alternatives.
    OneOf(Vec<Fact>),
    /// Nothing, and why.
    Unknown(Ignorance),
}

/// Items in their order; perhaps not all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// The items that are known to be there.
    pub items: Vec<Fact>,
    /// Why there may be further items, if there may.
    pub rest: Option<Ignorance>,
}

/// The fields of a record in the order of their names. Most records have a handful, and there are many.
pub type Fields = LiteMap<Cow<'static, str>, Fact>;

/// Named fields; perhaps not all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The fields that are known to be there.
    pub fields: Fields,
    /// Why there may be further fields, if there may.
    pub rest: Option<Ignorance>,
}

impl Record {
    /// A record of these fields; `rest` is why there may be further ones.
    pub fn new<K: Into<Cow<'static, str>>>(
        fields: impl IntoIterator<Item = (K, Fact)>,
        rest: Option<Ignorance>,
    ) -> Self {
        let fields = fields.into_iter().map(|(name, fact)| (name.into(), fact)).collect();
        Self { fields, rest }
    }
}

/// Why something cannot be known, and what would make it known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignorance {
    /// The cause in the user's words, lower case, without a full stop.
    pub why: Arc<str>,
    /// What would settle it, as an instruction: "give `--url`".
    pub remedy: Option<Arc<str>>,
}

impl Ignorance {
    /// Ignorance with a cause, and no remedy known.
    pub fn new(why: impl Into<Arc<str>>) -> Self {
        Self { why: why.into(), remedy: None }
    }

    /// The same, with what would settle it.
    #[must_use]
    pub fn settled_by(mut self, remedy: impl Into<Arc<str>>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Ignorance {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", printable(&self.why))?;
        self.remedy.as_ref().map_or(Ok(()), |remedy| write!(out, "; {}", printable(remedy)))
    }
}

impl Value {
    /// A list of which all items are known.
    pub fn list(items: Vec<Fact>) -> Self {
        List { items, rest: None }.into()
    }

    /// A record of which all fields are known.
    pub fn record<K: Into<Cow<'static, str>>>(fields: impl IntoIterator<Item = (K, Fact)>) -> Self {
        Record::new(fields, None).into()
    }

    /// One of several possible values; the value itself if all are the same, unknown if all are unknown.
    pub fn one_of(alternatives: Vec<Fact>) -> Self {
        let mut distinct: Vec<Fact> = Vec::new();
        for alternative in alternatives {
            let parts = match alternative.value {
                Self::OneOf(nested) => nested,
                _ => vec![alternative],
            };
            for part in parts {
                if distinct.iter().all(|known| known.value != part.value) {
                    distinct.push(part);
                }
            }
        }
        // Of several reasons not to know it, one that something would settle tells most.
        if distinct.iter().all(|fact| matches!(fact.value, Self::Unknown(_))) {
            distinct.sort_by_key(|fact| match &fact.value {
                Self::Unknown(why) => why.remedy.is_none(),
                _ => true,
            });
            distinct.truncate(1);
        }
        if distinct.len() == 1 { distinct.swap_remove(0).value } else { Self::OneOf(distinct) }
    }

    /// The text, also of a secret. For judging and matching; never to be shown.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Secret(secret) => Some(secret.expose()),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn bool(&self) -> Option<bool> {
        match self {
            Self::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            _ => None,
        }
    }

    /// The known items, if it is a list.
    pub fn items(&self) -> &[Fact] {
        match self {
            Self::List(list) => &list.items,
            _ => &[],
        }
    }

    /// A field, if it is a record that is known to have it.
    pub fn field(&self, name: &str) -> Option<&Fact> {
        match self {
            Self::Record(record) => record.fields.get(name),
            _ => None,
        }
    }

    /// What kind of value it is, with its article.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Absent => "nothing",
            Self::Bool(_) => "true or false",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) | Self::Secret(_) => "a text",
            Self::List(_) => "a list",
            Self::Record(_) => "a record",
            Self::OneOf(_) => "one of several values",
            Self::Unknown(_) => "an unknown value",
        }
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<i32> for Value {
    fn from(int: i32) -> Self {
        Self::Int(int.into())
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(Arc::new(list))
    }
}

impl From<Record> for Value {
    fn from(record: Record) -> Self {
        Self::Record(Arc::new(record))
    }
}

impl From<Ignorance> for Value {
    fn from(ignorance: Ignorance) -> Self {
        Self::Unknown(ignorance)
    }
}

impl From<Vec<Fact>> for Value {
    fn from(items: Vec<Fact>) -> Self {
        Self::list(items)
    }
}

/// Items or characters shown of a long value.
const SHOWN_ITEMS: usize = 6;
const SHOWN_CHARACTERS: usize = 120;

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => write!(out, "not set"),
            Self::Bool(bool) => write!(out, "{bool}"),
            Self::Int(int) => write!(out, "{int}"),
            Self::Float(float) => write!(out, "{float}"),
            Self::Text(text) => write!(out, "\"{}\"", shortened(&secret::masked(text))),
            Self::Secret(secret) => write!(out, "{secret:?}"),
            Self::List(list) => {
                let shown = list.items.iter().map(|item| item.value.to_string());
                write_members(out, ['[', ']'], shown, list.items.len(), list.rest.is_some())
            }
            Self::Record(record) => {
                let shown = record
                    .fields
                    .iter()
                    .map(|(name, field)| format!("{}: {}", printable(name), field.value));
                write_members(out, ['{', '}'], shown, record.fields.len(), record.rest.is_some())
            }
            Self::OneOf(alternatives) => {
                write!(out, "one of ")?;
                for (index, alternative) in alternatives.iter().enumerate() {
                    let joint = match index {
                        0 => "",
                        _ if index + 1 == alternatives.len() => " or ",
                        _ => ", ",
                    };
                    write!(out, "{joint}{}", alternative.value)?;
                }
                Ok(())
            }
            Self::Unknown(ignorance) => write!(out, "unknown ({})", printable(&ignorance.why)),
        }
    }
}

fn write_members(
    out: &mut fmt::Formatter<'_>,
    [open, close]: [char; 2],
    members: impl Iterator<Item = String>,
    count: usize,
    more: bool,
) -> fmt::Result {
    let mut shown: Vec<String> = members.take(SHOWN_ITEMS).collect();
    if count > SHOWN_ITEMS {
        shown.push(format!("… {} more", count - SHOWN_ITEMS));
    } else if more {
        shown.push("… perhaps more".to_owned());
    }
    write!(out, "{open}{}{close}", shown.join(", "))
}

fn shortened(text: &str) -> String {
    let text = printable(text);
    if text.chars().count() <= SHOWN_CHARACTERS {
        return text;
    }
    let head: String = text.chars().take(SHOWN_CHARACTERS).collect();
    format!("{head}…")
}

/// The text with every control and direction-changing character made visible.
///
/// Files and sites under audit are hostile: what they say must not write to the user's terminal.
pub fn printable(text: &str) -> String {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(hostile) {
        return text.to_owned();
    }
    text.chars()
        .flat_map(|c| if hostile(c) { c.escape_default().collect() } else { vec![c] })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_in_one_line_without_secrets() {
        let secret = Fact::derived(Value::Secret(Secret::new("hunter2hunter2")));
        for (value, shown) in [
            (Value::Absent, "not set"),
            (Value::from("a\u{1b}[31mb\n"), "\"a\\u{1b}[31mb\\n\""),
            (Value::from("redis://:hunter2@cache:6379/0"), "\"redis://***@cache:6379/0\""),
            (Value::list(vec![Fact::derived(1), secret.clone()]), "[1, a secret of 14 characters]"),
            (Value::record([("PASSWORD", secret)]), "{PASSWORD: a secret of 14 characters}"),
            (
                Value::one_of(vec![Fact::derived(true), Fact::derived(false)]),
                "one of true or false",
            ),
        ] {
            assert_eq!(value.to_string(), shown);
        }
    }

    #[test]
    fn possibilities_that_agree_are_one_value() {
        assert_eq!(Value::one_of(vec![Fact::derived(1), Fact::derived(1)]), Value::Int(1));
        let nested = Fact::derived(Value::one_of(vec![Fact::derived(1), Fact::derived(2)]));
        assert_eq!(Value::one_of(vec![nested, Fact::derived(2)]).to_string(), "one of 1 or 2");
    }

    #[test]
    fn a_list_with_an_unknown_rest_says_so() {
        let list = List { items: vec![Fact::derived(1)], rest: Some(Ignorance::new("x")) };
        assert_eq!(Value::from(list).to_string(), "[1, … perhaps more]");
    }
}
