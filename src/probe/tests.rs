//! How a site is asked: what is put first, what waits, and what is left out.

use super::*;
use std::collections::VecDeque;

/// Answers the questions of a transcript one after the other, the first that was put first.
struct OneByOne {
    transcript: transcript::Transcript,
    put: std::sync::Mutex<Vec<Question>>,
    left: usize,
}

impl Transport for OneByOne {
    fn converse(&self, questions: Vec<Question>, hear: &mut Hearing<'_>) {
        let mut waiting = VecDeque::from(questions.clone());
        self.put.lock().unwrap().extend(questions);
        while let Some(first) = waiting.pop_front() {
            let next = hear(self.transcript.ask(vec![first]));
            waiting.extend(next.iter().cloned());
            self.put.lock().unwrap().extend(next);
        }
    }

    fn requests_left(&self) -> usize {
        let put = self.put.lock().unwrap();
        self.left - put.iter().filter(|question| is_page(question)).count()
    }
}

fn put_to(transcript: &str, left: usize) -> Vec<String> {
    put_to_site(transcript, left, |_| {})
}

fn put_to_site(transcript: &str, left: usize, change: impl FnOnce(&mut Site)) -> Vec<String> {
    let transcript = transcript::read(transcript).unwrap();
    let mut site = transcript.site.clone();
    change(&mut site);
    let transport = OneByOne { transcript, put: std::sync::Mutex::default(), left };
    interview(&site, &transport);
    let put = transport.put.into_inner().unwrap();
    let urls = put.iter().filter_map(|question| match question {
        Question::Page(request) => Some(request.url.to_string()),
        _ => None,
    });
    urls.collect()
}

const WITH_FILE: &str = "> GET https://example.test/\n\
                         < HTTP/1.1 200 OK\n\
                         | <script src=/site.js></script>\n";

#[test]
fn what_an_answer_leads_to_is_put_although_others_are_not_answered() {
    let put = put_to(WITH_FILE, usize::MAX);
    let file = put.iter().position(|url| url == "https://example.test/site.js").unwrap();
    let hidden = put.iter().position(|url| url == "https://example.test/.env").unwrap();
    assert!(hidden < file && file < put.len() - 1, "{put:?}");
}

#[test]
fn what_an_answer_leads_to_finds_a_request_left() {
    for left in [HELD_BACK + 1, 12, 20] {
        let put = put_to(WITH_FILE, left);
        assert!(put.iter().any(|url| url == "https://example.test/site.js"), "{put:?}");
        assert_eq!(put.len(), left, "{put:?}");
    }
}

#[test]
fn a_pair_that_tells_too_little_is_taken_apart_before_wishes_are_asked() {
    let shown_in_plain = "> GET https://example.test/\n\
                          < HTTP/1.1 200 OK\n\
                          > GET http://example.test/\n\
                          < HTTP/1.1 200 OK\n";
    let put = put_to(shown_in_plain, usize::MAX);
    let is_plain = |url: &String| url.starts_with("http://");
    assert_eq!(put.iter().filter(|url| is_plain(url)).count(), 4, "{put:?}");
    let last = put.iter().rposition(is_plain).unwrap();
    let wish = put.iter().position(|url| url.ends_with("/openapi.json")).unwrap();
    assert!(last < wish, "{put:?}");
}

#[test]
fn each_probe_is_granted_a_wish_before_any_has_its_second() {
    let put = put_to(WITH_FILE, usize::MAX);
    let first = |path: &str| put.iter().position(|url| url.ends_with(path)).unwrap();
    assert!(first("/openapi.json") < first("/docs"), "{put:?}");
    assert!(first("/health/") < first("/docs"), "{put:?}");
    assert!(first("/docs") < first("/healthz"), "{put:?}");
}

#[test]
fn of_the_site_of_a_project_health_is_asked_before_wishes() {
    let put = put_to_site(WITH_FILE, usize::MAX, |site| site.of_project = true);
    let first = |path: &str| put.iter().position(|url| url.ends_with(path)).unwrap();
    assert!(first("/health/") < first("/.well-known/security.txt"), "{put:?}");
    assert!(first("/.well-known/security.txt") < first("/openapi.json"), "{put:?}");
}

#[test]
fn the_certificate_behind_a_redirect_is_asked_for() {
    let facts = replay(
        "@ on 2026-11-21\n\
         > GET https://example.test/\n\
         < HTTP/1.1 200 OK\n\
         > GET http://example.test/\n\
         < HTTP/1.1 301 Moved Permanently\n\
         < Location: https://example.test:8443/\n\
         > GET https://example.test:8443/\n\
         < HTTP/1.1 200 OK\n\
         > TLS https://example.test:8443/\n\
         < Versions: TLSv1.3\n\
         < Certificate-Names: example.test\n\
         < Certificate-Not-After: 2027-03-01\n",
    )
    .unwrap();
    let tests = facts.at("live.observatory.tests").into_owned();
    let of_redirects = tests.value.items().iter().find_map(|test| {
        let named = test.text_of("test") == Some("redirection");
        test.value.field("result").filter(|_| named)
    });
    assert_eq!(of_redirects.unwrap().value.text(), Some("redirection-to-https"));
}
