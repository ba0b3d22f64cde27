//! What the details of the selected key ask the server for: its newest activity and its usage. Moving
//! through the table asks nothing: the questions are put when the selection rests.

use std::time::Duration;

use uuid::Uuid;

use super::App;
use crate::api::ActivityQuery;
use crate::model::KeyState;
use crate::tui::message::{ActivityRequest, Effect, Timer, UsageRequest};
use crate::tui::state::Screen;

/// How long the selection stays where it is before it rests.
const REST: Duration = Duration::from_millis(200);
/// How often a key is looked at again whose use decides what is done next. Of requests no server tells by itself.
const WATCH: Duration = Duration::from_secs(5);
/// Rows of activity that the details show.
const NEWEST: u32 = 5;

impl App {
    /// The key whose details are on the screen.
    pub(super) fn key_in_details(&self) -> Option<Uuid> {
        let layout = self.layout();
        let shown = self.screen == Screen::Keys && (layout.details.is_some() || layout.strip.height > 0);
        self.browse.selected_id().filter(|_| shown)
    }

    /// Another key is in the details, or something was done to it: asks when it rests there.
    pub(super) fn await_rest(&mut self) {
        let Some(key) = self.key_in_details() else {
            return;
        };
        let number = self.next_number();
        self.key_activity.turn_to(key, number);
        self.key_usage.turn_to(key, number);
        self.effects.push(Effect::After(REST, Timer::KeyRests(number)))
    }

    /// Something was done to a key.
    pub(super) fn was_touched(&mut self, key: Uuid) {
        if self.key_in_details() == Some(key) {
            self.await_rest();
        }
    }

    pub(super) fn key_rests(&mut self, number: u64) {
        let Some(key) = self.key_in_details().filter(|_| self.key_activity.awaits(number)) else {
            return;
        };
        let query = ActivityQuery {
            key: Some(key),
            limit: Some(NEWEST),
            ..ActivityQuery::default()
        };
        self.effects
            .push(Effect::Usage(UsageRequest::OfKey { number, key }));
        // The strip has no room for it.
        if self.layout().details.is_some() {
            self.effects
                .push(Effect::Activity(ActivityRequest::OfKey { number, query }));
        }
        if self.is_watched() {
            self.effects.push(Effect::After(WATCH, Timer::WatchKey(number)));
        }
    }

    /// Whether it is being rotated or is disabled: as long as its old token is used, or somebody still tries, it goes on.
    fn is_watched(&self) -> bool {
        let key = self.browse.rows.selected();
        key.is_some_and(|row| row.key.rotation.is_some() || row.key.state == KeyState::Disabled)
    }

    /// As long as the key stays in the details. While the server can't be reached, its return has everything asked again.
    pub(super) fn watch_key(&mut self, number: u64) {
        if self.outage.is_none() && self.key_in_details().is_some() && self.key_activity.awaits(number) {
            self.browse.refresh(&mut self.effects);
            self.await_rest();
        }
    }
}
