//! Whether a server takes a session up again where a client left it.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{HandshakeKind, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;

use super::{handshake, trusting};
use crate::probe::Unanswered;
use crate::probe::network::{Shared, why};
use crate::probe::offer::Named;

/// How long a server may take to end a connection that was said goodbye to.
const GOODBYE: std::time::Duration = std::time::Duration::from_secs(2);

/// Pieces that are read behind the goodbye.
const MOST_PIECES: usize = 16;

/// Comes back once in each of these versions; those in which the server knew its visitor. What is older is
/// not tried.
pub(super) async fn resumed(
    shared: &Shared,
    url: &Url,
    offered: &[String],
    until: Instant,
) -> Named {
    let versions = [("TLSv1.2", &TLS12), ("TLSv1.3", &TLS13)];
    let [older, newer] = versions.map(|(name, version)| async move {
        let asked = offered.iter().any(|offered| offered == name);
        let known = asked.then(|| Box::pin(comes_back(shared, url, version, until)));
        (
            name,
            match known {
                Some(coming) => coming.await,
                None => Ok(false),
            },
        )
    });
    let (older, newer) = tokio::join!(older, newer);
    let mut resumed = Named::default();
    for (name, known) in [older, newer] {
        match known {
            Ok(true) => resumed.names.push(name.to_owned()),
            Ok(false) => {}
            Err(why) => resumed.open = resumed.open.or_else(|| Some(why.ignorance())),
        }
    }
    resumed
}

async fn comes_back(
    shared: &Shared,
    url: &Url,
    version: &'static SupportedProtocolVersion,
    until: Instant,
) -> Result<bool, Unanswered> {
    let config = trusting::in_version(&shared.provider, version)
        .map_err(|error| why::in_vain(error.to_string()))?;
    let connector = TlsConnector::from(Arc::new(config));
    let name = handshake::name(url)?;
    let coming = async {
        let first = async {
            let line = shake(&connector, &name, shared.connect(url).await?).await?;
            leave(line, version).await;
            Ok(())
        };
        // The second connection is made while the first is spoken on.
        let (first, second) = tokio::join!(first, shared.connect(url));
        first?;
        let line = shake(&connector, &name, second?).await?;
        Ok(line.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed))
    };
    shared.patient(until, coming).await
}

async fn shake(
    connector: &TlsConnector,
    name: &ServerName<'static>,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Unanswered> {
    let shaken = connector.connect(name.clone(), stream).await;
    shaken.map_err(|error| handshake::why(&error))
}

/// Says goodbye. A ticket of TLS 1.3 comes behind the handshake: whoever says goodbye hears all that was said
/// before.
async fn leave(mut line: TlsStream<TcpStream>, version: &SupportedProtocolVersion) {
    let _ = line.shutdown().await;
    if version == &TLS12 {
        return;
    }
    let hearing = async {
        let mut piece = vec![0; 4096];
        for _ in 0..MOST_PIECES {
            if !line.read(&mut piece).await.is_ok_and(|read| read > 0) {
                break;
            }
        }
    };
    let _ = timeout(GOODBYE, hearing).await;
}
