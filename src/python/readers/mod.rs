//! The libraries by which programs read their environment.

mod address;
mod cfenv;
mod concealed;
mod config_parser;
mod config_sections;
mod configurations;
mod decouple;
mod dj_database_url;
mod dynaconf;
mod dynaconf_layers;
mod dynaconf_names;
mod dynaconf_values;
mod env_file;
mod environ;
mod environ_url;
mod environs;
mod environs_validators;
mod field_types;
mod fields;
mod models;
mod os;
mod pydantic;
mod sentry;
mod starlette;
mod validators;

use std::rc::Rc;

use super::comparisons::either_bool;
use super::environment::Found;
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::regexes;
use super::term::{From, Kind, Made, Spot, Term};
use crate::fact::Fact;
use crate::truth::Truth;

/// Variables in the order of a file.
pub(super) type Variables = Rc<[(String, Fact)]>;

pub(super) use address::unescaped;
pub(super) use concealed::{asterisks, kept};
pub(super) use config_parser::is_parser;
pub(super) use configurations::is_configuration;
pub(super) use dynaconf::holds_settings;
pub(super) use models::is_model;
pub(super) use pydantic::reads_fields;

impl<'a> Interpreter<'a> {
    /// Calls a function that reads the environment; none if it is not one.
    pub(super) fn reader_call(
        &mut self,
        name: &Rc<str>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Option<Outcome<'a>> {
        if let Some(function) = name.strip_prefix("os.environ.") {
            return Some(self.os_environ(function, arguments, at));
        }
        if let Some(method) = name.strip_prefix("environs.env.") {
            let made = self.ready_environs();
            return Some(self.environs_method(&made, method, arguments, at));
        }
        if let Some(outcome) = self.configuration_call(name, arguments, at) {
            return Some(outcome);
        }
        if let Some(outcome) = self.dynaconf_call(name, arguments, at) {
            return Some(outcome);
        }
        if let Some(function) = name.strip_prefix("dj_database_url.") {
            return Some(self.database_url(function, arguments, at));
        }
        Some(match name.as_ref() {
            name if concealed::conceals(name) => match arguments.first().cloned() {
                Some(text) => self.conceal(&text, at),
                None => Ok(self.foreign(name, arguments, at)),
            },
            "sentry_sdk.init" => self.sentry_init(arguments, at),
            "os.getenv" => self.os_environ("get", arguments, at),
            "os.putenv" => self.os_environ("setdefault", arguments, at),
            "dotenv.load_dotenv" => Ok(self.load_dotenv(arguments, at)),
            "dotenv.find_dotenv" => Ok(self.find_dotenv(arguments, at)),
            "dotenv.dotenv_values" => Ok(self.dotenv_values(arguments, at)),
            "decouple.config" | "decouple.config.get" => self.decouple_config(None, arguments, at),
            "environ.Env.read_env" | "environ.FileAwareEnv.read_env" => {
                Ok(self.read_env(true, arguments, at))
            }
            "environs.env" => {
                let made = self.ready_environs();
                self.environs_method(&made, "__call__", arguments, at)
            }
            "environs.Env.read_env" | "environs.FileAwareEnv.read_env" => {
                Ok(self.read_env(false, arguments, at))
            }
            _ => return None,
        })
    }

    /// A method of an object of such a library: `env.bool("DEBUG", default=False)`.
    pub(super) fn reader_method(
        &mut self,
        made: &Rc<Made<'a>>,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let object = made.class.rsplit('.').next().unwrap_or_default();
        match made.class.as_ref() {
            "environ.Env" | "environ.FileAwareEnv" => {
                self.environ_method(made, name, arguments, at)
            }
            "environs.Env" | "environs.FileAwareEnv" => {
                self.environs_method(made, name, arguments, at)
            }
            "decouple.Config" | "decouple.AutoConfig" if matches!(name, "__call__" | "get") => {
                self.decouple_config(Some(made), arguments, at)
            }
            "decouple.Csv" if name == "__call__" => self.csv(made, arguments, at),
            "decouple.Choices" if name == "__call__" => self.choices(made, arguments, at),
            "cfenv.AppEnv" if name != "__call__" => self.bound_services(name, arguments, at),
            class if dynaconf::holds_settings(class) => {
                self.dynaconf_method(made, name, arguments, at)
            }
            class if config_parser::is_parser(class) && name != "__call__" => {
                self.parser_method(made, name, arguments, at)
            }
            "starlette.config.Config" if matches!(name, "__call__" | "get") => {
                self.starlette_config(made, arguments, at)
            }
            super::data_files::OPENED if name != "__call__" => self.file_method(made, name, at),
            regexes::PATTERN if name != "__call__" => {
                self.pattern_method(made, name, arguments, at)
            }
            regexes::MATCH if name != "__call__" => {
                Ok(self.match_method(made, name, arguments, at))
            }
            "pydantic.SecretStr" if name == "get_secret_value" => Ok(kept(made)
                .cloned()
                .unwrap_or_else(|| self.foreign("get_secret_value", arguments, at))),
            "random.SystemRandom" if name != "__call__" => {
                self.library_call(&format!("random.SystemRandom.{name}").into(), arguments, at)
            }
            _ => {
                let dotted: Rc<str> = match name {
                    "__call__" => Rc::clone(&made.class),
                    _ => format!("{}.{name}", made.class).into(),
                };
                self.note_call(&dotted, arguments, at);
                self.give_names_away(arguments, at);
                Ok(self.foreign(&format!("{object}.{name}"), arguments, at))
            }
        }
    }

    /// The value of a variable of the environment, else of a file, else the default.
    pub(super) fn looked_up(
        &mut self,
        name: &str,
        file: Option<&Fact>,
        default: Option<Term<'a>>,
        error: &str,
        at: Spot,
    ) -> Outcome<'a> {
        if self.variable_fact(name).is_none()
            && let Some(fact) = file
        {
            let found = Self::found(name, fact, at);
            self.note_read(name, false, default.clone(), &found, at);
            if let Found::Set(mut term) = found {
                term.from.fallback = default.as_ref().map_or(Truth::False, Self::stands_in);
                return Ok(term);
            }
        }
        match default {
            Some(default) => Ok(self.wished(name, Some(default), at)),
            None => self.demanded(name, error, at),
        }
    }

    /// What a function gives for one value.
    pub(super) fn applied(
        &mut self,
        function: &Term<'a>,
        value: Term<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let from = value.from.clone();
        let arguments = Arguments { positional: vec![value], ..Arguments::default() };
        let mut applied = self.apply(function, arguments, at)?;
        applied.from.take_in(&from);
        Ok(applied)
    }

    /// `strtobool`, which takes ten words and refuses all others.
    pub(super) fn strtobool(&mut self, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        let Some(argument) = arguments.first().cloned() else {
            return Ok(self.foreign("strtobool", arguments, at));
        };
        self.each(&argument, |this, argument| this.bool_of(argument, &STRTOBOOL, at))
    }

    /// The truth value that a text stands for, by the table of a reader.
    pub(super) fn bool_of(&mut self, term: &Term<'a>, words: &BoolWords, at: Spot) -> Outcome<'a> {
        let from = From { at: term.from.at.or(Some(at)), ..term.from.clone() };
        let text = match &term.kind {
            Kind::Text(text) => text,
            Kind::Unknown(_) | Kind::Unset(_) => return Ok(either_bool(&from)),
            _ => {
                return Ok(match self.truth(term) {
                    Some(truth) => Term::new(Kind::Bool(truth), from),
                    None => either_bool(&from),
                });
            }
        };
        match words.truth(text) {
            Some(truth) => Ok(Term::new(Kind::Bool(truth), from)),
            None => {
                let mut raised = Raised::new("ValueError", "a text is no truth value");
                raised.variables.clone_from(&from.variables);
                Err(raised)
            }
        }
    }
}

/// The words that a reader takes for true and false.
pub(super) struct BoolWords {
    yes: &'static [&'static str],
    /// All others, if there are none.
    no: &'static [&'static str],
    /// Whether a number is true unless it is zero.
    numbers: bool,
}

/// `distutils.util.strtobool`.
pub(super) const STRTOBOOL: BoolWords = BoolWords {
    yes: &["y", "yes", "t", "true", "on", "1"],
    no: &["n", "no", "f", "false", "off", "0"],
    numbers: false,
};

impl BoolWords {
    fn truth(&self, text: &str) -> Option<bool> {
        let word = text.to_lowercase();
        let word = if self.numbers { word.trim().to_owned() } else { word };
        match word.parse::<i64>() {
            Ok(number) if self.numbers => return Some(number != 0),
            _ => {}
        }
        match () {
            () if self.yes.contains(&word.as_str()) => Some(true),
            () if self.no.is_empty() || self.no.contains(&word.as_str()) => Some(false),
            () => None,
        }
    }
}
