//! What hosting platforms, systemd and supervisor are told to run, and with which variables: the facts under
//! `platform`.

mod amazon;
mod document;
mod formats;
mod units;

use super::compose::{common, is_harmless, password_in_url};
use super::{Collector, Sources};
use crate::credential;
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, Kind, List, Place, ProjectPath, Record, Secret,
    Value, WhenMissing, secret,
};
use crate::project::Role;
use crate::project::amazon::tells;
use formats::Deployment;

/// Knows what platforms and service managers are told to run.
pub struct Platform;

const DEPLOYMENT: &[FactSpec] = &[
    FactSpec::new(
        "platform",
        Kind::Text,
        "Who runs it: fly, render, railway, appengine, digitalocean, vercel, serverless, ecs, copilot, beanstalk, \
         zappa, systemd or supervisor.",
    ),
    FactSpec::new("path", Kind::Text, "The file that says so."),
    FactSpec::new("name", Kind::Text, "The name it has there; empty if it has none."),
    FactSpec::new("web", Kind::Bool, "Whether it answers requests from outside."),
    FactSpec::new(
        "forces-https",
        Kind::Bool,
        "Whether plain HTTP is redirected to HTTPS before it reaches the program; absent where the platform \
         is not known to decide.",
    ),
    FactSpec::new(
        "asks-health",
        Kind::Bool,
        "Whether the platform asks the program if it is well; absent where its file cannot say.",
    ),
    FactSpec::new(
        "disk",
        Kind::Text,
        "What becomes of files that the program writes: `lost` at the next start, or `read-only`, so that it \
         cannot write them. Absent where they may last.",
    ),
];

const SECRET: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The variable."),
    FactSpec::new("file", Kind::Text, "The file that sets it."),
    FactSpec::new("value", Kind::Text, "The value, or the password in its address.").secret(),
    FactSpec::new("placeholder", Kind::Text, "Why it is no secret at all; absent if it is one."),
    FactSpec::new("bits", Kind::Number, "How hard it is to guess.").in_unit("bits"),
];

const FACTS: &[FactSpec] = &[
    FactSpec::new(
        "platform.deployments",
        Kind::List(&Kind::Record(DEPLOYMENT)),
        "The programs that are told to be run, those of other folders left out.",
    ),
    FactSpec::new(
        "platform.environment",
        Kind::Open(&Kind::Text),
        "What the programs that answer requests are given; where several differ, one of theirs.",
    ),
    FactSpec::new(
        "platform.secrets",
        Kind::List(&Kind::Record(SECRET)),
        "The secrets that are written in these files.",
    ),
];

impl Collector for Platform {
    fn domain(&self) -> Domain {
        Domain {
            name: "platform",
            means: "what hosting platforms and service managers are told to run",
            when_missing: WhenMissing::NotApplicable(
                "no file of a platform or service manager is here",
            ),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        (formats::platform(path).is_some() || units::manager(path).is_some())
            && Role::of(path).counts()
    }

    fn collect(&self, sources: &Sources<'_>, _so_far: &Facts) -> Facts {
        let mut facts = Facts::default();
        let mut found = Found::default();
        for path in sources.wanted.iter().copied() {
            found.take(sources, path);
        }
        found.join_options();
        if found.deployments.is_empty() && found.unread.is_none() {
            return facts;
        }
        let list = |items: Vec<Fact>| Fact::derived(List { items, rest: found.unread.clone() });
        facts.put("platform.secrets", list(found.secrets()));
        let mut environment = common(found.environments());
        environment.rest = environment.rest.or_else(|| found.unread.clone());
        facts.put("platform.environment", Fact::derived(environment));
        let deployments = found.deployments.iter().filter(|(_, _, it)| !it.only_offered);
        facts.put("platform.deployments", list(deployments.map(described).collect()));
        facts
    }
}

/// What the files of a service say.
#[derive(Default)]
struct Found {
    deployments: Vec<(&'static str, ProjectPath, Deployment)>,
    /// Why there may be more.
    unread: Option<Ignorance>,
}

impl Found {
    fn take(&mut self, sources: &Sources<'_>, path: &ProjectPath) {
        let text = match sources.project.read(path) {
            Ok(text) => text,
            Err(why) => {
                self.unread = self.unread.take().or(Some(why));
                return;
            }
        };
        if let Some(manager) = units::manager(path) {
            let units = units::deployments(manager, path, text);
            self.deployments.extend(units.into_iter().map(|it| (manager, path.clone(), it)));
        }
        let Some(platform) = formats::platform(path).filter(|it| tells(it, text)) else {
            return;
        };
        match document::read(path, text) {
            Ok(document) => {
                let root = &sources.service.root;
                let belongs = |deployment: &Deployment| {
                    deployment.folder.as_ref().is_none_or(|folder| {
                        let folder = path.folder().join(folder);
                        folder.is_in(root) || root.is_in(&folder)
                    })
                };
                let all = document.iter().flat_map(|it| formats::deployments(platform, path, it));
                let mine = all.filter(belongs).map(|it| (platform, path.clone(), it));
                self.deployments.extend(mine);
            }
            Err(why) => self.unread = self.unread.take().or(Some(why)),
        }
    }

    /// Elastic Beanstalk reads all of a folder's files for one program, in the order of their names.
    fn join_options(&mut self) {
        let is_part = |it: &(&'static str, ProjectPath, Deployment)| it.0 == "beanstalk";
        let mut parts = self.deployments.extract_if(.., |it| is_part(it)).collect::<Vec<_>>();
        parts.sort_by(|one, two| one.1.cmp(&two.1));
        let mut whole: Option<(&'static str, ProjectPath, Deployment)> = None;
        for part in parts {
            match &mut whole {
                Some((_, _, known)) => amazon::overlay(&mut known.environment, part.2.environment),
                None => whole = Some(part),
            }
        }
        self.deployments.extend(whole);
    }

    /// What each program that answers requests is given.
    fn environments(&self) -> Vec<Record> {
        let programs = self.deployments.iter().filter(|(_, _, it)| it.web && !it.only_offered);
        let record = |deployment: &Deployment| {
            let fields = deployment
                .environment
                .iter()
                .map(|(name, fact)| (name.clone(), secret::concealed(name, fact.clone())));
            Record::new(fields, deployment.unseen.clone())
        };
        programs
            .map(|(_, _, deployment)| record(deployment))
            .filter(|record| !record.fields.is_empty() || record.rest.is_some())
            .collect()
    }

    fn secrets(&self) -> Vec<Fact> {
        let all = self.deployments.iter().flat_map(|(_, path, deployment)| {
            deployment.environment.iter().filter_map(|(name, fact)| written(path, name, fact))
        });
        let mut secrets: Vec<Fact> = Vec::new();
        for secret in all {
            if !secrets.iter().any(|known| known.provenance.place == secret.provenance.place) {
                secrets.push(secret);
            }
        }
        secrets
    }
}

/// The secret that a variable holds, if it holds one that is written out.
fn written(path: &ProjectPath, name: &str, fact: &Fact) -> Option<Fact> {
    let text = fact.value.text()?;
    let by_name = secret::is_secret_name(name) && !is_harmless(name, text);
    let value = if by_name { text } else { password_in_url(text)? };
    let at = |value: Value| Fact { value, provenance: fact.provenance.clone() };
    let placeholder = credential::placeholder(value).map_or(Value::Absent, Value::from);
    Some(at(Value::record([
        ("name", at(Value::from(name))),
        ("file", at(Value::from(path.as_str()))),
        ("value", at(Value::Secret(Secret::new(value)))),
        ("placeholder", at(placeholder)),
        ("bits", at(Value::Float(credential::bits(value).floor()))),
    ])))
}

fn described((platform, path, deployment): &(&'static str, ProjectPath, Deployment)) -> Fact {
    let whole = Place::whole(path);
    let at = |value: Value| Fact::literal(value, whole.clone());
    let or_absent = |fact: &Option<Fact>| fact.clone().unwrap_or_else(|| at(Value::Absent));
    at(Value::record([
        ("platform", at(Value::from(*platform))),
        ("path", at(Value::from(path.as_str()))),
        ("name", at(Value::from(deployment.name.as_str()))),
        ("web", at(Value::Bool(deployment.web))),
        ("forces-https", or_absent(&deployment.forces_https)),
        ("asks-health", or_absent(&deployment.asks_health)),
        ("disk", or_absent(&deployment.disk)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::collected;
    use crate::date::Date;
    use crate::project::{Given, Project};

    fn facts(files: &[(&str, &str)]) -> Facts {
        let project = Project::of_texts(files.iter().copied());
        let given = Given::nothing(Date::parse("2026-11-21").unwrap());
        collected(&Platform, &project, &given, &Facts::default())
    }

    fn deployments(path: &str, text: &str) -> Vec<String> {
        let fields = ["platform", "name", "web", "forces-https", "asks-health"];
        let list = facts(&[(path, text)]).at("platform.deployments").into_owned();
        let row = |item: &Fact| {
            let field = |name: &&str| item.value.field(name).unwrap().value.to_string();
            fields.iter().map(field).collect::<Vec<_>>().join(" ").replace('"', "")
        };
        list.value.items().iter().map(row).collect()
    }

    #[test]
    fn each_platform_tells_what_it_runs() {
        for (path, text, told) in [
            (
                "fly.toml",
                "app = 'shop'\n[http_service]\nforce_https = true\n[[http_service.checks]]\npath = '/up'\n",
                &["fly shop true true true"][..],
            ),
            (
                "fly.toml",
                "app = 'shop'\n[http_service]\ninternal_port = 80\n",
                &["fly shop true false false"],
            ),
            (
                "fly.toml",
                "[[services]]\n[[services.ports]]\nhandlers = ['http']\nforce_https = true\n\
                 [[services.ports]]\nhandlers = ['tls', 'http']\n",
                &["fly  true false false"],
            ),
            ("fly.toml", "app = 'worker'\n", &["fly worker false not set not set"]),
            (
                "render.yaml",
                "services:\n- {type: web, name: a, healthCheckPath: /up}\n- {type: worker, name: b}\n\
                 - {type: web, name: c, runtime: static}\n- {type: redis, name: d}\n",
                &["render a true true true", "render b false not set not set"],
            ),
            (
                "railway.json",
                "{\"deploy\": {\"startCommand\": \"x\"}}",
                &["railway  true true false"],
            ),
            ("railway.toml", "[deploy]\nhealthcheckPath = '/up'", &["railway  true true true"]),
            (
                "app.yaml",
                "runtime: python313\nhandlers:\n- {url: /static, static_dir: s}\n- {url: /.*, script: auto, secure: always}\n",
                &["appengine  true true not set"],
            ),
            ("app.yaml", "runtime: python313\n", &["appengine  true false not set"]),
            ("app.yaml", "services: []", &[]),
            (
                ".do/app.yaml",
                "services:\n- {name: web, health_check: {http_path: /up}}\n",
                &["digitalocean web true not set true"],
            ),
            (
                "vercel.json",
                "{\"builds\": [{\"use\": \"@vercel/python\"}]}",
                &["vercel  true true not set"],
            ),
            ("vercel.json", "{\"rewrites\": []}", &[]),
            ("app.json", "{\"env\": {\"A\": \"1\"}}", &[]),
            ("docs/render.yaml", "services:\n- {type: web, name: a}\n", &[]),
        ] {
            assert_eq!(deployments(path, text), told, "{path}: {text}");
        }
    }

    #[test]
    fn variables_come_from_the_programs_that_answer() {
        let render = "services:\n- type: web\n  envVars:\n  - {key: A, value: 1}\n  - {key: B, sync: false}\n  \
                      - {key: C, value: \"${X}\"}\n  - {key: D, generateValue: true}\n  - {key: E, fromDatabase: {name: d}}\n  \
                      - {key: N}\n  - {fromGroup: g}\n- type: worker\n  envVars:\n  - {key: W, value: 1}\n\
                      envVarGroups:\n- {name: g, envVars: [{key: G, value: z}]}\n";
        let facts = facts(&[
            ("render.yaml", render),
            ("fly.toml", "[env]\nA = '2'\n[http_service]\n"),
            ("app.json", "{\"env\": {\"O\": {\"value\": \"x\"}}}"),
            ("shop.service", "[Service]\nExecStart=gunicorn x\nEnvironment=S=1 \"A=1\"\n"),
        ]);
        let environment = facts.at("platform.environment");
        let Value::Record(record) = &environment.value else { panic!("a record") };
        let told: Vec<String> =
            record.fields.iter().map(|(name, fact)| format!("{name}: {}", fact.value)).collect();
        assert_eq!(
            told.join("; ").replace('"', ""),
            "A: one of 2 or 1; B: one of not set or unknown (it is given in the platform's dashboard); \
             C: one of not set or unknown (it is filled in at deploy time); \
             D: one of not set or unknown (the platform makes up its value); \
             E: one of not set or unknown (the platform fills it in); G: one of not set or z; S: one of not set or 1"
        );
    }

    #[test]
    fn secrets_that_are_written_are_told_wherever_they_stand() {
        let render = "services:\n- type: worker\n  envVars:\n  - {key: SECRET_KEY, value: Vq8zL3mX0tR6yN1wB5kJ9sD2fG7h}\n  \
                      - {key: DATABASE_URL, value: 'postgres://u:k7Qw2ZxN9vRb4TyM@h/d'}\n  - {key: API_KEY, value: '{{ x }}'}\n";
        let facts = facts(&[
            ("render.yaml", render),
            (
                "app.json",
                "{\"env\": {\"SECRET_KEY\": \"changeme\", \"B\": {\"generator\": \"secret\"}}}",
            ),
            ("vercel.json", "{\"env\": {\"SECRET_KEY\": \"@secret-key\"}}"),
            (
                "supervisor/shop.conf",
                "[program:shop]\ncommand=gunicorn x\nenvironment=SECRET_KEY=\"Vq8zL3mX0tR6yN1wB5kJ\",A='b,c'\n",
            ),
        ]);
        let list = facts.at("platform.secrets");
        let row = |item: &Fact| {
            let field = |name: &str| item.value.field(name).unwrap().value.to_string();
            format!("{} {} {}", field("name"), field("file"), field("placeholder"))
        };
        let told: Vec<String> =
            list.value.items().iter().map(row).map(|row| row.replace('"', "")).collect();
        assert_eq!(
            told,
            [
                "SECRET_KEY app.json a placeholder",
                "SECRET_KEY render.yaml not set",
                "DATABASE_URL render.yaml not set",
                "SECRET_KEY supervisor/shop.conf not set",
            ]
        );
    }
}
