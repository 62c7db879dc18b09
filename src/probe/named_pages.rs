//! Pages that the user names: those that visitors must be able to read, and the one that signs them out.

use super::answers::{Answers, Exchanged};
use super::question::Question;
use super::{Probe, Site};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};

/// Asks for them.
pub struct NamedPages;

const PAGE: &[FactSpec] = &[
    FactSpec::new("kind", Kind::Text, "`privacy` or `terms`."),
    FactSpec::new("path", Kind::Text, "The path."),
    FactSpec::new("readable", Kind::Bool, "Whether it shows a page to everybody."),
];

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.legal-pages",
        Kind::List(&Kind::Record(PAGE)),
        "The pages about privacy and the terms that the user names; absent if he names none.",
    ),
    FactSpec::new(
        "live.logout.clears-data",
        Kind::Bool,
        "Whether the path that signs visitors out tells browsers to forget their cookies (`Clear-Site-Data`); absent \
         if the user names none, unknown where it does nothing for a stranger.",
    ),
];

impl Probe for NamedPages {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, _so_far: &Answers) -> Vec<Question> {
        let legal = legal_pages(site).map(|(_, path)| path);
        let paths = legal.chain(site.logout.as_deref());
        let requests: Vec<Question> = paths.map(|path| Question::Page(site.path(path))).collect();
        // Without a page that is not there, nobody knows what comes for every path.
        let missing = (!requests.is_empty() && !site.passive).then(|| site.absent_page());
        requests.into_iter().chain(missing.map(Question::Page)).collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = Facts::default();
        let items: Vec<Fact> = legal_pages(site)
            .map(|(kind, path)| {
                let readable = readable(site, answers, path);
                let at = |value: Value| Fact { value, ..readable.clone() };
                at(Value::record([
                    ("kind", at(kind.into())),
                    ("path", at(path.into())),
                    ("readable", readable.clone()),
                ]))
            })
            .collect();
        let legal = if items.is_empty() { Fact::absent() } else { Fact::derived(items) };
        facts.put("live.legal-pages", legal);
        let logout = site.logout.as_deref();
        let clears = logout.map_or_else(Fact::absent, |path| clears_data(site, answers, path));
        facts.put("live.logout.clears-data", clears);
        facts
    }
}

fn legal_pages(site: &Site) -> impl Iterator<Item = (&'static str, &str)> {
    let named = [("privacy", &site.privacy), ("terms", &site.terms)];
    named.into_iter().filter_map(|(kind, path)| Some((kind, path.as_deref()?)))
}

/// Whether a page can be read. What comes for every path says nothing.
fn readable(site: &Site, answers: &Answers, path: &str) -> Fact {
    let page = match answers.telling(&site.path(path)) {
        Ok(page) => page,
        Err(unknown) => return *unknown,
    };
    let headers = &["content-type", "location"];
    let open = |why: &str| page.fact(Ignorance::new(why), headers);
    match page.response.status {
        200 if page.response.is_html() => match answers.telling(&site.absent_page()) {
            Ok(missing) if page.response.is_same_page(missing.response) => {
                open("the site answers every path alike")
            }
            Ok(_) => page.fact(true, headers),
            Err(unknown) => *unknown,
        },
        401 | 404 | 410 => page.fact(false, headers),
        _ if page.leads_to_login() => page.fact(false, headers),
        300..=399 => open("it leads elsewhere: name the path that it leads to"),
        status => open(&format!("the site answers {status}, and no page")),
    }
}

/// Whether the answer that signs visitors out clears what browsers keep. Who is asked to confirm, or to send a
/// form, is not signed out yet.
fn clears_data(site: &Site, answers: &Answers, path: &str) -> Fact {
    let page = match answers.telling(&site.path(path)) {
        Ok(page) => page,
        Err(unknown) => return *unknown,
    };
    let name = "clear-site-data";
    let signs_out = page.response.redirect(&page.request.url).is_some() && !page.leads_to_login();
    if says_cookies(page, name) {
        page.fact(true, &[name])
    } else if signs_out {
        page.fact(false, &[name, "location"])
    } else {
        let status = page.response.status;
        let why = format!("a stranger is answered {status} there, and not signed out");
        page.fact(Ignorance::new(why), &[name])
    }
}

/// Whether the header names cookies, or everything (W3C Clear Site Data §3.1).
fn says_cookies(page: Exchanged<'_>, name: &str) -> bool {
    let words = page.response.values(name).flat_map(|value| value.split(','));
    words.map(str::trim).any(|word| matches!(word, "\"cookies\"" | "\"*\""))
}
