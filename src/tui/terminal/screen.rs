//! The ratatui backend that gathers a whole frame and writes it at once.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};
use zeroize::Zeroize;

use super::modes::write_fully;
use super::widths::{Width, cells_of, width_of};

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

/// A cell in its place.
type At<'a> = (u16, u16, &'a Cell);

/// A whole row, from its first cell to its last.
pub(super) struct ScreenRow {
    y: u16,
    cells: Vec<Cell>,
}

/// The rows of `buffer` that [`TerminalScreen::write_rows`] may have to write: those with text whose width is
/// doubtful, and those that had some in the frame before.
pub(super) fn rows_to_know(buffer: &Buffer, before: &BTreeSet<u16>) -> Vec<ScreenRow> {
    let width = usize::from(buffer.area.width).max(1);
    let rows = buffer.content.chunks(width).zip(0..);
    rows.filter(|(cells, y)| before.contains(y) || is_doubtful(cells))
        .map(|(cells, y)| ScreenRow {
            y,
            cells: cells.to_vec(),
        })
        .collect()
}

fn is_doubtful(cells: &[Cell]) -> bool {
    cells
        .iter()
        .any(|cell| width_of(cell.symbol()) == Width::Doubtful)
}

pub(super) struct TerminalScreen {
    /// Not `Stdout`, which writes at every line feed.
    tty: File,
    frame: Vec<u8>,
    cursor_visible: Option<bool>,
    cursor_at: Option<Position>,
    /// Rows on the terminal with text whose width is doubtful: what such a row shows beside it is not
    /// certain either, so every change writes the row whole.
    doubtful: BTreeSet<u16>,
    /// Rows of this frame that are to be written whole, and were left out of the changes.
    whole: BTreeSet<u16>,
}

impl TerminalScreen {
    pub(super) fn on(tty: File) -> Self {
        let mut frame = Vec::with_capacity(64 * 1024);
        frame.extend_from_slice(BEGIN_FRAME);
        Self {
            tty,
            frame,
            cursor_visible: None,
            cursor_at: None,
            doubtful: BTreeSet::new(),
            whole: BTreeSet::new(),
        }
    }

    pub(super) fn doubtful_rows(&self) -> &BTreeSet<u16> {
        &self.doubtful
    }

    /// Writes the rows that the frame's changes left out, of which `rows` has all.
    pub(super) fn write_rows(&mut self, rows: Vec<ScreenRow>) -> io::Result<()> {
        let whole = std::mem::take(&mut self.whole);
        self.doubtful.clear();
        for mut row in rows {
            if whole.contains(&row.y) {
                self.write_row(&row)?;
            }
            if is_doubtful(&row.cells) {
                self.doubtful.insert(row.y);
            }
            // A secret may have stood in it.
            row.cells.iter_mut().for_each(Cell::reset);
        }
        if !whole.is_empty()
            && let Some(position) = self.cursor_at.take()
        {
            self.set_cursor_position(position)?;
        }
        Ok(())
    }

    /// Erases the row first: what stood there may have been wider than it is known to be.
    fn write_row(&mut self, row: &ScreenRow) -> io::Result<()> {
        let mut pen = self.pen();
        pen.set_cursor_position((0, row.y))?;
        pen.clear_region(ClearType::CurrentLine)?;
        let mut cells = Vec::with_capacity(row.cells.len());
        let mut x = 0u16;
        while let Some(cell) = row.cells.get(usize::from(x)) {
            cells.push((x, row.y, cell));
            x = x.saturating_add(cells_of(cell.symbol()));
        }
        self.write(&cells)
    }

    /// Writes cells, placing the cursor again after all whose width terminals disagree about.
    fn write(&mut self, cells: &[At]) -> io::Result<()> {
        for run in cells.chunk_by(|(_, _, before), (_, _, after)| {
            let (before, after) = (width_of(before.symbol()), width_of(after.symbol()));
            before == after && before != Width::Doubtful
        }) {
            if let &[(x, y, cell)] = run
                && width_of(cell.symbol()) == Width::Doubtful
            {
                // Where it is narrower than here, what was there before would stay beside it.
                let mut blank = cell.clone();
                blank.set_symbol(" ");
                let span = x..x.saturating_add(cells_of(cell.symbol()));
                self.pen().draw(span.map(|x| (x, y, &blank)))?;
            }
            // Begins by placing the cursor.
            self.pen().draw(run.iter().copied())?;
        }
        Ok(())
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

impl Backend for TerminalScreen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let changed: Vec<At> = content.collect();
        if changed.is_empty() {
            return Ok(());
        }
        self.cursor_at = None;
        self.whole = changed
            .iter()
            .filter(|(_, y, cell)| self.doubtful.contains(y) || width_of(cell.symbol()) == Width::Doubtful)
            .map(|&(_, y, _)| y)
            .collect();
        let others: Vec<At> = changed
            .into_iter()
            .filter(|(_, y, _)| !self.whole.contains(y))
            .collect();
        self.write(&others)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.set_cursor_visible(false)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.set_cursor_visible(true)
    }

    /// Never asks the terminal: its answer would come among the input. Ratatui wants it only to put
    /// the cursor back after clearing, and every frame places the cursor again.
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

    /// Ratatui flushes in the middle of a frame; [`TerminalScreen::send`] is the end of one.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
