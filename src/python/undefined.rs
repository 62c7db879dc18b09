//! Names that nothing defines: Python stops there, with a `NameError`.

use super::imports::is_harmless;
use super::interpreter::{Interpreter, Raised};
use super::term::Spot;

/// What Python defines besides those that are followed.
const BUILT_IN: &[&str] = &[
    "Ellipsis",
    "aiter",
    "anext",
    "ascii",
    "bin",
    "breakpoint",
    "bytearray",
    "chr",
    "compile",
    "complex",
    "copyright",
    "credits",
    "delattr",
    "divmod",
    "format",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "issubclass",
    "iter",
    "license",
    "memoryview",
    "next",
    "oct",
    "ord",
    "pow",
    "slice",
];

/// What Python 2 defined: a program that asks for it is one of that time.
const FORMER: &[&str] = &[
    "apply",
    "basestring",
    "buffer",
    "cmp",
    "coerce",
    "execfile",
    "file",
    "intern",
    "long",
    "raw_input",
    "reduce",
    "reload",
    "unichr",
    "unicode",
    "xrange",
];

impl Interpreter<'_> {
    /// What stops the program at a name that no scope has. Nothing, where something that is not followed may
    /// define it: where the environment is not whole, that is any place that looks as if it did.
    pub(super) fn undefined(&mut self, name: &str, at: Spot) -> Option<Raised> {
        let is_pythons = BUILT_IN.contains(&name)
            || FORMER.contains(&name)
            || name.starts_with('_')
            || name.ends_with("Error")
            || name.ends_with("Warning")
            || name.ends_with("Exception")
            || name.ends_with("Exit")
            || name.ends_with("Iteration")
            || name == "KeyboardInterrupt";
        if is_pythons {
            return None;
        }
        let searched: usize = self.files.iter().map(|source| source.text.len()).sum();
        if !self.budget.spend(searched / 256) {
            return None;
        }
        let is_whole = self.environment.is_whole();
        let may_be_bound = || {
            self.files.iter().any(|source| {
                (!is_whole && may_bind(&source.text, name)) || is_harmless(&source.text)
            })
        };
        if may_be_bound() {
            return None;
        }
        let why = format!("the name `{name}` is not defined ({})", self.shown(at));
        Some(Raised::new("NameError", why))
    }
}

/// Whether a name may be given a value in a text, told by the words around it: more texts do than need be.
fn may_bind(text: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(name).any(|(start, _)| {
        let before = text.get(..start).unwrap_or_default();
        let after = text.get(start + name.len()..).unwrap_or_default();
        if before.ends_with(is_part) || after.starts_with(is_part) {
            return false;
        }
        let word =
            before.trim_end().rsplit(|letter: char| !is_part(letter)).next().unwrap_or_default();
        let introduces =
            ["as", "class", "def", "for", "global", "import", "nonlocal", "case", "del", "type"];
        let next = after.trim_start_matches([' ', '\t']);
        let assigns = next.starts_with('=') && !next.starts_with("==")
            || next.starts_with(":=")
            || next.starts_with([',', ':'])
            || next.get(1..2) == Some("=")
                && next.starts_with(['+', '-', '*', '/', '|', '&', '%', '^', '@']);
        let is_quoted = before.ends_with(['"', '\'']) && after.starts_with(['"', '\'']);
        assigns
            || is_quoted
            || introduces.contains(&word)
            || before.trim_end().ends_with([',', '*'])
    })
}

#[cfg(test)]
mod tests {
    use super::may_bind;
    use crate::python::tests::names;

    #[test]
    fn places_that_may_define_a_name_are_told() {
        for text in [
            "X = 1",
            "X += 1",
            "X: int = 1",
            "from a import X",
            "import a as X",
            "def X(): pass",
            "for X in a: b",
            "a, X = 1, 2",
            "with a as X: b",
            "globals()['X'] = 1",
            "(X := 1)",
            "def f(X, y): pass",
            "def f(*X): pass",
        ] {
            assert!(may_bind(text, "X"), "{text}");
        }
        for text in ["Y = X", "f(X)", "Y = XX = 1", "X == 1", "if X and Y: a", "X.append(1)"] {
            assert!(!may_bind(text, "X"), "{text}");
        }
    }

    #[test]
    fn a_name_that_nothing_defines_stops_the_settings() {
        for (program, variables, stops) in [
            ("Y = X + 1", None, true),
            ("Y = X + 1", Some(&[] as &[(&str, &str)]), true),
            ("import os\nif os.environ.get('A'):\n    X = 1\nY = X", None, false),
            ("import os\nif os.environ.get('A'):\n    X = 1\nY = X", Some(&[]), true),
            ("from shop_settings import *\nY = X", Some(&[]), false),
            ("from django.conf.global_settings import *\nY = X", Some(&[]), false),
            ("def f():\n    return X\nY = 1", Some(&[]), false),
            ("try:\n    Y = X\nexcept NameError:\n    Y = 1", Some(&[]), false),
            ("Y = chr(65)", Some(&[]), false),
            ("Y = [X for X in [1]]", None, false),
        ] {
            let found = names(&[("settings.py", program)], variables);
            assert_eq!(found.raised.is_some(), stops, "{program}");
        }
    }
}
