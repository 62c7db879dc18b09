//! What is in force in a block: its own directives and those it inherits.

use super::chosen;
use super::syntax::{Block, Directive};
use crate::fact::{Fact, Ignorance, Value};

/// A block with the blocks around it, outermost first.
#[derive(Clone, Debug)]
pub(super) struct Scope<'t> {
    levels: Vec<&'t Block>,
}

/// What is in force of a directive that overrides as a whole.
pub(super) enum Setting<'t> {
    /// The nearest one.
    Found(&'t Directive),
    /// None; nginx's default.
    Unset,
    /// Something that could not be read may have one.
    Hidden(&'t Ignorance),
}

/// A header that `add_header` or `more_set_headers` adds to answers.
#[derive(Clone, Debug)]
pub(super) struct Header<'t> {
    /// In lower case.
    pub(super) name: String,
    /// What it says.
    pub(super) value: String,
    /// Whether answers that tell of an error carry it too.
    pub(super) always: bool,
    /// The directive that adds it.
    pub(super) directive: &'t Directive,
    /// What it may say where a `map` chooses it.
    pub(super) chosen: Option<Fact>,
}

/// The headers in force in a block.
#[derive(Clone, Debug, Default)]
pub(super) struct Headers<'t> {
    /// Those that are sure to be added.
    pub(super) added: Vec<Header<'t>>,
    /// Why there may be others.
    pub(super) rest: Option<&'t Ignorance>,
    /// Those that the block around adds and that are not added here.
    pub(super) lost: Vec<Header<'t>>,
    /// Why others may be lost.
    pub(super) lost_rest: Option<&'t Ignorance>,
}

impl<'t> Scope<'t> {
    /// The outermost block.
    pub(super) fn of(block: &'t Block) -> Self {
        Self { levels: vec![block] }
    }

    /// A block inside.
    pub(super) fn inside(&self, block: &'t Block) -> Self {
        let mut levels = self.levels.clone();
        levels.push(block);
        Self { levels }
    }

    /// The innermost block.
    pub(super) fn own(&self) -> Option<&'t Block> {
        self.levels.last().copied()
    }

    /// The blocks, outermost first.
    pub(super) fn levels(&self) -> impl DoubleEndedIterator<Item = &'t Block> {
        self.levels.iter().copied()
    }

    /// The nearest directive of a name.
    pub(super) fn nearest(&self, name: &str) -> Setting<'t> {
        for level in self.levels.iter().rev() {
            if let Some(directive) = level.directives.iter().rev().find(|each| each.name == name) {
                return Setting::Found(directive);
            }
            if let Some(why) = &level.rest {
                return Setting::Hidden(why);
            }
        }
        Setting::Unset
    }

    /// The directives of a name that stand together in the nearest block that has any: nginx inherits
    /// lists all or nothing. Also why there may be others.
    pub(super) fn together(&self, name: &str) -> (Vec<&'t Directive>, Option<&'t Ignorance>) {
        for level in self.levels.iter().rev() {
            let here: Vec<&Directive> =
                level.directives.iter().filter(|each| each.name == name).collect();
            if !here.is_empty() || level.rest.is_some() {
                return (here, level.rest.as_ref());
            }
        }
        (Vec::new(), None)
    }

    /// The fact that the nearest directive of a name states, or what nginx does without one.
    pub(super) fn fact(
        &self,
        name: &str,
        states: impl FnOnce(&'t Directive) -> Fact,
        default: impl FnOnce() -> Fact,
    ) -> Fact {
        match self.nearest(name) {
            Setting::Found(directive) if directive.is_templated() => directive.filled_in(),
            Setting::Found(directive) => states(directive),
            Setting::Unset => default(),
            Setting::Hidden(why) => Fact::derived(Value::Unknown(why.clone())),
        }
    }

    /// The outermost block, in which maps stand.
    pub(super) fn http(&self) -> Option<&'t Block> {
        self.levels.first().copied()
    }

    /// The headers that answers get here.
    pub(super) fn headers(&self) -> Headers<'t> {
        let mut outer = Headers::default();
        let mut merge = false;
        for level in &self.levels {
            let inherit =
                level.directives.iter().rev().find(|each| each.name == "add_header_inherit");
            if let Some(directive) = inherit {
                merge = directive.has("merge");
            }
            let off = inherit.is_some_and(|directive| directive.has("off"));
            outer = outer.below(level, merge, off);
        }
        let mut own = outer;
        own.add_set_headers(&self.levels);
        if let Some(http) = self.http() {
            for header in own.added.iter_mut().chain(&mut own.lost) {
                header.chosen = chosen::fact(http, header.directive, &header.value);
            }
        }
        own
    }
}

impl<'t> Headers<'t> {
    /// The headers in force in a block, of which these are in force around it. `merge` is what
    /// `add_header_inherit` says since nginx 1.29.3; without it a single `add_header` drops all.
    fn below(self, level: &'t Block, merge: bool, off: bool) -> Self {
        let own: Vec<Header<'t>> =
            level.directives.iter().filter_map(Header::of_add_header).collect();
        let rest = level.rest.as_ref();
        if merge {
            let mut added = self.added;
            added.extend(own);
            return Self { added, rest: rest.or(self.rest), ..Self::default() };
        }
        if own.is_empty() && !off {
            return match rest {
                None => Self { lost: Vec::new(), lost_rest: None, ..self },
                // What is missing may add a header, and then everything from around is lost.
                Some(_) if self.added.is_empty() && self.rest.is_none() => {
                    Self { rest, ..Self::default() }
                }
                Some(_) => Self { rest, lost_rest: rest, ..Self::default() },
            };
        }
        let (gone, added) = (self.added, own);
        let missing: Vec<Header<'t>> = gone
            .into_iter()
            .filter(|header| added.iter().all(|own| own.name != header.name))
            .collect();
        let doubt = if missing.is_empty() { self.rest } else { rest.or(self.rest) };
        let lost = if rest.is_some() { Vec::new() } else { missing };
        Self { added, rest, lost, lost_rest: doubt }
    }

    /// Adds what the headers-more module sets: at every level, on every answer, nothing dropped.
    fn add_set_headers(&mut self, levels: &[&'t Block]) {
        for directive in levels.iter().flat_map(|level| &level.directives) {
            if directive.name != "more_set_headers" {
                continue;
            }
            for header in Header::of_more_set_headers(directive) {
                self.lost.retain(|lost| lost.name != header.name);
                self.added.retain(|added| added.name != header.name);
                self.added.push(header);
            }
        }
    }

    /// What a header says, as a fact; absent if it is not added.
    pub(super) fn value(&self, name: &str) -> Fact {
        match (self.added.iter().find(|header| header.name == name), self.rest) {
            (Some(header), _) => header.fact(),
            (None, Some(why)) => Fact::derived(Value::Unknown(why.clone())),
            (None, None) => Fact::absent(),
        }
    }
}

impl<'t> Header<'t> {
    /// The header that an `add_header` adds; an empty value adds none.
    pub(super) fn of_add_header(directive: &'t Directive) -> Option<Self> {
        let name = directive.word(0).filter(|_| directive.name == "add_header")?;
        Some(Self {
            name: name.to_lowercase(),
            value: directive.word(1).unwrap_or_default().to_owned(),
            always: directive.word(2) == Some("always"),
            directive,
            chosen: None,
        })
    }

    /// The headers that a `more_set_headers` sets. The words after `-s` and `-t` limit it to some answers.
    pub(super) fn of_more_set_headers(directive: &'t Directive) -> Vec<Self> {
        let is_one = directive.name == "more_set_headers";
        let words = directive.words.iter().filter(|_| is_one);
        let mut is_limit = false;
        let mut found = Vec::new();
        for word in words {
            let limits = std::mem::replace(&mut is_limit, matches!(&*word.text, "-s" | "-t"));
            let Some((name, value)) = word.text.split_once(':').filter(|_| !limits) else {
                continue;
            };
            let (name, value) =
                (name.trim().to_lowercase(), value.trim_matches([' ', '\t']).to_owned());
            found.push(Self { name, value, always: true, directive, chosen: None });
        }
        found
    }

    /// What it says, as a fact: one of several where a `map` chooses, unknown with any other variable.
    pub(super) fn fact(&self) -> Fact {
        if self.directive.is_templated() {
            return self.directive.filled_in();
        }
        if let Some(chosen) = &self.chosen {
            return chosen.clone();
        }
        if self.value.contains('$') {
            let why = format!("`{}` is \"{}\", which has a variable", self.name, self.value);
            return self.directive.hides(why);
        }
        self.directive.states(self.value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::nginx::parse::parse;
    use crate::collect::nginx::source::Source;
    use crate::fact::ProjectPath;

    #[test]
    fn headers_come_down_all_or_nothing() {
        for (text, added, lost) in [
            ("add_header A 1; l { }", "a", ""),
            ("add_header A 1; l { add_header B 2; }", "b", "a"),
            ("add_header A 1; l { add_header a 2; }", "a", ""),
            ("add_header_inherit merge; add_header A 1; l { add_header B 2; }", "a b", ""),
            ("add_header A 1; l { add_header_inherit off; }", "", "a"),
            ("more_set_headers 'A: 1'; l { add_header B 2; }", "b a", ""),
            ("add_header A 1; l { {{ x }}\n }", "?", "?"),
            ("l { {{ x }}\n }", "?", ""),
            ("add_header A 1; l { add_header B 2; {{ x }}\n }", "b ?", "?"),
            ("{{ x }}\n l { }", "?", ""),
            ("{{ x }}\n l { add_header B 2; }", "b", "?"),
        ] {
            let parsed = parse(&Source::new(&ProjectPath::new("n"), text));
            let inner = parsed.block.first("l").and_then(|each| each.block.as_ref()).unwrap();
            let headers = Scope::of(&parsed.block).inside(inner).headers();
            let names = |headers: &[Header<'_>], rest: Option<&Ignorance>| {
                let mut names: Vec<&str> =
                    headers.iter().map(|header| header.name.as_str()).collect();
                names.extend(rest.map(|_| "?"));
                names.join(" ")
            };
            let found =
                (names(&headers.added, headers.rest), names(&headers.lost, headers.lost_rest));
            assert_eq!(found, (added.to_owned(), lost.to_owned()), "{text}");
        }
    }
}
