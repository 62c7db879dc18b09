//! Functions of Python's library and of others that settings use; those that read the environment are
//! in [`super::readers`].

use std::rc::Rc;

use super::access;
use super::formats::shown;
use super::heap::{Key, Object};
use super::interpreter::{Arguments, Interpreter, Outcome, Raised};
use super::paths;
use super::term::{From, Kind, Spot, Term};
use crate::fact::{Ignorance, Origin};

/// Constants by their dotted names.
pub(super) fn constant<'a>(dotted: &str) -> Option<Kind<'a>> {
    let text = match dotted {
        "os.sep" => "/",
        "os.name" => "posix",
        "os.linesep" => "\n",
        "sys.platform" => "linux",
        "sys.version_info.major" => return Some(Kind::Int(3)),
        _ if dotted.starts_with("string.") => return letters(dotted),
        _ if dotted.starts_with("django.utils.csp.CSP.")
            || dotted.starts_with("csp.constants.") =>
        {
            match last_part(dotted) {
                "SELF" => "'self'",
                "NONE" => "'none'",
                "STRICT_DYNAMIC" => "'strict-dynamic'",
                "UNSAFE_INLINE" => "'unsafe-inline'",
                "UNSAFE_EVAL" => "'unsafe-eval'",
                "REPORT_SAMPLE" => "'report-sample'",
                "NONCE" => "<CSP_NONCE_SENTINEL>",
                _ => return None,
            }
        }
        _ => return level(dotted).map(Kind::Int),
    };
    Some(Kind::Text(text.into()))
}

/// The texts of a list that a library has (django-cors-headers 4.9, `defaults.py`).
pub(super) fn texts_of(dotted: &str) -> Option<&'static [&'static str]> {
    Some(match dotted {
        "corsheaders.defaults.default_headers" => &[
            "accept",
            "authorization",
            "content-type",
            "user-agent",
            "x-csrftoken",
            "x-requested-with",
        ],
        "corsheaders.defaults.default_methods" => {
            &["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]
        }
        _ => return None,
    })
}

/// The constants of Python's `string`.
fn letters<'a>(dotted: &str) -> Option<Kind<'a>> {
    const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
    const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const DIGITS: &str = "0123456789";
    const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    let text = match last_part(dotted) {
        "ascii_lowercase" => LOWER.to_owned(),
        "ascii_uppercase" => UPPER.to_owned(),
        "ascii_letters" => format!("{LOWER}{UPPER}"),
        "digits" => DIGITS.to_owned(),
        "hexdigits" => format!("{DIGITS}abcdefABCDEF"),
        "punctuation" => PUNCTUATION.to_owned(),
        "printable" => format!("{DIGITS}{LOWER}{UPPER}{PUNCTUATION} \t\n\r\u{b}\u{c}"),
        _ => return None,
    };
    Some(Kind::Text(text.into()))
}

/// The numbers of log and message levels.
fn level(dotted: &str) -> Option<i64> {
    level_name(dotted.strip_prefix("logging.")?)
}

/// The number of a level by its name.
pub(super) fn level_name(name: &str) -> Option<i64> {
    Some(match name {
        "DEBUG" => 10,
        "INFO" => 20,
        "WARNING" | "WARN" => 30,
        "ERROR" => 40,
        "CRITICAL" | "FATAL" => 50,
        _ => return None,
    })
}

/// Functions whose argument is their result as far as settings are concerned.
const TRANSPARENT: &[&str] = &[
    "django.utils.translation.gettext_lazy",
    "django.utils.translation.gettext",
    "django.utils.translation.ugettext_lazy",
    "django.utils.translation.pgettext_lazy",
    "django.urls.reverse_lazy",
    "typing.cast",
    "types.MappingProxyType",
    "markupsafe.Markup",
    "os.path.expanduser",
    "os.fspath",
];

/// Functions that give something else at every call, and no text.
const RANDOM: &[&str] = &["secrets.token_bytes", "os.urandom", "uuid.uuid4"];

impl<'a> Interpreter<'a> {
    /// Calls a function of a library.
    pub(super) fn library_call(
        &mut self,
        name: &Rc<str>,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        if super::builtins::knows(name) {
            return self.builtin(name, arguments, at);
        }
        if let Some(outcome) = self.reader_call(name, arguments, at) {
            return outcome;
        }
        let name: &str = name;
        if name == "os.path.expandvars" {
            return self.expand_variables(arguments, at);
        }
        if let Some(function) = name.strip_prefix("os.path.") {
            return Ok(self.os_path(function, arguments, at));
        }
        if TRANSPARENT.contains(&name) {
            let value = arguments.positional.last().cloned();
            return Ok(value.unwrap_or_else(|| self.foreign(name, arguments, at)));
        }
        if let Some(text) = self.made_up(name, arguments, at) {
            return Ok(text);
        }
        if RANDOM.contains(&name) {
            let why = Ignorance::new("a new random key at every start")
                .settled_by("read the key from the environment");
            return Ok(Term::unknown(why, at));
        }
        if let Some(outcome) = self.family_call(name, arguments, at) {
            return outcome;
        }
        self.known_call(name, arguments, at)
    }

    /// Calls of whole families of functions, and of those that change the settings; none for others.
    fn family_call(
        &mut self,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Option<Outcome<'a>> {
        let (family, function) = name.rsplit_once('.')?;
        match (family, function) {
            ("urllib.parse", _) => return self.quoting_call(function, arguments, at),
            ("re", _) => return self.regex_call(function, arguments, at),
            ("itertools", "chain") => return Some(Ok(self.chained(false, arguments, at))),
            ("itertools.chain", "from_iterable") => {
                return Some(Ok(self.chained(true, arguments, at)));
            }
            ("object", "__setattr__") => return Some(Ok(self.set_attribute(arguments, at))),
            ("functools", "reduce") => return Some(self.reduced(arguments, at)),
            ("djp", "settings") => self.plugins(arguments, at),
            ("django_heroku" | "django_on_heroku", "settings") => {
                return Some(self.heroku(arguments, at).map(|()| Self::none_at(at)));
            }
            _ => return None,
        }
        Some(Ok(Self::none_at(at)))
    }

    fn known_call(&mut self, name: &str, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        match name {
            "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" | "path.Path"
            | "environ.Path" => Ok(self.new_path(name, arguments, at)),
            "os.getcwd" | "pathlib.Path.cwd" => {
                Ok(Term::new(Kind::Path(paths::ROOT.into()), From::literal(at)))
            }
            "datetime.timedelta" => self.duration(arguments, at),
            "copy.deepcopy" | "copy.copy" => {
                let value = arguments.first().cloned();
                let value = value.unwrap_or_else(|| Self::none_at(at));
                let levels = if name == "copy.copy" { 1 } else { 16 };
                Ok(self.copied(&value, levels))
            }
            "sys.exit" | "os._exit" => {
                Err(Raised::new("SystemExit", format!("the program stops ({})", self.shown(at))))
            }
            "werkzeug.utils.import_string" | "django.utils.module_loading.import_string" => {
                let named = match arguments.first().and_then(|name| name.as_text().cloned()) {
                    Some(dotted) => self.named_object(&dotted)?,
                    None => None,
                };
                Ok(named.unwrap_or_else(|| self.foreign(name, arguments, at)))
            }
            "dataclasses.field"
            | "enum.auto"
            | "functools.partial"
            | "split_settings.tools.optional" => Ok(self.make(&Rc::from(name), arguments, at)),
            "types.SimpleNamespace" => Ok(self.of_names(arguments, at)),
            "importlib.import_module" => self.import_by_name(arguments, at),
            "split_settings.tools.include" => {
                self.include(arguments, at)?;
                Ok(Self::none_at(at))
            }
            "collections.OrderedDict" | "collections.defaultdict" => {
                self.builtin("dict", arguments, at)
            }
            "distutils.util.strtobool"
            | "setuptools.distutils.util.strtobool"
            | "str2bool.str2bool"
            | "strtobool.strtobool" => self.strtobool(arguments, at),
            "urllib.parse.urlparse" | "urllib.parse.urlsplit" => self.parsed_address(arguments, at),
            "dict.fromkeys" => Ok(self.with_keys(arguments, at)),
            _ if name.starts_with("str.") => self.unbound_method(name, arguments, at),
            _ if super::documents::reads(name) => self.document(name, arguments, at),
            "ast.literal_eval" => self.literal_eval(arguments, at),
            "sys.path.insert" | "sys.path.append" => {
                self.search_further(name, arguments);
                Ok(Self::none_at(at))
            }
            _ if name.starts_with("base64.") => Ok(self.in_base64(name, arguments, at)),
            "inspect.getmembers" => self.members_in(arguments, at),
            _ if last_part(name).starts_with(char::is_uppercase) => {
                self.give_names_away(arguments, at);
                Ok(self.make(&Rc::from(name), arguments, at))
            }
            _ => {
                self.give_names_away(arguments, at);
                Ok(self.foreign(name, arguments, at))
            }
        }
    }

    /// `SimpleNamespace(name=value)`: an object that has these names.
    fn of_names(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let made = self.make(&Rc::from("types.SimpleNamespace"), arguments, at);
        if let Kind::Made(object) = &made.kind
            && let Some(scope) = self.heap.scope_mut(object.fields)
        {
            scope.names.extend(arguments.named.iter().cloned());
        }
        made
    }

    /// The words that production is started with: a server's, and no command of `manage.py` such as
    /// `test`, for which programs look.
    pub(super) fn command_line(&mut self, at: Spot) -> Term<'a> {
        let from = From { origin: Origin::Derived, ..From::literal(at) };
        let words = ["gunicorn", "wsgi"].map(|word| Term::text(word, from.clone()));
        let sequence = super::heap::Sequence { items: words.into(), rest: None };
        self.made(super::term::Shape::List, sequence, from)
    }

    fn new_path(&mut self, name: &str, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let mut path = String::new();
        let mut from = From::literal(at);
        for part in &arguments.positional {
            from.take_in(&part.from);
            match shown(part) {
                Some(part) => path = paths::joined(&path, &part),
                None => return self.unknown_from(&[part], &format!("what `{name}(…)` gives"), at),
            }
        }
        let path = if path.is_empty() { paths::ROOT.to_owned() } else { path };
        Term::new(Kind::Path(path.into()), from)
    }

    /// Whether a file is there. What the project has is there in production too; of what it does not
    /// have, modules and `.env` files are absent (they would have to be put there by hand), and
    /// whether others are is known only there.
    pub(super) fn path_exists(&mut self, path: &str, from: From) -> Term<'a> {
        let inside = paths::project_path(path);
        let there = inside
            .as_ref()
            .is_some_and(|path| self.library.project().has(path) || self.library.has_folder(path));
        let of_variables = inside.as_ref().is_some_and(|path| path.name().starts_with(".env"));
        let of_program = inside.is_some_and(|path| path.extension() == "py");
        match (there, of_variables, of_program) {
            (true, ..) => Term::new(Kind::Bool(true), from),
            // The file may be where the program runs.
            (false, true, _) => {
                let supposed = from.supposed || !self.environment.is_whole();
                Term::new(Kind::Bool(false), From { supposed, ..from })
            }
            (false, false, true) => Term::new(Kind::Bool(false), from),
            (false, false, false) => {
                self.looked_for.insert(path.to_owned());
                super::comparisons::either_bool(&from)
            }
        }
    }

    fn duration(&mut self, arguments: &Arguments<'a>, at: Spot) -> Outcome<'a> {
        const UNITS: [(&str, f64); 7] = [
            ("days", 86_400.0),
            ("seconds", 1.0),
            ("microseconds", 1e-6),
            ("milliseconds", 1e-3),
            ("minutes", 60.0),
            ("hours", 3_600.0),
            ("weeks", 604_800.0),
        ];
        let mut seconds = 0.0;
        let mut from = From::literal(at);
        for (position, (unit, length)) in UNITS.into_iter().enumerate() {
            let Some(argument) = arguments.get(position, unit) else {
                continue;
            };
            from.take_in(&argument.from);
            match super::numbers::number(&argument.kind) {
                Some(number) => seconds += number * length,
                None if matches!(
                    argument.kind,
                    Kind::Text(_) | Kind::Sequence(..) | Kind::Dict(_)
                ) || (matches!(argument.kind, Kind::None) && !argument.from.supposed) =>
                {
                    return Err(Raised::new("TypeError", "a duration is made of something else"));
                }
                None => return Ok(self.unknown_from(&[argument], "this duration", at)),
            }
        }
        Ok(match &arguments.rest {
            Some(why) => Term::new(Kind::Unknown(Rc::clone(why)), from),
            None => Term::new(Kind::Duration(seconds), from),
        })
    }

    /// A copy that shares nothing, as many levels down.
    pub(super) fn copied(&mut self, term: &Term<'a>, levels: usize) -> Term<'a> {
        if levels == 0 || !self.budget.spend(1) {
            return term.clone();
        }
        let mut copy = term.clone();
        match &term.kind {
            Kind::Sequence(shape, id) => {
                if let Some(mut sequence) = self.heap.sequence(*id).cloned() {
                    for item in &mut sequence.items {
                        *item = self.copied(item, levels - 1);
                    }
                    copy = self.made(*shape, sequence, term.from.clone());
                }
            }
            Kind::Dict(id) => {
                if let Some(mut dict) = self.heap.dict(*id).cloned() {
                    for value in dict.entries.values_mut() {
                        *value = self.copied(value, levels - 1);
                    }
                    copy.kind = Kind::Dict(self.heap.put(Object::Dict(dict)));
                }
            }
            _ => {}
        }
        copy
    }

    /// A named entry of a dictionary that a library was given.
    pub(super) fn entry_of(&self, dict: &Term<'a>, name: &str) -> Option<Term<'a>> {
        match &dict.kind {
            Kind::Dict(id) => access::there(self.heap.dict(*id)?, &Key::Text(name.into())),
            _ => None,
        }
    }
}

fn last_part(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or_default()
}
