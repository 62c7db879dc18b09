//! The little of a page's markup that matters here: what it loads, and what it says about itself.

use std::collections::BTreeMap;

use html5gum::{State, Token, Tokenizer, naive_next_state};
use url::Url;

use crate::grammar::registered_domain::registered_domain;

/// The beginning of an element.
pub(super) struct Tag {
    /// The name, in lower case.
    pub(super) name: String,
    attributes: BTreeMap<String, String>,
}

impl Tag {
    /// The value of an attribute as it is meant, without character references; its name in lower case.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// An address that an attribute names.
    fn address(&self, name: &str) -> Option<&str> {
        self.attribute(name).map(str::trim)
    }

    fn is_style_sheet(&self) -> bool {
        self.name == "link"
            && self
                .attribute("rel")
                .is_some_and(|rel| rel.to_ascii_lowercase().contains("stylesheet"))
    }
}

/// The elements of a page in their order, for a browser that runs scripts. What is commented out, or
/// part of a script or a text, is none.
fn tags(body: &str) -> impl Iterator<Item = Tag> {
    elements(body, true)
}

/// The same for a reader that runs no scripts: to him, what is inside of `noscript` is there as well.
pub(super) fn tags_without_scripting(body: &str) -> impl Iterator<Item = Tag> {
    elements(body, false)
}

fn elements(body: &str, scripting: bool) -> impl Iterator<Item = Tag> {
    let mut tokens = Tokenizer::new(body);
    std::iter::from_fn(move || {
        loop {
            let Ok(Token::StartTag(tag)) = tokens.next()? else {
                continue;
            };
            if scripting || tag.name.as_slice() != b"noscript" {
                // What follows a `script` or a `title` is no markup, up to its end.
                if let Some(state) = state_in(&tag.name) {
                    tokens.set_state(state);
                }
            }
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let attributes =
                tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect();
            return Some(Tag { name: text(&tag.name), attributes });
        }
    })
}

/// How the content of an element is read. The library writes `noframes` without its last letter.
fn state_in(name: &[u8]) -> Option<State> {
    if name == b"noframes" { Some(State::RawText) } else { naive_next_state(name) }
}

/// The first style sheet or script of the page's own site.
pub(super) fn static_file(page: &Url, body: &str) -> Option<Url> {
    own_file(page, body, |tag| match tag.name.as_str() {
        "script" => tag.address("src"),
        _ if tag.is_style_sheet() => tag.address("href"),
        _ => None,
    })
}

/// The first script of the page's own site.
pub(super) fn script(page: &Url, body: &str) -> Option<Url> {
    own_file(page, body, |tag| if tag.name == "script" { tag.address("src") } else { None })
}

fn own_file(page: &Url, body: &str, named: fn(&Tag) -> Option<&str>) -> Option<Url> {
    let mut files = tags(body).filter_map(|tag| page.join(named(&tag)?).ok());
    let mut file = files.find(|url| url.origin() == page.origin())?;
    file.set_fragment(None);
    Some(file)
}

/// Elements that load what their `src` names.
const LOADING: [&str; 7] = ["script", "img", "iframe", "audio", "video", "source", "embed"];

/// What the page loads from addresses in plain HTTP, each once, in its order. A link is no loading.
pub(super) fn plain_resources(body: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for tag in tags(body) {
        let address = match tag.name.as_str() {
            name if LOADING.contains(&name) => tag.address("src"),
            _ if tag.is_style_sheet() => tag.address("href"),
            _ => None,
        };
        if let Some(address) = address.filter(|address| is_plain(address))
            && !found.iter().any(|known| known == address)
        {
            found.push(address.to_owned());
        }
    }
    found
}

/// Where forms are sent in plain HTTP, each once.
pub(super) fn plain_forms(body: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for tag in tags(body) {
        let address = match tag.name.as_str() {
            "form" => tag.address("action"),
            "button" | "input" => tag.address("formaction"),
            _ => None,
        };
        if let Some(address) = address.filter(|address| is_plain(address))
            && !found.iter().any(|known| known == address)
        {
            found.push(address.to_owned());
        }
    }
    found
}

/// Where links lead to the page's own host in plain HTTP, each once.
pub(super) fn plain_links(page: &Url, body: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for tag in tags(body).filter(|tag| tag.name == "a") {
        let address = tag.address("href").filter(|address| is_plain(address));
        let is_own = |url: &Url| url.host_str() == page.host_str();
        if let Some(address) = address
            && Url::parse(address).is_ok_and(|url| is_own(&url))
            && !found.iter().any(|known| known == address)
        {
            found.push(address.to_owned());
        }
    }
    found
}

/// The scripts of other registered domains that are not pinned to a hash, each once.
pub(super) fn unpinned_scripts(page: &Url, body: &str) -> Vec<Url> {
    let domain =
        |url: &Url| url.host_str().map(|host| registered_domain(host).unwrap_or(host).to_owned());
    let mut found: Vec<Url> = Vec::new();
    for tag in tags(body).filter(|tag| tag.name == "script") {
        let pinned = tag.attribute("integrity").is_some_and(|hash| !hash.trim().is_empty());
        let url = tag.address("src").and_then(|source| page.join(source).ok());
        if let Some(url) =
            url.filter(|url| !pinned && url.has_host() && domain(url) != domain(page))
            && !found.contains(&url)
        {
            found.push(url);
        }
    }
    found
}

fn is_plain(address: &str) -> bool {
    address.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://"))
}

/// The content policies that the page states about itself. They cannot keep others from framing it
/// (HTML, "pragma directives").
pub(super) fn stated_policies(body: &str) -> Vec<String> {
    tags(body)
        .filter(|tag| tag.name == "meta")
        .filter(|tag| {
            tag.attribute("http-equiv")
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("content-security-policy"))
        })
        .filter_map(|tag| tag.attribute("content").map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_of_the_own_site_is_found() {
        let page = Url::parse("https://shop.test/a/").unwrap();
        for (body, found) in [
            (
                "<link href='https://cdn.test/x.css' rel=stylesheet><script src=/s.js?v=1&amp;w=2></script>",
                Some("https://shop.test/s.js?v=1&w=2"),
            ),
            ("<LINK REL=\"stylesheet\" HREF=\"main.css#x\">", Some("https://shop.test/a/main.css")),
            ("<link rel=icon href=/i.png><script>1 > 0</script>", None),
            ("<script src=\"", None),
            ("<noframes><script src=/s.js></script></noframes>", None),
        ] {
            let file = static_file(&page, body);
            assert_eq!(file.as_ref().map(Url::as_str), found, "{body}");
        }
    }

    #[test]
    fn what_is_loaded_in_plain_is_found_and_links_are_not() {
        let body = "<a href=http://a.test/><img src='HTTP://b.test/i.png'><img src=http:x>\
                    <link rel=stylesheet href=http://c.test/s.css><link rel=next href=http://d.test/>";
        assert_eq!(plain_resources(body), ["HTTP://b.test/i.png", "http://c.test/s.css"]);
    }

    #[test]
    fn a_page_can_state_its_own_policy() {
        let body = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\">";
        assert_eq!(stated_policies(body), ["default-src 'self'"]);
        for without in
            ["<meta name=viewport content=x>", &format!("<!-- {body} -->"), &format!("<!--{body}")]
        {
            assert!(stated_policies(without).is_empty(), "{without}");
        }
    }
}
