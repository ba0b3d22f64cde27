//! A box with a line of text to type, and what it finds: the palette, and the search for people.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Look, dialog, form_lines, text};
use crate::tui::state::text::TextField;

const WIDTH: u16 = 60;
/// Cells of what stands on the right of a line.
const ASIDE: usize = 14;

pub struct Picker<'a> {
    pub title: &'a str,
    /// Stands in front of what is typed.
    pub prompt: &'static str,
    pub typed: &'a TextField,
    /// What is found, and what stands beside it.
    pub found: Vec<(String, String)>,
    pub selected: usize,
    /// Said when nothing is found.
    pub nothing: String,
    /// Lines that the box has at most for what is found.
    pub most: usize,
}

pub fn render(buffer: &mut Buffer, screen: Rect, picker: &Picker, look: &Look) -> Option<Position> {
    let height = picker.most as u16 + 4;
    let inner = dialog::open(buffer, screen, WIDTH, height, picker.title, look.theme.accent());
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
    Paragraph::new(Span::styled(picker.prompt, look.theme.accent())).render(input, buffer);
    let prompt = text::width(picker.prompt) as u16;
    let field = Rect {
        x: input.x + prompt,
        width: input.width.saturating_sub(prompt),
        ..input
    }
    .intersection(input);
    let cursor = form_lines::text_line(buffer, field, picker.typed, look.theme.strong());
    if picker.found.is_empty() {
        let lines: Vec<Line> = text::wrap(&picker.nothing, usize::from(list.width))
            .into_iter()
            .map(|line| Line::styled(line, look.theme.faint()))
            .collect();
        Paragraph::new(lines).render(list, buffer);
    }
    found(buffer, list, picker, look);
    cursor
}

/// The lines of what is found, each whole; those of the selected one are in sight, its first before its last.
fn found(buffer: &mut Buffer, list: Rect, picker: &Picker, look: &Look) {
    let mut lines = Vec::new();
    let mut selected = 0..0;
    for (index, found) in picker.found.iter().enumerate() {
        let is_selected = index == picker.selected;
        let style = match is_selected {
            true => look.theme.selected(),
            false => look.theme.text(),
        };
        let from = lines.len();
        let of_found = found_lines(found, usize::from(list.width));
        lines.extend(of_found.into_iter().map(|line| (line, style)));
        if is_selected {
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
