//! HTTPS whose certificate a private authority made: a proxy that speaks TLS, before a real server.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::program::{Home, Served};
use crate::{config, configure, login};

/// A proxy for as long as it lives.
struct Proxy {
    url: String,
    /// The certificate of its authority.
    ca: String,
    _runtime: Runtime,
}

impl Proxy {
    fn before(server: &Served) -> Self {
        let (tls, ca) = certified();
        let target = server.url.strip_prefix("http://").expect("plain").parse();
        let runtime = Runtime::new().expect("built");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("bound");
        let port = listener.local_addr().expect("bound").port();
        runtime.spawn(pass_on(
            listener,
            TlsAcceptor::from(tls),
            target.expect("an address"),
        ));
        Self {
            url: format!("https://localhost:{port}"),
            ca,
            _runtime: runtime,
        }
    }
}

/// A certificate for localhost, and that of the authority that made it.
fn certified() -> (Arc<ServerConfig>, String) {
    let mut authority = CertificateParams::new([]).expect("valid");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority =
        CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("random")).expect("signed");
    let key = KeyPair::generate().expect("random");
    let leaf = CertificateParams::new(["localhost".to_owned()]).expect("valid");
    let leaf = leaf.signed_by(&key, &authority).expect("signed");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let tls = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("valid");
    (Arc::new(tls), authority.pem())
}

async fn pass_on(listener: TcpListener, tls: TlsAcceptor, target: SocketAddr) {
    while let Ok((stream, _)) = listener.accept().await {
        let tls = tls.clone();
        tokio::spawn(async move {
            // A client that does not trust the certificate ends here.
            let mut near = tls.accept(stream).await.ok()?;
            let mut far = TcpStream::connect(target).await.ok()?;
            tokio::io::copy_bidirectional(&mut near, &mut far).await.ok()
        });
    }
}

#[test]
fn a_private_authority_counts_when_it_is_named_and_only_then() {
    let home = Home::new();
    let token = home.init();
    let server = home.serve(&token);
    let proxy = Proxy::before(&server);
    let said = login(&home, &token, &[&proxy.url]).refused(1);
    assert!(
        said.contains("certificate") && said.contains("--ca-file"),
        "{said}"
    );
    assert!(!home.path("config").exists());

    fs::write(home.path("acme.pem"), &proxy.ca).expect("written");
    let args = [&proxy.url, "--ca-file", "acme.pem", "--profile", "acme"];
    login(&home, &token, &args).succeeded();
    let file = home.path("acme.pem").display().to_string();
    assert!(
        config(&home).contains(&format!("ca_file = \"{file}\"")),
        "{}",
        config(&home)
    );
    let me = home.run(&["whoami", "--json"]).json();
    assert_eq!(
        (&me["server"], &me["user"]["role"]),
        (&proxy.url.as_str().into(), &"owner".into())
    );
    // What a profile named once counts at the next sign-in too.
    login(&home, &token, &[&proxy.url, "--profile", "acme"]).succeeded();

    fs::write(home.path("acme.pem"), "no certificate").expect("written");
    let said = home.run(&["key", "list"]).refused(2);
    assert!(
        said.contains(&file) && said.contains("BEGIN CERTIFICATE"),
        "{said}"
    );
    configure(&home, &config(&home).replace("acme.pem", "gone.pem"));
    let said = home.run(&["key", "list"]).refused(2);
    assert!(said.contains("gone.pem can't be read"), "{said}");
}
