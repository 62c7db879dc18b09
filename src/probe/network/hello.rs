//! Which versions of TLS a server offers, asked with a greeting of our own for each.
//!
//! A library that speaks old versions would be a danger of its own; the first message and the first
//! answer suffice.

use tls_parser::{
    TlsExtension, TlsMessage, TlsMessageHandshake, parse_tls_extensions,
    parse_tls_message_handshake,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use super::{Shared, why};
use crate::fact::Ignorance;
use crate::probe::Unanswered;
use crate::probe::question::{VERSIONS, Versions};

/// What a server says to a greeting.
enum Reply {
    Agreed,
    Refused,
    /// It hangs up. Where it speaks another version, that is a refusal.
    Closed,
    NotTls,
    Unknown(Unanswered),
}

/// Greets in every version, all at once.
pub(super) async fn versions(
    shared: &Shared,
    url: &Url,
    limit: Instant,
) -> Result<Versions, Unanswered> {
    let [ssl3, tls10, tls11, tls12, tls13] = CODES.map(|code| greet(shared, url, code, limit));
    let (ssl3, tls10, tls11, tls12, tls13) = tokio::join!(ssl3, tls10, tls11, tls12, tls13);
    let replies: Vec<(&str, Reply)> =
        VERSIONS.into_iter().zip([ssl3, tls10, tls11, tls12, tls13]).collect();
    let agreed = |reply: &Reply| matches!(reply, Reply::Agreed);
    let offered: Vec<String> = replies
        .iter()
        .filter(|(_, reply)| agreed(reply))
        .map(|(version, _)| (*version).to_owned())
        .collect();
    let mut open = None;
    for (version, reply) in replies {
        let why = match reply {
            Reply::Agreed | Reply::Refused => continue,
            Reply::Closed if !offered.is_empty() => continue,
            Reply::Closed => why::in_vain("the server hangs up"),
            Reply::NotTls => why::in_vain("what answers there does not speak TLS"),
            Reply::Unknown(why) => why,
        };
        if offered.is_empty() {
            return Err(why);
        }
        let why = format!("{version}: {}", why.ignorance().why);
        open = open.or_else(|| Some(Ignorance::new(why)));
    }
    Ok(Versions { offered, open })
}

async fn greet(shared: &Shared, url: &Url, code: u16, limit: Instant) -> Reply {
    let talk = async {
        let mut stream = match shared.connect(url).await {
            Ok(stream) => stream,
            Err(why) => return Reply::Unknown(why),
        };
        let name = match url.host() {
            Some(Host::Domain(name)) => Some(name),
            _ => None,
        };
        if stream.write_all(&client_hello(code, name)).await.is_err() {
            return Reply::Closed;
        }
        for _ in 0..MOST_RECORDS {
            // Of a warning nothing is understood; the answer is still to come.
            match read_record(&mut stream).await.map(|record| understood(&record, code)) {
                Ok(Some(reply)) | Err(reply) => return reply,
                Ok(None) => {}
            }
        }
        Reply::NotTls
    };
    timeout_at(limit, talk).await.unwrap_or_else(|_| Reply::Unknown(shared.silent()))
}

/// Warnings that may come before the answer.
const MOST_RECORDS: usize = 4;

/// RFC 8446 §5.1, with room for the padding of older versions.
const MOST_RECORD_BYTES: usize = (1 << 14) + 2048;

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

struct Record {
    kind: u8,
    content: Vec<u8>,
}

async fn read_record(stream: &mut (impl AsyncReadExt + Unpin)) -> Result<Record, Reply> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).await.map_err(|_| Reply::Closed)?;
    let [kind, major, _, high, low] = header;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if !matches!(kind, ALERT | HANDSHAKE) || major != 3 || length > MOST_RECORD_BYTES {
        return Err(Reply::NotTls);
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content).await.map_err(|_| Reply::Closed)?;
    Ok(Record { kind, content })
}

/// The reply in a record; none if it is only a warning.
fn understood(record: &Record, code: u16) -> Option<Reply> {
    if record.kind == ALERT {
        let warning = record.content.first() == Some(&1);
        let goodbye = record.content.get(1) == Some(&0);
        return match (warning, goodbye) {
            (true, true) => Some(Reply::Closed),
            (true, false) => None,
            (false, _) => Some(Reply::Refused),
        };
    }
    let Ok((_, TlsMessage::Handshake(TlsMessageHandshake::ServerHello(hello)))) =
        parse_tls_message_handshake(&record.content)
    else {
        return Some(Reply::NotTls);
    };
    // TLS 1.3 calls itself 1.2 and tells the truth in an extension (RFC 8446 §4.1.3).
    let extensions = hello.ext.and_then(|bytes| parse_tls_extensions(bytes).ok());
    let told = extensions.iter().flat_map(|(_, list)| list).find_map(|extension| match extension {
        TlsExtension::SupportedVersions(versions) => versions.first().map(|version| version.0),
        _ => None,
    });
    let chosen = told.unwrap_or(hello.version.0);
    Some(if chosen == code { Reply::Agreed } else { Reply::Refused })
}

/// The numbers of [`VERSIONS`] on the wire.
const CODES: [u16; 5] = [0x0300, 0x0301, 0x0302, 0x0303, TLS13];
const TLS12: u16 = 0x0303;
const TLS13: u16 = 0x0304;

/// Every suite that a server of each version may want; an offer that lacks its favourite would look
/// like a refusal.
const OLD_SUITES: &[u16] = &[
    0xc009, 0xc00a, 0xc013, 0xc014, 0x0033, 0x0039, 0x002f, 0x0035, 0x0041, 0x0084, 0x0045, 0x0088,
    0x000a, 0xc008, 0xc012, 0x0016, 0x0096, 0x0005, 0x0004, 0xc007, 0xc011, 0x0009, 0x0015,
];
const TLS12_SUITES: &[u16] = &[
    0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9, 0xccaa, 0x009e, 0x009f, 0x009c, 0x009d, 0xc023,
    0xc024, 0xc027, 0xc028, 0x0067, 0x006b, 0x003c, 0x003d, 0xc0ac, 0xc0ad,
];
const TLS13_SUITES: &[u16] = &[0x1301, 0x1302, 0x1303];

/// RFC 5746 §3.3: the greeter knows of safe renegotiation.
const SAFE_RENEGOTIATION: u16 = 0x00ff;

/// A first message that offers one version and no other.
fn client_hello(code: u16, host: Option<&str>) -> Vec<u8> {
    let suites: Vec<u16> = match code {
        TLS13 => TLS13_SUITES.to_vec(),
        TLS12 => [TLS12_SUITES, OLD_SUITES, &[SAFE_RENEGOTIATION]].concat(),
        _ => [OLD_SUITES, &[SAFE_RENEGOTIATION]].concat(),
    };
    let mut body = code.min(TLS12).to_be_bytes().to_vec();
    body.extend([0x5a; 32]);
    body.extend(short(&if code == TLS13 { vec![0x5a; 32] } else { Vec::new() }));
    body.extend(long(&words(&suites)));
    body.extend([1, 0]);
    // SSL 3.0 knows no extensions.
    if code > 0x0300 {
        body.extend(long(&extensions(code, host)));
    }
    let mut message = vec![1, 0];
    message.extend(long(&body));
    let mut record = vec![HANDSHAKE];
    record.extend(code.min(0x0301).to_be_bytes());
    record.extend(long(&message));
    record
}

fn extensions(code: u16, host: Option<&str>) -> Vec<u8> {
    let mut all = Vec::new();
    let mut add = |kind: u16, content: Vec<u8>| {
        all.extend(kind.to_be_bytes());
        all.extend(long(&content));
    };
    if let Some(host) = host {
        add(0, long(&[&[0][..], &long(host.as_bytes())].concat()));
    }
    // X25519 and the three curves of NIST.
    add(10, long(&words(&[0x001d, 0x0017, 0x0018, 0x0019])));
    add(11, short(&[0]));
    if code >= TLS12 {
        let signatures = [
            0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201, 0x0203,
        ];
        add(13, long(&words(&signatures)));
    }
    if code == TLS13 {
        add(43, short(&TLS13.to_be_bytes()));
        // The base point of X25519 is a valid share; nothing is ever encrypted with it.
        let mut share = vec![0x00, 0x1d];
        let mut point = vec![0; 32];
        if let Some(first) = point.first_mut() {
            *first = 9;
        }
        share.extend(long(&point));
        add(51, long(&share));
    }
    all
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
