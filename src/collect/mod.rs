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
mod lines;
pub mod links;
pub mod logrotate;
pub mod nginx;
pub mod platform;
pub mod requirements;
pub mod server;
pub mod stores;
pub mod workflow;

use std::sync::OnceLock;

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
    /// Whether the facts follow from the wanted files alone. Those of files that services share are then
    /// the same for all of them.
    fn reads_files_alone(&self) -> bool {
        false
    }
}

/// In the order in which they run; each may read the facts of those before it.
pub const COLLECTORS: &[&dyn Collector] = &[
    &git::Git,
    &requirements::Requirements,
    &dockerfile::Dockerfile,
    &compose::Compose,
    &platform::Platform,
    &kubernetes::Kubernetes,
    &workflow::Workflow,
    &env::Env,
    &logrotate::Logrotate,
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
    /// Of each collector; asked once, not by each service.
    shared: Vec<OfShared<'p>>,
}

/// What a collector makes of the files that all services share.
struct OfShared<'p> {
    wanted: Vec<&'p ProjectPath>,
    /// The facts, if they follow from the files alone.
    facts: OnceLock<Facts>,
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
        let of_shared = |collector: &&dyn Collector| OfShared {
            wanted: files.iter().filter(|path| collector.wants(path)).collect(),
            facts: OnceLock::new(),
        };
        Self { project, given, catalogue, shared: COLLECTORS.iter().map(of_shared).collect() }
    }

    /// All that a service's files tell.
    pub fn facts(&self, service: &Service) -> Facts {
        let mut facts = Facts::default();
        for domain in &self.catalogue.domains {
            facts.miss(domain.name, domain.when_missing.ignorance());
        }
        for (collector, shared) in COLLECTORS.iter().zip(&self.shared) {
            let mut own = service.own.iter().filter(|path| collector.wants(path)).peekable();
            let nothing_own = own.peek().is_none();
            let wanted: Vec<&ProjectPath> = own.chain(shared.wanted.iter().copied()).collect();
            let (project, given) = (self.project, self.given);
            let sources = Sources { project, service, wanted: &wanted, given };
            let found = if nothing_own && collector.reads_files_alone() {
                shared.facts.get_or_init(|| collector.collect(&sources, &facts)).clone()
            } else {
                collector.collect(&sources, &facts)
            };
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

/// What one collector makes of a project of one service, in the tests of collectors.
#[cfg(test)]
fn collected(collector: &dyn Collector, project: &Project, given: &Given, so_far: &Facts) -> Facts {
    let service = crate::project::services(project, "shop").remove(0);
    let wanted: Vec<&ProjectPath> = service.files().filter(|path| collector.wants(path)).collect();
    collector.collect(&Sources { project, service: &service, wanted: &wanted, given }, so_far)
}
