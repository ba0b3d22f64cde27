//! Whom keys may be handed over to, by email address.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Look;
use super::picker::{self, Picker};
use crate::api::Person;
use crate::tui::state::SuccessorPicker;
use crate::tui::state::list::Listed;
use crate::tui::state::notice::sentence;

/// Lines for people.
const MOST: usize = 10;

pub fn render(
    buffer: &mut Buffer,
    screen: Rect,
    successors: &SuccessorPicker,
    look: &Look,
) -> Option<Position> {
    let selected = successors.list.selected().map(Listed::id);
    let people = successors.list.items();
    let picker = Picker {
        title: "Hand over to",
        prompt: "/",
        typed: &successors.text,
        found: people.iter().map(line).collect(),
        selected: people
            .iter()
            .position(|person| Some(person.id()) == selected)
            .unwrap_or(0),
        nothing: nothing(successors),
        most: MOST,
    };
    picker::render(buffer, screen, &picker, look)
}

fn line(person: &Person) -> (String, String) {
    (person.user.email.clone(), person.user.role.to_string())
}

fn nothing(successors: &SuccessorPicker) -> String {
    match successors.list.error() {
        Some(error) => sentence(error),
        None if successors.list.is_waiting() => "Searching…".into(),
        None if successors.text.is_blank() => "There is nobody else. Esc goes back.".into(),
        None => "Nobody else has that in their address.".into(),
    }
}
