//! Another profile is being opened.

use ratatui::layout::Position;
use ratatui::text::Line;

use super::Opening;
use crate::tui::keymap::Layer;
use crate::tui::plain::spoken::{Speak, Spoken};
use crate::tui::state::App;
use crate::tui::view::{Canvas, Draw, Look, dialog, text};

const WIDTH: u16 = 56;
const WORDS: &str = "keydeck switches as soon as it answers. What you see is still the previous profile.";

impl Draw for Opening {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let opening = self;
        let lines = text::wrap(WORDS, dialog::inner_width(screen, WIDTH));
        let height = lines.len() as u16 + 4;
        let title = title(opening);
        let opened = dialog::open(buffer, screen, WIDTH, height, &title, look.theme.accent());
        let lines = lines.into_iter().map(Line::raw).collect();
        let stays = app.keymap.told(Layer::Opening, "{back} stays here");
        let hint = Line::styled(stays, look.theme.faint());
        dialog::with_buttons(buffer, opened.inner, lines, hint);
        None
    }
}

fn title(opening: &Opening) -> String {
    format!("Opening {}…", opening.label)
}

impl Speak for Opening {
    fn speak(&self, _app: &App, _look: &Look) -> Spoken {
        Spoken::titled(title(self)).line(WORDS)
    }
}
