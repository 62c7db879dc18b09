//! A site as the user names it, and the addresses on it that several probes ask for.

use url::Url;

use super::active::Active;
use super::question::{Answered, Question, Request, Unanswered};
use crate::date::Date;
use crate::fact::Ignorance;
use crate::problem::Problem;

/// A site, and how it is to be asked.
#[derive(Clone, Debug)]
pub struct Site {
    /// The front page over HTTPS.
    pub url: Url,
    /// The front page over plain HTTP.
    pub plain: Url,
    /// Where it says that it is healthy, if the user said where.
    pub health: Option<String>,
    /// Further paths to look at.
    pub paths: Vec<String>,
    /// Where the site says how it treats what it knows of visitors, if the user said where.
    pub privacy: Option<String>,
    /// Where its terms are, if the user said where.
    pub terms: Option<String>,
    /// Where visitors sign out, if the user said where.
    pub logout: Option<String>,
    /// The origin of the front end that may call the site.
    pub frontend: Option<String>,
    /// The domain that sends the site's mail, if the user named it.
    pub mail_domain: Option<String>,
    /// The names of the keys that it signs with, if the user named them.
    pub dkim_selectors: Vec<String>,
    /// What may be tried on it, and where.
    pub active: Active,
    /// Whether only what a browser would ask is asked.
    pub passive: bool,
    /// Whether the search for versions and cipher suites of TLS is left out.
    pub quick: bool,
    /// Whether the project that it runs is audited with it: then much hangs on what it tells of its health.
    pub of_project: bool,
    /// The day on which it is asked.
    pub today: Option<Date>,
}

/// A path that no site has. It is the same for every site and every run, so that two runs can be
/// compared.
const ABSENT_PATH: &str = "/prodcheck-no-such-page";

/// Further paths that are looked at; each costs several questions.
const MOST_PATHS: usize = 5;

impl Site {
    /// A site from its address, and its address over plain HTTP where that cannot be guessed.
    /// Without a scheme, HTTPS is meant. The user's passwords do not belong into an address.
    pub fn parse(address: &str, plain: Option<&str>) -> Result<Self, Problem> {
        let given = address_of(address)?;
        let (url, guessed) = match given.scheme() {
            "https" => (given.clone(), with_scheme(&given, "http")),
            _ => (with_scheme(&given, "https"), given),
        };
        let plain = match plain {
            Some(plain) => {
                let plain = address_of(plain)?;
                if plain.scheme() != "http" {
                    return Err(Problem::new(format!("`{plain}` is not a plain HTTP address"))
                        .with_hint("write `http://…`"));
                }
                plain
            }
            None => guessed,
        };
        Ok(Self {
            url,
            plain,
            health: None,
            paths: Vec::new(),
            privacy: None,
            terms: None,
            logout: None,
            frontend: None,
            mail_domain: None,
            dkim_selectors: Vec::new(),
            active: Active::default(),
            passive: false,
            quick: false,
            of_project: false,
            today: None,
        })
    }

    /// The request for the front page.
    pub fn front(&self) -> Request {
        Request::get(self.url.clone())
    }

    /// The request for a path on the site.
    pub fn path(&self, path: &str) -> Request {
        Request::get(self.url.join(path).unwrap_or_else(|_| self.url.clone()))
    }

    /// The request for a page that is not there.
    pub fn absent_page(&self) -> Request {
        self.path(ABSENT_PATH)
    }

    /// The front page, and the further paths that the user named.
    pub fn pages(&self) -> Vec<Request> {
        let further = self.paths.iter().take(MOST_PATHS).map(|path| self.path(path));
        std::iter::once(self.front()).chain(further).collect()
    }

    /// The host's name or address.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Whether an address is on this site over HTTPS.
    pub fn has(&self, url: &Url) -> bool {
        url.origin() == self.url.origin()
    }

    /// Whether an address is on a host of this site, `www.` or not, whatever the scheme and port.
    pub fn is_own(&self, url: &Url) -> bool {
        is_same_site(url, &self.url) || is_same_site(url, &self.plain)
    }

    /// What the user does not want to be asked, and why that is not known.
    pub(super) fn left_out(&self) -> Vec<Answered> {
        let why = Ignorance::new("left out by `--quick`").settled_by("leave `--quick` away");
        let offer = self.quick.then(|| Question::Offer(self.url.clone()));
        offer.into_iter().map(|offer| (offer, Err(Unanswered::NotAsked(why.clone())))).collect()
    }

    /// Why a question was not put although the site was asked.
    pub(super) fn why_not_asked(&self) -> Ignorance {
        if self.passive {
            return Ignorance::new("left out by `--passive`").settled_by("leave `--passive` away");
        }
        Ignorance::new("the answers before it left nothing to ask")
    }
}

/// Whether two addresses are of one host, `www.` or not.
pub(super) fn is_same_site(one: &Url, other: &Url) -> bool {
    let bare = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host).to_owned()
    };
    bare(one) == bare(other)
}

/// An address with a scheme and a host, and nothing that does not belong to an address.
fn address_of(text: &str) -> Result<Url, Problem> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let hint = "write `https://example.com/`";
    let mut url = Url::parse(&whole).map_err(|error| {
        Problem::new(format!("`{text}` is no address: {error}")).with_hint(hint)
    })?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        return Err(Problem::new(format!("`{text}` is no web address")).with_hint(hint));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Problem::new("the address holds a user name or a password")
            .with_hint("give `--header 'Authorization: …'` instead"));
    }
    url.set_fragment(None);
    Ok(url)
}

/// The same address under another scheme, on that scheme's own port.
fn with_scheme(url: &Url, scheme: &str) -> Url {
    let mut changed = url.clone();
    // Neither can fail between `http` and `https` with a host; if they did, the address would stay.
    let _ = changed.set_port(None);
    let _ = changed.set_scheme(scheme);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_completed_to_both_schemes() {
        for (address, plain, expected) in [
            ("shop.test", None, ("https://shop.test/", "http://shop.test/")),
            (
                "https://shop.test:8443/a?b#c",
                None,
                ("https://shop.test:8443/a?b", "http://shop.test/a?b"),
            ),
            ("http://shop.test:8080", None, ("https://shop.test/", "http://shop.test:8080/")),
            (
                "https://[::1]:18443",
                Some("http://[::1]:18080/"),
                ("https://[::1]:18443/", "http://[::1]:18080/"),
            ),
        ] {
            let site = Site::parse(address, plain).unwrap();
            assert_eq!((site.url.as_str(), site.plain.as_str()), expected, "{address}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_hint() {
        for (address, plain, told) in [
            ("ftp://shop.test", None, "`ftp://shop.test` is no web address"),
            ("https://", None, "`https://` is no address: empty host"),
            ("https://me:pw@shop.test/", None, "the address holds a user name or a password"),
            (
                "shop.test",
                Some("https://shop.test"),
                "`https://shop.test/` is not a plain HTTP address",
            ),
        ] {
            assert_eq!(Site::parse(address, plain).unwrap_err().what, told, "{address}");
        }
    }
}
