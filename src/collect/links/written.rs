//! What the program writes to files in its container, and whether it is still there after the next deploy.

use std::collections::BTreeSet;

use super::inside::{Around, Mount, below, mounts};
use crate::collect::compose::of_image;
use crate::fact::{Fact, FactSpec, Kind, Origin, ProjectPath, Value};
use crate::grammar::image_reference::ImageReference;
use crate::project::{Role, Service};

/// The fields of one file or folder.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("what", Kind::Text, "`uploads` (`MEDIA_ROOT`) or `log` (a file of `LOGGING`)."),
    FactSpec::new("path", Kind::Text, "Where it is in the container."),
    FactSpec::new("container", Kind::Text, "The service of compose, or the container of a pod."),
    FactSpec::new(
        "kept",
        Kind::Bool,
        "Whether a volume or a folder of the host holds it. Absent of a log that goes elsewhere too.",
    ),
    FactSpec::new("writable", Kind::Bool, "Whether the container can write there at all."),
];

/// What Django writes in containers; none if no container is known to run it, or not all that is mounted.
pub(super) fn files(around: &Around<'_>, service: &Service) -> Option<Fact> {
    let services = around.facts.at("compose.services");
    let pods = around.facts.at("kubernetes.containers");
    let containers = containers(&services, &pods, around)?;
    let mut found = Vec::new();
    if let Some(root) = uploads(around, service) {
        found.extend(record("uploads", &root, &containers, around));
    }
    let files = around.facts.at("django.logging.files");
    for file in files.value.items() {
        found.extend(record("log", file, &containers, around));
    }
    (!found.is_empty()).then(|| Fact::derived(found))
}

/// A container that runs the program.
struct Container<'f> {
    name: &'f str,
    fact: &'f Fact,
    dockerfile: Option<&'f str>,
    mounts: Vec<Mount<'f>>,
    read_only: bool,
}

/// The containers that run the program in production; none if that is not known. Where a platform runs it,
/// a compose file that is not named for production is the developer's.
fn containers<'f>(
    services: &'f Fact,
    pods: &'f Fact,
    around: &Around<'_>,
) -> Option<Vec<Container<'f>>> {
    let files = around.facts.at("compose.files");
    let of_production = files.value.items().iter().any(|file| {
        file.value.text().is_some_and(|file| Role::of(&ProjectPath::new(file)) == Role::Production)
    });
    let deployments = around.facts.at("platform.deployments");
    let elsewhere = !pods.value.items().is_empty()
        || deployments.value.items().iter().any(|deployment| deployment.holds("web"));
    let services = services.value.items().iter().filter(|service| {
        service.holds("application") && service.holds("build") && !service.holds("one-shot")
    });
    let of_service = |service: &'f Fact| {
        Some(Container {
            name: service.text_of("name")?,
            fact: service,
            dockerfile: service.text_of("dockerfile"),
            mounts: mounts(service)?,
            read_only: service.holds("read-only"),
        })
    };
    if !elsewhere || of_production {
        return services.map(of_service).collect();
    }
    let serving = pods.value.items().iter().filter(|pod| pod.holds("serves"));
    let own: Vec<&Fact> = serving.filter(|pod| pod.text_of("image").is_some_and(is_own)).collect();
    let images: BTreeSet<Option<&str>> = own.iter().map(|pod| pod.text_of("image")).collect();
    // Which of several images has the program is not told.
    if images.len() != 1 {
        return None;
    }
    let of_pod = |pod: &'f Fact| {
        let targets = pod.value.field("mounts")?.value.items().iter();
        let mount = |target: &'f Fact| {
            Some(Mount { volume: None, path: None, target: target.value.text()? })
        };
        Some(Container {
            name: pod.text_of("name")?,
            fact: pod,
            dockerfile: None,
            mounts: targets.map(mount).collect::<Option<_>>()?,
            read_only: pod.holds("read-only"),
        })
    };
    own.into_iter().map(of_pod).collect()
}

/// Whether an image is none of the well-known ones.
fn is_own(image: &str) -> bool {
    ImageReference::parse(image).is_some_and(|image| of_image(&image).is_none())
}

/// What becomes of a file in the containers: it is kept if one of them keeps it. None if it is not known
/// where the file is in any of them.
fn record(
    what: &'static str,
    file: &Fact,
    containers: &[Container<'_>],
    around: &Around<'_>,
) -> Option<Fact> {
    let named = file.value.text().filter(|path| path.starts_with('/') && !path.contains('$'))?;
    let mut lost = None;
    for container in containers {
        let only = around.only_dockerfile();
        let dockerfile = container.dockerfile.or(only.as_deref());
        let Some(path) = around.in_container(named, dockerfile, &container.mounts) else {
            continue;
        };
        if container.mounts.iter().any(|mount| below(&path, mount.target).is_some()) {
            return Some(described(what, &path, container, (Some(true), true), file));
        }
        // What a Dockerfile calls a volume is not lost with each container.
        if !dockerfile.is_some_and(|file| around.has_volumes(file)) {
            lost.get_or_insert((path, container));
        }
    }
    let (path, container) = lost?;
    let kept = (what == "uploads" || around.logs_to_files_alone()).then_some(false);
    Some(described(what, &path, container, (kept, !container.read_only), file))
}

fn described(
    what: &'static str,
    path: &str,
    container: &Container<'_>,
    (kept, writable): (Option<bool>, bool),
    file: &Fact,
) -> Fact {
    let at = |value: Value| Fact { value, provenance: container.fact.provenance.clone() };
    at(Value::record([
        ("what", at(what.into())),
        ("path", Fact { value: path.into(), provenance: file.provenance.clone() }),
        ("container", at(container.name.into())),
        ("kept", at(kept.map_or(Value::Absent, Value::from))),
        ("writable", at(writable.into())),
    ]))
}

/// The folder of uploads, if models keep files, and Django puts them into that folder.
fn uploads(around: &Around<'_>, service: &Service) -> Option<Fact> {
    let setting = |name: &str| around.facts.at(&format!("django.settings.{name}")).into_owned();
    let root = setting("MEDIA_ROOT");
    let storages = setting("STORAGES");
    let of_storages =
        storages.value.field("default").and_then(|default| default.text_of("BACKEND"));
    let former = setting("DEFAULT_FILE_STORAGE");
    let is_said =
        !matches!(former.value, Value::Absent) && former.provenance.origin != Origin::Default;
    let backend = if is_said { former.value.text() } else { of_storages };
    let on_disk = backend == Some("django.core.files.storage.FileSystemStorage");
    let is_set = root.provenance.origin != Origin::Default
        && root.value.text().is_some_and(|root| !root.is_empty());
    (on_disk && is_set && around.keeps_files(service)).then_some(root)
}

impl Around<'_> {
    /// Whether a model of the program has a field for files.
    fn keeps_files(&self, service: &Service) -> bool {
        let is_model = |path: &&ProjectPath| {
            Role::of(path).counts()
                && path.as_str().split('/').any(|part| part == "models" || part == "models.py")
        };
        service.programs().filter(is_model).any(|path| {
            self.project.read(path).is_ok_and(|text| {
                ["FileField(", "ImageField("].iter().any(|field| text.contains(field))
            })
        })
    }

    /// The Dockerfile of the program, if it is the only one.
    fn only_dockerfile(&self) -> Option<String> {
        let images = self.facts.at("docker.images");
        match images.value.items() {
            [image] => image.text_of("path").map(str::to_owned),
            _ => None,
        }
    }

    /// Whether a Dockerfile declares volumes.
    fn has_volumes(&self, dockerfile: &str) -> bool {
        let text = self.project.read(&ProjectPath::new(dockerfile));
        text.is_ok_and(|text| text.lines().any(|line| line.trim_start().starts_with("VOLUME")))
    }

    /// Whether what is logged of failed requests goes to files alone, and to mail.
    fn logs_to_files_alone(&self) -> bool {
        let handlers = self.facts.at("django.logging.error-handlers");
        let Value::List(list) = &handlers.value else {
            return false;
        };
        let is_class =
            |class: &Fact, end: &str| class.value.text().is_some_and(|class| class.ends_with(end));
        let is_file = |class: &Fact| is_class(class, "FileHandler");
        list.rest.is_none()
            && list.items.iter().any(is_file)
            && list.items.iter().all(|class| is_file(class) || is_class(class, "AdminEmailHandler"))
    }
}
