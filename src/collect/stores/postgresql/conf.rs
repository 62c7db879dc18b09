//! `postgresql.conf` as the server reads it: parameters, the last of each name, with includes.
//!
//! (PostgreSQL 15, `src/backend/utils/misc/guc-file.l` and "Setting Parameters", read 2026-11-30.)

use std::collections::BTreeMap;

use crate::fact::{Fact, Ignorance, Origin, Place, Position, ProjectPath, Value};
use crate::project::Project;

/// Files within files deeper than this are not read; the server's own limit.
const MAX_DEPTH: usize = 10;
/// More files are not read, however often they name each other.
const MAX_FILES: usize = 100;

/// What a configuration sets.
pub(super) struct Parameters<'p> {
    project: &'p Project,
    path: &'p ProjectPath,
    /// By name in small letters: the value, its place, and how many lines stood before it.
    last: BTreeMap<String, (String, Place, usize)>,
    /// The last include that cannot be read: its file, its place, and how many lines stood before it.
    unread: Option<(String, Place, usize)>,
    /// Lines that the server refuses.
    pub(super) refused: Vec<Place>,
    lines: usize,
    files_left: usize,
}

impl<'p> Parameters<'p> {
    /// The parameters of a file of the project.
    pub(super) fn of(project: &'p Project, path: &'p ProjectPath, text: &str) -> Self {
        let mut read = Self {
            project,
            path,
            last: BTreeMap::new(),
            unread: None,
            refused: Vec::new(),
            lines: 0,
            files_left: MAX_FILES,
        };
        read.take(path, text, 0);
        read
    }

    /// Whether the file is one of PostgreSQL's at all, and not one of another program's about it.
    pub(super) fn is_any(&self) -> bool {
        self.last.len() + usize::from(self.unread.is_some()) >= self.refused.len().max(1)
    }

    /// What a parameter is set to, else the default; unknown if an include after it may say otherwise.
    pub(super) fn get(&self, name: &str, default: &str) -> Fact {
        let (line, found) = match self.last.get(name) {
            Some((value, place, line)) => (*line, Some((value, place))),
            None => (0, None),
        };
        if let Some((file, place, included)) = &self.unread
            && *included >= line
        {
            let why = format!("`{}` includes `{file}`, which may set `{name}`", self.path);
            return Fact::derived(Value::Unknown(Ignorance::new(why))).at(place.clone());
        }
        match found {
            Some((value, place)) => Fact::literal(value.as_str(), place.clone()),
            None => Fact::derived(default).from_origin(Origin::Default).at(Place::whole(self.path)),
        }
    }

    /// The same of a switch; unknown if its value is none that the server takes for one.
    pub(super) fn switch(&self, name: &str, default: &str) -> Fact {
        let asked = self.get(name, default);
        let value = match asked.value.text() {
            Some(text) => switch(text).map_or_else(
                || Value::Unknown(Ignorance::new(format!("`{name}` is neither on nor off"))),
                Value::Bool,
            ),
            None => asked.value,
        };
        Fact { value, provenance: asked.provenance }
    }

    fn take(&mut self, path: &ProjectPath, text: &str, depth: usize) {
        for (line, number) in text.lines().zip(1_u32..) {
            self.lines += 1;
            let width = u32::try_from(line.trim().chars().count()).unwrap_or(0);
            let place = Place::in_file(path, Position { width, ..Position::line(number) });
            match assignment(line) {
                Ok(None) => {}
                Ok(Some((name, value))) => self.set(path, name, value, place, depth),
                Err(()) => self.refused.push(place),
            }
        }
    }

    fn set(&mut self, path: &ProjectPath, name: String, value: String, place: Place, depth: usize) {
        match name.as_str() {
            "include" | "include_if_exists" => {
                let file = path.folder().join(&value);
                self.include(&file, &value, &place, depth);
            }
            "include_dir" => {
                let folder = path.folder().join(&value);
                let project = self.project;
                let is_read = |file: &&ProjectPath| {
                    file.folder() == folder
                        && file.extension() == "conf"
                        && !file.name().starts_with('.')
                };
                let files: Vec<&ProjectPath> = project.below(&folder).filter(is_read).collect();
                if files.is_empty() || value.starts_with('/') {
                    self.unread = Some((value.clone(), place.clone(), self.lines));
                }
                for file in files {
                    self.include(file, &value, &place, depth);
                }
            }
            _ => {
                self.last.insert(name, (value, place, self.lines));
            }
        }
    }

    fn include(&mut self, file: &ProjectPath, named: &str, place: &Place, depth: usize) {
        let project = self.project;
        let left = self.files_left.checked_sub(1).filter(|_| depth < MAX_DEPTH);
        match (left, project.read(file)) {
            (Some(left), Ok(text)) if !named.starts_with('/') => {
                self.files_left = left;
                self.take(file, text, depth + 1);
            }
            _ => self.unread = Some((named.to_owned(), place.clone(), self.lines)),
        }
    }
}

/// The words that the server takes for on and off, down to one letter where that is not ambiguous.
fn switch(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase();
    let is = |word: &str, least: usize| lower.len() >= least && word.starts_with(&lower);
    if is("true", 1) || is("yes", 1) || is("on", 2) || lower == "1" {
        return Some(true);
    }
    (is("false", 1) || is("no", 1) || is("off", 2) || lower == "0").then_some(false)
}

/// The name and the value of a line; nothing of an empty one; an error for one that the server refuses.
fn assignment(line: &str) -> Result<Option<(String, String)>, ()> {
    let rest = blanks_left_out(line);
    if rest.is_empty() || rest.starts_with('#') {
        return Ok(None);
    }
    let name_end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(name_end);
    let is_identifier = |part: &str| part.starts_with(is_letter) && !part.contains(['-', ':', '/']);
    let good = name.split('.').all(is_identifier) && name.split('.').count() <= 2;
    let rest = blanks_left_out(rest);
    let rest = blanks_left_out(rest.strip_prefix('=').unwrap_or(rest));
    let (value, rest) = value(rest).filter(|_| good).ok_or(())?;
    let rest = blanks_left_out(rest);
    let ends = rest.is_empty() || rest.starts_with('#');
    ends.then(|| Some((name.to_ascii_lowercase(), value))).ok_or(())
}

fn blanks_left_out(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r'])
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

/// Whether a word goes on with a character: a name, or a value without quotes.
fn is_name(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit() || "-._:/".contains(c)
}

/// The value at the start of a text, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let split = |end: usize| Some((text.get(..end)?.to_owned(), text.get(end..)?));
    match text.chars().next()? {
        '\'' => quoted(text.get(1..)?),
        c if is_letter(c) => split(text.find(|c| !is_name(c)).unwrap_or(text.len())),
        _ => split(number_end(text)?),
    }
}

/// Where the number at the start of a text ends: `-1`, `0x1F`, `30min`, `0.9`, `.5e-3`.
fn number_end(text: &str) -> Option<usize> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = text.len() - unsigned.len();
    let while_is =
        |text: &str, is: &dyn Fn(char) -> bool| text.find(|c: char| !is(c)).unwrap_or(text.len());
    let digits = |text: &str| while_is(text, &|c| c.is_ascii_digit());
    let whole = digits(unsigned);
    let after = unsigned.get(whole..)?;
    if let Some(fraction) = after.strip_prefix('.') {
        let end = whole + 1 + digits(fraction);
        let exponent = exponent_end(unsigned.get(end..)?);
        return (end > 1).then_some(sign + end + exponent);
    }
    let hex = after.strip_prefix(['x', 'X']).filter(|_| unsigned.starts_with('0') && whole == 1);
    let hex_digits = hex.map_or(0, |hex| while_is(hex, &|c| c.is_ascii_hexdigit()));
    let end = if hex_digits > 0 { whole + 1 + hex_digits } else { whole };
    let unit = while_is(unsigned.get(end..)?, &|c| c.is_ascii_alphabetic());
    (whole > 0).then_some(sign + end + unit)
}

fn exponent_end(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else {
        return 0;
    };
    let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let count = unsigned.find(|c: char| !c.is_ascii_digit()).unwrap_or(unsigned.len());
    if count == 0 { 0 } else { text.len() - unsigned.len() + count }
}

/// The text up to the quote that ends it, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\'' => match rest.as_str().strip_prefix('\'') {
                Some(after) => {
                    value.push('\'');
                    rest = after.chars();
                }
                None => return Some((value, rest.as_str())),
            },
            '\\' => value.push(escaped(&mut rest)?),
            c => value.push(c),
        }
    }
    None
}

fn escaped(rest: &mut std::str::Chars<'_>) -> Option<char> {
    let octal = rest.as_str().chars().take(3).take_while(|c| ('0'..='7').contains(c)).count();
    if octal > 0 {
        let digits = rest.as_str().get(..octal)?;
        let code = u32::from_str_radix(digits, 8).ok()?;
        *rest = rest.as_str().get(octal..)?.chars();
        return char::from_u32(code);
    }
    Some(match rest.next()? {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        c => c,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_the_server_reads_them() {
        for (line, read) in [
            ("", ""),
            ("  # port = 1", ""),
            ("port = 5432", "port=5432"),
            ("Port 5432 # five", "port=5432"),
            ("listen_addresses = 'a, b'#x", "listen_addresses=a, b"),
            ("search_path = '\"$user\", public'", "search_path=\"$user\", public"),
            ("a.b = 'it''s \\'\\t\\101'", "a.b=it's '\tA"),
            ("shared_buffers=128MB", "shared_buffers=128MB"),
            ("x = -0.5e-3", "x=-0.5e-3"),
            ("x = 0x1F", "x=0x1F"),
            ("x = on", "x=on"),
            ("log_directory = pg_log/x-1", "log_directory=pg_log/x-1"),
            ("listen_addresses = *", "refused"),
            ("listen_addresses = 127.0.0.1", "refused"),
            ("port =", "refused"),
            ("port", "refused"),
            ("port = 1 2", "refused"),
            ("x = 'open", "refused"),
            ("[section]", "refused"),
            ("a.b.c = 1", "refused"),
            ("port-1", "refused"),
            ("1a = 1", "refused"),
        ] {
            let told = match assignment(line) {
                Ok(Some((name, value))) => format!("{name}={value}"),
                Ok(None) => String::new(),
                Err(()) => "refused".to_owned(),
            };
            assert_eq!(told, read, "{line}");
        }
    }

    #[test]
    fn switches_have_many_words() {
        for (words, on) in [
            (&["on", "ON", "true", "t", "yes", "y", "1"][..], Some(true)),
            (&["off", "of", "false", "f", "no", "n", "0"], Some(false)),
            (&["o", "", "2", "enabled", "yess"], None),
        ] {
            for word in words {
                assert_eq!(switch(word), on, "{word}");
            }
        }
    }

    #[test]
    fn an_include_counts_where_it_stands() {
        let project = Project::of_texts([
            ("pg/postgresql.conf", ""),
            ("pg/conf.d/b.conf", "port = 3"),
            ("pg/conf.d/a.conf", "port = 2\nssl = on"),
            ("pg/loop.conf", "include 'loop.conf'"),
        ]);
        let path = ProjectPath::new("pg/postgresql.conf");
        let unread = |file: &str| {
            format!("unknown (`pg/postgresql.conf` includes `{file}`, which may set `port`)")
        };
        for (text, port) in [
            ("port = 1\ninclude_dir 'conf.d'", "\"3\"".to_owned()),
            ("include_dir = 'conf.d'\nport = 1", "\"1\"".to_owned()),
            ("port = 1\ninclude_dir '/etc/pg'", unread("/etc/pg")),
            ("include_if_exists 'x.conf'\nport = 1", "\"1\"".to_owned()),
            ("port = 1\ninclude 'x.conf'", unread("x.conf")),
            ("port = 1\ninclude 'loop.conf'", unread("loop.conf")),
            ("", "\"5432\"".to_owned()),
        ] {
            let parameters = Parameters::of(&project, &path, text);
            assert_eq!(parameters.get("port", "5432").value.to_string(), port, "{text}");
        }
    }

    /// `fixtures/postgresql/server.json` is what a real server said; `tests/postgresql_server.py` asks it.
    #[test]
    fn lines_are_taken_and_refused_as_by_the_server() {
        let told: serde_json::Value =
            serde_json::from_str(include_str!("../../../../fixtures/postgresql/server.json"))
                .unwrap();
        let cases = told["settings"].as_array().unwrap();
        let mut wrong = Vec::new();
        for case in cases {
            let text = case["text"].as_str().unwrap();
            let row = &case["rows"][0];
            let theirs = row["name"].as_str().map(|name| {
                (name.to_lowercase(), row["setting"].as_str().unwrap_or_default().to_owned())
            });
            let ours = assignment(text).unwrap_or(None);
            if ours != theirs {
                wrong.push(format!("{text:?}: {theirs:?}, ours {ours:?}"));
            }
        }
        assert!(cases.len() > 60, "only {} lines", cases.len());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
