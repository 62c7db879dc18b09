//! What MDN's HTTP Observatory would say of the site: its tests, score and grade, algorithm 6.
//!
//! This is for comparing with what people know. Where the Observatory judges otherwise than browsers do,
//! it is followed all the same; what prodcheck itself thinks of the same answers is told by checks.

mod content_policy;
mod cookies;
mod headers;
mod page;
mod policy;
mod preloaded;
mod scripts;
mod session;
mod transport;
mod verdict;

pub use verdict::Verdict;

use page::Page;
use session::{End, Session};

use super::answers::Answers;
use super::question::{Method, Question, Request, Unanswered};
use super::site::Site;
use super::{Probe, all_unknown, verified};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};

/// Follows the site's redirects as the Observatory does, and judges what comes.
pub struct Observatory;

/// The version of the Observatory's rules that is followed.
pub const ALGORITHM: i64 = 6;

const TEST: &[FactSpec] = &[
    FactSpec::new("test", Kind::Text, "The name of the test."),
    FactSpec::new("result", Kind::Text, "The Observatory's word for its outcome."),
    FactSpec::new("score-modifier", Kind::Number, "What it adds to the score."),
    FactSpec::new("pass", Kind::Bool, "Whether the Observatory counts it as passed."),
];

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.observatory.grade",
        Kind::Text,
        "The grade that MDN's HTTP Observatory would give, algorithm 6.",
    ),
    FactSpec::new("live.observatory.score", Kind::Number, "Its score; 100 and more is an A+."),
    FactSpec::new(
        "live.observatory.tests",
        Kind::List(&Kind::Record(TEST)),
        "Its twelve tests. Of the preload list only top-level domains are known here.",
    ),
];

/// The origin in whose name leave is asked; one that no site can know.
const ORIGIN: &str = "https://probe.invalid";

/// The test whose outcomes all cost nothing.
const SHARING: &str = "cross-origin-resource-sharing";

/// Each test with its outcome, in the Observatory's order.
pub type Outcomes = Vec<(&'static str, Result<Verdict, Ignorance>)>;

impl Probe for Observatory {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, so_far: &Answers) -> Vec<Question> {
        let sessions = Sessions::of(site, so_far);
        let mut questions = Vec::new();
        for session in [&sessions.plain, &sessions.secure] {
            if let End::Open(next) = &session.end {
                questions.push(Question::Page(next.clone()));
            }
            let hops = session.route.iter().map(|page| &page.request.url);
            let secure = hops.filter(|url| url.scheme() == "https");
            questions.extend(secure.map(|url| verified::question(site, url)));
        }
        questions.extend(sessions.preflight(site).map(Question::Page));
        questions
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let outcomes = match outcomes(site, answers) {
            Ok(outcomes) => outcomes,
            Err(why) => return all_unknown(SPECS, &Fact::derived(why)),
        };
        let mut facts = Facts::default();
        let (score, grade) = match score_and_grade(&outcomes) {
            Ok((score, grade)) => (Value::Int(score), Value::from(grade)),
            Err(why) => (Value::from(why.clone()), Value::from(why)),
        };
        facts.put("live.observatory.grade", Fact::derived(grade));
        facts.put("live.observatory.score", Fact::derived(score));
        let tests: Vec<Fact> = outcomes.into_iter().map(described).collect();
        facts.put("live.observatory.tests", Fact::derived(tests));
        facts
    }
}

/// How much of the preload list is known.
pub const PRELOAD_LIST: &str = preloaded::EXTENT;

/// The score and the grade of all tests, if they can be told.
pub fn score_and_grade(outcomes: &Outcomes) -> Result<(i64, &'static str), Ignorance> {
    let mut modifiers = Vec::new();
    for (test, outcome) in outcomes {
        match outcome {
            Ok(verdict) => modifiers.push(verdict.modifier),
            // Whatever its outcome, it adds nothing.
            Err(_) if *test == SHARING => {}
            Err(why) => return Err(why.clone()),
        }
    }
    let score = verdict::score(modifiers.iter().copied());
    Ok((score, verdict::grade(score)))
}

fn described((test, outcome): (&'static str, Result<Verdict, Ignorance>)) -> Fact {
    let of = |value: &dyn Fn(Verdict) -> Value| match &outcome {
        Ok(verdict) => Fact::derived(value(*verdict)),
        Err(why) => Fact::derived(why.clone()),
    };
    Fact::derived(Value::record([
        ("test", Fact::derived(test)),
        ("result", of(&|verdict| verdict.code.into())),
        ("score-modifier", of(&|verdict| Value::Int(verdict.modifier))),
        ("pass", of(&|verdict| verdict.passed.into())),
    ]))
}

/// The two ways that the Observatory goes.
struct Sessions<'a> {
    plain: Session<'a>,
    secure: Session<'a>,
}

impl<'a> Sessions<'a> {
    fn of(site: &Site, answers: &'a Answers) -> Self {
        Self {
            plain: Session::follow(site, answers, &site.plain),
            secure: Session::follow(site, answers, &site.url),
        }
    }

    /// The one whose last answer is judged: that over HTTPS, unless nothing comes of it.
    fn judged(&self) -> &Session<'a> {
        if matches!(self.secure.end, End::Silent) { &self.plain } else { &self.secure }
    }

    /// The question whether pages elsewhere may read the front page.
    fn preflight(&self, site: &Site) -> Option<Request> {
        let last = self.judged().last().filter(|_| !site.passive)?;
        let request =
            Request { url: last.request.url.clone(), method: Method::Options, headers: Vec::new() };
        Some(request.with("Origin", ORIGIN).with("Access-Control-Request-Method", "GET"))
    }
}

/// All tests with their outcomes, or why the Observatory would not begin.
pub fn outcomes(site: &Site, answers: &Answers) -> Result<Outcomes, Ignorance> {
    let sessions = Sessions::of(site, answers);
    let judged = sessions.judged();
    if let Some(why) = judged.ignorance() {
        return Err(why);
    }
    let last = judged.last().ok_or_else(|| Ignorance::new("the site does not answer"))?;
    let status = last.response.status;
    if !matches!(status, 200..=399 | 401 | 403) {
        return Err(Ignorance::new(format!("a site that answers {status} gets no score")));
    }
    let page = Page::of(last, judged.start.scheme() == "https");
    let stated = page.stated();
    let policy = stated.as_ref().map(|stated| content_policy::content_policy(&page, stated));
    let policy = policy.map_err(Clone::clone);
    let hsts = transport::strict_transport(site, answers, &sessions.secure);
    let sharing = match sessions.preflight(site).map(|request| answers.page(&request)) {
        Some(Ok(page)) => Ok(headers::resource_sharing(Some(page.response))),
        Some(Err(Unanswered::NotAsked(why))) => Err(why),
        Some(Err(_)) => Ok(headers::resource_sharing(None)),
        None => Err(site.why_not_asked()),
    };
    let by_policy = policy.as_ref().map(|found| found.speaks_of_frames);
    let further = judged.further(site, answers);
    let hsts_passed = hsts.clone().map(|verdict| verdict.passed);
    let cookies = cookies::cookies(&judged.route, &further, hsts_passed);
    Ok(vec![
        (
            "content-security-policy",
            policy.as_ref().map(|found| found.verdict).map_err(Clone::clone),
        ),
        ("cookies", cookies),
        ("cross-origin-embedder-policy", Ok(headers::embedder_policy(&page))),
        ("cross-origin-opener-policy", Ok(headers::opener_policy(&page))),
        (SHARING, sharing),
        ("redirection", transport::redirection(site, answers, &sessions.plain)),
        (
            "referrer-policy",
            stated
                .as_ref()
                .map(|stated| headers::referrer_policy(&page, stated))
                .map_err(Clone::clone),
        ),
        ("strict-transport-security", hsts),
        ("subresource-integrity", scripts::scripts(&page, site.host())),
        ("x-content-type-options", Ok(headers::content_type_options(&page))),
        (
            "x-frame-options",
            by_policy
                .map(|by_policy| headers::frame_options(&page, by_policy))
                .map_err(Clone::clone),
        ),
        ("cross-origin-resource-policy", Ok(headers::resource_policy(&page))),
    ])
}
