//! `urllib.parse`, `base64`: texts made fit to stand elsewhere, and addresses put together.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::formats::shown;
use super::interpreter::{Arguments, Interpreter, Outcome};
use super::readers::unescaped;
use super::refusals::Stop;
use super::term::{From, Kind, Spot, Term};

impl<'a> Interpreter<'a> {
    /// `base64.b64decode(text)` and its like, where both are texts.
    pub(super) fn in_base64(
        &mut self,
        function: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        let made = arguments.first().filter(|_| arguments.positional.len() == 1).and_then(|text| {
            let written = text.as_text()?;
            let made = match function {
                "base64.b64encode" => STANDARD.encode(written.as_bytes()),
                "base64.urlsafe_b64encode" => URL_SAFE.encode(written.as_bytes()),
                "base64.b64decode" => {
                    String::from_utf8(STANDARD.decode(written.as_bytes()).ok()?).ok()?
                }
                "base64.urlsafe_b64decode" => {
                    String::from_utf8(URL_SAFE.decode(written.as_bytes()).ok()?).ok()?
                }
                _ => return None,
            };
            Some(Term::text(made, From::mixed([text], at)))
        });
        made.unwrap_or_else(|| self.foreign(function, arguments, at))
    }

    /// `quote(text)` and its like; none if it is another function.
    pub(super) fn quoting_call(
        &mut self,
        function: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Option<Outcome<'a>> {
        match function {
            "quote" | "quote_plus" | "unquote" | "unquote_plus" => {}
            "urljoin" => return Some(Ok(self.joined_address(arguments, at))),
            "urlencode" => return Some(Ok(self.encoded(arguments, at))),
            _ => return None,
        }
        let text = arguments.first()?.clone();
        let safe = match arguments.get(1, "safe") {
            None if function == "quote" => "/".to_owned(),
            None => String::new(),
            Some(_) if function.starts_with("unquote") => return None,
            Some(safe) => safe.as_text()?.to_string(),
        };
        Some(self.each(&text, |this, text| {
            let from = From::mixed([text], at);
            match (&text.kind, function) {
                (Kind::Text(text), "quote") => Ok(this.long_text(quoted(text, &safe), from, at)),
                (Kind::Text(text), "quote_plus") => {
                    Ok(this.long_text(quoted_in_query(text, &safe), from, at))
                }
                (Kind::Text(text), "unquote") => Ok(Term::text(unescaped(text), from)),
                (Kind::Text(text), _) => Ok(Term::text(unescaped(&text.replace('+', " ")), from)),
                (Kind::None | Kind::Int(_) | Kind::Bool(_), "quote" | "quote_plus") => {
                    let why = format!("{} is no text", text.kind_name());
                    let stop = Stop { error: "TypeError", why: &why };
                    this.stopped(&[text], stop, "this text", at)
                }
                _ => Ok(this.unknown_from(&[text], "this text", at)),
            }
        }))
    }

    /// `urljoin(base, other)`, of addresses without the parts that few settings have.
    fn joined_address(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let from = From::mixed(&arguments.positional, at);
        let joined = match arguments.positional.as_slice() {
            [base, other] => {
                base.as_text().zip(other.as_text()).and_then(|(base, other)| joined(base, other))
            }
            _ => None,
        };
        match joined {
            Some(address) => Term::text(address, from),
            None => {
                let parts: Vec<&Term<'a>> = arguments.positional.iter().collect();
                self.unknown_from(&parts, "this address", at)
            }
        }
    }

    /// `urlencode({"name": "value"})`.
    fn encoded(&mut self, arguments: &Arguments<'a>, at: Spot) -> Term<'a> {
        let entries = match arguments.positional.as_slice() {
            [Term { kind: Kind::Dict(id), .. }] if arguments.named.is_empty() => {
                self.heap.dict(*id).filter(|dict| dict.rest.is_none()).cloned()
            }
            _ => None,
        };
        let mut from = From::mixed(&arguments.positional, at);
        let pairs = entries.and_then(|dict| {
            let pair = |(key, value): (&super::heap::Key, &Term<'a>)| {
                from.take_in(&value.from);
                let key = shown(&key.term(From::nowhere()))?;
                Some(format!(
                    "{}={}",
                    quoted_in_query(&key, ""),
                    quoted_in_query(&shown(value)?, "")
                ))
            };
            dict.entries.iter().map(pair).collect::<Option<Vec<String>>>()
        });
        match pairs {
            Some(pairs) => self.long_text(pairs.join("&"), from, at),
            None => {
                let parts: Vec<&Term<'a>> = arguments.positional.iter().collect();
                self.unknown_from(&parts, "this query", at)
            }
        }
    }
}

/// A text with all but letters, digits and what is safe written as `%XX`.
fn quoted(text: &str, safe: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let letter = char::from(byte);
        let is_kept = byte.is_ascii_alphanumeric()
            || matches!(letter, '_' | '.' | '-' | '~')
            || (byte.is_ascii() && safe.contains(letter));
        if is_kept {
            out.push(letter);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Likewise, with `+` for a space.
fn quoted_in_query(text: &str, safe: &str) -> String {
    quoted(text, &format!("{safe} ")).replace(' ', "+")
}

/// One address as seen from another; none if it has parts that are not looked at here.
fn joined(base: &str, other: &str) -> Option<String> {
    let is_plain = |part: &str| {
        !part.contains(['?', '#', ';', '\\']) && part.split('/').all(|it| !matches!(it, "." | ".."))
    };
    let (scheme, rest) = base.split_once("://")?;
    let is_web = matches!(scheme, "http" | "https");
    if !is_web || !is_plain(rest) || other.is_empty() || !is_plain(other) || other.starts_with("//")
    {
        return None;
    }
    if other.starts_with("http://") || other.starts_with("https://") {
        return Some(other.to_owned());
    }
    if other.contains(':') {
        return None;
    }
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if other.starts_with('/') {
        return Some(format!("{scheme}://{host}{other}"));
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    Some(format!("{scheme}://{host}{folder}/{other}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_joined_as_python_does_or_not_at_all() {
        for (base, other, expected) in [
            ("https://a.example/b/", "c", Some("https://a.example/b/c")),
            ("https://a.example/b", "c", Some("https://a.example/c")),
            ("https://a.example", "c", Some("https://a.example/c")),
            ("https://a.example/b/c", "/d/", Some("https://a.example/d/")),
            ("https://a.example/b", "http://c.example", Some("http://c.example")),
            ("https://a.example/b/", "../c", None),
            ("https://a.example/b", "//c.example/d", None),
            ("/media/", "c", None),
        ] {
            assert_eq!(joined(base, other).as_deref(), expected, "{base} {other}");
        }
    }

    #[test]
    fn what_is_quoted_is_read_back() {
        let text = "p@ss w+rd/é%";
        assert_eq!(unescaped(&quoted(text, "")), text);
        assert_eq!(quoted("a b/c", "/"), "a%20b/c");
        assert_eq!(quoted_in_query("a b/c", ""), "a+b%2Fc");
    }
}
