//! The lines of a table. What differs in a column looks different; names that look the same have their ids after them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use uuid::Uuid;

use super::apart::{self, Labelled};
use super::found::SoughtText;
use super::{Look, chips, marks, text};
use crate::tui::state::columns::Placed;
use crate::tui::state::layout::Area;

/// Cells between a name and what stands beside it.
const GAP: usize = 2;
/// So much of a name stays, whatever stands beside it.
const LEAST_NAME: usize = 12;

/// A text of a table in its style; its first cells may have another one.
#[derive(Debug, Clone, Default)]
pub struct TableCell {
    pub text: String,
    pub style: Style,
    pub lead: Option<(u16, Style)>,
}

impl From<(String, Style)> for TableCell {
    fn from((text, style): (String, Style)) -> Self {
        let lead = None;
        Self { text, style, lead }
    }
}

/// What stands beside the name, in the same column.
#[derive(Debug, Clone, Default)]
pub enum Beside {
    #[default]
    Nothing,
    /// How the row stands, at the right end.
    Tag(String, Style),
    /// What a filter found, where that is not the name.
    Found(String),
}

impl Beside {
    fn text(&self) -> &str {
        match self {
            Beside::Nothing => "",
            Beside::Tag(text, _) | Beside::Found(text) => text,
        }
    }

    /// Cells that it takes from the name.
    pub fn width(&self) -> usize {
        match text::width(self.text()) {
            0 => 0,
            width => width + GAP,
        }
    }
}

/// A line of a table: one cell for each of its columns, the first of which is the name.
#[derive(Debug, Default)]
pub struct TableRow {
    pub selected: bool,
    pub marked: bool,
    /// Nobody needs to look at it.
    pub quiet: bool,
    /// Parts it from rows of the same name.
    pub id: Option<Uuid>,
    pub cells: Vec<TableCell>,
    pub beside: Beside,
    /// What is shown behind the name where it leaves room.
    pub chips: Vec<String>,
}

impl TableRow {
    fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| &cell.text)
    }

    /// What the name has of the cells of its column.
    fn room_for_name(&self, cells: usize) -> usize {
        let least = LEAST_NAME.min(text::width(self.text(0))).min(cells);
        cells.saturating_sub(self.beside.width()).max(least)
    }

    fn style(&self, style: Style, look: &Look) -> Style {
        match (self.selected, self.quiet) {
            (true, _) => Style::new().add_modifier(style.add_modifier.difference(Modifier::DIM)),
            (false, true) if style.fg.is_none() => style.patch(look.theme.faint()),
            _ => style,
        }
    }
}

/// Draws the lines. Names that look the same, with what the column `beside` says, have their ids after them; in the
/// names and beside them, `found` is shown.
pub fn rows<C>(
    buffer: &mut Buffer,
    area: Rect,
    placed: &[Placed<C>],
    mut rows: Vec<TableRow>,
    beside: Option<usize>,
    found: Option<&SoughtText>,
    look: &Look,
) {
    fit(&mut rows, area, placed, beside);
    for (row, y) in rows.iter().zip(area.y..) {
        let line = Rect { y, height: 1, ..area };
        signs(buffer, line, row, look);
        for (place, cell) in placed.iter().zip(&row.cells) {
            put_cell(buffer, line, place, cell, row, look);
        }
        if let Some(place) = placed.first() {
            let name = room(line, place);
            if let Some(found) = found {
                highlight(buffer, name, row.text(0), found, look);
            }
            beside_name(buffer, name, row, found, look);
        }
    }
}

/// Cuts the cells of each column to its width.
fn fit<C>(rows: &mut [TableRow], area: Rect, placed: &[Placed<C>], beside: Option<usize>) {
    let names: Vec<String> = rows.iter().map(|row| row.text(0).to_owned()).collect();
    let width = |index: usize| {
        placed
            .get(index)
            .map_or(0, |place| usize::from(room(area, place).width))
    };
    let name_cells: Vec<usize> = rows.iter().map(|row| row.room_for_name(width(0))).collect();
    for index in 0..placed.len() {
        let texts: Vec<&str> = rows.iter().map(|row| row.text(index)).collect();
        let fitted = match index {
            0 => apart::fitted(&texts, &name_cells),
            _ => apart::fitted(&texts, &vec![width(index); texts.len()]),
        };
        write_column(rows, index, fitted);
    }
    let named = rows.iter().zip(&names).zip(&name_cells);
    let named = named.filter_map(|((row, name), cells)| {
        Some(Labelled {
            name,
            fitted: row.text(0),
            beside: beside.map_or("", |column| row.text(column)),
            id: row.id?,
            cells: *cells,
        })
    });
    let named: Vec<Labelled> = named.collect();
    if named.len() == rows.len() {
        let tagged = apart::tagged(&named);
        write_column(rows, 0, tagged);
    }
}

fn write_column(rows: &mut [TableRow], column: usize, texts: Vec<String>) {
    for (row, new) in rows.iter_mut().zip(texts) {
        if let Some(cell) = row.cells.get_mut(column) {
            cell.text = new;
        }
    }
}

/// The bar of the selected row, and the sign of a marked one.
fn signs(buffer: &mut Buffer, line: Rect, row: &TableRow, look: &Look) {
    let cells = usize::from(line.width);
    if row.selected {
        buffer.set_style(line, look.theme.selected());
        let bar = look.theme.accent().remove_modifier(Modifier::REVERSED);
        buffer.set_stringn(line.x, line.y, "▌", cells, bar);
    }
    if row.marked {
        let style = row.style(look.theme.accent().bold(), look);
        buffer.set_stringn(line.x + 1, line.y, marks::SIGN, cells.saturating_sub(1), style);
    }
}

/// Where a column has its cells in a line.
pub fn room<C>(line: Rect, place: &Placed<C>) -> Rect {
    Rect {
        x: place.x,
        y: line.y,
        width: place.width,
        height: line.height,
    }
    .intersection(line)
}

/// What can be clicked of a head: the whole width of its column.
pub fn head_area<C>(heads: Rect, place: &Placed<C>) -> Area {
    let room = room(heads, place);
    Area {
        x: room.x,
        y: room.y,
        width: room.width,
        height: room.height,
    }
}

fn put_cell<C>(
    buffer: &mut Buffer,
    line: Rect,
    place: &Placed<C>,
    cell: &TableCell,
    row: &TableRow,
    look: &Look,
) {
    let area = put(buffer, line, place, &cell.text, row.style(cell.style, look));
    if let Some((width, style)) = cell.lead {
        let width = width.min(area.width);
        buffer.set_style(Rect { width, ..area }, row.style(style, look));
    }
}

/// Writes into a column of a line, never beyond either; where it stands.
pub fn put<C>(buffer: &mut Buffer, line: Rect, place: &Placed<C>, content: &str, style: Style) -> Rect {
    let area = room(line, place);
    let words = text::fit(content, usize::from(area.width));
    let width = (text::width(&words) as u16).min(area.width);
    let shift = if place.right { area.width - width } else { 0 };
    let area = Rect {
        x: area.x + shift,
        width,
        ..area
    };
    if !area.is_empty() {
        buffer.set_stringn(area.x, area.y, words, usize::from(width), style);
    }
    area
}

/// Shows where in this text, which stands at the start of `area`, the filter found what it looks for.
fn highlight(buffer: &mut Buffer, area: Rect, text: &str, found: &SoughtText, look: &Look) {
    if let Some((start, width)) = found.cells_in(text) {
        let part = Rect {
            x: area.x.saturating_add(start),
            width,
            ..area
        };
        buffer.set_style(part.intersection(area), look.theme.found());
    }
}

fn beside_name(buffer: &mut Buffer, area: Rect, row: &TableRow, found: Option<&SoughtText>, look: &Look) {
    let used = text::width(row.text(0)).min(usize::from(area.width));
    let mut rest = Rect {
        x: area.x + used as u16,
        width: area.width - used as u16,
        ..area
    };
    match &row.beside {
        Beside::Nothing => {}
        Beside::Tag(words, style) => {
            let cells = usize::from(rest.width).saturating_sub(GAP);
            let words = text::fit_words(words, cells);
            let width = text::width(&words) as u16;
            if width > 1 {
                let x = rest.right() - width;
                buffer.set_stringn(x, rest.y, words, usize::from(width), row.style(*style, look));
                rest.width -= width + 1;
            }
        }
        Beside::Found(words) => {
            let cells = usize::from(rest.width).saturating_sub(GAP);
            let words = text::fit(words, cells);
            let at = Rect {
                x: rest.x + GAP as u16,
                width: cells as u16,
                ..rest
            };
            if cells > 1 {
                buffer.set_stringn(at.x, at.y, &words, cells, row.style(look.theme.faint(), look));
                found
                    .into_iter()
                    .for_each(|found| highlight(buffer, at, &words, found, look));
            }
            return;
        }
    }
    let cells = usize::from(rest.width).saturating_sub(GAP);
    let chips = chips::in_one_line(&row.chips, cells);
    if !chips.is_empty() {
        let style = row.style(look.theme.faint(), look);
        buffer.set_stringn(rest.x + GAP as u16, rest.y, chips, cells, style);
    }
}
