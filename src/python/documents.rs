//! Documents that a program reads into lists and dictionaries: JSON, TOML, YAML.

use std::rc::Rc;

use super::data_files::OPENED;
use super::heap::{Dict, Key, Object, Sequence};
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::term::{From, Kind, Shape, Spot, Term};
use crate::fact::{Ignorance, Place};
use crate::grammar::yaml;
use crate::toml_tree::{self, NodeKind};

/// The languages of documents.
#[derive(Clone, Copy, PartialEq)]
enum Language {
    Json,
    Toml,
    Yaml,
}

/// The language that a function reads.
fn language(function: &str) -> Option<Language> {
    Some(match function {
        "json.load" | "json.loads" => Language::Json,
        "tomllib.load" | "tomllib.loads" | "tomli.load" | "tomli.loads" | "toml.load"
        | "toml.loads" => Language::Toml,
        "yaml.safe_load" | "yaml.load" | "yaml.full_load" => Language::Yaml,
        _ => return None,
    })
}

/// Whether a function reads a document.
pub(super) fn reads(function: &str) -> bool {
    language(function).is_some()
}

/// A document is not understood here, though it may be one.
struct NotUnderstood;

impl<'a> Interpreter<'a> {
    /// `json.loads(text)`, `yaml.safe_load(file)`: what a text or an open file holds.
    pub(super) fn document(
        &mut self,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let (Some(argument), Some(language)) = (arguments.first().cloned(), language(name)) else {
            return Ok(self.foreign(name, arguments, at));
        };
        // The package `toml` takes the name of a file as well.
        let is_path = name == "toml.load";
        self.each(&argument, |this, argument| {
            let text = match &argument.kind {
                Kind::Made(made) if made.class.as_ref() == OPENED => {
                    let made = Rc::clone(made);
                    this.file_method(&made, "read", at)?
                }
                Kind::Text(_) | Kind::Path(_) if is_path => this.text_of_file(argument, at)?,
                _ => argument.clone(),
            };
            let Some(source) = text.as_text() else {
                return Ok(this.unknown_from(&[&text], &format!("what `{name}(…)` gives"), at));
            };
            this.spend(source.len() / 16 + 1)?;
            let mut from = From::mixed([&text], at);
            from.written.clone_from(&text.from.written);
            let read = match language {
                Language::Json => this.json_document(source, &from)?,
                Language::Toml => this.toml_document(source, &from),
                Language::Yaml => this.yaml_document(source, &from),
            };
            let unknown = |_| this.unknown_from(&[&text], &format!("what `{name}(…)` gives"), at);
            Ok(read.unwrap_or_else(unknown))
        })
    }

    fn json_document(
        &mut self,
        text: &str,
        from: &From,
    ) -> Result<Result<Term<'a>, NotUnderstood>, Raised> {
        match serde_json::from_str(text) {
            Ok(json) => Ok(Ok(self.json(&json, from))),
            // Python reads `NaN`, and halves of characters.
            Err(_) if ["NaN", "Infinity", "\\u"].iter().any(|odd| text.contains(odd)) => {
                Ok(Err(NotUnderstood))
            }
            Err(_) => Err(Raised::of_value("JSONDecodeError", "a text is no JSON", from)),
        }
    }

    /// JSON as Python has it. The parser that read it has a depth limit of its own.
    fn json(&mut self, json: &serde_json::Value, from: &From) -> Term<'a> {
        let kind = match json {
            serde_json::Value::Null => Kind::None,
            serde_json::Value::Bool(bool) => Kind::Bool(*bool),
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(int), _) => Kind::Int(int),
                (None, float) => Kind::Float(float.unwrap_or_default()),
            },
            serde_json::Value::String(text) => Kind::Text(text.as_str().into()),
            serde_json::Value::Array(items) => {
                let items = items.iter().map(|item| self.json(item, from)).collect();
                return self.made(Shape::List, Sequence { items, rest: None }, from.clone());
            }
            serde_json::Value::Object(fields) => {
                let entries = fields
                    .iter()
                    .map(|(name, value)| (Key::Text(name.as_str().into()), self.json(value, from)));
                let entries = entries.collect();
                return self.dictionary(entries, from);
            }
        };
        Term::new(kind, from.clone())
    }

    fn toml_document(&mut self, text: &str, from: &From) -> Result<Term<'a>, NotUnderstood> {
        let mut reader = toml_tree::Reader::new("", text);
        let tree = reader.parse();
        let ends: Vec<usize> = text.match_indices('\n').map(|(end, _)| end).collect();
        let clean = reader.finish().is_empty();
        if clean { self.toml(&tree, &ends, from) } else { Err(NotUnderstood) }
    }

    fn toml(
        &mut self,
        node: &toml_tree::Node,
        ends: &[usize],
        from: &From,
    ) -> Result<Term<'a>, NotUnderstood> {
        let line = ends.partition_point(|end| *end < node.span.start) + 1;
        let from = &on_line(from, u32::try_from(line).unwrap_or(1));
        let kind = match &node.kind {
            NodeKind::Text(text) => Kind::Text(text.as_str().into()),
            NodeKind::Int(int) => Kind::Int(*int),
            NodeKind::Float(float) => Kind::Float(*float),
            NodeKind::Bool(bool) => Kind::Bool(*bool),
            NodeKind::Date(_) => {
                Kind::Unknown(Rc::new(Ignorance::new("a date of a document is not followed")))
            }
            NodeKind::List(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.toml(item, ends, from)).collect();
                let sequence = Sequence { items: items?, rest: None };
                return Ok(self.made(Shape::List, sequence, from.clone()));
            }
            NodeKind::Table(entries) => {
                let entries: Result<Vec<_>, _> = entries
                    .iter()
                    .map(|entry| {
                        let value = self.toml(&entry.value, ends, from)?;
                        Ok((Key::Text(entry.key.as_str().into()), value))
                    })
                    .collect();
                return Ok(self.dictionary(entries?, from));
            }
        };
        Ok(Term::new(kind, from.clone()))
    }

    fn yaml_document(&mut self, text: &str, from: &From) -> Result<Term<'a>, NotUnderstood> {
        let documents = yaml::parse(text).map_err(|_| NotUnderstood)?;
        let lines: Vec<&str> = text.lines().collect();
        match documents.as_slice() {
            [] => Ok(Term::new(Kind::None, from.clone())),
            [only] => self.yaml(only, &lines, from),
            _ => Err(NotUnderstood),
        }
    }

    /// YAML as `PyYAML` has it, which reads release 1.1: a scalar that the releases read differently is
    /// not known.
    fn yaml(
        &mut self,
        node: &yaml::Node,
        lines: &[&str],
        from: &From,
    ) -> Result<Term<'a>, NotUnderstood> {
        if node.tag.is_some() {
            return Err(NotUnderstood);
        }
        let from = &on_line(from, node.at.line);
        let kind = match &node.kind {
            yaml::Kind::Null => Kind::None,
            yaml::Kind::Bool(bool) => Kind::Bool(*bool),
            yaml::Kind::Int(int) if is_plain_int(written_at(lines, node.at)) => Kind::Int(*int),
            yaml::Kind::Float(float) if is_plain_float(written_at(lines, node.at)) => {
                Kind::Float(*float)
            }
            yaml::Kind::Int(_) | yaml::Kind::Float(_) => Self::read_differently(),
            yaml::Kind::Text(text) => {
                let is_quoted = written_at(lines, node.at).starts_with(['"', '\'', '|', '>']);
                match truth_word(text).filter(|_| !is_quoted) {
                    Some(truth) => Kind::Bool(truth),
                    None if !is_quoted && is_read_otherwise(text) => Self::read_differently(),
                    None => Kind::Text(text.as_str().into()),
                }
            }
            yaml::Kind::List(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.yaml(item, lines, from)).collect();
                let sequence = Sequence { items: items?, rest: None };
                return Ok(self.made(Shape::List, sequence, from.clone()));
            }
            yaml::Kind::Map(entries) => {
                let entries: Result<Vec<_>, _> = entries
                    .iter()
                    .map(|(key, value)| {
                        let written = written_at(lines, key.at);
                        let is_text = written.starts_with(['"', '\''])
                            || (!is_read_otherwise(&key.name)
                                && is_word(&key.name)
                                && truth_word(&key.name).is_none());
                        let value = self.yaml(value, lines, from)?;
                        let key = Key::Text(key.name.as_str().into());
                        if is_text { Ok((key, value)) } else { Err(NotUnderstood) }
                    })
                    .collect();
                return Ok(self.dictionary(entries?, from));
            }
        };
        Ok(Term::new(kind, from.clone()))
    }

    fn read_differently() -> Kind<'a> {
        let why = "the releases of YAML read what is written there differently";
        Kind::Unknown(Rc::new(Ignorance::new(why)))
    }

    fn dictionary(&mut self, entries: Vec<(Key, Term<'a>)>, from: &From) -> Term<'a> {
        let dict = Dict { entries: entries.into_iter().collect(), rest: None };
        Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), from.clone())
    }
}

/// Where a value comes from that stands on a line of its file.
fn on_line(from: &From, line: u32) -> From {
    let mut from = from.clone();
    if let Some(Place::File { path, .. }) = from.written.as_deref() {
        from.written = Some(Rc::new(Place::line(path, line)));
    }
    from
}

/// The line from a place on.
fn written_at<'t>(lines: &[&'t str], at: yaml::Spot) -> &'t str {
    let line = usize::try_from(at.line).ok().and_then(|line| lines.get(line.checked_sub(1)?));
    let column = usize::try_from(at.column).unwrap_or(1).saturating_sub(1);
    let line = line.copied().unwrap_or_default();
    let start = line.char_indices().nth(column).map_or(line.len(), |(start, _)| start);
    line.get(start..).unwrap_or_default()
}

/// The scalar at the beginning of a line, without what follows it.
fn scalar(written: &str) -> &str {
    let end = written.find([' ', ',', ']', '}', ':', '#']).unwrap_or(written.len());
    written.get(..end).unwrap_or(written)
}

/// A decimal number that both releases of YAML read alike.
fn is_plain_int(written: &str) -> bool {
    let digits = scalar(written);
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    digits == "0" || (digits.bytes().all(|it| it.is_ascii_digit()) && !digits.starts_with('0'))
}

fn is_plain_float(written: &str) -> bool {
    let number = scalar(written);
    let number = number.strip_prefix('-').unwrap_or(number);
    number.split_once('.').is_some_and(|(whole, part)| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        digits(whole) && digits(part)
    })
}

/// The truth value that release 1.1 reads in an unquoted word (yaml.org/type/bool.html).
fn truth_word(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => Some(true),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Whether release 1.1 may read an unquoted text as something else: a number of another base, a date.
fn is_read_otherwise(text: &str) -> bool {
    let number = text.trim_start_matches(['+', '-']);
    let points = number.bytes().filter(|byte| *byte == b'.').count();
    let is_of_digits = points < 2
        && number.bytes().all(|byte| byte.is_ascii_digit() || b"_:.eE+-".contains(&byte));
    let lower = number.to_ascii_lowercase();
    let has_base = ["0x", "0b", "0o"].iter().any(|base| lower.starts_with(base));
    let is_date = text.get(..4).is_some_and(|year| year.bytes().all(|it| it.is_ascii_digit()))
        && text.get(4..5) == Some("-");
    let starts = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    matches!(text, "=" | "<<")
        || starts && (is_of_digits || has_base || is_date)
        || matches!(lower.as_str(), ".inf" | ".nan")
}

/// Whether a key is none of YAML's numbers, truth values and nothings.
fn is_word(name: &str) -> bool {
    let word = name.to_ascii_lowercase();
    !matches!(word.as_str(), "" | "~" | "null" | "true" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_releases_of_yaml_read_differently_is_told() {
        for (text, otherwise) in [
            ("12:30", true),
            ("2026-11-30", true),
            ("+1", true),
            (".inf", true),
            ("a", false),
            ("no way", false),
            ("1a2b3c", false),
            ("2026-11-30 10:00:00 UTC", true),
            ("0x1F", true),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_read_otherwise(text), otherwise, "{text}");
        }
        for (written, plain) in [
            ("10", true),
            ("0", true),
            ("-3 # three", true),
            ("010", false),
            ("0x1f", false),
            ("1_000", false),
        ] {
            assert_eq!(is_plain_int(written), plain, "{written}");
        }
        assert!(is_plain_float("1.5, 2"));
        assert!(!is_plain_float("1e3"));
    }
}
