//! A gateway as an operator starts it, with a configuration of `assets/gateways/`.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use reqwest::header::HeaderMap;
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

    /// What a browser is answered that asks for a page of this origin whether it may send such a request.
    pub async fn preflight(&self, origin: &str, method: &str, headers: &str) -> Told {
        let asked = [
            ("origin", origin),
            ("access-control-request-method", method),
            ("access-control-request-headers", headers),
        ];
        self.ask(Method::OPTIONS, &asked, "").await
    }

    pub async fn options(&self, headers: &[(&str, &str)]) -> Told {
        self.ask(Method::OPTIONS, headers, "").await
    }

    /// What pages of these origins are told that ask for something with this key.
    pub async fn opened_in_chromium(&self, secret: &str, origins: &[&str]) -> Vec<Value> {
        let output = tokio::process::Command::new("node")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/browser/elsewhere.mjs"
            ))
            .args([self.place.path("tls.pem"), self.place.path("tls.key")])
            .args([&self.place.port.to_string(), secret])
            .args(origins)
            .env("HOME", self.place.directory.path())
            .output()
            .await
            .expect("node runs");
        let said = String::from_utf8_lossy(&output.stderr);
        let lines = String::from_utf8_lossy(&output.stdout);
        let told = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        let told: Vec<Value> = told.collect();
        assert!(output.status.success(), "{told:?} {said}");
        told
    }

    async fn ask(&self, method: Method, headers: &[(&str, &str)], body: &str) -> Told {
        let response = self.send(method, headers, body).await.expect("an answer");
        let rule = response.headers().get("x-keydeck-rule");
        Told {
            status: response.status().as_u16(),
            rule: rule.map(|rule| rule.to_str().expect("text").to_owned()),
            headers: response.headers().clone(),
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
    headers: HeaderMap,
    pub body: String,
}

impl Told {
    /// The values of a header, separated by commas, in lower case.
    fn list(&self, name: &str) -> Vec<String> {
        let values = self.headers.get_all(name).iter();
        let all = values.map(|value| value.to_str().expect("text").to_ascii_lowercase());
        let all: Vec<String> = all.collect();
        all.iter()
            .flat_map(|value| value.split(','))
            .map(|value| value.trim().to_owned())
            .collect()
    }

    /// Whether a page of this origin may read the answer and all of its headers, and nothing is said twice, which
    /// browsers take for no permission at all.
    #[track_caller]
    pub fn is_readable_by(&self, origin: &str) {
        self.may_be_read_by(origin);
        let exposed = self.list("access-control-expose-headers");
        assert!(
            exposed.iter().any(|name| name == "*" || name == "x-keydeck-rule"),
            "{self:?}"
        );
    }

    /// Whether a page of this origin may read the answer.
    #[track_caller]
    pub fn may_be_read_by(&self, origin: &str) {
        let by = self.list("access-control-allow-origin");
        assert!(by == ["*"] || by == [origin], "{self:?}");
    }

    /// Whether it permits such a request, as the Fetch standard reads it: `*` is every header but Authorization.
    #[track_caller]
    pub fn permits(&self, origin: &str, method: &str, headers: &[&str]) {
        assert!(matches!(self.status, 200 | 204), "{self:?}");
        let by = self.list("access-control-allow-origin");
        assert!(by == ["*"] || by == [origin], "{self:?}");
        let methods = self.list("access-control-allow-methods");
        assert!(methods.contains(&method.to_ascii_lowercase()), "{self:?}");
        let allowed = self.list("access-control-allow-headers");
        for name in headers {
            let by_star = *name != "authorization" && allowed.iter().any(|all| all == "*");
            assert!(
                by_star || allowed.contains(&(*name).to_owned()),
                "{name}: {self:?}"
            );
        }
    }

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
