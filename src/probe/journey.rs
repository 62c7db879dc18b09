//! Following redirects by hand, one answer at a time, so that every hop is seen.

use url::Url;

use super::answers::{Answers, Exchanged};
use super::question::{Question, Request, Unanswered};

/// Hops followed, as many as the Observatory follows. Browsers give up at 20; here each hop costs a request.
pub(super) const MOST_HOPS: usize = 10;

/// What is told of a way that was not followed to its end.
pub(super) const TOO_LONG: &str = "more redirects than are followed";

/// Where redirects led, as far as was answered.
#[derive(Debug)]
pub(super) struct Journey<'a> {
    /// The redirects on the way, in their order.
    pub(super) hops: Vec<(Url, Exchanged<'a>)>,
    /// How it ended.
    pub(super) end: End<'a>,
}

/// How a journey ended.
#[derive(Debug)]
pub(super) enum End<'a> {
    /// At an answer that is no redirect.
    Page(Exchanged<'a>),
    /// At a request that has not been put yet.
    Open(Request),
    /// At an address where it is not to go on.
    Elsewhere(Url),
    /// Where it had been before.
    Circle,
    /// After more hops than are followed.
    TooLong,
    /// Without an answer.
    Lost(Request, Unanswered),
}

/// Follows redirects from a request on, to addresses that `stays` admits.
pub(super) fn journey<'a>(
    answers: &'a Answers,
    start: &Request,
    stays: impl Fn(&Url) -> bool,
) -> Journey<'a> {
    let mut hops: Vec<(Url, Exchanged<'a>)> = Vec::new();
    let mut request = start.clone();
    loop {
        if hops.iter().any(|(_, hop)| hop.request == &request) {
            return Journey { hops, end: End::Circle };
        }
        if hops.len() >= MOST_HOPS {
            return Journey { hops, end: End::TooLong };
        }
        if !answers.settled(&Question::Page(request.clone())) {
            return Journey { hops, end: End::Open(request) };
        }
        let page = match answers.page(&request) {
            Ok(page) => page,
            Err(why) => return Journey { hops, end: End::Lost(request, why) },
        };
        let Some(mut next) = page.response.redirect(&page.request.url) else {
            return Journey { hops, end: End::Page(page) };
        };
        next.set_fragment(None);
        hops.push((next.clone(), page));
        if !stays(&next) {
            return Journey { hops, end: End::Elsewhere(next) };
        }
        request = Request { url: next, ..start.clone() };
    }
}
