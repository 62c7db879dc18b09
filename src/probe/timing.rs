//! How quickly the site answers, and what of it is the network's.
//!
//! No check judges this: what is busy, this machine or the site, cannot be told from here.

use super::answers::Answers;
use super::tls::shown;
use super::{Probe, Site};
use crate::fact::{FactSpec, Facts, Ignorance, Kind, Value};

/// Asks nothing of its own: all that is asked takes its time.
pub struct Timing;

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.timing.connect-seconds",
        Kind::Number,
        "What a connection takes: one round trip to the site.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "live.timing.tls-seconds",
        Kind::Number,
        "What the TLS handshake on it takes.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "live.timing.answers",
        Kind::Number,
        "The answers over HTTPS whose times were taken.",
    ),
    FactSpec::new(
        "live.timing.median-seconds",
        Kind::Number,
        "From sending a request on an open connection to the end of the headers, for the answer in the middle; one \
         round trip is in it. Unknown with fewer than five answers.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "live.timing.p95-seconds",
        Kind::Number,
        "The same for the answer that 95 of 100 are not slower than.",
    )
    .in_unit("seconds"),
];

/// Fewer answers say nothing about how quick a site is.
const FEWEST: usize = 5;

impl Probe for Timing {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = Facts::default();
        let (connecting, shaking) = match answers.certificate(&site.url).map(|shown| shown.seconds)
        {
            Ok(Some((connecting, shaking))) => (Ok(connecting), Ok(shaking)),
            Ok(None) => (Err(untaken()), Err(untaken())),
            Err(why) => (Err(why.ignorance()), Err(why.ignorance())),
        };
        let mut put = |path: &str, value: Value| facts.put(path, shown(site, value, Vec::new()));
        put("live.timing.connect-seconds", known(connecting));
        put("live.timing.tls-seconds", known(shaking));
        let times = times(site, answers);
        put("live.timing.answers", Value::from(i64::try_from(times.len()).unwrap_or(i64::MAX)));
        put("live.timing.median-seconds", known(percentile(&times, 50)));
        put("live.timing.p95-seconds", known(percentile(&times, 95)));
        facts
    }
}

fn known(seconds: Result<f64, Ignorance>) -> Value {
    seconds.map_or_else(Value::from, Value::Float)
}

fn untaken() -> Ignorance {
    Ignorance::new("the time was not taken")
}

/// What the answers over HTTPS took without their connections, the shortest time first. What a transcript
/// tells of one answer is no measurement.
fn times(site: &Site, answers: &Answers) -> Vec<f64> {
    let pages = answers.pages().filter(|page| site.has(&page.request.url));
    let mut times: Vec<f64> = pages
        .map(|page| (page.response.seconds - page.response.connecting).max(0.0))
        .filter(|seconds| *seconds > 0.0)
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

/// The time that so many of a hundred answers do not exceed (nearest rank).
fn percentile(times: &[f64], percent: usize) -> Result<f64, Ignorance> {
    let few = || Ignorance::new("too few answers were timed");
    if times.len() < FEWEST {
        return Err(few());
    }
    let rank = (times.len() * percent).div_ceil(100);
    times.get(rank.saturating_sub(1)).copied().ok_or_else(few)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rank_is_the_nearest() {
        let times: Vec<f64> = (1..=20).map(f64::from).collect();
        for (count, percent, expected) in
            [(20, 50, Some(10.0)), (20, 95, Some(19.0)), (5, 95, Some(5.0)), (4, 50, None)]
        {
            let found = percentile(&times[..count], percent).ok();
            assert_eq!(found, expected, "{percent} of {count}");
        }
    }
}
