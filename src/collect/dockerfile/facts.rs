//! One image as a record of facts.

use super::context::{self, Context};
use super::image::{Image, Resolved};
use super::read::{StepKind, Words};
use super::user::{self, Runner};
use super::{base, building, pitfalls, secrets};
use crate::collect::Sources;
use crate::collect::compose::{Composed, Service, Software, last_day, masked_command, of_image};
use crate::fact::{Fact, FactSpec, Kind, Place, Value};
use crate::grammar::image_reference::ImageReference;
use crate::grammar::shell_words::quoted;
use crate::truth::Truth;

const BASE: &[FactSpec] = &[
    FactSpec::new("image", Kind::Text, "The image's whole name."),
    FactSpec::new("name", Kind::Text, "Its name without tag and digest."),
    FactSpec::new("tag", Kind::Text, "Its tag; absent if none is given."),
    FactSpec::new("digest", Kind::Text, "Its digest; absent if none is given."),
    FactSpec::new(
        "pinned",
        Kind::Bool,
        "Whether the name stays with one version: a digest, or a tag that says which.",
    ),
    FactSpec::new(
        "supported",
        Kind::Bool,
        "Whether the version still gets fixes; absent if the version or its lifetime is not known.",
    ),
    FactSpec::new(
        "supported-until",
        Kind::Text,
        "The last day on which it gets fixes; absent likewise.",
    ),
    FactSpec::new(
        "in-image",
        Kind::Bool,
        "Whether the final image is made from it, and not only built with it.",
    ),
];

/// The fields of one image.
pub(super) const FIELDS: &[FactSpec] = &[
    FactSpec::new("path", Kind::Text, "The Dockerfile."),
    FactSpec::new(
        "context",
        Kind::Text,
        "The folder it is built in, as compose says or as what it copies suggests.",
    ),
    FactSpec::new(
        "application",
        Kind::Bool,
        "Whether it holds a program of the project's own that this service is.",
    ),
    FactSpec::new("bases", Kind::List(&Kind::Record(BASE)), "The images its stages begin from."),
    FactSpec::new("base", Kind::Text, "The name of the image that it is made from, without tag."),
    FactSpec::new("base-tag", Kind::Text, "The tag of that image; absent if none is given."),
    FactSpec::new("base-pinned", Kind::Bool, "Whether that image's name stays with one version."),
    FactSpec::new("final-user", Kind::Text, "The user of the last USER; absent if there is none."),
    FactSpec::new(
        "runs-as-root",
        Kind::Bool,
        "Whether the container starts as root. What compose sets as user counts; unknown if the base image decides and is not a well-known one.",
    ),
    FactSpec::new(
        "steps-down",
        Kind::Bool,
        "Whether it gives up being root by itself: by gosu and the like in its entrypoint, or as the official images of databases and nginx do.",
    ),
    FactSpec::new(
        "healthcheck",
        Kind::Bool,
        "Whether the Dockerfile, or compose for a service of it, checks that it still answers.",
    ),
    FactSpec::new(
        "health-command",
        Kind::Text,
        "The command by which the Dockerfile lets ask whether it still answers; absent if it lets nobody ask.",
    ),
    FactSpec::new(
        "command",
        Kind::Text,
        "The command line it starts, entrypoint first; absent if the base image decides.",
    ),
    FactSpec::new(
        "command-form",
        Kind::Text,
        "exec for a list of words, shell for a text that a shell runs; absent with the command.",
    ),
    FactSpec::new("exposed-ports", Kind::List(&Kind::Text), "The ports that EXPOSE names."),
    FactSpec::new(
        "copies-everything",
        Kind::Bool,
        "Whether the whole build context is copied into the image.",
    ),
    FactSpec::new(
        "copies",
        Kind::List(&Kind::Record(context::COPY_FIELDS)),
        "What is copied into the image, and where to.",
    ),
    FactSpec::new(
        "env-files",
        Kind::List(&Kind::Text),
        "Environment files with secrets that are copied into the image, and those named by COPY.",
    ),
    FactSpec::new(
        "lets-through",
        Kind::List(&Kind::Text),
        "Of .env, .git and db.sqlite3, those that the copy of the whole context would take along if they were there.",
    ),
    FactSpec::new(
        "secrets",
        Kind::List(&Kind::Record(secrets::FIELDS)),
        "Secrets that ENV and ARG give a value in the Dockerfile.",
    ),
    FactSpec::new(
        "piped-installers",
        Kind::List(&Kind::Text),
        "Commands that pipe what they fetch into a shell or interpreter.",
    ),
    FactSpec::new(
        "unverified-downloads",
        Kind::List(&Kind::Text),
        "Commands and variables that turn off the verification of whom the build downloads from.",
    ),
    FactSpec::new(
        "pitfalls",
        Kind::List(&Kind::Record(pitfalls::FIELDS)),
        "Steps that give away more than they should, by kind.",
    ),
    FactSpec::new("remote-adds", Kind::List(&Kind::Text), "What ADD downloads without a checksum."),
    FactSpec::new(
        "installs-after-source",
        Kind::Bool,
        "Whether dependencies are installed after the whole source is copied, so that each change installs all anew.",
    ),
];

/// An image and what surrounds it.
pub(super) struct Described<'a> {
    pub(super) sources: &'a Sources<'a>,
    pub(super) composed: &'a Composed,
    pub(super) image: &'a Image<'a>,
    pub(super) context: &'a Context<'a>,
}

impl Described<'_> {
    /// The image as a record.
    pub(super) fn fact(&self) -> Fact {
        let image = self.image;
        let whole = Place::whole(image.path);
        let runner = Runner::of(self.sources.project, image);
        let environment = image.environment();
        let overruled = |name: &str| {
            let services = self.services();
            if services.is_empty() {
                return Truth::False;
            }
            services.iter().map(|service| service.sets(name)).min().unwrap_or(Truth::False)
        };
        let (command, form) = self.command();
        // A list is best looked at where its first item is.
        let list = |items: Vec<Fact>| {
            let first = items.first().and_then(|item| item.provenance.place.clone());
            Fact::literal(items, first.unwrap_or_else(|| whole.clone()))
        };
        let everything = context::copies_everything(image);
        let bases = self.bases();
        let base = |field: &str| {
            let base = bases.iter().find(|base| base.holds("in-image"));
            let base = base.and_then(|base| base.value.field(field));
            base.cloned().unwrap_or_else(Fact::absent)
        };
        let fields = [
            ("base", base("name")),
            ("base-tag", base("tag")),
            ("base-pinned", base("pinned")),
            ("path", Fact::literal(image.path.as_str(), whole.clone())),
            ("context", Fact::derived(self.context.folder.to_string()).at(whole.clone())),
            ("application", Fact::derived(self.is_application()).at(whole.clone())),
            ("bases", list(bases.clone())),
            ("runs-as-root", self.runs_as_root(&runner)),
            ("final-user", runner.user),
            ("steps-down", runner.steps_down),
            ("healthcheck", self.healthcheck()),
            ("command", command),
            ("command-form", form),
            ("health-command", self.health_command()),
            ("exposed-ports", list(self.exposed_ports())),
            (
                "copies-everything",
                Fact::literal(everything.is_some(), everything.unwrap_or_else(|| whole.clone())),
            ),
            ("copies", list(self.context.copied(image))),
            ("env-files", list(self.context.copied_env_files(image))),
            ("lets-through", list(self.context.lets_through(image))),
            ("secrets", list(secrets::of_image(image, &environment, &overruled))),
            ("piped-installers", list(building::piped_installers(image))),
            ("unverified-downloads", list(building::unverified(image))),
            ("remote-adds", list(building::remote_adds(image))),
            ("pitfalls", list(pitfalls::of_image(image))),
            ("installs-after-source", building::installs_after_source(image)),
        ];
        Fact::literal(Value::record(fields), whole)
    }

    /// Whether it is the image of the program at hand: not one of a database or proxy, and, in a project
    /// with Python, not one that has none.
    pub(super) fn is_application(&self) -> bool {
        let Some(Ok(base)) = self.image.chain.first().and_then(|stage| self.image.base_of(stage))
        else {
            return true;
        };
        let Some(reference) = ImageReference::parse(&base) else {
            return true;
        };
        if matches!(
            of_image(&reference),
            Some(Software::Datastore(_) | Software::Proxy | Software::AdminTool(_))
        ) {
            return self.runs_python();
        }
        let python_here = self.sources.service.programs().next().is_some();
        !python_here
            || base::is_python(&reference)
            || self.runs_python()
            || !base::is_language(&reference)
    }

    fn runs_python(&self) -> bool {
        let installs =
            ["pip install", "pip3 install", "uv sync", "uv pip", "poetry install", "pipenv "];
        self.image.file.stages.iter().flat_map(|stage| &stage.steps).any(|step| match &step.kind {
            StepKind::Run(text) => installs.iter().any(|install| text.contains(install)),
            _ => false,
        })
    }

    /// The services of compose that run this image.
    pub(super) fn services(&self) -> Vec<&Service> {
        self.composed.built_by(self.image.path).collect()
    }

    fn bases(&self) -> Vec<Fact> {
        let of_stage = |stage| {
            let base: Resolved = self.image.base_of(stage)?;
            let at =
                |value: Value| Fact::literal(value, Place::in_file(self.image.path, stage.base_at));
            let known = base.as_ref().ok().and_then(|base| ImageReference::parse(base));
            let day = known.as_ref().and_then(last_day);
            let today = self.sources.given.today;
            let why = base.as_ref().err().cloned().map_or(Value::Absent, Value::Unknown);
            let part = |part: Option<String>| {
                part.map_or_else(
                    || if known.is_none() { why.clone() } else { Value::Absent },
                    Value::from,
                )
            };
            let fields = [
                ("image", at(base.clone().map_or_else(Value::Unknown, Value::from))),
                ("name", at(part(known.as_ref().map(ImageReference::repository)))),
                ("tag", at(part(known.as_ref().and_then(|known| known.tag.clone())))),
                ("digest", at(part(known.as_ref().and_then(|known| known.digest.clone())))),
                (
                    "pinned",
                    at(known
                        .as_ref()
                        .map_or_else(|| why.clone(), |known| known.is_pinned().into())),
                ),
                ("supported", at(day.map_or(Value::Absent, |day| (today <= day).into()))),
                ("supported-until", at(day.map_or(Value::Absent, |day| day.to_string().into()))),
                ("in-image", at(self.image.holds(stage).into())),
            ];
            Some(at(Value::record(fields)))
        };
        self.image.file.stages.iter().filter_map(of_stage).collect()
    }

    /// What compose sets for every service of the image wins over the Dockerfile.
    fn runs_as_root(&self, runner: &Runner) -> Fact {
        let users: Vec<Fact> = self
            .services()
            .into_iter()
            .map(|service| {
                let Some(user) = service.user() else {
                    return runner.root.clone();
                };
                let root = match &user.value {
                    Value::Text(text) => Value::Bool(user::is_root(text)),
                    other => other.clone(),
                };
                Fact { value: root, provenance: user.provenance }
            })
            .collect();
        let worst = users.iter().find(|user| user.value == Value::Bool(true));
        let worst = worst.or_else(|| users.iter().find(|user| user.value != Value::Bool(false)));
        worst.or(users.first()).cloned().unwrap_or_else(|| runner.root.clone())
    }

    fn healthcheck(&self) -> Fact {
        let whole = Place::whole(self.image.path);
        let own = self.image.steps().rev().find_map(|step| match &step.kind {
            StepKind::Healthcheck(asks) => {
                Some(Fact::literal(asks.is_some(), self.image.place(step)))
            }
            _ => None,
        });
        let own = own.unwrap_or_else(|| Fact::literal(false, whole));
        let checked = |fact: &&Fact| fact.value == Value::Bool(true);
        let in_compose: Vec<Fact> = self
            .services()
            .into_iter()
            .map(|service| service.healthcheck().unwrap_or_else(|| own.clone()))
            .collect();
        let best = in_compose.iter().find(checked).or(in_compose.first());
        best.cloned().unwrap_or(own)
    }

    /// The command line and the form it is written in.
    fn command(&self) -> (Fact, Fact) {
        let (entrypoint, command) = self.image.command();
        let at = |value: Value, place: &Place| Fact::literal(value, place.clone());
        let shown = |command: &str| Value::Text(masked_command(command));
        match (entrypoint, command) {
            (None, None) => (Fact::absent(), Fact::absent()),
            (None, Some((words, place)))
            | (Some((words @ Words::Shell(_), place)), _)
            | (Some((words, place)), None) => {
                (at(shown(&line(words)), &place), at(form(words).into(), &place))
            }
            (Some((entry, _)), Some((words, place))) => {
                let rest = match words {
                    Words::Exec(_) => line(words),
                    Words::Shell(text) => format!("/bin/sh -c {}", quoted(text)),
                };
                let command = format!("{} {rest}", line(entry));
                (at(shown(&command), &place), at(form(words).into(), &place))
            }
        }
    }

    fn health_command(&self) -> Fact {
        let last = self.image.steps().rev().find_map(|step| match &step.kind {
            StepKind::Healthcheck(asks) => Some((step, asks)),
            _ => None,
        });
        match last {
            Some((step, Some(words))) => {
                Fact::literal(masked_command(&words.text()), self.image.place(step))
            }
            _ => Fact::absent(),
        }
    }

    fn exposed_ports(&self) -> Vec<Fact> {
        let steps = self.image.steps().filter_map(|step| match &step.kind {
            StepKind::Expose(ports) => Some((step, ports)),
            _ => None,
        });
        steps
            .flat_map(|(step, ports)| {
                ports.iter().map(|port| {
                    let port = port.split('/').next().unwrap_or_default();
                    let port = self.image.at_end(port).map_or_else(Value::Unknown, Value::from);
                    Fact::literal(port, self.image.place(step))
                })
            })
            .collect()
    }
}

fn line(words: &Words) -> String {
    match words {
        Words::Exec(words) => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
        Words::Shell(text) => text.trim().to_owned(),
    }
}

fn form(words: &Words) -> &'static str {
    match words {
        Words::Exec(_) => "exec",
        Words::Shell(_) => "shell",
    }
}
