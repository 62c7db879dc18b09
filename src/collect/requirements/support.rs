//! Until when a release series of Django gets security fixes.

use super::specifier::{Series, admits, clauses, is_bounded, series_of};
use super::{Package, pinned_version};
use crate::date::Date;
use crate::fact::{Fact, Ignorance, Value};

/// The end of security support of each series; where only a month is published, its last day.
/// (djangoproject.com/download, "Supported versions", and its roadmap for 6.1; read 2026-11-21.)
const DJANGO: &[(Series, (i32, u8, u8))] = &[
    ((1, 11), (2020, 4, 1)),
    ((2, 0), (2019, 4, 1)),
    ((2, 1), (2019, 12, 2)),
    ((2, 2), (2022, 4, 11)),
    ((3, 0), (2021, 4, 6)),
    ((3, 1), (2021, 12, 7)),
    ((3, 2), (2024, 4, 1)),
    ((4, 0), (2023, 4, 1)),
    ((4, 1), (2023, 12, 1)),
    ((4, 2), (2026, 4, 30)),
    ((5, 0), (2025, 4, 2)),
    ((5, 1), (2025, 12, 3)),
    ((5, 2), (2028, 4, 30)),
    ((6, 0), (2027, 4, 30)),
    ((6, 1), (2027, 12, 31)),
];

/// What is known of the support of the Django that a requirement admits.
pub(super) fn django(package: &Package, locked: Option<&Fact>, today: Date) -> Fact {
    let version = pinned_version(package, locked);
    let reached = match version.value.text().and_then(series_of) {
        Some(series) => Reached::Known(vec![series]),
        None => Reached::of(package),
    };
    let (series, ends, days_left) = match reached {
        Reached::Known(series) => (shown_series(&series), ends(&series), days_left(&series, today)),
        Reached::Unknown(why) => {
            let unknown = || Value::Unknown(why.clone());
            (unknown(), unknown(), unknown())
        }
    };
    let like = |value: Value| Fact { value, provenance: version.provenance.clone() };
    let record = Value::record([
        ("name", like(Value::from(package.name.as_str()))),
        ("version", version.clone()),
        ("series", like(series)),
        ("ends", like(ends)),
        ("days-left", like(days_left)),
    ]);
    like(record)
}

/// The series that an installer may choose from.
enum Reached {
    /// At least one, the newest last.
    Known(Vec<Series>),
    Unknown(Ignorance),
}

impl Reached {
    fn of(package: &Package) -> Self {
        let clauses = clauses(&package.specifier, package.dialect);
        let series: Vec<Series> = DJANGO
            .iter()
            .map(|(series, _)| *series)
            .filter(|series| admits(&clauses, *series))
            .collect();
        if is_bounded(&clauses) && !series.is_empty() {
            return Self::Known(series);
        }
        let why = format!(
            "`{}` is not pinned: which version is installed depends on the day",
            package.name
        );
        Self::Unknown(Ignorance::new(why).settled_by("pin an exact version"))
    }
}

/// An installer takes the newest series that it may.
fn newest(series: &[Series]) -> Option<(Series, Option<Date>)> {
    let series = series.iter().max().copied()?;
    let known = DJANGO.iter().find(|(known, _)| *known == series);
    let oldest = DJANGO.iter().min().filter(|(oldest, _)| series < *oldest);
    let end = known.or(oldest).and_then(|(_, (year, month, day))| Date::new(*year, *month, *day));
    Some((series, end))
}

fn shown_series(series: &[Series]) -> Value {
    newest(series)
        .map_or(Value::Absent, |((major, minor), _)| Value::from(format!("{major}.{minor}")))
}

fn ends(series: &[Series]) -> Value {
    match newest(series) {
        Some((_, Some(end))) => Value::from(end.to_string()),
        _ => Value::Unknown(too_new()),
    }
}

fn days_left(series: &[Series], today: Date) -> Value {
    match newest(series) {
        Some((_, Some(end))) => Value::Int(today.days_until(end)),
        _ => Value::Unknown(too_new()),
    }
}

fn too_new() -> Ignorance {
    Ignorance::new("this release is newer than the table of support dates in this prodcheck")
        .settled_by("update prodcheck")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::requirements::listing::requirement;
    use crate::fact::{Place, ProjectPath};

    #[test]
    fn support_is_told_for_the_newest_series_admitted() {
        let path = ProjectPath::new("requirements.txt");
        let today = Date::parse("2026-11-21").unwrap();
        for (text, series, days) in [
            ("Django==4.2.16", "\"4.2\"", "-205"),
            ("Django~=4.2", "\"4.2\"", "-205"),
            ("Django>=4.2,<5.3", "\"5.2\"", "526"),
            ("Django==6.0.1", "\"6.0\"", "160"),
            ("Django==1.8.1", "\"1.8\"", "-2425"),
            (
                "Django==7.0",
                "\"7.0\"",
                "unknown (this release is newer than the table of support dates in this prodcheck)",
            ),
            (
                "Django>=3.2",
                "unknown (`django` is not pinned: which version is installed depends on the day)",
                "unknown (`django` is not pinned: which version is installed depends on the day)",
            ),
        ] {
            let package = requirement(text, Place::line(&path, 1), &path).unwrap();
            let fact = django(&package, None, today);
            let field = |name| fact.value.field(name).unwrap().value.to_string();
            assert_eq!(
                (field("series"), field("days-left")),
                (series.to_owned(), days.to_owned()),
                "{text}"
            );
        }
    }
}
