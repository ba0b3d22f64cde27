//! How many of all keys that the user sees are so, whatever the table is filtered by: expire soon, are revoked.

use crate::api::KeyCounts;
use crate::client::Error;

/// Bursts of questions become one: what changes while an answer is on its way is asked once that is here.
#[derive(Debug, Default)]
pub struct SideCount {
    counts: Option<KeyCounts>,
    /// The question that is not answered.
    asked: Option<u64>,
    is_old: bool,
}

impl SideCount {
    /// As far as is known.
    pub fn counts(&self) -> Option<&KeyCounts> {
        self.counts.as_ref()
    }

    /// Whether the question of this number is to be asked now.
    pub fn ask(&mut self, number: u64) -> bool {
        if self.asked.is_some() {
            self.is_old = true;
            return false;
        }
        self.asked = Some(number);
        true
    }

    /// Takes an answer; whether to ask once more. What is known stays when it failed.
    pub fn counted(&mut self, number: u64, result: Result<KeyCounts, Error>) -> bool {
        if self.asked != Some(number) {
            return false;
        }
        self.asked = None;
        if let Ok(counts) = result {
            self.counts = Some(counts);
        }
        std::mem::take(&mut self.is_old)
    }

    /// Another role sees other keys.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
