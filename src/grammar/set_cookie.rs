//! `Set-Cookie` as browsers read it.

/// What one `Set-Cookie` line asks a browser to keep. Its value is not kept here: only how long it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cookie {
    /// The name.
    pub name: String,
    /// How many characters the value has.
    pub value_length: usize,
    /// Whether it travels over HTTPS only.
    pub secure: bool,
    /// Whether scripts cannot read it.
    pub http_only: bool,
    /// Which requests from other sites carry it; none where the line does not say.
    pub same_site: Option<SameSite>,
    /// The domain whose hosts all get it; none if only the host that set it does.
    pub domain: Option<String>,
    /// The path it is for.
    pub path: Option<String>,
    /// Until when it is kept.
    pub ends: Ends,
    /// Whether it only takes an older cookie away.
    pub removes: bool,
}

/// Until when a browser keeps a cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ends {
    /// Until it is closed.
    #[default]
    WithBrowser,
    /// For so many seconds.
    After(i64),
    /// To a day that the line names.
    OnDay,
}

/// Which requests from other sites carry a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// None do.
    Strict,
    /// Only those that lead the visitor here.
    Lax,
    /// All do.
    None,
}

impl SameSite {
    /// The word for it in the header.
    pub fn word(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

/// Reads one `Set-Cookie` line (RFC 6265bis §5.6). The last of repeated attributes counts, an unknown
/// `SameSite` is none. Nothing comes of a line without a name.
pub fn set_cookie(line: &str) -> Option<Cookie> {
    let mut parts = line.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    let value_length = value.trim().chars().count();
    let mut cookie = Cookie { name: name.to_owned(), value_length, ..Cookie::default() };
    let mut kept_for = None;
    for part in parts {
        let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match attribute.trim().to_ascii_lowercase().as_str() {
            "secure" => cookie.secure = true,
            "httponly" => cookie.http_only = true,
            "samesite" => cookie.same_site = same_site(value),
            "domain" => {
                let domain = value.trim_start_matches('.').to_ascii_lowercase();
                cookie.domain = (!domain.is_empty()).then_some(domain);
            }
            "path" => cookie.path = value.starts_with('/').then(|| value.to_owned()),
            "max-age" => kept_for = age(value).or(kept_for),
            "expires" => {
                cookie.ends = if value.is_empty() { Ends::WithBrowser } else { Ends::OnDay };
                cookie.removes = value.contains("1970");
            }
            _ => {}
        }
    }
    // An age is stronger than a date (RFC 6265bis §5.7).
    if let Some(age) = kept_for {
        cookie.ends = Ends::After(age);
        cookie.removes = age <= 0;
    }
    Some(cookie)
}

/// An age in seconds; nothing if it is no number. One that is too large is the largest.
fn age(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let largest = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    is_number.then(|| text.parse().unwrap_or(largest))
}

fn same_site(value: &str) -> Option<SameSite> {
    [SameSite::Strict, SameSite::Lax, SameSite::None]
        .into_iter()
        .find(|known| known.word().eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_without_its_value() {
        let cookie =
            set_cookie("sessionid=abc; Path=/; Secure; httponly; SAMESITE=lax; Domain=.Shop.test");
        let expected = Cookie {
            name: "sessionid".to_owned(),
            value_length: 3,
            secure: true,
            http_only: true,
            same_site: Some(SameSite::Lax),
            domain: Some("shop.test".to_owned()),
            path: Some("/".to_owned()),
            ends: Ends::WithBrowser,
            removes: false,
        };
        assert_eq!(cookie, Some(expected));
        let bogus = set_cookie("a=; SameSite=bogus; Max-Age=0").unwrap();
        assert_eq!((bogus.same_site, bogus.removes), (None, true));
        for (line, removes, ends) in [
            ("a=; Max-Age=-1", true, Ends::After(-1)),
            ("a=; Max-Age=00", true, Ends::After(0)),
            ("a=; Max-Age=60", false, Ends::After(60)),
            ("a=; Max-Age=99999999999999999999", false, Ends::After(i64::MAX)),
            ("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", true, Ends::OnDay),
            ("a=; Max-Age=soon; Expires=Thu, 01 Jan 1970 00:00:00 GMT", true, Ends::OnDay),
            ("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=soon", true, Ends::OnDay),
            ("a=; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false, Ends::After(60)),
            ("a=; Expires=; Max-Age=", false, Ends::WithBrowser),
        ] {
            let cookie = set_cookie(line).unwrap();
            assert_eq!((cookie.removes, cookie.ends), (removes, ends), "{line}");
        }
        assert_eq!(set_cookie("novalue"), None);
        assert_eq!(set_cookie("=x"), None);
    }
}
