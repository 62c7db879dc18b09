//! Regular expressions: whether one matches a text that is known. What it matched is not followed.

use std::rc::Rc;

use regex::RegexBuilder;

use super::interpreter::{Arguments, Interpreter};
use super::term::{From, Kind, Spot, Term};

/// The class of what a match gives.
pub(super) const MATCH: &str = "re.Match";

/// What compiling and running one expression may take.
const MAX_BYTES: usize = 1 << 16;

impl<'a> Interpreter<'a> {
    /// `re.match`, `re.fullmatch`, `re.search`: `None`, or an object that is true.
    pub(super) fn regex_match(
        &mut self,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        let texts = (arguments.get(0, "pattern"), arguments.get(1, "string"));
        let texts =
            (texts.0.and_then(Term::as_text).cloned(), texts.1.and_then(Term::as_text).cloned());
        let ignores_case = match arguments.get(2, "flags").map(|flags| &flags.kind) {
            None | Some(Kind::Int(0)) => Some(false),
            Some(Kind::Library(flag)) if matches!(flag.as_ref(), "re.I" | "re.IGNORECASE") => {
                Some(true)
            }
            Some(_) => None,
        };
        let answer = match (texts, ignores_case) {
            ((Some(pattern), Some(text)), Some(ignores_case)) => {
                self.budget.spend(pattern.len() + text.len() / 8);
                matches(name, &pattern, &text, ignores_case)
            }
            _ => None,
        };
        let parts: Vec<&Term<'a>> = arguments.positional.iter().collect();
        match answer {
            Some(true) => {
                let from = From::mixed(parts, at);
                let made = self.make(&Rc::from(MATCH), &Arguments::default(), at);
                Term { from, ..made }
            }
            Some(false) => Term::new(Kind::None, From::mixed(parts, at)),
            None => self.unknown_from(&parts, &format!("what `{name}(…)` gives"), at),
        }
    }
}

/// Whether the expression matches; none if the two languages might not mean the same.
fn matches(name: &str, pattern: &str, text: &str, ignores_case: bool) -> Option<bool> {
    // `$` is also before a last line feed in Python; sets in sets and `\Z` are read otherwise.
    if text.contains('\n')
        || ["\\Z", "\\z", "&&", "--", "~~", "[["].iter().any(|it| pattern.contains(it))
    {
        return None;
    }
    let whole = match name {
        "re.match" => format!("^(?:{pattern})"),
        "re.fullmatch" => format!("^(?:{pattern})$"),
        _ => pattern.to_owned(),
    };
    let built = RegexBuilder::new(&whole)
        .case_insensitive(ignores_case)
        .size_limit(MAX_BYTES << 4)
        .dfa_size_limit(MAX_BYTES << 4)
        .build();
    built.ok().map(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn an_expression_matches_as_in_python_or_is_not_decided() {
        for (name, pattern, text, ignores_case, expected) in [
            ("re.match", "^(true|1)$", "true", false, Some(true)),
            ("re.match", "true", "untrue", false, Some(false)),
            ("re.search", "true", "untrue", false, Some(true)),
            ("re.match", "TRUE", "true", true, Some(true)),
            ("re.fullmatch", "a|ab", "ab", false, Some(true)),
            ("re.match", "a(?=b)", "ab", false, None),
            ("re.match", "a$", "a\n", false, None),
        ] {
            assert_eq!(
                matches(name, pattern, text, ignores_case),
                expected,
                "{name} {pattern} {text:?}"
            );
        }
    }
}
