//! How containers are run together: the facts under `compose`.

mod admin_tool;
mod build;
mod composed;
mod declared;
mod environment;
mod files;
mod first_format;
mod lifetime;
mod load;
mod merge;
mod mount;
mod one_shot;
mod password;
mod port;
mod purpose;
mod relocate;
mod repeated;
mod rights;
mod routing;
#[cfg(test)]
mod rows;
mod secrets;
mod service;
mod software;
mod tree;
mod variables;

pub(crate) use composed::Composed;
pub(crate) use environment::common;
pub(crate) use files::is_compose_name;
pub(crate) use first_format::services;
pub(crate) use lifetime::{last_day, python_last_day};
pub(crate) use rights::{is_dangerous_folder, is_strong_capability};
pub(crate) use secrets::{
    FIELDS as SECRET, is_harmless, masked_command, password_in_url, written_secret,
};
pub(crate) use service::Service;
pub(crate) use software::{Software, of_image};

use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, Kind, List, ProjectPath, Value, WhenMissing,
};
use crate::project::Project;
use composed::Stack;

/// Knows how containers are run together.
pub struct Compose;

const COMMAND: &[FactSpec] = &[
    FactSpec::new("command", Kind::Text, "The command line, entrypoint first."),
    FactSpec::new("service", Kind::Text, "The service that runs it."),
];

const ADMIN_TOOL: &[FactSpec] = &[
    FactSpec::new("tool", Kind::Text, "What it is."),
    FactSpec::new("service", Kind::Text, "The service that runs it."),
    FactSpec::new("public", Kind::Bool, "Whether other machines reach it."),
];

const FACTS: &[FactSpec] = &[
    FactSpec::new(
        "compose.files",
        Kind::List(&Kind::Text),
        "The files that were taken for those of production, in the order in which they are laid over each other.",
    ),
    FactSpec::new(
        "compose.services",
        Kind::List(&Kind::Record(declared::SERVICE)),
        "The services of production; those that only a profile starts are left out.",
    ),
    FactSpec::new(
        "compose.environment",
        Kind::Open(&Kind::Text),
        "What the service that runs the application is given: its `env_file`s, then `environment`.",
    ),
    FactSpec::new(
        "compose.env-files",
        Kind::List(&Kind::Text),
        "The environment files that the service that runs the application reads, in their order.",
    ),
    FactSpec::new(
        "compose.commands",
        Kind::List(&Kind::Record(COMMAND)),
        "The commands that compose gives to the project's own programs.",
    ),
    FactSpec::new(
        "compose.health-checks",
        Kind::List(&Kind::Record(COMMAND)),
        "The commands by which compose asks the services that answer requests whether they still do.",
    ),
    FactSpec::new(
        "compose.service-names",
        Kind::List(&Kind::Text),
        "The names by which services reach each other: their own, of containers and hosts, aliases.",
    ),
    FactSpec::new(
        "compose.admin-tools",
        Kind::List(&Kind::Record(ADMIN_TOOL)),
        "Tools that let whoever reaches them look into other services.",
    ),
    FactSpec::new(
        "compose.has-proxy",
        Kind::Bool,
        "Whether one of the services takes requests from other machines for the rest, or a proxy elsewhere that reads \
         their labels.",
    ),
];

impl Collector for Compose {
    fn domain(&self) -> Domain {
        Domain {
            name: "compose",
            means: "how containers are run together",
            when_missing: WhenMissing::NotApplicable("no compose file of production is here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        files::is_compose_name(path)
    }

    fn collect(&self, sources: &Sources<'_>, so_far: &Facts) -> Facts {
        let mut composed = Composed::read(sources);
        composed.recognise(so_far.at("docker.images").value.items());
        let mut facts = Facts::default();
        if composed.stacks.is_empty() && composed.problems.is_empty() {
            return facts;
        }
        let rest = composed.problems.first().cloned();
        let put_list = |facts: &mut Facts, path: &str, items: Vec<Fact>| {
            facts.put(path, Fact::derived(List { items, rest: rest.clone() }));
        };
        let files = composed.stacks.iter().flat_map(|stack| &stack.files);
        put_list(
            &mut facts,
            "compose.files",
            files.map(|file| Fact::derived(file.as_str())).collect(),
        );
        let services: Vec<Fact> = composed
            .stacks
            .iter()
            .flat_map(|stack| {
                let one_shots = one_shot::one_shots(stack, sources.project);
                stack.services.iter().map(move |service| service.fact(sources, &one_shots))
            })
            .collect();
        put_list(
            &mut facts,
            "compose.admin-tools",
            composed.services().filter_map(admin_tool_fact).collect(),
        );
        facts.put("compose.has-proxy", has_proxy(sources.project, &composed));
        put_list(&mut facts, "compose.services", repeated::marked(services));
        let mine = mine(&composed, sources, so_far);
        put_list(
            &mut facts,
            "compose.commands",
            mine.iter().filter_map(|(_, service)| command(service)).collect(),
        );
        let asked = web(&mine);
        put_list(
            &mut facts,
            "compose.health-checks",
            asked.iter().filter_map(|(_, service)| service.health_command()).collect(),
        );
        put_list(
            &mut facts,
            "compose.service-names",
            composed.services().flat_map(Service::names).collect(),
        );
        let (environment, env_files) = environment_of(&asked, sources, rest.as_ref());
        facts.put("compose.environment", environment);
        put_list(&mut facts, "compose.env-files", env_files);
        facts
    }
}

/// What services that run the same program are given, and the files it is read from.
fn environment_of(
    services: &[(&Stack, &Service)],
    sources: &Sources<'_>,
    rest: Option<&Ignorance>,
) -> (Fact, Vec<Fact>) {
    let read = |(stack, service): &(&Stack, &Service)| {
        environment::of_service(sources.project, &stack.folder, &stack.variables, &service.item)
    };
    let (environments, files): (Vec<_>, Vec<_>) = services.iter().map(read).unzip();
    let mut common = environment::common(environments);
    common.rest = common.rest.or_else(|| rest.cloned());
    (Fact::derived(common), files.into_iter().flatten().collect())
}

/// The services that run this service's own programs.
fn mine<'c>(
    composed: &'c Composed,
    sources: &Sources<'_>,
    so_far: &Facts,
) -> Vec<(&'c Stack, &'c Service)> {
    let images = so_far.at("docker.images");
    let is_foreign = |dockerfile: &ProjectPath| {
        images.value.items().iter().any(|image| {
            let is = |name: &str, value: &Value| {
                image.value.field(name).is_some_and(|field| field.value == *value)
            };
            is("path", &Value::from(dockerfile.as_str())) && is("application", &Value::Bool(false))
        })
    };
    let root = &sources.service.root;
    let belongs = |service: &Service| match &service.build {
        None => root.as_str().is_empty(),
        Some(build) => {
            (build.context.is_in(root) || root.is_in(&build.context))
                && build.dockerfile.as_ref().is_none_or(|file| {
                    let seen = sources.service.sees(file) || !sources.project.has_listed(file);
                    seen && !is_foreign(file)
                })
        }
    };
    let all = composed
        .stacks
        .iter()
        .flat_map(|stack| stack.services.iter().map(move |service| (stack, service)));
    all.filter(|(_, service)| service.is_application() && belongs(service)).collect()
}

/// Words in the name or command of a service that answers no requests.
const WORKERS: &[&str] = &[
    "celery",
    "worker",
    "beat",
    "scheduler",
    "migrate",
    "migration",
    "migrations",
    "flower",
    "cron",
    "consumer",
    "rq",
    "rqworker",
    "huey",
    "init",
    "setup",
    "backup",
    "bot",
];

/// Of services that run the same program, those that answer requests; all if none is told to.
fn web<'c>(services: &[(&'c Stack, &'c Service)]) -> Vec<(&'c Stack, &'c Service)> {
    let built = services.iter().any(|(_, service)| service.build.is_some());
    let fit: Vec<_> =
        services.iter().copied().filter(|(_, service)| service.build.is_some() == built).collect();
    let answers = |service: &Service| {
        let command = service.command().and_then(|fact| fact.value.text().map(str::to_lowercase));
        let text = format!("{} {}", service.name.to_lowercase(), command.unwrap_or_default());
        !text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORKERS.contains(&word))
    };
    let answering: Vec<_> = fit.iter().copied().filter(|(_, service)| answers(service)).collect();
    if answering.is_empty() { fit } else { answering }
}

fn command(service: &Service) -> Option<Fact> {
    Some(service.told(service.command()?))
}

fn admin_tool_fact(service: &Service) -> Option<Fact> {
    let (tool, public) = admin_tool::of_service(service)?;
    let at =
        |value: &str| Fact { value: Value::from(value), provenance: public.provenance.clone() };
    let fields = [("tool", at(tool)), ("service", at(&service.name)), ("public", public.clone())];
    Some(Fact { value: Value::record(fields), provenance: public.provenance.clone() })
}

/// Whether a proxy that is published passes requests on. One that is built here may only serve files: its
/// folder tells.
fn has_proxy(project: &Project, composed: &Composed) -> Fact {
    let passes_on = |service: &&Service| {
        service.build.as_ref().is_none_or(|build| {
            let mut files = project.below(&build.context);
            files.any(|path| {
                matches!(path.extension(), "conf" | "template" | "tmpl" | "j2")
                    && project.read(path).is_ok_and(|text| text.contains("_pass "))
            })
        })
    };
    let mut proxies = composed.services().filter(|service| service.is_proxy()).filter(passes_on);
    let published = proxies.find_map(|proxy| {
        let public = proxy.published();
        (public.value == Value::Bool(true)).then_some(public)
    });
    let is_true = |fact: &Fact| fact.value == Value::Bool(true);
    let mut routed = composed.services().map(Service::routed);
    published.or_else(|| routed.find(is_true)).unwrap_or_else(|| Fact::derived(false))
}
