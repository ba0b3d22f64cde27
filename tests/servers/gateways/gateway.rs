//! A gateway as an operator starts it, with a configuration of `assets/gateways/`.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use reqwest::{Certificate, Client, Method, Response, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

use crate::authority::{Authority, install};

const ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/gateways/");
const HOST: &str = "api.acme.example";
/// Where the client is, on another address than the gateway.
pub const CLIENT: &str = "127.0.0.2";

/// Where a gateway is about to be started: a directory with a certificate, and a port.
pub struct Place {
    directory: TempDir,
    authority: Authority,
    pub port: u16,
}

impl Place {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let authority = Authority::new();
        install(directory.path(), &authority.certify());
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("bound").port();
        Self {
            directory,
            authority,
            port,
        }
    }

    pub fn path(&self, name: &str) -> String {
        let path: PathBuf = self.directory.path().join(name);
        path.to_str().expect("text").to_owned()
    }

    /// The shipped configuration with other addresses and paths; where it is.
    pub fn configure(&self, name: &str, replaced: &[(&str, &str)]) -> String {
        let mut text = fs::read_to_string(format!("{ASSETS}{name}")).expect("shipped");
        for (shipped, here) in replaced {
            assert!(text.contains(shipped), "{name} has no {shipped}");
            text = text.replace(shipped, here);
        }
        self.write(name, &text)
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("written");
        self.path(name)
    }

    /// Starts it there, and returns once it asks keydeck.
    pub async fn start(self, mut command: Command) -> Gateway {
        let log = File::create(self.path("log")).expect("made");
        let child = command
            .env("HOME", self.directory.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let root = Certificate::from_pem(self.authority.pem().as_bytes()).expect("PEM");
        let http = Client::builder()
            .no_proxy()
            .tls_certs_only([root])
            .local_address(Some(CLIENT.parse().expect("an address")))
            .resolve(HOST, SocketAddr::from(([127, 0, 0, 1], self.port)))
            .build();
        let gateway = Gateway {
            http: http.expect("a client"),
            url: format!("https://{HOST}:{}/reports?month=11&scope=mobile", self.port),
            child,
            place: self,
        };
        gateway.ready().await;
        gateway
    }
}

pub struct Gateway {
    http: Client,
    url: String,
    child: Child,
    place: Place,
}

impl Gateway {
    /// There is no sign but its answers; what it doesn't serve yet is not found.
    async fn ready(&self) {
        let asked = async || match self.send(Method::GET, &[], "").await {
            Ok(response) if response.status() != StatusCode::NOT_FOUND => Ok(()),
            other => Err(format!("{other:?}")),
        };
        let patience = ConstantBuilder::default()
            .with_delay(Duration::from_millis(20))
            .with_max_times(1_000);
        if let Err(last) = asked.retry(patience).await {
            let log = fs::read_to_string(self.place.path("log"));
            panic!("the gateway does not serve: {last}\n{}", log.unwrap_or_default());
        }
    }

    /// What a client is answered who sends these headers.
    pub async fn get(&self, headers: &[(&str, &str)]) -> Told {
        self.ask(Method::GET, headers, "").await
    }

    pub async fn post(&self, headers: &[(&str, &str)], body: &str) -> Told {
        self.ask(Method::POST, headers, body).await
    }

    async fn ask(&self, method: Method, headers: &[(&str, &str)], body: &str) -> Told {
        let response = self.send(method, headers, body).await.expect("an answer");
        let rule = response.headers().get("x-keydeck-rule");
        Told {
            status: response.status().as_u16(),
            rule: rule.map(|rule| rule.to_str().expect("text").to_owned()),
            body: response.text().await.expect("text"),
        }
    }

    async fn send(&self, method: Method, headers: &[(&str, &str)], body: &str) -> reqwest::Result<Response> {
        let request = self.http.request(method, &self.url).header("host", HOST);
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(body.to_owned()).send().await
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a client was told.
#[derive(Debug)]
pub struct Told {
    pub status: u16,
    rule: Option<String>,
    pub body: String,
}

impl Told {
    /// By this rule, which stands in a header and in a problem document.
    #[track_caller]
    pub fn is_refused_by(&self, status: u16, rule: &str) {
        assert_eq!(
            (self.status, self.rule.as_deref()),
            (status, Some(rule)),
            "{self:?}"
        );
        let problem: Value = serde_json::from_str(&self.body).expect("a problem document");
        assert_eq!(
            (&problem["rule"], &problem["status"]),
            (&rule.into(), &status.into())
        );
    }
}
