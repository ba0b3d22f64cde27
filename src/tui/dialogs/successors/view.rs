//! Whom keys may be handed over to, by email address.

use ratatui::layout::Position;

use super::SuccessorPicker;
use crate::tui::keymap::{Keymap, Layer};
use crate::tui::plain::form::entry;
use crate::tui::plain::spoken::{ChoiceKeys, Speak, Spoken, SpokenField};
use crate::tui::state::App;
use crate::tui::view::picker::{PickerBox, PickerLine};
use crate::tui::view::{Canvas, Draw, Look};

/// Lines for people.
const MOST: usize = 10;
const TITLE: &str = "Hand over to";

impl Draw for SuccessorPicker {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let look = PickerBox {
            title: TITLE,
            what_for: &what_for(self),
            prompt: "/",
            nothing: &nothing(self),
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

fn what_for(of: &SuccessorPicker) -> String {
    format!("Who gets {}? Type a part of the address.", of.what)
}

fn nothing(of: &SuccessorPicker) -> String {
    let words = match () {
        () if of.picker.is_searching() => "Searching…",
        () if of.picker.text.is_blank() => "There is nobody else. {back} goes back.",
        () => "Nobody else has that in their address.",
    };
    Keymap::told_of_fixed(Layer::Successors, words)
}

impl Speak for SuccessorPicker {
    fn speak(&self, _app: &App, _look: &Look) -> Spoken {
        let people = self.picker.items().iter();
        let people = people.map(|person| format!("{}, {}", person.user.email, person.user.role));
        let mut spoken = Spoken::titled(TITLE).line(what_for(self)).choices(
            people.collect(),
            self.picker.index(),
            ChoiceKeys::AltDigits,
        );
        if spoken.choices.is_empty() {
            let why = self.picker.error.clone().unwrap_or_else(|| nothing(self));
            spoken.lines.push(why);
        }
        spoken.field(Some(SpokenField::new(
            "Part of the address",
            entry(&self.picker.text),
        )))
    }
}
