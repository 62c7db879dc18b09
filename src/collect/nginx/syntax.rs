//! Directives as a file wrote them: names, words, blocks, and where each stands.

use std::sync::Arc;

use crate::fact::{Fact, Ignorance, Origin, Place, ProjectPath, Value};

/// One directive, with the block it opens if it opens one.
#[derive(Clone, Debug)]
pub(super) struct Directive {
    /// The first word.
    pub(super) name: String,
    /// The other words.
    pub(super) words: Vec<Word>,
    /// From the name to the last word.
    pub(super) place: Place,
    /// Where it ends: at its `;` or `{`. nginx names this line when it refuses a directive.
    pub(super) end: Place,
    /// What stands between its braces.
    pub(super) block: Option<Block>,
}

/// One word after nginx's own unescaping.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// What it says; of a templated word, what the template says.
    pub(super) text: String,
    /// Whether something other than nginx fills in a part of it.
    pub(super) templated: bool,
}

/// What stands between braces, or in a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// In their order.
    pub(super) directives: Vec<Directive>,
    /// Why there may be further ones.
    pub(super) rest: Option<Ignorance>,
}

impl Directive {
    /// Whether another one stands in a file that is run instead of this one's: `nginx.conf` and
    /// `nginx-without-tls.conf`. In the folders that nginx's own main file includes, both are.
    pub(super) fn is_alternative_to(&self, other: &Self) -> bool {
        let (Place::File { path: one, .. }, Place::File { path: other, .. }) =
            (&self.place, &other.place)
        else {
            return false;
        };
        let stem = |path: &ProjectPath| path.name().split('.').next().map(str::to_owned);
        let (Some(first), Some(second)) = (stem(one), stem(other)) else { return false };
        let is_variant = first.starts_with(&second) || second.starts_with(&first);
        let is_included = matches!(one.folder().name(), "conf.d" | "sites-enabled");
        one != other && one.folder() == other.folder() && is_variant && !is_included
    }

    /// The text of a word after the name, counted from 0.
    pub(super) fn word(&self, index: usize) -> Option<&str> {
        self.words.get(index).map(|word| word.text.as_str())
    }

    /// Whether one of its words is this.
    pub(super) fn has(&self, text: &str) -> bool {
        self.words.iter().any(|word| word.text == text)
    }

    /// Whether something other than nginx fills in one of its words.
    pub(super) fn is_templated(&self) -> bool {
        self.words.iter().any(|word| word.templated)
    }

    /// All words after the name as one text.
    pub(super) fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }

    /// A fact that this directive states.
    pub(super) fn states(&self, value: impl Into<Value>) -> Fact {
        Fact::literal(value, self.place.clone())
    }

    /// The fact that a word of this directive states; unknown if a template fills it in.
    pub(super) fn states_word(&self, index: usize) -> Fact {
        match self.words.get(index) {
            Some(word) if word.templated => self.filled_in(),
            Some(word) => self.states(word.text.as_str()),
            None => self.states(Value::Absent),
        }
    }

    /// A fact that is unknown because a template fills in what this directive says.
    pub(super) fn filled_in(&self) -> Fact {
        self.hides(format!("`{} {}` is filled in by a template", self.name, self.text()))
    }

    /// A fact that is unknown because of what this directive says.
    pub(super) fn hides(&self, why: impl Into<Arc<str>>) -> Fact {
        Fact::unknown(why).at(self.place.clone())
    }

    /// A fact that nginx itself decides, because nothing in this directive's block does.
    pub(super) fn defaults(&self, value: impl Into<Value>) -> Fact {
        Fact::derived(value).from_origin(Origin::Default).at(self.place.clone())
    }

    /// The block it opens; an empty one if it opens none.
    pub(super) fn inside(&self) -> &Block {
        const EMPTY: &Block = &Block { directives: Vec::new(), rest: None };
        self.block.as_ref().unwrap_or(EMPTY)
    }
}

impl Block {
    /// The directives of a name that stand directly in this block.
    pub(super) fn named<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b Directive> {
        self.directives.iter().filter(move |directive| directive.name == name)
    }

    /// The first directive of a name that stands directly in this block.
    pub(super) fn first(&self, name: &str) -> Option<&Directive> {
        self.directives.iter().find(|directive| directive.name == name)
    }

    /// States why there may be further directives, if nothing did before.
    pub(super) fn leave_open(&mut self, why: Ignorance) {
        self.rest.get_or_insert(why);
    }
}
