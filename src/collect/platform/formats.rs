//! What each platform's file says: variables, whether plain HTTP is redirected, where the platform asks
//! whether the program is well.
//!
//! (Read 2026-11-30: Fly.io "App configuration", Render "Blueprint specification", Railway "Config as code",
//! Google App Engine "app.yaml", `DigitalOcean` "App spec", Vercel "vercel.json", Netlify "netlify.toml",
//! Heroku "app.json" and "heroku.yml", Serverless Framework "serverless.yml". Render, Railway and Vercel
//! redirect all plain HTTP to HTTPS by themselves.)

use super::amazon;
use super::document::{place, variable};
use crate::fact::{Fact, Ignorance, ProjectPath, Value};
use crate::grammar::yaml::{Kind, Node};
use crate::project::amazon::service;

/// A program that a platform runs.
#[derive(Debug, Default)]
pub(super) struct Deployment {
    /// The name in the file; empty if it has none.
    pub(super) name: String,
    /// Whether it answers requests from outside.
    pub(super) web: bool,
    /// The folder it is built from, if the file names one.
    pub(super) folder: Option<String>,
    /// The variables with the values that the file gives it.
    pub(super) environment: Vec<(String, Fact)>,
    /// Why it may be given further ones.
    pub(super) unseen: Option<Ignorance>,
    /// Whether the values are offered to who deploys, or given to the build alone.
    pub(super) only_offered: bool,
    /// Whether plain HTTP is redirected to HTTPS before it reaches the program.
    pub(super) forces_https: Option<Fact>,
    /// Whether the platform asks the program whether it is well; none where its file cannot say.
    pub(super) asks_health: Option<Fact>,
    /// What becomes of files that the program writes, if they do not last: `lost` or `read-only`.
    pub(super) disk: Option<Fact>,
}

/// The platform of a file, told from its name.
pub(super) fn platform(path: &ProjectPath) -> Option<&'static str> {
    Some(match path.name() {
        "fly.toml" => "fly",
        "render.yaml" | "render.yml" => "render",
        "railway.json" | "railway.toml" => "railway",
        "app.yaml" | "app.yml" if path.folder().name() == ".do" => "digitalocean",
        "app.yaml" | "app.yml" => "appengine",
        "vercel.json" => "vercel",
        "netlify.toml" => "netlify",
        "app.json" => "heroku",
        "heroku.yml" => "heroku-image",
        "serverless.yml" | "serverless.yaml" => "serverless",
        name if name.starts_with("fly.") && path.extension() == "toml" => "fly",
        _ => return service(path),
    })
}

/// The programs of a document.
pub(super) fn deployments(platform: &str, path: &ProjectPath, document: &Node) -> Vec<Deployment> {
    match platform {
        "fly" => vec![fly(path, document)],
        "render" => render(path, document),
        "railway" => vec![railway(path, document)],
        "appengine" => app_engine(path, document).into_iter().collect(),
        "digitalocean" => digital_ocean(path, document),
        "vercel" => vec![vercel(path, document)],
        "netlify" => vec![netlify(path, document)],
        "heroku" => vec![offered(path, document.get("env"))],
        "heroku-image" => vec![offered(path, at(document, &["setup", "config"]))],
        "serverless" => serverless(path, document),
        _ => amazon::deployments(platform, path, document),
    }
}

fn at<'n>(node: &'n Node, names: &[&str]) -> Option<&'n Node> {
    names.iter().try_fold(node, |node, name| node.get(name))
}

/// The variables of a map of names.
fn named(path: &ProjectPath, map: Option<&Node>) -> Vec<(String, Fact)> {
    let entries = map.map(Node::entries).unwrap_or_default();
    let pair = |(key, value): &(crate::grammar::yaml::Key, Node)| {
        Some((key.name.clone(), variable(path, value)?))
    };
    entries.iter().filter_map(pair).collect()
}

/// The variables of a list of pairs: `- key: NAME` with `value: …`, or with who else gives the value.
fn listed(path: &ProjectPath, list: Option<&Node>) -> Vec<(String, Fact)> {
    let items = list.map(Node::items).unwrap_or_default();
    let pair = |item: &Node| {
        let value = match item.get("value") {
            Some(value) => variable(path, value),
            None => given_by(item).map(|giver| says(path, item, Ignorance::new(giver))),
        };
        Some((item.get("key")?.scalar()?, value?))
    };
    items.iter().filter_map(pair).collect()
}

/// Who gives a variable of Render's or `DigitalOcean`'s the value that its file does not say.
fn given_by(item: &Node) -> Option<&'static str> {
    let is = |name: &str, value: bool| {
        item.get(name).is_some_and(|it| matches!(it.kind, Kind::Bool(said) if said == value))
    };
    if is("generateValue", true) {
        return Some("the platform makes up its value");
    }
    if item.get("fromDatabase").is_some() || item.get("fromService").is_some() {
        return Some("the platform fills it in");
    }
    let is_secret = item.get("type").and_then(Node::text) == Some("SECRET");
    (is("sync", false) || is_secret).then_some("it is given in the platform's dashboard")
}

pub(super) fn says(path: &ProjectPath, node: &Node, value: impl Into<Value>) -> Fact {
    Fact::literal(value, place(path, node))
}

fn fly(path: &ProjectPath, document: &Node) -> Deployment {
    let http = document.get("http_service");
    let services = document.get("services").map(Node::items).unwrap_or_default();
    let is_true = |node: &Node, name: &str| {
        matches!(node.get(name), Some(Node { kind: Kind::Bool(true), .. }))
    };
    let ports = services
        .iter()
        .flat_map(|service| service.get("ports").map(Node::items).unwrap_or_default());
    let plain = |port: &&Node| {
        let handlers = port.get("handlers").map(Node::items).unwrap_or_default();
        handlers.iter().any(|handler| handler.text() == Some("http"))
    };
    let plain: Vec<&Node> = ports.filter(plain).collect();
    let open = plain.iter().copied().find(|port| !is_true(port, "force_https"));
    let forces_https = match (http, open, plain.first().copied()) {
        (Some(http), ..) => {
            let node = http.get("force_https").unwrap_or(http);
            Some(says(path, node, is_true(http, "force_https")))
        }
        (None, Some(open), _) => Some(says(path, open, false)),
        (None, None, Some(port)) => Some(says(path, port, true)),
        (None, None, None) => None,
    };
    let checks = http.and_then(checks_of).or_else(|| services.iter().find_map(checks_of));
    let checks = checks.or_else(|| document.get("checks"));
    let served = http.or_else(|| services.first());
    let asks_health = served.map(|served| says(path, checks.unwrap_or(served), checks.is_some()));
    Deployment {
        name: document.get("app").and_then(Node::scalar).unwrap_or_default(),
        disk: document.get("mounts").is_none().then(|| says(path, document, "lost")),
        web: served.is_some(),
        environment: named(path, document.get("env")),
        forces_https,
        asks_health,
        ..Deployment::default()
    }
}

fn checks_of(service: &Node) -> Option<&Node> {
    let names = ["checks", "http_checks", "tcp_checks", "grpc_checks"];
    names.into_iter().find_map(|name| service.get(name))
}

fn render(path: &ProjectPath, document: &Node) -> Vec<Deployment> {
    let groups = document.get("envVarGroups").map(Node::items).unwrap_or_default();
    let of_group = |name: &str| {
        let is_it = |group: &&Node| group.get("name").and_then(Node::text) == Some(name);
        listed(path, groups.iter().find(is_it).and_then(|group| group.get("envVars")))
    };
    let deployment = |service: &Node| {
        let kind = service.get("type").and_then(Node::scalar)?;
        let runtime = service.get("runtime").or_else(|| service.get("env"));
        let is_static = runtime.and_then(Node::text) == Some("static");
        if is_static || !matches!(kind.as_str(), "web" | "pserv" | "worker" | "cron") {
            return None;
        }
        let web = kind == "web";
        let own = service.get("envVars");
        let mut environment = listed(path, own);
        for item in own.map(Node::items).unwrap_or_default() {
            let group = item.get("fromGroup").and_then(Node::text);
            environment.extend(group.map(of_group).unwrap_or_default());
        }
        let health = service.get("healthCheckPath");
        let text = |name: &str| service.get(name).and_then(Node::scalar);
        Some(Deployment {
            name: text("name").unwrap_or_default(),
            disk: service.get("disk").is_none().then(|| says(path, service, "lost")),
            web,
            folder: text("rootDir").or_else(|| text("dockerContext")),
            environment,
            forces_https: web.then(|| says(path, service, true)),
            asks_health: web.then(|| says(path, health.unwrap_or(service), health.is_some())),
            ..Deployment::default()
        })
    };
    let services = document.get("services").map(Node::items).unwrap_or_default();
    services.iter().filter_map(deployment).collect()
}

fn railway(path: &ProjectPath, document: &Node) -> Deployment {
    let health = at(document, &["deploy", "healthcheckPath"]);
    Deployment {
        web: true,
        forces_https: Some(says(path, document, true)),
        asks_health: Some(says(path, health.unwrap_or(document), health.is_some())),
        ..Deployment::default()
    }
}

fn app_engine(path: &ProjectPath, document: &Node) -> Option<Deployment> {
    document.get("runtime")?;
    let is_flexible =
        document.get("env").and_then(Node::text).is_some_and(|env| env.starts_with("flex"));
    let handlers = document.get("handlers").map(Node::items).unwrap_or_default();
    let is_open = |handler: &&Node| {
        handler.get("script").is_some()
            && handler.get("secure").and_then(Node::text) != Some("always")
    };
    let mut programs = handlers.iter().filter(|handler| handler.get("script").is_some());
    let forces = match (handlers.iter().find(is_open), programs.next()) {
        (Some(open), _) => says(path, open, false),
        (None, Some(program)) => says(path, program, true),
        (None, None) => says(path, document, false),
    };
    Some(Deployment {
        name: document.get("service").and_then(Node::scalar).unwrap_or_default(),
        disk: Some(says(path, document, if is_flexible { "lost" } else { "read-only" })),
        web: true,
        environment: named(path, document.get("env_variables")),
        forces_https: Some(forces),
        ..Deployment::default()
    })
}

fn digital_ocean(path: &ProjectPath, document: &Node) -> Vec<Deployment> {
    let shared = listed(path, document.get("envs"));
    let deployment = |service: &Node| {
        let health = service.get("health_check");
        let mut environment = listed(path, service.get("envs"));
        environment.extend(shared.iter().cloned());
        Deployment {
            name: service.get("name").and_then(Node::scalar).unwrap_or_default(),
            disk: Some(says(path, service, "lost")),
            web: true,
            folder: service.get("source_dir").and_then(Node::scalar),
            environment,
            asks_health: Some(says(path, health.unwrap_or(service), health.is_some())),
            ..Deployment::default()
        }
    };
    let services = document.get("services").map(Node::items).unwrap_or_default();
    services.iter().map(deployment).collect()
}

/// A front end's file says nothing of the program in Python beside it.
fn vercel(path: &ProjectPath, document: &Node) -> Deployment {
    let builds = document.get("builds").map(Node::items).unwrap_or_default();
    let is_python = |text: String| text.contains("python") || text.contains(".py");
    let mut named = builds.iter().filter_map(|build| build.get("use")?.scalar());
    let functions = document.get("functions").map(Node::entries).unwrap_or_default();
    let runs_program = named.any(is_python)
        || functions.iter().any(|(key, _)| is_python(key.name.clone()))
        || builds.iter().filter_map(|build| build.get("src")?.scalar()).any(is_python);
    let mut environment = self::named(path, document.get("env"));
    environment.extend(self::named(path, at(document, &["build", "env"])));
    Deployment {
        web: runs_program,
        disk: runs_program.then(|| says(path, document, "read-only")),
        only_offered: !runs_program,
        environment,
        forces_https: runs_program.then(|| says(path, document, true)),
        ..Deployment::default()
    }
}

fn netlify(path: &ProjectPath, document: &Node) -> Deployment {
    let mut environment = named(path, at(document, &["build", "environment"]));
    environment.extend(named(path, at(document, &["context", "production", "environment"])));
    Deployment { environment, only_offered: true, ..Deployment::default() }
}

/// `NAME: value` and `NAME: {value: …}`, which who deploys may change.
fn offered(path: &ProjectPath, map: Option<&Node>) -> Deployment {
    let entries = map.map(Node::entries).unwrap_or_default();
    let pair = |(key, value): &(crate::grammar::yaml::Key, Node)| {
        let value = value.get("value").unwrap_or(value);
        Some((key.name.clone(), variable(path, value)?))
    };
    Deployment {
        environment: entries.iter().filter_map(pair).collect(),
        only_offered: true,
        ..Deployment::default()
    }
}

fn serverless(path: &ProjectPath, document: &Node) -> Vec<Deployment> {
    let of_provider = named(path, at(document, &["provider", "environment"]));
    let runtime = at(document, &["provider", "runtime"]).and_then(Node::scalar);
    let is_python = runtime.is_some_and(|runtime| runtime.starts_with("python"));
    let functions = document.get("functions").map(Node::entries).unwrap_or_default();
    let of_functions =
        functions.iter().flat_map(|(_, function)| named(path, function.get("environment")));
    let environment = of_provider.into_iter().chain(of_functions).collect();
    let name = document.get("service").and_then(Node::scalar).unwrap_or_default();
    let disk = is_python.then(|| says(path, document, "read-only"));
    vec![Deployment { name, web: is_python, environment, disk, ..Deployment::default() }]
}
