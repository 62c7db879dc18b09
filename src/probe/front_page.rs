//! The page that a visitor of the front page gets in the end, and what its headers tell browsers.

use std::collections::BTreeMap;

use super::answers::{Answers, Exchanged, unknown};
use super::journey::{End, Journey, TOO_LONG, journey};
use super::question::{Question, Response};
use super::{Probe, Site, all_unknown, markup};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};
use crate::grammar::http_caching::shared_caches_keep;
use crate::grammar::http_header::{
    ContentPolicy, content_policies, frame_options_deny, nosniff, referrer_policy,
};
use crate::grammar::structured_field::structured_token;

/// Follows the front page's redirects on its own host, and looks at the page at their end.
pub struct FrontPage;

const SPECS: &[FactSpec] = &[
    FactSpec::new("live.https.html", Kind::Bool, "Whether the front page is a page for browsers."),
    FactSpec::new(
        "live.https.headers",
        Kind::Open(&Kind::Text),
        "The headers of the front page, names in lower case; repeated ones joined by commas.",
    ),
    FactSpec::new("live.https.nosniff", Kind::Bool, "Whether browsers may not guess types."),
    FactSpec::new(
        "live.https.framing-denied",
        Kind::Bool,
        "Whether other sites cannot show the front page in a frame.",
    ),
    FactSpec::new(
        "live.https.referrer-policy",
        Kind::Text,
        "The referrer policy in force; absent if none is sent.",
    ),
    FactSpec::new(
        "live.https.csp",
        Kind::Text,
        "The content security policy that is enforced, by header or by the page itself.",
    ),
    FactSpec::new(
        "live.https.csp-inline-scripts",
        Kind::Bool,
        "Whether scripts written into the page run; absent without a policy.",
    ),
    FactSpec::new(
        "live.https.csp-foreign-scripts",
        Kind::Bool,
        "Whether scripts of any host run; absent without a policy.",
    ),
    FactSpec::new(
        "live.https.plain-resources",
        Kind::List(&Kind::Text),
        "What the front page loads over plain HTTP.",
    ),
    FactSpec::new(
        "live.https.plain-forms",
        Kind::List(&Kind::Text),
        "Where forms of the front page are sent over plain HTTP.",
    ),
    FactSpec::new(
        "live.https.plain-links",
        Kind::List(&Kind::Text),
        "Links of the front page to its own host over plain HTTP.",
    ),
    FactSpec::new(
        "live.https.unpinned-scripts",
        Kind::List(&Kind::Text),
        "Scripts that the front page loads from other domains without a hash to pin them.",
    ),
    FactSpec::new(
        "live.https.opener-policy",
        Kind::Text,
        "The Cross-Origin-Opener-Policy as browsers read it; absent if there is none that they accept.",
    ),
    FactSpec::new(
        "live.https.cookies-cacheable",
        Kind::Bool,
        "Whether shared caches may keep the front page although it sets a cookie; absent if it sets none.",
    ),
];

impl Probe for FrontPage {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, so_far: &Answers) -> Vec<Question> {
        match way_to_front_page(site, so_far).end {
            End::Open(next) => vec![Question::Page(next)],
            _ => Vec::new(),
        }
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let page = match front_page(site, answers) {
            Ok(page) => page,
            Err(unknown) => return all_unknown(SPECS, &unknown),
        };
        let response = page.response;
        let mut facts = Facts::default();
        facts.put("live.https.html", page.fact(response.is_html(), &["content-type"]));
        facts.put("live.https.headers", headers(page));
        let name = "x-content-type-options";
        facts.put("live.https.nosniff", page.fact(nosniff(response.values(name)), &[name]));
        let name = "referrer-policy";
        let policy = referrer_policy(response.values(name));
        let policy = policy.map_or(Value::Absent, Value::from);
        facts.put("live.https.referrer-policy", page.fact(policy, &[name]));
        resources(page, &mut facts);
        let name = "cross-origin-opener-policy";
        let policy = structured_token(response.values(name)).map_or(Value::Absent, Value::from);
        facts.put("live.https.opener-policy", page.fact(policy, &[name]));
        let name = "set-cookie";
        let cacheable = match response.values(name).next() {
            Some(_) => Value::Bool(shared_caches_keep(response.values("cache-control"))),
            None => Value::Absent,
        };
        facts.put("live.https.cookies-cacheable", page.fact(cacheable, &["cache-control", name]));
        content_policy(page, &mut facts);
        facts
    }
}

/// The way from the address that was given to the page that a visitor sees.
pub(super) fn way_to_front_page<'a>(site: &Site, answers: &'a Answers) -> Journey<'a> {
    journey(answers, &site.front(), |next| site.has(next))
}

/// The page that a visitor sees, or why it is not known.
pub(super) fn front_page<'a>(
    site: &Site,
    answers: &'a Answers,
) -> Result<Exchanged<'a>, Box<Fact>> {
    let journey = way_to_front_page(site, answers);
    let last = journey.hops.last().map(|(_, hop)| *hop);
    let at = |why: Ignorance| match last {
        Some(hop) => Box::new(hop.fact(why, &["location"])),
        None => Box::new(unknown(why, &site.front())),
    };
    match journey.end {
        End::Page(page) => match page.response.refusal() {
            Some(why) => Err(Box::new(page.fact(why, &["retry-after", "server"]))),
            None => Ok(page),
        },
        End::Open(_) | End::TooLong => Err(at(Ignorance::new(TOO_LONG))),
        End::Elsewhere(next) => {
            let why = "the front page leads to another address";
            Err(at(Ignorance::new(why).settled_by(format!("give `--url {next}`"))))
        }
        End::Circle => Err(at(Ignorance::new("the redirects of the front page lead nowhere"))),
        End::Lost(request, why) => Err(Box::new(unknown(why.ignorance(), &request))),
    }
}

fn headers(page: Exchanged<'_>) -> Fact {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &page.response.headers {
        let name = name.to_ascii_lowercase();
        if name == "set-cookie" {
            continue;
        }
        joined
            .entry(name)
            .and_modify(|known| {
                known.push_str(", ");
                known.push_str(value);
            })
            .or_insert_with(|| value.clone());
    }
    let fields = joined.into_iter().map(|(name, value)| {
        let fact = page.fact(value, &[&name]);
        (name, fact)
    });
    page.fact(Value::record(fields), &[])
}

/// What the page loads, and where it sends what is typed; in plain HTTP, unless it tells browsers to
/// use HTTPS all the same.
fn resources(page: Exchanged<'_>, facts: &mut Facts) {
    let paths = [
        "live.https.plain-resources",
        "live.https.plain-forms",
        "live.https.plain-links",
        "live.https.unpinned-scripts",
    ];
    if !page.response.is_readable() {
        let why = "the page is compressed, though nobody asked for that";
        let unknown = page.fact(Ignorance::new(why), &["content-encoding"]);
        for path in paths {
            facts.put(path, unknown.clone());
        }
        return;
    }
    let body = &page.response.body;
    let upgraded = content_policies(page.response.values("content-security-policy"))
        .iter()
        .any(|policy| policy.directives.contains_key("upgrade-insecure-requests"));
    let plain = |found: Vec<String>| if upgraded { Vec::new() } else { found };
    let scripts = markup::unpinned_scripts(&page.request.url, body);
    let found = [
        plain(markup::plain_resources(body)),
        plain(markup::plain_forms(body)),
        plain(markup::plain_links(&page.request.url, body)),
        scripts.iter().map(ToString::to_string).collect(),
    ];
    for (path, found) in paths.into_iter().zip(found) {
        let items = found.into_iter().map(|address| page.fact(address, &["content-type"]));
        facts.put(path, page.fact(items.collect::<Vec<Fact>>(), &["content-type"]));
    }
}

fn content_policy(page: Exchanged<'_>, facts: &mut Facts) {
    let name = "content-security-policy";
    let response: &Response = page.response;
    let sent = content_policies(response.values(name));
    let stated = markup::stated_policies(&response.body);
    let enforced: Vec<ContentPolicy> =
        sent.iter().cloned().chain(content_policies(stated.iter().map(String::as_str))).collect();
    let text: Vec<&str> =
        response.values(name).chain(stated.iter().map(String::as_str)).map(str::trim).collect();
    let text = if enforced.is_empty() { Value::Absent } else { Value::from(text.join(", ")) };
    facts.put("live.https.csp", page.fact(text, &[name, "content-security-policy-report-only"]));
    // A page is under all of its policies at once: what one of them forbids is forbidden.
    let allowed = |allows: fn(&ContentPolicy) -> bool| {
        let all = Value::Bool(enforced.iter().all(allows));
        page.fact(if enforced.is_empty() { Value::Absent } else { all }, &[name])
    };
    facts.put("live.https.csp-inline-scripts", allowed(ContentPolicy::allows_inline_scripts));
    facts.put("live.https.csp-foreign-scripts", allowed(ContentPolicy::allows_foreign_scripts));
    // Where a policy speaks of frames, browsers do not look at `X-Frame-Options` any more.
    let ancestors: Vec<bool> =
        sent.iter().filter_map(ContentPolicy::allows_foreign_frames).collect();
    let denied = if ancestors.is_empty() {
        frame_options_deny(response.values("x-frame-options"))
    } else {
        ancestors.contains(&false)
    };
    facts.put("live.https.framing-denied", page.fact(denied, &["x-frame-options", name]));
}
