//! One audit, from files and a site to a report. Nothing in here can fail: what cannot be read becomes
//! an unknown fact, and what cannot be judged an unknown verdict.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;

use crate::check::{Check, CheckId, Finding, Library, Reason, Severity, Stage, Verdict, evaluate};
use crate::collect::Reading;
use crate::fact::value::printable;
use crate::fact::{Catalogue, Fact, Facts, Place, Value};
use crate::policy::settle::{Decision, mentioned};
use crate::policy::{Policy, Settled, Status, settle};
use crate::project::{Given, Project, Service, services};
use crate::report::excerpt::secrets;
use crate::report::{Excerpts, Exit, Gate, Line, Report, ServiceSummary, SettingsModule, Target};

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

/// A service, and what the checks make of it. Its facts are gone by then: those of hundreds of services
/// are more than need be in memory at once.
struct Judged<'a> {
    summary: ServiceSummary,
    secrets: BTreeSet<String>,
    /// What the checks found, in their order.
    lines: Vec<Line<'a>>,
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
    let mut judged = std::thread::scope(|scope| {
        scope.spawn(live);
        judged(request, &checks, policy, catalogue, &live)
    });
    let secrets = judged.iter_mut().flat_map(|judged| std::mem::take(&mut judged.secrets));
    let excerpts = Excerpts::masking(request.project, secrets.collect());
    let services: Vec<ServiceSummary> =
        judged.iter().map(|judged| judged.summary.clone()).collect();
    let lines = lines(judged, &checks);
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

/// Every service, judged by every check.
fn judged<'s, 'a>(
    request: &Request<'_>,
    checks: &[&'a Check],
    policy: &'a Policy,
    catalogue: &Catalogue,
    live: &(dyn Fn() -> Option<&'s Facts> + Sync),
) -> Vec<Judged<'a>> {
    let nothing = Project::of_texts(std::iter::empty());
    let project = request.project.unwrap_or(&nothing);
    let judge_all = || {
        let services = services(project, &request.name);
        let reading = Reading::new(project, &services, request.given, catalogue);
        let several = services.len() > 1;
        let of_service = |service: &Service| {
            let mut facts = reading.facts(service);
            facts.merge(live().cloned().unwrap_or_default());
            let name: Arc<str> = service.name.as_str().into();
            let line_of = |check: &'a Check, finding: Finding<'a>| {
                let own = several && concerns(&finding, service);
                Line {
                    check,
                    severity: policy.severities.get(&check.id).copied().unwrap_or(check.severity),
                    service: own.then(|| Arc::clone(&name)),
                    settled: settle(finding, check, policy, request.given.today),
                    told_by: None,
                }
            };
            let found = checks.iter().flat_map(|&check| {
                evaluate(check, &facts, catalogue).into_iter().map(move |finding| (check, finding))
            });
            Judged {
                summary: summary(service, &facts),
                secrets: secrets(&facts),
                lines: told_once(found.map(|(check, finding)| line_of(check, finding)).collect()),
            }
        };
        services.par_iter().map(of_service).collect()
    };
    // Every program file is searched in the end.
    let (judged, ()) = rayon::join(judge_all, || project.search_for_applications());
    judged
}

/// The lines of a service: a failure that one as grave tells as well is marked so.
fn told_once(mut lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let failed: BTreeMap<&CheckId, Severity> = lines
        .iter()
        .filter(|line| line.status() == Status::Fail)
        .map(|line| (&line.check.id, line.severity))
        .collect();
    for line in lines.iter_mut().filter(|line| line.status() == Status::Fail) {
        let is_as_grave =
            |id: &&CheckId| failed.get(id).is_some_and(|grave| *grave >= line.severity);
        line.told_by = line.check.told_by.iter().find(is_as_grave);
    }
    lines
}

/// The lines of all services, in the order of the checks. What several services share is judged with each
/// of them, and told once; so is that a check applies to none of them.
fn lines<'a>(judged: Vec<Judged<'a>>, checks: &[&'a Check]) -> Vec<Line<'a>> {
    let several = judged.len() > 1;
    let told = |mut lines: Vec<Line<'a>>| {
        if several && let Some(line) = applies_nowhere(&lines) {
            return vec![line];
        }
        lines.sort_by(order);
        lines.dedup_by(|one, other| several && one.service.is_none() && order(one, other).is_eq());
        lines
    };
    let by_check: Vec<Vec<Line<'a>>> = by_check(judged, checks).into_par_iter().map(told).collect();
    let mut lines = Vec::with_capacity(by_check.iter().map(Vec::len).sum());
    lines.extend(by_check.into_iter().flatten());
    lines
}

/// The lines of each check, those of the first service first.
fn by_check<'a>(judged: Vec<Judged<'a>>, checks: &[&'a Check]) -> Vec<Vec<Line<'a>>> {
    let mut rest: Vec<_> =
        judged.into_iter().map(|judged| judged.lines.into_iter().peekable()).collect();
    let mut of = |check: &Check| {
        let mut of_check = Vec::with_capacity(rest.len());
        for lines in &mut rest {
            while let Some(line) = lines.next_if(|line| line.check.id == check.id) {
                of_check.push(line);
            }
        }
        of_check
    };
    checks.iter().map(|check| of(check)).collect()
}

/// What a check comes to that applies to none of several services: that, for the reasons they have in
/// common.
fn applies_nowhere<'a>(lines: &[Line<'a>]) -> Option<Line<'a>> {
    let (first, others) = lines.split_first()?;
    if lines.iter().any(|line| line.settled.finding.verdict != Verdict::NotApplicable) {
        return None;
    }
    let common = first.settled.finding.because.iter().filter(|reason| {
        let same = |other: &Reason<'_>| {
            other.subject == reason.subject && other.found.value == reason.found.value
        };
        others.iter().all(|line| line.settled.finding.because.iter().any(same))
    });
    let because = common
        .map(|reason| Reason { found: Fact::derived(reason.found.value.clone()), ..reason.clone() })
        .collect();
    let finding =
        Finding { subject: None, because, contrary: Vec::new(), ..first.settled.finding.clone() };
    let settled = Settled { finding, ..first.settled.clone() };
    Some(Line { service: None, settled, ..first.clone() })
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

/// Whether a finding is about something of the service's own, and not only about what others share.
fn concerns(finding: &Finding<'_>, service: &Service) -> bool {
    let mut places = mentioned(finding).peekable();
    places.peek().is_none()
        || places.any(|place| match place {
            Place::File { path, .. } => !service.shares(path),
            Place::Exchange(_) => false,
        })
}

/// By check, then service, then what was judged and where: the same order on every machine.
fn order(one: &Line<'_>, other: &Line<'_>) -> Ordering {
    fn subject<'l>(line: &'l Line<'_>) -> Option<&'l str> {
        line.settled.finding.subject.as_ref().map(|subject| subject.name.as_str())
    }
    let place = |line: &Line<'_>| mentioned(&line.settled.finding).next().map(ToString::to_string);
    (&one.check.id, &one.service)
        .cmp(&(&other.check.id, &other.service))
        .then_with(|| subject(one).cmp(&subject(other)))
        .then_with(|| place(one).cmp(&place(other)))
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
    unreached.or_else(|| (!program).then(|| NOTHING.to_owned()))
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
