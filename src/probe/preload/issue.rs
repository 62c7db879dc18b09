//! What the keepers of the preload list have to say of a site.

/// One matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Their name for it.
    pub code: &'static str,
    /// What it is.
    pub told: &'static str,
    /// Whether the site is refused for it; else it is only told.
    pub refused: bool,
}

impl Issue {
    /// Whether it is told of every directive anew.
    pub(super) fn may_repeat(&self) -> bool {
        self.code == "header.parse.unknown_directive"
            || self.code.starts_with("header.parse.max_age.")
    }
}

/// A matter for which a site is refused.
pub(super) const fn error(code: &'static str, told: &'static str) -> Issue {
    Issue { code, told, refused: true }
}

/// A matter that is only told.
pub(super) const fn warning(code: &'static str, told: &'static str) -> Issue {
    Issue { code, told, refused: false }
}
