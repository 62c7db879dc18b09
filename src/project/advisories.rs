//! Known vulnerabilities of Python packages: a database that the user gives, or what a service tells of the
//! versions that are installed.
//!
//! The database is what OSV exports for `PyPI` (`all.zip`, a file of JSON for each), or some of those files put one
//! after the other. A service has the same files, one by one. (Open Source Vulnerability format, "affected".)

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::str::FromStr;

use flate2::read::DeflateDecoder;
use pep440_rs::Version;
use rawzip::{CompressionMethod, ZipArchive};
use serde::Deserialize;

use crate::fact::Ignorance;
use crate::grammar::package_name::normal_name;

/// No advisory is larger.
pub const MAX_ENTRY_BYTES: u64 = 4 << 20;
/// No database holds more of them.
const MAX_ENTRIES: usize = 500_000;

/// What is known of the packages.
#[derive(Clone, Debug, Default)]
pub struct Advisories {
    by_package: BTreeMap<String, Vec<Advisory>>,
    rest: Option<Ignorance>,
}

/// A version of a package that is installed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Installed {
    /// The name that the package index has.
    pub package: String,
    /// The version as it is pinned.
    pub version: String,
}

/// One vulnerability of one package.
#[derive(Clone, Debug)]
struct Advisory {
    id: String,
    aliases: Vec<String>,
    versions: Vec<String>,
    ranges: Vec<Vec<Event>>,
}

/// A vulnerability that a version has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vulnerability {
    /// Its number in the database: `PYSEC-2024-28`.
    pub id: String,
    /// Its numbers elsewhere: `CVE-2024-24680`.
    pub aliases: Vec<String>,
    /// The first later version without it, if there is one.
    pub fixed_in: Option<String>,
}

/// Where in the order of versions something begins or ends.
#[derive(Clone, Debug)]
enum Event {
    /// Vulnerable from here on; none from the first version on.
    Introduced(Option<Version>),
    /// No longer from here on.
    Fixed(Version),
    /// Vulnerable here for the last time.
    LastAffected(Version),
}

impl Advisories {
    /// Reads a database, or says why it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut found = Self::default();
        if bytes.starts_with(b"PK") {
            found.take_archive(bytes)?;
        } else {
            found.take(bytes)?;
        }
        if found.by_package.is_empty() {
            return Err("no vulnerability of a package of PyPI is in it".to_owned());
        }
        Ok(found)
    }

    /// Adds the advisory that a service has under a number, which it says these versions have. One that says
    /// otherwise of itself is refused.
    pub fn take_named(
        &mut self,
        id: &str,
        text: &[u8],
        affected: &BTreeSet<Installed>,
    ) -> Result<(), String> {
        let written: Written = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if written.id != id {
            return Err("it has another number".to_owned());
        }
        let withdrawn = written.withdrawn.is_some();
        self.add(written);
        match affected.iter().find(|it| !withdrawn && !self.is_known_for(it, id)) {
            Some(it) => {
                Err(format!("it does not say that it affects {} {}", it.package, it.version))
            }
            None => Ok(()),
        }
    }

    fn is_known_for(&self, installed: &Installed, id: &str) -> bool {
        let Ok(version) = Version::from_str(&installed.version) else { return false };
        let known = self.by_package.get(&installed.package).map_or(&[][..], Vec::as_slice);
        known.iter().any(|advisory| advisory.id == id && advisory.affects(&version))
    }

    /// Says why there may be more than what is known here; the first reason counts.
    pub fn leave_open(&mut self, why: Ignorance) {
        self.rest.get_or_insert(why);
    }

    /// Why there may be more than what is known here, if there may.
    pub fn rest(&self) -> Option<&Ignorance> {
        self.rest.as_ref()
    }

    fn take_archive(&mut self, bytes: &[u8]) -> Result<(), String> {
        let told = |error: rawzip::Error| error.to_string();
        let archive = ZipArchive::from_slice(bytes).map_err(told)?;
        let mut entries = archive.entries();
        let mut left = MAX_ENTRIES;
        while let Some(entry) = entries.next_entry().map_err(told)? {
            left = left.checked_sub(1).ok_or("it has too many files")?;
            if !entry.file_path().as_ref().ends_with(b".json") {
                continue;
            }
            let packed = archive.get_entry(entry.wayfinder()).map_err(told)?;
            let mut text = Vec::new();
            let read = match entry.compression_method() {
                CompressionMethod::STORE => {
                    packed.data().take(MAX_ENTRY_BYTES).read_to_end(&mut text)
                }
                CompressionMethod::DEFLATE => {
                    DeflateDecoder::new(packed.data()).take(MAX_ENTRY_BYTES).read_to_end(&mut text)
                }
                _ => return Err("it is compressed in a way that is not known".to_owned()),
            };
            read.map_err(|error| error.to_string())?;
            self.take(&text)?;
        }
        Ok(())
    }

    /// The advisories of a text: one, several one after the other, or a list of them.
    fn take(&mut self, text: &[u8]) -> Result<(), String> {
        for document in serde_json::Deserializer::from_slice(text).into_iter::<OneOrMany>() {
            match document.map_err(|error| error.to_string())? {
                OneOrMany::One(advisory) => self.add(*advisory),
                OneOrMany::Many(advisories) => advisories.into_iter().for_each(|it| self.add(it)),
            }
        }
        Ok(())
    }

    fn add(&mut self, advisory: Written) {
        if advisory.withdrawn.is_some() {
            return;
        }
        for affected in advisory.affected {
            let Some(package) = affected.package.filter(|it| it.ecosystem == "PyPI") else {
                continue;
            };
            let ranges = affected.ranges.iter().filter(|range| range.kind == "ECOSYSTEM");
            let told = Advisory {
                id: advisory.id.clone(),
                aliases: advisory.aliases.clone(),
                versions: affected.versions,
                ranges: ranges.map(|range| events(&range.events)).collect(),
            };
            self.by_package.entry(normal_name(&package.name)).or_default().push(told);
        }
    }

    /// What a version of a package is known for, sorted, each once; none if it is no version. The name is the
    /// one that the package index has.
    pub fn of(&self, package: &str, version: &str) -> Option<Vec<Vulnerability>> {
        let parsed = Version::from_str(version).ok()?;
        let known = self.by_package.get(package).map_or(&[][..], Vec::as_slice);
        let affecting = known.iter().filter(|advisory| advisory.affects(&parsed));
        let told = affecting.map(|advisory| Vulnerability {
            id: advisory.id.clone(),
            aliases: advisory.aliases.clone(),
            fixed_in: advisory.fixed_after(&parsed).map(ToString::to_string),
        });
        let mut found: Vec<Vulnerability> = Vec::new();
        for vulnerability in told {
            if !found.iter().any(|known| is_same(known, &vulnerability)) {
                found.push(vulnerability);
            }
        }
        found.sort_by(|one, other| one.id.cmp(&other.id));
        Some(found)
    }
}

/// Whether two advisories tell of one vulnerability: those of Python and of GitHub name each other.
fn is_same(one: &Vulnerability, other: &Vulnerability) -> bool {
    one.id == other.id || one.aliases.contains(&other.id) || other.aliases.contains(&one.id)
}

impl Advisory {
    fn affects(&self, version: &Version) -> bool {
        let is_it = |text: &String| Version::from_str(text).is_ok_and(|listed| listed == *version);
        self.versions.iter().any(is_it) || self.ranges.iter().any(|events| holds(events, version))
    }

    fn fixed_after(&self, version: &Version) -> Option<&Version> {
        let fixes = self.ranges.iter().flatten().filter_map(|event| match event {
            Event::Fixed(fixed) if fixed > version => Some(fixed),
            _ => None,
        });
        fixes.min()
    }
}

/// Whether a version is in one of the spans of a range: the last event before it decides.
fn holds(events: &[Event], version: &Version) -> bool {
    events.iter().fold(false, |is_in, event| match event {
        Event::Introduced(None) => true,
        Event::Introduced(Some(from)) if version >= from => true,
        Event::Fixed(fixed) if version >= fixed => false,
        Event::LastAffected(last) if version > last => false,
        _ => is_in,
    })
}

/// The events in the order of their versions; what is no version is left out.
fn events(written: &[WrittenEvent]) -> Vec<Event> {
    let version = |text: &Option<String>| Version::from_str(text.as_deref()?).ok();
    let mut found: Vec<Event> = written
        .iter()
        .filter_map(|event| match event.introduced.as_deref() {
            Some("0") => Some(Event::Introduced(None)),
            Some(_) => version(&event.introduced).map(|it| Event::Introduced(Some(it))),
            None => version(&event.fixed)
                .map(Event::Fixed)
                .or_else(|| version(&event.last_affected).map(Event::LastAffected)),
        })
        .collect();
    found.sort_by(|one, other| one.version().cmp(&other.version()));
    found
}

impl Event {
    /// Where it is; what begins with the first version is before all others.
    fn version(&self) -> Option<&Version> {
        match self {
            Self::Introduced(from) => from.as_ref(),
            Self::Fixed(version) | Self::LastAffected(version) => Some(version),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Written>),
    One(Box<Written>),
}

/// An advisory as the format has it.
#[derive(Deserialize)]
struct Written {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    withdrawn: Option<String>,
    #[serde(default)]
    affected: Vec<WrittenAffected>,
}

#[derive(Deserialize)]
struct WrittenAffected {
    package: Option<WrittenPackage>,
    #[serde(default)]
    ranges: Vec<WrittenRange>,
    #[serde(default)]
    versions: Vec<String>,
}

#[derive(Deserialize)]
struct WrittenPackage {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct WrittenRange {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    events: Vec<WrittenEvent>,
}

#[derive(Deserialize)]
struct WrittenEvent {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: &str = r#"
        {"id": "A-1", "aliases": ["CVE-1", "B-1"], "affected": [{"package": {"ecosystem": "PyPI", "name": "shop"},
          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"fixed": "2.0.5"}, {"introduced": "0"}, {"fixed": "1.4"}]}]}]}
        {"id": "B-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "shop"}, "versions": ["1.0", "2.0.0"]}]}
        {"id": "C-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "shop"},
          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "3.0a1"}, {"last_affected": "3.1"}]}]}]}
        {"id": "D-1", "withdrawn": "2024-01-01", "affected": [{"package": {"ecosystem": "PyPI", "name": "shop"}, "versions": ["9"]}]}
        [{"id": "E-1", "affected": [{"package": {"ecosystem": "npm", "name": "shop"}, "versions": ["9"]}]}]"#;

    #[test]
    fn versions_have_what_their_ranges_say() {
        let advisories = Advisories::read(DATABASE.as_bytes()).unwrap();
        for (version, told) in [
            ("1.0", "A-1 until 1.4"),
            ("1.4", ""),
            ("1.4rc1", "A-1 until 1.4"),
            ("2.0", "A-1 until 2.0.5"),
            ("2.0.4.post1", "A-1 until 2.0.5"),
            ("2.0.5", ""),
            ("3.0", "C-1"),
            ("3.1.0", "C-1"),
            ("3.1.1", ""),
            ("9", ""),
        ] {
            let found = advisories.of("shop", version).unwrap();
            let shown = found.iter().map(|it| match &it.fixed_in {
                Some(fixed) => format!("{} until {fixed}", it.id),
                None => it.id.clone(),
            });
            assert_eq!(shown.collect::<Vec<_>>().join(", "), told, "{version}");
        }
        assert_eq!(advisories.of("shop", "main"), None);
        assert_eq!(advisories.of("other", "1").unwrap(), []);
    }

    #[test]
    fn a_package_is_known_by_its_name_however_it_is_written() {
        let text = r#"{"id": "A-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "Zope.Interface"}, "versions": ["5.0"]}]}"#;
        let advisories = Advisories::read(text.as_bytes()).unwrap();
        assert_eq!(advisories.of("zope-interface", "5.0").unwrap().len(), 1);
    }

    #[test]
    fn an_archive_is_read_like_its_files() {
        use std::io::Write as _;
        let mut bytes = Vec::new();
        let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
        for (name, text) in [("A-1.json", DATABASE), ("README", "no advisory")] {
            let file = archive.new_file(name).compression_method(CompressionMethod::DEFLATE);
            let (mut entry, config) = file.start().unwrap();
            let level = flate2::Compression::default();
            let mut writer = config.wrap(flate2::write::DeflateEncoder::new(&mut entry, level));
            writer.write_all(text.as_bytes()).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap();
        let advisories = Advisories::read(&bytes).unwrap();
        assert_eq!(advisories.of("shop", "2.0.1").unwrap().len(), 1);
    }

    #[test]
    fn a_file_of_something_else_is_told() {
        for text in ["", "{}", "PK\u{3}\u{4}", "[{\"id\": \"x\"}]", "{\"id\": 1}"] {
            assert!(Advisories::read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
