//! Writes from left to right in one line, and says where what it wrote stands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::text;
use crate::tui::state::layout::Area;

pub struct Pen<'a> {
    buffer: &'a mut Buffer,
    /// The rest of the line.
    rest: Rect,
}

impl<'a> Pen<'a> {
    pub fn new(buffer: &'a mut Buffer, line: Rect) -> Self {
        let rest = line.intersection(buffer.area);
        Self { buffer, rest }
    }

    /// Cells that are left.
    pub fn room(&self) -> usize {
        usize::from(self.rest.width)
    }

    /// Writes what fits, cut with an ellipsis; where it stands.
    pub fn write(&mut self, words: &str, style: Style) -> Area {
        let words = text::fit(words, self.room());
        let width = text::width(&words) as u16;
        let Rect { x, y, height, .. } = self.rest;
        let area = Area { x, y, width, height };
        if height > 0 && width > 0 {
            clear(self.buffer, self.rest, width);
            self.buffer.set_stringn(x, y, &words, usize::from(width), style);
        }
        self.skip(width);
        area
    }

    /// Leaves cells as they are.
    pub fn skip(&mut self, cells: u16) {
        let cells = cells.min(self.rest.width);
        self.rest.x += cells;
        self.rest.width -= cells;
    }
}

/// What stood there, a rule maybe, had a style of its own.
fn clear(buffer: &mut Buffer, line: Rect, width: u16) {
    for x in line.x..line.x + width {
        if let Some(cell) = buffer.cell_mut((x, line.y)) {
            cell.reset();
        }
    }
}

/// Two areas that touch, as one.
pub fn joined(one: Area, next: Area) -> Area {
    Area {
        width: (next.x + next.width).saturating_sub(one.x),
        ..one
    }
}
