//! One of many by name, such as every command that is possible now.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Look, dialog, form_lines, text};
use crate::tui::state::Palette;

const WIDTH: u16 = 60;
const KEYS: usize = 14;

pub fn render(buffer: &mut Buffer, screen: Rect, palette: &Palette, look: &Look) -> Option<Position> {
    let height = palette.lines.len() as u16 + 4;
    let inner = dialog::open(buffer, screen, WIDTH, height, palette.title, look.theme.accent());
    let [input, list] = [
        Rect {
            height: inner.height.min(1),
            ..inner
        },
        Rect {
            y: inner.y + 2.min(inner.height),
            height: inner.height.saturating_sub(2),
            ..inner
        },
    ];
    Paragraph::new(Span::styled(":", look.theme.accent())).render(input, buffer);
    let field = Rect {
        x: input.x + 1,
        width: input.width.saturating_sub(1),
        ..input
    }
    .intersection(input);
    let cursor = form_lines::text_line(buffer, field, &palette.text, look.theme.strong());
    let matching = palette.matching();
    if matching.is_empty() {
        Paragraph::new(Line::styled("Nothing has that in its name.", look.theme.faint()))
            .render(list, buffer);
    }
    let skip = (palette.selected + 1).saturating_sub(usize::from(list.height));
    for (index, entry) in matching
        .iter()
        .enumerate()
        .skip(skip)
        .take(usize::from(list.height))
    {
        let row = Rect {
            y: list.y + (index - skip) as u16,
            height: 1,
            ..list
        };
        let style = if index == palette.selected {
            look.theme.selected()
        } else {
            look.theme.text()
        };
        let name = text::column(&entry.name, usize::from(row.width).saturating_sub(KEYS));
        let line = Line::from(vec![Span::raw(name), Span::raw(text::column(&entry.keys, KEYS))]);
        Paragraph::new(line).style(style).render(row, buffer);
    }
    cursor
}
