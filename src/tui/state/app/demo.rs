//! What the dashboard of a demo has beside that of any other deck: the tour, and that it looks again by itself while
//! something goes on in it.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};

use super::App;
use crate::model::KeyState;
use crate::tui::decks::DemoMode;
use crate::tui::dialogs::{LargeUsage, Modal};
use crate::tui::keymap::{Action, KeyPattern};
use crate::tui::message::{Effect, Timer};
use crate::tui::state::tour::{Tour, TourSight};
use crate::tui::state::{Screen, Tone};

/// How often a living demo is looked at again. Other decks tell of changes of keys, and not of each request.
const PULSE: Duration = Duration::from_secs(2);
/// Has the leaked secret pasted; it means nothing else anywhere.
const PASTES: KeyCode = KeyCode::F(2);

impl App {
    /// In a demo that lives, or with a tour.
    #[must_use]
    pub fn in_demo(mut self, demo: DemoMode) -> Self {
        self.tour = demo.tour;
        self.lives = demo.lives;
        let (width, height) = self.size;
        self.resize(width, height);
        self
    }

    pub fn tour(&self) -> Option<&Tour> {
        self.tour.as_ref()
    }

    /// Rows at the end of the screen that the tour has.
    pub fn tour_rows(&self) -> u16 {
        let (width, height) = self.terminal_size;
        self.tour.as_ref().map_or(0, |tour| tour.rows(width, height))
    }

    /// The key that has the leaked secret pasted.
    pub fn tour_pastes(&self) -> String {
        KeyPattern::of(PASTES.into()).label()
    }

    pub(super) fn begin_to_live(&mut self) {
        self.effects
            .extend(self.lives.then_some(Effect::After(PULSE, Timer::Pulse)));
    }

    /// Looks again at what is on the screen.
    pub(super) fn pulse(&mut self) {
        self.browse.refresh(&mut self.effects);
        if self.screen == Screen::Activity {
            self.refresh_list();
        }
        if matches!(self.over.last(), Some(Modal::Usage(_))) {
            self.in_top_dialog(|dialog, cx| dialog.perform(Action::Refresh, cx));
        }
        self.reload_keys_in_dialogs();
        self.await_rest();
        self.begin_to_live();
    }

    /// A key that the tour means: Esc leaves it, where there is no dialog to close first, and
    /// does what else it does; whether nobody else is to see it.
    pub(super) fn pressed_on_tour(&mut self, key: KeyEvent) -> bool {
        let Some(tour) = &self.tour else {
            return false;
        };
        match key.code {
            KeyCode::Esc if self.over.is_empty() => {
                self.end_tour();
                false
            }
            PASTES => {
                let secret = tour.shown_secret().cloned();
                let is_free = self.over.is_empty() || matches!(self.over.last(), Some(Modal::Filter(_)));
                if let Some(secret) = secret.filter(|_| is_free && self.screen == Screen::Keys) {
                    if self.over.is_empty() {
                        self.open_filter();
                    }
                    self.text_pasted(secret);
                }
                true
            }
            _ => false,
        }
    }

    /// After whatever happened: the tour goes on as far as it was followed.
    pub(super) fn follow_tour(&mut self) {
        let Some(tour) = &self.tour else {
            return;
        };
        let (key, rows) = (tour.key(), self.tour_rows());
        let usage = self.over.iter().find_map(|over| match over {
            Modal::Usage(usage) if usage.key.id == key => Some(usage),
            _ => None,
        });
        // Where nothing goes on, nobody presents it.
        let is_tried = |usage: &LargeUsage| {
            let told = usage.usage.of(key).and_then(Result::ok);
            let since = told.and_then(|usage| usage.refused_since.as_ref());
            !self.lives || since.is_some_and(|since| since.count > 0)
        };
        let is_card = |over: &Modal| matches!(over, Modal::Revoked(card) if card.key.id == key);
        let sight = TourSight {
            usage: usage.is_some(),
            is_tried: usage.is_some_and(|usage| is_tried(usage)),
            is_disabled: self
                .browse
                .rows
                .any(|row| row.id == key && row.state == KeyState::Disabled),
            card: self.over.iter().any(is_card),
            activity: self.screen == Screen::Activity && self.over.is_empty(),
        };
        let goes_on = self.tour.as_mut().is_some_and(|tour| tour.follow(sight));
        if !goes_on {
            self.end_tour();
            let done =
                "That was the tour: found, stopped, revoked, and proven. The demo goes on; {quit} quits.";
            let done = self.told(done);
            self.say(Tone::Done, done);
        } else if self.tour_rows() != rows {
            let (width, height) = self.terminal_size;
            self.resize(width, height);
        }
    }

    fn end_tour(&mut self) {
        self.tour = None;
        let (width, height) = self.terminal_size;
        self.resize(width, height);
        // The secret was on the screen.
        self.effects.push(Effect::ForgetFrames);
    }
}
