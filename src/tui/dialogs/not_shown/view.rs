//! Which of the marked keys are not shown.

use ratatui::layout::Position;
use ratatui::text::Line;

use super::NotShown;
use crate::tui::view::lines::paragraph;
use crate::tui::view::{Canvas, Draw, dialog, text};

const WIDTH: u16 = 68;

impl Draw for NotShown {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let Canvas {
            buffer, screen, look, ..
        } = canvas;
        let theme = look.theme;
        let width = dialog::inner_width(screen, WIDTH);
        let number = |keys: usize| text::number(keys as u64);
        let head = match (self.hidden, self.marked) {
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
        let head = format!("{head} Nothing is done to a key that is not shown.");
        let mut names: Vec<Line> = Vec::new();
        for name in &self.names {
            let lines = text::whole(name, width.saturating_sub(2)).into_iter();
            names.extend(lines.map(|line| Line::raw(format!("  {line}"))));
        }
        if self.hidden > self.names.len() {
            let more = number(self.hidden - self.names.len());
            names.push(Line::styled(format!("  and {more} more"), theme.faint()));
        }
        let words = dialog::DialogText {
            head: paragraph(&head, theme.text(), width),
            body: names,
            ..dialog::DialogText::default()
        };
        let buttons = dialog::button_row(&self.buttons, width, look);
        let frame = (WIDTH, "Some marked keys are not shown", theme.warning());
        dialog::ask(buffer, screen, frame, words, self.scroll, buttons, look);
        None
    }
}
