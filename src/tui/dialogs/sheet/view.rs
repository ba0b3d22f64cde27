//! A form with a few fields, for people and projects.

use ratatui::layout::Position;
use ratatui::text::Line;

use super::Sheet;
use crate::tui::view::form_lines::FormLines;
use crate::tui::view::{Canvas, Draw, fields, text};

impl Draw for Sheet {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let mut lines = FormLines::of(&self.form, canvas.screen, canvas.look);
        if let Some(error) = &self.form.banner {
            lines.banner(error);
        }
        for sentence in &self.about {
            for line in text::wrap(sentence, lines.width) {
                lines.plain(Line::raw(line));
            }
        }
        if !self.about.is_empty() {
            lines.plain(Line::default());
        }
        fields::render(&mut lines, &self.form);
        lines.show(canvas, &self.title, &self.form, "Waiting for the server…")
    }
}
