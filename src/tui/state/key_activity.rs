//! The newest activity of the selected key, for its details. Moving through the table asks nothing: the
//! question is put when the selection rests.

use std::time::Duration;

use uuid::Uuid;

use super::{App, Screen};
use crate::api::{Activity, ActivityQuery};
use crate::client::Error;
use crate::tui::message::{ActivityRequest, Effect, Timer};

/// How long the selection stays where it is before it rests.
const REST: Duration = Duration::from_millis(200);
/// Rows that the details show.
const NEWEST: u32 = 5;

#[derive(Debug, Default)]
pub struct KeyActivity {
    key: Option<Uuid>,
    rows: Option<Vec<Activity>>,
    error: Option<Error>,
    /// Of the newest rest, and of its question: what comes of older ones is void.
    number: u64,
}

impl KeyActivity {
    /// The newest rows of this key, or why they can't be told; `None` while nothing is known.
    pub fn of(&self, key: Uuid) -> Option<Result<&[Activity], &Error>> {
        if self.key != Some(key) {
            return None;
        }
        let rows = self.rows.as_deref().map(Ok);
        rows.or_else(|| self.error.as_ref().map(Err))
    }

    fn turn_to(&mut self, key: Uuid, number: u64) {
        self.number = number;
        if self.key != Some(key) {
            self.key = Some(key);
            self.rows = None;
            self.error = None;
        }
    }

    /// Takes an answer; rows that are there stay when it failed.
    pub(super) fn loaded(&mut self, number: u64, result: Result<Vec<Activity>, Error>) {
        if number != self.number {
            return;
        }
        match result {
            Ok(rows) => self.rows = Some(rows),
            Err(error) => self.error = Some(error),
        }
    }
}

impl App {
    /// The key whose details are on the screen.
    pub(super) fn key_in_details(&self) -> Option<Uuid> {
        let shown = self.screen == Screen::Keys && self.layout().details.is_some();
        self.browse.selected_id().filter(|_| shown)
    }

    /// Another key is in the details, or something was done to it: asks when it rests there.
    pub(super) fn await_rest(&mut self) -> Vec<Effect> {
        let Some(key) = self.key_in_details() else {
            return Vec::new();
        };
        let number = self.next_number();
        self.key_activity.turn_to(key, number);
        vec![Effect::After(REST, Timer::KeyRests(number))]
    }

    /// Something was done to a key.
    pub(super) fn was_touched(&mut self, key: Uuid) -> Vec<Effect> {
        match self.key_in_details() == Some(key) {
            true => self.await_rest(),
            false => Vec::new(),
        }
    }

    pub(super) fn key_rests(&mut self, number: u64) -> Vec<Effect> {
        let Some(key) = self
            .key_in_details()
            .filter(|_| number == self.key_activity.number)
        else {
            return Vec::new();
        };
        let query = ActivityQuery {
            key: Some(key),
            limit: Some(NEWEST),
            ..ActivityQuery::default()
        };
        vec![Effect::Activity(ActivityRequest::OfKey { number, query })]
    }
}
