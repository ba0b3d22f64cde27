//! Reads a secret from the terminal without echo, or from a pipe.

use std::io::{self, IsTerminal, Stdin, Write};
use std::path::Path;

use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

use super::Failure;
use crate::credentials::{self, CredentialError};
use crate::deck::Selection;
use crate::ending::{self, Waiting};
use crate::model::Secret;

/// What a terminal that was left in bracketed paste puts around what is pasted.
const PASTE: (&str, &str) = ("\x1b[200~", "\x1b[201~");

/// The line that is typed without echo, or the first line of a pipe; `None` when there
/// is nothing.
pub fn secret(question: &str) -> Result<Option<Secret>, Failure> {
    secret_until(question, |_| true)
}

/// The same with the lines that follow at once, until it is whole.
pub fn secret_until(question: &str, is_whole: impl Fn(&str) -> bool) -> Result<Option<Secret>, Failure> {
    let stdin = io::stdin();
    let given = match stdin.is_terminal() {
        true => ask(&stdin, question, is_whole)?,
        false => credentials::stdin_until(is_whole),
    };
    let given = match given {
        Err(CredentialError::Empty(_)) => return Ok(None),
        Err(CredentialError::Unreadable { source, .. }) => {
            return Err(Failure::Failed(format!("can't read standard input: {source}")));
        }
        given => given?,
    };
    let text = given.expose().trim_start_matches(PASTE.0);
    let text = text.trim_end_matches(PASTE.1).trim();
    Ok((!text.is_empty()).then(|| Secret::new(text)))
}

/// Refuses to take the secret and the sign-in token from one standard input.
pub fn possible(selection: &Selection) -> Result<(), Failure> {
    match selection.token_file.as_deref() == Some(Path::new("-")) {
        true => Err(Failure::Usage(
            "standard input can't be used for both --token-file and the input; give a file for the token"
                .into(),
        )),
        false => Ok(()),
    }
}

/// What is typed up to Enter. The line is the terminal's to edit, and its keys that end or stop a
/// program do so.
fn ask(
    stdin: &Stdin,
    question: &str,
    is_whole: impl Fn(&str) -> bool,
) -> Result<Result<Secret, CredentialError>, Failure> {
    // Before the question, so that what is pasted early isn't shown either.
    let silence = EchoOff::begin(stdin).map_err(cannot_ask)?;
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question}")?;
    stderr.flush()?;
    let typed = credentials::stdin_until(is_whole);
    drop(silence);
    writeln!(stderr)?;
    Ok(typed)
}

fn cannot_ask(error: io::Error) -> Failure {
    Failure::Failed(format!("can't ask on this terminal: {error}"))
}

/// A terminal that shows nothing of what is typed, until this is dropped or a signal ends the process.
struct EchoOff {
    before: Termios,
    _restoring: Waiting,
}

impl EchoOff {
    fn begin(stdin: &Stdin) -> io::Result<Self> {
        let before = tcgetattr(stdin)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        let restored = before.clone();
        let restoring = ending::before(move || restore(&restored))?;
        tcsetattr(stdin, OptionalActions::Now, &silent)?;
        Ok(Self {
            before,
            _restoring: restoring,
        })
    }
}

impl Drop for EchoOff {
    fn drop(&mut self) {
        restore(&self.before);
    }
}

/// When the terminal has gone, there is nothing to restore.
fn restore(before: &Termios) {
    let stdin = io::stdin();
    // The further lines of a paste are not for the shell.
    let _ = tcflush(&stdin, QueueSelector::IFlush);
    let _ = tcsetattr(&stdin, OptionalActions::Now, before);
}
