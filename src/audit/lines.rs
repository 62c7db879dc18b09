//! The judgements of all services as the lines of a report: each told where it belongs, and once.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::evaluate::{missing, without};
use crate::check::{Check, CheckId, Finding, Reason, Severity, Verdict, evaluate};
use crate::date::Date;
use crate::fact::{Catalogue, Fact, Facts, Ignorance, Place, Position, Value};
use crate::policy::settle::mentioned;
use crate::policy::{Policy, Settled, Status, settle};
use crate::project::Service;
use crate::report::Line;

/// What the services of a project are judged by.
pub(super) struct Judging<'j, 'a> {
    pub(super) checks: &'j [&'a Check],
    pub(super) catalogue: &'j Catalogue,
    pub(super) policy: &'a Policy,
    pub(super) today: Date,
    /// Whether there are several services, so that a line names its own.
    pub(super) several: bool,
}

/// What the checks make of one service, in the order of the checks.
pub(super) struct Judged<'a> {
    name: Arc<str>,
    /// Of so many checks each that hundreds of services can be put in order on all cores.
    parts: Vec<Part<'a>>,
    /// Why nothing is known of the domains that checks lack.
    missing: BTreeMap<&'a str, Ignorance>,
}

/// What some of the checks make of one service.
struct Part<'a> {
    lines: Vec<Line<'a>>,
    /// The checks that need a domain of which nothing is known, and the domain.
    without: Vec<(&'a Check, &'a str)>,
}

/// The checks of one part.
const CHECKS_IN_A_PART: usize = 16;

impl<'a> Judging<'_, 'a> {
    /// Judges one service by all checks.
    pub(super) fn judge(&self, service: &Service, facts: &Facts) -> Judged<'a> {
        let name: Arc<str> = service.name.as_str().into();
        let chunks = self.checks.par_chunks(CHECKS_IN_A_PART);
        let parts: Vec<Part<'a>> =
            chunks.map(|checks| self.part(checks, &name, service, facts)).collect();
        let lacked: BTreeSet<&str> =
            parts.iter().flat_map(|part| &part.without).map(|(_, domain)| *domain).collect();
        let missing =
            lacked.into_iter().map(|domain| (domain, facts.why_missing(domain))).collect();
        let mut judged = Judged { name, parts, missing };
        tell_once(&mut judged.parts);
        judged
    }

    /// Judges one service by some of the checks.
    fn part(
        &self,
        checks: &[&'a Check],
        name: &Arc<str>,
        service: &Service,
        facts: &Facts,
    ) -> Part<'a> {
        let mut part = Part { lines: Vec::with_capacity(checks.len()), without: Vec::new() };
        for &check in checks {
            if let Some(domain) = missing(check, facts) {
                part.without.push((check, domain));
                continue;
            }
            for finding in evaluate(check, facts, self.catalogue) {
                let own = self.several && concerns(&finding, service);
                let service = own.then(|| Arc::clone(name));
                part.lines.push(self.line(check, finding, service));
            }
        }
        part
    }

    /// The lines of all services, in the order of the checks. What several services share is judged with
    /// each of them, and told once; so is what a check comes to without a domain that none of them has.
    pub(super) fn lines(&self, mut judged: Vec<Judged<'a>>) -> Vec<Line<'a>> {
        let told = |mut lines: Vec<Line<'a>>| {
            if self.several
                && let Some(line) = applies_nowhere(&lines)
            {
                return vec![line];
            }
            lines.sort_by(|one, other| order(one, other, self.several));
            if self.several { without_repetitions(lines) } else { lines }
        };
        let parts: Vec<(&[&Check], Vec<Lent<'_, 'a>>)> = self.parts(&mut judged);
        let in_order: Vec<Vec<Line<'a>>> = parts
            .into_par_iter()
            .flat_map_iter(|(checks, of_services)| {
                self.by_check(checks, of_services).into_iter().map(told)
            })
            .collect();
        let mut lines = Vec::with_capacity(in_order.iter().map(Vec::len).sum());
        lines.extend(in_order.into_iter().flatten());
        lines
    }

    fn line(&self, check: &'a Check, finding: Finding<'a>, service: Option<Arc<str>>) -> Line<'a> {
        Line {
            check,
            severity: self.policy.severities.get(&check.id).copied().unwrap_or(check.severity),
            service,
            settled: settle(finding, check, self.policy, self.today),
            told_by: None,
        }
    }

    /// The line of a check that lacks a domain.
    fn line_without(
        &self,
        (check, domain): (&'a Check, &'a str),
        why: &Ignorance,
        service: Option<Arc<str>>,
    ) -> Line<'a> {
        self.line(check, without(check, domain, why.clone(), self.catalogue), service)
    }

    /// The parts of all services, those of the same checks together.
    fn parts<'l>(&self, judged: &'l mut [Judged<'a>]) -> Vec<(&[&'a Check], Vec<Lent<'l, 'a>>)> {
        let mut together: Vec<_> =
            self.checks.chunks(CHECKS_IN_A_PART).map(|checks| (checks, Vec::new())).collect();
        for Judged { name, parts, missing } in judged {
            for ((_, of_services), part) in together.iter_mut().zip(parts.drain(..)) {
                of_services.push(Lent { name: &*name, missing: &*missing, part });
            }
        }
        together
    }

    /// The lines of each check, those of the first service first.
    fn by_check(&self, checks: &[&'a Check], of_services: Vec<Lent<'_, 'a>>) -> Vec<Vec<Line<'a>>> {
        let mut rest: Vec<_> = of_services
            .into_iter()
            .map(|Lent { name, missing, part: Part { lines, without } }| {
                (name, lines.into_iter().peekable(), without.into_iter().peekable(), missing)
            })
            .collect();
        let mut of = |check: &Check| {
            let (mut of_check, mut lacking) = (Vec::with_capacity(rest.len()), Vec::new());
            for (name, lines, without, missing) in &mut rest {
                while let Some(line) = lines.next_if(|line| std::ptr::eq(line.check, check)) {
                    of_check.push(line);
                }
                if let Some(lacks) = without.next_if(|(other, _)| std::ptr::eq(*other, check))
                    && let Some(why) = missing.get(lacks.1)
                {
                    lacking.push((*name, lacks, why));
                }
            }
            let alike =
                lacking.windows(2).all(|pair| matches!(pair, [one, other] if one.2 == other.2));
            match lacking.first() {
                Some((_, lacks, why)) if self.several && alike && of_check.is_empty() => {
                    of_check.push(self.line_without(*lacks, why, None));
                }
                _ => of_check.extend(lacking.into_iter().map(|(name, lacks, why)| {
                    let own = self.several.then(|| Arc::clone(name));
                    self.line_without(lacks, why, own)
                })),
            }
            of_check
        };
        checks.iter().map(|check| of(check)).collect()
    }
}

/// A part of one service's judgements, with what all of its parts share.
struct Lent<'l, 'a> {
    name: &'l Arc<str>,
    missing: &'l BTreeMap<&'a str, Ignorance>,
    part: Part<'a>,
}

/// Marks each failure of a service that one as grave tells as well.
fn tell_once(parts: &mut [Part<'_>]) {
    let failed: BTreeMap<&CheckId, Severity> = parts
        .iter()
        .flat_map(|part| &part.lines)
        .filter(|line| line.status() == Status::Fail)
        .map(|line| (&line.check.id, line.severity))
        .collect();
    let lines = parts.iter_mut().flat_map(|part| &mut part.lines);
    for line in lines.filter(|line| line.status() == Status::Fail) {
        let is_as_grave =
            |id: &&CheckId| failed.get(id).is_some_and(|grave| *grave >= line.severity);
        line.told_by = line.check.told_by.iter().find(is_as_grave);
    }
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
        Finding { subject: None, because, contrary: Vec::new(), ..*first.settled.finding.clone() };
    let settled = Settled { finding: Box::new(finding), ..first.settled.clone() };
    Some(Line { service: None, settled, ..first.clone() })
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

/// The lines of one check by service, then by what was judged and where: the same order on every machine. What
/// several services share has another number in each of them, and goes by its place.
fn order(one: &Line<'_>, other: &Line<'_>, several: bool) -> Ordering {
    fn subject<'l>(line: &'l Line<'_>) -> Option<&'l str> {
        line.settled.finding.subject.as_ref().map(|subject| subject.name.as_str())
    }
    fn place<'l>(line: &'l Line<'_>) -> Option<(&'l str, Option<Position>)> {
        mentioned(&line.settled.finding).next().map(|place| match place {
            Place::File { path, at } => (path.as_str(), *at),
            Place::Exchange(exchange) => (exchange.url.as_str(), None),
        })
    }
    let by_place = || place(one).cmp(&place(other));
    let by_subject = || subject(one).cmp(&subject(other));
    let is_shared = several && one.service.is_none();
    one.service.cmp(&other.service).then_with(|| {
        if is_shared { by_place().then_with(by_subject) } else { by_subject().then_with(by_place) }
    })
}

/// The lines of one check in their order, each that several services share once.
fn without_repetitions<'a>(lines: Vec<Line<'a>>) -> Vec<Line<'a>> {
    let mut kept: Vec<Line<'a>> = Vec::with_capacity(lines.len());
    for line in lines {
        let is_near = |other: &&Line<'_>| other.service.is_none() && has_same_place(other, &line);
        let near = kept.iter().rev().take_while(is_near);
        if line.service.is_some() || !near.into_iter().any(|other| is_same(other, &line)) {
            kept.push(line);
        }
    }
    kept
}

fn has_same_place(one: &Line<'_>, other: &Line<'_>) -> bool {
    mentioned(&one.settled.finding).next() == mentioned(&other.settled.finding).next()
}

/// Whether two judgements of what services share say the same of the same.
fn is_same(one: &Line<'_>, other: &Line<'_>) -> bool {
    fn found<'l>(finding: &'l Finding<'_>) -> impl Iterator<Item = &'l Value> {
        finding.because.iter().map(|reason| &reason.found.value)
    }
    let (one, other) = (&one.settled.finding, &other.settled.finding);
    one.verdict == other.verdict
        && mentioned(one).eq(mentioned(other))
        && found(one).eq(found(other))
}
