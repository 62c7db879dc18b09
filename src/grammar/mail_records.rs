//! What a domain publishes about mail that is sent in its name: SPF, DMARC and DKIM, as texts in DNS.

/// What an SPF record says of senders that it does not name (RFC 7208 §4.7, §5.1, §6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Others {
    /// The qualifier of `all`: `-`, `~`, `?` or `+`; `?` where there is none.
    Qualified(char),
    /// The record of another domain decides (`redirect=`).
    AsDomain(String),
}

/// Whether a text is an SPF record (RFC 7208 §4.5).
pub fn is_spf(text: &str) -> bool {
    let version = text.split(' ').next().unwrap_or_default();
    version.eq_ignore_ascii_case("v=spf1")
}

/// What an SPF record says of senders that it does not name. What stands behind `all` is not looked at.
pub fn spf_others(record: &str) -> Others {
    let mut redirect = None;
    for term in record.split_ascii_whitespace().skip(1) {
        let (qualifier, mechanism) = match term.chars().next() {
            Some(sign @ ('-' | '~' | '?' | '+')) => (sign, &term[1..]),
            _ => ('+', term),
        };
        if mechanism.eq_ignore_ascii_case("all") {
            return Others::Qualified(qualifier);
        }
        if let Some((name, domain)) = term.split_once('=')
            && name.eq_ignore_ascii_case("redirect")
        {
            redirect = Some(domain.to_owned());
        }
    }
    redirect.map_or(Others::Qualified('?'), Others::AsDomain)
}

/// What a DMARC record asks of receivers (RFC 7489 §6.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dmarc {
    /// `none`, `quarantine` or `reject`, for the domain itself.
    pub policy: String,
    /// The same for its subdomains.
    pub for_subdomains: String,
    /// Of how many in a hundred mails.
    pub percent: u8,
}

/// Reads a DMARC record; none if the text is none. A policy that does not exist is `none` (§6.6.3).
pub fn dmarc(text: &str) -> Option<Dmarc> {
    let mut tags = tags(text);
    tags.next().filter(|tag| *tag == ("v", "DMARC1"))?;
    let tags: Vec<(&str, &str)> = tags.collect();
    let tag = |name: &str| tags.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let policy = |value: &str| {
        let known = ["none", "quarantine", "reject"];
        let known = known.into_iter().find(|known| known.eq_ignore_ascii_case(value));
        known.unwrap_or("none").to_owned()
    };
    let own = policy(tag("p").unwrap_or_default());
    Some(Dmarc {
        for_subdomains: tag("sp").map_or_else(|| own.clone(), policy),
        percent: tag("pct").and_then(|value| value.parse().ok()).unwrap_or(100).min(100),
        policy: own,
    })
}

/// Whether a DKIM record holds a key: an empty one has been withdrawn (RFC 6376 §3.6.1).
pub fn is_dkim_key(text: &str) -> bool {
    let version =
        tags(text).find(|(name, _)| *name == "v").is_none_or(|(_, value)| value == "DKIM1");
    version && tags(text).any(|(name, value)| name == "p" && !value.is_empty())
}

/// `name=value` between semicolons.
fn tags(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = text.split(';').filter_map(|tag| tag.split_once('='));
    pairs.map(|(name, value)| (name.trim(), value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_spf_record_ends_with_what_is_said_of_all_others() {
        for (record, others) in [
            ("v=spf1 -all", Others::Qualified('-')),
            ("v=spf1 include:_spf.mail.example ~all", Others::Qualified('~')),
            ("v=spf1 a all", Others::Qualified('+')),
            ("v=spf1 +ALL -all", Others::Qualified('+')),
            ("v=spf1 mx", Others::Qualified('?')),
            ("v=spf1 redirect=_spf.example.com", Others::AsDomain("_spf.example.com".to_owned())),
            ("v=spf1 redirect=_spf.example.com -all", Others::Qualified('-')),
            ("v=spf1 include:all.example.com", Others::Qualified('?')),
        ] {
            assert_eq!(spf_others(record), others, "{record}");
        }
        assert!(is_spf("v=spf1") && is_spf("V=SPF1 -all"));
        assert!(!is_spf("v=spf10 -all") && !is_spf("spf2.0/pra -all") && !is_spf(""));
    }

    #[test]
    fn a_dmarc_record_begins_with_its_version() {
        for (text, expected) in [
            ("v=DMARC1; p=reject", Some(("reject", "reject", 100))),
            ("v=DMARC1;p=Quarantine;sp=none;pct=20;", Some(("quarantine", "none", 20))),
            ("v=DMARC1; rua=mailto:a@example.com", Some(("none", "none", 100))),
            ("v=DMARC1; p=refuse", Some(("none", "none", 100))),
            ("p=reject; v=DMARC1", None),
            ("v=dmarc1; p=reject", None),
            ("", None),
        ] {
            let read = dmarc(text);
            let read = read
                .as_ref()
                .map(|read| (read.policy.as_str(), read.for_subdomains.as_str(), read.percent));
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn a_withdrawn_key_is_none() {
        assert!(is_dkim_key("v=DKIM1; k=rsa; p=MIGf") && is_dkim_key("p=MIGf"));
        assert!(!is_dkim_key("v=DKIM1; p=") && !is_dkim_key("v=DKIM1; k=rsa"));
        assert!(!is_dkim_key("v=DKIM2; p=MIGf") && !is_dkim_key("v=spf1 -all"));
    }
}
