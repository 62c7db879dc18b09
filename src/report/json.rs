//! `prodcheck/report/1`: the report for programs. Same input, same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Line, Report, ServiceSummary, wording};
use crate::check::{Citation, Reason, Severity};
use crate::fact::Place;
use crate::policy::Status;
use crate::policy::settle::Decision;

/// The name and version of the format.
pub const SCHEMA: &str = "prodcheck/report/1";

/// Which checks are built in: the year and the number of the set in it.
pub const RULESET: &str = "2026.1";

/// Writes the report as one object with a line feed at its end.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &object(report))?;
    writeln!(out)
}

/// Writes the report as one line.
pub fn write_line(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &object(report))?;
    writeln!(out)
}

fn object(report: &Report<'_>) -> Value {
    json!({
        "schema": SCHEMA,
        "tool": { "name": "prodcheck", "version": env!("CARGO_PKG_VERSION"), "ruleset": RULESET },
        "target": { "path": report.target.path, "url": report.target.url },
        "services": report.services.iter().map(service).collect::<Vec<_>>(),
        "summary": summary(report),
        "gate": {
            "fail_on": report.gate.fail_on.word(),
            "tripped_by": report.gate.tripped_by.iter().map(ToString::to_string).collect::<Vec<_>>(),
        },
        "exit": { "code": report.exit.code, "reason": report.exit.reason },
        "notes": report.notes,
        "findings": report.lines.iter().map(finding).collect::<Vec<_>>(),
    })
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

/// Counts of judgements by status, and of failures by severity.
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
            let failures = count(&|line| line.status().is_failure() && line.severity == *severity);
            (severity.word().to_owned(), failures.into())
        })
        .collect();
    json!({ "by_status": by_status, "by_severity": by_severity })
}

fn finding(line: &Line<'_>) -> Value {
    let finding = &line.settled.finding;
    json!({
        "check": line.check.id.as_str(),
        "title": line.check.title,
        "severity": line.severity.word(),
        "status": line.status().word(),
        "service": line.service,
        "subject": finding.subject.as_ref().map(|subject| &subject.name),
        "aliases": citations(&line.check.aliases),
        "guides": citations(&line.check.guides),
        "places": line.places().into_iter().map(place).collect::<Vec<_>>(),
        "reasons": finding.because.iter().map(reason).collect::<Vec<_>>(),
        "contrary": finding.contrary.iter().map(reason).collect::<Vec<_>>(),
        "decision": line.settled.decision.as_ref().map(decision),
        "fix": line.check.fix,
        "fingerprint": line.fingerprint,
    })
}

fn citations(citations: &[Citation]) -> Vec<String> {
    citations.iter().map(ToString::to_string).collect()
}

fn place(place: &Place) -> Value {
    match place {
        Place::File { path, at: Some(at) } => {
            json!({ "file": path.as_str(), "line": at.line, "column": at.column })
        }
        Place::File { path, at: None } => json!({ "file": path.as_str() }),
        Place::Exchange(exchange) => json!({ "url": exchange.url }),
    }
}

fn reason(reason: &Reason) -> Value {
    let mut told = BTreeMap::from([("text", Value::from(wording::reason(reason)))]);
    match &reason.found.provenance.place {
        Some(Place::File { path, at }) => {
            told.insert("file", path.as_str().into());
            if let Some(at) = at {
                told.insert("line", at.line.into());
            }
        }
        Some(Place::Exchange(exchange)) => {
            told.insert("url", exchange.url.as_str().into());
            told.insert("sent", exchange.sent.clone().into());
            told.insert("received", exchange.received.clone().into());
        }
        None => {}
    }
    if !reason.found.provenance.variables.is_empty() {
        told.insert("variables", reason.found.provenance.variables.clone().into());
    }
    json!(told)
}

fn decision(decision: &Decision) -> Value {
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
