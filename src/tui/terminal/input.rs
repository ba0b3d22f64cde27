//! The threads that read the terminal, and what they make of it.
//!
//! Crossterm's reader is not used: it takes for keys whatever it does not know, and what terminals
//! answer is mostly that. One thread reads bytes, the other has a [`Parser`] make input of them; so
//! waiting for the rest of a sequence is waiting for a message, with a limit.

mod control;
mod keys;
mod late;
mod mouse;
mod nf;
mod parser;
mod paste;
mod stalled;
mod string;
#[cfg(test)]
mod tests;
mod utf8;

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;

use crossterm::event::{KeyEvent, MouseEvent};
use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::mpsc::UnboundedSender;
use zeroize::Zeroizing;

use super::signals;
use crate::config::theme::Background;
use crate::model::Secret;
use parser::Parser;

/// What is read at a time: as much as the kernel keeps.
const CHUNK: usize = 4096;
/// How many chunks may wait; then the kernel keeps the rest, and at last the terminal.
const WAITING_CHUNKS: usize = 4;

/// It may hold a pasted secret.
type Chunk = Zeroizing<Vec<u8>>;

/// What comes in: what the person at the terminal did, and what the terminal answers.
#[derive(Debug, Clone)]
pub enum Input {
    Key(KeyEvent),
    Mouse(MouseEvent),
    /// Text that came as one paste, its lines separated by `\n`. Never keys to act on; it may be a secret.
    Paste(Secret),
    /// Nobody did anything: the terminal answers what its background is.
    Background(Background),
}

/// Reads until nobody listens any more. When the terminal can't be read, the program ends as it
/// does on a hang-up.
pub fn spawn_input(listener: UnboundedSender<Input>) -> io::Result<()> {
    let tty = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let (chunks_in, chunks) = sync_channel(WAITING_CHUNKS);
    thread::Builder::new()
        .name("tty".into())
        .spawn(move || read_all(&tty, &chunks_in))?;
    thread::Builder::new()
        .name("input".into())
        .spawn(move || parse_all(&chunks, &listener))?;
    Ok(())
}

/// Reads until the terminal is gone or the other thread is.
fn read_all(mut tty: &File, listener: &SyncSender<Chunk>) {
    let mut buffer = Zeroizing::new([0; CHUNK]);
    loop {
        match tty.read(&mut *buffer) {
            // With the line settings of a shell, Ctrl-D reads as an end too.
            Ok(0) if tty.is_terminal() => wait_for_more(tty),
            Ok(0) => return,
            Ok(count) => {
                let chunk = buffer.get(..count).unwrap_or_default().to_vec();
                if listener.send(Zeroizing::new(chunk)).is_err() {
                    return;
                }
            }
            Err(error) => match error.kind() {
                io::ErrorKind::Interrupted => {}
                // Another program left it non-blocking.
                io::ErrorKind::WouldBlock => wait_for_more(tty),
                _ => return,
            },
        }
    }
}

fn wait_for_more(tty: &File) {
    let _ = poll(&mut [PollFd::new(tty, PollFlags::IN)], None);
}

fn parse_all(chunks: &Receiver<Chunk>, listener: &UnboundedSender<Input>) {
    let mut parser = Parser::default();
    let mut inputs = Vec::new();
    loop {
        let chunk = match parser.patience() {
            Some(patience) => chunks.recv_timeout(patience),
            None => chunks.recv().map_err(RecvTimeoutError::from),
        };
        match chunk {
            Ok(chunk) => parser.feed(&chunk, &mut inputs),
            Err(RecvTimeoutError::Timeout) => parser.silence(&mut inputs),
            Err(RecvTimeoutError::Disconnected) => return signals::hung_up(),
        }
        for input in inputs.drain(..) {
            if listener.send(input).is_err() {
                return;
            }
        }
    }
}
