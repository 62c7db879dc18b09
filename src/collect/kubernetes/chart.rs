//! The values that a chart of Helm is given, as far as they are plain: the image, the ingress, and secrets.
//!
//! What the chart makes of them only Helm tells. These keys mean the same in the chart that `helm create`
//! makes, and in most others. (Helm, "Values Files" and "Best Practices: Values", read 2026-11.)

use super::object::At;
use super::{ingress, secrets};
use crate::collect::Sources;
use crate::credential::is_made;
use crate::fact::secret::is_secret_name;
use crate::fact::{Fact, FactSpec, Kind, ProjectPath, Value};
use crate::grammar::image_reference::ImageReference;
use crate::grammar::yaml::{self, Node};
use crate::project::Role;

/// The fields of one image.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("image", Kind::Text, "The image and its tag, as the chart puts them together."),
    FactSpec::new("pinned", Kind::Bool, "Whether the name stays with one version."),
];

/// What files of values say.
#[derive(Default)]
pub(super) struct Values {
    pub(super) images: Vec<Fact>,
    pub(super) ingresses: Vec<Fact>,
    pub(super) secrets: Vec<Fact>,
}

/// Whether a file holds values for a chart, told from its name.
pub(super) fn is_values(path: &ProjectPath) -> bool {
    let name = path.name().to_lowercase();
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
    stem.is_some_and(|stem| {
        stem.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "values")
    })
}

/// What the values say that production's charts are given: those in files that are named for it, else the
/// defaults of the charts.
pub(super) fn values(sources: &Sources<'_>) -> Values {
    let is_of_chart = |path: &ProjectPath| {
        let mut folders = [path.folder(), path.folder().folder()].into_iter();
        folders.any(|folder| sources.project.has_listed(&folder.join("Chart.yaml")))
    };
    let files = sources.wanted.iter().copied().filter(|path| is_values(path) && is_of_chart(path));
    let files: Vec<&ProjectPath> = files.collect();
    let any_named = files.iter().any(|path| is_named(path));
    let mut found = Values::default();
    for path in files.into_iter().filter(|path| !any_named || is_named(path)) {
        let text = sources.project.read(path).ok().filter(|text| !text.contains("{{"));
        for document in text.and_then(|text| yaml::parse(text).ok()).unwrap_or_default() {
            found.take(At { path, node: &document });
        }
    }
    found
}

/// Whether a file, or the folder it lies in, is named for production; `helm_deploy` holds charts of all kinds.
fn is_named(path: &ProjectPath) -> bool {
    Role::of(&ProjectPath::new(path.name())) == Role::Production
        || matches!(path.folder().name(), "prod" | "production" | "live")
}

impl Values {
    fn take(&mut self, at: At<'_>) {
        // The defaults of a chart are given another tag, and a certificate, when it is installed.
        if is_named(at.path) {
            self.images.extend(at.at(&["image"]).and_then(image));
            self.ingresses.extend(at.at(&["ingress"]).and_then(ingress::of_values));
        }
        for (name, node) in entries(at.node) {
            let here = At { node, ..at };
            match node.scalar() {
                Some(text) if is_written(name, &text) => {
                    self.secrets.extend(secrets::of_variable(name, here));
                }
                Some(_) => {}
                None => self.take_below(here),
            }
        }
    }

    /// What stands further down: parts of the chart, and lists of variables.
    fn take_below(&mut self, at: At<'_>) {
        self.take(at);
        for item in at.node.items() {
            let here = At { node: item, ..at };
            if let (Some(name), Some(value)) = (here.text("name"), here.at(&["value"])) {
                let is_written = value.node.scalar().is_some_and(|text| is_written(&name, &text));
                self.secrets
                    .extend(is_written.then(|| secrets::of_variable(&name, value)).flatten());
            }
            self.take_below(here);
        }
    }
}

fn entries(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    node.entries().iter().map(|(key, value)| (key.name.as_str(), value))
}

/// What nobody writes as a default to be replaced.
const STRONG_BITS: f64 = 50.0;

fn is_written(name: &str, text: &str) -> bool {
    let name = name.replace(['-', '.'], "_");
    // `replicationPasswordKey: postgresql-replication-password` is the name of an entry.
    let is_name = text.chars().all(|c| c.is_ascii_lowercase() || "-_.".contains(c));
    is_secret_name(&name) && !is_name && is_made(text, STRONG_BITS)
}

/// An image by its parts: `repository` with `tag` or `digest`. Without a tag it is that of the chart.
fn image(at: At<'_>) -> Option<Fact> {
    let repository = at.text("repository")?;
    let tag = at.at(&["tag"])?;
    let text = tag.node.scalar().filter(|text| !text.is_empty() && !text.contains('$'))?;
    let has_digest = at.text("digest").is_some_and(|digest| !digest.is_empty());
    let name = format!("{repository}:{text}");
    let pinned = has_digest || ImageReference::parse(&name)?.is_pinned();
    Some(tag.fact(Value::record([("image", tag.fact(name)), ("pinned", tag.fact(pinned))])))
}
