//! TLS with a certificate and its key from files. Renewed files are noticed at the next handshake;
//! while they can't be used, the pair before them stays.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustix::fs::OFlags;
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, InconsistentKeys, ServerConfig};
use tokio_rustls::server::TlsStream;
use zeroize::Zeroizing;

/// More than any chain of certificates takes.
const MAX_FILE: usize = 1024 * 1024;
/// A group may read the key, as `ssl-cert` does on Debian.
const OTHERS: u32 = 0o007;

/// Where a certificate and its key are, both as PEM.
#[derive(Debug, Clone)]
pub struct CertificateFiles {
    /// The server's own certificate first, then those that vouch for it.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("can't read {path}: {source}", path = .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{path} is no regular file, and is not read again", path = .0.display())]
    NoFile(PathBuf),
    #[error("{path} begins with {mark}; save it as plain ASCII, without one", path = .path.display())]
    Marked { path: PathBuf, mark: &'static str },
    #[error("others can read the TLS key {path}; run: chmod o= '{path}'", path = .0.display())]
    OpenToOthers(PathBuf),
    #[error("{path} holds no certificate; it must be PEM, with BEGIN CERTIFICATE", path = .0.display())]
    NoCertificate(PathBuf),
    #[error(
        "{path} holds no key that can be used; it must be PEM without a passphrase, with BEGIN PRIVATE KEY",
        path = .0.display()
    )]
    NoKey(PathBuf),
    #[error("the key {key} does not belong to the certificate {certificate}; give the pair",
        key = .0.key.display(), certificate = .0.certificate.display())]
    NotAPair(CertificateFiles),
    #[error("{path} can't be used for TLS: {source}", path = .path.display())]
    Unusable { path: PathBuf, source: rustls::Error },
    #[error("TLS can't be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// Speaks TLS on the connections that it is given. Clones share the certificate.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    certificate: Arc<Renewed>,
}

impl Tls {
    /// Reads the files now, so that wrong ones stop the start.
    pub fn open(files: CertificateFiles) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let certificate = Arc::new(Renewed::open(files, provider.clone())?);
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(certificate.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        })
    }

    /// Gives up after `limit`.
    pub(in crate::server) async fn handshake(
        &self,
        stream: TcpStream,
        limit: Duration,
    ) -> io::Result<TlsStream<TcpStream>> {
        let certificate = self.certificate.clone();
        let handshake = async {
            spawn_blocking(move || certificate.renew()).await?;
            self.acceptor.accept(stream).await
        };
        timeout(limit, handshake).await?
    }
}

/// The pair in the files, read again when they have changed.
#[derive(Debug)]
struct Renewed {
    files: CertificateFiles,
    provider: Arc<CryptoProvider>,
    pair: RwLock<Arc<CertifiedKey>>,
    tried: Mutex<Tried>,
}

/// What came of the last look at the files.
#[derive(Debug)]
struct Tried {
    stamps: Stamps,
    /// Why they couldn't be used. They are then tried again at each handshake: what forbids to read a file may lie outside
    /// of it, such as in a directory or in the system's policy.
    refused: Option<String>,
}

/// When files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// A shell may hand over the output of a command, as a pipe that can be read once.
    AtStart,
    /// What is no regular file might never be read to its end, and has no content that was renewed.
    Again,
}

/// What differs between a file and the one before; `None` while there is none.
type Stamps = [Option<Stamp>; 2];

/// Mode, owner and access lists are among it: each of their changes sets `changed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Renewed {
    fn open(files: CertificateFiles, provider: Arc<CryptoProvider>) -> Result<Self, TlsError> {
        // Before they are read: what is written meanwhile is treated as changed.
        let tried = stamps(&files);
        let pair = Arc::new(read_pair(&files, &provider, Reading::AtStart)?);
        Ok(Self {
            files,
            provider,
            pair: RwLock::new(pair),
            tried: Mutex::new(Tried {
                stamps: tried,
                refused: None,
            }),
        })
    }

    /// Looks whether the files have changed. They may be where reading hangs: a handshake during another one's
    /// look uses the current pair.
    fn renew(&self) {
        let Ok(mut tried) = self.tried.try_lock() else {
            return;
        };
        let now = stamps(&self.files);
        if now == tried.stamps && tried.refused.is_none() {
            return;
        }
        tried.stamps = now;
        match read_pair(&self.files, &self.provider, Reading::Again) {
            Ok(pair) => {
                tried.refused = None;
                *self.pair.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
                tracing::info!("loaded the renewed TLS certificate");
            }
            Err(error) => {
                let refused = error.to_string();
                if tried.refused.as_ref() != Some(&refused) {
                    tracing::error!(%error, "the TLS certificate can't be renewed; the current one stays in use");
                }
                tried.refused = Some(refused);
            }
        }
    }
}

impl ResolvesServerCert for Renewed {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.pair.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn stamps(files: &CertificateFiles) -> Stamps {
    [&files.certificate, &files.key].map(|path| {
        let file = fs::metadata(path).ok()?;
        // A pipe that was read at the start is the same while it is there: its times are those of what went through.
        let times = |seconds, nanoseconds| match file.is_file() {
            true => (seconds, nanoseconds),
            false => (0, 0),
        };
        Some(Stamp {
            inode: (file.dev(), file.ino()),
            length: file.len(),
            modified: times(file.mtime(), file.mtime_nsec()),
            changed: times(file.ctime(), file.ctime_nsec()),
        })
    })
}

fn read_pair(
    files: &CertificateFiles,
    provider: &CryptoProvider,
    reading: Reading,
) -> Result<CertifiedKey, TlsError> {
    let chain = read_chain(&files.certificate, reading)?;
    let key = read_key(&files.key, reading)?;
    let unusable = |path: &Path, source| TlsError::Unusable {
        path: path.to_owned(),
        source,
    };
    CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::NotAPair(files.clone()),
        rustls::Error::InvalidCertificate(_) => unusable(&files.certificate, error),
        _ => unusable(&files.key, error),
    })
}

fn read_chain(path: &Path, reading: Reading) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = read(path, reading, |_| Ok(()))?;
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    chain
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| TlsError::NoCertificate(path.to_owned()))
}

/// Refuses a key that others than its owner and group can read or write.
fn read_key(path: &Path, reading: Reading) -> Result<PrivateKeyDer<'static>, TlsError> {
    let pem = read(path, reading, |file| match file.mode() & OTHERS {
        0 => Ok(()),
        _ => Err(TlsError::OpenToOthers(path.to_owned())),
    })?;
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| TlsError::NoKey(path.to_owned()))
}

fn read(
    path: &Path,
    reading: Reading,
    check: impl Fn(&fs::Metadata) -> Result<(), TlsError>,
) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let unreadable = |source| TlsError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = match reading {
        Reading::AtStart => File::open(path),
        // To open a pipe without it waits for whoever writes into it.
        Reading::Again => File::options()
            .read(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(path),
    };
    let file = file.map_err(unreadable)?;
    // Asked of the open file, so that nobody swaps it in between.
    let about = file.metadata().map_err(unreadable)?;
    if reading == Reading::Again && !about.is_file() {
        return Err(TlsError::NoFile(path.to_owned()));
    }
    check(&about)?;
    // Large enough never to be moved, which would leave a copy of a private key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE));
    file.take(MAX_FILE as u64)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    match mark(&bytes) {
        None => Ok(bytes),
        Some(mark) => Err(TlsError::Marked {
            path: path.to_owned(),
            mark,
        }),
    }
}

/// What some editors begin a text with. Whatever follows it is not found in PEM, be it the first certificate of a chain.
fn mark(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => Some("the byte order mark of UTF-8"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("the byte order mark of UTF-16"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_handshake_that_does_not_come_is_given_up() {
        let directory = tempfile::tempdir().expect("made");
        let [certificate, key] = ["tls.pem", "tls.key"].map(|name| directory.path().join(name));
        let pair = rcgen::generate_simple_self_signed(["localhost".into()]).expect("signed");
        fs::write(&certificate, pair.cert.pem()).expect("written");
        fs::write(&key, pair.signing_key.serialize_pem()).expect("written");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("set");
        let tls = Tls::open(CertificateFiles { certificate, key }).expect("a pair");

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let _silent = TcpStream::connect(listener.local_addr().expect("bound"))
            .await
            .expect("connected");
        let (stream, _) = listener.accept().await.expect("accepted");
        let error = tls
            .handshake(stream, Duration::from_millis(10))
            .await
            .expect_err("it never came");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
