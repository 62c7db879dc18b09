//! How images are built: the facts under `docker`.

mod base;
mod building;
mod chosen;
mod context;
mod downloads;
mod facts;
mod heredoc;
mod ignore;
mod image;
mod pairs;
mod pitfalls;
mod read;
mod secrets;
mod user;

use std::collections::BTreeMap;

use super::compose::Composed;
use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, Kind, List, Place, ProjectPath, Record, Value,
    WhenMissing, secret,
};
use context::Context;
use facts::Described;
use image::Image;

/// Knows how images are built.
pub struct Dockerfile;

const COMMAND: &[FactSpec] = &[
    FactSpec::new("command", Kind::Text, "The command line, entrypoint first."),
    FactSpec::new("path", Kind::Text, "The Dockerfile."),
];

const FACTS: &[FactSpec] = &[
    FactSpec::new(
        "docker.images",
        Kind::List(&Kind::Record(facts::FIELDS)),
        "The images of production: those that compose builds, or else the Dockerfiles that are not named for something else.",
    ),
    FactSpec::new(
        "docker.environment",
        Kind::Open(&Kind::Text),
        "The variables that the image of the application sets for the program in it.",
    ),
    FactSpec::new(
        "docker.commands",
        Kind::List(&Kind::Record(COMMAND)),
        "What the images start; not those whose command compose always replaces.",
    ),
];

impl Collector for Dockerfile {
    fn domain(&self) -> Domain {
        Domain {
            name: "docker",
            means: "how images are built",
            when_missing: WhenMissing::NotApplicable("no Dockerfile of production is here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        is_dockerfile_name(path)
    }

    fn collect(&self, sources: &Sources<'_>, _so_far: &Facts) -> Facts {
        let composed = Composed::read(sources);
        let mut found = Found::default();
        for path in chosen::dockerfiles(sources, &composed) {
            if let Err(why) = found.add(sources, &composed, &path) {
                found.rest = found.rest.or(Some(why));
            }
        }
        found.facts()
    }
}

/// What the Dockerfiles come to.
#[derive(Default)]
struct Found {
    images: Vec<Fact>,
    commands: Vec<Fact>,
    environments: Vec<BTreeMap<String, Fact>>,
    /// Why there may be more.
    rest: Option<Ignorance>,
}

impl Found {
    fn add(
        &mut self,
        sources: &Sources<'_>,
        composed: &Composed,
        path: &ProjectPath,
    ) -> Result<(), Ignorance> {
        let text = sources.project.read_unlisted(path)?;
        let file = read::read(path, &text)?;
        let build = composed.built_by(path).find_map(|service| service.build.clone());
        let none = BTreeMap::new();
        let arguments = build.as_ref().map_or(&none, |build| &build.arguments);
        let target = build.as_ref().and_then(|build| build.target.as_deref());
        let Some(image) = Image::of(path, &file, target, arguments) else {
            let target = target.unwrap_or_default();
            return Err(Ignorance::new(format!("`{path}` has no stage `{target}`")));
        };
        let folder = match &build {
            Some(build) => build.context.clone(),
            None => Context::likely_folder(sources.project, path, &file.stages),
        };
        let context = Context::new(sources.project, folder, path);
        let described = Described { sources, composed, image: &image, context: &context };
        let fact = described.fact();
        let services = described.services();
        let replaced =
            !services.is_empty() && services.iter().all(|service| service.replaces_command());
        if let Some(command) =
            fact.value.field("command").filter(|fact| fact.value != Value::Absent && !replaced)
        {
            let name = Fact::literal(path.as_str(), Place::whole(path));
            let provenance = command.provenance.clone();
            let value = Value::record([("command", command.clone()), ("path", name)]);
            self.commands.push(Fact { value, provenance });
        }
        if described.is_application() {
            self.environments.push(image.environment());
        }
        self.images.push(fact);
        Ok(())
    }

    fn facts(self) -> Facts {
        let mut facts = Facts::default();
        if self.images.is_empty() && self.rest.is_none() {
            return facts;
        }
        let list = |items| Fact::derived(List { items, rest: self.rest.clone() });
        facts.put("docker.images", list(self.images));
        facts.put("docker.commands", list(self.commands));
        let fields = common(self.environments);
        facts.put("docker.environment", Fact::derived(Record::new(fields, self.rest.clone())));
        facts
    }
}

/// The variables of several images as one: where they differ, one of their values.
fn common(environments: Vec<BTreeMap<String, Fact>>) -> BTreeMap<String, Fact> {
    let mut all: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
    let count = environments.len();
    for (name, fact) in environments.into_iter().flatten() {
        all.entry(name).or_default().push(fact);
    }
    all.into_iter()
        .filter_map(|(name, mut facts)| {
            let provenance = facts.first()?.provenance.clone();
            if facts.len() < count {
                facts.push(Fact::absent());
            }
            let fact = Fact { value: Value::one_of(facts), provenance };
            Some((name.clone(), secret::concealed(&name, fact)))
        })
        .collect()
}

/// Whether a file is a Dockerfile, told from its name.
fn is_dockerfile_name(path: &ProjectPath) -> bool {
    let is = |word: Option<&str>| {
        let known = ["dockerfile", "containerfile"];
        word.is_some_and(|word| known.iter().any(|known| word.eq_ignore_ascii_case(known)))
    };
    let mut words = path.name().split(|c: char| !c.is_ascii_alphanumeric());
    let (first, last) = (words.next(), words.next_back());
    let is_list = last.is_some_and(|last| last.eq_ignore_ascii_case("dockerignore"));
    !is_list && (is(first) || is(last))
}
