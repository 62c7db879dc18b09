//! What evaluating may cost: a settings file is small, a hostile one must not cost more.

/// The largest settings module measured takes a twentieth of this.
const STEPS: usize = 400_000;
/// Nested expressions, blocks and calls; the deepest measured has thirty.
const DEPTH: usize = 200;
/// Items of one list or dictionary.
pub(super) const MAX_ITEMS: usize = 2_000;
/// Bytes of one text.
pub(super) const MAX_TEXT_BYTES: usize = 200_000;
/// Alternatives of one value.
pub(super) const MAX_ALTERNATIVES: usize = 12;

/// What is left to spend.
#[derive(Debug)]
pub(super) struct Budget {
    steps: usize,
    depth: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: STEPS, depth: 0 }
    }
}

impl Budget {
    /// Spends; whether there was enough left.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_sub(steps);
        self.steps > 0
    }

    /// Goes one level deeper; whether that is allowed. Every `enter` is followed by a `leave`.
    pub(super) fn enter(&mut self) -> bool {
        self.depth += 1;
        self.depth <= DEPTH
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}
