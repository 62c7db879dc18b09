//! A case: a project as a list of pieces, so that one that shows a disagreement can be cut down to the
//! pieces that matter.

use std::collections::BTreeMap;

/// A project, and the environment it runs in.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) seed: u64,
    /// Which of the installed releases of Django it pins.
    pub(crate) release: usize,
    /// Whether the audit is told that the environment is whole.
    pub(crate) whole: bool,
    /// The dotted name of the settings module.
    pub(crate) module: String,
    /// The folder of `manage.py`, empty or with a slash at its end.
    pub(crate) root: String,
    /// Files that are there whatever is cut out.
    pub(crate) fixed: Vec<(String, String)>,
    pub(crate) pieces: Vec<Piece>,
}

/// A part that can be cut out.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Statements at the end of a file so far.
    Text(String, String),
    /// A variable of the environment.
    Variable(String, String),
}

impl Case {
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for (path, text) in &self.fixed {
            files.insert(path.clone(), text.clone());
        }
        for piece in &self.pieces {
            if let Piece::Text(path, text) = piece {
                let file = files.entry(path.clone()).or_default();
                file.push_str(text);
                file.push('\n');
            }
        }
        files
    }

    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let set = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(name, value) => Some((name.clone(), value.clone())),
            Piece::Text(..) => None,
        });
        set.collect()
    }

    /// The smallest case found by leaving out pieces that still shows what `shows` looks for.
    pub(crate) fn shrunk(&self, mut shows: impl FnMut(&Self) -> bool) -> Self {
        let mut smallest = self.clone();
        let mut width = smallest.pieces.len().div_ceil(2).max(1);
        loop {
            let mut start = 0;
            let mut shorter = false;
            while start < smallest.pieces.len() {
                let mut tried = smallest.clone();
                let end = (start + width).min(tried.pieces.len());
                tried.pieces.drain(start..end);
                if shows(&tried) {
                    smallest = tried;
                    shorter = true;
                } else {
                    start += width;
                }
            }
            match (width, shorter) {
                (1, false) => return smallest,
                _ => width = (width / 2).max(1),
            }
        }
    }

    /// As a person reads it.
    pub(crate) fn shown(&self) -> String {
        let mut shown = format!("seed {} · {} · whole: {}\n", self.seed, self.module, self.whole);
        for (name, value) in self.environment() {
            shown.push_str(&format!("    {name}={value:?}\n"));
        }
        for (path, text) in self.files().iter().filter(|(_, text)| !text.is_empty()) {
            shown.push_str(&format!("  --- {path}\n"));
            for line in text.lines() {
                shown.push_str(&format!("    {line}\n"));
            }
        }
        shown
    }
}
