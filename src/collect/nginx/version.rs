//! Which nginx runs, as far as an image tells, and what its defaults are.

use super::directives::Number;
use super::syntax::Directive;
use crate::fact::{Fact, Facts, Origin, Place, Value};

/// The version of nginx.
pub(super) struct Version {
    text: Option<String>,
    place: Option<Place>,
}

/// Tags that mean the newest.
const NEWEST: &[&str] = &["latest", "stable", "mainline", "alpine", "bookworm", "trixie", ""];

impl Version {
    /// The version in the tag of an image that the project builds on or runs.
    pub(super) fn of(so_far: &Facts) -> Self {
        let services = so_far.at("compose.services");
        let images = so_far.at("docker.images");
        let run = services.value.items().iter().filter_map(|each| {
            let image = each.value.field("image")?;
            Some((tag(image.value.text()?)?, image.provenance.place.clone()))
        });
        let built_on = images.value.items().iter().filter_map(|each| {
            let base = each.value.field("base")?;
            let version = match &each.value.field("base-tag")?.value {
                Value::Absent => String::new(),
                tag => format!(":{}", tag.text()?),
            };
            Some((tag(&format!("{}{version}", base.value.text()?))?, base.provenance.place.clone()))
        });
        match run.chain(built_on).next() {
            Some((text, place)) => Self { text: Some(text), place },
            None => Self { text: None, place: None },
        }
    }

    /// The version as a number; of the newest, one above all. None if nothing tells it.
    pub(super) fn number(&self) -> Option<Number> {
        let newest = (u32::MAX, u32::MAX, u32::MAX);
        self.text.as_ref().map(|text| numbers(text).unwrap_or(newest))
    }

    /// The version as a fact.
    pub(super) fn fact(&self) -> Fact {
        match (&self.text, &self.place) {
            (Some(text), Some(place)) => Fact::literal(text.as_str(), place.clone()),
            (Some(text), None) => Fact::derived(text.as_str()),
            (None, _) => Fact::unknown("no image in the project tells which nginx runs"),
        }
    }

    /// What `ssl_protocols` is by default: TLS 1.3 since 1.23.4, no TLS below 1.2 since 1.27.3.
    pub(super) fn default_protocols(&self, at: &Directive) -> Fact {
        let Some(text) = &self.text else {
            return at.hides(
                "`ssl_protocols` is not set, and its default depends on the version of nginx",
            );
        };
        let old = ["TLSv1", "TLSv1.1", "TLSv1.2"];
        let middle = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
        let new = ["TLSv1.2", "TLSv1.3"];
        let protocols: &[&str] = match numbers(text) {
            Some(version) if version < (1, 23, 4) => &old,
            Some(version) if version < (1, 27, 3) => &middle,
            _ => &new,
        };
        let items = protocols
            .iter()
            .map(|name| Fact::derived(*name).from_origin(Origin::Default).at(at.place.clone()))
            .collect();
        at.defaults(Value::list(items))
    }
}

/// The tag of an nginx image; none of other images.
fn tag(image: &str) -> Option<String> {
    let image = image.split('@').next()?;
    let (name, tag) = match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, ""),
    };
    let nginx = matches!(name.rsplit('/').next()?, "nginx" | "nginx-unprivileged" | "openresty");
    let known =
        NEWEST.iter().any(|newest| tag.split('-').next() == Some(newest)) || numbers(tag).is_some();
    (nginx && known).then(|| if tag.is_empty() { "latest".to_owned() } else { tag.to_owned() })
}

/// `1.27` is the newest of its line.
fn numbers(tag: &str) -> Option<Number> {
    let version = tag.split('-').next()?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    let major = parts.next()??;
    let minor = parts.next().map_or(Some(u32::MAX), |part| part)?;
    let patch = parts.next().map_or(Some(u32::MAX), |part| part)?;
    Some((major, minor, patch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_tells_the_version() {
        for (image, told) in [
            ("nginx:1.25-alpine", Some("1.25-alpine")),
            ("nginx", Some("latest")),
            ("docker.io/library/nginx:stable-alpine", Some("stable-alpine")),
            ("localhost:5000/nginx", Some("latest")),
            ("postgres:16", None),
            ("nginx:${TAG}", None),
        ] {
            assert_eq!(tag(image).as_deref(), told, "{image}");
        }
    }

    #[test]
    fn an_open_end_is_the_newest_of_its_line() {
        assert!(numbers("1.27").unwrap() > (1, 27, 3));
        assert!(numbers("1.22.1").unwrap() < (1, 23, 4));
    }
}
