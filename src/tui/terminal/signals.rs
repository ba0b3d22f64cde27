//! Signals as messages, the end of a program whose terminal is gone, and stopping as a job.
//!
//! A hang-up is not left to the thread that reads: it may be waiting for the main loop, which may be
//! waiting for a terminal that takes nothing. A thread of its own waits for it, and ends the process
//! itself when the main loop doesn't in time.

use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{getpgrp, getsid, kill_current_process_group};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use tokio::sync::mpsc::UnboundedSender;

use super::modes;

/// How long the main loop has to clean up and leave when the terminal is gone.
const GRACE_WITHOUT_TERMINAL: Duration = Duration::from_millis(500);
/// And when it was asked to end.
const GRACE: Duration = Duration::from_secs(3);
/// How long the last words to the terminal may take.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// What the outside asks of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Clean up and exit with 128 plus this number.
    End(i32),
    /// Call [`super::Terminal::suspend`].
    Suspend,
    /// The terminal has another size: see [`super::size`].
    Resized,
    /// The program was stopped from outside and runs again: call [`super::Terminal::resume`].
    Continue,
}

/// Catches the signals from now on, and watches the terminal for a hang-up that sends none, as one
/// that is not the controlling terminal.
pub fn spawn_signals(listener: UnboundedSender<Signal>) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH])?;
    let hang_up_listener = listener.clone();
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGWINCH => _ = listener.send(Signal::Resized),
                SIGTSTP => _ = listener.send(Signal::Suspend),
                SIGCONT if STOPPED_ITSELF.swap(false, Ordering::SeqCst) => {}
                SIGCONT => _ = listener.send(Signal::Continue),
                signal => end(signal, &listener),
            }
        }
    })?;
    if !io::stdin().is_terminal() {
        // The end of a pipe is no hang-up.
        return Ok(());
    }
    let tty = io::stdin().as_fd().try_clone_to_owned()?;
    thread::Builder::new().name("hang-up".into()).spawn(move || {
        if hangs_up(&tty) {
            end(SIGHUP, &hang_up_listener);
        }
    })?;
    Ok(())
}

fn end(signal: i32, listener: &UnboundedSender<Signal>) {
    // An error means that the main loop is on its way out already.
    let _ = listener.send(Signal::End(signal));
    exit_unless_main_does(signal);
}

/// The terminal can't be read any more.
pub(super) fn hung_up() {
    exit_unless_main_does(SIGHUP);
}

fn exit_unless_main_does(signal: i32) {
    let grace = if signal == SIGHUP {
        GRACE_WITHOUT_TERMINAL
    } else {
        GRACE
    };
    let exit = move || {
        thread::sleep(grace);
        modes::leave_for_good(LAST_WORDS);
        // Not `process::exit`, whose handlers could wait for the very thread that hangs.
        signal_hook::low_level::exit(128 + signal)
    };
    if thread::Builder::new().name("exit".into()).spawn(exit).is_err() {
        exit();
    }
}

/// Waits until the other side of the terminal is closed. Asked for no event, poll reports only that.
fn hangs_up(tty: impl AsFd) -> bool {
    loop {
        let mut fds = [PollFd::new(&tty, PollFlags::empty())];
        match poll(&mut fds, None) {
            Err(Errno::INTR) => {}
            Err(_) => return false,
            Ok(_) => {
                return fds
                    .iter()
                    .any(|fd| fd.revents().intersects(PollFlags::HUP | PollFlags::ERR));
            }
        }
    }
}

/// Whether SIGCONT is on its way after [`stop_until_continued`], which then is no news.
static STOPPED_ITSELF: AtomicBool = AtomicBool::new(false);

/// Whether a shell with job control is above this job. The session leader's own group has none: stopped,
/// as the only program of a terminal window, nothing would ever continue it.
pub(super) fn can_be_continued() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Stops the whole job, as the terminal's Ctrl-Z would: the shell waits for its first process,
/// which may be a wrapper such as `cargo run`.
pub(super) fn stop_until_continued() -> io::Result<()> {
    let mut continued = Signals::new([SIGCONT])?;
    STOPPED_ITSELF.store(true, Ordering::SeqCst);
    kill_current_process_group(rustix::process::Signal::STOP)?;
    // Another thread may take the stop, a little later than this one goes on.
    continued.forever().next();
    Ok(())
}
