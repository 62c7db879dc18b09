//! Kleene's three truth values: what an audit can honestly say about a statement.

/// The answer to a question about a project: no, cannot be known, yes.
///
/// The order is `False < Unknown < True`, so that *all of* is the minimum and *any of* the maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// The statement does not hold.
    False,
    /// Nobody can say from what was seen.
    Unknown,
    /// The statement holds.
    True,
}

impl Truth {
    /// The opposite; the opposite of unknown is unknown.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }

    /// What several possible answers have in common: their value if they agree, else unknown.
    /// No answer at all is unknown.
    pub fn common(answers: impl IntoIterator<Item = Self>) -> Self {
        let mut answers = answers.into_iter();
        let Some(first) = answers.next() else {
            return Self::Unknown;
        };
        if answers.all(|answer| answer == first) { first } else { Self::Unknown }
    }
}

impl From<bool> for Truth {
    fn from(known: bool) -> Self {
        if known { Self::True } else { Self::False }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Unknown};
    use super::*;

    #[test]
    fn all_is_the_minimum_and_any_the_maximum() {
        for (parts, all, any) in [
            ([True, True], True, True),
            ([True, Unknown], Unknown, True),
            ([True, False], False, True),
            ([Unknown, Unknown], Unknown, Unknown),
            ([Unknown, False], False, Unknown),
            ([False, False], False, False),
        ] {
            assert_eq!(parts.iter().copied().min(), Some(all), "all of {parts:?}");
            assert_eq!(parts.iter().copied().max(), Some(any), "any of {parts:?}");
        }
    }

    #[test]
    fn not_unknown_is_unknown() {
        assert_eq!([False, Unknown, True].map(Truth::negated), [True, Unknown, False]);
    }

    #[test]
    fn possible_answers_count_only_where_they_agree() {
        assert_eq!(Truth::common([True, True]), True);
        assert_eq!(Truth::common([True, False]), Unknown);
        assert_eq!(Truth::common([]), Unknown);
    }
}
