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
    let room = usize::from(list.width).saturating_sub(ASIDE);
    let skip = (picker.selected + 1).saturating_sub(usize::from(list.height));
    for (index, (name, aside)) in picker
        .found
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
        let style = if index == picker.selected {
            look.theme.selected()
        } else {
            look.theme.text()
        };
        let line = Line::from(vec![
            Span::raw(text::column(&text::fit(name, room.saturating_sub(1)), room)),
            Span::raw(text::column(aside, ASIDE)),
        ]);
        Paragraph::new(line).style(style).render(row, buffer);
    }
    cursor
}
