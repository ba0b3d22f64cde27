//! The table of a screen whose rows are a [`List`]: projects, people, the activity log.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Widget};

use super::lines::paragraph;
use super::{Look, body, clip, dialog, text};
use crate::tui::state::App;
use crate::tui::state::columns::{self, Fit, Placed};
use crate::tui::state::list::{List, Listed};
use crate::tui::state::notice::sentence;

/// A column: its head, how it gives way, and what stands in it.
pub struct Column<T> {
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
    table: &[Column<T>],
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
    let rows = clip(layout.rows, screen);
    for (line, (selected, item)) in list.visible().take(usize::from(rows.height)).enumerate() {
        let area = Rect {
            y: rows.y + line as u16,
            height: 1,
            ..rows
        };
        row(buffer, area, &placed, selected, look, |column| {
            (column.cell)(item, look)
        });
    }
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
        Some(error) => (sentence(error), "r asks again, Esc goes back to the keys.".into()),
        None if list.is_waiting() => ("Loading…".into(), "Esc goes back to the keys.".into()),
        None => {
            let empty = empty();
            (empty.headline, empty.way_out)
        }
    })
}

/// A row, marked when it is the selected one; `cell` says what stands in a column.
pub fn row<C>(
    buffer: &mut Buffer,
    area: Rect,
    placed: &[Placed<C>],
    selected: bool,
    look: &Look,
    cell: impl Fn(&C) -> (String, Style),
) {
    if selected {
        buffer.set_style(area, look.theme.selected());
        buffer.set_stringn(area.x, area.y, "▌", usize::from(area.width), Style::new());
    }
    for place in placed {
        let (content, style) = cell(&place.column);
        let style = if selected { Style::new() } else { style };
        put(buffer, area, place, &content, style);
    }
}

/// Writes into a column of a line, never beyond either.
pub fn put<C>(buffer: &mut Buffer, line: Rect, place: &Placed<C>, content: &str, style: Style) {
    let area = Rect {
        x: place.x,
        y: line.y,
        width: place.width,
        height: line.height,
    }
    .intersection(line);
    if !area.is_empty() {
        let room = usize::from(area.width);
        buffer.set_stringn(area.x, area.y, text::fit(content, room), room, style);
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
        let whole = paragraph(title, look.theme.strong(), width);
        lines.splice(0..0, whole.into_iter().chain([Line::default()]));
    }
    let most = (lines.len() as u16).saturating_sub(inner.height);
    let scroll = app.details_scroll.min(most);
    Paragraph::new(lines).scroll((scroll, 0)).render(inner, buffer);
    dialog::more(buffer, area, inner, (scroll > 0, scroll < most), look);
}
