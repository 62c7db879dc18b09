//! What there is to know about one service of a compose file.

use super::build::{Build, project_path};
use super::lifetime::last_day;
use super::software::{Software, of_image};
use super::tree::Item;
use super::{mount, password, port, rights, routing, secrets};
use crate::collect::Sources;
use crate::date::Date;
use crate::fact::{Fact, FactSpec, Kind, ProjectPath, Value};
use crate::grammar::image_reference::ImageReference;
use crate::grammar::shell_words::quoted;
use crate::project::Project;
use crate::truth::Truth;

/// The fields of one service.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "Its name."),
    FactSpec::new(
        "image",
        Kind::Text,
        "The image it runs; absent if it is built and given no name.",
    ),
    FactSpec::new(
        "image-pinned",
        Kind::Bool,
        "Whether the image's name stays with one version: a digest, or a tag that says which. Absent if the image is built here.",
    ),
    FactSpec::new(
        "supported",
        Kind::Bool,
        "Whether the version of the image still gets fixes; absent if the version or its lifetime is not known.",
    ),
    FactSpec::new(
        "supported-until",
        Kind::Text,
        "The last day on which it gets fixes; absent likewise.",
    ),
    FactSpec::new("build", Kind::Bool, "Whether its image is built from the project."),
    FactSpec::new(
        "ports",
        Kind::List(&Kind::Record(port::FIELDS)),
        "The ports it publishes on the host.",
    ),
    FactSpec::new(
        "published-to-the-world",
        Kind::Bool,
        "Whether other machines reach one of its ports.",
    ),
    FactSpec::new("privileged", Kind::Bool, "Whether it has all rights of the host's root."),
    FactSpec::new(
        "docker-socket",
        Kind::Bool,
        "Whether it can command Docker itself; not a proxy that lets others ask for parts of it.",
    ),
    FactSpec::new("host-network", Kind::Bool, "Whether it shares the network of the host."),
    FactSpec::new("user", Kind::Text, "The user it runs as; absent if the image decides."),
    FactSpec::new("rights", Kind::Record(rights::FIELDS), "What it may do beyond its container."),
    FactSpec::new("read-only", Kind::Bool, "Whether its file system is read-only."),
    FactSpec::new("restart", Kind::Text, "When it is started again; absent for never."),
    FactSpec::new(
        "one-shot",
        Kind::Bool,
        "Whether others wait for it to complete, so that it is no server.",
    ),
    FactSpec::new("healthcheck", Kind::Bool, "Whether the compose file declares a health check."),
    FactSpec::new(
        "memory-limit",
        Kind::Text,
        "How much memory it may take; absent for all there is.",
    ),
    FactSpec::new("mounts", Kind::List(&Kind::Record(mount::FIELDS)), "What is mounted into it."),
    FactSpec::new(
        "dockerfile",
        Kind::Text,
        "The Dockerfile that its image is built by; absent if it is not.",
    ),
    FactSpec::new(
        "source-mounted",
        Kind::Bool,
        "Whether the project's source is mounted over what was built.",
    ),
    FactSpec::new(
        "datastore",
        Kind::Text,
        "Which kind of datastore it is, such as postgresql or redis; absent if it is none that is known.",
    ),
    FactSpec::new(
        "asks-for-password",
        Kind::Bool,
        "Whether a datastore lets in only who knows a password; absent if it is none.",
    ),
    FactSpec::new(
        "proxy",
        Kind::Bool,
        "Whether it takes requests for others: nginx, traefik, caddy and the like.",
    ),
    FactSpec::new(
        "routed",
        Kind::Bool,
        "Whether it tells a proxy that reads the labels or variables of containers which requests are for it.",
    ),
    FactSpec::new("application", Kind::Bool, "Whether it runs a program of the project's own."),
    FactSpec::new(
        "secrets",
        Kind::List(&Kind::Record(secrets::FIELDS)),
        "The secrets it is given by name.",
    ),
    FactSpec::new("command", Kind::Text, "The command it runs; absent if the image decides."),
];

/// A service with what others ask about it.
pub(crate) struct Service {
    pub(crate) name: String,
    /// Where and how its image is built, if it is.
    pub(crate) build: Option<Build>,
    pub(super) software: Option<Software>,
    pub(super) item: Item,
    /// The folder against which paths of the host count.
    folder: ProjectPath,
}

/// The image that a service runs or names, if that is known.
pub(super) fn image(item: &Item) -> Option<ImageReference> {
    item.get("image").and_then(Item::text).and_then(|text| ImageReference::parse(&text))
}

impl Service {
    pub(super) fn new(name: String, item: Item, folder: &ProjectPath) -> Self {
        let build = item.get("build").map(|build| Build::of(build, folder));
        let image = image(&item);
        let software = image.as_ref().and_then(of_image);
        // An image that is built here and named like a database is still built here.
        let software = software.filter(|software| build.is_none() || *software != Software::Other);
        let software =
            if runs_flower(&item) { Some(Software::AdminTool("Flower")) } else { software };
        Self { name, build, software, item, folder: folder.clone() }
    }

    /// Whether it runs a program of the project's own: built here, or of an image that is none of the
    /// well-known ones.
    pub(crate) fn is_application(&self) -> bool {
        self.software.is_none() && (self.build.is_some() || self.item.get("image").is_some())
    }

    /// Whether it takes requests for others.
    pub(super) fn is_proxy(&self) -> bool {
        self.software == Some(Software::Proxy)
    }

    /// Whether it has a proxy pass visitors on to it that reads what containers say of themselves.
    pub(super) fn routed(&self) -> Fact {
        let item = &self.item;
        routing::of_service(item).map_or_else(|| item.fact(false), |rule| rule.fact(true))
    }

    /// Whether other machines reach one of its ports.
    pub(super) fn published(&self) -> Fact {
        self.ports().1
    }

    /// A command of this service as a record.
    pub(super) fn told(&self, command: Fact) -> Fact {
        let provenance = command.provenance.clone();
        let name = Fact { value: Value::from(self.name.as_str()), provenance: provenance.clone() };
        Fact { value: Value::record([("command", command), ("service", name)]), provenance }
    }

    /// The command by which compose asks whether it still works.
    pub(super) fn health_command(&self) -> Option<Fact> {
        let test = self.item.at(&["healthcheck", "test"])?;
        let words: Vec<String> = test.items().iter().filter_map(Item::text).collect();
        let command = match words.split_first() {
            Some((first, rest)) if first == "CMD" => {
                rest.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
            }
            Some((first, rest)) if first == "CMD-SHELL" => rest.join(" "),
            Some((line, [])) if line != "NONE" => line.clone(),
            _ => return None,
        };
        Some(self.told(test.fact(secrets::masked_command(&command))))
    }

    /// The names by which others reach it.
    pub(super) fn names(&self) -> Vec<Fact> {
        let said = ["container_name", "hostname"].into_iter().filter_map(|key| self.item.get(key));
        let networks = self.item.get("networks").map_or(&[][..], Item::entries);
        let aliases =
            networks.iter().filter_map(|(_, network)| network.get("aliases")).flat_map(Item::items);
        let others = said.chain(aliases).map(Item::text_fact);
        std::iter::once(self.item.fact(self.name.as_str())).chain(others).collect()
    }

    /// Whether it keeps or passes on data.
    pub(super) fn is_datastore(&self) -> bool {
        matches!(self.software, Some(Software::Datastore(_)))
    }

    /// Whether it publishes one of these ports of the host to other machines.
    pub(super) fn publishes(&self, ports: &[&str]) -> bool {
        let items = self.item.get("ports").map_or(&[][..], Item::items);
        items.iter().filter_map(port::parse).any(|port| port.is_published_as(ports))
    }

    /// The user that the compose file sets, if it sets one.
    pub(crate) fn user(&self) -> Option<Fact> {
        self.item.get("user").map(Item::text_fact)
    }

    /// Whether the compose file declares a health check, and where.
    pub(crate) fn healthcheck(&self) -> Option<Fact> {
        let healthcheck = self.item.get("healthcheck")?;
        let disabled = healthcheck
            .get("disable")
            .is_some_and(|item| item.bool_fact().value == Value::Bool(true));
        let none = healthcheck.get("test").is_some_and(|test| {
            test.items().first().and_then(Item::text).is_some_and(|word| word == "NONE")
        });
        Some(healthcheck.fact(!disabled && !none))
    }

    /// Whether the compose file sets a variable; unknown if it reads environment files that may.
    pub(crate) fn sets(&self, variable: &str) -> Truth {
        match (self.item.at(&["environment", variable]), self.item.get("env_file")) {
            (Some(_), _) => Truth::True,
            (None, Some(_)) => Truth::Unknown,
            (None, None) => Truth::False,
        }
    }

    /// Whether the compose file says what runs in the place of the image's own command.
    pub(crate) fn replaces_command(&self) -> bool {
        ["command", "entrypoint"].iter().any(|key| self.item.get(key).is_some())
    }

    /// The command line, entrypoint first.
    pub(super) fn command(&self) -> Option<Fact> {
        let parts: Vec<&Item> =
            ["entrypoint", "command"].iter().filter_map(|key| self.item.get(key)).collect();
        let first = parts.iter().copied().find(|part| !part.items().is_empty())?;
        let mut words = Vec::new();
        for part in &parts {
            let single = !matches!(part.kind, super::tree::ItemKind::List(_));
            for item in part.items() {
                let Some(text) = item.text() else {
                    return Some(item.text_fact());
                };
                words.push(if single { text } else { quoted(&text) });
            }
        }
        Some(first.fact(secrets::masked_command(&words.join(" "))))
    }

    /// The published ports, and whether other machines reach one.
    fn ports(&self) -> (Fact, Fact) {
        let items = self.item.get("ports");
        let mut ports = Vec::new();
        let mut public = self.item.fact(false);
        for item in items.map_or(&[][..], Item::items) {
            let Some(port) = port::parse(item) else {
                continue;
            };
            let reached = item.fact(port.public());
            if reached.value == Value::Bool(true)
                || public.value == Value::Bool(false) && reached.value != Value::Bool(false)
            {
                public = reached;
            }
            ports.push(port.fact(item));
        }
        (items.unwrap_or(&self.item).fact(ports), public)
    }

    /// The service as a record.
    pub(super) fn fact(&self, sources: &Sources<'_>, one_shots: &[String]) -> Fact {
        let item = &self.item;
        let flag = |key: &str| item.get(key).map_or_else(|| item.fact(false), Item::bool_fact);
        let text =
            |key: &str| item.get(key).map_or_else(|| item.fact(Value::Absent), Item::text_fact);
        let named = |kind: Option<&'static str>| item.fact(kind.map_or(Value::Absent, Value::from));
        let datastore = match self.software {
            Some(Software::Datastore(kind)) => Some(kind),
            _ => None,
        };
        let (ports, mut public) = self.ports();
        let network = self.host_network();
        if datastore.is_some() && network.value == Value::Bool(true) {
            public = port::on_the_host(item, &network);
        }
        let (supported, until) = self.supported(sources.given.today);
        let fields = [
            ("name", item.fact(self.name.as_str())),
            ("image", text("image")),
            ("image-pinned", self.image_pinned()),
            ("supported", supported),
            ("supported-until", until),
            ("build", item.get("build").unwrap_or(item).fact(self.build.is_some())),
            ("ports", ports),
            ("published-to-the-world", public),
            ("privileged", flag("privileged")),
            ("docker-socket", rights::docker_socket(item, &self.published())),
            ("host-network", network),
            ("user", text("user")),
            ("rights", rights::fact(item)),
            ("read-only", flag("read_only")),
            ("restart", self.restart()),
            ("one-shot", item.fact(one_shots.contains(&self.name))),
            ("healthcheck", self.healthcheck().unwrap_or_else(|| item.fact(false))),
            ("memory-limit", self.memory_limit()),
            ("mounts", mount::facts(item, &self.folder)),
            ("dockerfile", self.dockerfile()),
            ("source-mounted", self.source_mounted(sources.project)),
            ("datastore", named(datastore)),
            ("asks-for-password", password::asked_for(item, datastore)),
            ("proxy", item.fact(self.is_proxy())),
            ("routed", self.routed()),
            ("application", item.fact(self.is_application())),
            ("secrets", item.get("environment").unwrap_or(item).fact(secrets::of_service(item))),
            ("command", self.command().unwrap_or_else(|| item.fact(Value::Absent))),
        ];
        item.fact(Value::record(fields))
    }

    fn dockerfile(&self) -> Fact {
        let file = self.build.as_ref().and_then(|build| build.dockerfile.as_ref());
        self.item.fact(file.map_or(Value::Absent, |file| Value::from(file.as_str())))
    }

    fn image_pinned(&self) -> Fact {
        let image = self.item.get("image").filter(|_| self.build.is_none());
        let Some(image) = image else {
            return self.item.fact(Value::Absent);
        };
        match (image.text(), image.text_fact().value) {
            (Some(text), _) => {
                image.fact(ImageReference::parse(&text).is_some_and(|image| image.is_pinned()))
            }
            (None, unknown) => image.fact(unknown),
        }
    }

    /// Whether the image of the service still gets fixes, and until when.
    fn supported(&self, today: Date) -> (Fact, Fact) {
        let image = self.item.get("image").filter(|_| self.build.is_none());
        let day =
            image.and_then(Item::text).and_then(|text| last_day(&ImageReference::parse(&text)?));
        let at = image.unwrap_or(&self.item);
        match day {
            Some(day) => (at.fact(today <= day), at.fact(day.to_string())),
            None => (at.fact(Value::Absent), at.fact(Value::Absent)),
        }
    }

    fn host_network(&self) -> Fact {
        let Some(mode) = self.item.get("network_mode") else {
            return self.item.fact(false);
        };
        match mode.text() {
            Some(text) => mode.fact(text == "host"),
            None => mode.text_fact(),
        }
    }

    fn restart(&self) -> Fact {
        let policy = self.item.at(&["deploy", "restart_policy", "condition"]);
        match self.item.get("restart").or(policy) {
            Some(restart) if restart.text().is_some_and(|text| text == "no" || text == "none") => {
                restart.fact(Value::Absent)
            }
            Some(restart) => restart.text_fact(),
            None => match self.item.at(&["deploy", "restart_policy"]) {
                Some(policy) => policy.fact("any"),
                None => self.item.fact(Value::Absent),
            },
        }
    }

    fn memory_limit(&self) -> Fact {
        let limit = self.item.at(&["deploy", "resources", "limits", "memory"]);
        let limit = self.item.get("mem_limit").or(limit);
        limit.map_or_else(|| self.item.fact(Value::Absent), Item::text_fact)
    }

    fn source_mounted(&self, project: &Project) -> Fact {
        let mount = self.mounts_source(project);
        mount.map_or_else(|| self.item.fact(false), |mount| mount.fact(true))
    }

    /// The mount that lays the project's source over what was built, if there is one.
    pub(super) fn mounts_source(&self, project: &Project) -> Option<&Item> {
        let build = self.build.as_ref()?;
        let volumes = self.item.get("volumes").map_or(&[][..], Item::items);
        volumes.iter().find(|item| {
            mount::parse(item)
                .filter(|mount| mount.bind)
                .and_then(|mount| project_path(&mount.source?, &self.folder))
                .is_some_and(|folder| {
                    build.context.is_in(&folder) || mount::holds_source(project, &folder)
                })
        })
    }
}

/// Whether the command is Celery's monitor, run from the image of the application.
fn runs_flower(item: &Item) -> bool {
    let command = item.get("command").map_or(&[][..], Item::items);
    let words: Vec<String> = command.iter().filter_map(Item::text).collect();
    let words: Vec<&str> = words.iter().flat_map(|text| text.split_whitespace()).collect();
    words.contains(&"celery") && words.contains(&"flower")
}
