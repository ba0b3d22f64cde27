//! Receivers of webhooks, which verify signatures with published libraries.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::venv;

/// A test that waits for nothing fails, it does not hang.
pub const LONG: Duration = Duration::from_secs(90);

/// A program that runs until it is dropped.
pub struct VerifyingReceiver {
    pub port: u16,
    secret: PathBuf,
    child: Child,
    received: mpsc::Receiver<Value>,
}

impl VerifyingReceiver {
    /// On a free port, with its file in the directory; `args` as in `receiver.py`.
    pub fn python(directory: impl AsRef<Path>, args: &[&str]) -> Self {
        Self::python_on(directory, 0, args)
    }

    pub fn python_on(directory: impl AsRef<Path>, port: u16, args: &[&str]) -> Self {
        let mut command = venv::program("python");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/receiver.py"));
        Self::start(directory.as_ref(), command, port, args)
    }

    pub fn node(directory: impl AsRef<Path>) -> Self {
        let mut command = Command::new("node");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/receiver.mjs"));
        Self::start(directory.as_ref(), command, 0, &[])
    }

    fn start(directory: &Path, mut command: Command, port: u16, args: &[&str]) -> Self {
        let secret = directory.join("webhook.secret");
        let mut child = command
            .arg(&secret)
            .arg(port.to_string())
            .args(args)
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let port = lines.next().expect("a port").expect("text");
        let (sender, received) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let message = serde_json::from_str(&line).expect("JSON");
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self {
            port: port.trim().parse().expect("a port"),
            secret,
            child,
            received,
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks", self.port)
    }

    /// What it verifies with from now on.
    pub fn knows(&self, secret: &str) {
        // Never half of it.
        let new = self.secret.with_extension("new");
        fs::write(&new, secret).expect("written");
        fs::rename(&new, &self.secret).expect("renamed");
    }

    /// The next message; it must be verified.
    #[track_caller]
    pub fn next(&self) -> Value {
        let message = self.next_of_anybody();
        assert_eq!(message["verified"], true, "{message}");
        message
    }

    #[track_caller]
    pub fn next_of_anybody(&self) -> Value {
        match self.received.recv_timeout(LONG) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("nothing is received"),
            Err(RecvTimeoutError::Disconnected) => panic!("the receiver has ended"),
        }
    }

    /// Ends it; what it had received by then and nobody had asked for.
    pub fn end(mut self) -> Vec<Value> {
        self.stop();
        // The thread ends with the output.
        self.received.iter().collect()
    }

    fn stop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for VerifyingReceiver {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The header that says which message it is.
pub fn id(message: &Value) -> &str {
    message["headers"]["webhook-id"].as_str().expect("an id")
}

pub fn kind(message: &Value) -> &str {
    message["body"]["type"].as_str().expect("a type")
}
