//! Another place is being opened.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::{Look, dialog, text};
use crate::tui::state::Opening;

const WIDTH: u16 = 56;

pub fn render(buffer: &mut Buffer, screen: Rect, opening: &Opening, look: &Look) -> Option<Position> {
    let words = "You are there as soon as it answers. What you see is still where you were.";
    let lines = text::wrap(words, dialog::inner_width(screen, WIDTH));
    let height = lines.len() as u16 + 4;
    let title = format!("Opening {}…", opening.label);
    let inner = dialog::open(buffer, screen, WIDTH, height, &title, look.theme.accent());
    let lines = lines.into_iter().map(Line::raw).collect();
    let hint = Line::styled("Esc stays here", look.theme.faint());
    dialog::with_buttons(buffer, inner, lines, hint);
    None
}
