//! Which versions of software the site tells: on the front page, on errors, on files and over plain HTTP.
//! What answers them is often not the same program.

use std::collections::BTreeSet;

use super::answers::{Answers, Exchanged};
use super::front_page::front_page;
use super::{Probe, Site};
use crate::fact::{Fact, FactSpec, Facts, Kind};

/// Looks at every answer, and asks nothing.
pub struct Banners;

const SPECS: &[FactSpec] = &[FactSpec::new(
    "live.https.version-banners",
    Kind::List(&Kind::Text),
    "Headers of all answers that tell the version of software, each as it was sent, and once.",
)];

/// Headers in which software names itself.
const BANNERS: [&str; 5] =
    ["server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator"];

impl Probe for Banners {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let front = front_page(site, answers);
        let others = answers.pages().filter(|page| site.is_own(&page.request.url));
        let pages = front.iter().copied().chain(others);
        let (mut known, mut told) = (BTreeSet::new(), Vec::new());
        for (page, name, banner) in pages.flat_map(banners) {
            if known.insert(banner.clone()) {
                told.push(page.fact(banner, &[name]));
            }
        }
        let fact = match front {
            Ok(page) => page.fact(told, &["server", "x-powered-by"]),
            Err(_) if !told.is_empty() => Fact::derived(told),
            Err(unknown) => *unknown,
        };
        let mut facts = Facts::default();
        facts.put("live.https.version-banners", fact);
        facts
    }
}

/// The banners of an answer with a version in them: a bare name tells little.
fn banners(page: Exchanged<'_>) -> Vec<(Exchanged<'_>, &'static str, String)> {
    let of = |name: &'static str| {
        let values = page.response.values(name).filter(move |value| tells_version(name, value));
        values.map(move |value| (page, name, format!("{name}: {value}")))
    };
    BANNERS.into_iter().flat_map(of).collect()
}

/// `nginx/1.22` and `PHP 8.1` do, `AmazonS3` does not; a header named for a version always does.
fn tells_version(name: &str, value: &str) -> bool {
    let bytes = value.as_bytes();
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    name.ends_with("version")
        || bytes.windows(2).any(|pair| pair.first() == Some(&b'/') && digit(pair.get(1)))
        || bytes
            .windows(3)
            .any(|three| digit(three.first()) && three.get(1) == Some(&b'.') && digit(three.get(2)))
}
