//! Where the site says that it is healthy, and what it says there.

use super::answers::{Answers, Exchanged, unknown};
use super::question::{Question, Request, Unanswered};
use super::{Probe, Site, all_unknown};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};
use crate::grammar::http_caching::{browsers_keep_for, shared_caches_keep};

/// Asks at the path that the user named, else at those that are usual.
pub struct Health;

const SPECS: &[FactSpec] = &[
    FactSpec::new("live.health.configured", Kind::Bool, "Whether the user named the path."),
    FactSpec::new(
        "live.health.path",
        Kind::Text,
        "The path that answers; unknown if the user named none and no usual one answers.",
    ),
    FactSpec::new("live.health.status", Kind::Number, "The status of the answer."),
    FactSpec::new(
        "live.health.seconds",
        Kind::Number,
        "How long the answer took, in whole tenths that were begun.",
    )
    .in_unit("seconds"),
    FactSpec::new(
        "live.health.word",
        Kind::Text,
        "The `status` in the JSON of the answer, in lower case; absent if there is none.",
    ),
    FactSpec::new(
        "live.health.cacheable",
        Kind::Bool,
        "Whether the answer says that it may be kept for a time and given again.",
    ),
];

/// Where frameworks and platforms usually put it.
const USUAL: [&str; 4] = ["/health/", "/health", "/healthz", "/api/health/"];

/// A path that is named is asked for first.
const NAME_IT: &str = "name it: `live.health` in prodcheck.toml";

impl Probe for Health {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    /// The path that the user named; where a project is audited with the site, else the most usual one.
    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        let is_expected = site.health.is_some() || site.of_project;
        let first = paths(site).into_iter().take(usize::from(is_expected));
        first.map(Question::Page).collect()
    }

    /// Where nobody says where it is, the usual paths are tried.
    fn wishes(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        paths(site).into_iter().map(Question::Page).collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = match answering(site, answers) {
            Ok(page) => told(page),
            Err(unknown) => all_unknown(SPECS, &unknown),
        };
        facts.put("live.health.configured", Fact::derived(site.health.is_some()));
        facts
    }
}

fn paths(site: &Site) -> Vec<Request> {
    match &site.health {
        Some(path) => vec![site.path(path)],
        None if site.passive => Vec::new(),
        None => USUAL.iter().map(|path| site.path(path)).collect(),
    }
}

/// The answer to judge: that of the path the user named, else of the first usual one that is no
/// "not found" and no way to another page.
fn answering<'a>(site: &Site, answers: &'a Answers) -> Result<Exchanged<'a>, Box<Fact>> {
    let named = paths(site);
    if let (Some(_), [path]) = (&site.health, named.as_slice()) {
        // 503 is an answer here: it says that the site is ill.
        return answers.page(path).map_err(|why| Box::new(unknown(why.ignorance(), path)));
    }
    let mut last = None;
    for path in &named {
        match answers.page(path) {
            Ok(page) if is_health(page) => return Ok(page),
            Ok(_) => {}
            Err(Unanswered::NotAsked(why)) => last = Some(unknown(why.settled_by(NAME_IT), path)),
            Err(why) => last = Some(unknown(why.ignorance(), path)),
        }
    }
    let nowhere = Ignorance::new("no usual health path answers").settled_by(NAME_IT);
    Err(Box::new(last.unwrap_or_else(|| Fact::derived(nowhere))))
}

/// A page that comes for every path is no health path, so JSON or a bare word is wanted.
fn is_health(page: Exchanged<'_>) -> bool {
    let body = page.response.body.trim();
    let bare = !body.is_empty() && body.len() < 100 && !body.starts_with('<');
    matches!(page.response.status, 200 | 500..) && (word(body).is_some() || bare)
}

fn told(page: Exchanged<'_>) -> Facts {
    let response = page.response;
    let mut facts = Facts::default();
    let at = |value: Value| page.fact(value, &["content-type", "location"]);
    facts.put("live.health.path", at(page.request.url.path().into()));
    facts.put("live.health.status", at(i64::from(response.status).into()));
    facts.put("live.health.seconds", at(Value::Float(begun_tenths(response.seconds))));
    let word = word(&response.body).map_or(Value::Absent, Value::from);
    facts.put("live.health.word", at(word));
    let name = "cache-control";
    let kept = browsers_keep_for(response.values(name)).is_some_and(|seconds| seconds > 0)
        || shared_caches_keep(response.values(name));
    facts.put("live.health.cacheable", page.fact(kept, &[name]));
    facts
}

/// Rounded up, so that two runs tell the same of a quick site. A tenth that is not quite whole is one.
fn begun_tenths(seconds: f64) -> f64 {
    (seconds * 10.0 - 1e-6).ceil().max(0.0) / 10.0
}

/// The `status` of a JSON object; `"ok": true` counts as the word `ok`.
fn word(body: &str) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(body).ok()?;
    match (json.get("status"), json.get("ok")) {
        (Some(serde_json::Value::String(word)), _) => Some(word.to_lowercase()),
        (_, Some(serde_json::Value::Bool(true))) => Some("ok".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_took_a_part_of_a_tenth_took_all_of_it() {
        for (seconds, told) in
            [(-0.1, 0.0), (0.0, 0.0), (0.012, 0.1), (0.1, 0.1), (1.1, 1.1), (2.0001, 2.1)]
        {
            assert!((begun_tenths(seconds) - told).abs() < f64::EPSILON, "{seconds}");
        }
    }
}
