//! A form with a few fields, for people and projects.

use ratatui::layout::Position;
use ratatui::text::Line;

use super::Sheet;
use crate::tui::plain::form;
use crate::tui::plain::spoken::{Speak, Spoken};
use crate::tui::state::App;
use crate::tui::view::form_lines::FormLines;
use crate::tui::view::{Canvas, Draw, Look, fields, text};

const WAITING: &str = "Waiting for the server…";

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
        lines.show(canvas, &self.title, &self.form, WAITING)
    }
}

impl Speak for Sheet {
    fn speak(&self, _app: &App, look: &Look) -> Spoken {
        let mut spoken = form::spoken(&self.form, look);
        spoken.title.clone_from(&self.title);
        spoken.lines.splice(0..0, self.about.iter().cloned());
        spoken.doing(self.form.sending.then_some(WAITING))
    }
}
