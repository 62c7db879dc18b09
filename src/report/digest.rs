//! One report in brief: all that the table and the metrics of a fleet need, and that a fleet which was
//! interrupted reads back from the lines it has written.

use serde::Deserialize;

use super::{Measured, Report};
use crate::check::Severity;
use crate::policy::Status;

/// One report in brief.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest {
    /// The site as the user named it.
    pub url: String,
    /// The exit code of this site.
    pub code: u8,
    /// Why, in a few words.
    pub reason: String,
    /// The checks that failed with their severity, each once, in the order of the report.
    pub failures: Vec<(String, Severity)>,
    /// How many checks nobody could judge.
    pub unknown: usize,
    /// What was measured.
    pub measured: Measured,
}

impl Digest {
    /// Of a report.
    pub fn of(report: &Report<'_>) -> Self {
        let judged = report
            .lines
            .iter()
            .map(|line| (line.check.id.as_str().to_owned(), line.severity, line.status()));
        Self::new(
            report.target.url.clone().or_else(|| report.target.path.clone()).unwrap_or_default(),
            (report.exit.code, report.exit.reason.clone()),
            report.measured.clone().unwrap_or_default(),
            judged,
        )
    }

    /// Of a report that was written as a line of JSON; none if it is no such line.
    pub fn read(line: &str) -> Option<Self> {
        let told: Told = serde_json::from_str(line).ok()?;
        let judged = told.findings.into_iter().map(|finding| {
            let severity = Severity::ALL.into_iter().find(|one| one.word() == finding.severity);
            let status = Status::ALL.into_iter().find(|one| one.word() == finding.status);
            Some((finding.check, severity?, status?))
        });
        let judged: Vec<_> = judged.collect::<Option<_>>()?;
        let measured = told.probe.unwrap_or_default();
        Some(Self::new(told.target.url?, (told.exit.code, told.exit.reason), measured, judged))
    }

    fn new(
        url: String,
        (code, reason): (u8, String),
        measured: Measured,
        judged: impl IntoIterator<Item = (String, Severity, Status)>,
    ) -> Self {
        let mut digest = Self { url, code, reason, failures: Vec::new(), unknown: 0, measured };
        for (check, severity, status) in judged {
            let told = digest.failures.last().is_some_and(|(last, _)| *last == check);
            if status.is_failure() && !told {
                digest.failures.push((check, severity));
            }
            digest.unknown += usize::from(status == Status::Unknown);
        }
        digest
    }
}

/// The parts of `prodcheck/report/1` that are read back.
#[derive(Deserialize)]
struct Told {
    target: TargetTold,
    exit: ExitTold,
    #[serde(default)]
    probe: Option<Measured>,
    findings: Vec<FindingTold>,
}

#[derive(Deserialize)]
struct TargetTold {
    url: Option<String>,
}

#[derive(Deserialize)]
struct ExitTold {
    code: u8,
    reason: String,
}

#[derive(Deserialize)]
struct FindingTold {
    check: String,
    severity: String,
    status: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_back_as_far_as_it_is_whole() {
        let line = r#"{"schema":"prodcheck/report/1","target":{"path":null,"url":"https://a.test/"},
            "exit":{"code":1,"reason":"1 finding"},"probe":{"reached":true,"http_status_code":200},
            "findings":[{"check":"a/b","severity":"high","status":"fail","more":[]},
                        {"check":"a/b","severity":"high","status":"fail"},
                        {"check":"a/c","severity":"low","status":"unknown"}]}"#;
        let digest = Digest::read(line).unwrap();
        assert_eq!(digest.failures, [("a/b".to_owned(), Severity::High)]);
        assert_eq!((digest.code, digest.unknown), (1, 1));
        assert_eq!(digest.measured.http_status_code, Some(200));
        for cut in [1, 40, line.len() - 1] {
            assert_eq!(Digest::read(&line[..cut]), None, "{cut}");
        }
    }
}
