//! environs: `env.bool("X", default)` (version 15, read November 2026). Defaults stand as they are, a word
//! that is not known is refused, and `env.prefixed(…)` opens a block of variables with a prefix.

use std::rc::Rc;

use super::BoolWords;
use super::address::Address;
use crate::python::calls::PARTIAL;
use crate::python::heap::{Dict, Id, Key, Object, Sequence};
use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::numbers;
use crate::python::term::{From, Kind, Made, Shape, Spot, Term};

const WORDS: BoolWords = BoolWords {
    yes: &["t", "true", "on", "y", "yes", "1"],
    no: &["f", "false", "off", "n", "no", "0"],
    numbers: false,
};

/// The class of what `env.prefixed(…)` gives.
pub(in crate::python) const PREFIXED: &str = "environs.prefixed";

impl<'a> Interpreter<'a> {
    /// The object `env` that the library has ready.
    pub(super) fn ready_environs(&mut self) -> Rc<Made<'a>> {
        const READY: &str = "environs.env";
        let known = self.objects.iter().find(|(class, _)| class.as_ref() == READY);
        let fields = match known.map(|(_, fields)| *fields) {
            Some(fields) => fields,
            None => {
                let fields = self.scope();
                self.objects.push((READY.into(), fields));
                fields
            }
        };
        let class = "environs.Env".into();
        Rc::new(Made { class, positional: Vec::new(), named: Vec::new(), fields })
    }

    /// A method of an `Env` object.
    pub(super) fn environs_method(
        &mut self,
        made: &Rc<Made<'a>>,
        method: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        match method {
            "read_env" => return Ok(self.read_env(false, arguments, at)),
            "seal" => return Ok(Self::none_at(at)),
            "add_parser" | "parser_for" => return Ok(self.environs_parser(made, arguments, at)),
            "add_parser_from_field" | "parser_from_field" | "dump" => {
                return Ok(self.foreign(&format!("env.{method}"), arguments, at));
            }
            "prefixed" => {
                let object = Term::new(Kind::Made(Rc::clone(made)), From::literal(at));
                let positional = std::iter::once(object).chain(arguments.positional.clone());
                let arguments = Arguments { positional: positional.collect(), ..arguments.clone() };
                return Ok(self.make(&Rc::from(PREFIXED), &arguments, at));
            }
            _ => {}
        }
        let Some(name) = arguments.get(0, "name").cloned() else {
            return Ok(self.foreign(&format!("env.{method}"), arguments, at));
        };
        let Some(prefix) = self.environs_prefix(made) else {
            return Ok(self.foreign(&format!("env.{method}"), arguments, at));
        };
        let default = arguments.get(1, "default").cloned();
        self.each(&name, |this, name| {
            let Some(name) = name.as_text() else {
                return Ok(this.unknown_from(&[name], "this variable", at));
            };
            let name = format!("{prefix}{name}");
            if let Some(value) = this.file_of_variable(made, &name, at) {
                return this.environs_cast(method, &value, arguments, at);
            }
            let value = match &default {
                Some(default) => this.wished(&name, Some(default.clone()), at),
                None => this.demanded(&name, "EnvNotSetError", at)?,
            };
            if method == "dj_db_url" {
                let rest = Arguments { positional: Vec::new(), ..arguments.clone() };
                return this.database_entry(&value, &rest, 1, at);
            }
            if let Some(parser) = this.field_of(made, &parser_name(method)) {
                return this.each(&value, |this, value| this.applied(&parser, value.clone(), at));
            }
            let is_default = this.variable_fact(&name).is_none() && default.is_some();
            // Addresses of caches and mail servers become dictionaries, defaults too.
            if is_default && !method.starts_with("dj_") {
                return Ok(value);
            }
            let value = this.environs_expanded(made, value, at);
            this.each(&value, |this, value| {
                let value = this.environs_cast(method, value, arguments, at)?;
                match arguments.named("validate").cloned() {
                    Some(validators) => this.held_against(&value, &validators, at).map(|()| value),
                    None => Ok(value),
                }
            })
        })
    }

    /// `env.add_parser(name, function)`, and the decorator `env.parser_for(name)` that does it.
    fn environs_parser(
        &mut self,
        made: &Rc<Made<'a>>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        let [name, function @ ..] = arguments.positional.as_slice() else {
            return self.foreign("env.add_parser", arguments, at);
        };
        let Some(function) = function.first().cloned() else {
            let object = Term::new(Kind::Made(Rc::clone(made)), From::literal(at));
            let adding = Kind::Method(Rc::new((object, "add_parser".into())));
            let positional = vec![Term::new(adding, From::literal(at)), name.clone()];
            let partial = Arguments { positional, ..Arguments::default() };
            return self.make(&Rc::from(PARTIAL), &partial, at);
        };
        if let (Some(name), Some(scope)) = (name.as_text(), self.heap.scope_mut(made.fields)) {
            scope.names.insert(parser_name(name).into(), function.clone());
        }
        function
    }

    /// What stands before the names of all variables; none if it is not known.
    fn environs_prefix(&self, made: &Made<'a>) -> Option<String> {
        let own = self.field_of(made, "prefix").or_else(|| made.named("prefix").cloned());
        match own.map(|term| term.kind) {
            None | Some(Kind::None) => Some(String::new()),
            Some(Kind::Text(text)) => Some(text.to_string()),
            Some(_) => None,
        }
    }

    /// Opens a block of variables with a prefix: what the object's prefix was before.
    pub(in crate::python) fn open_prefix(&mut self, context: &Term<'a>) -> Option<(Id, Term<'a>)> {
        let Kind::Made(prefixed) = &context.kind else {
            return None;
        };
        let [object, more] = prefixed.positional.as_slice() else {
            return None;
        };
        let Kind::Made(made) = &object.kind else {
            return None;
        };
        if prefixed.class.as_ref() != PREFIXED {
            return None;
        }
        let before = Term::text(self.environs_prefix(made)?, more.from.clone());
        let after = match (before.as_text(), more.as_text()) {
            (Some(before), Some(more_text)) => {
                Term::text(format!("{before}{more_text}"), more.from.clone())
            }
            _ => more.clone(),
        };
        self.set_prefix(made.fields, after);
        Some((made.fields, before))
    }

    /// Gives an object its prefix.
    pub(in crate::python) fn set_prefix(&mut self, fields: Id, prefix: Term<'a>) {
        if let Some(scope) = self.heap.scope_mut(fields) {
            scope.names.insert("prefix".into(), prefix);
        }
    }

    /// `${NAME}` and `${NAME:-default}` in a value, where the object replaces them.
    fn environs_expanded(&mut self, made: &Made<'a>, value: Term<'a>, at: Spot) -> Term<'a> {
        let expands = made.named("expand_vars").is_some_and(|it| self.truth(it) == Some(true));
        let Some(text) = value.as_text().filter(|text| expands && text.contains('$')).cloned()
        else {
            return value;
        };
        let (mut out, mut rest) = (String::new(), text.as_ref());
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((inside, after)) = after.split_once('}') else {
                return self.unknown_from(&[&value], "this reference", at);
            };
            let (name, default) = match inside.split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (inside, None),
            };
            let known = self.variable_fact(name).and_then(|fact| fact.value.text());
            match known.map(str::to_owned).or_else(|| default.map(str::to_owned)) {
                Some(known) => out.push_str(&known),
                None => return self.unknown_from(&[&value], "this reference", at),
            }
            rest = after;
        }
        out.push_str(rest);
        Term::text(out, value.from)
    }

    fn environs_cast(
        &mut self,
        method: &str,
        value: &Term<'a>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let from = value.from.clone();
        if method == "bool" {
            return self.bool_of(value, &WORDS, at).map_err(renamed);
        }
        let Some(text) = value.as_text().cloned() else {
            return Ok(value.clone());
        };
        let trimmed = text.trim();
        let kind = match method {
            "__call__" | "str" => return Ok(value.clone()),
            "int" => Kind::Int(numbers::written_int(&text, 10).ok_or_else(|| refused(value))?),
            "float" | "decimal" => {
                Kind::Float(numbers::written_float(&text).ok_or_else(|| refused(value))?)
            }
            "timedelta" => Kind::Duration(duration(trimmed).ok_or_else(|| refused(value))?),
            "path" => Kind::Path(crate::python::paths::normal(&text).into()),
            "log_level" => {
                let level = crate::python::libraries::level_name(&text.to_uppercase());
                Kind::Int(level.or_else(|| trimmed.parse().ok()).ok_or_else(|| refused(value))?)
            }
            "enum" => {
                let class = arguments.named("enum").or_else(|| arguments.named("type"));
                let Some(Term { kind: Kind::Class(class), .. }) = class.cloned() else {
                    return Ok(self.unknown_from(&[value], "which member this is", at));
                };
                if arguments.named("by_value").is_some_and(|it| self.truth(it) != Some(false)) {
                    return self.enumeration_member(&class, value, at).map_err(renamed);
                }
                return self.member(&class, &text).ok_or_else(|| refused(value));
            }
            "list" => return self.environs_list(&text, arguments, &from, at),
            "dict" => return self.environs_dict(&text, arguments, value, at),
            "json" => {
                let given = Arguments { positional: vec![value.clone()], ..Arguments::default() };
                let read = self.document("json.loads", &given, at).map_err(renamed)?;
                return if matches!(read.kind, Kind::None) {
                    Err(refused(value))
                } else {
                    Ok(read)
                };
            }
            "url" => {
                let address = Address::parse(&text);
                if address.scheme.is_empty() || address.host().is_none() {
                    return Err(refused(value));
                }
                return Ok(self.address_object(&text, from, at));
            }
            _ => return Ok(self.opaque(&format!("what `env.{method}(…)` gives"), at)),
        };
        Ok(Term::new(kind, from))
    }

    fn environs_list(
        &mut self,
        text: &str,
        arguments: &Arguments<'a>,
        from: &From,
        at: Spot,
    ) -> Outcome<'a> {
        let between = arguments.named("delimiter").map(|it| it.as_text().map(ToString::to_string));
        let Some(between) = between.unwrap_or_else(|| Some(",".to_owned())) else {
            return Ok(self.opaque("this list", at));
        };
        let parts: Vec<&str> =
            if text.is_empty() { Vec::new() } else { text.split(between.as_str()).collect() };
        let subcast = arguments.named("subcast").cloned();
        let mut items = Vec::with_capacity(parts.len());
        for part in parts {
            let part = Term::text(part, from.clone());
            items.push(match &subcast {
                Some(cast) => self.environs_subcast(cast, &part, at)?,
                None => part,
            });
        }
        Ok(self.made(Shape::List, Sequence { items, rest: None }, from.clone()))
    }

    fn environs_subcast(&mut self, cast: &Term<'a>, part: &Term<'a>, at: Spot) -> Outcome<'a> {
        match &cast.kind {
            // The parts are read as `env.bool` reads a variable.
            Kind::Library(name) if name.as_ref() == "bool" => {
                self.bool_of(part, &WORDS, at).map_err(renamed)
            }
            _ => self.applied(cast, part.clone(), at).map_err(renamed),
        }
    }

    /// `a=1,b=2`.
    fn environs_dict(
        &mut self,
        text: &str,
        arguments: &Arguments<'a>,
        value: &Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let told = |name: &str, usual: &str| match arguments.named(name) {
            Some(term) => term.as_text().map(ToString::to_string),
            None => Some(usual.to_owned()),
        };
        let (Some(between), Some(equals)) =
            (told("delimiter", ","), told("key_value_delimiter", "="))
        else {
            return Ok(self.unknown_from(&[value], "what `env.dict(…)` gives", at));
        };
        let of_keys = arguments.named("subcast_keys").cloned();
        let subcast = arguments.named("subcast_values").or_else(|| arguments.named("subcast"));
        let subcast = subcast.cloned();
        let mut dict = Dict::default();
        for pair in text.split(between.as_str()).filter(|_| !text.is_empty()) {
            let (name, part) = pair.split_once(equals.as_str()).ok_or_else(|| refused(value))?;
            let part = Term::text(part.trim(), value.from.clone());
            let part = match &subcast {
                Some(cast) => self.environs_subcast(cast, &part, at)?,
                None => part,
            };
            let name = Term::text(name.trim(), value.from.clone());
            let name = match &of_keys {
                Some(cast) => self.environs_subcast(cast, &name, at)?,
                None => name,
            };
            let Some(key) = Key::of(&name) else {
                return Ok(self.unknown_from(&[value], "what `env.dict(…)` gives", at));
            };
            dict.entries.insert(key, part);
        }
        Ok(Term::new(Kind::Dict(self.heap.put(Object::Dict(dict))), value.from.clone()))
    }
}

/// Where an object keeps a parser that the program gave it: no name of Python's.
fn parser_name(name: &str) -> String {
    format!("<parser {name}>")
}

pub(super) fn refused(value: &Term<'_>) -> Raised {
    let mut raised = Raised::new("EnvValidationError", "a text is not of the kind asked for");
    raised.variables.clone_from(&value.from.variables);
    raised
}

/// What a cast raises is the library's own exception.
pub(super) fn renamed(mut raised: Raised) -> Raised {
    if !raised.exhausted {
        raised.name = "EnvValidationError".into();
    }
    raised
}

/// Seconds, or a text such as `1h 30m`.
fn duration(text: &str) -> Option<f64> {
    if let Ok(seconds) = text.parse::<i64>() {
        return number(seconds);
    }
    let (mut total, mut digits, mut unit) = (0.0, String::new(), String::new());
    for c in text.chars().chain([' ', '0']) {
        if c.is_ascii_digit() && !unit.is_empty() {
            let seconds = match unit.as_str() {
                "w" => 604_800.0,
                "d" => 86_400.0,
                "h" => 3_600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                _ => return None,
            };
            total += number(digits.parse().ok()?)? * seconds;
            digits.clear();
            unit.clear();
        }
        match c {
            c if c.is_ascii_digit() => digits.push(c),
            c if c.is_whitespace() => {}
            c => unit.push(c),
        }
    }
    Some(total)
}

fn number(int: i64) -> Option<f64> {
    crate::python::numbers::number(&Kind::Int(int))
}
