//! `prodcheck/report/1`: the report for programs. Same input, same bytes.

use std::io::{self, BufWriter, Write};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::fingerprint::fingerprint;
use super::{Excerpts, Line, Measured, Report, ServiceSummary, observatory, wording};
use crate::check::{CheckId, Citation, Reason, Severity};
use crate::fact::Place;
use crate::policy::Status;
use crate::policy::settle::Decision;

/// The name and version of the format.
pub const SCHEMA: &str = "prodcheck/report/1";

/// Which checks are built in: the year and the number of the set in it.
pub const RULESET: &str = "2026.1";

/// What is written at once.
const BUFFER_BYTES: usize = 1 << 16;

/// Writes the report as one object with a line feed at its end.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    // Words come one at a time, and each would be a call through `dyn`.
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
    serde_json::to_writer_pretty(&mut out, &Object::of(report))?;
    writeln!(out)?;
    out.flush()
}

/// Writes the report as one line.
pub fn write_line(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Object::of(report))?;
    writeln!(out)
}

/// The report. Findings are written one by one: those of a monorepo are more than fit in memory twice.
#[derive(Serialize)]
struct Object<'r> {
    schema: &'static str,
    tool: Value,
    target: Value,
    services: Vec<Value>,
    summary: Value,
    gate: Value,
    exit: Value,
    notes: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    probe: Option<&'r Measured>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observatory: Option<Value>,
    findings: Findings<'r>,
}

impl<'r> Object<'r> {
    fn of(report: &'r Report<'r>) -> Self {
        let tripped_by: Vec<&str> = report.gate.tripped_by.iter().map(CheckId::as_str).collect();
        Self {
            schema: SCHEMA,
            tool: json!({
                "name": "prodcheck",
                "version": env!("CARGO_PKG_VERSION"),
                "ruleset": RULESET,
            }),
            target: json!({ "path": report.target.path, "url": report.target.url }),
            services: report.services.iter().map(service).collect(),
            summary: summary(report),
            gate: json!({ "fail_on": report.gate.fail_on.word(), "tripped_by": tripped_by }),
            exit: json!({ "code": report.exit.code, "reason": report.exit.reason }),
            notes: &report.notes,
            probe: report.measured.as_ref(),
            observatory: report.observatory.as_ref().map(observatory::block),
            findings: Findings(report),
        }
    }
}

/// The findings of a report, made one by one as they are written.
struct Findings<'r>(&'r Report<'r>);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report) = self;
        serializer.collect_seq(report.lines.iter().map(|line| Finding::of(line, &report.excerpts)))
    }
}

fn service(service: &ServiceSummary) -> Value {
    let settings = service.settings.as_ref().map(|settings| {
        json!({ "module": settings.module, "file": settings.file, "because": settings.because })
    });
    json!({
        "name": service.name,
        "path": service.path,
        "stack": service.stack,
        "settings": settings,
        "environment": service.environment,
    })
}

/// Counts of judgements by status, and of failures by severity: of those that another finding tells, only
/// that one.
fn summary(report: &Report<'_>) -> Value {
    let count = |wanted: &dyn Fn(&Line<'_>) -> bool| {
        report.lines.iter().filter(|line| wanted(line)).count()
    };
    let by_status: Map<String, Value> = Status::ALL
        .iter()
        .map(|status| (status.word().to_owned(), count(&|line| line.status() == *status).into()))
        .collect();
    let by_severity: Map<String, Value> = Severity::ALL
        .iter()
        .map(|severity| {
            let failures = count(&|line| line.is_told_failure() && line.severity == *severity);
            (severity.word().to_owned(), failures.into())
        })
        .collect();
    json!({ "by_status": by_status, "by_severity": by_severity })
}

/// A judgement.
#[derive(Serialize)]
struct Finding<'l> {
    check: &'l str,
    title: &'l str,
    severity: &'static str,
    status: &'static str,
    told_by: Option<&'l str>,
    service: Option<&'l str>,
    subject: Option<&'l str>,
    #[serde(serialize_with = "citations")]
    aliases: &'l [Citation],
    #[serde(serialize_with = "citations")]
    guides: &'l [Citation],
    places: Vec<PlaceTold<'l>>,
    reasons: Vec<ReasonTold<'l>>,
    contrary: Vec<ReasonTold<'l>>,
    decision: Option<Value>,
    fix: &'l str,
    fingerprint: String,
}

impl<'l> Finding<'l> {
    fn of(line: &'l Line<'_>, excerpts: &Excerpts<'_>) -> Self {
        let finding = &line.settled.finding;
        Self {
            check: line.check.id.as_str(),
            title: &line.check.title,
            severity: line.severity.word(),
            status: line.status().word(),
            told_by: line.told_by.map(CheckId::as_str),
            service: line.service.as_deref(),
            subject: finding.subject.as_ref().map(|subject| subject.name.as_str()),
            aliases: &line.check.aliases,
            guides: &line.check.guides,
            places: line.places().into_iter().map(PlaceTold::of).collect(),
            reasons: finding.because.iter().map(ReasonTold::of).collect(),
            contrary: finding.contrary.iter().map(ReasonTold::of).collect(),
            decision: line.settled.decision.as_ref().map(decision),
            fix: &line.check.fix,
            fingerprint: fingerprint(finding, excerpts),
        }
    }
}

fn citations<S: Serializer>(cited: &&[Citation], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(cited.iter().map(ToString::to_string))
}

/// A place in a file, or an address.
#[derive(Default, Serialize)]
struct PlaceTold<'l> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'l str>,
}

impl<'l> PlaceTold<'l> {
    fn of(place: &'l Place) -> Self {
        match place {
            Place::File { path, at } => Self {
                file: Some(path.as_str()),
                line: at.map(|at| at.line),
                column: at.map(|at| at.column),
                url: None,
            },
            Place::Exchange(exchange) => Self { url: Some(&exchange.url), ..Self::default() },
        }
    }
}

/// A reason, with what it was read from.
#[derive(Default, Serialize)]
struct ReasonTold<'l> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received: Option<&'l [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<&'l [String]>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'l str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    variables: &'l [String],
}

impl<'l> ReasonTold<'l> {
    fn of(reason: &'l Reason<'_>) -> Self {
        let provenance = &reason.found.provenance;
        let text = wording::reason(reason);
        let told = Self { text, variables: &provenance.variables, ..Self::default() };
        match &provenance.place {
            Some(Place::File { path, at }) => {
                Self { file: Some(path.as_str()), line: at.map(|at| at.line), ..told }
            }
            Some(Place::Exchange(exchange)) => Self {
                url: Some(&exchange.url),
                sent: Some(&exchange.sent),
                received: Some(&exchange.received),
                ..told
            },
            None => told,
        }
    }
}

fn decision(decision: &Decision<'_>) -> Value {
    match decision {
        Decision::Waiver(waiver) => json!({
            "kind": "waiver",
            "because": waiver.because,
            "until": waiver.until.to_string(),
            "line": waiver.line,
        }),
        Decision::Attestation { answer, valid_through } => json!({
            "kind": "attestation",
            "by": answer.by,
            "on": answer.on.to_string(),
            "answer": answer.answer,
            "evidence": answer.evidence,
            "valid_through": valid_through.map(|day| day.to_string()),
            "line": answer.line,
        }),
    }
}
