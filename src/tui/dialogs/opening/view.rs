//! Another profile is being opened.

use ratatui::layout::Position;
use ratatui::text::Line;

use super::Opening;
use crate::tui::view::{Canvas, Draw, dialog, text};

const WIDTH: u16 = 56;

impl Draw for Opening {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer, screen, look, ..
        } = canvas;
        let opening = self;
        let words = "keydeck switches as soon as it answers. What you see is still the previous profile.";
        let lines = text::wrap(words, dialog::inner_width(screen, WIDTH));
        let height = lines.len() as u16 + 4;
        let title = format!("Opening {}…", opening.label);
        let opened = dialog::open(buffer, screen, WIDTH, height, &title, look.theme.accent());
        let lines = lines.into_iter().map(Line::raw).collect();
        let hint = Line::styled("Esc stays here", look.theme.faint());
        dialog::with_buttons(buffer, opened.inner, lines, hint);
        None
    }
}
