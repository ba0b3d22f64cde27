//! A question with two answers; the harmless one has the focus.

use ratatui::layout::Position;
use ratatui::text::Line;

use super::Confirmation;
use crate::tui::plain::spoken::{Speak, Spoken};
use crate::tui::state::App;
use crate::tui::view::{Canvas, Draw, Look, dialog, text};

const WIDTH: u16 = 56;
const TITLE: &str = "Are you sure?";

impl Draw for Confirmation {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer, screen, look, ..
        } = canvas;
        let question = self;
        let width = dialog::inner_width(screen, WIDTH);
        let lines = text::wrap(&question.text, width).into_iter().map(Line::raw);
        let which = question.which.iter().flat_map(|which| text::wrap(which, width));
        let which = which.map(|line| Line::styled(line, look.theme.faint()));
        let buttons = dialog::button_row(&question.buttons, width, look);
        let words = dialog::DialogText {
            head: lines.chain(which).collect(),
            ..dialog::DialogText::default()
        };
        let frame = (WIDTH, TITLE, look.theme.warning());
        dialog::ask(buffer, screen, frame, words, question.scroll, buttons, look);
        None
    }
}

impl Speak for Confirmation {
    fn speak(&self, _app: &App, _look: &Look) -> Spoken {
        let mut spoken = Spoken::titled(TITLE).line(self.text.as_str());
        spoken.lines.extend(self.which.clone());
        spoken.buttons(&self.buttons)
    }
}
