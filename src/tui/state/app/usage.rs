//! The usage of a key, asked for and shown large.

use super::App;
use crate::tui::dialogs::LargeUsage;
use crate::tui::message::UsageReply;

impl App {
    /// Opens with what the details know already, and asks again.
    pub(super) fn open_usage(&mut self) {
        let Some(key) = self.selected().cloned() else {
            return;
        };
        self.open(LargeUsage {
            key: Box::new(key),
            usage: self.key_usage.clone(),
            scroll: 0,
        })
    }

    pub(super) fn usage_replied(&mut self, reply: UsageReply) {
        match reply {
            UsageReply::OfKey { number, result } => {
                self.key_usage.loaded(number, result.map(|usage| *usage));
            }
            // Of dialogs that are gone.
            UsageReply::Explained { .. } | UsageReply::LookedUp { .. } => {}
            UsageReply::State { .. } | UsageReply::Checking { .. } | UsageReply::Checked { .. } => {}
        }
    }
}
