//! A recorded interview: a text that answers instead of the network.
//!
//! Examples of checks, whole fixtures and `--replay` are transcripts:
//!
//! ```text
//! @ on 2026-11-21
//! @ health /health/
//!
//! > GET https://example.test/
//! > Origin: https://probe.invalid
//! < HTTP/1.1 200 OK
//! < Content-Type: text/html
//! < after 0.2 seconds
//! | <!doctype html>
//! | <title>example</title>
//!
//! > GET http://example.test/
//! ! connection refused
//!
//! > DNS example.test CAA
//! < Record: 0 issue "ca.example"
//!
//! > TLS https://example.test/
//! < Versions: TLSv1.2 TLSv1.3
//! < Certificate-Names: example.test www.example.test
//! < Certificate-Not-After: 2027-01-31
//! < Certificate-Issuer: CN=Example CA
//! < Certificate-Key: EC 256
//! ```
//!
//! - `@` tells about the interview: `on` its day; `health`, `paths`, `privacy`, `terms`, `logout` and `frontend`, `mail-domain`,
//!   `dkim-selectors`, `login`, `protected`, `tokens`, `webhooks` and `uploads` what the user named, `active`
//!   that he allows to try it;
//!   `url` and `plain` the site's addresses. Without these the first HTTPS and the first plain address
//!   asked for are the site's.
//! - `>` is what was asked: a line `GET`, `POST`, `OPTIONS`, `TRACE` or `TLS` with an address, or `DNS` with a name and a
//!   kind of record; then the headers that make it a
//!   question of its own.
//! - `<` is what came back: the status line and the headers in their order, and how long it took.
//! - `|` is the body, a line each.
//! - `!` says why nothing came back; `! connection refused` is an answer of its own.
//! - `#` is a comment, and an empty line is left out.
//!
//! `DNS` has a line `Record` for each record, and `No-Such-Name: yes` where the name does not exist.
//! `TLS` has several questions in one: with `Versions` all other versions were refused, unless
//! `Versions-Unknown` says why some are not known. `Suites-TLSv1.2` are the cipher suites of that version,
//! `Suites-Order` whether the `server` or the `client` decides among them, `Groups` and `DH-Bits` how keys
//! are exchanged, `Resumed` the versions in which sessions are taken up again, `Elsewhere` what another address shows. `Agreed-Version` is the one in
//! which the certificate was shown. `Certificate-Distrust` says why the certificate is not trusted; without it,
//! it is.

use std::collections::BTreeMap;

use url::Url;

use super::active::Active;
use super::question::{Answer, Method, Question, Request, Response, Unanswered};
use super::recorded::{Asked, What, tried};
use super::{Hearing, Site, Transport, told};
use crate::date::Date;
use crate::fact::Ignorance;
use crate::problem::{Problem, SourcePlace};

/// The file's name in problems.
const NAME: &str = "transcript";

/// A transcript that has been read.
#[derive(Debug)]
pub struct Transcript {
    /// The site that was asked.
    pub site: Site,
    answers: BTreeMap<Question, Result<Answer, Unanswered>>,
}

impl Transport for Transcript {
    fn converse(&self, mut questions: Vec<Question>, hear: &mut Hearing<'_>) {
        let not_asked = || Unanswered::NotAsked(Ignorance::new("not asked in this transcript"));
        while !questions.is_empty() {
            let answered = questions.into_iter().map(|question| {
                let answer = self.answers.get(&question).cloned();
                (question, answer.unwrap_or_else(|| Err(not_asked())))
            });
            questions = hear(answered.collect());
        }
    }
}

/// Reads a transcript.
pub fn read(text: &str) -> Result<Transcript, Problem> {
    let mut reader = Reader::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        reader.line(content).map_err(|problem| {
            problem.at(SourcePlace::of(NAME, text, &(at..at + content.len())))
        })?;
        at += line.len();
    }
    reader.finish()
}

/// What can be told about an interview.
const NOTES: [&str; 18] = [
    "on",
    "health",
    "paths",
    "privacy",
    "terms",
    "logout",
    "frontend",
    "mail-domain",
    "dkim-selectors",
    "url",
    "plain",
    "active",
    "login",
    "login-json",
    "protected",
    "tokens",
    "webhooks",
    "uploads",
];

#[derive(Default)]
struct Reader {
    notes: BTreeMap<String, String>,
    asked: Vec<Asked>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), Problem> {
        let (mark, rest) = line.split_at(line.chars().next().map_or(0, char::len_utf8));
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        match mark {
            "" | "#" => Ok(()),
            _ if line.trim().is_empty() => Ok(()),
            "@" => self.note(rest.trim()),
            ">" => self.sent(rest.trim()),
            "<" => self.received(rest.trim()),
            "|" => {
                let body = &mut self.response()?.body;
                body.push_str(rest);
                body.push('\n');
                Ok(())
            }
            "!" => {
                self.current()?.failure = Some(rest.trim().to_owned());
                Ok(())
            }
            _ => Err(Problem::new(
                "a line of a transcript begins with `>`, `<`, `|`, `!`, `@` or `#`",
            )),
        }
    }

    fn note(&mut self, note: &str) -> Result<(), Problem> {
        let (key, value) = note.split_once(' ').unwrap_or((note, ""));
        if !NOTES.contains(&key) {
            return Err(Problem::new(format!("unknown note `{key}`"))
                .with_hint(format!("known: {}", NOTES.join(", "))));
        }
        if key == "on" && Date::parse(value.trim()).is_none() {
            return Err(
                Problem::new(format!("`{value}` is no day")).with_hint("write `2026-11-21`")
            );
        }
        self.notes.insert(key.to_owned(), value.trim().to_owned());
        Ok(())
    }

    fn sent(&mut self, line: &str) -> Result<(), Problem> {
        if let Some(asked) = line.strip_prefix("DNS ") {
            let what = What::Dns(told::lookup(asked)?);
            self.asked.push(Asked { what, response: None, failure: None });
            return Ok(());
        }
        if let Some((word @ ("GET" | "POST" | "OPTIONS" | "TRACE" | "TLS"), address)) =
            line.split_once(' ')
        {
            let mut url = Url::parse(address.trim())
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
                .ok_or_else(|| Problem::new(format!("`{address}` is no web address")))?;
            url.set_fragment(None);
            let method = match word {
                "OPTIONS" => Method::Options,
                "POST" => Method::Post,
                "TRACE" => Method::Trace,
                _ => Method::Get,
            };
            let what = match word {
                "TLS" => What::Tls(url),
                _ => What::Page(Request { url, method, headers: Vec::new() }),
            };
            self.asked.push(Asked { what, response: None, failure: None });
            return Ok(());
        }
        let (name, value) = line.split_once(':').ok_or_else(|| {
            Problem::new(
                "a question begins with `GET`, `POST`, `OPTIONS` or `TLS` and an address, or `DNS`",
            )
        })?;
        let What::Page(request) = &mut self.current()?.what else {
            return Err(Problem::new("only a request has headers"));
        };
        request.headers.push((name.trim().to_owned(), value.trim().to_owned()));
        Ok(())
    }

    fn received(&mut self, line: &str) -> Result<(), Problem> {
        if let Some(status) = line.strip_prefix("HTTP/") {
            let mut words = status.splitn(3, ' ');
            let code = words.nth(1).and_then(|code| code.parse().ok());
            let status = code
                .filter(|code| (100..1000).contains(code))
                .ok_or_else(|| Problem::new("a status line is `HTTP/1.1 200 OK`"))?;
            let response = self.response()?;
            response.status = status;
            words.next().unwrap_or_default().clone_into(&mut response.reason);
            return Ok(());
        }
        if let Some(seconds) =
            line.strip_prefix("after ").and_then(|rest| rest.strip_suffix(" seconds"))
        {
            let seconds: f64 = seconds
                .parse()
                .ok()
                .filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0)
                .ok_or_else(|| Problem::new(format!("`{seconds}` is no number of seconds")))?;
            self.response()?.seconds = seconds;
            return Ok(());
        }
        let (name, value) = line.split_once(':').ok_or_else(|| {
            Problem::new("an answer is a status line, headers, and `after N seconds`")
        })?;
        let header = (name.trim().to_owned(), value.trim().to_owned());
        self.response()?.headers.push(header);
        Ok(())
    }

    fn current(&mut self) -> Result<&mut Asked, Problem> {
        let nothing =
            || Problem::new("nothing was asked yet").with_hint("begin with `> GET https://…`");
        self.asked.last_mut().ok_or_else(nothing)
    }

    fn response(&mut self) -> Result<&mut Response, Problem> {
        Ok(self.current()?.response.get_or_insert_default())
    }

    fn finish(self) -> Result<Transcript, Problem> {
        let note = |key: &str| self.notes.get(key).map(String::as_str);
        let first = |scheme: &str| {
            let mut asked = self.asked.iter().filter_map(|asked| asked.what.url().cloned());
            asked.find(|url| url.scheme() == scheme).map(front_of)
        };
        let (url, plain) = (first("https"), first("http"));
        let address = note("url").map(str::to_owned).or_else(|| url.or_else(|| plain.clone()));
        let address = address.ok_or_else(|| Problem::new("a transcript asks something"))?;
        let plain = note("plain").map(str::to_owned).or(plain);
        let mut site = Site::parse(&address, plain.as_deref())?;
        site.health = note("health").map(str::to_owned);
        let words = |key: &str| {
            let words = note(key).unwrap_or_default().split_whitespace();
            words.map(str::to_owned).collect::<Vec<String>>()
        };
        site.paths = words("paths");
        site.privacy = note("privacy").map(str::to_owned);
        site.terms = note("terms").map(str::to_owned);
        site.logout = note("logout").map(str::to_owned);
        site.mail_domain = note("mail-domain").map(str::to_owned);
        site.dkim_selectors = words("dkim-selectors");
        site.frontend = note("frontend").map(str::to_owned);
        site.active = Active {
            allowed: note("active").is_some(),
            login: note("login").map(str::to_owned),
            login_json: note("login-json").is_some(),
            protected: words("protected"),
            tokens: words("tokens"),
            webhooks: words("webhooks"),
            uploads: words("uploads"),
            ..Active::default()
        };
        site.today = note("on").and_then(Date::parse);
        let mut answers = BTreeMap::new();
        let tried = tried(&self.asked);
        for asked in self.asked {
            answers.extend(asked.answers()?);
        }
        answers.extend(tried);
        Ok(Transcript { site, answers })
    }
}

/// The front page of the site that an address is on.
fn front_of(url: Url) -> String {
    url.join("/").unwrap_or(url).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::replay;

    #[test]
    fn what_a_transcript_says_becomes_facts() {
        let facts = replay(
            "@ on 2026-11-21\n\
             @ health /up\n\
             # as the site was on that day\n\
             > GET https://example.test/\n\
             < HTTP/1.1 200 OK\n\
             < Strict-Transport-Security: max-age=60\n\
             | <!doctype html>\n\
             |\n\
             > GET https://example.test/up\n\
             < HTTP/1.1 200 OK\n\
             < after 0.25 seconds\n\
             > GET http://example.test/\n\
             ! connection refused\n\
             > TLS https://example.test/\n\
             < Versions: TLSv1.3\n\
             < Certificate-Names: example.test\n\
             < Certificate-Not-After: 2026-12-01\n\
             < Certificate-Key: RSA 2048\n",
        )
        .unwrap();
        for (path, shown) in [
            ("live.reached", "true"),
            ("live.https.hsts-max-age-seconds", "60"),
            ("live.https.html", "true"),
            ("live.health.seconds", "0.3"),
            ("live.http.open", "false"),
            ("live.tls.versions", "[\"TLSv1.3\"]"),
            ("live.certificate.days-left", "10"),
            ("live.certificate.key-bits", "2048"),
            ("live.cors-probes", "unknown (not asked in this transcript)"),
        ] {
            assert_eq!(facts.at(path).value.to_string(), shown, "{path}");
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        for (text, told) in [
            ("", "a transcript asks something"),
            ("GET /", "transcript:1:1: a line of a transcript begins with"),
            ("< HTTP/1.1 200 OK", "transcript:1:1: nothing was asked yet"),
            ("> GET /", "transcript:1:1: `/` is no web address"),
            ("> GET https://a.test/\n< HTTP/1.1 OK", "transcript:2:1: a status line is"),
            ("> GET https://a.test/\n< after long seconds", "`long` is no number of seconds"),
            ("@ day 1", "transcript:1:1: unknown note `day`"),
            ("@ on Monday", "`Monday` is no day; write `2026-11-21`"),
            ("> TLS https://a.test/\n< Versions: TLSv1", "unknown version of TLS: `TLSv1`"),
        ] {
            let problem = read(text).unwrap_err().to_string();
            assert!(problem.contains(told), "{text}\n{problem}");
        }
    }
}
