//! The table of a screen whose rows are a [`List`]: projects, people, the activity log; and the details of what is selected.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Widget};

use super::pen::Pen;
use super::rows::{self, TableCell, TableRow, put};
use super::{Look, body, clip, text};
use crate::tui::state::App;
use crate::tui::state::columns::{self, Fit, WantedColumn};
use crate::tui::state::layout::PADDING;
use crate::tui::state::list::{List, Listed};
use crate::tui::state::notice::sentence;

/// A column: its head, how it gives way, and its cells.
pub struct ListColumn<T> {
    pub label: &'static str,
    pub fit: Fit,
    pub cell: fn(&T, &Look) -> (String, Style),
}

/// What a screen says when there are no rows: a headline, and the way out.
pub struct Empty {
    pub headline: String,
    pub way_out: String,
}

pub fn render<T: Listed>(
    buffer: &mut Buffer,
    screen: Rect,
    app: &App,
    list: &List<T>,
    table: &[ListColumn<T>],
    empty: impl FnOnce() -> Empty,
    look: &Look,
) {
    let layout = app.layout();
    if let Some((headline, way_out)) = instead_of_rows(app, list, empty) {
        body::message(buffer, clip(layout.table, screen), &headline, &way_out, look);
        return;
    }
    let area = clip(layout.rows, screen);
    let visible: Vec<(bool, &T)> = list.visible().take(usize::from(area.height)).collect();
    let wanted = table.iter().map(|column| {
        let cells: Vec<TableCell> = visible
            .iter()
            .map(|(_, item)| (column.cell)(item, look).into())
            .collect();
        WantedColumn {
            fit: column.fit,
            content: content(column.label, cells.iter().map(|cell| cell.text.as_str())),
            column: (column.label, cells),
        }
    });
    let wanted: Vec<_> = wanted.collect();
    let by_index = wanted.iter().enumerate().map(|(index, wanted)| WantedColumn {
        column: index,
        fit: wanted.fit,
        content: wanted.content,
    });
    let placed = columns::place(layout.columns, by_index.collect());
    let heads = clip(layout.columns, screen);
    for place in &placed {
        put(
            buffer,
            heads,
            place,
            wanted[place.column].column.0,
            look.theme.faint(),
        );
    }
    let lines = visible
        .iter()
        .enumerate()
        .map(|(line, (selected, item))| TableRow {
            selected: *selected,
            id: item.told_apart_by(),
            cells: placed
                .iter()
                .map(|place| wanted[place.column].column.1[line].clone())
                .collect(),
            ..TableRow::default()
        });
    rows::rows(buffer, area, &placed, lines.collect(), None, None, look);
}

/// The width of the widest of these, and of the head above them.
pub fn content<'a>(head: &str, texts: impl Iterator<Item = &'a str>) -> u16 {
    let widest = texts.map(text::width).max().unwrap_or_default();
    widest.max(text::width(head)).min(usize::from(u16::MAX)) as u16
}

/// Why there are no rows, and the way out.
pub fn instead_of_rows<T: Listed>(
    app: &App,
    list: &List<T>,
    empty: impl FnOnce() -> Empty,
) -> Option<(String, String)> {
    if let Some(error) = &app.refused {
        return Some(body::refused(app, error));
    }
    if !list.is_empty() {
        return None;
    }
    Some(match list.error() {
        Some(error) if error.is_retryable() => body::offline(app, error),
        Some(error) => {
            let way_out = app.told("{refresh} refreshes, {back} goes back to the keys.");
            (sentence(error), way_out)
        }
        None if list.is_waiting() => ("Loading…".into(), app.told("{back} goes back to the keys.")),
        None => {
            let empty = empty();
            (empty.headline, empty.way_out)
        }
    })
}

/// The pane beside the list, or over it in a narrow terminal, with the details of the selected item.
/// `lines` gets the width that they have.
pub fn details(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    title: &str,
    lines: impl FnOnce(usize) -> Vec<Line<'static>>,
    look: &Look,
) {
    Clear.render(area, buffer);
    let padding = PADDING.min(area.width / 2);
    let inner = Rect {
        x: area.x + padding,
        width: area.width - 2 * padding,
        ..area
    };
    let width = usize::from(inner.width);
    let title = text::whole(title, width).into_iter();
    let mut title: Vec<Line> = title
        .map(|line| Line::styled(line, look.theme.strong()))
        .collect();
    // A long one scrolls with the rest.
    let stays = title.len() as u16 <= inner.height / 4;
    let (inner, lines) = match stays {
        true => {
            let height = title.len() as u16;
            Paragraph::new(title).render(Rect { height, ..inner }, buffer);
            let below = Rect {
                y: inner.y + height,
                height: inner.height - height,
                ..inner
            };
            (below, lines(width))
        }
        false => {
            title.extend(lines(width));
            (inner, title)
        }
    };
    let most = (lines.len() as u16).saturating_sub(inner.height);
    let scroll = app.details_scroll.min(most);
    Paragraph::new(lines).scroll((scroll, 0)).render(inner, buffer);
    more(buffer, inner, (scroll > 0, scroll < most), look);
}

/// Says on the rule below that there are more lines above or below.
fn more(buffer: &mut Buffer, inner: Rect, (above, below): (bool, bool), look: &Look) {
    let words = match (above, below) {
        (false, false) => return,
        (true, false) => " ▲ more ",
        (false, true) => " ▼ more ",
        (true, true) => " ▲▼ more ",
    };
    let width = text::width(words) as u16;
    let place = Rect {
        x: inner.right().saturating_sub(width),
        y: inner.bottom(),
        width,
        height: 1,
    };
    Pen::new(buffer, place).write(words, look.theme.accent());
}
