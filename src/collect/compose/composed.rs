//! The services that compose runs in production, from all the files that count.

use super::build::Build;
use super::service::Service;
use super::software::of_image;
use super::tree::Item;
use super::variables::Variables;
use super::{files, load, purpose};
use crate::collect::Sources;
use crate::fact::{Fact, Ignorance, ProjectPath, Value};
use crate::grammar::image_reference::ImageReference;
use crate::project::Role;

/// All services of production.
#[derive(Default)]
pub(crate) struct Composed {
    /// The stacks that could be read.
    pub(super) stacks: Vec<Stack>,
    /// Why others could not.
    pub(super) problems: Vec<Ignorance>,
    /// The Dockerfiles of stacks that are for development.
    set_aside: Vec<ProjectPath>,
}

/// The services that are started together.
pub(super) struct Stack {
    /// The files, the base first.
    pub(super) files: Vec<ProjectPath>,
    /// The folder against which paths count.
    pub(super) folder: ProjectPath,
    pub(super) variables: Variables,
    pub(super) services: Vec<Service>,
}

impl Composed {
    /// Reads the compose files that speak for production.
    pub(crate) fn read(sources: &Sources<'_>) -> Self {
        let wanted: Vec<&ProjectPath> =
            sources.service.files().filter(|path| files::is_compose_name(path)).collect();
        let mut composed = Self::default();
        for files in files::stacks(sources.project, &wanted) {
            let Some(folder) = files.first().map(ProjectPath::folder) else {
                continue;
            };
            let variables = Variables::of(sources.project, &folder, sources.given);
            match load::stack(sources.project, &files, &variables) {
                Ok(stack) => {
                    let services: Vec<Service> = stack
                        .services
                        .into_iter()
                        .filter(|(_, item)| is_started(item, &variables))
                        .map(|(name, item)| Service::new(name, item, &folder))
                        .collect();
                    let mut stack = Stack { files, folder, variables, services };
                    stack.share_builds();
                    if purpose::is_for_development(&stack, sources.project) {
                        composed.set_aside.extend(stack.dockerfiles().cloned());
                    } else {
                        composed.stacks.push(stack);
                    }
                }
                Err(why) => composed.problems.push(why),
            }
        }
        composed
    }

    /// Learns from the images that are built here what those services run that are built on a well-known
    /// image and hold no program of the project's own: `build: ./nginx`.
    pub(super) fn recognise(&mut self, images: &[Fact]) {
        for service in self.stacks.iter_mut().flat_map(|stack| &mut stack.services) {
            let dockerfile = service.build.as_ref().and_then(|build| build.dockerfile.as_ref());
            let image = images.iter().find(|image| {
                let application = image.value.field("application").map(|field| &field.value);
                image.text_of("path") == dockerfile.map(ProjectPath::as_str)
                    && application == Some(&Value::Bool(false))
            });
            let bases = image.and_then(|image| image.value.field("bases"));
            let base = bases.and_then(|bases| {
                bases.value.items().iter().find(|base| base.holds("in-image"))?.text_of("image")
            });
            if let Some(software) = base.and_then(ImageReference::parse).as_ref().and_then(of_image)
            {
                service.software = Some(software);
            }
        }
    }

    /// All services.
    pub(crate) fn services(&self) -> impl Iterator<Item = &Service> {
        self.stacks.iter().flat_map(|stack| &stack.services)
    }

    /// The services whose image is built by a Dockerfile.
    pub(crate) fn built_by<'c>(
        &'c self,
        dockerfile: &'c ProjectPath,
    ) -> impl Iterator<Item = &'c Service> {
        self.services().filter(move |service| {
            service
                .build
                .as_ref()
                .is_some_and(|build| build.dockerfile.as_ref() == Some(dockerfile))
        })
    }

    /// Whether a Dockerfile is built by a compose file that is for development.
    pub(crate) fn is_for_development(&self, dockerfile: &ProjectPath) -> bool {
        self.set_aside.contains(dockerfile)
    }

    /// Whether a Dockerfile is built by a file that is named for production.
    pub(crate) fn is_for_production(&self, dockerfile: &ProjectPath) -> bool {
        self.stacks.iter().any(|stack| {
            let named = stack.files.iter().any(|file| Role::of(file) == Role::Production);
            named && stack.dockerfiles().any(|built| built == dockerfile)
        })
    }
}

impl Stack {
    /// A service that runs an image which another one builds and names runs what is built here, too.
    fn share_builds(&mut self) {
        let image = |service: &Service| service.item.get("image").and_then(Item::text);
        let built: Vec<(String, Build)> = self
            .services
            .iter()
            .filter_map(|service| Some((image(service)?, service.build.clone()?)))
            .collect();
        for service in self.services.iter_mut().filter(|service| service.build.is_none()) {
            let name = image(service);
            let same = built.iter().find(|(image, _)| Some(image) == name.as_ref());
            service.build = same.map(|(_, build)| build.clone());
        }
    }

    /// The Dockerfiles of its services.
    fn dockerfiles(&self) -> impl Iterator<Item = &ProjectPath> {
        self.services.iter().filter_map(|service| service.build.as_ref()?.dockerfile.as_ref())
    }
}

/// Whether `docker compose up` starts a service: it has no profile, or one of production.
pub(super) fn is_started(item: &Item, variables: &Variables) -> bool {
    let profiles = item.get("profiles").map_or(&[][..], Item::items);
    let chosen = variables.value("COMPOSE_PROFILES").unwrap_or_default();
    profiles.is_empty()
        || profiles.iter().filter_map(Item::text).any(|profile| {
            Role::of(&ProjectPath::new(&profile)) == Role::Production
                || chosen.split(',').any(|name| name.trim() == profile || name.trim() == "*")
        })
}
