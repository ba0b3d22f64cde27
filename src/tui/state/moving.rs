//! Going from one place to another without a restart.

use uuid::Uuid;

use super::{App, Tone};
use crate::tui::message::Effect;
use crate::tui::places::Place;

impl App {
    /// The places that one can go to, the present one among them.
    #[must_use]
    pub fn among(mut self, places: Vec<Place>) -> Self {
        self.places = places;
        self
    }

    /// The places that one can go to from here; none while one is being opened.
    pub(super) fn other_places(&self) -> impl Iterator<Item = &Place> {
        let others = self.places.iter().filter(|place| place.label != self.place.label);
        others.filter(|_| self.going_to.is_none())
    }

    pub(super) fn set_out_for(&mut self, label: String) -> Vec<Effect> {
        self.going_to = Some(label.clone());
        let mut effects = self.say(Tone::Note, format!("Opening {label}…"));
        effects.push(Effect::GoTo(label));
        effects
    }

    pub(super) fn not_switched(&mut self, why: &str) -> Vec<Effect> {
        let label = self.going_to.take().unwrap_or_default();
        self.say(Tone::Failed, format!("Can't open {label}: {why}"))
    }

    /// Is at another place from now on, and knows nothing of it yet. Only what is about the clipboard
    /// stays, which is the same everywhere.
    pub fn go_to(&mut self, place: Place, run: Uuid) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.hide_secret().into_iter().collect();
        let places = std::mem::take(&mut self.places);
        let (count, last_copy) = (self.count, self.last_copy);
        *self = Self::new(place, run, self.size).among(places);
        (self.count, self.last_copy) = (count, last_copy);
        effects.extend(self.start());
        effects
    }
}
