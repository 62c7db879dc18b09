//! The first message of a TLS connection, as old or as strange as a question needs it.
//!
//! A library that speaks old versions would be a danger of its own; the first message and the first
//! answer suffice.

/// The numbers of [`crate::probe::question::VERSIONS`] on the wire.
pub(super) const CODES: [u16; 5] = [SSL3, 0x0301, 0x0302, TLS12, TLS13];
pub(super) const SSL3: u16 = 0x0300;
pub(super) const TLS12: u16 = 0x0303;
pub(super) const TLS13: u16 = 0x0304;

/// The kind of a record that carries this message.
pub(super) const HANDSHAKE: u8 = 22;

/// RFC 5746 §3.3: the greeter knows of safe renegotiation.
const SAFE_RENEGOTIATION: u16 = 0x00ff;

/// Groups in the order of how usual they are: X25519, the curves of NIST, X448, those of Brainpool and
/// Certicom. A server that insists on a rare one would look as if it refused.
const CURVES: &[u16] =
    &[0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x001a, 0x001b, 0x001c, 0x0016, 0x0015, 0x0013];

/// Groups of TLS 1.3 alone: whole primes (RFC 7919), and those against quantum computers. Before it, a
/// server that has a prime of its own may refuse where primes are named.
const GROUPS_13: &[u16] = &[0x0100, 0x0101, 0x0102, 0x0103, 0x0104, 0x11ec, 0x11eb, 0x11ed];

/// A first message that offers one version and no other.
#[derive(Clone, Debug)]
pub(super) struct Hello {
    /// The version.
    pub(super) code: u16,
    /// The cipher suites, the most wanted first.
    pub(super) suites: Vec<u16>,
    /// The groups for the key exchange, the most wanted first.
    pub(super) groups: Vec<u16>,
    /// Whether a key for X25519 is sent along; without one, a server of TLS 1.3 names the group that it
    /// wants.
    pub(super) share: bool,
}

impl Hello {
    /// One that offers suites, and all groups.
    pub(super) fn with_suites(code: u16, suites: Vec<u16>) -> Self {
        let groups = if code == TLS13 { [CURVES, GROUPS_13].concat() } else { CURVES.to_vec() };
        Self { code, suites, groups, share: true }
    }

    /// The bytes of its record.
    pub(super) fn bytes(&self, host: Option<&str>) -> Vec<u8> {
        let mut suites = self.suites.clone();
        if self.code < TLS13 {
            suites.push(SAFE_RENEGOTIATION);
        }
        let mut body = self.code.min(TLS12).to_be_bytes().to_vec();
        body.extend([0x5a; 32]);
        body.extend(short(&if self.code == TLS13 { vec![0x5a; 32] } else { Vec::new() }));
        body.extend(long(&words(&suites)));
        body.extend([1, 0]);
        // SSL 3.0 knows no extensions.
        if self.code > SSL3 {
            body.extend(long(&self.extensions(host)));
        }
        let mut message = vec![1, 0];
        message.extend(long(&body));
        let mut record = vec![HANDSHAKE];
        record.extend(self.code.min(0x0301).to_be_bytes());
        record.extend(long(&message));
        record
    }

    fn extensions(&self, host: Option<&str>) -> Vec<u8> {
        let mut all = Vec::new();
        let mut add = |kind: u16, content: Vec<u8>| {
            all.extend(kind.to_be_bytes());
            all.extend(long(&content));
        };
        if let Some(host) = host {
            add(0, long(&[&[0][..], &long(host.as_bytes())].concat()));
        }
        // RFC 6066 §8: the authority's answer about the certificate is welcome.
        add(5, vec![1, 0, 0, 0, 0]);
        add(10, long(&words(&self.groups)));
        add(11, short(&[0]));
        if self.code >= TLS12 {
            // The last are Ed25519, Ed448, DSA and SHA-1.
            let signatures = [
                0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401,
                0x0501, 0x0601, 0x0807, 0x0808, 0x0402, 0x0201, 0x0203, 0x0202,
            ];
            add(13, long(&words(&signatures)));
        }
        if self.code == TLS13 {
            add(43, short(&TLS13.to_be_bytes()));
            let mut shares = Vec::new();
            if self.share {
                // The base point of X25519 is a valid share; nothing is ever encrypted with it.
                let mut point = vec![9];
                point.resize(32, 0);
                shares.extend([0x00, 0x1d]);
                shares.extend(long(&point));
            }
            add(51, long(&shares));
        }
        all
    }
}

/// Bytes behind their number, in one byte.
fn short(bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    [&[length][..], bytes].concat()
}

/// Bytes behind their number, in two bytes.
fn long(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes()[..], bytes].concat()
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}
