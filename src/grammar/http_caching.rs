//! What `Cache-Control` allows caches that many visitors share (RFC 9111 §5.2.2).

/// Whether it plainly tells such caches to keep the answer: `public` or `s-maxage`, for any time at all,
/// and no stricter word beside it.
pub fn shared_caches_keep<'v>(lines: impl IntoIterator<Item = &'v str>) -> bool {
    let directives: Vec<(String, String)> = lines
        .into_iter()
        .flat_map(|line| line.split(','))
        .map(|directive| {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let value = value.trim().trim_matches('"').to_owned();
            (name.trim().to_ascii_lowercase(), value)
        })
        .collect();
    let value = |name: &str| {
        directives.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    };
    if ["private", "no-store", "no-cache"].iter().any(|name| value(name).is_some()) {
        return false;
    }
    match (value("s-maxage"), value("public"), value("max-age")) {
        (Some(seconds), _, _) => seconds != "0",
        (None, Some(_), seconds) => seconds != Some("0"),
        (None, None, _) => false,
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
}
