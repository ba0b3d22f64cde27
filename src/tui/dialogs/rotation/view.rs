//! A key that is being rotated: the meter, above what can be done.

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::RotationDialog;
use crate::tui::plain::spoken::{Speak, Spoken, UNBROKEN};
use crate::tui::state::App;
use crate::tui::view::lines::paragraph;
use crate::tui::view::{Canvas, Draw, Look, dialog, meter};

const WIDTH: u16 = 70;
const TITLE: &str = "Rotation";
const WAITING: &str = "Waiting for the server…";
/// A screen of this height has room for blank lines.
const ROOMY: u16 = 18;

impl Draw for RotationDialog {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer,
            screen,
            app,
            look,
            ..
        } = canvas;
        let width = dialog::inner_width(screen, WIDTH);
        let error = self.error.iter();
        let foot = error.flat_map(|error| paragraph(error, look.theme.bad(), width));
        let words = dialog::DialogText {
            head: which(self, width, look),
            body: how_it_goes(self, screen, width, look),
            foot: foot.collect(),
            ..dialog::DialogText::default()
        };
        let buttons = match self.sending || app.is_quitting() {
            true => Line::styled(WAITING, look.theme.faint()),
            false => dialog::button_row(self.buttons(), width, look),
        };
        let frame = (WIDTH, TITLE, look.theme.accent());
        dialog::ask(buffer, screen, frame, words, self.scroll, buttons, look);
        None
    }
}

fn how_it_goes(dialog: &RotationDialog, screen: Rect, width: usize, look: &Look) -> Vec<Line<'static>> {
    let Some(rotation) = &dialog.key.rotation else {
        return Vec::new();
    };
    let gap = || (screen.height >= ROOMY).then(Line::default);
    let usage = dialog.usage.of(dialog.key.id);
    let mut lines: Vec<Line> = gap().into_iter().collect();
    lines.extend(meter::until(rotation, "", width, look));
    lines.extend(gap());
    lines.extend(meter::tokens(rotation, usage, width, look));
    lines
}

fn which(dialog: &RotationDialog, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = dialog::name(&dialog.key.name, width, look.theme.strong());
    lines.extend(dialog::which_key(&dialog.key, width, look));
    lines
}

impl Speak for RotationDialog {
    fn speak(&self, app: &App, look: &Look) -> Spoken {
        let mut spoken = Spoken::titled(TITLE)
            .lines(which(self, UNBROKEN, look))
            .lines(how_it_goes(self, Rect::default(), UNBROKEN, look))
            .buttons(self.buttons());
        spoken.lines.extend(self.error.clone());
        spoken.doing((self.sending || app.is_quitting()).then_some(WAITING))
    }
}
