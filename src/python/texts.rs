//! Methods of texts, as Python has them.

use super::term::Shape;

/// An argument of such a method.
pub(super) enum Argument {
    Text(String),
    Int(i64),
    None,
    /// A tuple of texts, as `startswith` takes it.
    Texts(Vec<String>),
    Other,
}

/// What a method gives.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Text(String),
    Bool(bool),
    Int(i64),
    List(Shape, Vec<String>),
}

/// What a method of a text gives; none if there is no such method here.
pub(super) fn method(text: &str, name: &str, arguments: &[Argument]) -> Option<Answer> {
    changed(text, name, arguments)
        .map(Answer::Text)
        .or_else(|| asked(text, name, arguments))
        .or_else(|| taken_apart(text, name, arguments))
}

/// Methods that give another text.
fn changed(text: &str, name: &str, arguments: &[Argument]) -> Option<String> {
    Some(match (name, arguments) {
        ("lower" | "casefold", []) => text.to_lowercase(),
        ("upper", []) => text.to_uppercase(),
        ("title" | "capitalize", []) => capitalized(text, name == "title"),
        ("strip", []) => text.trim().to_owned(),
        ("lstrip", []) => text.trim_start().to_owned(),
        ("rstrip", []) => text.trim_end().to_owned(),
        ("strip", [Argument::Text(of)]) => text.trim_matches(|c| of.contains(c)).to_owned(),
        ("lstrip", [Argument::Text(of)]) => text.trim_start_matches(|c| of.contains(c)).to_owned(),
        ("rstrip", [Argument::Text(of)]) => text.trim_end_matches(|c| of.contains(c)).to_owned(),
        ("replace", [Argument::Text(old), Argument::Text(new)]) => {
            // An empty pattern matches between all characters.
            let matches = if old.is_empty() { text.len() + 1 } else { text.matches(old).count() };
            let grown = matches.saturating_mul(new.len()).saturating_add(text.len());
            if grown > super::budget::MAX_TEXT_BYTES {
                return None;
            }
            text.replace(old.as_str(), new)
        }
        ("replace", [Argument::Text(old), Argument::Text(new), Argument::Int(most)])
            if !old.is_empty() && *most >= 0 && new.len() <= old.len().saturating_mul(64) =>
        {
            text.replacen(old.as_str(), new, usize::try_from(*most).ok()?)
        }
        ("swapcase", []) if text.is_ascii() => text
            .chars()
            .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect(),
        ("zfill", [Argument::Int(width)]) => {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
            let zeros = missing(text, *width)?;
            format!("{sign}{}{digits}", "0".repeat(zeros))
        }
        ("ljust" | "rjust" | "center", [Argument::Int(width), fill @ ..]) => {
            aligned(text, name, *width, fill)?
        }
        ("removeprefix", [Argument::Text(start)]) => {
            text.strip_prefix(start.as_str()).unwrap_or(text).to_owned()
        }
        ("removesuffix", [Argument::Text(end)]) => {
            text.strip_suffix(end.as_str()).unwrap_or(text).to_owned()
        }
        _ => return None,
    })
}

/// How many characters a text lacks to be this wide; none if that is more than is filled in here.
fn missing(text: &str, width: i64) -> Option<usize> {
    const MAX_WIDTH: usize = 1_000;
    let width = usize::try_from(width.max(0)).ok().filter(|width| *width <= MAX_WIDTH)?;
    Some(width.saturating_sub(text.chars().count()))
}

/// `ljust`, `rjust` and `center`, by which a text becomes so wide.
fn aligned(text: &str, method: &str, width: i64, fill: &[Argument]) -> Option<String> {
    let fill = match fill {
        [] => " ",
        [Argument::Text(fill)] if fill.chars().count() == 1 => fill,
        _ => return None,
    };
    let missing = missing(text, width)?;
    let before = match method {
        "ljust" => 0,
        "rjust" => missing,
        // An odd rest is before the text where the width is odd, too.
        _ => missing / 2 + usize::from(missing % 2 != 0 && width % 2 != 0),
    };
    Some(format!("{}{text}{}", fill.repeat(before), fill.repeat(missing - before)))
}

/// Methods that answer a question.
fn asked(text: &str, name: &str, arguments: &[Argument]) -> Option<Answer> {
    Some(match (name, arguments) {
        ("startswith", [Argument::Text(start)]) => Answer::Bool(text.starts_with(start.as_str())),
        ("startswith", [Argument::Texts(starts)]) => {
            Answer::Bool(starts.iter().any(|start| text.starts_with(start.as_str())))
        }
        ("endswith", [Argument::Text(end)]) => Answer::Bool(text.ends_with(end.as_str())),
        ("endswith", [Argument::Texts(ends)]) => {
            Answer::Bool(ends.iter().any(|end| text.ends_with(end.as_str())))
        }
        ("isdigit" | "isnumeric" | "isdecimal", []) => {
            Answer::Bool(!text.is_empty() && text.chars().all(char::is_numeric))
        }
        ("isupper", []) => {
            let cased = text.chars().any(char::is_alphabetic);
            Answer::Bool(cased && !text.chars().any(char::is_lowercase))
        }
        ("isalpha", []) => Answer::Bool(!text.is_empty() && text.chars().all(char::is_alphabetic)),
        ("isalnum", []) => {
            Answer::Bool(!text.is_empty() && text.chars().all(char::is_alphanumeric))
        }
        ("isspace", []) => Answer::Bool(!text.is_empty() && text.chars().all(char::is_whitespace)),
        ("isascii", []) => Answer::Bool(text.is_ascii()),
        ("islower", []) => {
            let cased = text.chars().any(char::is_lowercase);
            Answer::Bool(cased && !text.chars().any(char::is_uppercase))
        }
        ("isidentifier", []) if text.is_ascii() => {
            let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            Answer::Bool(
                is_word && !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()),
            )
        }
        ("find" | "index", [Argument::Text(part)]) if name == "find" || text.contains(part) => {
            Answer::Int(position(text, text.find(part.as_str())))
        }
        ("rfind" | "rindex", [Argument::Text(part)]) if name == "rfind" || text.contains(part) => {
            Answer::Int(position(text, text.rfind(part.as_str())))
        }
        ("count", [Argument::Text(part)]) if !part.is_empty() => {
            Answer::Int(count(text.matches(part.as_str())))
        }
        _ => return None,
    })
}

/// How many characters stand before a place in a text; -1 if there is no such place.
fn position(text: &str, found: Option<usize>) -> i64 {
    found.and_then(|at| text.get(..at)).map_or(-1, |before| count(before.chars()))
}

/// Whether a method looks for a text between the parts of another.
pub(super) fn takes_apart(name: &str) -> bool {
    matches!(name, "split" | "rsplit" | "partition" | "rpartition")
}

/// Methods that give the parts of a text.
fn taken_apart(text: &str, name: &str, arguments: &[Argument]) -> Option<Answer> {
    let times = |times: i64| usize::try_from(times).ok()?.checked_add(1);
    Some(match (name, arguments) {
        ("split" | "rsplit", [] | [Argument::None]) => list(text.split_whitespace()),
        ("splitlines", []) => list(text.lines()),
        ("split" | "rsplit", [Argument::Text(at), ..]) if at.is_empty() => return None,
        ("split" | "rsplit", [Argument::Text(at)]) => list(text.split(at.as_str())),
        ("split", [Argument::Text(at), Argument::Int(most)]) => {
            list(text.splitn(times(*most)?, at.as_str()))
        }
        ("rsplit", [Argument::Text(at), Argument::Int(most)]) => {
            let parts: Vec<&str> = text.rsplitn(times(*most)?, at.as_str()).collect();
            list(parts.into_iter().rev())
        }
        ("partition", [Argument::Text(at)]) => {
            partition(text.split_once(at.as_str()), at, [text, "", ""])
        }
        ("rpartition", [Argument::Text(at)]) => {
            partition(text.rsplit_once(at.as_str()), at, ["", "", text])
        }
        _ => return None,
    })
}

fn list<'t>(parts: impl Iterator<Item = &'t str>) -> Answer {
    Answer::List(Shape::List, parts.map(str::to_owned).collect())
}

fn partition(parts: Option<(&str, &str)>, at: &str, otherwise: [&str; 3]) -> Answer {
    let parts = parts.map_or(otherwise, |(before, after)| [before, at, after]);
    Answer::List(Shape::Tuple, parts.map(str::to_owned).to_vec())
}

fn count(what: impl Iterator) -> i64 {
    i64::try_from(what.count()).unwrap_or(i64::MAX)
}

fn capitalized(text: &str, each_word: bool) -> String {
    let mut starts = true;
    text.chars()
        .flat_map(|c| {
            let changed: Vec<char> =
                if starts { c.to_uppercase().collect() } else { c.to_lowercase().collect() };
            starts = each_word && !c.is_alphabetic();
            changed
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_answer_as_python_does() {
        let text = |text: &str| Argument::Text(text.to_owned());
        let parts = |parts: &[&str]| {
            Answer::List(Shape::List, parts.iter().map(|part| (*part).to_owned()).collect())
        };
        for (of, name, arguments, answer) in [
            ("", "split", vec![text(",")], parts(&[""])),
            ("a,b", "split", vec![text(",")], parts(&["a", "b"])),
            (" a  b ", "split", vec![], parts(&["a", "b"])),
            ("a=b=c", "split", vec![text("="), Argument::Int(1)], parts(&["a", "b=c"])),
            ("True", "lower", vec![], Answer::Text("true".to_owned())),
            ("my app", "title", vec![], Answer::Text("My App".to_owned())),
            ("/a/", "strip", vec![text("/")], Answer::Text("a".to_owned())),
            ("abc", "find", vec![text("z")], Answer::Int(-1)),
        ] {
            assert_eq!(method(of, name, &arguments), Some(answer), "{of:?}.{name}");
        }
    }
}
