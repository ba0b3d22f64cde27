//! A certificate authority of the test's own, and what it certifies.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("random");
        Self(CertifiedIssuer::self_signed(params, key).expect("signed"))
    }

    /// A certificate for this machine and the hosts of Acme, and its private key, as PEM.
    pub fn certify(&self) -> (String, String) {
        let names = ["localhost", "127.0.0.1", "*.acme.example"].map(str::to_owned);
        let key = KeyPair::generate().expect("random");
        let params = CertificateParams::new(names).expect("names");
        let certificate = params.signed_by(&key, &self.0).expect("signed");
        (certificate.pem(), key.serialize_pem())
    }

    /// The authority's own certificate, as PEM.
    pub fn pem(&self) -> String {
        self.0.pem()
    }
}

/// Serves on a free port with what [`install`] wrote.
pub const TLS: &[&str] = &[
    "--listen",
    "127.0.0.1:0",
    "--tls-cert",
    "tls.pem",
    "--tls-key",
    "tls.key",
];

pub fn install(directory: &Path, (certificate, key): &(String, String)) {
    put(&directory.join("tls.pem"), certificate);
    put(&directory.join("tls.key"), key);
}

/// Puts a file in the place of the one that is there, as programs that renew certificates do.
pub fn put(path: &Path, text: &str) {
    let new = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .expect("made");
    std::io::Write::write_all(&mut file, text.as_bytes()).expect("written");
    fs::rename(&new, path).expect("renamed");
}
