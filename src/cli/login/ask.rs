//! Asks for a token on the terminal without showing it, or reads it from a pipe.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyModifiers};
use crossterm::terminal;
use rustix::process::Signal;
use zeroize::Zeroizing;

use crate::cli::Failure;
use crate::credentials;
use crate::model::Secret;

/// More than any token takes; what is typed beyond it is dropped.
const MAX: usize = 1024;

pub fn token(question: &str) -> Result<Secret, Failure> {
    if !io::stdin().is_terminal() {
        return Ok(credentials::first_line(
            io::stdin().lock(),
            Path::new("standard input"),
        )?);
    }
    let typed = ask(question)?;
    match typed.trim() {
        "" => Err(Failure::SignIn("no token was typed; nothing was kept".into())),
        token => Ok(Secret::new(token)),
    }
}

fn ask(question: &str) -> Result<Zeroizing<String>, Failure> {
    // Before the question, so that what is pasted early isn't shown either.
    let silence = Silence::begin().map_err(cannot_ask)?;
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question}")?;
    stderr.flush()?;
    let typed = line();
    drop(silence);
    writeln!(stderr)?;
    typed
}

/// What is typed up to Enter.
fn line() -> Result<Zeroizing<String>, Failure> {
    // Large enough never to be moved, which would leave a copy behind.
    let mut typed = Zeroizing::new(String::with_capacity(MAX + 4));
    loop {
        let Event::Key(KeyEvent { code, modifiers, .. }) = event::read().map_err(cannot_ask)? else {
            continue;
        };
        match (code, modifiers.contains(KeyModifiers::CONTROL)) {
            (KeyCode::Char('c'), true) => return Err(Failure::Signal(Signal::INT.as_raw())),
            (KeyCode::Enter, _) | (KeyCode::Char('d' | 'j' | 'm'), true) => return Ok(typed),
            (KeyCode::Char('u'), true) => typed.clear(),
            (KeyCode::Backspace, _) => drop(typed.pop()),
            (KeyCode::Char(letter), false) if typed.len() < MAX => typed.push(letter),
            _ => {}
        }
    }
}

fn cannot_ask(error: io::Error) -> Failure {
    Failure::Failed(format!("can't ask on this terminal: {error}"))
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Silence;

impl Silence {
    fn begin() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // When the terminal has gone, there is nothing to restore.
        let _ = terminal::disable_raw_mode();
    }
}
