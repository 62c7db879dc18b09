//! Two attitudes to certificates: to look at whatever is shown, and to demand a trusted one.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    SupportedProtocolVersion,
};

/// Takes every certificate. It is judged apart from the connection, and nothing secret is sent.
pub(in crate::probe::network) fn config(
    provider: &Arc<CryptoProvider>,
) -> Result<ClientConfig, Error> {
    let verifier = Arc::new(Trusting { provider: provider.clone(), stapled: None });
    Ok(ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Takes every certificate, and takes down whether the authority's answer about it came along. Browsers'
/// two protocols are offered.
pub(super) fn observing(
    provider: &Arc<CryptoProvider>,
    stapled: Arc<OnceLock<bool>>,
) -> Result<ClientConfig, Error> {
    let verifier = Arc::new(Trusting { provider: provider.clone(), stapled: Some(stapled) });
    let mut config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The same in one version only, with a memory of the sessions that servers offer.
pub(super) fn in_version(
    provider: &Arc<CryptoProvider>,
    version: &'static SupportedProtocolVersion,
) -> Result<ClientConfig, Error> {
    let verifier = Arc::new(Trusting { provider: provider.clone(), stapled: None });
    Ok(ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[version])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Takes trusted certificates only.
pub(in crate::probe::network) fn strict(
    provider: &Arc<CryptoProvider>,
    roots: RootCertStore,
) -> Result<ClientConfig, Error> {
    Ok(ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Asks only that the server has the key of the certificate that it shows.
#[derive(Debug)]
struct Trusting {
    provider: Arc<CryptoProvider>,
    stapled: Option<Arc<OnceLock<bool>>>,
}

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _rest: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(stapled) = &self.stapled {
            stapled.get_or_init(|| !ocsp.is_empty());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, leaf, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, leaf, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
