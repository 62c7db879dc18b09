//! One audit, from files and a site to a report. Nothing in here can fail: what cannot be read becomes
//! an unknown fact, and what cannot be judged an unknown verdict.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::check::{Check, CheckId, Finding, Library, Stage, evaluate};
use crate::collect;
use crate::fact::value::printable;
use crate::fact::{Catalogue, Facts, Place, Value};
use crate::policy::settle::{Decision, places};
use crate::policy::{Policy, Status, settle};
use crate::project::{Given, Project, Service, services};
use crate::report::fingerprint::fingerprint;
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

/// A service with all that is known about it.
struct Known {
    service: Service,
    facts: Facts,
}

/// Audits.
pub fn audit<'a>(
    request: &Request<'a>,
    library: &'a Library,
    policy: &'a Policy,
    catalogue: &Catalogue,
) -> Report<'a> {
    let known = know(request, catalogue);
    let excerpts = Excerpts::of(request.project, known.iter().map(|known| &known.facts));
    let checks = selected(library, policy);
    let several = known.len() > 1;
    let lines_of = |check: &'a Check, known: &Known| -> Vec<Line<'a>> {
        evaluate(check, &known.facts, catalogue)
            .into_iter()
            .map(|finding| {
                let own = several && concerns(&finding, &known.service);
                let service = own.then_some(&known.service);
                line(service, check, finding, policy, request, &excerpts)
            })
            .collect()
    };
    let mut lines: Vec<Line<'a>> = checks
        .par_iter()
        .flat_map_iter(|check| known.iter().flat_map(|known| lines_of(check, known)))
        .collect();
    lines.sort_by(order);
    // What several services share is judged with each of them, and told once.
    lines.dedup_by(|one, other| several && one.service.is_none() && order(one, other).is_eq());
    let gate = gate(&lines, policy);
    let services: Vec<ServiceSummary> = known.iter().map(summary).collect();
    let exit = exit(&lines, &gate, policy, incomplete(&known, &services));
    let notes = notes(&lines, policy, request);
    Report {
        target: request.target.clone(),
        services,
        lines,
        policy,
        gate,
        exit,
        notes,
        excerpts,
        measured: None,
    }
}

/// All facts of all services, the site's among them; files and site are looked at together.
fn know(request: &Request<'_>, catalogue: &Catalogue) -> Vec<Known> {
    let (mut known, site) = std::thread::scope(|scope| {
        let site = request.site.map(|site| scope.spawn(site));
        let known =
            request.project.map_or_else(Vec::new, |project| collected(request, project, catalogue));
        (known, site.and_then(|site| site.join().ok()))
    });
    if known.is_empty() {
        known.push(nothing_but_the_site(request, catalogue));
    }
    if let Some(site) = site {
        for known in &mut known {
            known.facts.merge(site.clone());
        }
    }
    known
}

fn collected(request: &Request<'_>, project: &Project, catalogue: &Catalogue) -> Vec<Known> {
    let of_service = |service: Service| {
        let facts = collect::service(project, &service, request.given, catalogue);
        Known { service, facts }
    };
    let (known, ()) = rayon::join(
        || services(project, &request.name).into_par_iter().map(of_service).collect(),
        // Every program file is asked this in the end.
        || project.search_for_applications(),
    );
    known
}

fn nothing_but_the_site(request: &Request<'_>, catalogue: &Catalogue) -> Known {
    let project = Project::of_texts(std::iter::empty());
    let service = services(&project, &request.name).swap_remove(0);
    let facts = collect::service(&project, &service, request.given, catalogue);
    Known { service, facts }
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
fn concerns(finding: &Finding, service: &Service) -> bool {
    let places = places(finding);
    places.is_empty()
        || places.iter().any(|place| match place {
            Place::File { path, .. } => service.shared.binary_search(path).is_err(),
            Place::Exchange(_) => false,
        })
}

fn line<'a>(
    service: Option<&Service>,
    check: &'a Check,
    finding: Finding,
    policy: &Policy,
    request: &Request<'_>,
    excerpts: &Excerpts<'_>,
) -> Line<'a> {
    let fingerprint = fingerprint(&finding, excerpts);
    let severity = policy.severities.get(&check.id).copied().unwrap_or(check.severity);
    let settled = settle(finding, check, policy, request.given.today);
    Line {
        check,
        severity,
        service: service.map(|service| service.name.clone()),
        settled,
        fingerprint,
    }
}

/// By check, then service, then what was judged and where: the same order on every machine.
fn order(one: &Line<'_>, other: &Line<'_>) -> Ordering {
    fn subject<'l>(line: &'l Line<'_>) -> Option<&'l str> {
        line.settled.finding.subject.as_ref().map(|subject| subject.name.as_str())
    }
    let place = |line: &Line<'_>| line.places().first().map(ToString::to_string);
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

/// Why the site that was to be asked gave no answer at all, if it gave none.
fn unreached(known: &[Known]) -> Option<String> {
    let facts = &known.first()?.facts;
    if facts.at("live.reached").value.bool() != Some(false) {
        return None;
    }
    match &facts.at("live.https.status").value {
        Value::Unknown(ignorance) => Some(ignorance.why.clone()),
        _ => Some("no answer".to_owned()),
    }
}

/// Why the audit says little, whatever it says: the site gave no answer, or no program is here.
fn incomplete(known: &[Known], services: &[ServiceSummary]) -> Option<String> {
    let unreached =
        unreached(known).map(|why| format!("the site was not reached: {}", printable(&why)));
    // That a repository tracks nothing it should not is no verdict about a program.
    let program = services.iter().flat_map(|service| &service.stack).any(|domain| domain != "git");
    unreached.or_else(|| (!program).then(|| NOTHING.to_owned()))
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

fn summary(known: &Known) -> ServiceSummary {
    let text = |path: &str| known.facts.at(path).value.text().map(str::to_owned);
    let settings = text("django.settings-module.name").map(|module| SettingsModule {
        module,
        file: text("django.settings-module.file"),
        because: text("django.settings-module.because").unwrap_or_default(),
    });
    let sources = known.facts.at("env.sources");
    let environment = sources
        .value
        .items()
        .iter()
        .filter_map(|source| source.value.field("path").and_then(|path| path.value.text()))
        .map(str::to_owned)
        .collect();
    let stack = known
        .facts
        .domains()
        .filter(|(_, root)| known_at_all(&root.value))
        .map(|(name, _)| name.to_owned());
    ServiceSummary {
        name: known.service.name.clone(),
        path: known.service.root.to_string(),
        stack: stack.collect(),
        settings,
        environment,
    }
}

fn known_at_all(value: &Value) -> bool {
    !matches!(value, Value::Record(record) if record.fields.is_empty())
}
