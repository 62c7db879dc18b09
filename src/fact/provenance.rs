//! Where a fact came from: how it came to be, the place to look at, and what could change it.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::truth::Truth;

/// A file of the project, relative to its root, with `/` between the parts.
#[derive(Clone, Debug)]
pub struct ProjectPath {
    text: Arc<str>,
    /// Where the last part begins, and where what follows its last dot: every file is asked these many times.
    name_at: u32,
    extension_at: u32,
}

impl ProjectPath {
    /// A path from its text. `./` at the front and `.` and `..` in the middle are resolved;
    /// `..` never leads above the root.
    pub fn new(text: &str) -> Self {
        if is_plain(text) {
            return Self::of(text.into());
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                _ => parts.push(part),
            }
        }
        Self::of(parts.join("/").into())
    }

    /// A file that the user named and that may lie outside of the project: what he wrote, as it is.
    pub fn outside(text: &str) -> Self {
        Self::of(text.into())
    }

    fn of(text: Arc<str>) -> Self {
        let name_at = memchr::memrchr(b'/', text.as_bytes()).map_or(0, |slash| slash + 1);
        let dot = memchr::memrchr(b'.', text.as_bytes()).filter(|dot| *dot >= name_at);
        let extension_at = dot.map_or(text.len(), |dot| dot + 1);
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { name_at: short(name_at), extension_at: short(extension_at), text }
    }

    /// The path as text; empty for the root itself.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The last part.
    pub fn name(&self) -> &str {
        self.text.get(self.name_at as usize..).unwrap_or_default()
    }

    /// What the name ends in after its last dot; empty if there is none.
    pub fn extension(&self) -> &str {
        self.text.get(self.extension_at as usize..).unwrap_or_default()
    }

    /// The name without its last dot and what follows it; empty if there is no dot.
    pub fn stem(&self) -> &str {
        let before = self.text.get(self.name_at as usize..self.extension_at as usize);
        before.and_then(|name| name.strip_suffix('.')).unwrap_or_default()
    }

    /// The folder that holds this; the root's folder is the root.
    #[must_use]
    pub fn folder(&self) -> Self {
        Self::of(self.folder_text().into())
    }

    /// The folder that holds this, as text.
    pub fn folder_text(&self) -> &str {
        let end = (self.name_at as usize).saturating_sub(1);
        self.text.get(..end).unwrap_or_default()
    }

    /// The name of the folder that holds this; empty if that is the root.
    pub fn folder_name(&self) -> &str {
        let folder = self.folder_text();
        let start = memchr::memrchr(b'/', folder.as_bytes()).map_or(0, |slash| slash + 1);
        folder.get(start..).unwrap_or_default()
    }

    /// A path below this folder, or, with `..`, beside it.
    #[must_use]
    pub fn join(&self, relative: &str) -> Self {
        if self.text.is_empty() {
            return Self::new(relative);
        }
        Self::new(&[&*self.text, "/", relative].concat())
    }

    /// Whether this is the folder or lies in it. Everything lies in the root.
    pub fn is_in(&self, folder: &Self) -> bool {
        self.within(folder).is_some()
    }

    /// The rest of this path below a folder, if it lies in it.
    pub fn within(&self, folder: &Self) -> Option<&str> {
        if folder.text.is_empty() {
            return Some(&self.text);
        }
        let rest = self.text.strip_prefix(&*folder.text)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }
}

/// Whether nothing in the text of a path has to be resolved, as far as a glance tells.
fn is_plain(text: &str) -> bool {
    let mut begins = true;
    for byte in text.bytes() {
        if begins && matches!(byte, b'/' | b'.') {
            return false;
        }
        begins = byte == b'/';
    }
    !begins
}

impl PartialEq for ProjectPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ProjectPath {}

impl PartialOrd for ProjectPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ProjectPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

/// Paths are looked up by their text.
impl Borrow<str> for ProjectPath {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.text.is_empty() { "." } else { &self.text })
    }
}

/// How a value came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written in a file that is part of the program.
    Literal,
    /// Read from the environment of the process, or to be read from there.
    Environment,
    /// Nobody wrote it; the software's own default.
    Default,
    /// A site answered it.
    Live,
    /// Worked out from other facts.
    Derived,
}

impl Origin {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Literal, Self::Environment, Self::Default, Self::Live, Self::Derived];

    /// The word for it in check files and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Environment => "environment",
            Self::Default => "default",
            Self::Live => "live",
            Self::Derived => "derived",
        }
    }
}

/// A place in a file, in characters, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The first character meant.
    pub column: u32,
    /// How many characters are meant; 0 for the rest of the line.
    pub width: u32,
}

impl Position {
    /// The whole of a line.
    pub fn line(line: u32) -> Self {
        Self { line, column: 1, width: 0 }
    }
}

/// Where a fact can be looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// A file of the project, and where in it; without a position the whole file is meant.
    File {
        /// Which file.
        path: ProjectPath,
        /// Where in it.
        at: Option<Position>,
    },
    /// What was asked of a site and what it answered.
    Exchange(Arc<Exchange>),
}

impl Place {
    /// A position in a file.
    pub fn in_file(path: &ProjectPath, at: Position) -> Self {
        Self::File { path: path.clone(), at: Some(at) }
    }

    /// A whole line of a file.
    pub fn line(path: &ProjectPath, line: u32) -> Self {
        Self::in_file(path, Position::line(line))
    }

    /// A file as a whole.
    pub fn whole(path: &ProjectPath) -> Self {
        Self::File { path: path.clone(), at: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, at: Some(at) } => write!(out, "{path}:{}", at.line),
            Self::File { path, at: None } => write!(out, "{path}"),
            Self::Exchange(exchange) => write!(out, "{}", exchange.url),
        }
    }
}

/// A question put to a site, and the part of the answer that matters here, as evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What was asked for.
    pub url: String,
    /// The request line and the headers that matter, a line each.
    pub sent: Vec<String>,
    /// The status line and the headers that matter, a line each; cookie values and the like masked.
    pub received: Vec<String>,
}

/// How a fact came to be, where it is, and what could change it.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// How the value came to be.
    pub origin: Origin,
    /// Where it is decided: the line that a person would look at first.
    pub place: Option<Place>,
    /// Where the value itself is written, when `place` only reads it: the line of a `.env` file. Few facts
    /// have one.
    pub written: Option<Box<Place>>,
    /// The environment variables on which the value depends, each once, in the order met.
    pub variables: Vec<String>,
    /// Whether a text in the code stands for the value where its variable is missing.
    pub fallback: Truth,
}

impl Provenance {
    /// A provenance without a place.
    pub fn new(origin: Origin) -> Self {
        Self { origin, place: None, written: None, variables: Vec::new(), fallback: Truth::False }
    }

    /// The same, at a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_normal_and_never_leaves_the_root() {
        for (text, normal) in
            [("./a//b/", "a/b"), ("a/../b", "b"), ("../../etc/passwd", "etc/passwd"), ("", "")]
        {
            assert_eq!(ProjectPath::new(text).as_str(), normal, "{text}");
        }
    }

    #[test]
    fn a_path_knows_its_name_and_folder() {
        let path = ProjectPath::new("deploy/nginx/site.conf.template");
        assert_eq!(
            (path.name(), path.extension(), path.folder().as_str()),
            ("site.conf.template", "template", "deploy/nginx")
        );
        assert_eq!((path.stem(), path.folder_name()), ("site.conf", "nginx"));
        assert_eq!(path.folder().join("../x.conf").as_str(), "deploy/x.conf");
        let path = ProjectPath::new("Dockerfile");
        assert_eq!((path.stem(), path.extension(), path.folder_name()), ("", "", ""));
        assert_eq!(ProjectPath::new("").join("../x.conf").as_str(), "x.conf");
    }

    #[test]
    fn a_folder_is_not_the_beginning_of_a_name() {
        let path = ProjectPath::new("app/settings.py");
        assert_eq!(path.within(&ProjectPath::new("app")), Some("settings.py"));
        assert_eq!(path.within(&ProjectPath::new("")), Some("app/settings.py"));
        assert_eq!(path.within(&ProjectPath::new("ap")), None);
    }
}
