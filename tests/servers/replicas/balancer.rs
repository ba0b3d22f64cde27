//! Two servers behind the nginx of `assets/replicas`: one is killed, and whoever asks hardly notices.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::wire::{Way, Wire};
use crate::authority::{Authority, install};
use crate::deck::{Deck, Server};
use crate::postgres::Database;

const HOST: &str = "keys.acme.example";

struct Nginx {
    child: Child,
    http: reqwest::Client,
    url: String,
    _directory: TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn nginx(servers: [&Server; 2]) -> Nginx {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let authority = Authority::new();
    install(directory.path(), &authority.certify());
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let temporary = ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"]
        .map(|kind| format!("    {kind}_temp_path {};\n", path(kind)))
        .concat();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/replicas/nginx.conf");
    let mut text = std::fs::read_to_string(shipped).unwrap();
    let address = |server: &Server| server.url.replace("http://", "");
    for (shipped, here) in [
        ("http {", format!("http {{\n{temporary}")),
        ("127.0.0.1:7391", address(servers[0])),
        ("127.0.0.1:7392", address(servers[1])),
        ("listen 443 ssl", format!("listen 127.0.0.1:{port} ssl")),
        ("/etc/nginx/tls/fullchain.pem", path("tls.pem")),
        ("/etc/nginx/tls/key.pem", path("tls.key")),
    ] {
        assert!(text.contains(shipped), "{shipped}");
        text = text.replace(shipped, &here);
    }
    std::fs::write(path("nginx.conf"), text).unwrap();
    let directives = format!(
        "daemon off; master_process off; error_log stderr; pid {};",
        path("pid")
    );
    let child = Command::new("nginx")
        .args(["-c", &path("nginx.conf"), "-g", &directives])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let root = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([root])
        .resolve(HOST, ([127, 0, 0, 1], port).into());
    Nginx {
        child,
        http: http.build().unwrap(),
        url: format!("https://{HOST}:{port}"),
        _directory: directory,
    }
}

impl Nginx {
    async fn status(&self, deck: &Deck, method: Method, path: &str, body: &Value) -> Option<u16> {
        let request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&deck.owner);
        let answer = request.json(body).send().await.ok()?;
        Some(answer.status().as_u16())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx_one_of_two_servers_may_be_away() {
    let deck = Deck::at(&Database::new().await.url).await;
    let wire = Wire::to(&deck.database).await;
    let (near, far) = (deck.serve(&[]), deck.serve_by(&wire.url));
    let nginx = nginx([&near, &far]);
    while nginx.status(&deck, Method::GET, "/readyz", &Value::Null).await != Some(200) {
        tokio::task::yield_now().await;
    }
    let stream = nginx
        .http
        .get(format!("{}/v1/events", nginx.url))
        .bearer_auth(&deck.owner);
    let mut events = stream.send().await.unwrap().bytes_stream().eventsource();
    assert_eq!(events.next().await.unwrap().unwrap().event, "hello");
    for n in 0..4 {
        let new = json!({"scope": "analytics", "name": format!("Board {n}")});
        assert_eq!(
            nginx.status(&deck, Method::POST, "/v1/keys", &new).await,
            Some(201)
        );
        assert_eq!(events.next().await.unwrap().unwrap().event, "key");
    }
    // One is cut off from the database: reads go on at the other.
    wire.set(Way::Cut);
    for _ in 0..20 {
        assert_eq!(
            nginx.status(&deck, Method::GET, "/v1/keys", &Value::Null).await,
            Some(200)
        );
    }
    // It dies; changes go to the one that is left.
    drop(far);
    for n in 4..8 {
        assert_eq!(
            nginx.status(&deck, Method::GET, "/v1/me", &Value::Null).await,
            Some(200)
        );
        let new = json!({"scope": "analytics", "name": format!("Board {n}")});
        assert_eq!(
            nginx.status(&deck, Method::POST, "/v1/keys", &new).await,
            Some(201)
        );
    }
    assert_eq!(
        nginx.status(&deck, Method::GET, "/metrics", &Value::Null).await,
        Some(404)
    );
}
