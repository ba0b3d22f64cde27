//! The terminal as the linear mode has it: keys come one by one, and nothing is written but text and ends of lines.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use super::{TerminalError, are_terminals, modes, signals};

pub struct LineTerminal {
    /// Not `Stdout`, which keeps the last line back until it ends.
    tty: File,
}

impl LineTerminal {
    /// Takes the terminal in raw mode alone. Dropping gives it back, and so does a panic in any thread.
    pub fn enter() -> Result<Self, TerminalError> {
        are_terminals()?;
        let tty = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        modes::send_no_sequences();
        modes::restore_on_panic();
        modes::enter()?;
        Ok(Self { tty })
    }

    pub fn write(&mut self, text: &str) -> io::Result<()> {
        if !modes::inside() {
            // A panic in some task gave the terminal back, and the program lives on.
            self.resume()?;
        }
        modes::write_fully(&self.tty, text.as_bytes())
    }

    /// As [`super::Terminal::suspend`].
    pub fn suspend(&mut self) -> io::Result<()> {
        if !signals::can_be_continued() {
            return Ok(());
        }
        modes::leave();
        let continued = signals::stop_until_continued();
        self.resume()?;
        continued
    }

    pub fn resume(&mut self) -> io::Result<()> {
        modes::enter()
    }
}

impl Drop for LineTerminal {
    fn drop(&mut self) {
        modes::leave();
    }
}
