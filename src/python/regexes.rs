//! Regular expressions on texts that are known, where the two languages of expressions mean the same.

use std::fmt::Write as _;
use std::rc::Rc;

use regex::{Regex, RegexBuilder};

use super::heap::Sequence;
use super::interpreter::{Arguments, Interpreter, Outcome};
use super::refusals::Stop;
use super::term::{From, Kind, Made, Shape, Spot, Term};

/// The class of what a match gives, made of its groups.
pub(super) const MATCH: &str = "re.Match";

/// The class of a compiled expression, made of its text and its flags.
pub(super) const PATTERN: &str = "re.Pattern";

/// What compiling and running one expression may take.
const MAX_BYTES: usize = 1 << 16;

impl<'a> Interpreter<'a> {
    /// `re.match(pattern, text)` and its like; none if it is another function.
    pub(super) fn regex_call(
        &mut self,
        function: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Option<Outcome<'a>> {
        let pattern = arguments.get(0, "pattern")?.clone();
        if function == "compile" {
            let made = self.make(&Rc::from(PATTERN), arguments, at);
            if let Kind::Made(object) = &made.kind
                && let Some(scope) = self.heap.scope_mut(object.fields)
            {
                scope.names.insert("pattern".into(), pattern);
            }
            let from = From::mixed(&arguments.positional, at);
            return Some(Ok(Term { from, ..made }));
        }
        if function == "escape" {
            let text = pattern.as_text()?;
            return Some(Ok(Term::text(escaped(text), From::mixed([&pattern], at))));
        }
        // The text comes after what `sub` puts in.
        let place = match function {
            "match" | "fullmatch" | "search" | "findall" | "split" => 1,
            "sub" => 2,
            _ => return None,
        };
        let flags = match function {
            "split" | "sub" => arguments.named("flags").cloned(),
            _ => arguments.get(2, "flags").cloned(),
        };
        let text = arguments.get(place, "string").cloned()?;
        Some(self.each(&text, |this, text| {
            if let Some(refused) = this.no_text(text, at) {
                return refused;
            }
            // `None` is no text: the program stops where nobody sets the variable.
            if matches!(text.kind, Kind::Unset(_)) {
                this.require(&text.from.variables);
            }
            let from = From::mixed(arguments.positional.iter().chain([text]), at);
            let answer = this.regex_answer(function, &pattern, flags.as_ref(), text);
            Ok(match answer.and_then(|answer| this.regex_told(answer, arguments, &from, at)) {
                Some(term) => term,
                None => {
                    let what = format!("what `re.{function}(…)` gives");
                    Term { from, ..this.unknown_from(&[text, &pattern], &what, at) }
                }
            })
        }))
    }

    /// What is not known of something that is no text: the program stops, unless it is one only because
    /// nobody is seen to set a variable.
    fn no_text(&mut self, term: &Term<'a>, at: Spot) -> Option<Outcome<'a>> {
        let may_be_text = matches!(
            term.kind,
            Kind::Text(_) | Kind::Unknown(_) | Kind::Unset(_) | Kind::Made(_) | Kind::Instance(..)
        );
        if may_be_text {
            return None;
        }
        let why = format!("{} is no text", term.kind_name());
        let stop = Stop { error: "TypeError", why: &why };
        Some(self.stopped(&[term], stop, "what is found in this", at))
    }

    /// A method of a compiled expression.
    pub(super) fn pattern_method(
        &mut self,
        made: &Made<'a>,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Outcome<'a> {
        let mut all = arguments.clone();
        all.positional.splice(0..0, made.positional.iter().take(1).cloned());
        if let Some(flags) = made.named.first().map(|(_, term)| term).or(made.positional.get(1)) {
            all.named.push(("flags".into(), flags.clone()));
        }
        let known = if name == "compile" { None } else { self.regex_call(name, &all, at) };
        known.unwrap_or_else(|| Ok(self.foreign(name, arguments, at)))
    }

    /// `match.group(number)`, `match.groups()`.
    pub(super) fn match_method(
        &mut self,
        made: &Made<'a>,
        name: &str,
        arguments: &Arguments<'a>,
        at: Spot,
    ) -> Term<'a> {
        let wanted = match (name, arguments.positional.as_slice()) {
            ("group", []) => Some(0),
            ("group", [Term { kind: Kind::Int(number), .. }]) => usize::try_from(*number).ok(),
            _ => None,
        };
        let named = match (name, arguments.positional.as_slice()) {
            ("group", [name]) => name.as_text().and_then(|name| made.named(name)),
            _ => None,
        };
        let found = wanted.and_then(|wanted| made.positional.get(wanted)).or(named).cloned();
        match (found, name, made.positional.split_first()) {
            (Some(group), ..) => group,
            (None, "groups", Some((whole, groups))) => {
                let sequence = Sequence { items: groups.to_vec(), rest: None };
                self.made(Shape::Tuple, sequence, whole.from.clone())
            }
            _ => self.foreign(&format!("re.Match.{name}"), arguments, at),
        }
    }

    fn regex_answer(
        &mut self,
        function: &str,
        pattern: &Term<'a>,
        flags: Option<&Term<'a>>,
        text: &Term<'a>,
    ) -> Option<Answer> {
        let (pattern, flags) = match &pattern.kind {
            Kind::Made(made) if made.class.as_ref() == PATTERN => {
                let own = made.named("flags").or_else(|| made.positional.get(1));
                (made.positional.first()?.as_text()?.clone(), own.cloned())
            }
            _ => (pattern.as_text()?.clone(), flags.cloned()),
        };
        let ignores_case = match flags.map(|flags| flags.kind) {
            None | Some(Kind::Int(0)) => false,
            Some(Kind::Library(flag)) if matches!(flag.as_ref(), "re.I" | "re.IGNORECASE") => true,
            Some(_) => return None,
        };
        let text = text.as_text()?;
        self.budget.spend(pattern.len() + text.len() / 8);
        answer(function, &pattern, text, ignores_case)
    }

    fn regex_told(
        &mut self,
        answer: Answer,
        arguments: &Arguments<'a>,
        from: &From,
        at: Spot,
    ) -> Option<Term<'a>> {
        Some(match answer {
            Answer::Groups(groups) => {
                let mut arguments = Arguments::default();
                for (name, group) in groups {
                    let term = match group {
                        Some(text) => Term::text(text, from.clone()),
                        None => Term::new(Kind::None, from.clone()),
                    };
                    if let Some(name) = name {
                        arguments.named.push((name.into(), term.clone()));
                    }
                    arguments.positional.push(term);
                }
                let made = self.make(&Rc::from(MATCH), &arguments, at);
                Term { from: from.clone(), ..made }
            }
            Answer::None => Term::new(Kind::None, from.clone()),
            Answer::Texts(texts) => {
                let items = texts.into_iter().map(|text| Term::text(text, from.clone()));
                let sequence = Sequence { items: items.collect(), rest: None };
                self.made(Shape::List, sequence, from.clone())
            }
            Answer::Replaced(regex, text) => {
                let new = arguments.get(1, "repl").and_then(Term::as_text)?;
                if arguments.get(3, "count").is_some() {
                    return None;
                }
                let text = regex.replace_all(&text, replacement(new)?.as_str()).into_owned();
                self.long_text(text, from.clone(), at)
            }
        })
    }
}

/// `re.escape(text)`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// What is put in for a match, with its references to groups (`\1`) written as they are here; none for others.
fn replacement(new: &str) -> Option<String> {
    let mut out = String::with_capacity(new.len());
    let mut letters = new.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '$' => out.push_str("$$"),
            '\\' => {
                let group = letters.next()?.to_digit(10).filter(|group| *group > 0)?;
                if letters.peek().is_some_and(char::is_ascii_digit) {
                    return None;
                }
                let _ = write!(out, "${{{group}}}");
            }
            _ => out.push(letter),
        }
    }
    Some(out)
}

/// What an expression finds in a text.
#[derive(Debug)]
enum Answer {
    None,
    /// The whole match, and each of its groups, with their names.
    Groups(Vec<(Option<String>, Option<String>)>),
    Texts(Vec<String>),
    /// Something is to be put in the place of every match.
    Replaced(Regex, String),
}

/// What the function finds; none if the two languages might not mean the same.
fn answer(function: &str, pattern: &str, text: &str, ignores_case: bool) -> Option<Answer> {
    // `$` is also before a last line feed in Python; sets in sets and `\Z` are read otherwise.
    if text.contains('\n')
        || ["\\Z", "\\z", "&&", "--", "~~", "[["].iter().any(|it| pattern.contains(it))
    {
        return None;
    }
    let whole = match function {
        "match" => format!("^(?:{pattern})"),
        "fullmatch" => format!("^(?:{pattern})$"),
        _ => pattern.to_owned(),
    };
    let built = RegexBuilder::new(&whole)
        .case_insensitive(ignores_case)
        .size_limit(MAX_BYTES << 4)
        .dfa_size_limit(MAX_BYTES << 4)
        .build();
    let regex = built.ok()?;
    // Matches of nothing are found at other places.
    let is_something = !regex.is_match("");
    let is_plain = regex.captures_len() == 1 && is_something;
    Some(match function {
        "findall" if is_plain => {
            Answer::Texts(regex.find_iter(text).map(|found| found.as_str().to_owned()).collect())
        }
        "split" if is_plain => Answer::Texts(regex.split(text).map(str::to_owned).collect()),
        "sub" if is_something => Answer::Replaced(regex, text.to_owned()),
        "findall" | "split" | "sub" => return None,
        _ => match regex.captures(text) {
            Some(found) => {
                let names = regex.capture_names().map(|name| name.map(str::to_owned));
                let texts = found.iter().map(|group| Some(group?.as_str().to_owned()));
                Answer::Groups(names.zip(texts).collect())
            }
            None => Answer::None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{Answer, answer};

    #[test]
    fn an_expression_matches_as_in_python_or_is_not_decided() {
        for (function, pattern, text, ignores_case, expected) in [
            ("match", "^(true|1)$", "true", false, Some(true)),
            ("match", "true", "untrue", false, Some(false)),
            ("search", "true", "untrue", false, Some(true)),
            ("match", "TRUE", "true", true, Some(true)),
            ("fullmatch", "a|ab", "ab", false, Some(true)),
            ("match", "a(?=b)", "ab", false, None),
            ("match", "a$", "a\n", false, None),
            ("findall", "a*", "aa", false, None),
        ] {
            let found = answer(function, pattern, text, ignores_case);
            let found = found.map(|found| !matches!(found, Answer::None));
            assert_eq!(found, expected, "{function} {pattern} {text:?}");
        }
    }
}
