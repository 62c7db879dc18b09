//! What `Cache-Control` allows caches (RFC 9111 §5.2.2).

/// Whether it plainly tells caches that many visitors share to keep the answer: `public` or `s-maxage`, for any
/// time at all, and no stricter word beside it.
pub fn shared_caches_keep<'v>(lines: impl IntoIterator<Item = &'v str>) -> bool {
    let directives = Directives::read(lines);
    if ["private", "no-store", "no-cache"].iter().any(|name| directives.value(name).is_some()) {
        return false;
    }
    let value = |name: &str| directives.value(name);
    match (value("s-maxage"), value("public"), value("max-age")) {
        (Some(seconds), _, _) => seconds != "0",
        (None, Some(_), seconds) => seconds != Some("0"),
        (None, None, _) => false,
    }
}

/// For how many seconds a browser keeps the answer without asking again; none if that is not said.
pub fn browsers_keep_for<'v>(lines: impl IntoIterator<Item = &'v str>) -> Option<i64> {
    let directives = Directives::read(lines);
    if ["no-store", "no-cache"].iter().any(|name| directives.value(name).is_some()) {
        return Some(0);
    }
    directives.value("max-age")?.parse().ok()
}

/// Names in lower case, each with its value, in their order.
struct Directives(Vec<(String, String)>);

impl Directives {
    fn read<'v>(lines: impl IntoIterator<Item = &'v str>) -> Self {
        let all = lines.into_iter().flat_map(|line| line.split(','));
        let parted = all.map(|directive| {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let value = value.trim().trim_matches('"').to_owned();
            (name.trim().to_ascii_lowercase(), value)
        });
        Self(parted.collect())
    }

    /// The first value of a name.
    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_word_lets_shared_caches_keep_an_answer() {
        for (lines, kept) in [
            (&["public"][..], true),
            (&["Public, max-age=60"], true),
            (&["max-age=60"], false),
            (&["s-maxage=600"], true),
            (&["s-maxage=\"0\", public"], false),
            (&["public, max-age=0"], false),
            (&["public", "no-store"], false),
            (&["public, private"], false),
            (&["public, no-cache"], false),
            (&[], false),
        ] {
            assert_eq!(shared_caches_keep(lines.iter().copied()), kept, "{lines:?}");
        }
    }

    #[test]
    fn browsers_keep_an_answer_for_its_age() {
        for (lines, seconds) in [
            (&["public, max-age=60"][..], Some(60)),
            (&["Max-Age=\"60\"", "immutable"], Some(60)),
            (&["max-age=60, no-cache"], Some(0)),
            (&["no-store"], Some(0)),
            (&["public"], None),
            (&["max-age=-1"], Some(-1)),
            (&["max-age=soon"], None),
            (&["s-maxage=60"], None),
            (&[], None),
        ] {
            assert_eq!(browsers_keep_for(lines.iter().copied()), seconds, "{lines:?}");
        }
    }
}
