//! The cipher suite on which the keepers of the preload list would agree with a server of TLS 1.2.

use crate::probe::offer::Suites;

/// What is not obsolete to them (`checkCipherSuite` in `hstspreload`, read 2026-11-30).
const MODERN: [&str; 6] = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/// What their client offers besides, after these (Go's `crypto/tls`, read 2026-11-30).
const ALSO_OFFERED: [&str; 4] = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
];

/// Whether the suite that is agreed on is certainly an obsolete one.
pub(super) fn is_obsolete(offered: &Suites) -> bool {
    let modern = |name: &&String| MODERN.contains(&name.as_str());
    let shared = |name: &&String| modern(name) || ALSO_OFFERED.contains(&name.as_str());
    let mut shared = offered.names.iter().filter(shared);
    match offered.servers_order {
        Some(true) => shared.next().is_some_and(|first| !modern(&first)),
        _ => offered.open.is_none() && !shared.any(|name| modern(&name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decides_matters_where_both_kinds_are_offered() {
        let (modern, cbc) = (MODERN[3], ALSO_OFFERED[2]);
        for (names, servers_order, expected) in [
            (&[modern][..], None, false),
            (&[cbc][..], None, true),
            (&["TLS_RSA_WITH_AES_128_GCM_SHA256"], None, true),
            (&[cbc, modern], Some(true), true),
            (&[cbc, modern], Some(false), false),
            (&["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", modern, cbc], Some(true), false),
        ] {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            let offered = Suites { names, servers_order, ..Suites::default() };
            assert_eq!(is_obsolete(&offered), expected, "{offered:?}");
        }
    }
}
