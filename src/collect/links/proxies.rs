//! The services of compose that run nginx with files of the project.

use super::inside::{Around, Copied, Mount, below, copies, mounts};
use crate::fact::{Fact, Place, Value};
use crate::grammar::image_reference::ImageReference;

/// Those of some services of which all is known that is put into their containers.
pub(super) fn proxies<'f>(services: &'f Fact, around: &Around<'_>) -> Vec<Proxy<'f>> {
    services.value.items().iter().filter_map(|service| Proxy::of(service, around)).collect()
}

/// A service that runs nginx with files of the project.
pub(super) struct Proxy<'f> {
    pub(super) name: &'f str,
    pub(super) mounts: Vec<Mount<'f>>,
    /// What its Dockerfile copies into the image, if it is built here.
    copies: Vec<Copied>,
}

impl<'f> Proxy<'f> {
    fn of(service: &'f Fact, around: &Around<'_>) -> Option<Self> {
        let name = service.text_of("name")?;
        let mounts = mounts(service)?;
        let is_nginx = |image: &str| {
            let image = ImageReference::parse(image);
            image.is_some_and(|image| {
                matches!(image.name.as_str(), "nginx" | "nginxinc/nginx-unprivileged")
            })
        };
        if service.value.field("build")?.value == Value::Bool(false) {
            return is_nginx(service.text_of("image")?).then_some(Self {
                name,
                mounts,
                copies: Vec::new(),
            });
        }
        let image = around.image(service.text_of("dockerfile")?)?;
        let copies = copies(&image)?;
        is_nginx(image.text_of("base")?).then_some(Self { name, mounts, copies })
    }

    /// Whether the file of a server or location is one that this nginx reads.
    pub(super) fn reads(&self, block: &Fact) -> bool {
        let Some(Place::File { path: file, .. }) = &block.provenance.place else {
            return false;
        };
        let mounted = self.mounts.iter().map(|mount| (mount.path.as_ref(), mount.target));
        let copied =
            self.copies.iter().map(|copied| (copied.path.as_ref(), copied.target.as_str()));
        mounted.chain(copied).any(|(path, target)| {
            below(target, "/etc/nginx").is_some() && path.is_some_and(|path| file.is_in(path))
        })
    }

    /// Whether something brings a folder into the container, or a part of it.
    pub(super) fn has(&self, folder: &str) -> bool {
        let mounted = self.mounts.iter().map(|mount| mount.target);
        let copied = self.copies.iter().map(|copied| copied.target.as_str());
        mounted
            .chain(copied)
            .any(|target| below(folder, target).is_some() || below(target, folder).is_some())
    }

    /// Whether a step of the build may make a file or folder in the image.
    pub(super) fn may_make(&self, path: &str, around: &Around<'_>) -> bool {
        !self.copies.is_empty() && around.is_mentioned(path)
    }
}
