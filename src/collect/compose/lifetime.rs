//! Until when the software of an image gets fixes.
//!
//! Sources: the release pages of Python (PEP 602), Node.js, Debian (with LTS), Ubuntu (standard), Alpine,
//! PostgreSQL, MySQL, MariaDB and MongoDB, read 2026-11.

use crate::date::Date;
use crate::grammar::image_reference::ImageReference;

/// A version and the last day on which it gets fixes.
type Lifetime = (&'static str, &'static str);

const PYTHON: &[Lifetime] = &[
    ("2.7", "2020-01-01"),
    ("3.6", "2021-12-23"),
    ("3.7", "2023-06-27"),
    ("3.8", "2024-10-07"),
    ("3.9", "2025-10-31"),
    ("3.10", "2026-10-31"),
    ("3.11", "2027-10-31"),
    ("3.12", "2028-10-31"),
    ("3.13", "2029-10-31"),
    ("3.14", "2030-10-31"),
];

const NODE: &[Lifetime] = &[
    ("12", "2022-04-30"),
    ("14", "2023-04-30"),
    ("16", "2023-09-11"),
    ("18", "2025-04-30"),
    ("19", "2023-06-01"),
    ("20", "2026-04-30"),
    ("21", "2024-06-01"),
    ("22", "2027-04-30"),
    ("23", "2025-06-01"),
    ("24", "2028-04-30"),
    ("25", "2026-06-01"),
];

const DEBIAN: &[Lifetime] = &[
    ("stretch", "2022-06-30"),
    ("9", "2022-06-30"),
    ("buster", "2024-06-30"),
    ("10", "2024-06-30"),
    ("bullseye", "2026-08-31"),
    ("11", "2026-08-31"),
    ("bookworm", "2028-06-30"),
    ("12", "2028-06-30"),
    ("trixie", "2030-06-30"),
    ("13", "2030-06-30"),
];

const UBUNTU: &[Lifetime] = &[
    ("bionic", "2023-05-31"),
    ("18.04", "2023-05-31"),
    ("focal", "2025-05-31"),
    ("20.04", "2025-05-31"),
    ("jammy", "2027-05-31"),
    ("22.04", "2027-05-31"),
    ("noble", "2029-05-31"),
    ("24.04", "2029-05-31"),
];

const ALPINE: &[Lifetime] = &[
    ("3.15", "2023-11-01"),
    ("3.16", "2024-05-23"),
    ("3.17", "2024-11-22"),
    ("3.18", "2025-05-09"),
    ("3.19", "2025-11-01"),
    ("3.20", "2026-04-01"),
    ("3.21", "2026-11-01"),
    ("3.22", "2027-05-01"),
];

const POSTGRESQL: &[Lifetime] = &[
    ("9.6", "2021-11-11"),
    ("10", "2022-11-10"),
    ("11", "2023-11-09"),
    ("12", "2024-11-21"),
    ("13", "2025-11-13"),
    ("14", "2026-11-12"),
    ("15", "2027-11-11"),
    ("16", "2028-11-09"),
    ("17", "2029-11-08"),
    ("18", "2030-11-14"),
];

const MYSQL: &[Lifetime] =
    &[("5.6", "2021-02-28"), ("5.7", "2023-10-31"), ("8.0", "2026-04-30"), ("8.4", "2032-04-30")];

const MARIADB: &[Lifetime] = &[
    ("10.4", "2024-06-18"),
    ("10.5", "2025-06-24"),
    ("10.6", "2026-07-06"),
    ("10.11", "2028-02-16"),
    ("11.4", "2029-05-29"),
];

const MONGODB: &[Lifetime] = &[
    ("4.2", "2023-04-30"),
    ("4.4", "2024-02-29"),
    ("5.0", "2024-10-31"),
    ("6.0", "2025-07-31"),
    ("7.0", "2027-08-31"),
    ("8.0", "2029-10-31"),
];

/// Tables of images by their name.
const IMAGES: &[(&str, &[Lifetime])] = &[
    ("python", PYTHON),
    ("node", NODE),
    ("debian", DEBIAN),
    ("ubuntu", UBUNTU),
    ("alpine", ALPINE),
    ("postgres", POSTGRESQL),
    ("postgis/postgis", POSTGRESQL),
    ("mysql", MYSQL),
    ("mariadb", MARIADB),
    ("mongo", MONGODB),
];

/// The last day on which an image gets fixes: that of its software, or that of the distribution its tag
/// names if that is earlier. None for images and versions that are not known.
pub(crate) fn last_day(image: &ImageReference) -> Option<Date> {
    let (_, table) =
        IMAGES.iter().find(|(name, _)| image.registry.is_none() && *name == image.name)?;
    let tag = image.tag.as_deref()?;
    let software = table.iter().find(|(version, _)| names_version(tag, version));
    let distribution = DEBIAN.iter().find(|(name, _)| {
        name.starts_with(char::is_alphabetic) && tag.split('-').any(|part| part == *name)
    });
    let alpine = tag.split('-').find_map(|part| part.strip_prefix("alpine"));
    let alpine = ALPINE.iter().find(|(version, _)| alpine == Some(version));
    let days = [software, distribution, alpine].into_iter().flatten();
    days.filter_map(|(_, day)| Date::parse(day)).min()
}

/// The last day on which a version of Python gets fixes; none for one that is not known.
pub(crate) fn python_last_day(version: &str) -> Option<Date> {
    let (_, day) = PYTHON.iter().find(|(known, _)| names_version(version, known))?;
    Date::parse(day)
}

/// Whether a tag names a version, perhaps more exactly: `3.13.9-slim` names 3.13.
fn names_version(tag: &str, version: &str) -> bool {
    tag.strip_prefix(version).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_tells_the_last_day() {
        for (image, day) in [
            ("python:3.13-slim", Some("2029-10-31")),
            ("python:3.13.9-slim-trixie", Some("2029-10-31")),
            ("python:3.13-slim-bullseye", Some("2026-08-31")),
            ("python:3.1", None),
            ("python:3", None),
            ("python:3.13-alpine3.20", Some("2026-04-01")),
            ("node:18", Some("2025-04-30")),
            ("node:18.20.1-alpine", Some("2025-04-30")),
            ("node:180", None),
            ("postgres:13.2-alpine", Some("2025-11-13")),
            ("mysql:8", None),
            ("debian:bookworm-slim", Some("2028-06-30")),
            ("ubuntu:20.04", Some("2025-05-31")),
            ("registry.example/python:3.8", None),
            ("python", None),
        ] {
            let found = last_day(&ImageReference::parse(image).unwrap());
            assert_eq!(found.map(|day| day.to_string()), day.map(str::to_owned), "{image}");
        }
    }
}
