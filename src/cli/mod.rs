//! The command line: arguments to requests, reports to streams, outcomes to exit codes.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

mod advisories;
mod arguments;
mod fleet;
mod init;
mod output;
mod probing;
mod rehearsal;
mod setup;
mod site;

use crate::audit::{Request, audit};
use crate::check::load::Depth;
use crate::check::{Check, Demand};
use crate::collect;
use crate::date::Date;
use crate::fact::Facts;
use crate::knowledge::catalogue;
use crate::policy::Policy;
use crate::problem::Problem;
use crate::project::{Project, services};
use crate::python::STACK_BYTES;
use crate::report::{Report, Target, explain, facts, list};
use arguments::{Arguments, Audit, Command, Explain, FactsFormat, FactsOf, Judgement, List, When};
use site::Asker;

/// The exit code for wrong use; the one that `clap` uses for wrong flags.
const WRONG_USE: u8 = 2;

/// The exit code of a panic, also where a panic aborts.
const BUG: i32 = 101;

/// Runs the program.
pub fn run() -> ExitCode {
    std::panic::set_hook(Box::new(own_up));
    // Python is evaluated where its files are read. Where the system grants no such stacks, each
    // evaluation asks for one of its own.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build_global();
    let arguments = Arguments::parse();
    let color = arguments.color;
    let ended = match arguments.command {
        Command::Audit(command) => audited(&command, color),
        Command::Probe(command) => probing::run(&command, color),
        Command::List(command) => listed(&command, color),
        Command::Explain(command) => explained(&command, color),
        Command::Facts(command) => facts_told(&command, color),
        Command::Test(command) => rehearsal::run(&command, color),
        Command::Init(command) => init::run(&command, color),
    };
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tell(&error);
            ExitCode::from(WRONG_USE)
        }
    }
}

/// Says whose fault a panic is, and ends.
#[expect(clippy::exit, reason = "a panic that aborts would end with the signal's code")]
fn own_up(panic: &std::panic::PanicHookInfo<'_>) {
    let mut stderr = anstream::stderr();
    let _ = writeln!(stderr, "this is a bug in prodcheck {}: {panic}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(stderr, "please report it: {}", env!("CARGO_PKG_REPOSITORY"));
    std::process::exit(BUG);
}

fn tell(error: &anyhow::Error) {
    let mut stderr = anstream::stderr();
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    // Where standard error is gone as well, there is nobody left to tell.
    let _ = writeln!(stderr, "{}", causes.join(": "));
}

/// The one clock of the program.
#[expect(
    clippy::disallowed_methods,
    reason = "today enters here, and is an argument everywhere else"
)]
fn today() -> Date {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Date::from_unix_seconds(
        since_epoch.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0)),
    )
}

fn audited(command: &Audit, color: When) -> anyhow::Result<u8> {
    let catalogue = catalogue();
    let (project, judged_by) = rayon::join(
        || Project::open(&command.path),
        || -> anyhow::Result<_> {
            let config = setup::config(&command.judgement, Some(&command.path))?;
            let from = &command.judgement.library;
            let library = setup::library(from, config.as_ref(), &catalogue, Depth::Judging)?;
            Ok((config, library))
        },
    );
    let project = project?;
    let (config, mut library) = judged_by?;
    if let Some(config) = &config {
        setup::add_from_policy(&mut library, config, &catalogue)?;
    }
    let policy = setup::policy(&command.judgement, config.as_ref(), &library)?;
    let today = command.judgement.today.unwrap_or_else(today);
    let mut given = setup::given(&command.production, &policy, config.as_ref(), today)?;
    let advisories = command.production.advisories.as_ref();
    advisories::ask(advisories, &command.network, &project, &mut given)?;
    let url = command.url.clone().or_else(|| policy.live.url.clone());
    let site = Asker::new(&command.network, &policy, given.today)?.of_project(url.as_deref())?;
    let ask = site.as_ref().map(|site| || site.ask());
    let request = Request {
        target: Target {
            path: Some(command.path.display().to_string()),
            url: site.as_ref().and_then(site::Site::url),
        },
        project: Some(&project),
        name: name_of(&command.path),
        given: &given,
        site: ask.as_ref().map(|ask| ask as &(dyn Fn() -> Facts + Sync)),
    };
    let report = audit(&request, &library, &policy, &catalogue);
    let report = shown(report, &policy);
    output::publish(&report, &command.output, color)?;
    let code = code(&report, &command.judgement);
    // The process ends here; handing its memory back piece by piece would only delay that.
    std::mem::forget(report);
    std::mem::forget((library, project));
    Ok(code)
}

/// Of two outcomes the one to tell: something failed, else something was incomplete.
fn graver(one: u8, other: u8) -> u8 {
    if one == 1 || other == 1 { 1 } else { one.max(other) }
}

fn code(report: &Report<'_>, judgement: &Judgement) -> u8 {
    if judgement.exit_zero && report.exit.code == 1 { 0 } else { report.exit.code }
}

/// The report without what the user does not want to see. What failed the audit was decided before.
fn shown<'a>(mut report: Report<'a>, policy: &Policy) -> Report<'a> {
    if let Some(least) = policy.min_severity {
        let before = report.lines.len();
        report.lines.retain(|line| line.severity >= least);
        let hidden = before - report.lines.len();
        if hidden > 0 {
            let least = least.word();
            report
                .notes
                .push(format!("{hidden} judgements below `--min-severity {least}` are not shown"));
        }
    }
    report
}

fn listed(command: &List, color: When) -> anyhow::Result<u8> {
    let catalogue = catalogue();
    let library = setup::library(&command.library, None, &catalogue, Depth::Judging)?;
    if command.guides {
        output::print(color, |out| list::guides(&library, output::width(), out))?;
        return Ok(0);
    }
    let mut ids = Vec::new();
    for word in &command.ids {
        ids.extend(library.select(word)?);
    }
    let checks: Vec<&Check> = library
        .checks
        .iter()
        .filter(|check| ids.is_empty() || ids.contains(&check.id))
        .filter(|check| !command.attest || matches!(check.demand, Demand::Attest { .. }))
        .collect();
    output::print(color, |out| list::checks(&checks, output::width(), out))?;
    Ok(0)
}

fn explained(command: &Explain, color: When) -> anyhow::Result<u8> {
    let catalogue = catalogue();
    let library = setup::library(&command.library, None, &catalogue, Depth::Judging)?;
    let check = library.get(&command.id).ok_or_else(|| library.unknown(&command.id))?;
    output::print(color, |out| explain::write(check, &library.register, &catalogue, out))?;
    Ok(0)
}

fn facts_told(command: &FactsOf, color: When) -> anyhow::Result<u8> {
    let catalogue = catalogue();
    if let Some(domain) = &command.domain
        && catalogue.domain(domain).is_none()
    {
        let known = catalogue.domains.iter().map(|domain| domain.name);
        let problem = Problem::new(format!("unknown domain `{domain}`"));
        let hint = crate::problem::did_you_mean(domain, known.clone())
            .unwrap_or_else(|| format!("known: {}", known.collect::<Vec<_>>().join(", ")));
        return Err(problem.with_hint(hint).into());
    }
    let domain = command.domain.as_deref();
    if command.catalogue {
        output::print(color, |out| facts::catalogue(&catalogue, domain, out))?;
        return Ok(0);
    }
    let project = Project::open(&command.path)?;
    let policy = Policy::default();
    let mut given = setup::given(&command.production, &policy, None, today())?;
    let advisories = command.production.advisories.as_ref();
    advisories::ask(advisories, &command.network, &project, &mut given)?;
    let asker = Asker::new(&command.network, &policy, given.today)?;
    let site = asker.of_project(command.url.as_deref())?;
    let live = site.as_ref().map(site::Site::ask);
    let services = services(&project, &name_of(&command.path));
    let told: Vec<(&str, Facts)> = services
        .iter()
        .map(|service| {
            let mut facts = collect::service(&project, service, &given, &catalogue);
            facts.merge(live.clone().unwrap_or_default());
            (service.name.as_str(), facts)
        })
        .collect();
    output::print(color, |out| {
        if command.format == FactsFormat::Json {
            let told: Vec<(&str, &Facts)> =
                told.iter().map(|(name, facts)| (*name, facts)).collect();
            return facts::json::write(&told, domain, out);
        }
        for (name, facts) in &told {
            if told.len() > 1 {
                writeln!(out, "# service {name}")?;
            }
            facts::write(facts, domain, out)?;
        }
        Ok(())
    })?;
    Ok(0)
}

/// What a project is called: its folder's name.
fn name_of(path: &Path) -> String {
    let resolved = path.canonicalize().ok();
    let name = resolved.as_deref().and_then(Path::file_name);
    name.map_or_else(|| "project".to_owned(), |name| name.to_string_lossy().into_owned())
}
