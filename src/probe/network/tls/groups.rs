//! The groups for the exchange of keys that a server offers.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use tokio::task::JoinSet;

use super::certificate::described;
use super::greeting::{Chosen, Reply};
use super::hello::{Hello, TLS12, TLS13};
use super::offer::{Desk, find, gathered};
use super::suites::{self, PACK};
use super::versions::Agreed;
use crate::probe::offer::Named;

/// The groups that have a name (IANA, "TLS Supported Groups"), those that belong together in a row.
const GROUPS: [(u16, &str); 25] = [
    (0x001d, "x25519"),
    (0x0017, "secp256r1"),
    (0x0018, "secp384r1"),
    (0x0019, "secp521r1"),
    (0x001e, "x448"),
    (0x0100, "ffdhe2048"),
    (0x0101, "ffdhe3072"),
    (0x0102, "ffdhe4096"),
    (0x0103, "ffdhe6144"),
    (0x0104, "ffdhe8192"),
    (0x11ec, "X25519MLKEM768"),
    (0x11eb, "SecP256r1MLKEM768"),
    (0x11ed, "SecP384r1MLKEM1024"),
    (0x001a, "brainpoolP256r1"),
    (0x001b, "brainpoolP384r1"),
    (0x001c, "brainpoolP512r1"),
    (0x0016, "secp256k1"),
    (0x0015, "secp224r1"),
    (0x0013, "secp192r1"),
    (0x0014, "secp224k1"),
    (0x0012, "secp192k1"),
    (0x001f, "brainpoolP256r1tls13"),
    (0x0020, "brainpoolP384r1tls13"),
    (0x0021, "brainpoolP512r1tls13"),
    (0x0029, "curveSM2"),
];

/// Of these in a row, most servers have some.
const LIKELY_GROUPS: usize = 3;

/// The others are ruled out together.
const LONG_PACK: usize = 13;

/// The binary curves, which nobody should offer any more, and two that came before those of NIST.
const OLD_CURVES: std::ops::RangeInclusive<u16> = 0x0001..=0x0011;

/// The curve that most certificates are on.
const P256: u16 = 0x0017;

/// A certificate on a curve, before TLS 1.3: there its curve has to be offered beside the group (RFC 8422 §5.1).
#[derive(Clone, Copy)]
enum OnCurve {
    /// The server has only this one.
    Only(u16),
    /// It has a certificate of another kind, too, with which any group may be asked for.
    Avoidable,
}

async fn on_curve(desk: &Desk, code: u16, first: &Chosen) -> Option<OnCurve> {
    if code > TLS12 || !suites::is_ecdsa(first.suite) {
        return None;
    }
    let other = Hello::with_suites(code, without_ecdsa(code));
    // Without a share the certificate is read.
    let own = Hello { share: false, ..Hello::with_suites(code, vec![first.suite]) };
    match tokio::join!(desk.greet(&other), desk.greet(&own)) {
        (Reply::Agreed(_), _) => Some(OnCurve::Avoidable),
        (_, Reply::Agreed(own)) => Some(OnCurve::Only(curve_of(&own).unwrap_or(P256))),
        _ => Some(OnCurve::Only(P256)),
    }
}

/// The curve of the certificate that was shown.
fn curve_of(shown: &Chosen) -> Option<u16> {
    let sent: Vec<CertificateDer<'_>> =
        shown.certificates.iter().map(|one| CertificateDer::from(one.as_slice())).collect();
    let curve = described(&sent)?.curve?;
    GROUPS.iter().find(|(_, name)| *name == curve).map(|(id, _)| *id)
}

fn without_ecdsa(code: u16) -> Vec<u16> {
    suites::all_ecdhe(code).into_iter().filter(|id| !suites::is_ecdsa(*id)).collect()
}

/// Asks for groups in the newest version that has them.
pub(super) async fn groups(desk: &Arc<Desk>, agreed: &[Agreed]) -> Named {
    let Some((code, first)) = agreed.last() else {
        return Named::default();
    };
    let code = *code;
    // TLS 1.3 has done away with most curves, and brought groups of its own (RFC 8446 §4.2.7).
    let of_13 = |id: u16| match code {
        TLS13 => matches!(id, 0x0017..=0x0019 | 0x001d..),
        _ => !(0x0100..0x0200).contains(&id) && id < 0x1000,
    };
    let numbered = GROUPS.iter().map(|(id, _)| *id).chain(OLD_CURVES);
    let all: Vec<u16> = numbered.filter(|id| of_13(*id)).collect();
    let on_curve = on_curve(desk, code, first).await;
    let hello = move |left: &[u16]| {
        let mut groups = left.to_vec();
        if let Some(OnCurve::Only(curve)) = on_curve
            && !groups.contains(&curve)
        {
            groups.push(curve);
        }
        let suites = match (code, on_curve) {
            (TLS13, _) => suites::all_usual(TLS13),
            (_, Some(OnCurve::Avoidable)) => without_ecdsa(code),
            (_, _) => suites::all_ecdhe(code),
        };
        Hello { code, suites, groups, share: false }
    };
    let (likely, rest) = all.split_at(LIKELY_GROUPS.min(all.len()));
    let mut asking = JoinSet::new();
    for pack in likely.chunks(PACK).chain(rest.chunks(LONG_PACK)) {
        asking.spawn(find(desk.clone(), pack.to_vec(), hello, |chosen| chosen.group));
    }
    let (found, open) = gathered(asking).await;
    let found: Vec<u16> = found.into_iter().filter_map(|chosen| chosen.group).collect();
    let known = GROUPS.iter().filter(|(id, _)| found.contains(id)).map(|(_, name)| *name);
    let old = found.iter().filter(|id| OLD_CURVES.contains(id)).map(|id| format!("0x{id:04x}"));
    let names = known.map(str::to_owned).chain(old).collect();
    Named { names, open }
}
