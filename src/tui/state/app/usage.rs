//! The usage of a key, asked for and shown large.

use super::App;
use crate::tui::dialogs::LargeUsage;
use crate::tui::message::{Effect, UsageReply};

impl App {
    /// Opens with what the details know already, and asks again.
    pub(super) fn open_usage(&mut self) -> Vec<Effect> {
        let Some(key) = self.selected().cloned() else {
            return Vec::new();
        };
        self.open(LargeUsage {
            key: Box::new(key),
            usage: self.key_usage.clone(),
            scroll: 0,
        })
    }

    pub(super) fn usage_replied(&mut self, reply: UsageReply) -> Vec<Effect> {
        match reply {
            UsageReply::OfKey { number, result } => {
                self.key_usage.loaded(number, result.map(|usage| *usage));
                Vec::new()
            }
            // Of dialogs that are gone.
            UsageReply::Explained { .. } | UsageReply::LookedUp { .. } => Vec::new(),
        }
    }
}
