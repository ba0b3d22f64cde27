//! Going from one place to another without a restart.

use uuid::Uuid;

use super::App;
use crate::tui::decks::DeckSummary;
use crate::tui::dialogs::{Modal, Opening};
use crate::tui::message::Effect;
use crate::tui::state::Tone;

impl App {
    /// The decks that one can go to, the present one among them.
    #[must_use]
    pub fn among(mut self, decks: Vec<DeckSummary>) -> Self {
        self.decks = decks;
        self
    }

    /// The decks that one can go to from here.
    pub(super) fn other_decks(&self) -> impl Iterator<Item = &DeckSummary> {
        self.decks.iter().filter(|deck| deck.label != self.deck.label)
    }

    /// Not while a change is on its way: what it is answered, maybe with a secret, would find nobody.
    pub(super) fn switch_profile(&mut self, label: String) {
        if self.unanswered > 0 {
            let text = format!("A change has not been answered yet; wait for it, then switch to {label}.");
            return self.say(Tone::Note, text);
        }
        let number = self.next_number();
        let opening = Opening {
            label: label.clone(),
            number,
        };
        self.open(opening);
        self.effects.push(Effect::SwitchProfile { number, label });
    }

    /// Whether this is the deck that one waits for.
    pub fn awaits_profile(&self, number: u64) -> bool {
        let is_it = |over: &Modal| matches!(over, Modal::Opening(opening) if opening.number == number);
        self.over.iter().any(is_it)
    }

    /// Is at another deck from now on, and knows nothing of it yet. Only what is about the clipboard
    /// stays, which is the same everywhere. Nothing may be open or on its way but this place.
    pub fn switch_to(&mut self, deck: DeckSummary, run: Uuid) -> Vec<Effect> {
        self.hide_secret();
        let mut effects = std::mem::take(&mut self.effects);
        let decks = std::mem::take(&mut self.decks);
        let (count, last_copy) = (self.count, self.last_copy);
        let (keymap, is_plain) = (std::mem::take(&mut self.keymap), self.is_plain);
        *self = Self::new(deck, run, self.size).among(decks);
        (self.count, self.last_copy) = (count, last_copy);
        (self.keymap, self.is_plain) = (keymap, is_plain);
        effects.extend(self.start());
        effects
    }
}
