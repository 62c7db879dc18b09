//! The part of a host's name that somebody registered, by the public suffix list.
//!
//! Names are expected as [`url::Url`] writes hosts: in lower case and in ASCII. Addresses have none.

use psl::Type;

/// The name under a public suffix, `example.co.uk` of `www.example.co.uk`. Suffixes that companies hand
/// out (`github.io`) count; nothing comes of a suffix itself, of `localhost`, or of an address.
pub fn registered_domain(host: &str) -> Option<&str> {
    if is_address(host) { None } else { psl::domain_str(host) }
}

/// The same with the suffixes of registries only: `github.io` of `shop.github.io`.
pub fn domain_at_registry(host: &str) -> Option<&str> {
    if is_address(host) {
        return None;
    }
    let mut suffix = psl::suffix(host.as_bytes())?;
    while suffix.typ() == Some(Type::Private) {
        let above = suffix.as_bytes().iter().position(|byte| *byte == b'.')?;
        let length = suffix.as_bytes().len() - above - 1;
        suffix = psl::suffix(host.as_bytes().get(host.len() - length..)?)?;
    }
    let rest = host.len().checked_sub(suffix.as_bytes().len() + 1)?;
    let label = host.get(..rest)?.rfind('.').map_or(0, |dot| dot + 1);
    host.get(label..)
}

/// The name under a registry's suffix, where nobody hands out names below it: none of `shop.github.io`, and
/// none under a suffix that no registry has.
pub fn own_domain(host: &str) -> Option<&str> {
    let domain = registered_domain(host)?;
    let suffix = psl::suffix(host.as_bytes())?;
    (suffix.typ() == Some(Type::Icann)).then_some(domain)
}

/// Whether a name is a public suffix itself.
pub fn is_public_suffix(host: &str) -> bool {
    psl::suffix_str(host) == Some(host)
}

fn is_address(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_registered_stands_under_a_public_suffix() {
        for (host, registered, at_registry) in [
            ("example.com", Some("example.com"), Some("example.com")),
            ("www.example.co.uk", Some("example.co.uk"), Some("example.co.uk")),
            ("a.shop.github.io", Some("shop.github.io"), Some("github.io")),
            ("shop.test", Some("shop.test"), Some("shop.test")),
            ("www.shop.test", Some("shop.test"), Some("shop.test")),
            ("github.io", None, Some("github.io")),
            ("co.uk", None, None),
            ("localhost", None, None),
            ("127.0.0.1", None, None),
            ("[::1]", None, None),
        ] {
            assert_eq!(registered_domain(host), registered, "{host}");
            assert_eq!(domain_at_registry(host), at_registry, "{host}");
        }
        for (host, own) in [
            ("www.example.co.uk", Some("example.co.uk")),
            ("example.com", Some("example.com")),
            ("shop.github.io", None),
            ("shop.test", None),
            ("shop.internal", None),
            ("co.uk", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(own_domain(host), own, "{host}");
        }
        assert!(is_public_suffix("co.uk") && is_public_suffix("github.io"));
        assert!(!is_public_suffix("example.co.uk"));
    }
}
