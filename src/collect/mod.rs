//! Collectors: each knows one format of file and yields the facts of one domain.

mod application;
pub mod compose;
pub mod django;
pub mod dockerfile;
pub mod env;
pub mod fastapi;
pub mod flask;
pub mod git;
pub mod kubernetes;
pub mod links;
pub mod nginx;
pub mod platform;
pub mod requirements;
pub mod server;
pub mod stores;

use crate::fact::{Catalogue, Domain, FactSpec, Facts, ProjectPath};
use crate::project::{Given, Project, Service};

/// Knows one format of file.
pub trait Collector: Sync {
    /// The domain of its facts.
    fn domain(&self) -> Domain;
    /// The facts it can yield.
    fn facts(&self) -> &'static [FactSpec];
    /// Whether it reads a file, told from its path alone.
    fn wants(&self, path: &ProjectPath) -> bool;
    /// The facts of a service. Never fails: what cannot be read is an unknown fact that says why.
    /// Yields nothing at all if the service has nothing of its format.
    fn collect(&self, sources: &Sources<'_>, so_far: &Facts) -> Facts;
}

/// In the order in which they run; each may read the facts of those before it.
pub const COLLECTORS: &[&dyn Collector] = &[
    &git::Git,
    &requirements::Requirements,
    &dockerfile::Dockerfile,
    &compose::Compose,
    &platform::Platform,
    &kubernetes::Kubernetes,
    &env::Env,
    &django::Django,
    &flask::Flask,
    &fastapi::FastApi,
    &stores::Stores,
    &server::Server,
    &nginx::Nginx,
    &links::Links,
];

/// What a collector may look at.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'p> {
    /// All files of the project.
    pub project: &'p Project,
    /// The service at hand.
    pub service: &'p Service,
    /// The files of the service that the collector wants, its own first.
    pub wanted: &'p [&'p ProjectPath],
    /// What the user said.
    pub given: &'p Given,
}

/// The reading of a project's services, one after the other or all at once.
pub struct Reading<'p> {
    project: &'p Project,
    given: &'p Given,
    catalogue: &'p Catalogue,
    /// What each collector wants of the files that all services share; asked once, not by each service.
    shared: Vec<Vec<&'p ProjectPath>>,
}

impl<'p> Reading<'p> {
    /// The reading of these services, which are of one project.
    pub fn new(
        project: &'p Project,
        services: &'p [Service],
        given: &'p Given,
        catalogue: &'p Catalogue,
    ) -> Self {
        let files = services.first().map(|service| &*service.shared.files).unwrap_or_default();
        let wanted_by = |collector: &&dyn Collector| {
            files.iter().filter(|path| collector.wants(path)).collect()
        };
        Self { project, given, catalogue, shared: COLLECTORS.iter().map(wanted_by).collect() }
    }

    /// All that a service's files tell.
    pub fn facts(&self, service: &Service) -> Facts {
        let mut facts = Facts::default();
        for domain in &self.catalogue.domains {
            facts.miss(domain.name, domain.when_missing.ignorance());
        }
        for (collector, shared) in COLLECTORS.iter().zip(&self.shared) {
            let own = service.own.iter().filter(|path| collector.wants(path));
            let wanted: Vec<&ProjectPath> = own.chain(shared.iter().copied()).collect();
            let (project, given) = (self.project, self.given);
            let found =
                collector.collect(&Sources { project, service, wanted: &wanted, given }, &facts);
            facts.merge(found);
        }
        facts
    }
}

/// All that a service's files tell.
pub fn service(
    project: &Project,
    service: &Service,
    given: &Given,
    catalogue: &Catalogue,
) -> Facts {
    Reading::new(project, std::slice::from_ref(service), given, catalogue).facts(service)
}
