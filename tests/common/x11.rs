//! An X display of one's own, and its clipboard as another program sees it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// An Xvfb on a display that was free; stopped when dropped by who started it.
pub struct Display {
    name: String,
    server: Pid,
    started: Option<Child>,
}

impl Display {
    pub fn start() -> Self {
        let mut xvfb = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "640x480x24",
                "-nolisten",
                "tcp",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test needs Xvfb and xclip: apt-get install xvfb xclip");
        let stdout = xvfb.stdout.take().expect("it is piped");
        let mut number = String::new();
        let read = BufReader::new(stdout).read_line(&mut number);
        assert!(read.is_ok_and(|bytes| bytes > 1), "Xvfb found no free display");
        Self {
            name: format!(":{}", number.trim()),
            server: Pid::from_child(&xvfb),
            started: Some(xvfb),
        }
    }

    /// The display that another process started.
    pub fn inherited(name: String, server: &str) -> Self {
        let server = server.parse().ok().and_then(Pid::from_raw);
        Self {
            name,
            server: server.expect("it is a process id"),
            started: None,
        }
    }

    /// The value of `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn server(&self) -> Pid {
        self.server
    }

    /// What a paste gives, `None` when the clipboard is empty.
    pub fn paste(&self) -> Option<String> {
        self.paste_as("UTF8_STRING")
    }

    /// The clipboard in another of its formats.
    pub fn paste_as(&self, format: &str) -> Option<String> {
        let mut xclip = self.xclip(&["-o", "-t", format]);
        let output = xclip.stderr(Stdio::null()).output().expect("xclip runs");
        let text = String::from_utf8(output.stdout).expect("it is UTF-8");
        output.status.success().then_some(text)
    }

    /// Copies as another program would.
    pub fn copy_elsewhere(&self, text: &str) {
        let mut xclip = self.xclip(&["-i"]);
        // It stays in the background to serve the text, and would keep a piped output open.
        let mut xclip = xclip
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("xclip runs");
        let mut stdin = xclip.stdin.take().expect("it is piped");
        stdin.write_all(text.as_bytes()).expect("xclip reads");
        drop(stdin);
        assert!(xclip.wait().expect("xclip ends").success());
    }

    /// Runs `during` while the display answers nothing.
    pub fn while_hung(&self, during: impl FnOnce()) {
        kill_process(self.server, Signal::STOP).expect("Xvfb runs");
        during();
        kill_process(self.server, Signal::CONT).expect("Xvfb runs");
    }

    fn xclip(&self, arguments: &[&str]) -> Command {
        let mut xclip = Command::new("xclip");
        xclip
            .args(["-selection", "clipboard"])
            .args(arguments)
            .env("DISPLAY", &self.name);
        xclip
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(xvfb) = &mut self.started {
            let _ = xvfb.kill();
            let _ = xvfb.wait();
        }
    }
}
