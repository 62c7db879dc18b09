//! The test of scripts from elsewhere: are they loaded securely, and pinned to a hash.

use url::Url;

use super::page::Page;
use super::verdict::{Verdict, fail, pass};
use crate::fact::Ignorance;
use crate::grammar::registered_domain::domain_at_registry;
use crate::probe::markup::{Tag, tags_without_scripting};

const ALL_PINNED: Verdict = pass("sri-implemented-and-all-scripts-loaded-securely", 5);
const FOREIGN_PINNED: Verdict = pass("sri-implemented-and-external-scripts-loaded-securely", 5);
const NOT_HTML: Verdict = pass("sri-not-implemented-response-not-html", 0);
const NO_SCRIPTS: Verdict = pass("sri-not-implemented-but-no-scripts-loaded", 0);
const OWN_ONLY: Verdict = pass("sri-not-implemented-but-all-scripts-loaded-from-secure-origin", 0);
const NOT_PINNED: Verdict = fail("sri-not-implemented-but-external-scripts-loaded-securely", -5);
const PINNED_IN_PLAIN: Verdict =
    fail("sri-implemented-but-external-scripts-not-loaded-securely", -20);
const IN_PLAIN: Verdict = fail("sri-not-implemented-and-external-scripts-not-loaded-securely", -50);

/// From best to worst.
const WORSE: [Verdict; 4] = [ALL_PINNED, PINNED_IN_PLAIN, NOT_PINNED, IN_PLAIN];

/// Judges the scripts of a page on a host.
pub(super) fn scripts(page: &Page<'_>, host: &str) -> Result<Verdict, Ignorance> {
    if !page.content_type().is_empty() && !page.is_html() {
        return Ok(NOT_HTML);
    }
    page.readable()?;
    let mut worst: Option<Verdict> = None;
    let (mut any, mut any_foreign) = (false, false);
    for script in tags_without_scripting(&page.response.body).filter(|tag| tag.name == "script") {
        any = true;
        let Some(source) = script.attribute("src").filter(|source| !source.is_empty()) else {
            continue;
        };
        let origin = origin(source, host)?;
        let foreign = !matches!(origin, Origin::Own { .. });
        any_foreign |= foreign;
        let found = judged(&script, &origin, page.secure);
        // A hash on a script of the page's own is praised only where nothing was found before.
        let counts = |worst: &Verdict| foreign && rank(found) > rank(Some(*worst));
        if worst.is_none() || worst.as_ref().is_some_and(counts) {
            worst = found.or(worst);
        }
    }
    Ok(match worst {
        _ if !any => NO_SCRIPTS,
        Some(worst) => worst,
        None if any_foreign => FOREIGN_PINNED,
        None => OWN_ONLY,
    })
}

fn rank(verdict: Option<Verdict>) -> Option<usize> {
    verdict.and_then(|verdict| WORSE.iter().position(|known| *known == verdict))
}

/// Where a script comes from.
enum Origin {
    /// The page's own domain.
    Own { relative: bool, https: bool },
    /// Elsewhere.
    Foreign { https: bool },
}

/// The origin of an address as it is written. Capitals in the scheme make it relative, and no scheme at
/// all makes it foreign.
fn origin(source: &str, host: &str) -> Result<Origin, Ignorance> {
    let mut start = source.chars();
    if start.next() == Some('/')
        && start.next() == Some('/')
        && start.next().is_some_and(|c| c != '/')
    {
        return Ok(Origin::Foreign { https: false });
    }
    if !source.starts_with("http://") && !source.starts_with("https://") {
        return Ok(Origin::Own { relative: true, https: false });
    }
    let url = Url::parse(source).map_err(|_| {
        Ignorance::new("a script's address cannot be read, and there the test ends")
    })?;
    let https = url.scheme() == "https";
    let theirs = url.host_str().map(|host| host.trim_end_matches('.')).and_then(domain_at_registry);
    if theirs == domain_at_registry(host) {
        return Ok(Origin::Own { relative: false, https });
    }
    Ok(Origin::Foreign { https })
}

fn judged(script: &Tag, origin: &Origin, secure_page: bool) -> Option<Verdict> {
    let pinned = script.attribute("integrity").is_some_and(|integrity| !integrity.is_empty());
    match (origin, pinned) {
        (Origin::Own { relative, https }, true) if *https || (*relative && secure_page) => {
            Some(ALL_PINNED)
        }
        (Origin::Own { .. }, _) | (Origin::Foreign { https: true }, true) => None,
        (Origin::Foreign { https: false }, true) => Some(PINNED_IN_PLAIN),
        (Origin::Foreign { https: true }, false) => Some(NOT_PINNED),
        (Origin::Foreign { https: false }, false) => Some(IN_PLAIN),
    }
}
