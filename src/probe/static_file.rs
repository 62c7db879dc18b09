//! A file that the front page loads: how it is sent, and for how long browsers keep it.

use url::Url;

use super::answers::{Answers, Exchanged};
use super::front_page::front_page;
use super::markup;
use super::question::{Question, Request};
use super::{Probe, Site, all_unknown};
use crate::fact::{FactSpec, Facts, Ignorance, Kind, Value};
use crate::grammar::http_caching::browsers_keep_for;

/// Asks for the first style sheet or script of the site's own, as browsers do.
pub struct StaticFile;

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.static-file.url",
        Kind::Text,
        "The first style sheet or script of the site's own that the front page loads; absent if it loads none.",
    ),
    FactSpec::new(
        "live.static-file.compressed",
        Kind::Bool,
        "Whether it is sent compressed to whoever understands that; unknown if there is none.",
    ),
    FactSpec::new(
        "live.static-file.bytes",
        Kind::Number,
        "What is sent, up to half a megabyte; unknown likewise.",
    ),
    FactSpec::new(
        "live.static-file.fingerprinted",
        Kind::Bool,
        "Whether its name has a part that changes with what is in it; unknown likewise.",
    ),
    FactSpec::new(
        "live.static-file.kept-seconds",
        Kind::Number,
        "For how long browsers keep it without asking again; absent if that is not said.",
    )
    .in_unit("seconds"),
];

/// The headers that say how it is sent.
const SHOWN: &[&str] = &["content-type", "content-encoding", "content-length"];

/// The same of caching.
const SHOWN_OF_CACHING: &[&str] = &["cache-control", "expires"];

impl Probe for StaticFile {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, so_far: &Answers) -> Vec<Question> {
        static_file(site, so_far).map(Question::Page).into_iter().collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let front = match front_page(site, answers) {
            Ok(front) => front,
            Err(unknown) => return all_unknown(SPECS, &unknown),
        };
        let Some(request) = static_file(site, answers) else {
            let none = Ignorance::new("the front page loads no file of its own site");
            let mut facts = all_unknown(SPECS, &front.fact(none, &[]));
            facts.put("live.static-file.url", front.fact(Value::Absent, &[]));
            return facts;
        };
        match answers.telling(&request) {
            Ok(file) if file.response.status == 200 => described(file),
            Ok(other) => {
                let status = other.response.status;
                let why = format!("the site answers {status} in place of the file");
                all_unknown(SPECS, &other.fact(Ignorance::new(why), SHOWN))
            }
            Err(unknown) => all_unknown(SPECS, &unknown),
        }
    }
}

/// The request for a static file of the site's own that the front page loads, as browsers send it.
pub(super) fn static_file(site: &Site, answers: &Answers) -> Option<Request> {
    let front = front_page(site, answers).ok()?;
    let url = markup::static_file(&front.request.url, &front.response.body)?;
    Some(Request::get(url).with("Accept-Encoding", "gzip, br"))
}

fn described(file: Exchanged<'_>) -> Facts {
    let response = file.response;
    let mut facts = Facts::default();
    facts.put("live.static-file.url", file.fact(file.request.url.as_str(), &[]));
    facts.put("live.static-file.compressed", file.fact(!response.is_readable(), SHOWN));
    let told = response.values("content-length").next().and_then(|length| length.parse().ok());
    let bytes = told.unwrap_or_else(|| i64::try_from(response.body.len()).unwrap_or(i64::MAX));
    facts.put("live.static-file.bytes", file.fact(bytes, SHOWN));
    let fingerprinted = has_fingerprint(&file.request.url);
    facts.put("live.static-file.fingerprinted", file.fact(fingerprinted, &[]));
    facts.put("live.static-file.kept-seconds", file.fact(kept(file), SHOWN_OF_CACHING));
    facts
}

/// How long browsers keep a file. `Expires` alone says it as well, by a clock that is not ours.
fn kept(file: Exchanged<'_>) -> Value {
    let expires = file.response.values("expires").next().is_some();
    match browsers_keep_for(file.response.values("cache-control")) {
        Some(seconds) => Value::Int(seconds),
        None if expires => Value::Unknown(Ignorance::new("only `Expires` says it")),
        None => Value::Absent,
    }
}

/// The fewest hexadecimal digits that are a fingerprint; Django writes twelve of them.
const FEWEST_DIGITS: usize = 8;

/// Whether a part of the file's name is a checksum in hexadecimal digits. A date or a number is none.
fn has_fingerprint(url: &Url) -> bool {
    let name = url.path_segments().and_then(Iterator::last).unwrap_or_default();
    name.split(['.', '-', '_']).any(|part| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let all = part.len() >= FEWEST_DIGITS && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        all && digits > 0 && digits < part.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_in_the_name_is_a_fingerprint() {
        for (path, expected) in [
            ("/static/site.1a2b3c4d5e6f.css", true),
            ("/assets/index-0f3c9a71.js", true),
            ("/static/site.css", false),
            ("/static/site.20261130.css", false),
            ("/static/deadbeef.css", false),
            ("/static/jquery-3.7.1.min.js", false),
            ("/1a2b3c4d5e6f/site.css", false),
            ("/site.css?v=1a2b3c4d5e6f", false),
        ] {
            let url = Url::parse("https://shop.test").unwrap().join(path).unwrap();
            assert_eq!(has_fingerprint(&url), expected, "{path}");
        }
    }
}
