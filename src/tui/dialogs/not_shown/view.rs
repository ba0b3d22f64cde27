//! Which of the marked keys are not shown.

use ratatui::layout::Position;
use ratatui::text::Line;

use super::NotShown;
use crate::tui::plain::spoken::{Speak, Spoken, UNBROKEN};
use crate::tui::state::App;
use crate::tui::view::lines::paragraph;
use crate::tui::view::{Canvas, Draw, Look, dialog, text};

const WIDTH: u16 = 68;
const TITLE: &str = "Some marked keys are not shown";

impl Draw for NotShown {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer, screen, look, ..
        } = canvas;
        let theme = look.theme;
        let width = dialog::inner_width(screen, WIDTH);
        let words = dialog::DialogText {
            head: paragraph(&how_many(self), theme.text(), width),
            body: names(self, width, look),
            ..dialog::DialogText::default()
        };
        let buttons = dialog::button_row(&self.buttons, width, look);
        let frame = (WIDTH, TITLE, theme.warning());
        dialog::ask(buffer, screen, frame, words, self.scroll, buttons, look);
        None
    }
}

fn how_many(dialog: &NotShown) -> String {
    let number = |keys: usize| text::number(keys as u64);
    let head = match (dialog.hidden, dialog.marked) {
        (1, 1) => "The marked key is not in this list.".to_owned(),
        (hidden, marked) if hidden == marked => {
            format!("None of the {} marked keys is in this list.", number(marked))
        }
        (1, marked) => format!("1 of the {} marked keys is not in this list.", number(marked)),
        (hidden, marked) => {
            let (hidden, marked) = (number(hidden), number(marked));
            format!("{hidden} of the {marked} marked keys are not in this list.")
        }
    };
    format!("{head} Nothing is done to a key that is not shown.")
}

fn names(dialog: &NotShown, width: usize, look: &Look) -> Vec<Line<'static>> {
    let number = |keys: usize| text::number(keys as u64);
    let mut names: Vec<Line> = Vec::new();
    for name in &dialog.names {
        let lines = text::whole(name, width.saturating_sub(2)).into_iter();
        names.extend(lines.map(|line| Line::raw(format!("  {line}"))));
    }
    if dialog.hidden > dialog.names.len() {
        let more = number(dialog.hidden - dialog.names.len());
        names.push(Line::styled(format!("  and {more} more"), look.theme.faint()));
    }
    names
}

impl Speak for NotShown {
    fn speak(&self, _app: &App, look: &Look) -> Spoken {
        Spoken::titled(TITLE)
            .line(how_many(self))
            .lines(names(self, UNBROKEN, look))
            .buttons(&self.buttons)
    }
}
