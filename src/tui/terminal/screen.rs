//! The ratatui backend that gathers a whole frame and writes it at once.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use zeroize::Zeroize;

use super::modes::write_fully;

/// Synchronized update (DEC mode 2026): the terminal shows the frame when it has all of it.
const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";

/// What a terminal that doesn't know its size is taken for.
const FALLBACK: Size = Size {
    width: 80,
    height: 24,
};

/// How many cells `tty` has, at least one.
pub(super) fn size_of(tty: impl AsFd) -> Size {
    match rustix::termios::tcgetwinsize(tty) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Size::new(size.ws_col, size.ws_row),
        Ok(_) | Err(_) => FALLBACK,
    }
}

pub(super) struct Screen {
    /// Not `Stdout`, which writes at every line feed.
    tty: File,
    frame: Vec<u8>,
    cursor_visible: Option<bool>,
    cursor_at: Option<Position>,
}

impl Screen {
    pub(super) fn on(tty: File) -> Self {
        let mut frame = Vec::with_capacity(64 * 1024);
        frame.extend_from_slice(BEGIN_FRAME);
        Self {
            tty,
            frame,
            cursor_visible: None,
            cursor_at: None,
        }
    }

    /// Writes what was drawn since the last time, or nothing when nothing changed.
    pub(super) fn send(&mut self) -> io::Result<()> {
        if self.frame.len() == BEGIN_FRAME.len() {
            return Ok(());
        }
        self.frame.extend_from_slice(END_FRAME);
        let sent = write_fully(&self.tty, &self.frame);
        self.frame.truncate(BEGIN_FRAME.len());
        sent
    }

    /// Writes between frames.
    pub(super) fn send_apart(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_fully(&self.tty, bytes)
    }

    /// Overwrites the frames that went through here, and drops the one that did not go yet.
    pub(super) fn wipe(&mut self) {
        self.frame.zeroize();
        self.frame.extend_from_slice(BEGIN_FRAME);
    }

    /// Takes nothing for granted any more about the cursor.
    pub(super) fn forget_cursor(&mut self) {
        self.cursor_visible = None;
        self.cursor_at = None;
    }

    fn pen(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }

    fn set_cursor_visible(&mut self, visible: bool) -> io::Result<()> {
        if self.cursor_visible != Some(visible) {
            self.cursor_visible = Some(visible);
            let mut pen = self.pen();
            return if visible {
                pen.show_cursor()
            } else {
                pen.hide_cursor()
            };
        }
        Ok(())
    }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_some() {
            self.cursor_at = None;
            self.pen().draw(content)?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.set_cursor_visible(false)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.set_cursor_visible(true)
    }

    /// Never asks the terminal: its answer would come among the input. Ratatui wants it only to put
    /// the cursor back after clearing, and every frame places the cursor anew.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor_at.unwrap_or(Position::ORIGIN))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor_at != Some(position) {
            self.cursor_at = Some(position);
            self.pen().set_cursor_position(position)?;
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.pen().clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(size_of(&self.tty))
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::ZERO,
        })
    }

    /// Ratatui flushes in the middle of a frame; [`Screen::send`] is the end of one.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
