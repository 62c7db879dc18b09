//! GitHub's workflows, where they deploy: the facts under `workflow`.
//!
//! What they do else is not looked at. A job deploys if one of its steps hands a program over to a machine,
//! a cluster or a platform. (GitHub, "Workflow syntax for GitHub Actions", read 2026-11.)

mod given;
mod job;

use super::compose::SECRET;
use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, Kind, List, ProjectPath, Value, WhenMissing,
};
use crate::grammar::yaml::{self, Node};
use job::{At, Job};

/// Knows what workflows deploy, and how.
pub struct Workflow;

const JOB: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The job, by its key."),
    FactSpec::new("path", Kind::Text, "The file of the workflow."),
    FactSpec::new("deploys-by", Kind::Text, "The step by which it deploys."),
    FactSpec::new(
        "secrets",
        Kind::List(&Kind::Record(SECRET)),
        "The secrets that the workflow itself gives it.",
    ),
    FactSpec::new(
        "given",
        Kind::List(&Kind::Text),
        "The names of the variables that it hands the program, whatever their values.",
    ),
    FactSpec::new(
        "moving-actions",
        Kind::List(&Kind::Text),
        "The actions of others that it runs at a branch, so that they change by themselves.",
    ),
    FactSpec::new(
        "unverified-hosts",
        Kind::List(&Kind::Text),
        "The options by which it signs in to machines without asking who they are.",
    ),
];

const FACTS: &[FactSpec] =
    &[FactSpec::new("workflow.deploys", Kind::List(&Kind::Record(JOB)), "The jobs that deploy.")];

impl Collector for Workflow {
    fn domain(&self) -> Domain {
        Domain {
            name: "workflow",
            means: "what GitHub's workflows deploy",
            when_missing: WhenMissing::NotApplicable("no workflow of GitHub that deploys is here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn reads_files_alone(&self) -> bool {
        true
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        matches!(path.extension(), "yml" | "yaml")
            && path.folder().as_str().ends_with(".github/workflows")
    }

    fn collect(&self, sources: &Sources<'_>, _so_far: &Facts) -> Facts {
        let mut facts = Facts::default();
        let (mut jobs, mut rest) = (Vec::new(), None);
        for path in sources.wanted.iter().copied() {
            match documents(sources, path) {
                Ok(documents) => {
                    let each = documents.iter().flat_map(|document| of_document(path, document));
                    jobs.extend(each);
                }
                Err(why) => rest = rest.or(Some(why)),
            }
        }
        if !jobs.is_empty() {
            facts.put("workflow.deploys", Fact::derived(List { items: jobs, rest }));
        }
        facts
    }
}

fn documents(sources: &Sources<'_>, path: &ProjectPath) -> Result<Vec<Node>, Ignorance> {
    let text = sources.project.read(path)?;
    yaml::parse(text).map_err(|problem| {
        Ignorance::new(format!("`{path}` is no YAML: line {}: {}", problem.line, problem.what))
    })
}

/// The jobs of a workflow that deploy, as records.
fn of_document(path: &ProjectPath, document: &Node) -> Vec<Fact> {
    let jobs = document.get("jobs").map_or(&[][..], Node::entries);
    let described = jobs.iter().filter_map(|(key, node)| {
        let job = Job { workflow: At { path, node: document }, job: At { path, node } };
        let by = job.deploys_by()?;
        let at = job.job;
        Some(at.fact(Value::record([
            ("name", at.fact(key.name.as_str())),
            ("path", at.fact(path.as_str())),
            ("deploys-by", by),
            ("secrets", listed(at, job.secrets())),
            ("given", listed(at, job.given())),
            ("moving-actions", listed(at, job.moving_actions())),
            ("unverified-hosts", listed(at, job.unverified_hosts())),
        ])))
    });
    described.collect()
}

/// A list, seen where its first item is.
fn listed(job: At<'_>, items: Vec<Fact>) -> Fact {
    let first = items.first().map(|first| first.provenance.clone());
    let list = job.fact(items);
    Fact { provenance: first.unwrap_or_else(|| list.provenance.clone()), ..list }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::collected;
    use crate::date::Date;
    use crate::project::{Given, Project};

    fn deploys(text: &str) -> Vec<String> {
        let project = Project::of_texts([(".github/workflows/deploy.yml", text)]);
        let given = Given::nothing(Date::parse("2026-11-21").unwrap());
        let facts = collected(&Workflow, &project, &given, &Facts::default());
        let jobs = facts.at("workflow.deploys");
        jobs.value.items().iter().filter_map(|job| Some(job.text_of("name")?.to_owned())).collect()
    }

    #[test]
    fn a_job_deploys_by_what_its_steps_do() {
        for (step, does) in [
            ("uses: appleboy/ssh-action@v1.2.0", true),
            ("uses: superfly/flyctl-actions/setup-flyctl@master", false),
            ("run: flyctl deploy --remote-only", true),
            ("run: |\n        cd infra\n        kubectl apply -f k8s/", true),
            ("run: ssh -i key deploy@shop.example ./up.sh", true),
            ("run: echo ssh is not used", false),
            ("run: ssh-keygen -t ed25519", false),
            ("run: docker push registry.example/shop:1", true),
            ("run: docker compose up -d db && pytest", false),
            ("uses: actions/checkout@v4", false),
        ] {
            let text = format!("jobs:\n  it:\n    steps:\n    - {step}\n");
            assert_eq!(!deploys(&text).is_empty(), does, "{step}");
        }
    }
}
