//! One request and its answer, with a limit on everything.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use tokio::time::{Instant, sleep, timeout_at};

use super::connecting::{self, Watch};
use super::visit::Allowance;
use super::{Manner, Shared, none_left, sockets, why};
use crate::probe::Unanswered;
use crate::probe::question::{MOST_TRIES, Method, Request, Response};
use crate::problem::Problem;

/// Bytes read of a body. The rest is not needed: pages say early what they are.
const MOST_BODY: usize = 512 * 1024;

/// Header lines in an answer; more make it invalid.
const MOST_HEADERS: usize = 200;

/// Characters kept of a header's value.
const MOST_VALUE: usize = 16 * 1024;

/// The longest that a site may ask to wait before a second attempt.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A client that follows no redirect, keeps no cookie and uses no proxy.
pub(super) fn client(manner: &Manner, tls: ClientConfig) -> Result<reqwest::Client, Problem> {
    let name = concat!(
        env!("CARGO_PKG_NAME"),
        "/",
        env!("CARGO_PKG_VERSION"),
        " (+",
        env!("CARGO_PKG_REPOSITORY"),
        ")"
    );
    let mut builder = reqwest::Client::builder()
        .user_agent(name)
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .http1_only()
        .http1_max_headers(MOST_HEADERS)
        .http1_ignore_invalid_headers_in_responses(true)
        .pool_idle_timeout(Duration::from_secs(2))
        .connector_layer(Watch);
    for (host, addresses) in &manner.addresses {
        builder = builder.resolve_to_addrs(host, &sockets(addresses, 0));
    }
    builder.build().map_err(|error| Problem::new(format!("the network cannot be used: {error}")))
}

/// The answer to a request; to a second one where the first broke, or where the site asked to wait.
pub(super) async fn page(
    shared: &Shared,
    allowance: &Allowance,
    request: &Request,
    until: Instant,
) -> Result<Response, Unanswered> {
    let first = once(shared, request, until).await;
    if request.method == Method::Post {
        return first;
    }
    let wait = match &first {
        Ok(response) => match wished_wait(response) {
            Some(wait) if wait <= LONGEST_WAIT && Instant::now() + wait < until => wait,
            _ => return first,
        },
        Err(broken) if why::is_passing(broken) => Duration::ZERO,
        Err(_) => return first,
    };
    sleep(wait).await;
    if !allowance.admits() {
        return first;
    }
    let second = once(shared, request, until).await;
    if second.is_ok() { second } else { first }
}

/// The answers to a row of requests, one after the other. The first answer that is not like the others, and
/// the first that asks to stop, ends it.
pub(super) async fn sign_in(
    shared: &Shared,
    allowance: &Allowance,
    request: &Request,
    until: Instant,
) -> Result<Vec<Response>, Unanswered> {
    let mut tries: Vec<Response> = Vec::new();
    while tries.len() < MOST_TRIES {
        if !allowance.admits() {
            return Err(none_left());
        }
        let response = once(shared, request, until).await?;
        let other = tries.first().is_some_and(|first| first.status != response.status);
        let stop = other || matches!(response.status, 429 | 503);
        tries.push(response);
        if stop {
            break;
        }
    }
    Ok(tries)
}

/// How long the site wants to be left alone (RFC 9110 §10.2.3; a date is taken for "not today").
fn wished_wait(response: &Response) -> Option<Duration> {
    if !matches!(response.status, 429 | 503) {
        return None;
    }
    let seconds = response.values("retry-after").next()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

async fn once(shared: &Shared, request: &Request, until: Instant) -> Result<Response, Unanswered> {
    let limit = shared.limit(until);
    let begun = Instant::now();
    let sending = async {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Trace => reqwest::Method::TRACE,
            Method::Options => reqwest::Method::OPTIONS,
        };
        let sent = shared.client.request(method, request.url.clone());
        let sent = sent.headers(headers(shared, request));
        let sent = match request.body() {
            Some(body) => sent.body(body),
            None => sent,
        };
        sent.send().await.map_err(|error| why::of_request(&error))
    };
    let (answer, connecting) = connecting::apart(shared.patient(until, sending)).await;
    let mut answer = answer?;
    let (seconds, connecting) = (begun.elapsed().as_secs_f64(), connecting.as_secs_f64());
    let headers = answer.headers().iter().map(|(name, value)| {
        let value: String =
            String::from_utf8_lossy(value.as_bytes()).chars().take(MOST_VALUE).collect();
        (name.as_str().to_owned(), value)
    });
    let headers = headers.collect();
    let status = answer.status();
    let body = body(&mut answer, limit).await;
    let reason = status.canonical_reason().unwrap_or_default().to_owned();
    Ok(Response { status: status.as_u16(), reason, headers, body, seconds, connecting })
}

/// The body as far as it comes: cut off at a size, when time is up, or where the connection breaks.
async fn body(answer: &mut reqwest::Response, limit: Instant) -> String {
    let mut bytes = Vec::new();
    while let Ok(Ok(Some(chunk))) = timeout_at(limit, answer.chunk()).await {
        let room = MOST_BODY.saturating_sub(bytes.len());
        bytes.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if bytes.len() >= MOST_BODY {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The question's own headers, and over HTTPS those of the user.
fn headers(shared: &Shared, request: &Request) -> HeaderMap {
    let own = request.headers.iter();
    let given = shared.manner.headers.iter().filter(|_| request.url.scheme() == "https");
    given
        .chain(own)
        .filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
            Some((name, value))
        })
        .collect()
}
