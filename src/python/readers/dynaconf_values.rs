//! How dynaconf reads a text: TOML where it is some, `@int 5`, `@merge a,b`, `@format {env[HOME]}`.

use std::rc::Rc;

use super::BoolWords;
use super::dynaconf::{is_of_library, variable_of};
use super::dynaconf_layers::Layers;
use crate::python::formats::shown;
use crate::python::heap::{Dict, Object, Sequence};
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::term::{From, Kind, Made, Shape, Spot, Term};

/// What it takes for true; all else is false.
const WORDS: BoolWords =
    BoolWords { yes: &["t", "true", "enabled", "1", "on", "yes"], no: &[], numbers: false };

/// Words that begin a text which is worked out when all settings are known.
const LATER: &[&str] = &["@format", "@jinja", "@get", "@read_file"];

/// The words that change a text otherwise than is followed here.
const OTHERS: &[&str] = &[
    "@reset",
    "@del",
    "@merge_unique",
    "@insert",
    "@upper",
    "@lower",
    "@title",
    "@capitalize",
    "@strip",
    "@lstrip",
    "@rstrip",
    "@split",
    "@casefold",
    "@swapcase",
    "@empty",
];

/// Nested values deeper than this are left as they are.
const MAX_DEPTH: usize = 24;

impl<'a> Interpreter<'a> {
    /// The value that a variable gives.
    pub(super) fn value_of_variable(&mut self, text: &Term<'a>, at: Spot) -> Outcome<'a> {
        self.each(text, |this, text| match text.as_text() {
            Some(written) if matches!(written.trim(), "True" | "False") => {
                let lower = Term::text(written.to_lowercase(), text.from.clone());
                this.toml_value(&lower, at)
            }
            Some(written) if written.starts_with('@') => Ok(text.clone()),
            _ => this.toml_value(text, at),
        })
    }

    /// What a text is in TOML, as the value of a key; itself if it is none.
    fn toml_value(&mut self, text: &Term<'a>, at: Spot) -> Outcome<'a> {
        let Some(written) = text.as_text() else {
            return Ok(text.clone());
        };
        let document = Term::text(format!("key={written}"), text.from.clone());
        let given = Arguments { positional: vec![document], ..Arguments::default() };
        let read = self.document("tomllib.loads", &given, at)?;
        Ok(match self.entry_of(&read, "key") {
            Some(value) => value,
            None if is_surely_text(written) => text.clone(),
            None => self.unknown_from(&[text], "this value", at),
        })
    }

    /// A value with its casts applied, also inside of lists and dictionaries.
    pub(super) fn parsed_value(&mut self, value: &Term<'a>, at: Spot) -> Outcome<'a> {
        self.parsed_to_depth(value, MAX_DEPTH, at)
    }

    fn parsed_to_depth(&mut self, value: &Term<'a>, depth: usize, at: Spot) -> Outcome<'a> {
        if depth == 0 {
            return Ok(value.clone());
        }
        self.spend(1)?;
        match &value.kind {
            Kind::Text(text) if text.starts_with('@') => {
                let (word, rest) = text.split_once(' ').unwrap_or((text.as_ref(), ""));
                let later = |text: &str| LATER.iter().any(|word| text.starts_with(word));
                if later(word) || later(rest) {
                    return Ok(value.clone());
                }
                let rest = Term::text(rest, value.from.clone());
                self.dynaconf_cast(word, &rest, at)
            }
            Kind::Sequence(shape, id) => {
                let Some(sequence) = self.heap.sequence(*id).cloned() else {
                    return Ok(value.clone());
                };
                let mut items = Vec::with_capacity(sequence.items.len());
                for item in &sequence.items {
                    items.push(self.parsed_to_depth(item, depth - 1, at)?);
                }
                let sequence = Sequence { items, rest: sequence.rest };
                Ok(self.made(*shape, sequence, value.from.clone()))
            }
            Kind::Dict(id) => {
                let Some(mut dict) = self.heap.dict(*id).cloned() else {
                    return Ok(value.clone());
                };
                for term in dict.entries.values_mut() {
                    *term = self.parsed_to_depth(&term.clone(), depth - 1, at)?;
                }
                Ok(Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), value.from.clone()))
            }
            _ => Ok(value.clone()),
        }
    }

    /// `@int`, `@bool` and their like, applied to a value.
    pub(super) fn dynaconf_cast(&mut self, word: &str, value: &Term<'a>, at: Spot) -> Outcome<'a> {
        let given = Arguments { positional: vec![value.clone()], ..Arguments::default() };
        let refused = |mut raised: Raised| {
            if !raised.exhausted {
                raised.name = "DynaconfParseError".into();
            }
            raised
        };
        match word {
            "@int" | "@float" => {
                self.library_call(&word.trim_start_matches('@').into(), &given, at).map_err(refused)
            }
            "@str" => self.library_call(&"str".into(), &given, at),
            "@bool" => self.each(value, |this, value| {
                let trimmed = value.as_text().map(|text| text.trim().to_owned());
                let value = trimmed
                    .map_or_else(|| value.clone(), |text| Term::text(text, value.from.clone()));
                this.bool_of(&value, &WORDS, at)
            }),
            "@json" => match self.document("json.loads", &given, at) {
                Err(raised) if !raised.exhausted => {
                    Ok(self.unknown_from(&[value], "this value", at))
                }
                read => read,
            },
            "@none" | "@null" | "@note" | "@comment" => {
                Ok(Term::new(Kind::None, value.from.clone()))
            }
            "@merge" => self.addition(value, at),
            _ if OTHERS.contains(&word) => Ok(self.unknown_from(&[value], "this value", at)),
            _ => {
                let whole = match value.as_text() {
                    Some(rest) if rest.is_empty() => word.to_owned(),
                    Some(rest) => format!("{word} {rest}"),
                    None => word.to_owned(),
                };
                Ok(Term::text(whole, value.from.clone()))
            }
        }
    }

    /// `@merge …`: a list or dictionary that says that it is added.
    fn addition(&mut self, text: &Term<'a>, at: Spot) -> Outcome<'a> {
        let value = self.toml_value(text, at)?;
        let token = Term::text("dynaconf_merge", From::literal(at));
        let list = |this: &mut Self, mut items: Vec<Term<'a>>| {
            items.push(token.clone());
            this.made(Shape::List, Sequence { items, rest: None }, text.from.clone())
        };
        Ok(match &value.kind {
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => list(self, vec![value]),
            Kind::Text(written) if written.contains(['{', '=']) => {
                self.unknown_from(&[text], "this value", at)
            }
            Kind::Text(written) => {
                let mut items = Vec::new();
                for part in written.split(',') {
                    items.push(self.toml_value(&Term::text(part, text.from.clone()), at)?);
                }
                list(self, items)
            }
            Kind::Sequence(_, id) => {
                let items = self.heap.sequence(*id).map(|it| it.items.clone()).unwrap_or_default();
                list(self, items)
            }
            Kind::Dict(id) => {
                let mut dict: Dict<'a> = self.heap.dict(*id).cloned().unwrap_or_default();
                dict.put("dynaconf_merge", Term::new(Kind::Bool(true), From::literal(at)));
                Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), text.from.clone())
            }
            _ => value,
        })
    }

    /// Works out what refers to other settings and to the environment.
    pub(super) fn settle_references(
        &mut self,
        made: &Made<'a>,
        layers: &mut Layers<'a>,
        at: Spot,
    ) -> Result<(), Raised> {
        let names: Vec<Rc<str>> = layers.settings.keys().cloned().collect();
        for name in names {
            let Some(term) = layers.settings.get(&name).cloned() else {
                continue;
            };
            let settled = self.settled(made, layers, &term, MAX_DEPTH, at)?;
            layers.settings.insert(name, settled);
        }
        Ok(())
    }

    fn settled(
        &mut self,
        made: &Made<'a>,
        layers: &Layers<'a>,
        term: &Term<'a>,
        depth: usize,
        at: Spot,
    ) -> Outcome<'a> {
        if depth == 0 {
            return Ok(self.unknown_from(&[term], "what this refers to", at));
        }
        self.spend(1)?;
        match &term.kind {
            Kind::Text(text) if text.starts_with('@') => {
                let text = Rc::clone(text);
                let (word, rest) = text.split_once(' ').unwrap_or((text.as_ref(), ""));
                if word == "@format" {
                    return self.formatted_setting(made, layers, rest, term, depth, at);
                }
                if let Some(template) = rest.trim_start().strip_prefix("@format ") {
                    let text = self.formatted_setting(made, layers, template, term, depth, at)?;
                    return self.dynaconf_cast(word, &text, at);
                }
                let later = LATER.iter().any(|later| word == *later || rest.starts_with(later));
                Ok(if later { self.unknown_from(&[term], "this value", at) } else { term.clone() })
            }
            Kind::Dict(id) => {
                let dict = self.heap.dict(*id).cloned().unwrap_or_default();
                for (key, value) in &dict.entries {
                    let value = self.settled(made, layers, value, depth - 1, at)?;
                    self.heap.change_dict(*id, &mut |dict| {
                        dict.entries.insert(key.clone(), value.clone());
                    });
                }
                Ok(term.clone())
            }
            Kind::Sequence(_, id) => {
                let Some(mut sequence) = self.heap.sequence(*id).cloned() else {
                    return Ok(term.clone());
                };
                for item in &mut sequence.items {
                    *item = self.settled(made, layers, &item.clone(), depth - 1, at)?;
                }
                self.heap.change_sequence(*id, &mut |kept| kept.items.clone_from(&sequence.items));
                Ok(term.clone())
            }
            _ => Ok(term.clone()),
        }
    }

    /// `{env[NAME]}` and `{this.NAME}` in a text.
    fn formatted_setting(
        &mut self,
        made: &Made<'a>,
        layers: &Layers<'a>,
        template: &str,
        term: &Term<'a>,
        depth: usize,
        at: Spot,
    ) -> Outcome<'a> {
        let (mut out, mut rest, mut from) = (String::new(), template, term.from.clone());
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((reference, after)) = after.split_once('}') else {
                return Ok(self.unknown_from(&[term], "this reference", at));
            };
            let path = reference.replace('[', ".").replace(']', "");
            let value = match path.split_once('.') {
                Some(("env", name)) => self.demanded(name, "DynaconfFormatError", at)?,
                Some(("this", path)) => {
                    let (name, inner) =
                        path.split_once('.').map_or((path, None), |(a, b)| (a, Some(b)));
                    let upper = name.to_uppercase();
                    let found = layers.settings.get(upper.as_str()).cloned();
                    let found = match (found, inner) {
                        (Some(found), Some(inner)) => self.within(&found, inner),
                        (found, _) => found,
                    };
                    match found {
                        Some(found) => self.settled(made, layers, &found, depth - 1, at)?,
                        None if is_of_library(&upper) => {
                            return Ok(self.unknown_from(&[term], "this reference", at));
                        }
                        None => {
                            let variable = variable_of(made, &upper);
                            self.demanded(&variable, "DynaconfFormatError", at)?
                        }
                    }
                }
                _ => return Ok(self.unknown_from(&[term], "this reference", at)),
            };
            from.take_in(&value.from);
            match shown(&value) {
                Some(text) => out.push_str(&text),
                None => return Ok(self.unknown_from(&[&value], "this reference", at)),
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(self.long_text(out, from, at))
    }
}

/// Whether a text that was not read as TOML is none: a date and a very large number are, and lists may hold
/// them.
fn is_surely_text(text: &str) -> bool {
    const LONGEST_NUMBER: usize = 18;
    let text = text.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let after = text.get(digits..).unwrap_or_default();
    let is_date = digits == 4 && after.starts_with('-') || digits == 2 && after.starts_with(':');
    !is_date && digits <= LONGEST_NUMBER && !text.starts_with(['[', '{'])
}
