//! The table of a screen whose rows are a [`List`]: projects, people, the activity log.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Widget};
use uuid::Uuid;

use super::apart::{self, Labelled};
use super::{Look, body, chips, clip, dialog, marks, text};
use crate::tui::state::App;
use crate::tui::state::columns::{self, Fit, Placed};
use crate::tui::state::list::{List, Listed};
use crate::tui::state::notice::sentence;

/// A column: its head, how it gives way, and what stands in it.
pub struct ListColumn<T> {
    pub label: &'static str,
    pub fit: Fit,
    pub cell: fn(&T, &Look) -> (String, Style),
}

/// A line of a table: one cell for each of its columns, the first of which is the name.
pub struct ListRow {
    pub selected: bool,
    pub marked: bool,
    /// Parts it from rows of the same name.
    pub id: Option<Uuid>,
    pub cells: Vec<(String, Style)>,
    /// What is shown behind the name where it leaves room.
    pub chips: Vec<String>,
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
    let title = app.screen.title();
    if let Some((headline, way_out)) = instead_of_rows(app, list, empty) {
        body::message(
            buffer,
            clip(layout.table, screen),
            title,
            &headline,
            &way_out,
            look,
        );
        return;
    }
    if layout.bordered {
        let focused = app.over.is_empty() && !app.details_focused;
        let mut spans = vec![Span::raw(format!(" {title} "))];
        if list.is_waiting() {
            spans.push(Span::styled("… ", look.theme.faint()));
        }
        Block::bordered()
            .border_style(look.theme.border(focused))
            .title(spans)
            .render(clip(layout.table, screen), buffer);
    }
    let placed = columns::place(layout.columns, table.iter().map(|column| (column, column.fit)));
    let heads = clip(layout.columns, screen);
    for place in &placed {
        put(buffer, heads, place, place.column.label, look.theme.faint());
    }
    let area = clip(layout.rows, screen);
    let visible = list.visible().take(usize::from(area.height));
    let lines = visible.map(|(selected, item)| ListRow {
        selected,
        marked: false,
        id: item.told_apart_by(),
        cells: (placed.iter().map(|place| (place.column.cell)(item, look))).collect(),
        chips: Vec::new(),
    });
    rows(buffer, area, &placed, lines.collect(), None, look);
}

fn instead_of_rows<T: Listed>(
    app: &App,
    list: &List<T>,
    empty: impl FnOnce() -> Empty,
) -> Option<(String, String)> {
    if let Some(error) = &app.refused {
        return Some(body::refused(error));
    }
    if !list.is_empty() {
        return None;
    }
    Some(match list.error() {
        Some(error) if error.is_retryable() => body::offline(error),
        Some(error) => (sentence(error), "r refreshes, Esc goes back to the keys.".into()),
        None if list.is_waiting() => ("Loading…".into(), "Esc goes back to the keys.".into()),
        None => {
            let empty = empty();
            (empty.headline, empty.way_out)
        }
    })
}

/// The lines of a table, the selected one marked. What differs in a column looks different; names that look
/// the same, with what the column `beside` says, have their ids after them.
pub fn rows<C>(
    buffer: &mut Buffer,
    area: Rect,
    placed: &[Placed<C>],
    mut rows: Vec<ListRow>,
    beside: Option<usize>,
    look: &Look,
) {
    let names: Vec<String> = rows.iter().map(|row| text_in(row, 0).to_owned()).collect();
    for (index, place) in placed.iter().enumerate() {
        let texts: Vec<&str> = rows.iter().map(|row| text_in(row, index)).collect();
        let fitted = apart::fitted(&texts, usize::from(room(area, place).width));
        write_column(&mut rows, index, fitted);
    }
    if let Some(place) = placed.first() {
        let named = rows.iter().zip(&names).filter_map(|(row, name)| {
            Some(Labelled {
                name,
                fitted: text_in(row, 0),
                beside: beside.map_or("", |column| text_in(row, column)),
                id: row.id?,
            })
        });
        let named: Vec<Labelled> = named.collect();
        if named.len() == rows.len() {
            let tagged = apart::tagged(&named, usize::from(room(area, place).width));
            write_column(&mut rows, 0, tagged);
        }
    }
    for (row, y) in rows.iter().zip(area.y..) {
        let line = Rect { y, height: 1, ..area };
        if row.selected {
            buffer.set_style(line, look.theme.selected());
            buffer.set_stringn(line.x, line.y, "▌", usize::from(line.width), Style::new());
        }
        if row.marked {
            let style = if row.selected {
                Style::new()
            } else {
                look.theme.accent().bold()
            };
            buffer.set_stringn(
                line.x + 1,
                line.y,
                marks::SIGN,
                usize::from(line.width.saturating_sub(1)),
                style,
            );
        }
        for (place, (content, style)) in placed.iter().zip(&row.cells) {
            let style = if row.selected { Style::new() } else { *style };
            put(buffer, line, place, content, style);
        }
        if let Some(place) = placed.first() {
            chips_behind_name(buffer, room(line, place), row, look);
        }
    }
}

fn chips_behind_name(buffer: &mut Buffer, area: Rect, row: &ListRow, look: &Look) {
    let used = text::width(text_in(row, 0)) + 1;
    let cells = usize::from(area.width).saturating_sub(used);
    let chips = chips::in_one_line(&row.chips, cells);
    if !chips.is_empty() {
        let style = if row.selected {
            Style::new()
        } else {
            look.theme.faint()
        };
        buffer.set_stringn(area.x + used as u16, area.y, chips, cells, style);
    }
}

fn text_in(row: &ListRow, column: usize) -> &str {
    row.cells.get(column).map_or("", |(text, _)| text)
}

fn write_column(rows: &mut [ListRow], column: usize, texts: Vec<String>) {
    for (row, new) in rows.iter_mut().zip(texts) {
        if let Some((text, _)) = row.cells.get_mut(column) {
            *text = new;
        }
    }
}

/// Where a column has its cells in a line.
fn room<C>(line: Rect, place: &Placed<C>) -> Rect {
    Rect {
        x: place.x,
        y: line.y,
        width: place.width,
        height: line.height,
    }
    .intersection(line)
}

/// Writes into a column of a line, never beyond either.
pub fn put<C>(buffer: &mut Buffer, line: Rect, place: &Placed<C>, content: &str, style: Style) {
    let area = room(line, place);
    if !area.is_empty() {
        let cells = usize::from(area.width);
        buffer.set_stringn(area.x, area.y, text::fit(content, cells), cells, style);
    }
}

/// The pane beside the list, or over it in a narrow terminal, with the details of the selected item.
/// `lines` gets the width that they have. A title that is too long for the border stands above them too.
pub fn details(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    title: &str,
    lines: impl FnOnce(usize) -> Vec<Line<'static>>,
    look: &Look,
) {
    Clear.render(area, buffer);
    let focused = app.details_focused && app.over.is_empty();
    let room = usize::from(area.width).saturating_sub(4);
    let short = Span::styled(format!(" {} ", text::fit(title, room)), look.theme.strong());
    let block = Block::bordered()
        .border_style(look.theme.border(focused))
        .title(short);
    let inner = block.inner(area);
    block.render(area, buffer);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let width = usize::from(inner.width);
    let mut lines = lines(width);
    if text::width(title) > room {
        let whole = text::whole(title, width).into_iter();
        let whole = whole.map(|line| Line::styled(line, look.theme.strong()));
        lines.splice(0..0, whole.chain([Line::default()]));
    }
    let most = (lines.len() as u16).saturating_sub(inner.height);
    let scroll = app.details_scroll.min(most);
    Paragraph::new(lines).scroll((scroll, 0)).render(inner, buffer);
    dialog::more(buffer, area, inner, (scroll > 0, scroll < most), look);
}
