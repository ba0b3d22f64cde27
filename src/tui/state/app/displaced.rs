//! The selected key is gone by somebody else's hand, and another row is selected in its place: what is pressed
//! in the next moment was meant for the one that is gone, and is not done with the other.

use std::time::Duration;

use uuid::Uuid;

use super::App;
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, Timer};
use crate::tui::state::displaced::Displaced;
use crate::tui::state::{Screen, Tone};

/// Until a person has seen that another row is selected.
const UNSEEN: Duration = Duration::from_secs(1);

impl App {
    /// The selected key, while the selection should stay with it: nobody has asked for other rows, or moves.
    pub(super) fn settled_key(&self) -> Option<(Uuid, String)> {
        let is_settled = self.screen == Screen::Keys && self.over.is_empty() && !self.selection_may_move();
        let key = self.selected().filter(|_| is_settled)?;
        Some((key.id, key.name.clone()))
    }

    /// After an answer or an event: `before` was selected.
    pub(super) fn note_displaced(&mut self, before: Option<(Uuid, String)>) {
        let now = self.browse.selected_id();
        match before {
            Some((id, name)) if now.is_some_and(|now| now != id) => {
                let number = self.next_number();
                self.marks.end_range();
                self.displaced = Some(Displaced { name, number });
                self.effects
                    .push(Effect::After(UNSEEN, Timer::SelectionSeen(number)))
            }
            _ => {}
        }
    }

    pub(super) fn selection_seen(&mut self, number: u64) {
        self.displaced.take_if(|displaced| displaced.number == number);
    }

    /// Whether an action was meant for a key that is gone.
    pub(super) fn was_meant_for_another(&self, action: Action) -> bool {
        let is_about_key = self.screen == Screen::Keys && self.over.is_empty() && action.acts_on_row();
        is_about_key && self.displaced.is_some() && !self.acts_on_marks(action)
    }

    /// Pressed again, it is done.
    pub(super) fn say_displaced(&mut self) {
        let (Some(gone), Some(key)) = (self.displaced.take(), self.selected()) else {
            return;
        };
        let text = format!(
            "“{}” has just left the list, and “{}” is selected: nothing was done.",
            gone.name, key.name
        );
        self.say(Tone::Note, text)
    }
}
