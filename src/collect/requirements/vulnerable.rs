//! Which of the versions that are installed have a vulnerability that is known.

use std::collections::BTreeSet;
use std::str::FromStr;

use pep440_rs::Version;

use super::reading::Reading;
use crate::fact::{Fact, FactSpec, Ignorance, Kind, List, Value};
use crate::project::Installed;
use crate::project::advisories::{Advisories, Vulnerability};

/// The fields of one vulnerability.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The name of the package."),
    FactSpec::new("version", Kind::Text, "The version that is installed."),
    FactSpec::new("id", Kind::Text, "The number of the vulnerability: `PYSEC-2024-28`."),
    FactSpec::new("aliases", Kind::List(&Kind::Text), "Its numbers elsewhere: `CVE-2024-24680`."),
    FactSpec::new(
        "fixed-in",
        Kind::Text,
        "The first later version without it; absent if there is none.",
    ),
];

/// The known vulnerabilities of all versions that a list or a lock file pins.
pub(super) fn vulnerabilities(reading: &Reading, advisories: Option<&Advisories>) -> Fact {
    let Some(advisories) = advisories else {
        let why = Ignorance::new("no database of known vulnerabilities was given");
        return Fact::derived(
            why.settled_by("give `--advisories all.zip` or `--advisories https://api.osv.dev`"),
        );
    };
    let versions = reading.versions();
    let Value::Record(versions) = &versions.value else {
        return versions;
    };
    let rest = advisories.rest().or(versions.rest.as_ref());
    let mut list = List { items: Vec::new(), rest: rest.cloned() };
    for (name, fact) in versions.fields.iter() {
        for version in alternatives(fact) {
            let known = version.value.text().and_then(|text| advisories.of(name, text));
            match known {
                Some(known) => list.items.extend(known.iter().map(|it| record(name, version, it))),
                None => list.rest = list.rest.or_else(|| Some(unversioned(name))),
            }
        }
    }
    let without =
        reading.packages.iter().find(|package| versions.fields.get(&*package.name).is_none());
    list.rest = list.rest.or_else(|| without.map(|package| unversioned(&package.name)));
    Fact::derived(list)
}

/// The versions of all packages that may be installed, as far as they are known.
pub(super) fn installed(reading: &Reading) -> BTreeSet<Installed> {
    let versions = reading.versions();
    let Value::Record(versions) = &versions.value else {
        return BTreeSet::new();
    };
    let mut installed = BTreeSet::new();
    for (name, fact) in versions.fields.iter() {
        let known = alternatives(fact).iter().filter_map(|version| version.value.text());
        let known = known.filter(|version| Version::from_str(version).is_ok());
        installed.extend(
            known.map(|version| Installed {
                package: name.to_string(),
                version: version.to_owned(),
            }),
        );
    }
    installed
}

/// The versions of one package.
fn alternatives(fact: &Fact) -> &[Fact] {
    match &fact.value {
        Value::OneOf(alternatives) => alternatives.as_slice(),
        _ => std::slice::from_ref(fact),
    }
}

fn unversioned(name: &str) -> Ignorance {
    Ignorance::new(format!("the version of `{name}` is not known")).settled_by("pin it")
}

fn record(name: &str, version: &Fact, vulnerability: &Vulnerability) -> Fact {
    let at = |value: Value| Fact { value, provenance: version.provenance.clone() };
    let aliases = vulnerability.aliases.iter().map(|alias| at(alias.as_str().into()));
    let fixed_in = vulnerability.fixed_in.as_deref().map_or(Value::Absent, Value::from);
    at(Value::record([
        ("name", at(name.into())),
        ("version", version.clone()),
        ("id", at(vulnerability.id.as_str().into())),
        ("aliases", at(aliases.collect::<Vec<_>>().into())),
        ("fixed-in", at(fixed_in)),
    ]))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::collect::collected;
    use crate::collect::requirements::Requirements;
    use crate::date::Date;
    use crate::fact::Facts;
    use crate::project::{Given, Project};

    #[test]
    fn pinned_versions_are_held_against_the_database() {
        let database = r#"{"id": "A-1", "aliases": ["CVE-1"], "affected": [{"package": {"ecosystem": "PyPI", "name": "zope-interface"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]}]}]}"#;
        for (list, told) in [
            (
                "Zope.Interface==2.0",
                "[{aliases: [\"CVE-1\"], fixed-in: \"2.1\", id: \"A-1\", name: \"zope-interface\", version: \"2.0\"}]",
            ),
            ("zope.interface==2.1", "[]"),
            ("zope.interface", "[… perhaps more]"),
        ] {
            let project = Project::of_texts([("requirements.txt", list)]);
            let mut given = Given::nothing(Date::parse("2026-11-21").unwrap());
            given.advisories = Some(Arc::new(Advisories::read(database.as_bytes()).unwrap()));
            let facts = collected(&Requirements, &project, &given, &Facts::default());
            assert_eq!(facts.at("requirements.vulnerabilities").value.to_string(), told, "{list}");
        }
    }
}
