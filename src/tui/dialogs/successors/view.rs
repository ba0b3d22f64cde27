//! Whom keys may be handed over to, by email address.

use ratatui::layout::Position;

use super::SuccessorPicker;
use crate::tui::view::picker::{PickerBox, PickerLine};
use crate::tui::view::{Canvas, Draw};

/// Lines for people.
const MOST: usize = 10;

impl Draw for SuccessorPicker {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let nothing = match () {
            () if self.picker.is_searching() => "Searching…",
            () if self.picker.text.is_blank() => "There is nobody else. Esc goes back.",
            () => "Nobody else has that in their address.",
        };
        let look = PickerBox {
            title: "Hand over to",
            what_for: &format!("Who gets {}? Type a part of the address.", self.what),
            prompt: "/",
            nothing,
            most: MOST,
        };
        look.draw(canvas, &self.picker, |person| PickerLine {
            group: None,
            name: person.user.email.clone(),
            about: String::new(),
            aside: person.user.role.to_string(),
        })
    }
}
