//! Tables on standard output. On a terminal every line fits its width: a column is as wide as what is in it, those of
//! free text share what is left, columns that have no room are left out from the right, and `…` at the edge says so.
//! Where nothing shows the width, as in a pipe, all is whole.

mod column;
mod layout;

use std::io::{self, IsTerminal, Write};

use rustix::termios::tcgetwinsize;
use unicode_width::UnicodeWidthStr;

use self::column::GAP;
pub use self::column::TableColumn;
use self::layout::ColumnLayout;
use super::Failure;
use super::colour::TextTone;
use crate::model::Shown;
use crate::tui::view::text;

/// The width of a terminal that doesn't say it.
const USUAL: usize = 80;
/// Of the values of fields: beside so few cells, they go under their label.
const LEAST_VALUE: usize = 16;

/// What stands in a column of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    tone: TextTone,
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Cell {
    pub fn toned(self, tone: TextTone) -> Self {
        Self { tone, ..self }
    }
}

impl<T: Into<String>> From<T> for Cell {
    /// Text from anywhere: it can't move the cursor.
    fn from(text: T) -> Self {
        let text = text.into();
        Self {
            text: Shown::new(&text).into_string(),
            tone: TextTone::Plain,
        }
    }
}

/// A label, and what belongs to it.
pub type Field = (String, Cell);

pub fn field(label: &str, value: impl Into<Cell>) -> Field {
    (label.to_owned(), value.into())
}

/// Prints a table with a line of titles.
pub fn print(columns: &[TableColumn], rows: impl IntoIterator<Item = Vec<Cell>>) -> Result<(), Failure> {
    let rows: Vec<Vec<Cell>> = rows.into_iter().collect();
    let mut out = io::stdout().lock();
    for line in lines(columns, &rows, width()) {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

/// Prints labels and what belongs to each. Nothing is cut: what is long goes on under its beginning.
pub fn fields(rows: impl IntoIterator<Item = Field>) -> Result<(), Failure> {
    let rows: Vec<Field> = rows.into_iter().collect();
    let mut out = io::stdout().lock();
    for line in field_lines(&rows, width()) {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

/// How many cells a line on standard output has; `None` where nothing limits it.
pub fn width() -> Option<usize> {
    let stdout = io::stdout();
    let told = || {
        let columns = std::env::var("COLUMNS").ok()?;
        columns.parse().ok().filter(|columns| *columns > 0)
    };
    match stdout.is_terminal() {
        true => {
            let columns = tcgetwinsize(&stdout).map_or(0, |size| usize::from(size.ws_col));
            Some(columns)
                .filter(|columns| *columns > 0)
                .or_else(told)
                .or(Some(USUAL))
        }
        false => told(),
    }
}

fn lines(columns: &[TableColumn], rows: &[Vec<Cell>], width: Option<usize>) -> Vec<String> {
    let natural: Vec<usize> = (columns.iter().enumerate())
        .map(|(index, column)| {
            let cells = rows.iter().filter_map(|row| row.get(index));
            let widest = cells.map(|cell| cell.text.width()).max();
            widest.unwrap_or(0).max(column.title.width())
        })
        .collect();
    let layout = ColumnLayout::of(columns, &natural, width);
    let header: Vec<Cell> = columns
        .iter()
        .map(|column| Cell::from(column.title).toned(TextTone::Heading))
        .collect();
    std::iter::once(&header)
        .chain(rows)
        .map(|row| line(columns, row, &layout))
        .collect()
}

fn line(columns: &[TableColumn], row: &[Cell], layout: &ColumnLayout) -> String {
    let mut out = String::new();
    // Spaces at the end of a line are left out.
    let mut owed = 0;
    for ((column, cell), &cells) in columns.iter().zip(row).zip(&layout.widths) {
        let fitted = text::fit(&cell.text, cells);
        let missing = cells.saturating_sub(fitted.width());
        let (before, after) = match column.is_number {
            true => (missing, 0),
            false => (0, missing),
        };
        if !fitted.is_empty() {
            out.extend(std::iter::repeat_n(' ', owed + before));
            out.push_str(&cell.tone.paint(&fitted));
            owed = after + GAP;
        } else {
            owed += before + after + GAP;
        }
    }
    if let Some(before_edge) = layout.before_edge {
        let to_edge = owed.saturating_sub(GAP) + before_edge;
        out.extend(std::iter::repeat_n(' ', to_edge));
        out.push_str(&TextTone::Faint.paint("…"));
    }
    out
}

fn field_lines(rows: &[Field], width: Option<usize>) -> Vec<String> {
    let label = rows.iter().map(|(label, _)| label.width()).max().unwrap_or(0);
    let indent = match width {
        Some(width) if width < label + GAP + LEAST_VALUE => GAP,
        _ => label + GAP,
    };
    let mut lines = Vec::new();
    for (label, cell) in rows {
        let wrapped = match width {
            Some(width) if indent + cell.text.width() > width => {
                text::wrap(&cell.text, width.saturating_sub(indent))
            }
            _ => vec![cell.text.clone()],
        };
        let mut head = TextTone::Faint.paint(label);
        let mut used = label.width();
        for value in wrapped {
            if used > 0 && used + GAP > indent {
                lines.push(std::mem::take(&mut head));
                used = 0;
            }
            if !value.is_empty() {
                head.extend(std::iter::repeat_n(' ', indent - used));
                head.push_str(&cell.tone.paint(&value));
            }
            lines.push(std::mem::take(&mut head));
            used = 0;
        }
    }
    lines
}

#[cfg(test)]
mod tests;
