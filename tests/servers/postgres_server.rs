//! A PostgreSQL that one test starts, kills and starts again.

use std::path::PathBuf;
use std::process::{Command, Stdio};

pub struct Server {
    pub directory: PathBuf,
}

impl Server {
    pub fn start() -> Self {
        let output = script(&["start"]).stderr(Stdio::inherit()).output();
        let output = output.expect("bash is there");
        assert!(output.status.success(), "no PostgreSQL could be started");
        let directory = String::from_utf8(output.stdout).expect("a path");
        Self {
            directory: directory.trim().into(),
        }
    }

    pub fn url_file(&self) -> PathBuf {
        self.directory.join("url")
    }

    /// As a power cut ends processes.
    pub fn kill(&self) {
        self.run("kill");
    }

    pub fn start_again(&self) {
        self.run("run");
    }

    fn run(&self, what: &str) {
        let status = script(&[what])
            .arg(&self.directory)
            .status()
            .expect("bash is there");
        assert!(status.success(), "{what}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A directory that stays behind does no harm.
        let _ = script(&["stop"]).arg(&self.directory).status();
    }
}

fn script(args: &[&str]) -> Command {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres"));
    command.args(args);
    command
}
