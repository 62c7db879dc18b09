//! The little of a page's markup that matters here: what it loads, and what it says about itself.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use url::Url;

/// A tag, with its attributes as they are.
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?is)<(link|script|meta|img|iframe|audio|video|source|embed)\b((?:[^>"']|"[^"]*"|'[^']*')*)>"#).ok()
});

static ATTRIBUTE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?is)([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#).ok()
});

/// The first style sheet or script of the page's own site.
pub(super) fn static_file(page: &Url, body: &str) -> Option<Url> {
    tags(&without_comments(body))
        .filter_map(|tag| match tag.name.as_str() {
            "script" => tag.attribute("src"),
            "link" if tag.attribute("rel").is_some_and(|rel| rel.contains("stylesheet")) => {
                tag.attribute("href")
            }
            _ => None,
        })
        .filter_map(|address| page.join(&address).ok())
        .find(|url| url.origin() == page.origin())
        .map(|mut url| {
            url.set_fragment(None);
            url
        })
}

/// What the page loads from addresses in plain HTTP, each once, in its order. A link is no loading.
pub(super) fn plain_resources(body: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for tag in tags(&without_comments(body)) {
        let address = match tag.name.as_str() {
            "link" if tag.attribute("rel").is_some_and(|rel| rel.contains("stylesheet")) => {
                tag.attribute("href")
            }
            "link" | "meta" => None,
            _ => tag.attribute("src"),
        };
        found.extend(address.filter(|address| {
            address.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://"))
                && !found.contains(address)
        }));
    }
    found
}

/// The content policies that the page states about itself. They cannot keep others from framing it
/// (HTML, "pragma directives").
pub(super) fn stated_policies(body: &str) -> Vec<String> {
    tags(&without_comments(body))
        .filter(|tag| tag.name == "meta")
        .filter(|tag| {
            tag.attribute("http-equiv")
                .is_some_and(|kind| kind.eq_ignore_ascii_case("content-security-policy"))
        })
        .filter_map(|tag| tag.attribute("content"))
        .collect()
}

/// The page without what it comments out; a comment that does not end goes on to the end.
fn without_comments(body: &str) -> String {
    let mut kept = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, comment)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

struct Tag<'b> {
    name: String,
    attributes: &'b str,
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> Option<String> {
        let attributes = ATTRIBUTE.as_ref()?.captures_iter(self.attributes);
        let value = |found: Captures<'_>| {
            let known = found.get(1)?.as_str().eq_ignore_ascii_case(name);
            let value = found.get(2).or_else(|| found.get(3)).or_else(|| found.get(4))?;
            known.then(|| value.as_str().trim().replace("&amp;", "&"))
        };
        attributes.into_iter().find_map(value)
    }
}

fn tags(body: &str) -> impl Iterator<Item = Tag<'_>> {
    TAG.iter().flat_map(move |regex| regex.captures_iter(body)).filter_map(|found| {
        let name = found.get(1)?.as_str().to_ascii_lowercase();
        Some(Tag { name, attributes: found.get(2)?.as_str() })
    })
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
