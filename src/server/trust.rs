//! Which certificates of other servers are trusted: those of the system's authorities, and of one in a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_platform_verifier::Verifier;
use thiserror::Error;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

#[derive(Debug, Error)]
pub enum TrustError {
    #[error("can't read certificates from {}: {why}", file.display())]
    Authority { file: PathBuf, why: String },
    #[error("can't use TLS: {0}")]
    Tls(String),
}

/// How a connection to another server is encrypted and the server verified.
pub fn client(authority: Option<&Path>) -> Result<ClientConfig, TrustError> {
    let unready = |error: &dyn std::fmt::Display| TrustError::Tls(error.to_string());
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| unready(&error))?;
    let roots = match authority {
        None => Vec::new(),
        Some(file) => certificates(file).map_err(|why| TrustError::Authority {
            file: file.to_owned(),
            why,
        })?,
    };
    let verifier = Verifier::new_with_extra_roots(roots, provider).map_err(|error| unready(&error))?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| error.to_string());
    match found {
        Ok(found) if found.is_empty() => Err("no certificate is in it".into()),
        found => found,
    }
}
