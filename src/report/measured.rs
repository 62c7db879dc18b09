//! What a probe measured of a site, for programs that watch it over time.

use serde::{Deserialize, Serialize};

use crate::fact::{Facts, Value};

/// The figures of one probe. The names are those of `blackbox_exporter` without their `probe_`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Whether the site answered anything at all.
    pub reached: bool,
    /// From the first question to the last answer; none where a transcript answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    /// The status of the front page over HTTPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status_code: Option<i64>,
    /// The newest version of TLS that is offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_version: Option<String>,
    /// The first end of the certificates that were shown, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssl_earliest_cert_expiry: Option<i64>,
    /// Where the time of a request goes.
    #[serde(default, skip_serializing_if = "Phases::is_empty")]
    pub http_duration_seconds: Phases,
}

/// What the parts of a request take, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Phases {
    /// The connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<f64>,
    /// The TLS handshake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<f64>,
    /// From the request to the end of the headers: the answer in the middle of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing: Option<f64>,
    /// The same for the answer that 95 of 100 are not slower than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_p95: Option<f64>,
}

impl Phases {
    /// Each part that is known, by its name.
    pub fn known(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let all = [
            ("connect", self.connect),
            ("tls", self.tls),
            ("processing", self.processing),
            ("processing_p95", self.processing_p95),
        ];
        all.into_iter().filter_map(|(name, seconds)| Some((name, seconds?)))
    }

    fn is_empty(&self) -> bool {
        self.known().next().is_none()
    }

    fn of(facts: &Facts) -> Self {
        let seconds = |path: &str| match facts.at(path).value {
            Value::Float(seconds) => Some(seconds),
            _ => None,
        };
        Self {
            connect: seconds("live.timing.connect-seconds"),
            tls: seconds("live.timing.tls-seconds"),
            processing: seconds("live.timing.median-seconds"),
            processing_p95: seconds("live.timing.p95-seconds"),
        }
    }
}

impl Measured {
    /// The figures among the facts about a site.
    pub fn of(facts: &Facts, duration_seconds: Option<f64>) -> Self {
        let versions = facts.at("live.tls.versions");
        let newest = versions.value.items().last().and_then(|version| version.value.text());
        Self {
            reached: facts.at("live.reached").value.bool() == Some(true),
            duration_seconds,
            http_status_code: facts.at("live.https.status").value.int(),
            tls_version: newest.map(str::to_owned),
            ssl_earliest_cert_expiry: facts.at("live.certificate.chain-ends").value.int(),
            http_duration_seconds: Phases::of(facts),
        }
    }
}
