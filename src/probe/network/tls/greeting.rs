//! One greeting: a first message, and what the server says to it.

use tls_parser::{
    TlsExtension, TlsMessage, TlsMessageHandshake, parse_dh_params, parse_tls_extensions,
    parse_tls_message_handshake,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::{Host, Url};

use super::hello::{HANDSHAKE, Hello, SSL3, TLS13};
use super::suites;
use crate::probe::Unanswered;

/// What a server says to a greeting.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// It goes on in the version that was offered.
    Agreed(Chosen),
    /// It refuses, or insists on another version.
    Refused,
    /// It hangs up. Where it speaks another version, that is a refusal.
    Closed,
    NotTls,
    Unknown(Unanswered),
}

/// What it chose.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    pub(super) suite: u16,
    /// The group of the key exchange, as far as it was told.
    pub(super) group: Option<u16>,
    /// The size of the prime of a Diffie-Hellman exchange.
    pub(super) dh_bits: Option<u32>,
    /// The certificates, its own first; they are readable before TLS 1.3 only.
    pub(super) certificates: Vec<Vec<u8>>,
    /// Whether the authority's answer about them came along.
    pub(super) stapled: bool,
}

/// Greets on a connection that is being made, and reads the answer: its first message only, or all that comes
/// in the clear.
pub(super) async fn greet(
    line: impl Future<Output = Result<TcpStream, Unanswered>>,
    url: &Url,
    hello: &Hello,
    whole: bool,
) -> Reply {
    let mut stream = match line.await {
        Ok(stream) => stream,
        Err(why) => return Reply::Unknown(why),
    };
    let name = match url.host() {
        Some(Host::Domain(name)) => Some(name),
        _ => None,
    };
    if stream.write_all(&hello.bytes(name)).await.is_err() {
        return Reply::Closed;
    }
    answer(&mut stream, hello, whole).await.unwrap_or_else(|reply| reply)
}

async fn answer(
    stream: &mut (impl AsyncReadExt + Unpin),
    hello: &Hello,
    whole: bool,
) -> Result<Reply, Reply> {
    let mut messages = Messages { stream, bytes: Vec::new(), read: 0 };
    let (kind, first) = messages.next().await?;
    if kind != SERVER_HELLO {
        return Ok(Reply::NotTls);
    }
    let Some((version, mut chosen)) = chosen(&first) else { return Ok(Reply::NotTls) };
    if version != hello.code {
        return Ok(Reply::Refused);
    }
    if !hello.suites.contains(&chosen.suite) {
        return Ok(Reply::NotTls);
    }
    let named = suites::is_dhe(chosen.suite) || suites::is_ecdhe(chosen.suite);
    // What follows tells how keys are exchanged. Without it, the choice is known all the same.
    if version < TLS13 && (whole || (named && !hello.share) || suites::is_dhe(chosen.suite)) {
        while let Ok((kind, message)) = messages.next().await {
            match kind {
                CERTIFICATE_STATUS => chosen.stapled = true,
                CERTIFICATE => chosen.certificates = certificates(&message),
                SERVER_KEY_EXCHANGE => {
                    exchange(&message, &mut chosen);
                    break;
                }
                SERVER_HELLO_DONE => break,
                _ => {}
            }
        }
    }
    Ok(Reply::Agreed(chosen))
}

const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const SERVER_KEY_EXCHANGE: u8 = 12;
const SERVER_HELLO_DONE: u8 = 14;
const CERTIFICATE_STATUS: u8 = 22;

/// Bytes that an answer may have in all.
const MOST_BYTES: usize = 1 << 17;

/// RFC 8446 §5.1, with room for the padding of older versions.
const MOST_RECORD_BYTES: usize = (1 << 14) + 2048;

const ALERT: u8 = 21;

/// The messages of a handshake, however they are cut into records.
struct Messages<'s, S> {
    stream: &'s mut S,
    bytes: Vec<u8>,
    read: usize,
}

impl<S: AsyncReadExt + Unpin> Messages<'_, S> {
    /// The next message with its header, and its kind; what comes instead is the reply.
    async fn next(&mut self) -> Result<(u8, Vec<u8>), Reply> {
        loop {
            if let Some(&[kind, first, second, third]) = self.bytes.first_chunk::<4>() {
                let length = u32::from_be_bytes([0, first, second, third]);
                let whole = 4 + usize::try_from(length).unwrap_or(usize::MAX - 4);
                if self.bytes.len() >= whole {
                    let rest = self.bytes.split_off(whole);
                    return Ok((kind, std::mem::replace(&mut self.bytes, rest)));
                }
            }
            let (kind, content) = self.record().await?;
            if kind == HANDSHAKE {
                self.bytes.extend(content);
            } else if let Some(reply) = alert(&content) {
                return Err(reply);
            }
        }
    }

    async fn record(&mut self) -> Result<(u8, Vec<u8>), Reply> {
        let mut header = [0; 5];
        self.stream.read_exact(&mut header).await.map_err(|_| Reply::Closed)?;
        let [kind, major, _, high, low] = header;
        let length = usize::from(u16::from_be_bytes([high, low]));
        self.read += length + header.len();
        let fits = length <= MOST_RECORD_BYTES && self.read <= MOST_BYTES;
        if !matches!(kind, ALERT | HANDSHAKE) || major != 3 || !fits {
            return Err(Reply::NotTls);
        }
        let mut content = vec![0; length];
        self.stream.read_exact(&mut content).await.map_err(|_| Reply::Closed)?;
        Ok((kind, content))
    }
}

/// What an alert means; nothing if it is only a warning.
fn alert(content: &[u8]) -> Option<Reply> {
    let warning = content.first() == Some(&1);
    let goodbye = content.get(1) == Some(&0);
    match (warning, goodbye) {
        (true, true) => Some(Reply::Closed),
        (true, false) => None,
        (false, _) => Some(Reply::Refused),
    }
}

/// The version and the choice in the server's first message.
fn chosen(message: &[u8]) -> Option<(u16, Chosen)> {
    let (_, TlsMessage::Handshake(TlsMessageHandshake::ServerHello(hello))) =
        parse_tls_message_handshake(message).ok()?
    else {
        return None;
    };
    let mut chosen = Chosen { suite: hello.cipher.0, ..Chosen::default() };
    let mut version = hello.version.0;
    let extensions = hello.ext.and_then(|bytes| parse_tls_extensions(bytes).ok());
    for extension in extensions.into_iter().flat_map(|(_, list)| list) {
        match extension {
            // TLS 1.3 calls itself 1.2 and tells the truth in an extension (RFC 8446 §4.1.3).
            TlsExtension::SupportedVersions(versions) => {
                version = versions.first().map_or(version, |version| version.0);
            }
            // The group of the share, or, in a request for another greeting, the group that is wanted.
            TlsExtension::KeyShare([high, low, ..]) => {
                chosen.group = Some(u16::from_be_bytes([*high, *low]));
            }
            _ => {}
        }
    }
    (version >= SSL3).then_some((version, chosen))
}

/// RFC 5246 §7.4.2: a list of certificates, each behind its length.
fn certificates(message: &[u8]) -> Vec<Vec<u8>> {
    let parsed = parse_tls_message_handshake(message);
    let Ok((_, TlsMessage::Handshake(TlsMessageHandshake::Certificate(list)))) = parsed else {
        return Vec::new();
    };
    list.cert_chain.iter().map(|certificate| certificate.data.to_vec()).collect()
}

/// RFC 5246 §7.4.3 and RFC 8422 §5.4: the prime, or the named curve.
fn exchange(message: &[u8], chosen: &mut Chosen) {
    let content = message.get(4..).unwrap_or_default();
    if suites::is_dhe(chosen.suite) {
        let prime = parse_dh_params(content).ok().map(|(_, params)| params.dh_p);
        chosen.dh_bits = prime.and_then(bits);
    } else if let [3, high, low, ..] = content {
        chosen.group = Some(u16::from_be_bytes([*high, *low]));
    }
}

/// The bits of a number from its first one on.
fn bits(number: &[u8]) -> Option<u32> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let rest = number.get(zeros..)?;
    let first = rest.first()?.leading_zeros();
    (u32::try_from(rest.len()).ok()? * 8).checked_sub(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_prime_is_that_of_its_first_bit() {
        for (number, expected) in [
            (&[][..], None),
            (&[0, 0][..], None),
            (&[1][..], Some(1)),
            (&[0, 0x80, 0][..], Some(16)),
            (&[0xff; 256][..], Some(2048)),
        ] {
            assert_eq!(bits(number), expected);
        }
    }

    #[tokio::test]
    async fn messages_are_put_together_from_records_of_any_size() {
        // A hello of TLS 1.2 in records of seven bytes, a warning in between.
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([0, 0xc0, 0x2f, 0]);
        let message = [&[2, 0, 0, u8::try_from(body.len()).unwrap()][..], &body].concat();
        let mut wire = vec![21, 3, 3, 0, 2, 1, 112];
        for piece in message.chunks(7) {
            wire.extend([22, 3, 3, 0, u8::try_from(piece.len()).unwrap()]);
            wire.extend(piece);
        }
        let hello = Hello::with_suites(0x0303, vec![0xc02f]);
        let reply = answer(&mut wire.as_slice(), &hello, false).await;
        assert!(matches!(&reply, Ok(Reply::Agreed(chosen)) if chosen.suite == 0xc02f), "{reply:?}");
        for cut in 0..wire.len() {
            let reply = answer(&mut &wire[..cut], &hello, true).await;
            assert!(matches!(reply, Err(Reply::Closed)), "{cut}: {reply:?}");
        }
        let other = Hello::with_suites(0x0303, vec![0xc030]);
        let reply = answer(&mut wire.as_slice(), &other, false).await;
        assert!(matches!(reply, Ok(Reply::NotTls)), "a suite that was not offered: {reply:?}");
    }
}
