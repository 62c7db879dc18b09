//! Metrics for Prometheus, by way of `node_exporter`'s textfile collector or a push gateway.
//!
//! What `blackbox_exporter` measures too has its names, and the site is the label `instance`, as its
//! documentation has it; what only prodcheck knows begins with `prodcheck_`. The text is OpenMetrics 1.0
//! and at the same time the older format that the textfile collector reads: every family is a gauge,
//! there are no time stamps, and the samples of a family stand together. For that, each family is
//! gathered by itself, in a file where it grows large, however many sites there are.

use std::fmt::Write as _;
use std::io::{self, Seek, Write};

use tempfile::SpooledTempFile;

use super::{Digest, Report};
use crate::check::Severity;
use crate::fact::value::printable;

/// A family of metrics: its name, its unit, and what it means.
struct Family {
    name: &'static str,
    unit: Option<&'static str>,
    means: &'static str,
}

const fn family(name: &'static str, means: &'static str) -> Family {
    Family { name, unit: None, means }
}

/// In the order in which they are written.
const FAMILIES: [Family; 11] = [
    family("probe_success", "1 if the site was judged and nothing failed at or above fail-on"),
    Family {
        name: "probe_duration_seconds",
        unit: Some("seconds"),
        means: "From the first question to the last answer",
    },
    Family {
        name: "probe_http_duration_seconds",
        unit: Some("seconds"),
        means: "What the parts of a request take: connecting, the TLS handshake, the answer in the middle of all \
                and the one that 95 of 100 are not slower than",
    },
    family("probe_http_status_code", "The status of the front page, 0 without an answer"),
    family("probe_http_ssl", "1 if something speaks TLS at the HTTPS address"),
    family(
        "probe_ssl_earliest_cert_expiry",
        "When the first of the certificates that are shown ends, in seconds since 1970",
    ),
    family("probe_tls_version_info", "The newest version of TLS that is offered"),
    family("prodcheck_exit_code", "0 ready, 1 not ready, 3 incomplete"),
    family("prodcheck_findings", "Checks that fail, by severity"),
    family("prodcheck_unknown", "Checks that nobody could judge"),
    family("prodcheck_check_failed", "1 for each check that fails"),
];

/// Bytes of a family that are kept in memory; more go to a temporary file.
const IN_MEMORY: usize = 1 << 16;

/// The metrics of any number of sites.
#[derive(Debug)]
pub struct Metrics {
    gathered: Vec<SpooledTempFile>,
}

impl Default for Metrics {
    fn default() -> Self {
        let gathered = FAMILIES.iter().map(|_| SpooledTempFile::new(IN_MEMORY)).collect();
        Self { gathered }
    }
}

/// Writes the metrics of one report.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut metrics = Metrics::default();
    metrics.add(&Digest::of(report))?;
    metrics.write(out)
}

impl Metrics {
    /// Adds a site.
    pub fn add(&mut self, digest: &Digest) -> io::Result<()> {
        for (family, gathered) in FAMILIES.iter().zip(&mut self.gathered) {
            gathered.write_all(samples(family.name, digest).as_bytes())?;
        }
        Ok(())
    }

    /// Writes all that was added.
    pub fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        for (Family { name, unit, means }, gathered) in FAMILIES.iter().zip(&mut self.gathered) {
            writeln!(out, "# TYPE {name} gauge")?;
            if let Some(unit) = unit {
                writeln!(out, "# UNIT {name} {unit}")?;
            }
            writeln!(out, "# HELP {name} {means}.")?;
            gathered.rewind()?;
            io::copy(gathered, out)?;
        }
        writeln!(out, "# EOF")
    }
}

/// The lines of one family about one site.
fn samples(name: &str, digest: &Digest) -> String {
    let mut lines = String::new();
    let mut sample = |labels: &[(&str, &str)], value: String| {
        let _ = write!(lines, "{name}{{instance=\"{}\"", escaped(&digest.url));
        for (label, text) in labels {
            let _ = write!(lines, ",{label}=\"{}\"", escaped(text));
        }
        let _ = writeln!(lines, "}} {value}");
    };
    let measured = &digest.measured;
    let speaks_tls = measured.tls_version.is_some() || measured.ssl_earliest_cert_expiry.is_some();
    match name {
        "probe_success" => sample(&[], u8::from(digest.code == 0).to_string()),
        "probe_duration_seconds" => {
            if let Some(seconds) = measured.duration_seconds {
                sample(&[], format!("{seconds:.6}"));
            }
        }
        "probe_http_duration_seconds" => {
            for (phase, seconds) in measured.http_duration_seconds.known() {
                sample(&[("phase", phase)], format!("{seconds:.6}"));
            }
        }
        "probe_http_status_code" => {
            sample(&[], measured.http_status_code.unwrap_or_default().to_string());
        }
        "probe_http_ssl" => sample(&[], u8::from(speaks_tls).to_string()),
        "probe_ssl_earliest_cert_expiry" => {
            if let Some(ends) = measured.ssl_earliest_cert_expiry {
                sample(&[], ends.to_string());
            }
        }
        "probe_tls_version_info" => {
            if let Some(version) = &measured.tls_version {
                sample(&[("version", &version.replacen("TLSv", "TLS ", 1))], "1".to_owned());
            }
        }
        "prodcheck_exit_code" => sample(&[], digest.code.to_string()),
        "prodcheck_findings" => {
            for severity in Severity::ALL {
                let failed = digest.failures.iter().filter(|(_, one)| *one == severity).count();
                sample(&[("severity", severity.word())], failed.to_string());
            }
        }
        "prodcheck_unknown" => sample(&[], digest.unknown.to_string()),
        _ => {
            for (check, severity) in &digest.failures {
                sample(&[("check", check), ("severity", severity.word())], "1".to_owned());
            }
        }
    }
    lines
}

/// A label's value between its quotes.
fn escaped(text: &str) -> String {
    printable(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::measured::{Measured, Phases};

    fn written(digests: &[Digest]) -> String {
        let mut metrics = Metrics::default();
        for digest in digests {
            metrics.add(digest).unwrap();
        }
        let mut out = Vec::new();
        metrics.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn digest(url: &str, code: u8) -> Digest {
        Digest {
            url: url.to_owned(),
            code,
            reason: String::new(),
            failures: vec![("a/b".to_owned(), Severity::High)],
            unknown: 2,
            measured: Measured {
                reached: true,
                duration_seconds: Some(0.25),
                http_status_code: Some(200),
                tls_version: Some("TLSv1.3".to_owned()),
                ssl_earliest_cert_expiry: Some(1_800_000_000),
                http_duration_seconds: Phases { connect: Some(0.05), ..Phases::default() },
            },
        }
    }

    #[test]
    fn the_samples_of_a_family_stand_together() {
        let text = written(&[digest("https://a.test/", 0), digest("https://b.test/", 1)]);
        let found: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        for line in [
            "probe_success{instance=\"https://a.test/\"} 1",
            "probe_success{instance=\"https://b.test/\"} 0",
            "probe_duration_seconds{instance=\"https://a.test/\"} 0.250000",
            "probe_http_duration_seconds{instance=\"https://a.test/\",phase=\"connect\"} 0.050000",
            "probe_http_status_code{instance=\"https://a.test/\"} 200",
            "probe_http_ssl{instance=\"https://a.test/\"} 1",
            "probe_ssl_earliest_cert_expiry{instance=\"https://a.test/\"} 1800000000",
            "probe_tls_version_info{instance=\"https://a.test/\",version=\"TLS 1.3\"} 1",
            "prodcheck_findings{instance=\"https://a.test/\",severity=\"high\"} 1",
            "prodcheck_findings{instance=\"https://a.test/\",severity=\"low\"} 0",
            "prodcheck_unknown{instance=\"https://a.test/\"} 2",
            "prodcheck_check_failed{instance=\"https://b.test/\",check=\"a/b\",severity=\"high\"} 1",
        ] {
            assert!(found.contains(&line), "{line}\n{text}");
        }
        let mut names: Vec<&str> = found.iter().filter_map(|line| line.split('{').next()).collect();
        let lines = names.len();
        names.dedup();
        assert_eq!((names.len(), lines), (FAMILIES.len(), 2 * (10 + 5)), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn what_was_not_measured_has_no_sample_but_the_status_is_0() {
        let silent = Digest { measured: Measured::default(), ..digest("https://a.test/", 3) };
        let text = written(&[silent]);
        assert!(text.contains("probe_http_status_code{instance=\"https://a.test/\"} 0\n"));
        assert!(text.contains("probe_http_ssl{instance=\"https://a.test/\"} 0\n"));
        assert!(!text.contains("probe_duration_seconds{"));
        assert!(!text.contains("probe_ssl_earliest_cert_expiry{"));
    }

    #[test]
    fn a_label_holds_no_quote_and_no_control_character() {
        assert_eq!(escaped("a\"b\\c"), "a\\\"b\\\\c");
        assert!(!escaped("a\n\u{1b}[31m").contains(char::is_control));
    }
}
