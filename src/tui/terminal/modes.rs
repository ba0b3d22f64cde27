//! The modes that the program puts the terminal in, and the one way back out of them. Kept for the
//! process, not in a value: a panic hook and the signal thread must find the way back too.

use std::io;
use std::os::fd::AsFd;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Alternate screen, no cursor, bracketed paste, and of the mouse only buttons and wheel (1000) in
/// the unlimited encoding (1006): reports of every movement would wake the program for nothing. No
/// wrapping (7): text that is wider there than here must not go on in the next row. Plain keys: what
/// another program left on of modifyOtherKeys is switched off; terminals that don't know it see an
/// attribute, which is taken back immediately.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[?1000h\x1b[?1006h\x1b[>4;0m\x1b[0m";
/// No flags of kitty's keyboard protocol, those before being kept: each screen of a terminal has its
/// own, so this comes after the alternate screen.
const PUSH_KEYBOARD: &[u8] = b"\x1b[>0u";
/// The same where they are kept already.
const PLAIN_KEYBOARD: &[u8] = b"\x1b[=0;1u";
/// The way back, from the middle of a frame too. Of modifyOtherKeys a terminal keeps no earlier value:
/// it becomes the one that the terminal starts with.
const LEAVE: &[u8] =
    b"\x1b[?2026l\x1b[<u\x1b[>4m\x1b[0m\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h";

const OUTSIDE: u8 = 0;
const INSIDE: u8 = 1;
/// The process is about to exit; nobody may enter any more.
const ENDED: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(OUTSIDE);

/// The linear mode: raw mode alone.
static SENDS_NO_SEQUENCES: AtomicBool = AtomicBool::new(false);

/// From now on raw mode is all that is set and restored.
pub(super) fn send_no_sequences() {
    SENDS_NO_SEQUENCES.store(true, Ordering::SeqCst);
}

/// Writes `sequences`, unless none are sent.
fn write_sequences(sequences: &[u8], patience: Option<Duration>) -> io::Result<()> {
    match SENDS_NO_SEQUENCES.load(Ordering::SeqCst) {
        true => Ok(()),
        false => write_out(sequences, patience),
    }
}

pub(super) fn inside() -> bool {
    STATE.load(Ordering::SeqCst) == INSIDE
}

/// Sets every mode, also when they were set before: a shell may have changed them while the program
/// was stopped.
pub(super) fn enter() -> io::Result<()> {
    let now_inside = STATE.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |state| {
        (state != ENDED).then_some(INSIDE)
    });
    let Ok(before) = now_inside else {
        return Ok(());
    };
    // Crossterm sets raw mode only when it believes that it is not set.
    disable_raw_mode()?;
    enable_raw_mode()?;
    write_sequences(ENTER, None)?;
    let keyboard = if before == INSIDE {
        PLAIN_KEYBOARD
    } else {
        PUSH_KEYBOARD
    };
    write_sequences(keyboard, None)
}

/// Gives the terminal back as it was found. Does nothing when it was given back before; errors have
/// nobody to go to.
pub(super) fn leave() {
    if STATE.compare_exchange(INSIDE, OUTSIDE, Ordering::SeqCst, Ordering::SeqCst) == Ok(INSIDE) {
        restore();
    }
}

/// The same for the last time, and without waiting for a terminal that takes nothing: whoever was
/// giving it back may be waiting for that still.
pub(super) fn leave_for_good(patience: Duration) {
    if STATE.swap(ENDED, Ordering::SeqCst) == INSIDE {
        let _ = write_sequences(LEAVE, Some(patience));
    }
    let _ = disable_raw_mode();
}

fn restore() {
    let _ = write_sequences(LEAVE, None);
    let _ = disable_raw_mode();
}

/// Restores before the message of a panic is printed, so that it can be read.
pub(super) fn restore_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            leave();
            previous(info);
        }));
    });
}

/// Writes past all buffers. With `patience`, gives up on a terminal that isn't ready by then.
fn write_out(bytes: &[u8], patience: Option<Duration>) -> io::Result<()> {
    let out = io::stdout();
    if let Some(patience) = patience
        && !ready_within(&out, Some(patience))?
    {
        return Err(io::ErrorKind::TimedOut.into());
    }
    write_fully(&out, bytes)
}

/// `write_all` for a terminal that another program may have left non-blocking.
pub(super) fn write_fully(tty: impl AsFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(&tty, bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => _ = ready_within(&tty, None)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn ready_within(tty: impl AsFd, patience: Option<Duration>) -> io::Result<bool> {
    let timeout = patience
        .map(Timespec::try_from)
        .transpose()
        .map_err(io::Error::other)?;
    let mut fds = [PollFd::new(&tty, PollFlags::OUT)];
    Ok(poll(&mut fds, timeout.as_ref())? > 0)
}
