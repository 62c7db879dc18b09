//! The application server and how it is started: the facts under `server`.

mod command;
mod config;
mod files;
mod gunicorn;
mod packages;
mod port;
mod program;
mod script;
mod start;
#[cfg(test)]
mod tests;
mod units;
mod uwsgi;

pub(in crate::collect) use files::is_supervisors;
pub(crate) use port::listening_ports;
pub(in crate::collect) use program::{serves_developers, serves_production, starts_server};

use super::{Collector, Sources};
use crate::fact::{
    Domain, Fact, FactSpec, Facts, Ignorance, Kind, ProjectPath, Value, WhenMissing,
};
use crate::grammar::shell_words::Word;
use crate::project::Role;
use command::COMMAND;
use config::Config;
use gunicorn::{Circumstances, GUNICORN};
use program::Program;
use start::{Start, starts, variable};

/// Knows the application server and how it is started.
pub struct Server;

const PROGRAM: &[FactSpec] = &[
    FactSpec::new("name", Kind::Text, "The program, as under `server.commands`."),
    FactSpec::new(
        "listed",
        Kind::Bool,
        "Whether the packages asked for bring it; absent for what is no package of its own.",
    ),
];

const FACTS: &[FactSpec] = &[
    FactSpec::new(
        "server.commands",
        Kind::List(&Kind::Record(COMMAND)),
        "What production starts, from compose files, images, Procfile, units and scripts.",
    ),
    FactSpec::new(
        "server.programs",
        Kind::List(&Kind::Record(PROGRAM)),
        "The servers among them, each once.",
    ),
    FactSpec::new(
        "server.gunicorns",
        Kind::List(&Kind::Record(GUNICORN)),
        "The settings of each gunicorn that is started: flags, configuration file, defaults.",
    ),
    FactSpec::new(
        "server.gunicorn",
        Kind::Record(GUNICORN),
        "The settings of gunicorn; of several that differ, one of theirs.",
    ),
    FactSpec::new(
        "server.uwsgis",
        Kind::List(&Kind::Record(uwsgi::UWSGI)),
        "The settings of each uWSGI that is started: flags, configuration files, defaults.",
    ),
    FactSpec::new(
        "server.units",
        Kind::List(&Kind::Record(units::UNIT)),
        "The units of systemd that start a program of the project.",
    ),
];

impl Collector for Server {
    fn domain(&self) -> Domain {
        Domain {
            name: "server",
            means: "the application server and how it is started",
            when_missing: WhenMissing::NotApplicable("no application server is started here"),
        }
    }

    fn facts(&self) -> &'static [FactSpec] {
        FACTS
    }

    fn wants(&self, path: &ProjectPath) -> bool {
        files::is_start_file(path) || path.extension() == "sh" || is_config(path)
    }

    fn collect(&self, sources: &Sources<'_>, so_far: &Facts) -> Facts {
        let starts = starts(sources, so_far);
        let mut facts = Facts::default();
        if starts.is_empty() {
            return facts;
        }
        let (mut commands, mut gunicorns, mut uwsgis) = (Vec::new(), Vec::new(), Vec::new());
        for start in &starts {
            let gunicorn = starts_the(start, "gunicorn").then(|| gunicorn(sources, so_far, start));
            let uwsgi = starts_the(start, "uwsgi").then(|| uwsgi::effective(sources, start));
            let settings = gunicorn.as_ref().or(uwsgi.as_ref());
            commands.push(command::command(sources, so_far, start, settings));
            gunicorns.extend(gunicorn);
            uwsgis.extend(uwsgi);
        }
        facts.put("server.uwsgis", Fact::derived(uwsgis));
        facts.put("server.programs", Fact::derived(packages::programs(&commands, so_far)));
        facts.put("server.commands", Fact::derived(commands));
        if !gunicorns.is_empty() {
            let one = Fact {
                provenance: gunicorns
                    .first()
                    .map_or_else(|| Fact::absent().provenance, |first| first.provenance.clone()),
                value: fieldwise(&gunicorns),
            };
            facts.put("server.gunicorn", one);
        }
        facts.put("server.gunicorns", Fact::derived(gunicorns));
        facts.put("server.units", Fact::derived(units::of_service(sources)));
        facts
    }
}

fn starts_the(start: &Start, server: &'static str) -> bool {
    start.started.program == Program::Server(server)
}

/// One record of which each field is one of theirs.
fn fieldwise(records: &[Fact]) -> Value {
    let fields = GUNICORN.iter().map(|spec| {
        let each: Vec<Fact> =
            records.iter().filter_map(|record| record.value.field(spec.path).cloned()).collect();
        let provenance = each
            .first()
            .map_or_else(|| Fact::absent().provenance, |first| first.provenance.clone());
        (spec.path, Fact { value: Value::one_of(each), provenance })
    });
    Value::record(fields)
}

fn is_config(path: &ProjectPath) -> bool {
    matches!(path.extension(), "py" | "conf" | "cfg")
        && path.name().contains("gunicorn")
        && Role::of(path).counts()
}

fn gunicorn(sources: &Sources<'_>, facts: &Facts, start: &Start) -> Fact {
    let settings = gunicorn::effective(&Circumstances {
        arguments: &start.started.arguments,
        place: &start.place,
        config: &config(sources, facts, start),
        variable: &|name| variable(facts, &start.command, name),
        in_container: start.in_container,
    });
    Fact::literal(settings, start.place.clone())
}

/// The configuration file: the one that `-c` names, as a path or as a module (`python:shop.gunicorn`),
/// else `gunicorn.conf.py`.
fn config(sources: &Sources<'_>, facts: &Facts, start: &Start) -> Config {
    let argument = gunicorn::config_argument(&start.started.arguments).map(Word::shown);
    let asked = argument.as_deref().unwrap_or("gunicorn.conf.py").trim_start_matches("file:");
    let path = match asked.strip_prefix("python:") {
        Some(module) => ProjectPath::new(&format!("{}.py", module.replace('.', "/"))),
        None => ProjectPath::new(asked),
    };
    let by_path = Some(&path).filter(|path| sources.project.has_listed(path));
    let by_name = || sources.service.files().find(|other| other.name() == path.name());
    match (by_path.or_else(by_name), argument.is_some()) {
        (Some(path), _) => Config::of(sources, facts, path),
        (None, true) => {
            let why = format!("gunicorn's configuration `{asked}` is not in the project");
            Config::unknown(Ignorance::new(why))
        }
        (None, false) => Config::default(),
    }
}
