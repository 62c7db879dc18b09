//! One job of a workflow: whether it deploys, and with what.

use super::given;
use crate::collect::compose::{is_harmless, masked_command, password_in_url, written_secret};
use crate::credential::is_made;
use crate::fact::{Fact, Origin, Place, Position, ProjectPath, Provenance, Value, secret};
use crate::grammar::yaml::Node;

/// A node of a workflow.
#[derive(Clone, Copy)]
pub(super) struct At<'w> {
    pub(super) path: &'w ProjectPath,
    pub(super) node: &'w Node,
}

/// A job, with the workflow around it.
pub(super) struct Job<'w> {
    pub(super) workflow: At<'w>,
    pub(super) job: At<'w>,
}

/// Actions that deploy, without their versions.
const DEPLOYING: &[&str] = &[
    "appleboy/ssh-action",
    "appleboy/scp-action",
    "easingthemes/ssh-deploy",
    "burnett01/rsync-deployments",
    "garygrossgarten/github-action-ssh",
    "fifsky/ssh-action",
    "amondnet/vercel-action",
    "akhileshns/heroku-deploy",
    "aws-actions/amazon-ecs-deploy-task-definition",
    "einaregilsson/beanstalk-deploy",
    "azure/webapps-deploy",
    "azure/k8s-deploy",
    "google-github-actions/deploy-cloudrun",
    "google-github-actions/deploy-appengine",
    "digitalocean/app_action",
    "cloudflare/wrangler-action",
    "nwtgck/actions-netlify",
    "samkirkland/ftp-deploy-action",
    "dokku/github-action",
    "johnbeynon/render-deploy-action",
    "serverless/github-action",
];
/// Commands that deploy, by their first words.
const COMMANDS: &[&str] = &[
    "ssh",
    "scp",
    "rsync",
    "sftp",
    "flyctl deploy",
    "fly deploy",
    "kubectl apply",
    "kubectl set",
    "kubectl rollout",
    "helm upgrade",
    "helm install",
    "docker push",
    "docker stack deploy",
    "vercel --prod",
    "vercel deploy",
    "railway up",
    "eb deploy",
    "gcloud run deploy",
    "gcloud app deploy",
    "az webapp",
    "aws ecs update-service",
    "aws lambda update-function-code",
    "sls deploy",
    "serverless deploy",
    "zappa update",
    "zappa deploy",
    "ansible-playbook",
    "cap production deploy",
    "heroku container:release",
    "git push heroku",
    "git push dokku",
    "terraform apply",
];
/// What the keys begin with by which an action is told what to write into an environment file.
const ENVIRONMENT_KEY: &str = "envkey_";
/// Options by which a machine need not prove who it is.
const UNVERIFIED: &[&str] = &[
    "StrictHostKeyChecking=no",
    "StrictHostKeyChecking no",
    "StrictHostKeyChecking=off",
    "UserKnownHostsFile=/dev/null",
    "UserKnownHostsFile /dev/null",
    "ANSIBLE_HOST_KEY_CHECKING=False",
];
/// Names of branches.
const BRANCHES: &[&str] = &["main", "master", "develop", "dev", "trunk", "edge", "latest", "HEAD"];
/// Words of values that only tests use, in a workflow that tests before it deploys.
const OF_TESTS: &[&str] = &["test", "tests", "testing", "ci", "dummy", "fake", "build", "local"];
/// What nobody guesses, and nobody writes for a test.
const STRONG_BITS: f64 = 40.0;

impl<'w> At<'w> {
    fn get(self, key: &str) -> Option<Self> {
        self.node.get(key).map(|node| Self { node, ..self })
    }

    fn text(self, key: &str) -> Option<(Self, &'w str)> {
        let at = self.get(key)?;
        Some((at, at.node.text()?))
    }

    /// A value seen here.
    pub(super) fn fact(self, value: impl Into<Value>) -> Fact {
        Fact { value: value.into(), provenance: self.provenance() }
    }

    fn provenance(self) -> Provenance {
        let spot = self.node.used.unwrap_or(self.node.at);
        let at = Position { line: spot.line, column: spot.column, width: spot.width };
        Provenance::new(Origin::Literal).at(Place::in_file(self.path, at))
    }
}

impl<'w> Job<'w> {
    fn steps(&self) -> impl Iterator<Item = At<'w>> {
        let job = self.job;
        let steps = job.get("steps").map_or(&[][..], |steps| steps.node.items());
        steps.iter().map(move |node| At { node, ..job })
    }

    /// The first step that deploys.
    pub(super) fn deploys_by(&self) -> Option<Fact> {
        self.steps().find_map(|step| {
            if let Some((at, action)) = step.text("uses") {
                let name = action.split('@').next().unwrap_or(action).to_lowercase();
                return DEPLOYING.contains(&name.as_str()).then(|| at.fact(action));
            }
            let (at, script) = step.text("run")?;
            let line = commands(script).find(|command| deploys(command))?;
            Some(at.fact(masked_command(line)))
        })
    }

    /// The secrets in what the workflow, the job and its steps are given.
    pub(super) fn secrets(&self) -> Vec<Fact> {
        let around = [self.workflow, self.job].into_iter().chain(self.steps());
        let given = around.flat_map(|at| [at.get("env"), at.get("with")]).flatten();
        let written = given.flat_map(|map| {
            map.node.entries().iter().filter_map(move |(key, node)| {
                let at = At { node, ..map };
                let text = node.scalar()?;
                let value = strong_secret(&key.name, &text)?;
                Some(written_secret(&key.name, value, at.provenance()))
            })
        });
        written.collect()
    }

    /// The names of the variables that it hands the program.
    pub(super) fn given(&self) -> Vec<Fact> {
        let names = self.steps().flat_map(|step| {
            let with = step.get("with");
            let script = step.text("run").or_else(|| with?.text("script"));
            let of_script = script.into_iter().flat_map(|(at, script)| {
                given::names(script).into_iter().map(move |name| at.fact(name))
            });
            let entries = with.map_or(&[][..], |with| with.node.entries());
            let of_action = entries.iter().filter_map(move |(key, node)| {
                let name = key.name.strip_prefix(ENVIRONMENT_KEY)?;
                Some(At { node, ..step }.fact(name))
            });
            of_script.chain(of_action)
        });
        names.collect()
    }

    /// The actions of others that are named by a branch, or by nothing.
    pub(super) fn moving_actions(&self) -> Vec<Fact> {
        let moving = self.steps().filter_map(|step| {
            let (at, action) = step.text("uses")?;
            let is_own = ["./", "docker://", "actions/", "github/"];
            let is_foreign = !is_own.iter().any(|start| action.starts_with(start));
            let (_, version) = action.split_once('@')?;
            (is_foreign && BRANCHES.contains(&version)).then(|| at.fact(action))
        });
        moving.collect()
    }

    /// The options that let any machine pass for the one that is meant.
    pub(super) fn unverified_hosts(&self) -> Vec<Fact> {
        let found = self.steps().filter_map(|step| {
            let (at, script) = step.text("run")?;
            let option = UNVERIFIED.iter().find(|option| script.contains(**option))?;
            Some(at.fact(*option))
        });
        found.collect()
    }
}

/// The commands of a script, each without what stands before its name.
fn commands(script: &str) -> impl Iterator<Item = &str> {
    let lines = script.split(['\n', ';']).flat_map(|line| line.split("&&"));
    lines.map(|line| line.trim().trim_start_matches("sudo ").trim())
}

fn deploys(command: &str) -> bool {
    COMMANDS.iter().any(|start| {
        command.strip_prefix(start).is_some_and(|rest| rest.starts_with(' ') || rest.is_empty())
    })
}

/// The secret that is written out under a name, unless it is filled in, or anybody's.
fn strong_secret<'t>(name: &str, text: &'t str) -> Option<&'t str> {
    let name = name.replace('-', "_");
    let is_filled_in = text.contains("${{") || text.starts_with('$');
    let told = if secret::is_secret_name(&name) {
        (!is_harmless(&name, text)).then_some(text)
    } else {
        password_in_url(text)
    };
    let is_real = |value: &str| {
        is_made(value, STRONG_BITS)
            && !secret::words(value).iter().any(|word| OF_TESTS.contains(&word.as_str()))
    };
    told.filter(|value| !is_filled_in && is_real(value))
}
