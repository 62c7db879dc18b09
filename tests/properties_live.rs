//! Whatever a site says, reading it ends, and nothing of it writes to the terminal.

use proptest::prelude::*;

use prodcheck::fact::{Fact, Value};
use prodcheck::grammar::http_header::{
    content_policies, frame_options_deny, hsts, nosniff, referrer_policy,
};
use prodcheck::grammar::set_cookie::set_cookie;
use prodcheck::probe::{Site, replay};

/// Texts that look like what is read, more often than plain noise does.
fn header() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("max-age".to_owned()),
        Just("=".to_owned()),
        Just(";".to_owned()),
        Just(",".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just(" ".to_owned()),
        Just("includeSubDomains".to_owned()),
        Just("script-src 'unsafe-inline'".to_owned()),
        Just("Secure".to_owned()),
        Just("SameSite=".to_owned()),
        "[0-9]{1,25}",
        "\\PC{0,8}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Lines of a transcript: mostly of the right form, with hostile contents.
fn transcript() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("> GET https://example.test/".to_owned()),
        Just("> GET http://example.test/".to_owned()),
        Just("> GET https://example.test/prodcheck-no-such-page".to_owned()),
        Just("> GET https://example.test/.env".to_owned()),
        Just("> TLS https://example.test/".to_owned()),
        Just("> Origin: null".to_owned()),
        Just("@ active yes".to_owned()),
        Just("@ login /login".to_owned()),
        Just("> POST https://example.test/login".to_owned()),
        Just("> Content-Type: application/x-www-form-urlencoded".to_owned()),
        Just("> GET https://example.com/".to_owned()),
        Just("> DNS example.com TXT".to_owned()),
        Just("> DNS _dmarc.example.com TXT".to_owned()),
        Just("> DNS example.com CAA".to_owned()),
        header().prop_map(|value| format!("< Record: v=spf1 {value}")),
        header().prop_map(|value| format!("< Record: v=DMARC1; {value}")),
        Just("! connection refused".to_owned()),
        Just("@ on 2026-11-21".to_owned()),
        Just(String::new()),
        (100u16..999).prop_map(|status| format!("< HTTP/1.1 {status} x")),
        header().prop_map(|value| format!("< Strict-Transport-Security: {value}")),
        header().prop_map(|value| format!("< Set-Cookie: {value}")),
        header().prop_map(|value| format!("< Content-Security-Policy: {value}")),
        header().prop_map(|value| format!("< Location: {value}")),
        header().prop_map(|value| format!("< Certificate-Names: {value}")),
        "\\PC{0,40}".prop_map(|body| format!("| <script src={body}>")),
        "\\PC{0,40}".prop_map(|text| format!("< {text}")),
        "\\PC{0,40}",
    ];
    prop::collection::vec(line, 0..20).prop_map(|lines| lines.join("\n"))
}

/// No value below a fact shows a control character.
fn is_clean(fact: &Fact) -> bool {
    let own = !fact.value.to_string().contains(char::is_control);
    let below = match &fact.value {
        Value::List(list) => list.items.iter().all(is_clean),
        Value::Record(record) => record.fields.values().all(is_clean),
        _ => true,
    };
    own && below
}

proptest! {
    #[test]
    fn any_header_is_read_to_its_end(value in header()) {
        let lines = || [value.as_str(), value.as_str()];
        let _ = hsts(lines());
        let _ = referrer_policy(lines());
        let _ = nosniff(lines());
        let _ = frame_options_deny(lines());
        for policy in content_policies(lines()) {
            let _ = policy.allows_inline_scripts() || policy.allows_foreign_scripts();
            let _ = policy.allows_foreign_frames();
        }
        if let Some(cookie) = set_cookie(&value) {
            prop_assert!(!cookie.name.is_empty());
        }
    }

    #[test]
    fn any_transcript_is_facts_or_a_problem(text in transcript()) {
        if let Ok(facts) = replay(&text) {
            prop_assert!(facts.found("live"));
            for (_, root) in facts.domains() {
                prop_assert!(is_clean(root));
            }
        }
    }

    #[test]
    fn any_text_is_a_transcript_or_a_problem(text in any::<String>()) {
        let _ = replay(&text);
    }

    #[test]
    fn any_address_is_a_site_or_a_problem(address in "\\PC{0,40}", plain in "\\PC{0,40}") {
        let _ = Site::parse(&address, Some(&plain));
        if let Ok(site) = Site::parse(&format!("https://example.test/{address}"), None) {
            prop_assert_eq!(site.plain.scheme(), "http");
        }
    }

    /// A cookie's value is nowhere among the facts.
    #[test]
    fn no_cookie_value_is_kept(value in "[a-z0-9]{24}", attributes in "\\PC{0,20}") {
        let text = format!(
            "> GET https://example.test/\n< HTTP/1.1 200 OK\n< Set-Cookie: sessionid={value}; {attributes}"
        );
        let facts = replay(&text);
        prop_assume!(facts.is_ok() && !attributes.contains(&value));
        let told = format!("{facts:?}");
        prop_assert!(!told.contains(&value));
    }
}
