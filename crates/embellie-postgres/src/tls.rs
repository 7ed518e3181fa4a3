//! Encryption, and what proof of itself a server must give.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use embellie_core::Error;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::options::{PostgresOptions, TlsMode};

/// How streams are encrypted as `options` ask for.
pub(crate) fn configuration(options: &PostgresOptions) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = verifier(options, &provider)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| improper(format!("TLS cannot be set up: {e}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let config = match (&options.client_certificate, &options.client_key) {
        (Some(certificate), Some(key)) => {
            let key_der = PrivateKeyDer::from_pem_slice(&read(key)?)
                .map_err(|e| improper(format!("{} holds no private key: {e}", key.display())))?;
            config
                .with_client_auth_cert(certificates(certificate)?, key_der)
                .map_err(|e| improper(format!("the client certificate cannot be used: {e}")))?
        }
        _ => config.with_no_client_auth(),
    };
    Ok(Arc::new(config))
}

fn verifier(options: &PostgresOptions, provider: &Arc<CryptoProvider>) -> Result<Verifier, Error> {
    let proof = match options.tls_mode {
        TlsMode::VerifyFull => Proof::AuthorityAndName,
        TlsMode::VerifyCa => Proof::Authority,
        TlsMode::Require if options.root_certificates.is_some() => Proof::Authority,
        TlsMode::Require | TlsMode::Prefer | TlsMode::Disable => {
            return Ok(Verifier::Anyone(Arc::clone(provider)));
        }
    };
    let mut roots = RootCertStore::empty();
    let mut pinned = Vec::new();
    match &options.root_certificates {
        Some(file) => {
            pinned = certificates(file)?;
            for certificate in &pinned {
                roots
                    .add(certificate.clone())
                    .map_err(|e| improper(format!("a certificate of {} is unusable: {e}", file.display())))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    let inner = inner.map_err(|e| {
        improper(format!("there is no root certificate to check the server's by; name one with sslrootcert ({e})"))
    })?;
    Ok(Verifier::Known { inner, pinned, proof })
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let unusable = |reason: String| improper(format!("{} holds no certificate: {reason}", file.display()));
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(file)?).collect();
    match found {
        Ok(found) if found.is_empty() => Err(unusable("there is no PEM block CERTIFICATE".into())),
        Ok(found) => Ok(found),
        Err(e) => Err(unusable(e.to_string())),
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    fs::read(file).map_err(|e| improper(format!("cannot read {}: {e}", file.display())))
}

fn improper(message: String) -> Error {
    Error::ImproperlyConfigured(message)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Authority,
    AuthorityAndName,
}

#[derive(Debug)]
enum Verifier {
    /// The connection is encrypted, whoever answers.
    Anyone(Arc<CryptoProvider>),
    Known {
        inner: Arc<WebPkiServerVerifier>,
        /// The certificates that were named as trusted, word for word.
        pinned: Vec<CertificateDer<'static>>,
        proof: Proof,
    },
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Verifier::Known { inner, pinned, proof } = self else { return Ok(ServerCertVerified::assertion()) };
        match inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is checked last, when all else is proved.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if *proof == Proof::Authority => Ok(ServerCertVerified::assertion()),
            Err(error) if is_authority(&error) && pinned.iter().any(|known| known == end_entity) => {
                if *proof == Proof::AuthorityAndName {
                    verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        match self {
            Verifier::Known { inner, .. } => inner.verify_tls12_signature(message, certificate, signature),
            Verifier::Anyone(provider) => rustls::crypto::verify_tls12_signature(
                message,
                certificate,
                signature,
                &provider.signature_verification_algorithms,
            ),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        match self {
            Verifier::Known { inner, .. } => inner.verify_tls13_signature(message, certificate, signature),
            Verifier::Anyone(provider) => rustls::crypto::verify_tls13_signature(
                message,
                certificate,
                signature,
                &provider.signature_verification_algorithms,
            ),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        match self {
            Verifier::Known { inner, .. } => inner.supported_verify_schemes(),
            Verifier::Anyone(provider) => provider.signature_verification_algorithms.supported_schemes(),
        }
    }
}

/// Whether the only fault of the server's certificate, found after its dates were checked, is that it is an
/// authority's: one that the server has signed itself. That is no fault when it is known.
fn is_authority(error: &rustls::Error) -> bool {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(reason)) => {
            reason.to_string().contains("CaUsedAsEndEntity")
        }
        _ => false,
    }
}
