//! A page at a time, in the program that the person reads long texts with.

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGQUIT};

use crate::config::SECRET;

const DEFAULT: &str = "less";
/// For `less`: not for what fits on the screen, styles as they are, and the text stays when it ends.
const LESS: &str = "FRX";
/// How a shell says that a command is not there.
const NOT_FOUND: i32 = 127;

/// Writes the text to standard output, through the pager where that is a terminal.
pub fn show(text: &str) -> io::Result<()> {
    match paged(text)? {
        true => Ok(()),
        false => io::stdout().lock().write_all(text.as_bytes()),
    }
}

/// One that can't move its cursor, as a screen reader's or an editor's.
fn is_simple_terminal() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb")
}

/// Whether a pager has shown it.
fn paged(text: &str) -> io::Result<bool> {
    if !io::stdout().is_terminal() || is_simple_terminal() {
        return Ok(false);
    }
    let Some(mut pager) = start()? else {
        return Ok(false);
    };
    // Ctrl-C is for the pager, which would lose the terminal to the shell if this process ended before it.
    for signal in [SIGINT, SIGQUIT] {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    if let Some(mut stdin) = pager.stdin.take() {
        match stdin.write_all(text.as_bytes()) {
            // Whoever has read enough leaves.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    let status = pager.wait()?;
    Ok(status.code() != Some(NOT_FOUND))
}

/// What `PAGER` says, by a shell, as it may have arguments; `None` when there is none, or none is wanted.
fn start() -> io::Result<Option<Child>> {
    let mut command = match std::env::var_os("PAGER") {
        None => Command::new(DEFAULT),
        Some(pager) if pager.is_empty() || pager == "cat" => return Ok(None),
        Some(pager) => {
            let mut shell = Command::new("sh");
            shell.args([OsString::from("-c"), pager]);
            shell
        }
    };
    for variable in SECRET {
        command.env_remove(variable);
    }
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    match command.stdin(Stdio::piped()).spawn() {
        Ok(child) => Ok(Some(child)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
