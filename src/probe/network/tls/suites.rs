//! All cipher suites that have a number, in packs that are asked for together.

use std::sync::LazyLock;

use tls_parser::{TlsCipherAu, TlsCipherKx, TlsCipherMac, TlsCipherSuite};

use super::hello::{SSL3, TLS12, TLS13};

/// Suites that servers of today accept, in the order of OpenSSL: forward secret before others, AES-256
/// before `ChaCha20` before AES-128, authenticated encryption before CBC.
const USUAL: &[u16] = &[
    0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc05d, 0xc061, 0xc02b, 0xc02f, 0x009e, 0xc05c,
    0xc060, 0xc024, 0xc028, 0x006b, 0xc073, 0xc077, 0xc023, 0xc027, 0x0067, 0xc072, 0xc076, 0xc00a,
    0xc014, 0x0039, 0xc009, 0xc013, 0x0033, 0x009d, 0xc0a1, 0xc09d, 0xc051, 0x009c, 0xc0a0, 0xc09c,
    0xc050, 0x003d, 0x00c0, 0x003c, 0x00ba, 0x0035, 0x0084, 0x002f, 0x0041, 0x000a, 0xc012, 0x0016,
];

/// The same for TLS 1.3, in one pack.
pub(super) const USUAL_13: &[u16] = &[0x1302, 0x1303, 0x1301];
const UNUSUAL_13: &[u16] = &[0x1304, 0x1305, 0x00c6, 0x00c7];

/// Numbers that are no suites but signals (RFC 5746, RFC 7507).
const SIGNALS: [u16; 2] = [0x00ff, 0x5600];

/// The suites of TLS 1.2 in Mozilla's guideline, in its order; most servers accept some of them.
pub(super) const GUIDELINE: [u16; 9] =
    [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009e, 0x009f, 0xccaa];

/// What is likely is asked for in short packs: the members of one are found one after the other, and packs
/// are asked for at once.
pub(super) const PACK: usize = 3;

/// What is less likely is ruled out together, and asked for in short packs only where it cannot be.
const LESS_LIKELY_PACK: usize = 13;
const RARE_PACK: usize = 110;

static KNOWN: LazyLock<Vec<&'static TlsCipherSuite>> = LazyLock::new(|| {
    let all = (1..=u16::MAX).filter(|id| !SIGNALS.contains(id));
    all.filter_map(TlsCipherSuite::from_id).collect()
});

/// All suites that a server may accept in a version, in packs.
pub(super) fn packs(code: u16) -> Vec<Vec<u16>> {
    if code == TLS13 {
        return vec![USUAL_13.to_vec(), UNUSUAL_13.to_vec()];
    }
    let usual = USUAL.iter().copied().filter(|id| fits(*id, code));
    let (likely, less_likely): (Vec<u16>, Vec<u16>) = usual.partition(|id| is_likely(*id, code));
    let rare: Vec<u16> = KNOWN
        .iter()
        .map(|suite| suite.id.0)
        .filter(|id| !USUAL.contains(id) && fits(*id, code))
        .collect();
    let packs = likely.chunks(PACK).chain(less_likely.chunks(LESS_LIKELY_PACK));
    packs.chain(rare.chunks(RARE_PACK)).map(<[u16]>::to_vec).collect()
}

/// Whether a server of a version accepts a usual suite more likely than not, or one of its kind. Before TLS
/// 1.2 there is not much else.
fn is_likely(id: u16, code: u16) -> bool {
    code < TLS12 || GUIDELINE.contains(&id)
}

/// All that an offer of usual suites leaves out.
pub(super) fn all_rare(code: u16) -> Vec<u16> {
    let usual = all_usual(code);
    packs(code).concat().into_iter().filter(|id| !usual.contains(id)).collect()
}

/// An offer that a server of a version hardly refuses.
pub(super) fn all_usual(code: u16) -> Vec<u16> {
    if code == TLS13 {
        return [USUAL_13, UNUSUAL_13].concat();
    }
    // What is weak comes after all else, so that it is chosen only where nothing else is there.
    let weak = [0x0007, 0x0096, 0x0005, 0x0004, 0xc011, 0xc007, 0x0015, 0x0009, 0x0012, 0x0013];
    let own = [0x0032, 0x0038, 0x0040, 0x006a, 0x00a2, 0x00a3, 0x0045, 0x0088, 0xc0ac, 0xc0ad];
    let all = USUAL.iter().chain(&own).chain(&[0xc008, 0xc0ae, 0xc0af, 0xc09e, 0xc09f]);
    all.chain(&weak).copied().filter(|id| fits(*id, code)).collect()
}

/// All suites with elliptic curves that a server may accept before TLS 1.3.
pub(super) fn all_ecdhe(code: u16) -> Vec<u16> {
    let usual = all_usual(code).into_iter();
    usual.filter(|id| is_ecdhe(*id)).collect()
}

/// Whether a suite exists in a version before TLS 1.3: authenticated encryption and SHA-2 came with 1.2,
/// curves are negotiated by extensions.
fn fits(id: u16, code: u16) -> bool {
    let Some(suite) = TlsCipherSuite::from_id(id) else { return false };
    if suite.kx == TlsCipherKx::Tls13 || USUAL_13.contains(&id) || UNUSUAL_13.contains(&id) {
        return false;
    }
    let old =
        matches!(suite.mac, TlsCipherMac::Null | TlsCipherMac::HmacMd5 | TlsCipherMac::HmacSha1);
    let curves = matches!(suite.kx, TlsCipherKx::Ecdh | TlsCipherKx::Ecdhe | TlsCipherKx::Aecdh);
    (code >= TLS12 || old) && (code > SSL3 || !curves)
}

/// Whether keys are exchanged over a curve that the server names.
pub(super) fn is_ecdhe(id: u16) -> bool {
    TlsCipherSuite::from_id(id).is_some_and(|suite| suite.kx == TlsCipherKx::Ecdhe)
}

/// Whether keys are exchanged over a prime that the server names, signed or not.
pub(super) fn is_dhe(id: u16) -> bool {
    TlsCipherSuite::from_id(id).is_some_and(|suite| {
        let anonymous = suite.kx == TlsCipherKx::Dh && suite.au == TlsCipherAu::Null;
        (suite.kx == TlsCipherKx::Dhe || anonymous) && !suite.name.contains("PSK")
    })
}

/// Whether the server proves who it is with a key on a curve.
pub(super) fn is_ecdsa(id: u16) -> bool {
    TlsCipherSuite::from_id(id).is_some_and(|suite| suite.au == TlsCipherAu::Ecdsa)
}

/// The name that IANA registered.
pub(super) fn name(id: u16) -> String {
    TlsCipherSuite::from_id(id).map_or_else(|| format!("0x{id:04x}"), |suite| suite.name.to_owned())
}

/// The place of a suite in the order that most servers have.
pub(super) fn usual_place(id: u16) -> usize {
    let place = |list: &[u16]| list.iter().position(|usual| *usual == id);
    place(USUAL).or_else(|| place(USUAL_13)).unwrap_or(USUAL.len() + usize::from(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_is_in_one_pack() {
        for code in [0x0300, 0x0301, 0x0303, 0x0304] {
            let mut all = packs(code).concat();
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count, "{code:x}");
            for id in all_usual(code) {
                assert!(all.binary_search(&id).is_ok(), "{id:x} in {code:x}");
            }
        }
        assert!(packs(0x0303).concat().len() > 300);
        assert!(!packs(0x0301).concat().contains(&0xc02f));
        assert!(!packs(0x0300).concat().contains(&0xc013));
    }

    #[test]
    fn names_are_those_of_the_registry() {
        assert_eq!(name(0xc02f), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assert_eq!(name(0x1301), "TLS_AES_128_GCM_SHA256");
        assert_eq!(name(0xfafa), "0xfafa");
        assert!(is_dhe(0x0034) && is_dhe(0x009e) && !is_dhe(0x002f), "DH_anon, DHE, RSA");
        assert!(USUAL.iter().chain(USUAL_13).all(|id| name(*id).starts_with("TLS_")));
    }
}
