//! The terminal as the dashboard has it: entered and left as a whole, drawn on one write a frame,
//! and given back as it was found however the program ends.

mod input;
mod lines;
mod modes;
mod osc52;
mod screen;
mod signals;
#[cfg(test)]
mod tests;
mod widths;

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

use ratatui::Frame;

pub use input::{Input, spawn_input};
pub use lines::LineTerminal;
pub use signal_hook::consts::SIGHUP as HANG_UP;
pub use signals::{Signal, spawn_signals};

use crate::clipboard::Inside;
use crate::model::Secret;
use screen::TerminalScreen;

/// OSC 11; those who don't know it skip it.
const ASK_BACKGROUND: &[u8] = b"\x1b]11;?\x1b\\";

#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    #[error(
        "The dashboard needs a terminal, and {0} is not one; in scripts use the commands, such as: keydeck key list --json."
    )]
    NotATerminal(&'static str),
    #[error("The terminal can't be set up: {0}.")]
    Io(#[from] io::Error),
}

/// The width and height that frames are drawn in. Known before the terminal is entered.
pub fn size() -> (u16, u16) {
    let size = screen::size_of(io::stdout());
    (size.width, size.height)
}

/// Whether the terminal was closed. Its signal may come later than the errors that this causes.
pub fn is_gone() -> bool {
    !io::stdout().is_terminal()
}

/// What is read from and what is written to.
fn are_terminals() -> Result<(), TerminalError> {
    if !io::stdin().is_terminal() {
        return Err(TerminalError::NotATerminal("standard input"));
    }
    if !io::stdout().is_terminal() {
        return Err(TerminalError::NotATerminal("standard output"));
    }
    Ok(())
}

/// The entered terminal. Call [`spawn_signals`] before [`Terminal::enter`], so that there is no
/// moment in which a signal ends the program without the way back.
pub struct Terminal {
    inner: ratatui::Terminal<TerminalScreen>,
}

impl Terminal {
    /// Takes the terminal: raw mode, alternate screen, mouse buttons and wheel, bracketed paste, plain
    /// keys, no cursor. Dropping gives it back, and so does a panic in any thread.
    pub fn enter() -> Result<Self, TerminalError> {
        are_terminals()?;
        let tty = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let inner = ratatui::Terminal::new(TerminalScreen::on(tty))?;
        let mut terminal = Self { inner };
        modes::restore_on_panic();
        terminal.resume()?;
        Ok(terminal)
    }

    /// Draws one frame as one write; writes nothing when nothing changed.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<()> {
        if !modes::inside() {
            // A panic in some task gave the terminal back, and the program lives on.
            self.resume()?;
        }
        draw_frame(&mut self.inner, render)
    }

    /// Gives the terminal back and stops the job, as Ctrl-Z does; returns when a shell continues it.
    /// Does nothing where no shell could.
    pub fn suspend(&mut self) -> io::Result<()> {
        if !signals::can_be_continued() {
            return Ok(());
        }
        modes::leave();
        let continued = signals::stop_until_continued();
        self.resume()?;
        continued
    }

    /// Takes the terminal again, whose modes may have been changed while the program was stopped.
    /// The next frame is drawn whole. The answer to [`Signal::Continue`].
    pub fn resume(&mut self) -> io::Result<()> {
        modes::enter()?;
        self.draw_whole_next()
    }

    /// Asks the terminal to put `secret` in the clipboard of whoever sits at it. Nothing tells
    /// whether it did.
    pub fn send_osc52(&mut self, secret: &Secret, inside: Inside) -> io::Result<()> {
        let sequence = osc52::sequence(secret, inside)?;
        self.inner.backend_mut().send_apart(sequence.as_bytes())
    }

    /// Asks the terminal for its background. The answer comes among the input, or never.
    pub fn ask_background(&mut self) -> io::Result<()> {
        self.inner.backend_mut().send_apart(ASK_BACKGROUND)
    }

    /// Overwrites the frames that are kept here, after a secret was on the screen. The next frame is
    /// drawn whole.
    pub fn forget_frames(&mut self) -> io::Result<()> {
        for _ in 0..2 {
            self.inner.current_buffer_mut().reset();
            self.inner.swap_buffers();
        }
        self.inner.backend_mut().wipe();
        self.draw_whole_next()
    }

    fn draw_whole_next(&mut self) -> io::Result<()> {
        self.inner.backend_mut().forget_cursor();
        self.inner.clear()
    }
}

fn draw_frame(
    terminal: &mut ratatui::Terminal<TerminalScreen>,
    render: impl FnOnce(&mut Frame),
) -> io::Result<()> {
    let doubtful_before = terminal.backend().doubtful_rows().clone();
    let completed = terminal.draw(render)?;
    let rows = screen::rows_to_know(completed.buffer, &doubtful_before);
    let screen = terminal.backend_mut();
    screen.write_rows(rows)?;
    screen.send()
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.inner.backend_mut().wipe();
        modes::leave();
    }
}
