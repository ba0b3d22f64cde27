//! The real program with a home of its own, and servers that it starts.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use keydeck::api::{Key, KeyList, NewProject, Project, Usage};
use keydeck::client::{Client, Endpoint};
use keydeck::model::{Secret, Servers, Token, TokenKind};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

const SERVE: &[&str] = &[
    "serve",
    "--database",
    "sqlite:keys.db",
    "--public-url",
    "https://keys.acme.example",
];

/// A temporary home directory; nothing of the real one is seen.
pub struct Home {
    pub dir: TempDir,
}

impl AsRef<Path> for Home {
    fn as_ref(&self) -> &Path {
        self.dir.path()
    }
}

impl Home {
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("made"),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The address of a message bus where none is.
    fn no_bus(&self) -> String {
        format!("unix:path={}", self.path("no-bus").display())
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_keydeck"));
        command.args(args);
        command
    }

    /// Another program, which may start keydeck.
    pub fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.dir.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_DATA_HOME", self.path("data"))
            // No keyring, and above all not that of the person who runs the tests.
            .env("DBUS_SESSION_BUS_ADDRESS", self.no_bus())
            .env("TMPDIR", self.dir.path())
            .env("USER", "mira")
            .stdin(Stdio::null())
            .current_dir(self.dir.path());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().expect("started"))
    }

    /// A database at `keys.db` for Acme, and its owner's token.
    pub fn init(&self) -> String {
        let ran = self.run(&[
            "init",
            "--database",
            "sqlite:keys.db",
            "--organisation",
            "Acme Studios",
            "--owner",
            "mira@acme.example",
        ]);
        ran.succeeded().stdout.trim().to_owned()
    }

    pub fn serve(&self, token: &str) -> Served<'_> {
        self.serve_on(token, "0")
    }

    pub fn serve_on(&self, token: &str, port: &str) -> Served<'_> {
        self.serve_with(token, &["--listen", &format!("127.0.0.1:{port}")])
    }

    pub fn serve_with(&self, token: &str, args: &[&str]) -> Served<'_> {
        self.start(token, self.serving(args))
    }

    /// The command that serves the database, to be given an environment.
    pub fn serving(&self, args: &[&str]) -> Command {
        let mut command = self.command(&[SERVE, args].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn start(&self, token: &str, mut command: Command) -> Served<'_> {
        let mut child = command.spawn().expect("started");
        let mut ready = String::new();
        let stdout = child.stdout.as_mut().expect("piped");
        BufReader::new(stdout).read_line(&mut ready).expect("read");
        let url = ready
            .trim()
            .strip_prefix("keydeck serves Acme Studios on ")
            .unwrap_or_else(|| panic!("not ready: {ready}"));
        Served {
            url: url.to_owned(),
            token: token.to_owned(),
            child,
            home: self,
        }
    }
}

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Runs with `input` on standard input.
    pub fn given(mut command: Command, input: &str) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        // It may end without reading.
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        Self::of(child.wait_with_output().expect("ended"))
    }

    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }

    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// Ended with `code` and one sentence on stderr, which is handed back; nothing on stdout.
    #[track_caller]
    pub fn refused(self, code: i32) -> String {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (Some(code), ""),
            "{}",
            self.stderr
        );
        self.stderr
    }

    /// Ended with code 1 and an answer on stdout, which is handed back; nothing on stderr.
    #[track_caller]
    pub fn denied(self) -> String {
        assert_eq!(
            (self.code, self.stderr.as_str()),
            (Some(1), ""),
            "{}",
            self.stdout
        );
        self.stdout
    }

    #[track_caller]
    pub fn json(self) -> Value {
        let ran = self.succeeded();
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
    }
}

/// The command that creates a Mobile key, whose secret can be revealed.
pub fn mobile_key<'a>(project: &'a str, name: &'a str) -> [&'a str; 8] {
    [
        "key",
        "create",
        "--scope",
        "mobile",
        "--project",
        project,
        "--name",
        name,
    ]
}

/// A running `keydeck serve`, ended with the test.
pub struct Served<'a> {
    pub url: String,
    token: String,
    child: Child,
    home: &'a Home,
}

impl Served<'_> {
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        command
            .env("KEYDECK_SERVER", &self.url)
            .env("KEYDECK_TOKEN", &self.token);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().expect("started"))
    }

    pub fn run_as(&self, token: &str, args: &[&str]) -> Ran {
        Ran::of(
            self.command(args)
                .env("KEYDECK_TOKEN", token)
                .output()
                .expect("started"),
        )
    }

    pub fn client(&self) -> Client {
        let servers = Servers::parse(&[&self.url]).expect("an address");
        Client::new(Endpoint::new(servers, Secret::new(&self.token))).expect("usable")
    }

    pub fn project(&self, name: &str) -> Project {
        let new = NewProject {
            name: name.into(),
            deployed: true,
        };
        block_on(self.client().create_project(&new)).expect("created")
    }

    /// An Analytics key, made by the command; its secret.
    pub fn analytics_key(&self, name: &str) -> String {
        let ran = self.run(&["key", "create", "--scope", "analytics", "--name", name]);
        ran.succeeded().stdout.trim().to_owned()
    }

    /// The token of a new gateway.
    pub fn gateway(&self, name: &str) -> String {
        let ran = self.run(&["gateway", "add", name]);
        ran.succeeded().stdout.trim().to_owned()
    }

    /// The keys that were not revoked, newest first.
    pub fn keys(&self) -> Vec<Key> {
        let page = block_on(self.client().keys(&KeyList::default())).expect("listed");
        page.items.into_iter().map(|row| row.key).collect()
    }

    /// What a gateway is answered that asks about this key: the status.
    pub fn asked(&self, gateway: &str, secret: &str) -> u16 {
        let asked = reqwest::Client::new()
            .get(format!("{}/v1/authorize", self.url))
            .header("x-keydeck-gateway", gateway)
            .header("x-api-key", secret);
        block_on(asked.send()).expect("answered").status().as_u16()
    }

    /// Comes back when the usage of the key says so.
    pub fn counted(&self, key: Uuid, is_counted: impl Fn(&Usage) -> bool) {
        let counted = async {
            let client = self.client();
            while !is_counted(&client.usage(key).await.expect("usage")) {
                tokio::task::yield_now().await;
            }
        };
        block_on(async { tokio::time::timeout(Duration::from_secs(20), counted).await })
            .expect("it is counted");
    }

    /// Ends it as a crash does.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("ended");
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("sent");
    }

    /// Ends it as an operator does. What it said on stderr, and its exit code.
    pub fn terminate(mut self) -> (Option<i32>, String) {
        self.signal(Signal::TERM);
        let status = self.child.wait().expect("ended");
        let mut said = String::new();
        if let Some(stderr) = &mut self.child.stderr {
            stderr.read_to_string(&mut said).expect("text");
        }
        (status.code(), said)
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        // It has ended already when the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A sign-in token that no server knows.
pub fn stranger() -> String {
    let token = Token::generate(TokenKind::User).expect("random");
    token.expose().to_owned()
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("built")
        .block_on(future)
}

/// What makes this test binary run one test once more, in a process of its own: the test `name` of the module that
/// says `module_path!()`.
pub fn once_more(module: &str, name: &str) -> (PathBuf, [String; 3]) {
    let this = std::env::current_exe().expect("this test runs");
    let (_, module) = module.split_once("::").expect("a module of this binary");
    let name = format!("{module}::{name}");
    let exact = ["--exact".to_owned(), name.clone()];
    let listed = Command::new(&this).args(&exact).arg("--list").output();
    let listed = String::from_utf8(listed.expect("this binary runs").stdout).expect("text");
    assert!(
        listed.contains(&format!("{name}: test")),
        "there is no test {name}"
    );
    let [exact, name] = exact;
    (this, [exact, name, "--nocapture".to_owned()])
}
