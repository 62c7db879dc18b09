//! What a probe measured of a site, for programs that watch it over time.

use serde::{Deserialize, Serialize};

use crate::fact::Facts;

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
        }
    }
}
