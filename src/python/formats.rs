//! Texts with values put into them: f-strings, `%`, `.format`.

use std::rc::Rc;

use ruff_python_ast::{
    ConversionFlag, FStringPart, FStringValue, InterpolatedElement, InterpolatedStringElement,
};

use super::format_specs;
use super::heap::Key;
use super::interpreter::{Arguments, Interpreter, Outcome};
use super::term::{From, Kind, Spot, Term};

/// More texts than this are not made out of the alternatives in one.
const MAX_TEXTS: usize = 12;

/// A part of a text: written, or a value to be put in.
enum Part<'a> {
    Written(String),
    Value(Term<'a>),
}

impl<'a> Interpreter<'a> {
    pub(super) fn interpolated(&mut self, value: &'a FStringValue, at: Spot) -> Outcome<'a> {
        let mut parts = Vec::new();
        for part in value {
            match part {
                FStringPart::Literal(literal) => {
                    parts.push(Part::Written(literal.value.to_string()));
                }
                FStringPart::FString(text) => {
                    for element in &text.elements {
                        parts.push(match element {
                            InterpolatedStringElement::Literal(literal) => {
                                Part::Written(literal.value.to_string())
                            }
                            InterpolatedStringElement::Interpolation(inner) => {
                                Part::Value(self.interpolation(inner, at)?)
                            }
                        });
                    }
                }
            }
        }
        let from = From::literal(at);
        Ok(self.put_together(parts, from, at))
    }

    /// One value of an f-string, as it is to be shown.
    fn interpolation(&mut self, inner: &'a InterpolatedElement, at: Spot) -> Outcome<'a> {
        let value = self.eval(&inner.expression)?;
        let spec = match &inner.format_spec {
            Some(spec) => {
                let mut text = String::new();
                for element in &spec.elements {
                    match element {
                        InterpolatedStringElement::Literal(literal) => {
                            text.push_str(&literal.value);
                        }
                        InterpolatedStringElement::Interpolation(inner) => {
                            let part = self.eval(&inner.expression)?;
                            match shown(&part) {
                                Some(part) => text.push_str(&part),
                                None => return Ok(self.unknown_from(&[&part], "this format", at)),
                            }
                        }
                    }
                }
                text
            }
            None => String::new(),
        };
        let debug = inner.debug_text.as_ref().map(|debug| {
            let written = self.written(self.spot(inner.expression.as_ref()));
            format!("{}{written}{}", debug.leading(), debug.trailing())
        });
        let represents = match inner.conversion {
            ConversionFlag::Repr | ConversionFlag::Ascii => true,
            ConversionFlag::Str => false,
            ConversionFlag::None => debug.is_some() && spec.is_empty(),
        };
        self.each(&value, |this, value| {
            let text = match (represents, this.member_shown(value)) {
                (true, Some(_)) => None,
                (true, None) => format_specs::represented(value),
                (false, Some(member)) => spec.is_empty().then_some(member),
                (false, None) => format_specs::formatted(value, &spec),
            };
            let before = debug.as_deref().unwrap_or_default();
            Ok(match text {
                Some(text) => Term::text(format!("{before}{text}"), value.from.clone()),
                None => this.unknown_from(&[value], "this text", at),
            })
        })
    }

    /// The text of parts; one of several where a part is one of several.
    fn put_together(&mut self, parts: Vec<Part<'a>>, mut from: From, at: Spot) -> Term<'a> {
        let mut texts = vec![String::new()];
        for part in parts {
            match part {
                Part::Written(written) => {
                    for text in &mut texts {
                        text.push_str(&written);
                    }
                }
                Part::Value(value) => {
                    from.take_in(&value.from);
                    let shown: Option<Vec<String>> =
                        value.alternatives().iter().map(|each| shown(each)).collect();
                    let Some(shown) = shown.filter(|all| all.len() * texts.len() <= MAX_TEXTS)
                    else {
                        let unknown = self.unknown_from(&[&value], "this text", at);
                        return Term { from, ..unknown };
                    };
                    texts = texts
                        .iter()
                        .flat_map(|text| shown.iter().map(move |shown| format!("{text}{shown}")))
                        .collect();
                }
            }
            let length: usize = texts.iter().map(String::len).sum();
            if !self.budget.spend(length / 64 + 1) || length > super::budget::MAX_TEXT_BYTES {
                return self.opaque("a text of this length", at);
            }
        }
        let several = texts.into_iter().map(|text| Term::text(text, from.clone()));
        let mut joined = Term::one_of(several);
        joined.from = from;
        joined
    }

    /// `"…" % values`.
    pub(super) fn percent(
        &mut self,
        pattern: &str,
        values: &Term<'a>,
        from: From,
        at: Spot,
    ) -> Term<'a> {
        let mut parts = Vec::new();
        let mut positional = match &values.kind {
            Kind::Sequence(super::term::Shape::Tuple, _) => self.iterated(values, at).0,
            _ => vec![values.clone()],
        }
        .into_iter();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('%') {
            parts.push(Part::Written(before.to_owned()));
            let (name, after) = match after.strip_prefix('(').and_then(|it| it.split_once(')')) {
                Some((name, after)) => (Some(name), after),
                None => (None, after),
            };
            let Some((conversion, after)) = format_specs::conversion(after) else {
                return self.unknown_from(&[values], "this format", at);
            };
            rest = after;
            let Some(conversion) = conversion else {
                parts.push(Part::Written("%".to_owned()));
                continue;
            };
            let value = match name {
                Some(name) => self.named_entry(values, name),
                None => positional.next(),
            };
            let value = value.unwrap_or_else(|| self.opaque("this format", at));
            parts.push(Part::Value(
                self.as_shown(&value, conversion.represents(), at, |value| conversion.shown(value)),
            ));
        }
        parts.push(Part::Written(rest.to_owned()));
        self.put_together(parts, from, at)
    }

    /// `"…".format(…)`.
    pub(super) fn formatted(
        &mut self,
        pattern: &str,
        arguments: &Arguments<'a>,
        from: From,
        at: Spot,
    ) -> Term<'a> {
        let mut parts = Vec::new();
        let mut next = 0;
        let mut rest = pattern;
        while let Some(at_brace) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(at_brace);
            parts.push(Part::Written(before.to_owned()));
            if let Some(after) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
                parts.push(Part::Written(rest.get(at_brace..=at_brace).unwrap_or("").to_owned()));
                rest = after;
                continue;
            }
            let Some((field, after)) = after.get(1..).and_then(|after| after.split_once('}'))
            else {
                return self.opaque("this format", at);
            };
            let (field, spec) = field.split_once(':').unwrap_or((field, ""));
            let (field, represents) = match field.strip_suffix("!r") {
                Some(field) => (field, true),
                None => (field.strip_suffix("!s").unwrap_or(field), false),
            };
            let value = if field.is_empty() {
                next += 1;
                arguments.positional.get(next - 1)
            } else if let Ok(index) = field.parse::<usize>() {
                arguments.positional.get(index)
            } else {
                arguments.named(field)
            };
            let value = value.cloned().unwrap_or_else(|| match &arguments.rest {
                Some(why) => Term::unknown(why.as_ref().clone(), at),
                None => self.opaque("this format", at),
            });
            let value = match (represents, spec) {
                (false, "") => value,
                (true, "") => self.as_shown(&value, true, at, format_specs::represented),
                (true, _) => self.opaque("this format", at),
                (false, spec) => {
                    self.as_shown(&value, false, at, |value| format_specs::formatted(value, spec))
                }
            };
            parts.push(Part::Value(value));
            rest = after;
        }
        parts.push(Part::Written(rest.to_owned()));
        self.put_together(parts, from, at)
    }

    /// The text that stands for a value, for each of its forms.
    fn as_shown(
        &mut self,
        value: &Term<'a>,
        represents: bool,
        at: Spot,
        show: impl Fn(&Term<'a>) -> Option<String>,
    ) -> Term<'a> {
        let shown = self.each(value, |this, value| {
            let text = match this.member_shown(value) {
                Some(_) if represents => None,
                Some(member) => show(&Term::text(member, value.from.clone())),
                None => show(value),
            };
            Ok(match text {
                Some(text) => Term::text(text, value.from.clone()),
                None => this.unknown_from(&[value], "this text", at),
            })
        });
        shown.unwrap_or_else(|_| self.opaque("this text", at))
    }

    fn named_entry(&self, dict: &Term<'a>, name: &str) -> Option<Term<'a>> {
        match &dict.kind {
            Kind::Dict(id) => {
                super::access::there(self.heap.dict(*id)?, &Key::Text(Rc::from(name)))
            }
            Kind::Module(scope) => self.heap.scope(*scope)?.names.get(name).cloned(),
            _ => None,
        }
    }
}

/// What Python's `str` gives, if it is known.
pub(super) fn shown(term: &Term<'_>) -> Option<String> {
    match &term.kind {
        Kind::None => Some("None".to_owned()),
        Kind::Bool(bool) => Some(if *bool { "True" } else { "False" }.to_owned()),
        Kind::Int(int) => Some(int.to_string()),
        Kind::Float(float) => Some(format!("{float:?}")),
        Kind::Text(text) | Kind::Path(text) => Some(text.to_string()),
        Kind::Made(made) => super::readers::asterisks(made).map(str::to_owned),
        _ => None,
    }
}
