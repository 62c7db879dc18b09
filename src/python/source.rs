//! Parsed files: each is parsed at most once, and kept for as long as anything of it is evaluated.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use ruff_python_ast::{PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_source_file::LineIndex;
use ruff_text_size::TextRange;

use crate::fact::{Ignorance, Place, Position, ProjectPath};
use crate::project::{Project, Service};

/// Beyond this many bytes into a line no column is counted: such a line was written by a machine.
const LONG_LINE_BYTES: usize = 10_000;

/// The Python files of a service, parsed when they are first asked for.
pub struct Library<'a> {
    project: &'a Project,
    service: &'a Service,
    files: BTreeMap<&'a ProjectPath, OnceCell<Source>>,
}

/// One Python file.
pub(super) struct Source {
    pub(super) path: ProjectPath,
    pub(super) text: String,
    lines: LineIndex,
    /// Its statements, or why there are none to rely on.
    pub(super) body: Result<Vec<Stmt>, Ignorance>,
}

impl<'a> Library<'a> {
    /// The files that a service sees, none of them parsed yet.
    pub fn new(project: &'a Project, service: &'a Service) -> Self {
        let files = service.python().map(|path| (path, OnceCell::new()));
        Self { project, service, files: files.collect() }
    }

    pub(super) fn has(&self, path: &ProjectPath) -> bool {
        self.files.contains_key(path)
    }

    /// Whether any Python file lies in a folder.
    pub(super) fn has_folder(&self, folder: &ProjectPath) -> bool {
        let first = self.files.range::<ProjectPath, _>(folder.join("\u{0}")..).next();
        first.is_some_and(|(path, _)| path.is_in(folder))
    }

    /// The parsed file; none if the service has no such file.
    pub(super) fn source(&self, path: &ProjectPath) -> Option<&Source> {
        let (path, cell) = self.files.get_key_value(path)?;
        Some(cell.get_or_init(|| Source::parse(self.project, path)))
    }

    /// The files that a path with `*` in it means, in their order.
    pub(super) fn matching(&self, pattern: &ProjectPath) -> Vec<ProjectPath> {
        let Some((start, end)) = pattern.as_str().split_once('*') else {
            return self
                .files
                .keys()
                .filter(|path| **path == pattern)
                .map(|path| (*path).clone())
                .collect();
        };
        let fits = |path: &str| {
            let inside = path.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
            inside.is_some_and(|inside| !inside.contains('/'))
        };
        self.files.keys().filter(|path| fits(path.as_str())).map(|path| (*path).clone()).collect()
    }

    pub(super) fn project(&self) -> &'a Project {
        self.project
    }

    pub(super) fn service(&self) -> &'a Service {
        self.service
    }
}

impl Source {
    fn parse(project: &Project, path: &ProjectPath) -> Self {
        let read = project.read(path);
        let text = read.as_deref().unwrap_or_default().to_owned();
        let lines = LineIndex::from_source_text(&text);
        let body = read.and_then(|text| statements(path, text, &lines));
        Self { path: path.clone(), text, lines, body }
    }

    /// The place of a piece of the file.
    pub(super) fn place(&self, range: TextRange) -> Place {
        let line = self.lines.line_index(range.start());
        let line_start = self.lines.line_start(line, &self.text).to_usize();
        let number = u32::try_from(line.get()).unwrap_or(u32::MAX);
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        let before = self.text.get(line_start..start);
        let written = self.text.get(start..end);
        let position = match (before, written) {
            (Some(before), Some(written)) if before.len() + written.len() <= LONG_LINE_BYTES => {
                let width = if written.contains('\n') { 0 } else { written.chars().count() };
                Position {
                    line: number,
                    column: u32::try_from(before.chars().count() + 1).unwrap_or(1),
                    width: u32::try_from(width).unwrap_or(0),
                }
            }
            _ => Position::line(number),
        };
        Place::in_file(&self.path, position)
    }

    /// The line on which a piece of the file begins.
    pub(super) fn line(&self, range: TextRange) -> usize {
        self.lines.line_index(range.start()).get()
    }
}

fn statements(path: &ProjectPath, text: &str, lines: &LineIndex) -> Result<Vec<Stmt>, Ignorance> {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY314);
    let parsed = parse_unchecked(text, options);
    if let Some(error) = parsed.errors().first() {
        let line = lines.line_index(error.location.start());
        return Err(Ignorance::new(format!(
            "`{path}` does not parse as Python 3 from line {line} on"
        )));
    }
    let module = parsed.try_into_module();
    Ok(module.map(|module| module.into_suite().into_iter().collect()).unwrap_or_default())
}
