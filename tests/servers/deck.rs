//! A database that the real program serves, and the server that is killed.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use reqwest::{Method, StatusCode};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];
pub const SHOP: &str = "https://shop.acme.example";

pub struct Deck {
    pub directory: TempDir,
    /// As behind `--database`.
    pub database: String,
    pub owner: String,
    pub gateway: String,
    pub project: String,
}

impl Deck {
    pub async fn in_file() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", directory.path().join("keys.db").display());
        Self::made(directory, database).await
    }

    pub async fn at(database: &str) -> Self {
        Self::made(tempfile::tempdir().unwrap(), database.to_owned()).await
    }

    pub fn file(&self) -> PathBuf {
        self.directory.path().join("keys.db")
    }

    async fn made(directory: TempDir, database: String) -> Self {
        let mut deck = Self {
            directory,
            database,
            owner: String::new(),
            gateway: String::new(),
            project: String::new(),
        };
        let mut init = deck.command(&[
            "init",
            "--organisation",
            "Acme Studios",
            "--owner",
            "mira@acme.example",
        ]);
        let made = init.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        deck.owner = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        let server = deck.serve(&[]);
        let text = |value: &Value, field: &str| value[field].as_str().unwrap().to_owned();
        let gateway = server
            .ask(Method::POST, "/v1/gateways", &json!({"name": "Edge"}))
            .await;
        deck.gateway = text(&gateway.expect(201), "token");
        let project = json!({"name": "Storefront", "deployed": true});
        deck.project = text(
            &server
                .ask(Method::POST, "/v1/projects", &project)
                .await
                .expect(201),
            "id",
        );
        deck
    }

    /// The program on this database.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keydeck"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.directory.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("KEYDECK_DATABASE", &self.database)
            .env("KEYDECK_ROOT_KEY_FILE", self.directory.path().join("root.key"))
            .env("KEYDECK_PUBLIC_URL", "https://keys.acme.example")
            .env("KEYDECK_LOG", "error")
            .stdin(Stdio::null());
        command
    }

    /// A server on a port of its own, run by `wrapper` when there is one.
    pub fn serve(&self, wrapper: &[&str]) -> Server {
        self.start(self.command(SERVE), wrapper)
    }

    /// One that reaches the database by this URL.
    pub fn serve_by(&self, database: &str) -> Server {
        let mut serve = self.command(SERVE);
        serve.env("KEYDECK_DATABASE", database);
        self.start(serve, &[])
    }

    /// One that sends to webhooks on this machine.
    pub fn serve_to_webhooks(&self, database: &str) -> Server {
        let mut serve = self.command(SERVE);
        serve.env("KEYDECK_DATABASE", database);
        serve.env("KEYDECK_WEBHOOKS_ALLOW", "127.0.0.0/8");
        self.start(serve, &[])
    }

    fn start(&self, serve: Command, wrapper: &[&str]) -> Server {
        let mut command = match wrapper {
            [] => serve,
            [program, args @ ..] => {
                let mut command = Command::new(program);
                command.args(args).arg(serve.get_program()).args(serve.get_args());
                command
                    .env_clear()
                    .envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
                command
            }
        };
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut ready)
            .unwrap();
        let url = ready.trim().strip_prefix("keydeck serves Acme Studios on ");
        Server {
            url: url.unwrap_or_else(|| panic!("not ready: {ready}")).to_owned(),
            owner: self.owner.clone(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            child,
        }
    }
}

/// A running server; dropped, it and all that it runs in is killed with SIGKILL.
pub struct Server {
    pub url: String,
    owner: String,
    pub http: reqwest::Client,
    child: Child,
}

/// What came back: nothing when the server was gone.
#[derive(Debug)]
pub struct Reply {
    pub status: Option<StatusCode>,
    pub body: Value,
}

impl Server {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks as the owner.
    pub async fn ask(&self, method: Method, path: &str, body: &Value) -> Reply {
        self.send(self.request(method, path, body)).await
    }

    pub fn request(&self, method: Method, path: &str, body: &Value) -> reqwest::RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.owner);
        match body {
            Value::Null => request,
            body => request.json(body),
        }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let gone = Reply {
            status: None,
            body: Value::Null,
        };
        let Ok(answer) = request.send().await else {
            return gone;
        };
        let status = answer.status();
        match answer.bytes().await {
            Ok(bytes) => Reply {
                status: Some(status),
                body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            },
            // An answer that did not arrive whole was not given.
            Err(_) => gone,
        }
    }

    /// What a gateway is answered about a key.
    pub async fn check(&self, deck: &Deck, secret: &str) -> Option<u16> {
        let request = self
            .http
            .get(format!("{}/v1/authorize", self.url))
            .header("origin", SHOP)
            .header("x-keydeck-gateway", &deck.gateway)
            .header("x-api-key", secret);
        self.send(request).await.status.map(|status| status.as_u16())
    }

    pub async fn readiness(&self) -> Reply {
        self.send(self.http.get(format!("{}/readyz", self.url))).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Reply {
    pub fn is(&self, status: u16) -> bool {
        self.status.is_some_and(|found| found.as_u16() == status)
    }

    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| status.is_success())
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert!(self.is(status), "{self:?}");
        self.body
    }
}
