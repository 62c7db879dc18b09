//! Sites, and the codes that they get.

use prodcheck::probe::preload::judge;
use prodcheck::probe::{interview, transcript};

pub(crate) type Codes = &'static [&'static str];

/// A site on which everything is in order.
pub(crate) const FINE: Site = Site {
    domain: "example.com",
    plain: "< HTTP/1.1 301 Moved\n< Location: https://example.com/",
    secure: "< HTTP/1.1 200 OK\n\
             < Strict-Transport-Security: max-age=63072000; includeSubDomains; preload",
    tls: "< Versions: TLSv1.2 TLSv1.3\n\
          < Certificate-Names: example.com\n< Certificate-Not-After: 2027-06-30",
    www: "! connection refused",
    more: "",
};

#[derive(Clone, Copy)]
pub(crate) struct Site {
    pub(crate) domain: &'static str,
    pub(crate) plain: &'static str,
    pub(crate) secure: &'static str,
    pub(crate) tls: &'static str,
    pub(crate) www: &'static str,
    /// Further exchanges.
    pub(crate) more: &'static str,
}

impl Site {
    pub(crate) fn transcript(&self) -> String {
        let Self { domain, plain, secure, tls, www, more } = self;
        // Nobody asks for a `www` below an address.
        let www = match www {
            &"" => String::new(),
            www => format!("> TLS https://www.{domain}/\n{www}\n"),
        };
        format!(
            "@ on 2026-11-30\n\
             > GET https://{domain}/\n{secure}\n> GET http://{domain}/\n{plain}\n\
             > TLS https://{domain}/\n{tls}\n{www}{more}\n"
        )
    }

    pub(crate) fn codes(&self) -> Vec<&'static str> {
        let transcript = transcript::read(&self.transcript()).unwrap();
        let answers = interview(&transcript.site, &transcript);
        let judged = judge(&transcript.site, &answers);
        assert_eq!(judged.open, [], "{}", self.transcript());
        judged.issues.iter().map(|issue| issue.code).collect()
    }
}

const HEADER: &str = "< HTTP/1.1 200 OK\n\
                      < Strict-Transport-Security: max-age=63072000; includeSubDomains; preload";
const DOWN: &str = "< HTTP/1.1 302 Found\n\
                    < Strict-Transport-Security: max-age=63072000; includeSubDomains; preload\n\
                    < Location: ";

pub(crate) fn down(to: &str) -> &'static str {
    Box::leak(format!("{DOWN}{to}").into_boxed_str())
}

/// A site on which only the name is out of order.
fn named(domain: &'static str) -> Site {
    Site { domain, www: "", ..FINE }
}

pub(crate) fn sites() -> Vec<(Site, Codes)> {
    vec![
        (FINE, &[][..]),
        // The name.
        (
            Site {
                domain: "shop.example.com",
                www: "",
                tls: "< Certificate-Names: *.example.com\n\
                < Certificate-Not-After: 2027-06-30\n< Versions: TLSv1.3",
                plain: "< HTTP/1.1 301 Moved\n< Location: https://shop.example.com/",
                ..FINE
            },
            &["domain.is_subdomain"],
        ),
        (named("192.0.2.1"), &["domain.format.is_ip_address"]),
        (named("localhost"), &["domain.format.public_suffix"]),
        (named("co.uk"), &["domain.format.public_suffix"]),
        (named(".example.com"), &["domain.format.begins_with_dot"]),
        (named("example.com."), &["domain.format.ends_with_dot"]),
        (named("example..com"), &["domain.format.contains_double_dot"]),
        (named("exa_mple.com"), &["domain.format.invalid_characters"]),
        // The connection.
        (Site { secure: "! connection refused", ..FINE }, &["domain.tls.cannot_connect"]),
        (
            Site {
                tls: "< Certificate-Names: example.com\n< Certificate-Not-After: 2027-06-30\n\
                < Certificate-Distrust: its chain leads to no known authority",
                ..FINE
            },
            &["domain.tls.invalid_cert_chain"],
        ),
        (
            Site {
                tls: "< Certificate-Names: example.com\n< Certificate-Not-After: 2026-11-29",
                ..FINE
            },
            &["domain.tls.invalid_cert_chain"],
        ),
        (
            Site {
                tls: "< Certificate-Names: example.com\n< Certificate-Not-After: 2027-06-30\n\
                < Certificate-Signature: sha1WithRSAEncryption\n< Certificate-Distrust: its signature is too weak",
                ..FINE
            },
            &["domain.tls.invalid_cert_chain", "domain.tls.sha1"],
        ),
        (
            Site {
                tls: "< Versions: TLSv1.0 TLSv1.1\n< Certificate-Names: example.com\n\
                < Certificate-Not-After: 2027-06-30",
                ..FINE
            },
            &["tls.obsolete_cipher_suite"],
        ),
        (
            Site {
                tls: "< Versions: TLSv1.2\n< Suites-TLSv1.2: TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA\n\
                < Certificate-Names: example.com\n< Certificate-Not-After: 2027-06-30",
                ..FINE
            },
            &["tls.obsolete_cipher_suite"],
        ),
        (
            Site { secure: "! what answers there does not speak TLS", ..FINE },
            &["domain.tls.cannot_connect"],
        ),
        (Site { www: "! what answers there does not speak TLS", ..FINE }, &["domain.www.no_tls"]),
        (
            Site {
                www: "< Certificate-Names: example.com\n< Certificate-Not-After: 2027-06-30",
                ..FINE
            },
            &["domain.www.no_tls"],
        ),
        (Site { www: "! the host's name is not known", ..FINE }, &[]),
        // The header.
        (Site { secure: "< HTTP/1.1 200 OK", ..FINE }, &["response.no_header"]),
        (
            Site {
                secure: "< HTTP/1.1 200 OK\n< Strict-Transport-Security: max-age=1\n\
                < Strict-Transport-Security: max-age=1",
                ..FINE
            },
            &["response.multiple_headers"],
        ),
        (
            Site {
                secure: "< HTTP/1.1 200 OK\n\
                < Strict-Transport-Security: max-age=31536000; includeSubDomains",
                ..FINE
            },
            &["header.preloadable.preload.missing"],
        ),
        // Plain HTTP.
        (Site { plain: "! connection refused", ..FINE }, &["redirects.http.does_not_exist"]),
        (Site { plain: "< HTTP/1.1 200 OK", ..FINE }, &["redirects.http.no_redirect"]),
        (Site { plain: "< HTTP/1.1 301 Moved", ..FINE }, &["redirects.http.no_redirect"]),
        (
            Site {
                plain: "< HTTP/1.1 301 Moved\n< Location: https://example.com/\n\
                < Strict-Transport-Security: max-age=1",
                ..FINE
            },
            &["redirects.http.useless_header"],
        ),
        (
            Site {
                plain: "< HTTP/1.1 301 Moved\n< Location: https://www.example.com/",
                www: "< Certificate-Names: www.example.com\n< Certificate-Not-After: 2027-06-30",
                more: "> GET https://www.example.com/\n< HTTP/1.1 200 OK",
                ..FINE
            },
            &["redirects.http.www_first"],
        ),
        (
            Site {
                plain: "< HTTP/1.1 301 Moved\n< Location: /login",
                more: "> GET http://example.com/login\n< HTTP/1.1 200 OK",
                ..FINE
            },
            &["redirects.http.first_redirect.insecure"],
        ),
        (
            Site { plain: "< HTTP/1.1 301 Moved\n< Location: https://EXAMPLE.com/", ..FINE },
            &["redirects.http.first_redirect.insecure"],
        ),
        (
            Site {
                plain: "< HTTP/1.1 301 Moved\n< Location: https://example.com/start",
                more: "> GET https://example.com/start\n< HTTP/1.1 200 OK",
                ..FINE
            },
            &["redirects.http.first_redirect.no_hsts"],
        ),
        (
            Site {
                plain: "< HTTP/1.1 301 Moved\n< Location: https://example.com/start",
                more: "> GET https://example.com/start\n! the connection broke",
                ..FINE
            },
            &["redirects.follow_error", "redirects.http.first_redirect.invalid"],
        ),
        // What the first redirect lacks counts only where the first answer is in order.
        (
            Site {
                secure: "< HTTP/1.1 200 OK",
                plain: "< HTTP/1.1 301 Moved\n< Location: https://example.com/start",
                more: "> GET https://example.com/start\n< HTTP/1.1 200 OK",
                ..FINE
            },
            &["response.no_header"],
        ),
        // Further redirects.
        (
            Site {
                secure: down("http://example.com/plain"),
                more: "> GET http://example.com/plain\n< HTTP/1.1 200 OK",
                ..FINE
            },
            &["redirects.insecure.subsequent", "redirects.insecure.initial"],
        ),
        (
            Site {
                secure: down("https://example.com/a"),
                more: "> GET https://example.com/a\n< HTTP/1.1 302 Found\n< Location: https://example.com/b\n\
                    > GET https://example.com/b\n< HTTP/1.1 302 Found\n< Location: https://example.com/c\n\
                    > GET https://example.com/c\n< HTTP/1.1 302 Found\n< Location: https://example.com/d\n",
                ..FINE
            },
            &["redirects.too_many", "redirects.too_many"],
        ),
        (
            Site {
                secure: down("https://www.example.com/"),
                www: "< Certificate-Names: www.example.com\n< Certificate-Not-After: 2027-06-30",
                more: "> GET https://www.example.com/\n! connection refused",
                ..FINE
            },
            &["redirects.follow_error", "redirects.follow_error"],
        ),
        // A certificate that is for another host breaks the way to it.
        (
            Site {
                secure: down("https://www.example.com/"),
                www: "< Certificate-Names: example.com\n< Certificate-Not-After: 2027-06-30",
                more: "> GET https://www.example.com/\n< HTTP/1.1 200 OK",
                ..FINE
            },
            &["redirects.follow_error", "redirects.follow_error", "domain.www.no_tls"],
        ),
        (
            Site {
                plain: "< HTTP/1.1 301 Moved\n< Location: https://example.com/#x",
                secure: HEADER,
                ..FINE
            },
            &[],
        ),
    ]
}
