//! Which names the preload list takes: whole registered domains.

use super::issue::{Issue, error};
use crate::grammar::registered_domain::{is_public_suffix, registered_domain};

/// What is wrong with a name itself; with that, nothing else is looked at.
pub(super) fn format(domain: &str) -> Option<Issue> {
    if domain.starts_with('.') {
        return Some(error("domain.format.begins_with_dot", "the name begins with a dot"));
    }
    if domain.ends_with('.') {
        return Some(error("domain.format.ends_with_dot", "the name ends with a dot"));
    }
    if domain.contains("..") {
        return Some(error("domain.format.contains_double_dot", "the name has two dots in a row"));
    }
    let bare = domain.trim_matches(['[', ']']);
    let is_address = bare.parse::<std::net::IpAddr>().is_ok();
    if !is_address && is_public_suffix(&domain.to_ascii_lowercase()) {
        return Some(error(
            "domain.format.public_suffix",
            "the name is one under which others register",
        ));
    }
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if !domain.chars().all(valid) {
        return Some(error(
            "domain.format.invalid_characters",
            "the name has characters that names have not",
        ));
    }
    is_address.then_some(error("domain.format.is_ip_address", "an address is no name"))
}

/// Whether it is a registered domain itself; a subdomain is refused, though everything else is looked at.
pub(super) fn level(domain: &str) -> Option<Issue> {
    match registered_domain(&domain.to_ascii_lowercase()) {
        None => Some(error(
            "internal.domain.name.cannot_compute_etld1",
            "the public suffix list does not tell what of the name is registered",
        )),
        Some(registered) if registered != domain => Some(error(
            "domain.is_subdomain",
            "the host is a subdomain; the list takes whole domains",
        )),
        Some(_) => None,
    }
}

/// A suffix whose sites cannot have a certificate for their `www`.
const WITHOUT_WWW: &str = "appspot.com";

/// Whether `www` below a domain must speak HTTPS.
pub(super) fn has_www(domain: &str) -> bool {
    level(domain).is_none()
        && domain.split_once('.').is_none_or(|(_, suffix)| suffix != WITHOUT_WWW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_registered_domains_are_taken() {
        for (domain, expected) in [
            ("example.com", None),
            ("example.co.uk", None),
            ("shop.github.io", None),
            (".example.com", Some("domain.format.begins_with_dot")),
            ("example.com.", Some("domain.format.ends_with_dot")),
            ("example..com", Some("domain.format.contains_double_dot")),
            ("co.uk", Some("domain.format.public_suffix")),
            ("localhost", Some("domain.format.public_suffix")),
            ("exa_mple.com", Some("domain.format.invalid_characters")),
            ("[::1]", Some("domain.format.invalid_characters")),
            ("192.0.2.1", Some("domain.format.is_ip_address")),
            ("www.example.com", Some("domain.is_subdomain")),
            ("a.b.example.co.uk", Some("domain.is_subdomain")),
        ] {
            let found = format(domain).or_else(|| level(domain)).map(|issue| issue.code);
            assert_eq!(found, expected, "{domain}");
        }
        // Nothing that comes through `format` gets there; it is asked all the same.
        let odd = level("192.0.2.1").map(|issue| issue.code);
        assert_eq!(odd, Some("internal.domain.name.cannot_compute_etld1"));
        assert!(has_www("example.com") && !has_www("www.example.com"));
        assert!(!has_www("shop.appspot.com"));
    }
}
