//! A box with a line of text to type, and what it finds: the palette, and the search for people.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Canvas, Look, dialog, form_lines, text};
use crate::tui::state::picker::Picker;

const WIDTH: u16 = 60;
/// Cells of what stands on the right of a line.
const ASIDE: usize = 14;

pub struct PickerBox<'a> {
    pub title: &'a str,
    /// Stands before what is typed.
    pub prompt: &'static str,
    /// Said when nothing is found and nothing failed.
    pub nothing: &'a str,
    /// Lines that the box has at most for what is found.
    pub most: usize,
}

impl PickerBox<'_> {
    /// `line` says how an item reads, and what stands beside it.
    pub fn draw<T>(
        &self,
        canvas: Canvas,
        picker: &Picker<T>,
        line: impl Fn(&T) -> (String, String),
    ) -> Option<Position> {
        let Canvas {
            buffer, screen, look, ..
        } = canvas;
        let height = self.most as u16 + 4;
        let inner = dialog::open(buffer, screen, WIDTH, height, self.title, look.theme.accent());
        let input = Rect {
            height: inner.height.min(1),
            ..inner
        };
        let list = Rect {
            y: inner.y + 2.min(inner.height),
            height: inner.height.saturating_sub(2),
            ..inner
        };
        Paragraph::new(Span::styled(self.prompt, look.theme.accent())).render(input, buffer);
        let prompt = text::width(self.prompt) as u16;
        let field = Rect {
            x: input.x + prompt,
            width: input.width.saturating_sub(prompt),
            ..input
        }
        .intersection(input);
        let cursor = form_lines::text_line(buffer, field, &picker.text, look.theme.strong());
        if picker.items().is_empty() {
            let nothing = picker.error.as_deref().unwrap_or(self.nothing);
            let lines = text::wrap(nothing, usize::from(list.width)).into_iter();
            let lines = lines.map(|line| Line::styled(line, look.theme.faint()));
            Paragraph::new(lines.collect::<Vec<_>>()).render(list, buffer);
        }
        let found: Vec<_> = picker.items().iter().map(line).collect();
        draw_found(buffer, list, &found, picker.index(), look);
        cursor
    }
}

/// The lines of what is found, each whole; those of the selected one are in sight, its first before its last.
fn draw_found(buffer: &mut Buffer, list: Rect, all: &[(String, String)], index: usize, look: &Look) {
    let mut lines = Vec::new();
    let mut selected = 0..0;
    for (at, found) in all.iter().enumerate() {
        let style = match at == index {
            true => look.theme.selected(),
            false => look.theme.text(),
        };
        let from = lines.len();
        let of_found = found_lines(found, usize::from(list.width));
        lines.extend(of_found.into_iter().map(|line| (line, style)));
        if at == index {
            selected = from..lines.len();
        }
    }
    let skip = selected
        .end
        .saturating_sub(usize::from(list.height))
        .min(selected.start);
    for ((line, style), y) in lines.into_iter().skip(skip).zip(list.top()..list.bottom()) {
        let row = Rect { y, height: 1, ..list };
        Paragraph::new(line).style(style).render(row, buffer);
    }
}

fn found_lines((name, aside): &(String, String), width: usize) -> Vec<Line<'static>> {
    let room = width.saturating_sub(ASIDE);
    let mut lines = text::whole(name, room.saturating_sub(1)).into_iter();
    let first = lines.next().unwrap_or_default();
    let first = Line::from(vec![
        Span::raw(text::column(&first, room)),
        Span::raw(text::column(aside, ASIDE)),
    ]);
    let rest = lines.map(|line| Line::raw(text::column(&line, width)));
    std::iter::once(first).chain(rest).collect()
}
