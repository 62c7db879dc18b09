//! What the files of a project say of each other: the facts under `links`.
//!
//! Each is about two files that name the same thing. Where it is not certain that they do, there is no
//! such fact.

mod backups;
mod certificates;
mod environments;
mod health;
mod inside;
mod known_names;
mod proxies;
mod renewal;
mod schedules;
mod served;
mod targets;
mod unread;
mod uploads;
mod written;

use super::{Collector, Sources};
use crate::fact::{Domain, FactSpec, Facts, Kind, ProjectPath, WhenMissing};
use inside::Around;

/// Knows what files say of each other.
pub struct Links;

const FACTS: &[FactSpec] = &[
    FactSpec::new(
        "links.health-probes",
        Kind::List(&Kind::Record(health::FIELDS)),
        "The requests by which compose, images and Kubernetes ask the Django program whether it is well; only those that an answer of 400 fails.",
    ),
    FactSpec::new(
        "links.proxy-targets",
        Kind::List(&Kind::Record(targets::FIELDS)),
        "Where nginx passes requests on by the name of a service. None, if no name is one of a service of compose.",
    ),
    FactSpec::new(
        "links.served-folders",
        Kind::List(&Kind::Record(served::FIELDS)),
        "The folders that nginx serves from a container, those of its own image left out. None, if no service of compose is known to read a file of nginx that is here.",
    ),
    FactSpec::new(
        "links.certificates",
        Kind::List(&Kind::Record(certificates::FIELDS)),
        "The certificates that nginx reads in a container. None, if no service of compose is known to read a file of nginx that names one.",
    ),
    FactSpec::new(
        "links.written-files",
        Kind::List(&Kind::Record(written::FIELDS)),
        "The files that Django keeps in its container: uploads, if models have them, and logs. None, if no container is known to run it.",
    ),
    FactSpec::new(
        "links.shared-secrets",
        Kind::List(&Kind::Record(environments::FIELDS)),
        "The keys and passwords of production that another environment has too. None, if no file here is for another environment.",
    ),
    FactSpec::new(
        "links.unread-variables",
        Kind::List(&Kind::Record(unread::FIELDS)),
        "The variables that production sets and nothing here reads. None, if the code may read others than those it names.",
    ),
    FactSpec::new(
        "links.nginx-before-program",
        Kind::Bool,
        "Whether nginx hands requests to the project's own program, and not only to other software. Absent without nginx.",
    ),
    FactSpec::new(
        "links.reloaded-after-renewal",
        Kind::Bool,
        "Whether something makes nginx read the certificates anew that a container of compose renews. Absent if none does.",
    ),
    FactSpec::new(
        "links.certificates-renewed",
        Kind::Bool,
        "Whether something renews the certificates that a container of compose fetches once for nginx. Absent if none does.",
    ),
    FactSpec::new(
        "links.backups",
        Kind::List(&Kind::Record(backups::FIELDS)),
        "The dumps of databases that scripts for backups write to files. None, if no script does.",
    ),
    FactSpec::new(
        "links.schedules",
        Kind::List(&Kind::Record(schedules::FIELDS)),
        "The jobs of containers that run at an hour of the day. None, if the settings name no time zone.",
    ),
    FactSpec::new(
        "links.body-limit-of-nginx",
        Kind::Number,
        "The largest request body that nginx passes on to the program. Absent if there is no limit, or no nginx before the program.",
    )
    .in_unit("bytes"),
    FactSpec::new(
        "links.body-limit-of-program",
        Kind::Number,
        "The largest request body that the project says it takes (`DATA_UPLOAD_MAX_MEMORY_SIZE`, `MAX_CONTENT_LENGTH`). Absent if it says nothing.",
    )
    .in_unit("bytes"),
    FactSpec::new(
        "links.bodies-reach-program",
        Kind::Bool,
        "Whether nginx lets through what the program takes. Absent if one of the two says nothing.",
    ),
];

impl Collector for Links {
    fn domain(&self) -> Domain {
        Domain {
            name: "links",
            means: "what the files say of each other",
            when_missing: WhenMissing::NotApplicable("no two files here speak of the same thing"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        environments::is_of_other(path)
    }

    fn collect(&self, sources: &Sources<'_>, so_far: &Facts) -> Facts {
        let mut facts = Facts::default();
        let around = Around { project: sources.project, facts: so_far };
        let found = [
            health::probes(so_far).map(|fact| ("links.health-probes", fact)),
            targets::targets(so_far).map(|fact| ("links.proxy-targets", fact)),
            served::folders(&around).map(|fact| ("links.served-folders", fact)),
            certificates::certificates(&around).map(|fact| ("links.certificates", fact)),
            written::files(&around, sources.service).map(|fact| ("links.written-files", fact)),
            environments::shared(sources, so_far).map(|fact| ("links.shared-secrets", fact)),
            unread::variables(sources, so_far).map(|fact| ("links.unread-variables", fact)),
            targets::before_program(so_far).map(|fact| ("links.nginx-before-program", fact)),
            renewal::reloaded(sources.project, so_far)
                .map(|fact| ("links.reloaded-after-renewal", fact)),
            renewal::renewed(sources.project, so_far)
                .map(|fact| ("links.certificates-renewed", fact)),
            backups::dumps(&around).map(|fact| ("links.backups", fact)),
            schedules::schedules(&around).map(|fact| ("links.schedules", fact)),
        ];
        for (path, fact) in found.into_iter().flatten().chain(uploads::limits(so_far)) {
            facts.put(path, fact);
        }
        facts
    }
}
