//! Chromium, which `drive.mjs` opens pages in, and what became of them.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::browser::shop::{KEY_NAME, PRIVATE_KEY, Shop};

const DRIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/drive.mjs");

pub struct Chromium {
    /// The origin of a page on this machine.
    pub local: String,
    driver: Child,
    visits: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Chromium {
    pub fn start(shop: &Shop) -> Self {
        let mut driver = Command::new("node")
            .arg(DRIVE)
            .env("HOME", shop.home.dir.path())
            .env("TMPDIR", shop.home.dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs");
        let answers = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let mut chromium = Self {
            local: String::new(),
            visits: driver.stdin.take(),
            answers,
            driver,
        };
        let ready = chromium.ask(&json!({
            "server": shop.address(),
            "certificate": shop.home.path("tls.pem"),
            "key": shop.home.path("tls.key"),
            "sessions": {"name": KEY_NAME, "key": PRIVATE_KEY},
        }));
        chromium.local = ready["local"].as_str().expect("an origin").to_owned();
        chromium
    }

    /// Opens a page that connects with this key.
    pub fn visit(&mut self, page: &str, secret: &str) -> Visit {
        Visit(self.ask(&json!({"page": page, "secret": secret})))
    }

    /// Opens a page that goes on with the session of another.
    pub fn resume(&mut self, page: &str, secret: &str, session: &str) -> Visit {
        Visit(self.ask(&json!({"page": page, "secret": secret, "session": session})))
    }

    /// Opens a page that brings a token of its own to the session server.
    pub fn bring(&mut self, page: &str, token: &str) -> Visit {
        Visit(self.ask(&json!({"page": page, "token": token})))
    }

    fn ask(&mut self, question: &Value) -> Value {
        let visits = self.visits.as_mut().expect("not closed");
        writeln!(visits, "{question}").expect("the driver listens");
        let answer = self.answers.next().expect("the driver answers");
        serde_json::from_str(&answer.expect("text")).expect("JSON")
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It closes the browser when nothing more is asked.
        self.visits = None;
        let _ = self.driver.wait();
    }
}

/// What a page was told.
pub struct Visit(Value);

impl Visit {
    /// The session server took the token that the page got for its key.
    #[track_caller]
    pub fn connects(&self) {
        self.goes_on_with(Value::Null);
    }

    #[track_caller]
    pub fn goes_on_with(&self, session: impl Into<Value>) {
        let hello = json!({"hello": KEY_NAME, "session": session.into()});
        assert_eq!(self.0["greeting"], hello, "{}", self.0);
    }

    /// The token that the page got.
    pub fn token(&self) -> &str {
        self.0["body"]["jwt"].as_str().expect("a token")
    }

    /// The session server closed the connection without a word.
    #[track_caller]
    pub fn is_turned_away(&self) {
        assert_eq!(self.0["greeting"], json!({"closed": 4401}), "{}", self.0);
    }

    /// The page can read why, and has neither an address nor a token.
    #[track_caller]
    pub fn is_refused_by(&self, rule: &str) {
        let problem = &self.0["body"];
        let status = if rule.starts_with("key-") { 401 } else { 403 };
        assert_eq!(
            (&problem["rule"], &self.0["status"]),
            (&json!(rule), &json!(status)),
            "{}",
            self.0
        );
        assert!(problem["url"].is_null() && problem["jwt"].is_null(), "{problem}");
    }
}
