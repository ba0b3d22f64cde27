//! Receivers over TLS: whom they must prove to be.

use std::io::Write;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::receiver::{Receiver, request};
use super::{LookUp, Outcome, Sender, allowed, ip, sender};

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Issuer {
    let mut params = CertificateParams::new([]).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("random")).expect("signed")
}

fn file(authority: &Issuer) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(authority.pem().as_bytes()).expect("written");
    file
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a pair");
    TlsAcceptor::from(Arc::new(config))
}

/// Of one whom `authority` certifies as `name`.
fn certified(authority: &Issuer, name: &str) -> TlsAcceptor {
    let key = KeyPair::generate().expect("random");
    let params = CertificateParams::new([name.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, authority).expect("signed");
    acceptor(certificate.der().clone(), &key)
}

async fn receiver(acceptor: TlsAcceptor) -> Receiver<Option<String>> {
    let act = async move |socket| {
        let mut socket = acceptor.accept(socket).await.ok()?;
        let request = request(&mut socket).await;
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        socket.write_all(answer).await.ok()?;
        socket.shutdown().await.ok()?;
        (!request.is_empty()).then_some(request)
    };
    Receiver::on("127.0.0.1:0", act).await
}

struct Here;

#[async_trait]
impl LookUp for Here {
    async fn addresses(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(vec![ip("127.0.0.1")])
    }
}

fn trusting(authority: &Issuer) -> Sender {
    let file = file(authority);
    let sender = Sender::new(allowed(&["127.0.0.1"]), Some(file.path())).expect("a sender");
    sender.asking(Here)
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_where_the_operator_says_so() {
    let authority = authority();
    for (name, host) in [
        ("hooks.acme.example", "hooks.acme.example"),
        ("127.0.0.1", "127.0.0.1"),
    ] {
        let there = receiver(certified(&authority, name)).await;
        let url = format!("https://{host}:{}/x", there.address.port());
        assert_eq!(
            trusting(&authority).deliver(&url).await,
            Outcome::Delivered { status: 200 }
        );
        assert!(there.saw().await.is_some_and(|request| request.ends_with("{}")));
    }
}

#[tokio::test]
async fn nothing_is_said_to_a_receiver_that_is_not_who_it_should_be() {
    let own = authority();
    let others = authority();
    let key = KeyPair::generate().expect("random");
    let params = CertificateParams::new(["hooks.acme.example".to_owned()]).expect("a name");
    let self_signed = params.self_signed(&key).expect("signed");
    let mut old = CertificateParams::new(["hooks.acme.example".to_owned()]).expect("a name");
    old.not_after = rcgen::date_time_ymd(2001, 1, 1);
    let expired = old.signed_by(&key, &own).expect("signed");
    for (what, acceptor) in [
        ("another name", certified(&own, "other.acme.example")),
        ("another authority", certified(&others, "hooks.acme.example")),
        ("self-signed", acceptor(self_signed.der().clone(), &key)),
        ("expired", self::acceptor(expired.der().clone(), &key)),
    ] {
        let there = receiver(acceptor).await;
        let url = format!("https://hooks.acme.example:{}/", there.address.port());
        let outcome = trusting(&own).deliver(&url).await;
        assert!(matches!(outcome, Outcome::Untrusted(_)), "{what}: {outcome:?}");
        assert_eq!(there.saw().await, None, "{what}");
    }
}

#[tokio::test]
async fn one_that_speaks_no_tls_gets_nothing() {
    let plain = Receiver::on("127.0.0.1:0", async |mut socket| {
        let hello = request(&mut socket).await;
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        hello
    });
    let plain = plain.await;
    let sender = sender(&["127.0.0.1"]).impatient();
    let outcome = sender.deliver(&format!("https://{}/", plain.address)).await;
    assert!(
        matches!(outcome, Outcome::Broken(_) | Outcome::TimedOut),
        "{outcome:?}"
    );
}
