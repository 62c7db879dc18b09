//! Servers of a test's own, which behave as it wants and end with it.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// Anything that can be talked over.
pub(crate) trait Line: Read + Write {}
impl<T: Read + Write> Line for T {}

/// A server on loopback that hands each connection to a function.
pub(crate) fn serve(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    serve_at("127.0.0.1:0", answer)
}

/// The same on an address of the machine, or on all of them.
pub(crate) fn serve_at(address: &str, answer: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind(address).unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            thread::spawn(move || answer(stream));
        }
    });
    port
}

/// A server in TLS.
pub(crate) fn serve_tls_at(
    address: &str,
    config: Arc<ServerConfig>,
    behaviour: impl Fn(&mut dyn Line) + Send + Sync + 'static,
) -> u16 {
    serve_at(address, move |stream| {
        let session = rustls::ServerConnection::new(config.clone()).unwrap();
        behaviour(&mut rustls::StreamOwned::new(session, stream));
    })
}

/// What shows a certificate; `key` is its private key, in DER.
pub(crate) fn showing(chain: Vec<CertificateDer<'static>>, key: Vec<u8>) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key)))
        .unwrap();
    Arc::new(config)
}

/// What shows a certificate that it signed itself.
pub(crate) fn self_signed(host: &str) -> Arc<ServerConfig> {
    let signed = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
    showing(vec![signed.cert.der().clone()], signed.signing_key.serialize_der())
}

/// Answers everything that comes with the same text.
pub(crate) fn repeat(line: &mut dyn Line, text: &str) {
    let mut buffer = [0; 4096];
    while line.read(&mut buffer).is_ok_and(|read| read > 0) {
        let _ = line.write_all(text.as_bytes());
    }
}
