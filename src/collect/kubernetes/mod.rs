//! What Kubernetes runs, from plain manifests: the facts under `kubernetes`.
//!
//! Templates (`{{ … }}`) are not read: what a chart makes of its values only Helm tells, and of these only
//! the plainest are looked at. Where a
//! kustomization patches what it takes in, what its manifests leave out may be said by the patch.

mod chart;
mod container;
mod environment;
mod files;
mod ingress;
mod object;
mod pod;
mod roles;
mod secrets;

use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, Kind, List, ProjectPath, Value, WhenMissing,
};
use files::Manifests;
use object::Object;

/// Knows what Kubernetes runs.
pub struct Kubernetes;

const SCHEDULE: &[FactSpec] = &[
    FactSpec::new("schedule", Kind::Text, "When it runs, as written."),
    FactSpec::new(
        "zone",
        Kind::Text,
        "The time zone that it names, else that of the cluster: UTC.",
    ),
];

const FACTS: &[FactSpec] = &[
    FactSpec::new(
        "kubernetes.files",
        Kind::List(&Kind::Text),
        "The manifests that were taken for those of production.",
    ),
    FactSpec::new(
        "kubernetes.pods",
        Kind::List(&Kind::Record(pod::FIELDS)),
        "What starts containers: deployments, stateful sets, daemon sets, jobs and single pods.",
    ),
    FactSpec::new(
        "kubernetes.containers",
        Kind::List(&Kind::Record(container::FIELDS)),
        "The containers of all of them, those that prepare the others too.",
    ),
    FactSpec::new(
        "kubernetes.environment",
        Kind::Open(&Kind::Text),
        "What the programs that serve are given, where they are not known software; where several differ, one of theirs.",
    ),
    FactSpec::new(
        "kubernetes.ingresses",
        Kind::List(&Kind::Record(ingress::FIELDS)),
        "What takes requests from outside for services.",
    ),
    FactSpec::new(
        "kubernetes.schedules",
        Kind::List(&Kind::Record(SCHEDULE)),
        "The jobs that run by the clock (`CronJob`).",
    ),
    FactSpec::new(
        "kubernetes.chart-images",
        Kind::List(&Kind::Record(chart::FIELDS)),
        "The images that values for charts of Helm name with a tag.",
    ),
    FactSpec::new(
        "kubernetes.roles",
        Kind::List(&Kind::Record(roles::FIELDS)),
        "What accounts of the cluster may do: roles, and their bindings to accounts.",
    ),
    FactSpec::new(
        "kubernetes.secret-values",
        Kind::List(&Kind::Record(secrets::FIELDS)),
        "The secrets that manifests of the kinds Secret and `ConfigMap` hold, and files of values for charts; those that a template fills in are left out.",
    ),
];

impl Collector for Kubernetes {
    fn domain(&self) -> Domain {
        Domain {
            name: "kubernetes",
            means: "what Kubernetes runs",
            when_missing: WhenMissing::NotApplicable("no plain manifest of production is here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn reads_files_alone(&self) -> bool {
        true
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        files::may_be_manifest(path)
    }

    fn collect(&self, sources: &Sources<'_>, _so_far: &Facts) -> Facts {
        let manifests = Manifests::read(sources);
        let mut facts = Facts::default();
        let charts = chart::values(sources);
        let has_charts =
            !(charts.images.is_empty() && charts.ingresses.is_empty() && charts.secrets.is_empty());
        if manifests.objects.is_empty() && manifests.problem.is_none() && !has_charts {
            return facts;
        }
        let patched = manifests.patched.as_ref();
        let list = |items: Vec<Fact>, rest: Option<&Ignorance>| {
            Fact::derived(List { items, rest: rest.cloned() })
        };
        let rest = manifests.problem.as_ref();
        let files = manifests.files().map(|file| Fact::derived(file.as_str()));
        facts.put("kubernetes.files", list(files.collect(), rest));
        let pods: Vec<pod::Pod<'_>> = manifests
            .objects
            .iter()
            .filter_map(|object| pod::Pod::of(object, manifests.is_kustomized))
            .collect();
        let ranged = manifests.objects.iter().find_map(limits);
        let containers =
            pods.iter().flat_map(|pod| container::of_pod(pod, patched, ranged.as_ref()));
        facts.put("kubernetes.containers", list(containers.collect(), rest));
        facts.put("kubernetes.pods", list(pods.iter().map(pod::Pod::fact).collect(), rest));
        if let Some(given) = environment::of_programs(&pods, &manifests.objects) {
            facts.put("kubernetes.environment", Fact::derived(given));
        }
        let ingresses =
            manifests.objects.iter().filter_map(|object| ingress::fact(object, patched));
        let ingresses = ingresses.chain(charts.ingresses);
        facts.put("kubernetes.chart-images", list(charts.images, rest));
        facts.put("kubernetes.ingresses", list(ingresses.collect(), rest));
        let schedules = manifests.objects.iter().filter_map(schedule);
        facts.put("kubernetes.schedules", list(schedules.collect(), rest));
        let roles = manifests.objects.iter().filter_map(roles::fact);
        facts.put("kubernetes.roles", list(roles.collect(), rest));
        let values = manifests.objects.iter().flat_map(secrets::of_object).chain(charts.secrets);
        facts.put("kubernetes.secret-values", list(values.collect(), rest));
        facts
    }
}

/// That an object gives a limit of memory to the containers of a name space that have none.
fn limits(object: &Object) -> Option<Ignorance> {
    let spec = object.root().at(&["spec"]).filter(|_| object.kind == "LimitRange")?;
    let gives = spec.items("limits").any(|limit| limit.at(&["default", "memory"]).is_some());
    let why = format!("`{}` limits the containers of one name space", object.path);
    gives.then(|| Ignorance::new(why).settled_by("write the limit beside the container"))
}

/// A job that runs by the clock, as a record.
fn schedule(object: &Object) -> Option<Fact> {
    let spec = object.root().at(&["spec"]).filter(|_| object.kind == "CronJob")?;
    let zone = spec.text("timeZone").unwrap_or_else(|| "UTC".to_owned());
    Some(spec.fact(Value::record([
        ("schedule", spec.fact(spec.text("schedule")?)),
        ("zone", spec.fact(zone)),
    ])))
}
