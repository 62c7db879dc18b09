//! Which versions a requirement admits: `==4.2.1`, `~=4.2`, Poetry's `^4.2`.
//!
//! Knows only as much of versions as is needed to tell an exact pin from a range, and which release
//! series (`4.2`) a range reaches. (Python Packaging User Guide, "Version specifiers", read 2026-11-21.)

/// Who wrote it: a bare `4.2` is an exact version in Poetry's tables and nothing elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// requirements.txt, `[project]`, Pipfile.
    Standard,
    /// `[tool.poetry]`.
    Poetry,
}

/// One part of a specifier: `>=4.2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    operator: String,
    version: String,
}

/// The first two figures of a version: the release series of Django and most others.
pub(super) type Series = (u32, u32);

/// The parts of a specifier, all of which a version must meet.
pub(super) fn clauses(specifier: &str, dialect: Dialect) -> Vec<Clause> {
    specifier
        .split(',')
        .map(str::trim)
        .filter(|clause| !clause.is_empty() && *clause != "*")
        .map(|clause| {
            let end = clause.find(|c: char| !"=<>!~^".contains(c)).unwrap_or(clause.len());
            let (operator, version) = clause.split_at(end);
            let operator = match (operator, dialect) {
                ("", Dialect::Poetry) => "==",
                _ => operator,
            };
            Clause { operator: operator.to_owned(), version: version.trim().to_owned() }
        })
        .collect()
}

/// The one version that the clauses admit, if they name one.
pub(super) fn exact(clauses: &[Clause]) -> Option<&str> {
    clauses
        .iter()
        .find(|clause| {
            matches!(clause.operator.as_str(), "==" | "===") && !clause.version.contains('*')
        })
        .map(|clause| clause.version.as_str())
        .filter(|version| !version.is_empty())
}

/// Whether some version of a series is admitted.
pub(super) fn admits(clauses: &[Clause], series: Series) -> bool {
    clauses.iter().all(|clause| clause.admits(series))
}

/// Whether there is a newest series that is admitted.
pub(super) fn is_bounded(clauses: &[Clause]) -> bool {
    clauses.iter().any(|clause| !matches!(clause.operator.as_str(), ">" | ">=" | "!=" | ""))
}

impl Clause {
    fn admits(&self, series: Series) -> bool {
        let figures = figures(&self.version);
        let Some(bound) = series_of(&self.version) else {
            return true;
        };
        let same_major = series.0 == bound.0;
        match self.operator.as_str() {
            "==" | "===" if figures.len() < 2 && self.version.contains('*') => same_major,
            "~=" if figures.len() < 3 => same_major && series >= bound,
            "~" if figures.len() < 2 => same_major,
            "==" | "===" | "~=" | "~" => series == bound,
            "^" => same_major && series >= bound,
            ">" | ">=" => series >= bound,
            "<" if figures.iter().skip(2).all(|figure| *figure == 0) => series < bound,
            "<" | "<=" => series <= bound,
            _ => true,
        }
    }
}

/// The series that a version belongs to: `(4, 2)` of `4.2.16` and of `4.2rc1`.
pub(super) fn series_of(version: &str) -> Option<Series> {
    let figures = figures(version);
    let mut figures = figures.into_iter();
    Some((figures.next()?, figures.next().unwrap_or(0)))
}

/// The figures at the front of a version, up to the first part that is none.
fn figures(version: &str) -> Vec<u32> {
    let mut figures = Vec::new();
    for part in version.trim_start_matches('v').split('.') {
        let digits = part.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        match digits.parse() {
            Ok(figure) => figures.push(figure),
            Err(_) => break,
        }
        if digits.len() < part.len() {
            break;
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exact_version_is_a_pin() {
        for (specifier, dialect, version) in [
            ("==4.2.1", Dialect::Standard, Some("4.2.1")),
            ("=== 4.2.1", Dialect::Standard, Some("4.2.1")),
            (">=4,==4.2.1", Dialect::Standard, Some("4.2.1")),
            ("==4.2.*", Dialect::Standard, None),
            ("~=4.2.1", Dialect::Standard, None),
            (">=4.2", Dialect::Standard, None),
            ("*", Dialect::Standard, None),
            ("", Dialect::Standard, None),
            ("4.2", Dialect::Standard, None),
            ("4.2.1", Dialect::Poetry, Some("4.2.1")),
            ("^4.2", Dialect::Poetry, None),
            ("4.*", Dialect::Poetry, None),
        ] {
            assert_eq!(exact(&clauses(specifier, dialect)), version, "{specifier}");
        }
    }

    #[test]
    fn a_range_reaches_some_series() {
        let known = [(3, 2), (4, 0), (4, 1), (4, 2), (5, 0), (5, 1)];
        for (specifier, reached) in [
            ("==4.2.1", vec![(4, 2)]),
            ("==4.*", vec![(4, 0), (4, 1), (4, 2)]),
            ("~=4.1", vec![(4, 1), (4, 2)]),
            ("~=4.1.3", vec![(4, 1)]),
            (">=4.1,<5", vec![(4, 1), (4, 2)]),
            (">=4.1,<=4.2", vec![(4, 1), (4, 2)]),
            ("<4.2.7", vec![(3, 2), (4, 0), (4, 1), (4, 2)]),
            (">4.2", vec![(4, 2), (5, 0), (5, 1)]),
            ("^4.1", vec![(4, 1), (4, 2)]),
            ("~4.1", vec![(4, 1)]),
            ("~4", vec![(4, 0), (4, 1), (4, 2)]),
            ("!=4.2", known.to_vec()),
        ] {
            let clauses = clauses(specifier, Dialect::Standard);
            let found: Vec<Series> =
                known.into_iter().filter(|series| admits(&clauses, *series)).collect();
            assert_eq!(found, reached, "{specifier}");
        }
    }

    #[test]
    fn versions_have_a_series() {
        for (version, series) in [
            ("4.2.16", Some((4, 2))),
            ("5.1rc1", Some((5, 1))),
            ("6", Some((6, 0))),
            ("v1.2", Some((1, 2))),
            ("main", None),
        ] {
            assert_eq!(series_of(version), series, "{version}");
        }
    }
}
