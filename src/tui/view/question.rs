//! A question with two answers; the harmless one has the focus.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::{Look, dialog, text};
use crate::tui::state::Confirmation;

const WIDTH: u16 = 56;

pub fn render(buffer: &mut Buffer, screen: Rect, question: &Confirmation, look: &Look) -> Option<Position> {
    let width = dialog::inner_width(screen, WIDTH);
    let lines = text::wrap(&question.text, width).into_iter().map(Line::raw);
    let which = question.which.iter().flat_map(|which| text::wrap(which, width));
    let which = which.map(|line| Line::styled(line, look.theme.faint()));
    let buttons = dialog::buttons(
        &[
            (question.stay, !question.leaving, false),
            (question.leave, question.leaving, true),
        ],
        look,
    );
    let words = dialog::DialogText {
        head: lines.chain(which).collect(),
        ..dialog::DialogText::default()
    };
    let frame = (WIDTH, "Are you sure?", look.theme.warning());
    dialog::ask(buffer, screen, frame, words, question.scroll, buttons, look);
    None
}
