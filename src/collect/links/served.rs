//! Whether the folders from which a container of nginx serves files are in that container, and whether they
//! are those in which Django puts its files.

use super::inside::{Around, below, mounts, source};
use super::proxies::{Proxy, proxies};
use crate::fact::{Fact, FactSpec, Kind, Value};

/// The fields of one folder.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("location", Kind::Text, "The path under which visitors ask for its files."),
    FactSpec::new("folder", Kind::Text, "The folder in the container of nginx."),
    FactSpec::new("service", Kind::Text, "The service of compose that runs nginx."),
    FactSpec::new(
        "there",
        Kind::Bool,
        "Whether a mount or the Dockerfile brings the folder, or a part of it. Absent if a step of the build may.",
    ),
    FactSpec::new(
        "setting",
        Kind::Text,
        "`STATIC_ROOT` or `MEDIA_ROOT`, if its files are for that path.",
    ),
    FactSpec::new(
        "filled",
        Kind::Bool,
        "Whether Django's container has that setting's folder in the same volume at the same place. Absent where one of the two is not known.",
    ),
];

/// What nginx's own image holds, or keeps for itself.
const OF_THE_IMAGE: &[&str] = &["/usr/share/nginx", "/etc/nginx", "/dev"];

/// The folders that containers of nginx serve; none if no container is known to run one of these files.
pub(super) fn folders(around: &Around<'_>) -> Option<Fact> {
    let services = around.facts.at("compose.services");
    let proxies = proxies(&services, around);
    let locations = around.facts.at("nginx.locations");
    let mut found = Vec::new();
    for location in locations.value.items() {
        let Some(path) = location.text_of("path") else { continue };
        let setting = around.setting_of(path);
        let Some(folder) = served(location, path, setting) else { continue };
        if let Some(proxy) = proxies.iter().find(|proxy| proxy.reads(location)) {
            found.push(record(location, &folder, setting, proxy, around));
        }
    }
    (!found.is_empty()).then(|| Fact::derived(found))
}

/// The folder whose files a location serves. Of a `root` only those of Django: what it does not have
/// otherwise, the program is often asked for.
fn served(location: &Fact, path: &str, setting: Option<&str>) -> Option<String> {
    let is_prefix = matches!(location.text_of("modifier"), Some("" | "^~"));
    let serves = location.value.field("serves-files")?.value == Value::Bool(true);
    let folder = match (location.text_of("alias"), location.text_of("root"), setting) {
        (Some(alias), ..) => alias.to_owned(),
        (None, Some(root), Some(_)) => format!("{}{path}", root.trim_end_matches('/')),
        _ => return None,
    };
    let is_known = folder.starts_with('/') && !folder.contains('$');
    let is_of_image = OF_THE_IMAGE.iter().any(|own| below(&folder, own).is_some());
    (is_prefix && serves && is_known && !is_of_image).then_some(folder)
}

fn record(
    location: &Fact,
    folder: &str,
    setting: Option<&str>,
    proxy: &Proxy<'_>,
    around: &Around<'_>,
) -> Fact {
    let at = |value: Value| Fact { value, provenance: location.provenance.clone() };
    let is_there = proxy.has(folder);
    let there = (is_there || !proxy.may_make(folder, around)).then_some(is_there);
    let filled = setting.and_then(|setting| around.is_filled(setting, folder, proxy));
    at(Value::record([
        ("location", location.value.field("path").cloned().unwrap_or_else(Fact::absent)),
        ("folder", at(folder.into())),
        ("service", at(proxy.name.into())),
        ("there", at(there.map_or(Value::Absent, Value::from))),
        ("setting", at(setting.map_or(Value::Absent, Value::from))),
        ("filled", at(filled.map_or(Value::Absent, Value::from))),
    ]))
}

impl Around<'_> {
    /// The setting whose folder holds the files of a path.
    fn setting_of(&self, path: &str) -> Option<&'static str> {
        let is_of = |url: &str| {
            let fact = self.facts.at(&format!("django.settings.{url}"));
            fact.value.text().is_some_and(|url| url.trim_matches('/') == path.trim_matches('/'))
        };
        [("STATIC_URL", "STATIC_ROOT"), ("MEDIA_URL", "MEDIA_ROOT")]
            .into_iter()
            .find_map(|(url, root)| is_of(url).then_some(root))
    }

    /// Whether a container of Django has the setting's folder where nginx has the folder that it serves;
    /// none if that is not known of one that shares the volume.
    fn is_filled(&self, setting: &str, folder: &str, proxy: &Proxy<'_>) -> Option<bool> {
        let root = self.facts.at(&format!("django.settings.{setting}"));
        let root = root.value.text()?.to_owned();
        let served = source(&proxy.mounts, folder)?;
        let services = self.facts.at("compose.services");
        let mut answers = Vec::new();
        for service in services.value.items() {
            if service.value.field("application")?.value != Value::Bool(true) {
                continue;
            }
            let mounts = mounts(service)?;
            let shared =
                mounts.iter().filter(|mount| served.is_of(mount)).map(|mount| mount.target);
            let shared: Vec<&str> = shared.collect();
            if shared.is_empty() {
                continue;
            }
            let written = self.in_container(&root, service.text_of("dockerfile"), &mounts)?;
            let is_same = source(&mounts, &written).is_some_and(|written| written == served);
            if is_same {
                return Some(true);
            }
            // A script may copy the files to where the volume is.
            if shared.iter().any(|target| self.is_mentioned(target)) {
                return None;
            }
            answers.push(false);
        }
        answers.pop()
    }
}
