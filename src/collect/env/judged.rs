//! What an environment file's variables say about themselves: secrets, samples, doubles, dialects.

use std::collections::{BTreeMap, BTreeSet};

use super::kind::{SecretKind, is_webhook_secret};
use super::source::EnvFile;
use crate::credential::{bits, placeholder, provider, sandbox_mode, unfilled};
use crate::fact::secret::is_secret_name;
use crate::fact::{Fact, Origin, Place, ProjectPath, Secret, Value};
use crate::grammar::dotenv::{Dotenv, Entry, Reader};

/// A variable in force, with the file that sets it.
type Setting<'f> = (&'f EnvFile<'f>, &'f Entry, &'f str);

/// The files of production and the examples beside them.
pub(super) struct Judged<'f> {
    pub(super) files: &'f [EnvFile<'f>],
    pub(super) examples: &'f [(&'f ProjectPath, &'f Dotenv)],
}

impl<'f> Judged<'f> {
    /// The assignments that count and have a value of their own, file by file.
    fn settings(&self) -> Vec<Setting<'f>> {
        let each = self.files.iter().flat_map(|file| {
            file.content.effective().into_values().filter_map(move |entry| {
                let value = entry.value.as_deref();
                let value = value.filter(|value| !value.is_empty() && !is_reference(value))?;
                Some((file, entry, value))
            })
        });
        let mut settings: Vec<Setting<'f>> = each.collect();
        settings.sort_by_key(|(file, entry, _)| (file.path.as_str(), entry.line));
        settings
    }

    /// Every secret with what can be told of it.
    pub(super) fn secrets(&self) -> Vec<Fact> {
        let samples = self.sample_values();
        let secrets =
            self.settings().into_iter().filter(|(_, entry, _)| is_secret_name(&entry.name));
        secrets.map(|setting| secret(setting, &samples)).collect()
    }

    /// The variables, secrets aside, that still hold what an author meant to be replaced.
    pub(super) fn unfilled(&self) -> Vec<Fact> {
        let found = self.settings().into_iter().filter_map(|(file, entry, value)| {
            let told = unfilled(value).filter(|_| !is_secret_name(&entry.name))?;
            Some(item(file, entry, [("because", Fact::derived(told))]))
        });
        found.collect()
    }

    /// Values that stand under two names of secrets.
    pub(super) fn reused(&self) -> Vec<Fact> {
        let mut by_value: BTreeMap<&str, Vec<Setting<'f>>> = BTreeMap::new();
        for setting in self.settings() {
            let (_, entry, value) = setting;
            let judged = is_secret_name(&entry.name)
                && SecretKind::of(&entry.name, value) != SecretKind::Address
                && placeholder(value).is_none();
            if judged {
                by_value.entry(value).or_default().push(setting);
            }
        }
        let mut reused: Vec<Fact> = Vec::new();
        for settings in by_value.into_values() {
            let names: BTreeSet<&str> =
                settings.iter().map(|(_, entry, _)| entry.name.as_str()).collect();
            if let (true, Some((file, entry, _))) = (names.len() > 1, settings.last()) {
                let place = file.place(entry);
                let each = names.into_iter().map(|name| Fact::derived(name).at(place.clone()));
                reused.push(item(
                    file,
                    entry,
                    [("names", Fact::derived(each.collect::<Vec<_>>()).at(place.clone()))],
                ));
            }
        }
        reused
    }

    /// Keys and switches that make a payment provider play.
    pub(super) fn test_keys(&self) -> Vec<Fact> {
        let found = self.settings().into_iter().filter_map(|(file, entry, value)| {
            let issuer = provider(&entry.name, value)
                .filter(|issuer| issuer.payment && issuer.live == Some(false))
                .map(|issuer| issuer.provider);
            let name = issuer.or_else(|| sandbox_mode(&entry.name, value))?;
            Some(item(file, entry, [("provider", Fact::derived(name))]))
        });
        found.collect()
    }

    /// Names assigned more than once in one file.
    pub(super) fn duplicates(&self) -> Vec<Fact> {
        let mut found = Vec::new();
        for file in self.files {
            let mut first: BTreeMap<&str, &Entry> = BTreeMap::new();
            for entry in &file.content.entries {
                let Some(earlier) = first.insert(&entry.name, entry) else { continue };
                let conflicting = Fact::derived(earlier.value != entry.value);
                let line = Fact::derived(i64::from(earlier.line));
                found.push(item(
                    file,
                    entry,
                    [("earlier-line", line), ("conflicting", conflicting)],
                ));
            }
        }
        found
    }

    /// Lines that the loaders in use read differently.
    pub(super) fn differences(&self, readers: &[Reader]) -> Vec<Fact> {
        let mut found = Vec::new();
        for file in self.files {
            for entry in &file.content.entries {
                let others = entry.read_otherwise_by(readers);
                let Some(note) = entry.note.as_deref().filter(|_| !others.is_empty()) else {
                    continue;
                };
                let because = note.split(": read").next().unwrap_or(note);
                let names: Vec<Fact> =
                    others.into_iter().map(|reader| Fact::derived(reader.name())).collect();
                let fields =
                    [("because", Fact::derived(because)), ("readers", Fact::derived(names))];
                found.push(item(file, entry, fields));
            }
        }
        found
    }

    /// Lines that no loader understands.
    pub(super) fn broken(&self) -> Vec<Fact> {
        let lines = self.files.iter().flat_map(|file| {
            file.content.broken.iter().map(move |broken| {
                // The line itself must not be shown: nobody can tell which part of it is a secret.
                let place = Place::whole(&file.path);
                let because = format!("line {}: {}", broken.line, broken.why);
                let fields = [
                    ("because", Fact::derived(because)),
                    ("file", Fact::derived(file.path.as_str())),
                ];
                let fields = fields.map(|(name, fact)| (name, fact.at(place.clone())));
                Fact::derived(Value::record(fields)).at(place)
            })
        });
        lines.collect()
    }

    /// The secrets with which payment providers sign what they send, asked for by an example or set.
    pub(super) fn webhook_secrets(&self, whole: bool) -> Vec<Fact> {
        let mut found: BTreeMap<&str, Fact> = BTreeMap::new();
        for (path, example) in self.examples {
            for entry in example.entries.iter().filter(|entry| is_webhook_secret(&entry.name)) {
                let set =
                    if whole { Fact::derived(false) } else { super::at_deploy_time(&entry.name) };
                let place = Place::line(path, entry.line);
                let fields = [("name", Fact::derived(entry.name.as_str())), ("set", set)];
                let fields = fields.map(|(name, fact)| (name, fact.at(place.clone())));
                found.insert(&entry.name, Fact::derived(Value::record(fields)).at(place));
            }
        }
        for file in self.files {
            for (name, entry) in file.content.effective() {
                if is_webhook_secret(name) {
                    let set = entry
                        .value
                        .as_deref()
                        .is_some_and(|value| !value.is_empty() && placeholder(value).is_none());
                    found.insert(name, item(file, entry, [("set", Fact::derived(set))]));
                }
            }
        }
        found.into_values().collect()
    }

    /// What the examples say; a value there is known to all who can read the project.
    fn sample_values(&self) -> BTreeSet<(&'f str, &'f str)> {
        let entries = self.examples.iter().flat_map(|(_, example)| &example.entries);
        entries.filter_map(|entry| Some((entry.name.as_str(), entry.value.as_deref()?))).collect()
    }
}

/// Those of some secrets that are of these kinds, and secrets indeed.
pub(super) fn of_kinds(secrets: &[Fact], kinds: &[SecretKind]) -> Vec<Fact> {
    let is = |secret: &Fact, kind: &SecretKind| {
        secret.value.field("kind").and_then(|told| told.value.text()) == Some(kind.word())
    };
    let chosen = secrets.iter().filter(|secret| {
        let placeholder = secret.value.field("placeholder").map(|told| &told.value);
        placeholder == Some(&Value::Absent) && kinds.iter().any(|kind| is(secret, kind))
    });
    chosen.cloned().collect()
}

/// Whether a value is the name of another variable, which compose or a script puts in: `$DB_PASSWORD`.
fn is_reference(value: &str) -> bool {
    value.strip_prefix('$').is_some_and(|name| {
        name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            && name.contains(|c: char| c.is_ascii_uppercase())
    })
}

const OF_EXAMPLE: &str = "the value of the example file";

fn secret((file, entry, value): Setting<'_>, samples: &BTreeSet<(&str, &str)>) -> Fact {
    let issuer = provider(&entry.name, value);
    let live = issuer.and_then(|issuer| issuer.live);
    let issuer = issuer.map(|issuer| issuer.provider);
    let kind = SecretKind::of(&entry.name, value);
    let published = samples.contains(&(entry.name.as_str(), value)).then_some(OF_EXAMPLE);
    let placeholder = placeholder(value).or(published);
    // Nobody guesses an address as a whole.
    let bits = (kind != SecretKind::Address).then(|| Fact::derived(whole_bits(value)));
    let length = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
    let fields = [
        (
            "value",
            Fact::derived(Value::Secret(Secret::new(value))).from_origin(Origin::Environment),
        ),
        ("kind", Fact::derived(kind.word())),
        ("bits", bits.unwrap_or_else(Fact::absent)),
        ("length", Fact::derived(length)),
        ("placeholder", placeholder.map_or_else(Fact::absent, Fact::derived)),
        ("provider", issuer.map_or_else(Fact::absent, Fact::derived)),
        ("live", live.map_or_else(Fact::absent, Fact::derived)),
    ];
    item(file, entry, fields)
}

#[expect(clippy::cast_possible_truncation, reason = "bits of a text of at most a megabyte")]
fn whole_bits(value: &str) -> i64 {
    bits(value).floor() as i64
}

/// A record about an assignment, each of its fields at the assignment's place.
fn item<const COUNT: usize>(
    file: &EnvFile<'_>,
    entry: &Entry,
    fields: [(&'static str, Fact); COUNT],
) -> Fact {
    let place = file.place(entry);
    let own =
        [("name", Fact::derived(entry.name.as_str())), ("file", Fact::derived(file.path.as_str()))];
    let all = own.into_iter().chain(fields).map(|(name, fact)| (name, fact.at(place.clone())));
    Fact::derived(Value::record(all)).at(place)
}
