//! What a test comes to, the score of all of them, and the grade.
//!
//! Codes and modifiers are those of MDN's HTTP Observatory, algorithm 6 (its `grader`, read 2026-11-30).

/// The outcome of one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The Observatory's word for it.
    pub code: &'static str,
    /// What it adds to the score.
    pub modifier: i64,
    /// Whether the Observatory counts it as passed.
    pub passed: bool,
}

/// A verdict that counts as passed.
pub(super) const fn pass(code: &'static str, modifier: i64) -> Verdict {
    Verdict { code, modifier, passed: true }
}

/// A verdict that does not.
pub(super) const fn fail(code: &'static str, modifier: i64) -> Verdict {
    Verdict { code, modifier, passed: false }
}

/// From this sum on, what is better than demanded counts too.
const ENOUGH_FOR_BONUS: i64 = 90;

/// The score of all modifiers together: 100 and what is taken off, and what is added only to those who
/// are good without it. Never below 0; there is no upper end.
pub(super) fn score(modifiers: impl Iterator<Item = i64> + Clone) -> i64 {
    let without_bonus = 100 + modifiers.clone().filter(|modifier| *modifier < 0).sum::<i64>();
    let score = if without_bonus >= ENOUGH_FOR_BONUS {
        100 + modifiers.sum::<i64>()
    } else {
        without_bonus
    };
    score.max(0)
}

/// The grade of a score.
pub(super) fn grade(score: i64) -> &'static str {
    match score {
        100.. => "A+",
        90.. => "A",
        85.. => "A-",
        80.. => "B+",
        70.. => "B",
        65.. => "B-",
        60.. => "C+",
        50.. => "C",
        45.. => "C-",
        40.. => "D+",
        30.. => "D",
        25.. => "D-",
        _ => "F",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bonuses_count_only_for_the_good() {
        for (modifiers, expected) in [
            (&[][..], (100, "A+")),
            (&[-10, 10, 5, 5, 5, 5, 10], (130, "A+")),
            (&[-10, -5, 10, 10, 10], (85, "A-")),
            (&[-20, 10], (80, "B+")),
            (&[-25, -5], (70, "B")),
            (&[-25, -10], (65, "B-")),
            (&[-25, -20], (55, "C")),
            (&[-25, -20, -10, -5], (40, "D+")),
            (&[-25, -20, -20, -10], (25, "D-")),
            (&[-25, -20, -20, -50], (0, "F")),
        ] {
            let found = score(modifiers.iter().copied());
            assert_eq!((found, grade(found)), expected, "{modifiers:?}");
        }
    }
}
