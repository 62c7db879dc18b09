//! The known vulnerabilities of packages, asked of a service like OSV's.
//!
//! First which advisories there are for the versions that are installed, then those advisories. What is sent is names and
//! versions of packages, and nothing else. Whatever goes wrong leaves open what there may be.
//! (<https://google.github.io/osv.dev/api/>.)

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, RequestBuilder, StatusCode};
use rustls::crypto::aws_lc_rs;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::tls::trusting;
use super::{Manner, add_system_authorities, fetch, roots, why};
use crate::fact::Ignorance;
use crate::problem::Problem;
use crate::project::advisories::MAX_ENTRY_BYTES;
use crate::project::{Advisories, Installed};

/// Versions that OSV lets one request ask about.
const MOST_QUERIES: usize = 1000;

/// Pages of one answer; advisories of one package fill a few.
const MOST_PAGES: usize = 20;

/// Advisories that are fetched.
const MOST_ADVISORIES: usize = 5000;

/// Advisories that are fetched at the same time.
const AT_ONCE: usize = 8;

/// Bytes of the answer about all versions of one request: a short line for each advisory.
const MOST_NAMED_BYTES: u64 = 16 << 20;

/// The longest that a service may ask to wait before a second attempt.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What a service says of these versions. That it says nothing, or not all, is told by what comes back.
pub fn advisories(
    manner: &Manner,
    service: &Url,
    installed: &BTreeSet<Installed>,
) -> Result<Advisories, Problem> {
    let internal = |what: &str| Problem::new(format!("the network cannot be used: {what}"));
    let mut roots = roots(manner.authorities.as_deref())?;
    if manner.system_authorities {
        add_system_authorities(&mut roots)?;
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let tls = trusting::strict(&provider, roots).map_err(|error| internal(&error.to_string()))?;
    let asking = Asking {
        client: fetch::client(manner, tls)?,
        service: service.clone(),
        until: Instant::now() + manner.timeout,
        seconds: manner.timeout.as_secs(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| internal(&error.to_string()))?;
    let found = runtime.block_on(asking.advisories(installed));
    runtime.shutdown_background();
    Ok(found)
}

/// One service being asked.
#[derive(Clone)]
struct Asking {
    client: Client,
    service: Url,
    until: Instant,
    seconds: u64,
}

/// The versions that each advisory is about, by its number.
type Named = BTreeMap<String, BTreeSet<Installed>>;

/// What came of a request, or why nothing did.
type Came<T> = Result<T, String>;

impl Asking {
    async fn advisories(&self, installed: &BTreeSet<Installed>) -> Advisories {
        let mut advisories = Advisories::default();
        let mut named = Named::new();
        if let Err(why) = self.name(installed, &mut named).await {
            advisories.leave_open(self.told(&why));
        }
        for (id, text) in self.texts(&named).await {
            let about = named.get(&id).cloned().unwrap_or_default();
            let taken = text.and_then(|text| advisories.take_named(&id, &text, &about));
            if let Err(why) = taken {
                advisories.leave_open(self.told(&format!("advisory {id}: {why}")));
            }
        }
        advisories
    }

    /// Why something may be missing. The address may hold a password, its host does not.
    fn told(&self, why: &str) -> Ignorance {
        let host = self.service.host_str().unwrap_or_default();
        let told = format!("`{host}` did not tell all known vulnerabilities: {why}");
        Ignorance::new(told)
            .settled_by("try again, or give the exported database: `--advisories all.zip`")
    }

    /// Asks which advisories there are. Whoever has many on record answers page by page.
    async fn name(&self, installed: &BTreeSet<Installed>, named: &mut Named) -> Came<()> {
        let mut open: Vec<(&Installed, Option<String>)> =
            installed.iter().map(|it| (it, None)).collect();
        for _ in 0..MOST_PAGES {
            let mut next = Vec::new();
            for batch in open.chunks(MOST_QUERIES) {
                let results = self.batch(batch).await?;
                for ((it, _), result) in batch.iter().zip(results) {
                    for advisory in result.vulns {
                        named.entry(advisory.id).or_default().insert((*it).clone());
                    }
                    let page = result.next_page_token.filter(|token| !token.is_empty());
                    next.extend(page.map(|token| (*it, Some(token))));
                }
            }
            if next.is_empty() {
                return Ok(());
            }
            open = next;
        }
        Err("its answer has too many pages".to_owned())
    }

    async fn batch(&self, batch: &[(&Installed, Option<String>)]) -> Came<Vec<Answer>> {
        let query = |(it, page): &(&Installed, Option<String>)| {
            let mut query = json!({
                "package": { "ecosystem": "PyPI", "name": it.package },
                "version": it.version,
            });
            if let (Some(page), Value::Object(fields)) = (page, &mut query) {
                fields.insert("page_token".to_owned(), json!(page));
            }
            query
        };
        let queries: Vec<Value> = batch.iter().map(query).collect();
        let body = json!({ "queries": queries }).to_string();
        let request = || {
            let sent = self.client.post(self.address(&["v1", "querybatch"]));
            sent.header("content-type", "application/json").body(body.clone())
        };
        let text = self.answer(request, MOST_NAMED_BYTES).await?;
        let answers: Answers = serde_json::from_slice(&text)
            .map_err(|error| format!("its answer is not the one expected: {error}"))?;
        if answers.results.len() != batch.len() {
            let (answered, asked) = (answers.results.len(), batch.len());
            return Err(format!("it answered {answered} questions of {asked}"));
        }
        Ok(answers.results)
    }

    /// The advisories themselves, in the order of their numbers.
    async fn texts(&self, named: &Named) -> BTreeMap<String, Came<Vec<u8>>> {
        let mut texts = BTreeMap::new();
        let mut fetching = JoinSet::new();
        for (number, id) in named.keys().enumerate() {
            if number >= MOST_ADVISORIES || !is_number(id) {
                let why = if is_number(id) { "there are too many" } else { "that is no number" };
                texts.insert(id.clone(), Err(why.to_owned()));
                continue;
            }
            if fetching.len() >= AT_ONCE {
                texts.extend(fetching.join_next().await.and_then(Result::ok));
            }
            let (asking, id) = (self.clone(), id.clone());
            fetching.spawn(async move {
                let request = || asking.client.get(asking.address(&["v1", "vulns", &id]));
                let text = asking.answer(request, MAX_ENTRY_BYTES).await;
                (id, text)
            });
        }
        texts.extend(fetching.join_all().await);
        texts
    }

    fn address(&self, below: &[&str]) -> Url {
        let mut address = self.service.clone();
        if let Ok(mut path) = address.path_segments_mut() {
            path.pop_if_empty().extend(below);
        }
        address
    }

    /// The answer to a request; to a second one where the service asked to wait a little.
    async fn answer(&self, request: impl Fn() -> RequestBuilder, most: u64) -> Came<Vec<u8>> {
        let asking = async {
            let mut came = sent(request()).await?;
            if let Some(wait) = wished_wait(&came).filter(|wait| *wait <= LONGEST_WAIT) {
                sleep(wait).await;
                came = sent(request()).await?;
            }
            match came.status() {
                StatusCode::OK => body(came, most).await,
                status => Err(format!("it answered {}", status.as_u16())),
            }
        };
        let late = |_| Err(format!("the {} seconds for it were over", self.seconds));
        timeout_at(self.until, asking).await.unwrap_or_else(late)
    }
}

/// Whether this can be the number of an advisory: `GHSA-2gwj-7jmv-h26r`.
fn is_number(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
    (1..=100).contains(&text.len()) && text.chars().all(known)
}

async fn sent(request: RequestBuilder) -> Came<reqwest::Response> {
    request.send().await.map_err(|error| {
        if why::is_untrusted(&error) {
            return "its certificate is not trusted".to_owned();
        }
        why::of_request(&error).ignorance().to_string()
    })
}

/// How long the service wants to be left alone (RFC 9110 §10.2.3).
fn wished_wait(came: &reqwest::Response) -> Option<Duration> {
    let is_busy =
        matches!(came.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let wait = came.headers().get(RETRY_AFTER).filter(|_| is_busy)?;
    Some(Duration::from_secs(wait.to_str().ok()?.trim().parse().ok()?))
}

/// The whole body. A part of it would be a part of the truth.
async fn body(mut came: reqwest::Response, most: u64) -> Came<Vec<u8>> {
    let mut bytes = Vec::new();
    let broken = |error: reqwest::Error| why::of_request(&error).ignorance().to_string();
    while let Some(chunk) = came.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > most {
            return Err(format!("its answer is larger than {} MB", most >> 20));
        }
    }
    Ok(bytes)
}

#[derive(Deserialize)]
struct Answers {
    results: Vec<Answer>,
}

/// What there is for one version.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    vulns: Vec<Numbered>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Numbered {
    id: String,
}
