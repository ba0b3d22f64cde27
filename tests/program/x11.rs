//! An X display of one's own, and its clipboard as another program sees it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// An Xvfb on a display that was free; stopped when dropped.
pub struct Display {
    /// The value of `DISPLAY`.
    pub name: String,
    pub server: Child,
}

impl Display {
    pub fn start() -> Self {
        let mut server = Command::new("Xvfb")
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
        let stdout = server.stdout.take().expect("it is piped");
        let mut number = String::new();
        let read = BufReader::new(stdout).read_line(&mut number);
        assert!(read.is_ok_and(|bytes| bytes > 1), "Xvfb found no free display");
        Self {
            name: format!(":{}", number.trim()),
            server,
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What a paste gives on `display`; `None` when its clipboard is empty.
pub fn paste(display: &str) -> Option<String> {
    paste_as(display, "UTF8_STRING")
}

/// The clipboard in another of the formats that it is offered in.
pub fn paste_as(display: &str, format: &str) -> Option<String> {
    let output = Command::new("xclip")
        .args(["-selection", "clipboard", "-o", "-t", format])
        .env("DISPLAY", display)
        .stderr(Stdio::null())
        .output()
        .expect("xclip runs");
    let text = String::from_utf8(output.stdout).expect("it is UTF-8");
    output.status.success().then_some(text)
}
