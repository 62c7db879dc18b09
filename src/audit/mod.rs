//! One audit, from files and a site to a report. Nothing in here can fail: what cannot be read becomes
//! an unknown fact, and what cannot be judged an unknown verdict.

mod lines;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rayon::prelude::*;

use crate::check::{Check, CheckId, Library, Stage};
use crate::collect::Reading;
use crate::fact::value::printable;
use crate::fact::{Catalogue, Fact, Facts, Value};
use crate::policy::settle::Decision;
use crate::policy::{Policy, Status};
use crate::project::{Given, Project, Service, services};
use crate::report::excerpt::secrets;
use crate::report::{Excerpts, Exit, Gate, Line, Report, ServiceSummary, SettingsModule, Target};
use lines::{Judged, Judging};

/// What is to be audited.
pub struct Request<'a> {
    /// What it is called in the report.
    pub target: Target,
    /// The files; none where only a site is probed.
    pub project: Option<&'a Project>,
    /// The project's own name.
    pub name: String,
    /// What the user said about production.
    pub given: &'a Given,
    /// Asks the site; none if there is no site to ask.
    pub site: Option<&'a (dyn Fn() -> Facts + Sync)>,
}

/// A service after its judgement. Its facts are gone by then: those of hundreds of services are more than
/// need be in memory at once.
struct Audited<'a> {
    summary: ServiceSummary,
    secrets: BTreeSet<String>,
    judged: Judged<'a>,
}

/// Audits.
pub fn audit<'a>(
    request: &Request<'a>,
    library: &'a Library,
    policy: &'a Policy,
    catalogue: &Catalogue,
) -> Report<'a> {
    let checks = selected(library, policy);
    let site = LazyLock::new(|| request.site.map(|ask| ask()));
    let live = || LazyLock::force(&site).as_ref();
    // Files and site are looked at together; who needs the site's facts waits for them.
    let (audited, judging) = std::thread::scope(|scope| {
        scope.spawn(live);
        audited(request, &checks, policy, catalogue, &live)
    });
    let (mut services, mut secrets, mut judged) = (Vec::new(), BTreeSet::new(), Vec::new());
    for of_service in audited {
        services.push(of_service.summary);
        secrets.extend(of_service.secrets);
        judged.push(of_service.judged);
    }
    let (excerpts, lines) =
        rayon::join(|| Excerpts::masking(request.project, secrets), || judging.lines(judged));
    let gate = gate(&lines, policy);
    let exit = exit(&lines, &gate, policy, incomplete(live(), &services));
    let notes = notes(&lines, policy, request);
    let observatory = live().and_then(observatory);
    Report {
        target: request.target.clone(),
        services,
        lines,
        policy,
        gate,
        exit,
        notes,
        observatory,
        excerpts,
        measured: None,
    }
}

/// Every service, judged by every check, and what it was judged by.
fn audited<'s, 'j, 'a>(
    request: &Request<'_>,
    checks: &'j [&'a Check],
    policy: &'a Policy,
    catalogue: &'j Catalogue,
    live: &(dyn Fn() -> Option<&'s Facts> + Sync),
) -> (Vec<Audited<'a>>, Judging<'j, 'a>) {
    let nothing = Project::of_texts(std::iter::empty());
    let project = request.project.unwrap_or(&nothing);
    // Every program file is searched in the end; in the order of their paths two cores would wait for each other.
    project.search_for_applications();
    let services = services(project, &request.name);
    let reading = Reading::new(project, &services, request.given, catalogue);
    let (today, several) = (request.given.today, services.len() > 1);
    let judging = Judging { checks, catalogue, policy, today, several };
    let of_service = |service: &Service| {
        let mut facts = reading.facts(service);
        facts.merge(live().cloned().unwrap_or_default());
        Audited {
            summary: summary(service, &facts),
            secrets: secrets(&facts),
            judged: judging.judge(service, &facts),
        }
    };
    // One by one, so that no core is left with a row of them while the other has none.
    (services.par_iter().with_max_len(1).map(of_service).collect(), judging)
}

/// What the Observatory would say of the site, if one was asked.
fn observatory(facts: &Facts) -> Option<Fact> {
    facts.found("live").then(|| facts.at("live.observatory").into_owned())
}

/// The checks that run: those named, else all that are stable; never what is skipped.
fn selected<'a>(library: &'a Library, policy: &Policy) -> Vec<&'a Check> {
    library
        .checks
        .iter()
        .filter(|check| match check.stage {
            Stage::Retired => false,
            Stage::Draft => policy.only.contains(&check.id),
            Stage::Stable => policy.only.is_empty() || policy.only.contains(&check.id),
        })
        .filter(|check| !policy.skip.contains(&check.id))
        .collect()
}

fn gate(lines: &[Line<'_>], policy: &Policy) -> Gate {
    let fail_on = policy.fail_on.unwrap_or_default();
    let tripped: BTreeSet<CheckId> =
        lines.iter().filter(|line| line.trips(fail_on)).map(|line| line.check.id.clone()).collect();
    Gate { fail_on, tripped_by: tripped.into_iter().collect() }
}

/// Why the audit says little, whatever it says: the site gave no answer, or no program is here.
fn incomplete(site: Option<&Facts>, services: &[ServiceSummary]) -> Option<String> {
    let unreached = site
        .and_then(unreached)
        .map(|why| format!("the site was not reached: {}", printable(&why)));
    // That a repository tracks nothing it should not is no verdict about a program.
    let program = services.iter().flat_map(|service| &service.stack).any(|domain| domain != "git");
    let nothing = || site.and_then(unasked).unwrap_or_else(|| NOTHING.to_owned());
    unreached.or_else(|| (!program).then(nothing))
}

/// Why the site that was named was not asked, if it was not.
fn unasked(site: &Facts) -> Option<String> {
    match &site.at("live.reached").value {
        Value::Unknown(why) => Some(why.to_string()),
        _ => None,
    }
}

/// Why the site that was to be asked gave no answer at all, if it gave none.
fn unreached(site: &Facts) -> Option<String> {
    if site.at("live.reached").value.bool() != Some(false) {
        return None;
    }
    match &site.at("live.https.status").value {
        Value::Unknown(ignorance) => Some(ignorance.why.to_string()),
        _ => Some("no answer".to_owned()),
    }
}

const NOTHING: &str = "nothing was found that could be judged";

fn exit(lines: &[Line<'_>], gate: &Gate, policy: &Policy, incomplete: Option<String>) -> Exit {
    let threshold = format!("fail-on {}", gate.fail_on.word());
    let failures = lines.iter().filter(|line| line.trips(gate.fail_on)).count();
    let unknown = lines
        .iter()
        .filter(|line| line.status() == Status::Unknown && gate.fail_on.reached_by(line.severity))
        .count();
    let judged =
        lines.iter().any(|line| !matches!(line.status(), Status::NotApplicable | Status::Unknown));
    if let Some(reason) = incomplete.filter(|_| failures == 0) {
        return Exit { code: 3, reason };
    }
    match () {
        () if failures > 0 => {
            Exit { code: 1, reason: format!("{} at or above {threshold}", findings(failures)) }
        }
        () if !judged => Exit { code: 3, reason: NOTHING.to_owned() },
        () if policy.fail_on_unknown && unknown > 0 => Exit {
            code: 3,
            reason: format!("{} unknown at or above {threshold}", findings(unknown)),
        },
        () => Exit { code: 0, reason: format!("nothing at or above {threshold}") },
    }
}

fn findings(number: usize) -> String {
    if number == 1 { "1 finding".to_owned() } else { format!("{number} findings") }
}

/// Decisions that matched nothing, so that none rots unseen, and files that were not looked at.
fn notes(lines: &[Line<'_>], policy: &Policy, request: &Request<'_>) -> Vec<String> {
    let used: BTreeSet<usize> = lines
        .iter()
        .filter_map(|line| match line.settled.decision.as_ref()? {
            Decision::Waiver(waiver) => Some(waiver.line),
            Decision::Attestation { answer, .. } => Some(answer.line),
        })
        .collect();
    let waivers = policy.waivers.iter().map(|waiver| ("waiver", waiver.line, &waiver.check));
    let answers =
        policy.attestations.iter().map(|answer| ("attestation", answer.line, &answer.check));
    let file = policy.file.as_deref().unwrap_or_default();
    let mut notes: Vec<String> = waivers
        .chain(answers)
        .filter(|(_, line, _)| !used.contains(line))
        .map(|(what, line, check)| {
            format!(
                "{}:{line}: this {what} of `{check}` matched nothing; take it out",
                printable(file)
            )
        })
        .collect();
    if request.project.is_some_and(Project::is_truncated) {
        notes.push(
            "the folder holds more files than an audit looks at; name the service's folder"
                .to_owned(),
        );
    }
    notes
}

fn summary(service: &Service, facts: &Facts) -> ServiceSummary {
    let text = |path: &str| facts.at(path).value.text().map(str::to_owned);
    let class = text("django.settings-module.class");
    let settings = text("django.settings-module.name").map(|module| SettingsModule {
        module: class.map_or_else(|| module.clone(), |class| format!("{module}:{class}")),
        file: text("django.settings-module.file"),
        because: text("django.settings-module.because").unwrap_or_default(),
    });
    let sources = facts.at("env.sources");
    let environment = sources
        .value
        .items()
        .iter()
        .filter_map(|source| source.value.field("path").and_then(|path| path.value.text()))
        .map(str::to_owned)
        .collect();
    let stack = facts
        .domains()
        .filter(|(_, root)| known_at_all(&root.value))
        .map(|(name, _)| name.to_owned());
    ServiceSummary {
        name: service.name.clone(),
        path: service.root.to_string(),
        stack: stack.collect(),
        settings,
        environment,
    }
}

fn known_at_all(value: &Value) -> bool {
    !matches!(value, Value::Record(record) if record.fields.is_empty())
}
