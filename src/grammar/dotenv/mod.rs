//! `.env` files as their loaders read them, with line numbers.
//!
//! There is no standard; each loader has its own rules. The value told here is that of python-dotenv
//! (environs and pydantic-settings use it too), which compose shares but for rare lines; [`Entry::as_read_by`]
//! gives the others' readings. Plain lines are read by dotenvy, one assignment at a time, so that a quote
//! left open cannot swallow the rest of the file, and with every `$` hidden from it: dotenvy would replace
//! names from the environment of the audit. It refuses or changes what Python's loaders accept (spaces in an
//! unquoted value, backslashes, quotes inside a value), so those lines are read here.

mod dialect;
mod statement;

use std::collections::{BTreeMap, HashMap};

pub use dialect::{Reader, Reading};
use statement::{Quote, Statement, Statements};

/// Further assignments of one file are not read.
const MAX_ENTRIES: usize = 10_000;
/// What all references of one file may expand to.
const MAX_EXPANDED_BYTES: usize = 4 << 20;

/// What a `.env` file says.
#[derive(Clone, Debug, Default)]
pub struct Dotenv {
    /// The assignments in their order; of a name assigned twice the later one counts.
    pub entries: Vec<Entry>,
    /// Lines that no loader understands, or not in the way they are meant.
    pub broken: Vec<Broken>,
    /// Why the rest of the file was not read, if it was not; among the broken lines, too.
    pub cut_off: Option<String>,
}

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// The value; none for a bare name, which takes its value from the surrounding environment.
    pub value: Option<String>,
    /// The line of the name, from 1.
    pub line: u32,
    /// The first character of the name, from 1.
    pub column: u32,
    /// How many characters the assignment has on that line, comments left out.
    pub width: u32,
    /// How the value is quoted.
    pub quoted: Quoted,
    /// Whether `export` stands before it.
    pub exported: bool,
    /// Whether a comment on its line, or the line above, says `optional`.
    pub optional: bool,
    /// Names that the value refers to and nothing in the file sets, each once.
    pub missing: Vec<String>,
    /// Which loaders read the line otherwise, and why; never with the value.
    pub note: Option<String>,
    readings: [Option<Reading>; Reader::ALL.len()],
}

/// How a value is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoted {
    /// Not at all.
    None,
    /// By `'`.
    Single,
    /// By `"`.
    Double,
}

/// A line that is not an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its number, from 1.
    pub line: u32,
    /// What is wrong with it, without quoting it: it may hold a secret.
    pub why: String,
}

impl Dotenv {
    /// The assignment that counts for each name.
    pub fn effective(&self) -> BTreeMap<&str, &Entry> {
        self.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect()
    }
}

impl Entry {
    /// What a loader makes of the line; none if it skips or refuses it.
    pub fn as_read_by(&self, reader: Reader) -> Option<&Reading> {
        self.readings.get(reader as usize)?.as_ref()
    }

    /// The readers, of those given, that make something else of the line than the first of them does.
    pub fn read_otherwise_by(&self, readers: &[Reader]) -> Vec<Reader> {
        let Some((first, others)) = readers.split_first() else {
            return Vec::new();
        };
        let expected = self.as_read_by(*first);
        others.iter().copied().filter(|reader| self.as_read_by(*reader) != expected).collect()
    }
}

/// Reads a file that stands by itself: references are to names of the file.
pub fn read(text: &str) -> Dotenv {
    read_with(text, &mut |_| None)
}

/// Reads a file within an environment, which wins over the file's own names in references.
pub fn read_with(text: &str, outer: &mut dyn FnMut(&str) -> Option<String>) -> Dotenv {
    let budget_bytes = MAX_EXPANDED_BYTES + text.len();
    let mut file = File { outer, known: HashMap::new(), budget_bytes, read: Dotenv::default() };
    for statement in Statements::new(text) {
        let line = statement.as_ref().map_or_else(|broken| broken.line, |found| found.line);
        let told = match statement {
            Ok(_) if file.read.entries.len() == MAX_ENTRIES => {
                Err(format!("the file assigns more than {MAX_ENTRIES} names"))
            }
            Ok(statement) => file.add(&statement),
            Err(broken) if file.read.broken.len() < MAX_ENTRIES => {
                file.read.broken.push(broken);
                Ok(())
            }
            Err(_) => Ok(()),
        };
        if let Err(why) = told {
            file.read.broken.push(Broken { line, why: why.clone() });
            file.read.cut_off = Some(why);
            break;
        }
    }
    file.read
}

struct File<'l> {
    outer: &'l mut dyn FnMut(&str) -> Option<String>,
    known: HashMap<String, String>,
    budget_bytes: usize,
    read: Dotenv,
}

impl File<'_> {
    /// Adds an assignment; why nothing further is to be read, if so.
    fn add(&mut self, statement: &Statement<'_>) -> Result<(), String> {
        let (known, outer) = (&self.known, &mut *self.outer);
        let mut lookup = |name: &str| outer(name).or_else(|| known.get(name).cloned());
        let readings = Reader::ALL.map(|reader| reader.read(statement, &mut lookup));
        let python = plain(statement)
            .map(|text| dialect::python_expanded(&text, &mut lookup))
            .or_else(|| dialect::python(statement, &mut lookup));
        let composed = readings
            .get(Reader::Compose as usize)
            .and_then(Option::as_ref)
            .map(|read| dialect::Read { value: read.value.clone(), missing: Vec::new() });
        let Some(main) = python.or(composed) else {
            let why = "no loader understands this line".to_owned();
            self.read.broken.push(Broken { line: statement.line, why });
            return Ok(());
        };
        self.budget_bytes = self
            .budget_bytes
            .checked_sub(main.value.as_ref().map_or(0, String::len))
            .ok_or("the references of the file expand to too much")?;
        let name = dialect::bare(statement.name).to_owned();
        if let Some(value) = &main.value {
            self.known.insert(name.clone(), value.clone());
        }
        let note = dialect::note(statement, &readings);
        self.read.entries.push(Entry {
            name,
            value: main.value,
            line: statement.line,
            column: statement.column,
            width: statement.width,
            quoted: match statement.quote {
                Quote::None => Quoted::None,
                Quote::Single => Quoted::Single,
                Quote::Double => Quoted::Double,
            },
            exported: statement.exported,
            optional: statement.optional,
            missing: main.missing,
            note,
            readings,
        });
        Ok(())
    }
}

/// The value of a line that all loaders read alike but for references, as dotenvy reads it.
fn plain(statement: &Statement<'_>) -> Option<String> {
    let text = statement.text;
    let inside = statement.value;
    let odd = match statement.quote {
        Quote::None => inside.contains(['\\', '\'', '"']) || inside.starts_with('#'),
        Quote::Single | Quote::Double => {
            inside.contains(['\\', '\r']) || !statement.tail.trim().is_empty()
        }
    };
    if odd {
        return None;
    }
    let hidden = ('\u{e000}'..='\u{e0ff}').find(|c| !text.contains(*c))?;
    let masked = text.replace('$', hidden.encode_utf8(&mut [0; 4]));
    let mut entries = dotenvy::from_read_iter(masked.as_bytes());
    match (entries.next(), entries.next()) {
        (Some(Ok((name, value))), None) if name == statement.name => {
            Some(value.replace(hidden, "$"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only entry: its name and value.
    fn only(text: &str) -> Option<(String, Option<String>)> {
        let entries = read(text).entries;
        (entries.len() < 2).then_some(())?;
        entries.into_iter().next().map(|entry| (entry.name, entry.value))
    }

    #[test]
    fn lines_are_read_as_python_dotenv_does() {
        for (line, value) in [
            ("A=x", "x"),
            ("A=", ""),
            ("A=b#c", "b#c"),
            ("A=b #c", "b"),
            ("A= #c", ""),
            ("A=#c", "#c"),
            ("A=b\t# it's", "b"),
            ("A=x y z", "x y z"),
            ("A=  x  ", "x"),
            ("A = 1", "1"),
            ("export A=1", "1"),
            ("  A=1", "1"),
            ("A=x\r", "x"),
            ("A=\"x y\" # c", "x y"),
            ("A=\"x\"#c", "x"),
            ("A='x\\'y'", "x'y"),
            ("A=\"a\\nb\\q\"", "a\nb\\q"),
            ("A=\"two\nlines\"", "two\nlines"),
            ("A=a\"b\"c", "a\"b\"c"),
            ("A=it's", "it's"),
            ("A=\\x", "\\x"),
            ("A=\"C:\\\"", "C:\\"),
            ("A=pa$$w$rd", "pa$$w$rd"),
            ("A=${NONE:-x}y", "xy"),
            ("A=${NONE}y", "y"),
            ("A=${open", "${open"),
            ("A=\"x\r\ny\"", "x\ny"),
            ("A: x", "x"),
            ("a-b.c=x", "x"),
        ] {
            let found = only(line).and_then(|(_, value)| value);
            assert_eq!(found.as_deref(), Some(value), "{line}");
        }
        assert_eq!(only("A"), Some(("A".to_owned(), None)));
        assert_eq!(only("'K'=v"), Some(("K".to_owned(), Some("v".to_owned()))));
        assert_eq!(only("# A=1\n\n"), None);
    }

    #[test]
    fn references_are_to_the_file_and_never_to_the_environment_of_the_audit() {
        let file = read("A=1\nB=\"${A}2\"\nC=${HOME}\nD=$HOME\nE=\nF=${E:-x}");
        let values: Vec<_> = file.entries.iter().map(|entry| entry.value.as_deref()).collect();
        let expected = [Some("1"), Some("12"), Some(""), Some("$HOME"), Some(""), Some("")];
        assert_eq!(values, expected);
        assert_eq!(file.entries[2].missing, ["HOME"]);
        let within = read_with("C=${HOME}", &mut |name| Some(format!("<{name}>")));
        assert_eq!(within.entries[0].value.as_deref(), Some("<HOME>"));
    }

    #[test]
    fn places_are_those_of_the_names() {
        let file = read("\n  export A=\"x\ny\" # c\nB=1 # c\n# c\nC='é'#c");
        let places: Vec<_> =
            file.entries.iter().map(|entry| (entry.line, entry.column, entry.width)).collect();
        assert_eq!(places, [(2, 3, 11), (4, 1, 3), (6, 1, 5)]);
    }

    #[test]
    fn what_no_loader_understands_is_told_with_its_line() {
        for (text, told, entries) in [
            ("two words\nA=1", "neither an assignment", 1),
            ("A=\"open\nB=1", "not closed", 1),
            ("A=\"x\"y\nB=1", "text follows", 1),
            ("A=\"x\nB=\"y\"\nC=1", "text follows", 1),
            ("=x", "neither an assignment", 0),
            ("export =x", "neither an assignment", 0),
        ] {
            let file = read(text);
            assert!(file.broken[0].why.contains(told), "{text}: {:?}", file.broken);
            assert_eq!((file.broken[0].line, file.entries.len()), (1, entries), "{text}");
        }
    }

    #[test]
    fn loaders_disagree_on_these_lines() {
        for (line, environ, decouple, note) in [
            ("A=x", Some("x"), Some("x"), None),
            ("A=\"x y\"", Some("x y"), Some("x y"), None),
            ("A=1 # c", Some("1 # c"), Some("1 # c"), Some("a comment after the value")),
            ("A = 1", None, Some("1"), Some("spaces around the `=`")),
            ("A= 1", Some(" 1"), Some("1"), Some("spaces around the `=`")),
            ("A=\"a\\nb\"", Some("a\\nb"), Some("a\\nb"), Some("a backslash in the value")),
            ("A=x$B", Some("x$B"), Some("x$B"), Some("a `$` in the value")),
            ("A: x", None, None, Some("a colon instead of `=`")),
            ("A", None, None, Some("a name without a value")),
            ("a-b=x", None, Some("x"), Some("a name of unusual characters")),
        ] {
            let entry = read(line).entries.remove(0);
            let value = |reader| {
                entry.as_read_by(reader).and_then(|reading: &Reading| reading.value.as_deref())
            };
            assert_eq!(value(Reader::DjangoEnviron), environ, "{line}");
            assert_eq!(value(Reader::Decouple), decouple, "{line}");
            let cause = entry.note.as_deref().and_then(|note| note.split(": read").next());
            assert_eq!(cause, note, "{line}");
        }
        let exported = read("export A=1").entries.remove(0);
        let decouple = exported.as_read_by(Reader::Decouple).unwrap();
        assert_eq!(decouple.name, "export A");
        let readers = [Reader::PythonDotenv, Reader::DjangoEnviron, Reader::Decouple];
        assert_eq!(exported.read_otherwise_by(&readers), [Reader::Decouple]);
    }

    #[test]
    fn a_file_made_to_explode_stays_small() {
        let doubled = |index: usize| format!("A{}=${{A{index}}}${{A{index}}}\n", index + 1);
        let text = "A0=xxxxxxxxxxxxxxxx\n".to_owned() + &(0..2000).map(doubled).collect::<String>();
        let file = read(&text);
        assert!(file.cut_off.is_some() && !file.broken.is_empty());
        let total: usize =
            file.entries.iter().filter_map(|entry| entry.value.as_ref()).map(String::len).sum();
        assert!(total <= MAX_EXPANDED_BYTES + text.len(), "{total}");
    }
}
