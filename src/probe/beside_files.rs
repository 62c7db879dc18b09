//! What lies beside the files that the front page loads: the map to their sources, the list of their folder.

use url::Url;

use super::answers::{Answers, Exchanged, unknown};
use super::front_page::front_page;
use super::markup;
use super::question::{Question, Request};
use super::static_file::static_file;
use super::{Probe, Site};
use crate::fact::{Fact, FactSpec, Facts, Ignorance, Kind, Value};

/// Asks for the map of the first script and for the folder of the first file, and looks at every answer.
pub struct BesideFiles;

const SPECS: &[FactSpec] = &[
    FactSpec::new(
        "live.source-map-exposed",
        Kind::Bool,
        "Whether the map from the first script of the site's own back to its sources can be read; absent if the \
         front page loads no such script.",
    ),
    FactSpec::new(
        "live.listed-folders",
        Kind::List(&Kind::Text),
        "Addresses of the site that answer with the list of a folder, that of the first file which the front \
         page loads among those that were asked; absent if there is no such file and none was seen.",
    ),
];

impl Probe for BesideFiles {
    fn facts(&self) -> &'static [FactSpec] {
        SPECS
    }

    fn questions(&self, site: &Site, so_far: &Answers) -> Vec<Question> {
        if site.passive {
            return Vec::new();
        }
        folder(site, so_far).map(Question::Page).into_iter().collect()
    }

    fn wishes(&self, site: &Site, so_far: &Answers) -> Vec<Question> {
        let map = map(site, so_far).filter(|_| !site.passive);
        map.map(Question::Page).into_iter().collect()
    }

    fn learn(&self, site: &Site, answers: &Answers) -> Facts {
        let mut facts = Facts::default();
        facts.put("live.source-map-exposed", mapped(site, answers));
        facts.put("live.listed-folders", listed(site, answers));
        facts
    }
}

/// The map of the first script, where tools that bundle scripts put it: beside it (ECMA-426 §11 lets them name
/// another place).
fn map(site: &Site, answers: &Answers) -> Option<Request> {
    let front = front_page(site, answers).ok()?;
    let mut url = markup::script(&front.request.url, &front.response.body)?;
    url.set_query(None);
    url.set_path(&format!("{}.map", url.path()));
    Some(Request::get(url))
}

fn mapped(site: &Site, answers: &Answers) -> Fact {
    let front = match front_page(site, answers) {
        Ok(front) => front,
        Err(unknown) => return *unknown,
    };
    let Some(request) = map(site, answers) else {
        return front.fact(Value::Absent, &[]);
    };
    match answers.telling(&request) {
        Ok(page) => {
            let exposed = page.response.status == 200 && is_map(&page.response.body);
            page.fact(exposed, &["content-type", "content-length"])
        }
        Err(unknown) => *unknown,
    }
}

/// The keys that every map has (ECMA-426 §9).
fn is_map(body: &str) -> bool {
    let named = |name: &str| body.contains(&format!("\"{name}\""));
    let begins = body.trim_start_matches(")]}'").trim_start();
    begins.starts_with('{') && named("mappings") && named("sources")
}

/// The folder of the first file that the front page loads; none for a file at the root.
fn folder(site: &Site, answers: &Answers) -> Option<Request> {
    let url = folder_of(&static_file(site, answers)?.url)?;
    Some(Request::get(url))
}

fn folder_of(file: &Url) -> Option<Url> {
    let folder = file.join(".").ok()?;
    (folder.path() != "/").then_some(folder)
}

fn listed(site: &Site, answers: &Answers) -> Fact {
    let found = answers.pages().filter(|page| site.is_own(&page.request.url) && is_list(*page));
    let items: Vec<Fact> =
        found.map(|page| page.fact(page.request.url.as_str(), &["content-type"])).collect();
    if !items.is_empty() {
        return Fact::derived(items);
    }
    let front = match front_page(site, answers) {
        Ok(front) => front,
        Err(unknown) => return *unknown,
    };
    let Some(request) = folder(site, answers) else {
        return front.fact(Value::Absent, &[]);
    };
    let page = match answers.page(&request) {
        Ok(page) => page,
        Err(why) => return unknown(why.ignorance(), &request),
    };
    match page.response.refusal() {
        // "Forbidden" is what a closed folder answers; a limit or a fault says nothing.
        Some(why) if page.response.status != 403 => page.fact(why, &["retry-after"]),
        _ if !page.response.is_readable() => {
            let why = "the folder's answer is compressed, though nobody asked for that";
            page.fact(Ignorance::new(why), &["content-encoding"])
        }
        _ => page.fact(items, &["content-type", "location"]),
    }
}

/// How servers head the list of a folder, in the title or above it: nginx, Apache, lighttpd and many others
/// `Index of`, Python and Tomcat `Directory listing for`, Jetty `Directory:`, Express `listing directory`, `serve`
/// `Files within`; IIS has a link.
const HEADINGS: &[&str] = &[
    "<title>index of /",
    "<h1>index of /",
    "<title>directory listing for /",
    "<title>directory listing for [/",
    "<h1>directory listing for ",
    "<title>directory: /",
    "<title>listing directory /",
    "<title>files within ",
    ">[to parent directory]</a>",
];

fn is_list(page: Exchanged<'_>) -> bool {
    let body = page.response.body.to_ascii_lowercase();
    page.response.status == 200
        && page.response.is_html()
        && HEADINGS.iter().any(|heading| body.contains(heading))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_where_the_file_lies() {
        for (file, expected) in [
            ("https://a.test/static/css/site.css?v=1", Some("https://a.test/static/css/")),
            ("https://a.test/site.css", None),
        ] {
            let folder = folder_of(&Url::parse(file).unwrap());
            assert_eq!(folder.as_ref().map(Url::as_str), expected, "{file}");
        }
    }

    #[test]
    fn maps_are_known_by_their_keys() {
        let map = "{\"version\":3,\"sources\":[\"a.ts\"],\"mappings\":\"AAAA\"}";
        assert!(is_map(map) && is_map(&format!(")]}}'\n{map}")));
        assert!(!is_map("{\"version\":3}") && !is_map("<p>\"mappings\" \"sources\""));
    }
}
