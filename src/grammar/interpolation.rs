//! `${NAME:-default}` as compose, Dockerfile and `.env` files write it.
//!
//! It knows the syntax and not where values come from: every name is looked up by the caller, never in
//! the environment of the audit. Source: Compose specification, "Interpolation" (read 2026-11-21).

/// Defaults inside defaults, `${A:-${B:-c}}`, are followed to this depth.
const MAX_DEPTH: usize = 16;
/// No expanded text grows beyond this; Linux refuses longer variables (`MAX_ARG_STRLEN`).
pub const MAX_EXPANDED_BYTES: usize = 128 << 10;

/// A text with its variables replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text; a name without a value left nothing in it.
    pub text: String,
    /// Names that have neither a value nor a default, each once, in the order met.
    pub missing: Vec<String>,
    /// All names that were looked up, each once, in the order met.
    pub used: Vec<String>,
    /// What is wrong with the text, a phrase each: a demanded variable without a value, a broken `${`.
    pub errors: Vec<String>,
}

/// Replaces `$NAME`, `${NAME}`, its forms with `:-`, `-`, `:?`, `?`, `:+` and `+`, and `$$` by `$`.
/// `lookup` says the value of a name, or that it has none. A `$` that begins nothing stays.
pub fn expand(text: &str, lookup: &mut dyn FnMut(&str) -> Option<String>) -> Expanded {
    let out = Expanded::default();
    let mut expansion = Expansion { rest: text, lookup, out };
    expansion.out.text = expansion.run(0, true).0;
    expansion.out
}

struct Expansion<'t, 'l> {
    rest: &'t str,
    lookup: &'l mut dyn FnMut(&str) -> Option<String>,
    out: Expanded,
}

impl<'t> Expansion<'t, '_> {
    /// Reads to the end, or inside braces to the one that closes them; whether that was found.
    /// What is not `live` is read over: the default of a variable that has a value.
    fn run(&mut self, depth: usize, live: bool) -> (String, bool) {
        let mut text = String::new();
        let stops: &[char] = if depth == 0 { &['$'] } else { &['$', '}'] };
        while let Some(at) = self.rest.find(stops) {
            self.push(&mut text, self.rest.get(..at).unwrap_or_default());
            let after = self.rest.get(at + 1..).unwrap_or_default();
            let closing = self.rest.get(at..).is_some_and(|rest| rest.starts_with('}'));
            self.rest = after;
            if closing {
                return (text, true);
            }
            let value = self.variable(depth, live);
            self.push(&mut text, &value);
        }
        self.push(&mut text, self.rest);
        self.rest = "";
        (text, depth == 0)
    }

    /// What the `$` just read stands for.
    fn variable(&mut self, depth: usize, live: bool) -> String {
        if let Some(inside) = self.rest.strip_prefix('{') {
            return self.braced(inside, depth, live);
        }
        if let Some(after) = self.rest.strip_prefix('$') {
            self.rest = after;
            return "$".to_owned();
        }
        match self.name(self.rest) {
            Some(name) => self.value(name, live).unwrap_or_else(|| self.miss(name, live)),
            None => {
                self.fault(live, "a `$` begins no variable; write `$$` for the character".into());
                "$".to_owned()
            }
        }
    }

    fn braced(&mut self, inside: &'t str, depth: usize, live: bool) -> String {
        self.rest = inside;
        let Some(name) = self.name(inside) else {
            self.fault(live, "`${` begins no variable".into());
            return "${".to_owned();
        };
        if let Some(after) = self.rest.strip_prefix('}') {
            self.rest = after;
            return self.value(name, live).unwrap_or_else(|| self.miss(name, live));
        }
        let operator = OPERATORS.iter().find(|operator| self.rest.starts_with(**operator));
        let (Some(operator), true) = (operator, depth < MAX_DEPTH) else {
            self.rest = inside;
            self.fault(live, format!("`${{{name}` is not closed, or not understood"));
            return "${".to_owned();
        };
        self.rest = self.rest.get(operator.len()..).unwrap_or_default();
        self.with_operator(name, operator, depth, live)
    }

    fn with_operator(&mut self, name: &str, operator: &str, depth: usize, live: bool) -> String {
        let value = self.value(name, live);
        let empty_counts = operator.starts_with(':');
        let given = value.filter(|value| !(empty_counts && value.is_empty()));
        let asks_word = operator.ends_with('+') == given.is_some();
        let (word, closed) = self.run(depth + 1, live && asks_word);
        if !closed {
            self.fault(live, format!("`${{{name}{operator}` is not closed"));
        }
        match (operator.ends_with('+'), given) {
            (true, Some(_)) => word,
            (true, None) => String::new(),
            (false, Some(value)) => value,
            (false, None) if operator.ends_with('-') => word,
            (false, None) => {
                self.fault(live, format!("`{name}` must be set"));
                self.miss(name, live)
            }
        }
    }

    /// The name at the front, taken off the rest.
    fn name(&mut self, text: &'t str) -> Option<&'t str> {
        let end =
            text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
        let name = text.get(..end).filter(|name| !name.is_empty())?;
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.rest = text.get(end..).unwrap_or_default();
        Some(name)
    }

    fn value(&mut self, name: &str, live: bool) -> Option<String> {
        if !live {
            return Some(String::new());
        }
        note(&mut self.out.used, name);
        (self.lookup)(name)
    }

    /// What a name without a value leaves: nothing, and a note of it.
    fn miss(&mut self, name: &str, live: bool) -> String {
        if live {
            note(&mut self.out.missing, name);
        }
        String::new()
    }

    fn fault(&mut self, live: bool, told: String) {
        if live && !self.out.errors.contains(&told) && self.out.errors.len() < MAX_NOTES {
            self.out.errors.push(told);
        }
    }

    fn push(&mut self, text: &mut String, more: &str) {
        if text.len() + more.len() <= MAX_EXPANDED_BYTES {
            text.push_str(more);
        } else {
            self.fault(true, format!("it expands to more than {MAX_EXPANDED_BYTES} bytes"));
        }
    }
}

/// What may follow a name in braces; longer ones first.
const OPERATORS: &[&str] = &[":-", "-", ":?", "?", ":+", "+"];

/// More names than this are not listed: a text with more is not meant for reading.
const MAX_NOTES: usize = 64;

fn note(names: &mut Vec<String>, name: &str) {
    if names.len() < MAX_NOTES && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "A" => Some("one".to_owned()),
            "B" => Some("two".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    #[test]
    fn variables_are_replaced_as_compose_does() {
        for (text, expanded) in [
            ("plain", "plain"),
            ("$A-$B", "one-two"),
            ("${A}B", "oneB"),
            ("$$A $${A}", "$A ${A}"),
            ("${NONE:-x}", "x"),
            ("${NONE-x}", "x"),
            ("${EMPTY:-x}", "x"),
            ("${EMPTY-x}", ""),
            ("${A:-x}", "one"),
            ("${A:+x}${NONE:+x}${EMPTY:+x}", "x"),
            ("${EMPTY+x}", "x"),
            ("${A:?must}", "one"),
            ("${NONE:-${B}}!", "two!"),
            ("${NONE:-${ALSO:-z}}", "z"),
            ("${NONE:-a-b:c}", "a-b:c"),
            ("${A:-${NONE:?never asked}}", "one"),
            ("100$", "100$"),
            ("$1", "$1"),
            ("é$A", "éone"),
        ] {
            assert_eq!(expand(text, &mut lookup).text, expanded, "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        let expanded = expand("$NONE ${NONE} ${X:?say why} ${Y:-d} ${A", &mut lookup);
        assert_eq!(expanded.missing, ["NONE", "X"]);
        assert_eq!(expanded.used, ["NONE", "X", "Y"]);
        assert_eq!(
            expanded.errors,
            ["`X` must be set", "`${A` is not closed, or not understood"],
            "{expanded:?}"
        );
    }

    #[test]
    fn a_text_made_to_explode_stays_small() {
        let long = "x".repeat(MAX_EXPANDED_BYTES / 2);
        let expanded = expand(&"$A".repeat(1000), &mut |_| Some(long.clone()));
        assert!(expanded.text.len() <= MAX_EXPANDED_BYTES && !expanded.errors.is_empty());
        let deep = "${A:-".repeat(10_000);
        assert!(!expand(&deep, &mut |_| None).errors.is_empty());
    }
}
