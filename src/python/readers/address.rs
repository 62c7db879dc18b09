//! Addresses as `urllib.parse` takes them apart, and the object that it makes of them.

use std::rc::Rc;

use crate::python::interpreter::{Arguments, Interpreter, Outcome, Raised};
use crate::python::term::{From, Kind, Spot, Term};

/// The parts of an address, as they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Address {
    pub(super) scheme: String,
    pub(super) netloc: String,
    /// With its first `/`.
    pub(super) path: String,
    pub(super) query: String,
    fragment: String,
}

/// That an address has a port that is no number.
pub(super) struct BadPort;

impl Address {
    /// `urlsplit(text)`.
    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim_start_matches(|c: char| c <= ' ');
        let is_scheme = |scheme: &str| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        };
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_lowercase(), rest),
            _ => (String::new(), text),
        };
        let (netloc, rest) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len())),
            None => ("", rest),
        };
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let [netloc, path, query, fragment] = [netloc, path, query, fragment].map(str::to_owned);
        Self { scheme, netloc, path, query, fragment }
    }

    fn place(&self) -> &str {
        self.netloc.rsplit_once('@').map_or(self.netloc.as_str(), |(_, place)| place)
    }

    /// The user's name and password, as they are written.
    pub(super) fn user(&self) -> (Option<&str>, Option<&str>) {
        match self.netloc.rsplit_once('@') {
            None => (None, None),
            Some((user, _)) => match user.split_once(':') {
                Some((user, password)) => (Some(user), Some(password)),
                None => (Some(user), None),
            },
        }
    }

    /// The host, in small letters; none if it is left out.
    pub(super) fn host(&self) -> Option<String> {
        let place = self.place();
        let host = match place.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            Some((host, _)) => host,
            None => place.split(':').next().unwrap_or_default(),
        };
        (!host.is_empty()).then(|| host.to_lowercase())
    }

    /// The port, if one is written.
    pub(super) fn port(&self) -> Result<Option<i64>, BadPort> {
        let place = self.place();
        let after_host = place.rsplit_once(']').map_or(place, |(_, after)| after);
        match after_host.split_once(':') {
            None | Some((_, "")) => Ok(None),
            Some((_, port)) => match port.parse::<u16>() {
                Ok(number) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                    Ok(Some(number.into()))
                }
                _ => Err(BadPort),
            },
        }
    }

    /// The names and values of the query, without those that have no value.
    pub(super) fn options(&self) -> Vec<(String, String)> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs = pairs.filter(|(_, value)| !value.is_empty());
        pairs.map(|(name, value)| (with_spaces(name), with_spaces(value))).collect()
    }
}

/// `unquote_plus(text)`.
pub(super) fn with_spaces(text: &str) -> String {
    unescaped(&text.replace('+', " "))
}

/// `unquote(text)`.
pub(in crate::python) fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digits = [ahead.next(), ahead.next()].map(|byte| {
            byte.and_then(|byte| char::from(byte).to_digit(16)).and_then(|it| u8::try_from(it).ok())
        });
        match (byte, digits) {
            (b'%', [Some(high), Some(low)]) => {
                bytes.push(high * 16 + low);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl<'a> Interpreter<'a> {
    /// `urlparse(address)`: an object with the parts of the address.
    pub(in crate::python) fn parsed_address(
        &mut self,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let Some(address) = arguments.first().cloned() else {
            return Ok(self.foreign("urlparse", arguments, at));
        };
        self.each(&address, |this, address| {
            let Some(text) = address.as_text().cloned() else {
                return Ok(this.unknown_from(&[address], "this address", at));
            };
            Ok(this.address_object(&text, From::mixed([address], at), at))
        })
    }

    pub(super) fn address_object(&mut self, text: &str, from: From, at: Spot) -> Term<'a> {
        let parts = Address::parse(text);
        let optional = |text: Option<String>| text.map_or(Kind::None, |it| Kind::Text(it.into()));
        let (user, password) = parts.user();
        let port = match parts.port() {
            Ok(port) => port.map_or(Kind::None, Kind::Int),
            Err(BadPort) => {
                let why = crate::fact::Ignorance::new("an address has a port that is no number");
                Kind::Unknown(Rc::new(why))
            }
        };
        let named = [
            ("username", optional(user.map(str::to_owned))),
            ("password", optional(password.map(str::to_owned))),
            ("hostname", optional(parts.host())),
            ("port", port),
            ("scheme", Kind::Text(parts.scheme.as_str().into())),
            ("netloc", Kind::Text(parts.netloc.as_str().into())),
            ("path", Kind::Text(parts.path.as_str().into())),
            ("query", Kind::Text(parts.query.as_str().into())),
            ("fragment", Kind::Text(parts.fragment.as_str().into())),
            ("geturl", Kind::Missing),
        ];
        let arguments =
            Arguments { positional: vec![Term::text(text, from.clone())], ..Arguments::default() };
        let made = self.make(&Rc::from("urllib.parse.ParseResult"), &arguments, at);
        if let Kind::Made(object) = &made.kind
            && let Some(scope) = self.heap.scope_mut(object.fields)
        {
            let fields = named.into_iter().filter(|(_, kind)| !matches!(kind, Kind::Missing));
            let fields = fields.map(|(name, kind)| (name.into(), Term::new(kind, from.clone())));
            scope.names.extend(fields);
        }
        Term::new(made.kind, from)
    }
}

/// What is raised where an address cannot be read.
pub(super) fn refused(error: &str, why: &str, from: &From) -> Raised {
    let mut raised = Raised::new(error, why);
    raised.variables.clone_from(&from.variables);
    raised
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let address =
            Address::parse("postgres://app:p%40ss@DB.example:5432/shop?sslmode=require&a=");
        assert_eq!(address.user(), (Some("app"), Some("p%40ss")));
        assert_eq!(address.host().as_deref(), Some("db.example"));
        assert!(matches!(address.port(), Ok(Some(5432))));
        assert_eq!(address.path, "/shop");
        assert_eq!(address.options(), [("sslmode".to_owned(), "require".to_owned())]);
        let broken = Address::parse("postgres://app:pa#ss@db/shop");
        assert_eq!((broken.netloc.as_str(), broken.path.as_str()), ("app:pa", ""));
        assert!(broken.port().is_err());
        assert_eq!(Address::parse("sqlite:////srv/db.sqlite3").path, "//srv/db.sqlite3");
    }
}
